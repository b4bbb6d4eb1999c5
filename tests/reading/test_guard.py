"""What a file is, by its content: every refusal is a fact with its reason, never an exception."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.reading import Limits, Options, plain_rows, read_workbook
from qq_excel.reading.book import sheet_heads
from qq_excel.reading.guard import inspect
from qq_excel.reading.model import FileFact
from qq_excel.reading.package import Package
from tests.support.build import build
from tests.support.ole import ole


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("guard") / "台账.xlsx", {"receivables": [{}, {}]})


def remade(source: Path, path: Path, change: Mapping[str, bytes | None], *, more: Any = ()) -> Path:
    """*source* with parts changed, left out (None) or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in [*((n, c) for n, c in change.items() if n not in old.namelist()), *more]:
            new.writestr(name, content)
    return path


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def refusal(path: Path, limits: Limits | None = None) -> FileFact:
    """The only fact of a file that is refused."""
    found = inspect(path, limits or Limits())
    assert found.format is None
    assert len(found.facts) == 1
    book = read_workbook(path, options=Options(limits=limits or Limits()))
    assert [f.rule for f in book.facts] == [found.facts[0].rule]
    assert book.tables == []
    return found.facts[0]


def english(fact: FileFact) -> str:
    reason = fact.values["reason"]
    assert isinstance(reason, Text)
    assert reason.zh
    return reason.en


def test_a_sound_workbook_has_no_facts(sound: Path) -> None:
    assert inspect(sound, Limits()).format == "xlsx"
    book = read_workbook(sound)
    assert book.facts == []
    assert [(t.kind.kind, len(t.frame)) for t in book.tables] == [("receivables", 2)]


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_workbook(tmp_path / "没有.xlsx")


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    path.write_bytes(b"")
    fact = refusal(path)
    assert (fact.rule, english(fact)) == ("FIL001", "the file is empty (0 bytes)")


def test_lock_file(tmp_path: Path) -> None:
    path = tmp_path / "~$台账.xlsx"
    path.write_bytes(b"\x05Zhou Min" + b" " * 150)
    fact = refusal(path)
    assert (fact.rule, english(fact)) == ("FIL001", "it is Excel's lock file; hand in the workbook itself")


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"\x00" * 600, b"P", "清欠情况说明。\n本季没有变化。\n".encode(), b"{\\rtf1\\ansi a}"],
    ids=["pdf", "zeros", "one byte", "prose", "rtf"],
)
def test_renamed_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(content)
    fact = refusal(path)
    assert (fact.rule, english(fact)) == ("FIL001", "its content is no workbook (perhaps only renamed)")


