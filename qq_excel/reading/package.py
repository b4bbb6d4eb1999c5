"""What only the XML of a package knows: sheets, names, date system, merges, hidden rows, first rows.

Parts are found through relationships, in the transitional and the Strict namespaces alike (local names are
compared). No DTD is ever processed: :mod:`qq_excel.reading.guard` has refused such files before.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from lxml import etree

from qq_excel.reading.celltypes import texts_among
from qq_excel.reading.firstrows import FirstRows, Strings
from qq_excel.reading.model import Area
from qq_excel.reading.onepass.cells import CellType, NotPlain
from qq_excel.reading.onepass.sheet import PlainSheet
from qq_excel.reading.onepass.strings import PlainStrings, plain_strings
from qq_excel.reading.options import USUAL, Limits
from qq_excel.reading.passengers import parse
from qq_excel.reading.places import must_count_formats_alike, must_name_sheets_once
from qq_excel.reading.refusal import damaged
from qq_excel.reading.scanned import SheetScan, XmlScan
from qq_excel.reading.source import Source
from qq_excel.reading.xmlwords import local, place, whole

_OWN_NAMES = {"qq_kind": "kind", "qq_version": "version"}
_BUILTIN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_MERGE = re.compile(rb"""<mergeCell\s[^>]*?ref=["']([A-Z]+\d+):([A-Z]+\d+)["']""")
_COLUMN = re.compile(rb"<col\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
#: A format that shows a number as a span of time.
_SPAN = re.compile(rb"\[(?:h+|m+|s+)\]|numFmtId=.46\b", re.IGNORECASE)
#: A width that shows nothing.
_NOTHING = re.compile(rb"0(?:\.0*)?")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')


@dataclass(slots=True)
class SheetPart:
    """One sheet of the package."""

    name: str
    state: str
    part: str
    #: ``kind`` and ``version`` from the template's defined names.
    marks: dict[str, str] = field(default_factory=dict)


class _Pieces:
    """A part in pieces that hold a few rows each: a parser takes whatever it is given at once."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part

    def read(self, size: int = -1) -> bytes:
        """The next bytes, however many are asked for."""
        del size
        return self._part.read(4 << 10)


class Package:
    """An .xlsx or .xlsm package, opened for single parts."""

    def __init__(self, source: Path | Source, scans: dict[str, XmlScan]) -> None:
        self._file = Source.of(source).open()
        self._archive = zipfile.ZipFile(self._file)
        self._names = {n.lower(): n for n in self._archive.namelist()}
        self._scans = scans
        self._related: dict[str, dict[str, tuple[str, str]]] = {}
        self._first_rows: dict[str, FirstRows] = {}
        self.workbook = self._target("", "officeDocument") or "xl/workbook.xml"

    def close(self) -> None:
        """Let go of the file."""
        self._first_rows.clear()  # they hold the package in turn
        self.__dict__.pop("strings", None)
        self._archive.close()
        self._file.close()

    def _read(self, part: str) -> bytes | None:
        lower = part.lower().lstrip("/")
        scan = self._scans.get(lower)
        if scan is not None and scan.whole:
            return scan.start
        name = self._names.get(lower)
        return None if name is None else self._archive.read(name)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        if part not in self._related:
            self._related[part] = self._relations_of(part)
        return self._related[part]

    def _relations_of(self, part: str) -> dict[str, tuple[str, str]]:
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
        root = parse(content)
        must_name_sheets_once(root)
        return root

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
            (top, left), (bottom, right) = place(match[1].decode()), place(match[2].decode())
            out.append(Area(top, left, bottom, right))
        return out

    def filtered(self, sheet: SheetPart) -> bool:
        """Whether a filter with conditions stands on the sheet or its tables."""
        return b"<filterColumn" in self.scan(sheet).tail or any(
            b"<filterColumn" in scan.start
            for _, part in self._relations(sheet.part).values()
            if (scan := self._scans.get(part.lower())) is not None and scan.root == "table"
        )

    def texts_among(self, sheet: SheetPart, columns: list[int]) -> dict[int, set[int]] | None:
        """Rows of the texts and booleans in each of *columns*, or None where the bytes do not say so surely."""
        name = self._names.get(sheet.part.lower())
        if name is None or not self.scan(sheet).plain:
            return None
        with self._archive.open(name) as file:
            return texts_among(iter(lambda: file.read(1 << 20), b""), columns)

    def hidden(self, sheet: SheetPart) -> tuple[frozenset[int], frozenset[int]]:
        """Zero-based hidden rows and columns."""
        scan = self.scan(sheet)
        spans: set[tuple[int, int]] = set()
        for match in _COLUMN.finditer(scan.before):
            attributes = dict(_ATTRIBUTE.findall(match[1]))
            if attributes.get(b"hidden") in (b"1", b"true") or _NOTHING.fullmatch(
                attributes.get(b"width", b"")
            ):
                first, last = whole(attributes.get(b"min"), 1), whole(attributes.get(b"max"), 1)
                spans.add((first - 1, min(last, 16_384)))
        columns: set[int] = set()
        reach = 0  # no column twice: a crafted sheet says all of them a hundred thousand times
        for first, last in sorted(spans):
            columns.update(range(max(first, reach), last))
            reach = max(reach, last)
        return frozenset(scan.hidden_rows), frozenset(columns)

    def stream(self, part: str, tag: str) -> Iterator[Any]:
        """The elements called *tag* of a part, one after the other; no more of it is parsed than is asked for."""
        name = self._names.get(part.lower())
        if name is None:
            return
        with self._archive.open(name) as file:
            for _, element in etree.iterparse(
                _Pieces(file), events=("end",), tag=f"{{*}}{tag}", resolve_entities=False, no_network=True,
                load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True,
            ):  # fmt: skip
                yield element
                element.clear()
                while element.getprevious() is not None and element.getparent() is not None:
                    del element.getparent()[0]

    # --- all cells of a small sheet -----------------------------------------------------------------

    def plain(self, sheet: SheetPart, limits: Limits = USUAL) -> PlainSheet | None:
        """The cells of *sheet* from its bytes; None where only the bulk reader can read them."""
        scan = self.scan(sheet)
        cells = scan.cells
        if cells is None or self.date1904 or self._counts_hours:
            return None
        try:
            # what precedes the cells is whole, and they stand in no comment
            parse(scan.before + f"<sheetData/></{scan.root}>".encode())
            strings = self._plain_strings if (cells.type == CellType.SHARED).any() else None
            return PlainSheet(cells, strings, self.date_styles, limits)
        except (NotPlain, etree.XMLSyntaxError):
            return None

    @cached_property
    def _plain_strings(self) -> PlainStrings | None:
        part = self._target(self.workbook, "sharedStrings")
        scan = self._scans.get(part.lower()) if part else None
        return plain_strings(scan.start) if scan is not None and scan.whole else None

    # --- the first rows -----------------------------------------------------------------------------

    def head(self, sheet: SheetPart, rows: int) -> list[list[Any]]:
        """The first *rows* rows as Python values, ragged to the right; nothing beyond them is parsed."""
        if sheet.part not in self._first_rows:
            self._first_rows[sheet.part] = FirstRows(self, sheet.part)
        return self._first_rows[sheet.part].upto(rows)

    def forget_head(self, sheet: SheetPart) -> None:
        """Let go of what :meth:`head` has parsed: much, where a second table begins far down."""
        self._first_rows.pop(sheet.part, None)

    @cached_property
    def strings(self) -> Strings:
        """The shared strings."""
        return Strings(self, self._target(self.workbook, "sharedStrings"))

    @cached_property
    def _styles(self) -> bytes | None:
        part = self._target(self.workbook, "styles")
        return self._read(part) if part else None

    @cached_property
    def _counts_hours(self) -> bool:
        """Whether a format shows a number as a span of time, which is no date: its days are counted otherwise."""
        return self._styles is not None and _SPAN.search(self._styles) is not None

    @cached_property
    def date_styles(self) -> frozenset[int]:
        """The cell formats that show a number as a date."""
        content = self._styles
        if content is None:
            return frozenset()
        root = parse(content)
        must_count_formats_alike(root)
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
