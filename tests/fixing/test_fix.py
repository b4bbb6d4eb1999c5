import datetime as dt
import json
import re
import shutil
import zipfile

import openpyxl
import pytest
from lxml import etree

from qq_excel.check import check_paths
from qq_excel.cli.app import run
from qq_excel.errors import InputError
from qq_excel.fixing import Grade, fix, unfix
from qq_excel.kinds import get_kind
from qq_excel.policy import load_policy
from tests.support.build import build, cell
from tests.support.digests import digest

SHEET = "应收账款明细表"
POLICY = load_policy("group")


def at(field: str, row: int) -> str:
    return cell("receivables", field, row)


@pytest.fixture
def source(tmp_path):
    """A ledger with numbers, dates and names written as staff write them."""
    rows = [
        {"original": {"text": "￥1,000.00"}, "received": {"text": "４００"}, "balance": 600},
        {"occurred_on": {"text": "2024年3月5日"}, "debtor": " 甲  公司 "},
        {"original": {"text": "0.1万元"}, "occurred_on": {"text": "2024年3月"}},
        {"balance": 1, "contract_id": {"text": "ＨＴ－００１"}},
    ]
    label = next(s for f in get_kind("receivables").fields if f.name == "debtor" for s in f.synonyms)
    return build(tmp_path / "应收.xlsx", {"receivables": rows}, layout={"labels": {"debtor": label}})


def _changes(report):
    return {c.cell: (c.rule, c.before, c.after, c.grade) for c in report.changes}


def test_safe_changes_are_written_and_others_only_shown(source, tmp_path):
    copy = tmp_path / "修正.xlsx"
    report = fix(source, copy, policy=POLICY)
    found = _changes(report)
    safe, shown = Grade.SAFE, Grade.SHOWN
    assert found[at("original", 0)] == ("CEL002", "￥1,000.00", "1000", safe)
    assert found[at("received", 0)] == ("CEL002", "４００", "400", safe)
    assert found[at("occurred_on", 1)] == ("CEL003", "2024年3月5日", "2024-03-05", safe)
    assert found[at("debtor", 1)] == ("CEL006", " 甲  公司 ", "甲 公司", safe)
    assert found[at("original", 2)] == ("CEL002", "0.1万元", "1000", shown)
    assert found[at("occurred_on", 2)] == ("CEL003", "2024年3月", "2024-03-01", shown)
    assert found[at("balance", 3)][0] == "REC001"
    assert found[at("balance", 3)][3] is shown
    assert found[at("contract_id", 3)] == ("CEL006", "ＨＴ－００１", "HT-001", safe)
    sheet = openpyxl.load_workbook(copy)[SHEET]
    assert sheet[at("contract_id", 3)].value == "HT-001"
    assert (sheet[at("original", 0)].value, sheet[at("original", 0)].data_type) == (1000, "n")
    assert sheet[at("original", 0)].number_format == "#,##0.00"
    assert sheet[at("occurred_on", 1)].value == dt.datetime(2024, 3, 5)
    assert sheet[at("occurred_on", 1)].number_format == "yyyy-mm-dd"
    assert sheet[at("debtor", 1)].value == "甲 公司"
    assert sheet[at("original", 2)].value == "0.1万元"
    assert sheet[at("balance", 3)].value == 1
    debtor = get_kind("receivables")["debtor"]
    assert debtor.header in [c.value for c in sheet[5]]


def test_a_mended_copy_has_the_same_findings_without_those_about_writing(source, tmp_path):
    fix(source, tmp_path / "b.xlsx", policy=POLICY)
    before, after = (check_paths([p]).findings for p in (source, tmp_path / "b.xlsx"))
    mended = {c.cell for c in fix(source, tmp_path / "c.xlsx", policy=POLICY).mended}
    assert [(f.rule, f.cell) for f in after] == [
        (f.rule, f.cell)
        for f in before
        if not (f.rule in ("CEL002", "CEL003", "CEL006") and f.cell in mended)
    ]


def test_the_record_sheet_lists_every_change(source, tmp_path):
    report = fix(source, tmp_path / "b.xlsx", policy=POLICY)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["修正记录"]
    rows = [[c.value for c in row[:6]] for row in sheet.iter_rows(min_row=3)]
    assert rows == [
        [c.sheet, c.cell, c.rule, c.before, c.after, "已修正" if c.grade is Grade.SAFE else "仅提示"]
        for c in report.changes
    ]


def test_undo_gives_the_original_bytes_even_when_the_original_is_gone(source, tmp_path):
    original = digest(source)
    fix(source, tmp_path / "b.xlsx", policy=POLICY)
    source.unlink()
    unfix(tmp_path / "b.xlsx", tmp_path / "back.xlsx")
    assert digest(tmp_path / "back.xlsx") == original


