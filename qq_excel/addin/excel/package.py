"""The add-in file: macros, ribbon, settings and texts in one package, the same bytes for the same input."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from qq_excel import __version__
from qq_excel.addin.buttons import ACTION_ID, BUTTONS
from qq_excel.addin.excel import patches, ribbon, vba, wrappers
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import FIXED_TIME, same_zip

FILE_NAME: Final = "qq_excel.xlam"
SCRIPT_NAME: Final = "qq_excel.applescript"
#: Differs from every module's name, as it must.
VBA_NAME: Final = "QQExcelAddin"
_SHEETS = (f"{patches.PROJECT_NAME}.conf", f"{patches.PROJECT_NAME}.texts")
_HERE = Path(__file__).parent
_AS_BOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_AS_ADDIN = "application/vnd.ms-excel.addin.macroEnabled.main+xml"


@dataclass(frozen=True, slots=True)
class Built:
    """What an add-in file says of itself: read back by ``addin status``."""

    version: str
    xlwings: str
    interpreter_win: str
    interpreter_mac: str


def contents(interpreter_win: str = "", interpreter_mac: str = "") -> Built:
    """What an add-in made now would say of itself.

    Raises :class:`InputError` for an interpreter that is no absolute path, or whose path would be read as more
    than a path on a command line.
    """
    for path, absolute in (
        (interpreter_win, interpreter_win[1:3] == ":\\" or interpreter_win.startswith("\\\\")),
        (interpreter_mac, interpreter_mac.startswith("/")),
    ):
        if path and (not absolute or set(path) & set('"%\r\n\0')):
            raise InputError(
                Text(
                    f"Python 解释器的路径“{path}”不能使用：须是完整路径，且不含引号和百分号。",
                    f"The interpreter path '{path}' cannot be used: give the full path, without quotes or per cent signs.",
                )
            )
    patches.xlwings_folder()
    return Built(__version__, version("xlwings"), interpreter_win, interpreter_mac)


def build(target: Path, built: Built) -> Path:
    """Write the add-in to *target*, whole or not at all.

    Raises :class:`~qq_excel.errors.TemplateError` when the installed xlwings is not one that the patches know.
    """
    parts = _workbook(built, macros())
    types = parts["[Content_Types].xml"]
    if types.count(_AS_BOOK.encode()) != 1:
        raise RuntimeError("the workbook's content type stands elsewhere than known")
    parts["[Content_Types].xml"] = types.replace(_AS_BOOK.encode(), _AS_ADDIN.encode())
    link = f'<Relationship Id="qqRibbon" Type="{ribbon.RELATIONSHIP}" Target="customUI/customUI.xml"/></Relationships>'
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"</Relationships>", link.encode())
    parts["customUI/customUI.xml"] = ribbon.custom_ui()
    return same_zip(parts, target)


def macros() -> bytes:
    """``vbaProject.bin``: our modules, and those of the installed xlwings with the patches."""
    folder = patches.xlwings_folder()
    dictionary = (folder / "addin" / "Dictionary.cls").read_text(vba.CODE_PAGE)
    modules = [
        vba.document("ThisWorkbook", vba.WORKBOOK_BASE, _ON_OPEN),
        *(vba.document(f"Sheet{i}", vba.SHEET_BASE) for i in (1, 2)),
        vba.class_module(patches.patched(dictionary, _DICTIONARY)),
        vba.standard(patches.patched((folder / "xlwings_custom_addin.bas").read_text(vba.CODE_PAGE))),
        vba.standard(_ribbon_macros()),
        vba.standard(wrappers.module()),
    ]
    return vba.vba_project(VBA_NAME, modules)


_ON_OPEN = "Option Explicit\n\nPrivate Sub Workbook_Open()\n    QQ_DescribeFunctions\nEnd Sub"
_DICTIONARY = (
    patches.Patch("name", "''\n' Dictionary v1.4.1\n", f"''\n{patches.MODIFIED}' Dictionary v1.4.1\n"),
)


def _texts() -> list[tuple[str, Text]]:
    return [*ribbon.texts(), *wrappers.texts()]


def _ribbon_macros() -> str:
    text = (_HERE / "QQRibbon.bas").read_text(vba.CODE_PAGE)
    return text.replace("{version}", __version__).replace("{rows}", str(len(_texts())))


def _workbook(built: Built, project: bytes) -> dict[str, bytes]:
    """The parts of a workbook with the sheets of settings and texts, and the macros."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "qq_excel", "comments": json.dumps(asdict(built)), "created": FIXED_TIME})
    book.set_vba_name("ThisWorkbook")
    settings, texts = (book.add_worksheet(name) for name in _SHEETS)
    settings.set_vba_name("Sheet1")
    texts.set_vba_name("Sheet2")
    for row, (key, value) in enumerate(_settings(built)):
        settings.write_string(row, 0, key)
        settings.write(row, 1, value)
    for row, (key, text) in enumerate(_texts()):
        for column, cell in enumerate((key, text.zh, text.en)):
            texts.write_string(row, column, cell)
    book.add_vba_project(io.BytesIO(project), is_stream=True)
    book.close()
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in sorted(archive.namelist(), key=_types_first)}


def _types_first(name: str) -> tuple[bool, str]:
    return name != "[Content_Types].xml", name


def _settings(built: Built) -> list[tuple[str, str | bool]]:
    """What xlwings' macros look up. A key without a value would hide the user's own file: it is left out."""
    interpreters = [("INTERPRETER_WIN", built.interpreter_win), ("INTERPRETER_MAC", built.interpreter_mac)]
    return [
        *((key, path) for key, path in interpreters if path),
        ("USE UDF SERVER", True),
        ("ADD_WORKBOOK_TO_PYTHONPATH", False),
        ("DEBUG UDFS", False),
        ("SHOW CONSOLE", False),
    ]


def read(path: Path) -> Built | None:
    """What the add-in at *path* says of itself; None when it is none of ours."""
    from lxml import etree

    try:
        with zipfile.ZipFile(path) as archive:
            core = etree.fromstring(
                archive.read("docProps/core.xml"), etree.XMLParser(resolve_entities=False)
            )
        found = core.findtext("{http://purl.org/dc/elements/1.1/}description")
        return Built(**json.loads(found or ""))
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return None


def applescript(interpreter: str) -> str:
    """The script that starts Python for a click on macOS."""
    ids = ", ".join(_literal(b.id) for b in BUTTONS if ACTION_ID.fullmatch(b.id))
    text = (_HERE / SCRIPT_NAME).read_text("utf-8")
    return text.replace("{interpreter}", _literal(interpreter)).replace("{actions}", f"{{{ids}}}")


def _literal(text: str) -> str:
    """*text* as a string of AppleScript."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
