"""The buttons' actions on a workbook that is open in LibreOffice: what they write is read back and compared exactly."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

import qq_excel.addin
from qq_excel import __version__
from qq_excel.addin import click
from qq_excel.addin import host as hosts
from qq_excel.addin.actions import ACTIONS, findings_sheet, going, marking, sheets
from qq_excel.addin.checked import Stopped, checked
from qq_excel.addin.host import host_of, quiet
from qq_excel.check import check_paths
from qq_excel.errors import InputError
from qq_excel.findings import from_a1
from qq_excel.fixing import fix
from qq_excel.papers import style
from qq_excel.papers.annotate import annotate
from qq_excel.papers.document import json_pieces
from qq_excel.papers.marks import LIST_SHEET, MARKS_SHEET
from qq_excel.papers.marks_list import own_values
from qq_excel.policy import load_policy
from tests.addin.conftest import SAMPLES
from tests.support.build import build, cell

FAULTY = SAMPLES / "西北分公司" / "应收账款明细表.xlsx"
CLEAN = SAMPLES / "华东分公司" / "应收账款明细表.xlsx"
LEDGER = "应收账款明细表"


def snapshot(book, folder):
    """Every cell of a workbook as a file has it: value or formula, fill, number format, font; and every note."""
    saved = openpyxl.load_workbook(host_of(book).save_copy(folder))
    return {
        (sheet.title, c.coordinate): (
            c.value, c.fill.fill_type and c.fill.fgColor.rgb, c.number_format, c.font.b, c.comment and c.comment.text
        )
        for sheet in saved for row in sheet.iter_rows() for c in row
        if c.value is not None or c.has_style or c.comment
    }  # fmt: skip


def at(book, sheet, address):
    return book.sheets[sheet].range(address)


# --- 校验, 清除标注 --------------------------------------------------------------------------------------


def test_check_marks_what_the_command_line_finds(opened, tmp_path):
    """Findings to the byte, every cell's colour and note, every row of the list, the summary."""
    book = opened(FAULTY, beside=True)
    with checked(book) as found:
        ribbon = "".join(json_pieces(found.result))
        found.copy.replace(tmp_path / "home" / found.copy.name)
    copy = tmp_path / "home" / FAULTY.name
    code = "from qq_excel.cli import main; main()"
    line = subprocess.run(
        [sys.executable, "-c", code, "check", copy, "--format", "json"], capture_output=True, check=False
    )
    assert line.stdout.decode() == ribbon

    result = qq_excel.addin.check(book)
    assert [own_values(f) for f in result.findings] == [own_values(f) for f in found.result.findings]
    cells = {}
    for f in result.findings:
        if f.cell:
            cells.setdefault((f.sheet, f.cell), []).append(f)
    assert len(cells) == 32
    host = host_of(book)
    notes = {s.name: host.notes(s) for s in book.sheets}
    assert sum(map(len, notes.values())) == 32
    for (sheet, address), mine in cells.items():
        worst = min((f.level for f in mine), key="EW?I".index)
        tint = style.LEVEL_TINTS[worst].fill
        assert at(book, sheet, address).color == tuple(bytes.fromhex(tint[1:])), address
        note = notes[sheet][from_a1(address)]
        assert all(f.rule in note and f.message() in note and f.fix() in note for f in mine), address
    listed = book.sheets[LIST_SHEET].range((5, 1), (4 + len(result.findings), 12)).value
    assert [[x or "" for x in row] for row in listed] == [own_values(f) for f in result.findings]
    assert book.app.status_bar == "清欠：错误 18  警告 10  提示 6  无法判断 11  不能提交"
    assert book.sheets.active.name == LEDGER
    heights = [book.sheets[LIST_SHEET].range((row, 1)).row_height for row in range(5, 50)]
    assert min(heights) > 12  # no text is cut off, and one of several lines has its room
    assert max(heights) > 2 * min(heights)
    assert not book.sheets[MARKS_SHEET].visible


