"""``qq-excel map``: from an unknown sheet to a mapping that the next check uses."""

from __future__ import annotations

import datetime as dt
import sys
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


def test_answers_make_a_mapping_that_check_uses(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QQ_ASK", "1")
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
    code, output = run(odd, "--kind", "contracts", answers="y\n" + "\n".join(given.values()) + "\n1\n")
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
