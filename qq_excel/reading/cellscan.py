"""The rows and cells of a sheet, searched for in its bytes.

The quick search understands the way every known writer puts a cell (``<c r="A1" …>``); a part written otherwise is looked
through cell by cell, slower and to the same answer. The cells of a small sheet are marked once for all.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from qq_excel.reading.onepass.cells import NotPlain, bytes_at, mark
from qq_excel.reading.onepass.strings import is_utf8
from qq_excel.reading.scanned import LONGEST_CELL, SheetScan, declares
from qq_excel.reading.twofold import (
    declares_another,
    has_strangers,
    has_two_values,
    is_an_alternative,
    stands_elsewhere,
    values_break_off,
    values_hold_entities,
)

#: Bytes before and after the cells that are kept.
_KEPT = 32 << 20
_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c(?=[\s/>])([^>]*)>")
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,4})(\d{1,10})["']""")
_ROW = re.compile(rb"<(?:[^\s<>/:]+:)?row(?=[\s/>])([^>]*)>")
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,10})["']""")
#: A row of no height is hidden too, whatever it says.
_HIDDEN = re.compile(rb"""\s(?:hidden\s*=\s*["'](?:1|true)|ht\s*=\s*["']0(?:\.0*)?)["']""")
#: A formula, its text, and what follows it in the cell.
_FORMULA = re.compile(rb"<f(\s[^>]*?)?(?:/>|>([^<]*)</f>)\s*(<v>[^<]*|<v\s*/>|<v [^>]*>[^<]*|<is>|</c>)")
_FOREIGN = re.compile(rb"\[[^\[\]<>]+\][^\[\]]*!")
_SHARED = re.compile(rb'\ssi="(\d+)"')
#: Blanks behind the bytes that are looked at, so that what is taken behind a place is always there.
_PADDING = 24
#: What follows the name of a cell where known writers write it.
_ADDRESS_FOLLOWS = np.frombuffer(b' r="', dtype=np.uint32)[0]
#: Whether a byte ends the name of a tag.
_ENDS = np.isin(np.arange(256), np.frombuffer(b" />\t\r\n", dtype=np.uint8))


