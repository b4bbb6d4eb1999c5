"""Scoring sheets: a unit's clearance work of the quarter, scored by the published formula (A)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from qq_excel.policy import Params, Policy
from qq_excel.rules.scoring import grade_of, progress_score, results_score, total_score
from qq_excel.samples.model import AS_OF, PERIOD, Row, Staff, UnitPlan, before

_QUARTER = dt.date(2026, 7, 1)
_MONTH = dt.date(2026, 9, 1)
#: What the plan of the period asked for, as a multiple of what came in.
_PLANNED = (0.96, 1.08, 1.2, 1.35)
#: Scores given by hand: quality and attitude.
_QUALITY, _ATTITUDE = (78, 94), (82, 97)


def assessment(
    plan: UnitPlan, staff: Staff, policy: Policy, claims: Iterable[Row], random: Random
) -> list[Row]:
    """The regular score of the quarter and an ad hoc one of its last month, from a ledger."""
    rows = list(claims)
    out = []
    for period, kind, since in ((PERIOD, "定期", _QUARTER), ("2026-09", "不定期", _MONTH)):
        came_in = sum(r["received"] for r in rows if r["last_paid_on"] and r["last_paid_on"] >= since)
        new = sum(r["original"] for r in rows if r["occurred_on"] >= since)
        closing = sum(max(r["original"] - r["received"], 0) for r in rows)
        out.append(
            _scored(plan, staff, policy, period, kind, closing - new + came_in, came_in, closing, random)
        )
    return out


def assessed_works(
    plan: UnitPlan, staff: Staff, policy: Policy, claims: Sequence[Row], random: Random
) -> list[Row]:
    """The score of a department without a ledger of receivables: its arrears, and what came in on them."""
    closing = sum(r["payable"] - r["paid"] for r in claims)
    came_in = sum(
        r["agreed_amount"] - (r["payable"] - r["paid"])
        for r in claims
        if r.get("received_on") and r["received_on"] >= _QUARTER
    )
    return [_scored(plan, staff, policy, PERIOD, "定期", closing + came_in, came_in, closing, random)]


def _scored(
    plan: UnitPlan, staff: Staff, policy: Policy, period: str, kind: str, opening: float, came_in: float,
    closing: float, random: Random,
) -> Row:  # fmt: skip
    params: Params = policy.at(AS_OF)
    planned = max(round(came_in * random.choice(_PLANNED), -4), 10_000.0)
    amounts = [[round(a * 100)] for a in (opening, planned, came_in, closing)]
    start, goal, recovered, end = amounts
    scores: dict[str, Any] = {
        "progress": progress_score(goal, recovered, params), "quality": [random.randint(*_QUALITY)],
        "results": results_score(start, recovered, end, params), "attitude": [random.randint(*_ATTITUDE)],
    }  # fmt: skip
    total = total_score(scores, params)
    grade = grade_of(total, params)[0]
    row: Row = {
        "unit": plan.name, "period": period, "kind": kind, "opening": round(opening, 2), "planned": planned,
        "recovered": round(came_in, 2), "closing": round(closing, 2), **{n: float(v[0]) for n, v in scores.items()},
        "total": float(total[0]), "grade": grade, "published_on": before(-12),
    }  # fmt: skip
    proposal = params.proposals().get(grade)
    if proposal:
        row |= {"sanction": proposal.sanction, "discipline": proposal.discipline}
    if row.get("discipline", "无") != "无":
        row["responsible"] = staff.manager
    return row
