"""Our marks in an annotated copy: put them, know them again, take them away.

A mark is a fill, a block in the cell's note between two lines of ours, and a link at the end of the row.
What stood there before is kept on a hidden sheet, so that a second run can bring it back.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from qq_excel.catalogue import LEVEL_NAMES, STATUS_NAMES
from qq_excel.findings import Finding, column_letters, from_a1
from qq_excel.language import t
from qq_excel.papers import note_sizes, style
from qq_excel.papers.words import clean, clip, lines, width

if TYPE_CHECKING:
    from openpyxl import Workbook

MARKS_SHEET, LIST_SHEET = "_qq_marks", "校验结果"
#: What a link at the end of a row starts with.
LINK = "→ "
_OUR_LIST = re.compile(rf"{LIST_SHEET}(\(\d+\))?")
_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")
_VERSION = "qq-excel marks 1"
_END = "————————"
_NOTE_COLUMNS, _NOTE_PIXELS, _LINE_PIXELS = 52, 380, 17
_NOTE_LIMIT = 8_000
_MOST_PIXELS = 900


@dataclass(slots=True)
class Mark:
    """One cell that we changed and the fill that it had; ``kind`` is ``mark``, ``link`` or ``sheet``."""

    kind: str
    sheet: str
    cell: str
    fill: str = ""
    ours: str = ""


@dataclass(slots=True)
class Marks:
    """All marks of one copy."""

    cells: list[Mark] = field(default_factory=list)


# --- notes ---------------------------------------------------------------------------------------------


def begin(author: str) -> str:
    """The line that our block in a note starts with."""
    return f"———— {author} ————"


def without_ours(text: str, author: str) -> str:
    """A note's text without our block."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_\n", "\n")
    block = re.escape(begin(author)) + rf"\n.*?(?:^{_END}$\n?|\Z)"
    return re.sub(rf"\n?^{block}", "", text, flags=re.DOTALL | re.MULTILINE)


def block(findings: Sequence[Finding], author: str) -> str:
    """Our block: each finding on lines of its own."""
    out = [begin(author)]
    for n, f in enumerate(findings):
        if n:
            out.append("")
        status = "" if f.status == "open" else f"（{STATUS_NAMES[f.status]}）"
        out.append(f"【{LEVEL_NAMES[f.level]}】{f.rule}{status}")
        out.append(f.message())
        if fix := f.fix():
            out.append(t("改法：", "Mend: ") + fix)
        if f.clause:
            out.append(t("条款：", "Clause: ") + f.clause)
    body = clip(clean("\n".join(out)), _NOTE_LIMIT)
    return f"{body}\n{_END}"


def _size(text: str) -> tuple[int, int]:
    """Height and width in pixels that show all of *text*."""
    columns = min(_NOTE_COLUMNS, max(width(text), 24))
    wide = int(columns * _NOTE_PIXELS / _NOTE_COLUMNS) + 16
    return min(_MOST_PIXELS, lines(text, columns + 1) * _LINE_PIXELS + 16), wide


# --- putting -------------------------------------------------------------------------------------------


def put(made: Marks, sheet: Any, row: int, column: int, findings: Sequence[Finding], author: str) -> None:
    """Mark one cell (zero-based) with all its findings."""
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    fresh = (row + 1, column + 1) not in sheet._cells
    cell = sheet.cell(row + 1, column + 1)
    if fresh and (letters := column_letters(column)) in sheet.column_dimensions:
        cell._style = copy.copy(sheet.column_dimensions[letters]._style)
    worst = min(findings, key=lambda f: (f.status != "open", "EW?I".index(f.level)))
    tint = style.LEVEL_TINTS[worst.level] if worst.status == "open" else style.SETTLED
    colour = "FF" + tint.fill[1:]
    made.cells.append(Mark("mark", sheet.title, cell.coordinate, _fill_text(cell.fill), colour))
    cell.fill = PatternFill("solid", fgColor=colour)
    ours = block(findings, author)
    before = cell.comment
    text = f"{before.text}\n{ours}" if before is not None and before.text else ours
    note = Comment(text, before.author if before is not None and before.author else author)
    note.height, note.width = _size(text)
    if before is not None:
        note.height, note.width = max(note.height, int(before.height)), max(note.width, int(before.width))
    cell.comment = note


