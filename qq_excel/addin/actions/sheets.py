"""Sheets of ours in the user's workbook: known again by a name that refers to them, and by what they are called.

Both must fit: a workbook that somebody hands in cannot make us delete another sheet by naming it as ours, and a sheet
that the user renamed is his.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from qq_excel.addin.host import host_of
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.papers import style
from qq_excel.papers.marks import LIST_SHEET, MARKS_SHEET

if TYPE_CHECKING:
    import xlwings as xw

LIST, MEMORY, RECORD, AGEING = "qq_findings", "qq_marks", "qq_changes", "qq_ageing"
TITLES: Final = {LIST: LIST_SHEET, MEMORY: MARKS_SHEET, RECORD: "修正记录", AGEING: "账龄分析"}


#: Points that one line of text takes.
LINE: Final = 17.0


def find(book: xw.Book, key: str) -> xw.Sheet | None:
    """Our sheet *key*; None when there is none (any more)."""
    for name in book.names:
        if name.name == key:
            with contextlib.suppress(Exception):  # it was deleted: the name refers to nothing
                sheet = name.refers_to_range.sheet
                if re.fullmatch(rf"{TITLES[key]}(\(\d+\))?", sheet.name):
                    return sheet
    return None


def drop(book: xw.Book, key: str) -> None:
    """Take our sheet *key* away."""
    sheet = find(book, key)
    for name in list(book.names):
        if name.name == key:
            name.delete()
    if sheet is not None:
        with book.app.properties(display_alerts=False):
            sheet.delete()


def must_take_sheets(book: xw.Book) -> None:
    """Raise :class:`InputError` when no sheet can be added to the workbook or taken out of it."""
    if host_of(book).structure_protected:
        raise InputError(
            Text(
                "工作簿的结构受保护，不能添加或删除工作表。请在“审阅”中撤销工作簿保护后再试。",
                "The structure of the workbook is protected: no sheet can come or go. Unprotect it and try again.",
            )
        )


def make(book: xw.Book, key: str) -> xw.Sheet:
    """A new sheet *key* at the end, in place of an older one of ours. Never over a sheet of the user's.

    Raises :class:`InputError` when the workbook lets no sheet be added.
    """
    must_take_sheets(book)
    drop(book, key)
    taken = {sheet.name.casefold() for sheet in book.sheets}
    title = TITLES[key]
    name, n = title, 1
    while name.casefold() in taken:
        n += 1
        name = f"{title}({n})"
    sheet = book.sheets.add(name, after=book.sheets[-1])
    book.names.add(key, f"='{name}'!$A$1")
    return sheet


def write(sheet: xw.Sheet, row: int, rows: Sequence[Sequence[str]]) -> None:
    """Write texts as texts, one block from the first column of *row* (from 1): no formula, no number."""
    if rows:
        block = sheet.range((row, 1), (row + len(rows) - 1, len(rows[0])))
        block.number_format = "@"
        block.font.name = style.FONT
        block.font.size = 10
        block.row_height = LINE
        block.value = [list(r) for r in rows]


def head(cells: xw.Range) -> None:
    """The look of a table's headers."""
    cells.color = style.BLUE
    cells.font.color = style.WHITE
    cells.font.bold = True
    cells.horizontal_alignment = "center"


def title(cell: xw.Range, text: str) -> None:
    """The look of a sheet's title."""
    cell.value = text
    cell.font.bold = True
    cell.font.size = 14
    cell.font.color = style.NAVY
    cell.row_height = 2 * LINE
    cell.vertical_alignment = "center"


def widths(sheet: xw.Sheet, wanted: Sequence[float]) -> None:
    """The columns' widths, in characters."""
    for column, width in enumerate(wanted, 1):
        sheet.range((1, column)).column_width = width


def place_of(sheet: str, cell: str) -> str:
    """A formula's part that gives the cell's address, and follows when rows are inserted above it."""
    quoted = sheet.replace("'", "''")
    return f"ADDRESS(ROW('{quoted}'!{cell}),COLUMN('{quoted}'!{cell}),4)"


def link_to(sheet: str, cell: str) -> str:
    """A formula that shows the address of a cell, and leads to it."""
    quoted = sheet.replace("'", "''").replace('"', '""')
    at = place_of(sheet, cell)
    return f"=HYPERLINK(\"#'{quoted}'!\"&{at},{at})"


def rows_of(sheet: xw.Sheet) -> list[list[Any]]:
    """All that stands on one of our sheets, from its first cell."""
    used = sheet.used_range
    block = sheet.range((1, 1), (used.row + used.shape[0] - 1, used.column + used.shape[1] - 1))
    found: list[list[Any]] = block.options(ndim=2).value
    return found
