"""A run that is interrupted, or has no room, says so; --resume finishes it. (Killed at any moment: ``test_killed``.)"""

from __future__ import annotations

import fcntl
import resource
import signal
import subprocess
from pathlib import Path

from qq_excel.batch import Asked, run_batch
from qq_excel.policy import load_policy
from tests.batch.stopping import go_on, until_stopped
from tests.batch.support import inbox, results, start
from tests.cli.support import qq, refused, sentence

SKIPPED = "批量校验汇总.xlsx", "batch.json"


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
    process = start(tmp_path, stops="begin", stderr=subprocess.PIPE)  # readers have yet to be started
    until_stopped(process)
    process.send_signal(signal.SIGINT)
    go_on(process)
    said = process.communicate()[1].decode()
    assert (process.returncode, said) == (130, "已中断；加 --resume 接着做完。\n")
    assert "没有做完的批量校验。加 --resume 继续" in refused(tmp_path, "batch", "in", "-o", "out")
    said = refused(tmp_path, "batch", "in", "-o", "out", "--resume", "--policy", "project")
    assert "没有做完的那一次用的是别的条件（--policy）" in said
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
