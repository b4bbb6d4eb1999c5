"""Old compound files: an .xls, or the wrapping of an encrypted workbook."""

from __future__ import annotations

import olefile

from qq_excel.language import Text
from qq_excel.reading.model import FileFact
from qq_excel.reading.passengers import passenger_facts
from qq_excel.reading.refusal import Refusal
from qq_excel.reading.source import Source

_FILEPASS, _SHEET, _EOF, _SUPPORTING = 0x2F, 0x85, 0x0A, 0x01AE
#: In place of the length of a name: the supporting book is this workbook itself, or add-in functions.
_NO_NAME = (0x0401, 0x3A01)
#: The globals stand at the start of the stream; sheets that are listed later are not looked for.
_GLOBALS = 8 << 20
_ENCRYPTED = Text("工作簿已加密", "the workbook is encrypted")


def inspect_ole(source: Source) -> list[FileFact]:
    """Facts of an .xls; refuses what is encrypted or no workbook."""
    try:
        with source.open() as file, olefile.OleFileIO(file) as ole:
            if ole.exists("EncryptedPackage") or ole.exists("EncryptionInfo"):
                raise Refusal("FIL002", "package", _ENCRYPTED)
            name = next((n for n in ("Workbook", "Book") if ole.exists(n)), None)
            if name is None:
                reason = Text("是旧式 Office 文件，但不是工作簿", "an old Office file, but no workbook")
                raise Refusal("FIL001", "ole_only", reason)
            types, carried = _globals(ole.openstream(name).read(_GLOBALS))
            macros = {"xlm"} if 1 in types else set()
            if ole.exists("_VBA_PROJECT_CUR"):
                macros.add("vba")
            for path in ole.listdir(streams=True, storages=True):
                if path[0].startswith(("MBD", "LNK")):
                    carried.add("embedded" if path[0].startswith("MBD") else "links")
                elif path[0] == "Ctls":
                    carried.add("activex")
    except (Refusal, OSError):
        raise
    except Exception as error:
        # olefile trusts the sector tables of the file and fails in many ways
        raise ValueError("broken compound file") from error
    return passenger_facts(macros, carried)


def _globals(stream: bytes) -> tuple[set[int], set[str]]:
    """The types of the sheets (0 worksheet, 1 macro sheet, 2 chart) and what the formulas link to.

    Refuses an encrypted stream.
    """
    at, types, links = 0, set(), set()
    while at + 4 <= len(stream):
        record = int.from_bytes(stream[at : at + 2], "little")
        length = int.from_bytes(stream[at + 2 : at + 4], "little")
        if record == _FILEPASS:
            raise Refusal("FIL002", "workbook", _ENCRYPTED)
        if record == _SHEET and at + 10 <= len(stream):
            types.add(stream[at + 9])
        elif record == _SUPPORTING:
            links |= _linked(stream[at + 4 : at + 4 + length])
        if record == _EOF:
            break
        at += 4 + length
    return types, links


def _linked(record: bytes) -> set[str]:
    """What a supporting book is: another workbook (its path begins with 1), or a program and a topic (DDE)."""
    if len(record) < 6 or int.from_bytes(record[2:4], "little") in _NO_NAME:
        return set()
    name = record[5:].decode("utf-16-le", "replace") if record[4] & 1 else record[5:].decode("latin-1")
    if name.startswith("\x01"):
        return {"links"}
    return {"dde"} if "\x03" in name else set()
