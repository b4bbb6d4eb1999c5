"""The process that reads what is foreign: whatever a file does to a parser, it does it here.

It takes one request after the other from its standard input, answers on its standard output, and ends
when the input ends, whatever it does then: nobody waits for the answer. What is logged meanwhile goes with the answer,
for the program's log. What libraries print, a Rust panic above all, goes to its standard error, which
:mod:`qq_excel.reading.pool` keeps for the case that it dies.
"""

from __future__ import annotations

import io
import logging
import os
import queue
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from qq_excel.errors import QQExcelError
from qq_excel.heap import collect_rarely, keep_freed_memory, load_undisturbed
from qq_excel.reading import frames
from qq_excel.reading.options import Limits

#: Seconds after the limit at which the worker ends itself, should nobody be left to end it.
_GRACE = 10


def main() -> None:
    """Answer requests until there are no more."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # whoever prints does not spoil an answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which then ends its workers
    noted = io.StringIO()
    handler = logging.StreamHandler(noted)
    handler.setLevel(logging.WARNING)
    logging.getLogger("qq_excel").addHandler(handler)
    keep_freed_memory()
    load_undisturbed()
    calls = _calls()
    collect_rarely()
    frames.send(answers, "ready")
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, asked), daemon=True).start()
    while True:
        name, limits, args, options = asked.get()
        with_limits(limits)
        try:
            answer = "done", calls[name](*args, **options)
        except MemoryError:
            answer = "memory", None
        except Exception as error:  # of our own mostly: what a file does becomes a fact of its workbook
            if not isinstance(error, QQExcelError):
                error.add_note("".join(traceback.format_exception(error)))
            answer = "error", error
        without_limits()
        frames.send(answers, (*answer, noted.getvalue()))
        noted.seek(0)
        noted.truncate()


def _listen(requests: IO[bytes], asked: queue.SimpleQueue[Any]) -> None:
    """Pass requests on; the process ends with the program that asks, even one that was killed, whatever it does."""
    while True:
        try:
            asked.put(frames.receive(requests))
        except EOFError:
            os._exit(0)


def _calls() -> dict[str, Callable[..., Any]]:
    """What can be asked for; everything that it needs is loaded before the first request."""
    import fastexcel  # noqa: F401

    from qq_excel.reading import convert, grid, locate, package, table  # noqa: F401
    from qq_excel.reading.book import plain_rows, read_workbook, sheet_heads
    from qq_excel.reading.spool import spool

    with suppress(QQExcelError):  # should they be wrong, the program has said so
        locate.normal_words()  # reads all kinds, which takes five times as long as a small workbook
    return {
        "read": read_workbook, "spool": spool, "rows": plain_rows, "heads": sheet_heads,
        "run": lambda function, *args: function(*args),
    }  # fmt: skip


def with_limits(limits: Limits | None) -> None:
    """Hold this process to the memory and the time of one file, where the system can; to none with None."""
    try:
        import resource  # not on Windows
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = most
    if limits is not None:
        wanted = limits.memory_bytes if most == resource.RLIM_INFINITY else min(limits.memory_bytes, most)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    except (ValueError, OSError):  # macOS knows the limit and does not allow it
        return
    finally:
        signal.alarm(
            limits.seconds + _GRACE if limits else 0
        )  # ends the process even inside a parser's endless loop


def without_limits() -> None:
    """No file is being read: wait as long as it takes."""
    if hasattr(signal, "alarm"):
        signal.alarm(0)
