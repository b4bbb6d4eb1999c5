"""``qq-excel map``: from an unknown sheet to a mapping that the next check uses."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from qq_excel.cli.app import app
from qq_excel.reading import read_workbook


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["单据合同号", "对方客户", "签约日", "终止日", "总价", "密码"])
    book.active.append(["A1", "海川", "03/04/2026", dt.datetime(2027, 1, 1), 5, "=1+1"])
    book.save(tmp_path / "东北.xlsx")
    return tmp_path / "东北.xlsx"


def run(*arguments: object, answers: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["map", *map(str, arguments)], input=answers, standalone_mode=False)
    if result.exception:
        return 2, str(result.exception)
    return int(result.return_value or 0), result.output


def talk(*arguments: object, answers: list[str]) -> tuple[int, str]:
    """The command at a terminal, where somebody answers."""
    import pty  # noqa: PLC0415 - not on Windows

    ours, theirs = pty.openpty()
    start = "from qq_excel.cli import main; main()"
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        process = subprocess.Popen(
            [sys.executable, "-c", start, "map", *map(str, arguments)],
            stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT, env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        os.close(theirs)
        terminal.write("".join(f"{a}\n" for a in answers).encode())
        said = b""
        with suppress(OSError):  # the other end is closed: all is said
            while piece := terminal.read(4096):
                said += piece
        return process.wait(60), said.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_answers_make_a_mapping_that_check_uses(odd: Path) -> None:
    assert [f.rule for f in read_workbook(odd).facts] == ["FIL006"]
    given = {
        "单据合同号": "合同编号",
        "对方客户": "debtor",
        "签约日": "签订日期",
        "终止日": "到期日期",
        "总价": "合同金额",
        "密码": "-",
    }
    # every column is asked for: nothing here is sure
    code, output = talk(odd, "--kind", "contracts", answers=["y", *given.values(), "1"])
    assert code == 0, output
    assert "03/04/2026" in output
    (table,) = read_workbook(odd).tables
    assert table.kind.kind == "contracts"
    row = table.frame.iloc[0]
    assert (row["contract_id"], row["debtor"], row["amount"]) == ("A1", "海川", 500)
    assert row["signed_on"] == dt.datetime(2026, 4, 3)
    code, output = run(odd, "--yes")
    assert code == 2
    assert "文件已存在" in output


def test_without_a_terminal(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    code, output = run(odd)
    assert (code, "--yes" in output) == (2, True)
    assert not (odd.parent / "mappings").exists()


@pytest.mark.parametrize(
    ("more", "says"), [(("--sheet", "无"), "没有工作表"), (("--kind", "contract"), "contract")]
)
def test_wrong_options(odd: Path, more: tuple[str, ...], says: str) -> None:
    code, output = run(odd, "--yes", *more)
    assert (code, says in output) == (2, True)
