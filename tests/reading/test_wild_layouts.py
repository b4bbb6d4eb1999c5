"""A clean table in whatever layout is read as the same table."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from qq_excel.kinds import FieldType
from qq_excel.reading import read_grids, read_workbook
from qq_excel.reading.grid import BlockGrid
from qq_excel.reading.model import Area, Workbook
from qq_excel.rules.tables import _gaps
from tests.reading.tables import cells
from tests.support.layouts import Wild, wild_sheets, write_openpyxl, write_xlsxwriter

pytestmark = pytest.mark.usefixtures("each_way")

#: What is about the cells as they are written, which is what differs here; the values must not.
SAME = settings(
    deadline=None, phases=[Phase.generate], database=None, derandomize=True, print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)  # fmt: skip


def compare(book: Workbook, sheet: Wild, *, rows: bool = True) -> None:
    """Every table is there, row by row and value by value, with its head block and its totals."""
    assert [t.kind.kind for t in book.tables] == [e.kind.kind for e in sheet.tables], book.facts
    for table, expected in zip(book.tables, sheet.tables, strict=True):
        assert (table.doubles, table.missing) == ([], [])
        if rows:
            assert table.rows.tolist() == expected.rows
        for f in expected.kind.fields:
            want = [_want(row.get(f.name), f.type) for row in expected.values]
            assert cells(table, f.name) == want, f.name
        assert {n: table.head[n].value for n in sheet.head} == sheet.head
        assert len(table.totals) == expected.totals
        for total in table.totals:
            assert _gaps(table, total, total.first) == {}, total
        unread = {
            r: [f.raw for f in facts]
            for r, facts in table.facts.items()
            if r in ("CEL004", "CEL005", "CEL008")
        }
        assert unread == {}


def _want(value: Any, type_: FieldType) -> Any:
    if value is None:
        return None
    if type_ is FieldType.AMOUNT:
        return int(Decimal(value) * 100)
    return pd.Timestamp(value) if isinstance(value, dt.date) else value


def live(sheet: Wild) -> Workbook:
    """The sheet read as cells that are there already."""
    areas = [Area(*merge) for merge in sheet.merges]
    return read_grids([BlockGrid("表一", sheet.grid(), merges=areas)], "live")


@settings(SAME, max_examples=100)
@given(wild_sheets())
def test_live_sheets(sheet: Wild) -> None:
    compare(live(sheet), sheet)


@settings(SAME, max_examples=30)
@given(wild_sheets())
def test_files_by_xlsxwriter(tmp_path: Path, sheet: Wild) -> None:
    inline = len(sheet.cells) % 2 == 0
    write_xlsxwriter(tmp_path / "w.xlsx", sheet, inline=inline)
    compare(read_workbook(tmp_path / "w.xlsx"), sheet)


@settings(SAME, max_examples=20)
@given(wild_sheets())
def test_files_by_openpyxl(tmp_path: Path, sheet: Wild) -> None:
    write_openpyxl(tmp_path / "o.xlsx", sheet)
    compare(read_workbook(tmp_path / "o.xlsx"), sheet)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice makes the files")
@pytest.mark.parametrize("format_", ["ods", "xls"])
def test_files_of_other_formats(tmp_path: Path, format_: str) -> None:
    sheets: list[Wild] = []

    @settings(SAME, max_examples=8, phases=[Phase.generate])
    @given(wild_sheets())
    def draw(sheet: Wild) -> None:
        write_openpyxl(tmp_path / f"{len(sheets)}.xlsx", sheet)
        sheets.append(sheet)

    draw()
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/lo", "--headless", "--convert-to", format_, "--outdir",
            str(tmp_path), *(str(tmp_path / f"{n}.xlsx") for n in range(len(sheets)))
        ],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    for n, sheet in enumerate(sheets):
        compare(read_workbook(tmp_path / f"{n}.{format_}"), sheet)
