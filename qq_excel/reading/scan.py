"""One pass over the bytes of an XML part, while the guard inflates it.

Sheets are far too large to parse twice, so what only the XML knows is found by searching bytes: how far the
cells reach (a reader reserves memory for the whole rectangle), formulas, hidden rows, what stands behind the
cells. The quick search understands the way every known writer puts a cell (``<c r="A1" …>``); a part written
otherwise is looked through cell by cell, slower and to the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

#: A part that is kept back to find the end of a cell; Excel's longest cell text is far below.
_LONGEST_CELL = 8 << 20
_KEPT = 32 << 20
_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.\-]*):)?([A-Za-z]\w*)[\s/>]")
_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c(?=[\s/>])([^>]*)>")
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_ROW = re.compile(rb"<(?:[^\s<>/:]+:)?row(?=[\s/>])([^>]*)>")
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
#: A formula, its text, and what follows it in the cell.
_FORMULA = re.compile(rb"<f(\s[^>]*?)?(?:/>|>([^<]*)</f>)\s*(<v>[^<]*|<v\s*/>|<v [^>]*>[^<]*|<is>|</c>)")
_FOREIGN = re.compile(rb"\[[^\]<>]+\][^\[\]]*!")
_SHARED = re.compile(rb'\ssi="(\d+)"')
#: Whether a byte ends the name of a tag.
_ENDS = np.isin(np.arange(256), np.frombuffer(b" />\t\r\n", dtype=np.uint8))
_EIGHT = np.arange(8)
_TENS = 10 ** np.arange(7, -1, -1)


@dataclass(slots=True)
class XmlScan:
    """What the bytes of one XML part showed."""

    #: Local name of the root element.
    root: str = ""
    #: The first bytes, at most 64 KB.
    start: bytes = b""
    #: Whether a document type or an entity is declared.
    declares: bool = False


@dataclass(slots=True)
class SheetScan(XmlScan):
    """What the bytes of a sheet showed. Rows and columns are zero-based.

    ``top`` … ``right`` is the rectangle that its cells span, -1 when there is none; ``written`` counts cells.
    """

    top: int = -1
    left: int = -1
    bottom: int = -1
    right: int = -1
    written: int = 0
    #: Whether any cell is a boolean, has a formula.
    bools: bool = False
    formulas: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    stale: list[tuple[int, int]] = field(default_factory=list)
    foreign: list[tuple[int, int]] = field(default_factory=list)
    #: What precedes and what follows the cells.
    before: bytes = b""
    tail: bytes = b""

    @property
    def area(self) -> int:
        """Cells of the rectangle."""
        return 0 if self.top < 0 else (self.bottom - self.top + 1) * (self.right - self.left + 1)


class Scanner:
    """Takes a part's bytes in order; ``done`` gives what they showed."""

    def __init__(self, *, filled_only: bool = False) -> None:
        self.scan: XmlScan = XmlScan()
        self._carry = b""
        self._first = True
        self._xml = False
        self._prefix = b""
        self._cells: _Cells | None = None
        self._filled_only = filled_only

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        if self._first:
            self._begin(chunk)
        if not self._xml or not chunk:
            return
        if self._cells is None:
            window = self._carry + chunk
            self._look_for_declarations(window)
            self._carry = window[-9:]
            return
        # whole tags only, so that nothing sought is cut in two
        window = self._carry + chunk
        cut = window.rfind(b"<")
        if cut <= 0 and len(window) < _LONGEST_CELL:
            self._carry = window
            return
        self._carry, window = window[cut:], window[:cut]
        self._pass_on(window)

    def done(self) -> XmlScan:
        """What was seen, after the last byte."""
        if self._cells is not None:
            self._pass_on(self._carry)
            self._cells.finish()
        self._carry = b""
        return self.scan

    def _begin(self, chunk: bytes) -> None:
        self._first = False
        start = chunk[:65_536]
        plain = start.replace(b"\x00", b"") if b"\x00" in start[:200] else start
        text = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        self._xml = text.startswith(b"<")
        if not self._xml:
            return
        body = re.sub(rb"<\?.*?\?>|<!--.*?-->", b"", text[:65_536], flags=re.DOTALL)
        match = _ROOT.search(body)
        root = match[2].decode() if match else ""
        if root in ("worksheet", "macrosheet", "dialogsheet"):
            self.scan = SheetScan(root=root, start=start)
            self._prefix = (match[1] or b"") if match else b""
            self._cells = _Cells(self.scan, filled_only=self._filled_only)
        else:
            self.scan = XmlScan(root=root, start=start)
        if plain is not start:  # two bytes per character: no byte search below would find it
            self._look_for_declarations(chunk.replace(b"\x00", b""))

    def _look_for_declarations(self, window: bytes) -> None:
        if b"<!" in window and (b"<!DOCTYPE" in window or b"<!ENTITY" in window):
            self.scan.declares = True

    def _pass_on(self, window: bytes) -> None:
        self._look_for_declarations(window)
        if self._prefix:
            window = window.replace(b"<" + self._prefix + b":", b"<").replace(b"</" + self._prefix + b":", b"</")
        assert self._cells is not None  # noqa: S101 - only sheets come here
        self._cells.feed(window)


