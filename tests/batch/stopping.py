"""Processes that stop themselves (SIGSTOP) at a moment of their work: what a test does to one then hangs on nobody's speed.

A process that loads this module stops at the moment that ``QQ_STOPS`` names, once: at the first line of a kind in the journal
(``line begin``), or on a worker of a cluster when so many files are read (``read 4``) or parts checked (``check 1``), before the
answer has gone.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
from collections.abc import Callable
from typing import Any

MODULE, WHERE = __name__, "QQ_STOPS"


def has_stopped(process: subprocess.Popen[Any], *, wait: bool = False) -> bool:
    """Whether a child has stopped; with *wait* it is waited for until it has or has ended."""
    try:
        told = os.waitid(
            os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT | (0 if wait else os.WNOHANG)
        )
    except ChildProcessError:  # it ended, and that is known
        return False
    return told is not None and told.si_code == os.CLD_STOPPED


def until_stopped(process: subprocess.Popen[Any]) -> None:
    """Wait until a child has come to the moment at which it stops."""
    assert has_stopped(process, wait=True), "it ended before"


def go_on(process: subprocess.Popen[Any]) -> None:
    """Have a child that has stopped go on."""
    process.send_signal(signal.SIGCONT)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _at_line(kind: str) -> None:
    from qq_excel.batch.journal import Journal

    write = Journal._write

    def written(self: Journal, what: str, *content: Any, **how: Any) -> None:
        write(self, what, *content, **how)
        if what == kind:
            Journal._write = write  # type: ignore[method-assign]
            _stop()

    Journal._write = written  # type: ignore[method-assign]


def _on_worker(name: str, number: int) -> None:
    from qq_excel.batch import on_worker

    work: Callable[..., Any] = getattr(on_worker, name)
    count = itertools.count(1)

    def worked(*args: Any) -> Any:
        answer = work(*args)
        if next(count) == number:
            _stop()
        return answer

    setattr(on_worker, name, worked)


if _where := os.environ.get(WHERE):
    _what, _which = _where.split()
    if _what == "line":
        _at_line(_which)
    else:
        _on_worker(_what, int(_which))
