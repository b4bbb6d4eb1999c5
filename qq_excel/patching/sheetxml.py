"""One worksheet as it stands: where its rows, its cells and its other elements are.

A sheet of 100,000 rows is never built as a tree. Its rows are found by a search over the bytes, and only
rows that somebody asks for are looked into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from qq_excel.findings import column_letters, from_a1
from qq_excel.patching.splices import PatchError, Splices
from qq_excel.patching.xmltree import (
    REST_OF_TAG,
    Node,
    append,
    escape,
    parse,
    place_for,
)

#: Children of a worksheet in the order of the schema.
ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst",
)  # fmt: skip
_NOT_CELLS = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][\w.\-]*:)?worksheet[\s>]")
#: So many cells of a row are looked for one by one; for more it is read once.
_SOUGHT = 200
_REF = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
#: A cell's tag as known writers put it, and one with a value behind it.
_USUAL = re.compile(rb"""<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="(\w+)")?/?>""")
_USUAL_FILLED = re.compile(rb"""<c r="([A-Z]{1,3})\d+"(?: s="\d+")?(?: t="\w+")?><(?:v|f|is)[ >]""")
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d{1,6})["']""")
_KIND = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
_HEIGHT = re.compile(rb"""\sht\s*=\s*["'](\d{1,6}(?:\.\d{0,20})?)["']""")


class Cell(NamedTuple):
    """A cell as it stands: zero-based column and the places of its bytes."""

    column: int
    start: int
    inner: int
    outer: int
    end: int
    style: int
    kind: str

    @property
    def filled(self) -> bool:
        """Whether anything stands in it."""
        return self.outer > self.inner


class Row(NamedTuple):
    """A row as it stands: zero-based number and the places of its bytes."""

    number: int
    start: int
    inner: int
    outer: int
    end: int


