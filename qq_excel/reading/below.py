"""Where the next table on a sheet begins, below one that is being read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qq_excel.kinds import FieldType, Kind
from qq_excel.reading.headers import bare, normal
from qq_excel.reading.locate import header_words, normal_words
from qq_excel.reading.model import CellKind, Cells
from qq_excel.reading.plainness import bytes_of, is_ascii, may_be_dressed
from qq_excel.reading.texts import TEXT

#: A cell with more characters is no header.
_LONGEST_HEADER = 60
#: What staff add to a header: stars, colons, line breaks, spaces inside, a unit, full width.
_DRESSED = "[*★＊：:\\n\u3000Ａ-Ｚａ-ｚ]|[一-鿿] [一-鿿]|[(（\\[].*元.*[)）\\]]$"
#: Filled cells that a row above a table has at most.
_TITLE_CELLS = 4


def next_headers(cells: dict[str, Cells], kind: Kind) -> int | None:
    """The first row below that has headers again: of another table, or of the same on the next page.

    Three of its cells are header words. A header puts text where numbers and dates are due, which a clean
    column does not hold; and into the first columns. Only these are searched.
    """
    first = list(cells.values())[:2]
    typed = [c for n, c in cells.items() if kind[n].type.numeric or kind[n].type is FieldType.DATE]
    rows = sorted({int(i) for one in (*first, *typed) for i in _header_words(one)})
    for row in rows:
        here = [c for c in cells.values() if row < len(c) and c.kind[row] == CellKind.TEXT]
        words = [str(c.text[row]) for c in here if c.text is not None]
        if sum(1 for w in words if _is_header(w)) >= 3:
            return row
    return None


def _header_words(cells: Cells) -> npt.NDArray[np.int64]:
    """Rows whose cell is the word of a header, as the kinds spell it or with what staff add to it."""
    none = np.zeros(0, dtype=np.int64)
    if cells.text is None:
        return none
    data = bytes_of(cells.text)
    dressed = may_be_dressed(data)
    if is_ascii(data) and not dressed:  # every header has Chinese characters
        return none
    words = cells.text.unique()
    found = header_words().intersection(words.to_pylist())
    if dressed:
        odd = words.filter(pc.match_substring_regex(words, _DRESSED)).to_pylist()
        found |= {word for word in odd if _is_header(word)}
    if not found:
        return none
    return np.flatnonzero(np.asarray(pc.is_in(cells.text, value_set=pa.array(sorted(found), TEXT))))


def _is_header(text: str) -> bool:
    return len(text) <= _LONGEST_HEADER and bare(normal(text))[0] in normal_words()


def without_title(keep: npt.NDArray[np.int64], cells: dict[str, Cells], size: int) -> npt.NDArray[np.int64]:
    """Data rows without the title and the head block of the table below: texts only, right above it."""
    filled = np.zeros(size, dtype=np.int32)
    solid = np.zeros(size, dtype=np.int32)
    for one in cells.values():
        filled += one.kind[:size] != CellKind.BLANK
        solid += one.kind[:size] == CellKind.NUMBER
    last = size
    while last > 0 and filled[last - 1] <= _TITLE_CELLS and not solid[last - 1]:
        last -= 1
    return keep[keep < last]