@pytest.mark.parametrize(
    "content",
    [b"<html><table></table></html>", '<?xml version="1.0"?><Workbook/>'.encode("utf-16")],
    ids=["html", "xml of 2003"],
)
def test_web_page_as_xls(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "台账.xls"
    path.write_bytes(content)
    fact = refusal(path)
    assert (fact.rule, fact.values["code"]) == ("FIL001", "page")
    assert "open it in Excel and save it as xlsx" in english(fact)


def test_wrong_extension_is_read_by_content(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "台账.xls"
    path.write_bytes(sound.read_bytes())
    book = read_workbook(path)
    assert [f.rule for f in book.facts] == ["FIL001"]
    assert english(book.facts[0]) == (
        "the extension is .xls but the content is xlsx; it was read by its content"
    )
    assert len(book.tables[0].frame) == 2


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_truncated_zip(sound: Path, tmp_path: Path, share: float) -> None:
    path = tmp_path / "断.xlsx"
    content = sound.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    fact = refusal(path)
    assert (fact.rule, english(fact)) == ("FIL001", "the file is damaged or incomplete")


def test_damaged_stream(sound: Path, tmp_path: Path) -> None:
    content = bytearray(sound.read_bytes())
    with zipfile.ZipFile(sound) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    start = info.header_offset + 30 + len(info.filename) + 40
    content[start : start + 60] = b"\xff" * 60
    path = tmp_path / "坏.xlsx"
    path.write_bytes(content)
    fact = refusal(path)
    assert (fact.rule, english(fact)) == ("FIL001", "the file is damaged or incomplete")


def test_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "包.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    fact = refusal(path)
    assert (fact.rule, english(fact)) == ("FIL001", "a zip, but no workbook")


def test_folder(tmp_path: Path) -> None:
    folder = tmp_path / "夹.xlsx"
    folder.mkdir()
    assert inspect(folder, Limits()).facts[0].rule == "FIL001"


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize(
    "declared",
    [b'<!DOCTYPE a [<!ENTITY x "y">]>', b"<!DOCTYPE a>", b"<!--" + b"-x" * 700_000 + b"--><!DOCTYPE a>"],
    ids=["entity", "doctype", "behind a long comment"],
)
def test_document_type(sound: Path, tmp_path: Path, name: str, declared: bytes) -> None:
    content = part(sound, name)
    at = content.index(b"?>") + 2
    path = remade(sound, tmp_path / "实体.xlsx", {name: content[:at] + declared + content[at:]})
    fact = refusal(path)
    assert (fact.rule, fact.values["part"]) == ("FIL010", name)


def test_document_type_in_two_bytes_per_character(sound: Path, tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><a/>'
    path = remade(sound, tmp_path / "实体.xlsx", {"xl/comments1.xml": text.encode("utf-16")})
    assert refusal(path).rule == "FIL010"


@pytest.mark.parametrize(
    ("limits", "reason", "limit"),
    [
        (Limits(file_bytes=1_000), "file size", "1,000"),
        (Limits(parts=3), "number of parts", "3"),
        (Limits(part_bytes=1_000), "unpacked size of a part", "1,000"),
        (Limits(total_bytes=4_000), "unpacked size in all", "4,000"),
    ],
)
def test_limits(sound: Path, limits: Limits, reason: str, limit: str) -> None:
    fact = refusal(sound, limits)
    assert (fact.rule, english(fact), fact.values["limit"]) == ("FIL003", reason, limit)


def test_limit_of_sheets(tmp_path: Path) -> None:
    path = build(tmp_path / "两表.xlsx", {"receivables": [{}], "contracts": [{}]})
    book = read_workbook(path, options=Options(limits=Limits(sheets=1)))
    assert [(f.rule, f.values["found"]) for f in book.facts] == [("FIL003", "2")]
    assert book.tables == []


def test_a_text_that_many_cells_share_counts_for_each(tmp_path: Path) -> None:
    rows = [{"remark": "长" * 1_000} for _ in range(50)]
    path = build(tmp_path / "放大.xlsx", {"receivables": rows})
    assert path.stat().st_size < 20_000
    small = read_workbook(path, options=Options(limits=Limits(text_bytes=140_000)))
    assert [(f.rule, f.values["code"], f.values["limit"]) for f in small.facts] == [
        ("FIL003", "text_bytes", "140,000")
    ]
    assert small.tables == []
    with mock.patch.object(Package, "plain", lambda *_: None):  # the bulk reader's texts as well
        bulk = read_workbook(path, options=Options(limits=Limits(text_bytes=140_000)))
    assert [f.values["code"] for f in bulk.facts] == ["text_bytes"]
    large = read_workbook(path, options=Options(limits=Limits(text_bytes=200_000)))
    assert (large.facts, len(large.tables[0].rows)) == ([], 50)


def test_bomb_is_refused_without_unpacking_it(sound: Path, tmp_path: Path) -> None:
    path = remade(sound, tmp_path / "弹.xlsx", {"xl/media/image1.png": b"\x00" * 50_000_000})
    assert path.stat().st_size < 200_000
    assert refusal(path, Limits(part_bytes=10_000_000)).rule == "FIL003"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("xl/workbook.xml", "parts of the package share a name"),
        ("XL/Workbook.xml", "parts of the package share a name"),
        ("../outside.xml", "a part's path leaves the package"),
        ("xl/../../outside.xml", "a part's path leaves the package"),
        ("/etc/passwd", "a part's path leaves the package"),
    ],
)
def test_part_names(sound: Path, tmp_path: Path, name: str, reason: str) -> None:
    path = remade(sound, tmp_path / "名.xlsx", {}, more=[(name, b"<a/>")])
    fact = refusal(path)
    assert (fact.rule, english(fact)) == ("FIL001", reason)


def test_encrypted_workbook(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "密.xlsx"
    with sound.open("rb") as plain, path.open("wb") as out:
        OOXMLFile(plain).encrypt("secret", out)
    fact = refusal(path)
    assert (fact.rule, english(fact)) == ("FIL002", "the workbook is encrypted")


def test_zip_with_a_password(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "密.xlsx"
    content = bytearray(sound.read_bytes())
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:  # the flag in the central directory
        content[at + 8] |= 1
        at += 4
    path.write_bytes(content)
    assert refusal(path).rule == "FIL002"


def test_broken_ole_file(tmp_path: Path) -> None:
    path = tmp_path / "旧.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2_000)
    assert refusal(path).rule == "FIL001"


@pytest.mark.parametrize(
    ("storages", "told"),
    [
        (["MBD0004A1B2"], ("FIL005", "embedded")),
        (["LNK0004A1B2"], ("FIL005", "links")),
        (["Ctls"], ("FIL005", "activex")),
        (["_VBA_PROJECT_CUR"], ("FIL004", "vba")),
    ],
)
def test_passengers_of_an_old_workbook(tmp_path: Path, storages: list[str], told: tuple[str, str]) -> None:
    path = tmp_path / "旧.xls"
    path.write_bytes(ole("Workbook", b"\x09\x08\x10\x00".ljust(4096, b"\0"), storages))
    inspection = inspect(path, Limits())
    assert inspection.format == "xls"
    assert [(f.rule, f.values["code"]) for f in inspection.facts] == [told]


@pytest.mark.parametrize(
    ("name", "rule", "reason"),
    [
        ("xl/vbaProject.bin", "FIL004", None),
        ("xl/macrosheets/sheet9.xml", "FIL004", None),
        ("xl/externalLinks/externalLink1.xml", "FIL005", "external links"),
        ("xl/connections.xml", "FIL005", "data connections"),
        ("xl/embeddings/oleObject1.bin", "FIL005", "embedded objects"),
        ("xl/activeX/activeX1.xml", "FIL005", "ActiveX controls"),
    ],
)
def test_passengers_are_named_and_the_table_is_read(
    sound: Path, tmp_path: Path, name: str, rule: str, reason: str | None
) -> None:
    path = remade(sound, tmp_path / "带.xlsm", {name: b"<a/>"})
    book = read_workbook(path)
    assert [f.rule for f in book.facts] == [rule]
    assert reason is None or english(book.facts[0]) == reason
    assert len(book.tables[0].frame) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/workbook.xml", None),
        ("xl/workbook.xml", b"<workbook"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='x'/></sheetData></worksheet>"),
        ("xl/worksheets/sheet1.xml", b""),
        ("xl/sharedStrings.xml", b"\xff\xfe\x00"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
        ("[Content_Types].xml", b""),
    ],
)
def test_broken_parts_become_facts(sound: Path, tmp_path: Path, name: str, content: bytes | None) -> None:
    book = read_workbook(remade(sound, tmp_path / "坏.xlsx", {name: content}))
    assert book.tables == [] or name == "[Content_Types].xml"
    assert name == "[Content_Types].xml" or book.facts[-1].rule in ("FIL001", "FIL006")


@pytest.mark.parametrize("before", ["", "<!-- </sheetData> -->"])
@pytest.mark.parametrize("far", ["XFD1048576", "A99999999"])
def test_cells_that_claim_a_huge_range(sound: Path, tmp_path: Path, far: str, before: str) -> None:
    row = far.lstrip("XFDA")
    sheet = part(sound, "xl/worksheets/sheet1.xml")
    cell = f'{before}<row r="{row}"><c r="{far}"><v>1</v></c></row></sheetData>'.encode()
    path = remade(
        sound, tmp_path / "远.xlsx", {"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", cell)}
    )
    book = read_workbook(path)
    assert book.tables == []
    assert book.facts[-1].rule in ("FIL001", "FIL003")


def test_every_cut_of_a_file_is_answered(sound: Path, tmp_path: Path) -> None:
    content = sound.read_bytes()
    path = tmp_path / "切.xlsx"
    for size in range(0, len(content), 211):
        path.write_bytes(content[:size])
        assert [f.rule for f in read_workbook(path).facts] == ["FIL001"]


def test_plain_rows_refuses_with_a_message(sound: Path, tmp_path: Path) -> None:
    assert plain_rows(sound, None)[0][0] == "应收账款明细表"
    with pytest.raises(InputError):
        plain_rows(sound, "没有这张表")
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x05\x06" + b"\x00" * 18)
    with pytest.raises(InputError):
        plain_rows(broken, None)
    with pytest.raises(InputError):
        plain_rows(remade(sound, tmp_path / "坏2.xlsx", {"xl/workbook.xml": b"<"}), None)


@pytest.mark.parametrize(
    ("part", "content", "says"),
    [
        ("xl/workbook.xml", b"<workbook", "文件已损坏或不完整。"),
        ("xl/styles.xml", b"<!DOCTYPE x>", "XML 声明了实体或文档类型。"),
        (
            "xl/worksheets/sheet1.xml",
            b"<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>x",
            "文件已损坏或不完整。",
        ),
    ],
)
def test_heads_and_rows_of_a_broken_file_say_so(
    sound: Path, tmp_path: Path, part: str, content: bytes, says: str
) -> None:
    path = remade(sound, tmp_path / "坏.xlsx", {part: content})
    for read in (sheet_heads, partial(plain_rows, sheet=None)):
        with pytest.raises(InputError) as caught:
            read(path)
        assert str(caught.value).startswith(f"{path}：{says}")
        assert "重新提交" in str(caught.value)


def test_what_is_over_a_limit_is_said_with_both_figures(sound: Path) -> None:
    with pytest.raises(InputError) as caught:
        sheet_heads(sound, options=Options(Limits(file_bytes=1_000)))
    size = f"{sound.stat().st_size:,}"
    assert caught.value.text.zh.startswith(f"{sound}：文件大小 {size} 超过上限 1,000。")
    assert caught.value.text.en.startswith(f"{sound}: file size: {size}, over the limit of 1,000. ")


def test_reading_leaves_the_file_alone(sound: Path) -> None:
    before = sound.read_bytes()
    read_workbook(sound)
    assert sound.read_bytes() == before
