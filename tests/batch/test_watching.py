"""A watched inbox: what arrives is checked once it is written, and answered beside it; restarts lose nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from qq_excel.batch import Asked, FileOutcome, Outcome, run_batch
from qq_excel.batch.watching import Pace, answer, watch
from qq_excel.errors import InputError, OutputError, QQExcelError
from qq_excel.language import Text
from qq_excel.policy import load_policy
from tests.batch.published import objects, wanted
from tests.batch.support import UNITS, WRONG, ledger
from tests.cli.support import ROOT, refused
from tests.support.build import build
from tests.support.digests import digest


def until(true: Callable[[], bool], seconds: float = 240) -> None:
    """Wait for what is bound to come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def start(folder: Path, *arguments: str, out: str = "out") -> subprocess.Popen[str]:
    code = "from qq_excel.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "watch", "in", "-o", out, "--settle", "0.3", "--jobs", "1", *arguments], cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QQ_LOG_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def test_what_arrives_is_answered_beside_it_also_after_a_kill(tmp_path: Path) -> None:
    came = tmp_path / "in"
    came.mkdir()
    build(tmp_path / "wrong.xlsx", {"receivables": ledger(0, WRONG)}, {"unit": UNITS[0]})
    build(tmp_path / "right.xlsx", {"receivables": ledger(0)}, {"unit": UNITS[0]})
    receipt = came / "应收.xlsx_回执.txt"
    process = start(tmp_path)
    try:
        assert process.stdout
        assert "正在监视" in process.stdout.readline()
        (tmp_path / "wrong.xlsx").rename(came / "应收.xlsx")
        until(receipt.exists)
        said = receipt.read_text(encoding="utf-8-sig").splitlines()
        assert said[0] == "应收.xlsx：退回修改"
        assert said[2] == "错误 1 条，警告 0 条，无法判断 11 条"
        assert [line.split("  ")[1] for line in said[3:]] == ["应收_已标注.xlsx", "应收_校验结果.xlsx"]
        process.kill()  # as a power cut would
        process.wait()
        shutil.copy2(tmp_path / "right.xlsx", came / "应收.xlsx")  # mended while nobody looked
        process = start(tmp_path)
        until(lambda: receipt.read_text(encoding="utf-8-sig").startswith("应收.xlsx：通过"))
        assert sorted(p.name for p in came.iterdir()) == ["应收.xlsx", "应收.xlsx_回执.txt"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
        assert process.stdout
        assert "监视结束" in process.stdout.read()
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_what_is_still_written_is_left_until_it_rests(tmp_path: Path) -> None:
    """A file grows while the watch waits to see whether it does, five times."""
    came = tmp_path / "in"
    came.mkdir()
    path = came / "a.xlsx"
    path.write_bytes(b"0")
    waited: list[float | None] = []
    found: list[bytes] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            if len(waited) <= 5:
                path.write_bytes(path.read_bytes() + b"%d" % len(waited))
            return self.is_set()

    def run(_: Asked) -> Outcome:
        found.append(path.read_bytes())
        return Outcome([FileOutcome("a.xlsx", "accepted")], [], [], 1)

    stop = Stop()
    asked = Asked((str(came),), tmp_path / "out", load_policy("group"))
    watch(asked, lambda _: stop.set(), stop, Pace(7.0, 0.2), run)
    assert found == [b"012345"]
    assert waited == [7.0] * 6


def test_what_comes_while_the_first_files_are_checked_does_not_wait_for_the_next_look(tmp_path: Path) -> None:
    came = tmp_path / "in"
    came.mkdir()
    (came / "a.xlsx").write_bytes(b"x")
    stop = threading.Event()
    found: list[list[str]] = []

    def run(_: Asked) -> Outcome:
        names = sorted(p.name for p in came.glob("*.xlsx"))
        found.append(names)
        (came / "b.xlsx").write_bytes(b"x")
        if len(found) == 2:
            stop.set()
        return Outcome([FileOutcome(n, "accepted") for n in names], [], [], 1)

    end = threading.Timer(120, stop.set)
    end.start()
    watch(
        Asked((str(came),), tmp_path / "out", load_policy("group")),
        lambda _: None,
        stop,
        Pace(0.02, 3_600),
        run,
    )
    end.cancel()
    assert found == [["a.xlsx"], ["a.xlsx", "b.xlsx"]]


def test_results_go_to_a_url_also_after_a_kill(tmp_path: Path) -> None:
    came, url = tmp_path / "in", f"file://{tmp_path}/there"
    came.mkdir()
    build(tmp_path / "wrong.xlsx", {"receivables": ledger(0, WRONG)}, {"unit": UNITS[0]})
    build(tmp_path / "right.xlsx", {"receivables": ledger(0)}, {"unit": UNITS[0]})
    receipt = came / "应收.xlsx_回执.txt"
    shutil.copy(tmp_path / "wrong.xlsx", came / "应收.xlsx")
    process = start(tmp_path, "--state", "state", out=url)
    try:
        until(receipt.exists)
        assert objects(url) == wanted(tmp_path / "state")
        assert sorted(p.name for p in came.iterdir()) == [
            "应收.xlsx", "应收.xlsx_回执.txt", "应收_已标注.xlsx", "应收_校验结果.xlsx",
        ]  # fmt: skip
        process.kill()
        process.wait()
        shutil.copy(tmp_path / "right.xlsx", came / "应收.xlsx")
        process = start(tmp_path, "--state", "state", out=url)
        until(lambda: receipt.read_text(encoding="utf-8-sig").startswith("应收.xlsx：通过"))
        assert objects(url) == wanted(tmp_path / "state")
        assert not [name for name in objects(url) if name.startswith("退回修改/")]
    finally:
        process.kill()
        process.communicate()


def test_where_nothing_can_be_written_it_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    why = "file/out：无法写入，路径中有一段不是文件夹。"
    assert refused(tmp_path, "watch", "in", "-o", "file/out") == why
    if sys.platform == "linux":
        assert (
            refused(tmp_path, "watch", "in", "-o", "/sys/x")
            == "/sys/x：无法写入，没有写入权限，请换一个文件夹。"
        )
        assert (
            refused(tmp_path, "watch", "/sys", "-o", "out")
            == "/sys：无法写入，没有写入权限，请换一个文件夹。"
        )
    assert not (tmp_path / "out").exists()


def test_the_end_tells_that_results_could_not_be_written_at_last(tmp_path: Path) -> None:
    came, out = tmp_path / "in", tmp_path / "out"
    came.mkdir()
    build(tmp_path / "right.xlsx", {"receivables": ledger(0)}, {"unit": UNITS[0]})
    shutil.copy(tmp_path / "right.xlsx", came / "a.xlsx")
    process = start(tmp_path)
    until((came / "a.xlsx_回执.txt").exists)
    shutil.rmtree(out)
    out.write_text("x", encoding="utf-8")
    shutil.copy(tmp_path / "right.xlsx", came / "b.xlsx")
    assert process.stdout is not None
    lines = []
    while not lines or "无法写入" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], lines
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=120)
    assert lines[-1] == "out：无法写入，路径中有一段不是文件夹。\n"
    assert "监视结束。\n" in rest  # it may have tried once more in between
    assert rest.endswith("\n最近一次没有做完，原因见上。\n")
    assert process.returncode == 2


