"""A real LibreOffice for the tests of the add-in: with the extension, on a screen that nobody sees, clicked by a mouse."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageGrab

from qq_excel.addin.libreoffice import place, running
from qq_excel.addin.libreoffice.remote import OfficeError, OfficeGone
from qq_excel.errors import InputError

#: com.sun.star.accessibility.AccessibleRole: what has too many children, and what is not pressed in a window.
_MENU_BAR, _TABLE, _ALERT, _DIALOG, _BUTTON, _TEXT = 35, 58, 1, 12, 44, 60
_SECONDS = 120
#: Seconds after which a click was lost, and is made once more: not too soon, lest both are taken.
AGAIN = 12
#: A screen with no more colours than this shows a window that is not painted yet.
_PLAIN = 500


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


def new_profile(folder: Path) -> Path:
    """An empty profile below *folder* that nobody, too, may write."""
    profile = folder / "profile"
    profile.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
        shutil.chown(profile, "nobody")
    return profile


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Where root runs the tests, the office's programs are wrappers in *folder* that run unopkg as nobody."""
    if os.geteuid() != 0:
        yield
        return
    program = running.office_program("unopkg")
    given, wrapper = folder / "given.oxt", folder / "unopkg"
    wrapper.write_text(
        f'#!/bin/sh\nfor a; do\n  case $a in *.oxt) cp "$a" {given}; chmod 644 {given}; a={given};; esac\n'
        f'  set -- "$@" "$a"; shift\ndone\nexec runuser -u nobody -- env HOME={folder} {program} "$@"\n'
    )
    wrapper.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QQ_LIBREOFFICE", str(folder))
        yield


def install(folder: Path, interpreter: str) -> Path:
    """Install the extension into a new profile below *folder*; the profile."""
    profile = new_profile(folder)
    with as_nobody(folder):
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
        every = (self.toolkit.getTopWindow(n) for n in range(self.toolkit.getTopWindowCount()))
        return [w for w in every if w is not None]

    @staticmethod
    def _role(window: Any) -> int:
        context = window.getAccessibleContext()
        return 0 if context is None else context.getAccessibleRole()

    def _walk(self, accessible: Any, depth: int) -> Iterator[Any]:
        context = accessible.getAccessibleContext()
        if context is None or context.getAccessibleRole() in (_MENU_BAR, _TABLE):
            return
        yield context
        count = context.getAccessibleChildCount()
        if depth and count < 300:
            for n in range(count):
                child = context.getAccessibleChild(n)
                if child is not None:
                    yield from self._walk(child, depth - 1)

    def _button(self, name: str, window: Any) -> Any:
        """The button that bears *name* in a window; None when there is none."""
        for context in self._walk(window, 9):
            if context.getAccessibleRole() == _BUTTON and context.getAccessibleName() == name:
                return context
        return None

    def _in_front(self) -> Any:
        """The dialog in front; None when there is none."""
        return next((w for w in self._windows() if self._role(w) in (_ALERT, _DIALOG)), None)

    def click(self, name: str) -> None:
        """Press the button of the toolbar that bears *name*; where they are is found out once."""
        if not self._places:
            sheets = list(self.app.books)[-1].doc.CurrentController.Frame.ContainerWindow
            for context in self._walk(sheets, 4):
                if context.getAccessibleRole() == _BUTTON:
                    self._places.setdefault(context.getAccessibleName(), self._centre(context))
        self.at(*self._places[name])

    def look_again(self) -> None:
        """Find out anew where the buttons are: the window may not have had its size and its bars when that was found out."""
        self._places.clear()

    def _centre(self, found: Any) -> tuple[int, int]:
        assert found is not None
        at, size = found.getLocationOnScreen(), found.getSize()
        return at.X + size.Width // 2, at.Y + size.Height // 2

    def dialog(self, text: str) -> str:
        """Wait for a dialog in which *text* stands, and give all that stands in it."""

        def look() -> str | None:
            window = self._in_front()
            words = "" if window is None else "\n".join(c.getAccessibleName() for c in self._walk(window, 6))
            return words if text in words else None

        return str(wait_for(look))

    def place(self) -> tuple[int, int]:
        """The middle of the dialog in front, in pixels of the screen."""
        return self._centre(self._in_front().getAccessibleContext())

    def press(self, name: str) -> None:
        """Press the button *name* of the dialog in front, and wait until that dialog is gone."""
        window = self._in_front()
        for _ in range(5):  # one that has just come may not have found its place yet
            with suppress(OfficeError, OfficeGone):
                self.at(*self._centre(wait_for(lambda: self._button(name, window))))
            with suppress(AssertionError):
                wait_for(lambda: self._in_front() != window, AGAIN)
                return
        raise AssertionError(f"the dialog does not go by {name}")

    def choose_folder(self, path: str) -> None:
        """Type *path* into the dialog for folders, and take it."""
        window = self._in_front()
        entries = [
            c
            for c in self._walk(window, 9)
            if (c.getAccessibleRole(), c.getAccessibleName()) == (_TEXT, "Path:")
        ]
        self.at(*self._centre(entries[0]))
        self.key("ctrl+a")
        self.type(path)
        self.press("Select")

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
        """A picture of the screen, for a person to look at, once the window in front is painted."""

        def painted() -> Image.Image | None:
            before, now = self._screen(), self._screen(after=0.3)
            return now if now == before and len(now.getcolors(1 << 24) or ()) > _PLAIN else None

        wait_for(painted).save(target)

    def _screen(self, after: float = 0) -> Image.Image:
        time.sleep(after)
        return ImageGrab.grab(xdisplay=self.environment["DISPLAY"])


def wait_for(what: Callable[[], Any], seconds: float = _SECONDS) -> Any:
    """Wait until *what* gives something, and give it. A window may go while it is looked at."""
    until = time.monotonic() + seconds
    while True:
        try:
            found = what()
        except (OfficeError, OfficeGone):
            found = None
        if found:
            return found
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.05)


def workers(profile: Path) -> list[int]:
    """The processes behind the buttons of the office that runs with *profile*."""
    out = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            mine = "qq_excel.addin.libreoffice.worker" in _command(folder)
            parent = (folder / "stat").read_text().rsplit(") ", 1)[1].split()[1]
        except OSError:  # it ended meanwhile
            continue
        if mine and str(profile) in _command(Path("/proc") / parent):
            out.append(int(folder.name))
    return out


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
