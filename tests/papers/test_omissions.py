"""What cannot be counted is said, and a balance that cannot be read is neither nothing nor settled."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from qq_excel.check import Result, check_paths
from qq_excel.check.omissions import omissions
from qq_excel.errors import InputError
from qq_excel.papers.report import make
from qq_excel.papers.roll_forward import roll_forward
from tests.cli.support import qq
from tests.papers.paper_reading import sheet_rows
from tests.support.build import build

NEVER_COMPUTED = {"formula": "=L6-M6", "value": ""}
ROWS = [
    {"balance": NEVER_COMPUTED},  # 1,000 − 400
    {"original": 3000, "received": 0, "balance": {"error": "#REF!"}},
    {"original": {"text": "见附件"}, "balance": {"error": "#N/A"}},  # nothing to go by
    {"original": 50, "received": 50, "balance": NEVER_COMPUTED, "status": "已结清"},
    {"original": 500, "received": 0, "balance": 500},
]
INFERRED = "账.xlsx 有 2 行的账面余额读不出，按原始金额减已收金额计入"
GONE = "账.xlsx 有 1 行没有可读的余额，未计入合计"


@pytest.fixture
def result(tmp_path: Path) -> Result:
    return check_paths([build(tmp_path / "账.xlsx", {"receivables": ROWS})])


def test_a_balance_that_cannot_be_read_is_inferred_and_said(result: Result, tmp_path: Path) -> None:
    assert not result.accepted
    assert [n.zh for n in omissions(result)] == [INFERRED, GONE]
    made = make("ageing", result, tmp_path / "out", formats=["xlsx", "json"])
    assert [n.zh for n in made.notes] == [INFERRED, GONE]
    data = json.loads((tmp_path / "out" / "账龄分析.json").read_text(encoding="utf-8"))
    assert (data["ledger"], data["tables"][0]["total"]) == ("4,100.00", "4,100.00")
    told = [c for row in sheet_rows(tmp_path / "out" / "账龄分析.xlsx") for c in row if isinstance(c, str)]
    assert f"注意：{INFERRED}。" in told
    assert f"注意：{GONE}。" in told


def test_what_dates_leave_open_is_said(tmp_path: Path) -> None:
    """No as-of date, no due date, and one unit's ledgers of two days in one run."""
    (tmp_path / "a").mkdir()
    rows = [{"due_on": None}, {"due_on": None, "balance": 0}, {"due_on": None, "status": "已结清"}, {}]
    old = build(
        tmp_path / "a" / "六月.xlsx",
        {"receivables": [{}]},
        head={"as_of": dt.date(2026, 6, 30), "period": "2026Q2"},
    )
    new = build(tmp_path / "a" / "九月.xlsx", {"receivables": rows})
    assert [n.zh for n in omissions(check_paths([old, new]))] == [
        "华东分公司的明细表有 2 个截止日期（2026-06-30、2026-09-30），各期都计入，同一笔债权会重复计算；请只给一期，上期用 --previous 给出",
        "九月.xlsx 有 1 行没有可读的约定付款日，是否逾期没有判断，不在催款之列",
    ]
    bare = build(tmp_path / "无期.xlsx", {"receivables": [{}]}, head={"as_of": None})
    said = "无期.xlsx 没有截止日期，账龄、逾期和诉讼时效没有判断，请在表头填写“截止日期”或用 --as-of 指定"
    assert [n.zh for n in omissions(check_paths([bare]))] == [said]
    assert said in qq(tmp_path, "warn", str(bare), "-o", "out").stdout


def test_claims_of_unknown_balance_are_warned_of_and_carried(result: Result, tmp_path: Path) -> None:
    warned = make("warnings", result, tmp_path / "warn").outcome
    assert (warned.live.count, warned.live.amount) == (4, 410_000)
    assert [n.zh for n in warned.notes[:2]] == [INFERRED, GONE]
    (rolled,) = roll_forward(result, tmp_path / "next")
    assert (rolled.claims, rolled.left_out, rolled.balance) == (4, 1, 410_000)


def test_a_file_that_cannot_be_read_is_named_where_its_figures_lack(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    whole = build(tmp_path / "in" / "好.xlsx", {"receivables": [{}]})
    broken = tmp_path / "in" / "半.xlsx"
    broken.write_bytes(whole.read_bytes()[:3000])
    said = "半.xlsx 读不了，未计入：不是合格的工作簿：文件已损坏或不完整"
    for command in (
        ("warn", "in", "-o", "w"),
        ("report", "ageing", "in", "-o", "a"),
        ("roll-forward", "in", "-o", "r"),
    ):
        assert said in qq(tmp_path, *command).stdout, command
    alone = check_paths([broken])
    for paper in ("warnings", "ageing"):
        with pytest.raises(InputError, match=r"半\.xlsx 读不了"):
            make(paper, alone, tmp_path / "none")
    with pytest.raises(InputError, match=r"半\.xlsx 读不了"):
        roll_forward(alone, tmp_path / "none")


def test_a_money_unit_that_is_not_known_is_an_error_and_said(tmp_path: Path) -> None:
    path = build(tmp_path / "亿.xlsx", {"receivables": [{}]}, head={"money_unit": "亿元"})
    result = check_paths([path])
    assert [(f.rule, f.level) for f in result.findings if f.rule == "TAB004"] == [("TAB004", "E")]
    (note,) = omissions(result)
    assert note.zh == "亿.xlsx 的金额单位“亿元”不认识，按元计入，金额可能差若干倍，请更正后重新生成"


def test_what_counts_is_not_spoken_of(tmp_path: Path) -> None:
    assert omissions(check_paths([build(tmp_path / "a.xlsx", {"receivables": [{}]})])) == []
