"""One pass over the bytes of an XML part, while the guard inflates it.

Sheets are far too large to parse twice, so what only the XML knows is found by searching bytes: how far the
cells reach (a reader reserves memory for the whole rectangle), formulas, hidden rows, what stands behind the cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qq_excel.reading.cellscan import CellScan
from qq_excel.reading.scanned import LONGEST_CELL, SheetScan, XmlScan, declares
from qq_excel.reading.twofold import declares_another, has_bare_tags, has_strangers

#: The root element, or what may precede it and hold tags of its own.
_ROOT = re.compile(rb"<\?.*?\?>|<!--.*?-->|<(?:([A-Za-z_][\w.\-]*):)?([A-Za-z]\w*)[\s/>]", re.DOTALL)


class Scanner:
    """Takes a part's bytes in order; ``done`` gives what they showed. A part that is small comes *at_once*."""

    def __init__(self, *, filled_only: bool = False, at_once: bool = False) -> None:
        self.scan: XmlScan = XmlScan()
        self._carry = b""
        self._first = True
        self._size = 0
        self._xml = False
        self._prefix = b""
        #: Whether the root of shared strings is passed.
        self._within = False
        self._cells: CellScan | None = None
        self._filled_only, self._at_once = filled_only, at_once

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        self._size += len(chunk)
        if self._first:
            self._begin(chunk)
        if not self._xml or not chunk:
            return
        if self._cells is None and self.scan.root != "sst":
            window = self._carry + chunk
            self.scan.declares |= declares(window)
            self._carry = window[-9:]
            return
        # whole tags only, so that nothing sought is cut in two
        window = self._carry + chunk
        cut = window.rfind(b"<")
        if cut <= 0 and len(window) < LONGEST_CELL:
            self._carry = window
            return
        self._carry, window = window[cut:], window[:cut]
        self._pass_on(window)

    def done(self) -> XmlScan:
        """What was seen, after the last byte."""
        if self._carry and (self._cells is not None or self.scan.root == "sst"):
            self._pass_on(self._carry)
        if self._cells is not None:
            self._cells.finish()
        self._carry = b""
        self.scan.whole = self._xml and self._size == len(self.scan.start)
        self.scan.twofold &= self.scan.root in ("worksheet", "sst")  # of the others nobody reads cells
        return self.scan

    def _begin(self, chunk: bytes) -> None:
        self._first = False
        start = chunk[:65_536]
        plain = start.replace(b"\x00", b"") if b"\x00" in start[:200] else start
        text = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        self._xml = text.startswith(b"<")
        if not self._xml:
            return
        match = next((m for m in _ROOT.finditer(text) if m[2]), None)
        root = match[2].decode() if match else ""
        self._prefix = (match[1] or b"") if match else b""
        if root in ("worksheet", "macrosheet", "dialogsheet"):
            self.scan = SheetScan(root=root, start=start, plain=not self._prefix)
            self._cells = CellScan(self.scan, filled_only=self._filled_only, at_once=self._at_once)
        else:
            self.scan = XmlScan(root=root, start=chunk if root == "sst" and self._at_once else start)
        if plain is not start:  # two bytes per character: no byte search below would find it
            self.scan.declares |= declares(chunk.replace(b"\x00", b""))

    def _pass_on(self, window: bytes) -> None:
        if self._cells is None:
            self._look_at_strings(window)
            return
        if self._prefix:
            self.scan.twofold |= has_bare_tags(window)
            window = window.replace(b"<" + self._prefix + b":", b"<").replace(
                b"</" + self._prefix + b":", b"</"
            )
        self._cells.feed(window)

    def _look_at_strings(self, window: bytes) -> None:
        """Shared strings: what the root declares is its own business."""
        scan = self.scan
        scan.declares |= declares(window)
        if self._within is False:
            at = window.find(b">", window.find(b"sst"))
            if at < 0:
                return
            self._within, window = True, window[at:]
        scan.twofold |= has_strangers(window, self._prefix) or declares_another(window)


def scan_bytes(chunks: Iterator[bytes], *, filled_only: bool = False) -> XmlScan:
    """Scan a part from its chunks."""
    scanner = Scanner(filled_only=filled_only)
    for chunk in chunks:
        scanner.feed(chunk)
    return scanner.done()
