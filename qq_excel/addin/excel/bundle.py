"""One zip for a Windows clerk without Python: the embeddable Python, the wheels unpacked into it, ``install.cmd``.

Made on any system. It was never run on Windows; what stands in the zip is tested.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import same_zip

_SITE: Final = "python/Lib/site-packages/"
_NEEDED: Final = ("qq_excel", "xlwings", "pywin32")
_INSTALL: Final = """@echo off
rem Puts qq_excel where this user may write, and the add-in into Excel's start folder. Asks nothing.
setlocal
set "TARGET=%LOCALAPPDATA%\\qq_excel"
if not exist "%~dp0python\\python.exe" (
  echo Unpack the whole zip first, then run install.cmd.
  exit /b 2
)
robocopy "%~dp0python" "%TARGET%\\python" /MIR /NFL /NDL /NJH /NJS /NP
if errorlevel 8 (
  echo Files could not be copied to %TARGET%. Close Excel and try again.
  exit /b 2
)
"%TARGET%\\python\\python.exe" -I -X utf8 -c "from qq_excel.cli import main; main()" addin install
exit /b %ERRORLEVEL%
"""


def bundle(python: Path, wheels: Path, target: Path) -> Path:
    """Write the bundle to *target*, the same bytes for the same input.

    Args:
        python: The embeddable package of Python for Windows, a zip.
        wheels: A folder of wheels for Windows: this program and everything that it needs.
        target: The zip to write.

    Raises:
        InputError: What is missing or for another system, by name.
    """
    parts = {f"python/{name}": data for name, data in _members(python)}
    paths = [name for name in parts if re.fullmatch(r"python/python\d+\._pth", name)]
    if "python/python.exe" not in parts or len(paths) != 1:
        raise InputError(
            Text(f"{python} 不是 Windows 的可嵌入 Python。", f"{python} is no embeddable Python for Windows.")
        )
    (stem,) = re.findall(r"python\d+", paths[0].removeprefix("python/"))
    # site reads pywin32's .pth file, which finds its libraries
    parts[paths[0]] = f"{stem}.zip\r\n.\r\nLib\\site-packages\r\nimport site\r\n".encode()
    found = sorted(wheels.glob("*.whl"))
    names = {wheel.name.partition("-")[0].lower().replace("-", "_") for wheel in found}
    if absent := [name for name in _NEEDED if name not in names]:
        raise InputError(
            Text(
                f"{wheels} 里没有这些 wheel：{'、'.join(absent)}",
                f"{wheels} lacks wheels: {', '.join(absent)}",
            )
        )
    for wheel in found:
        if not wheel.stem.endswith(("-any", "-win_amd64")):
            raise InputError(
                Text(
                    f"{wheel.name} 不是 64 位 Windows 的 wheel。", f"{wheel.name} is not for 64-bit Windows."
                )
            )
        for name, data in _members(wheel):
            if (place := _installed(name)) is not None:
                parts[place] = data
    parts["install.cmd"] = _INSTALL.replace("\n", "\r\n").encode("ascii")
    return same_zip(dict(sorted(parts.items())), target)


def _installed(name: str) -> str | None:
    """Where a file of a wheel goes; None for scripts and headers, which nothing here starts."""
    data = re.fullmatch(r"[^/]+\.data/([^/]+)/(.+)", name)
    if data is None:
        return _SITE + name
    base = {"data": "python/", "purelib": _SITE, "platlib": _SITE}.get(data[1])
    return None if base is None else base + data[2]


def _members(path: Path) -> list[tuple[str, bytes]]:
    """The files of an archive. Raises :class:`InputError` for what is none, or reaches out of its folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            for name in names:
                parts = PurePosixPath(name).parts
                if ".." in parts or name.startswith("/") or ":" in name or "\\" in name:
                    raise InputError(
                        Text(f"{path.name} 含不安全的路径：{name}", f"{path.name} has an unsafe path: {name}")
                    )
            return [(name, archive.read(name)) for name in names]
    except (OSError, zipfile.BadZipFile):
        raise InputError(Text(f"无法读取 {path}", f"cannot read {path}")) from None
