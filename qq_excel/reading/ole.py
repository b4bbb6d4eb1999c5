"""Old compound files: an .xls, or the wrapping of an encrypted workbook."""

from __future__ import annotations

import olefile

from qq_excel.language import Text
from qq_excel.reading.guard import Refusal
from qq_excel.reading.model import FileFact
from qq_excel.reading.source import Source

_BOF, _FILEPASS, _SHEET, _EOF = (0x0809, 0x0009, 0x0209, 0x0409), 0x2F, 0x85, 0x0A
#: The globals stand at the start of the stream; sheets that are listed later are not looked for.
_GLOBALS = 8 << 20


def inspect_ole(source: Source) -> list[FileFact]:
    """Facts of an .xls; refuses what is encrypted or no workbook."""
    encrypted = Text("工作簿已加密", "the workbook is encrypted")
    try:
        with source.open() as file, olefile.OleFileIO(file) as ole:
            if ole.exists("EncryptedPackage") or ole.exists("EncryptionInfo"):
                raise Refusal("FIL002", "package", encrypted)
            name = next((n for n in ("Workbook", "Book") if ole.exists(n)), None)
            if name is None:
                reason = Text("是旧式 Office 文件，但不是工作簿", "an old Office file, but no workbook")
                raise Refusal("FIL001", "ole_only", reason)
            types = _globals(ole.openstream(name).read(_GLOBALS))
            if types is None:
                raise Refusal("FIL002", "workbook", encrypted)
            macros = {"xlm"} if 1 in types else set()
            if ole.exists("_VBA_PROJECT_CUR"):
                macros.add("vba")
    except (Refusal, OSError):
        raise
    except Exception as error:
        # olefile trusts the sector tables of the file and fails in many ways
        raise ValueError("broken compound file") from error
    return [FileFact("FIL004", values={"code": ",".join(sorted(macros))})] if macros else []


def _globals(stream: bytes) -> set[int] | None:
    """The types of the sheets (0 worksheet, 1 macro sheet, 2 chart); None when the stream is encrypted."""
    at, types = 0, set()
    while at + 4 <= len(stream):
        record = int.from_bytes(stream[at : at + 2], "little")
        length = int.from_bytes(stream[at + 2 : at + 4], "little")
        if record == _FILEPASS:
            return None
        if record == _SHEET and at + 10 <= len(stream):
            types.add(stream[at + 9])
        if record == _EOF:
            break
        at += 4 + length
    return types
