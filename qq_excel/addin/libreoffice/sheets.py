"""Sheets of a workbook, and references such as ``B2:C3``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from qq_excel.addin.libreoffice.names import Names
from qq_excel.addin.libreoffice.parts import Charts, Note, Table, Tables
from qq_excel.addin.libreoffice.ranges import Range
from qq_excel.addin.libreoffice.remote import Remote

if TYPE_CHECKING:
    from qq_excel.addin.libreoffice.books import Book

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})?\$?(\d+)?")


class Sheets(base.Sheets):
    """The sheets of a workbook."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.held = book.doc.Sheets

    @property
    def api(self) -> Any:
        """The office's collection."""
        return self.held

    @property
    def active(self) -> Sheet:
        """The one in front."""
        return Sheet(self.book, self.book.doc.CurrentController.ActiveSheet)

    def __call__(self, key: int | str) -> Sheet:
        """The one of a name, or of a number from 1; KeyError when there is none."""
        if isinstance(key, int):
            return Sheet(self.book, self.held.getByIndex(key - 1))
        for name in self.held.ElementNames:
            if name.casefold() == key.casefold():
                return Sheet(self.book, self.held.getByName(name))
        raise KeyError(key)

    def __len__(self) -> int:
        return int(self.held.Count)

    def __iter__(self) -> Iterator[Sheet]:
        for name in self.held.ElementNames:
            yield Sheet(self.book, self.held.getByName(name))

    def __contains__(self, key: str) -> bool:
        return key.casefold() in (name.casefold() for name in self.held.ElementNames)

    def add(self, before: Any = None, after: Any = None, name: str | None = None) -> Sheet:
        """A new sheet, in front of the active one unless told where; it becomes the active one."""
        if name is None:
            n = len(self) + 1
            while f"Sheet{n}" in self:
                n += 1
            name = f"Sheet{n}"
        place = before.index - 1 if before else after.index if after else self.active.index - 1
        self.held.insertNewByName(name, place)
        sheet = Sheet(self.book, self.held.getByName(name))
        sheet.activate()
        return sheet