def test_clear_leaves_the_workbook_as_it_was(opened, tmp_path):
    """Two checks, then clear: every fill and note is back, the user's own note was never touched."""
    book = opened(FAULTY)
    ledger = book.sheets[LEDGER]
    ledger["I9"].color = (1, 2, 3)
    ledger["N10"].add_note("我的批注\n第二行")
    ledger["B30"].select()
    before = snapshot(book, tmp_path)
    ACTIONS["qq_check"](book)
    assert ledger["I9"].color == tuple(bytes.fromhex(style.LEVEL_TINTS["E"].fill[1:]))
    assert ledger["N10"].note.text == "我的批注\n第二行"
    assert "1 个单元格已有您的批注，只着色" in book.app.status_bar
    ACTIONS["qq_check"](book)
    assert ACTIONS["qq_clear"](book) == 32
    assert snapshot(book, tmp_path) == before
    assert {n.name for n in book.names} == {"QQ_KIND", "QQ_VERSION"}
    assert book.app.selection.address == "$B$30"


def test_marks_follow_when_rows_come_and_go(opened):
    """Rows inserted and deleted after the check: fills go back to where their cells are by then."""
    book = opened(FAULTY)
    ledger = book.sheets[LEDGER]
    ledger["I9"].color = (1, 2, 3)
    ACTIONS["qq_check"](book)
    ledger["9:11"].insert("down")  # new rows look like the one above: the headers
    assert book.sheets[LIST_SHEET]["D16:D18"].value == ["I12", "I12", "I13"]
    ledger["13:13"].delete("up")  # a marked row
    ACTIONS["qq_clear"](book)
    assert ledger["I12"].color == (1, 2, 3)
    used = ledger.used_range
    colours = set(
        host_of(book).fills(ledger, [(r, c) for r in range(8, used.shape[0]) for c in range(used.shape[1])])
    )
    assert not colours & {tuple(bytes.fromhex(t.fill[1:])) for t in style.LEVEL_TINTS.values()}
    assert host_of(book).notes(ledger) == {}


def test_two_thousand_marks_and_none_left(opened, tmp_path):
    """A wrong balance and a wrong code in each of 1,001 rows; past the limit cells are coloured only."""
    rows = [{"balance": 0.5 + n, "debtor_code": "x"} for n in range(1_001)]
    book = opened(build(tmp_path / "大.xlsx", {"receivables": rows}))
    before = snapshot(book, tmp_path)
    result = ACTIONS["qq_check"](book)
    sheet = book.sheets[LEDGER]
    balances = [from_a1(cell("receivables", "balance", n)) for n in range(1_000)]
    assert set(host_of(book).fills(sheet, balances)) == {
        tuple(bytes.fromhex(style.LEVEL_TINTS["E"].fill[1:]))
    }
    marked = len({(f.sheet, f.cell) for f in result.findings if f.cell})
    assert marked >= 2_000
    assert len(host_of(book).notes(sheet)) == min(marked, marking.MOST_NOTES)
    assert f"另有 {marked - marking.MOST_NOTES} 个单元格只着色" in book.app.status_bar
    listed = book.sheets[LIST_SHEET]
    assert listed["A3"].value.startswith("批注已达上限")
    assert ACTIONS["qq_clear"](book) == marked
    assert snapshot(book, tmp_path) == before


def test_past_the_limits_the_gravest_are_marked_and_listed(opened, monkeypatch):
    monkeypatch.setattr(marking, "MOST_FILLS", 6)
    monkeypatch.setattr(marking, "MOST_NOTES", 4)
    monkeypatch.setattr(findings_sheet, "MOST_LISTED", 10)
    book = opened(FAULTY)
    ACTIONS["qq_check"](book)
    listed = book.sheets[LIST_SHEET]
    assert listed["A5:A15"].value == ["错误"] * 10 + [None]
    assert "共 45 条，这里列出最严重的 10 条" in listed["A3"].value
    assert "标注已达上限" in listed["A3"].value
    assert len(host_of(book).notes(book.sheets[LEDGER])) == 4


