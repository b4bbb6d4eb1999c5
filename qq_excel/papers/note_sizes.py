"""The sizes of the notes in a workbook package, read from its old drawing parts (VML)."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from typing import Any

from lxml import etree

_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_VML = "{urn:schemas-microsoft-com:vml}"
_PIXELS = {"pt": 96 / 72, "px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
_LENGTH = r"(?:^|;)\s*{}\s*:\s*([\d.]+)(pt|px|in|cm|mm)"

#: Zero-based (row, column) -> (height, width) in pixels.
Sizes = dict[tuple[int, int], tuple[int, int]]


def sizes(source: Path) -> dict[str, Sizes]:
    """The sizes by sheet name; nothing for what cannot be read."""
    out: dict[str, Sizes] = {}
    with zipfile.ZipFile(source) as package:
        names = set(package.namelist())
        for title, part in sheet_parts(package).items():
            for target in _related(package, part, "vmlDrawing"):
                if target in names:
                    out.setdefault(title, {}).update(_of_drawing(package.read(target)))
    return out


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The part of each worksheet by its name."""
    try:
        targets = dict(_relations(package, "xl/workbook.xml"))
        root = parse(package.read("xl/workbook.xml"))
    except KeyError:
        return {}
    if root is None:
        return {}
    sheets = root.iter(f"{_MAIN}sheet")
    return {s.get("name", ""): targets[s.get(_REL, "")][1] for s in sheets if s.get(_REL, "") in targets}


def parse(content: bytes) -> Any:
    """XML without entities or network; None when it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None


def _relations(package: zipfile.ZipFile, part: str) -> list[tuple[str, tuple[str, str]]]:
    folder, name = posixpath.split(part)
    try:
        root = parse(package.read(f"{folder}/_rels/{name}.rels"))
    except KeyError:
        return []
    out = []
    for r in root if root is not None else ():
        target = r.get("Target", "")
        whole = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        out.append((r.get("Id", ""), (r.get("Type", ""), whole)))
    return out


def _related(package: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    return [target for _, (type_, target) in _relations(package, part) if type_.endswith(f"/{kind}")]


def _of_drawing(content: bytes) -> Sizes:
    root = parse(content)
    out: Sizes = {}
    for shape in root.iter(f"{_VML}shape") if root is not None else ():
        data = shape.find(f"{_EXCEL}ClientData")
        if data is None or data.get("ObjectType") != "Note":
            continue
        row, column = data.findtext(f"{_EXCEL}Row"), data.findtext(f"{_EXCEL}Column")
        size = [_length(shape.get("style", ""), what) for what in ("height", "width")]
        if row and column and row.strip().isdigit() and column.strip().isdigit() and all(size):
            out[int(row), int(column)] = (size[0], size[1])
    return out


def _length(style: str, what: str) -> int:
    found = re.search(_LENGTH.format(what), style)
    return min(2_000, round(float(found[1]) * _PIXELS[found[2]])) if found else 0
