"""报告期 as staff write it: a year, a half, a quarter or a month; its one name, and its first and last day."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from qq_excel.reading import values

_PERIOD = re.compile(
    r"(?P<year>\d{4})(?:年度?)?"
    r"(?:全年"
    r"|[-./]?(?:H(?P<half>[12])|(?P<half_word>[上下])半年度?)"
    r"|[-./]?(?:Q(?P<quarter>[1-4])|第?(?P<quarter_word>[1-4一二三四])季度?)"
    r"|[-./]?(?P<month_word>\d{1,2})月份?|[-./年]?(?P<two>\d{2})|[-./年](?P<one>\d))?",
    re.IGNORECASE,
)
#: A date of the calendar is needed for the last day, and one beyond for the period after it.
_FIRST_YEAR, _LAST_YEAR = 1900, 9998


def _span(text: str) -> tuple[int, int, int] | None:
    """Year, first month and number of months; None when *text* is no period."""
    found = _PERIOD.fullmatch("".join(values.fold(text).split()))
    if found is None or not _FIRST_YEAR <= int(found["year"]) <= _LAST_YEAR:
        return None
    year = int(found["year"])
    if half := found["half"] or found["half_word"]:
        return year, 1 if half in "1上" else 7, 6
    if quarter := found["quarter"] or found["quarter_word"]:
        return year, 3 * ("一二三四".find(quarter) + 1 or int(quarter)) - 2, 3
    if month := found["month_word"] or found["two"] or found["one"]:
        return (year, int(month), 1) if 1 <= int(month) <= 12 else None
    return year, 1, 12


def period_name(text: str) -> str | None:
    """A period as 2026, 2026H1, 2026Q3 or 2026-09, however it is written; None when *text* is none."""
    span = _span(text)
    return _named(*span) if span else None


def period_after(text: str) -> str | None:
    """The name of the period of the same length after *text*; None when *text* is no period."""
    span = _span(text)
    if span is None:
        return None
    year, first, months = span
    years, month = divmod(first + months - 1, 12)
    return _named(year + years, month + 1, months)


def _named(year: int, first: int, months: int) -> str:
    part = (first - 1) // months + 1
    return f"{year}{ {12: '', 6: f'H{part}', 3: f'Q{part}', 1: f'-{first:02d}'}[months] }"


def period_bounds(text: str) -> tuple[dt.date, dt.date] | None:
    """The first and last day of a period, however it is written; None when *text* is none."""
    span = _span(text)
    if span is None:
        return None
    year, first, months = span
    last = first + months - 1
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
