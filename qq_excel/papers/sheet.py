"""Writing workbooks safely: a text stays a text, a sheet prints on A4, the same input gives the same bytes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from qq_excel import __version__
from qq_excel.language import t
from qq_excel.output import (
    FIXED_TIME,
    QUICK_LEVEL,
    looks_like_formula,
    same_package,
    same_zip,
    scratch,
    writing,
    zip_bytes,
)
from qq_excel.papers.cells import Cell, Column, safe, shown
from qq_excel.papers.plain_book import PlainBook
from qq_excel.papers.style import AMOUNT, AUTHOR, BLUE, COUNT, DATE, FONT, GREY, NAVY, SHARE, SOFT, Look
from qq_excel.papers.words import CELL_LIMIT, clean, clip, lines, width

_LINE_POINTS = 15.0
_MOST_POINTS = 405.0
#: Rows whose widths are measured, from the first on.
_MEASURED = 2_000
#: What Excel takes per sheet is 65,530.
_MOST_LINKS = 60_000
_URL_LIMIT = 2_000
#: Where a package keeps what its sheets link to.
_LINKS = "xl/worksheets/_rels/"


_FIGURES = {"amount": AMOUNT, "count": COUNT, "share": SHARE, "number": "#,##0.00"}


def _figure_look(kind: str) -> dict[str, Any]:
    return {"num_format": _FIGURES[kind], "align": "right" if kind in ("amount", "number") else "center"}


class Sheet:
    """One worksheet. Whatever comes from a workbook that was handed in is written as text."""

    def __init__(self, sheet: Any, look: Look, name: str) -> None:
        self.sheet = sheet
        self.look = look
        self.name = name
        self._links = 0
        self._widths: dict[int, float] = {}
        self._plain: dict[tuple[str, str | None, bool], Any] = {}

    # --- single cells -------------------------------------------------------------------------------

    def text(self, row: int, column: int, value: object, **properties: Any) -> None:
        """Write *value* as a text, whatever it looks like."""
        words = clip(clean("" if value is None else value))
        if looks_like_formula(words):
            properties["quote_prefix"] = True
        form = self.look.make(**properties)
        if words:
            self.sheet.write_string(row, column, words, form)
        else:
            self.sheet.write_blank(row, column, None, form)

    def number(self, row: int, column: int, value: float, **properties: Any) -> None:
        """Write a number."""
        self.sheet.write_number(row, column, value, self.look.make(**properties))

    def merged(self, area: tuple[int, int, int, int], value: object, **properties: Any) -> None:
        """Write *value* as a text over (first row, first column, last row, last column)."""
        first_row, first, last_row, last = area
        if (first_row, first) != (last_row, last):
            self.sheet.merge_range(first_row, first, last_row, last, "", self.look.make(**properties))
        self.text(first_row, first, value, **properties)

    def link(self, row: int, column: int, target: str, words: str, **properties: Any) -> None:
        """A link to *target* (``internal:`` or ``external:``); plain text where no link can be made."""
        properties = {"font_color": BLUE, "underline": 1, **properties}
        self._links += 1
        if self._links > _MOST_LINKS or len(target) > _URL_LIMIT:
            self.text(row, column, words, **properties)
            return
        if looks_like_formula(words):
            properties["quote_prefix"] = True
        made = self.sheet.write_url(
            row, column, target, self.look.make(**properties), clip(clean(words), 255)
        )
        if made:
            self.text(row, column, words, **properties)

    def value(self, row: int, column: int, value: Any, kind: str = "text") -> None:
        """A bordered cell of *kind* (as in :class:`Column`)."""
        self._cell(row, column, Column("", kind), value, fill=None)

    @staticmethod
    def lines(words: str, columns: float) -> int:
        """Lines that *words* take in so many columns."""
        return lines(words, columns)

    # --- blocks ------------------------------------------------------------------------------------

    def title(self, words: str, columns: int, under: str = "") -> int:
        """The title over *columns* columns and a small line under it; gives the next free row."""
        self.merged((0, 0, 0, columns - 1), words, font_size=18, bold=True, font_color=NAVY, align="center")
        self.sheet.set_row(0, 32)
        if not under:
            return 1
        self.merged(
            (1, 0, 1, columns - 1), under, font_size=9, font_color=SOFT, align="center", text_wrap=True
        )
        self.sheet.set_row(1, max(18.0, _LINE_POINTS * lines(under, self._span(0, columns) * 1.05)))
        return 2

    def heading(self, row: int, words: str) -> int:
        """The heading of a part; gives the next row."""
        self.text(row, 0, words, bold=True, font_size=12, font_color=NAVY)
        self.sheet.set_row(row, 22)
        return row + 1

    def paragraph(self, row: int, columns: int, words: str, **properties: Any) -> int:
        """A text over *columns* columns, as high as it needs; gives the next row."""
        properties = {"text_wrap": True, "valign": "top", "font_size": 9, "font_color": SOFT, **properties}
        self.merged((row, 0, row, columns - 1), words, **properties)
        size = float(properties["font_size"])
        high = lines(words, self._span(0, columns) * 10 / size) * size * 1.5 + 3
        self.sheet.set_row(row, min(_MOST_POINTS, max(high, 16)))
        return row + 1

    def widths(self, widths: Sequence[float]) -> None:
        """Set the widths of the columns from the first on."""
        for column, wide in enumerate(widths):
            self._widths[column] = wide
            self.sheet.set_column(column, column, wide)

    def quarters(self, columns: int, count: int) -> list[int]:
        """The columns at which *count* boxes over *columns* columns begin, about as wide as each other; and the end."""
        edges, whole = [0], self._span(0, columns)
        for n in range(1, count):
            at = edges[-1] + 1
            while at < columns - (count - n) and self._span(0, at) < whole * n / count:
                at += 1
            edges.append(at)
        return [*edges, columns]

    def _span(self, first: int, count: int) -> float:
        return sum(self._widths.get(c, 8.43) for c in range(first, first + count))

    def fitted(self, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[float]:
        """Widths that fit headers and values (of the first rows and the last, which may be a total).

        A figure cannot be wrapped (``####`` is shown for it), so no *most* holds for columns of figures.
        """
        out = []
        some = [*rows[:_MEASURED], *rows[_MEASURED:][-1:]]
        for i, column in enumerate(columns):
            values = (row[i].value if isinstance(row[i], Cell) else row[i] for row in some)
            texts = {x if type(x) is str else shown(x, column.kind) for x in values}
            needs = max([min(width(column.header), 14), *map(width, texts)]) + 2.0
            fits = max(needs, column.least)
            out.append(fits if column.kind in _FIGURES else min(fits, column.most))
        return out

    def table(
        self, top: int, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *,
        total: Sequence[Any] | None = None, stripes: bool = True, heights: bool = True,
    ) -> int:  # fmt: skip
        """Headers, rows and a total row; gives the next free row. The widths must have been set."""
        self._row_height(top, [c.header for c in columns], columns, least=24)
        for i, column in enumerate(columns):
            self.sheet.write_string(top, i, column.header, self.look.head())
        row = top
        for n, values in enumerate(rows):
            row += 1
            fill = GREY if stripes and n % 2 else None
            for at, (column, value) in enumerate(zip(columns, values, strict=True)):
                if type(value) is str and value:
                    self._words(row, at, column, value, fill)
                elif type(value) is int and column.kind in _FIGURES:
                    self._number(row, at, column.kind, value, fill)
                else:
                    self._cell(row, at, column, value, fill)
            if heights:
                self._row_height(row, values, columns)
        if total is not None:
            row += 1
            for i, (column, value) in enumerate(zip(columns, total, strict=True)):
                cell = replace(value, bold=True) if isinstance(value, Cell) else Cell(value, bold=True)
                self._cell(row, i, column, cell, fill="#E7ECF4")
            self._row_height(row, total, columns)
        return row + 1

    def _cell(self, row: int, at: int, column: Column, value: Any, fill: str | None) -> None:
        cell = value if isinstance(value, Cell) else Cell(value)
        properties: dict[str, Any] = {"border": 1, "border_color": "#BFC7D1"}
        if cell.tint is not None:
            properties |= {"bg_color": cell.tint.fill, "font_color": cell.tint.ink, "bold": True}
        elif fill is not None:
            properties["bg_color"] = fill
        if cell.bold:
            properties["bold"] = True
        if cell.value is None or cell.value == "":
            self.sheet.write_blank(row, at, None, self.look.make(**properties))
        elif cell.link is not None:
            self.link(row, at, cell.link, str(cell.value), **properties, align="center", text_wrap=True)
            if isinstance(cell.value, int | float):  # the number takes the place of its text, the link stays
                self._figure(
                    row, at, column.kind, cell.value, {**properties, "font_color": BLUE, "underline": 1}
                )
        elif column.kind == "text" or isinstance(cell.value, str):
            self.text(row, at, cell.value, **properties, text_wrap=True, align=column.align)
        elif column.kind == "date":
            form = self.look.make(**properties, num_format=DATE, align="center")
            self.sheet.write_datetime(row, at, dt.datetime.combine(cell.value, dt.time()), form)
        else:
            self._figure(row, at, column.kind, cell.value, properties)

    def _words(self, row: int, at: int, column: Column, value: str, fill: str | None) -> None:
        """A text without a look of its own, as most cells are: its format is looked up without being put together."""
        words, formula = safe(value)
        form = self._plain.get((column.align, fill, formula))
        if form is None:
            properties: dict[str, Any] = {"text_wrap": True, "align": column.align}
            if fill is not None:
                properties["bg_color"] = fill
            if formula:
                properties["quote_prefix"] = True
            form = self._plain[column.align, fill, formula] = self.look.cell(**properties)
        self.sheet.write_string(row, at, words, form)

    def _number(self, row: int, at: int, kind: str, value: int, fill: str | None) -> None:
        """The same for a figure."""
        form = self._plain.get((kind, fill, False))
        if form is None:
            properties: dict[str, Any] = {"bg_color": fill} if fill is not None else {}
            form = self._plain[kind, fill, False] = self.look.cell(**properties, **_figure_look(kind))
        self.sheet.write_number(row, at, value / 100 if kind == "amount" else value, form)

    def _figure(self, row: int, at: int, kind: str, value: float, properties: Mapping[str, Any]) -> None:
        figure = value / 100 if kind == "amount" else value
        self.number(row, at, figure, **properties, **_figure_look(kind))

    def _row_height(
        self, row: int, values: Sequence[Any], columns: Sequence[Column], least: float = 18
    ) -> None:
        most = 1
        for at, value in enumerate(values):
            shown = value.value if isinstance(value, Cell) else value
            if isinstance(shown, str):
                wide = self._widths.get(at, columns[at].least)
                # a call for each short text would cost more than all that is written of it
                if 2 * len(shown) > wide - 1 or "\n" in shown:
                    most = max(most, lines(clip(shown, CELL_LIMIT), wide))
        self.sheet.set_row(row, min(_MOST_POINTS, max(least, _LINE_POINTS * most + 3)))

    # --- printing ----------------------------------------------------------------------------------

    def print_set_up(
        self, *, landscape: bool, repeat: tuple[int, int] | None = None, footer: str = ""
    ) -> None:
        """A4, one page wide, with page numbers; *repeat* rows stand on each page."""
        sheet = self.sheet
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.47, right=0.47, top=0.55, bottom=0.65)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        left = clean(footer).replace("&", "&&")[:120]
        page = t("第 &P 页，共 &N 页", "page &P of &N")
        sheet.set_footer(f'&L&"{"微软雅黑"},常规"&8{left}&C&8{page}&R&8qq-excel {__version__}')
        sheet.hide_gridlines(2)
        if repeat is not None:
            sheet.repeat_rows(*repeat)


class Paper:
    """One workbook that is handed out."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.look = Look(book)

    def sheet(self, name: str, *, tab: str | None = None) -> Sheet:
        """A new sheet."""
        sheet = self.book.add_worksheet(name)
        if tab is not None:
            sheet.set_tab_color(tab)
        return Sheet(sheet, self.look, name)


@contextmanager
def paper(target: Path, title: str) -> Iterator[Paper]:
    """A workbook that takes its place at *target* when the block ends well."""
    with writing(target) as temporary, scratch(target) as folder:
        book = _begun(temporary, title, folder)
        yield Paper(book)
        book.close()
        same_package(temporary, temporary, _slashes, within=_LINKS)


@contextmanager
def plain_paper(target: Path, title: str, last: PlainBook | None = None) -> Iterator[Paper]:
    """The same without charts and the like (see :class:`PlainBook`): for papers that are written by the thousand."""
    book = PlainBook(title, last)
    yield Paper(book)
    same_zip(book.parts(), target, level=QUICK_LEVEL)


def drawn(title: str, draw: Callable[[Paper], object]) -> bytes:
    """Such a workbook as bytes, *draw* writes it: one of thousands that go into packs."""
    book = PlainBook(title)
    draw(Paper(book))
    return zip_bytes(book.parts())


def _begun(target: Path, title: str, folder: Path) -> Any:
    import xlsxwriter  # who writes plain papers only needs none of it

    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": 10}, "tmpdir": str(folder),
    }  # fmt: skip
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties({
        "title": title, "author": AUTHOR, "company": "", "created": FIXED_TIME,
        "comments": f"qq-excel {__version__}",
    })  # fmt: skip
    return book


def _slashes(_: str, content: bytes) -> bytes:
    """Links to files with ``/``: XlsxWriter writes a backslash, which leads nowhere outside Windows."""
    return re.sub(rb'Target="[^"]*"', lambda found: found[0].replace(b"\\", b"/"), content)
