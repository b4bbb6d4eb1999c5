"""Amounts, dates and texts of a typed column, with a note of every odd cell."""

from __future__ import annotations

import datetime as dt
import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from qq_excel.kinds import FieldType, get_kind
from qq_excel.reading import read_grids, read_workbook
from qq_excel.reading.convert import Facts, column
from qq_excel.reading.grid import BlockGrid
from qq_excel.reading.model import CellError, CellKind, Cells
from qq_excel.reading.package import Package
from tests.reading.tables import (
    HEADERS,
    KIND,
    NAMES,
    cells,
    day,
    facts,
    filed,
    live,
    only,
    row,
    write_rows,
)  # fmt: skip


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


@pytest.mark.parametrize(
    ("unit", "raw", "meant"),
    [("万元", "1.2万元", "1.2"), ("万元", "5000元", "0.5"), ("千元", "1.2万元", "12"), ("元", "1.2万元", "12000"), ("万元", "1.2", "1.2")],
)  # fmt: skip
def test_what_a_text_is_to_become_is_in_the_unit_of_the_sheet(unit: str, raw: str, meant: str) -> None:
    """Otherwise whoever does as he is told makes 1.2万元 of a sheet in 万元 ten thousand times as much."""
    table = live(row(amount=raw), head=[["金额单位", unit]])
    assert [f.read for f in table.facts["CEL002"]] == [[meant]]


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


@pytest.mark.parametrize("written", ["1E999", "-1E999", "NaN", "inf"])
def test_a_number_that_is_none_is_told_not_taken_for_a_blank(tmp_path: Path, written: str) -> None:
    """An optional amount that reads as blank would be no finding at all."""
    path = tmp_path / "a.xlsx"
    filed(path, lambda book, sheet: write_rows(book, sheet, [row(settled=777_123.0)]))
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"<v>777123</v>", f"<v>{written}</v>".encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    (table,) = read_workbook(path).tables
    assert cells(table, "settled") == [None]
    assert facts(table, "CEL004") == [("settled", [0], [f"{float(written):g}"], [""])]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("written", ["N/A", "NULL", "None", "#NA", "<NA>", "NaN", "-nan"])
def test_a_word_for_nothing_among_numbers_and_dates_is_told_however_it_is_read(
    tmp_path: Path, written: str, at_once: bool
) -> None:
    """The bulk reader, which reads large sheets, takes it for a blank."""
    path = tmp_path / "a.xlsx"
    rows = [row(settled=7.0), row(settled=written, signed_on=written)]
    filed(path, lambda book, sheet: write_rows(book, sheet, rows))
    reads = nullcontext() if at_once else mock.patch.object(Package, "plain", lambda *_: None)
    with reads:
        (table,) = read_workbook(path).tables
    assert cells(table, "settled") == [700, None]
    assert facts(table, "CEL004") == [("settled", [1], [written], [""])]
    assert facts(table, "CEL005") == [("signed_on", [1], [written], [""])]


def test_a_whole_number_beyond_all_counting_is_told() -> None:
    """Its bits would be another number."""
    found = Facts()
    count = next(f for f in get_kind("evidence").fields if f.type is FieldType.INT)
    number = Cells(np.array([CellKind.NUMBER] * 2, dtype=np.uint8), number=np.array([1e30, 9e15]))
    assert column(number, count, 1, found).to_pylist() == [None, 9 * 10**15]
    assert [(f.at.tolist(), f.raw) for f in found.by_rule["CEL004"]] == [([0], ["1e+30"])]
