"""The sheet 校验结果 in the live workbook: what was found, with links, and where 下一条 finds its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qq_excel.addin.actions import sheets
from qq_excel.addin.host import Colour, Place, host_of
from qq_excel.catalogue import LEVEL_NAMES, LEVELS
from qq_excel.findings import Finding, from_a1
from qq_excel.language import many, t
from qq_excel.papers import style
from qq_excel.papers.marks_list import counted, own_columns, own_values
from qq_excel.papers.words import width

if TYPE_CHECKING:
    import xlwings as xw

    from qq_excel.findings import Findings
    from qq_excel.papers.cells import Column

#: Findings that are listed in a live workbook; ``check -o`` on the command line writes them all.
MOST_LISTED = 5_000
#: Rows above the findings, and rows that are measured.
_HEAD, _MEASURED = 4, 400
_RULE, _SHEET, _CELL, _WRONG, _MEND, _CLAUSE = 1, 2, 3, 8, 9, 10


@dataclass(frozen=True, slots=True)
class Listed:
    """A finding as the list has it; ``place`` is where its cell is by now."""

    rule: str
    level: str
    sheet: str
    place: Place
    message: str
    mend: str
    clause: str


def gravest(findings: Findings, most: int) -> list[Finding]:
    """The first *most* of *findings*: open errors first, what was settled last."""
    if len(findings) <= most:
        return list(findings)
    out: list[Finding] = []
    for level in "EW?I":
        out += findings.where(level=level, status="open")[: most - len(out)]
    rest = findings.where(status=("explained", "waived", "baseline"))
    return [*out, *rest[: most - len(out)]]


def write(book: xw.Book, findings: Findings) -> xw.Sheet:
    """Write the list, links and all, in a few blocks."""
    sheet = sheets.make(book, sheets.LIST)
    shown = gravest(findings, MOST_LISTED)
    note = ""
    if len(findings) > len(shown):
        note = t(
            f"共 {len(findings)} 条，这里列出最严重的 {len(shown)} 条，全部用命令 qq-excel check -o 写出",
            f"{many(len(findings), 'finding')}; the gravest {len(shown)} are listed, qq-excel check -o writes them all",
        )
    columns = own_columns()
    rows = [own_values(f) for f in shown]
    under = [counted(findings), note]
    blank = [""] * (len(columns) - 1)
    sheets.write(sheet, 1, [["", *blank], *([u, *blank] for u in under), [c.header for c in columns], *rows])
    sheets.title(sheet.range("A1"), t("校验结果", "Findings"))
    sheets.head(sheet.range((_HEAD, 1), (_HEAD, len(columns))))
    _links(sheet, shown, {s.name for s in book.sheets})
    _look(sheet, shown, rows, columns)
    return sheet


def _links(sheet: xw.Sheet, shown: Sequence[Finding], names: set[str]) -> None:
    formulas = [
        [sheets.link_to(f.sheet, f.cell) if f.sheet in names and f.sheet and f.cell else '="—"']
        for f in shown
    ]
    if formulas:
        cells = sheet.range((_HEAD + 1, _CELL + 1), (_HEAD + len(shown), _CELL + 1))
        cells.number_format = "General"
        cells.formula = formulas
        cells.font.color = style.BLUE
        cells.horizontal_alignment = "center"


def fit(book: xw.Book) -> None:
    """Heights that show the texts of the first rows; to be called once rows are measured again."""
    sheet = sheets.find(book, sheets.LIST)
    if sheet is not None:
        last = min(sheet.used_range.last_cell.row, _HEAD + _MEASURED)
        sheet.range((_HEAD + 1, 1), (max(last, _HEAD + 1), 1)).rows.autofit()


def _look(
    sheet: xw.Sheet, shown: Sequence[Finding], rows: Sequence[Sequence[str]], columns: Sequence[Column]
) -> None:
    sheets.widths(
        sheet,
        [
            min(c.most, max([c.least, width(c.header) + 3.0, *(width(r[i]) + 2.0 for r in rows[:_MEASURED])]))
            for i, c in enumerate(columns)
        ],
    )
    levels: dict[Colour, list[Place]] = {}
    for n, f in enumerate(shown):
        tint = style.LEVEL_TINTS[f.level] if f.status == "open" else style.SETTLED
        levels.setdefault(style.rgb(tint.fill), []).append((_HEAD + n, 0))
    host_of(sheet.book).fill(sheet, levels)
    if shown:
        texts = sheet.range((_HEAD + 1, _WRONG + 1), (_HEAD + len(shown), _MEND + 1))
        texts.wrap_text = True
        body = sheet.range((_HEAD + 1, 1), (_HEAD + len(shown), len(columns)))
        body.vertical_alignment = "center"
        if len(shown) > _MEASURED:
            sheet.range((_HEAD + _MEASURED + 1, 1), (_HEAD + len(shown), 1)).row_height = 2 * sheets.LINE
    sheet.freeze_panes.freeze_at(f"1:{_HEAD}")


def read(book: xw.Book) -> list[Listed]:
    """What the list says now, in the order of its rows; empty without a list."""
    sheet = sheets.find(book, sheets.LIST)
    return [] if sheet is None else list(_listed(sheets.rows_of(sheet)[_HEAD:]))


def at_row(sheet: xw.Sheet, row: int) -> Listed:
    """What *row* of the list says (from 1), whether or not it leads to a cell."""
    (found,) = sheet.range((row, 1), (row, _CLAUSE + 1)).options(ndim=2).value
    return _said(_texts(found), (0, 0))


def _listed(rows: Sequence[Sequence[object]]) -> Iterator[Listed]:
    for row in rows:
        texts = _texts(row)
        try:
            place = from_a1(texts[_CELL])
        except (ValueError, IndexError, KeyError):
            continue  # a finding on a sheet or file, or its row is gone
        yield _said(texts, place)


def _texts(row: Sequence[object]) -> list[str]:
    return ["" if v is None else str(v) for v in row]


def _said(texts: Sequence[str], place: Place) -> Listed:
    level = next((level for level in LEVELS if str(LEVEL_NAMES[level]) == texts[0]), "")
    return Listed(texts[_RULE], level, texts[_SHEET], place, texts[_WRONG], texts[_MEND], texts[_CLAUSE])
