"""Calendar arithmetic: ageing bands, overdue days, limitation periods, working days.

Everything works on whole columns (``datetime64``, NaT for blank). Ageing goes by calendar years with
inclusive upper ends; limitation by the Civil Code, arts. 188-203. Nothing here is legal advice.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]
#: So few dates are reckoned with one by one.
_FEW = 1_000


def as_days(dates: object) -> Days:
    """Any date column as ``datetime64[D]``."""
    return np.asarray(dates, dtype="datetime64[D]")


def add_months(dates: object, months: int | npt.NDArray[np.int64]) -> Days:
    """The corresponding day *months* later, or that month's last day (Civil Code 202)."""
    days = as_days(dates)
    if days.size <= _FEW or not isinstance(months, int):
        return _later(days, months)
    distinct, place = _distinct(days)
    return np.asarray(_later(distinct, months)[place])


def _later(days: Days, months: int | npt.NDArray[np.int64]) -> Days:
    month = days.astype("datetime64[M]")
    offset = days - month.astype("datetime64[D]")
    target = month + np.asarray(months).astype("timedelta64[M]")
    last = (target + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    out: Days = np.minimum(target.astype("datetime64[D]") + offset, last)
    return out


def _distinct(days: Days) -> tuple[Days, npt.NDArray[np.int64]]:
    """The days that there are, NaT last, and which of them each is: a ledger's rows are many and its days few.

    They are counted where they lie close together, which takes a tenth of the time of sorting them.
    """
    known = ~np.isnat(days)
    if not known.any():
        return days.ravel()[:1], np.zeros(days.shape, dtype=np.int64)
    first = np.fmin.reduce(days, axis=None)
    span = int((np.fmax.reduce(days, axis=None) - first).astype(np.int64)) + 1
    if span > days.size:
        distinct, inverse = np.unique(days, return_inverse=True)
        return distinct, inverse.reshape(days.shape)
    number = np.where(known, (days - first).astype(np.int64), span)
    there = np.zeros(span + 1, dtype=bool)
    there[number] = True
    every = np.append(first + np.arange(span), np.datetime64("NaT", "D"))
    return every[there], (np.cumsum(there) - 1)[number]


def add_years(dates: object, years: int) -> Days:
    """The same day *years* later; 29 February becomes the 28th."""
    return add_months(dates, 12 * years)


def overdue_days(due_on: object, as_of: dt.date) -> npt.NDArray[np.float64]:
    """``max(0, as_of - due)`` in days; NaN where the due date is blank. Due today is not overdue."""
    days = (np.datetime64(as_of, "D") - as_days(due_on)).astype("timedelta64[D]")
    return np.where(np.isnat(days), np.nan, np.maximum(days.astype(np.float64), 0))


def age_band_index(since: object, as_of: dt.date, years: Sequence[int]) -> npt.NDArray[np.int64]:
    """Index of the yearly band: 0 up to and including ``years[0]`` whole years, and so on.

    The last index is ``len(years)`` (older than every upper end); -1 where the date is blank or after
    *as_of*: that is an error, never a band.
    """
    start = as_days(since)
    today = np.datetime64(as_of, "D")
    out = np.zeros(start.shape, dtype=np.int64)
    for upper in years:
        out += start < _youngest(today, upper)
    out[np.isnat(start) | (start > today)] = -1
    return out


def _youngest(today: np.datetime64, years: int) -> np.datetime64:
    """The first day whose anniversary after so many *years* is not before *today*."""
    near = np.datetime64(add_years(today, -years).item(), "D")
    return near if add_years(near, years) >= today else near + np.timedelta64(1, "D")


def reached(dates: object, years: int, as_of: dt.date) -> npt.NDArray[np.bool_]:
    """Whether *years* whole years have passed at *as_of*, the very day included (Civil Code 1259)."""
    end = add_years(dates, years)
    return np.asarray(~np.isnat(end) & (end <= np.datetime64(as_of, "D")))


@lru_cache(maxsize=65_536)
def next_working_day(day: dt.date) -> dt.date:
    """*day* itself when it is a working day, else the next one (Civil Code 203).

    Make-up working days and holidays as announced; beyond the announced years only weekends count.
    """
    import chinese_calendar  # tables of many years

    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                working = chinese_calendar.is_workday(day)
        except NotImplementedError:
            working = day.weekday() < 5
        if working:
            return day
        day += dt.timedelta(days=1)


def to_working_day(dates: object) -> Days:
    """Each date moved to the next working day when it falls on a day off."""
    days = as_days(dates)
    distinct, place = _distinct(days)
    moved = [d if np.isnat(d) else np.datetime64(next_working_day(d.item()), "D") for d in distinct]
    return np.asarray(np.array(moved, dtype="datetime64[D]")[place])


def limitation_end(
    due_on: object, events: Sequence[object], years: int, max_years: int | None = None
) -> Days:
    """The day on which the limitation period ends, computed from the events entered.

    It runs *years* from the due date; each event (payment, signed confirmation, receipted demand)
    starts it anew if it came before the period had run out, else not (Civil Code 188, 195). The first
    day is not counted; the end moves to the next working day. An event before the due date changes
    nothing. NaT where the due date is blank.
    """
    due = as_days(due_on)
    end = to_working_day(add_years(due, years))
    if events:
        stacked = np.stack([as_days(e) for e in events])
        far = np.datetime64("9000-01-01", "D")
        stacked = np.sort(np.where(np.isnat(stacked), far, stacked), axis=0)
        for event in stacked:
            counts = (event != far) & (event <= end) & (event > due)
            if counts.any():
                anew = end.copy()
                anew[counts] = to_working_day(add_years(event[counts], years))
                end = np.maximum(end, anew)
    if max_years is not None:
        end = np.minimum(end, add_years(due, max_years))
    return end
