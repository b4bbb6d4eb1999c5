"""The charts of a warning sheet: amounts by level and by cause, ageing by unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qq_excel.language import t
from qq_excel.papers import style
from qq_excel.papers.ageing import BESIDE
from qq_excel.papers.sheet import Paper, Sheet
from qq_excel.papers.warning_view import LEVELS

#: Units and causes that one chart can show so that their names are read.
_MOST = 15
_FONT = {"name": style.FONT, "size": 9, "color": style.INK}


def _chart(book: Paper, kind: dict[str, str], title: str) -> Any:
    chart = book.book.add_chart(kind)
    chart.set_title({"name": title, "name_font": {**_FONT, "size": 11, "bold": True}, "overlay": False})
    chart.set_chartarea({"border": {"color": style.LINE}})
    return chart


def _axes(chart: Any, *, flat: bool, least: int | None = 0) -> None:
    names = {"num_font": _FONT, "line": {"color": style.LINE}, "major_tick_mark": "none"}
    values = {
        "num_font": _FONT, "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E3E7EC"}},
        "line": {"none": True}, "min": least,
    }  # fmt: skip
    if flat:  # a bar chart's names stand upright, the first one at the top
        chart.set_y_axis({**names, "reverse": True})
        chart.set_x_axis({**values, "label_position": "high"})
        return
    chart.set_x_axis(names)
    chart.set_y_axis(values)


def level_chart(book: Paper, sheet: Sheet, rows: tuple[int, int], at: tuple[int, int]) -> None:
    """Columns by level in their colours; *rows*: first data row and how many."""
    first, count = rows
    chart = _chart(book, {"type": "column"}, t("各级预警金额（万元）", "Amounts by level (10,000 yuan)"))
    last = first + count - 1
    chart.add_series({
        "categories": [sheet.name, first, 0, last, 0], "values": [sheet.name, first, 3, last, 3], "gap": 80,
        "points": [{"fill": {"color": style.WARNING_TINTS[x].fill}} for x in LEVELS],
        "data_labels": {"value": True, "num_format": "#,##0.00", "font": _FONT},
    })  # fmt: skip
    chart.set_legend({"none": True})
    _axes(chart, flat=False)
    chart.set_size({"width": 460, "height": 240})
    sheet.sheet.insert_chart(*at, chart, _placed(t("各级预警金额", "Amounts by level")))


def cause_height(count: int) -> int:
    """Pixels that the chart of so many causes is high."""
    return 80 + 30 * min(count, _MOST)


def cause_chart(book: Paper, sheet: Sheet, rows: tuple[int, int], at: tuple[int, int]) -> None:
    """Bars by cause."""
    first, count = rows[0], min(rows[1], _MOST)
    chart = _chart(book, {"type": "bar"}, t("各类原因涉及金额（万元）", "Amounts by cause (10,000 yuan)"))
    last = first + count - 1
    chart.add_series({
        "categories": [sheet.name, first, 0, last, 0], "values": [sheet.name, first, 3, last, 3], "gap": 60,
        "fill": {"color": style.BLUE}, "data_labels": {"value": True, "num_format": "#,##0.00", "font": _FONT},
    })  # fmt: skip
    chart.set_legend({"none": True})
    _axes(chart, flat=True)
    chart.set_size({"width": 460, "height": cause_height(count)})
    sheet.sheet.insert_chart(*at, chart, _placed(t("各类原因涉及金额", "Amounts by cause")))


def ageing_chart(book: Paper, sheet: Sheet, table: tuple[int, int, Sequence[str]], row: int) -> int:
    """Bars by unit, stacked by age band; *table*: header row, units, bands. Gives the next free row."""
    top, units, bands = table
    shown = min(units, _MOST)
    if not shown:
        return row
    more = t(f"，前 {_MOST} 个单位", f", the first {_MOST}") if units > _MOST else ""
    chart = _chart(
        book,
        {"type": "bar", "subtype": "stacked"},
        t(f"各单位账龄结构（元{more}）", f"Ageing by unit (yuan{more})"),
    )
    inks = style.band_inks(bands, [str(x) for x in BESIDE])
    for i, name in enumerate(bands):
        chart.add_series(
            {
                "name": [sheet.name, top, 1 + i],
                "categories": [sheet.name, top + 1, 0, top + shown, 0],
                "values": [sheet.name, top + 1, 1 + i, top + shown, 1 + i],
                "gap": 60,
                "fill": {"color": inks[name]},
            }
        )
    chart.set_legend({"position": "bottom", "font": _FONT})
    _axes(chart, flat=True, least=None)
    high = max(230, 150 + 34 * shown)
    chart.set_size({"width": 900, "height": high})
    sheet.sheet.insert_chart(row, 0, chart, _placed(t("各单位账龄结构", "Ageing by unit")))
    return row + high // 20 + 1


def _placed(words: str) -> dict[str, Any]:
    return {"x_offset": 6, "y_offset": 6, "object_position": 2, "description": words}
