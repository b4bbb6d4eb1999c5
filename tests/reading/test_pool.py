"""Workers: the same answers as reading here; a parser that dies, hangs or eats memory ends only its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from qq_excel import processes
from qq_excel.check import check_paths
from qq_excel.errors import InputError
from qq_excel.reading import Limits, Options, read_workbook
from qq_excel.reading.pool import Pool, worth_beginning
from qq_excel.reading.timekeeper import Timekeeper
from tests.support.build import build

#: A worker whose parser does what it is told by the name of the file.
HOSTILE = """
import ctypes, os, pathlib, sys
sys.path[:] = {path!r}
from qq_excel.reading import worker
calls = worker._calls
def hostile():
    out = calls()
    plain = out["read"]
    def read(path, **more):
        what = pathlib.Path(path).stem
        if what == "abort": os.write(2, b"panicked at calamine"); os.abort()
        if what == "crash": ctypes.string_at(0)
        if what == "loop":
            while True: pass
        if what == "memory": return bytearray(6 << 30)
        if what == "rust": os.write(2, b"memory allocation of 9 bytes failed"); os.abort()
        return plain(path, **more)
    return out | {{"read": read}}
worker._calls = hostile
worker.main()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pool")
    build(made / "好.xlsx", {"receivables": [{}, {"balance": {"text": "1,200"}}], "contracts": [{}]})
    for name in ("abort", "crash", "loop", "memory", "rust"):
        (made / f"{name}.xlsx").write_bytes((made / "好.xlsx").read_bytes())
    return made


@pytest.fixture(scope="module")
def honest() -> Iterator[Pool]:
    with Pool(1) as pool:
        yield pool


def test_the_same_workbook_comes_back(honest: Pool, folder: Path) -> None:
    here, there = read_workbook(folder / "好.xlsx"), honest.submit(folder / "好.xlsx").result()
    assert (there.path, there.name, there.sha256, there.facts) == (
        here.path,
        here.name,
        here.sha256,
        here.facts,
    )
    assert [t.kind.kind for t in there.tables] == ["receivables", "contracts"]
    for mine, its in zip(here.tables, there.tables, strict=True):
        assert its.kind is mine.kind
        pd.testing.assert_frame_equal(its.frame, mine.frame)
        assert its.frame.dtypes.tolist() == mine.frame.dtypes.tolist()
        assert its.rows.tolist() == mine.rows.tolist()
        assert (its.columns, its.head, its.step) == (mine.columns, mine.head, mine.step)
        assert {k: [f.raw for f in v] for k, v in its.facts.items()} == {
            k: [f.raw for f in v] for k, v in mine.facts.items()
        }
        its.frame.loc[0, its.kind.key[0]] = "X"  # what came over can be written to


def test_one_worker_serves_many_and_findings_agree(honest: Pool, folder: Path) -> None:
    paths = [folder / "好.xlsx"] * 3
    assert [b.name for b in honest.read_all(paths)] == ["好.xlsx"] * 3
    assert len(honest._all) == 1
    plain = check_paths(paths[:1]).findings
    assert [(f.rule, f.cell, f.value) for f in check_paths(paths[:1], pool=honest).findings] == [
        (f.rule, f.cell, f.value) for f in plain
    ]


@pytest.mark.parametrize(
    ("sizes", "most", "worth"),
    [
        ([], 4, 1),
        ([9], 4, 1),
        ([9] * 9, 4, 1),
        ([300_000] * 2, 4, 2),
        ([300_000] * 5, 2, 2),
        ([9, 900_000_000], 4, 2),
    ],
)
def test_no_more_processes_are_begun_than_have_something_to_do(
    sizes: list[int], most: int, worth: int, tmp_path: Path
) -> None:
    paths = [tmp_path / str(n) for n in range(len(sizes))]
    for path, size in zip(paths, sizes, strict=True):
        path.touch()
        os.truncate(path, size)
    assert worth_beginning(paths, most) == worth
    assert worth_beginning([tmp_path / "没有"], most) == 1


def test_an_error_of_the_user_is_raised_here(honest: Pool, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="打不开（没有这个文件）"):
        honest.submit(tmp_path / "没有.xlsx").result()
    with pytest.raises(InputError, match="没有工作表"):
        honest.call("rows", build(tmp_path / "a.xlsx", {"contracts": [{}]}), "无")


@pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")
def test_a_parser_that_dies_ends_only_its_worker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_START", HOSTILE)
    names = ["abort", "好", "crash", "memory", "rust", "好"]
    with Pool(1, Options(Limits(seconds=120, memory_bytes=5_000_000_000))) as pool:
        books = list(pool.read_all([folder / f"{n}.xlsx" for n in names]))
    assert [(f.rule, f.values["code"]) for b in books for f in b.facts] == [
        ("FIL001", "died"), ("FIL001", "died"), ("FIL003", "memory_bytes"), ("FIL003", "memory_bytes"),
    ]  # fmt: skip
    assert [len(b.tables) for b in books] == [0, 2, 0, 0, 0, 2]
    assert all(len(b.sha256) == 64 for b in books)


@pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")
def test_a_parser_that_does_not_come_to_its_end_ends_only_its_worker(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_START", HOSTILE)
    options = Options(Limits(seconds=1))
    with Pool(1, options) as pool:
        book = pool.submit(folder / "loop.xlsx").result()
        pool.options = Options()  # the next has all the time that it needs
        assert [len(b.tables) for b in pool.read_all([folder / "好.xlsx"])] == [2]
    (fact,) = book.facts
    assert (fact.rule, fact.values["code"]) == ("FIL003", "seconds")
    assert (fact.values["found"], fact.values["limit"]) == ("1+", "1")
    assert (book.tables, len(book.sha256)) == ([], 64)


def test_an_answer_that_comes_after_the_end_of_its_time_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Timekeeper):
        def finish(self, task: object) -> bool:  # it has come, and nobody has looked at it yet
            _, end = self._tasks.pop(task)
            end()
            return super().finish(task)

    monkeypatch.setattr("qq_excel.reading.pool.Timekeeper", Late)
    with Pool(1) as pool:
        book = pool.submit(folder / "好.xlsx").result()
        assert not pool._all  # the next file gets another worker
    assert [(f.rule, f.values["code"]) for f in book.facts] == [("FIL003", "seconds")]


def test_closing_ends_what_is_still_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_START", HOSTILE)
    pool = Pool(1)
    waiting = pool.submit(folder / "loop.xlsx")
    while not pool._all or not next(iter(pool._all))._ready:
        time.sleep(0.05)
    (worker,) = pool._all
    threading.Timer(0.2, pool.close).start()
    with pytest.raises(RuntimeError, match="the pool is closed"):  # nothing is wrong with the file
        waiting.result(timeout=120)
    assert worker._process.poll() is not None


def test_a_worker_that_does_not_start_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_START", "import sys; sys.exit(3)  # {path}")
    with Pool(1) as pool, pytest.raises(Exception, match="启动失败"):
        pool.submit(folder / "好.xlsx").result()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_worker_ends_with_the_program(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from qq_excel.reading.pool import Pool\n"
        "pool = Pool(1); pool.submit(Path(sys.argv[1])).result()\n"
        "print(next(iter(pool._all))._process.pid, flush=True); input()"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code, folder / "好.xlsx"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    program.send_signal(signal.SIGKILL)
    program.communicate()
    for _ in range(1_200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return  # it ended; nobody has collected it
    pytest.fail("the worker outlived the program")
