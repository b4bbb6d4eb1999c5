"""A batch on Dask distributed: the workers of a scheduler read and check, this program keeps the journal and the register.

Dask runs a task again whose worker died, and one that was taken for dead may have run twice. So nothing that a worker does
counts until this program takes it: results are written to a folder of the room and moved into place here, by whoever
holds the journal, once; then the register and the journal are told.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from qq_excel.batch import on_worker
from qq_excel.batch.model import Done
from qq_excel.batch.on_worker import Terms, Witness
from qq_excel.batch.part import Work
from qq_excel.batch.scheduler import LOCAL, client_of, must_have_a_worker
from qq_excel.batch.tasks import Part, Read, in_turn
from qq_excel.errors import InputError, OutputError, QQExcelError
from qq_excel.language import Text, many
from qq_excel.output import cannot_write, make_folder
from qq_excel.reading import Options
from qq_excel.urls import without_user

if TYPE_CHECKING:
    from qq_excel.reading.spool import Sight

#: Seconds without a worker after which a run is given up, and between two looks.
PATIENCE, _LOOK = 60.0, 1.0
#: Seconds to fetch what a task came to before it is asked whether anybody is there.
_FETCHED = 5.0
#: So many files of the inbox are held up to each worker.
_WITNESSES = 32


class Cluster:
    """The workers of a Dask scheduler, as a context."""

    def __init__(self, address: str, jobs: int, options: Options) -> None:
        if jobs and address != LOCAL:
            raise InputError(
                Text(
                    "用集群时并行多少由集群的 worker 决定。请去掉 --jobs。",
                    "A cluster does as much at a time as its workers can. Leave out --jobs.",
                )
            )
        self._address, self._jobs, self._options = address, jobs, options
        self._stack = ExitStack()
        self._stop = threading.Event()
        self._waiting: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._terms: Terms | None = None
        self.count = 1

    def __enter__(self) -> Cluster:
        with ExitStack() as stack:  # what was begun is ended when the rest fails
            self._client = stack.enter_context(client_of(self._address, self._jobs))
            from distributed import KilledWorker
            from distributed.comm.core import CommClosedError

            self._killed, self._closed = KilledWorker, CommClosedError
            must_have_a_worker(self._client, self._address, PATIENCE)
            self.count = sum(self._client.nthreads().values()) or 1
            watcher = threading.Thread(target=self._watch, daemon=True)
            watcher.start()
            stack.callback(watcher.join)
            stack.callback(self._stop.set)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def must_reach(self, room: Path, paths: Iterable[Path]) -> None:
        """Refuse a worker that has another program, or does not see *room* or some of *paths* as this program does."""
        if self._terms is None:
            run = uuid.uuid4().hex
            (room / run).write_text(run, encoding="ascii")
            self._terms = Terms(run, room.absolute(), on_worker.program())
        every = [p.absolute() for p in paths]
        some = every[:: max(1, len(every) // _WITNESSES)]
        witnesses = [Witness(p, None if p.is_dir() else p.stat().st_size) for p in some if p.exists()]
        for worker, answer in self._on_each(on_worker.refusal, self._terms, witnesses).items():
            if isinstance(answer, Text):
                raise InputError(answer)
            if isinstance(answer, Exception):
                if isinstance(answer, OSError):
                    continue  # it went away; should it come back, it is looked at before its first task
                said = str(answer).splitlines()[0] if str(answer) else type(answer).__name__
                raise InputError(
                    Text(
                        f"集群的 worker {worker} 没有装 qq-excel，或装的是另一版本（{said}）。请在每台机器上装同一版本。",
                        f"The worker {worker} of the cluster has no qq-excel, or another version ({said}). Install the same"
                        " version on every computer.",
                    )
                )

    @contextmanager
    def reading(self, _paths: Collection[Path]) -> Iterator[Read]:
        """Files are read by tasks, each by a reader of the worker."""

        def read(path: Path, target: Path, as_of: dt.date | None, home: Path | None) -> Future[Sight]:
            return self._submit(
                on_worker.read, self._run, self._options, path.absolute(), target.absolute(), as_of, home,
                killed=lambda times: InputError(
                    Text(
                        f"读取它的 worker 连续 {times} 次意外终止（可能是内存不足）",
                        f"{many(times, 'worker')} died while reading it (out of memory, perhaps)",
                    )
                ),
            )  # fmt: skip

        try:
            yield read
        finally:
            with suppress(QQExcelError):
                self._on_each(on_worker.forget, self._run.run)

    def checked(
        self, parts: Sequence[Part], work: Work, begins: Callable[[Part], None]
    ) -> Iterator[list[Done]]:
        """Check *parts*, each a task; one that ends its workers again and again keeps none of the others waiting."""

        def submit(part: Part) -> Future[tuple[Path, list[Done]]]:
            begins(part)
            return self._submit(
                on_worker.check,
                self._run,
                part,
                _absolute(work.of(part)),
                killed=lambda times: _deadly(part, times),
            )

        ended: list[Part] = []
        for part, future in in_turn(parts, len(parts), submit):
            try:
                folder, done = future.result()
            except _DeadlyError:
                ended.append(part)
            else:
                yield _taken(folder, done, work)
        deadly: list[_DeadlyError] = []
        for _, future in in_turn(ended, 1, submit):  # alone: Dask blames all that a worker had before it
            try:
                folder, done = future.result()
            except _DeadlyError as error:
                deadly.append(error)
            else:
                yield _taken(folder, done, work)
        if deadly:
            raise deadly[0]

    # --- inside -----------------------------------------------------------------------------------

    @property
    def _run(self) -> Terms:
        assert self._terms is not None  # noqa: S101 - it was asked whether they reach the room
        return self._terms

    @property
    def _connected(self) -> bool:
        return bool(self._client.status == "running")

    def _on_each(self, function: Callable[..., Any], *args: Any) -> dict[str, Any]:
        """What *function* answers on each worker, or the exception."""
        if not self._connected:
            raise self._lost()
        try:
            return dict(self._client.run(function, *args, on_error="return"))
        except OSError:
            raise self._lost() from None

    def _submit(
        self, function: Callable[..., Any], *args: Any, killed: Callable[[int], QQExcelError]
    ) -> Future[Any]:
        """A task; its future fails with a :class:`QQExcelError` when the cluster does."""
        outer: Future[Any] = Future()
        with self._lock:
            self._waiting.add(outer)

        def pass_on(inner: Any) -> None:
            try:
                self._settle([outer], self._fetched(inner))
            except self._killed as died:
                self._settle([outer], error=killed(died.allowed_failures + 1))
            except QQExcelError as refused:
                self._settle([outer], error=refused)
            except BaseException as failed:  # a future that was cancelled raises what is no Exception
                lost = inner.cancelled() or isinstance(failed, self._closed)
                self._settle([outer], error=self._lost() if lost or not self._connected else failed)

        try:
            self._client.submit(function, *args, pure=False).add_done_callback(pass_on)
        except Exception:
            if self._connected:
                raise
            raise self._lost() from None
        return outer

    def _fetched(self, inner: Any) -> Any:
        """What a task that has ended came to.

        One thread of Dask tells of every task, and a client that is closed meanwhile would have it wait forever.
        """
        while self._connected:
            try:
                return inner.result(timeout=_FETCHED)
            except TimeoutError:
                if inner.status == "error":  # it is what the task raised
                    raise
        raise self._lost()

    def _settle(
        self, futures: Iterable[Future[Any]], answer: Any = None, error: BaseException | None = None
    ) -> None:
        with self._lock:
            self._waiting.difference_update(futures)
        for future in futures:
            with suppress(InvalidStateError):  # it was given up before
                if error is None:
                    future.set_result(answer)
                else:
                    future.set_exception(error)

    def _watch(self) -> None:
        """Give up what waits when the scheduler is gone, or there is no worker for long."""
        since: float = 0
        while not self._stop.wait(_LOOK):
            gone = not self._connected
            with suppress(Exception):  # the next look tells whether it is gone
                since = 0 if gone or self._client.nthreads() else since + _LOOK
            if gone or since >= PATIENCE:
                with self._lock:
                    waiting = list(self._waiting)
                self._settle(waiting, error=self._lost() if gone else self._deserted())

    def _deserted(self) -> OutputError:
        return OutputError(
            Text(
                f"集群 {self._shown} 已经没有 worker。已完成的都已记下，请启动 worker 后加 --resume 继续。",
                f"The cluster {self._shown} has no workers any more. What is done is kept: start workers,"
                " then finish with --resume.",
            )
        )

    @property
    def _shown(self) -> str:
        return without_user(self._address)

    def _lost(self) -> OutputError:
        return OutputError(
            Text(
                f"与集群 {self._shown} 的连接断了（调度器可能已停止）。已完成的都已记下，请待集群恢复后加 --resume 继续，或不用集群继续。",
                f"The connection to the cluster {self._shown} was lost (its scheduler has stopped, perhaps). What is done is"
                " kept: finish with --resume when it is back, or without it.",
            )
        )


class _DeadlyError(OutputError):
    """The workers that checked a part died, one after the other."""


def _deadly(part: Part, times: int) -> _DeadlyError:
    names = [f.name for s in part for f in s.files]
    zh, en = "、".join(names[:3]), ", ".join(names[:3])
    return _DeadlyError(
        Text(
            f"{zh} 等 {len(names)} 个文件：校验它们的 worker 连续 {times} 次意外终止（可能是内存不足）。其余已完成并记下；"
            "请给 worker 更多内存后加 --resume 继续。",
            f"{en} ({many(len(names), 'file')}): {many(times, 'worker')} died while checking them (out of memory, perhaps). All else is"
            " done and kept: give workers more memory, then finish with --resume.",
        )
    )


def _taken(folder: Path, done: list[Done], work: Work) -> list[Done]:
    """What came of a part, its results moved from *folder* into place."""
    for name in dict.fromkeys(itertools.chain.from_iterable(one.written for one in done)):
        place = work.target / name
        try:
            make_folder(place.parent)
            (folder / name).replace(place)
        except OSError as error:
            raise cannot_write(place, error) from None
    if work.store is not None:
        for one in done:
            work.store.take_over(one.kept, on_worker.store_in(folder))
    shutil.rmtree(folder, ignore_errors=True)
    return done


def _absolute(work: Work) -> Work:
    """*work* for those who stand in another folder."""
    places, homes = (
        {name: place.absolute() for name, place in every.items()} for every in (work.places, work.homes)
    )
    return replace(work, places=places, homes=homes)
