"""The figures of one as-of date, as later reports remember them in their JSON: what a trend is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from qq_excel import money
from qq_excel.language import Text
from qq_excel.warnings import GRAVEST


@dataclass(frozen=True, slots=True)
class Open:
    """An open claim as the reports after its own remember it; ``balance`` is cents of yuan."""

    unit: str
    claim_id: str
    debtor: str
    balance: int
    due_on: dt.date | None
    late: bool
    level: str

    @classmethod
    def read(cls, one: Mapping[str, Any]) -> Open:
        """What :meth:`document` gave."""
        unit, claim, debtor = one["unit"], one["claim"], one["debtor"]
        level, due, late = one["level"] or "", one["due_on"], one["past_due"]
        if (
            level not in ("", *GRAVEST)
            or type(late) is not bool
            or not all(isinstance(n, str) for n in (unit, claim, debtor))
        ):
            raise ValueError(level)
        due_on = None if due is None else dt.date.fromisoformat(due)
        return cls(unit, claim, debtor, _cents(one["balance"]), due_on, late, level)

    def document(self) -> dict[str, Any]:
        """The claim as plain data."""
        return {
            "unit": self.unit, "claim": self.claim_id, "debtor": self.debtor, "balance": money.yuan(self.balance),
            "due_on": self.due_on.isoformat() if self.due_on else None, "past_due": self.late, "level": self.level or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of one as-of date. Amounts are cents of yuan."""

    on: dt.date
    live: int
    balance: int
    overdue: int
    #: Balance of warned claims by level.
    levels: Mapping[str, int]
    #: The open claims that the figures are the sums of; None where they were not remembered.
    rows: tuple[Open, ...] | None = None
    #: In which tables of the register they are, and which units are not; None for a point that is not from there.
    where: Text | None = None

    @classmethod
    def of(cls, on: dt.date, rows: Iterable[Open], where: Text | None = None) -> Point:
        """The figures of *rows*."""
        rows = tuple(rows)
        levels = {x: sum(r.balance for r in rows if r.level == x) for x in GRAVEST}
        return cls(
            on,
            len(rows),
            sum(r.balance for r in rows),
            sum(r.balance for r in rows if r.late),
            levels,
            rows,
            where,
        )

    @classmethod
    def read(cls, one: Mapping[str, Any]) -> Point:
        """What :meth:`document` gave."""
        on = dt.date.fromisoformat(one["on"])
        levels = {x: _cents(one["levels"][x]) for x in GRAVEST}
        point = cls(on, int(one["live"]), _cents(one["balance"]), _cents(one["overdue"]), levels)
        if one.get("rows") is None:
            return point
        whole = cls.of(on, (Open.read(r) for r in one["rows"]))
        if replace(whole, rows=None) != point:  # rows that do not add up to their figures lead astray
            raise ValueError(one["on"])
        return whole

    def document(self, *, rows: bool) -> dict[str, Any]:
        """The point as plain data, with its *rows* or without."""
        out: dict[str, Any] = {
            "on": self.on.isoformat(), "live": self.live, "balance": money.yuan(self.balance),
            "overdue": money.yuan(self.overdue), "levels": {x: money.yuan(self.levels.get(x, 0)) for x in GRAVEST},
        }  # fmt: skip
        if rows and self.rows is not None:
            out["rows"] = [r.document() for r in self.rows]
        return out


def _cents(text: str) -> int:
    return money.cents(text.replace(",", ""))