def test_a_protected_sheet_is_said_and_a_protected_structure_refused(opened):
    book = opened(FAULTY)
    book.sheets[LEDGER].impl.held.protect("x")
    ACTIONS["qq_check"](book)
    assert f"工作表 {LEDGER} 受保护，没有标注" in book.app.status_bar
    assert host_of(book).notes(book.sheets[LEDGER]) == {}
    ACTIONS["qq_clear"](book)
    book.impl.doc.protect("x")
    with pytest.raises(InputError, match="结构受保护"):
        ACTIONS["qq_check"](book)
    assert book.app.screen_updating


def test_marks_of_a_sheet_that_was_protected_meanwhile_are_not_forgotten(opened, tmp_path):
    """They stay, and it is said; a check between leaves them too; once the sheet is open, all is as it was."""
    book = opened(FAULTY)
    ledger = book.sheets[LEDGER]
    ledger["I9"].color = (1, 2, 3)
    before = snapshot(book, tmp_path)
    ACTIONS["qq_check"](book)
    red = ledger["I9"].color
    ledger.impl.held.protect("x")
    said = f"工作表 {LEDGER} 受保护，原有标注没有清除"
    assert ACTIONS["qq_clear"](book) == 0
    assert f"已清除 0 处标注  {said}" in book.app.status_bar
    assert ledger["I9"].color == red
    assert [s.name for s in book.sheets] == [LEDGER, "填表说明", MARKS_SHEET]
    ACTIONS["qq_check"](book)
    assert said in book.app.status_bar
    assert said in book.sheets[LIST_SHEET]["A3"].value
    ledger.impl.held.unprotect("x")
    book.impl.doc.protect("x")
    with pytest.raises(InputError, match="结构受保护"):
        ACTIONS["qq_clear"](book)
    assert ledger["I9"].color == red
    book.impl.doc.unprotect("x")
    assert ACTIONS["qq_clear"](book) == 32
    assert snapshot(book, tmp_path) == before


def test_what_was_handed_in_cannot_make_us_delete_or_run_anything(opened, tmp_path):
    """A sheet of the user's named as ours stays; a text that looks like a formula is one in the list, too."""
    path = build(tmp_path / "敌.xlsx", {"receivables": [{"debtor_code": "=1+1", "claim_id": "@SUM(A1)"}]})
    book = opened(path)
    for key in sheets.TITLES:
        book.names.add(key, f"='{LEDGER}'!$A$1")
    ACTIONS["qq_check"](book)
    ACTIONS["qq_check"](book)
    rows = book.sheets[LIST_SHEET].range((5, 1), (40, 12))
    texts = {v for row in rows.value for v in row if v}
    assert {"=1+1", "@SUM(A1)"} <= texts
    assert all(
        not str(f).startswith("=") or "HYPERLINK" in f or f == '="—"'
        for row in rows.formula
        for f in row
        if f != "=1+1"
    )
    ACTIONS["qq_clear"](book)
    assert [s.name for s in book.sheets] == [LEDGER]


def test_a_memory_without_colours_or_with_others_changes_no_fill(opened, tmp_path):
    """One of the first version has no colours of ours; what somebody wrote into one is no colour."""
    path = build(tmp_path / "旧.xlsx", {"receivables": [{}]})
    made = openpyxl.load_workbook(path)
    memory = made.create_sheet(MARKS_SHEET)
    for row in (["qq-excel marks 1"], ["mark", LEDGER, "B9"], ["mark", LEDGER, "C9", "", "FFxyz"]):
        memory.append(row)
    made.save(path)
    book = opened(path)
    before = book.sheets[LEDGER]["A8:D9"].color, [c.color for c in book.sheets[LEDGER]["B9:C9"]]
    assert ACTIONS["qq_clear"](book) == 2
    assert [s.name for s in book.sheets] == [LEDGER]
    assert (book.sheets[LEDGER]["A8:D9"].color, [c.color for c in book.sheets[LEDGER]["B9:C9"]]) == before


