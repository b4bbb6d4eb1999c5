"""Ranges: values and formulas in blocks, formats, notes, structure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base
from xlwings import utils

from qq_excel.addin.libreoffice import values
from qq_excel.addin.libreoffice.names import Name, Names
from qq_excel.addin.libreoffice.numbers import native_formula
from qq_excel.addin.libreoffice.parts import Font, Note, Table
from qq_excel.addin.libreoffice.remote import Enum, cell_address
from qq_excel.addin.libreoffice.values import CellError, Rectangle

if TYPE_CHECKING:
    from qq_excel.addin.libreoffice.books import Book
    from qq_excel.addin.libreoffice.sheets import Sheet

#: com.sun.star.sheet.CellFlags: values, dates, texts, formulas; notes; formats.
_CONTENTS, _NOTES, _FORMATS = 1 | 2 | 4 | 16, 8, 32 | 64 | 256 | 512
_ACROSS = {
    "general": "STANDARD", "left": "LEFT", "center": "CENTER", "right": "RIGHT", "justify": "BLOCK",
    "fill": "REPEAT",
}  # fmt: skip
_DOWN = {"top": 1, "center": 2, "bottom": 3, "justify": 4}
#: Rectangles in one call.
_MANY = 1_000
#: Hundredths of a millimetre in a point, and in a pixel at 96 dots per inch.
_POINT, _PIXEL = 2540 / 72, 2540 / 96


class Range(base.Range):
    """A rectangle of cells; rows and columns are counted from 1."""

    arg1_input = ""
    # these three stand over properties of the base class
    sheet: Any = None
    row: Any = None
    column: Any = None
    max_cells_per_write = 500_000

    def __init__(self, sheet: Sheet, row: int, column: int, nrows: int, ncols: int) -> None:
        self.sheet, self.row, self.column, self.nrows, self.ncols = sheet, row, column, nrows, ncols
        self.options: dict[str, Any] = {}
        self._held: Any = None

    @property
    def held(self) -> Any:
        """The office's object."""
        if self._held is None:
            top, left = self.row - 1, self.column - 1
            self._held = self.sheet.held.getCellRangeByPosition(
                left, top, left + self.ncols - 1, top + self.nrows - 1
            )
        return self._held

    @property
    def api(self) -> Any:
        """The office's object; None for a range without cells."""
        return self.held if self.nrows and self.ncols else None

    xl = api

    @property
    def cell(self) -> Any:
        """Its first cell."""
        return self.sheet.held.getCellByPosition(self.column - 1, self.row - 1)

    @property
    def book(self) -> Book:
        """Its workbook."""
        return self.sheet.book

    @property
    def coords(self) -> tuple[Any, int, int, int, int]:
        """Sheet, place and size."""
        return self.sheet, self.row, self.column, self.nrows, self.ncols

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.nrows, self.ncols

    def __len__(self) -> int:
        return self.nrows * self.ncols

    def __call__(self, first: int, second: int | None = None) -> Range:
        """The cell at a row and column, or by number along the rows."""
        if second is None:
            first, second = (first - 1) // self.ncols + 1, (first - 1) % self.ncols + 1
        return Range(self.sheet, self.row + first - 1, self.column + second - 1, 1, 1)

    # --- values ---------------------------------------------------------------------------------------

    @property
    def raw_value(self) -> Any:
        """The values as rows; one value for one cell."""
        if not len(self):
            return None
        rows = [list(row) for row in self.held.getDataArray()]
        for kind, where in self._special():
            values.to_python(rows, kind, where, self.book.epoch)
        wanted = self.options.get("err_to_str")
        for i, row in enumerate(rows):
            for j in (j for j, value in enumerate(row) if value is None):
                row[j] = CellError(self.held.getCellByPosition(j, i).String if wanted else "#ERR")
        return rows[0][0] if len(self) == 1 else rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        if not len(self):
            return
        if not isinstance(data, list | tuple):
            data = ((data,) * self.ncols,) * self.nrows
        elif not isinstance(data[0], list | tuple):
            data = (data,) if self.ncols > 1 or len(data) == 1 else tuple((v,) for v in data)
        ready = values.prepare(data, self.book.epoch)
        self._leave_texts(ready)
        with self.book.quiet(len(self)):
            self.held.setDataArray(tuple(ready.rows))
            for code, cells in ready.formats.items():
                self._show(cells, code)
            if ready.formulas:
                self.set_formulas(ready.formulas)

    def _special(self) -> Iterator[tuple[int, list[Rectangle]]]:
        """Where numbers are dates or booleans by their format; rectangles within this range."""
        numbers, wanted = self.book.numbers, values.DATE | values.LOGICAL
        if len(self) == 1:
            kind = numbers.kind(self.held.NumberFormat) & wanted
            if kind:
                yield kind, [(0, 0, 0, 0)]
            return
        for part, kind in self._formats():
            if kind & wanted:
                yield kind, [self._within(a) for a in part.RangeAddresses]

    def _formats(self) -> Iterator[tuple[Any, int]]:
        """Parts of one format each, with the format's type."""
        for part in self.held.getUniqueCellFormatRanges():
            yield part, self.book.numbers.kind(part.NumberFormat)

    def _within(self, a: Any) -> Rectangle:
        top, left = self.row - 1, self.column - 1
        return a.StartRow - top, a.StartColumn - left, a.EndRow - top, a.EndColumn - left

    def _leave_texts(self, ready: values.Prepared) -> None:
        """In a cell of the format ``@`` a text stays one even when it starts with ``=``, as in Excel."""
        if not ready.formulas:
            return
        texts = [
            self._within(a)
            for part, kind in self._formats()
            if kind & values.TEXT
            for a in part.RangeAddresses
        ]
        formulas, ready.formulas = ready.formulas, []
        for i, j, text in formulas:
            if any(t <= i <= b and left <= j <= r for t, left, b, r in texts):
                row = list(ready.rows[i])
                row[j] = text
                ready.rows[i] = tuple(row)
            else:
                ready.formulas.append((i, j, text))

    def _show(self, cells: dict[int, list[int]], code: str) -> None:
        """Give cells the format that their values bring along, unless they have one of the kind."""
        wanted = values.KIND_OF_CODE[code]
        have: set[tuple[int, int]] = set()
        for part, kind in self._formats():
            if kind & wanted:
                have.update(
                    (i, j)
                    for a in part.RangeAddresses
                    for t, left, b, r in (self._within(a),)
                    for j in cells
                    if left <= j <= r
                    for i in range(t, b + 1)
                )
        left = {j: [i for i in rows if (i, j) not in have] for j, rows in cells.items()}
        self._at({j: rows for j, rows in left.items() if rows}, "NumberFormat", self.book.numbers.key(code))

    def _at(self, cells: dict[int, list[int]], setting: str, value: Any) -> None:
        """Set a property of some cells (positions within this range)."""
        top, left = self.row - 1, self.column - 1
        where = [(t + top, c + left, b + top, d + left) for t, c, b, d in values.rectangles(cells)]
        for n in range(0, len(where), _MANY):
            setattr(self.book.several(self.sheet.index - 1, where[n : n + _MANY]), setting, value)

    # --- formulas -------------------------------------------------------------------------------------

    def set_formulas(self, formulas: Sequence[tuple[int, int, str]]) -> None:
        """Set formulas (position, Excel's words): plain ones column by column, others one by one."""
        plain: dict[int, dict[int, str]] = {}
        for i, j, text in formulas:
            written = native_formula(text)
            if written is None:
                at = cell_address(self.sheet.index - 1, self.column - 1 + j, self.row - 1 + i)
                self(i + 1, j + 1).cell.setTokens(self.book.numbers.tokens(text, at))
            else:
                plain.setdefault(j, {})[i] = written
        for top, j, bottom, _ in values.rectangles({j: sorted(rows) for j, rows in plain.items()}):
            run = Range(self.sheet, self.row + top, self.column + j, bottom - top + 1, 1)
            run.held.setFormulaArray(tuple((plain[j][i],) for i in range(top, bottom + 1)))

    @property
    def formula(self) -> Any:
        """Formulas as Excel writes them; a constant as its text, blank as an empty one."""
        if not len(self):
            return None
        written = [list(row) for row in self.held.getFormulaArray()]
        sheet = self.sheet.index - 1
        for i, row in enumerate(written):
            for j, text in enumerate(row):
                if isinstance(text, str) and text.startswith("="):
                    cell = self.held.getCellByPosition(j, i)
                    if cell.getFormula() and cell.Type.value == "FORMULA":
                        at = cell_address(sheet, self.column - 1 + j, self.row - 1 + i)
                        row[j] = self.book.numbers.formula(cell.getTokens(), at)
        return written[0][0] if len(self) == 1 else tuple(tuple(row) for row in written)

    @formula.setter
    def formula(self, value: Any) -> None:
        if isinstance(value, list | tuple):
            self.raw_value = value
            return
        text, first = str(value), self(1, 1)
        first.raw_value = text
        if len(self) > 1:  # one formula for many cells: relative to each, as in Excel
            for direction, part in (("TO_BOTTOM", Range(self.sheet, self.row, self.column, self.nrows, 1)),
                                    ("TO_RIGHT", self)):  # fmt: skip
                part.held.fillAuto(Enum("com.sun.star.sheet.FillDirection", direction), 1)

    formula2 = formula
    has_array = False

    def clear_contents(self) -> None:
        """Take the values away."""
        self.held.clearContents(_CONTENTS)

    def clear_formats(self) -> None:
        """Take the formats away."""
        self.held.clearContents(_FORMATS)

    def clear(self) -> None:
        """Take values, formats and notes away."""
        self.held.clearContents(_CONTENTS | _FORMATS | _NOTES)

    # --- where ----------------------------------------------------------------------------------------

    def end(self, direction: str) -> Range:
        """The last cell of the block in that direction, as Ctrl+arrow finds it."""
        along_rows = direction in ("down", "up", "d", "u")
        forward = direction in ("down", "right", "d", "r")
        limit = self.sheet.limits[0 if along_rows else 1]
        here = self.row if along_rows else self.column
        line = self._line(along_rows, here, limit, forward)
        step = 1 if forward else -1
        place = here + step
        if line(here) and line(place):
            while 1 <= place + step <= limit and line(place + step):
                place += step
        else:
            while 1 <= place <= limit and not line(place):
                place += step
            place = min(max(place, 1), limit)
        return (
            Range(self.sheet, place, self.column, 1, 1)
            if along_rows
            else Range(self.sheet, self.row, place, 1, 1)
        )

    def _line(self, along_rows: bool, here: int, limit: int, forward: bool) -> Any:
        """Whether the cell at a place of the row or column through this cell holds anything."""
        used = self.sheet.used_range
        last = used.row + used.nrows if along_rows else used.column + used.ncols
        first, last = (here, min(limit, max(last, here + 1))) if forward else (1, here)
        size = last - first + 1
        cells = (
            Range(self.sheet, first, self.column, size, 1)
            if along_rows
            else Range(self.sheet, self.row, first, 1, size)
        )
        there = [v != "" for row in cells.held.getDataArray() for v in row]
        return lambda place: 0 <= place - first < len(there) and there[place - first]

    @property
    def current_region(self) -> Range:
        """The block of cells around it."""
        cursor = self.sheet.held.createCursorByRange(self.held)
        cursor.collapseToCurrentRegion()
        return self.book.range_at(cursor.RangeAddress)

    def get_address(
        self, row_absolute: bool = True, col_absolute: bool = True, external: bool = False
    ) -> str:
        """Its address, such as ``$A$1:$B$2``."""

        def one(row: int, column: int) -> str:
            return f"{'$' * col_absolute}{utils.col_name(column)}{'$' * row_absolute}{row}"

        text = one(self.row, self.column)
        if len(self) > 1:
            text += f":{one(self.row + self.nrows - 1, self.column + self.ncols - 1)}"
        if external:
            place = f"[{self.book.name}]{self.sheet.name}"
            text = (f"'{place}'" if re.search(r"[^\w\[\].]", place) else place) + f"!{text}"
        return text

    @property
    def address(self) -> str:
        """Its absolute address."""
        return self.get_address()

    def select(self) -> None:
        """Select it."""
        self.book.doc.CurrentController.select(self.held)

    # --- formats --------------------------------------------------------------------------------------

    def get(self, setting: str) -> Any:
        """A property; None when the cells differ."""
        if len(self) > 1 and self.held.getPropertyState(setting).value == "AMBIGUOUS_VALUE":
            return None
        return self.held.getPropertyValue(setting)

    def put(self, setting: str, value: Any) -> None:
        """Set a property of all cells."""
        with self.book.quiet(len(self)):
            self.held.setPropertyValue(setting, value)

    @property
    def number_format(self) -> str | None:
        """The format's code."""
        key = self.get("NumberFormat")
        return None if key is None else self.book.numbers.code(key)

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.put("NumberFormat", self.book.numbers.key(value))

    @property
    def color(self) -> tuple[int, int, int] | None:
        """The fill; None for none or several."""
        return values.rgb(self.get("CellBackColor"))

    @color.setter
    def color(self, value: Any) -> None:
        self.put("CellBackColor", values.colour(value))

    def set_colors(self, colors: Sequence[Sequence[Any]]) -> None:
        """The fill of each cell; ``...`` leaves one as it is."""
        cells: dict[int, dict[int, list[int]]] = {}
        for i, row in enumerate(colors):
            for j, value in enumerate(row):
                if value is not ...:
                    cells.setdefault(values.colour(value), {}).setdefault(j, []).append(i)
        with self.book.quiet(len(self)):
            for value, where in cells.items():
                self._at(where, "CellBackColor", value)

    @property
    def font(self) -> Font:
        """The font."""
        return Font(self)

    @property
    def wrap_text(self) -> bool | None:
        """Whether long texts are broken."""
        found = self.get("IsTextWrapped")
        return None if found is None else bool(found)

    @wrap_text.setter
    def wrap_text(self, value: Any) -> None:
        self.put("IsTextWrapped", bool(value))

    @property
    def horizontal_alignment(self) -> str | None:
        """``left``, ``center`` and so on."""
        found = self.get("HoriJustify")
        return found and {v: k for k, v in _ACROSS.items()}.get(found.value)

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        self.put("HoriJustify", Enum("com.sun.star.table.CellHoriJustify", _ACROSS[value]))

    @property
    def vertical_alignment(self) -> str:
        """``top``, ``center`` and so on."""
        return {v: k for k, v in _DOWN.items()}.get(self.get("VertJustify"), "bottom")

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        self.put("VertJustify", _DOWN[value])

    # --- size -----------------------------------------------------------------------------------------

    @property
    def rows(self) -> Range:
        """Itself, to fit the rows of."""
        return self

    columns = rows

    def autofit(self, axis: str | None = None) -> None:
        """Widths and heights that fit."""
        if axis in (None, "columns", "c"):
            self.held.Columns.OptimalWidth = True
        if axis in (None, "rows", "r"):
            self.held.Rows.OptimalHeight = True

    @property
    def column_width(self) -> float | None:
        """In characters of the default font: seven pixels each and five beside them."""
        found = {column.Width for column in self.held.Columns}
        return round((found.pop() / _PIXEL - 5) / 7, 2) if len(found) == 1 else None

    @column_width.setter
    def column_width(self, value: float) -> None:
        self.held.Columns.Width = round((value * 7 + 5) * _PIXEL)

    @property
    def row_height(self) -> float:
        """Of its first row, in points."""
        return round(float(self.held.Rows.getByIndex(0).Height) / _POINT, 2)

    @row_height.setter
    def row_height(self, value: float) -> None:
        self.held.Rows.Height = round(value * _POINT)

    @property
    def left(self) -> float:
        """In points from the sheet's edge."""
        return float(self.held.Position.X) / _POINT

    @property
    def top(self) -> float:
        """In points from the sheet's edge."""
        return float(self.held.Position.Y) / _POINT

    @property
    def width(self) -> float:
        """In points."""
        return float(self.held.Size.Width) / _POINT

    @property
    def height(self) -> float:
        """In points."""
        return float(self.held.Size.Height) / _POINT

    # --- structure ------------------------------------------------------------------------------------

    def insert(self, shift: str | None = None, copy_origin: Any = None) -> None:
        """Insert cells; whole rows and columns when it is whole ones."""
        del copy_origin
        way = {"down": "DOWN", "right": "RIGHT"}[shift or ("down" if self.ncols >= self.nrows else "right")]
        self.sheet.held.insertCells(
            self.held.RangeAddress, Enum("com.sun.star.sheet.CellInsertMode", self._whole() or way)
        )

    def delete(self, shift: str | None = None) -> None:
        """Take cells out; whole rows and columns when it is whole ones."""
        way = {"up": "UP", "left": "LEFT"}[shift or ("up" if self.ncols >= self.nrows else "left")]
        self.sheet.held.removeRange(
            self.held.RangeAddress, Enum("com.sun.star.sheet.CellDeleteMode", self._whole() or way)
        )

    def _whole(self) -> str | None:
        rows, columns = self.sheet.limits
        return "ROWS" if self.ncols == columns else "COLUMNS" if self.nrows == rows else None

    def copy(self, destination: Any = None) -> None:
        """Copy it to *destination*."""
        if destination is None:
            raise NotImplementedError("this engine has no clipboard: give a destination")
        there = destination.impl
        there.sheet.held.copyRange(there.cell.CellAddress, self.held.RangeAddress)

    def merge(self, across: bool = False) -> None:
        """Merge the cells; row by row with *across*."""
        if across:
            for i in range(self.nrows):
                Range(self.sheet, self.row + i, self.column, 1, self.ncols).merge()
        else:
            self.held.merge(True)

    def unmerge(self) -> None:
        """Part merged cells."""
        self.held.merge(False)

    @property
    def merge_area(self) -> Range:
        """The merged cells that its first cell belongs to."""
        cursor = self.sheet.held.createCursorByRange(self(1, 1).held)
        cursor.collapseToMergedArea()
        return self.book.range_at(cursor.RangeAddress)

    @property
    def merge_cells(self) -> bool:
        """Whether there are merged cells."""
        return bool(self.held.IsMerged) or len(self.merge_area) > 1

    # --- notes, links, names --------------------------------------------------------------------------

    @property
    def note(self) -> Note | None:
        """The note at its first cell."""
        return Note(self) if self.cell.Annotation.String else None

    def add_note(self, text: str) -> Note:
        """Put a note at its first cell."""
        self.sheet.held.Annotations.insertNew(self.cell.CellAddress, text)
        return Note(self)

    comment = None  # Calc has no threaded comments

    @property
    def hyperlink(self) -> str:
        """Where its first cell leads."""
        for field in self.cell.TextFields:
            return str(field.URL)
        raise ValueError("the cell holds no link")

    def add_hyperlink(
        self, address: str, text_to_display: str | None = None, screen_tip: str | None = None
    ) -> None:
        """Let its first cell lead to *address*."""
        del screen_tip
        cell = self.cell
        cell.String = ""
        field = self.book.doc.createInstance("com.sun.star.text.TextField.URL")
        field.URL, field.Representation = address, text_to_display or address
        cell.insertTextContent(cell.createTextCursor(), field, False)

    @property
    def name(self) -> Name | None:
        """The workbook's name for exactly this range."""
        for name in Names(self.book, self.book.doc.NamedRanges):
            cells = name.held.getReferredCells()
            if cells is not None and cells.AbsoluteName == self.held.AbsoluteName:
                return name
        return None

    @name.setter
    def name(self, value: str) -> None:
        sheet = self.sheet.name.replace("'", "''")
        Names(self.book, self.book.doc.NamedRanges).add(value, f"='{sheet}'!{self.address}")

    @property
    def table(self) -> Table | None:
        """The database range around it."""
        for table in self.sheet.tables:
            a = table.held.DataArea
            if a.StartRow < self.row <= a.EndRow + 1 and a.StartColumn < self.column <= a.EndColumn + 1:
                return table
        return None
