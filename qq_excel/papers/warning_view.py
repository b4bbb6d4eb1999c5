"""What a warning sheet shows, apart from how: the rows and sums of one unit, or of the group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from qq_excel.papers.warning_moves import Moved

#: Gravest first.
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
    clause: tuple[str, ...]
    special_reason: str = ""
    #: Its level at the last run, and how it moved since then; blank without a memory.
    before: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A count of claims and their amount."""

    name: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class AgeTable:
    """Balances (cents) by unit and age band; ``ledger`` is the ledger's own total, to which they must tie."""

    title: str
    bands: tuple[str, ...]
    rows: dict[str, tuple[int, ...]]
    ledger: int


@dataclass(slots=True)
class View:
    """One paper. ``unit`` is None for the group and for a ``department``, which has claims of every unit."""

    unit: str | None
    as_of: dt.date | None
    basis: str
    lines: list[Line]
    by_level: list[Sum]
    by_cause: list[Sum]
    by_unit: list[Sum]
    ageing: list[AgeTable]
    #: All live claims, warned of or not.
    live: Sum | None = None
    policy: str = ""
    notes: Sequence[str] = field(default_factory=tuple)
    department: str | None = None
    #: How the claims moved since the last run; None when no last run was given.
    moves: Sequence[Moved] | None = None
    #: The as-of date of that run, where it is known.
    since: str = ""

    def sorted_lines(self) -> list[Line]:
        """Gravest first, then by amount."""
        return sorted(self.lines, key=lambda x: (LEVELS.index(x.level), -x.balance, x.unit, x.claim_id))
