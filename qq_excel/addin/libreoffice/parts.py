"""What hangs on ranges and sheets: fonts, notes, tables, charts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from qq_excel.addin.libreoffice import values
from qq_excel.addin.libreoffice.remote import Enum, Remote, Struct

if TYPE_CHECKING:
    from qq_excel.addin.libreoffice.books import Book
    from qq_excel.addin.libreoffice.ranges import Range
    from qq_excel.addin.libreoffice.sheets import Sheet

_BOLD, _NORMAL = 150.0, 100.0
_NOTES = 8
#: Hundredths of a millimetre in a point.
_POINT = 2540 / 72
#: xlwings' types of charts that this engine draws: the office's diagram, standing (columns) or lying (bars), stacked, in per cent.
_CHARTS = {
    "column_clustered": ("BarDiagram", False, False, False), "column_stacked": ("BarDiagram", False, True, False),
    "column_stacked_100": ("BarDiagram", False, True, True), "bar_clustered": ("BarDiagram", True, False, False),
    "bar_stacked": ("BarDiagram", True, True, False), "bar_stacked_100": ("BarDiagram", True, True, True),
    "line": ("LineDiagram", False, False, False), "area": ("AreaDiagram", False, False, False),
    "pie": ("PieDiagram", False, False, False),
}  # fmt: skip


class Font(base.Font):
    """The font of a range. Chinese and complex scripts follow the Latin one."""

    def __init__(self, parent: Range) -> None:
        self.parent = parent

    @property
    def api(self) -> Any:
        """The office's object."""
        return self.parent.held

    def _put(self, setting: str, value: Any) -> None:
        for script in ("", "Asian", "Complex"):
            self.parent.put(setting + script, value)

    @property
    def bold(self) -> bool | None:
        """Whether it is bold; None when the cells differ."""
        found = self.parent.get("CharWeight")
        return None if found is None else found > _NORMAL

    @bold.setter
    def bold(self, value: bool) -> None:
        self._put("CharWeight", _BOLD if value else _NORMAL)

    @property
    def italic(self) -> bool | None:
        """Whether it slants; None when the cells differ."""
        found = self.parent.get("CharPosture")
        return None if found is None else bool(found.value == "ITALIC")

    @italic.setter
    def italic(self, value: bool) -> None:
        self._put("CharPosture", Enum("com.sun.star.awt.FontSlant", "ITALIC" if value else "NONE"))

    @property
    def size(self) -> float | None:
        """In points."""
        found = self.parent.get("CharHeight")
        return None if found is None else float(found)

    @size.setter
    def size(self, value: float) -> None:
        self._put("CharHeight", float(value))

    @property
    def color(self) -> tuple[int, int, int] | None:
        """The ink."""
        found = self.parent.get("CharColor")
        return (0, 0, 0) if found == -1 else values.rgb(found)

    @color.setter
    def color(self, value: Any) -> None:
        self.parent.put("CharColor", values.colour(value))

    @property
    def name(self) -> str | None:
        """The family."""
        found = self.parent.get("CharFontName")
        return None if found is None else str(found)

    @name.setter
    def name(self, value: str) -> None:
        self._put("CharFontName", value)


class Note(base.Note):
    """The note at a cell."""

    location: Any = None  # over a property of the base class

    def __init__(self, location: Range) -> None:
        self.location = location

    @property
    def api(self) -> Any:
        """The office's object."""
        return self.location.cell.Annotation

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.api.String)

    @text.setter
    def text(self, value: str) -> None:
        self.api.setString(value)

    @property
    def author(self) -> str:
        """Who wrote it."""
        return str(self.api.Author)

    def delete(self) -> None:
        """Take it away."""
        self.location(1, 1).held.clearContents(_NOTES)


class Tables(base.Tables):
    """The database ranges of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.held = sheet.book.doc.DatabaseRanges

    @property
    def api(self) -> Any:
        """The office's collection."""
        return self.held

    def _all(self) -> list[Table]:
        every = (self.held.getByName(name) for name in self.held.ElementNames)
        return [Table(self.sheet.book, t) for t in every if t.DataArea.Sheet == self.sheet.index - 1]

    def __iter__(self) -> Iterator[Table]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __call__(self, key: int | str) -> Table:
        """The one of a name, or of a number from 1; KeyError when there is none."""
        for n, table in enumerate(self._all(), 1):
            if key in (n, table.name):
                return table
        raise KeyError(key)

    def __contains__(self, key: str) -> bool:
        return any(t.name == key for t in self._all())

    def add(
        self, source_type: Any = None, source: Any = None, *_: Any, name: str | None = None, **__: Any
    ) -> Table:
        """Make a table of a range."""
        del source_type
        n = 1
        while name is None or self.held.hasByName(name):
            name, n = f"Table{n}", n + 1
        self.held.addNewByName(name, getattr(source, "impl", source).held.RangeAddress)
        made = Table(self.sheet.book, self.held.getByName(name))
        made.held.AutoFilter = True
        return made


