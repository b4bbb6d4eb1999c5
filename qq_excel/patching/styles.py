"""The styles part: formats are only ever added, so that every index in use keeps its meaning."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from qq_excel.patching.book import HEAD, Book
from qq_excel.patching.xmltree import Node, append, escape, place_for, set_attributes

_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_EMPTY = (
    '<styleSheet xmlns="{}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf/></cellXfs></styleSheet>'
)
_FIRST_OWN_FORMAT = 164
_PLAIN_XF = b"<xf/>"


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a cell of ours; colours are ``RRGGBB``."""

    font: str
    size: float = 10
    bold: bool = False
    colour: str = "000000"
    underline: bool = False
    fill: str | None = None
    border: str | None = None
    centre: bool = False
    wrap: bool = False
    quote: bool = False


class Styles:
    """Adds formats to a book's styles; :meth:`flush` writes them into its edits."""

    def __init__(self, book: Book) -> None:
        self._book = book
        part = book.related(book.workbook, "styles")
        if part is None or book.real(part) is None:
            # under this name programs look for it that do not follow relationships
            part = posixpath.join(posixpath.dirname(book.workbook), "styles.xml")
            book.add(part, HEAD + _EMPTY.format(book.main).encode(), _TYPE)
            book.relate(book.workbook, "styles", part)
        self.part = part
        self._root = book.tree(part)
        self._base = book.utf8(part)
        self._sections = {c.name: c for c in self._root.children}
        self._new: dict[str, list[bytes]] = {}
        self._index: dict[tuple[str, bytes], int] = {}
        #: What was asked for before: the cells of a column mostly have one format.
        self._filled: dict[tuple[int, str], int] = {}
        self._fill_texts: dict[int, str] = {}

    # --- reading --------------------------------------------------------------------------------------

    def _nodes(self, section: str) -> list[Node]:
        node = self._sections.get(section)
        return [] if node is None else node.children

    def xf(self, index: int) -> bytes:
        """The bytes of a cell format; a plain one for an index that does not exist."""
        nodes = self._nodes("cellXfs")
        if 0 <= index < len(nodes):
            node = nodes[index]
            return self._base[node.start : node.end]
        new = self._new.get("cellXfs", [])
        if len(nodes) <= index < len(nodes) + len(new):
            return new[index - len(nodes)]
        return _PLAIN_XF.replace(b"<xf", f"<{self._root.prefix}xf".encode())

    def _fill_node(self, index: int) -> Node | None:
        found = re.search(rb'\sfillId\s*=\s*["\'](\d+)["\']', self.xf(index).partition(b">")[0])
        nodes = self._nodes("fills")
        at = int(found[1]) if found else 0
        return nodes[at] if at < len(nodes) else None

    def fill_text(self, index: int) -> str:
        """The fill of a cell format as XML without prefixes; empty when it has none."""
        if index not in self._fill_texts:
            node = self._fill_node(index)
            self._fill_texts[index] = "" if node is None else self._plain_text(node)
        return self._fill_texts[index]

    def _plain_text(self, node: Node) -> str:
        text = self._base[node.start : node.end].decode()
        return re.sub(rf"<(/?){re.escape(self._root.prefix)}", r"<\1", text) if self._root.prefix else text

    def colour(self, index: int) -> str | None:
        """The colour (``AARRGGBB``) of a cell format with a solid fill."""
        node = self._fill_node(index)
        pattern = node.find("patternFill") if node is not None else None
        front = (
            pattern.find("fgColor") if pattern is not None and pattern.get("patternType") == "solid" else None
        )
        return front.get("rgb").upper() or None if front is not None else None

    def format_of(self, index: int) -> int:
        """The number format of a cell format."""
        found = re.search(rb'\snumFmtId\s*=\s*["\'](\d+)["\']', self.xf(index).partition(b">")[0])
        return int(found[1]) if found else 0

    def format_code(self, number: int) -> str:
        """What a number format of the workbook's own says; empty for built-in ones."""
        for node in self._nodes("numFmts"):
            if node.get("numFmtId") == str(number):
                return node.get("formatCode")
        return ""

    # --- adding ---------------------------------------------------------------------------------------

    def _add(self, section: str, content: bytes) -> int:
        key = (section, content)
        if key not in self._index:
            new = self._new.setdefault(section, [])
            self._index[key] = len(self._nodes(section)) + len(new)
            new.append(content)
        return self._index[key]

    def _named(self, text: str) -> bytes:
        """*text* with the part's prefix on every tag."""
        if not self._root.prefix:
            return text.encode()
        return re.sub(r"<(/?)", rf"<\1{self._root.prefix}", text).encode()

    def add_fill(self, colour: str) -> int:
        """A solid fill."""
        return self._add("fills", self._named(_solid(colour)))

    def derived(self, index: int, **attributes: str | None) -> int:
        """The cell format *index* with other attributes."""
        xf = self.xf(index)
        end = len(xf) if xf.endswith(b"/>") and xf.count(b"<") == 1 else _end_of_tag(xf)
        return self._add("cellXfs", set_attributes(xf[:end], attributes) + xf[end:])

    def filled(self, index: int, colour: str) -> int:
        """The cell format *index* with a solid fill."""
        key = (index, colour)
        if key not in self._filled:
            self._filled[key] = self.derived(index, fillId=str(self.add_fill(colour)), applyFill="1")
        return self._filled[key]

    def refilled(self, index: int, fill: str) -> int:
        """The cell format *index* with the fill *fill* (as :meth:`fill_text` gives it)."""
        node = next((n for n in self._nodes("fills") if self._plain_text(n) == fill), None)
        number = 0
        if node is not None:
            number = self._nodes("fills").index(node)
        elif fill:
            number = self._add("fills", self._named(fill))
        return self.derived(index, fillId=str(number), applyFill="1" if number else None)

    def formatted(self, index: int, code: str) -> int:
        """The cell format *index* with the number format *code*."""
        number = self._own_format(code)
        return self.derived(index, numFmtId=str(number), applyNumberFormat="1")

    def _own_format(self, code: str) -> int:
        for node in self._nodes("numFmts"):
            if node.get("formatCode") == code:
                return int(node.get("numFmtId"))
        taken = [int(n.get("numFmtId")) for n in self._nodes("numFmts") if n.get("numFmtId").isdigit()]
        key = ("own", code.encode())
        if key not in self._index:
            own = sum(1 for section, _ in self._index if section == "own")
            self._index[key] = max([_FIRST_OWN_FORMAT - 1, *taken]) + 1 + own
            text = f'<numFmt numFmtId="{self._index[key]}" formatCode="{escape(code)}"/>'
            self._new.setdefault("numFmts", []).append(self._named(text))
        return self._index[key]

    def own(self, look: Look) -> int:
        """The cell format of a cell of ours."""
        font = (
            f'<font>{"<b/>" if look.bold else ""}{"<u/>" if look.underline else ""}<sz val="{look.size:g}"/>'
            f'<color rgb="FF{look.colour}"/><name val="{escape(look.font)}"/></font>'
        )
        border = 0
        if look.border is not None:
            side = f' style="thin"><color rgb="FF{look.border}"/></'
            sides = "".join(f"<{n}{side}{n}>" for n in ("left", "right", "top", "bottom"))
            border = self._add("borders", self._named(f"<border>{sides}<diagonal/></border>"))
        fill = self.add_fill(look.fill) if look.fill is not None else 0
        centre = ' horizontal="center"' if look.centre else ""
        wrap = ' wrapText="1"' if look.wrap else ""
        xf = (
            f'<xf numFmtId="0" fontId="{self._add("fonts", self._named(font))}" fillId="{fill}" borderId="{border}" '
            f'xfId="0"{" quotePrefix=" + chr(34) + "1" + chr(34) if look.quote else ""} applyFont="1" applyFill="1" '
            f'applyBorder="1" applyAlignment="1"><alignment{centre} vertical="center"{wrap}/></xf>'
        )
        return self._add("cellXfs", self._named(xf))

    def flush(self) -> None:
        """Write what was added into the book's edits."""
        edits = self._book.edit(self.part)
        for section in _ORDER:
            new = self._new.get(section)
            if not new:
                continue
            node = self._sections.get(section)
            count = {"count": str(len(self._nodes(section)) + len(new))}
            if node is not None:
                append(edits, node, b"".join(new), count)
                continue
            tag = f"{self._root.prefix}{section}"
            whole = f'<{tag} count="{len(new)}">'.encode() + b"".join(new) + f"</{tag}>".encode()
            edits.insert(place_for(self._root, section, _ORDER), whole)


def _solid(colour: str) -> str:
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/><bgColor indexed="64"/>'
        "</patternFill></fill>"
    )


def _end_of_tag(element: bytes) -> int:
    found = re.match(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""", element)
    return found.end() if found else len(element)
