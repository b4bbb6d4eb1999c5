"""What comes in: from folders, globs and zips the same counts, and nothing is lost without a word."""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from qq_excel.batch import Asked, run_batch
from qq_excel.batch.arrivals import arrivals
from qq_excel.batch.watching import answer
from qq_excel.errors import InputError
from qq_excel.policy import load_policy
from qq_excel.reading.options import Limits
from qq_excel.register import open_register
from tests.batch.support import UNITS, WRONG, ledger, states
from tests.support.build import build


def came(target: Path, *inbox: Path, limits: Limits | None = None) -> list[tuple[str, str]]:
    """Name and refusal (or content) of each file."""
    found = arrivals([str(p) for p in inbox], target, limits or Limits())
    return [(a.name, str(a.refused) if a.refused else a.path.read_text()) for a in found]


def test_what_should_have_been_a_workbook_or_a_zip_is_told(tmp_path: Path) -> None:
    """A ledger of another office program or archiver was handed in; a letter, a picture, a lock file was not."""
    for name in ("表.et", "表.RAR", "信.docx", "图.jpg", "~$表.et", ".表.rar"):
        (tmp_path / name).write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("内.et", "x")
    save = "读不了这种格式的表，请另存为 .xlsx 再交"
    assert came(tmp_path / ".room", tmp_path) == [
        ("z.zip/内.et", save), ("表.RAR", "只收 .zip 压缩包，请解压后交，或改压成 .zip"), ("表.et", save),
    ]  # fmt: skip