def test_undo_refuses_a_copy_that_was_changed_since(source, tmp_path):
    fix(source, tmp_path / "b.xlsx", policy=POLICY)
    shutil.copy(tmp_path / "b.xlsx", tmp_path / "c.xlsx")
    with zipfile.ZipFile(tmp_path / "c.xlsx", "a") as package:
        package.writestr("docProps/more.xml", "<x/>")
    with pytest.raises(InputError, match="又被改动过"):
        unfix(tmp_path / "c.xlsx", tmp_path / "back.xlsx")
    openpyxl.load_workbook(tmp_path / "b.xlsx").save(tmp_path / "d.xlsx")
    with pytest.raises(InputError, match="另存"):
        unfix(tmp_path / "d.xlsx", tmp_path / "back.xlsx")
    with pytest.raises(InputError, match="不是本程序的修正件"):
        unfix(source, tmp_path / "back.xlsx")
    assert not (tmp_path / "back.xlsx").exists()


def test_never_in_place_and_the_same_bytes_twice(source, tmp_path):
    before = digest(source)
    with pytest.raises(InputError, match="不能覆盖原件"):
        fix(source, source, policy=POLICY)
    link = tmp_path / "link.xlsx"
    link.hardlink_to(source)
    with pytest.raises(InputError, match="不能覆盖原件"):
        fix(source, link, policy=POLICY)
    assert digest(source) == before
    fix(source, tmp_path / "b.xlsx", policy=POLICY)
    fix(source, tmp_path / "c.xlsx", policy=POLICY)
    assert digest(tmp_path / "b.xlsx") == digest(tmp_path / "c.xlsx")


def test_1904_dates_and_formulas(tmp_path):
    rows = [
        {
            "occurred_on": {"text": "2024-03-05"},
            "original": {"formula": '="1,000"', "value": "1,000"},
        },
        {"received": {"text": "400.00"}},
    ]
    path = build(tmp_path / "a.xlsx", {"receivables": rows})
    parts = {}
    with zipfile.ZipFile(path) as package:
        parts = {n: package.read(n) for n in package.namelist()}
    # stored day numbers then mean other days, so only the text date is looked at
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    report = fix(path, tmp_path / "b.xlsx", policy=POLICY)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")[SHEET]
    assert sheet[at("occurred_on", 0)].value == dt.datetime(2024, 3, 5)
    assert sheet[at("original", 0)].value == '="1,000"'
    assert _changes(report)[at("original", 0)][3] is Grade.SHOWN
    with zipfile.ZipFile(tmp_path / "b.xlsx") as package:
        assert b'fullCalcOnLoad="1"' in package.read("xl/workbook.xml")
    assert any("重算" in r.zh for r in report.remarks)


def test_nothing_to_mend_writes_no_copy(tmp_path):
    path = build(tmp_path / "a.xlsx", {"receivables": [{}]})
    report = fix(path, tmp_path / "b.xlsx", policy=POLICY)
    assert (report.target, report.mended) == (None, [])
    assert not (tmp_path / "b.xlsx").exists()


def test_command_line(source, tmp_path, monkeypatch, capfdbinary):
    copy, back = tmp_path / "b.xlsx", tmp_path / "back.xlsx"
    monkeypatch.setattr("sys.argv", ["qq-excel", "fix", str(source), "-o", str(copy), "--format", "json"])
    assert run() == 0
    made = json.loads(capfdbinary.readouterr().out)
    assert {c["grade"] for c in made["changes"]} == {"safe", "shown"}
    monkeypatch.setattr("sys.argv", ["qq-excel", "fix", str(copy), "--undo", "-o", str(back)])
    assert run() == 0
    assert digest(back) == digest(source)
    monkeypatch.setattr("sys.argv", ["qq-excel", "fix", str(source), "-o", str(source)])
    assert run() == 2


def test_what_is_spared_is_only_shown(source, tmp_path):
    copy = tmp_path / "修正.xlsx"
    spared = ["CEL006", at("received", 0), f"{SHEET}!{at('occurred_on', 1)}"]
    found = _changes(fix(source, copy, policy=POLICY, spared=spared))
    assert found[at("original", 0)][3] is Grade.SAFE
    for place in (at("received", 0), at("occurred_on", 1), at("debtor", 1), at("contract_id", 3)):
        assert found[place][3] is Grade.SHOWN, place
    sheet = openpyxl.load_workbook(copy)[SHEET]
    assert sheet[at("original", 0)].value == 1000
    assert sheet[at("received", 0)].value == "４００"
    assert sheet[at("debtor", 1)].value == " 甲  公司 "
    assert "按要求不改（--except）" in {
        c.value for row in openpyxl.load_workbook(copy)["修正记录"].rows for c in row
    }


