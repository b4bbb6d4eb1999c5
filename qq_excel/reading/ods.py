"""OpenDocument spreadsheets: encryption, macros, how far repeated cells reach, what the parser drops."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from qq_excel.language import Text
from qq_excel.reading.model import Area, BookNotes, CellError, FileFact, SheetNotes
from qq_excel.reading.options import Limits
from qq_excel.reading.passengers import passenger_facts
from qq_excel.reading.refusal import Refusal, over
from qq_excel.reading.source import Source

_MANIFEST = 32 << 20
#: A reference with a source before its sheet: ``['file:///D:/a.ods'#$Sheet1.A1]``.
_SOURCE = re.compile(r"\['[^']*'#")
#: Elements that bring in what stands outside the document.
_LINKS = {
    "dde-source": "dde", "table-source": "links", "cell-range-source": "links", "database-source-sql": "connections",
    "database-source-table": "connections", "database-source-query": "connections",
}  # fmt: skip


def inspect_ods(archive: zipfile.ZipFile, lower: dict[str, str], limits: Limits) -> list[FileFact]:
    """Facts of an .ods; refuses what is encrypted or reaches too far."""
    manifest = lower.get("meta-inf/manifest.xml")
    if manifest is not None:
        with archive.open(manifest) as part:
            if b"encryption-data" in part.read(_MANIFEST):
                raise Refusal(
                    "FIL002", "document",
                    Text(
                        "文档已加密，.ods 的密码不能代为解开，请取消密码或另存为 .xlsx",
                        "the document is encrypted; an .ods cannot be opened by a password here, save it without one or as .xlsx",
                    ),
                )  # fmt: skip
    content = lower.get("content.xml")
    if content is None:
        raise Refusal("FIL001", "zip_only", Text("缺少正文，不是工作簿", "no content, so no workbook"))
    carried = _look_through(archive, content, limits)
    if any(n.startswith("object ") for n in lower):
        carried.add("embedded")
    macros = {"basic"} if any(n.startswith(("basic/", "scripts/")) for n in lower) else set()
    return passenger_facts(macros, carried)


def _look_through(archive: zipfile.ZipFile, content: str, limits: Limits) -> set[str]:
    """What the sheets link to. Refuses what reaches too far.

    A repeated cell or row with a value is unfolded by the reader: count before it does.
    """
    rows, width, sheets = 0, 0, 0
    carried = set()
    with archive.open(content) as part:
        for element in _stream(part, "table-row", "table", *_LINKS):
            if (link := _LINKS.get(element.tag.rpartition("}")[2])) is not None:
                carried.add(link)
            elif element.tag.endswith("}table"):
                rows, width, sheets = 0, 0, sheets + 1
                if sheets > limits.sheets:
                    raise over("sheets", "工作表数量", "number of sheets", sheets, limits.sheets)
            else:
                if any(_is_foreign(cell) for cell in element):
                    carried.add("links")
                filled = _filled_width(element)
                repeated = _repeated(element, "rows")
                rows += repeated if filled or repeated < 1_000 else 0
                width = max(width, filled)
                if rows * width > limits.cells:
                    raise over(
                        "cells", "工作表的单元格数", "number of cells of a sheet", rows * width, limits.cells
                    )  # fmt: skip
    return carried


def _is_foreign(cell: Any) -> bool:
    """Whether the cell's formula reads another document."""
    formula = _attribute(cell, "formula")
    return formula is not None and _SOURCE.search(formula) is not None


def _stream(part: Any, *tags: str) -> Iterator[Any]:
    """The elements called *tags* as they end, each forgotten afterwards."""
    for _, element in etree.iterparse(
        part, events=("end",), tag=[f"{{*}}{t}" for t in tags], resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=True,
    ):  # fmt: skip
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _filled_width(row: Any) -> int:
    """Columns up to the last one with a value."""
    width = filled = 0
    for cell in row:
        width += _repeated(cell, "columns")
        if len(cell) or any(k.endswith("}value-type") for k in cell.attrib):
            filled = width
    return filled


def _repeated(element: Any, what: str) -> int:
    for key, value in element.attrib.items():
        if key.endswith(f"}}number-{what}-repeated") and value.isdigit():
            return int(value[:9])
    return 1


# --- what the parser drops ------------------------------------------------------------------------------


def notes_of_ods(source: Source) -> BookNotes:
    """Merged ranges, hidden rows and columns, filters, and error values (blank to the parser)."""
    notes = BookNotes()
    with source.open() as file, zipfile.ZipFile(file) as archive:
        name = next(n for n in archive.namelist() if n.lower() == "content.xml")
        with archive.open(name) as part:
            collecting = _Collecting()
            for element in _stream(part, "table-column", "table-row", "table", "null-date", "filter"):
                collecting.take(element, notes)
    return notes


class _Collecting:
    """The notes of one sheet after the other."""

    def __init__(self) -> None:
        self._new_sheet()

    def _new_sheet(self) -> None:
        self._row = self._column = 0
        self._merges: list[Area] = []
        self._rows: set[int] = set()
        self._columns: set[int] = set()
        self._errors: list[tuple[Area, CellError]] = []
        self._foreign: list[tuple[int, int]] = []
        self._filtered = False

    def take(self, element: Any, notes: BookNotes) -> None:
        tag = element.tag.rpartition("}")[2]
        if tag == "table":
            name = _attribute(element, "name") or ""
            notes.sheets[name] = SheetNotes(
                self._merges, frozenset(self._rows), frozenset(self._columns), self._filtered, self._errors,
                self._foreign,
            )  # fmt: skip
            self._new_sheet()
        elif tag == "null-date":
            notes.date1904 = (_attribute(element, "date-value") or "").startswith("1904")
        elif tag == "table-column":
            repeated = _repeated(element, "columns")
            if _attribute(element, "visibility") in ("collapse", "filter"):
                self._columns.update(range(self._column, min(self._column + repeated, 16_384)))
            self._column += repeated
        elif tag == "table-row":
            repeated = _repeated(element, "rows")
            seen = _attribute(element, "visibility")
            if seen in ("collapse", "filter"):
                self._rows.update(range(self._row, self._row + min(repeated, 1_048_576)))
                self._filtered |= seen == "filter"
            self._cells(element, repeated)
            self._row += repeated

    def _cells(self, row: Any, rows: int) -> None:
        column = 0
        for cell in row:
            repeated = _repeated(cell, "columns")
            down, right = (
                int((_attribute(cell, f"number-{w}-spanned") or "1")[:9]) for w in ("rows", "columns")
            )
            if down > 1 or right > 1:
                self._merges.append(Area(self._row, column, self._row + down - 1, column + right - 1))
            if "error" in (v for k, v in cell.attrib.items() if k.endswith("}value-type")):
                words = "".join("".join(p.itertext()) for p in cell if p.tag.endswith("}p"))  # no note on it
                area = Area(self._row, column, self._row + rows - 1, column + repeated - 1)
                self._errors.append((area, CellError(words or "#N/A")))
            if _is_foreign(cell):
                self._foreign.append((self._row, column))
            column += repeated


def _attribute(element: Any, name: str) -> str | None:
    return next((str(v) for k, v in element.attrib.items() if k.rpartition("}")[2] == name), None)
