from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from qq_excel.language import Text, using
from qq_excel.papers import findings_book
from qq_excel.papers.findings_book import write_findings_book
from tests.papers.support import HOSTILE, Finding, finding, result, table
from tests.support.digests import digest


def _result(findings):
    return result(
        {
            "应收.xlsx": [table("receivables", [{}, {}, {}])],
            "附件/二号#表.xlsx": [table("receivables", [{}])],
        },
        findings,
    )


FINDINGS = [
    finding(),
    finding("REC005", "W", row=7, column=17, header="逾期天数", value="12", expected="15"),
    finding("REC009", row=8, column=21, status="explained", reason="已书面承诺还款", approved_by="王总"),
    Finding("REC019", "?", "应收.xlsx", sheet="应收账款明细表", why=Text("没有截止日期", "no as-of date")),
    finding("REC017", "I", file="附件/二号#表.xlsx", order=(1, 0), row=5, column=8, key="ZQ-9"),
]


def _rows(path: Path, sheet: str) -> list[tuple]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def test_the_list_has_a_row_per_finding_with_cell_and_words(tmp_path):
    path = write_findings_book(_result(FINDINGS), tmp_path / "x_校验结果.xlsx")
    head, *rows = _rows(path, "校验结果")
    assert head[:7] == ("序号", "级别", "规则", "文件", "工作表", "单元格", "列")
    assert len(rows) == 5
    first = rows[1]
    assert first[:6] == (2, "错误", "REC001", "应收.xlsx", "应收账款明细表", "N7")
    assert first[8:10] == ("100.00", "90.00")
    assert "应为 90.00" in first[10]
    assert first[12:14] == ("C-5-2", "待处理")
    assert rows[3][13:15] == ("已说明", "已书面承诺还款；王总")
    assert rows[0][5] == "—"


def test_the_summary_says_big_whether_it_is_accepted(tmp_path):
    path = write_findings_book(_result(FINDINGS), tmp_path / "x.xlsx")
    texts = [str(c) for row in _rows(path, "汇总") for c in row if c is not None]
    assert "暂不受理：1 项错误须改正（2 个文件中 1 个）；另有 1 项无法判断" in texts
    assert any(t.startswith("集团清欠管理制度（group，v2）") for t in texts)
    clean = write_findings_book(_result([]), tmp_path / "y.xlsx")
    assert "可以受理：没有待改正的错误" in [str(c) for row in _rows(clean, "汇总") for c in row]


def test_counts_by_level_tell_open_from_explained(tmp_path):
    path = write_findings_book(_result(FINDINGS), tmp_path / "x.xlsx")
    rows = {row[0]: row for row in _rows(path, "汇总") if row[0]}
    assert rows["错误（E）"][1:6] == (1, 1, 0, 0, 2)
    assert rows["无法判断（?）"][1] == 1


def test_the_book_of_one_file_has_its_findings_only(tmp_path):
    whole = _result(FINDINGS)
    path = write_findings_book(whole, tmp_path / "x.xlsx", file=whole.files[1])
    assert [r[2] for r in _rows(path, "校验结果")[1:]] == ["REC017"]


def test_cells_link_to_the_annotated_copy(tmp_path):
    copies = {"应收.xlsx": "应收_已标注.xlsx", "附件/二号#表.xlsx": "附件/二号#表_已标注.xlsx"}
    path = write_findings_book(_result(FINDINGS), tmp_path / "x.xlsx", copies=copies)
    sheet = openpyxl.load_workbook(path)["校验结果"]
    link = sheet["F3"].hyperlink
    assert (link.target, link.location) == ("应收_已标注.xlsx", "'应收账款明细表'!N7")
    assert sheet["F6"].hyperlink.target == "附件/二号%23表_已标注.xlsx"
    assert sheet["F2"].hyperlink is None  # no cell, no link


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_handed_in_becomes_a_formula(tmp_path, text):
    found = [finding(value=text, key=text, header=text, reason=text, sheet=text, expected=text)]
    path = write_findings_book(_result(found), tmp_path / "x.xlsx", copies={"应收.xlsx": "a.xlsx"})
    book = openpyxl.load_workbook(path)
    row = list(book["校验结果"][2])
    assert {c.data_type for c in row} <= {"s", "n"}
    assert row[8].value == text
    assert row[8].quotePrefix
    assert not any(c.data_type == "f" for sheet in book for line in sheet.iter_rows() for c in line)


def test_control_characters_and_long_texts_do_no_harm(tmp_path):
    found = [finding(value="a\x00\x08b\ud800", key="长" * 40_000)]
    path = write_findings_book(_result(found), tmp_path / "x.xlsx")
    row = _rows(path, "校验结果")[1]
    assert row[8] == "a\ufffd\ufffdb\ufffd"
    assert len(row[7]) == 32_767
    assert row[7].endswith("……（略）")


def test_the_parameters_stand_with_value_and_source(tmp_path):
    path = write_findings_book(_result([]), tmp_path / "x.xlsx")
    rows = {r[1]: r for r in _rows(path, "制度与版本") if r[1]}
    assert rows["limitation_years"][2] == "3年"
    assert str(rows["limitation_years"][3])[:10] == "2017-10-01"
    assert "民法典" in rows["limitation_years"][4]
    assert rows["provision_rates"][2] == "未设定"
    assert rows["write_off_authority"][2].splitlines()[0] == "总经理会议：500,000 元以内（含）"


def test_same_input_same_bytes(tmp_path):
    one = digest(write_findings_book(_result(FINDINGS), tmp_path / "a.xlsx"))
    assert digest(write_findings_book(_result(FINDINGS), tmp_path / "b.xlsx")) == one


def test_the_policy_drawn_for_an_earlier_book_makes_no_difference(tmp_path):
    of = _result(FINDINGS)
    findings_book._pages.clear()
    first = digest(write_findings_book(of, tmp_path / "a.xlsx"))
    with using("en"):
        write_findings_book(of, tmp_path / "en.xlsx")
    assert digest(write_findings_book(of, tmp_path / "b.xlsx")) == first
    assert [lang for _, _, lang, _ in findings_book._pages] == ["en", "zh"]
    for _ in range(5):
        own = replace(of, policy=of.policy.model_copy())
        assert digest(write_findings_book(own, tmp_path / "c.xlsx")) == first
    assert len(findings_book._pages) == 4
    assert (
        openpyxl.load_workbook(tmp_path / "en.xlsx")["policy and versions"]["A1"].value
        == "Policy and versions"
    )


def test_it_prints_on_a4_with_headers_on_each_page(tmp_path):
    path = write_findings_book(_result(FINDINGS), tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(path)["校验结果"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.print_title_rows == "$1:$1"
    assert "第 &P 页" in sheet.oddFooter.center.text
    assert sheet.auto_filter.ref == "A1:O6"


def test_english(tmp_path):
    with using("en"):
        path = write_findings_book(_result(FINDINGS), tmp_path / "x.xlsx")
    assert openpyxl.load_workbook(path).sheetnames == ["summary", "findings", "policy and versions"]
