"""What an assessment says: figures, scores and proposals of each unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from qq_excel import money
from qq_excel.language import Text
from qq_excel.policy import Policy
from qq_excel.reading.period import period_bounds
from qq_excel.rules.assessment import REGULAR

ADHOC = "不定期"
#: What people read for a kind of assessment (考核类型).
KIND_TEXTS = {REGULAR: Text("定期", "regular"), ADHOC: Text("不定期", "ad hoc")}
_QUARTERS = "一二三四"


@dataclass(frozen=True, slots=True)
class Period:
    """A 考核期, e.g. 2026Q3."""

    name: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Figures:
    """One unit's amounts, in cents. ``planned`` is None when no 清欠台账 says what was planned."""

    opening: int
    planned: int | None
    recovered: int
    closing: int
    #: Claims that arose in the period, and what was written off of them and older ones.
    new: int
    gone: int


#: The figures of a unit, as the parts that they are the sums of are called.
ITEMS = ("opening", "planned", "recovered", "new", "gone", "closing")


@dataclass(frozen=True, slots=True)
class Part:
    """What one claim adds to one of its unit's figures (an ``item`` of :data:`ITEMS`), in cents, never 0."""

    item: str
    unit: str
    claim_id: str
    cents: int
    #: The row of the cases that says what was planned.
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """The figures of all units in one period, where they come from, and what could not be counted."""

    period: Period
    basis: Text
    units: tuple[tuple[str, Figures], ...]
    notes: tuple[Text, ...]
    #: Claim by claim what the figures are the sums of, in the order of items, units and claims.
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """How many are complete, of how many; ``of`` is None when the table that says so was not handed in."""

    some: int
    of: int | None

    def __str__(self) -> str:
        return "—" if self.of is None else f"{self.some}/{self.of}"


@dataclass(frozen=True, slots=True)
class Assessed:
    """One unit. A score is None where there is nothing to measure by, or it was not entered yet."""

    unit: str
    figures: Figures
    #: 方案, 协议, 证据.
    shares: dict[str, Share]
    #: The scores by the formula, and those that hold: a score that the office entered takes the place of the formula's.
    computed: dict[str, float | None]
    scores: dict[str, float | None]
    total: float | None
    grade: str | None
    sanction: str | None
    discipline: str | None
    #: Of sanction and discipline, what the office entered instead of the policy's proposal.
    typed: frozenset[str] = frozenset()
    responsible: str | None = None
    published_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """All units of one period, in the order of their names."""

    policy: Policy
    as_of: dt.date
    period: Period
    kind: str
    #: Where opening and recovered come from, as everybody who reads the sheet must know.
    basis: Text
    rows: tuple[Assessed, ...]
    notes: tuple[Text, ...]
    #: The files that it rests on besides the period's own: the previous ledger, the filled sheet.
    sources: tuple[str, ...]
    #: Entries of the filled sheet's head that are taken over (编制人 and the like).
    head: dict[str, Any]

    @property
    def complete(self) -> bool:
        """Whether every unit has its total, so that the result can be published."""
        return all(r.total is not None for r in self.rows)

    def document(self) -> dict[str, Any]:
        """The assessment as plain data, for other programs."""
        return {
            "schema": 1,
            "policy": {"profile": self.policy.profile, "version": self.policy.version, "sha256": self.policy.sha256},
            "as_of": self.as_of.isoformat(),
            "period": {"name": self.period.name, "first": self.period.first.isoformat(), "last": self.period.last.isoformat()},
            "kind": self.kind, "basis": str(self.basis), "complete": self.complete,
            "units": [_plain(r) for r in self.rows],
            "notes": [str(n) for n in self.notes],
        }  # fmt: skip


def _plain(row: Assessed) -> dict[str, Any]:
    f = row.figures
    amounts = {"opening": f.opening, "planned": f.planned, "recovered": f.recovered, "closing": f.closing, "new": f.new,
               "gone": f.gone}  # fmt: skip
    return {
        "unit": row.unit,
        "figures": {k: None if v is None else money.yuan(v) for k, v in amounts.items()},
        "complete": {k: {"some": s.some, "of": s.of} for k, s in row.shares.items()},
        "computed": row.computed, "scores": row.scores, "total": row.total, "grade": row.grade,
        "sanction": row.sanction, "discipline": row.discipline, "typed": sorted(row.typed),
        "responsible": row.responsible, "published_on": row.published_on.isoformat() if row.published_on else None,
    }  # fmt: skip


def period_words(name: str) -> str:
    """A period as a paper's title has it: 2026Q3 is 2026 年第三季度."""
    bounds = period_bounds(name)
    if bounds is None:
        return name
    first, last = bounds
    months = last.month - first.month + 1
    if months == 12:
        return f"{first.year} 年度"
    if months == 6:
        return f"{first.year} 年{'上' if first.month == 1 else '下'}半年"
    if months == 3:
        return f"{first.year} 年第{_QUARTERS[first.month // 3]}季度"
    return f"{first.year} 年 {first.month} 月"
