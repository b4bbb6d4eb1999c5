"""Cells of a column as a mapping file wants them: words translated, dates read in the order that it states."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np

from qq_excel.kinds import Field, FieldType
from qq_excel.reading import values
from qq_excel.reading.mapping import Column
from qq_excel.reading.model import CellKind, Cells
from qq_excel.reading.texts import picked, texts_of

_PARTS = re.compile(r"(\d{1,4})[/.\-年](\d{1,2})[/.\-月](\d{1,4})日?(?:[ T].*)?")


def mapped(cells: Cells, column: Column, field: Field) -> Cells:
    """*cells* with the words, the order of dates and the pattern of *column*."""
    if cells.text is None:
        return cells
    at = np.flatnonzero(cells.kind == CellKind.TEXT)
    if not len(at):
        return cells
    if field.type is FieldType.DATE:
        return _dated(cells, at, column) if column.date else cells
    if not column.words and column.pattern == "{}":
        return cells
    words = cells.text.to_numpy(zero_copy_only=False).copy()
    known: dict[str, str] = {}
    for i in at:
        written = str(words[i])
        if written not in known:
            known[written] = column.put(written.strip())
        words[i] = known[written]
    return Cells(cells.kind, cells.number, cells.date, texts_of(words))


def _dated(cells: Cells, at: Any, column: Column) -> Cells:
    assert cells.text is not None  # noqa: S101 - asked before
    kind = cells.kind.copy()
    empty = np.full(len(cells), np.datetime64("NaT", "s"))
    date = empty if cells.date is None else cells.date.copy()
    written = picked(cells.text, at)
    known = {text: ordered(text, column.date or "year-first") for text in set(written)}
    for i, text in zip(at, written, strict=True):
        day = known[text]
        if day is not None:
            kind[i], date[i] = CellKind.DATE, np.datetime64(day, "s")
    return Cells(kind, cells.number, date, cells.text)


def ordered(text: str, order: str) -> dt.date | None:
    """The date that *text* is in the given order; a year of two digits is not guessed."""
    match = _PARTS.fullmatch(values.fold(text))
    if not match:
        return None
    first, second, third = (int(part) for part in match.groups())
    if len(match[1 if order == "year-first" else 3]) != 4:
        return None
    orders = {"day-first": (third, second, first), "month-first": (third, first, second)}
    year, month, day = orders.get(order, (first, second, third))
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
