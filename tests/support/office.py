"""A real LibreOffice for the tests of the add-in: with the extension, on a screen that nobody sees, clicked by a mouse."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qq_excel.addin.libreoffice import place, running
from qq_excel.errors import InputError

#: com.sun.star.accessibility.AccessibleRole: what has too many children, and what is not pressed in a window.
_MENU_BAR, _TABLE = 35, 58
_SECONDS = 60


def needs(*programs: str) -> None:
    """Skip the test without LibreOffice or *programs*; fail where everything must be there."""
    missing = [p for p in programs if shutil.which(p) is None]
    try:
        running.office_program()
        running.office_python()
    except InputError:
        missing.append("soffice")
    if missing and not os.environ.get("QQ_REQUIRE_ALL"):
        pytest.skip(f"not installed: {', '.join(missing)}")
    assert not missing


@contextmanager
def home() -> Iterator[Path]:
    """A folder that everybody on this machine may enter: unopkg refuses root, so it runs as nobody there."""
    folder = Path(tempfile.mkdtemp(prefix="qq-office-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def install(folder: Path, interpreter: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the extension into a new profile below *folder*; the profile."""
    profile = folder / "profile"
    profile.mkdir()
    if os.geteuid() == 0:
        program = running.office_program("unopkg")
        shutil.chown(folder, "nobody")
        shutil.chown(profile, "nobody")
        wrapper = folder / "unopkg"
        wrapper.write_text(
            '#!/bin/sh\nfor a; do\n  case $a in *.oxt) cp "$a" '
            f'{folder}/given.oxt; chmod 644 {folder}/given.oxt; a={folder}/given.oxt;; esac\n  set -- "$@" "$a"; shift\n'
            f'done\nexec runuser -u nobody -- env HOME={folder} {program} "$@"\n'
        )
        wrapper.chmod(0o755)
        monkeypatch.setenv("QQ_LIBREOFFICE", str(folder))
    place.install(interpreter, profile)
    return profile


@contextmanager
def screen(size: str = "1360x800x24") -> Iterator[str]:
    """An X server that shows nothing to anybody; its display."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    try:
        number = os.read(read, 20).decode().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        os.close(read)
        server.terminate()
        server.wait()


class Mouse:
    """Clicks what LibreOffice shows, found by its accessible name."""

    def __init__(self, app: Any, display: str) -> None:
        self.app = app.impl
        self.toolkit = self.app.service("com.sun.star.awt.Toolkit")
        self.environment = os.environ | {"DISPLAY": display}
        self._places: dict[str, tuple[int, int]] = {}

    def _windows(self) -> list[Any]:
        return [self.toolkit.getTopWindow(n) for n in range(self.toolkit.getTopWindowCount())]

    def _walk(self, accessible: Any, depth: int) -> Iterator[Any]:
        context = accessible.getAccessibleContext()
        if context.getAccessibleRole() in (_MENU_BAR, _TABLE):
            return
        yield context
        count = context.getAccessibleChildCount()
        if depth and count < 300:
            for n in range(count):
                child = context.getAccessibleChild(n)
                if child is not None:
                    yield from self._walk(child, depth - 1)

    def find(self, name: str, *, depth: int = 8, exact: bool = True) -> Any:
        """What bears *name* in one of the windows; None when nothing does."""
        for window in reversed(self._windows()):
            for context in self._walk(window, depth):
                found = context.getAccessibleName()
                if found == name if exact else name in found:
                    return context
        return None

    def click(self, name: str) -> None:
        """Press what bears *name*; where it is is remembered."""
        if name not in self._places:
            found = self.find(name)
            assert found is not None, f"nothing bears the name {name}"
            at, size = found.getLocationOnScreen(), found.getSize()
            self._places[name] = (at.X + size.Width // 2, at.Y + size.Height // 2)
        self.at(*self._places[name])

    def at(self, x: int, y: int) -> None:
        """Press at a point of the screen."""
        self._xdotool(
            "mousemove", str(x - 7), str(y + 2), "mousemove", str(x), str(y), "sleep", "0.1", "click", "1"
        )

    def key(self, *keys: str) -> None:
        """Press keys."""
        self._xdotool("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type *text*."""
        self._xdotool("type", text)

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True)

    def picture(self, target: Path) -> None:
        """A picture of the screen, for a person to look at."""
        if shutil.which("import"):
            subprocess.run(["import", "-window", "root", str(target)], env=self.environment, check=True)


def wait_for(what: Callable[[], Any], seconds: float = _SECONDS) -> Any:
    """Wait until *what* gives something, and give it."""
    until = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.05)
