"""What a claim is held against: its credit limit, its insured age, the term of its contract.

The rules CRD, CON and WOF012 and the warning sheet all take it from here; each is computed once per stack.
A claim is covered by the terms of its own contract and by those of its debtor as a whole (a terms row
without a contract). Everything stays within one submission.

Amounts of every table are yuan (``Table.step`` aside): a claim in foreign currency is entered converted, and
汇率 says at which rate (REC015). They add up as they stand, as the total row of the sheet does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.policy.calendar import Days, as_days
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.limitation import AGE_BASES, age_basis, ages_from, live_claims, still_owed
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.stack import Stack

Floats = npt.NDArray[np.float64]

_CONTRACT = {"debtor": "debtor", "contract_id": "contract_id"}
_DEBTOR = {"debtor": "debtor"}
#: The limits of a terms row: its contract's, and its debtor's as a whole.
_LIMITS = {
    "credit_limit": (
        Text("合同授信额度", "the contract's credit limit"),
        Text("客户授信额度", "the customer's credit limit"),
    ),
    "insured_limit": (
        Text("合同保险额度", "the contract's insured limit"),
        Text("客户保险额度", "the customer's insured limit"),
    ),
}
NO_BASIS = Text(
    "表头“账龄口径”不是业务发生日或约定付款日",
    "账龄口径 above the table is neither 业务发生日 nor 约定付款日",
)


def terms(stack: Stack) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Per row, the credit terms of its contract and those of its debtor as a whole."""

    def make() -> tuple[pd.DataFrame, pd.DataFrame]:
        every = stack.partner("credit_terms")
        take = [*_LIMITS, "insured_days"]
        whole = every.only(every.blank("contract_id"))
        return stack.look_up(every, _CONTRACT, take), stack.look_up(whole, _DEBTOR, take)

    found: tuple[pd.DataFrame, pd.DataFrame] = stack.memo("terms", make)
    return found


def covered(stack: Stack) -> Mask:
    """Rows that have credit terms, of their contract or of their debtor as a whole."""
    own, whole = terms(stack)
    return true(own["_found"]) | true(whole["_found"])


@dataclass(frozen=True, slots=True)
class Limits:
    """Per row, the limit that its debtor's exposure has used up most (cents of yuan)."""

    exposure: Floats
    limit: Floats
    #: Exposure to limit; NaN where there is no limit, infinite where the limit is zero.
    ratio: Floats
    over: Mask
    #: Which limit it is (:class:`Text` per row, None where there is none).
    which: npt.NDArray[Any]


def limits(stack: Stack) -> Limits:
    """Exposure against 授信额度 and 保险额度, by contract and by debtor: the gravest of them at each row.

    Exposure is the sum of the live balances of the submission's receivables.
    """
    found: Limits = stack.memo("limits", lambda: _limits(stack))
    return found


def _limits(stack: Stack) -> Limits:
    claims = stack if stack.kind.kind == "receivables" else stack.partner("receivables")
    owed = still_owed(claims.frame).where(live_claims(claims))
    n = len(stack)
    out = Limits(
        exposure=np.zeros(n),
        limit=np.full(n, np.nan),
        ratio=np.full(n, np.nan),
        over=np.zeros(n, dtype=bool),
        which=np.full(n, None, dtype=object),
    )
    for scope, (given, on) in enumerate(zip(terms(stack), (_CONTRACT, _DEBTOR), strict=True)):
        exposure = stack.total_of(claims, owed, on)
        step = np.maximum(stack.step, given["_step"].to_numpy())
        for name, labels in _LIMITS.items():
            limit = given[name].to_numpy(dtype="float64", na_value=np.nan)
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = exposure / limit
            over = exposure - limit >= step
            worse = (over & ~out.over) | ((over == out.over) & (np.isnan(out.ratio) | (ratio > out.ratio)))
            here = ~np.isnan(ratio) & worse
            for into, what in (
                (out.exposure, exposure),
                (out.limit, limit),
                (out.ratio, ratio),
                (out.over, over),
            ):
                into[here] = what[here]
            out.which[here] = labels[scope]
    return out


@dataclass(frozen=True, slots=True)
class Ages:
    """Per row, its age in days against the insured age (保险账龄期限); NaN where one is not known."""

    since: Days
    #: The field that it ages from (``occurred_on`` or ``due_on``), and rows whose 账龄口径 is not known.
    by: npt.NDArray[Any]
    unsure: Mask
    days: Floats
    allowed: Floats
    #: Days left; negative when past.
    left: Floats


