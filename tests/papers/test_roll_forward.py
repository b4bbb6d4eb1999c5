"""Roll-forward: what is carried, in which unit, as of which day; the ledger reads back and checks clean."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from qq_excel.check import check_paths
from qq_excel.errors import InputError
from qq_excel.papers.roll_forward import next_period, roll_forward
from tests.cli.support import qq
from tests.support.build import build
from tests.support.digests import digest

ENDED = {"received": 1000, "balance": 0, "status": "已结清"}


@pytest.mark.parametrize(
    ("period", "after", "day"),
    [
        ("2026Q3", "2026Q4", dt.date(2026, 12, 31)),
        ("2026年第四季度", "2027Q1", dt.date(2027, 3, 31)),
        ("2026H2", "2027H1", dt.date(2027, 6, 30)),
        ("2026", "2027", dt.date(2027, 12, 31)),
        ("2028-01", "2028-02", dt.date(2028, 2, 29)),
    ],
)
def test_the_period_after(period: str, after: str, day: dt.date) -> None:
    assert next_period(period) == (after, day)
    assert next_period("本期") is None


def test_open_claims_are_carried_and_held_against_the_period_before(tmp_path: Path) -> None:
    rows = [
        {"debtor": "=1+1", "remark": "＝甲"},
        ENDED,
        {"original": 12345.67, "received": 0, "balance": 12345.67},
    ]
    now = build(tmp_path / "now.xlsx", {"receivables": rows})
    (rolled,) = roll_forward(check_paths([now]), tmp_path / "next")
    assert rolled.path == tmp_path / "next" / "华东分公司" / "应收账款明细表.xlsx"
    assert (rolled.period, rolled.claims, rolled.left_out, rolled.balance) == ("2026Q4", 2, 1, 1294567)
    held = check_paths([rolled.path], previous=[now])
    table = held.stacks["receivables"]
    assert list(table["claim_id"]) == ["ZQ-0001", "ZQ-0003"]
    assert list(table["original"]) == [100000, 1234567]
    assert list(table["balance"]) == [60000, 1234567]
    assert list(table["debtor"]) == ["=1+1", "青岛海川机械有限公司"]
    assert table.day == dt.date(2026, 12, 31)
    assert list(table["overdue_days"]) == [31, 31]  # due on 2026-11-30: the formula moved on
    assert [f.rule for f in held.findings if f.rule.startswith("XPD")] == []
    sheet = openpyxl.load_workbook(rolled.path).worksheets[0]
    formulas = [c.value for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas
    assert not [f for f in formulas if "1+1" in str(f)]


def test_amounts_stay_in_the_sheets_unit(tmp_path: Path) -> None:
    now = build(
        tmp_path / "now.xlsx", {"receivables": [{"original": 1.25, "received": 0.25, "balance": 1}]},
        {"money_unit": "万元"},
    )  # fmt: skip
    (rolled,) = roll_forward(check_paths([now]), tmp_path / "next")
    (table,) = check_paths([rolled.path]).files[0].workbook.tables
    assert (table.money_unit, table.step) == ("万元", 10000)
    assert list(table.frame["original"]) == [1250000]


def test_a_ledger_that_was_begun_is_not_replaced(tmp_path: Path) -> None:
    now = build(tmp_path / "now.xlsx", {"receivables": [{}]})
    result = check_paths([now])
    (rolled,) = roll_forward(result, tmp_path / "next")
    before = digest(rolled.path)
    with pytest.raises(InputError, match="文件已经存在"):
        roll_forward(result, tmp_path / "next")
    assert digest(rolled.path) == before
    (again,) = roll_forward(result, tmp_path / "other")
    assert digest(again.path) == before


def test_the_command_says_what_it_carried(tmp_path: Path) -> None:
    build(tmp_path / "now.xlsx", {"receivables": [{}, ENDED]})
    done = qq(tmp_path, "roll-forward", "now.xlsx", "-o", "next")
    assert done.returncode == 0, done.stderr
    assert "华东分公司 2026Q4：结转 1 笔，余额 600.00 元；已了结 1 笔不结转。" in done.stdout
    build(tmp_path / "no.xlsx", {"receivables": [{}]}, {"period": None})
    assert "没有填写报告期" in qq(tmp_path, "roll-forward", "no.xlsx", "-o", "next2").stderr