def test_only_its_own_answers_are_replaced_or_taken_away(tmp_path: Path) -> None:
    came, out = tmp_path / "in", tmp_path / "out"
    came.mkdir()
    (came / "a.xlsx").write_bytes(b"x")
    returned = out / "退回修改"
    returned.mkdir(parents=True)
    for name in ("a_校验结果.xlsx", "a_已标注.xlsx"):
        (returned / name).write_bytes(b"one")
    (came / "a_已标注.xlsx").write_bytes(b"mine")
    outcome = FileOutcome("a.xlsx", "rejected", counts={"E": 2}, sha256="ab")
    answer([outcome], [came], out)
    receipt = (came / "a.xlsx_回执.txt").read_text(encoding="utf-8-sig")
    assert "没有写出 a_已标注.xlsx：已有同名的文件" in receipt
    assert (came / "a_校验结果.xlsx").read_bytes() == b"one"
    (returned / "a_校验结果.xlsx").write_bytes(b"two")
    answer([outcome], [came], out)
    assert (came / "a_校验结果.xlsx").read_bytes() == b"two"
    outcome.state = "accepted"
    answer([outcome], [came], out)
    assert sorted(p.name for p in came.iterdir()) == ["a.xlsx", "a.xlsx_回执.txt", "a_已标注.xlsx"]
    assert (came / "a_已标注.xlsx").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "edited", ["a.xlsx：通过，已阅\n".encode("gbk"), b"  .  SHA-256 " + b"0" * 64 + b"\n", b"  ..  SHA-256 " + b"0" * 64 + b"\n"]
)  # fmt: skip
def test_a_receipt_that_was_edited_is_written_anew(tmp_path: Path, edited: bytes) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(b"x")
    receipt = tmp_path / "in" / "a.xlsx_回执.txt"
    receipt.write_bytes(edited)
    assert answer([FileOutcome("a.xlsx", "accepted")], [tmp_path / "in"], tmp_path / "out") == []
    assert receipt.read_text(encoding="utf-8-sig") == "a.xlsx：通过\n错误 0 条，警告 0 条\n"


