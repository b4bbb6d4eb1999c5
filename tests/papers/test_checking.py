import json
import pickle
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from qq_excel.check import check_paths
from qq_excel.language import Text
from qq_excel.papers.annotate import AnnotationReport, CannotAnnotate, annotate, true_suffix
from qq_excel.papers.checking import write_check
from qq_excel.papers.html_index import write_index
from qq_excel.papers.words import clean, clip, lines, mask, width
from qq_excel.reading import Options
from qq_excel.reading.pool import Pool
from qq_excel.warnings import warnings_of
from tests.papers.support import finding, result, table
from tests.support.build import build


def _names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_one_workbook_gets_book_copy_and_document(tmp_path):
    path = build(tmp_path / "应收.xlsx", {"receivables": [{"balance": 1}]})
    reports: list[AnnotationReport] = []
    written = write_check(check_paths([path]), tmp_path / "out", reports)
    assert _names(tmp_path / "out") == ["findings.json", "应收_已标注.xlsx", "应收_校验结果.xlsx"]
    assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in written) == _names(tmp_path / "out")
    assert reports[0].marked
    assert json.loads((tmp_path / "out" / "findings.json").read_text(encoding="utf-8"))["summary"]["E"] >= 1


def test_several_workbooks_keep_their_folders_and_get_a_book_for_the_run(tmp_path):
    paths = []
    for name in ("华东/应收.xlsx", "华北/应收.xlsx"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        paths.append(build(tmp_path / "in" / name, {"receivables": [{"balance": 1}]}, {"unit": name[:2]}))
    write_check(check_paths(paths), tmp_path / "out")
    assert _names(tmp_path / "out") == [
        "findings.json", "华东/应收_已标注.xlsx", "华东/应收_校验结果.xlsx", "华北/应收_已标注.xlsx",
        "华北/应收_校验结果.xlsx", "汇总_校验结果.xlsx",
    ]  # fmt: skip
    whole = openpyxl.load_workbook(tmp_path / "out" / "汇总_校验结果.xlsx")["校验结果"]
    links = {c.hyperlink.target for row in whole.iter_rows() for c in row if c.hyperlink is not None}
    assert links == {"华东/应收_已标注.xlsx", "华北/应收_已标注.xlsx"}
    own = openpyxl.load_workbook(tmp_path / "out" / "华东" / "应收_校验结果.xlsx")["校验结果"]
    assert {c.hyperlink.target for row in own.iter_rows() for c in row if c.hyperlink} == {"应收_已标注.xlsx"}


def test_a_file_that_is_no_workbook_has_findings_but_no_copy(tmp_path):
    (tmp_path / "坏.xlsx").write_bytes(b"no workbook")
    write_check(check_paths([tmp_path / "坏.xlsx"]), tmp_path / "out")
    assert _names(tmp_path / "out") == ["findings.json", "坏_校验结果.xlsx"]


def test_two_names_that_differ_by_ending_do_not_meet(tmp_path):
    files = {"a.xlsx": [], "a.xls": [], "A.xlsm": []}
    made = result(files, [finding("FIL001", file=f, sheet=None, row=None, column=None) for f in files])
    write_check(made, tmp_path)
    assert _names(tmp_path) == [
        "A_xlsm_校验结果.xlsx", "a_xls_校验结果.xlsx", "a_校验结果.xlsx", "findings.json", "汇总_校验结果.xlsx",
    ]  # fmt: skip


# --- the page ------------------------------------------------------------------------------------------


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("href", "src") and v]


