"""Sheet papers by a layout that its owner can change: which columns, in which order, under which headers.

A layout is YAML (``schemas/papers/sheets/*.yaml``); the paper's maker gives rows by field name. A field that the
paper does not have is refused with the nearest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field as Setting

from qq_excel import yamlfile
from qq_excel.errors import SchemaError
from qq_excel.language import Text, t
from qq_excel.papers.cells import Column
from qq_excel.papers.sheet import Sheet
from qq_excel.yamlfile import Strict

Kind = Literal["text", "amount", "count", "number", "date", "share"]


class LayoutColumn(Strict):
    """One column. A field that ends in ``*`` stands for several (the age bands), each under its own name."""

    field: str
    header: str
    kind: Kind = "text"
    least: float = 6
    most: float = 30
    centre: bool = False
    #: Whether the total row adds it up.
    total: bool = False


class Layout(Strict):
    """One sheet: title, columns, signature lines, notes."""

    title: str
    sheet: str
    landscape: bool = True
    columns: tuple[LayoutColumn, ...] = Setting(min_length=1)
    signatures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def check(self, known: Sequence[str]) -> None:
        """Refuse a column whose field the paper does not have (:class:`SchemaError`)."""
        for c in self.columns:
            if c.field not in known:
                near = yamlfile.nearest(c.field, list(known))
                raise SchemaError(
                    Text(
                        f"版式“{self.title}”：没有字段“{c.field}”" + (f"，是不是 {near}？" if near else "。"),
                        f"layout {self.title}: there is no field '{c.field}'"
                        + (f"; did you mean {near}?" if near else "."),
                    )
                )


@dataclass(frozen=True, slots=True)
class Filled:
    """What a maker puts into a layout: rows by field; *groups* the columns of each ``name*`` field by header."""

    rows: Sequence[Mapping[str, Any]]
    under: str
    groups: Mapping[str, Sequence[str]] | None = None
    notes: Sequence[str] = ()
    #: Where the figures come from: in full below the table, and the short form in the footer of each page.
    trace: str = ""
    footer: str = ""
    #: A field's header in this run, e.g. the date that an ageing goes by.
    headers: Mapping[str, str] | None = None


def write_layout(sheet: Sheet, layout: Layout, filled: Filled) -> int:
    """Write one sheet by its layout; gives the next free row."""
    columns, fields, totals = _columns(layout, filled)
    rows = [[row.get(f) for f in fields] for row in filled.rows]
    total = None
    if any(totals) and rows:
        total = [_sum(row[i] for row in rows) if adds else "" for i, adds in enumerate(totals)]
        total[next((i for i, adds in enumerate(totals) if not adds), 0)] = t("合计", "Total")
    sheet.widths(sheet.fitted(columns, [*rows, *([total] if total else [])]))
    top = sheet.title(layout.title, len(columns), filled.under)
    row = sheet.table(top, columns, rows, total=total)
    if not rows:
        row = sheet.paragraph(row, len(columns), t("没有。", "None."), align="center", font_size=11)
    elif len(rows) > 1:
        sheet.sheet.autofilter(top, 0, top + len(rows), len(columns) - 1)
    for words in (*filled.notes, *layout.notes, *([filled.trace] if filled.trace else [])):
        row = sheet.paragraph(row, len(columns), words)
    row = _signatures(sheet, row + 1, layout, len(columns))
    sheet.sheet.freeze_panes(top + 1, 0)
    sheet.print_set_up(landscape=layout.landscape, repeat=(top, top), footer=filled.footer)
    return row


def _signatures(sheet: Sheet, row: int, layout: Layout, columns: int) -> int:
    """Up to four places to sign in a row, each with a date."""
    for first in range(0, len(layout.signatures), 4):
        words = "      ".join(
            f"{name}{t('：', ': ')}____________" for name in layout.signatures[first : first + 4]
        )
        sheet.merged((row, 0, row, columns - 1), words, align="center", font_size=11)
        sheet.sheet.set_row(row, 30)
        row += 1
    return row


def _columns(layout: Layout, filled: Filled) -> tuple[list[Column], list[str], list[bool]]:
    columns: list[Column] = []
    fields: list[str] = []
    totals: list[bool] = []
    groups = filled.groups or {}
    for c in layout.columns:
        names = groups.get(c.field, ()) if c.field.endswith("*") else (c.field,)
        for name in names:
            header = name.rpartition("/")[2] if c.field.endswith("*") else c.header
            header = (filled.headers or {}).get(name, header)
            columns.append(Column(header, c.kind, c.least, c.most, c.centre))
            fields.append(name)
            totals.append(c.total)
    return columns, fields, totals


def _sum(values: Any) -> Any:
    return sum(v for v in values if isinstance(v, int | float) and not isinstance(v, bool))
