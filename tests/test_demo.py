"""``qq-excel demo`` from end to end, in two profiles that hand in different tables."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from docx import Document
from openpyxl import load_workbook

from qq_excel import resources
from qq_excel.cli.demonstrating import _warned, run_demo
from qq_excel.demo import BOARD, Demonstration, demonstrate
from qq_excel.errors import InputError, SchemaError
from qq_excel.language import using

Shown = tuple[Demonstration, str]


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.heads: list[str] = []
        self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._tag = tag
        self.links += [unquote(v) for k, v in attrs if k == "href" and v]

    def handle_data(self, data):
        if self._tag == "h2" and data.strip():
            self.heads.append(data)


def _show(folder: Path, profile: str) -> Shown:
    shown = demonstrate(folder, profile)
    assert shown.index == folder / "index.html"
    return shown, shown.index.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return _show(tmp_path_factory.mktemp("agency"), "agency")


@pytest.fixture(scope="module")
def assessment(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return _show(tmp_path_factory.mktemp("assessment"), "assessment")


def test_every_file_is_linked_and_every_link_leads_to_a_file(agency: Shown, assessment: Shown) -> None:
    for shown, text in (agency, assessment):
        made = {
            p.relative_to(shown.target).as_posix()
            for p in shown.target.rglob("*")
            if p.is_file() and not p.name.startswith(".") and p != shown.index
        }
        links = _Page(text).links
        assert set(links) == made
        assert len(links) == len(set(links))
        assert not re.search(r"https?://", text)


def test_an_office_without_a_ledger_has_a_board_and_no_warnings(agency: Shown) -> None:
    shown, text = agency
    assert _Page(text).heads == ["结论", "各文件", "清欠进度", "问题", "结果文件"]
    assert {p.name for p in shown.target.iterdir()} == {"校验结果", BOARD, "index.html"}
    assert shown.warnings is None
    assert shown.outcome is None
    assert shown.assessment is None
    assert shown.board is not None
    keys = {c.key for c in shown.board.cards}
    board = (shown.target / BOARD).read_text(encoding="utf-8")
    assert len(keys) == 48
    assert not [key for key in keys if key not in board]
    late = sum(c.late for c in shown.board.cards)
    assert f"{late} 件</span>" in text


def test_units_with_ledgers_and_scores_are_warned_and_scored(assessment: Shown) -> None:
    shown, text = assessment
    assert _Page(text).heads == [
        "结论", "各文件", "预警", "清欠进度", "考核 2026Q3", "说明", "问题", "结果文件",
    ]  # fmt: skip
    assert shown.warnings is not None
    assert shown.assessment is not None
    sheet = load_workbook(shown.target / "预警表" / "清欠预警表_汇总.xlsx", read_only=True)["预警清单"]
    claims = {c.claim_id for c in shown.warnings.claims}
    assert claims
    with using("en"):
        assert {line.split(":")[0] for line in _warned(shown)} <= {"red", "orange", "yellow", "blue"}
    assert "管理报告/管理报告.html" in _Page(text).links
    assert claims <= {cell for row in sheet.iter_rows(values_only=True) for cell in row}
    assert shown.assessment.complete
    notice = Document(str(shown.target / "考核" / "2026Q3_清欠考核通报.docx"))
    cells = {c.text for table in notice.tables for row in table.rows for c in row.cells}
    for row in shown.assessment.rows:
        assert row.unit in cells
        assert f"{row.total:.1f}" in cells
        assert f"<b>{row.total:.1f}</b>" in text
        assert row.grade in text


def test_the_command_tells_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A project department's scoring sheet has errors, so that its scores are not published, and it says so."""
    assert run_demo(tmp_path, "project") == 0
    told = capsys.readouterr().out
    assert "工作簿 16 个" in told
    assert "案件 54 件，已结 6 件，超限期 1 件" in told
    assert "预警" not in told
    assert "申请包" not in told
    assert re.search(r"没有通报 2026Q3 定期考核：.*清欠考核评分表.xlsx 有错误级问题，请先改正", told)
    assert not list((tmp_path / "考核").glob("*.docx"))
    assert str(tmp_path / "index.html") in told


def test_a_profile_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"nobody.*agency"):
        demonstrate(tmp_path, "nobody")
    assert not list(tmp_path.iterdir())


def test_a_profile_without_samples_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "workbooks_dir", lambda: tmp_path)
    with pytest.raises(InputError, match="制度 agency 没有样例"):
        demonstrate(tmp_path / "out", "agency")
    assert not list(tmp_path.iterdir())
