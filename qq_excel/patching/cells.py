"""Changes to the cells of one sheet: cells and rows are edited or made, all others are left as they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qq_excel.findings import a1, from_a1
from qq_excel.patching.sheetxml import Cell, Row, SheetXml
from qq_excel.patching.xmltree import Node, append, cell_text, escape, set_attributes

_SPANS = re.compile(rb"""\sspans\s*=\s*["'](\d+):(\d+)["']""")


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of one cell: the style, given the one it has, and the value (its type and text)."""

    style: Callable[[int], int] | None = None
    value: tuple[str, str] | None = None
    #: Take the cell away.
    drop: bool = False


def change_cells(xml: SheetXml, wanted: Mapping[int, Mapping[int, Edit]]) -> None:
    """Change cells of *xml*: by row and column, zero-based. Cells and rows that are not there are made."""
    _Changer(xml).change(wanted)


class _Changer:
    """The splices of one sheet's changes."""

    def __init__(self, xml: SheetXml) -> None:
        self.xml = xml
        self.edits = xml.edits
        self.prefix = xml.prefix
        self.styles = xml.column_styles()

    def change(self, wanted: Mapping[int, Mapping[int, Edit]]) -> None:
        todo = sorted(wanted)
        done: set[int] = set()
        fresh: list[bytes] = []
        at_end: list[bytes] = []
        place = 0
        written = {r.number for r in self.xml.rows()}
        missing = [n for n in todo if n not in written]
        for row in self.xml.rows():
            while place < len(missing) and missing[place] < row.number:
                fresh.append(self._new_row(missing[place], wanted[missing[place]]))
                place += 1
            if fresh:
                self.edits.insert(row.start, b"".join(fresh))
                fresh = []
            if row.number in wanted and row.number not in done:
                done.add(row.number)
                self._change_row(row, wanted[row.number])
        at_end += [self._new_row(n, wanted[n]) for n in missing[place:]]
        data = next(c for c in self.xml.root.children if c.name == "sheetData")
        if any(at_end):
            append(self.edits, data, b"".join(at_end))
        self._stretch(wanted)

    def _new_row(self, number: int, edits: Mapping[int, Edit]) -> bytes:
        cells = b"".join(
            self._new_cell(number, c, edits[c], None) for c in sorted(edits) if not edits[c].drop
        )
        if not cells:
            return b""
        p = self.prefix
        return f'<{p}row r="{number + 1}">'.encode() + cells + f"</{p}row>".encode()

    def _change_row(self, row: Row, wanted: Mapping[int, Edit]) -> None:
        cells = self.xml.cells_at(row, wanted)
        done: set[int] = set()
        tag = self.xml.content[row.start : row.inner]
        default = self.xml.row_style(row)
        there = {c.column for c in cells}
        missing = sorted(c for c in wanted if c not in there and not wanted[c].drop)
        place = 0
        for cell in cells:
            while place < len(missing) and missing[place] < cell.column:
                new = self._new_cell(row.number, missing[place], wanted[missing[place]], default)
                self.edits.insert(cell.start, new)
                place += 1
            if cell.column in wanted and cell.column not in done:
                done.add(cell.column)
                self._change_cell(cell, wanted[cell.column])
        rest = b"".join(self._new_cell(row.number, c, wanted[c], default) for c in missing[place:])
        changes: dict[str, str | None] = {}
        if missing and (spans := _SPANS.search(tag)):
            low, high = min(int(spans[1]), missing[0] + 1), max(int(spans[2]), missing[-1] + 1)
            changes = {"spans": f"{low}:{high}"}
        if rest or changes:
            whole = Node(f"{self.prefix}row", {}, row.start, row.inner, row.outer, row.end)
            append(self.edits, whole, rest, changes)

    def _change_cell(self, cell: Cell, edit: Edit) -> None:
        if edit.drop:
            self.edits.replace(cell.start, cell.end, b"")
            return
        tag = self.xml.content[cell.start : cell.inner]
        changes: dict[str, str | None] = {}
        if edit.style is not None:
            changes["s"] = str(edit.style(cell.style))
        if edit.value is None:
            self.edits.replace(cell.start, cell.inner, set_attributes(tag, changes))
            return
        kind, text = edit.value
        changes["t"] = None if kind == "n" else kind
        opened = set_attributes(tag, changes)
        if opened.endswith(b"/>"):
            opened = opened[:-2].rstrip() + b">"
        self.edits.replace(
            cell.start, cell.end, opened + self._value(kind, text) + f"</{self.prefix}c>".encode()
        )

    def _new_cell(self, row: int, column: int, edit: Edit, default: int | None) -> bytes:
        if default is None:
            default = next((s for first, last, s in self.styles if first <= column <= last), 0)
        style = edit.style(default) if edit.style is not None else default
        p, at = self.prefix, a1(row, column)
        s = f' s="{style}"' if style else ""
        if edit.value is None:
            return f'<{p}c r="{at}"{s}/>'.encode()
        kind, text = edit.value
        t = "" if kind == "n" else f' t="{kind}"'
        return f'<{p}c r="{at}"{s}{t}>'.encode() + self._value(kind, text) + f"</{p}c>".encode()

    def _value(self, kind: str, text: str) -> bytes:
        p = self.prefix.encode()
        if kind == "inlineStr":
            keep = b' xml:space="preserve"' if text != text.strip() or "\n" in text else b""
            return b"<%bis><%bt%b>%b</%bt></%bis>" % (p, p, keep, cell_text(text), p, p)
        return b"<%bv>%b</%bv>" % (p, escape(text).encode(), p)

    def _stretch(self, wanted: Mapping[int, Mapping[int, Edit]]) -> None:
        """Let the stored dimension cover what was made."""
        node = self.xml.root.find("dimension")
        rows = [n for n in wanted if any(not e.drop for e in wanted[n].values())]
        if node is None or not rows:
            return
        first, _, last = node.get("ref").partition(":")
        try:
            (top, left), (bottom, right) = from_a1(first), from_a1(last or first)
        except ValueError:
            return
        columns = [c for n in rows for c in wanted[n]]
        reach = (min(top, *rows), min(left, *columns), max(bottom, *rows), max(right, *columns))
        if reach != (top, left, bottom, right):
            new = f"{a1(*reach[:2])}:{a1(*reach[2:])}"
            old = self.xml.content[node.start : node.inner]
            self.edits.replace(node.start, node.inner, set_attributes(old, {"ref": new}))
