"""Take sheets out of a workbook, with all that speaks of them."""

from __future__ import annotations

from collections.abc import Callable, Collection

from qq_excel.patching.book import Book, digits
from qq_excel.patching.splices import Splices
from qq_excel.patching.xmltree import Node, set_attributes

_TYPES = "[Content_Types].xml"


def drop_sheets(book: Book, names: Collection[str]) -> None:
    """Remove the sheets called *names* from *book*, which must be settled. One sheet at least stays."""
    nodes, sheets = book.sheet_nodes(), book.sheets()
    gone = [s.index for s in sheets if s.name in names]
    if not gone or len(gone) == len(nodes):
        return
    edits, root = book.edit(book.workbook), book.tree(book.workbook)
    for index in gone:
        edits.replace(nodes[index].start, nodes[index].end, b"")
    left = [i for i in range(len(nodes)) if i not in gone]
    _renumber(edits, root, {old: new for new, old in enumerate(left)})
    ids = {nodes[i].get("id") for i in gone}
    parts = {sheets[i].part for i in gone if sheets[i].part}
    _cut(book, book.relations_part(book.workbook), lambda n: n.get("Id") in ids)
    dropped = parts | {book.real(book.relations_part(p)) or "" for p in parts}
    _cut(book, _TYPES, lambda n: (book.real(n.get("PartName")) or "?") in dropped)
    book.settle()
    book.forget(dropped)


def _cut(book: Book, part: str, which: Callable[[Node], bool]) -> None:
    edits = book.edit(part)
    for node in book.tree(part).children:
        if which(node):
            edits.replace(node.start, node.end, b"")


def _renumber(edits: Splices, root: Node, new: dict[int, int]) -> None:
    """Names and views count sheets from the first."""
    holder = root.find("definedNames")
    children = [] if holder is None else holder.children
    lost = [n for n in children if n.get("localSheetId") and digits(n.get("localSheetId")) not in new]
    if holder is not None and children and len(lost) == len(children):  # an empty one is not allowed
        edits.replace(holder.start, holder.end, b"")
    else:
        for node in children:
            if node in lost:
                edits.replace(node.start, node.end, b"")
            elif node.get("localSheetId"):
                to = str(new[digits(node.get("localSheetId"))])
                tag = edits.base[node.start : node.inner]
                edits.replace(node.start, node.inner, set_attributes(tag, {"localSheetId": to}))
    views = root.find("bookViews")
    for view in views.children if views is not None else ():
        changes = {
            name: str(new.get(digits(view.get(name)), 0))
            for name in ("activeTab", "firstSheet")
            if view.get(name)
        }
        tag = edits.base[view.start : view.inner]
        edits.replace(view.start, view.inner, set_attributes(tag, changes))
