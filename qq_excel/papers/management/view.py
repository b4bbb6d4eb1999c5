"""The management report as sections of tables and charts, apart from whether a page or a workbook shows them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from qq_excel import money
from qq_excel.language import plural, t
from qq_excel.papers.words import clean
from qq_excel.warnings import Sum

if TYPE_CHECKING:
    from qq_excel.papers.management.charts import Chart

#: The tables of rows that a figure can lead to.
CLAIMS, FINDINGS, MOVES, BEFORE, BOOKS = "rows", "findings", "moves", "before", "books"
#: In a query: whatever value, but some.
ANY = "*"
#: Bars that one chart can show so that their names are read.
BARS = 15
#: How a claim's column in the ageing is called among the attributes of its row, by either date.
BAND_KEYS = ("band", "band2")
#: What stands between keys and values; all other characters are read as they are.
_SPECIAL = re.compile(r"[%&=+#;\s]")


@dataclass(frozen=True, slots=True)
class Col:
    """A column; ``kind`` as in :class:`qq_excel.papers.cells.Column` (amounts are whole cents)."""

    header: str
    kind: str = "text"

    @property
    def right(self) -> bool:
        """Whether its cells stand right."""
        return self.kind in ("amount", "count", "number", "share")


@dataclass(frozen=True, slots=True)
class Fig:
    """A figure that leads to the rows that it is the sum of: ``show`` picks them in ``table``."""

    value: Any
    show: str
    table: str = CLAIMS


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate, which leads to the rows of both its parts."""

    value: float
    part: Fig
    whole: Fig


@dataclass(frozen=True, slots=True)
class Row:
    """A row; with a ``unit`` the filter by unit applies to it."""

    cells: Sequence[Any]
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A table with a caption."""

    caption: str
    columns: Sequence[Col]
    rows: Sequence[Row]
    total: Sequence[Any] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report."""

    key: str
    title: str
    blocks: Sequence[Block] = ()
    chart: Chart | None = None
    #: What it shows, in a sentence.
    about: str = ""
    words: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure: its name, the figure, what is said under it, and the rows or the section that it leads to."""

    name: str
    figure: str
    under: str
    show: str = ""
    table: str = CLAIMS
    bad: bool = False


def show(**keys: object) -> str:
    """Which rows: those whose attributes have these values."""
    return "&".join(f"{k}={_SPECIAL.sub(_escaped, clean(v))}" for k, v in keys.items())


def asked(query: str) -> dict[str, str]:
    """The keys and values of a :func:`show`."""
    return dict(parse_qsl(query))


def rate(part: int, whole: int | None, show_part: str, show_whole: str, table: str = CLAIMS) -> Rate | None:
    """*part* of *whole*, both in one table; None where there is no whole."""
    return Rate(part / whole, Fig(part, show_part, table), Fig(whole, show_whole, table)) if whole else None


def _escaped(found: re.Match[str]) -> str:
    return quote(found[0], safe="")


def total(label: str, columns: Sequence[Col], rows: Iterable[Row]) -> list[Any]:
    """A total row: *label*, then the sum of each column of amounts and counts, which leads to the rows of them all."""
    out: list[Any] = [label]
    every = [r.cells for r in rows]
    for i, column in enumerate(columns[1:], 1):
        cells = [c[i] for c in every if plain(c[i])]
        adds = column.kind in ("amount", "count")
        value = sum(plain(c) for c in cells) if adds else None
        figures = [c for c in cells if isinstance(c, Fig)]
        leads = adds and figures and len(figures) == len(cells)
        out.append(Fig(value, _of_all(figures), figures[0].table) if leads else value)
    return out


def _of_all(figures: Sequence[Fig]) -> str:
    """What picks the rows of all *figures*: where they differ in a key, it may have any value; a unit, or none."""
    queries = [asked(f.show) for f in figures]
    values = {k: {q.get(k) for q in queries} for k in queries[0]}
    same = {k: next(iter(v)) if len(v) == 1 else ANY for k, v in values.items() if len(v) == 1 or k != "unit"}
    return show(**same)


def plain(cell: Any) -> Any:
    """The value of a cell."""
    return cell.value if isinstance(cell, Fig | Rate) else cell


def cell_text(value: Any, kind: str) -> str:
    """A value as a cell shows it."""
    value = plain(value)
    if value is None or value == "":
        return ""
    if kind == "amount":
        return money.yuan(value)
    if kind == "share":
        return f"{value:.1%}"
    if kind == "number":
        return f"{value:,.2f}"
    if kind == "count" and isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def month_words(month: str) -> str:
    """``2026-10`` as a table has it."""
    year, _, number = month.partition("-")
    return t(f"{year} 年 {int(number)} 月", month)


def yuan_text(cents: int) -> str:
    """An amount in words."""
    return t(f"{money.yuan(cents)} 元", money.yuan(cents))


def claims_text(one: Sum) -> str:
    """How many claims."""
    return t(f"{one.count:,} 笔", f"{one.count:,} {plural(one.count, 'claim')}")


def mark_text(name: str, part: str, cents: int) -> str:
    """What is said about a mark of a chart."""
    return f"{name} · {part}: {yuan_text(cents)}" if part else f"{name}: {yuan_text(cents)}"


def nothing() -> tuple[str, ...]:
    """The words of a section that has none."""
    return (t("没有。", "None."),)


def largest(names: Sequence[str], sizes: Sequence[int]) -> list[str]:
    """The largest names, as many as one chart can show."""
    order = sorted(zip(names, sizes, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return [name for name, _ in order[:BARS]]


def definitions() -> tuple[str, ...]:
    """What the words of the report mean."""
    return (
        t("未结清债权：余额大于零，既未结清也未核销。逾期：过了约定付款日，到期当日不算。",
          "Open: a balance over zero, neither settled nor written off. Past due: after the due date, not on it."),
        t("账龄按公历年计，上限含当日；贷项、争议、诉讼另列。诉讼时效按所填事项推算，不构成法律意见。",
          "Ages go by calendar years, the upper bound included; credit notes, disputed and sued claims apart. Limitation is "
          "computed from what was entered; no legal advice."),
    )  # fmt: skip
