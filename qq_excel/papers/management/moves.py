"""Claim by claim what the figures of recovery are the sums of: opening, planned, recovered, new, written off, closing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qq_excel.assessment import Amounts
from qq_excel.language import Text
from qq_excel.papers.claims import Claim, claims_of, places
from qq_excel.papers.document import relative

if TYPE_CHECKING:
    from qq_excel.papers.report_job import Job

#: How the items (:data:`qq_excel.assessment.model.ITEMS`) are called.
ITEM_TEXTS = {
    "opening": Text("期初", "opening"), "planned": Text("计划收回", "planned"), "recovered": Text("实际收回", "recovered"),
    "new": Text("本期新增", "new"), "gone": Text("本期核销", "written off"), "closing": Text("期末", "closing"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """What one claim adds to one figure of its unit's recovery (``item``: a key of :data:`ITEM_TEXTS`)."""

    item: str
    unit: str
    claim_id: str
    debtor: str
    amount: int
    #: Where it is read: the claim in its ledger, or the case that plans.
    place: str


def moves_of(job: Job, recovery: Amounts) -> list[Move]:
    """The parts of *recovery* with their debtors and where they stand, in the order of items, units and claims."""
    now = _by_number(job.claims)
    earlier = _by_number(claims_of(job.before)) if job.before is not None else {}
    cases = job.result.stacks.get("cases")
    planned = [] if cases is None else [relative(p) for p in places(cases, "planned_amount")]
    out = []
    for p in recovery.parts:
        key = (p.unit, p.claim_id)
        held = earlier.get(key) if p.item == "opening" and earlier else None
        claim = held or now.get(key) or earlier.get(key)
        place = planned[p.case] if p.case is not None else relative(claim.place) if claim else ""
        out.append(Move(p.item, p.unit, p.claim_id, claim.debtor if claim else "", p.cents, place))
    return out


def _by_number(claims: Iterable[Claim]) -> dict[tuple[str, str], Claim]:
    """The first claim of each number; two of one number are a finding (REC002), and are told together."""
    out: dict[tuple[str, str], Claim] = {}
    for c in claims:
        out.setdefault((c.unit, c.claim_id), c)
    return out
