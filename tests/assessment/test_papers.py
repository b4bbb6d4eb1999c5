"""The scoring sheet, the basis of its scores, the notice and the command."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from qq_excel.assessment import assess
from qq_excel.check import Result, check_paths
from qq_excel.kinds import get_kind
from qq_excel.papers.assessment_sheet import _completing, write_scoring_sheet
from qq_excel.papers.report import make
from qq_excel.policy import load_policy
from qq_excel.template.formula import work_out
from tests.assessment.example import current, previous
from tests.cli.support import qq, refused
from tests.papers.paper_reading import docx_text, sheet_rows
from tests.papers.support import HOSTILE
from tests.support.build import build
from tests.support.digests import digests

POLICY = load_policy("assessment")
SHEET, BASIS, NOTICE = "清欠考核评分表.xlsx", "考核计算依据.xlsx", "2026Q3_清欠考核通报.docx"


def fill(source: Path, target: Path) -> Path:
    """Enter what the office enters, as in a spreadsheet program: attitude, who answers, when it was published."""
    book = openpyxl.load_workbook(source)
    sheet = book["清欠考核评分表"]
    header = next(r[0].row for r in sheet.iter_rows() if r[0].value == "被考核单位")
    at = {c.value: c.column for c in sheet[header]}
    for row, attitude in ((header + 1, 90), (header + 2, 50)):
        sheet.cell(row, at["态度得分"]).value = attitude
        sheet.cell(row, at["通报日期"]).value = dt.date(2026, 10, 12)
    sheet.cell(header + 2, at["责任人"]).value = "陈刚"
    book.save(target)
    return target


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both runs of the command: before and after the office filled in the sheet."""
    folder = tmp_path_factory.mktemp("assess")
    current(folder)
    previous(folder)
    base = ("assess", "2026Q3.xlsx", "--previous", "2026Q2.xlsx")
    first = qq(folder, *base, "-o", "first", "--prepared-by", "周敏")
    assert first.returncode == 0, first.stderr
    assert "没有通报 2026Q3 定期考核：华东分公司、华南分公司还没有总分或等级" in first.stdout
    fill(folder / "first" / SHEET, folder / "filled.xlsx")
    second = qq(folder, *base, "-o", "second", "--scores", "filled.xlsx", "--format", "json")
    assert second.returncode == 0, second.stderr
    (folder / "second.json").write_text(second.stdout, encoding="utf-8")
    return folder


def values(path: Path) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(path, data_only=True)["清欠考核评分表"]
    rows = list(sheet.iter_rows(values_only=True))
    n = next(i for i, r in enumerate(rows) if r[0] == "被考核单位")
    return [dict(zip(rows[n], r, strict=True)) for r in rows[n + 1 : n + 3]]


def test_the_first_sheet_is_prefilled_and_leaves_attitude_open(ran: Path) -> None:
    assert sorted(p.name for p in (ran / "first").iterdir()) == [SHEET, BASIS]
    east, south = values(ran / "first" / SHEET)
    assert [east[h] for h in ("期初欠款", "本期计划收回", "本期实际收回", "期末欠款")] == [
        2500,
        1625,
        1300,
        1700,
    ]
    assert [east[h] for h in ("进展得分", "质量得分", "成果得分", "态度得分")] == [80, 65, 84, None]
    assert [south[h] for h in ("总分", "等级", "奖惩建议", "处分建议")] == [None] * 4
    found = check_paths([ran / "first" / SHEET], policy=POLICY).findings
    assert {(f.rule, f.field) for f in found if f.level == "E"} == {("CEL001", "attitude")}


