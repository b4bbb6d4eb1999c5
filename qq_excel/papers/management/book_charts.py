"""The native charts of the management report's workbook: Excel draws them from the tables below them."""

from __future__ import annotations

from typing import Any

from qq_excel.papers import style
from qq_excel.papers.ageing import BESIDE
from qq_excel.papers.management.charts import SEVERITY_INKS
from qq_excel.papers.management.view import BARS, Block
from qq_excel.papers.sheet import Sheet
from qq_excel.warnings import GRAVEST

#: Columns (characters) that a chart is wide.
CHART_WIDTH = 126
_PIXELS, _ROW = 880, 20
_FONT = {"name": style.FONT, "size": 9, "color": style.INK}
#: How each section is drawn: the kind of chart, and whether its series are stacked.
_KINDS = {
    "ageing": ("bar", True), "due": ("column", False), "trend": ("line", False), "debtors": ("bar", False),
    "warnings": ("bar", True), "limitation": ("column", False), "recovery": ("bar", False), "quality": ("bar", True),
}  # fmt: skip


def chart_rows(key: str, count: int) -> int:
    """Rows that the chart of *count* names takes."""
    return _height(key, count) // _ROW + 2


def insert_chart(book: Any, sheet: Sheet, key: str, block: Block, top: int, at: int) -> None:
    """Draw *block*, whose headers stand in row *top*, at row *at*."""
    kind, stacked = _KINDS[key]
    series = _series(key, block)
    count = _names(key, len(block.rows))
    name = 1 if key == "debtors" else 0
    chart = book.add_chart({"type": kind, **({"subtype": "stacked"} if stacked else {})})
    for column, ink in series:
        dot = {"type": "circle", "fill": {"color": ink}, "border": {"color": ink}}
        drawn = (
            {"line": {"color": ink, "width": 2}, "marker": dot}
            if kind == "line"
            else {"fill": {"color": ink}}
        )
        chart.add_series({
            "name": [sheet.name, top, column], "categories": [sheet.name, top + 1, name, top + count, name],
            "values": [sheet.name, top + 1, column, top + count, column], "gap": 60, **drawn,
        })  # fmt: skip
    grid = {"visible": True, "line": {"color": "#E3E7EC"}}
    values = {"num_font": _FONT, "num_format": "#,##0", "line": {"none": True}, "major_gridlines": grid}
    turned = {**_FONT, "rotation": -45} if kind == "column" else _FONT
    names = {"num_font": turned, "line": {"color": style.LINE}, "text_axis": True}
    if kind == "bar":  # names stand upright, the first one at the top
        chart.set_y_axis({**names, "reverse": True})
        chart.set_x_axis({**values, "label_position": "high"})
    else:
        chart.set_x_axis(names)
        chart.set_y_axis(values)
    chart.set_title(
        {"name": block.caption, "name_font": {**_FONT, "size": 11, "bold": True}, "overlay": False}
    )
    chart.set_legend({"none": True} if len(series) == 1 else {"position": "bottom", "font": _FONT})
    chart.set_chartarea({"border": {"color": style.LINE}})
    chart.set_size({"width": _PIXELS, "height": _height(key, len(block.rows))})
    placed = {"x_offset": 6, "y_offset": 6, "object_position": 2, "description": block.caption}
    sheet.sheet.insert_chart(at, 0, chart, placed)


def _names(key: str, count: int) -> int:
    """How many of the rows are drawn: months and periods all, units and debtors as many as can be read."""
    return count if _KINDS[key][0] != "bar" else min(count, BARS)


def _height(key: str, count: int) -> int:
    if _KINDS[key][0] != "bar":
        return 280
    # with as many names as are drawn it fits on a page below the title: a chart is cut by no break
    return max(220, 110 + (30 if key in ("recovery", "debtors") else 26) * _names(key, count))


def _series(key: str, block: Block) -> list[tuple[int, str]]:
    """The columns that are drawn, and their colours."""
    chosen: dict[str, list[tuple[int, str]]] = {
        "due": [(2, "#ED7D31")], "limitation": [(2, "#ED7D31")], "debtors": [(3, style.BLUE), (5, "#ED7D31")],
        "trend": [(2, style.NAVY), (3, "#ED7D31"), (5, "#C00000")], "recovery": [(2, "#BFC7D1"), (3, "#2E6B1F")],
        "warnings": [(2 + 2 * i, style.WARNING_TINTS[x].fill) for i, x in enumerate(GRAVEST)],
        "quality": [(4 + i, ink) for i, ink in enumerate(SEVERITY_INKS.values())],
    }  # fmt: skip
    bands = [c.header for c in block.columns[1:-1]]
    return chosen.get(key) or list(enumerate(style.band_inks(bands, [str(x) for x in BESIDE]).values(), 1))
