"""What the page shows when it is filtered by a unit: key figures, tables and charts of this unit alone.

They are made by the same functions as those of the whole, from the unit's part of the facts, and stand in the page as
data that its script draws. A page that would grow too large has those of the largest units, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from qq_excel.language import Text
from qq_excel.papers.ageing import Aged, provisions
from qq_excel.papers.management.charts import Chart, amount_axis
from qq_excel.papers.management.facts import Facts, debtors_of
from qq_excel.papers.management.points import Point
from qq_excel.papers.management.sections import sections
from qq_excel.papers.management.tiles import tiles
from qq_excel.papers.management.view import CLAIMS, Fig, Rate, Section, asked, cell_text, show
from qq_excel.papers.words import clean

if TYPE_CHECKING:
    from qq_excel.papers.report_job import Job

_T = TypeVar("_T")
#: Characters that the views of all units may take.
MOST = 3_000_000


@dataclass(frozen=True, slots=True)
class Views:
    """The views as JSON, and what is to be said about units without one."""

    json: str
    shown: int
    of: int

    @property
    def note(self) -> Text | None:
        """That only the largest units have a view of their own."""
        if self.shown == self.of:
            return None
        return Text(
            f"为控制本页大小，按单位筛选时，未结清余额最大的 {self.shown} 个单位（共 {self.of} 个）有自己的关键数字和图；"
            "其余单位的关键数字和图仍为全部单位，明细照常筛选",
            f"to keep this page small, the {self.shown} units with the largest open balances (of {self.of}) have key figures and "
            "charts of their own when filtered by unit; for the others these show all units, the rows are filtered all the same",
        )


def unit_views(job: Job, facts: Facts, points: Sequence[Point]) -> Views:
    """The views of all units, or of the largest that :data:`MOST` characters hold."""
    whole = sections(facts, points)
    units = sorted({*facts.units, *(q.unit for q in facts.quality)})
    views: list[str] = []
    left = MOST
    for name, mine, moments in _by_unit(job, facts, points, units):
        one = _json(clean(name)) + ":" + _json(_view(mine, moments, whole))
        left -= len(one)
        if left < 0:
            break
        views.append(one)
    charts = _json({s.key: _look(s.chart) for s in whole if s.chart})
    return Views(f'{{"charts":{charts},"units":{{{",".join(views)}}}}}', len(views), len(units))


# --- inside ---------------------------------------------------------------------------------------------


def _json(value: object) -> str:
    """JSON that can stand between tags."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _by_unit(
    job: Job, facts: Facts, points: Sequence[Point], units: Iterable[str]
) -> Iterator[tuple[str, Facts, list[Point]]]:
    """The part of *facts* and *points* that is each unit's, the largest first."""
    lines, moves = _grouped(facts.lines, lambda x: x.claim.unit), _grouped(facts.moves, lambda x: x.unit)
    books = _grouped(facts.books, lambda x: x.unit)
    rows = [(p.on, _grouped(p.rows, lambda x: x.unit)) for p in points if p.rows is not None]
    ageing = [
        _grouped(zip(x.claims, x.column, x.band, strict=True), lambda row: row[0].unit) for x in facts.ageing
    ]
    worth = {u: sum(x.claim.balance for x in lines.get(u, ()) if x.live) for u in units}
    for u in sorted(units, key=lambda u: (-worth[u], u)):
        tables = tuple(_aged(x, mine.get(u, [])) for x, mine in zip(facts.ageing, ageing, strict=True))
        provision, _ = provisions(job, tables[0])
        recovery = facts.recovery
        mine = replace(
            facts, lines=lines.get(u, []), ageing=tables, debtors=debtors_of(lines.get(u, [])), moves=moves.get(u, []),
            books=books.get(u, []), quality=[q for q in facts.quality if q.unit == u],
            recovery=None if recovery is None else replace(recovery, units=tuple(x for x in recovery.units if x[0] == u)),
            provision_needed=None if facts.provision_needed is None else sum(r["needed"] for r in provision),
            provision_booked=sum(x.claim.provision or 0 for x in lines.get(u, []) if not x.claim.settled and not x.claim.credit),
        )  # fmt: skip
        yield u, mine, [Point.of(on, held.get(u, [])) for on, held in rows]


def _grouped(rows: Iterable[_T], unit: Callable[[_T], str]) -> dict[str, list[_T]]:
    out: dict[str, list[_T]] = {}
    for row in rows:
        out.setdefault(unit(row), []).append(row)
    return out


def _aged(whole: Aged, rows: Sequence[tuple[Any, str, str]]) -> Aged:
    claims, column, band = zip(*rows, strict=True) if rows else ((), (), ())
    return replace(whole, claims=claims, column=column, band=band)


def _view(facts: Facts, points: Sequence[Point], whole: Sequence[Section]) -> dict[str, Any]:
    """The figures of the tiles, and of each section what differs from the whole: tables without a column of units, charts."""
    own = {s.key: s for s in sections(facts, points)}
    view: dict[str, Any] = {
        "tiles": [[x.figure, x.under, int(x.bad)] for x in tiles(facts, points)],
        "sections": {},
    }
    for section in whole:
        mine, one = own[section.key], dict[str, Any]()
        if section.key == "trend" and not mine.blocks:
            continue  # the rows of earlier days are not known, so that the whole stays
        if section.chart:
            one["chart"] = _marks(mine.chart, section.chart)
        if section.blocks and all(r.unit is None for b in section.blocks for r in b.rows):
            columns = section.blocks[0].columns
            block = mine.blocks[0] if mine.blocks else None
            one["rows"] = (
                [[_cell(v, c.kind) for v, c in zip(r.cells, columns, strict=True)] for r in block.rows]
                if block
                else []
            )
            if block and block.total:
                one["total"] = [_cell(v, c.kind) for v, c in zip(block.total, columns, strict=True)]
        if mine.about != section.about:
            one["about"] = clean(mine.about)
        if one:
            view["sections"][section.key] = one
    return view


def _cell(value: Any, kind: str) -> Any:
    """A cell's text, with where it leads: what a figure shows (of the claims, if it names no table), or both parts of a rate."""
    text = clean(cell_text(value, kind))
    if isinstance(value, Fig):
        return [text, *_leads(value)] if value.table != CLAIMS else [text, _without_unit(value.show)]
    if isinstance(value, Rate):
        return [text, *_leads(value.part), *_leads(value.whole)]
    return text


def _leads(figure: Fig) -> tuple[str, str]:
    return _without_unit(figure.show), figure.table


def _without_unit(query: str) -> str:
    """The page keeps the unit that it is filtered by."""
    return show(**{k: v for k, v in asked(query).items() if k != "unit"})


def _look(chart: Chart) -> dict[str, Any]:
    return {"kind": chart.kind, "axis": chart.value, "parts": list(zip(map(clean, chart.parts), chart.inks, strict=False)),
            "grouped": chart.grouped, "money": chart.value == amount_axis()}  # fmt: skip


def _marks(mine: Chart | None, whole: Chart) -> list[list[Any]]:
    parts, out = list(whole.parts), []
    for d in mine.data if mine else ():
        mark = [clean(d["name"]), parts.index(d["part"]), d["value"]]
        if "show" in d:
            mark.append(_without_unit(d["show"]))
            mark += [d["table"]] if "table" in d else []
        out.append(mark)
    return out
