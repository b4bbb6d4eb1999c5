"""Zips are those that the standard library writes on Linux, byte by byte."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from qq_excel import zipping
from qq_excel.output import QUICK_LEVEL, USUAL_LEVEL, Part, same_zip, zip_bytes
from qq_excel.zipping import ZipWriter


def by_zipfile(parts: dict[str, list[bytes]], level: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, pieces in parts.items():
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            info._compresslevel = level  # type: ignore[attr-defined]
            with archive.open(info, "w") as part:
                for piece in pieces:
                    part.write(piece)
    return buffer.getvalue()


def by_writer(parts: dict[str, list[bytes]], level: int) -> bytes:
    buffer = io.BytesIO()
    archive = ZipWriter(buffer, level)
    for name, pieces in parts.items():
        archive.add(name, pieces)
    archive.close()
    return buffer.getvalue()


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311


PARTS = {
    "a.xml": [b"<a/>" * 500],
    "表/清单.xml": ["逾期应收".encode() * 90_000],
    "empty": [],
    "none": [b""],
    "again.xml": [b"<a/>" * 500],
    "noise": [noise(70_000)],
    "long": [noise(1 << 20), b"x" * (1 << 20), noise(5), b""],
    "after": [b"end"],
}


@pytest.mark.parametrize("level", [QUICK_LEVEL, USUAL_LEVEL])
def test_the_bytes_are_those_of_the_standard_library(level: int) -> None:
    assert by_writer(PARTS, level) == by_zipfile(PARTS, level)
    assert by_writer({}, level) == by_zipfile({}, level)


def test_parts_far_behind_and_many_of_them_have_fields_of_64_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {f"{n}.bin": [noise(300 + n)] for n in range(12)}
    for limit, most in ((1_000, 100), (1_000_000, 5), (1_000, 5)):
        for module, names in (
            (zipping, ("_LIMIT", "_MOST_PARTS")),
            (zipfile, ("ZIP64_LIMIT", "ZIP_FILECOUNT_LIMIT")),
        ):
            for name, value in zip(names, (limit, most), strict=True):
                monkeypatch.setattr(module, name, value)
        made = by_writer(parts, QUICK_LEVEL)
        assert made == by_zipfile(parts, QUICK_LEVEL)
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            assert archive.testzip() is None
            assert {n: [archive.read(n)] for n in archive.namelist()} == parts


def test_a_part_too_large_is_an_error_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipping, "_LIMIT", 1_000)
    with pytest.raises(OSError, match="too large"):
        by_writer({"a": [noise(1_001)]}, QUICK_LEVEL)


def test_files_and_bytes_are_the_same_zip(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(noise(3 << 20))
    parts: dict[str, Part] = {
        "file": tmp_path / "noise", "bytes": b"x", "made": lambda: (memoryview(b"ab"), b"cd"),
    }  # fmt: skip
    made = same_zip(parts, tmp_path / "a.zip").read_bytes()
    assert made == zip_bytes(parts)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert (archive.read("file"), archive.read("bytes"), archive.read("made")) == (
            noise(3 << 20),
            b"x",
            b"abcd",
        )
