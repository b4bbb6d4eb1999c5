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
#: The longest number that is read, and how many digits a float64 holds exactly.
_LONGEST_NUMBER, _EXACT_DIGITS = 24, 15
_POWERS = 10 ** np.arange(8)
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
#: Cells of a row at most, so that row and column make one number.
_ROW = 1 << 14
_LETTERS = 26
#: The tags of rows and formulas, which may say more: known writers quote what they say like this.
_SAID = rb'(?: [A-Za-z][\w:.\-]*="[^"<]*")*\s*/?>'
_ROW_TAG, _FORMULA_TAG = re.compile(rb'<row r="[0-9]{1,7}"' + _SAID), re.compile(rb"<f" + _SAID)
_PRESERVED = b'<t xml:space="preserve">'
#: What the tag of a cell says behind its address. There are few such texts, however many cells: how long one is, and how many.
_REST = re.compile(rb'(?: s="([0-9]{1,5})")?(?: t="([A-Za-z]+)")?(?:(/)>\s*|>)')
_LONGEST_REST, _MOST_RESTS = 32, 1_000


class NotPlain(Exception):
    """The sheet is written in a way that is not understood here."""


class CellType:
    """How a cell says what its value is: the ``t`` of its tag. Booleans and dates as texts are rare, and left out."""

    NUMBER, SHARED, TEXT, INLINE, ERROR = range(5)


_TYPES = {
    None: CellType.NUMBER, b"n": CellType.NUMBER, b"s": CellType.SHARED, b"str": CellType.TEXT,
    b"inlineStr": CellType.INLINE, b"e": CellType.ERROR,
}  # fmt: skip
#: A cell that is closed at once has no value, whatever its type.
_CLOSED = 255


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
    #: Whether any cell has a formula, and whether any row says that it is hidden, or is not.
    formulas: bool
    hidden: bool


def mark(body: bytes) -> Marked:
    """The cells in *body*, a sheet from ``<sheetData>`` up to its end tag. Raises :class:`NotPlain`."""
    text = np.empty(len(body) + _PADDING, dtype=np.uint8)
    text[: len(body)] = np.frombuffer(body, dtype=np.uint8)
    text[len(body) :] = ord(" ")
    _must(body.startswith(b"<sheetData>"))
    if text.min() < ord(" "):
        low = text[text < ord(" ")]
        _must_be((low == ord("\n")) | (low == ord("\t")) | (low == ord("\r")))
    tags = _Tags(text)
    rows = _must_say(tags, "r", _ROW_TAG, body)
    formulas = _must_say(tags, "f", _FORMULA_TAG, body)
    _must(not any(b" xmlns" in said for said in (*rows, *formulas)))  # of another namespace: nobody's cells
    cells = np.flatnonzero(tags.letter == ord("c"))
    _must(len(cells) > 0)
    row, column, behind = _addresses(tags, cells)
    _must_be(np.diff(row * _ROW + column) > 0)  # in order, none twice
    style, type_ = _rests(tags, cells, behind)
    start, end, count = _values(tags, cells, type_)
    _must_be_all(tags, count)
    if b"&" in body:
        _must_be_whole(text, start, end, type_)
    # a formula that nobody has calculated: <f>A1</f><v></v>
    filled = np.flatnonzero((start > 0) & ((end > start) | (type_ != CellType.NUMBER)))
    reach = (int(row[0]), int(column.min()), int(row[-1]), int(column.max()))
    return Marked(
        text, row[filled], column[filled], type_[filled], style[filled], start[filled], end[filled],
        len(cells), reach, bool(formulas), any(b" hidden=" in said or b' ht="0' in said for said in rows),
    )  # fmt: skip


class _Tags:
    """Where each tag begins, and the first letter of its name: ``/`` for an end tag, 0 beyond the last."""

    def __init__(self, text: Bytes) -> None:
        at = np.flatnonzero(text == ord("<"))
        self.text, self.size = text, len(at)
        self.at = np.append(at, np.zeros(_BEYOND, dtype=np.int64))
        self.letter = text[self.at + 1]
        self.letter[self.size :] = 0


def _addresses(tags: _Tags, cells: Ints) -> tuple[Ints, Ints, Ints]:
    """Row and column of the *cells*, and what place follows the address."""
    text, at = tags.text, tags.at[cells]
    start = _words(text, at + 2)
    _must_be(start & _FIRST[4] == _word(b' r="'))
    one, two, three = (
        (start >> np.uint64(bits)).astype(np.uint8) - np.uint8(ord("A")) for bits in (32, 40, 48)
    )
    _must_be(one < _LETTERS)  # what is no letter became more than that
    column, behind = one.astype(np.int64), at + 7
    if (more := two < _LETTERS).any():
        column = np.where(more, (column + 1) * _LETTERS + two, column)
        yet_more = more & (three < _LETTERS)
        column = np.where(yet_more, (column + 1) * _LETTERS + three, column)
        behind = behind + more + yet_more
    _must(int(column.max()) < _ROW)
    # behind the letters stands the number of the row that the cell is in
    rows = np.flatnonzero(tags.letter == ord("r"))
    first = np.searchsorted(cells, rows)
    _must(len(first) > 0 and first[0] == 0)
    many = np.diff(first, append=len(cells))
    number = tags.at[rows] + len(b'<row r="')
    written = _words(text, number)
    size = 7 - _behind(written, ord('"'))
    row, _ = _digits(_words(text, number + size - 8), size)
    written &= _FIRST[size + 1]
    _must_be(_words(text, behind) & np.repeat(_FIRST[size + 1], many) == np.repeat(written, many))
    _must_be(row > 0)
    return np.repeat(row - 1, many), column, behind + np.repeat(size + 1, many)


