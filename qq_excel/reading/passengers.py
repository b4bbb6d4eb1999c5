"""What a package carries besides its cells: macros, links, connections, embedded objects.

Found by relationships, root elements and part names, so that none of the three alone hides it. None of it is
opened.
"""

from __future__ import annotations

import zipfile
from typing import Any

from lxml import etree

from qq_excel.language import Text
from qq_excel.reading.model import FileFact
from qq_excel.reading.refusal import Refusal, twofold
from qq_excel.reading.scanned import XmlScan

#: Relationship files are small; a larger one is no honest one.
_LONGEST = 32 << 20
_WORDS = {
    "links": Text("外部链接", "external links"),
    "dde": Text("DDE 链接", "DDE links"),
    "connections": Text("数据连接", "data connections"),
    "embedded": Text("嵌入对象", "embedded objects"),
    "activex": Text("ActiveX 控件", "ActiveX controls"),
    "remote": Text("包外的图片或模板", "pictures or templates from outside"),
}
_BY_RELATION = {
    "externalLink": "links",
    "externalLinkPath": "links",
    "xlExternalLinkPath/xlPathMissing": "links",
    "connections": "connections",
    "queryTable": "connections",
    "powerPivotData": "connections",
    "oleObject": "embedded",
    "package": "embedded",
    "control": "activex",
    "activeXControlBinary": "activex",
}
#: Parts that the reader itself needs: they may not lie outside the package.
_NEEDED = {"officeDocument", "worksheet", "sharedStrings", "styles"}
_BY_NAME = {
    "/externallinks/": "links",
    "/connections.": "connections",
    "/querytables/": "connections",
    "/embeddings/": "embedded",
    "/activex/": "activex",
}
#: The workbook part, as every writer calls it.
_USUAL = "xl/workbook.xml"
_MACROS = {"vbaProject": "vba", "xlMacrosheet": "xlm", "xlIntlMacrosheet": "xlm"}


def look_for_passengers(archive: zipfile.ZipFile, scans: dict[str, XmlScan]) -> list[FileFact]:
    """Facts FIL004 and FIL005; refuses (FIL010) what puts a needed part outside the package."""
    macros: set[str] = set()
    carried: set[str] = set()
    for name in archive.namelist():
        lower = name.lower()
        if lower.endswith(".rels"):
            books = _relations(_content(archive, name, scans[lower]), name, macros, carried)
            # the bulk reader takes the part of the usual name, whatever the package says
            if lower == "_rels/.rels" and (len(books) > 1 or (books != {_USUAL} and _USUAL in scans)):
                raise twofold(name)
        carried |= {code for sign, code in _BY_NAME.items() if sign in f"/{lower}"}
        if lower.endswith("vbaproject.bin"):
            macros.add("vba")
        if "/macrosheets/" in f"/{lower}":
            macros.add("xlm")
        scan = scans[lower]
        if scan.root == "macrosheet":
            macros.add("xlm")
        elif scan.root == "externalLink":
            carried.add("dde" if b"ddeLink" in scan.start else "links")
        elif scan.root in ("connections", "queryTable"):
            carried.add("connections")
    if "dde" in carried:
        carried.discard("links")
    return passenger_facts(macros, carried)


def passenger_facts(macros: set[str], carried: set[str]) -> list[FileFact]:
    """FIL004 for the *macros* and FIL005 for what else is *carried*, by their codes."""
    facts = [FileFact("FIL004", values={"code": ",".join(sorted(macros))})] if macros else []
    codes = [c for c in _WORDS if c in carried]
    if codes:
        reason = Text("、".join(_WORDS[c].zh for c in codes), ", ".join(_WORDS[c].en for c in codes))
        facts.append(FileFact("FIL005", values={"reason": reason, "code": ",".join(codes)}))
    return facts


def _content(archive: zipfile.ZipFile, name: str, scan: XmlScan) -> bytes:
    if scan.whole:
        return scan.start
    with archive.open(name) as part:
        content = part.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise ValueError(f"{name} is too large")
    return content


def _relations(content: bytes, name: str, macros: set[str], carried: set[str]) -> set[str]:
    """Look at the relations of a part; the workbooks that it names."""
    ids, workbooks = set(), set()
    for relation in parse(content):
        if (id_ := relation.get("Id")) in ids:
            raise twofold(name)
        ids.add(id_)
        type_ = str(relation.get("Type", "")).rpartition("/relationships/")[2] or str(
            relation.get("Type", "")
        )
        type_ = type_ if type_ in _BY_RELATION else type_.rpartition("/")[2]
        if type_ == "officeDocument":
            workbooks.add(str(relation.get("Target", "")).removeprefix("./").lstrip("/").lower())
        if type_ in _MACROS:
            macros.add(_MACROS[type_])
        if type_ in _BY_RELATION:
            carried.add(_BY_RELATION[type_])
        if relation.get("TargetMode") == "External":
            if type_ in _NEEDED:
                raise Refusal(
                    "FIL010", "outside", Text("所需的部件在文件之外", "a part that it needs lies outside the file"),
                    part=name,
                )  # fmt: skip
            if type_ in ("image", "attachedTemplate", "frame", "chart"):
                carried.add("remote")
    return workbooks


def parse(content: bytes) -> Any:
    """Parse a small XML part: no entities, no document type, no network; comments and instructions count for nothing."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(content, parser)