def put_link(made: Marks, sheet: Any, row: int, column: int, words: str, target: str) -> None:
    """A link to the list at the end of a row (zero-based)."""
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.worksheet.hyperlink import Hyperlink  # noqa: PLC0415

    cell = sheet.cell(row + 1, column + 1)
    cell.value = words
    cell.data_type = "s"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target, display=words)
    cell.font = Font(name=style.FONT, size=9, color="FF2F5597", underline="single")
    made.cells.append(Mark("link", sheet.title, cell.coordinate))


def _fill_text(fill: Any) -> str:
    from openpyxl.xml.functions import tostring  # noqa: PLC0415

    made = tostring(copy.copy(fill).to_tree())
    return made.decode() if isinstance(made, bytes) else str(made)


# --- keeping and knowing again ---------------------------------------------------------------------------


def write(book: Workbook, made: Marks) -> None:
    """Keep *made* on a sheet that no menu shows."""
    sheet = book.create_sheet(MARKS_SHEET)
    sheet.sheet_state = "veryHidden"
    sheet.append([_VERSION])
    for row, mark in enumerate(made.cells, 2):
        for i, value in enumerate((mark.kind, mark.sheet, mark.cell, mark.fill, mark.ours), 1):
            if value:
                cell = sheet.cell(row, i, value)
                cell.data_type = "s"


def read(book: Workbook) -> Marks:
    """The marks of an earlier run; none when the workbook was never annotated."""
    if MARKS_SHEET not in book.sheetnames:
        return Marks()
    rows = book[MARKS_SHEET].iter_rows(values_only=True, max_col=5)
    if next(rows, (None,))[0] != _VERSION:
        return Marks()
    return Marks([Mark(*(str(v) if v is not None else "" for v in row)) for row in rows if row[0]])


def undo(book: Workbook, before: Marks, author: str) -> None:
    """Take our marks away and bring back what stood there."""
    for mark in before.cells:
        if mark.sheet not in book.sheetnames:
            continue
        if mark.kind == "sheet":
            if _OUR_LIST.fullmatch(mark.sheet):  # the hidden sheet may have been tampered with
                book.remove(book[mark.sheet])
            continue
        if not _ADDRESS.fullmatch(mark.cell):
            continue
        sheet: Any = book[mark.sheet]
        row, column = (n + 1 for n in from_a1(mark.cell))
        cell = sheet._cells.get((row, column))
        if cell is None:
            continue
        if mark.kind == "link":
            if cell.hyperlink is not None and str(cell.value).startswith(LINK):
                _forget(sheet, row, column)
        elif _colour(cell) == mark.ours:  # else somebody gave it another colour since
            cell.fill = _fill(mark.fill)
    if MARKS_SHEET in book.sheetnames and before.cells:
        book.remove(book[MARKS_SHEET])
        for sheet in book.worksheets:
            _clear_notes(sheet, author)


def _forget(sheet: Any, row: int, column: int) -> None:
    cell = sheet._cells.pop((row, column))
    sheet._hyperlinks = [h for h in sheet._hyperlinks if h is not cell.hyperlink and h.ref != cell.coordinate]


def _clear_notes(sheet: Any, author: str) -> None:
    for (row, column), cell in list(sheet._cells.items()):
        note = cell.comment
        if note is None or begin(author) not in note.text:
            continue
        rest = without_ours(note.text, author).strip("\n")
        if rest:
            note.text = rest
        else:
            cell.comment = None
            if cell.value is None and not cell.has_style:
                del sheet._cells[row, column]


def _colour(cell: Any) -> str | None:
    if cell.fill is None or cell.fill.fill_type != "solid":
        return None
    colour = cell.fill.fgColor.rgb
    return colour if isinstance(colour, str) else None


def _fill(text: str) -> Any:
    from openpyxl.styles import PatternFill  # noqa: PLC0415
    from openpyxl.styles.fills import Fill  # noqa: PLC0415
    from openpyxl.xml.functions import fromstring  # noqa: PLC0415

    try:
        return Fill.from_tree(cast("Any", fromstring(text)))
    except (SyntaxError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return PatternFill()


def restore_sizes(book: Workbook, source: Path) -> None:
    """Give the notes that were there the sizes that openpyxl forgets on reading."""
    for name, sizes in note_sizes.sizes(source).items():
        if name not in book.sheetnames:
            continue
        cells: dict[tuple[int, int], Any] = book[name]._cells
        for (row, column), (height, wide) in sizes.items():
            cell = cells.get((row + 1, column + 1))
            if cell is not None and cell.comment is not None:
                cell.comment.height, cell.comment.width = height, wide
