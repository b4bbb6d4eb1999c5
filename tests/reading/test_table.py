"""From located headers to typed columns: rows, totals, notes, merges, units, and every odd cell."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from qq_excel.kinds import get_kind
from qq_excel.reading import read_grids, read_workbook
from qq_excel.reading.grid import BlockGrid
from qq_excel.reading.model import Area, CellError, FootEntry, Table
from tests.support.build import build, clean_row
from tests.support.ods import write_ods

KIND = get_kind("contracts")
NAMES = [f.name for f in KIND.fields]
HEADERS = [f.header for f in KIND.fields]
ROW = {
    "contract_id": "HT-1", "debtor": "青岛海川机械有限公司", "signed_on": dt.datetime(2026, 1, 5),
    "effective_on": dt.datetime(2026, 1, 10), "expires_on": dt.datetime(2027, 1, 4), "amount": 5_000_000.0,
    "settled": 1_000_000.0, "department": "销售部", "handler": "刘洋", "renewed": "否",
}  # fmt: skip


def row(**changes: Any) -> list[Any]:
    values = {**ROW, **changes}
    return [values.get(n) for n in NAMES]


def only(**values: Any) -> list[Any]:
    return [values.get(n) for n in NAMES]


def live(*rows: Sequence[Any], head: Sequence[Sequence[Any]] = (), **more: Any) -> Table:
    """The table of a sheet that is cells already."""
    book = read_grids([BlockGrid("合同台账", [*head, HEADERS, *rows], **more)], "live")
    assert len(book.tables) == 1
    return book.tables[0]


def filed(path: Path, write: Callable[[Any, Any], None], options: Mapping[str, Any] | None = None) -> Table:
    """The table of a file whose sheet *write* fills."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, **(options or {})})
    sheet = book.add_worksheet("合同台账")
    write(book, sheet)
    book.close()
    read = read_workbook(path)
    assert len(read.tables) == 1, read.facts
    return read.tables[0]


def write_rows(book: Any, sheet: Any, rows: Sequence[Sequence[Any]], top: int = 0, left: int = 0) -> None:
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for i, values in enumerate([HEADERS, *rows]):
        for j, value in enumerate(values):
            if isinstance(value, dt.datetime):
                sheet.write_datetime(top + i, left + j, value, day)
            elif isinstance(value, str):
                sheet.write_string(top + i, left + j, value)
            elif value is not None:
                sheet.write(top + i, left + j, value)


def cells(table: Table, name: str) -> list[Any]:
    """A column with None for every blank."""
    return [None if pd.isna(v) else v for v in table.frame[name].tolist()]


def facts(table: Table, rule: str) -> list[tuple[str, list[int], list[str], list[str]]]:
    return [(f.field, f.at.tolist(), f.raw, f.read) for f in table.facts.get(rule, [])]


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


# --- files --------------------------------------------------------------------------------------------


def test_table_that_starts_at_c7(tmp_path: Path) -> None:
    table = filed(tmp_path / "c7.xlsx", lambda b, s: write_rows(b, s, [row(), row(contract_id="HT-2")], 6, 2))
    assert table.header_row == 6
    assert table.rows.tolist() == [7, 8]
    assert table.columns == {n: 2 + i for i, n in enumerate(NAMES)}
    assert cells(table, "contract_id") == ["HT-1", "HT-2"]
    assert cells(table, "amount") == [500_000_000, 500_000_000]
    assert cells(table, "signed_on") == [day("2026-01-05")] * 2
    assert table.facts == {}


def test_types_of_columns(tmp_path: Path) -> None:
    frame = read_workbook(build(tmp_path / "a.xlsx", {"receivables": [{}]})).tables[0].frame
    assert {n: str(frame[n].dtype) for n in ("claim_id", "original", "occurred_on", "overdue_days")} == {
        "claim_id": "str", "original": "Int64", "occurred_on": "datetime64[s]", "overdue_days": "Int64",
    }  # fmt: skip
    assert list(frame.columns) == [f.name for f in get_kind("receivables").fields]
    assert isinstance(frame.index, pd.RangeIndex)


