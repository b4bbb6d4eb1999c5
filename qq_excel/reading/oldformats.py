"""Formats other than .xlsx and text: .xls and .xlsb through Arrow as well, .ods cell by cell.

What the parsers do not tell (merged ranges, hidden rows and columns, filters, the date system, error values)
is read from the records of the file: :mod:`qq_excel.reading.xls`, :mod:`~qq_excel.reading.xlsb` and
:mod:`~qq_excel.reading.ods`.
"""

from __future__ import annotations

import logging
from typing import Any

from qq_excel.reading.grid import ArrowGrid, BlockGrid, open_file
from qq_excel.reading.model import BookNotes, Grid, SheetNotes
from qq_excel.reading.options import Limits
from qq_excel.reading.refusal import over
from qq_excel.reading.serials import panicked, values_of
from qq_excel.reading.source import Source

log = logging.getLogger(__name__)


class OldGrid(ArrowGrid):
    """One sheet of an .xls or .xlsb file."""

    def __init__(self, reader: Any, sheet: Any, notes: SheetNotes, *, state: str, date1904: bool) -> None:
        super().__init__(reader, sheet.name, notes, state=state)
        self._sheet = sheet
        self.date1904 = date1904

    def head(self, rows: int) -> list[list[Any]]:
        """The first *rows* rows as Python values."""
        try:
            return [_plain(row) for row in self._sheet.to_python(skip_empty_area=False, nrows=rows)]
        except BaseException as error:  # at a date that is a number of -107 thousand million and below
            if not panicked(error) or self._sheet.end is None:
                raise
        every = range(self._sheet.end[1] + 1)
        columns = self.read(0, every, exact=every)
        down = min(rows, self._sheet.end[0] + 1)
        lines = [[None] * down if c not in columns else values_of(columns[c], down) for c in every]
        return [list(row) for row in zip(*lines, strict=True)]


def read_old(source: Source, format: str, limits: Limits) -> list[Grid]:
    """The worksheets of an .xls, .xlsb or .ods as cells."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(source.open())  # whatever its name says
    if len(book.sheet_names) > limits.sheets:
        raise over("sheets", "工作表数量", "number of sheets", len(book.sheet_names), limits.sheets)
    notes = _notes(source, format)
    reader = None if format == "ods" else open_file(source)
    out: list[Grid] = []
    for meta in book.sheets_metadata:
        if "WorkSheet" not in str(meta.typ):
            continue
        sheet = book.get_sheet_by_name(meta.name)
        seen = notes.sheets.get(meta.name, SheetNotes())
        state = "visible" if meta.visible == SheetVisibleEnum.Visible else "hidden"
        if reader is not None:
            out.append(OldGrid(reader, sheet, seen, state=state, date1904=notes.date1904))
            continue
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        for area, error in seen.errors:
            for row in rows[area.top : area.bottom + 1]:
                here = slice(area.left, area.right + 1)
                row[here] = [error] * len(row[here])
        out.append(BlockGrid(meta.name, rows, state=state, notes=seen, date1904=notes.date1904))
    return out


def _notes(source: Source, format: str) -> BookNotes:
    """What the records say; nothing when they are too broken to say it, though a parser may still read them."""
    try:
        if format == "xls":
            from qq_excel.reading.xls import notes_of_xls

            return notes_of_xls(source)
        if format == "xlsb":
            from qq_excel.reading.xlsb import notes_of_xlsb

            return notes_of_xlsb(source)
        from qq_excel.reading.ods import notes_of_ods

        return notes_of_ods(source)
    except (ValueError, LookupError, OSError):
        log.info("the records of %s are broken", source.path, exc_info=True)
        return BookNotes()


def _plain(row: list[Any]) -> list[Any]:
    return [None if v == "" else v for v in row]
