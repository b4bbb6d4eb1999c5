"""From a file's sheet to typed columns: where the table lies, types, errors, formulas, what is hidden or merged."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qq_excel.kinds import get_kind
from qq_excel.reading import read_workbook
from qq_excel.reading.model import Area
from tests.reading.tables import HEADERS, NAMES, ROW, cells, day, facts, filed, live, row, write_rows
from tests.support.build import build
from tests.support.ods import write_ods

pytestmark = pytest.mark.usefixtures("each_way")


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
        ("amount", [1], ["other_workbook"]), ("settled", [0], ["no_result"]),
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
    ("layout", "rows", "columns", "filtered"),
    [
        ({}, [], [], False),
        ({"hide_rows": [6]}, [(6, 6)], [], False),
        ({"hide_rows": [0]}, [], [], False),
        ({"hide_columns": [3, 4, 6]}, [], [(3, 4), (6, 6)], False),
        ({"hide_rows": [6], "filter": True}, [], [], True),
    ],
)
def test_hidden(
    tmp_path: Path, layout: dict[str, Any], rows: list[Any], columns: list[Any], filtered: bool
) -> None:
    table = read_workbook(build(tmp_path / "h.xlsx", {"contracts": [{}, {}, {}]}, layout=layout)).tables[0]
    assert (table.hidden, table.hidden_rows, table.hidden_columns) == (False, rows, columns)
    assert (table.filtered, len(table.frame)) == (filtered, 3)


def test_hidden_sheet(tmp_path: Path) -> None:
    def write(book: Any, sheet: Any) -> None:
        write_rows(book, sheet, [row()])
        sheet.hide()
        book.add_worksheet("目录").activate()

    assert filed(tmp_path / "h.xlsx", write).hidden


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


@pytest.mark.parametrize(("display", "hidden"), [("true", False), ("false", True)])
def test_open_document(tmp_path: Path, display: str, hidden: bool) -> None:
    book = read_workbook(
        write_ods(tmp_path / "a.ods", [["合同台账"], HEADERS, row(), row(contract_id="HT-2")], display)
    )
    assert book.facts == []
    table = book.tables[0]
    assert cells(table, "contract_id") == ["HT-1", "HT-2"]
    assert cells(table, "amount") == [500_000_000, 500_000_000]
    assert cells(table, "signed_on") == [day("2026-01-05")] * 2
    assert table.hidden == hidden
