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
Words = npt.NDArray[np.uint64]

#: Blanks behind the bytes that are looked at, so that what is taken behind a place is always there.
_PADDING = 32
#: Places behind the last tag, at which there is none.
_BEYOND = 8
#: The longest number that is read, how many characters of one are read at once, and how many digits a float64 holds exactly.
_LONGEST_NUMBER, _SHORT, _EXACT_DIGITS = 24, 16, 15
_POWERS = 10.0 ** np.arange(_EXACT_DIGITS + 1)
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
#: Cells of a row at most, so that row and column make one number.
_ROW = 1 << 14
_LETTERS = 26
#: The tags of rows and formulas, which may say more: known writers quote what they say like this.
_SAID = rb'(?: [A-Za-z][\w:.\-]*="[^"<]*")*\s*/?>'
_ROW_TAG, _FORMULA_TAG = re.compile(rb'<row r="[0-9]{1,7}"' + _SAID), re.compile(rb"<f" + _SAID)
_PRESERVED = b'<t xml:space="preserve">'


class NotPlain(Exception):
    """The sheet is written in a way that is not understood here."""


class CellType:
    """How a cell says what its value is: the ``t`` of its tag. Booleans and dates as texts are rare, and left out."""

    NUMBER, SHARED, TEXT, INLINE, ERROR = range(5)


#: What ends the tag of a cell. One that is closed at once has no value, whatever its type.
_ENDINGS = {
    b">": CellType.NUMBER, b' t="n">': CellType.NUMBER, b' t="s">': CellType.SHARED, b' t="str">': CellType.TEXT,
    b' t="inlineStr">': CellType.INLINE, b' t="e">': CellType.ERROR,
}  # fmt: skip
_CLOSED, _UNKNOWN = 254, 255


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
    """The cells in *body*, a sheet from ``<sheetData>`` up to its end tag. Raises :class:`NotPlain`."""
    text = np.empty(len(body) + _PADDING, dtype=np.uint8)
    text[: len(body)] = np.frombuffer(body, dtype=np.uint8)
    text[len(body) :] = ord(" ")
    low = text[text < ord(" ")]
    _must(
        body.startswith(b"<sheetData>")
        and bool(((low == ord("\n")) | (low == ord("\t")) | (low == ord("\r"))).all())
    )
    tags = _Tags(text)
    _must_say(tags, "r", _ROW_TAG, body)
    _must_say(tags, "f", _FORMULA_TAG, body)
    cells = np.flatnonzero(tags.letter == ord("c"))
    _must(len(cells) > 0)
    row, column, behind = _addresses(text, tags.at[cells])
    _must_be(np.diff(row * _ROW + column) > 0)  # in order, none twice
    style, behind = _styles(text, behind)
    type_, behind = _types(text, behind)
    start, end, count = _values(tags, cells, type_, behind)
    _must_be_all(tags, count)
    # a formula that nobody has calculated: <f>A1</f><v></v>
    filled = np.flatnonzero((start > 0) & ((end > start) | (type_ != CellType.NUMBER)))
    reach = (int(row[0]), int(column.min()), int(row[-1]), int(column.max()))
    return Marked(
        text, row[filled], column[filled], type_[filled], style[filled], start[filled], end[filled],
        len(cells), reach, bool((tags.letter == ord("f")).any()),
    )  # fmt: skip


class _Tags:
    """Where each tag begins, and the first letter of its name: ``/`` for an end tag, 0 beyond the last."""

    def __init__(self, text: Bytes) -> None:
        at = np.flatnonzero(text == ord("<"))
        self.text, self.size = text, len(at)
        self.at = np.append(at, np.zeros(_BEYOND, dtype=np.int64))
        self.letter = text[self.at + 1]
        self.letter[self.size :] = 0


def _addresses(text: Bytes, at: Ints) -> tuple[Ints, Ints, Ints]:
    """Row and column of the cells whose tags begin *at* these places, and what place follows the address."""
    _must_be(_words(text, at + 2, 4) == _word(b' r="'))
    letters = _take(text, at + 6, 3) - np.uint8(ord("A"))  # other bytes become more than 25
    letter = letters < _LETTERS
    two = letter[:, 1]
    three = two & letter[:, 2]
    _must_be(letter[:, 0])
    column = letters[:, 0].astype(np.int64)
    if two.any():
        column = np.where(two, (column + 1) * _LETTERS + letters[:, 1], column)
        column = np.where(three, (column + 1) * _LETTERS + letters[:, 2], column)
    start = at + 7 + two + three
    row, length = _whole(_take(text, start, 8))
    behind = start + length
    _must_be((length > 0) & (row > 0) & (column < _ROW) & (text[behind] == ord('"')))
    return row - 1, column, behind + 1


def _styles(text: Bytes, behind: Ints) -> tuple[Ints, Ints]:
    """The style of each cell, 0 where none is named, and what place follows it."""
    styled = _words(text, behind, 4) == _word(b' s="')
    style, length = _whole(_take(text, behind + 4, 6))
    end = behind + 4 + length
    _must_be(~styled | ((length > 0) & (text[end] == ord('"'))))
    return np.where(styled, style, 0), np.where(styled, end + 1, behind)