def test_the_page_is_whole_escaped_and_needs_no_network(tmp_path):
    hostile = "<script>alert(1)</script>.xlsx"
    made = result(
        {hostile: [table("receivables", [{}])]},
        [finding(file=hostile, value="<img src=x onerror=1>", expected="&")],
    )
    path = write_index(
        made,
        None,
        [tmp_path / "a b#1.xlsx", tmp_path / "预警表" / "清欠预警表_汇总.xlsx"],
        tmp_path / "index.html",
    )
    text = path.read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert [unquote(x) for x in page.links] == ["a b#1.xlsx", "预警表/清欠预警表_汇总.xlsx"]
    assert not re.search(r"https?://", text)
    assert "&lt;script&gt;" in text
    assert "暂不受理" in text
    # in print: A4, headers on each page, no row across two
    assert text.count("<thead>") == text.count("<table>") == 2
    assert "@media print{@page{size:A4;margin:12mm}" in text
    assert "tr,.tile{break-inside:avoid}" in text


def test_the_page_shows_counts_and_warnings(tmp_path):
    path = build(tmp_path / "应收.xlsx", {"receivables": [{"balance": 1}]})
    found = check_paths([path])
    page = write_index(found, warnings_of(found), [], tmp_path / "index.html").read_text(encoding="utf-8")
    assert f"<b>{found.findings.counts()['E']}</b><span>项错误</span>" in page
    assert "红色" in page
    assert "REC001" in page


# --- words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("91370200264569981X", "91370200********1X"), ("12345678", "123***78"), ("1234", "****"), ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_codes_are_masked(code, shown):
    assert mask(code) == shown


def test_chinese_counts_as_two_columns():
    assert width("应收ab") == 6
    assert width("a\n应收账款") == 8
    assert lines("应收账款明细表", 8) == 2
    assert lines("a\n\nb", 20) == 3


def test_texts_are_cleaned_and_clipped():
    assert clean("a\x00b\r\nc\u202ed") == "a\ufffdb\ncd"
    assert clip("长" * 100, 20) == "长" * 15 + "……（略）"


def test_the_copy_bears_the_extension_of_its_content(tmp_path):
    build(tmp_path / "a.xlsx", {"receivables": [{"balance": 1}]}).rename(tmp_path / "应收.xls")
    reports: list[AnnotationReport] = []
    write_check(check_paths([tmp_path / "应收.xls"]), tmp_path / "out", reports)
    assert _names(tmp_path / "out") == ["findings.json", "应收_已标注.xlsx", "应收_校验结果.xlsx"]
    assert reports[0].marked
    assert "校验结果" in openpyxl.load_workbook(tmp_path / "out" / "应收_已标注.xlsx").sheetnames


def test_other_formats_by_any_name_have_no_copy(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"PK\x03\x04 no package")
    assert true_suffix(tmp_path / "a.xls") is None
    with zipfile.ZipFile(tmp_path / "b.xls", "w") as archive:
        archive.writestr("[Content_Types].xml", "application/vnd.ms-excel.sheet.binary.macroEnabled.main")
    assert true_suffix(tmp_path / "b.xls") is None
    report = annotate(tmp_path / "b.xls", check_paths([tmp_path / "b.xls"]).findings, tmp_path / "c.xls")
    assert report.target is None
    assert "另存为 .xlsx" in report.lines()[0].zh


def test_a_workbook_with_a_password_has_its_findings_book_and_says_why_no_copy(tmp_path):
    plain = build(tmp_path / "明.xlsx", {"receivables": [{"balance": 1}]})
    with plain.open("rb") as source, (tmp_path / "密.xlsx").open("wb") as target:
        OOXMLFile(source).encrypt("清欠", target)
    options = Options(passwords=("清欠",))
    reports = []
    with Pool(1, options) as pool:
        result = check_paths([tmp_path / "密.xlsx"], pool=pool)
    written = write_check(result, tmp_path / "out", reports)
    assert [p.name for p in written] == ["密_校验结果.xlsx", "findings.json"]
    assert [line.zh for line in reports[0].lines()] == [
        "密.xlsx：没有生成标注件，原件有打开密码，而标注件不带密码；问题见旁边的校验结果表。"
    ]
    problem = CannotAnnotate(Path("a"), Text("甲", "b"))
    again = pickle.loads(pickle.dumps(problem))  # noqa: S301 - our own
    assert (again.why, str(again)) == (problem.why, "a：没有生成标注件，甲。")
