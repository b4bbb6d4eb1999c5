"""What a file is, by its content, and whether it may be opened at all. Nothing is parsed before this.

A refusal is a :class:`~qq_excel.reading.model.FileFact` (FIL001, FIL002, FIL003, FIL010) whose ``values``
feed the rule's message: ``reason`` (a :class:`Text`), ``limit`` and ``found``.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from qq_excel.language import Text
from qq_excel.reading.model import FileFact

_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused. Absolute, since ratios alarm on honest files."""

    #: Bytes of the file itself: the largest honest ledger seen has 60 MB.
    file_bytes: int = 200_000_000
    #: Bytes of one part after unpacking: a sheet of 1,000,000 rows of 33 columns has 1.1 GB.
    part_bytes: int = 1_500_000_000
    #: Bytes of all parts after unpacking.
    total_bytes: int = 2_500_000_000
    #: Parts of the package.
    parts: int = 10_000
    #: Sheets of the workbook.
    sheets: int = 200
    #: Cells that one sheet may claim in its used range.
    cells: int = 60_000_000


@dataclass(slots=True)
class SheetScan:
    """What one pass over a sheet's XML saw. ``tail`` is what follows ``</sheetData>``."""

    formulas: bool = False
    hidden: bool = False
    tail: bytes = b""
    head: bytes = b""


@dataclass(slots=True)
class Inspection:
    """What a file is: ``xlsx`` (also xlsm), ``xlsb``, ``xls``, ``ods``, or None when it is refused."""

    format: str | None
    facts: list[FileFact] = field(default_factory=list)
    scans: dict[str, SheetScan] = field(default_factory=dict)


class _Refusal(Exception):
    def __init__(self, rule: str, reason: Text, **values: object) -> None:
        super().__init__(reason.en)
        self.fact = FileFact(rule, values={"reason": reason, **values})


def inspect(path: Path, limits: Limits) -> Inspection:
    """Find out what *path* is and whether it may be opened."""
    try:
        return _inspect(path, limits)
    except _Refusal as refusal:
        return Inspection(None, [refusal.fact])
    except (OSError, zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError):
        return Inspection(None, [unreadable(Text("文件已损坏或不完整", "the file is damaged or incomplete"))])
    except Exception as error:  # zlib and others raise their own
        if type(error).__module__ == "zlib":
            return Inspection(None, [unreadable(Text("文件已损坏或不完整", "the file is damaged or incomplete"))])
        raise


def unreadable(reason: Text) -> FileFact:
    """The fact that a file cannot be read as a workbook, and why."""
    return FileFact("FIL001", values={"reason": reason})


def _inspect(path: Path, limits: Limits) -> Inspection:
    if not path.is_file():
        raise _Refusal("FIL001", Text("这不是普通文件", "it is no regular file"))
    size = path.stat().st_size
    if size == 0:
        raise _Refusal("FIL001", Text("文件是空的（0 字节）", "the file is empty (0 bytes)"))
    if path.name.startswith("~$"):
        raise _Refusal(
            "FIL001",
            Text("这是 Excel 打开文件时的锁文件，请交原文件", "it is Excel's lock file; hand in the workbook itself"),
        )
    if size > limits.file_bytes:
        raise _over("文件大小", "file size", size, limits.file_bytes)
    with path.open("rb") as file:
        start = file.read(8)
    if start == _OLE:
        return _inspect_ole(path)
    if start[:4] == b"PK\x03\x04" or start[:4] == b"PK\x05\x06":
        return _inspect_zip(path, limits)
    raise _Refusal(
        "FIL001",
        Text("内容不是 Excel 工作簿（可能只是改了扩展名）", "its content is no workbook (perhaps only renamed)"),
    )


def _over(zh: str, en: str, found: int, limit: int) -> _Refusal:
    return _Refusal("FIL003", Text(zh, en), limit=f"{limit:,}", found=f"{found:,}")


def _inspect_ole(path: Path) -> Inspection:
    import olefile  # noqa: PLC0415 - only old and encrypted files need it

    with olefile.OleFileIO(str(path)) as ole:
        if ole.exists("EncryptedPackage") or ole.exists("EncryptionInfo"):
            raise _Refusal("FIL002", Text("工作簿已加密", "the workbook is encrypted"))
        for name in ("Workbook", "Book"):
            if ole.exists(name):
                start = ole.openstream(name).read(4096)
                if _has_filepass(start):
                    raise _Refusal("FIL002", Text("工作簿已加密", "the workbook is encrypted"))
                facts = [FileFact("FIL004")] if ole.exists("_VBA_PROJECT_CUR") else []
                return Inspection("xls", facts)
    raise _Refusal("FIL001", Text("是旧式复合文件，但不是工作簿", "an OLE file, but no workbook"))


