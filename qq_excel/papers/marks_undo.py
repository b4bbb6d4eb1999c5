"""Take our marks away from a copy that another program has saved since.

The record of the way back (:mod:`qq_excel.patching.undo`) holds only while nobody has changed the copy. Excel
and LibreOffice write all parts anew, so here each mark is looked for by what the hidden sheet remembers, and
only what is still as we left it is taken away.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qq_excel.findings import from_a1
from qq_excel.papers.marks import LINK, MARKS_SHEET, OUR_LIST, Mark, begin, from_rows, without_ours
from qq_excel.patching import Book, PatchError, Sheet
from qq_excel.patching.cells import Edit, change_cells
from qq_excel.patching.notes import comments_of, text_of, without
from qq_excel.patching.removal import drop_sheets
from qq_excel.patching.sheetxml import Cell, SheetXml
from qq_excel.patching.splices import Splices
from qq_excel.patching.strings import shared_strings
from qq_excel.patching.styles import Styles
from qq_excel.patching.xmltree import Node, cell_text, parse

_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")
_FILL_NAMES = frozenset({"fill", "patternFill", "fgColor", "bgColor", "gradientFill", "stop", "color"})


def take_away(book: Book, author: str) -> None:
    """Bring *book* as near as can be to what it was before its marks; nothing when it has none."""
    sheets = {s.name: s for s in book.sheets() if s.part}
    if MARKS_SHEET not in sheets:
        return
    strings = shared_strings(book)
    marks = _read(book, sheets[MARKS_SHEET], strings)
    if not marks:
        return
    # the hidden sheet may have been tampered with: only sheets called like ours go
    ours = {m.sheet for m in marks if m.kind == "sheet" and OUR_LIST.fullmatch(m.sheet)} | {MARKS_SHEET}
    styles = Styles(book)
    for name, sheet in sheets.items():
        if name not in ours:
            mine = [m for m in marks if m.sheet == name and m.kind != "sheet" and _ADDRESS.fullmatch(m.cell)]
            _clear_cells(SheetXml(book.edit(sheet.part)), mine, styles, strings)
            _clear_notes(book, sheet, author)
    styles.flush()
    book.settle()
    drop_sheets(book, ours)


def _read(book: Book, sheet: Sheet, strings: Callable[[int], str]) -> list[Mark]:
    try:
        xml = SheetXml(book.edit(sheet.part))
        rows = []
        for row in xml.rows():
            values = {c.column: xml.value(c, strings) or "" for c in xml.cells(row)}
            rows.append([values.get(i, "") for i in range(5)])
    except (PatchError, ValueError, IndexError):
        return []
    return from_rows(rows)


# --- cells -------------------------------------------------------------------------------------------------


def _clear_cells(xml: SheetXml, marks: list[Mark], styles: Styles, strings: Callable[[int], str]) -> None:
    if not marks:
        return
    by_row: dict[int, dict[int, Mark]] = {}
    for mark in marks:
        number, column = from_a1(mark.cell)
        by_row.setdefault(number, {})[column] = mark
    linked = {n.get("ref"): n for n in xml.root.iter("hyperlink")}
    gone: list[Node] = []
    wanted: dict[int, dict[int, Edit]] = {}
    for row in xml.rows():
        for cell in xml.cells(row) if row.number in by_row else ():
            found = by_row[row.number].get(cell.column)
            if found is None:
                continue
            if found.kind == "link":
                if found.cell in linked and _is_link(xml, cell, strings):
                    wanted.setdefault(row.number, {})[cell.column] = Edit(drop=True)
                    gone.append(linked[found.cell])
            elif found.kind == "mark" and styles.colour(cell.style) == found.ours:
                # else somebody gave it another colour since
                fill = _fill(found.fill)
                edit = Edit(lambda s, fill=fill: styles.refilled(s, fill))  # type: ignore[misc]
                wanted.setdefault(row.number, {})[cell.column] = edit
    change_cells(xml, wanted)
    holder = xml.root.find("hyperlinks")
    if holder is not None and len(gone) == len(holder.children):  # an empty one is not allowed
        xml.edits.replace(holder.start, holder.end, b"")
    else:
        for node in gone:
            xml.edits.replace(node.start, node.end, b"")


def _is_link(xml: SheetXml, cell: Cell, strings: Callable[[int], str]) -> bool:
    try:
        return (xml.value(cell, strings) or "").startswith(LINK.strip())
    except (PatchError, IndexError):
        return False


def _fill(text: str) -> str:
    """The fill that the hidden sheet remembers, if it is one and nothing else."""
    try:
        root = parse(text.encode())
    except PatchError:
        return ""
    names = {root.name, *(n.name for n in _all(root))}
    return text if root.name == "fill" and names <= _FILL_NAMES else ""


def _all(node: Node) -> list[Node]:
    return [n for child in node.children for n in (child, *_all(child))]


# --- notes -------------------------------------------------------------------------------------------------


def _clear_notes(book: Book, sheet: Sheet, author: str) -> None:
    part = comments_of(book, sheet)
    if part is None:
        return
    edits, empty = book.edit(part), set()
    for comment in book.tree(part).iter("comment"):
        text = text_of(comment)
        if begin(author) not in text:
            continue
        rest = without_ours(text, author).strip("\n")
        if rest:
            _shorten(edits, comment, rest, author)
        else:
            edits.replace(comment.start, comment.end, b"")
            if _ADDRESS.fullmatch(comment.get("ref")):
                empty.add(from_a1(comment.get("ref")))
    without(book, sheet, empty)


def _shorten(edits: Splices, comment: Node, rest: str, author: str) -> None:
    """Leave *rest* in a comment: its own runs when ours are whole ones at the end, else as plain text."""
    holder = comment.find("text")
    if holder is None:
        return
    runs = [c for c in holder.children if c.name == "r"]
    said = ""
    for i, run in enumerate(runs):
        words = "".join(t.text for t in run.iter("t"))
        if words.lstrip("\r\n").startswith(begin(author)) and said.rstrip("\r\n") == rest:
            for ours in runs[i:]:
                edits.replace(ours.start, ours.end, b"")
            return
        said += words
    p = comment.prefix
    text = f'<{p}t xml:space="preserve">'.encode() + cell_text(rest) + f"</{p}t>".encode()
    edits.replace(holder.inner, holder.outer, text)
