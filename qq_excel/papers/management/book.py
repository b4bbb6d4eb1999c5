"""The management report as a workbook: an overview, a sheet per section with its chart, and all the rows.

The PDF is made of the same workbook without the sheets of rows: thousands of lines are nothing to print.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qq_excel.language import t
from qq_excel.papers import style
from qq_excel.papers.cells import Cell, Column, sheet_link
from qq_excel.papers.management.book_charts import CHART_WIDTH, chart_rows, insert_chart
from qq_excel.papers.management.facts import Facts
from qq_excel.papers.management.points import Point
from qq_excel.papers.management.rows import Entry, Rows
from qq_excel.papers.management.rows import lists as lists_of
from qq_excel.papers.management.sections import sections
from qq_excel.papers.management.tiles import tiles
from qq_excel.papers.management.view import (
    Block,
    Fig,
    Rate,
    Section,
    Tile,
    asked,
    definitions,
    plain,
)
from qq_excel.papers.pdf import write_pdfs
from qq_excel.papers.report_job import Job
from qq_excel.papers.sheet import Sheet, paper

#: What a sheet of Excel holds below a title, with some to spare.
_MOST_ROWS = 1_000_000
#: Up to so many rows each gets the height that its text needs.
_FITTED_ROWS = 5_000


@dataclass(slots=True)
class _Sheet:
    """A sheet of rows in an order in which the rows of a figure stand together, as far as its keys are those of the order."""

    rows: Rows
    entries: list[Entry] = field(init=False)
    #: The first and last row of each group: its keys in their order.
    groups: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        order = self.rows.order
        self.entries = sorted(self.rows.entries(_MOST_ROWS), key=lambda e: [e.keys[k] for k in order])
        for n, entry in enumerate(self.entries, _TOP + 1):
            values = tuple(entry.keys[k] for k in order)
            for size in range(1, len(values) + 1):
                self.groups[values[:size]] = (self.groups.get(values[:size], (n, n))[0], n)

    def link(self, query: str) -> str:
        """Where the rows of *query* stand: all of them, if they stand together, so that Excel shows their sum."""
        keys = asked(query)
        group = tuple(keys.pop(k) for k in takewhile(keys.__contains__, self.rows.order))
        first, last = self.groups.get(group, (0, 0))
        column = next((n for n, c in enumerate(self.rows.columns) if c.kind in ("amount", "count")), 0)
        if not first or keys:
            return sheet_link(self.rows.title, first)
        return sheet_link(self.rows.title, first, column, last)


#: The row of headers: under the title and the line below it.
_TOP = 2
_Lists = dict[str, _Sheet]


def write_pdf(job: Job, facts: Facts, points: Sequence[Point], target: Path) -> Path:
    """Write the PDF to *target*; :class:`~qq_excel.papers.pdf.PdfError` where LibreOffice is missing or fails."""
    with TemporaryDirectory(prefix="qq-report-") as folder:
        source = Path(folder) / "report.xlsx"
        _write(job, facts, points, source, {})
        return write_pdfs([source], [target])[0]


def write_book(job: Job, facts: Facts, points: Sequence[Point], target: Path) -> Path:
    """Write the workbook to *target*."""
    sheets = {one.key: _Sheet(one) for one in lists_of(facts, points, job.result)}
    return _write(job, facts, points, target, sheets)


def _write(job: Job, facts: Facts, points: Sequence[Point], target: Path, lists: _Lists) -> Path:
    title = t("清欠管理报告", "Management report: receivables")
    under = job.trace()
    parts = sections(facts, points)
    with paper(target, title) as book:
        overview = book.sheet(t("概览", "Overview"), tab="#C00000")
        _overview(overview, title, under, list(tiles(facts, points)), lists, parts)
        for part in parts:
            _section(book.book, book.sheet(part.title, tab=style.NAVY), part, under, lists)
        _notes(book.sheet(t("口径和说明", "Notes"), tab="#7F7F7F"), under, facts.said(job.notes))
        for one in lists.values():
            _rows(book.sheet(one.rows.title, tab="#7F7F7F"), under, one)
    return target


def _overview(
    sheet: Sheet, title: str, under: str, figures: Sequence[Tile], lists: _Lists, parts: Sequence[Section]
) -> None:
    columns = [
        Column(t("指标", "Figure"), least=36, most=36), Column(t("数值", "Value"), least=30, most=30),
        Column(t("说明", "Remark"), least=50, most=50),
    ]  # fmt: skip
    if lists:  # the PDF has no rows to lead to
        columns.append(Column(t("明细", "Rows"), least=10, centre=True))
    names = {p.key: p.title for p in parts}
    rows = []
    for x in figures:
        target = sheet_link(names[x.table]) if x.table in names else None
        if x.table in lists:
            target = lists[x.table].link(x.show)
        tint = style.Tint(style.BAD, style.BAD_INK) if x.bad else None
        leads = Cell(t("查看", "show"), link=target) if target else ""
        rows.append([x.name, Cell(x.figure, tint=tint, bold=True), x.under, leads][: len(columns)])
    sheet.widths(sheet.fitted(columns, rows))
    row = sheet.title(title, len(columns), under)
    row = sheet.table(row, columns, rows) + 1
    row = sheet.heading(row, t("各部分", "Parts"))
    small = {"font_size": 9, "font_color": style.SOFT, "text_wrap": True}
    for part in parts:
        words = part.about or " ".join(part.words)
        sheet.link(row, 0, sheet_link(part.title), part.title)
        sheet.merged((row, 1, row, len(columns) - 1), words, **small)
        sheet.sheet.set_row(row, max(18, 14 * sheet.lines(words, 92)))
        row += 1
    sheet.print_set_up(landscape=True, footer=title)


def _section(book: Any, sheet: Sheet, part: Section, under: str, lists: _Lists) -> None:
    """The chart, then the tables that it is drawn from."""
    tables = [
        (b, [Column(c.header, c.kind, most=34) for c in b.columns], _cells(b, lists)) for b in part.blocks
    ]
    wide = max([len(columns) for _, columns, _ in tables], default=4)
    widths = [10.0] * wide
    for block, columns, rows in tables:
        for i, w in enumerate(
            sheet.fitted(columns, [*rows, *([list(map(plain, block.total))] if block.total else [])])
        ):
            widths[i] = max(widths[i], w)
    # the sheet is at least as wide as the chart: what stands beside the print area is cut off
    stretch = max(1.0, CHART_WIDTH / sum(widths))
    sheet.widths([w * stretch for w in widths])
    row = sheet.title(part.title, wide, under)
    for words in filter(None, (part.about, *part.words)):
        row = sheet.paragraph(row, wide, words)
    at, first, headers = row, None, None
    if part.chart and tables:
        row += chart_rows(part.key, len(tables[0][2]))
    for block, columns, rows in tables:
        row = sheet.heading(row, block.caption)
        first = first or row
        headers = (row, row)
        last = None if block.total is None else [_cell(c, lists) for c in block.total]
        row = sheet.table(row, columns, rows, total=last)
    if part.chart and first is not None:
        insert_chart(book, sheet, part.key, tables[0][0], first, at)
    # rows repeat on the pages behind them only: those of the last table are wrong on none
    sheet.print_set_up(landscape=True, repeat=headers, footer=part.title)


def _cells(block: Block, lists: _Lists) -> list[list[Any]]:
    return [[_cell(c, lists) for c in row.cells] for row in block.rows]


def _cell(value: Any, lists: _Lists) -> Any:
    """A figure with its link; a rate leads to its part, whose row or total has the whole beside it."""
    leads = value.part if isinstance(value, Rate) else value
    if not isinstance(leads, Fig) or leads.table not in lists:
        return plain(value)
    return Cell(plain(value), link=lists[leads.table].link(leads.show))


def _rows(sheet: Sheet, under: str, one: _Sheet) -> None:
    columns = [Column(c.header, c.kind, most=44) for c in one.rows.columns]
    cells = [list(e.cells) for e in one.entries]
    sheet.widths(sheet.fitted(columns, cells))
    top = sheet.title(one.rows.title, len(columns), under)
    last = sheet.table(top, columns, cells, heights=len(cells) <= _FITTED_ROWS)
    if cells:
        sheet.sheet.autofilter(top, 0, last - 1, len(columns) - 1)
    else:
        sheet.paragraph(last, len(columns), t("没有。", "None."))
    sheet.sheet.freeze_panes(top + 1, 0)
    sheet.print_set_up(landscape=True, repeat=(top, top), footer=one.rows.title)


def _notes(sheet: Sheet, under: str, notes: Iterable[str]) -> None:
    sheet.widths([CHART_WIDTH])
    title = t("口径和说明", "Notes")
    row = sheet.title(title, 1, under)
    for words in (*definitions(), *notes):
        row = sheet.paragraph(row, 1, words, font_size=10)
    sheet.print_set_up(landscape=True, footer=title)