@pytest.mark.parametrize("name", ["CEL999", "ZZ1", f"别的表!{at('received', 0)}"])
def test_sparing_what_would_not_change_is_a_slip(source, tmp_path, name):
    with pytest.raises(InputError, match="没有要修正的内容"):
        fix(source, tmp_path / "修正.xlsx", policy=POLICY, spared=[name])
    assert not (tmp_path / "修正.xlsx").exists()


def test_the_limits_of_reading_hold_for_fix_too(source, tmp_path, monkeypatch, capsys):
    limits = tmp_path / "limits.yaml"
    limits.write_text("file_bytes: 100\n", encoding="utf-8")
    command = ["fix", str(source), "-o", str(tmp_path / "b.xlsx"), "--except", "CEL006"]
    monkeypatch.setattr("sys.argv", ["qq-excel", *command, "--limits", str(limits)])
    assert run() == 2
    assert "文件大小" in capsys.readouterr().err


def test_a_workbook_without_a_known_table_is_not_taken_for_a_sound_one(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["甲", "乙", "丙"])
    book.save(tmp_path / "无.xlsx")
    with pytest.raises(InputError, match="没有识别出规定的表，无从修正。先用 qq-excel map"):
        fix(tmp_path / "无.xlsx", tmp_path / "b.xlsx", policy=POLICY)


def _patched(path, part, edit):
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    parts[part] = edit(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("escape", ["_x0001_", "_x0000_", "_xD800_", "_xFFFF_", "_xD83D__xDE00_"])
def test_characters_that_xml_cannot_hold_are_written_as_excel_writes_them(tmp_path, escape):
    path = build(tmp_path / "应收.xlsx", {"receivables": [{"contract_id": {"text": "ＨＴ－ZZ"}}]})
    _patched(path, "xl/sharedStrings.xml", lambda xml: xml.replace("ＨＴ－ZZ", f"{escape}ＨＴ"))
    copy = tmp_path / "修正.xlsx"
    fix(path, copy, policy=POLICY)
    with zipfile.ZipFile(copy) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                etree.fromstring(archive.read(name))
        assert f"<t>{escape}HT</t>" in archive.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<sheetData>", '<cols><col min="x" max="3" width="9"/></cols><sheetData>'),
        ("<sheetData>", '<cols><col min="1" max="9" style="x"/></cols><sheetData>'),
        (r'<row r="6"[^>]*>', '<row r="6" ht=".">'),
        (r'<row r="6"[^>]*>', '<row r="6" ht="1.2.3">'),
    ],
)
def test_numbers_of_the_layout_that_are_none_hinder_nothing(tmp_path, old, new):
    path = build(tmp_path / "应收.xlsx", {"receivables": [{"contract_id": {"text": "ＨＴ－００１"}}]})
    _patched(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(old, new, xml, count=1))
    copy = tmp_path / "修正.xlsx"
    assert fix(path, copy, policy=POLICY).mended
    with zipfile.ZipFile(copy) as archive:
        assert new.encode() in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("number", "kept"), [(14, 14), (22, 22), (27, 27), (31, 31), (50, 50), (58, 58), (45, None), (59, None)]
)
def test_a_cell_that_shows_dates_already_keeps_its_format(tmp_path, number, kept):
    path = build(tmp_path / "应收.xlsx", {"receivables": [{"occurred_on": {"text": "2024年3月5日"}}]})
    place = at("occurred_on", 0)
    _patched(
        path, "xl/styles.xml", lambda xml: xml.replace('numFmtId="164" fontId', f'numFmtId="{number}" fontId')
    )
    _patched(
        path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(f'<c r="{place}"', f'<c r="{place}" s="1"')
    )
    copy = tmp_path / "修正.xlsx"
    fix(path, copy, policy=POLICY)
    with zipfile.ZipFile(copy) as archive:
        sheet, styles = (
            archive.read("xl/worksheets/sheet1.xml").decode(),
            archive.read("xl/styles.xml").decode(),
        )
    style = int(re.search(rf'<c r="{place}" s="(\d+)"', sheet)[1])
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2].partition("</cellXfs>")[0])
    code = re.search(rf'<numFmt numFmtId="{formats[style]}" formatCode="([^"]*)"', styles)
    assert (int(formats[style]), code) == (kept, None) if kept else code[1] == "yyyy-mm-dd"
