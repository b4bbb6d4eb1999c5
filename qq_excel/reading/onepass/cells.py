"""The cells of a sheet from its bytes, all at once: where each stands, of which type it is, where its value begins and ends.

Only what known writers write is understood: ``<c r="B5" s="1" t="s"><v>12</v></c>``, rows from top to bottom, cells from left to
right. Every tag is accounted for; a sheet with anything else in it is left to the bulk reader. So what is understood is surely so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

#: Blanks behind the bytes that are looked at, so that what is taken behind a place is always there.
PADDING = 32
#: The longest number that is read, how many characters of one are read at once, and how many digits a float64 holds exactly.
_LONGEST_NUMBER, _SHORT, _EXACT_DIGITS = 24, 16, 15
_POWERS = 10.0 ** np.arange(_EXACT_DIGITS + 1)
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PRESERVED = b'<t xml:space="preserve">'
_PRESERVED_WIDTH = len(_PRESERVED) - 1
#: Keep the first bytes of a number, so many.
_MASKS = [np.uint64((1 << 8 * n) - 1) for n in range(9)]
#: What < and > have in common.
_BRACKET = np.uint8(~(ord("<") ^ ord(">")) & 0xFF)
#: No tag: what is taken beyond the last one.
_BEYOND = np.zeros(8, dtype=np.int64)
#: Cells of a row at most, so that row and column make one number.
_ROW = 1 << 14


class NotPlain(Exception):
    """The sheet is written in a way that is not understood here."""


class CellType:
    """How a cell says what its value is: the ``t`` of its tag. Booleans and dates as texts are rare, and left out."""

    NUMBER, SHARED, TEXT, INLINE, ERROR = range(5)


_INLINE = b' t="inlineStr"'
_TYPES = {
    b"": CellType.NUMBER, b' t="n"': CellType.NUMBER, b' t="s"': CellType.SHARED, b' t="str"': CellType.TEXT,
    _INLINE: CellType.INLINE, b' t="e"': CellType.ERROR,
}  # fmt: skip
_UNKNOWN = 255


@dataclass(slots=True)
class Marked:
    """The cells of a sheet that have a value, in order. Parallel arrays; rows and columns are zero-based.

    The value of cell i is ``text[start[i]:end[i]]``, as it is written. ``written`` are all cells, with and without a value,
    of which ``reach`` is the rectangle: top, left, bottom, right.
    """

    text: Bytes
    row: Ints
    column: Ints
    type: npt.NDArray[np.uint8]
    style: Ints
    start: Ints
    end: Ints
    written: int
    reach: tuple[int, int, int, int]
    #: Whether any cell has a formula.
    formulas: bool


def mark(body: bytes) -> Marked:
    """The cells in *body*, a sheet from ``<sheetData`` up to its end tag. Raises :class:`NotPlain`."""
    text = np.empty(len(body) + PADDING, dtype=np.uint8)
    text[: len(body)] = np.frombuffer(body, dtype=np.uint8)
    text[len(body) :] = ord(" ")
    tags = _Tags(text)
    cells = tags.called("c")
    _must(len(cells) > 0)
    row, column, behind = _addresses(text, tags.opens[cells])
    _must(_all(np.diff(row * _ROW + column) > 0))  # in order, none twice
    style, type_, closed = _forms(text, behind, tags.closes[cells])
    value, count = _values(tags, cells, type_, closed)
    _must_be_all(tags, count)
    filled = np.flatnonzero(value)
    at = value[filled]
    reach = (int(row[0]), int(column.min()), int(row[-1]), int(column.max()))
    return Marked(
        text, row[filled], column[filled], type_[filled], style[filled], tags.closes[at] + 1, tags.opens[at + 1],
        len(cells), reach, bool((tags.first == ord("f")).any()),
    )  # fmt: skip


class _Tags:
    """Where each tag begins and ends, and the first letters of its name; ``/`` is the first of an end tag's."""

    def __init__(self, text: Bytes) -> None:
        brackets = np.flatnonzero((text & _BRACKET) == ord("<"))
        opens, closes = brackets[::2].copy(), brackets[1::2].copy()
        # in turn, so that no tag and no text has a > of its own
        _must(len(opens) == len(closes) and _all(text[opens] == ord("<")) and _all(text[closes] == ord(">")))
        self.text = text
        self.size = len(opens)
        self.opens, self.closes = np.append(opens, _BEYOND), np.append(closes, _BEYOND)
        self.first = text[self.opens + 1]
        self.first[self.size :] = 0

    def called(self, initial: str) -> Ints:
        """The tags whose names begin with *initial*."""
        return np.flatnonzero(self.first == ord(initial))

    def width(self, which: Ints) -> Ints:
        """Bytes between the brackets, and one."""
        return self.closes[which] - self.opens[which]

    def bare(self, which: Ints) -> Bools:
        """Whether the tags have no end tag: ``<v/>``."""
        out: Bools = self.text[self.closes[which] - 1] == ord("/")
        return out

    def ends(self, which: Ints, name: str) -> Bools:
        """Whether these are the end tags of *name*, of one or two letters."""
        out: Bools = (self.first[which] == ord("/")) & (self.width(which) == 2 + len(name))
        for n, letter in enumerate(name):
            out &= self.text[self.opens[which] + 2 + n] == ord(letter)
        return out


