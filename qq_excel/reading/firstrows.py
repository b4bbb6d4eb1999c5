"""The first rows of a sheet as Python values, parsed no further than anybody asks: most headers stand near the top."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Protocol

from qq_excel.reading.model import CellError
from qq_excel.reading.serials import date_of
from qq_excel.reading.xmlwords import local, place, whole


class Parts(Protocol):
    """What is asked of the package that a sheet is in (:class:`qq_excel.reading.package.Package`)."""

    @property
    def date1904(self) -> bool:
        """Whether dates count from 1904."""

    @property
    def date_styles(self) -> frozenset[int]:
        """The cell formats that show a number as a date."""

    @property
    def strings(self) -> Strings:
        """The shared strings."""

    def stream(self, part: str, tag: str) -> Iterator[Any]:
        """The elements called *tag* of a part, parsed no further than they are asked for."""


class FirstRows:
    """The first rows of one sheet."""

    def __init__(self, package: Parts, part: str) -> None:
        self._package = package
        self._ahead: Iterator[tuple[int, Any]] = self._each(part)
        #: The next row, which nobody has asked for so far.
        self._next = next(self._ahead, None)
        #: Row, column, type and text of each cell that was parsed.
        self._cells: list[tuple[int, int, str, str]] = []
        self._lowest = -1

    def upto(self, rows: int) -> list[list[Any]]:
        """The first *rows* rows, ragged to the right."""
        while self._next is not None and self._next[0] < rows:
            number, row = self._next
            self._lowest = max(self._lowest, number)  # rows may stand in any order
            self._take(number, row)
            self._next = next(self._ahead, None)
        strings = self._package.strings.at({whole(t, 0) for n, _, type_, t in self._cells if type_ == "s"})
        out: list[list[Any]] = [[] for _ in range(min(self._lowest + 1, rows))]
        for number, column, type_, text in self._cells:
            if number < rows:
                line = out[number]
                line.extend([None] * (column + 1 - len(line)))
                line[column] = self._value(type_, text, strings)
        return out

    def _each(self, part: str) -> Iterator[tuple[int, Any]]:
        last = -1
        for row in self._package.stream(part, "row"):
            last = whole(row.get("r"), last + 2) - 1
            yield last, row

    def _take(self, number: int, row: Any) -> None:
        column = -1
        for cell in row:
            address = cell.get("r")
            column = place(address)[1] if address else column + 1
            type_, text = cell.get("t", "n"), ""
            for child in cell:
                name = local(child)
                if name == "v":
                    text = child.text or ""
                elif name == "is":
                    text = _said(child)
            if text:
                date = type_ == "n" and whole(cell.get("s"), 0) in self._package.date_styles
                self._cells.append((number, column, "date" if date else type_, text))

    def _value(self, type_: str, text: str, strings: dict[int, str]) -> Any:
        if type_ == "s":
            return strings.get(whole(text, 0)) or None
        if type_ == "b":
            return text in ("1", "true")
        if type_ == "e":
            return CellError(text)
        if type_ in ("n", "date"):
            try:
                number = float(text)
            except ValueError:
                return text
            return date_of(number, self._package.date1904) if type_ == "date" else number
        if type_ == "d":
            try:
                return dt.datetime.fromisoformat(text)
            except ValueError:
                return text
        return text


def _said(element: Any) -> str:
    """What a text says: all its parts, but not how it is pronounced."""
    parts = (x for x in element.iter() if local(x) == "t" and local(x.getparent()) != "rPh")
    return "".join(part.text or "" for part in parts)


class Strings:
    """The shared strings that somebody asked for. Each is parsed once, where they are asked for from the front on."""

    def __init__(self, package: Parts, part: str | None) -> None:
        self._package, self._part = package, part
        self._known: dict[int, str] = {}
        self._rest = self._each()
        self._passed = 0

    def at(self, wanted: set[int]) -> dict[int, str]:
        """The strings of these numbers, and others; without those that are not there."""
        missing = wanted - self._known.keys()
        if missing and min(missing) < self._passed:
            self._rest, self._passed = self._each(), 0
        while missing and self._passed <= max(missing):
            element = next(self._rest, None)
            if element is None:
                break
            if self._passed in missing or self._passed < _REMEMBERED:
                self._known[self._passed] = _said(element)
            self._passed += 1
        return self._known

    def _each(self) -> Iterator[Any]:
        return self._package.stream(self._part, "si") if self._part else iter(())


#: So many strings are remembered as they pass: the rows after the first ask for some of them.
_REMEMBERED = 1_000
