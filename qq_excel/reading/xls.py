"""Old binary workbooks: what their records say besides the cells (MS-XLS, BIFF8 and BIFF5)."""

from __future__ import annotations

from collections.abc import Iterator

import olefile

from qq_excel.reading.model import Area, BookNotes, SheetNotes
from qq_excel.reading.source import Source

_EOF, _DATE_SYSTEM, _SHEET = 0x0A, 0x22, 0x85
_ROW, _COLUMNS, _MERGED, _FILTERED = 0x208, 0x7D, 0xE5, 0x9B
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01


def notes_of_xls(source: Source) -> BookNotes:
    """Merged ranges, hidden rows and columns, filters, and the date system. Raises :class:`ValueError`."""
    try:
        with source.open() as file, olefile.OleFileIO(file) as ole:
            wide = ole.exists("Workbook")  # BIFF8; Book is BIFF5
            data = ole.openstream("Workbook" if wide else "Book").read()
    except Exception as error:
        # olefile trusts the sector tables of the file and fails in many ways
        raise ValueError("broken compound file") from error
    notes = BookNotes()
    for record, at, length in _records(data, 0):
        if record == _DATE_SYSTEM and length >= 2:
            notes.date1904 = bool(_number(data, at))
        elif record == _SHEET and length >= 8:
            start, size = _number(data, at, 4), data[at + 6]
            if not wide:
                name = data[at + 7 : at + 7 + size].decode("gb18030", "replace")
            elif data[at + 7] & 1:
                name = data[at + 8 : at + 8 + 2 * size].decode("utf-16-le", "replace")
            else:
                name = data[at + 8 : at + 8 + size].decode("latin-1")
            if start > 0:
                notes.sheets[name] = _sheet_notes(data, start)
    return notes


def _records(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Type, start and length of each record of the substream at *at*."""
    while at + 4 <= len(data):
        record, length = _number(data, at), _number(data, at + 2)
        if record == _EOF:
            return
        yield record, at + 4, min(length, len(data) - at - 4)
        at += 4 + length


def _number(data: bytes, at: int, size: int = 2) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _sheet_notes(data: bytes, start: int) -> SheetNotes:
    notes = SheetNotes()
    rows: set[int] = set()
    columns: set[int] = set()
    for record, at, length in _records(data, start):
        if record == _ROW and length >= 14 and data[at + 12] & _HIDDEN_ROW:
            rows.add(_number(data, at))
        elif record == _COLUMNS and length >= 10 and data[at + 8] & _HIDDEN_COLUMN:
            columns.update(range(_number(data, at), min(_number(data, at + 2), 255) + 1))
        elif record == _MERGED and length >= 2:
            for i in range(min(_number(data, at), (length - 2) // 8)):
                top, bottom, left, right = (_number(data, at + 2 + 8 * i + 2 * j) for j in range(4))
                notes.merges.append(Area(top, left, bottom, right))
        elif record == _FILTERED:
            notes.filtered = True
    notes.hidden_rows, notes.hidden_columns = frozenset(rows), frozenset(columns)
    return notes
