"""The charts of the management report, drawn by Vega-Lite (vl-convert) as SVG that stands in the page itself.

A mark's ``show`` says which rows it is the sum of; it becomes a link that filters them (see ``page.js``). The table
under each chart has the same figures and links, so the chart itself is hidden from screen readers. The charts of one
unit are drawn by the page's script (``charts.js``), which imitates these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, unquote

from qq_excel.errors import ToolError
from qq_excel.language import Text, t
from qq_excel.papers import style
from qq_excel.papers.words import clean

#: The grammar that the specifications below are written in; vl-convert brings several.
_VEGA_LITE = "5.21"
_FONT = f'"{style.FONT}", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'
_WIDTH = 760
_SVG = "{http://www.w3.org/2000/svg}"
_NOWHERE = "https://rows.invalid/"
SEVERITY_INKS = {"E": "#C00000", "W": "#E0A100", "I": "#5B9BD5", "?": "#7D6B9E"}

_AXIS = {"tickCount": 7}

Datum = Mapping[str, Any]


class ChartError(ToolError):
    """The library that draws charts is missing."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: marks, each with ``name``, ``part``, ``value``, ``words`` and the rows that it stands for (``show``)."""

    #: ``bars`` (horizontal, one per name), ``columns`` (upright, in the order of the data) or ``lines`` (a point per name).
    kind: Literal["bars", "columns", "lines"]
    data: Sequence[Datum]
    #: The title of the axis of values.
    value: str
    parts: Sequence[str]
    inks: Sequence[str]
    #: Parts side by side instead of on top of each other.
    grouped: bool = False

    def svg(self) -> str:
        """The chart for a page; :class:`ChartError` without the library that draws."""
        draw = {"bars": _bars, "columns": _columns, "lines": _lines}
        return draw[self.kind](self)


# --- inside ---------------------------------------------------------------------------------------------


def _bars(chart: Chart) -> str:
    encoding: dict[str, Any] = {
        "y": {"field": "name", "type": "nominal", "sort": None, "title": None,
              "axis": {"labelLimit": 190, "ticks": False, "domain": False}},
        "x": {"field": "value", "type": "quantitative", "axis": _AXIS, "stack": None if chart.grouped else "zero",
              "title": chart.value},
    }  # fmt: skip
    if chart.grouped:
        encoding["yOffset"] = {"field": "part", "type": "nominal", "sort": list(chart.parts)}
    step = {"step": 34 if chart.grouped else 28, **({"for": "position"} if chart.grouped else {})}
    return _drawn(chart, {"type": "bar"}, encoding, height=step)


def _columns(chart: Chart) -> str:
    encoding = {
        "x": {"field": "name", "type": "nominal", "sort": None, "title": None,
              "axis": {"labelAngle": -45, "ticks": False, "labelLimit": 110, "labelOverlap": False}},
        "y": {"field": "value", "type": "quantitative", "axis": _AXIS, "title": chart.value},
    }  # fmt: skip
    return _drawn(chart, {"type": "bar"}, encoding, height=220)


def _lines(chart: Chart) -> str:
    encoding = {
        "x": {"field": "name", "type": "ordinal", "sort": None, "title": None, "axis": {"labelAngle": 0}},
        "y": {"field": "value", "type": "quantitative", "axis": _AXIS, "title": chart.value},
    }
    mark = {"type": "line", "point": {"size": 60, "filled": True}, "strokeWidth": 2}
    return _drawn(chart, mark, encoding, height=240)


def _drawn(chart: Chart, mark: Mapping[str, Any], encoding: dict[str, Any], height: Any) -> str:
    try:
        import vl_convert  # starts an engine; only this report draws
    except ImportError:
        raise ChartError(
            Text(
                "管理报告的图需要 vl-convert-python，没有安装。请运行 pip install 'qq-excel[charts]'。",
                "the management report's charts need vl-convert-python; run pip install 'qq-excel[charts]'.",
            )
        ) from None
    there = {d["part"] for d in chart.data}
    inks = {part: ink for part, ink in zip(chart.parts, chart.inks, strict=False) if part in there}
    parts = list(inks)
    encoding["color"] = {
        "field": "part", "type": "nominal", "title": None, "legend": {"orient": "top", "symbolType": "square"},
        "scale": {"domain": parts, "range": list(inks.values())}, "sort": parts,
    }  # fmt: skip
    encoding["order"] = {"field": "rank", "type": "quantitative"}
    data = [{**_clean(d), "rank": parts.index(d["part"])} for d in chart.data]
    if mark["type"] == "bar":
        encoding["href"] = {"field": "href", "type": "nominal"}
        encoding["description"] = {"field": "words", "type": "nominal"}
    else:
        encoding.pop("order", None)
    spec = {
        "width": _WIDTH, "height": height, "background": None, "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": [{**d, "href": _address(d)} for d in data]}, "mark": dict(mark), "encoding": encoding,
        "config": {
            "font": _FONT, "view": {"stroke": None}, "legend": {"labelFontSize": 13, "labelLimit": 160, "columns": 8},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "titleColor": style.SOFT,
                     "labelColor": style.INK, "gridColor": "#E3E7EC", "domainColor": style.LINE},
        },
    }  # fmt: skip
    return _embedded(vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE))


def _clean(datum: Datum) -> dict[str, Any]:
    """Its texts without what no XML may hold: vl-convert would end this process at such a character."""
    return {k: clean(v) if isinstance(v, str) else v for k, v in datum.items()}


def _address(datum: Datum) -> str:
    """Which rows, as an address that Vega lets pass; :func:`_embedded` turns it into what the page reads."""
    table, show = datum.get("table", "rows"), datum.get("show")
    return f"{_NOWHERE}{table}/{quote(show, safe='')}" if show else ""


def _embedded(svg: str) -> str:
    """The SVG as the page takes it: as wide as there is room, links that filter, a word on each mark, no roles."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    root: Any = etree.fromstring(svg.encode(), parser)
    for element in list(root.iter(f"{_SVG}a")):
        _link(element, element.attrib.pop("{http://www.w3.org/1999/xlink}href", ""))
    # clips are numbered through the life of the process, and no bar leaves its frame
    etree.strip_attributes(
        root, "role", "aria-label", "aria-roledescription", "aria-hidden", "id", "clip-path", "version"
    )
    etree.strip_elements(root, f"{_SVG}defs", with_tail=False)
    wide, high = root.attrib.pop("width"), root.attrib.pop("height")
    marks = {"viewBox": f"0 0 {wide} {high}", "class": "chart", "aria-hidden": "true", "focusable": "false"}
    for key, value in marks.items():
        root.set(key, value)
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _link(element: Any, address: str) -> None:
    """A link to rows, out of the way of the keyboard: the table under the chart has the same."""
    from lxml import etree

    mark = element[0]
    table, _, show = address.removeprefix(_NOWHERE).partition("/")
    if address.startswith(_NOWHERE):
        element.set("href", f"#{table}")
        element.set("data-show", unquote(show))
        element.set("tabindex", "-1")
    words = mark.get("aria-label")
    if words:
        etree.SubElement(mark, f"{_SVG}title").text = words


def shown(value: int) -> float:
    """Cents as 万元 for an axis."""
    return round(value / 1_000_000, 6)


def amount_axis() -> str:
    """The title of an axis of amounts."""
    return t("万元", "10,000 yuan")