def test_the_second_sheet_is_complete_and_checks_clean_beside_its_sources(ran: Path) -> None:
    east, south = values(ran / "second" / SHEET)
    assert [east[h] for h in ("总分", "等级", "奖惩建议", "处分建议")] == [79.6, "良好", "表彰", "无"]
    assert [south[h] for h in ("总分", "等级", "奖惩建议", "责任人", "处分建议")] == [
        26, "不合格", "限制贷款额度", "陈刚", "警告",
    ]  # fmt: skip
    result = check_paths([ran / "second" / SHEET, ran / "2026Q3.xlsx"], policy=POLICY, together=True)
    assert [str(f.message("zh")) for f in result.findings if f.file.endswith(SHEET)] == []


def test_formulas_complete_themselves_in_a_spreadsheet_program(ran: Path, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice is part of the tests' system packages"
    subprocess.run(
        [soffice, f"-env:UserInstallation=file://{tmp_path}/lo", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
         "--outdir", str(tmp_path), str(ran / "filled.xlsx")],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    east, south = values(tmp_path / "filled.xlsx")
    assert [east[h] for h in ("总分", "等级", "奖惩建议", "处分建议")] == [79.6, "良好", "表彰", "无"]
    assert [south[h] for h in ("总分", "等级", "奖惩建议", "处分建议")] == [
        26,
        "不合格",
        "限制贷款额度",
        "警告",
    ]


@pytest.mark.parametrize(
    ("scores", "total", "grade"),
    [((80, 80, 80, 80.5), 80.1, "良好"), ((90, 90, 90, 89.5), 90.0, "优秀"), ((75, 75, 75, 74), 74.9, "合格"),
     ((0, 0, 0, 0), 0.0, "不合格"), ((60, 60, 60, None), "", "")],
)  # fmt: skip
def test_formulas_round_as_the_rules_do(scores: tuple[float | None, ...], total: Any, grade: str) -> None:
    kind = _completing(get_kind("assessment"), POLICY.at(dt.date(2026, 9, 30)))
    row: dict[str, Any] = dict(zip(("progress", "quality", "results", "attitude"), scores, strict=True))
    for name in ("total", "grade"):
        row[name] = work_out(str(kind[name].formula), row)
    assert (row["total"], row["grade"]) == (total, grade)


def test_the_basis_shows_every_step(ran: Path) -> None:
    path = ran / "second" / BASIS
    rows = [r for r in sheet_rows(path) if r[0] == "华东分公司"]
    assert rows[1][1:6] == ("进展", "计划完成率", "实际收回 1,300.00 ÷ 计划收回 1,625.00", 0.8, "80.00")
    assert [(r[2], r[5], r[6]) for r in rows if r[1] == "成果"] == [
        ("清收率", "73.33", "0.6"), ("压降率", "100.00", "0.4"), ("成果得分", None, "0.4"),
    ]  # fmt: skip
    assert rows[-1][3] == "良好"
    assert rows[-1][7] == "79.6"
    text = " ".join(str(c) for r in sheet_rows(path) for c in r if c)
    assert "上期应收账款明细表逐笔对比得出" in text
    assert "另据：2026Q2.xlsx、filled.xlsx" in text
    policy = {r[1]: r[2] for r in sheet_rows(path, 1)}
    assert policy["progress_curve"] == "0% 得 0 分、60% 得 60 分、100% 得 100 分"
    assert (
        policy["assessment_grades"] == "优秀（90 分起）、良好（75 分起）、合格（60 分起）、不合格（0 分起）"
    )


def test_the_notice_publishes_scores_and_says_where_figures_come_from(ran: Path) -> None:
    text = docx_text(ran / "second" / NOTICE)
    for words in (
        "关于2026 年第三季度清欠工作考核结果的通报", "79.6", "26.0", "不合格", "限制贷款额度", "陈刚", "警告", "2026 年 10 月 12 日",
        "进展 30%、质量 20%、成果 40%、态度 10%", "上期应收账款明细表逐笔对比得出", "2026Q2.xlsx",
    ):  # fmt: skip
        assert words in text, words
    data = json.loads((ran / "second.json").read_text(encoding="utf-8"))
    assert data["written"] == [SHEET, BASIS, NOTICE]
    assert [(u["unit"], u["total"], u["grade"]) for u in data["units"]] == [
        ("华东分公司", 79.6, "良好"), ("华南分公司", 26.0, "不合格"),
    ]  # fmt: skip


def test_same_input_same_bytes(ran: Path) -> None:
    done = qq(
        ran, "assess", "2026Q3.xlsx", "--previous", "2026Q2.xlsx", "-o", "again", "--scores", "filled.xlsx"
    )
    assert done.returncode == 0
    assert digests(ran / "again") == digests(ran / "second")


def test_an_estimate_is_told_on_every_paper(ran: Path) -> None:
    result = check_paths([ran / "2026Q3.xlsx"], policy=POLICY, together=True)
    path = write_scoring_sheet(assess(result), "集团清欠办", ran / "estimated.xlsx")
    text = " ".join(str(c) for r in sheet_rows(path) for c in r if c)
    assert "没有上期应收账款明细表：本期实际收回按最近付款日" in text


def test_refused_in_one_sentence(ran: Path) -> None:
    assert "没有单位“华北”" in refused(ran, "assess", "2026Q3.xlsx", "-o", "no", "--ad-hoc", "华北")
    assert "不是《清欠考核评分表》" in refused(
        ran, "assess", "2026Q3.xlsx", "-o", "no", "--scores", "2026Q2.xlsx"
    )
    assert not (ran / "no").exists()


def sheet_of(folder: Path, rows: list[dict[str, Any]]) -> Result:
    return check_paths([build(folder / "评分.xlsx", {"assessment": rows})], policy=POLICY)


def test_report_makes_notices_of_sheets_without_errors_only(tmp_path: Path) -> None:
    good = {"progress": 90, "quality": 90, "results": 90, "attitude": 90, "total": 90, "grade": "优秀", "sanction": "奖金",
            "planned": None, "recovered": None}  # fmt: skip
    good = {k: v for k, v in good.items() if v is not None}
    rows = [
        good | {"unit": "甲"},
        good | {"unit": "乙"},
        good | {"unit": "丙", "kind": "不定期", "period": "2026-09"},
    ]
    made = make("assessment-notice", sheet_of(tmp_path, rows), tmp_path / "out", formats=["json"])
    assert sorted(p.name for p in made.written) == [
        "2026-09_丙_清欠考核通报.json",
        "2026Q3_清欠考核通报.json",
    ]
    data = json.loads((tmp_path / "out" / "2026Q3_清欠考核通报.json").read_text(encoding="utf-8"))
    assert [(u["rank"], u["unit"]) for u in data["units"]] == [(1, "乙"), (1, "甲")]
    wrong = make("assessment-notice", sheet_of(tmp_path, [good | {"total": 70}]), tmp_path / "wrong")
    assert wrong.written == []
    assert "没有通报 2026Q3 定期考核：评分.xlsx 有错误级问题，请先改正" in [n.zh for n in wrong.notes]


def test_hostile_units_stay_text(tmp_path: Path) -> None:
    rows = [{"unit": {"text": x}, "claim_id": f"ZQ-{n}"} for n, x in enumerate(HOSTILE)]
    result = check_paths([build(tmp_path / "应收.xlsx", {"receivables": rows})], policy=POLICY, together=True)
    path = write_scoring_sheet(assess(result), "=1+1", tmp_path / SHEET)
    sheet = openpyxl.load_workbook(path)["清欠考核评分表"]
    allowed = {"总分", "等级", "奖惩建议", "处分建议"}
    header = next(r for r in sheet.iter_rows() if r[0].value == "被考核单位")
    computed = {c.column for c in header if c.value in allowed}
    formulas = {
        c.coordinate for r in sheet.iter_rows() for c in r if c.data_type == "f" and c.column not in computed
    }
    assert formulas == set()
    assert {sheet.cell(header[0].row + 1 + n, 1).value for n in range(len(HOSTILE))} >= {
        "=cmd|' /C calc'!A0",
        "@SUM(A1)",
    }
