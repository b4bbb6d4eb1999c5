"""How the figures moved: the reports of earlier periods, remembered in each report's own JSON.

``--since`` gives the last report (管理报告.json), which holds its own figures and those of the reports before it;
``--previous`` gives the last period's workbooks, from which its figures are counted anew; ``--register`` the ledgers that were
accepted in earlier periods (:mod:`qq_excel.register.trend`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.papers.claims import claims_of
from qq_excel.papers.management.facts import GRAVEST
from qq_excel.warnings import warnings_of

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.management.facts import Facts, Line

_LARGEST = 20_000_000
#: Rows of earlier days that a report remembers, those of the latest days first.
KEPT = 20_000
#: A chart that is read at a glance; older points stay in the JSON.
SHOWN = 12


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
    def of(cls, line: Line) -> Open:
        """A line of a report."""
        c = line.claim
        return cls(c.unit, c.claim_id, c.debtor, c.balance, c.due_on, line.late, line.level)

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

    def document(self, *, rows: bool) -> dict[str, Any]:
        """The point as plain data, with its *rows* or without."""
        out: dict[str, Any] = {
            "on": self.on.isoformat(), "live": self.live, "balance": money.yuan(self.balance),
            "overdue": money.yuan(self.overdue), "levels": {x: money.yuan(self.levels.get(x, 0)) for x in GRAVEST},
        }  # fmt: skip
        if rows and self.rows is not None:
            out["rows"] = [r.document() for r in self.rows]
        return out


def history(
    facts: Facts, since: Path | None, before: Result | None, registered: Iterable[Point], notes: list[Text]
) -> tuple[Point, ...]:
    """Every known point up to the as-of date, the oldest first.

    The workbooks count before what was *registered*, that before what the last report remembered.
    """
    if facts.as_of is None:
        return ()
    points = {p.on: p for p in (recall(since) if since else ())}
    late = [on for on in points if on > facts.as_of]
    if late:
        notes.append(
            Text(
                f"上次报告中有 {len(late)} 期晚于本次截止日期，趋势没有采用",
                f"points of the last report that are later than this one's date were left out: {len(late)}",
            )
        )
    points.update((p.on, p) for p in registered)
    if (
        before is not None
        and before.as_of is not None
        and any(c.as_of == before.as_of for c in claims_of(before))
    ):
        points[before.as_of] = Point.of(before.as_of, _open(before, before.as_of))
    points[facts.as_of] = Point.of(facts.as_of, (Open.of(x) for x in facts.lines if x.live))
    known = tuple(points[on] for on in sorted(points) if on <= facts.as_of)
    if len(known) > 1:
        notes += _of_other_units(known[-2], facts)
    return known


def _of_other_units(last: Point, facts: Facts) -> Iterator[Text]:
    """Say when the point before is not of the same units: what they owed is then part of every difference."""
    before: dict[str, int] = {}
    for row in last.rows or ():
        before[row.unit] = before.get(row.unit, 0) + row.balance
    now: dict[str, int] = {}
    for line in facts.lines:
        now[line.claim.unit] = now.get(line.claim.unit, 0) + (line.claim.balance if line.live else 0)
    if not before:
        return
    gone, new = sorted(before.keys() - now.keys()), sorted(now.keys() - before.keys())
    if gone:
        yuan = money.yuan(sum(before[u] for u in gone))
        yield Text(
            f"{'、'.join(gone)} 在 {last.on} 有未结清债权 {yuan} 元，本期没有明细表；与上期比较的增减包含这一笔差额",
            f"{', '.join(gone)}: {yuan} yuan open on {last.on} and no ledger now; the changes since then include it",
        )
    if new:
        yuan = money.yuan(sum(now[u] for u in new))
        yield Text(
            f"{'、'.join(new)} 本期有未结清债权 {yuan} 元，{last.on} 没有；与上期比较的增减包含这一笔差额",
            f"{', '.join(new)}: {yuan} yuan open now and none on {last.on}; the changes since then include it",
        )


def recall(path: Path) -> tuple[Point, ...]:
    """The points of an earlier report; :class:`InputError` when *path* is no such report."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError
        content = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_point(p) for p in content["history"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise InputError(
            Text(
                f"{path}：不是上次的管理报告 JSON（缺少 history）。请给出上次 qq-excel report management 写出的 管理报告.json。",
                f"{path} is no earlier management report (history is missing); give the 管理报告.json of the last run.",
            )
        ) from None


def documents(points: Sequence[Point]) -> list[dict[str, Any]]:
    """The points as plain data; the rows of the latest, as many days as :data:`KEPT` rows allow."""
    left, out = KEPT, []
    for p in reversed(points):
        fits = p.rows is not None and len(p.rows) <= left
        left -= len(p.rows) if fits and p.rows is not None else 0
        out.append(p.document(rows=fits))
    return out[::-1]


# --- inside ---------------------------------------------------------------------------------------------


def _point(p: Mapping[str, Any]) -> Point:
    levels = {x: _cents(p["levels"][x]) for x in GRAVEST}
    on = dt.date.fromisoformat(p["on"])
    point = Point(on, int(p["live"]), _cents(p["balance"]), _cents(p["overdue"]), levels)
    if p.get("rows") is None:
        return point
    whole = Point.of(on, (Open.read(r) for r in p["rows"]))
    if replace(whole, rows=None) != point:  # rows that do not add up to their figures lead astray
        raise ValueError(p["on"])
    return whole


def _cents(text: str) -> int:
    return money.cents(text.replace(",", ""))


def _open(before: Result, day: dt.date) -> Iterable[Open]:
    """The open claims of the previous workbooks' ledgers of *day*, their last as-of date."""
    levels = {(w.file, w.sheet, w.cell): w.level for w in warnings_of(before).claims}
    for c in claims_of(before):
        if c.as_of == day and c.balance > 0 and not c.settled:
            level = levels.get((c.file, c.sheet, c.cell), "")
            yield Open(c.unit, c.claim_id, c.debtor, c.balance, c.due_on, bool(c.overdue), level)


__all__ = ["SHOWN", "Open", "Point", "documents", "history", "recall"]
