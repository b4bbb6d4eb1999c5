"""A batch on a Dask cluster comes to what one without it comes to, whatever becomes of the workers and the scheduler."""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from qq_excel.batch import Asked, Outcome, cluster, run_batch, scheduler
from qq_excel.errors import InputError, OutputError
from qq_excel.policy import load_policy
from qq_excel.reading import Options
from qq_excel.register import open_register
from qq_excel.register.entries import canonical
from tests.batch import stopping
from tests.batch.published import objects, wanted
from tests.batch.stopping import has_stopped, until_stopped
from tests.batch.support import inbox, results, states
from tests.cli.support import ROOT, qq, refused

UNITS = 5
#: Seconds that a worker may take to start here: others use this machine too.
PATIENCE = 240.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", PATIENCE)
    monkeypatch.setattr(scheduler, "_REACHED", PATIENCE)


def asked(folder: Path, address: str, out: str = "out", **more: Any) -> Asked:
    return Asked((str(folder / "in"),), folder / out, load_policy("group"), cluster=address, **more)


def journal(folder: Path, out: str = "out") -> list[bytes]:
    """What the journal of a run says, in no order."""
    lines = (folder / out / ".qq-batch" / "journal.jsonl").read_bytes().splitlines()
    return sorted(line.replace(str(folder).encode(), b"") for line in lines)


def entries(folder: Path) -> list[tuple[str, str, str]]:
    """What the register of *folder* has, in no order; it is whole, files and all."""
    with open_register(str(folder / "r.db")) as register:
        found = register.entries()
        assert register.verify()[:2] == (len(found), None)
    return sorted((w.entry.subject, w.entry.content, canonical(w.entry.body)) for w in found)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inbox, and what a batch without a cluster makes of it."""
    folder = tmp_path_factory.mktemp("plain")
    inbox(folder / "in", UNITS)
    with open_register(str(folder / "r.db")) as register:
        run_batch(asked(folder, "", register=register, jobs=1))
    assert states(folder / "out")["坏的.xlsx"] == "quarantined"
    return folder


@pytest.fixture
def folder(plain: Path, tmp_path: Path) -> Path:
    """A folder with the same inbox."""
    shutil.copytree(plain / "in", tmp_path / "in", copy_function=shutil.copy2)
    return tmp_path


@pytest.fixture(scope="module")
def two() -> Iterator[LocalCluster]:
    """Two workers."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
    ) as started:
        yield started