class CellScan:
    """The rows and cells of one sheet."""

    def __init__(self, scan: SheetScan, *, filled_only: bool, at_once: bool) -> None:
        self.scan = scan
        self._filled_only, self._at_once = filled_only, at_once
        self._state = "before"
        self._carry = b""
        self._row, self._column = -1, -1
        self._foreign_groups: set[bytes] = set()
        self._text = np.zeros(0, dtype=np.uint8)
        #: Answers of the searches, written over and over: fresh memory costs more than the search itself.
        self._here, self._then = (np.zeros(0, dtype=np.bool_) for _ in range(2))

    def feed(self, window: bytes) -> None:
        """Whole tags, in order."""
        scan = self.scan
        whole = self._state == "before"
        if whole:
            at = window.find(b"<sheetData")
            start = window if at < 0 else window[:at]
            scan.before = (scan.before + start)[:_KEPT]
            scan.declares |= declares(start)
            scan.twofold |= stands_elsewhere(start)
            if at < 0:
                return
            scan.twofold |= is_an_alternative(scan.before)
            window, self._state = window[at:], "cells"
            if window[: (end := window.find(b">"))].endswith(b"/"):  # no cells
                window, self._state = window[end + 1 :], "after"
        if self._state == "cells":
            at = window.rfind(
                b"</sheetData"
            )  # the last: one in a comment hides no cell; and found faster than the first
            if at < 0:
                window = self._carry + window
                cut = max(window.rfind(b"<c "), window.rfind(b"<row"))
                cut = cut if cut > 0 or len(window) < LONGEST_CELL else len(window)
                self._carry = window[max(cut, 0) :]
                self._look(window[: max(cut, 0)])
                return
            cells = self._carry + window[:at]
            if not (whole and self._mark(cells)):
                self._look(cells)
            window, self._carry, self._state = window[at:], b"", "after"
        scan.declares |= declares(window)
        scan.twofold |= stands_elsewhere(window)
        if len(scan.tail) < _KEPT:
            scan.tail += window

    def finish(self) -> None:
        """The last cells of a sheet that breaks off."""
        if self._carry:
            self._look(self._carry)
            self._carry = b""

    def _mark(self, window: bytes) -> bool:
        """Mark all cells of a sheet, if they are not too many and known writers would write them so."""
        scan = self.scan
        if not self._at_once or not scan.plain or not is_utf8(scan.start):
            return False
        try:
            scan.cells = mark(window)
        except NotPlain:
            return False
        self._stretch(*scan.cells.reach)
        scan.written = scan.cells.written
        if scan.cells.hidden:
            self._hidden(window)
        if scan.cells.formulas:
            self._formulas(window)
        return True

    def _look(self, window: bytes) -> None:
        if not window:
            return
        scan = self.scan
        # numpy answers "is there any" several times faster than bytes.find
        text = self._loaded(window)
        size = len(text) - 1
        tags = np.flatnonzero(np.equal(text[:-1], ord("<"), out=self._here[:size]))
        first = text[tags + 1]
        if (first == ord("!")).any():
            scan.declares |= declares(window)
        scan.twofold |= self._is_twofold(window, text, tags, first)
        scan.booleans |= b"b" in window and (b't="b"' in window or b"t='b'" in window)
        quick = not self._filled_only and self._reach(text, tags[first == ord("c")])
        if not quick:
            scan.plain = False
            self._reach_slowly(window)
        if self._may_hide(text):
            self._hidden(window)
        if (first == ord("f")).any():
            self._formulas(window)

    def _is_twofold(
        self,
        window: bytes,
        text: npt.NDArray[np.uint8],
        tags: npt.NDArray[np.int64],
        first: npt.NDArray[np.uint8],
    ) -> bool:
        """Whether cells are read in different ways. What is never among plain cells is looked for before it is looked at.

        *first* are the first letters of the *tags*.
        """
        broken, names = (first == ord("!")) | (first == ord("?")), self._pairs(text, "x", "m")
        return (
            has_strangers(window)
            or bool(names.any() and declares_another(window))
            or (b"&" in window and _are_in_values(text, tags, first) and values_hold_entities(window))
            or bool(broken.any() and values_break_off(window))
            or (_meet(first) and has_two_values(window))
        )

    def _may_hide(self, text: npt.NDArray[np.uint8]) -> bool:
        """Whether anything could say that a row is hidden, or has a height that begins with 0."""
        if self._pairs(text, "h", "i").any():
            return True
        heights = np.flatnonzero(self._pairs(text, "h", "t"))
        return bool((text[heights + len('ht="')] == ord("0")).any())

    def _loaded(self, window: bytes) -> npt.NDArray[np.uint8]:
        """*window* and some blanks as numbers; good until the next call, as all answers about it are."""
        size = len(window)
        if len(self._text) < size + _PADDING:
            self._text = np.empty(size + size // 4 + _PADDING, dtype=np.uint8)
            self._here, self._then = (np.empty(len(self._text), dtype=np.bool_) for _ in range(2))
        self._text[:size] = np.frombuffer(window, dtype=np.uint8)
        self._text[size : size + _PADDING] = ord(" ")
        return self._text[: size + _PADDING]

    def _pairs(self, text: npt.NDArray[np.uint8], here: str, then: str) -> npt.NDArray[np.bool_]:
        """Where the letter *here* is followed by *then*; good until the next call."""
        size = len(text) - 1
        begun = np.equal(text[:-1], ord(here), out=self._here[:size])
        if not begun.any():
            return begun
        followed = np.equal(text[1:], ord(then), out=self._then[:size])
        return np.logical_and(begun, followed, out=followed)

    def _reach(self, text: npt.NDArray[np.uint8], at: npt.NDArray[np.int64]) -> bool:
        """How far the cells reach, which begin *at* these places, if all are written as known writers do."""
        prefixed = self._pairs(text, ":", "c")
        if prefixed.any() and _ENDS[text[np.flatnonzero(prefixed) + 2]].any():
            return False
        if not len(at):
            return True
        start = bytes_at(text, at + 2, 8)  # of ' r="ABC1'
        if not (start.view(np.uint32)[:, 0] == _ADDRESS_FOLLOWS).all():
            return False
        letters = start[:, 4:7].astype(np.int16) - 64
        if letters[:, 0].min() < 1 or letters[:, 0].max() > 26:
            return False
        two = (letters[:, 1] >= 1) & (letters[:, 1] <= 26)
        three = two & (letters[:, 2] >= 1) & (letters[:, 2] <= 26)
        column = letters[:, 0]
        column = np.where(two, column * 26 + letters[:, 1], column)
        column = np.where(three, column * 26 + letters[:, 2], column)
        digits = bytes_at(text, at + 7 + two + three, 8)
        length = (digits - 48 > 9).argmax(axis=1)  # bytes below "0" wrap around
        if length.min() < 1 or not (digits[np.arange(len(at)), length] == ord('"')).all():
            return False
        # of numbers of one length, the bytes sort as the numbers do
        keys = digits.view(">u8").ravel()
        shortest, longest = int(length.min()), int(length.max())
        first = int(_number(keys[length == shortest].min(), shortest))
        last = int(_number(keys[length == longest].max(), longest))
        self._stretch(first - 1, int(column.min()) - 1, last - 1, int(column.max()) - 1)
        self.scan.written += len(at)
        self._row = int(_number(keys[-1], int(length[-1]))) - 1
        self._column = int(column[-1]) - 1
        return True

    def _reach_slowly(self, window: bytes) -> None:
        rows = iter([(m.start(), m[1]) for m in _ROW.finditer(window)])
        upcoming = next(rows, None)
        for match in _CELL.finditer(window):
            while upcoming is not None and upcoming[0] < match.start():
                number = _NUMBER.search(upcoming[1])
                self._row, self._column = int(number[1]) - 1 if number else self._row + 1, -1
                upcoming = next(rows, None)
            place = _ADDRESS.search(match[1])
            if place:
                self._row, self._column = int(place[2]) - 1, _column(place[1])
            else:
                self._column += 1
            self.scan.written += 1
            if self._filled_only and match[1].endswith(b"/"):
                continue
            self._stretch(self._row, self._column, self._row, self._column)
        while upcoming is not None:
            number = _NUMBER.search(upcoming[1])
            self._row, self._column = int(number[1]) - 1 if number else self._row + 1, -1
            upcoming = next(rows, None)

    def _stretch(self, top: int, left: int, bottom: int, right: int) -> None:
        scan = self.scan
        if scan.top < 0:
            scan.top, scan.left, scan.bottom, scan.right = top, left, bottom, right
        else:
            scan.top, scan.left = min(scan.top, top), min(scan.left, left)
            scan.bottom, scan.right = max(scan.bottom, bottom), max(scan.right, right)

    def _hidden(self, window: bytes) -> None:
        for match in _ROW.finditer(window):
            number = _NUMBER.search(match[1])
            if number and _HIDDEN.search(match[1]):
                self.scan.hidden_rows.append(int(number[1]) - 1)

    def _formulas(self, window: bytes) -> None:
        scan = self.scan
        for match in _FORMULA.finditer(window):
            attributes, text, value = match[1] or b"", match[2] or b"", match[3]
            group = _SHARED.search(attributes)
            foreign = bool(text) and bool(_FOREIGN.search(text))
            if group and foreign:
                self._foreign_groups.add(group[1])
            elif group and not text:
                foreign = group[1] in self._foreign_groups
            empty = value.startswith(b"</c") or value in (b"<v>", b"<v/>", b"<v />")
            if not foreign and not empty:
                continue
            start = window.rfind(b"<c ", 0, match.start())
            cell = window[start : match.start()]
            place = _ADDRESS.search(cell)
            if not place:
                continue
            at = (int(place[2]) - 1, _column(place[1]))
            if foreign:
                scan.foreign.append(at)
            if empty and not (b't="str"' in cell and not value.startswith(b"</c")):
                scan.stale.append(at)


def _are_in_values(
    text: npt.NDArray[np.uint8], tags: npt.NDArray[np.int64], first: npt.NDArray[np.uint8]
) -> bool:
    """Whether an entity stands behind a tag that could be that of a value."""
    entities = np.flatnonzero(text == ord("&"))
    behind = np.searchsorted(tags, entities) - 1
    return bool((first[behind[behind >= 0]] == ord("v")).any())


def _meet(first: npt.NDArray[np.uint8]) -> bool:
    """Whether of the tags, of which these are the *first* letters, one is a text (``<is>``) and two that could be values follow
    each other with no cell (``<c>``) between.
    """
    text = first == ord("i")
    if not text.any():
        return False
    value = (text | (first == ord("v")))[text | (first == ord("v")) | (first == ord("c"))]
    return bool((value[1:] & value[:-1]).any())


def _number(key: np.uint64, length: int) -> bytes:
    """The first *length* bytes of a big-endian key."""
    return int(key).to_bytes(8, "big")[:length]


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column - 1
