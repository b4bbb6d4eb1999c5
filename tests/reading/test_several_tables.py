"""Several tables on one sheet: below each other, side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from qq_excel.kinds import get_kind
from qq_excel.reading import read_grids, read_workbook
from qq_excel.reading.grid import BlockGrid
from tests.reading.tables import HEADERS, KIND, NAMES, cells, row, write_rows
from tests.support.build import clean_row

pytestmark = pytest.mark.usefixtures("each_way")


@pytest.mark.parametrize("main_first", [True, False])
@pytest.mark.parametrize(("own", "cents"), [(None, 60_000), ("元", 6)])
def test_a_second_sheet_is_in_the_money_unit_of_its_main_sheet(
    own: str | None, cents: int, main_first: bool
) -> None:
    """Templates have a head block above the main table only; one that the second sheet has of its own counts."""
    agreements, plan = get_kind("agreements"), get_kind("instalments")
    given = {
        "agreement_id": "XY-1",
        "claim_id": "ZQ-1",
        "debtor": "海川",
        "amount": 0.06,
        "no": 1.0,
        "due": 0.06,
    }
    main = [
        ["金额单位", "万元"],
        [f.header for f in agreements.fields],
        [given.get(f.name) for f in agreements.fields],
    ]
    second = [[f.header for f in plan.fields], [given.get(f.name) for f in plan.fields]]
    sheets = [BlockGrid("台账", main), BlockGrid("计划", [["金额单位", own], *second] if own else second)]
    book = read_grids(sheets if main_first else sheets[::-1], "live")
    assert [t.sheet for t in book.tables] == (["台账", "计划"] if main_first else ["计划", "台账"])
    by_kind = {t.kind.kind: t for t in book.tables}
    assert cells(by_kind["agreements"], "amount") == [60_000]
    assert (cells(by_kind["instalments"], "due"), by_kind["instalments"].money_unit) == (
        [cents],
        own or "万元",
    )


def test_tables_below_each_other() -> None:
    terms = get_kind("credit_terms")
    given = {"debtor": "海川", "credit_limit": 5000.0, "insured_days": 30.0, "approval_no": "A-1"}
    lines: list[Sequence[Any]] = [
        ["填报单位", "华东分公司", None, "截止日期", "2026-09-30"], HEADERS, row(), row(contract_id="HT-2"),
        ["合计"], [], ["西南分公司合同"], ["填报单位：西南分公司"], HEADERS, row(contract_id="HT-3"), [],
        [f.header for f in terms.fields], [given.get(f.name) for f in terms.fields],
    ]  # fmt: skip
    book = read_grids([BlockGrid("表", lines)], "live")
    assert book.facts == []
    first, second, third = book.tables
    assert [t.kind.kind for t in book.tables] == ["contracts", "contracts", "credit_terms"]
    assert [t.header_row for t in book.tables] == [1, 8, 11]
    assert [t.rows.tolist() for t in book.tables] == [[2, 3], [9], [12]]
    assert (cells(first, "contract_id"), cells(second, "contract_id")) == (["HT-1", "HT-2"], ["HT-3"])
    assert [t.row for t in first.totals] == [4]
    assert cells(third, "credit_limit") == [500_000]
    assert [t.text("unit") for t in book.tables] == ["华东分公司", "西南分公司", "西南分公司"]
    assert {t.as_of for t in book.tables} == {dt.date(2026, 9, 30)}


def test_headers_again_on_the_next_page_far_below(tmp_path: Path) -> None:
    page = [row(contract_id=f"HT-{i}") for i in range(150)]
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        write_rows(made, made.add_worksheet("合同台账"), [*page, HEADERS, *page[:2]])
    book = read_workbook(path)
    assert [t.rows.tolist() for t in book.tables] == [list(range(1, 151)), [152, 153]]
    assert all(not t.facts for t in book.tables)


def test_tables_side_by_side(tmp_path: Path) -> None:
    claims = get_kind("receivables")
    claim = clean_row("receivables", 0, {})
    left = [
        [f.header for f in claims.fields],
        *([claim.get(f.name) for f in claims.fields] for _ in range(3)),
    ]
    size = len(claims.fields)

    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["填报单位", "华东分公司"])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for i, line in enumerate(left, 2):
            for j, value in enumerate(line):
                if isinstance(value, dt.date):
                    sheet.write_datetime(i, j, dt.datetime(value.year, value.month, value.day), day)
                elif value is not None:
                    sheet.write(i, j, value)
        write_rows(book, sheet, [row(), row(contract_id="HT-2")], 2, size + 1)
        sheet.write(5, size + 1, "合计")
        sheet.write(5, size + 1 + NAMES.index("amount"), 1e7)

    book = xlsxwriter.Workbook(str(tmp_path / "s.xlsx"))
    write(book, book.add_worksheet("两表"))
    book.close()
    read = read_workbook(tmp_path / "s.xlsx")
    first, second = read.tables
    assert (first.kind, second.kind) == (claims, KIND)
    assert (first.doubles, second.doubles, second.missing) == ([], [], [])
    assert (len(first.frame), first.totals, first.rows.tolist()) == (3, [], [3, 4, 5])
    assert cells(second, "contract_id") == ["HT-1", "HT-2"]
    assert second.columns["contract_id"] == size + 1
    assert [(t.row, t.values) for t in second.totals] == [(5, {"amount": 1_000_000_000.0})]
    assert second.text("unit") == "华东分公司"
    assert read.facts == []


def test_two_tables_of_one_kind_side_by_side() -> None:
    lines = [[*a, None, *b] for a, b in [(HEADERS, HEADERS), (row(), row(contract_id="HT-2"))]]
    first, second = read_grids([BlockGrid("合同台账", lines)], "live").tables
    assert (cells(first, "contract_id"), cells(second, "contract_id")) == (["HT-1"], ["HT-2"])


def test_a_blank_column_parts_no_table() -> None:
    lines = [[*line[:5], None, *line[5:], "甲", "乙", "丙"] for line in (HEADERS, row())]
    (table,) = read_grids([BlockGrid("合同台账", lines)], "live").tables
    assert (table.missing, cells(table, "amount")) == ([], [500_000_000])
