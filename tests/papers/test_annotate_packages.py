"""Annotated copies of packages that no library reads whole: what need not change keeps its bytes."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from qq_excel.errors import InputError
from qq_excel.findings import Findings, column_letters
from qq_excel.inputs import PACKAGES
from qq_excel.papers.annotate import CannotAnnotate, annotate
from qq_excel.patching import Book, undo
from qq_excel.reading import read_workbook
from tests.papers.support import finding
from tests.support.digests import digest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#: Parts that a copy may change.
OURS = re.compile(
    r"(?i)\[content_types\]\.xml|.*(sheet\d*|styles|workbook|comments\d*|vmldrawing\d*)\.(xml|vml)(\.rels)?"
)


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {n: package.read(n) for n in package.namelist() if not n.endswith("/")}


def _at(sheet: str, *cells: tuple[int, int]) -> Findings:
    return Findings([finding(sheet=sheet, row=r, column=c) for r, c in cells])


def raw(
    path: Path, sheet: str, *, more: dict[str, str] | None = None, workbook: str = "", main: str = MAIN
) -> Path:
    """A package of one sheet called 表, by hand; *more* adds or replaces parts."""
    office = OFFICE if main == MAIN else "http://purl.oclc.org/ooxml/officeDocument/relationships"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": workbook
        or f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="表" sheetId="7" r:id="rId9"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId9" Type="{office}/worksheet" Target="/xl/worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        **(more or {}),
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A workbook with what openpyxl drops: text box, button, sparkline, data bar of 2010, picture, VBA-free form."""
    path = tmp_path / "丰富.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet, other = book.add_worksheet("表"), book.add_worksheet("图表")
    sheet.write_row(0, 0, [1, 2, 3, "文字"])
    sheet.insert_textbox("F5", "文本框")
    sheet.insert_button("H5", {"caption": "按钮"})
    sheet.insert_checkbox("A9", True)
    sheet.add_sparkline("E1", {"range": "表!A1:C1"})
    sheet.conditional_format("A1:C1", {"type": "data_bar", "data_bar_2010": True})
    sheet.write_comment("A1", "财务批注", {"author": "周敏", "width": 300, "height": 90})
    sheet.data_validation("B2", {"validate": "list", "source": ["是", "否"]})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=表!$A$1:$C$1"})
    other.insert_chart("A1", chart)
    pie = book.add_chart({"type": "pie"})
    pie.add_series({"values": "=表!$A$1:$C$1"})
    book.add_chartsheet("单独的图").set_chart(pie)
    sheet.protect("x")
    book.close()
    with zipfile.ZipFile(path, "a") as package:  # a slicer and a conversation as Excel stores them
        package.writestr("xl/slicers/slicer1.xml", "<slicers/>")
        package.writestr("customXml/item1.xml", "<单位/>")
    return path


def test_text_boxes_buttons_sparklines_and_slicers_stay(rich, tmp_path):
    report = annotate(rich, _at("表", (0, 0), (0, 3), (40, 2)), tmp_path / "out.xlsx")
    assert (report.marked, report.unmarked, report.lines()) == (3, 0, [])
    before, after = _parts(rich), _parts(tmp_path / "out.xlsx")
    changed = sorted(n for n in before if before[n] != after[n])
    assert changed == [
        "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
        "xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml",
    ]  # fmt: skip
    sheet = after["xl/worksheets/sheet1.xml"]
    for kept in (
        b"x14:sparkline",
        b"x14:dataBar",
        b"<sheetProtection",
        b"<dataValidation",
        b"<drawing",
        b"A9",
    ):
        assert sheet.count(kept) == before["xl/worksheets/sheet1.xml"].count(kept) > 0
    vml = after["xl/drawings/vmlDrawing1.vml"]
    assert vml.count(b'ObjectType="Button"') == 1
    assert vml.count(b'ObjectType="Note"') == 3
    assert len(set(re.findall(rb'id="(_x0000_s\d+)"', vml))) == 4


def test_all_parts_come_back_when_the_copy_was_not_touched(rich, tmp_path):
    annotate(rich, _at("表", (0, 0), (5, 5)), tmp_path / "out.xlsx")
    book = Book(tmp_path / "out.xlsx")
    assert undo.go_back(book)
    assert book.parts == _parts(rich)


