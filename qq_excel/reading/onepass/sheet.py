"""The cells of one sheet as columns, and its first rows as values. Each cell says itself what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qq_excel.reading.model import CellError, CellKind, Cells
from qq_excel.reading.onepass.cells import CellType, Ints, Marked, NotPlain, numbers
from qq_excel.reading.onepass.strings import XML_SPACE, PlainStrings, surely_unencoded, unescaped
from qq_excel.reading.options import USUAL, Limits
from qq_excel.reading.plainness import looks_at
from qq_excel.reading.refusal import too_much_text
from qq_excel.reading.serials import END_SERIAL, ERRORS, date_of

#: The first number from which on all programs count days alike, and the number of 1970-01-01.
_FIRST_SERIAL, _EPOCH = 61, 25_569
_DAY_MS = 86_400_000
#: A rectangle has at most so many times the cells that are filled, and a few more.
_SPARSE, _FEW = 8, 1_000
#: Bytes of texts that are put together here: the place of each takes eight times as much.
_MOST_TEXT = 64 << 20
Kinds = npt.NDArray[np.uint8]


class PlainSheet:
    """The cells of one sheet. Rows and columns are zero-based.

    Raises :class:`NotPlain` where a cell is not what it says, or not one of what most sheets hold.
    """

    def __init__(
        self,
        cells: Marked,
        strings: PlainStrings | None,
        date_styles: frozenset[int],
        limits: Limits = USUAL,
    ) -> None:
        self._limits = limits
        self._row, self._column = cells.row, cells.column
        if not len(cells.row):
            raise NotPlain
        is_number = cells.type == CellType.NUMBER
        self._kind = np.where(is_number, CellKind.NUMBER, CellKind.TEXT).astype(np.uint8)
        self._kind[cells.type == CellType.ERROR] = CellKind.ERROR
        at = np.flatnonzero(is_number)
        self._number = np.full(len(cells.row), np.nan)
        self._number[at] = numbers(cells, at)
        if date_styles:
            dates = is_number & np.isin(cells.style, list(date_styles))
            self._kind[dates] = CellKind.DATE
            days = self._number[dates]
            if not ((days >= _FIRST_SERIAL) & (days < END_SERIAL)).all():
                raise NotPlain
        self._data, self._start, self._size = _texts(cells, strings)
        for i in np.flatnonzero(self._kind == CellKind.ERROR).tolist():
            if self._word(i) not in ERRORS:
                raise NotPlain

    def head(self, rows: int) -> list[list[Any]]:
        """The first *rows* rows as Python values, ragged to the right."""
        many = int(np.searchsorted(self._row, rows))
        out: list[list[Any]] = [[] for _ in range(int(self._row[many - 1]) + 1 if many else 0)]
        for i, (row, column) in enumerate(
            zip(self._row[:many].tolist(), self._column[:many].tolist(), strict=True)
        ):
            if (value := self._value(i)) != "":
                out[row].extend([None] * (column + 1 - len(out[row])))
                out[row][column] = value
        return out

    def read(self, first_row: int, columns: Iterable[int], exact: Iterable[int] = ()) -> dict[int, Cells]:
        """See :meth:`qq_excel.reading.model.Grid.read`.

        Raises :class:`NotPlain` where a column of texts holds other cells too: the bulk reader says how they are written.
        """
        begin = int(np.searchsorted(self._row, first_row))
        if begin == len(self._row):
            return {}
        row, column, kind = self._row[begin:] - first_row, self._column[begin:], self._kind[begin:]
        size, left, right = int(row[-1]) + 1, int(self._column.min()), int(self._column.max())
        wanted = [c for c in sorted(set(columns)) if left <= c <= right]
        if size * len(wanted) > _SPARSE * (len(row) + _FEW):  # a cell far below all others
            raise NotPlain
        order = np.full(right + 1, -1)
        order[wanted] = np.arange(len(wanted))
        here = np.flatnonzero(order[column] >= 0)
        of, kind = order[column[here]], kind[here]
        there = np.zeros((len(wanted), CellKind.ERROR + 1), dtype=np.bool_)
        there[of, kind] = True
        strict = set(exact)
        loose = [n for n, c in enumerate(wanted) if c not in strict]
        if (there[loose][:, [CellKind.NUMBER, CellKind.TEXT, CellKind.DATE]].sum(axis=1) > 1).any():
            raise NotPlain
        place = of * size + row[here]
        kinds = np.zeros(len(wanted) * size, dtype=np.uint8)
        kinds[place] = kind
        here += begin
        number, date = _numbers(len(kinds), place, kind, self._number[here])
        texts = self._texts(kinds, place, here)
        looks = looks_at(texts, len(wanted))
        out = {}
        for n, c in enumerate(wanted):
            cells = slice(n * size, (n + 1) * size)
            one = out[c] = Cells(kinds[cells])
            if there[n, CellKind.NUMBER]:
                one.number = number[cells]
            if there[n, CellKind.DATE]:
                one.date = date[cells]
            if there[n, CellKind.TEXT] or there[n, CellKind.ERROR]:
                one.text, one.look = _part(texts, n * size, one.kind), looks[n]
        return out

    def _texts(self, kinds: Kinds, place: Ints, here: Ints) -> pa.LargeStringArray:
        """A text for each of *kinds* that has one: for the cells that are *here*, at their *place*."""
        there = _is_word(kinds)
        words = there[place]
        place, here = place[words], here[words]
        sizes, starts = np.zeros(len(kinds), dtype=np.int64), np.zeros(len(kinds), dtype=np.int64)
        sizes[place], starts[place] = self._size[here], self._start[here]
        ends = np.zeros(len(kinds) + 1, dtype=np.int64)
        np.cumsum(sizes, out=ends[1:])
        if ends[-1] > self._limits.text_bytes:
            raise too_much_text(int(ends[-1]), self._limits)
        if ends[-1] > _MOST_TEXT:
            raise NotPlain
        source = np.repeat(starts - ends[:-1], sizes)
        source += np.arange(len(source))
        buffers = (ends, self._data[source], np.packbits(there, bitorder="little"))
        texts = pa.LargeStringArray.from_buffers(len(kinds), *map(pa.py_buffer, buffers))
        try:
            texts.validate(full=True)
        except pa.ArrowInvalid:  # what is no UTF-8
            raise NotPlain from None
        return texts

    def _word(self, i: int) -> str:
        start = int(self._start[i])
        word: bytes = self._data[start : start + int(self._size[i])].tobytes()
        return word.decode(errors="replace")  # read() refuses what is no UTF-8

    def _value(self, i: int) -> Any:
        kind = self._kind[i]
        if kind == CellKind.TEXT:
            return self._word(i)
        if kind == CellKind.ERROR:
            return CellError(self._word(i))
        number = float(self._number[i])
        value: float | dt.datetime = date_of(number, date1904=False) if kind == CellKind.DATE else number
        return value


def _part(texts: pa.LargeStringArray, start: int, kinds: Kinds) -> pa.LargeStringArray:
    """The *texts* from *start* on, one for each of *kinds*, as an array that begins with the first of them.

    It holds the same bytes, but is no slice: of one, ``if_else`` of pyarrow 22 and 23 loses the bytes.
    """
    _, places, data = texts.buffers()
    ends = np.frombuffer(places, dtype=np.int64)[start : start + len(kinds) + 1]
    there = _is_word(kinds)
    valid = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    own = data.slice(int(ends[0]), int(ends[-1] - ends[0]))
    return pa.LargeStringArray.from_buffers(len(kinds), pa.py_buffer(ends - ends[0]), own, valid)


def _is_word(kinds: Kinds) -> npt.NDArray[np.bool_]:
    """Which cells hold a text."""
    out: npt.NDArray[np.bool_] = (kinds == CellKind.TEXT) | (kinds == CellKind.ERROR)
    return out


def _numbers(
    size: int, place: Ints, kind: Kinds, value: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.datetime64]]:
    """*size* numbers and dates, NaN and NaT where there is none; each *value* goes to its *place*."""
    plain, dates = kind == CellKind.NUMBER, kind == CellKind.DATE
    number, date = np.full(size, np.nan), np.full(size, np.datetime64("NaT", "s"))
    number[place[plain]] = value[plain]
    # milliseconds, rounded, of which the seconds are kept: as the bulk reader and Arrow have them
    ms = np.floor(value[dates] * _DAY_MS + 0.5) - _EPOCH * _DAY_MS
    date[place[dates]] = np.trunc(ms / 1_000).astype("datetime64[s]")
    return number, date


def _texts(cells: Marked, strings: PlainStrings | None) -> tuple[Any, Ints, Ints]:
    """Bytes in which all texts are, where each begins, and its length."""
    start, size = cells.start.copy(), cells.end - cells.start
    data = [cells.text]
    shared = np.flatnonzero(cells.type == CellType.SHARED)
    if len(shared):
        if strings is None:
            raise NotPlain
        named = numbers(cells, shared)
        if not ((named >= 0) & (named < len(strings.start)) & (named == np.floor(named))).all():
            raise NotPlain
        index = named.astype(np.int64)
        start[shared], size[shared] = (
            strings.start[index] + len(cells.text),
            (strings.end - strings.start)[index],
        )
        data.append(strings.data)
    if not surely_unencoded(cells.text):
        raise NotPlain
    begin = sum(map(len, data))
    for i, trim in _odd(cells):
        word = unescaped(cells.text[cells.start[i] : cells.end[i]].tobytes())
        word = word.strip(XML_SPACE) if trim else word
        start[i], size[i] = begin, len(word)
        begin += len(word)
        data.append(np.frombuffer(word, dtype=np.uint8))
    return data[0] if len(data) == 1 else np.concatenate(data), start, size


def _odd(cells: Marked) -> Iterator[tuple[int, bool]]:
    """The texts in the sheet itself that do not mean just what is written, and whether white space around them counts for nothing.

    It counts in a formula's result, and in a text that says so.
    """
    own = (cells.type == CellType.TEXT) | (cells.type == CellType.INLINE)
    loose = (cells.type == CellType.INLINE) & (cells.text[cells.start - 2] == ord("t"))
    spaced = (cells.text[cells.start] <= ord(" ")) | (cells.text[cells.end - 1] <= ord(" "))
    escapes = np.flatnonzero(cells.text == ord("&"))
    odd = loose & spaced & (cells.end > cells.start)
    if len(escapes):
        odd |= own & (np.searchsorted(escapes, cells.end) > np.searchsorted(escapes, cells.start))
    for i in np.flatnonzero(odd).tolist():
        yield i, bool(loose[i])