def test_mixed_columns_keep_every_cell(tmp_path: Path) -> None:
    rows = [
        row(contract_id="HT-1", amount=1.5, signed_on=dt.datetime(2026, 1, 5)),
        row(contract_id="HT-2", amount="1,200.50", signed_on="2026.1.6"),
        row(contract_id=30, amount=None, signed_on=20260107),
        row(contract_id="040", amount="面议", signed_on=46030),
        row(contract_id=5.5, amount=True, signed_on="长期"),
        row(contract_id="HT-6", amount=dt.datetime(2026, 1, 5), signed_on=False),
    ]
    table = filed(tmp_path / "mixed.xlsx", lambda b, s: write_rows(b, s, rows))
    assert cells(table, "contract_id") == ["HT-1", "HT-2", "30", "040", "5.5", "HT-6"]
    assert cells(table, "amount") == [150, 120_050, None, None, None, None]
    assert cells(table, "signed_on") == [
        day("2026-01-05"), day("2026-01-06"), day("2026-01-07"), day("2026-01-08"), None, None,
    ]  # fmt: skip
    assert facts(table, "CEL002") == [("amount", [1], ["1,200.50"], ["1200.5"])]
    assert [f[:2] for f in facts(table, "CEL004")] == [("amount", [3, 4]), ("amount", [5])]
    assert facts(table, "CEL004")[0][2] == ["面议", "true"]
    assert sorted(i for f in facts(table, "CEL003") for i in f[1]) == [1, 2, 3]
    assert sorted(i for f in facts(table, "CEL005") for i in f[1]) == [4, 5]


def test_durations_among_other_types(tmp_path: Path) -> None:
    def write(book: Any, sheet: Any) -> None:
        write_rows(book, sheet, [row(), row(contract_id="HT-2"), row(contract_id="HT-3", amount="12.5")])
        sheet.write_number(2, NAMES.index("amount"), 1.5, book.add_format({"num_format": "[h]:mm"}))
        sheet.write_number(1, NAMES.index("handler"), 0.5, book.add_format({"num_format": "[h]:mm"}))

    table = filed(tmp_path / "h.xlsx", write)
    assert cells(table, "contract_id") == ["HT-1", "HT-2", "HT-3"]
    assert cells(table, "amount") == [500_000_000, None, 1250]
    assert [f[1] for f in facts(table, "CEL004")] == [[1]]


def test_error_cells(tmp_path: Path) -> None:
    def write(book: Any, sheet: Any) -> None:
        write_rows(book, sheet, [row(), row(contract_id="HT-2"), row(contract_id="HT-3")])
        sheet.write_formula(1, NAMES.index("amount"), "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, NAMES.index("signed_on"), "=NA()", None, "#N/A")
        sheet.write_formula(3, NAMES.index("debtor"), "=x", None, "#NAME?")
        sheet.write_formula(3, NAMES.index("settled"), "=A1", None, "#REF!")
        sheet.write_string(2, NAMES.index("settled"), "12")

    table = filed(tmp_path / "err.xlsx", write)
    assert cells(table, "amount") == [None, 500_000_000, 500_000_000]
    assert cells(table, "signed_on") == [day("2026-01-05"), None, day("2026-01-05")]
    assert cells(table, "debtor") == [ROW["debtor"], ROW["debtor"], None]
    assert cells(table, "settled") == [100_000_000, 1200, None]
    assert sorted((f[0], f[1], f[2]) for f in facts(table, "CEL010")) == [
        ("amount", [0], ["#DIV/0!"]), ("debtor", [2], ["#NAME?"]), ("settled", [2], ["#REF!"]),
        ("signed_on", [1], ["#N/A"]),
    ]  # fmt: skip


def test_formulas_without_value_and_of_other_workbooks(tmp_path: Path) -> None:
    def write(book: Any, sheet: Any) -> None:
        write_rows(book, sheet, [row(), row(contract_id="HT-2")])
        sheet.write_formula(1, NAMES.index("amount"), "=1+1", None, 2)
        sheet.write_formula(2, NAMES.index("amount"), "=[1]Sheet1!A1", None, 7)
        sheet.write_formula(1, NAMES.index("settled"), "=1+2", None, 77)

    path = tmp_path / "f.xlsx"
    filed(path, write)
    stale = tmp_path / "stale.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stale, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>77</v>", b""))
    table = read_workbook(stale).tables[0]
    assert sorted((f[0], f[1], f[2]) for f in facts(table, "CEL011")) == [
        ("amount", [1], ["公式引用其他工作簿"]), ("settled", [0], ["公式没有结果"]),
    ]  # fmt: skip
    assert cells(table, "amount") == [200, 700]
    assert cells(table, "settled") == [None, 100_000_000]


