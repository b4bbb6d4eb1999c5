"""Disks that are full or read-only, a database that restarts, two runs at once: results and register come out the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qq_excel.batch import Asked, run_batch
from qq_excel.policy import load_policy
from qq_excel.register import Entry, open_register
from tests.batch.support import inbox, results, start
from tests.batch.test_killed import journal_of, outcome
from tests.cli.support import qq, refused, sentence
from tests.register.postgres import Server
from tests.support.build import build
from tests.support.digests import digests

REGISTER = "--register", "r.db", "--tables", "r-tables"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    inbox(folder / "in", 6)
    assert start(folder, *REGISTER).wait() == 1
    return folder


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A disk of its own, mounted with the options that are given, and mounted anew with others."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "none", place], check=False).returncode != 0
    ):
        pytest.skip("only root may mount a disk")

    def mounted(options: str) -> Path:
        subprocess.run(["mount", "-o", f"remount,{options}", place], check=True)
        return place

    yield mounted
    subprocess.run(["umount", "-l", place], check=True)


def test_a_disk_that_is_full_at_any_moment_loses_nothing(whole: Path, disk: Callable[[str], Path]) -> None:
    """Results, register and what is unpacked lie on it; with each try it has a little more room."""
    expected = outcome(whole, "r.db")
    for first in (60, 400):
        place = disk("size=100m")
        shutil.copytree(whole / "in", place / "in", copy_function=shutil.copy2)
        has = sum(p.stat().st_size for p in place.rglob("*")) // 1024
        size, failed, again = has + first, 0, False
        while True:
            disk(f"size={size}k")
            done = qq(
                place, "batch", "in", "-o", "out", "--jobs", "2", *REGISTER, *(["--resume"] if again else [])
            )
            if done.returncode == 1:
                break
            said = sentence(done)
            assert "磁盘已满" in said or "磁盘写入失败" in said, said
            failed += 1
            again = bool(journal_of(place))
            size += 300
        assert failed
        assert outcome(place, "r.db") == expected
        for path in place.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_a_disk_that_is_read_only_is_said_at_once_and_nothing_changes(
    whole: Path, disk: Callable[[str], Path], tmp_path: Path
) -> None:
    place = disk("size=100m")
    for name in ("in", "out", "r.db", "r-tables"):
        source = whole / name
        shutil.copytree(source, place / name) if source.is_dir() else shutil.copy2(source, place / name)
    (place / "in" / "新的.xlsx").write_bytes(b"PK")
    before = digests(place)
    shutil.copytree(place / "in", tmp_path / "in")
    disk("ro")
    assert "文件夹是只读的" in refused(tmp_path, "batch", "in", "-o", str(place / "out"))
    assert "文件夹是只读的" in refused(tmp_path, "batch", "in", "-o", str(place / "new"))
    register = "--register", str(place / "r.db")
    assert "文件打不开，请检查路径和权限" in refused(tmp_path, "batch", "in", "-o", "out", *register)
    assert "文件或文件夹是只读的" in refused(tmp_path, "register", "note", "ZQ-1", "x", *register)
    for command in (
        "list",
        "verify",
        "ageing 2026Q3",
        "warnings 2026Q3",
        "backup -o b.zip",
    ):  # it can be read all the same
        there = qq(tmp_path, "register", *command.split(), *register)
        assert (there.returncode, there.stdout) == (
            0,
            qq(whole, "register", *command.split(), *REGISTER).stdout,
        )
    assert digests(place) == before
    assert not results(tmp_path / "out")


def test_a_register_whose_last_entries_are_in_the_log_is_read_with_them_or_not_at_all(
    disk: Callable[[str], Path], tmp_path: Path
) -> None:
    """It was copied to a disk that is read-only now, while somebody had it open."""
    place = disk("size=10m")
    with open_register(str(tmp_path / "r.db")) as register:
        register.append([Entry("note", "ZQ-1", "c", {"text": "x"})])
        for name in ("r.db", "r.db-wal", "r.db-shm"):
            shutil.copy(tmp_path / name, place / name)
    for name in ("r.db", "r.db-wal"):
        shutil.copy(place / name, place / f"without-{name}")
    disk("ro")
    assert "ZQ-1" in qq(tmp_path, "register", "list", "--register", str(place / "r.db")).stdout
    said = refused(tmp_path, "register", "list", "--register", str(place / "without-r.db"))
    assert "文件打不开，请检查路径和权限" in said


def test_a_database_that_restarts_in_the_middle_of_a_batch_is_waited_for(
    whole: Path, server: Server, tmp_path: Path
) -> None:
    """It is stopped as a crash would stop it, at several moments, and comes back a second later."""
    shutil.copytree(whole / "in", tmp_path / "in", copy_function=shutil.copy2)
    register = "--register", server.url, "--tables", "r-tables"
    lines = len(journal_of(whole))
    process = start(tmp_path, *register, stderr=subprocess.PIPE)
    for moment in (1, lines // 2, lines - 4):
        while len(journal_of(tmp_path)) < moment and process.poll() is None:
            time.sleep(0.002)
        server.stop()
        time.sleep(1)
        server.start()
    said = process.communicate()[1].decode()
    assert process.returncode == 1, said
    assert outcome(tmp_path, register[1]) == outcome(whole, "r.db")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_batches_at_once_on_one_register(
    whole: Path, database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Both have the same inbox: whoever comes second to a submission finds that it is known."""
    shutil.copytree(whole / "in", tmp_path / "in", copy_function=shutil.copy2)
    url = request.getfixturevalue("server").url if database == "postgresql" else "r.db"
    asked = "--register", url, "--tables", "r-tables"
    runs = [start(tmp_path, *asked, out=out) for out in ("out", "out2")]
    assert [r.wait() for r in runs] == [1, 1]
    assert outcome(tmp_path, url) == outcome(whole, "r.db")
    assert results(tmp_path / "out2") == results(whole / "out")


def test_one_unit_s_zip_or_mapping_holds_up_no_other(tmp_path: Path) -> None:
    """A member packed by a method whose decoder has errors of its own, and a mapping whose value is not what its tag says."""
    came = tmp_path / "in"
    came.mkdir()
    build(came / "好.xlsx", {"receivables": [{}]})
    with zipfile.ZipFile(came / "坏.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.xlsx", "x" * 5_000)
    content = bytearray((came / "坏.zip").read_bytes())
    content[60:80] = b"\xa5" * 20
    (came / "坏.zip").write_bytes(content)
    with zipfile.ZipFile(came / "表.zip", "w") as archive:
        archive.write(build(tmp_path / "a.xlsx", {"contracts": [{}]}), "a.xlsx")
        archive.writestr("mappings/a.yaml", "title: !!bool x\n")
    out = run_batch(Asked((str(came),), tmp_path / "out", load_policy("group"), jobs=1))
    assert [(f.name, f.state) for f in out.files] == [
        ("坏.zip", "quarantined"), ("好.xlsx", "accepted"), ("表.zip/a.xlsx", "accepted"),
    ]  # fmt: skip
