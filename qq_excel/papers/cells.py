"""What tables of the papers are made of: columns, values with a look of their own, links."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from qq_excel.findings import a1
from qq_excel.output import looks_like_formula
from qq_excel.papers.style import Tint
from qq_excel.papers.words import clean, clip

#: Shorter texts are remembered when they were found safe: lists say the same few things again and again.
_SHORT = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, and how its cells are shown.

    ``kind``: ``text``, ``amount`` (whole cents), ``count``, ``number``, ``date`` or ``share``. The width is found from
    what stands in it, between *least* and *most*; longer text is wrapped, a longer figure gets its width.
    """

    header: str
    kind: str = "text"
    least: float = 6
    most: float = 40
    centre: bool = False

    @property
    def align(self) -> str:
        """How texts stand in it."""
        return "center" if self.centre else "left"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with a look of its own in a table: a tint, a link, bold."""

    value: Any
    tint: Tint | None = None
    link: str | None = None
    bold: bool = False


def safe(text: str) -> tuple[str, bool]:
    """*text* as a cell can bear it, and whether it looks like a formula."""
    return _remembered(text) if len(text) < _SHORT else _safe(text)


def _safe(text: str) -> tuple[str, bool]:
    words = clip(clean(text))
    return words, looks_like_formula(words)


_remembered = lru_cache(maxsize=4_096)(_safe)


def shown(value: Any, kind: str) -> str:
    """*value* in a column of *kind*, for its width."""
    if value is None:
        return ""
    if kind == "amount" and isinstance(value, int):
        return f"{value / 100:,.2f}"
    if kind == "date" and isinstance(value, dt.date):
        return "2026-09-30"
    return str(value)


def sheet_link(sheet: str, row: int = 0, column: int = 0, last: int | None = None) -> str:
    """A link to a cell of the same workbook, or to those of its column down to the *last* row."""
    area = a1(row, column) if last in (None, row) else f"{a1(row, column)}:{a1(last or row, column)}"
    return f"internal:'{sheet.replace(chr(39), chr(39) * 2)}'!{area}"


def file_link(path: str, sheet: str | None = None, cell: str = "A1") -> str:
    """A link to a cell of a workbook beside this one (*path* relative, with ``/``)."""
    path = path.replace("%", "%25").replace("#", "%23")
    if sheet is None:
        return f"external:{path}"
    return f"external:{path}#'{sheet.replace(chr(39), chr(39) * 2)}'!{cell}"