def _rests(tags: _Tags, cells: Ints, behind: Ints) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """The style of each cell, 0 where none is named, and its type, ``_CLOSED`` if it is closed at once.

    Both stand *behind* the address, up to the next tag.
    """
    import pandas as pd  # the program itself loads this module, and has no sheet to read

    text, size = tags.text, tags.at[cells + 1] - behind
    _must_be((size > 0) & (size <= _LONGEST_REST))
    which = np.zeros(len(cells), dtype=np.int64)
    for n in range(0, int(size.max()), 8):
        part, distinct = pd.factorize(_words(text, behind + n) & _FIRST[np.clip(size - n, 0, 8)])
        _must(len(distinct) <= _MOST_RESTS)
        which = which * len(distinct) + part
    which, distinct = pd.factorize(which)
    _must(len(distinct) <= _MOST_RESTS)
    one_of = np.zeros(len(distinct), dtype=np.int64)
    one_of[which] = np.arange(len(cells))
    styles, types = np.zeros(len(distinct), dtype=np.int64), np.zeros(len(distinct), dtype=np.uint8)
    for n, i in enumerate(one_of.tolist()):
        said = _REST.fullmatch(text[behind[i] : behind[i] + size[i]].tobytes())
        if said is None or said[2] not in _TYPES:
            raise NotPlain
        styles[n], types[n] = int(said[1] or 0), _CLOSED if said[3] else _TYPES[said[2]]
    return styles[which], types[which]


def _values(tags: _Tags, cells: Ints, type_: npt.NDArray[np.uint8]) -> tuple[Ints, Ints, Ints]:
    """Where the value of each cell begins (0: it has none) and ends, and how many tags the cell is made of."""
    text = tags.text
    start, end, count = (np.zeros(len(cells), dtype=np.int64) for _ in range(3))
    count[type_ == _CLOSED] = 1
    open_ = np.flatnonzero(type_ != _CLOSED)
    tag = cells[open_] + 1
    formula = np.flatnonzero(tags.letter[tag] == ord("f"))
    if len(formula):
        here = tag[formula]
        whole = _words(text, tags.at[here + 1]) & _FIRST[4] == _word(b"</f>")
        after = here + 1 + whole
        _must_be(
            np.where(whole, tags.at[after] == tags.at[here + 1] + 4, text[tags.at[after] - 2] == ord("/"))
        )
        tag[formula] = after
    at = tags.at[tag]
    first = _words(text, at) & _FIRST[4]
    inline = type_[open_] == CellType.INLINE
    has_value = (first & _FIRST[3] == _word(b"<v>")) & ~inline
    has_text = (first == _word(b"<is>")) & inline
    _must_be(has_value | has_text | (first == _word(b"</c>")))
    count[open_] = tag - cells[open_] + 1

    here = np.flatnonzero(has_value)
    this = open_[here]
    start[this], end[this] = at[here] + 3, tags.at[tag[here] + 1]
    count[this] += 2
    _must_be(_words(text, end[this]) == _word(b"</v></c>"))

    here = np.flatnonzero(has_text)
    this = open_[here]
    begin = at[here] + 4
    plain = _words(text, begin) & _FIRST[3] == _word(b"<t>")
    kept = begin[~plain]
    _must_be(bytes_at(text, kept, len(_PRESERVED)) == np.frombuffer(_PRESERVED, dtype=np.uint8))
    start[this] = begin + np.where(plain, 3, len(_PRESERVED))
    end[this] = tags.at[tag[here] + 2]
    count[this] += 4
    _must_be(_words(text, end[this]) == _word(b"</t></is"))
    _must_be(_words(text, end[this] + 5) == _word(b"/is></c>"))
    return start, end, count


def _must_say(tags: _Tags, letter: str, tag: re.Pattern[bytes], body: bytes) -> list[bytes]:
    """Every tag whose name begins with *letter* is such a *tag*; what they say."""
    found = [tag.match(body, at) for at in tags.at[tags.letter == ord(letter)].tolist()]
    said = [match[0] for match in found if match is not None]
    _must(len(said) == len(found))
    return said