class Table(base.Table):
    """One database range."""

    def __init__(self, book: Book, held: Remote) -> None:
        self.book, self.held = book, held

    @property
    def api(self) -> Any:
        """The office's object."""
        return self.held

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.held.Name)

    @name.setter
    def name(self, value: str) -> None:
        self.held.Name = value

    display_name = name

    @property
    def range(self) -> Range:
        """All of it."""
        return self.book.range_at(self.held.DataArea)

    @property
    def parent(self) -> Sheet:
        """Its sheet."""
        sheet: Sheet = self.range.sheet
        return sheet

    @property  # type: ignore[misc] # the base's can be set
    def show_headers(self) -> bool:
        """Whether its first row has headers."""
        return bool(self.held.ContainsHeader)

    @property
    def header_row_range(self) -> Range | None:
        """Its headers."""
        whole = self.range
        return whole.sheet.range((whole.row, whole.column, 1, whole.ncols)) if self.show_headers else None

    @property
    def data_body_range(self) -> Range | None:
        """Its rows."""
        whole, head = self.range, int(self.show_headers)
        if whole.nrows <= head:
            return None
        return whole.sheet.range((whole.row + head, whole.column, whole.nrows - head, whole.ncols))


class Charts(base.Charts):
    """The charts of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.parent = sheet
        self.held = sheet.held.Charts

    parent: Any = None  # over a property of the base class

    @property
    def api(self) -> Any:
        """The office's collection."""
        return self.held

    def __len__(self) -> int:
        return int(self.held.Count)

    def __iter__(self) -> Iterator[Chart]:
        return (Chart(self.parent, self.held.getByName(name)) for name in self.held.ElementNames)

    def __contains__(self, key: str) -> bool:
        return bool(self.held.hasByName(key))

    def __call__(self, key: int | str) -> Chart:
        """The one of a name, or of a number from 1; KeyError when there is none."""
        if isinstance(key, int):
            return list(self)[key - 1]
        return Chart(self.parent, self.held.getByName(key))

    def add(
        self, left: float, top: float, width: float, height: float, chart_type: str | None = None,
        source: Range | None = None, plot_by: str | None = None, name: str | None = None,
        anchor: Any = None, style: Any = None,
    ) -> Chart:  # fmt: skip
        """Draw a chart; places and sizes are points."""
        del style
        if anchor is not None:
            at = getattr(anchor, "impl", anchor)
            left, top = at.left, at.top
        n = len(self) + 1
        while name is None or self.held.hasByName(name):
            name, n = f"Chart {n}", n + 1
        place = {"X": left, "Y": top, "Width": width, "Height": height}
        box = Struct("com.sun.star.awt.Rectangle", **{k: round(v * _POINT) for k, v in place.items()})
        cells = self.parent.range((1, 1)) if source is None else source  # a chart of nothing never gets data
        self.held.addNewByName(name, box, (cells.held.RangeAddress,), True, True)
        chart = Chart(self.parent, self.held.getByName(name))
        if chart_type:
            chart.chart_type = chart_type
        if source is not None:
            chart.set_source_data(source, plot_by)
            # as Excel does: several series are told apart by a legend
            series = (source.nrows if plot_by == "rows" else source.ncols) - 1
            chart.held.EmbeddedObject.HasLegend = series > 1
        return chart


class Chart(base.Chart):
    """One chart."""

    parent: Any = None  # over a property of the base class

    def __init__(self, sheet: Sheet, held: Remote) -> None:
        self.parent, self.held = sheet, held

    @property
    def api(self) -> Any:
        """The office's object."""
        return self.held

    @property  # type: ignore[misc] # the base's can be set
    def name(self) -> str:
        """Its name."""
        return str(self.held.Name)

    @property
    def _inside(self) -> Any:
        return self.held.EmbeddedObject

    @property
    def chart_type(self) -> str:
        """Its type, by xlwings' names."""
        diagram = self._inside.Diagram
        kind = diagram.getDiagramType().rpartition(".")[2]
        if kind != "BarDiagram":
            wanted: tuple[Any, ...] = (kind, False, False, False)
        else:
            # the office's Vertical is about the axis that the bars stand on
            wanted = (kind, diagram.Vertical, diagram.Stacked or diagram.Percent, diagram.Percent)
        return next(k for k, v in _CHARTS.items() if v == wanted)

    @chart_type.setter
    def chart_type(self, value: str) -> None:
        if value not in _CHARTS:
            raise NotImplementedError(f"this engine draws no {value} charts")
        kind, lying, stacked, per_cent = _CHARTS[value]
        inside = self._inside
        inside.Diagram = inside.createInstance(f"com.sun.star.chart.{kind}")
        if kind == "BarDiagram":
            diagram = inside.Diagram
            diagram.Vertical, diagram.Stacked, diagram.Percent = lying, stacked, per_cent

    def set_source_data(self, source: Range, plot_by: str | None = None) -> None:
        """Draw *source*: its first row and column are names."""
        self.held.setRanges((getattr(source, "impl", source).held.RangeAddress,))
        if plot_by is not None:
            way = "COLUMNS" if plot_by == "columns" else "ROWS"
            self._inside.Diagram.DataRowSource = Enum("com.sun.star.chart.ChartDataRowSource", way)

    @property
    def title(self) -> str | None:
        """Its title; None without one."""
        return str(self._inside.Title.String) if self._inside.HasMainTitle else None

    @title.setter
    def title(self, value: str | None) -> None:
        self._inside.HasMainTitle = value is not None
        if value is not None:
            self._inside.Title.String = value

    def delete(self) -> None:
        """Take it away."""
        self.parent.held.Charts.removeByName(self.name)
