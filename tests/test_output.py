"""Files that are written together take their places together, or none does."""

from __future__ import annotations

import errno
import os
import zipfile
from pathlib import Path

import pytest

from qq_excel.errors import OutputError
from qq_excel.output import safe_name, same_package, same_zip, together, write_text


def test_files_written_together_are_there_at_the_end_and_not_before(tmp_path: Path) -> None:
    write_text(tmp_path / "0.txt", "old")
    with together():
        for n in range(20):
            write_text(tmp_path / f"{n}.txt", f"new {n}")
        assert sorted(p.name for p in tmp_path.glob("*.txt") if not p.name.startswith(".")) == ["0.txt"]
        assert (tmp_path / "0.txt").read_text() == "old"
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {f"{n}.txt": f"new {n}" for n in range(20)}
    assert {p.stat().st_mode & 0o777 for p in tmp_path.iterdir()} == {0o644}


def test_a_file_made_from_one_that_waits_is_made_of_it(tmp_path: Path) -> None:
    package = same_zip({"a.xml": b"<a/>"}, tmp_path / "first.zip")
    with together():
        same_package(package, tmp_path / "second.zip", lambda _, content: content + b"<!---->")
        same_package(package, package, lambda _, content: content + b" ")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["first.zip", "second.zip"]
    assert (tmp_path / "first.zip").read_bytes() != (tmp_path / "second.zip").read_bytes()


def test_a_zip_is_the_same_on_every_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """:mod:`zipfile` says of each part on which system it was written."""
    here = same_zip({"a.xml": b"<a/>"}, tmp_path / "here.zip").read_bytes()
    monkeypatch.setattr("zipfile.sys.platform", "win32")
    assert zipfile.ZipInfo("a.xml").create_system == 0
    assert same_zip({"a.xml": b"<a/>"}, tmp_path / "there.zip").read_bytes() == here


def test_where_the_block_fails_none_is_there_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(KeyError), together():
        write_text(tmp_path / "a.txt", "a")
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    write_text(tmp_path / "a.txt", "alone")  # and the next one waits for nobody
    assert (tmp_path / "a.txt").read_text() == "alone"


@pytest.mark.parametrize("files", [1, 3])
def test_where_the_disk_fails_none_is_there_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"\d\.txt：.*磁盘"), together():
        for n in range(files):
            write_text(tmp_path / f"{n}.txt", "x")
    assert list(tmp_path.iterdir()) == []


def test_names_of_devices_are_no_names_of_files() -> None:
    for name in ("CON", "nul.txt", "COM1.xlsx", "COM¹.xlsx", "lpt³", "CONIN$", "conout$.csv"):
        assert safe_name(name) == f"_{name}"
    assert [safe_name(name) for name in ("CONTO.xlsx", "COM.xlsx", "COM12")] == [
        "CONTO.xlsx",
        "COM.xlsx",
        "COM12",
    ]
