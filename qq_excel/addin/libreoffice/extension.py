"""The extension (.oxt) for LibreOffice: toolbar and menu 清欠 from the table of buttons, made where it is installed.

It carries the interpreter that made it, so that the program behind the buttons is the one that is installed.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import qq_excel
from qq_excel import __version__
from qq_excel.addin.buttons import BUTTONS, TAB_LABEL, Button
from qq_excel.addin.libreoffice import icons
from qq_excel.faults import log_file
from qq_excel.language import Text, current
from qq_excel.output import same_zip

FILE_NAME: Final = "qq_excel.oxt"
IDENTIFIER: Final = "cn.qq_excel.buttons"
_PROTOCOL = "cn.qq_excel:"
_TOOLBAR = f"{IDENTIFIER}.toolbar"
_HERE = Path(__file__).parent / "office"
_CALC = "com.sun.star.sheet.SpreadsheetDocument"
_OLDEST_OFFICE = "7.0"
_TEXTS = {
    "busy": Text("上一个操作还在进行。要停止它吗？", "The last command is still running. Stop it?"),
    "restarted": Text("已重启。下一次点按稍慢。", "Restarted. The next click takes a little longer."),
    "ended": Text(
        "后台程序没有应答。请再点一次；仍不行请运行 qq-excel addin doctor，并把日志交给管理员。",
        "The program behind the buttons does not answer. Try again; else run qq-excel addin doctor.",
    ),
}


def build(target: Path, interpreter: str = sys.executable) -> Path:
    """Write the extension to *target*, whole or not at all; it starts *interpreter*."""
    parts: dict[str, bytes | Path] = {
        "META-INF/manifest.xml": _MANIFEST.encode(),
        "description.xml": _description().encode(),
        "Addons.xcu": _addons().encode(),
        "ProtocolHandler.xcu": _protocol().encode(),
        "CalcWindowState.xcu": _window_state().encode(),
        "handler.py": _HERE / "handler.py",
        "pythonpath/qq_excel_bridge.py": _HERE / "bridge.py",
        "settings.json": json.dumps(_settings(interpreter), ensure_ascii=False, indent=1).encode(),
    }
    for button in BUTTONS:
        for size in icons.SIZES:
            parts[f"icons/{button.id}_{size}.png"] = icons.draw(button.id, size)
    return same_zip(parts, target)


def read(path: Path) -> dict[str, Any] | None:
    """What the extension at *path* (a file, or the folder that it was unpacked to) says of itself; None if none of ours."""
    try:
        if path.is_dir():
            text = (path / "settings.json").read_text("utf-8")
        else:
            with zipfile.ZipFile(path) as archive:
                text = archive.read("settings.json").decode()
        found = json.loads(text)
        return found if isinstance(found, dict) and found.get("program") == "qq_excel" else None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _settings(interpreter: str) -> dict[str, Any]:
    texts = {**_TEXTS, "title": TAB_LABEL, **{b.id: b.label for b in BUTTONS}}
    return {
        "program": "qq_excel", "version": __version__, "python": interpreter,
        "root": str(Path(qq_excel.__file__).parents[1]), "log": str(log_file()),
        "texts": {name: text.in_(current()) for name, text in texts.items()},
    }  # fmt: skip


# --- the office's configuration ------------------------------------------------------------------------


def _addons() -> str:
    items = "".join(_item(b, n) for n, b in enumerate(_with_gaps()))
    images = "".join(_image(b) for b in BUTTONS)
    return (
        f'{_HEAD}<oor:component-data {_SPACES} oor:name="Addons" oor:package="org.openoffice.Office">'
        f'<node oor:name="AddonUI"><node oor:name="OfficeToolBar"><node oor:name="{_TOOLBAR}" oor:op="replace">{items}'
        f'</node></node><node oor:name="OfficeMenuBar"><node oor:name="{IDENTIFIER}.menu" oor:op="replace">'
        f"{_value('Context', _CALC)}{_title(TAB_LABEL)}"
        f'<node oor:name="Submenu">{items}</node></node></node><node oor:name="Images">{images}</node></node>'
        "</oor:component-data>"
    )


def _with_gaps() -> list[Button | None]:
    """The buttons, with a gap between groups."""
    out: list[Button | None] = []
    for button in BUTTONS:
        last = out[-1] if out else None
        if last is not None and last.group != button.group:
            out.append(None)
        out.append(button)
    return out


def _item(button: Button | None, number: int) -> str:
    node = f'<node oor:name="m{number:02}" oor:op="replace">'
    if button is None:
        return f"{node}{_value('URL', 'private:separator')}</node>"
    return (
        f"{node}{_value('Context', _CALC)}{_value('URL', _PROTOCOL + button.id)}{_title(button.label)}"
        f"{_value('Target', '_self')}</node>"
    )


def _image(button: Button) -> str:
    small, big = (f"%origin%/icons/{button.id}_{size}.png" for size in icons.SIZES)
    return (
        f'<node oor:name="{IDENTIFIER}.{button.id}" oor:op="replace">{_value("URL", _PROTOCOL + button.id)}'
        f'<node oor:name="UserDefinedImages">{_value("ImageSmallURL", small)}{_value("ImageBigURL", big)}</node></node>'
    )


def _value(name: str, text: str) -> str:
    return f'<prop oor:name="{name}" oor:type="xs:string"><value>{escape(text)}</value></prop>'


def _title(text: Text, name: str = "Title") -> str:
    return (
        f'<prop oor:name="{name}" oor:type="xs:string"><value xml:lang="en-US">{escape(text.en)}</value>'
        f'<value xml:lang="zh-CN">{escape(text.zh)}</value></prop>'
    )


def _protocol() -> str:
    return (
        f'{_HEAD}<oor:component-data {_SPACES} oor:name="ProtocolHandler" oor:package="org.openoffice.Office">'
        f'<node oor:name="HandlerSet"><node oor:name="{IDENTIFIER}" oor:op="replace"><prop oor:name="Protocols" '
        f'oor:type="oor:string-list"><value>{_PROTOCOL}*</value></prop></node></node></oor:component-data>'
    )


def _window_state() -> str:
    """Docked below the other toolbars, icon and text."""
    texts = {"Visible": "true", "Docked": "true"}
    numbers = {"DockingArea": 0, "Style": 2}
    flags = "".join(
        f'<prop oor:name="{k}" oor:type="xs:boolean"><value>{v}</value></prop>' for k, v in texts.items()
    )
    flags += "".join(
        f'<prop oor:name="{k}" oor:type="xs:int"><value>{v}</value></prop>' for k, v in numbers.items()
    )
    return (
        f'{_HEAD}<oor:component-data {_SPACES} oor:name="CalcWindowState" oor:package="org.openoffice.Office.UI">'
        f'<node oor:name="UIElements"><node oor:name="States"><node oor:name="private:resource/toolbar/addon_{_TOOLBAR}" '
        f'oor:op="replace">{_title(TAB_LABEL, "UIName")}{flags}{_value("DockPos", "0,3")}</node></node></node>'
        "</oor:component-data>"
    )


def _description() -> str:
    return (
        f'{_HEAD}<description xmlns="http://openoffice.org/extensions/description/2006" '
        'xmlns:d="http://openoffice.org/extensions/description/2006">'
        f'<identifier value="{IDENTIFIER}"/><version value="{__version__}"/><display-name>'
        f'<name lang="en">qq_excel: {TAB_LABEL.en}</name><name lang="zh-CN">qq_excel：{TAB_LABEL.zh}</name></display-name>'
        '<dependencies><l:LibreOffice-minimal-version xmlns:l="http://libreoffice.org/extensions/description/2011" '
        f'value="{_OLDEST_OFFICE}" d:name="LibreOffice {_OLDEST_OFFICE}"/></dependencies></description>'
    )


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACES = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
_DATA = "application/vnd.sun.star.configuration-data"
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}.xcu" manifest:media-type="{_DATA}"/>'
        for name in ("Addons", "ProtocolHandler", "CalcWindowState")
    )
    + '<manifest:file-entry manifest:full-path="handler.py" '
    'manifest:media-type="application/vnd.sun.star.uno-component;type=Python"/></manifest:manifest>'
)