class Sheet(base.Sheet):
    """One sheet."""

    book: Any = None  # over a property of the base class

    def __init__(self, book: Book, held: Remote) -> None:
        self.book, self.held = book, held

    @property
    def xl(self) -> Any:
        """The office's object."""
        return self.held

    api = xl
    comments = ()

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.held.Name)

    @name.setter
    def name(self, value: str) -> None:
        self.held.Name = value

    @property
    def index(self) -> int:
        """Its place, from 1."""
        return int(self.held.RangeAddress.Sheet) + 1

    @property
    def names(self) -> Names:
        """The names that hold on this sheet only."""
        return Names(self.book, self.held.NamedRanges)

    @property
    def notes(self) -> list[Note]:
        """Its notes."""
        places = [a.Position for a in self.held.Annotations]
        return [Note(Range(self, p.Row + 1, p.Column + 1, 1, 1)) for p in places]

    @property
    def tables(self) -> Tables:
        """Its database ranges."""
        return Tables(self)

    @property
    def charts(self) -> Charts:
        """Its charts."""
        return Charts(self)

    @property
    def freeze_panes(self) -> FreezePanes:
        """Rows and columns that do not scroll."""
        return FreezePanes(self)

    @property
    def limits(self) -> tuple[int, int]:
        """How many rows and columns a sheet has."""
        return int(self.held.Rows.Count), int(self.held.Columns.Count)

    @property
    def cells(self) -> Range:
        """All of it."""
        return Range(self, 1, 1, *self.limits)

    @property
    def used_range(self) -> Range:
        """The cells that hold or show anything."""
        cursor = self.held.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return self.book.range_at(cursor.RangeAddress)

    def range(self, first: Any, last: Any = None) -> Range:
        """The range of a reference, of numbers, or from *first* to *last*."""
        if isinstance(first, int) and isinstance(last, int):
            return Range(self, first, last, 1, 1)
        one = self._range(first)
        one.arg1_input = first if isinstance(first, str) else ""
        if last is None:
            return one
        other = self._range(last)
        top, left = min(one.row, other.row), min(one.column, other.column)
        bottom = max(one.row + one.nrows, other.row + other.nrows)
        right = max(one.column + one.ncols, other.column + other.ncols)
        return Range(self, top, left, bottom - top, right - left)

    def _range(self, what: Any) -> Range:
        if isinstance(what, Range):
            return what
        if isinstance(what, tuple):
            if 0 in what[:2]:
                raise IndexError("rows and columns are counted from 1")
            return Range(self, *what) if len(what) == 4 else Range(self, what[0], what[1], 1, 1)
        return what.impl if hasattr(what, "impl") else self._parsed(str(what))

    def _parsed(self, text: str) -> Range:
        if "!" in text:
            sheet, _, rest = text.rpartition("!")
            return self.book.sheets(sheet.strip("'").replace("''", "'"))._parsed(rest)
        found = [_REFERENCE.fullmatch(part) for part in text.split(":")]
        if len(found) <= 2 and all(m and (m[1] or m[2]) for m in found):
            (c1, r1), (c2, r2) = (m.groups() for m in (found[0], found[-1]) if m)
            if len(found) == 2 or (c1 and r1):
                return self._between(c1, r1, c2, r2)
        for names in (self.held.NamedRanges, self.book.doc.NamedRanges):
            if names.hasByName(text):
                cells = names.getByName(text).getReferredCells()
                if cells is not None:
                    return self.book.range_at(cells.RangeAddress)
        if self.book.doc.DatabaseRanges.hasByName(text):
            return Table(self.book, self.book.doc.DatabaseRanges.getByName(text)).range
        raise ValueError(f"there is no range {text!r}")

    def _between(self, c1: str | None, r1: str | None, c2: str | None, r2: str | None) -> Range:
        rows, columns = (0, 0) if c1 and r1 and c2 and r2 else self.limits
        top, bottom = sorted((int(r1 or 1), int(r2 or rows)))
        left, right = sorted((_column(c1) if c1 else 1, _column(c2) if c2 else columns))
        return Range(self, top, left, bottom - top + 1, right - left + 1)

    def activate(self) -> None:
        """Bring it to the front."""
        self.book.doc.CurrentController.setActiveSheet(self.held)

    select = activate

    def clear_contents(self) -> None:
        """Take the values away."""
        self.cells.clear_contents()

    def clear_formats(self) -> None:
        """Take the formats away."""
        self.cells.clear_formats()

    def clear(self) -> None:
        """Take all away."""
        self.cells.clear()

    def autofit(self, axis: str | None = None) -> None:
        """Widths and heights that fit."""
        self.used_range.autofit(axis)

    def delete(self) -> None:
        """Take the sheet away; its charts first, over which LibreOffice 7.4 falls while the view is held back."""
        for chart in list(self.charts):
            chart.delete()
        self.book.doc.Sheets.removeByName(self.name)

    def copy(self, before: Any = None, after: Any = None) -> None:
        """A copy, in this workbook or another one."""
        beside = before or after
        place = beside.index - 1 if before else beside.index
        there = beside.book.doc
        if there != self.book.doc:
            there.Sheets.importSheet(self.book.doc, self.name, place)
            return
        n = 2
        while f"{self.name} ({n})" in self.book.sheets:
            n += 1
        there.Sheets.copyByName(self.name, f"{self.name} ({n})", place)

    def move(self, before: Any = None, after: Any = None) -> None:
        """Move it beside another sheet."""
        beside = before or after
        self.book.doc.Sheets.moveByName(self.name, beside.index - 1 if before else beside.index)

    @property
    def visible(self) -> bool:
        """Whether it is shown."""
        return bool(self.held.IsVisible)

    @visible.setter
    def visible(self, value: Any) -> None:
        self.held.IsVisible = bool(value)


class FreezePanes(base.FreezePanes):
    """Rows and columns that do not scroll."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def freeze_at(self, frozen_range: Any) -> None:
        """Freeze the rows and columns of *frozen_range*; whole rows freeze no columns."""
        wanted = self.sheet.range(frozen_range)
        rows, columns = self.sheet.limits
        self._freeze(
            0 if wanted.nrows == rows else wanted.row + wanted.nrows - 1,
            0 if wanted.ncols == columns else wanted.column + wanted.ncols - 1,
        )

    def unfreeze(self) -> None:
        """Let all scroll."""
        self._freeze(0, 0)

    def _freeze(self, rows: int, columns: int) -> None:
        view = self.sheet.book.doc.CurrentController
        before = view.ActiveSheet
        view.setActiveSheet(self.sheet.held)
        view.freezeAtPosition(columns, rows)
        view.setActiveSheet(before)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