def _addresses(text: Bytes, at: Ints) -> tuple[Ints, Ints, Ints]:
    """Row and column of the cells whose tags begin *at* these places, and what place follows the address."""
    _must(_all(_words(text, at + 2, 4) == _word(b' r="')))
    letters = _take(text, at + 6, 3) - np.uint8(ord("A"))  # other bytes become more than 25
    letter = letters < 26
    two = letter[:, 1]
    three = two & letter[:, 2]
    _must(_all(letter[:, 0]))
    column = letters[:, 0].astype(np.int64)
    column = np.where(two, (column + 1) * 26 + letters[:, 1], column)
    column = np.where(three, (column + 1) * 26 + letters[:, 2], column)
    start = at + 7 + two + three
    row, length = _whole(_take(text, start, 8))
    behind = start + length
    _must(_all((length > 0) & (row > 0) & (text[behind] == ord('"'))) and _all(column < _ROW))
    return row - 1, column, behind + 1


def _forms(text: Bytes, behind: Ints, close: Ints) -> tuple[Ints, npt.NDArray[np.uint8], Bools]:
    """Style and type of cells, and whether they are closed at once, from what stands between address and bracket."""
    styled = _words(text, behind, 4) == _word(b' s="')
    style, length = _whole(_take(text, behind + 4, 6))
    length[~styled] = 0
    after = behind + np.where(styled, 5 + length, 0)
    _must(_all(~styled | ((length > 0) & (text[after - 1] == ord('"')))))
    closed = text[close - 1] == ord("/")
    size = close - closed - after
    type_ = np.full(len(behind), _UNKNOWN, dtype=np.uint8)
    start = _words(text, after, 8)
    for written, number in _TYPES.items():
        this = (size == len(written)) & (start & _MASKS[min(len(written), 8)] == _word(written[:8]))
        type_[this] = number
    inline = np.flatnonzero(type_ == CellType.INLINE)
    _must(
        _all(type_ != _UNKNOWN)
        and _all(_words(text, close[inline] - closed[inline] - 8, 8) == _word(_INLINE[-8:]))
    )
    return np.where(styled, style, 0), type_, closed


def _values(tags: _Tags, cells: Ints, type_: npt.NDArray[np.uint8], closed: Bools) -> tuple[Ints, Ints]:
    """The tag that holds each cell's value (0: none), and how many tags a cell is made of."""
    here = cells + 1
    formula = ~closed & (tags.first[here] == ord("f"))
    if formula.any():
        bare = formula & tags.bare(here)
        whole = formula & ~bare
        _must(_all(~whole | tags.ends(here + 1, "f")))
        taken = formula.astype(np.int64) + whole
    else:
        taken = np.zeros(len(cells), dtype=np.int64)
    here = here + taken
    inline = ~closed & (type_ == CellType.INLINE)
    _must(_all(~inline | ((tags.first[here] == ord("i")) & (tags.width(here) == 3))))
    here = here + inline
    width = tags.width(here)
    value = ~closed & ~inline & (tags.first[here] == ord("v"))
    _must(_all(~value | ((width == 2) & tags.ends(here + 1, "v"))))  # <v>: none is empty or says more
    words = inline & (tags.first[here] == ord("t"))
    _must(_all(~inline | (words & tags.ends(here + 1, "t") & tags.ends(here + 2, "is"))))
    kept = np.flatnonzero(words & (width != 2))
    if len(kept):
        at = here[kept]
        _must(_all(width[kept] == _PRESERVED_WIDTH))
        _must(
            _all(
                _take(tags.text, tags.opens[at], len(_PRESERVED)) == np.frombuffer(_PRESERVED, dtype=np.uint8)
            )
        )
    count = np.where(closed, 1, 2) + taken + 2 * value + 4 * inline
    _must(_all(closed | tags.ends(cells + count - 1, "c")))
    return np.where(value | words, here, 0), count


