"""Files below a URL: put whole, made once, taken away; what a file system says is told in words."""

from __future__ import annotations

import errno
import threading
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.registry import _registry

from qq_excel.errors import InputError, OutputError
from qq_excel.register.objects import Objects
from qq_excel.urls import Place, cannot_be_written, file_system, why, without_user


class OverNothing(LocalFileSystem):  # type: ignore[misc]
    """Files that are not renamed over others, as on a Windows share."""

    protocol = "nothing"

    def mv(self, path1: str, path2: str, **more: Any) -> None:
        if self.exists(path2):
            raise FileExistsError(path2)
        super().mv(path1, path2, **more)


class Secure(LocalFileSystem):  # type: ignore[misc]
    """What takes no options that it does not know, and opens as paramiko does."""

    protocol = "sftp"

    def __init__(self, **options: Any) -> None:
        if "use_listings_cache" in options:
            raise TypeError("connect() got an unexpected keyword argument 'use_listings_cache'")
        super().__init__(**options)

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        assert mode in ("rb", "wb", "wxb")
        return super()._open(path, mode.replace("wx", "x"), **more)


@pytest.fixture(params=["file", "nothing", "sftp", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setitem(_registry, "nothing", OverNothing)
    monkeypatch.setitem(_registry, "sftp", Secure)
    if request.param == "s3":
        return Place(f"{request.getfixturevalue('s3')}/{tmp_path.name}/一")
    return Place(f"{request.param}://{tmp_path}/一/")


def test_a_file_is_put_over_another_and_taken_away(place: Place, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for content in (b"first", b"second, longer"):
        source.write_bytes(content)
        place.put(source, "甲/乙 1.txt")
        assert place.read("甲/乙 1.txt", 100) == content
        assert place.read("甲/乙 1.txt", 3) == content[:3]
        assert place.sizes() == {"甲/乙 1.txt": len(content)}
    place.write("上.json", b"{}")
    assert place.sizes(deep=False) == {"上.json": 2}
    assert place.sizes("甲") == {"甲/乙 1.txt": 14}
    assert place.sizes("丙") == {}
    assert place.written_at("上.json") is not None
    for _ in range(2):
        place.remove("甲/乙 1.txt")
    assert place.read("甲/乙 1.txt", 100) is None
    assert (place.has("上.json"), place.has("甲/乙 1.txt")) == (True, False)


def test_of_several_that_make_a_file_one_does(place: Place) -> None:
    made: list[bytes] = []
    start = threading.Barrier(4)

    def make(content: bytes) -> None:
        start.wait()
        if place.create(".qq/lock", content):
            made.append(content)

    threads = [threading.Thread(target=make, args=(b"%d" % n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if isinstance(
        place.system, fsspec.get_filesystem_class("memory")
    ):  # of this process: it asks before it makes
        assert place.create(".qq/lock", b"late") is False
        return
    assert [place.read(".qq/lock", 9)] == made


def test_no_bucket_is_made(s3: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    place = Place("s3://not-there/x")
    for write in (lambda: place.put(tmp_path / "x", "x"), lambda: place.create("x", b"x")):
        with pytest.raises(OutputError, match="没有这个桶、文件夹或文件"):
            write()
    assert not fsspec.filesystem("s3").exists("s3://not-there")


def test_no_tables_where_two_cannot_read_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(_registry, "sftp", Secure)
    with pytest.raises(InputError, match="sftp 不支持同时读取多个文件"):
        Objects(f"sftp://{tmp_path}/r")


@pytest.mark.parametrize(
    ("error", "zh"),
    [
        (FileNotFoundError("x"), "没有这个桶、文件夹或文件"),
        (PermissionError("Access Denied"), "没有权限；提示：Access Denied"),
        (ConnectionResetError("reset\nby peer"), "连接不上，或连接中断；提示：reset"),
        (TimeoutError(), "连接不上，或连接中断；提示：TimeoutError"),
        (NotImplementedError(), "这种地址不能写入"),
        (OSError("at s3://bob:SECRET@host/x"), "提示：at s3://host/x"),
    ],
)
def test_what_is_wrong_is_said_in_words(error: Exception, zh: str) -> None:
    assert why(error).zh == zh


@pytest.mark.parametrize(
    ("number", "zh"),
    [
        (errno.ENOSPC, "磁盘已满，请清理后重试"),
        (errno.EROFS, "文件夹是只读的，请换一个文件夹"),
        (errno.EIO, "提示：[Errno 5] said by the system"),
    ],
)
def test_a_disk_behind_a_url_says_why_it_takes_nothing_as_any_disk_does(number: int, zh: str) -> None:
    said = cannot_be_written("file:///x", OSError(number, "said by the system")).text.zh
    assert said == f"file:///x：无法写入（{zh}）。"


def test_a_password_is_not_shown() -> None:
    assert without_user("sftp://bob:SEC@RET@host/x") == "sftp://host/x"
    with pytest.raises(InputError) as refused:
        file_system("nosuch://bob:SECRET@host/x")
    assert "SECRET" not in str(refused.value)