def ages(stack: Stack, params: Params) -> Ages:
    """Age by the sheet's 账龄口径 against the insured age of the most specific terms."""
    found: Ages = stack.memo("ages", lambda: _ages(stack, params))
    return found


def _ages(stack: Stack, params: Params) -> Ages:
    own, whole = terms(stack)
    since, known = ages_from(stack, params)
    allowed = own["insured_days"].fillna(whole["insured_days"]).to_numpy(dtype="float64", na_value=np.nan)
    days = days_from(since, stack)
    return Ages(
        since=since, by=_basis_fields(stack, params), unsure=~known & ~np.isnan(allowed), days=days,
        allowed=allowed, left=allowed - days,
    )  # fmt: skip


def _basis_fields(stack: Stack, params: Params) -> npt.NDArray[Any]:
    basis = age_basis(stack, params)
    return np.select([basis == word for word in AGE_BASES], list(AGE_BASES.values()), default="")


def whole_days(days: Floats) -> npt.NDArray[np.int64]:
    """Days for a message: whole numbers, and 0 where they are not known."""
    return np.nan_to_num(days, nan=0, posinf=0, neginf=0).astype(np.int64)


def many_days(days: Floats) -> dict[str, npt.NDArray[Any]]:
    """*days* for a message that gives an amount at other rows: the figures ``by`` and ``unit``."""
    by = whole_days(days)
    words = np.array([Text(" 天", " days"), Text(" 天", " day")], dtype=object)
    return {"by": by, "unit": words[(by == 1).astype(np.int64)]}


def explained(stack: Stack) -> Mask:
    """Rows with a special reason and who approved it: both are needed (F-29, F-30)."""
    return stack.filled("special_reason") & stack.filled("reason_by")


def past_age_or_limit(rows: Mask, age: Ages, used: Limits) -> Iterator[Flagged | Unjudged]:
    """Those of *rows* that are past their insured age, else over a limit; each row once."""
    aged = age.left < 0
    what = Text("保险账龄期限", "the insured age")
    days = {"what": what, **many_days(-age.left)}
    amount = {"what": used.which, "by": Money(used.exposure - used.limit), "unit": Text("", "")}
    yield Flagged(rows & aged, figures=days)
    yield Flagged(rows & ~aged & used.over, figures=amount)
    yield Unjudged(rows & age.unsure & ~used.over, NO_BASIS)


def days_from(dates: Days, stack: Stack) -> Floats:
    """Days from *dates* to the as-of date; NaN where blank."""
    days = (np.datetime64(stack.as_of, "D") - dates).astype("timedelta64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Term:
    """Per row, its contract in the contract ledger."""

    found: Mask
    debtor: pd.Series[Any]
    ends: Days
    renewed: Mask
    #: Days left of the term; negative when it ended, NaN where not known.
    left: Floats


def term(stack: Stack) -> Term:
    """The contract of each row and how many days of its term are left."""

    def make() -> Term:
        there = contracts(stack)
        ends = as_days(there["expires_on"].to_numpy())
        return Term(
            found=true(there["_found"]), debtor=there["debtor"], ends=ends,
            renewed=true(there["renewed"] == "是"), left=-days_from(ends, stack),
        )  # fmt: skip

    found: Term = stack.memo("term", make)
    return found


def contracts(stack: Stack) -> pd.DataFrame:
    """Per row, its contract in the contract ledger (``_found``, ``debtor``, ``expires_on``, ``renewed``)."""
    on: Mapping[str, str] = {"contract_id": "contract_id"}
    found: pd.DataFrame = stack.memo(
        "contracts",
        lambda: stack.look_up(stack.partner("contracts"), on, ["debtor", "expires_on", "renewed"]),
    )
    return found


def percent(ratio: Floats, where: Mask) -> npt.NDArray[Any]:
    """Ratios as ``92.5%`` where asked (rounded down, so that 100.0% is never short of the limit)."""
    out = np.full(len(ratio), "—", dtype=object)
    at = where & np.isfinite(ratio)
    out[at] = np.char.mod("%.1f%%", np.floor(ratio[at] * 1000 + 1e-6) / 10)
    return out
