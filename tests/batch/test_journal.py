"""The journal of a batch: what broke off is dropped, what another version wrote is left alone."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
from collections.abc import Collection
from pathlib import Path

import pytest

from qq_excel.batch.journal import FOLDER, LOCK, NAME, Journal
from qq_excel.batch.model import Done
from qq_excel.errors import InputError


def written(target: Path) -> Path:
    """A journal of three lines."""
    with Journal(target) as journal:
        journal.begin({"inbox": ["in"]})
        journal.will_write(["a.xlsx"])
        journal.will_write(["b.xlsx"])
        return journal.path


@pytest.mark.parametrize("tail", [b'{"what":"writes","pa', b'{"what":"writes","pa\n', b"\0\0\0"])
def test_a_last_line_that_broke_off_is_dropped(tmp_path: Path, tail: bytes) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    with Journal(tmp_path) as journal:
        assert journal.written == {"a.xlsx", "b.xlsx"}
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (b'"version":1', b'"version":2', 1),
        (b'["a.xlsx"]', b'["a.xls', 2),
        (b'"paths":["b', b'"places":["b', 3),
        (b'"what":"writes","paths":["b', b'"what":"wrote","paths":["b', 3),
    ],
)
def test_what_another_version_wrote_is_left_alone(tmp_path: Path, old: bytes, new: bytes, line: int) -> None:
    path = written(tmp_path)
    foreign = path.read_bytes().replace(old, new)
    path.write_bytes(foreign)
    with (
        pytest.raises(InputError, match=f"第 {line} 行看不懂.*另一版本.*换一个结果文件夹"),
        Journal(tmp_path),
    ):
        pass
    assert path.read_bytes() == foreign


def finished(target: Path, *keys: str, moved: Collection[str] = ()) -> bytes:
    """A run of the submissions *keys*, each with a file and a result of its name, some of which moved away; the journal."""
    with Journal(target) as journal:
        journal.begin({"inbox": ["in"]})
        for key in keys:
            if journal.known(key, key, "") is None:
                journal.saw(key, key, "", {"rows": 1})
            if not journal.has(key):
                journal.will_write([f"{key}.xlsx"])
                (target / f"{key}.xlsx").write_text(key)
                journal.finished([Done(key, [], [f"{key}.xlsx"])])
        if moved:
            journal.will_move([], list(keys), list(moved))
        for path in journal.left_over({f"{key}.xlsx" for key in keys}):
            (target / path).unlink()
        journal.end(keys)
    return journal.path.read_bytes()


def state(target: Path) -> tuple[set[str], set[str], set[str], bool]:
    """What a journal knows: submissions, results, results that stay whatever comes, whether it is finished."""
    with Journal(target) as journal:
        return (
            {k for k in journal.done if journal.has(k)},
            journal.written,
            journal.settled,
            journal.unfinished is None,
        )


def test_it_does_not_grow_with_the_number_of_runs(tmp_path: Path) -> None:
    """Ten quarters of three files each, and a hundred nights in which nothing is new."""
    sizes = []
    for quarter in range(10):
        keys = [f"{quarter}-{n}" for n in range(3)]
        sizes += [len(finished(tmp_path, *keys)) for _ in range(10)]
    assert max(sizes[50:]) <= max(sizes[:50])
    assert max(sizes) < 3 * sizes[0]
    names = {"9-0", "9-1", "9-2"}
    assert state(tmp_path) == (names, {f"{n}.xlsx" for n in names}, set(), True)
    assert {p.name for p in tmp_path.glob("*.xlsx")} == {f"{n}.xlsx" for n in names}


def test_what_was_moved_away_keeps_its_results_as_long_as_they_are_there(tmp_path: Path) -> None:
    finished(tmp_path, "a", "b", moved=["a", "b"])
    for n in range(9):
        finished(tmp_path, f"c{n}")
    assert state(tmp_path)[2] == {"a.xlsx", "b.xlsx"}
    (tmp_path / "b.xlsx").unlink()
    lines = [finished(tmp_path, f"d{n}").count(b"\n") for n in range(9)]
    assert min(lines) == 5  # shortened: begin, seen, done, settled, end
    assert (tmp_path / "a.xlsx").exists()
    assert "b.xlsx" not in state(tmp_path)[2]


@pytest.mark.parametrize("moment", ["mkstemp", "write", "fsync", "replace", "replaced"])
def test_killed_while_it_is_shortened_it_is_the_old_one_or_the_new(
    tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> None:
        finished(tmp_path, "a", "b")

    while (
        finished(tmp_path, "a", "b").count(b"\n") < 14
    ):  # the next run makes it 16: more than twice the 7 that it needs
        pass
    before = state(tmp_path)

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    replace = Path.replace

    def replace_and_die(old: Path, new: Path) -> None:
        replace(old, new)
        die()

    child = os.fork()
    if child == 0:  # the process that is killed; the journal of the run is written before by the same calls
        end = Journal._shorten

        def armed(journal: Journal, keys: Collection[str]) -> None:
            {
                "mkstemp": lambda: monkeypatch.setattr(tempfile, "mkstemp", die),
                "write": lambda: monkeypatch.setattr(Journal, "_line_at", die),
                "fsync": lambda: monkeypatch.setattr(os, "fsync", die),
                "replace": lambda: monkeypatch.setattr(Path, "replace", die),
                "replaced": lambda: monkeypatch.setattr(Path, "replace", replace_and_die),
            }[moment]()
            end(journal, keys)

        monkeypatch.setattr(Journal, "_shorten", armed)
        run()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert state(tmp_path) == before
    lines = (tmp_path / FOLDER / NAME).read_bytes().count(b"\n")
    assert lines == (7 if moment == "replaced" else 16)
    assert sorted(p.name for p in (tmp_path / FOLDER).iterdir()) == [NAME, LOCK]
    assert finished(tmp_path, "a", "b").count(b"\n") == (9 if moment == "replaced" else 7)


def test_a_full_disk_leaves_the_long_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkstemp", full)
    lines = [finished(tmp_path, "a").count(b"\n") for _ in range(20)]
    assert lines == [5 + 2 * n for n in range(20)]
    assert state(tmp_path) == ({"a"}, {"a.xlsx"}, set(), True)


def test_results_that_others_may_have_written_over_are_not_taken_for_ones_own(tmp_path: Path) -> None:
    """v2 of a file was begun over the results of v1 and not finished; then v1 is there again."""
    with Journal(tmp_path) as journal:
        journal.begin({})
        journal.will_write(["a.xlsx", "a.parquet"])
        journal.finished([Done("v1", [], ["a.xlsx"])])
        journal.will_write(["a.xlsx", "a.parquet"])
        assert not journal.has("v1")
    with Journal(tmp_path) as journal:
        assert (journal.has("v1"), list(journal.done)) == (False, ["v1"])
        journal.will_write(["a.xlsx"])
        journal.finished([Done("v1", [], ["a.xlsx"])])
    with Journal(tmp_path) as journal:
        assert journal.has("v1")
