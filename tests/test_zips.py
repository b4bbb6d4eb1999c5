"""A zip that is packed by another method, or damaged in whatever way, is told as such wherever one is opened."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from qq_excel import zips
from qq_excel.batch.arrivals import arrivals
from qq_excel.errors import InputError, TemplateError
from qq_excel.papers.annotate import true_suffix
from qq_excel.papers.pack_check import verify_pack
from qq_excel.papers.word import _read
from qq_excel.patching import Book, PatchError
from qq_excel.reading import Limits
from qq_excel.reading.guard import inspect
from qq_excel.register import open_register
from qq_excel.register.keeping import back_up, restore

MEMBERS = ("manifest.json", "[Content_Types].xml", "word/document.xml", "a.xlsx")


def packed(path: Path, method: int, *, damaged: bool) -> Path:
    """A zip of this *method*, with the bytes of its members changed if it is *damaged*."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in MEMBERS:
            archive.writestr(name, "spreadsheetml" * 99)
        infos = archive.infolist()
    content = bytearray(path.read_bytes())
    for info in infos if damaged else ():
        start = info.header_offset + 30 + len(info.filename)
        for n in range(start + 12, start + info.compress_size):
            content[n] ^= 0xA5
    path.write_bytes(content)
    return path


@pytest.fixture(
    params=[
        (method, damaged)
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        for damaged in (True, False)
        if damaged or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    ],
    ids=str,
)
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    method, damaged = request.param
    return packed(tmp_path / "bad.zip", method, damaged=damaged)


@pytest.mark.parametrize(
    ("look", "error"), [(Book, PatchError), (_read, TemplateError)], ids=["workbook", "template"]
)
def test_what_is_to_be_changed_or_filled(
    bad: Path, look: Callable[[Path], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        look(bad)


def test_what_is_read_or_verified(bad: Path, tmp_path: Path) -> None:
    assert inspect(bad, Limits()).facts[0].values["code"] in ("damaged", "zip_only")
    assert verify_pack(bad)
    assert true_suffix(bad) is None
    whole = "压缩包已损坏或无法读取"
    assert [str(a.refused) for a in arrivals([str(bad)], tmp_path / "room", Limits()) if a.refused] == [whole]


def test_a_backup(bad: Path, tmp_path: Path) -> None:
    with open_register(str(tmp_path / "r.db")) as register:
        with pytest.raises(InputError, match="不是完整的登记簿备份"):
            restore(register, bad)
        with pytest.raises(InputError, match="这个文件不是登记簿备份"):
            back_up(register, bad)


def test_one_that_is_whole(tmp_path: Path) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zips.opened(packed(tmp_path / "a.zip", method, damaged=False)) as archive:
            assert tuple(archive.namelist()) == MEMBERS
