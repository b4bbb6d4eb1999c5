"""FIL rules on files that no spreadsheet program writes on purpose: built byte by byte here."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from qq_excel.check import check_paths, check_workbooks
from qq_excel.findings import Finding
from qq_excel.reading import Limits, Options, read_workbook
from tests.support.build import build
from tests.support.ole import ole

Edit = Callable[[str, bytes], bytes | None]


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A workbook with which no FIL rule finds fault."""
    return build(tmp_path / "应收账款.xlsx", {"receivables": [{}]})


def found(rule: str, *paths: Path) -> list[Finding]:
    return [f for f in check_paths(paths).findings if f.rule == rule]


def repack(
    source: Path, target: Path, *, edit: Edit | None = None, add: dict[str, bytes] | None = None
) -> Path:
    """*source* again with parts changed (None drops one) or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = edit(name, old.read(name)) if edit else old.read(name)
            if content is not None:
                new.writestr(name, content)
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return target


def test_clean_file_has_no_file_finding(clean: Path) -> None:
    assert [f.rule for f in check_paths([clean]).findings if f.rule.startswith("FIL")] == []


def test_fil001_passes(clean: Path) -> None:
    assert found("FIL001", clean) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("空.xlsx", b"", "0 字节"),
        ("文本.xlsx", "本季没有变化。\n".encode(), "不是 Excel 工作簿"),
        ("网页.xls", b"<html><table></table></html>", "不是 Excel 工作簿"),
        ("~$应收账款.xlsx", b"owner", "锁文件"),
        ("旧档.xls", ole("SummaryInformation"), "不是工作簿"),
    ],
)
def test_fil001_fails_on_what_is_no_workbook(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    (finding,) = found("FIL001", path)
    assert (finding.level, finding.sheet, finding.cell, finding.blocks) == ("E", None, None, True)
    assert says in finding.message("zh")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_fil001_fails_on_a_truncated_file(clean: Path, tmp_path: Path, share: float) -> None:
    whole = clean.read_bytes()
    path = tmp_path / "断.xlsx"
    path.write_bytes(whole[: int(len(whole) * share)])
    (finding,) = found("FIL001", path)
    assert "损坏" in finding.message("zh")
    assert "damaged" in finding.message("en")


def test_fil001_fails_on_a_zip_without_workbook(tmp_path: Path) -> None:
    path = tmp_path / "压缩包.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    (finding,) = found("FIL001", path)
    assert "压缩包" in finding.message("zh")


def test_fil001_fails_when_the_extension_says_otherwise_but_reads_on(clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "应收账款.xls"
    path.write_bytes(clean.read_bytes())
    result = check_paths([path])
    (finding,) = [f for f in result.findings if f.rule == "FIL001"]
    assert "内容却是 xlsx" in finding.message("zh")
    assert result.files[0].rows == 1


def test_fil002_passes(clean: Path) -> None:
    assert found("FIL002", clean) == []


def test_fil002_fails_on_an_encrypted_package(tmp_path: Path) -> None:
    path = tmp_path / "加密.xlsx"
    path.write_bytes(ole("EncryptedPackage"))
    (finding,) = found("FIL002", path)
    assert (finding.level, finding.cell) == ("E", None)
    assert "密码" in finding.message("zh")
    assert found("FIL001", path) == []


def test_fil002_fails_on_an_old_workbook_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "加密.xls"
    start_of_file, file_pass = struct.pack("<HH16x", 0x809, 16), struct.pack("<HH6x", 0x2F, 6)
    path.write_bytes(ole("Workbook", (start_of_file + file_pass).ljust(4096, b"\0")))
    assert len(found("FIL002", path)) == 1


def test_fil003_passes(clean: Path) -> None:
    assert found("FIL003", clean) == []


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(file_bytes=1_000), "文件大小"),
        (Limits(part_bytes=1_000), "部件解压后大小"),
        (Limits(total_bytes=3_000), "解压后总大小"),
        (Limits(parts=3), "部件数量"),
        (Limits(sheets=0), "工作表数量"),
    ],
)
def test_fil003_fails_over_each_limit(clean: Path, limits: Limits, says: str) -> None:
    findings = check_workbooks([read_workbook(clean, options=Options(limits=limits))]).findings
    (finding,) = [f for f in findings if f.rule == "FIL003"]
    assert (finding.level, finding.cell) == ("E", None)
    assert says in finding.message("zh")


def test_fil003_fails_on_a_bomb_before_it_unpacks(clean: Path, tmp_path: Path) -> None:
    bomb = repack(clean, tmp_path / "炸弹.xlsx", add={"xl/media/image1.bin": b"\0" * 50_000_000})
    assert bomb.stat().st_size < 200_000
    findings = check_workbooks(
        [read_workbook(bomb, options=Options(limits=Limits(part_bytes=10_000_000)))]
    ).findings
    (finding,) = [f for f in findings if f.rule == "FIL003"]
    assert "10,000,000" in finding.message("zh")


def test_fil004_passes(clean: Path) -> None:
    assert found("FIL004", clean) == []


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_fil004_fails(clean: Path, tmp_path: Path, part: str) -> None:
    path = repack(clean, tmp_path / "带宏.xlsm", add={part: b"<x/>"})
    (finding,) = found("FIL004", path)
    assert (finding.level, finding.blocks) == ("W", False)
    assert check_paths([path]).files[0].rows == 1


def test_fil005_passes(clean: Path) -> None:
    assert found("FIL005", clean) == []


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("xl/externalLinks/externalLink1.xml", "外部链接"),
        ("xl/connections.xml", "数据连接"),
        ("xl/embeddings/oleObject1.bin", "嵌入对象"),
        ("xl/activeX/activeX1.xml", "ActiveX"),
    ],
)
def test_fil005_fails(clean: Path, tmp_path: Path, part: str, says: str) -> None:
    (finding,) = found("FIL005", repack(clean, tmp_path / "外链.xlsx", add={part: b"<x/>"}))
    assert finding.level == "W"
    assert says in finding.message("zh")


def plain(
    path: Path, sheets: dict[str, list[list[str]]], *, hidden: str | None = None, version: str = ""
) -> Path:
    """A workbook of nothing but texts."""
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
        if name == hidden:
            sheet.hide()
        else:
            sheet.activate()
            sheet.set_first_sheet()
    if version:
        book.define_name("QQ_VERSION", f"={version}")
    book.close()
    return path


def test_fil006_passes(clean: Path) -> None:
    assert found("FIL006", clean) == []


_SOME_HEADERS = ["债权编号", "债务人名称", "债务人类型", "合同编号", "约定付款日", "账龄段", "清欠状态"]


def test_fil006_fails_and_names_the_nearest_kind(tmp_path: Path) -> None:
    path = plain(tmp_path / "x.xlsx", {"表": [_SOME_HEADERS, ["1", "海川"]]})
    (finding,) = found("FIL006", path)
    assert (finding.level, finding.cell, finding.blocks) == ("E", None, True)
    assert "《应收账款明细表》" in finding.message("zh")
    assert "账面余额" in finding.message("zh")


def test_fil006_fails_on_an_empty_workbook(tmp_path: Path) -> None:
    (finding,) = found("FIL006", plain(tmp_path / "x.xlsx", {"Sheet1": []}))
    assert "没有一行像是列名" in finding.message("zh")


def _with_name(clean: Path, target: Path, value: str) -> Path:
    from qq_excel.reading.package import _OWN_NAMES  # the name that templates carry

    name = next(n for n, mark in _OWN_NAMES.items() if mark == "version")
    names = f'<definedNames><definedName name="{name}">{value}</definedName></definedNames>'.encode()

    def edit(part: str, content: bytes) -> bytes:
        return content.replace(b"</sheets>", b"</sheets>" + names) if part == "xl/workbook.xml" else content

    return repack(clean, target, edit=edit)


def test_fil007_passes(clean: Path, tmp_path: Path) -> None:
    assert found("FIL007", clean) == []  # their own sheet, no template
    assert found("FIL007", _with_name(clean, tmp_path / "新.xlsx", "1")) == []


def test_fil007_fails(clean: Path, tmp_path: Path) -> None:
    (finding,) = found("FIL007", _with_name(clean, tmp_path / "旧.xlsx", "0"))
    assert (finding.level, finding.sheet, finding.value, finding.expected) == (
        "W",
        "应收账款明细表",
        "0",
        "1",
    )


def test_fil008_passes(clean: Path) -> None:
    assert found("FIL008", clean) == []


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_fil008_fails_on_a_hidden_sheet(clean: Path, tmp_path: Path, state: str) -> None:
    def edit(part: str, content: bytes) -> bytes:
        return (
            content.replace(b"<sheet ", f'<sheet state="{state}" '.encode())
            if part == "xl/workbook.xml"
            else content
        )

    (finding,) = found("FIL008", repack(clean, tmp_path / "隐藏.xlsx", edit=edit))
    assert (finding.level, finding.sheet) == ("W", "应收账款明细表")
    assert "整张工作表" in finding.message("zh")


def _second_sheet(tmp_path: Path, rows: list[list[str]]) -> Path:
    import openpyxl

    path = build(tmp_path / "两表.xlsx", {"receivables": [{}]})
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("草稿")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_fil009_passes(clean: Path, tmp_path: Path) -> None:
    assert found("FIL009", clean) == []
    assert found("FIL009", _second_sheet(tmp_path, [])) == []  # an empty sheet is no matter


def test_fil009_fails(tmp_path: Path) -> None:
    (finding,) = found("FIL009", _second_sheet(tmp_path, [["编号", "数"], ["1", "2"]]))
    assert (finding.level, finding.sheet, finding.value, finding.cell) == ("I", "草稿", "草稿", None)


def test_fil010_passes(clean: Path) -> None:
    assert found("FIL010", clean) == []


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_fil010_fails(clean: Path, tmp_path: Path, part: str, encoding: str) -> None:
    dtd = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'

    def edit(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        head, _, rest = content.decode().partition("?>")
        head = head.replace("UTF-8", "UTF-16") if encoding == "utf-16" else head
        return f"{head}?>{dtd}{rest}".encode(encoding)

    path = repack(clean, tmp_path / "实体.xlsx", edit=edit)
    (finding,) = found("FIL010", path)
    assert (finding.level, finding.blocks) == ("E", True)
    assert part in finding.message("zh")
    assert check_paths([path]).files[0].rows == 0


def test_fil011_passes(clean: Path) -> None:
    assert found("FIL011", clean) == []


def test_fil011_fails_where_a_mapping_was_used_or_is_wrong(clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    path = tmp_path / "自用.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("甲").write_row(0, 0, ["单据", "对方"])
    book.get_worksheet_by_name("甲").write_row(1, 0, ["HT-1", "海川"])
    book.close()
    text = "title: {zh: 版式甲, en: A}\nkind: contracts\ncolumns: {contract_id: {from: 单据}, debtor: {from: 对方}}\n"
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    (used,) = found("FIL011", path)
    assert (used.level, used.sheet, used.blocks) == ("I", "甲", False)
    assert "版式甲" in used.message("zh")
    (folder / "b.yaml").write_text("title: 甲\n", encoding="utf-8")
    (wrong,) = found("FIL011", path)
    assert (wrong.level, wrong.sheet, wrong.blocks) == ("W", None, False)
    assert "b.yaml" in wrong.message("zh")