def test_wrong_stored_dimension(tmp_path: Path) -> None:
    path = tmp_path / "d.xlsx"
    filed(path, lambda b, s: write_rows(b, s, [row(), row(contract_id="HT-2")], 2, 1))
    for ref in (b"A1", b"A1:B2", b"C9:D10", b"A1:XFD1048576"):
        wrong = tmp_path / "wrong.xlsx"
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(wrong, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                start, end = content.find(b"<dimension"), content.find(b"<sheetViews")
                if 0 < start < end:
                    content = content[:start] + b'<dimension ref="' + ref + b'"/>' + content[end:]
                new.writestr(name, content)
        table = read_workbook(wrong).tables[0]
        assert cells(table, "contract_id") == ["HT-1", "HT-2"], ref
        assert table.rows.tolist() == [3, 4]


def test_1904_dates(tmp_path: Path) -> None:
    rows = [row(signed_on=dt.datetime(2026, 1, 5)), row(contract_id="HT-2", signed_on="2026-01-06")]
    clean = filed(tmp_path / "a.xlsx", lambda b, s: write_rows(b, s, rows[:1]), {"date_1904": True})
    assert cells(clean, "signed_on") == [day("2026-01-05")]
    mixed = filed(tmp_path / "b.xlsx", lambda b, s: write_rows(b, s, rows), {"date_1904": True})
    assert cells(mixed, "signed_on") == [day("2026-01-05"), day("2026-01-06")]


def test_1904_numbers_without_a_date_format(tmp_path: Path) -> None:
    rows = [row(signed_on=44565), row(signed_on=20260106), row(signed_on="46029")]
    table = filed(tmp_path / "a.xlsx", lambda b, s: write_rows(b, s, rows), {"date_1904": True})
    assert cells(table, "signed_on") == [day("2026-01-05"), day("2026-01-06"), day("2026-01-07")]


def test_1904_date_in_the_head_block(tmp_path: Path) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "截止日期")
        sheet.write_datetime(0, 1, dt.datetime(2026, 9, 30), book.add_format({"num_format": "yyyy-mm-dd"}))
        write_rows(book, sheet, [row()], 2)

    assert filed(tmp_path / "a.xlsx", write, {"date_1904": True}).as_of == dt.date(2026, 9, 30)


@pytest.mark.parametrize(
    ("layout", "hidden", "filtered"),
    [
        ({}, None, False),
        ({"hide_rows": [6]}, "rows", False),
        ({"hide_rows": [0]}, None, False),
        ({"hide_columns": [3]}, "columns", False),
        ({"hide_rows": [6], "filter": True}, None, True),
    ],
)
def test_hidden(tmp_path: Path, layout: dict[str, Any], hidden: str | None, filtered: bool) -> None:
    table = read_workbook(build(tmp_path / "h.xlsx", {"contracts": [{}, {}, {}]}, layout=layout)).tables[0]
    assert (table.hidden, table.filtered, len(table.frame)) == (hidden, filtered, 3)


