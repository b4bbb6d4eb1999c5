"""Names of ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from qq_excel.addin.libreoffice.remote import Remote, cell_address

if TYPE_CHECKING:
    from qq_excel.addin.libreoffice.books import Book
    from qq_excel.addin.libreoffice.ranges import Range

_SHEET = re.compile(r"('(?:[^']|'')+'|[^\s!'(),;+\-*/&=<>]+)!")


def native(formula: str) -> str:
    """A reference as the office writes it: ``$'Sheet'.$A$1``."""
    return _SHEET.sub(lambda m: f"${m[1].lstrip('$')}.", formula.removeprefix("="))


class Names(base.Names):
    """The names of a workbook or a sheet."""

    def __init__(self, book: Book, held: Remote) -> None:
        self.book, self.held = book, held

    @property
    def api(self) -> Any:
        """The office's collection."""
        return self.held

    def __call__(self, key: int | str) -> Name:
        """The one of a name, or of a number from 1; KeyError when there is none."""
        if isinstance(key, int):
            return Name(self, self.held.getByIndex(key - 1))
        if not self.held.hasByName(key):
            raise KeyError(key)
        return Name(self, self.held.getByName(key))

    def contains(self, key: int | str) -> bool:
        """Whether there is such a name."""
        return 1 <= key <= len(self) if isinstance(key, int) else bool(self.held.hasByName(key))

    def __len__(self) -> int:
        return int(self.held.Count)

    def __iter__(self) -> Iterator[Name]:
        return (self(n) for n in self.held.ElementNames)

    def add(self, name: str, refers_to: str) -> Name:
        """Give a range a name, in place of an older one."""
        if self.held.hasByName(name):
            self.held.removeByName(name)
        self.held.addNewByName(name, native(refers_to), cell_address(0, 0, 0), 0)
        return self(name)


class Name(base.Name):
    """One name."""

    def __init__(self, names: Names, held: Remote) -> None:
        self.names, self.held = names, held

    @property
    def api(self) -> Any:
        """The office's object."""
        return self.held

    def delete(self) -> None:
        """Take it away."""
        self.names.held.removeByName(self.held.Name)

    @property
    def name(self) -> str:
        """The name."""
        return str(self.held.Name)

    @name.setter
    def name(self, value: str) -> None:
        self.held.setName(value)

    @property
    def refers_to(self) -> str:
        """What it stands for, as a formula."""
        return self.names.book.numbers.formula(self.held.getTokens(), cell_address(0, 0, 0))

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.held.setContent(native(value))

    @property
    def refers_to_range(self) -> Range:
        """The range that it stands for."""
        return self.names.book.range_at(self.held.getReferredCells().RangeAddress)