def test_one_workbook_that_cannot_be_answered_keeps_no_other_waiting(tmp_path: Path) -> None:
    came = tmp_path / "in"
    (came / "a.xlsx_回执.txt").mkdir(parents=True)  # a folder where the receipt should be
    for name in ("a.xlsx", "b.xlsx"):
        (came / name).write_bytes(b"x")
    outcomes = [FileOutcome(name, "accepted") for name in ("a.xlsx", "b.xlsx")]
    told: list[Outcome | QQExcelError] = []
    stop = threading.Event()

    def tell(what: Outcome | QQExcelError) -> None:
        told.append(what)
        if len(told) == 4:  # it is tried again
            stop.set()

    asked = Asked((str(came),), tmp_path / "out", load_policy("group"))
    watch(asked, tell, stop, Pace(0.02, 0.2), lambda _: Outcome(outcomes, [], [], 2))
    assert [str(t) for t in told if isinstance(t, OutputError)] == [
        f"{came / 'a.xlsx_回执.txt'}：无法写入，同名的文件夹已存在，请换一个名称。"
    ] * 2
    assert (came / "b.xlsx_回执.txt").exists()


def test_a_run_that_fails_is_tried_again_and_a_growing_file_is_looked_at_again(tmp_path: Path) -> None:
    came = tmp_path / "in"
    came.mkdir()
    (came / "a.xlsx").write_bytes(b"x")
    grows = FileOutcome(
        "a.xlsx",
        "quarantined",
        why=(
            "校验时文件仍在变化，可能还没有写完；写完后再校验一次",
            "it changed while it was read; run again once it is written",
        ),
    )
    turns: list[Outcome | QQExcelError] = [
        OutputError(Text("磁盘已满", "full")), Outcome([grows], [], [], 1), Outcome([FileOutcome("a.xlsx", "accepted")], [], [], 1),
    ]  # fmt: skip
    told: list[Outcome | QQExcelError] = []
    stop = threading.Event()

    def run(_: Asked) -> Outcome:
        turn = turns[len(told)]
        if isinstance(turn, QQExcelError):
            raise turn
        return turn

    def tell(what: Outcome | QQExcelError) -> None:
        told.append(what)
        if len(told) == 3:
            stop.set()

    asked = Asked((str(came),), tmp_path / "out", load_policy("group"))
    watch(asked, tell, stop, Pace(0.02, 0.2), run)
    assert told == turns
    with pytest.raises(InputError, match="没有这个文件夹"):
        watch(Asked((str(tmp_path / "no"),), tmp_path / "out", load_policy("group")), tell, stop)


def test_the_units_are_right_and_name_what_is_there() -> None:
    deploy = ROOT / "deploy"
    for unit in sorted(deploy.glob("qq-excel-*.[st]*")):
        text = unit.read_text(encoding="utf-8")
        assert text.startswith("# "), unit
        assert "[Unit]" in text
        if shutil.which("systemd-analyze"):
            done = subprocess.run(
                ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
            )
            wrong = [
                line
                for line in done.stderr.splitlines()
                if "qq-excel" in line and "not executable" not in line
            ]
            assert not [line for line in wrong if "No such file" not in line], done.stderr
    script = deploy / "qq-excel-batch"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0