def test_a_conversation_is_left_alone_and_said(rich, tmp_path):
    talk = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="A1" personId="{1}" id="{2}"><text>请核对</text></threadedComment></ThreadedComments>'
    )
    with zipfile.ZipFile(rich) as package:
        rels = package.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
    parts = _parts(rich)
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = rels.replace(
        "</Relationships>",
        '<Relationship Id="rId77" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" '
        'Target="../threadedComments/threadedComment1.xml"/></Relationships>',
    ).encode()
    parts["xl/threadedComments/threadedComment1.xml"] = talk.encode()
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    report = annotate(tmp_path / "t.xlsx", _at("表", (0, 0)), tmp_path / "out.xlsx")
    after = _parts(tmp_path / "out.xlsx")
    assert after["xl/comments1.xml"] == parts["xl/comments1.xml"]
    assert after["xl/threadedComments/threadedComment1.xml"] == talk.encode()
    assert report.lines()[0].zh.startswith("1 个单元格有会话批注")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["表"]["A1"].fill.fgColor.rgb == "FFF8CBCB"


def test_a_signature_that_no_longer_holds_is_said(rich, tmp_path):
    with zipfile.ZipFile(rich, "a") as package:
        package.writestr("_xmlsignatures/sig1.xml", "<Signature/>")
    report = annotate(rich, _at("表", (0, 0)), tmp_path / "out.xlsx")
    assert any("签名不再有效" in line.zh for line in report.lines())


