"""A running office from Python: started or reached, and known to xlwings.

from qq_excel.addin.libreoffice import running

with running.started() as app:          # or running.connected("pipe,name=…") to one that listens
    book = app.books.open("应收账款明细表.xlsx")
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from qq_excel.addin.libreoffice.remote import Bridge
from qq_excel.errors import InputError
from qq_excel.language import Text

_RELAY = Path(__file__).parent / "office" / "relay.py"
#: Variables that would lead the office's Python, or ours, astray.
STRAY = (
    "PYTHONPATH",
    "PYTHONHOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "URE_BOOTSTRAP",
    "UNO_PATH",
    "VIRTUAL_ENV",
)
_SECONDS = 180
#: How often an office is begun that ends at once; how one ends that begins again of itself.
_STARTS, _BEGINS_AGAIN = 3, 81


def office_program(name: str = "soffice") -> Path:
    """The office's program *name*. Raises :class:`InputError` when LibreOffice is not installed."""
    places = {
        "win32": (r"C:\Program Files\LibreOffice\program", r"C:\Program Files (x86)\LibreOffice\program"),
        "darwin": ("/Applications/LibreOffice.app/Contents/MacOS", "/Applications/LibreOffice.app/Contents/Resources"),
    }.get(sys.platform, ("/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program", "/opt/libreoffice/program"))  # fmt: skip
    suffix = ".exe" if os.name == "nt" else ""
    own = os.environ.get("QQ_LIBREOFFICE")
    for folder in [own] if own else places:
        if (found := Path(folder) / f"{name}{suffix}").is_file():
            return found
    on_path = shutil.which("soffice")
    if on_path and (found := Path(on_path).resolve().parent / f"{name}{suffix}").is_file():
        return found
    raise InputError(
        Text(
            f"没有找到 LibreOffice 的 {name}。请安装 LibreOffice，或用环境变量 QQ_LIBREOFFICE 指明它的 program 文件夹。",
            f"No {name} of LibreOffice was found. Install it, or name its program folder in QQ_LIBREOFFICE.",
        )
    )


def office_python() -> Path:
    """The Python that comes with the office; on Linux it may be the system's."""
    try:
        return office_program("python")
    except InputError:
        system = Path("/usr/bin/python3")
        if system.is_file():
            return system
        raise


def clean_environment() -> dict[str, str]:
    """The environment without what is meant for another Python.

    The office's Python finds its library by the first ``python3`` on the path: with that of a virtual environment in
    front, LibreOffice does not even start once it has an extension in Python.
    """
    out = {k: v for k, v in os.environ.items() if k not in STRAY}
    folders = out.get("PATH", "").split(os.pathsep)
    out["PATH"] = os.pathsep.join(f for f in folders if not (Path(f).parent / "pyvenv.cfg").is_file())
    return out


def app_of(bridge: Bridge, number: int) -> Any:
    """The office behind *bridge* as an application of xlwings, whose engine becomes the active one."""
    import xlwings as xw

    from qq_excel.addin.libreoffice.engine import ENGINE, App

    if ENGINE.name not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=ENGINE))
    xw.engines[ENGINE.name].activate()
    app = App(ENGINE, bridge, number)
    ENGINE.running[number] = app
    return xw.App(impl=app)


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """The office that listens at *url* (``pipe,name=…`` or ``socket,host=…,port=…``), as an application of xlwings.

    Raises :class:`InputError` when nobody listens there.
    """
    from qq_excel.addin.libreoffice.engine import ENGINE

    relay = subprocess.Popen(  # noqa: S603 - our own script in the office's own Python
        [office_python(), _RELAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=clean_environment(), text=True,
    )  # fmt: skip
    try:
        assert relay.stdin and relay.stdout  # noqa: S101 - they are pipes
        relay.stdin.write(f"{url}\n")
        relay.stdin.flush()
        hello = relay.stdout.readline()
        if not hello:
            raise InputError(
                Text(f"连接不上 LibreOffice（{url}）。", f"LibreOffice cannot be reached at {url}.")
            )
        told = json.loads(hello)
        bridge = Bridge.to(told["address"], bytes.fromhex(told["key"]))
        try:
            yield app_of(bridge, relay.pid)
        finally:
            ENGINE.running.pop(relay.pid, None)
            bridge.close()
    finally:
        relay.kill()
        relay.communicate()


@contextmanager
def started(
    *options: str, profile: Path | None = None, environment: dict[str, str] | None = None
) -> Iterator[Any]:
    """A new office without a window (unless *options* say otherwise), with a profile of its own; it ends with the block."""
    name = f"qq{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = profile or Path(folder)

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(  # noqa: S603 - LibreOffice itself
                [office_program(), *(options or ("--headless",)), "--norestore", "--nologo", "--nofirststartwizard",
                 f"--accept=pipe,name={name};urp;", f"-env:UserInstallation={home.as_uri()}"],
                env=clean_environment() | (environment or {}), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

        process, meeting, app = _reached(f"pipe,name={name}", start)
        try:
            try:
                yield app
                app.quit()
            finally:
                meeting.__exit__(None, None, None)
            process.wait(_SECONDS)
        finally:
            _end(process)


def _reached(
    url: str, start: Callable[[], subprocess.Popen[bytes]]
) -> tuple[subprocess.Popen[bytes], AbstractContextManager[Any], Any]:
    """An office that *start* begins, the way to it, and it. One that ends as it starts, which it does now and then, is begun again."""
    until = time.monotonic() + _SECONDS
    process, starts = start(), 1
    try:
        while True:
            meeting = connected(url)
            try:
                return process, meeting, meeting.__enter__()
            except InputError:
                ended = process.poll() not in (None, _BEGINS_AGAIN)
                if time.monotonic() > until or (ended and starts == _STARTS):
                    raise
                if ended:
                    _end(process)
                    process, starts = start(), starts + 1
                time.sleep(0.2)
    except BaseException:
        _end(process)
        raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the office and what it started."""
    import signal

    if os.name == "nt":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    process.wait()