def test_hidden_sheet(tmp_path: Path) -> None:
    def write(book: Any, sheet: Any) -> None:
        write_rows(book, sheet, [row()])
        sheet.hide()
        book.add_worksheet("目录").activate()

    assert filed(tmp_path / "h.xlsx", write).hidden == "sheet"


def test_codes_of_more_than_15_digits(tmp_path: Path) -> None:
    rows = [
        row(contract_id=1234567890123460000),
        row(contract_id="1234567890123456789"),
        row(contract_id=123456789012345),
    ]
    table = filed(tmp_path / "c.xlsx", lambda b, s: write_rows(b, s, rows))
    assert cells(table, "contract_id") == ["1234567890123460000", "1234567890123456789", "123456789012345"]
    assert facts(table, "CEL013") == [("contract_id", [0], ["1234567890123460000"], [""])]


def test_merged_cells_are_filled(tmp_path: Path) -> None:
    rows = [
        row(),
        row(contract_id="HT-2", debtor=None),
        row(contract_id="HT-3", debtor=None),
        row(contract_id="HT-4"),
    ]
    at = NAMES.index("debtor")

    def write(book: Any, sheet: Any) -> None:
        write_rows(book, sheet, rows, 2)
        sheet.merge_range(3, at, 5, at, "甲公司")
        sheet.merge_range(0, 0, 0, 5, "合同台账")

    table = filed(tmp_path / "m.xlsx", write)
    assert cells(table, "debtor") == ["甲公司", "甲公司", "甲公司", ROW["debtor"]]
    assert table.merges == [Area(3, at, 5, at)]


# --- rows ---------------------------------------------------------------------------------------------


def test_blank_rows() -> None:
    table = live(row(), only(), only(debtor="  "), row(contract_id="HT-2"), only(), only())
    assert table.rows.tolist() == [1, 4]
    assert table.blank_rows == [2, 3]


@pytest.mark.parametrize("word", ["合计", "合  计", "合计：", "总计", "合计（元）", "本表合计", "Total"])
def test_total_row(word: str) -> None:
    table = live(row(), row(contract_id="HT-2"), only(contract_id=word, amount="10,000,000.00", settled=2e6))
    assert len(table.frame) == 2
    total = table.totals[0]
    assert (total.row, total.values) == (3, {"amount": 1_000_000_000.0, "settled": 200_000_000.0})
    assert (total.first, total.last) == (0, 2)


def test_subtotals() -> None:
    table = live(
        row(), row(contract_id="HT-2"), only(debtor="华东分公司 小计", amount=1e7),
        row(contract_id="HT-3"), only(contract_id="小计", amount=5e6), only(contract_id="合计", amount=15e6),
    )  # fmt: skip
    assert cells(table, "contract_id") == ["HT-1", "HT-2", "HT-3"]
    assert [(t.row, t.label, t.first, t.last) for t in table.totals] == [
        (3, "华东分公司小计", 0, 2), (5, "小计", 2, 3), (6, "合计", 0, 3),
    ]  # fmt: skip


def test_total_word_in_a_column_that_is_no_field() -> None:
    rows = [[1.0, *row()], [2.0, *only()], ["合计", *only(amount=5e6)], ["制表人：周敏", *only()]]
    grid = BlockGrid("合同台账", [["序号", *HEADERS], *rows])
    table = read_grids([grid], "live").tables[0]
    assert cells(table, "contract_id") == ["HT-1"]
    assert [(t.label, t.values) for t in table.totals] == [("合计", {"amount": 500_000_000.0})]


def test_total_word_left_of_the_table() -> None:
    grid = BlockGrid("合同台账", [[None, *HEADERS], [None, *row()], ["合计", *only(amount=5e6)]])
    table = read_grids([grid], "live").tables[0]
    assert (len(table.frame), len(table.totals)) == (1, 1)


