"""What the workers of a batch are given: files to read, parts to check, a few at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qq_excel.batch.submissions import Submission

if TYPE_CHECKING:
    from qq_excel.reading.spool import Sight

#: Submissions that are checked together.
Part = Sequence[Submission]
#: Read a file as of a date and at home in a folder, if they are given, and leave its tables in another
#: (:meth:`qq_excel.reading.pool.Pool.spool`).
Read = Callable[[Path, Path, "dt.date | None", "Path | None"], "Future[Sight]"]
T = TypeVar("T")
A = TypeVar("A")


def in_turn(parts: Iterable[T], most: int, submit: Callable[[T], Future[A]]) -> Iterator[tuple[T, Future[A]]]:
    """Each part when it is done; no more than *most* wait."""
    waiting: dict[Future[A], T] = {}
    left = iter(parts)
    while True:
        while len(waiting) < most and (part := next(left, None)) is not None:
            waiting[submit(part)] = part
        if not waiting:
            return
        ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in ready:
            yield waiting.pop(future), future
