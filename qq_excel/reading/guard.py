"""What a file is, by its content, and whether it may be opened at all. Nothing is parsed before this.

What stands against a file is a :class:`~qq_excel.reading.refusal.Refusal`.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from qq_excel import zips
from qq_excel.language import Text
from qq_excel.reading.model import FileFact
from qq_excel.reading.options import Limits
from qq_excel.reading.refusal import Refusal, damaged, over, twofold
from qq_excel.reading.scan import Scanner, scan_bytes
from qq_excel.reading.scanned import AT_ONCE, SheetScan, XmlScan
from qq_excel.reading.source import Source

log = logging.getLogger(__name__)
_CHUNK = 1 << 20
#: Parts are taken at once until so many bytes are inflated: what is kept of them stays in bounds.
_ALL_AT_ONCE = 32 << 20
#: What is looked at to tell the format.
_START = 64 << 10
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What libraries raise at content that breaks off or contradicts itself; lxml's errors are SyntaxErrors.
BROKEN = (*zips.DAMAGED, SyntaxError)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(slots=True)
class Inspection:
    """What a file is: ``xlsx`` (also xlsm), ``xlsb``, ``xls``, ``ods``, ``csv``, or None when it is refused.

    ``scans`` are the XML parts of an ``xlsx`` by lower-case name.
    """

    format: str | None
    facts: list[FileFact] = field(default_factory=list)
    scans: dict[str, XmlScan] = field(default_factory=dict)


def inspect(path: Path | Source, limits: Limits) -> Inspection:
    """Find out what *path* is and whether it may be opened. Bad content never raises."""
    source = Source.of(path)
    try:
        return _inspect(source, limits)
    except Refusal as refusal:
        return Inspection(None, [refusal.fact])
    except (*BROKEN, OSError, NotImplementedError, ValueError, LookupError):
        log.info("%s is damaged", source.path, exc_info=True)
        return Inspection(None, [damaged().fact])


def _inspect(source: Source, limits: Limits) -> Inspection:
    path = source.path
    if not path.is_file():
        raise Refusal("FIL001", "not_regular", Text("这不是普通文件", "it is no regular file"))
    if path.name.startswith("~$"):
        raise Refusal(
            "FIL001", "lock_file",
            Text("这是 Excel 打开文件时的锁文件，请交原文件", "it is Excel's lock file; hand in the workbook itself"),
        )  # fmt: skip
    size = source.size
    if size == 0:
        raise Refusal("FIL001", "empty", Text("文件是空的（0 字节）", "the file is empty (0 bytes)"))
    if size > limits.file_bytes:
        raise over("file_bytes", "文件大小", "file size", size, limits.file_bytes)
    with source.open() as file:
        start = file.read(_START)
    if start.startswith(_OLE):
        from qq_excel.reading.ole import inspect_ole  # only old and encrypted files need it

        return Inspection("xls", inspect_ole(source))
    if start.startswith(_ZIP):
        return _inspect_zip(source, limits)
    from qq_excel.reading.plaintext import looks_like_rows, why_not

    if looks_like_rows(start, whole=size <= len(start)):
        return Inspection("csv")
    raise why_not(start)


# --- packages -------------------------------------------------------------------------------------------


def _inspect_zip(source: Source, limits: Limits) -> Inspection:
    with source.open() as file, zips.opened(file) as archive:
        infos = archive.infolist()
        _check_directory(infos, limits)
        lower = {i.filename.lower(): i.filename for i in infos}
        kind = _kind_of_package(archive, lower)
        scans = _inflate(archive, infos, limits, kind)
        if kind == "ods":
            from qq_excel.reading.ods import inspect_ods

            return Inspection("ods", inspect_ods(archive, lower, limits))
        from qq_excel.reading.passengers import look_for_passengers

        facts = look_for_passengers(archive, scans)
        if kind == "xlsb":
            from qq_excel.reading.xlsb import check_reach

            check_reach(archive, limits)
        for name, scan in scans.items():
            if isinstance(scan, SheetScan) and scan.area > limits.cells:
                _check_filled(archive, lower[name], limits)
        return Inspection(kind, facts, scans)


def _check_directory(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """What the package's directory claims, before a byte is inflated."""
    if len(infos) > limits.parts:
        raise over("parts", "部件数量", "number of parts", len(infos), limits.parts)
    names = [i.filename for i in infos]
    if len({n.lower() for n in names}) != len(names):
        raise Refusal("FIL001", "doubled_parts", Text("包内部件重名", "parts of the package share a name"))
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise Refusal(
                "FIL001", "path_leaves", Text("包内部件的路径不正常", "a part's path leaves the package")
            )
    if any(i.flag_bits & 1 for i in infos):
        raise Refusal("FIL002", "zip", Text("压缩包已加密", "the package is encrypted"))
    for info in infos:
        _check_size(info.file_size, 0, limits)
    _check_size(0, sum(i.file_size for i in infos), limits)


