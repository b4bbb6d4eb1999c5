"""A run that is killed at any moment, and killed again while it is resumed, comes to what an undisturbed one comes to.

The register is on SQLite or on PostgreSQL, new or filled by the run before. ``QQ_KILLS=50`` kills that often each time.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from qq_excel.batch.journal import FOLDER, NAME
from qq_excel.register import open_register
from qq_excel.register.claims import life_of
from qq_excel.register.entries import canonical
from tests.batch.support import UNITS, WRONG, inbox, ledger, results, start
from tests.register.postgres import Server
from tests.support.build import build
from tests.support.digests import digests

KILLS = int(os.environ.get("QQ_KILLS", "1"))
#: Of the second run: what it moves, so that moves are interrupted too.
MOVES = "--move", "accepted=done,quarantined=bad"


@dataclass
class Whole:
    """A run that nobody disturbed: what it began with, how it was asked for, what it came to."""

    begun: Path
    asked: tuple[str, ...]
    #: The register before it, on PostgreSQL; None on SQLite, whose file is in the folder.
    url: str | None
    server: Server | None
    outcome: tuple[object, ...]
    #: Lines of its journal, and seconds.
    lines: int
    took: float

    def anew(self, folder: Path) -> tuple[str, ...]:
        """Put into *folder* what it began with; what names a register of its own there."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.begun, folder, copy_function=shutil.copy2)
        return _register(self.server.copy(self.url) if self.server and self.url else None)


def _register(url: str | None) -> tuple[str, ...]:
    return "--register", url or "r.db", "--tables", "r-tables"


def outcome(folder: Path, url: str) -> tuple[object, ...]:
    """Files of the inbox and where they were moved, results, and what the register has, which is whole."""
    with open_register(str(folder / url) if "://" not in url else url, folder / "r-tables") as register:
        found = register.entries()
        assert register.verify()[:2] == (len(found), None)
        lives = [len(life_of(register, claim)) for claim in ("ZQ-0001", "ZQ-0002")]
    told = sorted((w.entry.subject, w.entry.content, canonical(w.entry.body)) for w in found)
    tables = [name for name in digests(folder / "r-tables") if not name.startswith("index/")]
    files = {name: digests(folder / name) for name in ("in", "done", "bad") if (folder / name).exists()}
    return results(folder / "out"), files, told, tables, lives


def journal_of(folder: Path, out: str = "out") -> list[bytes]:
    """The whole lines of the journal of *folder*; none before there is one."""
    file = folder / out / FOLDER / NAME
    return (
        [line for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
        if file.exists()
        else []
    )


def unfinished(folder: Path, out: str = "out") -> bool:
    """Whether the last run that was begun has not ended."""
    what = [line.partition(b",")[0] for line in journal_of(folder, out)]
    ends = [w for w in what if w.startswith((b'{"what":"begin"', b'{"what":"end"'))]
    return bool(ends) and ends[-1] == b'{"what":"begin"'


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Server | None:
    """The server that the register is on; None for SQLite."""
    return request.getfixturevalue("server") if request.param == "postgresql" else None


@pytest.fixture(scope="module", params=["first", "second"])
def whole(
    request: pytest.FixtureRequest, database: Server | None, tmp_path_factory: pytest.TempPathFactory
) -> Whole:
    """The first run of an inbox; or the second, over another state of it: a file has gone, one come right, one is new."""
    folder = tmp_path_factory.mktemp("whole")
    url = database.url if database else None
    inbox(folder / "in", 6)  # enough for two processes
    asked: tuple[str, ...] = ()
    if request.param == "second":
        extra = folder / "in" / UNITS[1] / "应收.xlsx"
        right = extra.read_bytes()
        build(extra, {"receivables": ledger(1, WRONG)}, {"unit": UNITS[1]})
        gone = build(folder / "in" / "旧的.xlsx", {"receivables": ledger(7)}, {"unit": UNITS[7]})
        assert start(folder, *_register(url)).wait() == 1
        extra.write_bytes(right)
        gone.unlink()
        build(folder / "in" / "新的.xlsx", {"receivables": ledger(8)}, {"unit": UNITS[8]})
        asked = MOVES
    begun = tmp_path_factory.mktemp("begun") / "as"
    shutil.copytree(folder, begun, copy_function=shutil.copy2)
    one = Whole(begun, asked, url, database, (), 0, 0.0)
    # in the order in which it is put back: the copy is what all begin with, this one too
    there = tmp_path_factory.mktemp("undisturbed") / "as"
    register = one.anew(there)
    clock = time.monotonic()
    assert start(there, *register, *asked).wait() == 1
    one.took = time.monotonic() - clock
    one.lines = len(journal_of(there))
    one.outcome = outcome(there, register[1])
    return one


def moment_of(
    rng: random.Random, whole: Whole, folder: Path, had: int
) -> Callable[[subprocess.Popen[bytes]], None]:
    """Wait for a moment of chance: of the clock, or a line of the journal, which does not hang on the machine's speed."""
    if rng.random() < 0.5:
        seconds = rng.random() * whole.took
        return lambda process: _wait(process, lambda: False, seconds)
    line = had + rng.randrange(max(whole.lines - had, 1))
    more = rng.random() / 50

    def at_line(process: subprocess.Popen[bytes]) -> None:
        _wait(process, lambda: len(journal_of(folder)) >= line, 60)
        time.sleep(more)

    return at_line


def _wait(process: subprocess.Popen[bytes], there: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while process.poll() is None and not there() and time.monotonic() < until:
        time.sleep(0.002)


def test_killed_at_moments_of_chance_and_resumed(whole: Whole, tmp_path: Path) -> None:
    """The process alone, whose workers have to see for themselves that it is gone, or all of them at once."""
    rng = random.Random(int(os.environ.get("QQ_SEED", "6")))  # noqa: S311
    folder = tmp_path / "as"
    killed = resumed = 0
    while killed < KILLS:
        register = whole.anew(folder)
        had = len(journal_of(folder))
        kills = rng.choice((1, 1, 2, 3))
        while True:
            again = unfinished(folder)
            resumed += again
            asked = [*register, *whole.asked, *(["--resume"] if again else [])]
            with (tmp_path / "said").open("wb") as said:
                process = start(folder, *asked, stderr=said.fileno())
            if kills:
                kills -= 1
                moment_of(rng, whole, folder, had)(process)
                all_of_them = rng.random() < 0.5
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL) if all_of_them else process.kill()
            if process.wait() != -signal.SIGKILL:
                assert process.returncode == 1, (tmp_path / "said").read_text()
                break
            killed += 1
            if not unfinished(folder) and (folder / "out" / "batch.json").exists():
                if outcome(folder, register[1]) == whole.outcome:
                    break  # it had come to its end
                assert len(journal_of(folder)) == had  # it had not begun
        assert outcome(folder, register[1]) == whole.outcome
        assert not unfinished(folder)
    assert resumed or KILLS < 10
