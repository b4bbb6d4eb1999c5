"""Packages (xlsx, docx, zip) compared part by part, with a difference that a person can read."""

from __future__ import annotations

import difflib
import io
import zipfile
from collections.abc import Iterator
from functools import cache

import xlsxwriter
from lxml import etree

_PACKAGES = (".xlsx", ".docx", ".zip")


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of a package by name, those of packages inside it too."""
    out: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            part = archive.read(info)
            if info.filename.endswith(_PACKAGES):
                out |= {f"{info.filename}!{name}": p for name, p in parts(part).items()}
            else:
                out[info.filename] = part
    return out


@cache
def bare() -> dict[str, bytes]:
    """The parts of a workbook with one sheet S that has a text in A1."""
    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"in_memory": True})
    book.add_worksheet("S").write_string(0, 0, "x")
    book.close()
    return parts(whole.getvalue())


def lines(name: str, part: bytes) -> list[str]:
    """A part as lines: XML with sorted attributes and an element per line, whatever the writer's spelling."""
    if name.endswith((".xml", ".rels", ".vml")):
        tree = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
        canonical = etree.fromstring(etree.tostring(tree, method="c14n"))
        return etree.tostring(canonical, pretty_print=True, encoding="unicode").splitlines()
    try:
        return part.decode().splitlines()
    except UnicodeDecodeError:
        return [f"{len(part)} bytes", part.hex()]


def differences(old: bytes, new: bytes, most: int = 12) -> Iterator[str]:
    """Each part that differs, with the first lines of its difference."""
    before, after = parts(old), parts(new)
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{name}: is gone"
        elif name not in before:
            yield f"{name}: is new"
        elif before[name] != after[name]:
            diff = list(
                difflib.unified_diff(lines(name, before[name]), lines(name, after[name]), n=0, lineterm="")
            )
            if diff:
                yield "\n  ".join([f"{name}:", *(line[:300] for line in diff[2 : 2 + most])])
