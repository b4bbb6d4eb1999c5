"""A binary workbook (MS-XLSB) with just what a test is about: nothing free writes one."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}


@dataclass
class Sheet:
    """One sheet: rows of values (an error as its text), zero-based areas and places."""

    rows: Sequence[Sequence[Any]]
    merges: Iterable[tuple[int, int, int, int]] = ()
    hidden_rows: Iterable[int] = ()
    hidden_columns: Iterable[int] = ()
    filtered: bool = False
    state: int = field(default=0, kw_only=True)


def write_xlsb(path: Path, sheets: Mapping[str, Sheet], *, date1904: bool = False) -> Path:
    """Write *sheets* by name."""
    book = [_record(131), _record(153, struct.pack("<III", int(date1904), 0, 0)), _record(143)]
    for n, (name, sheet) in enumerate(sheets.items(), 1):
        book.append(_record(156, struct.pack("<II", sheet.state, n) + _text(f"rId{n}") + _text(name)))
    book += [_record(144), _record(132)]
    relations = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.bin") for n in range(1, len(sheets) + 1)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        archive.writestr("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.bin")]))
        archive.writestr("xl/workbook.bin", b"".join(book))
        relations.append(("rIdS", "styles", "styles.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", _relations(relations))
        archive.writestr("xl/styles.bin", _styles())
        for n, sheet in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{n}.bin", b"".join(_sheet(sheet, date1904)))
    return path


def _record(number: int, content: bytes = b"") -> bytes:
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    length, size = len(content), b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + content


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _relations(entries: Iterable[tuple[str, str, str]]) -> str:
    lines = "".join(f'<Relationship Id="{i}" Type="{_OFFICE}/{t}" Target="{to}"/>' for i, t, to in entries)
    return f'<Relationships xmlns="{_PACKAGE}">{lines}</Relationships>'


def _styles() -> bytes:
    """Cell formats: 0 general, 1 a date (built-in number format 14)."""
    formats = [_record(47, struct.pack("<HHHHHBBHBB", 0, n, 0, 0, 0, 0, 0, 0, 0, 0)) for n in (0, 14)]
    return b"".join([_record(278), _record(617, struct.pack("<I", 2)), *formats, _record(618), _record(279)])


def _sheet(sheet: Sheet, date1904: bool) -> Iterable[bytes]:
    width = max(len(row) for row in sheet.rows)
    yield _record(129)
    yield _record(148, struct.pack("<IIII", 0, len(sheet.rows) - 1, 0, width - 1))
    yield _record(390)
    for column in sheet.hidden_columns:
        yield _record(60, struct.pack("<IIIIH", column, column, 2304, 0, 1))
    yield _record(391)
    yield _record(145)
    for r, row in enumerate(sheet.rows):
        hidden = 0x10 if r in set(sheet.hidden_rows) else 0
        yield _record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, hidden, 0, 0))
        for c, value in enumerate(row):
            yield from _cell(c, value, date1904)
    yield _record(146)
    if sheet.filtered:
        yield _record(161, struct.pack("<IIII", 0, len(sheet.rows) - 1, 0, width - 1))
        yield _record(163, struct.pack("<IH", 0, 0)) + _record(164) + _record(162)
    yield _record(177, struct.pack("<I", len(list(sheet.merges))))
    for top, left, bottom, right in sheet.merges:
        yield _record(176, struct.pack("<IIII", top, bottom, left, right))
    yield _record(178) + _record(130)


def _cell(column: int, value: Any, date1904: bool) -> Iterable[bytes]:
    if value is None:
        return
    if isinstance(value, dt.datetime):
        start = dt.datetime(1904, 1, 1) if date1904 else dt.datetime(1899, 12, 30)
        yield _record(5, struct.pack("<IId", column, 1, (value - start) / dt.timedelta(days=1)))
    elif isinstance(value, str) and value in _ERRORS:
        yield _record(3, struct.pack("<IIB", column, 0, _ERRORS[value]))
    elif isinstance(value, str):
        yield _record(6, struct.pack("<II", column, 0) + _text(value))
    else:
        yield _record(5, struct.pack("<IId", column, 0, value))