@pytest.mark.parametrize(
    "below",
    [
        only(contract_id="注：本表按季填报"),
        only(contract_id="备注：无", debtor="x"),
        only(contract_id="制表人：周敏", signed_on="审核人：何立", amount="日期：2026-10-08"),
        only(contract_id="说明", debtor="1. 金额含税"),
        only(department="单位负责人（签章）："),
    ],
)
def test_notes_and_signatures_below(below: list[Any]) -> None:
    table = live(row(), row(contract_id="HT-2"), only(), below, only(contract_id="2. 其他说明"))
    assert cells(table, "contract_id") == ["HT-1", "HT-2"]
    assert table.blank_rows == []


def test_a_whole_row_is_data_whatever_its_words() -> None:
    table = live(
        row(contract_id="备注-1", debtor="会计师事务所"), row(contract_id="合计-2"), row(debtor="甲合计")
    )
    assert len(table.frame) == 3


def test_a_note_between_rows_of_data_ends_nothing() -> None:
    table = live(
        row(), only(contract_id="备注：以上为华东，以下为西南"), row(contract_id="HT-2"),
        only(contract_id="会计-3", debtor="会计师事务所", amount=5.0), row(contract_id="HT-4"),
        only(contract_id="注：本表按季填报"), only(contract_id="2. 其他说明"),
    )  # fmt: skip
    assert cells(table, "contract_id") == ["HT-1", "HT-2", "会计-3", "HT-4"]
    assert table.rows.tolist() == [1, 3, 4, 5]
    assert table.blank_rows == []


def test_a_row_with_gaps_stays_data() -> None:
    table = live(row(), only(contract_id="HT-2", amount=1.0), row(contract_id="HT-3"))
    assert cells(table, "contract_id") == ["HT-1", "HT-2", "HT-3"]
    assert cells(table, "debtor") == [ROW["debtor"], None, ROW["debtor"]]


def test_no_rows() -> None:
    table = live()
    assert (len(table.frame), table.rows.tolist(), table.totals) == (0, [], [])
    assert str(table.frame["amount"].dtype) == "Int64"


# --- amounts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "raw", "cents"),
    [
        ("元", 1.005, 101), ("元", 1.015, 102), ("元", -1.005, -101), ("元", 0.1 + 0.2, 30), ("元", 1e9 + 0.01, 100_000_000_001),
        ("万元", 1.2345, 1_234_500), ("万元", "1.2万元", 1_200_000), ("万元", "1.2万", 1_200_000),
        ("万元", "1.2", 1_200_000), ("千元", 3.0, 300_000), ("万元", "伍角", 50), ("元", "(1,200.00)", -120_000),
    ],
)  # fmt: skip
def test_amounts_are_whole_cents_of_yuan(unit: str, raw: Any, cents: int) -> None:
    table = live(row(amount=raw), head=[["金额单位", unit]])
    assert cells(table, "amount") == [cents]
    assert (table.money_unit, table.step) == (unit, {"元": 1, "千元": 1_000, "万元": 10_000}[unit])


def test_unit_of_the_headers() -> None:
    headers = [
        h + ("（万元）" if n in ("amount", "settled") else "") for n, h in zip(NAMES, HEADERS, strict=True)
    ]
    grid = BlockGrid("合同台账", [headers, row(amount=2.5), only(contract_id="合计", amount=2.5)])
    table = read_grids([grid], "live").tables[0]
    assert cells(table, "amount") == [2_500_000]
    assert table.totals[0].values == {"amount": 2_500_000.0}


def test_more_than_two_decimals_are_noted() -> None:
    table = live(row(amount=1.234), row(amount=1.23), row(amount=1234567890.12))
    assert facts(table, "CEL008") == [("amount", [0], ["1.234"], ["1.23"])]


