"""Notes of cells: the comments part says what stands in them, the old drawing part (VML) how they look.

Notes that are there keep every byte; text of ours is put behind theirs in a run of its own. A conversation
(threaded comment) keeps its cell to itself: Excel shows no note beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qq_excel.findings import a1, from_a1
from qq_excel.patching.book import HEAD, Book, Sheet
from qq_excel.patching.sheetxml import SheetXml
from qq_excel.patching.splices import PatchError, Splices
from qq_excel.patching.xmltree import Node, append, cell_words, escape, set_attributes, uncelled

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_SHAPETYPE = (
    f'<v:shapetype {_SPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_IDMAP = re.compile(rb"""(<o:idmap\b[^>]*?\bdata\s*=\s*["'])([\d,\s]*)""")
_SHAPE = re.compile(rb"<(?:v:)?shape\b.*?</(?:v:)?shape\s*>", re.DOTALL)
_ROW, _COLUMN = (re.compile(rb"<x:" + n + rb">\s*(\d{1,7})\s*</x:" + n + rb">") for n in (b"Row", b"Column"))
_ANCHOR = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_LENGTH = r"(;|\"|'|\s){}\s*:\s*(\d{{1,6}}(?:\.\d{{1,20}})?)(pt|px|in|cm|mm)"
_PIXELS = {"pt": 96 / 72, "px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
#: Shapes that one block of ids takes.
_BLOCK = 1_023


@dataclass(frozen=True, slots=True)
class Note:
    """A note of ours: its text and the pixels that it needs."""

    text: str
    height: int
    width: int


def comments_of(book: Book, sheet: Sheet) -> str | None:
    """The comments part of *sheet*."""
    part = book.related(sheet.part, "comments")
    return part if part is not None and book.real(part) else None


def threads(book: Book, sheet: Sheet) -> set[tuple[int, int]]:
    """Cells (zero-based) with a conversation."""
    out = set()
    for relation in book.relations(sheet.part):
        if relation.kind == "threadedComment" and book.real(relation.target):
            for node in book.tree(relation.target).iter("threadedComment"):
                out |= _places(node.get("ref"))
    return out


def _places(ref: str) -> set[tuple[int, int]]:
    try:
        return {from_a1(ref.replace("$", "").partition(":")[0])}
    except ValueError:
        return set()


def text_of(comment: Node) -> str:
    """What a comment says."""
    holder = comment.find("text")
    if holder is None:
        return ""
    return uncelled("".join(t.text for t in holder.iter("t") if t.parent is None or t.parent.name != "rPh"))


def put_notes(
    book: Book, sheet: Sheet, xml: SheetXml, notes: Mapping[tuple[int, int], Note], author: str
) -> None:
    """Put *notes* at their cells (zero-based), behind what stands in notes there."""
    if not notes:
        return
    part = comments_of(book, sheet)
    if part is None:
        part = book.free("comments", ".xml")
        empty = f'<comments xmlns="{book.main}"><authors/><commentList/></comments>'
        book.add(part, HEAD + empty.encode(), _COMMENTS_TYPE)
        book.relate(sheet.part, "comments", part)
    root, edits = book.tree(part), book.edit(part)
    known = {at: node for node in root.iter("comment") for at in _places(node.get("ref"))}
    fresh = {}
    for at, note in sorted(notes.items()):
        if at in known:
            _extend(edits, known[at], note.text)
        else:
            fresh[at] = note
    p = root.prefix
    index = _author(edits, root, author) if fresh else 0
    made = "".join(
        f'<{p}comment ref="{a1(*at)}" authorId="{index}" shapeId="0"><{p}text>{_run(p, note.text)}</{p}text></{p}comment>'
        for at, note in fresh.items()
    ).encode()
    holder = root.find("commentList")
    if holder is not None and made:
        append(edits, holder, made)
    elif made:
        edits.insert(root.outer, f"<{p}commentList>".encode() + made + f"</{p}commentList>".encode())
    _draw(book, sheet, xml, notes, fresh)


def _author(edits: Splices, root: Node, author: str) -> int:
    p, holder = root.prefix, root.find("authors")
    there = [] if holder is None else [c.text for c in holder.children]
    if author in there:
        return there.index(author)
    new = f"<{p}author>{escape(author)}</{p}author>".encode()
    if holder is None:
        edits.insert(root.inner, f"<{p}authors>".encode() + new + f"</{p}authors>".encode())
    else:
        append(edits, holder, new)
    return len(there)


def _run(p: str, text: str) -> str:
    font = f'<{p}rPr><{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="宋体"/></{p}rPr>'
    return f'<{p}r>{font}<{p}t xml:space="preserve">{cell_words(text)}</{p}t></{p}r>'


def _extend(edits: Splices, comment: Node, text: str) -> None:
    holder, p = comment.find("text"), comment.prefix
    if holder is None:
        append(edits, comment, f"<{p}text>".encode() + _run(p, text).encode() + f"</{p}text>".encode())
        return
    plain = holder.find("t")
    if plain is not None and holder.children[0] is plain:  # programs show either plain text or runs
        old = edits.base[plain.start : plain.end]
        if len(holder.children) == 1:
            whole = f"<{p}r>".encode() + old + f"</{p}r>".encode() + _run(p, "\n" + text).encode()
            edits.replace(plain.start, plain.end, whole)
            return
        edits.replace(plain.start, plain.end, f"<{p}r>".encode() + old + f"</{p}r>".encode())
    runs = [c for c in holder.children if c.name == "r"]
    words = ("\n" if text_of(comment) else "") + text
    if runs or not holder.children:
        at = runs[-1].end if runs else None
        if at is None:
            append(edits, holder, _run(p, words).encode())
        else:
            edits.insert(at, _run(p, words).encode())
    else:
        edits.insert(holder.children[0].start, _run(p, words).encode())


# --- shapes -------------------------------------------------------------------------------------------------


def _draw(
    book: Book,
    sheet: Sheet,
    xml: SheetXml,
    notes: Mapping[tuple[int, int], Note],
    fresh: Mapping[tuple[int, int], Note],
) -> None:
    part = _drawing(book, sheet, xml, make=bool(fresh))
    if part is None:
        return
    edits = book.edit(part)
    content = edits.base
    seen: set[tuple[int, int]] = set()
    ruler = _Ruler(xml)
    for found in _SHAPE.finditer(content):
        row, column = _ROW.search(found[0]), _COLUMN.search(found[0])
        if row is None or column is None or b'"Note"' not in found[0]:
            continue
        at = (int(row[1]), int(column[1]))
        if at in notes and at not in seen and at not in fresh:
            seen.add(at)
            edits.replace(found.start(), found.end(), _enlarged(found[0], notes[at], ruler))
    bare = [at for at in sorted(notes) if at in fresh or at not in seen]
    if not bare:
        return
    first, blocks = _free_block(book), -(-len(bare) // _BLOCK)
    ids = [(first + i // _BLOCK) * 1024 + 1 + i % _BLOCK for i in range(len(bare))]
    shapes = "".join(_shape(at, notes[at], number, ruler) for at, number in zip(bare, ids, strict=True))
    if b"_x0000_t202" not in content:
        shapes = _SHAPETYPE + shapes
    if found_map := _IDMAP.search(content):
        more = ",".join(str(first + i) for i in range(blocks))
        old = found_map[2].strip()
        edits.replace(found_map.start(2), found_map.end(2), old + (b"," if old else b"") + more.encode())
    end = content.rfind(b"</xml")
    if end < 0:
        end = content.rfind(b"</")
    if end < 0:  # <xml …/>
        close = content.rfind(b"/>")
        if close < 0:
            raise PatchError(f"{part} is no drawing")
        edits.replace(close, close + 2, b">" + shapes.encode() + b"</xml>")
    else:
        edits.insert(end, shapes.encode())


def _drawing(book: Book, sheet: Sheet, xml: SheetXml, *, make: bool) -> str | None:
    """The drawing part of the notes of *sheet*."""
    node = xml.root.find("legacyDrawing")
    if node is not None:
        target = next((r.target for r in book.relations(sheet.part) if r.id == node.get("id")), None)
        if target is not None and book.real(target):
            return target
    elif not make:
        return None
    book.default_type("vml", _VML_TYPE)
    part = book.free("vmlDrawing", ".vml")
    empty = (
        f'<xml {_SPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout></xml>'
    )
    book.add(part, empty.encode())
    id_ = book.relate(sheet.part, "vmlDrawing", part)
    if node is None:
        xml.put_empty("legacyDrawing", f'xmlns:r="{book.office}" r:id="{id_}"')
    else:
        prefix = next((k.rpartition(":")[0] for k in node.attributes if k.endswith(":id")), "r")
        tag = xml.content[node.start : node.inner]
        xml.edits.replace(node.start, node.inner, set_attributes(tag, {f"{prefix}:id": id_}))
    return part


def _free_block(book: Book) -> int:
    """The first block of shape ids that no drawing of the workbook uses."""
    most = 0
    for name, content in book.parts.items():
        if name.lower().endswith(".vml"):
            pending = book.edits.get(name)
            for text in (content, pending.apply()[0] if pending else b""):
                for found in _IDMAP.finditer(text):
                    most = max(most, *(int(n) for n in re.findall(rb"\d{1,6}", found[2])), 0)
    return most + 1


class _Ruler:
    """Where columns and rows of a sheet end, in pixels."""

    def __init__(self, xml: SheetXml) -> None:
        self._width = xml.widths()
        self._heights = xml.heights
        frame = xml.root.find("sheetFormatPr")
        text = frame.get("defaultRowHeight") if frame is not None else ""
        self._row = float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,20})?", text) else 15.0

    def _high(self, row: int) -> int:
        return round(self._heights.get(row, self._row) * 96 / 72)

    def across(self, first: int, pixels: int) -> tuple[int, int]:
        """The column and the pixels in it at *pixels* right of the start of column *first*."""
        while first < 16_383 and pixels > (wide := self._width(first)):
            pixels -= wide
            first += 1
        return first, pixels

    def down(self, first: int, pixels: int) -> tuple[int, int]:
        """The row and the pixels in it at *pixels* below the start of row *first*."""
        while first < 1_048_575 and pixels > (high := self._high(first)):
            pixels -= high
            first += 1
        return first, pixels

    def anchor(self, left: int, dx: int, top: int, dy: int, note: Note) -> str:
        """The anchor of a box of the size of *note*."""
        right, rx = self.across(left, dx + note.width)
        bottom, by = self.down(top, dy + note.height)
        return f"{left}, {dx}, {top}, {dy}, {right}, {rx}, {bottom}, {by}"


def _shape(at: tuple[int, int], note: Note, number: int, ruler: _Ruler) -> str:
    row, column = at
    anchor = ruler.anchor(min(column + 1, 16_380), 12, max(row - 1, 0), 4, note)
    return (
        f'<v:shape {_SPACES} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;'
        f'margin-top:2pt;width:{note.width}px;height:{note.height}px;z-index:1;visibility:hidden" fillcolor="#ffffe1" '
        'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
        f'</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def _enlarged(shape: bytes, note: Note, ruler: _Ruler) -> bytes:
    """A shape that is there, as large as *note* needs and never smaller than it was."""
    size = {}
    for what, need in (("width", note.width), ("height", note.height)):
        found = re.search(_LENGTH.format(what).encode(), shape)
        if found is None:
            return shape
        pixels = float(found[2]) * _PIXELS[found[3].decode()]
        # a note of the staff's grows by what stands below their text
        size[what] = max(round(pixels), need)
        if size[what] > round(pixels):
            new = found[1] + f"{what}:{size[what]}px".encode()
            shape = shape[: found.start()] + new + shape[found.end() :]
    anchor = _ANCHOR.search(shape)
    if anchor is not None:
        numbers = [int(n) for n in re.findall(rb"-?\d{1,9}", anchor[2])]
        if len(numbers) == 8:
            box = Note("", size["height"], size["width"])
            left, dx, top, dy = numbers[:4]
            new_anchor = ruler.anchor(left, dx, top, dy, box).encode()
            shape = shape[: anchor.start(2)] + new_anchor + shape[anchor.end(2) :]
    return shape


def without(book: Book, sheet: Sheet, cells: set[tuple[int, int]]) -> None:
    """Take away the shapes of the notes at *cells*."""
    for relation in book.relations(sheet.part):
        if relation.kind != "vmlDrawing" or not book.real(relation.target):
            continue
        edits = book.edit(relation.target)
        for found in _SHAPE.finditer(edits.base):
            row, column = _ROW.search(found[0]), _COLUMN.search(found[0])
            if row and column and b'"Note"' in found[0] and (int(row[1]), int(column[1])) in cells:
                edits.replace(found.start(), found.end(), b"")
