"""How the figures moved: the reports of earlier periods, remembered in each report's own JSON.

``--since`` gives the last report (管理报告.json), which holds its own figures and those of the reports before it;
``--previous`` gives the last period's workbooks, from which its figures are counted anew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.papers.management.facts import GRAVEST
from qq_excel.rules.limitation import live_claims, overdue, still_owed
from qq_excel.warnings import warnings_of

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.management.facts import Facts

_LARGEST = 20_000_000
#: A chart that is read at a glance; older points stay in the JSON.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of one as-of date. Amounts are cents of yuan."""

    on: dt.date
    live: int
    balance: int
    overdue: int
    #: Balance of warned claims by level.
    levels: Mapping[str, int]

    def document(self) -> dict[str, Any]:
        """The point as plain data."""
        return {
            "on": self.on.isoformat(), "live": self.live, "balance": money.yuan(self.balance),
            "overdue": money.yuan(self.overdue), "levels": {x: money.yuan(self.levels.get(x, 0)) for x in GRAVEST},
        }  # fmt: skip


def history(facts: Facts, since: Path | None, before: Result | None, notes: list[Text]) -> tuple[Point, ...]:
    """Every known point up to the as-of date, the oldest first; the workbooks count before what was remembered."""
    if facts.as_of is None:
        return ()
    points = {p.on: p for p in (recall(since) if since else ())}
    late = [on for on in points if on > facts.as_of]
    if late:
        notes.append(
            Text(
                f"上次报告中有 {len(late)} 期晚于本次截止日期，趋势没有采用",
                f"{len(late)} points of the last report are later than this one's date and were left out",
            )
        )
    if before is not None:
        points.update((p.on, p) for p in _points_of(before))
    points[facts.as_of] = Point(
        facts.as_of, facts.live.count, facts.live.amount, facts.late.amount,
        {x: facts.level(x).amount for x in GRAVEST},
    )  # fmt: skip
    return tuple(points[on] for on in sorted(points) if on <= facts.as_of)


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


# --- inside ---------------------------------------------------------------------------------------------


def _point(p: Mapping[str, Any]) -> Point:
    levels = {x: _cents(p["levels"][x]) for x in GRAVEST}
    on = dt.date.fromisoformat(p["on"])
    return Point(on, int(p["live"]), _cents(p["balance"]), _cents(p["overdue"]), levels)


def _cents(text: str) -> int:
    return money.cents(text.replace(",", ""))


def _points_of(before: Result) -> Iterable[Point]:
    """One point: the last as-of date of the previous workbooks, and their ledgers of that day."""
    day = before.as_of
    stacks = [s for s in before.dated.get("receivables", ()) if s.day == day]
    if day is None or not stacks:
        return
    live = balance = late = 0
    for stack in stacks:
        worth, alive = still_owed(stack.frame).fillna(0).to_numpy(dtype="int64"), live_claims(stack)
        live += int(alive.sum())
        balance += int(worth[alive].sum())
        late += int(worth[alive & overdue(stack)].sum())
    sums = {s.name: s.amount for s in warnings_of(before).sums_by_level()}
    yield Point(day, live, balance, late, sums)


__all__ = ["SHOWN", "Point", "history", "recall"]
