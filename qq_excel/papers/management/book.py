"""The management report as a workbook: an overview, a sheet per section with its chart, and all the rows.

The PDF is made of the same workbook without the sheets of rows: thousands of lines are nothing to print.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qq_excel.language import t
from qq_excel.papers import style
from qq_excel.papers.management.book_charts import CHART_WIDTH, chart_rows, insert_chart
from qq_excel.papers.management.facts import Facts
from qq_excel.papers.management.rows import Entry, claim_columns, claim_rows, finding_columns, finding_rows
from qq_excel.papers.management.sections import sections
from qq_excel.papers.management.tiles import tiles
from qq_excel.papers.management.trend import Point
from qq_excel.papers.management.view import (
    CLAIMS,
    FINDINGS,
    Block,
    Col,
    Fig,
    Section,
    Tile,
    definitions,
    trace_words,
)
from qq_excel.papers.pdf import write_pdfs
from qq_excel.papers.report_job import Job
from qq_excel.papers.sheet import Cell, Column, Sheet, paper, sheet_link

#: What a sheet of Excel holds below a title, with some to spare.
_MOST_ROWS = 1_000_000
#: Up to so many rows each gets the height that its text needs.
_FITTED_ROWS = 5_000


@dataclass(slots=True)
class _Rows:
    """A sheet of rows in the order of units, so that a figure leads to the first row of its unit."""

    name: str
    columns: Sequence[Col]
    entries: list[Entry]
    firsts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entries.sort(key=lambda e: e.keys["unit"])
        for n, entry in enumerate(self.entries[:_MOST_ROWS]):
            self.firsts.setdefault(entry.keys["unit"], _TOP + 1 + n)

    def link(self, unit: str | None) -> str:
        """Where the rows of *unit* begin; the top of the sheet without one."""
        return sheet_link(self.name, self.firsts.get(unit or "", 0))


#: The row of headers: under the title and the line below it.
_TOP = 2
_Lists = dict[str, _Rows]


def write_pdf(job: Job, facts: Facts, points: Sequence[Point], target: Path) -> Path:
    """Write the PDF to *target*; :class:`~qq_excel.papers.pdf.PdfError` where LibreOffice is missing or fails."""
    with TemporaryDirectory(prefix="qq-report-") as folder:
        source = Path(folder) / "report.xlsx"
        _write(job, facts, points, source, {})
        return write_pdfs([source], [target])[0]


def write_book(job: Job, facts: Facts, points: Sequence[Point], target: Path) -> Path:
    """Write the workbook to *target*."""
    lists = {
        CLAIMS: _Rows(t("债权明细", "Claims"), claim_columns(facts), list(claim_rows(facts))),
        FINDINGS: _Rows(
            t("问题明细", "Findings"), finding_columns(), list(finding_rows(job.result, _MOST_ROWS))
        ),
    }
    return _write(job, facts, points, target, lists)


def _write(job: Job, facts: Facts, points: Sequence[Point], target: Path, lists: _Lists) -> Path:
    title = t("清欠管理报告", "Management report: receivables")
    on = facts.as_of.isoformat() if facts.as_of else t("未填", "not given")
    under = f"{t('截止日期', 'As of')} {on}    {trace_words(job)}"
    parts = sections(facts, points)
    with paper(target, title) as book:
        overview = book.sheet(t("概览", "Overview"), tab="#C00000")
        _overview(overview, title, under, list(tiles(facts, points)), lists, parts)
        for part in parts:
            _section(book.book, book.sheet(part.title, tab=style.NAVY), part, under, lists)
        _notes(book.sheet(t("口径和说明", "Notes"), tab="#7F7F7F"), under, [*facts.notes, *job.notes])
        for one in lists.values():
            _rows(book.sheet(one.name, tab="#7F7F7F"), under, one)
    return target


def _overview(
    sheet: Sheet, title: str, under: str, figures: Sequence[Tile], lists: _Lists, parts: Sequence[Section]
) -> None:
    columns = [
        Column(t("指标", "Figure"), least=36, most=36), Column(t("数值", "Value"), least=30, most=30),
        Column(t("说明", "Remark"), least=50, most=50), Column(t("明细", "Rows"), least=10, centre=True),
    ]  # fmt: skip
    names = {p.key: p.title for p in parts}
    rows = []
    for x in figures:
        target = sheet_link(names[x.table]) if x.table in names else None
        if x.table in lists:
            target = lists[x.table].link(None)
        tint = style.Tint(style.BAD, style.BAD_INK) if x.bad else None
        leads = Cell(t("查看", "show"), link=target) if target else ""
        rows.append([x.name, Cell(x.figure, tint=tint, bold=True), x.under, leads])
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
        for i, w in enumerate(sheet.fitted(columns, [*rows, *([list(block.total)] if block.total else [])])):
            widths[i] = max(widths[i], w)
    # the sheet is at least as wide as the chart: what stands beside the print area is cut off
    stretch = max(1.0, CHART_WIDTH / sum(widths))
    sheet.widths([w * stretch for w in widths])
    row = sheet.title(part.title, wide, under)
    for words in filter(None, (part.about, *part.words)):
        row = sheet.paragraph(row, wide, words)
    at, first = row, None
    if part.chart and tables:
        row += chart_rows(part.key, len(tables[0][2]))
    for block, columns, rows in tables:
        row = sheet.heading(row, block.caption)
        first = first or row
        row = sheet.table(row, columns, rows, total=block.total)
    if part.chart and first is not None:
        insert_chart(book, sheet, part.key, tables[0][0], first, at)
    sheet.print_set_up(landscape=True, footer=part.title)


def _cells(block: Block, lists: _Lists) -> list[list[Any]]:
    return [[_cell(c, row.unit, lists) for c in row.cells] for row in block.rows]


def _cell(value: Any, unit: str | None, lists: _Lists) -> Any:
    if not isinstance(value, Fig):
        return value
    return Cell(value.value, link=lists[value.table].link(unit)) if value.table in lists else value.value


def _rows(sheet: Sheet, under: str, one: _Rows) -> None:
    columns = [Column(c.header, c.kind, most=44) for c in one.columns]
    cells = [list(e.cells) for e in one.entries[:_MOST_ROWS]]
    sheet.widths(sheet.fitted(columns, cells))
    top = sheet.title(one.name, len(columns), under)
    last = sheet.table(top, columns, cells, heights=len(cells) <= _FITTED_ROWS)
    if cells:
        sheet.sheet.autofilter(top, 0, last - 1, len(columns) - 1)
    else:
        sheet.paragraph(last, len(columns), t("没有。", "None."))
    sheet.sheet.freeze_panes(top + 1, 0)
    sheet.print_set_up(landscape=True, repeat=(top, top), footer=one.name)


def _notes(sheet: Sheet, under: str, notes: Iterable[object]) -> None:
    sheet.widths([CHART_WIDTH])
    title = t("口径和说明", "Notes")
    row = sheet.title(title, 1, under)
    for words in (*definitions(), *map(str, notes)):
        row = sheet.paragraph(row, 1, words, font_size=10)
    sheet.print_set_up(landscape=True, footer=title)


__all__ = ["write_book", "write_pdf"]
