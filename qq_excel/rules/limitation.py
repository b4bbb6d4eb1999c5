"""The clocks of a receivables ledger: which claims live, from when they age, when limitation ends.

Several rules and the warning sheet need these; each is computed once per stack. Limitation is "computed
from the events entered" and nothing here is legal advice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.policy import Params
from qq_excel.policy.calendar import Days, as_days, limitation_end
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.stack import Stack

#: A claim with one of these is at its end: nobody chases it any more.
SETTLED = ("已结清", "已核销")
#: Before a court the suit itself has stopped the limitation clock (Civil Code 195).
SUED = ("诉讼",)
#: What interrupts limitation and stands in the ledger, the weakest proof (签认) last.
EVENTS = ("last_paid_on", "dunned_on", "confirmed_on")
#: The two ways of ageing, and the date from which each runs.
AGE_BASES = {"业务发生日": "occurred_on", "约定付款日": "due_on"}


def still_owed(frame: pd.DataFrame) -> pd.Series[Any]:
    """Cents still owed per row of receivables: 账面余额, where it cannot be read 原始金额 − 已收金额 (C-5-2), else NA."""
    return frame["balance"].fillna(frame["original"] - frame["received"])


def live_claims(stack: Stack) -> Mask:
    """Rows with something left (over 0) that are neither 已结清 nor 已核销; what cannot be known is not settled."""

    def made() -> Mask:
        left = still_owed(stack.frame)
        unknown = true(left.isna()) & true(stack.filled("claim_id"))
        return (true(left > 0) | unknown) & ~stack.is_one_of("status", SETTLED)

    mask: Mask = stack.memo("live", made)
    return mask


def running_claims(stack: Stack) -> Mask:
    """Live claims whose limitation clock runs: no suit has stopped it."""
    mask: Mask = live_claims(stack) & ~stack.is_one_of("status", SUED)
    return mask


def days_of(stack: Stack, name: str) -> Days:
    """A date column as ``datetime64[D]``, NaT for blank."""
    days: Days = stack.memo(f"days:{name}", lambda: as_days(stack[name].to_numpy()))
    return days


def today_of(stack: Stack) -> np.datetime64:
    """截止日期 as a day to compare with."""
    return np.datetime64(stack.as_of, "D")


def span(count: int) -> np.timedelta64:
    """*count* days."""
    return np.timedelta64(count, "D")


def days_between(later: Any, earlier: Any) -> npt.NDArray[np.int64]:
    """Whole days from *earlier* to *later*; meaningless where one is blank."""
    gap: npt.NDArray[np.int64] = (later - earlier).astype("timedelta64[D]").astype(np.int64)
    return gap


def overdue(stack: Stack) -> Mask:
    """Rows past their 约定付款日: a claim that is due today is not overdue."""
    mask: Mask = days_of(stack, "due_on") < today_of(stack)
    return mask


def limitation(stack: Stack, params: Params, without: tuple[str, ...] = ()) -> Days:
    """The day on which each claim's limitation period ends; NaT where the due date is blank.

    Computed from 约定付款日 and the events of :data:`EVENTS` (except those named in *without*). An event
    after the as-of date is a slip (REC003) and counts for nothing.
    """
    years = params.count("limitation_years")
    most = params.get("limitation_max_years")

    def compute() -> Days:
        events = [_until(days_of(stack, name), stack) for name in EVENTS if name not in without]
        return limitation_end(days_of(stack, "due_on"), events, years, most)

    end: Days = stack.memo(f"limitation:{years}:{most}:{without}", compute)
    return end


def _until(days: Days, stack: Stack) -> Days:
    if stack.day is None:
        return days
    out: Days = np.where(days > np.datetime64(stack.day, "D"), np.datetime64("NaT", "D"), days)
    return out


def age_basis(stack: Stack, params: Params) -> npt.NDArray[Any]:
    """Each row's 账龄口径: its sheet's, where the sheet says none the policy's."""
    return np.array(_bases(stack, params), dtype=object)[stack.source]


def _bases(stack: Stack, params: Params) -> list[str]:
    """Each table's 账龄口径."""
    return [_stated_basis(source.table) or params.choice("age_basis") for source in stack.sources]


def _stated_basis(table: Any) -> str | None:
    entry = table.head.get("age_basis")
    if entry is None:
        return None
    text = str(entry.value or entry.raw or "").strip()
    # staff write 业务发生日期 and 约定付款日期 as often
    return text.removesuffix("期") if text.removesuffix("期") in AGE_BASES else text


def ages_from(stack: Stack, params: Params) -> tuple[Days, Mask]:
    """The date from which each claim ages, and where the 账龄口径 is one that this program knows."""
    bases = _bases(stack, params)
    since: Days = np.full(len(stack), np.datetime64("NaT", "D"), dtype="datetime64[D]")
    for word, name in AGE_BASES.items():
        here = np.array([basis == word for basis in bases], dtype=bool)[stack.source]
        since[here] = days_of(stack, name)[here]
    known: Mask = np.array([basis in AGE_BASES for basis in bases], dtype=bool)[stack.source]
    return since, known