@contextmanager
def program(
    module: str, *arguments: str, within: Sequence[str] = (), **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*within, sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd="/", env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def a_scheduler(
    folder: Path, host: str = "127.0.0.1", **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    file = folder / f"{uuid.uuid4().hex}.json"
    with program(
        "dask_scheduler", "--host", host, "--port", "0", "--scheduler-file", str(file), **environment
    ) as process:
        until(lambda: file.exists() and file.stat().st_size > 0)
        yield process, json.loads(file.read_bytes())["address"]


def a_worker(address: str, *, stops: str = "", within: Sequence[str] = (), **environment: str) -> Any:
    """A worker; one that *stops* at a moment of its work (:mod:`tests.batch.stopping`) waits there for what is done to it."""
    more = ("--preload", stopping.MODULE) if stops else ()
    environment |= {stopping.WHERE: stops} if stops else {}
    return program(
        "dask_worker", address, "--no-nanny", "--nthreads", "1", *more, within=within, **environment
    )


def until(true: Callable[[], bool]) -> None:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


class Run(threading.Thread):
    """A batch that goes on while a test does something to it."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.asked, self.outcome, self.error = asked, None, None
        self.outcome: Outcome | None
        self.error: Exception | None
        self.start()

    def run(self) -> None:
        try:
            with open_register(str(self.asked.target.parent / "r.db")) as register:
                self.outcome = run_batch(replace(self.asked, register=register))
        except Exception as error:
            self.error = error


def test_the_command_gives_the_same_as_without_a_cluster(plain: Path, folder: Path) -> None:
    done = qq(folder, "batch", "in", "-o", "out", "--cluster", "local", "--jobs", "2", "--register", "r.db")
    assert done.returncode == 1
    assert done.stderr == ""
    assert "通过 9  退回修改 1" in done.stdout
    assert results(folder / "out") == results(plain / "out")
    assert journal(folder) == journal(plain)
    assert entries(folder) == entries(plain)
    assert {p.name for p in (folder / "out" / ".qq-batch").iterdir()} == {"journal.jsonl", "lock"}


def test_workers_that_are_killed_lose_and_double_nothing(plain: Path, folder: Path) -> None:
    with a_scheduler(folder) as (_, address), ExitStack() as stack:
        workers = [stack.enter_context(a_worker(address, stops=at)) for at in ("read 1", "check 1")]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        run = Run(asked(folder, address))
        for worker in workers:
            until_stopped(worker)
            worker.kill()
            worker.wait()
        assert run.is_alive()
        stack.enter_context(a_worker(address))
        run.join()
    assert run.error is None
    assert results(folder / "out") == results(plain / "out")
    assert journal(folder) == journal(plain)
    assert entries(folder) == entries(plain)


def test_results_in_an_object_store_lose_and_double_nothing_when_a_worker_is_killed(
    plain: Path, folder: Path, s3: str
) -> None:
    """Nor does the register."""
    url = f"{s3}/{folder.name}/out"
    with a_scheduler(folder) as (_, address):
        with a_worker(address, stops="check 1") as worker:
            run = Run(asked(folder, address, "state", url=url))
            until_stopped(worker)
        assert run.is_alive()
        with a_worker(address):
            run.join()
    assert run.error is None
    assert objects(url) == wanted(plain / "out")
    assert entries(folder) == entries(plain)
    again = run_batch(
        asked(folder, "", "state", jobs=1, url=url)
    )  # nor does a cluster matter to what comes next
    assert (again.checked, again.put, again.removed) == (0, 0, 0)


def test_no_worker_left_or_the_scheduler_gone_is_said_and_the_run_resumed(
    plain: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_scheduler(folder) as (process, address):
        with a_worker(address, stops="read 4") as worker:
            run = Run(asked(folder, address))
            until_stopped(worker)
            monkeypatch.setattr(cluster, "PATIENCE", 2.0)
            worker.kill()
            run.join()
        assert isinstance(run.error, OutputError)
        assert "已经没有 worker。已完成的都已记下" in str(run.error)
        monkeypatch.setattr(cluster, "PATIENCE", PATIENCE)
        with a_worker(address, stops="check 1") as worker:
            run = Run(asked(folder, address, resume=True))
            until_stopped(worker)
            process.kill()
            run.join()
        assert isinstance(run.error, OutputError)
        assert f"与集群 {address} 的连接断了" in str(run.error)
    last = Run(asked(folder, "", resume=True, jobs=1))
    last.join()
    assert last.error is None
    assert results(folder / "out") == results(plain / "out")
    assert entries(folder) == entries(plain)


def test_a_part_that_ends_its_workers_again_and_again_is_named(plain: Path, folder: Path) -> None:
    with a_scheduler(folder, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as (_, address):

        def killer(run: Run, times: int) -> None:
            """Have one worker at a time, and kill it when it has checked something and not told."""
            for _ in range(times):
                with a_worker(address, stops="check 1") as worker:
                    until(lambda: has_stopped(worker) or not run.is_alive())
            if run.is_alive():
                with a_worker(address):
                    run.join()

        run = Run(asked(folder, address))
        killer(run, 4)
        assert isinstance(run.error, OutputError)
        assert "个文件：校验它们的 worker 连续 1 次意外终止" in str(run.error)
        # once more: a part is not blamed for the death of a worker before it was tried alone
        run = Run(asked(folder, address, resume=True))
        killer(run, 1)
        run.join()
    assert run.error is None
    assert results(folder / "out") == results(plain / "out")
    assert entries(folder) == entries(plain)


def test_a_run_that_ends_while_tasks_wait_does_not_hold_up_the_next(
    two: LocalCluster, tmp_path: Path
) -> None:
    """One thread of Dask tells of the tasks of every client: it must not wait for what was closed."""
    for n in range(5):
        ended = tmp_path / f"{n}"
        with cluster.Cluster(two.scheduler_address, 0, Options()) as workers:
            for seconds in range(6):
                workers._submit(time.sleep, seconds, killed=_not_expected)
            last = workers._submit(_waits_for, ended, killed=_not_expected)
        assert not last.done() or last.exception() is not None
        ended.touch()
    with cluster.Cluster(two.scheduler_address, 0, Options()) as workers:
        assert workers._submit(int, "7", killed=_not_expected).result(timeout=PATIENCE) == 7


def _waits_for(file: Path) -> None:
    while not file.exists():
        time.sleep(0.01)


def _not_expected(times: int) -> InputError:
    raise AssertionError(times)


def test_a_task_that_ran_out_of_time_of_its_own_says_so(two: LocalCluster) -> None:
    """It is no sign that its answer is still to come."""
    with cluster.Cluster(two.scheduler_address, 0, Options()) as workers:
        ended = workers._submit(_times_out, killed=_not_expected)
        with pytest.raises(TimeoutError, match="a share that does not answer"):
            ended.result(timeout=PATIENCE)


def _times_out() -> None:
    raise TimeoutError("a share that does not answer")


@pytest.mark.parametrize("unseen", ["out", "in"])
def test_a_folder_that_a_worker_does_not_see_is_refused_before_the_work_begins(
    unseen: str, folder: Path, two: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "elsewhere" / "in").mkdir(parents=True)
    with Client(two, set_as_default=False) as client:
        client.run(os.chdir, folder / "elsewhere")
    other = Path("/proc/self/cwd")  # to each process another folder
    where = {name: other / name if name == unseen else folder / name for name in ("in", "out")}
    wanted = Asked((str(where["in"]),), where["out"], load_policy("group"), cluster=two.scheduler_address)
    with pytest.raises(InputError) as refused:
        run_batch(wanted)
    said = {
        "out": "看不到或不能写结果文件夹 /proc/self/cwd/out",
        "in": "看不到 /proc/self/cwd/in/华东分公司/合同.xlsx",
    }
    assert said[unseen] in str(refused.value)
    assert journal(folder) == []
    assert results(folder / "out") == {}


def test_a_worker_with_another_program_is_refused(folder: Path) -> None:
    own = folder / "other"
    shutil.copytree(ROOT / "qq_excel", own / "qq_excel", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "schemas", own / "schemas")
    with (own / "schemas" / "policies" / "group.yaml").open("a", encoding="utf-8") as policy:
        policy.write("\n# another edition\n")
    (folder / "none" / "qq_excel").mkdir(parents=True)
    (folder / "none" / "qq_excel" / "__init__.py").touch()
    with a_scheduler(folder) as (_, address):
        with a_worker(address, PYTHONPATH=str(own)), pytest.raises(InputError) as refused:
            run_batch(asked(folder, address))
        assert "程序与本机不同（qq-excel 0.1.0 (" in str(refused.value)
        with (
            a_worker(address, PYTHONPATH=str(folder / "none")),
            pytest.raises(InputError, match="没有装 qq-excel，或装的是另一版本"),
        ):
            run_batch(asked(folder, address))
    assert results(folder / "out") == {}


def test_an_address_where_nobody_answers_is_refused_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox(tmp_path / "in", 1)
    said = refused(tmp_path, "batch", "in", "-o", "out", "--cluster", "tcp://127.0.0.1:1")
    assert said.startswith("tcp://127.0.0.1:1：连不上集群的调度器")
    assert not (tmp_path / "out").exists()
    assert "请去掉 --jobs" in refused(
        tmp_path, "batch", "in", "-o", "out", "--cluster", "tcp://h:1", "--jobs", "2"
    )
    monkeypatch.setattr(scheduler, "_REACHED", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(InputError, match="连不上集群的调度器（提示：no answer）"):
            run_batch(asked(tmp_path, address))


def test_without_dask_it_is_said_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox(tmp_path / "in", 1)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'qq-excel\[cluster\]'"):
        run_batch(asked(tmp_path, "local"))
