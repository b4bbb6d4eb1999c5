"""Sheets as cells: bulk columns through Arrow, odd cells one by one.

A load by inference over all rows types a clean column exactly. A column with a text among numbers comes
back as text; only of those columns it is asked which cells are texts, which tells a number from a number stored as
text. The bytes of the sheet say so (:mod:`qq_excel.reading.celltypes`); where they do not, and in the other formats, the
columns are loaded once more, as dates: that load reports every text and boolean cell (not numbers, not dates) as an
error with its place. So the slow path costs only the columns that need it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qq_excel.reading.model import Area, CellError, CellKind, Cells, SheetNotes
from qq_excel.reading.onepass.cells import NotPlain
from qq_excel.reading.onepass.sheet import PlainSheet
from qq_excel.reading.options import USUAL, Limits
from qq_excel.reading.package import Package, SheetPart
from qq_excel.reading.plainness import lengths
from qq_excel.reading.serials import error_of, from_reports, number_of, panicked, put, text_of
from qq_excel.reading.source import Source
from qq_excel.reading.texts import blank_texts, replaced, texts_of

#: Says "could not determine dtype" for every empty column.
logging.getLogger("fastexcel").setLevel(logging.CRITICAL)


#: Digits of a number that a code may have been stored as, too long for it to be sure that all were kept.
_LONG = (16, 20)


class ArrowGrid:
    """One sheet that the bulk reader opens by name."""

    def __init__(self, reader: Any, name: str, notes: SheetNotes, *, state: str = "visible") -> None:
        self._reader = reader
        self.name = name
        self.state = state
        self.merges = notes.merges
        self.hidden_rows, self.hidden_columns = notes.hidden_rows, notes.hidden_columns
        self.filtered = notes.filtered
        self.stale_formulas: list[tuple[int, int]] = []
        self.foreign_formulas: list[tuple[int, int]] = []
        self.marks: dict[str, str] = {}
        #: Whether plain numbers that stand for dates count from 1904.
        self.date1904 = False

    def read(self, first_row: int, columns: Iterable[int], exact: Iterable[int] = ()) -> dict[int, Cells]:
        """See :meth:`qq_excel.reading.model.Grid.read`."""
        wanted = sorted(set(columns))
        try:
            first = self._load(first_row, wanted, None)
        except BaseException as error:
            if not panicked(error):
                raise
            if len(wanted) > 1:
                return {c: cells for w in wanted for c, cells in self.read(first_row, [w], exact).items()}
            return self._from_reports(first_row, wanted)
        if first is None:
            return {}
        names, batch, errors = first
        strict = set(exact)
        mixed = [c for c, n in names.items() if _may_be_mixed(batch.column(n), c in strict)]
        texts = self._texts_among(first_row, mixed) if mixed else {}
        failed: dict[int, dict[int, str]] = {}
        words: dict[int, dict[int, str]] = {}
        no_dates: dict[int, dict[int, float]] = {}
        nothing = [c for c, n in names.items() if _has_nan(batch.column(n))]
        for row, column, detail in [*errors, *(self._told_apart(first_row, nothing) if nothing else ())]:
            if value := error_of(detail):
                failed.setdefault(column, {})[row - first_row] = value
            elif (number := number_of(detail)) is not None:
                no_dates.setdefault(column, {})[row - first_row] = number
            elif (text := text_of(detail)) is not None:
                words.setdefault(column, {})[row - first_row] = text
        out = {}
        for column, name in names.items():
            cells = out[column] = _cells(batch.column(name), texts.get(column))
            _enter(cells, CellKind.ERROR, failed.get(column, {}))
            _enter(cells, CellKind.TEXT, words.get(column, {}))
            put(cells, no_dates.get(column, {}))
        return out

    def _texts_among(self, first_row: int, columns: list[int]) -> dict[int, set[int]]:
        """Rows, counted from *first_row*, of the texts and booleans among the numbers and dates of *columns*."""
        texts: dict[int, set[int]] = {c: set() for c in columns}
        for row, column, detail in self._told_apart(first_row, columns):
            if "'String(" in detail or "'Bool(" in detail or "'DurationIso" in detail:
                texts[column].add(row - first_row)
        return texts

    def _told_apart(self, first_row: int, columns: list[int]) -> list[tuple[int, int, str]]:
        """Reports of the texts and booleans among the numbers and dates of *columns*."""
        try:
            again = self._load(first_row, columns, "datetime")
        except BaseException as error:  # at an amount of -107 thousand million and below
            if not panicked(error):
                raise
            again = self._load(first_row, columns, "boolean")
        return [] if again is None else again[2]

    def _from_reports(self, first_row: int, columns: list[int]) -> dict[int, Cells]:
        """One column at which the bulk reader breaks down, from the two loads that never do."""
        numbers, reports = (self._load(first_row, columns, dtype) for dtype in ("float", "boolean"))
        assert numbers and reports  # noqa: S101 - what breaks down is there
        of = {row - first_row: detail for row, _, detail in reports[2]}
        return {c: from_reports(numbers[1].column(name), of) for c, name in numbers[0].items()}

    def _load(
        self, first_row: int, columns: list[int], dtype: str | None
    ) -> tuple[dict[int, str], Any, list[tuple[int, int, str]]] | None:
        import fastexcel

        options: dict[str, Any] = {"header_row": None, "skip_rows": first_row, "schema_sample_rows": None}
        if dtype:
            options["dtypes"] = dtype
        try:
            sheet = self._reader.load_sheet(self.name, use_columns=columns, **options)
        except fastexcel.ColumnNotFoundError:  # a header without any cell below or beside it
            try:
                there = {
                    c.absolute_index
                    for c in self._reader.load_sheet(self.name, **options).available_columns()
                }
            except fastexcel.InvalidParametersError:  # nor any row below it
                return None
            columns = [c for c in columns if c in there]
            if not columns:
                return None
            return self._load(first_row, columns, dtype)
        except (  # its inference stops at #NAME?, or at a duration among other types
            fastexcel.CalamineCellError, fastexcel.UnsupportedColumnTypeCombinationError,
        ):  # fmt: skip
            options["dtypes"] = dict.fromkeys(
                (c for c in columns if not self._inferred(c, options)), "string"
            )
            sheet = self._reader.load_sheet(self.name, use_columns=columns, **options)
        except fastexcel.InvalidParametersError:  # no row below the header
            return None
        batch, errors = sheet.to_arrow_with_errors()
        names = {column: f"{i}" for i, column in enumerate(columns)}
        batch = batch.rename_columns(list(names.values()))
        if errors is None or not errors.errors:
            return names, batch, []
        # places of errors count columns from the first used one
        places = {c.index: c.absolute_index for c in sheet.selected_columns}
        found = [(e.position[0], places[e.position[1]], e.detail) for e in errors.errors]
        return names, batch, found

    def _inferred(self, column: int, options: dict[str, Any]) -> bool:
        import fastexcel

        try:
            self._reader.load_sheet(self.name, use_columns=[column], **options)
        except (fastexcel.CalamineCellError, fastexcel.UnsupportedColumnTypeCombinationError):
            return False
        return True


class FileGrid(ArrowGrid):
    """One sheet of an .xlsx or .xlsm file."""

    def __init__(
        self, reader: LateReader, package: Package, sheet: SheetPart, limits: Limits = USUAL
    ) -> None:
        rows, columns = package.hidden(sheet)
        notes = SheetNotes(package.merges(sheet), rows, columns, package.filtered(sheet))
        super().__init__(reader, sheet.name, notes, state=sheet.state)
        self._package = package
        self._sheet = sheet
        self._limits = limits
        scan = package.scan(sheet)
        self.stale_formulas, self.foreign_formulas = scan.stale, scan.foreign
        self.marks = sheet.marks
        self.date1904 = package.date1904

    @cached_property
    def _plain(self) -> PlainSheet | None:
        return self._package.plain(self._sheet, self._limits)

    def head(self, rows: int) -> list[list[Any]]:
        """The first *rows* rows as Python values."""
        return self._package.head(self._sheet, rows) if self._plain is None else self._plain.head(rows)

    def read(self, first_row: int, columns: Iterable[int], exact: Iterable[int] = ()) -> dict[int, Cells]:
        """See :meth:`qq_excel.reading.model.Grid.read`."""
        if self._plain is not None:
            with suppress(NotPlain):
                return self._plain.read(first_row, columns, exact)
        self._package.forget_head(self._sheet)
        self._reader.open()
        out = super().read(first_row, columns, exact)
        if self._package.scan(self._sheet).booleans:
            self._tell_booleans(first_row, out)
        return out

    def _tell_booleans(self, first_row: int, columns: dict[int, Cells]) -> None:
        """Among numbers TRUE came as 1, and nobody who sees the sheet would add it up."""
        numbers = [c for c, cells in columns.items() if (cells.kind == CellKind.NUMBER).any()]
        for column, rows in (self._texts_among(first_row, numbers) if numbers else {}).items():
            kind = columns[column].kind
            at = [row for row in rows if row < len(kind) and kind[row] == CellKind.NUMBER]
            kind[at] = CellKind.BOOL

    def _texts_among(self, first_row: int, columns: list[int]) -> dict[int, set[int]]:
        told = self._package.texts_among(self._sheet, columns)
        if told is None:
            return super()._texts_among(first_row, columns)
        return {c: {row - first_row for row in rows if row >= first_row} for c, rows in told.items()}


class BlockGrid:
    """One sheet given as rows of Python values: live sheets, and .ods."""

    def __init__(
        self, name: str, rows: Sequence[Sequence[Any]], *, state: str = "visible", merges: Iterable[Area] = (),
        marks: dict[str, str] | None = None, notes: SheetNotes | None = None, date1904: bool = False,
    ) -> None:  # fmt: skip
        notes = notes or SheetNotes()
        self.name = name
        self.state = state
        self._rows = rows
        self.merges = [*merges, *notes.merges]
        self.hidden_rows, self.hidden_columns = notes.hidden_rows, notes.hidden_columns
        self.filtered = notes.filtered
        self.stale_formulas: list[tuple[int, int]] = []
        self.foreign_formulas = notes.foreign_formulas
        self.marks = marks or {}
        self.date1904 = date1904

    def head(self, rows: int) -> list[list[Any]]:
        """The first *rows* rows."""
        return [[None if v == "" else v for v in row] for row in self._rows[:rows]]

    def read(self, first_row: int, columns: Iterable[int], exact: Iterable[int] = ()) -> dict[int, Cells]:
        """See :meth:`qq_excel.reading.model.Grid.read`."""
        del exact
        return {
            c: _from_values([r[c] if c < len(r) else None for r in self._rows[first_row:]])
            for c in set(columns)
        }


def _may_be_mixed(array: Any, strict: bool) -> bool:
    """Whether a column that came back as text is worth a second look for numbers among its texts.

    Where texts are due, only for long codes of which a number format would have kept just what is there.
    """
    if not pa.types.is_string(array.type) or array.null_count == len(array):
        return False
    if strict:
        return True
    sizes = lengths(array)
    if not ((sizes >= _LONG[0]) & (sizes <= _LONG[1])).any():
        return False
    words = pc.unique(array)
    long = words.filter(
        pc.fill_null(pc.match_substring_regex(words, rf"^\d{{{_LONG[0]},{_LONG[1]}}}$"), False)
    )
    return any(int(t) == int(float(t)) and float(t) == float(f"{float(t):.15g}") for t in long.to_pylist())


def _has_nan(array: Any) -> bool:
    """Whether a column of numbers has one that is none: the text NaN among them is given as such."""
    return pa.types.is_floating(array.type) and bool(pc.any(pc.is_nan(array)).as_py())


def _cells(array: Any, texts: set[int] | None) -> Cells:
    size = len(array)
    if array.null_count == size:
        cells = Cells(np.zeros(size, dtype=np.uint8))
    elif pa.types.is_floating(array.type) or pa.types.is_integer(array.type):
        cells = Cells(_kinds(array, CellKind.NUMBER), number=_numbers(array))
    elif pa.types.is_temporal(array.type):
        if pa.types.is_duration(array.type):  # hours alone: counted from the day of number 0
            array = pc.add(pa.scalar(dt.datetime(1899, 12, 31), pa.timestamp("ms")), array)
        date = array.cast(pa.timestamp("s"), safe=False).to_numpy(zero_copy_only=False)
        cells = Cells(_kinds(array, CellKind.DATE), date=date)
    elif pa.types.is_boolean(array.type):
        cells = Cells(_kinds(array, CellKind.BOOL), number=_numbers(array))
    else:
        null = np.asarray(array.is_null())
        if (
            texts is None
            or len(texts := texts.difference(np.flatnonzero(null).tolist())) == size - array.null_count
        ):
            cells = Cells(_kinds(array, CellKind.TEXT), text=texts_of(array))
        else:
            cells = _mixed(array, null, texts)
    return cells


def _kinds(array: Any, kind: int) -> npt.NDArray[np.uint8]:
    """*kind* for each cell in which something stands."""
    kinds = np.full(len(array), kind, dtype=np.uint8)
    if array.null_count:
        kinds[np.asarray(array.is_null())] = CellKind.BLANK
    return kinds


def _numbers(array: Any) -> npt.NDArray[np.float64]:
    out: npt.NDArray[np.float64] = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return out


def _enter(cells: Cells, kind: int, words: dict[int, str]) -> None:
    """Enter what the bulk reader only reports: errors, and among numbers or dates texts such as N/A, NULL or None, which it
    takes for blanks.
    """
    if words:
        at = np.array(list(words), dtype=np.int64)
        cells.kind[at] = kind
        text = cells.text if cells.text is not None else blank_texts(len(cells))
        cells.text = replaced(text, at, list(words.values()))
        if cells.number is not None:
            number = cells.number.copy()
            number[at] = np.nan
            cells.number = number


def _mixed(array: Any, null: Any, texts: set[int]) -> Cells:
    """A text array whose cells other than *texts* are numbers (as text) or dates (as ISO text)."""
    size = len(array)
    kind = np.full(size, CellKind.NUMBER, dtype=np.uint8)
    kind[null] = CellKind.BLANK
    kind[np.fromiter(texts, dtype=np.int64, count=len(texts))] = CellKind.TEXT
    is_bool = np.asarray(pc.fill_null(pc.is_in(array, value_set=pa.array(["true", "false"])), False))
    kind[(kind == CellKind.NUMBER) & is_bool] = CellKind.TEXT
    is_date = np.asarray(
        pc.fill_null(pc.match_substring_regex(array, r"^[+-]?\d{4,}-\d\d-\d\d \d\d:"), False)
    )
    kind[(kind == CellKind.NUMBER) & is_date] = CellKind.DATE
    far = (kind == CellKind.DATE) & np.asarray(pc.fill_null(pc.match_substring_regex(array, "^[+-]"), False))
    rest = pa.array(kind == CellKind.NUMBER)
    number = pc.if_else(rest, array, pa.scalar(None, array.type)).cast(pa.float64())
    dates = pc.if_else(pa.array((kind == CellKind.DATE) & ~far), array, pa.scalar(None, array.type))
    dates = dates.cast(pa.timestamp("ms")).cast(pa.timestamp("s"), safe=False)
    date = dates.to_numpy(zero_copy_only=False)
    if far.any():  # years of other than four digits
        date = date.copy()
        date[far] = [np.datetime64(array[i].as_py(), "s") for i in np.flatnonzero(far)]
    text = pc.if_else(pa.array(kind == CellKind.TEXT), array, pa.scalar(None, array.type))
    return Cells(
        kind,
        number=number.to_numpy(zero_copy_only=False),
        date=date,
        text=texts_of(text),
    )


#: The day of a time of day alone, as programs with a live sheet give it.
_NO_DAY = dt.date(1899, 12, 30)


def _plain_time(value: dt.date) -> dt.date:
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value


def _from_values(values: list[Any]) -> Cells:
    size = len(values)
    kind = np.zeros(size, dtype=np.uint8)
    number = np.full(size, np.nan)
    date = np.full(size, np.datetime64("NaT", "s"))
    text: list[Any] = [None] * size
    for i, value in enumerate(values):
        if value is None or value == "":
            continue
        if isinstance(value, CellError):
            kind[i], text[i] = CellKind.ERROR, value.text
        elif isinstance(value, bool):
            kind[i], number[i] = CellKind.BOOL, float(value)
        elif isinstance(value, int | float):
            kind[i], number[i] = CellKind.NUMBER, float(value)
        elif isinstance(value, dt.date) and value.year > 1899:
            kind[i], date[i] = CellKind.DATE, np.datetime64(_plain_time(value), "s")
        elif isinstance(value, dt.datetime) and value.date() == _NO_DAY:  # as live sheets give a time of day
            kind[i], date[i] = CellKind.DATE, np.datetime64(_plain_time(value) + dt.timedelta(days=1), "s")
        else:
            kind[i], text[i] = CellKind.TEXT, str(value)
    return Cells(kind, number=number, date=date, text=texts_of(text))


class LateReader:
    """The bulk reader of a file that may never be asked for anything."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._reader: Any = None

    def open(self) -> None:
        """Open the file if it is not. Raises what the bulk reader does at one that it cannot open."""
        if self._reader is None:
            self._reader = open_file(self._source)

    def load_sheet(self, name: str, **options: Any) -> Any:
        """See ``fastexcel.ExcelReader.load_sheet``."""
        return self._reader.load_sheet(name, **options)


def open_file(source: Source) -> Any:
    """The bulk reader of *source*."""
    import fastexcel

    path = source.path
    # by its name alone it would be taken for what the extension says
    by_name = source.content is None and path.suffix.lower() in (".xlsx", ".xlsm")
    return fastexcel.read_excel(str(path) if by_name else source.read())
