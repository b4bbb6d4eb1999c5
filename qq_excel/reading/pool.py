"""Processes of their own that read files: a parser that dies, hangs or eats all memory ends only its worker.

The file then has the fact FIL001 (``died``) or FIL003 (``seconds``, ``memory_bytes``), a fresh worker takes
the next one, and the run goes on. Workers stay, so that many files cost one start each; they are new
interpreters (no fork of a program with threads) and the same on every system. What has been read they may also check
(:meth:`Pool.run`), with their libraries loaded already.

    with Pool(workers=4) as pool:
        for book in pool.read_all(paths):
            ...
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from qq_excel import processes
from qq_excel.digests import sha256_of
from qq_excel.errors import QQExcelError
from qq_excel.language import Text
from qq_excel.reading import frames
from qq_excel.reading.model import Workbook
from qq_excel.reading.options import Limits, Options
from qq_excel.reading.refusal import Refusal, cannot_read, out_of_memory, over
from qq_excel.reading.timekeeper import Timekeeper

if TYPE_CHECKING:
    from qq_excel.reading.spool import Sight

T = TypeVar("T")
log = logging.getLogger(__name__)
#: A parser that leaks does so for this many files at most. A new process costs as much as some thirty files.
_FILES_PER_WORKER = 2_000
_STDERR_KEPT = 4_000
#: Bytes of workbooks that are read and checked before a further process would be there: it begins half a second later.
_WORTH_ONE = 512 << 10


def worth_beginning(paths: Collection[Path], most: int) -> int:
    """How many processes are to read *paths*: *most*, or fewer where the first is done before another has begun."""
    size = 0
    for path in paths:
        with suppress(OSError):  # who reads it says so
            size += path.stat().st_size
    return max(1, min(most, len(paths), 1 + size // _WORTH_ONE))


class Pool:
    """Worker processes that read files. Threads may share it."""

    def __init__(self, workers: int | None = None, options: Options | None = None) -> None:
        """Start up to *workers* (one per core), each when it is first needed."""
        self.options = options or Options()
        self._threads = ThreadPoolExecutor(workers or os.cpu_count() or 1, thread_name_prefix="qq-reader")
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._time = Timekeeper()
        self._closed = False

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers, whatever they do."""
        with self._lock:
            self._closed = True
            workers, self._idle = list(self._all), []
        for worker in workers:
            worker.end()
        self._threads.shutdown(wait=True, cancel_futures=True)  # nobody waits at a pipe now
        self._time.close()
        for worker in workers:
            worker.let_go()

    def warm_up(self) -> None:
        """Start one worker now, while the caller does something else."""
        worker = self._take()
        with self._lock:
            self._idle.append(worker)

    def submit(self, path: Path, *, as_of: dt.date | None = None) -> Future[Workbook]:
        """Read *path* as :func:`qq_excel.reading.read_workbook` does, in a worker."""
        return self._threads.submit(self._read, path, as_of)

    def spool(
        self, path: Path, target: Path, *, as_of: dt.date | None = None, home: Path | None = None
    ) -> Future[Sight]:
        """Read *path* in a worker, which leaves the tables in *target* (:mod:`qq_excel.reading.spool`)."""
        return self._threads.submit(self._spool, path, target, as_of, home)

    def run(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Call a *function* of this program in a worker, as long as it takes. What it raises the future raises.

        The future raises :class:`~qq_excel.reading.refusal.Refusal` when the worker dies.
        """
        return self._threads.submit(self._call, "run", None, (function, *args), {})

    def read_all(self, paths: Iterable[Path], *, as_of: dt.date | None = None) -> Iterator[Workbook]:
        """The workbooks of *paths*, in order, each as soon as it and those before it are read."""
        waiting = [self.submit(path, as_of=as_of) for path in paths]
        for future in waiting:
            yield future.result()

    def rows(
        self, path: Path, sheet: str | None, *, encoding: str | None = None, separator: str | None = None
    ) -> list[list[Any]]:
        """As :func:`qq_excel.reading.plain_rows`, in a worker."""
        rows: list[list[Any]] = self._ask("rows", path, sheet, encoding=encoding, separator=separator)
        return rows

    def heads(self, path: Path) -> list[tuple[str, list[list[Any]]]]:
        """As :func:`qq_excel.reading.book.sheet_heads`, in a worker."""
        heads: list[tuple[str, list[list[Any]]]] = self._ask("heads", path)
        return heads

    def _ask(self, name: str, path: Path, *args: Any, **more: Any) -> Any:
        try:
            return self.call(name, path, *args, options=self.options, **more)
        except Refusal as refusal:  # a parser that died or took too long
            raise cannot_read(path, refusal.fact) from None

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        """Have a worker answer one request about a file, which is held to the limits.

        Raises :class:`~qq_excel.reading.refusal.Refusal` when it cannot.
        """
        return self._call(name, self.options.limits, args, options)

    def _call(self, name: str, limits: Limits | None, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        worker = self._take()
        try:
            answer = worker.ask(name, limits, args, options)
        except BaseException:
            self._end(worker)
            raise
        if worker.served >= _FILES_PER_WORKER:
            self._end(worker)
        else:
            with self._lock:
                self._idle.append(worker)
        return answer

    def _read(self, path: Path, as_of: dt.date | None) -> Workbook:
        try:
            book: Workbook = self.call("read", path, as_of=as_of, options=self.options)
        except Refusal as refusal:
            return _refused(path, refusal)
        return book

    def _spool(self, path: Path, target: Path, as_of: dt.date | None, home: Path | None) -> Sight:
        from qq_excel.reading import spool  # it loads the reader, which a check does not need here

        try:
            sight: Sight = self.call("spool", path, target, as_of=as_of, options=self.options, home=home)
        except Refusal as refusal:
            return spool.leave(_refused(path, refusal), target)
        return sight

    def _take(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            if self._idle:
                return self._idle.pop()
            worker = _Worker(self._time)
            self._all.add(worker)
        return worker

    def _end(self, worker: _Worker) -> None:
        worker.end()
        worker.let_go()
        with self._lock:
            self._all.discard(worker)


def _refused(path: Path, refusal: Refusal) -> Workbook:
    return Workbook(str(path), path.name, sha256_of(path), facts=[refusal.fact])


class _Worker:
    """One process and the two pipes to it."""

    def __init__(self, time: Timekeeper) -> None:
        self.served = 0
        self._time = time
        self._process, self._said = processes.begin()
        self._ready = False
        self._closed = False

    def ask(self, name: str, limits: Limits | None, args: tuple[Any, ...], more: dict[str, Any]) -> Any:
        assert self._process.stdin and self._process.stdout  # noqa: S101 - both are pipes
        self._start()
        task = self._time.begin(limits.seconds, self._process.kill) if limits else None
        in_time = True
        try:
            try:
                frames.send(self._process.stdin, (name, limits, args, more))
                how, answer, noted = frames.receive(self._process.stdout)
            finally:
                in_time = task is None or self._time.finish(task)
            if not in_time:
                raise EOFError  # it is killed, and must not get the next file
        except (EOFError, OSError):
            self._ended()
            raise self._why(limits or Limits(), in_time=in_time) from None
        self.served += 1
        if noted:
            log.error("from a worker: %s", noted.rstrip())
        if how == "error":
            raise answer
        if how == "memory":
            raise out_of_memory(limits or Limits())
        return answer

    def _start(self) -> None:
        if self._ready:
            return
        assert self._process.stdout  # noqa: S101
        try:
            frames.receive(self._process.stdout)
        except (EOFError, OSError):
            self._ended()
            log.error("a reading process did not start: %s", self._last_words())  # noqa: TRY400
            raise QQExcelError(
                Text(
                    "读取文件的进程启动失败，请查看日志或联系管理员。",
                    "The process that reads files did not start; see the log or ask your administrator.",
                )
            ) from None
        self._ready = True

    def _ended(self) -> None:
        """The process is gone: of itself, which has a reason, or because the pool was closed, which is no fault of it."""
        self._process.wait()
        if self._closed:
            raise RuntimeError("the pool is closed") from None

    def _why(self, limits: Limits, *, in_time: bool) -> Refusal:
        """What the end of the process says about the file."""
        if not in_time:
            seconds = limits.seconds
            return over("seconds", "读取所需秒数", "seconds to read it", seconds, seconds, more=True)
        words = self._last_words()
        if "memory allocation" in words or "MemoryError" in words:
            return out_of_memory(limits)
        fault = uuid.uuid4().hex[:8]
        log.error("fault %s: a worker ended with %s: %s", fault, self._process.returncode, words)
        reason = Text(
            f"解析程序意外中止（故障编号 {fault}），文件可能已损坏",
            f"the parser died (fault {fault}); the file may be damaged",
        )
        return Refusal("FIL001", "died", reason, fault=fault)

    def _last_words(self) -> str:
        end = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, end - _STDERR_KEPT))
        return self._said.read().decode("utf-8", "replace")

    def end(self) -> None:
        """End the process, whatever it does."""
        self._closed = True
        self._process.kill()
        self._process.wait()

    def let_go(self) -> None:
        """Close the pipes."""
        for file in (self._process.stdin, self._process.stdout, self._said):
            if file is not None:
                try:
                    file.close()
                except OSError:  # what was not sent yet is for nobody now
                    log.debug("a pipe was broken", exc_info=True)