def test_the_nightly_batch_counts_findings_as_no_failure_and_goes_on_with_what_was_broken_off(
    tmp_path: Path,
) -> None:
    fake = tmp_path / "qq-excel"
    fake.write_text('#!/bin/sh\necho "$@"\nexit ${CODE}\n')
    fake.chmod(0o755)
    said = {
        "QQ_EXCEL": str(fake),
        "QQ_INBOX": "in",
        "QQ_OUT": str(tmp_path / "out"),
        "QQ_OPTIONS": "--jobs 2",
        "PATH": os.environ["PATH"],
    }
    script = str(ROOT / "deploy" / "qq-excel-batch")
    first = subprocess.run([script], env={**said, "CODE": "1"}, capture_output=True, text=True, check=False)
    assert (first.returncode, first.stdout) == (0, f"batch in -o {tmp_path}/out --jobs 2\n")
    journal = tmp_path / "out" / ".qq-batch" / "journal.jsonl"
    journal.parent.mkdir(parents=True)
    journal.touch()
    again = subprocess.run([script], env={**said, "CODE": "2"}, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (2, f"batch in -o {tmp_path}/out --resume --jobs 2\n")
    place = {"QQ_OUT": "s3://bucket/out", "QQ_STATE": str(tmp_path / "out"), "CODE": "0"}
    there = subprocess.run([script], env={**said, **place}, capture_output=True, text=True, check=False)
    assert there.stdout == f"batch in -o s3://bucket/out --state {tmp_path}/out --resume --jobs 2\n"


def test_a_night_in_which_nothing_came_is_no_failure(tmp_path: Path) -> None:
    """The inbox is empty on the first night, and after each that moved all of it away."""
    (tmp_path / "in").mkdir()
    fake = tmp_path / "qq-excel"
    fake.write_text("#!/bin/sh\nexit 2\n")
    fake.chmod(0o755)
    said = {
        "QQ_EXCEL": str(fake),
        "QQ_INBOX": str(tmp_path / "in"),
        "QQ_OUT": "out",
        "PATH": os.environ["PATH"],
    }
    script = str(ROOT / "deploy" / "qq-excel-batch")
    assert subprocess.run([script], env=said, capture_output=True, check=False).returncode == 0
    (tmp_path / "in" / "a.xlsx").write_bytes(b"x")
    assert subprocess.run([script], env=said, capture_output=True, check=False).returncode == 2


def test_a_zip_is_answered_as_a_whole(tmp_path: Path) -> None:
    """Units send their workbooks as one zip: it is there that they look for the answer."""
    came, out = tmp_path / "in", tmp_path / "out"
    came.mkdir()
    build(tmp_path / "wrong.xlsx", {"receivables": ledger(0, WRONG)}, {"unit": UNITS[0]})
    build(tmp_path / "contracts.xlsx", {"contracts": [{"debtor": "客户0有限公司"}]}, {"unit": UNITS[0]})
    with zipfile.ZipFile(came / "报送.ZIP", "w") as archive:
        archive.write(tmp_path / "wrong.xlsx", "邮件/应收.xlsx")
        archive.write(tmp_path / "contracts.xlsx", "邮件/合同.xlsx")
    asked = Asked((str(came),), out, load_policy("group"), jobs=1)
    files = run_batch(asked).files
    assert answer(files, [came], out) == []
    names = ["报送_邮件_应收_已标注.xlsx", "报送_邮件_应收_校验结果.xlsx"]
    assert sorted(p.name for p in came.iterdir()) == ["报送.ZIP", "报送.ZIP_回执.txt", *names]
    said = (came / "报送.ZIP_回执.txt").read_text(encoding="utf-8-sig").splitlines()
    assert [line for line in said if "SHA-256" not in line] == [
        "报送.ZIP：退回修改（2 个文件）", "邮件/合同.xlsx：通过", "错误 0 条，警告 0 条",
        "邮件/应收.xlsx：退回修改", "错误 1 条，警告 0 条，无法判断 7 条",
    ]  # fmt: skip
    assert [line.split("  ")[1] for line in said if line.startswith("  ")] == names
    assert run_batch(asked).checked == 0  # the answers are nobody's submission
    build(tmp_path / "right.xlsx", {"receivables": ledger(0)}, {"unit": UNITS[0]})
    with zipfile.ZipFile(came / "报送.ZIP", "w") as archive:
        archive.write(tmp_path / "right.xlsx", "邮件/应收.xlsx")
    assert answer(run_batch(asked).files, [came], out) == []
    assert sorted(p.name for p in came.iterdir()) == ["报送.ZIP", "报送.ZIP_回执.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_name_cannot_pass_for_a_list_of_our_files(tmp_path: Path) -> None:
    """A workbook's name is its submitter's: it must not make us take away what another put there."""
    came = tmp_path / "in"
    came.mkdir()
    (came / "b.xlsx").write_bytes(b"another")
    listed = f"a\n  b.xlsx  SHA-256 {digest(came / 'b.xlsx')}\n.xlsx"
    (came / listed).write_bytes(b"x")
    for _ in range(2):
        assert answer([FileOutcome(listed, "accepted")], [came], tmp_path / "out") == []
    assert (came / "b.xlsx").read_bytes() == b"another"
