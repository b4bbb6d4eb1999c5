"""A PostgreSQL server of the tests' own: an unprivileged user, a folder of its own, no port but a socket in it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

#: Who runs it when the tests are root's, which PostgreSQL refuses to be.
_USERS = ("postgres", "nobody")


def programs() -> Path:
    """Where the server's programs are; the test is skipped where there are none, or fails when all are required."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found or on_path:
        return (found[-1] if found else Path(str(on_path))).parent
    if os.environ.get("QQ_REQUIRE_ALL"):
        pytest.fail("PostgreSQL is not installed")
    pytest.skip("PostgreSQL is not installed")


class Server:
    """A server that runs until it is stopped."""

    def __init__(self) -> None:
        self._programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="qq-pg-", dir="/tmp"))
        self._user = None
        if os.geteuid() == 0:
            known = {u.pw_name for u in pwd.getpwall()}
            self._user = next(u for u in _USERS if u in known)
            shutil.chown(self.folder, self._user)
        self._data = str(self.folder / "data")
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "qq", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    @property
    def url(self) -> str:
        """The URL of a database that is made anew each time."""
        name = f"d{len(list(self.folder.glob('made-*')))}"
        (self.folder / f"made-{name}").touch()
        self._run("createdb", "-h", str(self.folder), "-U", "qq", name)
        return f"postgresql://qq@/{name}?host={self.folder}"

    def copy(self, url: str) -> str:
        """The URL of a new database that has what the one at *url* has."""
        made = self.url
        name, template = (u.rpartition("/d")[2].partition("?")[0] for u in (made, url))
        self._run("dropdb", "-h", str(self.folder), "-U", "qq", f"d{name}")
        self._run("createdb", "-h", str(self.folder), "-U", "qq", "-T", f"d{template}", f"d{name}")
        return made

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self.folder}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, as a crash would: nothing is flushed, connections break off."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments], user=self._user, extra_groups=[] if self._user else None,
            cwd=self.folder, stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program != "pg_ctl" else subprocess.DEVNULL, text=True, check=False,
            env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout or (self.folder / "log").read_text()