def _types(text: Bytes, behind: Ints) -> tuple[npt.NDArray[np.uint8], Ints]:
    """The type of each cell, ``_CLOSED`` if it is closed at once, and what place follows its tag."""
    start = _words(text, behind, 8)
    type_ = np.full(len(behind), _UNKNOWN, dtype=np.uint8)
    size = np.zeros(len(behind), dtype=np.int64)
    for ending, number in _ENDINGS.items():
        this = np.flatnonzero(start & _first(len(ending)) == _word(ending[:8]))
        if len(ending) > 8:
            this = this[_words(text, behind[this] + len(ending) - 8, 8) == _word(ending[-8:])]
        type_[this], size[this] = number, len(ending)
        closed = ending[:-1] + b"/>"
        this = (
            np.flatnonzero(start & _first(len(closed)) == _word(closed[:8])) if len(closed) <= 8 else this[:0]
        )
        type_[this], size[this] = _CLOSED, len(closed)
    _must_be(type_ != _UNKNOWN)
    return type_, behind + size


def _values(tags: _Tags, cells: Ints, type_: npt.NDArray[np.uint8], behind: Ints) -> tuple[Ints, Ints, Ints]:
    """Where the value of each cell begins (0: it has none) and ends, and how many tags the cell is made of."""
    text = tags.text
    start, end, count = (np.zeros(len(cells), dtype=np.int64) for _ in range(3))
    count[type_ == _CLOSED] = 1
    open_ = np.flatnonzero(type_ != _CLOSED)
    tag = cells[open_] + 1
    formula = np.flatnonzero(tags.letter[tag] == ord("f"))
    _must_be(tags.at[tag] == behind[open_])
    if len(formula):
        here = tag[formula]
        whole = _words(text, tags.at[here + 1], 4) == _word(b"</f>")
        after = here + 1 + whole
        _must_be(
            np.where(whole, tags.at[after] == tags.at[here + 1] + 4, text[tags.at[after] - 2] == ord("/"))
        )
        tag[formula] = after
    at = tags.at[tag]
    first = _words(text, at, 4)
    inline = type_[open_] == CellType.INLINE
    has_value = (first & _first(3) == _word(b"<v>")) & ~inline
    has_text = (first == _word(b"<is>")) & inline
    _must_be(has_value | has_text | (first == _word(b"</c>")))
    count[open_] = tag - cells[open_] + 1

    here = np.flatnonzero(has_value)
    this = open_[here]
    start[this], end[this] = at[here] + 3, tags.at[tag[here] + 1]
    count[this] += 2
    _must_be(_words(text, end[this], 8) == _word(b"</v></c>"))

    here = np.flatnonzero(has_text)
    this = open_[here]
    begin = at[here] + 4
    plain = _words(text, begin, 4) & _first(3) == _word(b"<t>")
    kept = begin[~plain]
    _must_be(_take(text, kept, len(_PRESERVED)) == np.frombuffer(_PRESERVED, dtype=np.uint8))
    start[this] = begin + np.where(plain, 3, len(_PRESERVED))
    end[this] = tags.at[tag[here] + 2]
    count[this] += 4
    _must_be(_words(text, end[this], 8) == _word(b"</t></is"))
    _must_be(_words(text, end[this] + 5, 8) == _word(b"/is></c>"))
    return start, end, count


def _must_say(tags: _Tags, letter: str, tag: re.Pattern[bytes], body: bytes) -> None:
    """Every tag whose name begins with *letter* is such a *tag*."""
    for at in tags.at[tags.letter == ord(letter)].tolist():
        _must(tag.match(body, at) is not None)


def _must_be_all(tags: _Tags, count: Ints) -> None:
    """Every tag is of a row or of a cell, or the first: nothing else is in the sheet."""
    rows = np.flatnonzero(tags.letter == ord("r"))
    after = tags.letter[rows + 1]
    bare = (after == ord("r")) | (after == 0)  # <row r="3"/>
    _must(1 + 2 * len(rows) - int(bare.sum()) + int(count.sum()) == tags.size)
    # each row ends before the next begins, and the last at the end
    before = np.append(rows[1:], tags.size) - 1
    _must_be((before == rows) | (_words(tags.text, tags.at[before], 4) == _word(b"</ro")))


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


def _words(text: Bytes, at: Ints, size: int) -> Words:
    """The *size* bytes at each place, 4 or 8, as a number."""
    runs = np.ndarray((len(text) - size + 1,), dtype=f"V{size}", buffer=text, strides=(1,))
    return runs[at].view(f"<u{size}").astype(np.uint64, copy=False)


def _word(written: bytes) -> np.uint64:
    """At most eight bytes as a number."""
    return np.uint64(int.from_bytes(written, "little"))


def _first(size: int) -> np.uint64:
    """What keeps the first *size* bytes of a number, and no more than eight."""
    return np.uint64((1 << 8 * min(size, 8)) - 1)


def _must_be(every: Bools) -> None:
    _must(bool(every.all()))


def _must(plain: bool) -> None:
    if not plain:
        raise NotPlain