def _must_be_all(tags: _Tags, count: Ints) -> None:
    """Every tag is of a row or of a cell, or the first: nothing else is in the sheet."""
    rows = tags.called("r")
    bare = tags.bare(rows)
    _must(1 + 2 * len(rows) - int(bare.sum()) + int(count.sum()) == tags.size)
    # each row ends before the next begins
    before = rows[1:] - 1
    _must(_all(bare[:-1] | _all_of(_take(tags.text, tags.opens[before], 6), b"</row>")))


def numbers(cells: Marked, which: Ints) -> npt.NDArray[np.float64]:
    """The values of *which* cells as numbers. Raises :class:`NotPlain` where one is none."""
    start, size = cells.start[which], cells.end[which] - cells.start[which]
    written = _take(cells.text, start, _SHORT)
    values = written - np.uint8(ord("0"))
    inside = np.arange(_SHORT) < size[:, None]
    digit = (values <= 9) & inside
    point = (written == ord(".")) & inside
    digits, points = np.count_nonzero(digit, axis=1), np.count_nonzero(point, axis=1)
    minus = written[:, 0] == ord("-")
    whole = np.zeros(len(which), dtype=np.int64)
    for n in range(min(int(size.max(initial=0)), _SHORT)):
        whole = np.where(digit[:, n], whole * 10 + values[:, n], whole)
    # whole numbers of so many digits, divided by a power of ten, are rounded once: as if the digits were read
    behind = np.where(points > 0, size - 1 - point.argmax(axis=1), 0)
    out = whole / _POWERS[np.minimum(behind, _EXACT_DIGITS)]
    out[minus] = -out[minus]
    simple = (digits + points + minus == size) & (points <= 1) & (digits > 0) & (digits <= _EXACT_DIGITS)
    for n in np.flatnonzero(~simple).tolist():
        _must(size[n] <= _LONGEST_NUMBER)
        one = cells.text[start[n] : start[n] + size[n]].tobytes()
        _must(_NUMBER.fullmatch(one) is not None)
        out[n] = float(one)
    return out


def _whole(digits: Bytes) -> tuple[Ints, Ints]:
    """The whole number that each row of bytes begins with, and its length."""
    values = digits - np.uint8(ord("0"))  # other bytes become more than 9
    out, length = np.zeros(len(digits), dtype=np.int64), np.zeros(len(digits), dtype=np.int64)
    more = np.ones(len(digits), dtype=np.bool_)
    for n in range(digits.shape[1] - 1):
        value = values[:, n]
        more &= value <= 9
        if not more.any():
            break
        out = np.where(more, out * 10 + value, out)
        length += more
    return out, length


def _take(text: Bytes, at: Ints, size: int) -> Bytes:
    """The *size* bytes at each place, a row each."""
    runs = np.ndarray((len(text) - size + 1,), dtype=f"V{size}", buffer=text, strides=(1,))
    return runs[at].view(np.uint8).reshape(-1, size)


def _words(text: Bytes, at: Ints, size: int) -> npt.NDArray[np.uint64]:
    """The *size* bytes at each place, 4 or 8, as a number."""
    runs = np.ndarray((len(text) - size + 1,), dtype=f"V{size}", buffer=text, strides=(1,))
    return runs[at].view(f"<u{size}").astype(np.uint64, copy=False)


def _word(written: bytes) -> np.uint64:
    """At most eight bytes as a number."""
    return np.uint64(int.from_bytes(written, "little"))


def _all_of(rows: Bytes, written: bytes) -> Bools:
    out: Bools = (rows == np.frombuffer(written, dtype=np.uint8)).all(axis=1)
    return out


def _all(what: Bools) -> bool:
    return bool(what.all())


def _must(plain: bool) -> None:
    if not plain:
        raise NotPlain