@pytest.mark.parametrize("raw", [1e15, "1e20"])
def test_amounts_beyond_exact_cents_are_noted_not_lost(raw: Any) -> None:
    table = live(row(amount=raw))
    assert cells(table, "amount") == [None]
    assert [f[:2] for f in facts(table, "CEL004")] == [("amount", [0])]


@pytest.mark.parametrize("raw", [float("inf"), float("nan")])
def test_no_numbers_at_all(raw: float) -> None:
    assert cells(live(row(amount=raw)), "amount") == [None]


# --- dates and texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (46027.0, "2026-01-05"), (20260105.0, "2026-01-05"), (2026.1, None), (2026.12, "2026-12-01"),
        (dt.date(2026, 1, 5), "2026-01-05"), (dt.datetime(2026, 1, 5, 23, 59), "2026-01-05"), ("2026-1-5", "2026-01-05"),
        ("05/01/2026", None), (dt.datetime(1900, 1, 1), None), (dt.datetime(2999, 1, 1), None), (3.0, None),
        (CellError("#N/A"), None),
    ],
)  # fmt: skip
def test_dates(raw: Any, expected: str | None) -> None:
    assert cells(live(row(signed_on=raw)), "signed_on") == [expected and day(expected)]


def test_white_space_is_noted_and_taken_out() -> None:
    table = live(row(debtor="　甲  公司\n"), row(debtor="乙 公司"), row(debtor="丙\u00a0公司"))
    assert cells(table, "debtor") == ["甲 公司", "乙 公司", "丙 公司"]
    assert [(f[0], f[1], f[3]) for f in facts(table, "CEL006")] == [
        ("debtor", [0, 2], ["甲 公司", "丙 公司"])
    ]


def test_control_characters_and_long_texts() -> None:
    table = live(row(debtor="甲\x07公司"), row(debtor="长" * (KIND["debtor"].max_length + 1)))
    assert cells(table, "debtor")[0] == "甲公司"
    assert [f[:2] for f in facts(table, "CEL014")] == [("debtor", [0, 1])]


def test_full_width_codes_and_numbers_as_texts() -> None:
    table = live(row(contract_id="ＨＴ－１", handler=12.0), row(contract_id=7.0, handler=True))
    assert cells(table, "contract_id") == ["HT-1", "7"]
    assert cells(table, "handler") == ["12", "TRUE"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("Y", "是"), ("n", "否"), (True, "是"), (False, "否"), ("是", "是"), ("可能", "可能")],
)
def test_yes_and_no(raw: Any, expected: str) -> None:
    assert cells(live(row(renewed=raw)), "renewed") == [expected]


# --- blocks below the table ---------------------------------------------------------------------------

COUNT = get_kind("inventory_count")
LAST = dt.date(2026, 9, 20)


def foot_of(*lines: Sequence[Any]) -> dict[str, FootEntry]:
    values = clean_row("inventory_count", 0, {})
    data = [
        dt.datetime.combine(v, dt.time()) if isinstance(v, dt.date) else v
        for v in (values.get(f.name) for f in COUNT.fields)
    ]
    grid = BlockGrid("盘点", [[f.header for f in COUNT.fields], data, [], *lines])
    table = read_grids([grid], "live").tables[0]
    assert len(table.frame) == 1
    return {e.entry: e for e in table.foot}


