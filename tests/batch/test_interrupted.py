"""A run that is ended at any moment is finished by --resume, with the results of one that nobody disturbed."""

from __future__ import annotations

import fcntl
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qq_excel.batch import Asked, run_batch
from qq_excel.policy import load_policy
from qq_excel.register import open_register
from qq_excel.register.entries import canonical
from tests.batch.support import inbox, results
from tests.cli.support import ROOT, qq, refused, sentence

MOMENTS = int(os.environ.get("QQ_KILLS", "2"))
REGISTER = "--register", "r.db"
SKIPPED = "批量校验汇总.xlsx", "batch.json"


def start(folder: Path, *arguments: str, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "from qq_excel.cli import main; main()", "batch", "in", "-o", "out", "--jobs", "2", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "QQ_LOG_DIR": str(folder)}, stdout=subprocess.DEVNULL,
        stderr=stderr, start_new_session=True,
    )  # fmt: skip


def entries(folder: Path) -> list[tuple[str, str, str]]:
    """What the register of *folder* has, in no order; it is whole, files and all."""
    with open_register(str(folder / "r.db")) as register:
        found = register.entries()
        assert register.verify()[:2] == (len(found), None)
    return sorted((w.entry.subject, w.entry.content, canonical(w.entry.body)) for w in found)


def journal_of(folder: Path) -> list[bytes]:
    """The lines of the journal of *folder*; none before there is one."""
    file = folder / "out" / ".qq-batch" / "journal.jsonl"
    return file.read_bytes().splitlines() if file.exists() else []


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("whole")
    inbox(folder / "in", 6)  # enough for two processes
    assert start(folder, *REGISTER).wait() == 1
    return folder, results(folder / "out")


def test_killed_at_random_moments_and_resumed(
    undisturbed: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """The process alone is killed: its workers have to see for themselves that it is gone.

    The moment is a line of the journal and some milliseconds more, so that it does not hang on the machine's speed.
    """
    whole, expected = undisturbed
    registered = entries(whole)
    assert len(registered) == 7
    lines = len(journal_of(whole))
    rng = random.Random(6)  # noqa: S311
    shutil.copytree(whole / "in", tmp_path / "in", copy_function=shutil.copy2)
    killed = resumed = 0
    for n in range(MOMENTS):
        for made in ("out", "r-tables"):
            shutil.rmtree(tmp_path / made, ignore_errors=True)
        for made in tmp_path.glob("r.db*"):
            made.unlink()
        process = start(tmp_path, *REGISTER)
        moment = rng.randrange(1, lines // 2) if n == 0 else rng.randrange(lines)
        while len(journal_of(tmp_path)) < moment and process.poll() is None:
            time.sleep(0.005)
        time.sleep(rng.random() / 50)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        journal = b"".join(journal_of(tmp_path))
        again = b'"begin"' in journal and b'"end"' not in journal
        resumed += again
        finished = start(tmp_path, *REGISTER, *(["--resume"] if again else []), stderr=subprocess.PIPE)
        said = finished.communicate()[1].decode()
        assert finished.returncode == 1, said
        assert results(tmp_path / "out") == expected
        assert entries(tmp_path) == registered
    assert killed
    assert resumed


def test_what_a_killed_run_left_half_written_is_taken_away(tmp_path: Path) -> None:
    inbox(tmp_path / "in", 1)
    out = tmp_path / "out"
    for folder in ("退回修改/.qq-abc", "tables/receivables/.qq-def", ".qq-ghi"):
        (out / folder).mkdir(parents=True)
        (out / folder / "sheet1.xml").write_bytes(b"half")
    (out / "退回修改" / ".qq-jkl.xlsx").write_bytes(b"half")
    run_batch(Asked((str(tmp_path / "in"),), out, load_policy("group"), jobs=1))
    assert not [p for p in results(out) if ".qq-" in p]
    assert not [p for p in out.rglob(".qq-*") if p.name != ".qq-batch"]


def test_ctrl_c_says_how_to_go_on_and_an_unfinished_run_is_not_begun_again(tmp_path: Path) -> None:
    inbox(tmp_path / "in", 12)
    process = start(tmp_path)
    journal = tmp_path / "out" / ".qq-batch" / "journal.jsonl"
    while not journal.exists() or b'"begin"' not in journal.read_bytes():  # readers have yet to be started
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert "没有做完的批量校验。加 --resume 继续" in refused(tmp_path, "batch", "in", "-o", "out")
    said = refused(tmp_path, "batch", "in", "-o", "out", "--resume", "--policy", "project")
    assert "没有做完的那一次用的是别的条件（policy）" in said
    assert qq(tmp_path, "batch", "in", "-o", "out", "--resume").returncode == 1


def test_one_run_at_a_time_writes_to_a_folder(tmp_path: Path) -> None:
    inbox(tmp_path / "in")
    lock = tmp_path / "out" / ".qq-batch" / "lock"
    lock.parent.mkdir(parents=True)
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "另一个批量校验正在写这个文件夹" in refused(tmp_path, "batch", "in", "-o", "out")


def test_a_disk_that_is_full_loses_nothing(tmp_path: Path) -> None:
    """No file may grow beyond some bytes: the summary, the copies or the tables do not fit."""
    inbox(tmp_path / "in", 1)

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))

    done = qq(tmp_path, "batch", "in", "-o", "out", before=small)
    assert "无法写入" in sentence(done)
    assert not {k for k in results(tmp_path / "out") if Path(k).name in SKIPPED}
    policy = load_policy("group")
    run_batch(Asked((str(tmp_path / "in"),), tmp_path / "out", policy, jobs=2, resume=True))
    run_batch(Asked((str(tmp_path / "in"),), tmp_path / "whole", policy, jobs=2))
    assert results(tmp_path / "out") == results(tmp_path / "whole")
