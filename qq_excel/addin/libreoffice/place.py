"""Where the extension is: put into LibreOffice, looked up, taken away, by the office's own ``unopkg``."""

from __future__ import annotations

import re
import subprocess
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qq_excel.addin.libreoffice import extension
from qq_excel.addin.libreoffice.running import clean_environment, office_program
from qq_excel.errors import OutputError
from qq_excel.language import Text

_SECONDS = 180
_PLACE = re.compile(r"^\s*URL:\s*(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Installed:
    """An extension that LibreOffice knows."""

    folder: Path
    version: str
    interpreter: str


def install(interpreter: str, profile: Path | None = None) -> None:
    """Put the extension into the user's LibreOffice, or into that of *profile*, in place of an older one.

    Raises :class:`OutputError` when LibreOffice refuses: most often because it is running.
    """
    with TemporaryDirectory(prefix="qq-") as folder:
        file = extension.build(Path(folder) / extension.FILE_NAME, interpreter)
        _run("add", "-f", "-s", str(file), profile=profile)


def remove(profile: Path | None = None) -> bool:
    """Take the extension away; whether there was one."""
    if status(profile) is None:
        return False
    _run("remove", extension.IDENTIFIER, profile=profile)
    return True


def status(profile: Path | None = None) -> Installed | None:
    """What is installed; None when nothing of ours is."""
    listed = _run("list", extension.IDENTIFIER, profile=profile, may_fail=True)
    for url in _PLACE.findall(listed):
        found: dict[str, Any] | None = extension.read(_folder(url, profile))
        if found is not None:
            return Installed(_folder(url, profile), str(found["version"]), str(found["python"]))
    return None


def _folder(url: str, profile: Path | None) -> Path:
    path = urllib.parse.unquote(url)
    if path.startswith("vnd.sun.star.expand:"):
        user = f"{profile.as_uri()}/user" if profile else ""
        path = urllib.parse.unquote(path.partition(":")[2]).replace(
            "$UNO_USER_PACKAGES_CACHE", f"{user}/uno_packages/cache"
        )
    return Path(urllib.parse.unquote(urllib.parse.urlparse(path).path))


def _run(*words: str, profile: Path | None, may_fail: bool = False) -> str:
    where = [f"-env:UserInstallation={profile.as_uri()}"] if profile else []
    command = [str(office_program("unopkg")), *words, *where]
    try:
        done = subprocess.run(  # noqa: S603 - LibreOffice's own program
            command, capture_output=True, text=True, timeout=_SECONDS, env=clean_environment(), check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        done = subprocess.CompletedProcess(command, 1, "", "no answer")
    if done.returncode and not may_fail:
        why = (done.stderr or done.stdout).strip().splitlines()[-1:] or [""]
        raise OutputError(
            Text(
                f"LibreOffice 没有接受扩展（{why[0]}）。请关闭 LibreOffice 的所有窗口后再试；不要用 root 运行。",
                f"LibreOffice did not take the extension ({why[0]}). Close all its windows and try again; not as root.",
            )
        )
    return done.stdout