ODD_SHEETS = {
    "no rows": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
    "no places": f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>1</v></c><c><v>2</v></c></row></sheetData></worksheet>',
    "prefix": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    '<x:row r="9"/></x:sheetData><x:pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/></x:worksheet>',
    "comment": f'<worksheet xmlns="{MAIN}"><!-- <row r="2"><c r="B2"/></row> --><sheetData><row r="1" spans="1:1">'
    '<c r="A1"><v>1</v></c><!-- <c r="B1"> --></row></sheetData></worksheet>',
    "column styles": f'<worksheet xmlns="{MAIN}"><cols><col min="2" max="3" width="9" style="0"/></cols><sheetData>'
    '<row r="4" s="0" customFormat="1"/></sheetData><mergeCells count="1"><mergeCell ref="B2:C3"/></mergeCells></worksheet>',
    "twice": f'<worksheet xmlns="{MAIN}"><sheetData><row r="2"><c r="B2"><v>1</v></c></row><row r="2"><c r="C2"/></row>'
    '<row r="1"/></sheetData></worksheet>',
    "utf-16": f'<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_SHEETS)
def test_odd_sheets_bear_marks_and_give_them_back(name, tmp_path):
    text = ODD_SHEETS[name]
    path = raw(tmp_path / "a.xlsx", text)
    if name == "utf-16":
        path = raw(tmp_path / "a.xlsx", "", more={"xl/worksheets/sheet1.xml": text.encode("utf-16")})  # type: ignore[dict-item]
    found = _at("表", (0, 0), (1, 1), (1, 3), (11, 2))
    annotate(path, found, tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["表"]
    for place in ("A1", "B2", "D2", "C12"):
        assert "REC001" in sheet[place].comment.text, place
        assert sheet[place].fill.fgColor.rgb == "FFF8CBCB", place
    assert [c.value for c in sheet[2] if c.hyperlink] == ["→ 错误 2"]
    annotate(tmp_path / "b.xlsx", found, tmp_path / "c.xlsx")
    assert digest(tmp_path / "b.xlsx") == digest(tmp_path / "c.xlsx")


CRAFTED = [
    ("<sheetData/>", '<cols><col min="x" max="3" width="9"/></cols><sheetData/>'),
    ("<sheetData/>", '<cols><col min="1" max="9" width="1e999"/></cols><sheetData/>'),
    ("<sheetData/>", '<cols><col min="1" max="9" width="nan" style="x"/></cols><sheetData/>'),
    ("<sheetData/>", '<sheetFormatPr defaultColWidth="1e308" defaultRowHeight="1e308"/><sheetData/>'),
    ("<sheetData/>", '<sheetData><row r="2" ht="."/></sheetData>'),
    ("<sheetData/>", '<sheetData><row r="2" ht="1.2.3"/></sheetData>'),
]


@pytest.mark.parametrize(("old", "new"), CRAFTED)
def test_numbers_of_the_layout_that_are_none_hinder_no_marks(old, new, tmp_path):
    path = raw(tmp_path / "a.xlsx", f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.replace(old, new))
    annotate(path, _at("表", (0, 0), (1, 1)), tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx") as package:
        (part,) = [n for n in package.namelist() if "/comments" in n]
        comments = package.read(part).decode()
    assert re.findall('ref="([A-Z0-9]+)"', comments) == ["A1", "B2"]


def _with_note(path: Path, drawing: str) -> Path:
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    return raw(
        path,
        f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData/><legacyDrawing r:id="b"/></worksheet>',
        more={
            "xl/comments1.xml": f'<comments xmlns="{MAIN}"><authors/><commentList><comment ref="A1" authorId="0"><text><t>x</t>'
            "</text></comment></commentList></comments>",
            "xl/v.vml": drawing,
            "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{rels}"><Relationship Id="a" Type="{OFFICE}/comments" '
            f'Target="../comments1.xml"/><Relationship Id="b" Type="{OFFICE}/vmlDrawing" Target="../v.vml"/></Relationships>',
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "style"),
    [("0", "width:1.2.3px;height:9px"), ("0", f"width:{'9' * 400}px;height:9px"), ("9" * 5_000, "width:9px;height:9px")],
)  # fmt: skip
def test_a_note_whose_figures_are_none_bears_the_mark_all_the_same(row, style, tmp_path):
    shape = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f'<v:shape style="{style}"><x:ClientData ObjectType="Note"><x:Anchor>0, 1, 0, 1, 2, 3, 4, 5</x:Anchor><x:Row>{row}</x:Row>'
        "<x:Column>0</x:Column></x:ClientData></v:shape></xml>"
    )
    annotate(_with_note(tmp_path / "a.xlsx", shape), _at("表", (0, 0)), tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx") as package:
        assert "REC001" in package.read("xl/comments1.xml").decode()


@pytest.mark.parametrize("drawing", ["", "no drawing"])
def test_a_drawing_that_is_none_is_told_not_raised(drawing, tmp_path):
    path = _with_note(tmp_path / "a.xlsx", drawing)
    with pytest.raises(CannotAnnotate, match="文件内部的结构不合规范"):
        annotate(path, _at("表", (0, 0)), tmp_path / "b.xlsx")
    assert not (tmp_path / "b.xlsx").exists()


def test_a_row_of_more_marks_than_are_looked_for_one_by_one(tmp_path):
    cells = "".join(f'<c r="{column_letters(c)}1"><v>{c}</v></c>' for c in range(0, 600, 2))
    path = raw(
        tmp_path / "a.xlsx",
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>',
    )
    annotate(path, _at("表", *((0, c) for c in range(500))), tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["表"]
    assert [c.column - 1 for c in sheet[1] if c.comment] == list(range(500))
    assert [c.value for c in sheet[1]][:600:2] == list(range(0, 600, 2))


def test_strict_packages_stay_strict(tmp_path):
    path = raw(tmp_path / "a.xlsx", f'<worksheet xmlns="{STRICT}"><sheetData/></worksheet>', main=STRICT)
    annotate(path, _at("表", (3, 3)), tmp_path / "b.xlsx")
    after = _parts(tmp_path / "b.xlsx")
    ours = [n for n in after if n.startswith("xl/qq/") and n.endswith(".xml")]
    assert ours
    assert all(
        MAIN.encode() not in after[n] and STRICT.encode() in after[n] for n in [*ours, "xl/styles.xml"]
    )
    assert OFFICE.encode() not in after["xl/workbook.xml"]
    assert b"purl.oclc.org" in after["xl/worksheets/_rels/sheet1.xml.rels"]


def test_a_declared_document_type_is_refused(tmp_path):
    path = raw(tmp_path / "a.xlsx", f'<!DOCTYPE x><worksheet xmlns="{MAIN}"><sheetData/></worksheet>')
    with pytest.raises(InputError, match="另存为"):
        annotate(path, _at("表", (0, 0)), tmp_path / "b.xlsx")
    assert not (tmp_path / "b.xlsx").exists()


# --- other projects' files -------------------------------------------------------------------------------

FOLDER = os.environ.get("QQ_CORPUS")
_UNREADABLE = {"FIL001", "FIL002", "FIL003", "FIL010"}


@pytest.mark.skipif(not FOLDER, reason="QQ_CORPUS names no folder")
def test_other_projects_files(tmp_path):
    copies = []
    for path in sorted(p for p in Path(FOLDER or "").iterdir() if p.suffix.lower() in PACKAGES):
        if any(f.rule in _UNREADABLE and f.values["code"] != "extension" for f in read_workbook(path).facts):
            continue
        names = [s.name for s in Book(path).sheets() if s.part][:5]
        found = Findings(f for n in names for f in _at(n, (0, 0), (1, 1), (7, 3), (3000, 30)))
        one, two = tmp_path / f"{len(copies)}{path.suffix}", tmp_path / f"again{path.suffix}"
        annotate(path, found, one)
        annotate(one, found, two)
        assert digest(one) == digest(two), path.name
        before, after = _parts(path), _parts(one)
        assert [n for n in before if before[n] != after[n] and not OURS.fullmatch(n)] == [], path.name
        copies.append(one)
        try:
            openpyxl.load_workbook(path)
        except Exception:  # noqa: S112 - it cannot read the original either
            continue
        openpyxl.load_workbook(one)
    assert len(copies) >= 50
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/lo", "--headless", "--convert-to", "csv", "--outdir",
         str(tmp_path / "csv"), *map(str, copies)],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    assert {p.stem for p in (tmp_path / "csv").iterdir()} == {p.stem for p in copies}
