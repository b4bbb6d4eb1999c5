"""The elements of a part with the places of their bytes, so that an edit leaves all other bytes alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from xml.parsers import expat

from qq_excel.patching.splices import PatchError, Splices

#: The rest of an opening tag: ``>`` may stand inside quotes.
REST_OF_TAG = rb"""(?:[^>"']|"[^"]*"|'[^']*')*>"""
_TAG = re.compile(rb"<[^\s/>]+" + REST_OF_TAG)
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.\-]+)["'][^>]*\?>""")
_SPECIAL = re.compile(r'[&<>"\n\t\r]')
_ESCAPES = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: What a cell may hold and XML may not, or not unchanged: Excel writes it by its number.
_BY_NUMBER = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Node:
    """One element: its opening tag is ``start`` to ``inner``, its closing tag ``outer`` to ``end``.

    An element without content (``<a/>``) has ``inner == outer == end``.
    """

    tag: str
    attributes: dict[str, str]
    start: int
    inner: int = 0
    outer: int = 0
    end: int = 0
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    words: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name without prefix."""
        return self.tag.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """Its prefix with the colon, or nothing."""
        return self.tag[: len(self.tag) - len(self.name)]

    @property
    def text(self) -> str:
        """The characters directly inside it."""
        return "".join(self.words)

    def get(self, name: str, default: str = "") -> str:
        """The attribute called *name* whatever its prefix."""
        for key, value in self.attributes.items():
            if key == name or key.rpartition(":")[2] == name:
                return value
        return default

    def find(self, name: str) -> Node | None:
        """The first child called *name*."""
        return next((c for c in self.children if c.name == name), None)

    def iter(self, name: str) -> Iterator[Node]:
        """All elements called *name* in it, in order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.iter(name)


def plain(content: bytes) -> bytes:
    """*content* in UTF-8: rarer encodings are written anew, UTF-8 stays as it is."""
    if content.startswith(_UTF16):
        text = content.decode("utf-16" if content[:2] in _UTF16[:2] else _sixteen(content))
        return re.sub(r"""(<\?xml[^>]*?encoding\s*=\s*["'])[^"']+""", r"\g<1>UTF-8", text, count=1).encode()
    found = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf")[:200])
    if found and found[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        try:
            text = content.decode(found[1].decode())
        except (LookupError, UnicodeDecodeError) as error:
            raise PatchError(str(error)) from None
        return text.replace(found[1].decode(), "UTF-8", 1).encode()
    return content


def _sixteen(content: bytes) -> str:
    return "utf-16-le" if content[0] else "utf-16-be"


def parse(content: bytes) -> Node:
    """The root element of *content* (UTF-8). :class:`PatchError` when it is no XML or declares a type."""
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    top = Node("", {}, 0)
    open_: list[Node] = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        node = Node(tag, attributes, at, parent=open_[-1])
        found = _TAG.match(content, at)
        if found is None:
            raise PatchError(f"no tag at byte {at}")
        node.inner = found.end()
        open_[-1].children.append(node)
        open_.append(node)

    def end(_: str) -> None:
        node = open_.pop()
        if content[node.inner - 2 : node.inner] == b"/>":
            node.outer = node.end = node.inner
        else:
            node.outer = parser.CurrentByteIndex
            node.end = content.index(b">", node.outer) + 1

    def characters(words: str) -> None:
        open_[-1].words.append(words)

    def refuse(*_: object) -> None:
        raise PatchError("a document type is declared")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise PatchError(str(error)) from None
    return top.children[0]


# --- edits ------------------------------------------------------------------------------------------------


@cache
def _attribute(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"\s" + name.encode() + rb"""\s*=\s*("[^"]*"|'[^']*')""")


def set_attributes(tag: bytes, changes: Mapping[str, str | None]) -> bytes:
    """An opening tag with attributes set, or taken away (None)."""
    for name, value in changes.items():
        at = _attribute(name).search(tag)
        new = b"" if value is None else f' {name}="{escape(value)}"'.encode()
        if at:
            tag = tag[: at.start()] + new + tag[at.end() :]
        elif new:
            close = len(tag) - (2 if tag.endswith(b"/>") else 1)
            tag = tag[:close].rstrip() + new + tag[close:]
    return tag


def append(
    edits: Splices, node: Node, content: bytes, changes: Mapping[str, str | None] | None = None
) -> None:
    """Put *content* at the end of *node*, open it when it was empty, and set attributes."""
    old = edits.base[node.start : node.inner]
    tag = set_attributes(old, changes or {})
    if node.inner == node.end and old.endswith(b"/>"):
        closed = tag[:-2].rstrip() + b">" + content + f"</{node.tag}>".encode()
        edits.replace(node.start, node.end, closed)
        return
    if tag != old:
        edits.replace(node.start, node.inner, tag)
    edits.insert(node.outer, content)


def place_for(root: Node, name: str, order: tuple[str, ...]) -> int:
    """Where a child *name* that is not there yet belongs, by the schema's *order* of children."""
    rank = {n: i for i, n in enumerate(order)}
    mine = rank[name]
    at = root.inner
    for child in root.children:
        known = rank.get(child.name)
        if known is None:  # an alternative stands where what it holds would stand
            inside = [rank[n.name] for n in _descendants(child) if n.name in rank]
            known = inside[0] if inside else -1
        if known > mine:
            return child.start
        at = child.end
    return at


def _descendants(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _descendants(child)


def escape(text: str) -> str:
    """*text* inside an element or an attribute in double quotes."""
    if not _SPECIAL.search(text):  # nearly every one: one search for seven
        return text
    out = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return out.replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")


def cell_words(text: str) -> str:
    """*text* inside a ``t`` element, as Excel writes it: what looks like an escape stays what it is, what XML cannot hold
    becomes one."""
    if "_x" in text:
        text = _ESCAPES.sub(r"_x005F_x\1_", text)
    if not text.isprintable():
        text = _BY_NUMBER.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cell_text(text: str) -> bytes:
    """The same as bytes."""
    return cell_words(text).encode()


def uncelled(text: str) -> str:
    """The text that a ``t`` element's characters stand for."""
    return _ESCAPES.sub(lambda m: chr(int(m[1], 16)), text)
