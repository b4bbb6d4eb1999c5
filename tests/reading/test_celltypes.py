"""Texts among numbers are told by the bytes of a sheet just as the bulk reader tells them."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest
import xlsxwriter

from qq_excel.reading import read_workbook
from qq_excel.reading.celltypes import texts_among
from qq_excel.reading.grid import ArrowGrid, open_file
from qq_excel.reading.model import SheetNotes
from qq_excel.reading.package import Package
from qq_excel.reading.source import Source
from tests.reading.tables import filed, noted, row, write_rows

pytestmark = pytest.mark.usefixtures("each_way")

#: Cells as programs write them, and whether each is a text (or a boolean) or a number, a date, an error, nothing.
TEXTS = [
    '<c r="{}" t="str"><v>123</v></c>', '<c r="{}" s="1" t="str"><f>1&amp;2</f><v>12</v></c>',
    '<c r="{}" t="inlineStr"><is><t>77</t></is></c>', '<c r="{}" t="inlineStr"><is><t>3&lt;c r=</t></is></c>',
    '<c r="{}" t="b"><v>1</v></c>', '<c r="{}" t="str"><v></v></c>',
]  # fmt: skip
OTHERS = [
    '<c r="{}" t="n"><v>5</v></c>', '<c r="{}" t="e"><v>#N/A</v></c>', '<c r="{}" s="1"><v>46295</v></c>',
    '<c r="{}"><v>1e5</v></c>', '<c r="{}"><v>-1.50E-3</v></c>', '<c r="{}"/>', '<c r="{}" s="1"/>', '<c r="{}"></c>',
    '<c r="{}"><v/></c>', '<c r="{}"><f>1+1</f><v>2</v></c>',
    '<c r="{}"><f t="shared" si="0"/><v>2</v></c>', '<c r="{}"><f>A1</f></c>',
]  # fmt: skip
#: What no known writer writes: a number that is none, an ISO date, other attributes first.
ODD = [
    '<c r="{}"><v>abc</v></c>', '<c r="{}"><v>1.2.3</v></c>', '<c r="{}"><v> 5 </v></c>', '<c r="{}" t="d"><v>2026-01-05</v></c>',
    '<c r="{}" cm="1"><v>5</v></c>', "<c r='{}'><v>5</v></c>",
]  # fmt: skip


def sheet(cells: list[str], column: str = "B") -> bytes:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>甲</t></is></c>{cell.format(f"{column}{n}")}</row>'
        for n, cell in enumerate(cells, 1)
    )
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols><col min="1" max="2"/></cols>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    ).encode()


def package(path: Path, content: bytes) -> Path:
    """A workbook whose only sheet S is *content*; its cell format 1 is a date."""
    whole = path.with_suffix(".whole")
    book = xlsxwriter.Workbook(str(whole))
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    book.add_worksheet("S").write_datetime(0, 0, dt.datetime(2026, 1, 5), day)
    book.close()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return path


@pytest.mark.parametrize("column", ["B", "AB", "XFD"])
def test_as_the_bulk_reader_tells_them(tmp_path: Path, column: str) -> None:
    content = sheet([*TEXTS, *OTHERS, *TEXTS], column)
    number = {"B": 1, "AB": 27, "XFD": 16_383}[column]
    told = texts_among([content], [0, number])
    assert told is not None
    every, texts = len(TEXTS) * 2 + len(OTHERS), len(TEXTS)
    assert told == {0: set(range(every)), number: {*range(texts), *range(every - texts, every)}}
    path = package(tmp_path / "混.xlsx", content)
    grid = ArrowGrid(open_file(Source(path)), "S", SheetNotes())
    assert grid._texts_among(0, [0, number]) == told


@pytest.mark.parametrize("size", [1, 7, 50, 1_000])
def test_however_the_bytes_come(size: int) -> None:
    content = sheet([*TEXTS, *OTHERS])
    pieces = [content[i : i + size] for i in range(0, len(content), size)]
    assert texts_among(pieces, [1]) == {1: set(range(len(TEXTS)))}


@pytest.mark.parametrize("cell", ODD)
def test_what_no_known_writer_writes_is_left_to_the_bulk_reader(cell: str) -> None:
    assert texts_among([sheet([*OTHERS, cell])], [1]) is None
    assert texts_among([sheet([*OTHERS, cell])], [0]) is not None


def test_a_cell_beyond_all_measure_is_left_to_it_too() -> None:
    content = sheet(['<c r="{}" t="inlineStr"><is><t>' + "甲" * (3 << 20) + "</t></is></c>"])
    pieces = [content[i : i + (1 << 20)] for i in range(0, len(content), 1 << 20)]
    assert texts_among(pieces, [1]) is None


def test_both_ways_read_the_same(tmp_path: Path) -> None:
    rows = [
        row(contract_id="HT-1", amount=1.5, signed_on=dt.datetime(2026, 1, 5)),
        row(contract_id="HT-2", amount="1200.5", signed_on="2026-01-06"),
        row(contract_id=30, amount=None, signed_on=20260107),
        row(contract_id="040", amount="面议", signed_on=None),
        row(contract_id="HT-6", amount=True, signed_on=dt.datetime(2026, 1, 5)),
    ]
    path = tmp_path / "混.xlsx"
    quick = filed(path, lambda b, s: write_rows(b, s, rows))
    with mock.patch.object(Package, "texts_among", return_value=None):
        (other,) = read_workbook(path).tables
    pd.testing.assert_frame_equal(quick.frame, other.frame)
    assert noted(quick) == noted(other)
    assert sorted(quick.facts) == ["CEL002", "CEL003", "CEL004"]
