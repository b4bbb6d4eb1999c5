"""OpenDocument spreadsheets: encryption, macros, and how far repeated cells reach."""

from __future__ import annotations

import zipfile
from typing import Any

from lxml import etree

from qq_excel.language import Text
from qq_excel.reading.guard import Limits, Refusal, over
from qq_excel.reading.model import FileFact

_MANIFEST = 32 << 20


def inspect_ods(archive: zipfile.ZipFile, lower: dict[str, str], limits: Limits) -> list[FileFact]:
    """Facts of an .ods; refuses what is encrypted or reaches too far."""
    manifest = lower.get("meta-inf/manifest.xml")
    if manifest is not None:
        with archive.open(manifest) as part:
            if b"encryption-data" in part.read(_MANIFEST):
                raise Refusal("FIL002", "document", Text("文档已加密", "the document is encrypted"))
    content = lower.get("content.xml")
    if content is None:
        raise Refusal("FIL001", "zip_only", Text("缺少正文，不是工作簿", "no content, so no workbook"))
    _check_reach(archive, content, limits)
    facts = []
    if any(n.startswith(("basic/", "scripts/")) for n in lower):
        facts.append(FileFact("FIL004", values={"code": "basic"}))
    if any(n.startswith("object ") for n in lower):
        reason = Text("嵌入对象", "embedded objects")
        facts.append(FileFact("FIL005", values={"reason": reason, "code": "embedded"}))
    return facts


def _check_reach(archive: zipfile.ZipFile, content: str, limits: Limits) -> None:
    """A repeated cell or row with a value is unfolded by the reader: count before it does."""
    rows, width, sheets = 0, 0, 0
    with archive.open(content) as part:
        events = etree.iterparse(
            part, events=("end",), tag=["{*}table-row", "{*}table"],
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True,
        )  # fmt: skip
        for _, element in events:
            if element.tag.endswith("}table"):
                rows, width, sheets = 0, 0, sheets + 1
                if sheets > limits.sheets:
                    raise over("sheets", "工作表数量", "number of sheets", sheets, limits.sheets)
            else:
                filled = _filled_width(element)
                repeated = _repeated(element, "rows")
                rows += repeated if filled or repeated < 1_000 else 0
                width = max(width, filled)
                if rows * width > limits.cells:
                    raise over(
                        "cells", "工作表的单元格数", "number of cells of a sheet", rows * width, limits.cells
                    )  # fmt: skip
            element.clear()


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
