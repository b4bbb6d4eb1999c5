"""What a sample submission is made of, before it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from qq_excel.samples.people import Register

AS_OF = dt.date(2026, 9, 30)
PERIOD = "2026Q3"
#: The holder of everything here; it does not exist.
GROUP = "澜岳装备集团有限公司"

Row = dict[str, Any]
Tables = Mapping[str, list[Row]]


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit: its name, its mark in numbers, its towns, and how many claims of each case its ledger has."""

    name: str
    mark: str
    towns: tuple[str, ...]
    #: The public body among its debtors, and how many firms there are.
    authority: str
    debtors: int
    cases: dict[str, int]
    clean: bool
    #: What its claims are for (trade in machinery where nothing is said).
    subjects: tuple[str, ...] = ()
    #: How its owner is called in the numbers of documents.
    owner: str = "澜岳"


@dataclass(slots=True)
class Staff:
    """People of a branch and of the group who sign its papers."""

    manager: str
    finance: str
    keeper: str
    receiver: str
    prepared_by: str
    reviewed_by: str
    office: str
    handlers: list[str]
    responsible: list[str]


@dataclass(slots=True)
class Submission:
    """One unit's workbooks as rows by kind, its signatures, and its evidence files."""

    plan: UnitPlan
    staff: Staff
    tables: dict[str, list[Row]] = field(default_factory=dict)
    heads: dict[str, Row] = field(default_factory=dict)
    foot: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def find(self, kind: str, wanted: Callable[[Row], Any], nth: int = 0) -> Row:
        """The *nth* row of *kind* that *wanted* says yes to."""
        return [r for r in self.tables[kind] if wanted(r)][nth]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the rule that it breaks, where, what was done, and which rules follow from it."""

    rule: str
    kind: str
    #: Key of the row, or the name of the entry.
    key: str
    field: str
    what: str
    follows: tuple[str, ...] = ()
    #: Where it is seen when that is not the row itself: the kind and the keys of its rows.
    seen_in: str = ""
    seen_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Defect:
    """One way to get a table wrong: which row takes it, what is changed, which rule must speak."""

    rule: str
    kind: str
    field: str
    what: str
    #: Rows that may take it.
    fits: Callable[[Row, Tables], Any]
    #: The values that change; None takes the row out of its table.
    change: Callable[[Row], Row] | None
    follows: tuple[str, ...] = ()
    #: The kind whose row of the same claim (or debtor) shows it, where the row itself does not.
    seen_in: str = ""
    by: str = "claim_id"
    #: Kinds without which it says nothing, and kinds beside which it would set off more.
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    #: Whether it may go into a row that has another defect in another field.
    shares: bool = False

    def applies(self, tables: Tables) -> bool:
        """Whether a submission of *tables* can have it."""
        kinds = {self.kind, *self.needs, *([self.seen_in] if self.seen_in else [])}
        return kinds <= set(tables) and not set(self.unless) & set(tables)


def staff_of(random: Random, register: Register, office: str) -> Staff:
    """The people of one branch."""
    first = [register.person() for _ in range(6)]
    handlers = [register.person() for _ in range(4 + random.randrange(2))]
    responsible = [register.person() for _ in range(3)]
    manager, finance, keeper, receiver, prepared_by, reviewed_by = first
    return Staff(
        manager=manager, finance=finance, keeper=keeper, receiver=receiver, prepared_by=prepared_by,
        reviewed_by=reviewed_by, office=office, handlers=handlers, responsible=responsible,
    )  # fmt: skip


def before(days: int) -> dt.date:
    """The day *days* before the as-of date."""
    return AS_OF - dt.timedelta(days=days)


def head_of(plan: UnitPlan, staff: Staff) -> Row:
    """The head block of a unit's workbooks."""
    return {
        "unit": plan.name, "as_of": AS_OF, "period": PERIOD, "prepared_by": staff.prepared_by,
        "reviewed_by": staff.reviewed_by, "prepared_on": before(-8), "age_basis": "业务发生日",
    }  # fmt: skip
