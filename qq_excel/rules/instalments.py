"""What is still to be paid of agreed instalments, and which of a claim's comes first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qq_excel.policy.calendar import Days, as_days
from qq_excel.rules.exposure import Floats, days_from
from qq_excel.rules.limitation import days_of
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.stack import Stack


def unpaid(plan: Stack) -> tuple[pd.Series[int], Mask]:
    """What is left of each instalment of *plan* at the as-of date (cents), and where that is something."""
    today = np.datetime64(plan.as_of, "D")
    paid = plan["paid"].fillna(0).where(~(days_of(plan, "paid_on") > today), 0)
    left = plan["due"] - paid
    return left, true(left >= pd.Series(plan.step))


@dataclass(frozen=True, slots=True)
class Next:
    """Per claim, the first of its instalments that is not paid; blank where there is none."""

    agreement: pd.Series[str]
    no: pd.Series[int]
    due: Days
    #: Cents that are left of it.
    owed: pd.Series[int]
    #: Days until it is due; negative when it is past, NaN where there is none.
    left: Floats


def next_unpaid(claims: Stack) -> Next | None:
    """The first unpaid instalment of each of the *claims*; None where no agreements and instalments were handed in."""
    agreements, plan = claims.partners.get("agreements"), claims.partners.get("instalments")
    if agreements is None or plan is None:
        return None
    owed, some = unpaid(plan)
    of = plan.look_up(agreements, {"agreement_id": "agreement_id"}, ["claim_id"])["claim_id"]
    rows = plan.keyed(["agreement_id", "no", "due_on"]).assign(claim_id=of, owed=owed)
    rows = rows[some & true(rows["claim_id"].notna()) & plan.filled("due_on")]
    first = rows.sort_values(["due_on", "no"], kind="stable").drop_duplicates(["_sub", "claim_id"])
    found = claims.keyed(["claim_id"]).merge(first, how="left", on=["_sub", "claim_id"])
    due = as_days(found["due_on"].to_numpy())
    return Next(found["agreement_id"], found["no"], due, found["owed"], -days_from(due, claims))