def _must_be_all(tags: _Tags, count: Ints) -> None:
    """Every tag is of a row or of a cell, or the first: nothing else is in the sheet."""
    rows = np.flatnonzero(tags.letter == ord("r"))
    after = tags.letter[rows + 1]
    bare = (after == ord("r")) | (after == 0)  # <row r="3"/>
    _must(1 + 2 * len(rows) - int(bare.sum()) + int(count.sum()) == tags.size)
    # each row ends before the next begins, and the last at the end
    before = np.append(rows[1:], tags.size) - 1
    _must_be((before == rows) | (_words(tags.text, tags.at[before]) & _FIRST[4] == _word(b"</ro")))


def _must_be_whole(text: Bytes, start: Ints, end: Ints, type_: npt.NDArray[np.uint8]) -> None:
    """No entity stands in a value that is no text: other programs would read what is before it, or what it means."""
    entities = np.flatnonzero(text == ord("&"))
    valued = np.flatnonzero((start > 0) & (type_ != CellType.INLINE) & (type_ != CellType.TEXT))
    if len(valued):
        at = np.searchsorted(start[valued], entities, side="right") - 1
        _must_be((at < 0) | (entities >= end[valued][at]))


def numbers(cells: Marked, which: Ints) -> npt.NDArray[np.float64]:
    """The values of *which* cells as numbers. Raises :class:`NotPlain` where one is none.

    Most are read at once: a whole number of at most 15 digits, divided by a power of ten, is rounded once, as if its digits were read.
    """
    text, start, end = cells.text, cells.start[which], cells.end[which]
    minus = text[start] == ord("-")
    last = _words(text, end - 8)
    decimals = _behind(last, ord("."))
    point = decimals >= 0
    decimals[~point] = 0
    size = end - point - decimals - start - minus  # of the digits before the point
    whole, right = _digits(_words(text, end - point - decimals - 8), np.minimum(size, 8))
    long = np.flatnonzero(size > 8)
    if len(long):
        more, also = _digits(_words(text, (end - point - decimals)[long] - 16), size[long] - 8)
        whole[long] += more * 10**8
        right[long] &= also
    rest, also = _digits(last, decimals)
    right &= also & (size > 0) & (size + decimals <= _EXACT_DIGITS)
    out = (whole * _POWERS[decimals] + rest) / _POWERS[decimals]
    out[minus] = -out[minus]
    for n in np.flatnonzero(~right).tolist():
        _must(end[n] - start[n] <= _LONGEST_NUMBER)
        one = text[start[n] : end[n]].tobytes()
        _must(_NUMBER.fullmatch(one) is not None)
        out[n] = float(one)
    return np.asarray(out)


def _behind(words: Words, byte: int) -> Ints:
    """How many bytes stand behind the first such *byte* in each word; -1 where there is none."""
    other = words ^ np.uint64(byte * _EACH)
    found = (
        (other - np.uint64(_EACH)) & ~other & np.uint64(0x80 * _EACH)
    )  # the lowest bit of it is that of the first
    lowest = (found & (~found + np.uint64(1))).astype(np.float64)
    return np.where(found == 0, -1, 8 - np.frexp(lowest)[1] // 8)


def _digits(words: Words, size: Ints) -> tuple[Ints, Bools]:
    """The number that the last *size* bytes of each word say, and whether these are digits."""
    digits = (words ^ np.uint64(ord("0") * _EACH)) & ~_FIRST[np.clip(8 - size, 0, 8)]  # others become 0
    right = (digits | digits + np.uint64(6 * _EACH)) & np.uint64(0xF0 * _EACH) == 0
    for bits, base, kept in _JOINED:
        digits = (digits * np.uint64((base << bits) + 1) >> np.uint64(bits)) & np.uint64(kept)
    return digits.astype(np.int64), right


#: Eight bytes of 1.
_EACH = 0x0101010101010101
#: How neighbours become one number: digits pairs, pairs fours, fours eight. By how many bits, times what, and what is kept.
_JOINED = ((8, 10, 0x00FF00FF00FF00FF), (16, 100, 0x0000FFFF0000FFFF), (32, 10_000, 0x00000000FFFFFFFF))


def bytes_at(text: Bytes, at: Ints, size: int) -> Bytes:
    """The *size* bytes at each place, a row each."""
    runs = np.ndarray((len(text) - size + 1,), dtype=f"V{size}", buffer=text, strides=(1,))
    return runs[at].view(np.uint8).reshape(-1, size)


def _words(text: Bytes, at: Ints) -> Words:
    """The eight bytes at each place as a number, of which the first is the lowest."""
    runs = np.ndarray((len(text) - 7,), dtype="V8", buffer=text, strides=(1,))
    return runs[at].view("<u8").astype(np.uint64, copy=False)


def _word(written: bytes) -> np.uint64:
    """At most eight bytes as a number."""
    return np.uint64(int.from_bytes(written, "little"))


#: What keeps the first so many bytes of a word.
_FIRST = np.array([(1 << 8 * size) - 1 for size in range(9)], dtype=np.uint64)


def _must_be(every: Bools) -> None:
    _must(bool(every.all()))


def _must(plain: bool) -> None:
    if not plain:
        raise NotPlain
