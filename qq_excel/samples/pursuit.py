"""A debt that is pursued, whatever table it stands in: what cases, agreements, letters and dossiers are about.

The tables of one submission tell one story, because all of them are made from the same :class:`Pursuit`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from qq_excel.samples.cases import INSURED_DAYS
from qq_excel.samples.model import AS_OF, Row, before

#: How a debt is pursued. The stage of a profile's workflow and the method of a case follow from it.
NEW, TALK, AGREE, SUE, DONE = "new", "talk", "agree", "sue", "done"
_ROADS = {"预警": TALK, "追讨": TALK, "协议还款": AGREE, "诉讼": SUE, "已结清": DONE}
#: A payment within this many days came in on the case; an older one came in before it.
_RECENT = 150
#: Overdue for longer than this, or past the insured age, a claim is pursued as a case.
_TAKEN_AFTER = 30
#: A case that came in within so many days has no plan yet (``plan_within_days``).
_PLANNED_WITHIN = 15


@dataclass(slots=True)
class Pursuit:
    """One debt under pursuit. Amounts are yuan."""

    claim_id: str
    debtor: str
    #: Owed when the case came in, and what came in on it since.
    claimed: float
    recovered: float
    road: str
    received_on: dt.date
    handler: str
    responsible: str
    dunned_on: dt.date | None = None
    paid_on: dt.date | None = None
    #: Given where the stage or the method does not follow from the road.
    stage: str | None = None
    method: str | None = None
    agreement_id: str | None = None
    phoned_on: dt.date | None = None

    @property
    def remaining(self) -> float:
        """What is still owed."""
        return round(self.claimed - self.recovered, 2)

    @property
    def open(self) -> bool:
        """Whether somebody still works on it."""
        return self.road != DONE


def pursued(claims: Iterable[Row], random: Random) -> list[Pursuit]:
    """The claims of a ledger that are, or were, pursued as cases."""
    return [_pursuit(row, random) for row in claims if _taken(row)]


def _taken(row: Row) -> bool:
    """Whether a claim is a case: what is merely warned of becomes one after a while."""
    if row["status"] != "预警":
        return row["status"] in _ROADS
    late: int = (AS_OF - row["due_on"]).days
    age: int = (AS_OF - row["occurred_on"]).days
    return late > _TAKEN_AFTER or age > INSURED_DAYS


def _pursuit(row: Row, random: Random) -> Pursuit:
    balance = round(row["original"] - row["received"], 2)
    paid: dt.date | None = row["last_paid_on"]
    done = row["status"] == "已结清"
    recent = done or (paid is not None and paid > before(_RECENT) and paid > row["due_on"])
    received: float = row["received"] if recent else 0.0
    latest = paid - dt.timedelta(days=25) if recent and paid else before(18)
    taken = max(min(row["due_on"] + dt.timedelta(days=random.randint(20, 32)), latest), _day_after(row, done))
    road = NEW if taken > before(_PLANNED_WITHIN) else _ROADS[row["status"]]
    return Pursuit(
        claim_id=row["claim_id"], debtor=row["debtor"], claimed=round(balance + received, 2), recovered=received,
        road=road, received_on=taken, handler=row["handler"], responsible=row["responsible"],
        dunned_on=row["dunned_on"], paid_on=paid if recent else None,
    )  # fmt: skip


def _day_after(row: Row, done: bool) -> dt.date:
    """No case comes in before its claim is due, unless it was settled before that."""
    day: dt.date = row["occurred_on"] if done else row["due_on"]
    return day + dt.timedelta(days=1)


def dated(rows: list[Row], name: str) -> list[Row]:
    """*rows* in the order of a date."""

    def day(row: dict[str, Any]) -> dt.date:
        value: dt.date = row[name]
        return value

    return sorted(rows, key=day)