def test_an_annotated_copy_of_the_command_line_is_cleared_too(opened, tmp_path):
    """And the other way round: what the buttons marked and saved, ``check -o`` takes for marks of its own."""
    result = check_paths([FAULTY])
    annotate(FAULTY, result.findings, tmp_path / "注.xlsx")
    book = opened(tmp_path / "注.xlsx")
    plain = opened(FAULTY)
    assert ACTIONS["qq_clear"](book) == 32
    assert snapshot(book, tmp_path) == snapshot(plain, tmp_path)
    ACTIONS["qq_check"](plain)
    saved = host_of(plain).save_copy(tmp_path)
    annotate(saved, check_paths([saved]).findings, tmp_path / "再注.xlsx")
    again = opened(tmp_path / "再注.xlsx")
    assert [s.name for s in again.sheets] == [LEDGER, "填表说明", LIST_SHEET, MARKS_SHEET]


# --- 下一条, 上一条, 规则说明 ----------------------------------------------------------------------------


def test_next_and_previous_go_through_the_cells(opened, clerk):
    book = opened(FAULTY)
    with pytest.raises(InputError, match="请先点“校验”"):
        ACTIONS["qq_next"](book)
    ACTIONS["qq_check"](book)
    book.sheets[LEDGER]["A9"].select()
    ACTIONS["qq_next"](book)
    assert book.app.selection.address == "$I$9"
    assert book.app.status_bar.startswith("清欠 1/32：【错误】REC009 按填写的事项推算")
    assert "【提示】REC017" in book.app.status_bar
    ACTIONS["qq_next"](book)
    assert book.app.selection.address == "$I$10"
    ACTIONS["qq_prev"](book)
    ACTIONS["qq_prev"](book)
    assert "32/32（已从末尾开始）" in book.app.status_bar
    ACTIONS["qq_next"](book)
    assert "1/32（已从头开始）" in book.app.status_bar
    assert ACTIONS["qq_rule"](book) == ["REC009", "REC017"]
    (told,) = clerk.said
    assert told.startswith("REC009  ")
    assert "\n依据：" in told
    assert "\n错例：" in told
    assert going.rule_text("REC001", going._on_list(book.sheets[LIST_SHEET], 18)[0]).startswith("REC001")
    book.sheets[LIST_SHEET].activate()
    book.sheets[LIST_SHEET]["C18"].select()
    assert ACTIONS["qq_rule"](book) == [book.sheets[LIST_SHEET]["B18"].value]
    book.sheets["填表说明"].activate()
    with pytest.raises(InputError, match="所选单元格没有问题"):
        ACTIONS["qq_rule"](book)


# --- 自动修正 --------------------------------------------------------------------------------------------


