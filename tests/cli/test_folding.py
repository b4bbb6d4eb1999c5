"""Chinese on a narrow screen: nothing is lost or cut, marks and codes stay where they belong."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from qq_excel.cli.folding import Folded, folded

WORDS = st.lists(
    st.sampled_from(["清欠", "余额", "，", "。", "“预警”", "（F-28, F-29）", "2026-09-30", "1,642,048.36", " ", "--since", "→ "]),
    max_size=30,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("账面余额与明细表不符，请核对。", 10, ["账面余额与", "明细表不", "符，请核", "对。"]),
        ("债权（F-29）", 8, ["债权", "（F-29）"]),
        ("晚于 2026-09-30 → 改正", 12, ["晚于", "2026-09-30 →", "改正"]),
        ("甲\n乙丙", 10, ["甲", "乙丙"]),
        ("1,642,048.36元", 4, ["1,642,048.36", "元"]),
        ("", 10, [""]),
        ("  引用", 10, ["  引用"]),
    ],
)
def test_lines(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width) == lines


@given(WORDS, st.integers(min_value=14, max_value=60))
def test_nothing_is_lost_and_no_mark_begins_a_line(text: str, width: int) -> None:
    lines = folded(text, width)
    assert re.sub(r"\s+", "", "".join(lines)) == re.sub(r"\s+", "", text)
    for n, line in enumerate(lines):
        assert line == line.rstrip()
        assert cell_len(line) <= width or not re.search(r"[\u4e00-\u9fff]{2}", line)
        assert not n or not re.match(r"[，。]", line) or re.match(r"[，。]+$", text[: len(line)])


def test_in_a_table_it_takes_the_width_that_is_left_and_keeps_its_styles() -> None:
    table = Table(box=None, padding=(0, 1))
    table.add_column("规则", no_wrap=True)
    table.add_column("问题")
    body = Text("账面余额 1,643,048.36 不等于原始金额，")
    body.append("请核对。", style="dim")
    table.add_row("REC001", Folded(body))
    out = Console(file=io.StringIO(), width=32, force_terminal=True, color_system="standard")
    out.print(table)
    shown = out.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[2m请核" in shown.replace("\x1b[0m\x1b[2m", "\x1b[2m")
    plain = [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", shown).splitlines()]
    assert plain == [
        " 规则    问题",
        " REC001  账面余额 1,643,048.36",
        "         不等于原始金额，请核",
        "         对。",
    ]


def test_of_a_text_as_long_as_a_cell_the_beginning_is_shown() -> None:
    """A crafted table has one in each header: a screen of them took minutes."""
    out = Console(file=io.StringIO(), width=40)
    out.print(Folded("甲乙：" * 10_000))
    shown = out.file.getvalue()  # type: ignore[attr-defined]
    assert re.sub(r"\s", "", shown) == ("甲乙：" * 10_000)[:1_999] + "…"
