"""Calendar arithmetic by hand-worked dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from qq_excel.policy.calendar import (
    add_months,
    add_years,
    age_band_index,
    limitation_end,
    next_working_day,
    overdue_days,
    reached,
    to_working_day,
)

NAT = np.datetime64("NaT", "D")


def days(*texts: str | None) -> Any:
    return np.array([NAT if t is None else np.datetime64(t, "D") for t in texts])


def texts(values: Any) -> list[str]:
    return [str(v) for v in values]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-09-30", 1, "2026-10-30"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-03-31", 0, "2026-03-31"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_month_ends(start: str, months: int, end: str) -> None:
    assert texts(add_months(days(start), months)) == [end]


def test_29_february() -> None:
    assert texts(add_years(days("2024-02-29"), 1)) == ["2025-02-28"]
    assert texts(add_years(days("2024-02-29"), 4)) == ["2028-02-29"]
    assert texts(add_years(days("2023-02-28", None), 1)) == ["2024-02-28", "NaT"]


def test_due_today_is_not_overdue() -> None:
    got = overdue_days(days("2026-09-30", "2026-09-29", "2026-10-01", None), dt.date(2026, 9, 30))
    assert got[:3].tolist() == [0, 1, 0]
    assert np.isnan(got[3])


def test_bands_include_their_upper_end() -> None:
    since = days("2025-09-30", "2025-09-29", "2021-09-30", "2021-09-29", "2026-09-30", "2026-10-01", None)
    got = age_band_index(since, dt.date(2026, 9, 30), [1, 2, 3, 4, 5])
    assert got.tolist() == [0, 1, 4, 5, 0, -1, -1]


@pytest.mark.parametrize(
    "day", ["2024-02-28", "2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01", "2028-02-29"]
)
def test_bands_are_those_of_the_anniversaries_of_each_day(day: str) -> None:
    starts, today = np.arange("2015-01-01", "2029-01-01", dtype="datetime64[D]"), np.datetime64(day)
    passed = np.array([(today > add_years(starts, years)) for years in (1, 2, 3)]).sum(axis=0)
    expected = np.where(starts > today, -1, passed)
    assert (age_band_index(starts, today.item(), [1, 2, 3]) == expected).all()


def test_29_february_ages_a_year_on_the_28th() -> None:
    since = days("2024-02-29")
    assert age_band_index(since, dt.date(2025, 2, 28), [1, 2]).tolist() == [0]
    assert age_band_index(since, dt.date(2025, 3, 1), [1, 2]).tolist() == [1]


def test_whole_years_count_on_the_very_day() -> None:
    got = reached(days("2023-09-30", "2023-10-01", "2023-09-29", None), 3, dt.date(2026, 9, 30))
    assert got.tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-09-30", "2026-09-30"),  # Wednesday
        ("2025-10-01", "2025-10-09"),  # National Day and Mid-Autumn: 1 to 8 October 2025
        ("2025-09-28", "2025-09-28"),  # a Sunday that is worked
        ("2025-01-28", "2025-02-05"),  # Spring Festival: 28 January to 4 February 2025
        ("2040-01-07", "2040-01-09"),  # not announced: a Saturday moves to Monday
    ],
)
def test_moved_to_a_working_day(day: str, working: str) -> None:
    assert next_working_day(dt.date.fromisoformat(day)).isoformat() == working
    assert texts(to_working_day(days(day, None, day))) == [working, "NaT", working]


def test_limitation_chain() -> None:
    # 2020-03-02 + 3 years is a Thursday; an event within it starts three years anew
    due = days("2020-03-02", "2020-03-02", "2020-03-02", "2020-03-02")
    paid = days(None, "2022-06-01", "2022-06-01", "2023-03-02")
    confirmed = days(None, None, "2025-06-03", None)
    got = texts(limitation_end(due, [paid, confirmed], 3))
    # 2025-06-01 is a Sunday and 2 June 2025 a holiday (Dragon Boat Festival): it ends on 3 June
    assert got == ["2023-03-02", "2025-06-03", "2028-06-05", "2026-03-02"]


def test_an_event_after_the_end_does_not_revive() -> None:
    due = days("2020-03-02", "2020-03-02")
    got = limitation_end(due, [days("2023-03-03", "2023-03-03"), days(None, "2022-03-01")], 3)
    assert texts(got) == [
        "2023-03-02",
        "2026-03-03",
    ]  # with a link between, it does (3 March 2026 is a Tuesday)


def test_events_in_any_order_of_columns_and_before_due() -> None:
    due = days("2020-03-02")
    one, two, early = days("2022-06-01"), days("2024-01-15"), days("2019-12-01")
    assert texts(limitation_end(due, [two, early, one], 3)) == texts(limitation_end(due, [one, two], 3))
    assert texts(limitation_end(due, [early], 3)) == ["2023-03-02"]


def test_longest_protection_caps_the_chain() -> None:
    due = days("2004-03-02")
    events = [days(f"{y}-03-01") for y in (2006, 2008, 2010, 2012, 2014, 2016, 2018, 2020, 2022)]
    assert texts(limitation_end(due, events, 3, 20)) == ["2024-03-02"]
    assert texts(limitation_end(days(None), events, 3, 20)) == ["NaT"]


@pytest.mark.parametrize("last", ["2026-03-01", "9999-12-31"])
def test_days_of_a_long_column_are_reckoned_with_once_each(last: str) -> None:
    """Days that lie close together are counted, others sorted: with both each row has what it has alone."""
    some = days("2024-02-29", None, "2023-01-31", "2026-02-14", "2024-02-29", "2025-10-01")
    column = np.append(np.tile(some, 400), np.datetime64(last, "D"))
    for own in (lambda d: add_years(d, -1), lambda d: add_months(d, 1)):
        got = own(column)
        assert texts(got[:6]) == texts(own(some))
        assert texts(got[-7:]) == [*texts(own(some)), *texts(own(column[-1:]))]
    assert texts(to_working_day(column)[-7:-1]) == [
        "2024-02-29", "NaT", "2023-01-31", "2026-02-14", "2024-02-29", "2025-10-09",
    ]  # fmt: skip


def test_a_long_column_without_any_day() -> None:
    assert set(texts(add_years(days(*[None] * 2_000), 3))) == {"NaT"}
