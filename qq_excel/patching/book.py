"""A workbook package open for edits: parts, relationships, content types, sheets."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from qq_excel import zips
from qq_excel.output import QUICK_LEVEL, Part, same_zip
from qq_excel.patching.splices import PatchError, Splices
from qq_excel.patching.xmltree import Node, append, escape, parse, place_for, plain

_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WORKBOOK_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "alternateContent", "workbookProtection", "bookViews", "sheets",
    "functionGroups", "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches",
    "smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip


#: The elements of parts so small are remembered, nobody changes them: most workbooks of a run come of one template.
_SMALL = 1 << 15
#: All parts of a package, unpacked: the reader's usual limit.
_MOST = 2_000_000_000
_remembered = lru_cache(maxsize=16)(parse)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship of a part. ``target`` is a part's name, or an address when ``external``."""

    id: str
    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook; ``part`` is empty for charts and for sheets without a part."""

    name: str
    part: str
    index: int


class Book:
    """The package. Edits are gathered as splices and applied by :meth:`settle`, :meth:`finish` or :meth:`save`."""

    def __init__(self, path: Path) -> None:
        """Raises :class:`PatchError` when *path* is no package of a workbook in XML."""
        try:
            with zips.opened(path) as archive:
                infos = [i for i in archive.infolist() if not i.is_dir()]
                if sum(i.file_size for i in infos) > _MOST:  # no more than that is ever unpacked
                    raise PatchError("too large")
                self.parts: dict[str, bytes] = {i.filename: archive.read(i) for i in infos}
        except (*zips.DAMAGED, ValueError) as error:
            raise PatchError(str(error)) from None
        #: Parts that are put together while they are written: a large sheet is not in memory twice.
        self._late: dict[str, Callable[[], Iterable[bytes | memoryview]]] = {}
        self._reset()
        self.workbook = self.related("", "officeDocument") or "xl/workbook.xml"
        if self.real(self.workbook) is None or self.tree(self.workbook).name != "workbook":
            raise PatchError("no workbook part")
        self.workbook = self.real(self.workbook) or self.workbook
        root = self.tree(self.workbook)
        self.strict = any(v.startswith("http://purl.oclc.org/ooxml/") for v in root.attributes.values())

    def _reset(self) -> None:
        self.edits: dict[str, Splices] = {}
        self.added: list[str] = []
        self._trees: dict[str, Node] = {}
        self._lower = {n.lower(): n for n in self.parts}
        self._plain: dict[str, bytes] = {}
        #: Elements to come at the end of a part's root: content types, relationships.
        self._pending: dict[str, list[str]] = {}
        self._new_relations: dict[str, list[Relation]] = {}
        self._typed: set[str] = set()

    # --- parts ----------------------------------------------------------------------------------------

    def real(self, name: str) -> str | None:
        """The name under which the package has the part *name*, whatever its case."""
        return self._lower.get(name.lower().lstrip("/"))

    def read(self, name: str) -> bytes | None:
        """The bytes of a part before edits, None when it is not there."""
        real = self.real(name)
        return None if real is None else self.parts[real]

    def edit(self, name: str) -> Splices:
        """The edits of the part *name*, which must be there."""
        real = self.real(name)
        if real is None:
            raise PatchError(f"no part {name}")
        if real not in self.edits:
            self.edits[real] = Splices(self.utf8(real))
        return self.edits[real]

    def utf8(self, name: str) -> bytes:
        """The bytes of the XML part *name* in UTF-8, before edits: the places of its elements are theirs."""
        real = self.real(name)
        if real is None:
            raise PatchError(f"no part {name}")
        if real in self._late:
            raise PatchError(f"{name} is made while it is written")
        if real not in self._plain:
            self._plain[real] = plain(self.parts[real])
        return self._plain[real]

    def tree(self, name: str) -> Node:
        """The elements of the part *name* before edits."""
        real = self.real(name)
        if real is None:
            raise PatchError(f"no part {name}")
        if real not in self._trees:
            content = self.utf8(real)
            self._trees[real] = (_remembered if len(content) <= _SMALL else parse)(content)
        return self._trees[real]

    def add(
        self, name: str, content: bytes | Callable[[], Iterable[bytes]], type_: str | None = None
    ) -> None:
        """A new part, or what makes it when it is written; *type_* is its content type."""
        self.parts[name] = content if isinstance(content, bytes) else b""
        if not isinstance(content, bytes):
            self._late[name] = content
        self._lower[name.lower()] = name
        self.added.append(name)
        if type_ is not None:
            self._type(f'<{{}}Override PartName="/{escape(name)}" ContentType="{type_}"/>')

    def free(self, stem: str, suffix: str) -> str:
        """A name for a new part of ours beside the workbook part: ``xl/qq/<stem><n><suffix>``."""
        folder = posixpath.join(posixpath.dirname(self.workbook), "qq")
        n = 1
        while self.real(name := f"{folder}/{stem}{n}{suffix}") is not None:
            n += 1
        return name

    def default_type(self, extension: str, type_: str) -> None:
        """The content type of all parts with *extension*, unless there is one."""
        known = {c.get("Extension").lower() for c in self.tree(_TYPES).children if c.name == "Default"}
        if extension.lower() not in known and extension not in self._typed:
            self._typed.add(extension)
            self._type(f'<{{}}Default Extension="{extension}" ContentType="{type_}"/>')

    def _type(self, element: str) -> None:
        self._pending.setdefault(self.real(_TYPES) or _TYPES, []).append(element)

    # --- relationships ----------------------------------------------------------------------------------

    @property
    def office(self) -> str:
        """The namespace of office relationships in this package."""
        return _STRICT if self.strict else _OFFICE

    @property
    def main(self) -> str:
        """The namespace of spreadsheet elements in this package."""
        return _MAIN_STRICT if self.strict else _MAIN

    @staticmethod
    def relations_part(part: str) -> str:
        """The name of the part with the relationships of *part*."""
        folder, name = posixpath.split(part)
        return posixpath.join(folder, "_rels", f"{name}.rels")

    def relations(self, part: str) -> list[Relation]:
        """The relationships of *part*, those added included."""
        name = self.relations_part(part)
        out = list(self._new_relations.get(part, ()))
        if self.real(name) is None or self.real(name) in self.added:
            return out
        there = []
        for child in self.tree(name).children:
            target, external = child.get("Target"), child.get("TargetMode") == "External"
            kind = child.get("Type").rpartition("/")[2]
            if not external:
                target = self._whole(part, target)
            there.append(Relation(child.get("Id"), kind, target, external))
        return there + out

    def _whole(self, part: str, target: str) -> str:
        folder = posixpath.dirname(part)
        whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        whole = posixpath.normpath(whole)
        return self.real(whole) or self.real(unquote(whole)) or whole

    def related(self, part: str, kind: str) -> str | None:
        """The first part that *part* has a relationship of *kind* with."""
        return next((r.target for r in self.relations(part) if r.kind == kind and not r.external), None)

    def relate(self, part: str, kind: str, target: str) -> str:
        """A new relationship from *part* to the part *target*; its id."""
        taken = {r.id.lower() for r in self.relations(part)}
        n = len(taken) + 1
        while f"rid{n}" in taken:
            n += 1
        id_, type_ = f"rId{n}", f"{self.office}/{kind}"
        there = posixpath.relpath(target, posixpath.dirname(part) or ".")
        self._new_relations.setdefault(part, []).append(Relation(id_, kind, target, False))
        element = f'<{{}}Relationship Id="{id_}" Type="{type_}" Target="{escape(there)}"/>'
        name = self.relations_part(part)
        real = self.real(name)
        if real is None:
            self.default_type("rels", "application/vnd.openxmlformats-package.relationships+xml")
            self.add(name, HEAD + f'<Relationships xmlns="{_PACKAGE}"/>'.encode())
            real = name
        self._pending.setdefault(real, []).append(element)
        return id_

    # --- sheets -----------------------------------------------------------------------------------------

    def sheet_nodes(self) -> list[Node]:
        """The ``sheet`` elements of the workbook part."""
        holder = self.tree(self.workbook).find("sheets")
        return [] if holder is None else [c for c in holder.children if c.name == "sheet"]

    def sheets(self) -> list[Sheet]:
        """All sheets in order, as they were before edits."""
        by_id = {r.id: r for r in self.relations(self.workbook)}
        out = []
        for i, node in enumerate(self.sheet_nodes()):
            relation = by_id.get(node.get("id"))
            good = relation is not None and relation.kind == "worksheet" and self.real(relation.target)
            out.append(Sheet(node.get("name"), (good or "") if good else "", i))
        return out

    def add_sheets(
        self,
        sheets: Iterable[tuple[str, bytes | Callable[[], Iterable[bytes]], str]],
        names: Iterable[tuple[int, str, str]],
    ) -> list[str]:
        """New sheets (name, content as for :meth:`add`, state) after all others and defined names of theirs (which of them, name,
        what it refers to); the names of their parts."""
        root = self.tree(self.workbook)
        holder = root.find("sheets")
        if holder is None:
            raise PatchError("no sheets element")
        nodes = self.sheet_nodes()
        number = max((int(n.get("sheetId")) for n in nodes if n.get("sheetId").isdigit()), default=0)
        out, elements = [], []
        for name, content, state in sheets:
            number += 1
            part = self.free("sheet", ".xml")
            self.add(part, content, _SHEET_TYPE)
            id_ = self.relate(self.workbook, "worksheet", part)
            hidden = f' state="{state}"' if state != "visible" else ""
            elements.append(
                f'<{holder.prefix}sheet name="{escape(name)}" sheetId="{number}"{hidden} '
                f'xmlns:r="{self.office}" r:id="{id_}"/>'
            )
            out.append(part)
        edits = self.edit(self.workbook)
        append(edits, holder, "".join(elements).encode())
        defined = "".join(
            f'<{root.prefix}definedName name="{name}" localSheetId="{len(nodes) + which}"'
            f"{' hidden=' + chr(34) + '1' + chr(34) if name.endswith('_FilterDatabase') else ''}>"
            f"{escape(refers)}</{root.prefix}definedName>"
            for which, name, refers in names
        ).encode()
        there = root.find("definedNames")
        if there is not None:
            append(edits, there, defined)
        elif defined:
            tag = f"{root.prefix}definedNames".encode()
            self.put_in_workbook("definedNames", b"<" + tag + b">" + defined + b"</" + tag + b">")
        return out

    def put_in_workbook(self, name: str, element: bytes) -> None:
        """Put the child *name*, which is not there yet, into the workbook part."""
        at = place_for(self.tree(self.workbook), name, _WORKBOOK_ORDER)
        self.edit(self.workbook).insert(at, element)

    # --- the end ----------------------------------------------------------------------------------------

    def settle(self) -> dict[str, list[tuple[int, int, bytes]]]:
        """Apply all edits; the edits that lead back, by part. The added parts stay in ``added``."""
        self._put_pending()
        back = {}
        for name, edits in self.edits.items():
            if edits and name in self.added:
                self.parts[name] = edits.apply()[0]
            elif edits:
                self.parts[name], back[name] = edits.apply()
        added = self.added
        self._reset()
        self.added = added
        return back

    def _put_pending(self) -> None:
        for name, elements in self._pending.items():
            root = self.tree(name)
            append(self.edit(name), root, "".join(e.format(root.prefix) for e in elements).encode())
        self._pending = {}

    def finish(self) -> dict[str, list[tuple[int, int, bytes]]]:
        """As :meth:`settle`, for the last time: the changed parts are put together as they are written."""
        self._put_pending()
        back = {}
        for name, edits in self.edits.items():
            if edits:
                undone = edits.back()
                self._late[name] = edits.pieces
                if name not in self.added:
                    back[name] = undone
        added = self.added
        self._reset()
        self.added = added
        return back

    def digest(self, name: str) -> str:
        """The SHA-256 of a part as it will be written."""
        made = hashlib.sha256()
        for piece in self._late[name]() if name in self._late else (self.parts[name],):
            made.update(piece)
        return made.hexdigest()

    def forget(self, names: Iterable[str]) -> None:
        """Take parts out of the package."""
        for name in names:
            self.parts.pop(name, None)
        self._reset()

    def save(self, target: Path) -> None:
        """Write the package; the same parts give the same bytes."""
        if self._pending or any(self.edits.values()):
            self.settle()
        parts: dict[str, Part] = {name: self._late.get(name, content) for name, content in self.parts.items()}
        same_zip(parts, target, level=QUICK_LEVEL)

    @property
    def signed(self) -> bool:
        """Whether it bears a digital signature, which no changed copy can keep."""
        return any(n.lower().startswith("_xmlsignatures/") and n.lower().endswith(".xml") for n in self.parts)


def sheet_reference(name: str) -> str:
    """A sheet's name as formulas and links have it."""
    return "'" + name.replace("'", "''") + "'"


def digits(text: str) -> int:
    """A whole number in an attribute, 0 when it is none."""
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 0
