"""Who does the work of a batch: processes of this computer here, a cluster in :mod:`qq_excel.batch.cluster`."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Protocol

from qq_excel.batch.model import Done
from qq_excel.batch.part import Work, check_part
from qq_excel.batch.tasks import Part, Read, in_turn
from qq_excel.errors import OutputError
from qq_excel.language import Text
from qq_excel.reading import Options
from qq_excel.reading.pool import Pool, worth_beginning
from qq_excel.reading.refusal import Refusal


class Workers(Protocol):
    """Who reads and checks for a run. What they write is the same whoever they are."""

    @property
    def count(self) -> int:
        """How many work at a time."""

    def must_reach(self, room: Path, paths: Iterable[Path]) -> None:
        """Refuse when one of them cannot work in *room* or does not see what is at *paths*."""

    def reading(self, paths: Collection[Path]) -> AbstractContextManager[Read]:
        """As long as files are read: *paths*, as far as they are not known."""

    def checked(
        self, parts: Sequence[Part], work: Work, begins: Callable[[Part], None]
    ) -> Iterator[list[Done]]:
        """Check *parts*, each when it is done, its results written; *begins* is told of each before anything is.

        Raises :class:`OutputError` when they cannot go on; what was handed over by then stays.
        """


def workers_of(cluster: str, jobs: int, options: Options) -> AbstractContextManager[Workers]:
    """The workers of a *cluster*, or *jobs* processes (0: one per core) when none is named."""
    if not cluster:
        return Processes(jobs or os.cpu_count() or 1, options)
    from qq_excel.batch.cluster import Cluster

    return Cluster(cluster, jobs, options)


class Processes:
    """At most *count* processes of this computer, as a context. The same ones read and check: each loads its libraries once."""

    def __init__(self, count: int, options: Options) -> None:
        self.count = count
        self._options = options
        self._pool: Pool | None = None

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.close()  # what is under way counts for nothing

    def must_reach(self, room: Path, paths: Iterable[Path]) -> None:
        """They see what this program sees."""

    def reading(self, paths: Collection[Path]) -> AbstractContextManager[Read]:
        """Readers; they stay, to check."""
        self.count = worth_beginning(paths, self.count)
        self._pool = pool = Pool(self.count, self._options)
        return nullcontext(lambda path, target, as_of, home: pool.spool(path, target, as_of=as_of, home=home))

    def checked(
        self, parts: Sequence[Part], work: Work, begins: Callable[[Part], None]
    ) -> Iterator[list[Done]]:
        """Check *parts*."""
        assert self._pool is not None  # noqa: S101 - it has read them
        pool = self._pool

        def submit(part: Part) -> Future[list[Done]]:
            begins(part)
            return pool.run(check_part, part, work.of(part))

        try:
            for part, future in in_turn(parts, self.count + 1, submit):
                done = future.result()
                for seen in (f for s in part for f in s.files):  # not at the end, when nobody works meanwhile
                    Path(seen.spooled).unlink(missing_ok=True)
                yield done
        except Refusal:  # it says why in the log
            raise OutputError(
                Text(
                    "校验进程意外终止（可能是内存不足）。已完成的都已记下，请加 --resume 继续，必要时减小 --jobs。",
                    "A checking process was ended (out of memory, perhaps). What is done is kept:"
                    " finish with --resume, with fewer --jobs if need be.",
                )
            ) from None
