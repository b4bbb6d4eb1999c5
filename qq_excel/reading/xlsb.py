"""Binary workbooks: how far the cells of a sheet reach, read from the record headers alone."""

from __future__ import annotations

import zipfile

from qq_excel.reading.guard import Limits, over

_ROW, _FIRST_CELL, _LAST_CELL = 0, 2, 11


def check_reach(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse (FIL003) a sheet whose filled cells span more than the limit."""
    for name in archive.namelist():
        if "/worksheets/" in f"/{name.lower()}" and name.lower().endswith(".bin"):
            area = _area(archive.read(name))
            if area > limits.cells:
                raise over("cells", "工作表的单元格数", "number of cells of a sheet", area, limits.cells)


def _area(data: bytes) -> int:
    """Cells of the rectangle that the filled cells of a sheet part span."""
    at, end = 0, len(data)
    row = top = bottom = left = right = -1
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
        if record == _ROW and length >= 4:
            row = int.from_bytes(data[at : at + 4], "little")
        elif _FIRST_CELL <= record <= _LAST_CELL and length >= 4:
            column = int.from_bytes(data[at : at + 4], "little")
            top = row if top < 0 else top
            bottom = max(bottom, row)
            left = column if left < 0 else min(left, column)
            right = max(right, column)
        at += length
    return 0 if top < 0 else (bottom - top + 1) * (right - left + 1)
