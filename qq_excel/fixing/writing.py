"""Write safe changes into the cells of a book; what turns out not to be plain becomes shown only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

from qq_excel.fixing.model import Change, Grade
from qq_excel.kinds import FieldType
from qq_excel.language import Text
from qq_excel.output import looks_like_formula
from qq_excel.patching import Book, Sheet
from qq_excel.patching.cells import Edit, change_cells
from qq_excel.patching.sheetxml import Cell, SheetXml
from qq_excel.patching.strings import shared_strings
from qq_excel.patching.styles import Styles

_DATE_CODE = "yyyy-mm-dd"
_BUILTIN_DATES = frozenset([*range(14, 18), 22, *range(27, 32), *range(50, 59)])
#: Built-in formats: a text, amounts with separators, whole numbers.
_TEXT_FORMAT, _AMOUNT_FORMAT, _INT_FORMAT = 49, 4, 1
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_FORMULA = Text("由公式算出，请改公式", "a formula gives it: mend the formula")
_TABLE = Text("是 Excel 表格的列名，改动会破坏表格", "it heads an Excel table, which a change would break")
_OTHER = Text("单元格的内容与读到的不同", "the cell does not hold what was read")


def write(book: Book, changes: list[Change], fields: dict[tuple[str, str], FieldType]) -> list[Change]:
    """Write the safe ones of *changes* into *book*; all changes, graded anew. *fields* gives the type of a
    field of a sheet."""
    sheets = {s.name: s for s in book.sheets() if s.part}
    styles, strings = Styles(book), shared_strings(book)
    out = [c for c in changes if c.grade is not Grade.SAFE]
    for name in dict.fromkeys(c.sheet for c in changes if c.grade is Grade.SAFE):
        mine = [c for c in changes if c.sheet == name and c.grade is Grade.SAFE]
        out += _Sheet(book, sheets[name], styles, strings, fields).write(mine)
    styles.flush()
    return sorted(out, key=lambda c: (c.sheet, c.row, c.column))


class _Sheet:
    """The changes of one sheet."""

    def __init__(
        self, book: Book, sheet: Sheet, styles: Styles, strings: Callable[[int], str],
        fields: dict[tuple[str, str], FieldType],
    ) -> None:  # fmt: skip
        self.xml = SheetXml(book.edit(sheet.part))
        self.styles, self.strings, self.fields = styles, strings, fields
        properties = book.tree(book.workbook).find("workbookPr")
        since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self.start = dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 30)

    def write(self, changes: list[Change]) -> list[Change]:
        """Edit the cells; the changes, those that could not be made as shown only."""
        by_row: dict[int, dict[int, Change]] = {}
        for change in changes:
            by_row.setdefault(change.row, {})[change.column] = change
        wanted: dict[int, dict[int, Edit]] = {}
        out = {(c.row, c.column): replace(c, grade=Grade.SHOWN, why=_OTHER) for c in changes}
        for row in self.xml.rows():
            for cell in self.xml.cells(row) if row.number in by_row else ():
                found = by_row[row.number].get(cell.column)
                if found is None:
                    continue
                why = self._hindrance(cell, found)
                if why is None:
                    wanted.setdefault(row.number, {})[cell.column] = self._edit(found)
                    out[found.row, found.column] = found
                else:
                    out[found.row, found.column] = replace(found, grade=Grade.SHOWN, why=why)
        change_cells(self.xml, wanted)
        return list(out.values())

    def _hindrance(self, cell: Cell, change: Change) -> Text | None:
        if self.xml.has_formula(cell):
            return _FORMULA
        if not change.field and self.xml.root.find("tableParts") is not None:
            return _TABLE
        try:
            there = self.xml.value(cell, self.strings)
        except (ValueError, IndexError):
            return _OTHER
        if there is None:
            return _OTHER
        if there.strip() == change.before.strip():
            return None
        try:
            return None if float(there) == float(change.before) else _OTHER
        except ValueError:
            # a header is compared as it was read: without line breaks
            same = "".join(there.split()) == "".join(change.before.split())
            return None if same else _OTHER

    def _edit(self, change: Change) -> Edit:
        if change.kind == "number":
            type_ = self.fields[change.sheet, change.field]
            return Edit(lambda s: self._number_style(s, type_), ("n", change.after))
        if change.kind == "date":
            serial = (dt.date.fromisoformat(change.after) - self.start).days
            return Edit(self._date_style, ("n", str(serial)))
        style = self._quoted if looks_like_formula(change.after) else None
        return Edit(style, ("inlineStr", change.after))

    def _quoted(self, style: int) -> int:
        return self.styles.derived(style, quotePrefix="1")

    def _number_style(self, style: int, type_: FieldType) -> int:
        number = self.styles.format_of(style)
        if number not in (0, _TEXT_FORMAT) and not self._shows_dates(number):
            return self.styles.derived(style, quotePrefix=None)
        wanted = {FieldType.AMOUNT: _AMOUNT_FORMAT, FieldType.INT: _INT_FORMAT}.get(type_, 0)
        return self.styles.derived(style, numFmtId=str(wanted), applyNumberFormat="1", quotePrefix=None)

    def _date_style(self, style: int) -> int:
        if self._shows_dates(self.styles.format_of(style)):
            return self.styles.derived(style, quotePrefix=None)
        return self.styles.formatted(self.styles.derived(style, quotePrefix=None), _DATE_CODE)

    def _shows_dates(self, number: int) -> bool:
        code = _QUOTED.sub("", self.styles.format_code(number)).lower()
        return number in _BUILTIN_DATES or bool(re.search(r"[yd]", code))
