"""The styles of a :class:`~qq_excel.papers.plain_book.PlainBook`, by the names that XlsxWriter's formats have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from qq_excel.papers.style import FONT
from qq_excel.patching.xmltree import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FIRST_OWN = 164
_VERTICAL = {"vcenter": "center", "top": "top", "bottom": "bottom"}
_KNOWN = frozenset({
    "font_name", "font_size", "font_color", "bold", "underline", "bg_color", "border", "border_color", "align", "valign",
    "text_wrap", "indent", "num_format", "quote_prefix",
})  # fmt: skip


class _Format(NamedTuple):
    """The elements that a format is made of; empty where it has none of its own."""

    number: str
    font: str
    fill: str
    border: str
    alignment: str
    quoted: bool


class PlainStyles:
    """Elements with their numbers, in the order in which they were first asked for."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._fonts: dict[str, int] = {_format(()).font: 0}
        self._fills: dict[str, int] = {
            f'<fill><patternFill patternType="{x}"/></fill>': n for n, x in enumerate(("none", "gray125"))
        }
        self._borders: dict[str, int] = {"<border><left/><right/><top/><bottom/><diagonal/></border>": 0}
        self._formats: dict[str, int] = {'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>': 0}

    def add(self, properties: Mapping[str, Any]) -> int:
        """The number of a format."""
        f = _format(tuple(properties.items()))
        number = self._numbers.setdefault(f.number, _FIRST_OWN + len(self._numbers)) if f.number else 0
        font = self._fonts.setdefault(f.font, len(self._fonts))
        fill = self._fills.setdefault(f.fill, len(self._fills)) if f.fill else 0
        border = self._borders.setdefault(f.border, len(self._borders)) if f.border else 0
        quoted = ' quotePrefix="1"' if f.quoted else ""
        element = (
            f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"{quoted} '
            f'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">{f.alignment}</xf>'
        )
        return self._formats.setdefault(element, len(self._formats))

    def copy(self) -> PlainStyles:
        """The same formats, for a book that has more of them."""
        new = PlainStyles()
        new._numbers, new._fonts, new._fills = self._numbers.copy(), self._fonts.copy(), self._fills.copy()
        new._borders, new._formats = self._borders.copy(), self._formats.copy()
        return new

    def xml(self) -> str:
        """The part."""
        numbers = {f'<numFmt numFmtId="{n}" formatCode="{escape(x)}"/>': n for x, n in self._numbers.items()}
        plain = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        return "".join([
            f'<styleSheet xmlns="{_MAIN}">', _section("numFmts", numbers) if numbers else "",
            _section("fonts", self._fonts), _section("fills", self._fills), _section("borders", self._borders),
            _section("cellStyleXfs", {plain: 0}), _section("cellXfs", self._formats),
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        ])  # fmt: skip


def _section(name: str, elements: Mapping[str, int]) -> str:
    return f'<{name} count="{len(elements)}">{"".join(elements)}</{name}>'


@lru_cache(maxsize=1_024)
def _format(properties: tuple[tuple[str, Any], ...]) -> _Format:
    asked = dict(properties)
    if unknown := asked.keys() - _KNOWN:
        raise ValueError(f"formats of a plain book have no {', '.join(sorted(unknown))}")
    font = (
        f"<font>{'<b/>' if asked.get('bold') else ''}{'<u/>' if asked.get('underline') else ''}"
        f'<sz val="{asked.get("font_size", 10):g}"/>{_colour(asked.get("font_color"))}'
        f'<name val="{escape(asked.get("font_name", FONT))}"/><family val="2"/></font>'
    )
    fill = border = ""
    if "bg_color" in asked:
        fill = (
            f'<fill><patternFill patternType="solid"><fgColor rgb="FF{asked["bg_color"][1:]}"/><bgColor indexed="64"/>'
            "</patternFill></fill>"
        )
    if asked.get("border"):
        side = f' style="thin">{_colour(asked.get("border_color"))}</'
        sides = "".join(f"<{n}{side}{n}>" for n in ("left", "right", "top", "bottom"))
        border = f"<border>{sides}<diagonal/></border>"
    alignment = "".join([
        "<alignment", f' horizontal="{asked["align"]}"' if "align" in asked else "",
        f' vertical="{_VERTICAL[asked["valign"]]}"' if "valign" in asked else "",
        f' indent="{asked["indent"]}"' if asked.get("indent") else "", ' wrapText="1"' if asked.get("text_wrap") else "", "/>",
    ])  # fmt: skip
    return _Format(
        asked.get("num_format", ""), font, fill, border, alignment, bool(asked.get("quote_prefix"))
    )


def _colour(code: str | None) -> str:
    return f'<color rgb="FF{code[1:]}"/>' if code else ""
