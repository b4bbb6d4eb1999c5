"""What a warning sheet shows, apart from how: the rows and sums of one unit, or of the group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

LEVELS = ("红", "橙", "黄", "蓝")


@dataclass(frozen=True, slots=True)
class Line:
    """One claim that is warned of; amounts are whole cents."""

    level: str
    claim_id: str
    unit: str
    debtor: str
    contract_id: str
    balance: int
    overdue_days: int | None
    causes: tuple[str, ...]
    department: str
    handler: str
    responsible: str
    measure: str
    clause: str
    special_reason: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A count of claims and their amount."""

    name: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Due:
    """Of a unit's balances: what is not yet due and what is past due."""

    not_due: int
    past_due: int


@dataclass(slots=True)
class View:
    """One paper. ``unit`` is None for the group."""

    unit: str | None
    as_of: dt.date | None
    basis: str
    lines: list[Line]
    by_level: list[Sum]
    by_cause: list[Sum]
    by_unit: list[Sum]
    #: Age bands, and per unit the balance (cents) in each.
    bands: tuple[str, ...]
    ageing: dict[str, tuple[int, ...]]
    #: The ledger's own total, to which the ageing must tie.
    ledger: int
    policy: str = ""
    notes: Sequence[str] = field(default_factory=tuple)
    due: dict[str, Due] = field(default_factory=dict)

    def sorted_lines(self) -> list[Line]:
        """Gravest first, then by amount."""
        return sorted(self.lines, key=lambda x: (LEVELS.index(x.level), -x.balance, x.unit, x.claim_id))