def test_foot_of_the_template(tmp_path: Path) -> None:
    table = read_workbook(build(tmp_path / "p.xlsx", {"inventory_count": [{}]})).tables[0]
    assert [(e.block, e.entry, e.name, e.on) for e in table.foot] == [
        ("signatures", "单位经理", "高远", LAST), ("signatures", "财务主管", "罗静", LAST),
        ("signatures", "保管人", "马强", LAST), ("signatures", "验收人", "孙悦", LAST),
        ("deliveries", "财务部", None, dt.date(2026, 9, 21)), ("deliveries", "技术工程部", None, dt.date(2026, 9, 21)),
        ("deliveries", "清欠办", None, dt.date(2026, 9, 21)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        ["保管人", "马强", "日期", dt.datetime(2026, 9, 20)],
        ["保管人：", "马强", None, "2026.9.20"],
        ["保管人：马强", "日期：2026年9月20日"],
        ["保管人：马强 日期：2026-09-20"],
        ["保管人：马强  验收人：孙悦 日期：2026-09-20"],
        ["保管人（签字）", "马强", "日期", "2026-9-20"],
        ["保管人", "姓名", "马强", "日期", "20260920"],
    ],
)
def test_signature(line: list[Any]) -> None:
    entry = foot_of(line)["保管人"]
    assert (entry.block, entry.name, entry.row, entry.column) == ("signatures", "马强", 3, 0)
    assert entry.on == LAST or "验收人" in str(line[0])


def test_several_signatures_in_one_row() -> None:
    found = foot_of(["保管人：", "马强", "验收人：", "孙悦", "财务主管：罗静"])
    assert {k: v.name for k, v in found.items()} == {"保管人": "马强", "验收人": "孙悦", "财务主管": "罗静"}


def test_several_signatures_in_one_cell() -> None:
    found = foot_of(["单位经理：高远  财务主管：罗静   保管人：马强 验收人：____"])
    assert {k: v.name for k, v in found.items()} == {
        "单位经理": "高远",
        "财务主管": "罗静",
        "保管人": "马强",
        "验收人": None,
    }


def test_empty_signature() -> None:
    entry = foot_of(["保管人：", None, "日期："], ["验收人：________"])
    assert [(e.name, e.on) for e in entry.values()] == [(None, None), (None, None)]


@pytest.mark.parametrize(
    "line",
    [
        ["送达财务部", None, "日期", dt.datetime(2026, 9, 21)],
        ["送达财务部：2026-09-21"],
        ["财务部", "2026-09-21"],
    ],
)
def test_delivery(line: list[Any]) -> None:
    entry = foot_of(line)["财务部"]
    assert (entry.block, entry.on) == ("deliveries", dt.date(2026, 9, 21))


def test_as_of_of_the_caller_counts(tmp_path: Path) -> None:
    path = build(tmp_path / "a.xlsx", {"contracts": [{}]})
    assert read_workbook(path).tables[0].as_of == dt.date(2026, 9, 30)
    assert read_workbook(path, as_of=dt.date(2026, 6, 30)).tables[0].as_of == dt.date(2026, 6, 30)


def test_many_merges_are_quick() -> None:
    rows = [row(contract_id=f"HT-{i}", debtor=f"客户{i}" if i % 2 == 0 else None) for i in range(6_000)]
    at = NAMES.index("debtor")
    table = live(*rows, merges=[Area(1 + i, at, 2 + i, at) for i in range(0, 6_000, 2)])
    assert cells(table, "debtor") == [f"客户{i - i % 2}" for i in range(6_000)]
    assert np.array_equal(table.rows, np.arange(1, 6_001))


# --- other formats ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("display", "hidden"), [("true", None), ("false", "sheet")])
def test_open_document(tmp_path: Path, display: str, hidden: str | None) -> None:
    book = read_workbook(
        write_ods(tmp_path / "a.ods", [["合同台账"], HEADERS, row(), row(contract_id="HT-2")], display)
    )
    assert book.facts == []
    table = book.tables[0]
    assert cells(table, "contract_id") == ["HT-1", "HT-2"]
    assert cells(table, "amount") == [500_000_000, 500_000_000]
    assert cells(table, "signed_on") == [day("2026-01-05")] * 2
    assert table.hidden == hidden


# --- several tables on a sheet ------------------------------------------------------------------------


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


# --- tables side by side ------------------------------------------------------------------------------


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
