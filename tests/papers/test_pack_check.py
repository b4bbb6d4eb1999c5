import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from qq_excel.papers.pack_check import verify_pack
from tests.papers.support import packs_of
from tests.papers.test_write_off_pack import _result

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    return packs_of(_result(folder / "in"), folder / "out").packs[0]


def _problems(whole: Path, tmp_path: Path, change: Callable[[Parts], None]) -> list[str]:
    with zipfile.ZipFile(whole) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return [p.zh for p in verify_pack(tmp_path / "x.zip")]


def test_a_whole_pack_has_no_problem(whole, tmp_path):
    assert verify_pack(whole) == []
    assert _problems(whole, tmp_path, lambda _: None) == []


def test_a_missing_file(whole, tmp_path):
    assert _problems(whole, tmp_path, lambda p: p.pop("核销申请报告.docx")) == [
        "缺少文件 核销申请报告.docx。"
    ]


def test_an_extra_file(whole, tmp_path):
    found = _problems(whole, tmp_path, lambda p: p.update({"证据/09_x.pdf": b"x"}))
    assert found == ["多出文件 证据/09_x.pdf，清单中没有。"]


def test_a_changed_file_of_the_same_size(whole, tmp_path):
    def change(parts: Parts) -> None:
        name = next(n for n in parts if n.startswith("证据/"))
        parts[name] = parts[name][:-1] + b"!"

    assert _problems(whole, tmp_path, change)[0].endswith("已被改动。")


def test_a_longer_file(whole, tmp_path):
    found = _problems(whole, tmp_path, lambda p: p.update({"核销审批表.docx": p["核销审批表.docx"] + b"x"}))
    assert found == ["文件 核销审批表.docx 已被改动。"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"schema": 1}',
        b'{"schema": 1, "members": [], "application_id": "x", "draft": false}',
        b'{"schema": 1, "members": [{"name": "a", "bytes": -1, "sha256": "0"}], "application_id": "x", "draft": false}',
        b'{"schema": 1, "members": [{"name": 1, "bytes": 1, "sha256": null}], "application_id": "x", "draft": false}',
    ],
)  # fmt: skip
def test_a_broken_manifest(whole, tmp_path, content):
    assert _problems(whole, tmp_path, lambda p: p.update({"manifest.json": content})) == [
        "清单 manifest.json 已损坏。"
    ]


def test_no_manifest(whole, tmp_path):
    assert _problems(whole, tmp_path, lambda p: p.pop("manifest.json")) == ["缺少清单 manifest.json。"]


def test_a_manifest_of_another_version(whole, tmp_path):
    def change(parts: Parts) -> None:
        parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), "schema": 2}).encode()

    assert "另一版本" in _problems(whole, tmp_path, change)[0]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:\\x", "C:x", "证据\\x", "a\nb"])
def test_names_that_lead_out_of_the_pack(whole, tmp_path, name):
    found = _problems(whole, tmp_path, lambda p: p.update({name: b"x"}))
    assert any("会写到包外" in x for x in found)


def test_a_member_that_stands_twice(whole, tmp_path):
    target = tmp_path / "x.zip"
    target.write_bytes(whole.read_bytes())
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("manifest.json", b"{}")
    assert any("出现两次" in p.zh for p in verify_pack(target))


def test_a_link_inside(whole, tmp_path):
    target = tmp_path / "x.zip"
    target.write_bytes(whole.read_bytes())
    info = zipfile.ZipInfo("证据/link")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    assert any("是链接" in p.zh for p in verify_pack(target))


def test_flipped_bytes_anywhere_are_found(whole, tmp_path):
    content = whole.read_bytes()
    for at in range(100, len(content) - 100, len(content) // 40):
        bad = bytearray(content)
        bad[at] ^= 0xFF
        (tmp_path / "x.zip").write_bytes(bytes(bad))
        found = verify_pack(tmp_path / "x.zip")
        with zipfile.ZipFile(whole) as archive:
            if not found:  # a byte that nothing reads: it must unpack to the same
                with zipfile.ZipFile(tmp_path / "x.zip") as other:
                    assert all(other.read(n) == archive.read(n) for n in archive.namelist())


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"no zip at all"])
def test_what_is_no_zip(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    assert verify_pack(tmp_path / "x.zip")


def test_a_cut_off_pack(whole, tmp_path):
    (tmp_path / "x.zip").write_bytes(whole.read_bytes()[:-200])
    assert "不是完整的 zip" in verify_pack(tmp_path / "x.zip")[0].zh


def test_no_such_file(tmp_path):
    assert verify_pack(tmp_path / "none.zip")[0].zh == "找不到这个文件。"


_BETWEEN = "包内文件之间、之前或之后夹有别的内容，有的解压程序会把它也解出来。"


def _hidden_member(whole: Path) -> bytes:
    """The pack with a member behind the first that its directory does not list."""
    content = whole.read_bytes()
    with zipfile.ZipFile(whole) as archive:
        second = archive.infolist()[1].header_offset
        entries = {m.header_offset for m in archive.infolist()}
        start = archive.start_dir
    stray = io.BytesIO()
    with zipfile.ZipFile(stray, "w") as archive:
        archive.writestr("证据/00_假.pdf", b"%PDF-1.4 false")
        length = archive.fp.tell() if archive.fp else 0
    more = stray.getvalue()[:length]
    out = bytearray(content[:second] + more + content[second:])
    at = start + len(more)
    for _ in entries:  # the places of all that follow
        name, extra, comment = struct.unpack_from("<HHH", out, at + 28)
        (place,) = struct.unpack_from("<I", out, at + 42)
        struct.pack_into("<I", out, at + 42, place + (len(more) if place >= second else 0))
        at += 46 + name + extra + comment
    struct.pack_into("<I", out, len(out) - 6, start + len(more))
    return bytes(out)


@pytest.mark.parametrize(
    "changed",
    [
        lambda whole: b"MZ a program" + whole.read_bytes(),
        lambda whole: whole.read_bytes() + b"more",
        lambda whole: whole.read_bytes()[:-2] + b"\x04\x00more",
        _hidden_member,
    ],
    ids=["in front", "behind", "as a comment", "a member that is not listed"],
)
def test_what_is_in_the_zip_and_no_member(whole, tmp_path, changed):
    path = tmp_path / "x.zip"
    path.write_bytes(changed(whole))
    with zipfile.ZipFile(path) as archive:  # any other program opens it
        assert archive.testzip() is None
    assert [p.zh for p in verify_pack(path)] == [_BETWEEN]


def test_a_pack_that_was_packed_anew_as_it_came_is_whole(whole, tmp_path):
    """Some archivers write sizes behind the members, not in front of them."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, some) -> int:
            self.content += some
            return len(some)

    stream = Stream()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    (tmp_path / "x.zip").write_bytes(stream.content)
    assert verify_pack(tmp_path / "x.zip") == []
