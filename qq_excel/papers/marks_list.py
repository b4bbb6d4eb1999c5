"""The sheet 校验结果 in an annotated copy: all findings, with links to the cells and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qq_excel.catalogue import LEVEL_NAMES, LEVELS, STATUS_NAMES
from qq_excel.findings import Finding
from qq_excel.language import Text, t
from qq_excel.output import looks_like_formula
from qq_excel.papers import style
from qq_excel.papers.marks import LINK, Mark, Marks, put_link
from qq_excel.papers.sheet import Column
from qq_excel.papers.words import clean, clip, lines, width

if TYPE_CHECKING:
    from openpyxl import Workbook

_LAST_COLUMN = 16_384
_MOST_ROWS = 100_000


def write_list(
    book: Workbook,
    made: Marks,
    findings: Sequence[Finding],
    sheets: dict[str, Any],
    name: str,
    notes: Sequence[Text],
) -> None:
    """Add the sheet *name* and, at the end of each row with findings, a link to its first line there."""
    sheet: Any = book.create_sheet(name)
    made.cells.append(Mark("sheet", name, "A1"))
    sheet.sheet_properties.tabColor = "FFC00000"
    columns = _columns()
    _put(sheet, 1, 1, t("校验结果", "Findings"), size=14, bold=True, colour=style.NAVY)
    top = 2
    for note in (_counted(findings), *(str(n) for n in notes)):
        _put(sheet, top, 1, note, size=9, colour=style.SOFT)
        top += 1
    for i, column in enumerate(columns, 1):
        _put(
            sheet,
            top,
            i,
            column.header,
            bold=True,
            colour=style.WHITE,
            fill=style.BLUE,
            border=True,
            centre=True,
        )
    shown = findings[:_MOST_ROWS]
    rows = [_values(f) for f in shown]
    widths = [
        min(c.most, max([c.least, width(c.header) + 3.0, *(width(r[i]) + 2.0 for r in rows[:2_000])]))
        for i, c in enumerate(columns)
    ]
    for i, wide in enumerate(widths):
        sheet.column_dimensions[chr(65 + i)].width = wide
    first: dict[tuple[str, int], int] = {}
    for n, (f, values) in enumerate(zip(shown, rows, strict=True), top + 1):
        _line(sheet, n, f, values, sheets, columns)
        most = max(lines(v, w) for v, w in zip(values, widths, strict=True))
        sheet.row_dimensions[n].height = min(400, max(18, 15 * most + 3))
        if f.sheet in sheets and f.row is not None:
            first.setdefault((f.sheet, f.row), n)
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    sheet.auto_filter.ref = f"A{top}:{chr(64 + len(columns))}{max(top + len(shown), top + 1)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = _fit()
    sheet.print_title_rows = f"{top}:{top}"
    sheet.oddFooter.center.text = "&P / &N"
    _links_back(made, findings, sheets, first, name)


def _fit() -> Any:
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    return PageSetupProperties(fitToPage=True)


def _counted(findings: Sequence[Finding]) -> str:
    count = {x: sum(1 for f in findings if f.level == x and f.status == "open") for x in LEVELS}
    settled = sum(1 for f in findings if f.status != "open")
    words = "  ".join(f"{LEVEL_NAMES[x]} {n}" for x, n in count.items())
    return words + (t(f"  已说明等 {settled}", f"  settled {settled}") if settled else "")


def _columns() -> list[Column]:
    return [
        Column(t("级别", "level"), centre=True, least=10), Column(t("规则", "rule"), centre=True, least=10),
        Column(t("工作表", "sheet"), most=20), Column(t("单元格", "cell"), centre=True, least=9),
        Column(t("列", "column"), most=16), Column(t("编号", "key"), most=18), Column(t("现值", "value"), most=20),
        Column(t("应为", "expected"), most=20), Column(t("问题", "what is wrong"), least=30, most=48),
        Column(t("改法", "how to mend it"), least=24, most=40), Column(t("条款", "clause"), most=12, centre=True),
        Column(t("状态", "status"), centre=True, least=9),
    ]  # fmt: skip


def _values(f: Finding) -> list[str]:
    expected = "" if f.expected is None else str(f.expected)
    texts = [
        str(LEVEL_NAMES[f.level]), f.rule, f.sheet or t("（整个文件）", "(the file)"), f.cell or "—", f.header, f.key,
        f.value, expected, f.message(), f.fix(), f.clause, str(STATUS_NAMES[f.status]),
    ]  # fmt: skip
    return [clip(clean(x or "")) for x in texts]


def _line(
    sheet: Any, row: int, f: Finding, values: Sequence[str], sheets: dict[str, Any], columns: Sequence[Column]
) -> None:
    tint = style.LEVEL_TINTS[f.level] if f.status == "open" else style.SETTLED
    for i, (column, value) in enumerate(zip(columns, values, strict=True), 1):
        fill, colour = (tint.fill, tint.ink) if i == 1 else (None, style.INK)
        cell = _put(
            sheet,
            row,
            i,
            value,
            fill=fill,
            colour=colour,
            bold=i == 1,
            border=True,
            centre=column.centre,
            wrap=True,
        )
        if column.header == t("单元格", "cell") and f.cell and f.sheet in sheets:
            _link(cell, f"'{f.sheet.replace(chr(39), chr(39) * 2)}'!{f.cell}")


def _link(cell: Any, target: str) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.worksheet.hyperlink import Hyperlink  # noqa: PLC0415

    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target, display=cell.value)
    cell.font = Font(name=style.FONT, size=10, color="FF" + style.BLUE[1:], underline="single")


def _put(
    sheet: Any, row: int, column: int, value: str, *, size: float = 10, bold: bool = False, colour: str = style.INK,
    fill: str | None = None, border: bool = False, centre: bool = False, wrap: bool = False,
) -> Any:  # fmt: skip
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415

    cell = sheet.cell(row, column)
    if value:
        cell.value = value
        cell.data_type = "s"
        if looks_like_formula(value):
            cell.quotePrefix = True
    cell.font = Font(name=style.FONT, size=size, bold=bold, color="FF" + colour[1:])
    if fill is not None:
        cell.fill = PatternFill("solid", fgColor="FF" + fill[1:])
    if border:
        side = Side(style="thin", color="FF" + style.LINE[1:])
        cell.border = Border(left=side, right=side, top=side, bottom=side)
    cell.alignment = Alignment(
        horizontal="center" if centre else None, vertical="center", wrap_text=wrap or None
    )
    return cell


def _links_back(
    made: Marks,
    findings: Sequence[Finding],
    sheets: dict[str, Any],
    first: dict[tuple[str, int], int],
    name: str,
) -> None:
    rows: dict[tuple[str, int], list[Finding]] = {}
    for f in findings:
        if f.sheet in sheets and f.row is not None and (f.sheet, f.row) in first:
            rows.setdefault((f.sheet, f.row), []).append(f)
    ends: dict[str, int] = {}
    for (title, row), mine in rows.items():
        sheet = sheets[title]
        if title not in ends:
            used = [c for (_, c), cell in sheet._cells.items() if cell.value is not None]
            ends[title] = max(used, default=0) + 1  # zero-based: one blank column between
        if ends[title] >= _LAST_COLUMN:
            continue
        count = {x: sum(1 for f in mine if f.level == x) for x in LEVELS}
        words = LINK + "、".join(f"{LEVEL_NAMES[x]} {n}" for x, n in count.items() if n)
        put_link(made, sheet, row, ends[title], words, f"'{name}'!A{first[title, row]}")
