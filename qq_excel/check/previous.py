"""What units handed in before: the previous period's tables, and earlier ones of the same period.

They are matched by unit (填报单位), not by the number of the submission, which a period has of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from qq_excel.check.submission import latest_day
from qq_excel.reading.model import Table, Workbook
from qq_excel.reading.period import period_bounds
from qq_excel.rules.intakes import Intake
from qq_excel.rules.stack import Source, Stack
from qq_excel.rules.tables import words_of


@dataclass(frozen=True, slots=True)
class Earlier:
    """Earlier stacks by kind, their rows numbered by the submissions that they are held against."""

    #: The period before; None when no previous workbooks were given.
    last: Mapping[str, Stack] | None = None
    same: Mapping[str, Stack] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        books: Sequence[Workbook],
        submissions: Sequence[int],
        previous: Sequence[Workbook],
        together: bool,
        called: str,
    ) -> Earlier:
        """The tables of *previous*, for each submission those of its unit; with *together* all of them.

        Of several older periods the latest counts, kind by kind; one that is later than the submission's does not count. *called* comes
        before the names of workbooks of the same period, where findings say what had been handed in before.
        """
        if not previous:
            return cls()
        last: dict[str, list[Source]] = {}
        same: dict[str, list[Source]] = {}
        of_unit: dict[str | None, list[tuple[int, Workbook]]] = {}
        for b, book in enumerate(previous):
            of_unit.setdefault(None if together else book.head("unit"), []).append((b, book))
        by_submission: dict[int, list[Workbook]] = {}
        for book, submission in zip(books, submissions, strict=True):
            by_submission.setdefault(submission, []).append(book)
        for submission, mine in by_submission.items():
            tables = [t for b in mine for t in b.tables]
            periods = {_period(b, t) for b in mine for t in b.tables}
            day = max((t.as_of for t in tables if t.as_of), default=None)
            older: dict[str, list[Source]] = {}
            for b, book in of_unit.get(None if together else mine[0].head("unit"), ()):
                for n, table in enumerate(book.tables):
                    source = Source(table, book.name, submission, (b, n))
                    if _period(book, table) in periods:
                        named = replace(source, file=called + book.name)
                        same.setdefault(table.kind.kind, []).append(named)
                    elif not (day and table.as_of and table.as_of >= day):
                        older.setdefault(table.kind.kind, []).append(source)
            for kind, sources in older.items():
                last.setdefault(kind, []).extend(_latest(sources))
        return cls(_stacked(last), _stacked(same))


def intake_of(books: Sequence[Workbook], previous: Sequence[Workbook]) -> Intake:
    """Which unit handed in which kinds, now and before."""
    return Intake(dict(_reported(books)), dict(_reported(previous)))


def _reported(books: Sequence[Workbook]) -> Iterator[tuple[tuple[str, str], str]]:
    for book in books:
        for table in book.tables:
            units = [book.head("unit")]
            if "unit" in table.columns:  # one ledger may speak for several units
                units += words_of(table["unit"])
            for unit in dict.fromkeys(units):
                if unit:
                    yield (unit, table.kind.kind), book.name


def _period(book: Workbook, table: Table) -> tuple[Any, ...]:
    text = table.text("period") or book.head("period")
    if text is None:
        return ("as of", table.as_of)
    return period_bounds(text) or (text.strip(),)


def _latest(sources: list[Source]) -> list[Source]:
    days = [s.table.as_of or dt.date.min for s in sources]
    return [s for s, day in zip(sources, days, strict=True) if day == max(days)]


def _stacked(sources: Mapping[str, list[Source]]) -> dict[str, Stack]:
    return {kind: Stack.of(s[0].table.kind, s, latest_day(s)) for kind, s in sources.items()}
