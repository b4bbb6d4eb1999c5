"""How the figures moved: the reports of earlier periods, remembered in each report's own JSON.

``--since`` gives the last report (管理报告.json), which holds its own figures and those of the reports before it;
``--previous`` gives the last period's workbooks, from which its figures are counted anew; ``--register`` the ledgers that were
accepted in earlier periods (:mod:`qq_excel.register.trend`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.papers.claims import claims_of
from qq_excel.papers.management.points import Open, Point
from qq_excel.warnings import warnings_of

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.management.facts import Facts, Line

_LARGEST = 20_000_000
#: Rows of earlier days that a report remembers, those of the latest days first.
KEPT = 20_000
#: A chart that is read at a glance; older points stay in the JSON.
SHOWN = 12


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
    points[facts.as_of] = Point.of(facts.as_of, (_remembered(x) for x in facts.lines if x.live))
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
        return tuple(Point.read(p) for p in content["history"])
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


def _remembered(line: Line) -> Open:
    c = line.claim
    return Open(c.unit, c.claim_id, c.debtor, c.balance, c.due_on, line.late, line.level)


def _open(before: Result, day: dt.date) -> Iterable[Open]:
    """The open claims of the previous workbooks' ledgers of *day*, their last as-of date."""
    levels = {(w.file, w.sheet, w.cell): w.level for w in warnings_of(before).claims}
    for c in claims_of(before):
        if c.as_of == day and c.balance > 0 and not c.settled:
            level = levels.get((c.file, c.sheet, c.cell), "")
            yield Open(c.unit, c.claim_id, c.debtor, c.balance, c.due_on, bool(c.overdue), level)
