"""What only the XML of a package knows: sheets, names, date system, merges, hidden rows, first rows.

Parts are found through relationships, in the transitional and the Strict namespaces alike (local names are
compared). No DTD is ever processed: :mod:`qq_excel.reading.guard` has refused such files before.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from qq_excel.findings import from_a1
from qq_excel.reading.guard import damaged
from qq_excel.reading.model import Area, CellError
from qq_excel.reading.passengers import parse
from qq_excel.reading.scan import SheetScan, XmlScan
from qq_excel.reading.serials import date_of
from qq_excel.reading.source import Source

_OWN_NAMES = {"qq_kind": "kind", "qq_version": "version"}
_BUILTIN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_MERGE = re.compile(rb"""<mergeCell\s[^>]*?ref=["']([A-Z]+\d+):([A-Z]+\d+)["']""")
_COLUMN = re.compile(rb"<col\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')


@dataclass(slots=True)
class SheetPart:
    """One sheet of the package."""

    name: str
    state: str
    part: str
    #: ``kind`` and ``version`` from the template's defined names.
    marks: dict[str, str] = field(default_factory=dict)


def local(element: Any) -> str:
    """The local name of an element, whatever its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def whole(text: str | bytes | None, default: int) -> int:
    """A count or an index that XML states; what is stated and is none means a broken file.

    Raises :class:`~qq_excel.reading.guard.Refusal`.
    """
    if not text:
        return default
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    if not re.fullmatch(r"[0-9]{1,10}", plain):
        raise damaged()
    return int(plain)


def _place(address: str) -> tuple[int, int]:
    try:
        return from_a1(address)
    except ValueError:
        raise damaged() from None


class Package:
    """An .xlsx or .xlsm package, opened for single parts."""

    def __init__(self, source: Path | Source, scans: dict[str, XmlScan]) -> None:
        self._file = Source.of(source).open()
        self._archive = zipfile.ZipFile(self._file)
        self._names = {n.lower(): n for n in self._archive.namelist()}
        self._scans = scans
        self.workbook = self._target("", "officeDocument") or "xl/workbook.xml"

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()
        self._file.close()

    def _read(self, part: str) -> bytes | None:
        name = self._names.get(part.lower().lstrip("/"))
        return None if name is None else self._archive.read(name)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        folder, name = posixpath.split(part)
        content = self._read(posixpath.join(folder, "_rels", f"{name}.rels"))
        out: dict[str, tuple[str, str]] = {}
        for relation in parse(content) if content else ():
            if relation.get("TargetMode") == "External" or not relation.get("Target"):
                continue
            target = relation.get("Target")
            whole = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            out[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], whole)
        return out

    def _target(self, part: str, type_: str) -> str | None:
        return next((target for kind, target in self._relations(part).values() if kind == type_), None)

    @cached_property
    def _root(self) -> Any:
        content = self._read(self.workbook)
        if content is None:
            raise damaged()
        return parse(content)

    @cached_property
    def date1904(self) -> bool:
        """Whether dates count from 1904."""
        for element in self._root:
            if local(element) == "workbookPr":
                return element.get("date1904") in ("1", "true")
        return False

    @cached_property
    def sheets(self) -> list[SheetPart]:
        """Its worksheets in order (chart and dialog sheets are left out)."""
        relations = self._relations(self.workbook)
        out: list[SheetPart] = []
        every: list[SheetPart | None] = []
        for element in self._root.iter():
            if local(element) != "sheet":
                continue
            relation = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id"), "")
            type_, part = relations.get(relation, ("", ""))
            state = {"hidden": "hidden", "veryHidden": "very hidden"}.get(element.get("state", ""), "visible")
            sheet = SheetPart(element.get("name", ""), state, part) if type_ == "worksheet" else None
            every.append(sheet)
            if sheet:
                out.append(sheet)
        self._mark(every)
        return out

    def _mark(self, sheets: list[SheetPart | None]) -> None:
        for element in self._root.iter():
            mark = (
                _OWN_NAMES.get(element.get("name", "").lower()) if local(element) == "definedName" else None
            )
            if mark is None:
                continue
            value = (element.text or "").strip().lstrip("=").strip('"')
            scope = element.get("localSheetId")
            owners = sheets if scope is None else sheets[whole(scope, 0) : whole(scope, 0) + 1]
            for sheet in owners:
                if sheet and (scope is not None or mark not in sheet.marks):
                    sheet.marks[mark] = value

    # --- what the guard's pass over the sheet saw ----------------------------------------------------

    def scan(self, sheet: SheetPart) -> SheetScan:
        """What the bytes of the sheet showed."""
        scan = self._scans.get(sheet.part.lower())
        return scan if isinstance(scan, SheetScan) else SheetScan()

    def merges(self, sheet: SheetPart) -> list[Area]:
        """Merged ranges."""
        out = []
        for match in _MERGE.finditer(self.scan(sheet).tail):
            (top, left), (bottom, right) = _place(match[1].decode()), _place(match[2].decode())
            out.append(Area(top, left, bottom, right))
        return out

    def filtered(self, sheet: SheetPart) -> bool:
        """Whether a filter with conditions stands on the sheet or its tables."""
        return b"<filterColumn" in self.scan(sheet).tail or any(
            b"<filterColumn" in scan.start
            for _, part in self._relations(sheet.part).values()
            if (scan := self._scans.get(part.lower())) is not None and scan.root == "table"
        )

    def hidden(self, sheet: SheetPart) -> tuple[frozenset[int], frozenset[int]]:
        """Zero-based hidden rows and columns."""
        scan = self.scan(sheet)
        columns: set[int] = set()
        for match in _COLUMN.finditer(scan.before):
            attributes = dict(_ATTRIBUTE.findall(match[1]))
            if attributes.get(b"hidden") in (b"1", b"true"):
                first, last = whole(attributes.get(b"min"), 1), whole(attributes.get(b"max"), 1)
                columns.update(range(first - 1, min(last, 16_384)))
        return frozenset(scan.hidden_rows), frozenset(columns)

    def _stream(self, part: str, tags: tuple[str, ...]) -> Iterator[Any]:
        name = self._names.get(part.lower())
        if name is None:
            return
        with self._archive.open(name) as file:
            for _, element in etree.iterparse(
                file, events=("end",), tag=[f"{{*}}{t}" for t in tags], resolve_entities=False, no_network=True,
                load_dtd=False, huge_tree=True,
            ):  # fmt: skip
                yield element
                element.clear()
                while element.getprevious() is not None and element.getparent() is not None:
                    del element.getparent()[0]

    # --- the first rows -----------------------------------------------------------------------------

    def head(self, sheet: SheetPart, rows: int) -> list[list[Any]]:
        """The first *rows* rows as Python values, ragged to the right; nothing beyond them is parsed."""
        raw: list[tuple[int, int, str, str]] = []
        last = lowest = -1
        for row in self._stream(sheet.part, ("row",)):
            number = whole(row.get("r"), last + 2) - 1
            if number >= rows:
                break
            last, lowest = number, max(lowest, number)  # rows may stand in any order
            column = -1
            for cell in row:
                column = _place(cell.get("r"))[1] if cell.get("r") else column + 1
                type_, text = cell.get("t", "n"), ""
                for child in cell:
                    name = local(child)
                    if name == "v":
                        text = child.text or ""
                    elif name == "is":
                        text = "".join(x.text or "" for x in child.iter() if local(x) == "t")
                if text:
                    date = type_ == "n" and whole(cell.get("s"), 0) in self._date_styles
                    raw.append((number, column, "date" if date else type_, text))
        strings = self._strings({whole(t, 0) for _, _, type_, t in raw if type_ == "s"})
        out: list[list[Any]] = [[] for _ in range(lowest + 1)]
        for number, column, type_, text in raw:
            line = out[number]
            line.extend([None] * (column + 1 - len(line)))
            line[column] = self._value(type_, text, strings)
        return out

    def _value(self, type_: str, text: str, strings: dict[int, str]) -> Any:
        if type_ == "s":
            return strings.get(whole(text, 0))
        if type_ == "b":
            return text in ("1", "true")
        if type_ == "e":
            return CellError(text)
        if type_ in ("n", "date"):
            try:
                number = float(text)
            except ValueError:
                return text
            return date_of(number, self.date1904) if type_ == "date" else number
        if type_ == "d":
            try:
                return dt.datetime.fromisoformat(text)
            except ValueError:
                return text
        return text

    def _strings(self, wanted: set[int]) -> dict[int, str]:
        if not wanted:
            return {}
        part = self._target(self.workbook, "sharedStrings")
        out: dict[int, str] = {}
        for index, element in enumerate(self._stream(part, ("si",)) if part else ()):
            if index in wanted:
                out[index] = "".join(
                    x.text or "" for x in element.iter() if local(x) == "t" and local(x.getparent()) != "rPh"
                )
            if index >= max(wanted):
                break
        return out

    @cached_property
    def _date_styles(self) -> frozenset[int]:
        part = self._target(self.workbook, "styles")
        content = self._read(part) if part else None
        if content is None:
            return frozenset()
        root = parse(content)
        custom = {}
        for element in root.iter():
            if local(element) == "numFmt":
                custom[element.get("numFmtId")] = element.get("formatCode", "")
        out = set()
        for element in root:
            if local(element) == "cellXfs":
                for index, xf in enumerate(element):
                    number = xf.get("numFmtId", "0")
                    code = _QUOTED.sub("", custom.get(number, "")).lower()
                    if whole(number, 0) in _BUILTIN_DATES or re.search(
                        r"[ydhs]|m{1,5}", code.replace("general", "")
                    ):
                        out.add(index)
        return frozenset(out)
