"""The way to a Dask scheduler: reached soon or refused in one sentence; what Dask says goes to the log."""

from __future__ import annotations

import asyncio
import logging
import signal
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from qq_excel.errors import InputError
from qq_excel.faults import set_up_log
from qq_excel.language import Text
from qq_excel.urls import without_user

if TYPE_CHECKING:
    from distributed import Client

log = logging.getLogger(__name__)
#: The address that starts a cluster on this computer, to try.
LOCAL = "local"
#: Seconds to reach the scheduler.
_REACHED = 5.0


@contextmanager
def client_of(address: str, jobs: int) -> Iterator[Client]:
    """A client of the scheduler at *address*; of one with *jobs* workers (0: one per core) that is started here for ``local``.

    Raises :class:`InputError` when there is none, or Dask is not installed.
    """
    try:
        import distributed  # it takes a second to load
    except ImportError:
        raise InputError(
            Text(
                "用集群需要另装 Dask：pip install 'qq-excel[cluster]'。",
                "A cluster needs Dask: pip install 'qq-excel[cluster]'.",
            )
        ) from None
    _log_quietly()
    with ExitStack() as stack:
        where: Any = address
        try:
            if address == LOCAL:
                where = stack.enter_context(
                    distributed.LocalCluster(
                        n_workers=jobs or None, threads_per_worker=1, dashboard_address="127.0.0.1:0",
                        silence_logs=logging.CRITICAL, preload=[__name__],
                    )
                )  # fmt: skip
            else:
                asyncio.run(_must_answer(address))
            with warnings.catch_warnings(action="ignore"):  # other versions of Dask, which may work
                client = distributed.Client(where, timeout=_REACHED, set_as_default=False, name="qq-excel")
        except Exception as error:  # every kind of connection has errors of its own
            said = without_user((str(error).splitlines() or [type(error).__name__])[0])
            log.info("no connection to %s", without_user(address), exc_info=True)
            raise InputError(
                Text(
                    f"{without_user(address)}：连不上集群的调度器（提示：{said}）。请检查地址，如 tcp://主机:8786。",
                    f"{without_user(address)}: the cluster's scheduler cannot be reached ({said})."
                    " Check the address, such as tcp://host:8786.",
                )
            ) from None
        yield stack.enter_context(client)


def dask_setup(_worker: object) -> None:
    """What a worker that was started for ``local`` does first: it shares the terminal with the program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which then ends its workers
    set_up_log()
    _log_quietly()


async def _must_answer(address: str) -> None:
    """Who is there must answer as Dask does, soon: a client would wait for others forever."""
    from distributed.comm.core import connect
    from distributed.security import Security

    secured = Security().get_connection_args("client")  # type: ignore[no-untyped-call,unused-ignore]
    try:
        async with asyncio.timeout(2 * _REACHED):
            (await connect(address, timeout=_REACHED, **secured)).abort()
    except TimeoutError:
        raise TimeoutError("no answer") from None


def must_have_a_worker(client: Client, address: str, patience: float) -> None:
    """Refuse a cluster that has no worker after *patience* seconds; one that grows on demand is asked to."""
    from distributed import TimeoutError as TimedOut

    try:
        client.submit(int, pure=False).result(timeout=patience)
    except TimedOut:
        raise InputError(
            Text(
                f"{without_user(address)}：集群没有 worker。请先启动：dask worker {without_user(address)}。",
                f"{without_user(address)}: the cluster has no worker. Start one: dask worker {without_user(address)}.",
            )
        ) from None


def _log_quietly() -> None:
    """What Dask has to say goes to the log of faults, not to the screen."""
    ours = logging.getLogger("qq_excel").handlers or [logging.NullHandler()]
    for name in ("distributed", "tornado", "bokeh", "asyncio"):
        for full in [name, *(n for n in logging.root.manager.loggerDict if n.startswith(f"{name}."))]:
            logging.getLogger(full).handlers[:] = ours if full == name else []
        logging.getLogger(name).propagate = False