def test_fix_mends_what_the_command_line_mends_and_takes_it_back(opened, clerk, tmp_path):
    rows = [
        {"original": "1,000.00", "received": 0, "balance": 1000.0, "occurred_on": "2026年1月5日"},
        {"original": "2 000", "received": 0, "balance": 2000.0, "occurred_on": "2026/1/6"},
        {"debtor_code": "９１３３００００ＭＡ００００００１Ｘ", "claim_id": "００７"},
        {"balance": "30万元"},
    ]  # fmt: skip
    book = opened(build(tmp_path / "写.xlsx", {"receivables": rows}))
    sheet = book.sheets[LEDGER]
    before = snapshot(book, tmp_path)
    line = fix(host_of(book).save_copy(tmp_path), tmp_path / "修.xlsx", policy=load_policy("group"))
    clerk.answers = ["ok"]
    changes = ACTIONS["qq_fix"](book)
    assert [c.document() for c in changes] == [c.document() for c in line.changes]
    assert f"将修正 {len(line.mended)} 处写法" in clerk.said[0]

    def value(field, row):
        return sheet.range(cell("receivables", field, row))

    assert [value("original", n).value for n in (0, 1)] == [1000.0, 2000.0]
    assert value("original", 0).number_format == "#,##0.00"
    assert [value("occurred_on", n).value for n in (0, 1)] == [
        dt.datetime(2026, 1, 5),
        dt.datetime(2026, 1, 6),
    ]
    assert value("claim_id", 2).value == "007"
    assert value("balance", 3).value == "30万元"
    record = book.sheets["修正记录"]
    assert record["A3:G3"].value == ["工作表", "单元格", "规则", "修改前", "修改后", "处理", "原因"]
    assert record.range((4, 2), (3 + len(changes), 2)).value == [c.cell for c in changes]
    mended = check_paths([host_of(book).save_copy(tmp_path)])
    assert not [
        f
        for f in mended.findings
        if f.rule in ("CEL002", "CEL003") and f.cell != cell("receivables", "balance", 3)
    ]

    clerk.answers = ["cancel"]
    assert ACTIONS["qq_fix"](book) == []
    sheet["6:6"].insert("down")  # the record follows
    sheet["6:6"].delete("up")
    value("claim_id", 2).value = "改过"
    clerk.answers = ["yes"]
    ACTIONS["qq_fix"](book)
    assert book.app.status_bar == f"清欠：已撤回 {len(line.mended) - 1} 处修正，1 处之后又改过，没有动"
    value("claim_id", 2).value = "００７"
    after = snapshot(book, tmp_path)
    assert {k: v[:4] for k, v in after.items() if v != before.get(k)} == {
        (LEDGER, cell("receivables", "claim_id", 2)): ("００７", None, "@", False)
    }
    assert [s.name for s in book.sheets] == [LEDGER]


def test_fix_says_when_there_is_nothing(opened, clerk):
    assert ACTIONS["qq_fix"](opened(CLEAN)) == []
    assert clerk.said[0].startswith("没有可以自动修正的内容。")


# --- what goes wrong ---------------------------------------------------------------------------------------


def test_whatever_happens_the_office_is_as_it_was(opened, clerk, monkeypatch):
    """A fault in the midst of writing: screen, calculation, selection; one sentence with an id; the log has the rest."""
    book = opened(FAULTY)
    book.sheets[LEDGER]["C12:D13"].select()
    monkeypatch.setattr(hosts.Calc, "add_notes", lambda *_: 1 // 0)
    monkeypatch.setattr(type(book.app.impl), "alert", lambda self, text, *_: clerk.said.append(text))
    assert not click.run(book, "qq_check", __version__, "zh")
    assert clerk.said[0].startswith("程序内部故障（编号 ")
    assert (book.app.screen_updating, book.app.calculation) == (True, "automatic")
    assert book.app.selection.address == "$C$12:$D$13"
    assert book.app.status_bar is False
    monkeypatch.undo()
    assert ACTIONS["qq_clear"](book) == 0
    with pytest.raises(ZeroDivisionError), quiet(book):
        1 // 0  # noqa: B018
    assert book.app.screen_updating


def test_a_stopped_check_changes_nothing(opened, monkeypatch, tmp_path):
    book = opened(FAULTY)
    before = snapshot(book, tmp_path)
    asked = iter([False] * 5)
    monkeypatch.setattr(hosts.Calc, "stopped", property(lambda self: next(asked, True)))
    with pytest.raises(Stopped, match="没有改动"):
        ACTIONS["qq_check"](book)
    assert snapshot(book, tmp_path) == before
    assert book.app.status_bar is False


def test_actions_know_no_application_object():
    """Only ``host`` touches ``api`` or ``impl``."""
    for module in (Path(qq_excel.addin.__file__).parent / "actions").glob("*.py"):
        text = module.read_text("utf-8")
        assert ".api" not in text, module.name
        assert ".impl" not in text, module.name