def test_a_zip_without_a_workbook_is_told(tmp_path: Path) -> None:
    """A unit that packed its letter only believes that it has handed in."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("说明.docx", "x")
        archive.writestr("__MACOSX/._应收.xlsx", "x")
        archive.writestr("应收_校验结果.xlsx", "x")
    with zipfile.ZipFile(tmp_path / "b.zip", "w"):
        """Nothing at all."""
    why = "压缩包里没有工作簿，请放入工作簿后再交"
    assert came(tmp_path / ".room", tmp_path) == [("a.zip", why), ("b.zip", why)]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_the_second_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name, text in (
            ("a.xlsx", "one"),
            ("a.xlsx", "two"),
            ("a_校验结果.xlsx", "x"),
            ("a_校验结果.xlsx", "x"),
        ):
            archive.writestr(name, text)
    assert came(tmp_path / "room", tmp_path / "z.zip") == [
        ("z.zip/a.xlsx", "one"),
        ("z.zip/a.xlsx#2", "压缩包里有两个“a.xlsx”，只校验了前一个；请改名后重新压缩"),
    ]


def test_what_was_unpacked_in_vain_counts_for_the_whole_zip_too(tmp_path: Path) -> None:
    """Else a zip of a thousand members that are too large would be unpacked to the limit a thousand times."""
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, size in (("a.xlsx", 40), ("b.xlsx", 5000), ("c.xlsx", 70), ("d.txt", 5000), ("e.xlsx", 1)):
            archive.writestr(name, "x" * size)
    limits = Limits(file_bytes=100, total_bytes=5070)
    found = came(tmp_path / "room", tmp_path / "z.zip", limits=limits)
    assert [(name, said[:12]) for name, said in found] == [
        ("z.zip/a.xlsx", "x" * 12), ("z.zip/b.xlsx", "解压后超过 100 字节"), ("z.zip/c.xlsx", "解压后超过 30 字节的"),
        ("z.zip/e.xlsx", "解压后超过 0 字节的上"),
    ]  # fmt: skip


def test_a_glob_takes_what_a_folder_would(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    names = (
        "a.xlsx",
        "z.zip",
        "~$a.xlsx",
        "a_校验结果.xlsx",
        "note.txt",
        "sub/b.xlsx",
        "sub/e.pdf",
        "sub/.x.xlsx",
    )
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    whole = [name for name, _ in came(tmp_path / "1", folder)]
    assert whole == ["a.xlsx", "sub/b.xlsx", "z.zip"]
    for glob in ("**/*", "*", "**"):
        assert [name for name, _ in came(tmp_path / "2", folder / glob)] == whole, glob
    with pytest.raises(InputError, match="没有找到工作簿或 zip"):
        came(tmp_path / "3", folder / "*.txt")


def test_a_name_that_is_not_utf8_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode("收件".encode("gbk"))
    try:
        folder.mkdir()
    except OSError:  # macOS
        pytest.skip("names are UTF-8 here")
    build(folder / "a.xlsx", {"contracts": [{}]})
    good = tmp_path / "in"
    good.mkdir()
    build(good / "b.xlsx", {"contracts": [{}]})
    for name in ("上海.xlsx", "上海.zip"):
        (good / os.fsdecode(name.encode("gbk"))).write_bytes(b"x")
    asked = Asked((str(good),), tmp_path / "out", load_policy("group"), jobs=1)
    outcome = run_batch(asked)
    refused = [r"\udcc9Ϻ\udca3.xlsx", r"\udcc9Ϻ\udca3.zip"]
    assert states(tmp_path / "out") == {"b.xlsx": "accepted", **dict.fromkeys(refused, "quarantined")}
    assert ["不是 UTF-8 编码" in f.why[0] for f in outcome.files if f.why] == [True, True]
    assert run_batch(asked).checked == 0
    outcome = run_batch(replace(asked, inbox=(str(folder),)))  # also the folder that was given
    assert [(f.name, f.state) for f in outcome.files] == [("a.xlsx", "quarantined")]


def test_a_workbook_of_the_longest_name_that_there_is_keeps_none_of_the_others_waiting(
    tmp_path: Path,
) -> None:
    """A system takes 255 bytes, 85 Chinese characters; what goes back has a longer name than what came."""
    long = "长" * 82
    came = tmp_path / "in"
    came.mkdir()
    build(came / f"{long}.xlsx", {"receivables": ledger(0, WRONG)}, {"unit": "单" * 90})
    build(came / "b.xlsx", {"receivables": ledger(1)}, {"unit": UNITS[1]})
    with open_register(str(tmp_path / "r.db")) as register:
        outcome = run_batch(
            Asked((str(came),), tmp_path / "out", load_policy("group"), jobs=1, register=register)
        )
    assert states(tmp_path / "out") == {f"{long}.xlsx": "rejected", "b.xlsx": "accepted"}
    back = sorted(p.name for p in (tmp_path / "out" / "退回修改").iterdir())
    assert back == [f"{'长' * 66}_已标注.xlsx", f"{'长' * 66}_校验结果.xlsx"]
    assert answer(outcome.files, [came], tmp_path / "out") == []
    digest = hashlib.sha256(f"{long}.xlsx".encode()).hexdigest()[:6]
    own = f"{'长' * 60}_{hashlib.sha256(long.encode()).hexdigest()[:6]}"
    assert sorted(p.name for p in came.iterdir()) == sorted(
        [
            "b.xlsx", "b.xlsx_回执.txt", f"{long}.xlsx", f"{'长' * 60}_{digest}_回执.txt", f"{own}_已标注.xlsx",
            f"{own}_校验结果.xlsx",
        ]
    )  # fmt: skip


def test_a_link_in_the_inbox_is_told_and_not_followed(tmp_path: Path) -> None:
    """Who may leave files there could else have others' files read as its own, and be sent what was found in them."""
    (tmp_path / "in" / "一厂").mkdir(parents=True)
    (tmp_path / "others").mkdir()
    for place in (tmp_path / "in" / "应收.xlsx", tmp_path / "others" / "秘密.xlsx"):
        place.write_text(place.stem, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "others" / "秘密.zip", "w") as archive:
        archive.writestr("a.xlsx", "secret")
    links = {
        "a.xlsx": "../others/秘密.xlsx", "b.csv": "/etc/passwd", "c.zip": "../others/秘密.zip", "d.xlsx": "应收.xlsx",
        "一厂/e.xlsx": "../应收.xlsx", "z": "../others", "gone.xlsx": "nowhere", "dev.xlsx": "/dev/zero",
    }  # fmt: skip
    for name, target in links.items():
        (tmp_path / "in" / name).symlink_to(target)
    why = "这是链接（快捷方式），不跟随；请交文件本身"
    linked = [(name, why) for name in ("a.xlsx", "b.csv", "c.zip", "d.xlsx")]
    room = tmp_path / "room"
    assert came(room, tmp_path / "in") == [*linked, ("一厂/e.xlsx", why), ("应收.xlsx", "应收")]
    by_glob = came(room, tmp_path / "in" / "**" / "*.xlsx")
    assert by_glob == [
        linked[0],
        linked[3],
        ("z/秘密.xlsx", why),
        ("一厂/e.xlsx", why),
        ("应收.xlsx", "应收"),
    ]
    assert came(room, tmp_path / "in" / "a.xlsx") == [("a.xlsx", "秘密")]  # named by who runs it
