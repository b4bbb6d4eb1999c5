"""Where the add-in lies on this machine, and putting it there and away."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qq_excel.addin.excel import package
from qq_excel.errors import InputError, OutputError
from qq_excel.language import Text
from qq_excel.output import cannot_write, writing

System = Literal["windows", "mac", "other"]
_MAC = Path("Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel")
_MAC_SCRIPTS = Path("Library/Application Scripts/com.microsoft.Excel")


def system() -> System:
    """The kind of system that this is, as far as Excel goes."""
    if sys.platform == "win32":
        return "windows"
    return "mac" if sys.platform == "darwin" else "other"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder from which Excel loads add-ins.

    Attributes:
        folder: Excel opens what lies there when it starts, and trusts it.
        scripts: Where Excel for Mac looks for AppleScripts; None on Windows.
    """

    folder: Path
    scripts: Path | None = None

    @property
    def addin(self) -> Path:
        """The add-in."""
        return self.folder / package.FILE_NAME

    @property
    def script(self) -> Path | None:
        """The script that starts Python on macOS."""
        return self.scripts / package.SCRIPT_NAME if self.scripts else None

    @property
    def in_use(self) -> bool:
        """Whether Excel holds the add-in open: it keeps a file of this name beside it."""
        return (self.folder / f"~${package.FILE_NAME}").exists()


def place(folder: Path | None = None) -> Place:
    """Where the add-in goes: *folder*, or the start folder of Excel for this user.

    Raises :class:`InputError` where there is no Excel.
    """
    kind = system()
    scripts = Path.home() / _MAC_SCRIPTS if kind == "mac" else None
    if folder is not None:
        return Place(folder, scripts)
    if kind == "mac":
        return Place(Path.home() / _MAC, scripts)
    roaming = os.environ.get("APPDATA")
    if kind == "windows" and roaming:
        return Place(Path(roaming) / "Microsoft" / "Excel" / "XLSTART")
    raise InputError(
        Text(
            "本机没有 Excel（Linux 上没有 Excel）。请用 qq-excel addin build -o qq_excel.xlam 生成文件供 Windows 或 macOS 使用，"
            "或用 --folder 指明加载项文件夹。",
            "There is no Excel here (Linux has none). Run qq-excel addin build -o qq_excel.xlam to make the file for Windows "
            "or macOS, or name a folder of add-ins with --folder.",
        )
    )


def own_interpreter() -> tuple[str, str]:
    """The interpreter that runs this, for Windows and for macOS; the other is empty."""
    path = os.path.abspath(sys.executable)  # noqa: PTH100 - a link into a venv must stay one
    return (path, "") if system() == "windows" else ("", path)


def install(where: Place, built: package.Built) -> None:
    """Put the add-in, and on macOS its script, in place. The script goes first: it serves the old add-in too.

    Raises :class:`OutputError` when Excel has the add-in open or a file there is none of ours.
    """
    _must_be_ours(where)
    if where.script is not None:
        with writing(where.script) as temporary:
            temporary.write_text(package.applescript(built.interpreter_mac), "utf-8")
    package.build(where.addin, built)


def remove(where: Place) -> bool:
    """Take the add-in and its script away; whether there was any.

    Raises :class:`OutputError` as :func:`install` does.
    """
    _must_be_ours(where)
    found = False
    for path in (where.addin, where.script):
        if path is not None and path.exists():
            try:
                path.unlink()
            except OSError as error:
                raise cannot_write(path, error) from None
            found = True
    return found


def _must_be_ours(where: Place) -> None:
    if where.addin.exists() and package.read(where.addin) is None:
        raise OutputError(
            Text(
                f"{where.addin} 不是本程序生成的，没有改动。请先移走它。",
                f"{where.addin} was not made by this program and was left alone. Move it away first.",
            )
        )
    if where.in_use:
        raise OutputError(
            Text(
                "Excel 正在使用加载项。请关闭所有 Excel 窗口后再试。",
                "Excel has the add-in open. Close all its windows and try again.",
            )
        )
