"""Which workbooks belong together, under which names and as of which day they are judged."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from qq_excel.reading.model import Workbook
from qq_excel.rules.stack import Source


def display_names(paths: Sequence[Path]) -> list[str]:
    """Each file's name as findings show it: relative to the folder that all of them share.

    The same files handed in from another place give the same names, and so the same findings.
    """
    if not paths:
        return []
    whole = [p.resolve() for p in paths]
    shared = Path(os.path.commonpath([p.parent for p in whole]))
    return [p.relative_to(shared).as_posix() for p in whole]


def submissions_of(books: Sequence[Workbook], together: bool) -> list[int]:
    """Each workbook's submission, numbered: one per unit and period, or a single one with *together*."""
    if together:
        return [0] * len(books)
    numbers: dict[tuple[str | None, str | None], int] = {}
    out = []
    for book in books:
        key = (book.head("unit"), book.head("period"))
        out.append(numbers.setdefault(key, len(numbers)))
    return out


def latest_day(sources: Iterable[Source]) -> dt.date | None:
    """The latest as-of date of some tables."""
    return max((s.table.as_of for s in sources if s.table.as_of), default=None)


def by_day(sources: Mapping[str, list[Source]]) -> dict[str, list[tuple[dt.date | None, list[Source]]]]:
    """The tables of each kind by as-of date; one that gives none takes its submission's, if that has just one."""
    known: dict[int, set[dt.date]] = {}
    for s in (s for of_kind in sources.values() for s in of_kind):
        if s.table.as_of:
            known.setdefault(s.submission, set()).add(s.table.as_of)
    out: dict[str, list[tuple[dt.date | None, list[Source]]]] = {}
    for kind, of_kind in sources.items():
        days: dict[dt.date | None, list[Source]] = {}
        for s in of_kind:
            others = known.get(s.submission, set())
            day = s.table.as_of or (next(iter(others)) if len(others) == 1 else None)
            days.setdefault(day, []).append(s)
        out[kind] = list(days.items())
    return out