class SheetXml:
    """The XML of one worksheet."""

    def __init__(self, edits: Splices) -> None:
        """*edits* are those of its part; :class:`PatchError` when it is no worksheet."""
        self.edits = edits
        self.content = edits.base
        plain = self.content
        # one byte is looked for much faster than two of which one is everywhere; the declaration at the top has two of its own
        if (b"!" in plain and b"<!" in plain) or (
            plain.find(b"?", plain.find(b"?>") + 2) >= 0 and plain.count(b"<?") > 1
        ):
            # what only looks like a cell is blanked for the search
            plain = _NOT_CELLS.sub(lambda m: b" " * len(m[0]), plain)
        self._plain = plain
        root = _ROOT.search(plain)
        if root is None:
            raise PatchError("no worksheet")
        prefix = root[1] or b""
        self.prefix = prefix.decode()
        number = rb"""(?: r="(\d{1,7})"(?=[\s/>])|(?=[\s/>]))"""
        self._row = re.compile(b"<" + prefix + b"row" + number + REST_OF_TAG)
        self._cell = re.compile(b"<" + prefix + rb"c(?=[\s/>])" + REST_OF_TAG)
        self._row_end, self._cell_end = b"</" + prefix + b"row", b"</" + prefix + b"c"
        opened = re.compile(b"<" + prefix + rb"sheetData(?=[\s/>])" + REST_OF_TAG).search(plain)
        if opened is None:
            raise PatchError("no sheetData")
        self._open, self._inner = opened.start(), opened.end()
        self._outer = self._end = self._inner
        if not opened[0].endswith(b"/>"):
            end = b"</" + prefix + b"sheetData"
            # behind the last row, if that is one of these
            self._outer = plain.find(end, plain.rfind(self._row_end + b">", self._inner) + 1)
            if self._outer < 0:
                self._outer = plain.find(end, self._inner)
            if self._outer < 0:
                raise PatchError("sheetData has no end")
            self._end = plain.index(b">", self._outer) + 1
        # all but the rows as a tree; places behind them are moved
        gap = b"<" + prefix + b"sheetData/>"
        self.root = parse(self.content[: self._open] + gap + self.content[self._end :])
        self._moved(self.root, self._open + 1, self._end - self._open - len(gap))
        self.heights: dict[int, float] = {}
        self._rows = list(self._find_rows())

    def _moved(self, node: Node, after: int, by: int) -> None:
        for field in ("start", "inner", "outer", "end"):
            at = getattr(node, field)
            if at >= after:
                setattr(node, field, at + by)
        if node.name == "sheetData" and node.parent is self.root:
            node.inner, node.outer, node.end = self._inner, self._outer, self._end
        for child in node.children:
            self._moved(child, after, by)

    # --- reading --------------------------------------------------------------------------------------

    def _find_rows(self) -> Iterator[Row]:
        plain, last = self._plain, -1
        tags = self._row.finditer(plain, self._inner, self._outer)
        usual_end = self._row_end + b">"
        after = next(tags, None)
        while (tag := after) is not None:
            after = next(tags, None)
            stop = after.start() if after is not None else self._outer
            start, inner = tag.span()
            number = tag[1] or ((found := _NUMBER.search(tag[0])) and found[1])
            last = int(number) - 1 if number else last + 1
            if plain.find(b"ht=", start, inner) >= 0 and (height := _HEIGHT.search(tag[0])):
                self.heights[last] = float(height[1])
            outer = end = inner
            if plain.endswith(
                usual_end, inner, stop
            ):  # nothing between the rows, as every known writer has it
                outer, end = stop - len(usual_end), stop
            elif not tag[0].endswith(b"/>"):
                outer = plain.rfind(self._row_end, inner, stop)
                if outer < 0:
                    raise PatchError(f"row {last + 1} has no end")
                end = plain.index(b">", outer) + 1
            yield Row(last, start, inner, outer, end)

    def cells(self, row: Row) -> list[Cell]:
        """The cells of *row* in the order in which they are written."""
        out: list[Cell] = []
        for found in self._cell.finditer(self._plain, row.inner, row.outer):
            out.append(self._read(found, row, out[-1].column + 1 if out else 0))
        return out

    def cells_at(self, row: Row, columns: Collection[int]) -> list[Cell]:
        """Those of the cells of *row* that are in *columns*, and the last one; all of them where that is not known, or
        where a cell that is not there would come before the last."""
        plain, inner, outer = self._plain, row.inner, row.outer
        last = plain.rfind(b'<c r="', inner, outer)
        if (
            self.prefix
            or len(columns) > _SOUGHT
            or last < 0
            or plain.count(b"<c", inner, outer) != plain.count(b'<c r="', inner, outer)
        ):
            return self.cells(row)
        addresses = (b'<c r="%b%d"' % (column_letters(c).encode(), row.number + 1) for c in columns)
        places = [plain.find(address, inner, outer) for address in addresses]
        starts = sorted({*places, last} - {-1})
        matches = (_USUAL.match(plain, at, outer) or self._cell.match(plain, at, outer) for at in starts)
        out = [self._read(m, row, 0) for m in matches if m is not None]
        between = any(at < 0 and c < out[-1].column for c, at in zip(columns, places, strict=True))
        return self.cells(row) if between else out

    def _read(self, found: re.Match[bytes], row: Row, column: int) -> Cell:
        """The cell whose tag was *found*; it is in *column* unless it says otherwise."""
        tag, outer = found[0], found.end()
        usual = found if found.re is _USUAL else _USUAL.fullmatch(tag) if not self.prefix else None
        if usual is not None:
            letters, style, kind = usual.groups()
        else:
            place, styled, typed = _REF.search(tag), _STYLE.search(tag), _KIND.search(tag)
            letters = place[1] if place else None
            style, kind = styled[1] if styled else None, typed[1] if typed else None
        end = outer
        if not tag.endswith(b"/>"):
            outer = self._plain.find(self._cell_end, outer, row.outer)
            if outer < 0:
                raise PatchError(f"a cell of row {row.number + 1} has no end")
            end = self._plain.index(b">", outer) + 1
        return Cell(
            _column(letters) if letters else column, found.start(), found.end(), outer, end,
            int(style) if style else 0, kind.decode() if kind else "n",
        )  # fmt: skip

    def last_filled(self, row: Row) -> int:
        """The last column of *row* in which anything stands, -1 when there is none."""
        at = self._plain.rfind(b"<" + self.prefix.encode() + b"c ", row.inner, row.outer)
        found = _USUAL_FILLED.match(self._plain, at, row.outer) if at >= 0 else None
        if found is not None:  # written in order by every known writer, and mostly without blank ends
            return _column(found[1])
        return max((c.column for c in self.cells(row) if c.filled), default=-1)

    def rows(self) -> list[Row]:
        """All rows in the order in which they are written."""
        return self._rows

    def row_style(self, row: Row) -> int | None:
        """The style of *row* as a whole, None when it has none of its own."""
        tag = self.content[row.start : row.inner]
        own = _STYLE.search(tag) if b"customFormat" in tag else None
        return int(own[1]) if own else None

    def raw(self, cell: Cell) -> bytes:
        """What stands inside *cell*."""
        return self.content[cell.inner : cell.outer]

    def value(self, cell: Cell, strings: Callable[[int], str]) -> str | None:
        """The value of *cell* as a text; *strings* gives the shared ones."""
        if not cell.filled:
            return None
        node = parse(self._standing(cell))
        if cell.kind == "inlineStr":
            return "".join(t.text for t in node.iter("t"))
        v = node.find("v")
        if v is None:
            return None
        return strings(int(v.text)) if cell.kind == "s" and v.text.strip().isdigit() else v.text

    def has_formula(self, cell: Cell) -> bool:
        """Whether *cell* is calculated."""
        return b"<" + self.prefix.encode() + b"f" in self.raw(cell)

    def _standing(self, cell: Cell) -> bytes:
        """*cell* as a document of its own."""
        inside = self.raw(cell)
        if not self.prefix:
            return b"<c>" + inside + b"</c>"
        return f'<c xmlns:{self.prefix[:-1]}="x">'.encode() + inside + b"</c>"

    def merges(self) -> list[tuple[int, int, int, int]]:
        """Merged ranges: top, left, bottom, right."""
        holder = self.root.find("mergeCells")
        out = []
        for node in holder.children if holder is not None else ():
            first, _, last = node.get("ref").replace("$", "").partition(":")
            try:
                out.append((*from_a1(first), *from_a1(last or first)))
            except ValueError:
                continue
        return out

    def column_styles(self) -> list[tuple[int, int, int]]:
        """Styles of whole columns: first, last, style."""
        holder = self.root.find("cols")
        return [
            (_whole(n.get("min"), 1) - 1, _whole(n.get("max"), 1) - 1, _whole(n.get("style"), 0))
            for n in (holder.children if holder is not None else ())
        ]

    def widths(self) -> Callable[[int], int]:
        """The width of each column in pixels."""
        frame = self.root.find("sheetFormatPr")
        default = _float(frame.get("defaultColWidth") if frame is not None else "", 8.43)
        holder = self.root.find("cols")
        known = [
            (_whole(n.get("min"), 1) - 1, _whole(n.get("max"), 1) - 1,
             0.0 if n.get("hidden") in ("1", "true") else _float(n.get("width"), default))
            for n in (holder.children if holder is not None else ())
        ]  # fmt: skip

        @cache
        def width(column: int) -> int:
            wide = next((w for first, last, w in known if first <= column <= last), default)
            return round(wide * 7 + 5) if wide else 0

        return width

    # --- other children ---------------------------------------------------------------------------------

    def add_hyperlinks(self, links: list[tuple[str, str, str]]) -> None:
        """Links inside the workbook: cell, place it leads to, words."""
        p = self.prefix
        made = "".join(
            f'<{p}hyperlink ref="{at}" location="{escape(place)}" display="{escape(words)}"/>'
            for at, place, words in links
        ).encode()
        self.put_in("hyperlinks", made)

    def put_in(self, name: str, content: bytes) -> None:
        """Put *content* at the end of the child *name*, which is made when it is not there."""
        if not content:
            return
        there = self.root.find(name)
        if there is not None:
            append(self.edits, there, content)
            return
        tag = f"{self.prefix}{name}".encode()
        self.edits.insert(place_for(self.root, name, ORDER), b"<" + tag + b">" + content + b"</" + tag + b">")

    def put_empty(self, name: str, attributes: str) -> None:
        """Make the empty child *name*."""
        self.edits.insert(place_for(self.root, name, ORDER), f"<{self.prefix}{name} {attributes}/>".encode())


@lru_cache(maxsize=20_000)
def _column(letters: bytes) -> int:
    return from_a1(letters.decode().upper() + "1")[1]


def _whole(text: str, default: int) -> int:
    """A number that anybody may have written into the file; *default* for what Excel would not."""
    return int(text) if re.fullmatch("[0-9]{1,7}", text) else default


def _float(text: str, default: float) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{0,20})?", text) else default