def _check_size(size: int, total: int, limits: Limits) -> None:
    if size > limits.part_bytes:
        raise over("part_bytes", "部件解压后大小", "unpacked size of a part", size, limits.part_bytes)
    if total > limits.total_bytes:
        raise over("total_bytes", "解压后总大小", "unpacked size in all", total, limits.total_bytes)


def _kind_of_package(archive: zipfile.ZipFile, lower: dict[str, str]) -> str:
    if "mimetype" in lower:
        with archive.open(lower["mimetype"]) as part:
            if b"opendocument.spreadsheet" in part.read(200):
                return "ods"
    if "[content_types].xml" not in lower:
        raise Refusal("FIL001", "zip_only", Text("是压缩包，但不是工作簿", "a zip, but no workbook"))
    with archive.open(lower["[content_types].xml"]) as part:
        types = part.read(4 << 20)
    if b"spreadsheetml" not in types and b"ms-excel" not in types:
        raise Refusal(
            "FIL001", "zip_only", Text("是 Office 文件，但不是工作簿", "an Office file, but no workbook")
        )
    return "xlsb" if b"ms-excel.sheet.binary" in types else "xlsx"


def _inflate(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limits: Limits, kind: str
) -> dict[str, XmlScan]:
    """Inflate every part, counting; what its XML shows is looked up in a second thread meanwhile."""
    scans: dict[str, XmlScan] = {}
    total = 0
    with ThreadPoolExecutor(1, thread_name_prefix="qq-scan") as side:
        for info in infos:
            small = info.file_size <= AT_ONCE and total <= _ALL_AT_ONCE
            scanner = Scanner(at_once=small)
            size = 0
            with archive.open(info) as part:
                pending: Future[None] | None = None
                while chunk := part.read(AT_ONCE if small else _CHUNK):
                    size += len(chunk)
                    _check_size(size, total + size, limits)
                    if size == len(chunk) == info.file_size:  # all of it, as the directory says
                        scanner.feed(chunk)
                        continue
                    if pending is not None:
                        pending.result()
                    pending = side.submit(scanner.feed, chunk)
                if pending is not None:
                    pending.result()
            total += size
            scan = scanner.done()
            # LibreOffice declares a document type in its macro libraries; nobody here parses them
            own = kind == "ods" and info.filename.startswith(("Basic/", "Dialogs/"))
            if scan.declares and not own:
                raise Refusal(
                    "FIL010", "entities",
                    Text("XML 声明了实体或文档类型", "its XML declares entities or a document type"),
                    part=info.filename,
                )  # fmt: skip
            if scan.twofold:
                raise twofold(info.filename)
            scans[info.filename.lower()] = scan
    return scans


def _check_filled(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    """Formatted blank cells reserve no memory: count again, filled cells only."""
    with archive.open(name) as part:
        scan = scan_bytes(_chunks(part), filled_only=True)
    if isinstance(scan, SheetScan) and scan.area > limits.cells:
        raise over("cells", "工作表的单元格数", "number of cells of a sheet", scan.area, limits.cells)


def _chunks(part: IO[bytes]) -> Iterator[bytes]:
    while chunk := part.read(_CHUNK):
        yield chunk