def _has_filepass(stream: bytes) -> bool:
    at = 0
    while at + 4 <= len(stream):
        record, length = int.from_bytes(stream[at : at + 2], "little"), int.from_bytes(stream[at + 2 : at + 4], "little")
        if record == 0x2F:
            return True
        at += 4 + length
    return False


def _inspect_zip(path: Path, limits: Limits) -> Inspection:
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if len(infos) > limits.parts:
            raise _over("部件数量", "number of parts", len(infos), limits.parts)
        names = [i.filename for i in infos]
        if len({n.lower() for n in names}) != len(names):
            raise _Refusal("FIL001", Text("包内部件重名", "parts of the package share a name"))
        if any(n.startswith(("/", "\\")) or ".." in n.replace("\\", "/").split("/") for n in names):
            raise _Refusal("FIL001", Text("包内部件的路径不正常", "a part's path leaves the package"))
        if any(i.flag_bits & 1 for i in infos):
            raise _Refusal("FIL002", Text("压缩包已加密", "the package is encrypted"))
        lower = {n.lower(): n for n in names}
        ods = "mimetype" in lower and b"opendocument.spreadsheet" in archive.read(lower["mimetype"])[:200]
        if not ods and "[content_types].xml" not in lower:
            raise _Refusal("FIL001", Text("是压缩包，但不是工作簿", "a zip, but no workbook"))
        inspection = Inspection("ods" if ods else "xlsx")
        total = 0
        for info in infos:
            with archive.open(info) as part:
                total = _scan_part(part, info.filename, total, limits, inspection)
        if not ods:
            _look_for_passengers(lower, archive, inspection)
        if any(n.endswith(".bin") and "/workbook.bin" in f"/{n}" for n in lower):
            inspection.format = "xlsb"
        return inspection


def _scan_part(part: IO[bytes], name: str, total: int, limits: Limits, inspection: Inspection) -> int:
    """Inflate one part, counting; note what its XML carries. The bytes are not kept."""
    is_xml = name.lower().endswith((".xml", ".rels", ".vml"))
    scan = SheetScan() if "/worksheets/" in f"/{name.lower()}" and is_xml else None
    size, last, in_tail = 0, b"", False
    while chunk := part.read(_CHUNK):
        if is_xml and not size and _has_dtd(chunk):
            raise _Refusal(
                "FIL010", Text("XML 声明了实体或文档类型", "its XML declares entities or a document type"), part=name
            )
        size += len(chunk)
        if size > limits.part_bytes:
            raise _over("部件解压后大小", "unpacked size of a part", size, limits.part_bytes)
        if total + size > limits.total_bytes:
            raise _over("解压后总大小", "unpacked size in all", total + size, limits.total_bytes)
        if scan is not None:
            window = last + chunk
            if not scan.head:
                scan.head = chunk[:4096]
            scan.formulas = scan.formulas or b"<f>" in window or b"<f " in window or b"<f/" in window
            scan.hidden = scan.hidden or b"hidden=" in window
            if in_tail:
                scan.tail += chunk
            elif (end := window.find(b"</sheetData>")) >= 0:
                scan.tail, in_tail = window[end:], True
            last = window[-16:]
    if scan is not None:
        inspection.scans[name] = scan
    return total + size


def _has_dtd(start: bytes) -> bool:
    text = start.replace(b"\x00", b"").upper()
    return b"<!DOCTYPE" in text or b"<!ENTITY" in text


def _look_for_passengers(lower: dict[str, str], archive: zipfile.ZipFile, inspection: Inspection) -> None:
    if any(n.endswith("vbaproject.bin") or "/macrosheets/" in n for n in lower):
        inspection.facts.append(FileFact("FIL004"))
    carried = []
    for sign, zh, en in (
        ("/externallinks/", "外部链接", "external links"),
        ("connections.xml", "数据连接", "data connections"),
        ("/embeddings/", "嵌入对象", "embedded objects"),
        ("/activex/", "ActiveX 控件", "ActiveX controls"),
    ):
        if any(sign in f"/{n}" for n in lower):
            carried.append((zh, en))
    if carried:
        zh, en = "、".join(c[0] for c in carried), ", ".join(c[1] for c in carried)
        inspection.facts.append(FileFact("FIL005", values={"reason": Text(zh, en)}))
