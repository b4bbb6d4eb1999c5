"""A program that the tests kill: it appends entries, each for itself, and begins again where it was ended.

It is run with the register's URL, a folder, a number of moments and a seed. Children do the writing; each is killed
with SIGKILL at a moment of chance, and the next does the same work from the start.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import alembic.command  # noqa: F401 - loaded once, before the children are born
import sqlalchemy  # noqa: F401

from qq_excel.register import Entry, open_register

ENTRIES = 160


def entry(n: int) -> Entry:
    return Entry(
        "note", f"subject {n % 30}", f"content {n}", {"text": "x" * 200, "n": n}, claims=(f"ZQ-{n:04d}",)
    )


def write_all(url: str, tables: Path, told: Callable[[], object] = lambda: None) -> None:
    """All entries, by twos; what stands there already is not written again. *told* after each two."""
    with open_register(url, tables) as register:
        done = {w.entry.content for w in register.entries(event="note")}
        left = [e for e in map(entry, range(ENTRIES)) if e.content not in done]
        for n in range(0, len(left), 2):
            register.append(left[n : n + 2])
            told()


def main() -> None:
    url, tables, moments = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(int(sys.argv[4]))  # noqa: S311
    killed = 0
    for _ in range(moments):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            write_all(url, tables, partial(os.write, writing, b"."))
            os.close(writing)
            signal.pause()
        os.close(writing)
        for _ in range(rng.randrange(5)):  # so many appends, and a part of the next
            os.read(reading, 1)
        time.sleep(rng.random() * 0.01)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(reading)
        killed += os.WIFSIGNALED(status)
    write_all(url, tables)
    print(killed)  # noqa: T201


if __name__ == "__main__":
    main()
