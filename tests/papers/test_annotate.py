import gc
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from qq_excel.check import check_paths
from qq_excel.errors import InputError
from qq_excel.findings import Findings, from_a1
from qq_excel.papers import annotate as module
from qq_excel.papers import marks
from qq_excel.papers.annotate import annotate
from qq_excel.patching import Book
from tests.papers.support import HOSTILE, finding
from tests.support.build import build, cell
from tests.support.digests import digest

SHEET = "应收账款明细表"
BALANCE = cell("receivables", "balance", 1)


def _at(field: str, row: int, **more):
    r, c = from_a1(cell("receivables", field, row))
    return finding(**{"row": r, "column": c, "field": field, **more})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A ledger with a coloured cell and notes of the staff."""
    path = build(tmp_path / "应收.xlsx", {"receivables": [{}, {"balance": 100}, {}, {}]}, total=True)
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    sheet[BALANCE].comment = Comment("财务已核对\n第二行", "周敏", height=60, width=300)
    sheet[BALANCE].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet["A6"].comment = Comment("另一条批注", "何立")
    book.save(path)
    return path


@pytest.fixture
def findings() -> Findings:
    return Findings(
        [
            _at("balance", 1, expected="600.00"),
            _at("balance", 1, rule="REC005", level="W"),
            _at("debtor", 2, rule="REC013", level="W"),
            _at("remark", 0, rule="REC009", status="explained", reason="已承诺", approved_by="王总"),
            finding("REC017", "I", sheet=None, row=None, column=None),
        ]
    )


def test_all_findings_of_a_cell_stand_in_one_note_below_the_staffs(source, findings, tmp_path):
    report = annotate(source, findings, tmp_path / "out.xlsx")
    assert (report.marked, report.unplaced, report.unmarked) == (3, 1, 0)
    note = openpyxl.load_workbook(tmp_path / "out.xlsx")[SHEET][BALANCE].comment
    assert note.author == "周敏"
    lines = note.text.split("\n")
    assert lines[:4] == ["财务已核对", "第二行", "———— 清欠校验 ————", "【错误】REC001"]
    assert "应为 600.00" in lines[4]
    assert lines[5].startswith("改法：")
    assert lines[6] == "条款：C-5-2"
    assert lines[8] == "【警告】REC005"
    assert lines[-1] == "————————"


def test_the_worst_level_colours_the_cell(source, findings, tmp_path):
    annotate(source, findings, tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")[SHEET]
    assert sheet[BALANCE].fill.fgColor.rgb == "FFF8CBCB"
    assert sheet[cell("receivables", "debtor", 2)].fill.fgColor.rgb == "FFFFE699"
    assert sheet[cell("receivables", "remark", 0)].fill.fgColor.rgb == "FFEDEDED"  # explained


def test_notes_without_findings_stay_as_they_are(source, findings, tmp_path):
    annotate(source, findings, tmp_path / "out.xlsx")
    note = openpyxl.load_workbook(tmp_path / "out.xlsx")[SHEET]["A6"].comment
    assert (note.text, note.author) == ("另一条批注", "何立")


def test_the_size_of_a_note_is_kept_and_ours_fits(source, findings, tmp_path):
    annotate(source, findings, tmp_path / "out.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as package:
        vml = next(package.read(n).decode() for n in package.namelist() if n.endswith(".vml"))
    assert "width:144px;height:79px" in vml.replace(" ", "")  # the staff's own
    sizes = marks._size("长" * 100)
    assert sizes[0] >= 4 * 17
    assert sizes[1] <= 400


def test_the_source_is_not_touched(source, findings, tmp_path):
    before = digest(source)
    annotate(source, findings, tmp_path / "out.xlsx")
    assert digest(source) == before
    with pytest.raises(InputError, match="不能覆盖"):
        annotate(source, findings, source)


def test_same_input_same_bytes_and_a_second_run_changes_nothing(source, findings, tmp_path):
    one, two, again = (tmp_path / n for n in ("a.xlsx", "b.xlsx", "c.xlsx"))
    annotate(source, findings, one)
    annotate(source, findings, two)
    annotate(one, findings, again)
    assert digest(one) == digest(two) == digest(again)


def test_the_parts_of_a_copy_are_let_go_at_once(source, findings, tmp_path):
    """They are megabytes, and do not wait for Python to look for cycles."""
    gc.collect()
    gc.disable()
    try:
        annotate(source, findings, tmp_path / "copy.xlsx")
        assert not [one for one in gc.get_objects() if isinstance(one, Book)]
    finally:
        gc.enable()


def test_without_findings_our_marks_go_and_the_staffs_come_back(source, findings, tmp_path):
    annotate(source, findings, tmp_path / "a.xlsx")
    annotate(tmp_path / "a.xlsx", Findings([]), tmp_path / "b.xlsx")
    before, after = (openpyxl.load_workbook(p)[SHEET] for p in (source, tmp_path / "b.xlsx"))
    assert after[BALANCE].comment.text == "财务已核对\n第二行"
    assert after[BALANCE].fill.fgColor.rgb == "FF00FF00"
    assert after[cell("receivables", "debtor", 2)].fill.fill_type is None
    assert after[cell("receivables", "debtor", 2)].comment is None
    assert {c.coordinate: c.value for row in after.iter_rows() for c in row if c.value is not None} == {
        c.coordinate: c.value for row in before.iter_rows() for c in row if c.value is not None
    }


def test_a_mended_finding_loses_its_mark_and_others_keep_theirs(source, findings, tmp_path):
    annotate(source, findings, tmp_path / "a.xlsx")
    annotate(tmp_path / "a.xlsx", Findings([_at("debtor", 2, rule="REC013", level="W")]), tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")[SHEET]
    assert sheet[BALANCE].fill.fgColor.rgb == "FF00FF00"
    assert "REC013" in sheet[cell("receivables", "debtor", 2)].comment.text


def test_what_staff_wrote_into_our_note_and_cells_since_stays(source, findings, tmp_path):
    annotate(source, findings, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    at = book[SHEET][cell("receivables", "debtor", 2)]
    at.comment = Comment(at.comment.text + "\n已与客户核对", "刘洋")
    at.fill = PatternFill("solid", fgColor="FF123456")
    book.save(tmp_path / "a.xlsx")
    annotate(tmp_path / "a.xlsx", Findings([]), tmp_path / "b.xlsx")
    at = openpyxl.load_workbook(tmp_path / "b.xlsx")[SHEET][cell("receivables", "debtor", 2)]
    assert at.comment.text == "已与客户核对"
    assert at.fill.fgColor.rgb == "FF123456"


def test_links_lead_to_the_cells_and_back(source, findings, tmp_path):
    annotate(source, findings, tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    listed = book["校验结果"]
    rows = [r for r in listed.iter_rows(min_row=4) if r[3].value == BALANCE]
    assert [r[1].value for r in rows] == ["REC001", "REC005"]
    assert rows[0][3].hyperlink.location == f"'{SHEET}'!{BALANCE}"
    row = from_a1(BALANCE)[0] + 1
    back = [c for c in book[SHEET][row] if c.hyperlink is not None]
    assert [c.value for c in back] == ["→ 错误 1、警告 1"]
    assert back[0].hyperlink.location == f"'校验结果'!A{rows[0][0].row}"
    whole = next(r for r in listed.iter_rows(min_row=4) if r[1].value == "REC017")
    assert (whole[2].value, whole[3].value) == ("（整个文件）", "—")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(source, tmp_path, text):
    annotate(source, Findings([_at("balance", 1, value=text, key=text, header=text)]), tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert not any(c.data_type == "f" for s in book for row in s.iter_rows() for c in row)
    assert text in [c.value for row in book["校验结果"].iter_rows() for c in row]


def test_a_text_that_looks_like_a_formula_in_the_source_stays_text(tmp_path):
    path = build(tmp_path / "a.xlsx", {"receivables": [{"remark": {"text": "=1+1"}}]})
    annotate(path, Findings([_at("remark", 0)]), tmp_path / "out.xlsx")
    at = openpyxl.load_workbook(tmp_path / "out.xlsx")[SHEET][cell("receivables", "remark", 0)]
    assert (at.value, at.data_type) == ("=1+1", "s")


def test_a_sheet_called_like_ours_is_left_alone(source, findings, tmp_path):
    book = openpyxl.load_workbook(source)
    book.create_sheet("校验结果")["A1"] = "客户自己的表"
    book.save(source)
    annotate(source, findings, tmp_path / "a.xlsx")
    annotate(tmp_path / "a.xlsx", findings, tmp_path / "b.xlsx")
    found = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert found.sheetnames == [SHEET, "校验结果", "校验结果(2)", "_qq_marks"]
    assert found["校验结果"]["A1"].value == "客户自己的表"
    assert found["_qq_marks"].sheet_state == "veryHidden"


def test_a_cell_inside_a_merged_range_marks_the_ranges_first(source, tmp_path):
    book = openpyxl.load_workbook(source)
    book[SHEET].merge_cells("C8:C9")
    book.save(source)
    annotate(source, Findings([_at("debtor", 3)]), tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")[SHEET]
    assert "REC001" in sheet["C8"].comment.text


def test_more_cells_than_the_cap_are_listed_and_said(source, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_NOTES", 1)
    found = Findings([_at("debtor", 0, rule="REC013", level="W"), _at("balance", 1), _at("balance", 2)])
    report = annotate(source, found, tmp_path / "out.xlsx")
    assert (report.marked, report.unmarked) == (3, 2)
    assert "另有 2 个单元格" in report.lines()[0].zh
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book[SHEET][cell("receivables", "debtor", 0)].comment is None  # errors come first
    assert book[SHEET][cell("receivables", "debtor", 0)].fill.fgColor.rgb == "FFFFE699"
    assert "另有 2 个单元格" in str(book["校验结果"]["A3"].value)


@pytest.mark.parametrize("suffix", [".xls", ".xlsb", ".ods"])
def test_other_formats_get_no_copy_and_a_reason(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"x")
    report = annotate(path, Findings([]), tmp_path / f"b{suffix}")
    assert report.target is None
    assert "另存为 .xlsx" in report.lines()[0].zh
    assert not (tmp_path / f"b{suffix}").exists()


def test_a_broken_file_is_one_sentence_and_leaves_nothing(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(InputError, match="另存为"):
        annotate(path, Findings([]), tmp_path / "b.xlsx")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx"]


def find_row(sheet, words):
    return next(c.row for row in sheet.iter_rows() for c in row if c.value == words)


def test_a_copy_checked_again_gives_the_same_findings(tmp_path):
    path = build(tmp_path / "应收.xlsx", {"receivables": [{}, {"balance": 1}, {"status": "x"}]})
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(
        find_row(sheet, "债权编号"), sheet.max_column + 1, "本公司自用"
    )  # a finding in the row of headers
    book.save(path)
    found = check_paths([path]).findings
    assert "TAB003" in {f.rule for f in found}
    annotate(path, found, tmp_path / "copy.xlsx")
    again = check_paths([tmp_path / "copy.xlsx"]).findings
    assert [(f.rule, f.sheet, f.cell, f.message()) for f in again] == [
        (f.rule, f.sheet, f.cell, f.message()) for f in found
    ]


def test_a_tampered_marks_sheet_takes_nothing_away(source, findings, tmp_path):
    annotate(source, findings, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for row in (
        ("sheet", SHEET, "A1"), ("link", SHEET, "A6"), ("mark", SHEET, "nowhere"), ("mark", SHEET, BALANCE, "<broken"),
    ):  # fmt: skip
        book["_qq_marks"].append(row)
    book.save(tmp_path / "a.xlsx")
    annotate(tmp_path / "a.xlsx", Findings([]), tmp_path / "b.xlsx")
    found = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert found.sheetnames == [SHEET, "校验结果", "_qq_marks"]
    assert found[SHEET]["A6"].value == "ZQ-0001"
    assert found[SHEET][BALANCE].comment.text == "财务已核对\n第二行"
