"""Binary workbooks: what their records say, read from the record headers alone."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator

from qq_excel.reading.model import Area, BookNotes, SheetNotes
from qq_excel.reading.options import Limits
from qq_excel.reading.passengers import parse
from qq_excel.reading.refusal import over
from qq_excel.reading.source import Source

_ROW, _FIRST_CELL, _LAST_CELL = 0, 2, 11
_COLUMNS, _BOOK, _SHEET, _FILTER, _MERGED = 60, 153, 156, 163, 176


def check_reach(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse (FIL003) a sheet whose filled cells span more than the limit."""
    for name in archive.namelist():
        if "/worksheets/" in f"/{name.lower()}" and name.lower().endswith(".bin"):
            area = _area(archive.read(name))
            if area > limits.cells:
                raise over("cells", "工作表的单元格数", "number of cells of a sheet", area, limits.cells)


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Type, start and length of each record. Raises :class:`IndexError` where the part breaks off."""
    at, end = 0, len(data)
    while at + 2 <= end:
        record = data[at]
        at += 1
        if record & 0x80:
            record = (record & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        length = shift = 0
        while True:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80 or shift >= 21:
                break
            shift += 7
        yield record, at, length
        at += length


def _number(data: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _area(data: bytes) -> int:
    """Cells of the rectangle that the filled cells of a sheet part span."""
    row = top = bottom = left = right = -1
    for record, at, length in _records(data):
        if record == _ROW and length >= 4:
            row = _number(data, at)
        elif _FIRST_CELL <= record <= _LAST_CELL and length >= 4:
            column = _number(data, at)
            top = row if top < 0 else top
            bottom = max(bottom, row)
            left = column if left < 0 else min(left, column)
            right = max(right, column)
    return 0 if top < 0 else (bottom - top + 1) * (right - left + 1)


def notes_of_xlsb(source: Source) -> BookNotes:
    """Merged ranges, hidden rows and columns, filters, and the date system."""
    notes = BookNotes()
    with source.open() as file, zipfile.ZipFile(file) as archive:
        names = {n.lower(): n for n in archive.namelist()}
        book = archive.read(names["xl/workbook.bin"])
        targets = {
            r.get("Id"): posixpath.normpath(posixpath.join("xl", r.get("Target", ""))).lstrip("/")
            for r in parse(archive.read(names["xl/_rels/workbook.bin.rels"]))
        }
        for record, at, length in _records(book):
            if record == _BOOK and length >= 4:
                notes.date1904 = bool(_number(book, at) & 1)
            elif record == _SHEET and length >= 16:
                relation, after = _text(book, at + 8)
                name, _ = _text(book, after)
                part = names.get(targets.get(relation, "").lower())
                if part:
                    notes.sheets[name] = _sheet_notes(archive.read(part))
    return notes


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A counted UTF-16 text and where it ends."""
    end = at + 4 + 2 * min(_number(data, at), 1 << 16)
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _sheet_notes(data: bytes) -> SheetNotes:
    notes = SheetNotes()
    rows: set[int] = set()
    columns: set[int] = set()
    for record, at, length in _records(data):
        if record == _ROW and length >= 12 and data[at + 11] & 0x10:
            rows.add(_number(data, at))
        elif record == _COLUMNS and length >= 18 and data[at + 16] & 1:
            columns.update(range(_number(data, at), min(_number(data, at + 4), 16_383) + 1))
        elif record == _MERGED and length >= 16:
            top, bottom, left, right = (_number(data, at + 4 * i) for i in range(4))
            notes.merges.append(Area(top, left, bottom, right))
        elif record == _FILTER:
            notes.filtered = True
    notes.hidden_rows, notes.hidden_columns = frozenset(rows), frozenset(columns)
    return notes