class _Cells:
    """The rows and cells of one sheet."""

    def __init__(self, scan: SheetScan, *, filled_only: bool) -> None:
        self.scan = scan
        self._filled_only = filled_only
        self._state = "before"
        self._carry = b""
        self._row, self._column = -1, -1
        self._foreign_groups: set[bytes] = set()

    def feed(self, window: bytes) -> None:
        """Whole tags, in order."""
        scan = self.scan
        if self._state == "before":
            at = window.find(b"<sheetData")
            scan.before = (scan.before + (window if at < 0 else window[:at]))[:_KEPT]
            if at < 0:
                return
            window, self._state = window[at:], "cells"
        if self._state == "cells":
            at = window.find(b"</sheetData")
            if at < 0:
                window = self._carry + window
                cut = max(window.rfind(b"<c "), window.rfind(b"<row"))
                cut = cut if cut > 0 or len(window) < _LONGEST_CELL else len(window)
                self._carry = window[max(cut, 0) :]
                self._look(window[: max(cut, 0)])
                return
            self._look(self._carry + window[:at])
            window, self._carry, self._state = window[at:], b"", "after"
        if len(scan.tail) < _KEPT:
            scan.tail += window

    def finish(self) -> None:
        """The last cells of a sheet that breaks off."""
        if self._carry:
            self._look(self._carry)
            self._carry = b""

    def _look(self, window: bytes) -> None:
        if not window:
            return
        scan = self.scan
        quick = not self._filled_only and self._reach(window)
        if not quick:
            self._reach_slowly(window)
        if not scan.bools and (b't="b"' in window or (not quick and b"'b'" in window)):
            scan.bools = True
        if b"hidden" in window:
            self._hidden(window)
        if b"<f" in window:
            self._formulas(window)

    def _reach(self, window: bytes) -> bool:
        """How far the cells reach, if all are written as known writers do; False when they are not."""
        text = np.frombuffer(window + b" " * 24, dtype=np.uint8)
        is_c = text[1:] == ord("c")
        prefixed = np.flatnonzero(is_c & (text[:-1] == ord(":")))
        if len(prefixed) and _ENDS[text[prefixed + 2]].any():
            return False
        at = np.flatnonzero(is_c & (text[:-1] == ord("<")))
        at = at[_ENDS[text[at + 2]]]
        if not len(at):
            return True
        # the twelve bytes behind "<c": ' r="ABC1234'
        if not all(bool((text[at + 2 + i] == byte).all()) for i, byte in enumerate(b' r="')):
            return False
        first, second, third = text[at + 6], text[at + 7], text[at + 8]
        two = (second >= 65) & (second <= 90)
        three = two & (third >= 65) & (third <= 90)
        column = first.astype(np.int32) - 64
        column[two] = column[two] * 26 + second[two] - 64
        column[three] = column[three] * 26 + third[three] - 64
        digits = text[(at + 7 + two + three)[:, None] + _EIGHT]
        length = (digits - 48 > 9).argmax(axis=1)  # bytes below 0 wrap around
        closed = digits[np.arange(len(at)), length] == ord('"')
        if first.min() < 65 or first.max() > 90 or length.min() < 1 or not closed.all():
            return False
        # the longest numbers decide the last row, the shortest the first
        rows = []
        for size in (int(length.min()), int(length.max())):
            values = (digits[length == size][:, :size].astype(np.int64) - 48) @ _TENS[8 - size :]
            rows += [int(values.min()), int(values.max())]
        self._stretch(rows[0] - 1, int(column.min()) - 1, rows[3] - 1, int(column.max()) - 1)
        self.scan.written += len(at)
        self._row = int(digits[-1, : length[-1]].tobytes()) - 1
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
            scan.formulas = True
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


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column - 1


def scan_bytes(chunks: Iterator[bytes], *, filled_only: bool = False) -> XmlScan:
    """Scan a part from its chunks."""
    scanner = Scanner(filled_only=filled_only)
    for chunk in chunks:
        scanner.feed(chunk)
    return scanner.done()


Feed = Callable[[bytes], None]
