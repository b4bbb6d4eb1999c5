"""The management report: figures that tie to the ledgers, a page that works in a browser, a workbook, a trend."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from qq_excel import money
from qq_excel.check import Result, check_paths
from qq_excel.errors import InputError
from qq_excel.language import using
from qq_excel.papers.management import charts
from qq_excel.papers.management.book_charts import chart_rows
from qq_excel.papers.pdf import find_soffice
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from qq_excel.warnings import warnings_of
from tests.papers.paper_reading import pdf_text
from tests.papers.test_letters import claim
from tests.support.browser import needs_chromium, opened, violations
from tests.support.build import build
from tests.support.digests import digests

EVIL = "<script>alert(1)</script>&\"'"
EAST = [
    claim("甲公司", 100000.5, dt.date(2026, 9, 20)),
    claim("甲公司", 200, dt.date(2026, 12, 1)),
    claim("甲公司", -50.25, dt.date(2026, 9, 1)),  # a credit note
    claim("乙公司", 3000, dt.date(2026, 8, 1), disputed="是", dispute_reason="质量"),
    claim(
        "丙公司", 5000, dt.date(2023, 10, 15), occurred_on=dt.date(2023, 4, 1)
    ),  # limitation ends 2026-10-15
    claim("丁公司", 900, dt.date(2025, 1, 1), status="诉讼"),
    claim(EVIL, 8, dt.date(2026, 9, 1), debtor_type="个人"),
]
NORTH = [
    claim("甲公司", 700, dt.date(2020, 1, 1), occurred_on=dt.date(2019, 1, 1)),  # limitation is over
    claim("己公司", 10, dt.date(2025, 1, 1), status="已核销"),
]
UNIT = {"unit": "华北分公司"}


def handed_in(folder: Path, *, months_back: int = 0) -> list[Path]:
    """The ledgers of two units, or those of the period before."""
    head = {"as_of": dt.date(2026, 6, 30), "period": "2026Q2"} if months_back else {}
    north = [{**row, **UNIT, "claim_id": f"HB-{n}"} for n, row in enumerate(NORTH)]
    east = EAST[:2] if months_back else EAST
    return [
        build(folder / "华东.xlsx", {"receivables": east}, head),
        build(folder / "华北.xlsx", {"receivables": north}, {**head, **UNIT}),
    ]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return check_paths(handed_in(tmp_path_factory.mktemp("ledgers")))


@pytest.fixture(scope="module")
def report(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    made = make("management", result, out)
    assert [p.name for p in made.written] == ["管理报告.html", "管理报告.xlsx", "管理报告.json"]
    return out


@pytest.fixture(scope="module")
def data(report: Path) -> dict:
    return json.loads((report / "管理报告.json").read_text(encoding="utf-8"))


def test_key_figures_are_the_sums_of_the_ledgers(data: dict) -> None:
    assert data["open"] == {"name": "", "count": 7, "amount": "109,808.50"}
    assert data["past_due"] == {"name": "", "count": 6, "amount": "109,608.50"}
    assert data["ageing"]["total"] == "109,768.25"  # with the credit note and what was written off
    assert data["debtors"][0] == {
        "debtor": "甲公司", "count": 3, "balance": "100,900.50", "past_due": "100,700.50", "level": "红",
    }  # fmt: skip
    assert [d["debtor"] for d in data["debtors"]] == ["甲公司", "丙公司", "乙公司", "丁公司", EVIL]


def test_the_limitation_calendar_has_a_month_for_each_claim_whose_clock_runs(data: dict) -> None:
    months = {m["name"]: (m["count"], m["amount"]) for m in data["limitation"]}
    assert list(months)[:3] == ["past", "2026-09", "2026-10"]
    assert len(months) == 14
    assert list(months)[-1] == "2027-09"
    assert {k: v for k, v in months.items() if v[0]} == {"past": (1, "700.00"), "2026-10": (1, "5,000.00")}


def test_arrears_by_the_month_in_which_they_fell_due(data: dict) -> None:
    assert [(m["name"], m["count"], m["amount"]) for m in data["due"]] == [
        ("earlier", 2, "5,700.00"), ("2025-01", 1, "900.00"), ("2026-08", 1, "3,000.00"), ("2026-09", 2, "100,008.50"),
        ("2026-12", 1, "200.00"),
    ]  # fmt: skip


def test_warnings_are_those_of_the_warning_sheet(data: dict, result: Result) -> None:
    book = warnings_of(result)
    assert [(x["name"], x["count"], x["amount"]) for x in data["levels"]] == list(book.by_level())
    for name, at in (("count", 0), ("amount", 1)):
        by_unit = [
            sum(
                (x[name] if name == "count" else money.cents(x[name].replace(",", "")))
                for x in unit["levels"]
            )
            for unit in sorted(data["warnings"], key=lambda u: u["unit"])
        ]
        expected = [(s.count, s.amount)[at] for s in sorted(book.sums_by_unit(), key=lambda s: s.name)]
        assert by_unit == expected


def test_quality_counts_every_open_finding(data: dict, result: Result) -> None:
    assert {q["unit"]: (q["files"], q["rows"]) for q in data["quality"]} == {
        "华东分公司": (1, 7),
        "华北分公司": (1, 2),
    }
    for level, count in result.findings.counts().items():
        assert sum(q["findings"][level] for q in data["quality"]) == count


def test_the_trend_grows_by_since_and_by_previous(
    result: Result, data: dict, report: Path, tmp_path: Path
) -> None:
    assert [p["on"] for p in data["history"]] == ["2026-09-30"]
    (tmp_path / "before").mkdir()
    before = check_paths(handed_in(tmp_path / "before", months_back=1))
    old = make("management", before, tmp_path / "old", formats=["json"]).written[0]
    for more in ({"choices": Choices(since=old)}, {"before": before}):
        made = make("management", result, tmp_path / "-".join(more), formats=["json", "html"], **more)
        now = json.loads((made.written[1]).read_text(encoding="utf-8"))
        assert [(p["on"], p["live"], p["balance"], p["overdue"]) for p in now["history"]] == [
            ("2026-06-30", 3, "100,900.50", "700.00"), ("2026-09-30", 7, "109,808.50", "109,608.50"),
        ]  # fmt: skip
        page = made.written[0].read_text(encoding="utf-8")
        assert "比 2026-06-30 +8,908.00 元" in page
    later = make(
        "management", before, tmp_path / "later", formats=["json"], choices=Choices(since=report / "管理报告.json")
    )  # fmt: skip
    assert any("晚于本次截止日期" in n.zh for n in later.notes)
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"claims": []}', encoding="utf-8")
    with pytest.raises(InputError, match="不是上次的管理报告 JSON"):
        make("management", result, tmp_path / "no", choices=Choices(since=wrong))


def test_a_point_of_other_units_is_told(result: Result, report: Path, tmp_path: Path) -> None:
    """A unit that has not handed in yet makes the total fall: nobody is to take that for money that came in."""
    east = [f for f in result.files if f.workbook.head("unit") == "华东分公司"]
    alone = check_paths([Path(f.workbook.path) for f in east])
    old = report / "管理报告.json"
    fewer = make("management", alone, tmp_path / "a", formats=["json"], choices=Choices(since=old))
    assert not fewer.notes  # of the same day: it takes the place of that point
    (tmp_path / "later").mkdir()
    later = json.loads(old.read_text(encoding="utf-8"))
    later["history"][0]["on"] = "2026-06-30"
    (tmp_path / "old.json").write_text(json.dumps(later), encoding="utf-8")
    fewer = make(
        "management", alone, tmp_path / "b", formats=["json"], choices=Choices(since=tmp_path / "old.json")
    )
    assert [n.zh for n in fewer.notes] == [
        "华北分公司 在 2026-06-30 有未结清债权 700.00 元，本期没有明细表；与上期比较的增减包含这一笔差额"
    ]
    kept = json.loads(fewer.written[0].read_text(encoding="utf-8"))
    assert fewer.notes[0].zh in kept["notes"]
    just = make("management", alone, tmp_path / "c", formats=["json"]).written[0]
    other = json.loads(just.read_text(encoding="utf-8"))
    other["history"][0]["on"] = "2026-06-30"
    (tmp_path / "few.json").write_text(json.dumps(other), encoding="utf-8")
    more = make(
        "management", result, tmp_path / "d", formats=["json"], choices=Choices(since=tmp_path / "few.json")
    )
    assert "华北分公司 本期有未结清债权 700.00 元，2026-06-30 没有；与上期比较的增减包含这一笔差额" in [
        n.zh for n in more.notes
    ]


def test_recovery_is_the_assessments(result: Result, data: dict, tmp_path: Path) -> None:
    assert data["recovery"]["period"] == "2026Q3"
    assert {u["unit"]: u["closing"] for u in data["recovery"]["units"]} == {
        "华东分公司": "109,108.50",
        "华北分公司": "700.00",
    }
    assert {u["planned"] for u in data["recovery"]["units"]} == {None}


# --- the page -------------------------------------------------------------------------------------------


def test_the_page_needs_nothing_else_and_text_stays_text(report: Path) -> None:
    page = (report / "管理报告.html").read_text(encoding="utf-8")
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in page
    assert page.count("<script") == 1
    addresses = set(re.findall(r"""(?:https?:)?//[^\s"'<>]+""", page.replace("file://", "")))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in page
    assert page.count("<svg") == 7  # a chart each but for the trend, of which there is one point only
    for words in ("109,808.50 元", "2026 年 10 月", "100,900.50"):
        assert words in page


def test_same_input_same_bytes(result: Result, report: Path, tmp_path: Path) -> None:
    make("management", result, tmp_path)
    assert digests(tmp_path) == digests(report)


def test_in_english(result: Result, tmp_path: Path) -> None:
    with using("en"):
        make("management", result, tmp_path)
    page = (tmp_path / "管理报告.html").read_text(encoding="utf-8")
    for words in ('<html lang="en">', "Management report", "Open claims", "Limitation calendar", "Red"):
        assert words in page
    sheets = openpyxl.load_workbook(tmp_path / "管理报告.xlsx", read_only=True).sheetnames
    assert sheets[:3] == ["Overview", "Ageing", "Arrears and what falls due"]


@needs_chromium
def test_in_a_browser(report: Path, tmp_path: Path) -> None:
    with opened(report / "管理报告.html") as tab:
        broken = "[...document.querySelectorAll('a')].filter(a => !document.getElementById(a.getAttribute('href').slice(1)))"
        assert tab.evaluate(f"{broken}.length") == 0
        output = tab.locator("output")
        assert output.inner_text().startswith("债权 9 / 9 笔，109,768.25 元；")
        # every figure picks rows whose balances add up to it
        figures = "#ageing tbody td a, #due tbody td:last-child a, #debtors tbody td:nth-child(4) a"
        sums = tab.evaluate(f"""() => [...document.querySelectorAll('{figures}')]
            .map(a => {{ document.querySelector('button[name=clear]').click(); a.click();
                 return [a.textContent, document.querySelector('output').textContent]; }})""")
        assert len(sums) == 29
        for figure, said in sums:
            assert f"笔，{figure} 元；" in said
        tab.locator("#limitation tbody td:last-child a").last.click()
        assert output.inner_text().startswith("债权 1 / 9 笔，5,000.00 元；")
        assert tab.locator("#rows .chips").inner_text() == "时效届满 2026-10 ×"
        tab.locator("#rows .chips button").click()
        assert output.inner_text().startswith("债权 9 / 9 笔")
        tab.select_option("select[name=unit]", "华北分公司")
        assert output.inner_text().startswith("债权 2 / 9 笔，710.00 元；")
        assert tab.locator("#warnings tbody tr:visible").count() == 1
        tab.fill("input[name=q]", "甲公司")
        assert output.inner_text().startswith("债权 1 / 9 笔，700.00 元；")
        tab.click("button[name=clear]")
        assert output.inner_text().startswith("债权 9 / 9 笔")
        tab.locator("#ageing svg a").first.click()  # a mark of a chart does what its figure does
        assert output.inner_text().startswith("债权 3 / 9 笔，100,208.50 元；")
        tab.click("#rows th:nth-child(5) button")
        first = "document.querySelector('#rows tbody tr:not([hidden]) td:nth-child(5)').textContent"
        assert tab.evaluate(first) == "8.00"
        tab.click("button[name=clear]")
        assert violations(tab) == []
        printed = tmp_path / "printed.pdf"
        tab.pdf(path=printed, prefer_css_page_size=True)
    text = pdf_text(printed)
    assert "清欠管理报告" in text
    assert "109,808.50" in text
    assert "清除" not in text


@needs_chromium
def test_on_a_narrow_screen(report: Path) -> None:
    with opened(report / "管理报告.html", width=375) as tab:
        assert tab.evaluate("document.documentElement.scrollWidth") == 375
        assert violations(tab) == []


def test_a_name_that_xml_cannot_hold_is_drawn_all_the_same() -> None:
    """At such a character vl-convert ends the whole process."""
    one = {"name": "甲\ufffe\x01公司", "part": "余额", "value": 1.0, "words": "甲\ufffe", "show": "unit=甲"}
    drawn = charts.Chart("bars", [one], "万元", ["余额"], ["#000000"]).svg()
    assert "甲\ufffd\ufffd公司" in drawn


def test_without_the_chart_library(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    made = make("management", result, tmp_path)
    assert "pip install 'qq-excel[charts]'" in made.no_pdf.zh
    assert sorted(p.name for p in made.written) == ["管理报告.json", "管理报告.xlsx"]
    assert not (tmp_path / "管理报告.html").exists()


# --- the workbook and the PDF ---------------------------------------------------------------------------


def test_the_workbook_has_the_rows_and_links_to_them(report: Path) -> None:
    book = openpyxl.load_workbook(report / "管理报告.xlsx")
    assert book.sheetnames == [
        "概览", "账龄结构", "逾期形成与未来到期", "变化趋势", "主要债务人", "预警", "诉讼时效日历", "清收与计划", "数据质量", "口径和说明",
        "债权明细", "问题明细", "清收明细", "报送的工作簿",
    ]  # fmt: skip
    rows = list(book["债权明细"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == 9
    assert round(sum(r[4] for r in rows), 2) == 109768.25
    assert [r[1] for r in rows] == ["华东分公司"] * 7 + ["华北分公司"] * 2
    sheet = book["主要债务人"]
    cell = next(c for row in sheet.iter_rows() for c in row if c.value == 100900.5)
    assert cell.hyperlink.location == "'债权明细'!A1"
    of_unit = next(c for row in book["账龄结构"].iter_rows() for c in row if c.value == 710)
    assert of_unit.hyperlink.location == "'债权明细'!E11:E12"
    assert len(book["账龄结构"]._charts) == 1


def test_a_table_that_is_printed_on_two_pages_has_its_headers_on_both(report: Path) -> None:
    """The last of a sheet: rows repeat on the pages behind them, and on no page are they those of another table."""
    book = openpyxl.load_workbook(report / "管理报告.xlsx")
    last = {
        "逾期形成与未来到期": "到期月份",
        "主要债务人": "序号",
        "诉讼时效日历": "届满月份",
        "账龄结构": "单位",
    }
    for name, header in last.items():
        row = max(c.row for c in book[name]["A"] if c.value == header)
        assert book[name].print_title_rows == f"${row}:${row}", name


def test_the_pdf_has_the_sections_and_not_the_rows(result: Result, tmp_path: Path) -> None:
    if find_soffice() is None:
        pytest.skip("LibreOffice makes the PDF")
    make("management", result, tmp_path, formats=["pdf"])
    text = pdf_text(tmp_path / "管理报告.pdf")
    for words in ("清欠管理报告", "账龄结构", "诉讼时效日历", "数据质量", "109,808.50"):
        assert words in text
    assert "####" not in text
    assert "债权明细" not in text
    assert re.search(r"指标\s+数值\s+说明\s", text)
    assert not re.search(r"说明\s+明细\s", text)  # no column of links to rows that it has not


def test_a_chart_of_as_many_names_as_are_drawn_fits_on_a_page_below_its_title() -> None:
    """A4 on its side has some 34 rows of 20 pixels between the margins, of which the title takes four."""
    assert [chart_rows(key, 20) for key in ("debtors", "recovery", "ageing", "trend")] == [30, 30, 27, 16]


@needs_chromium
def test_printed_a_long_table_has_its_headers_on_every_page_and_its_total_once(
    report: Path, tmp_path: Path
) -> None:
    with opened(report / "管理报告.html") as tab:
        tab.evaluate("""() => {
            const table = document.querySelector('#due table');
            for (let n = 0; n < 80; n++) table.tBodies[0].append(table.tBodies[0].rows[0].cloneNode(true));
            table.tFoot.rows[0].cells[0].textContent = '全部合计在此';
            table.tHead.rows[0].cells[0].firstChild.textContent = '页页都有的列名';
        }""")
        printed = tmp_path / "printed.pdf"
        tab.pdf(path=printed, prefer_css_page_size=True)
    text = pdf_text(printed)
    assert text.count("页页都有的列名") >= 3
    assert text.count("全部合计在此") == 1


def test_ledgers_without_a_claim_have_no_chart_of_nothing(tmp_path: Path) -> None:
    result = check_paths([build(tmp_path / "空.xlsx", {"receivables": []})])
    make("management", result, tmp_path / "out")
    page = (tmp_path / "out" / "管理报告.html").read_text(encoding="utf-8")
    for part in ("ageing", "recovery"):
        section = page.split(f'<section id="{part}"')[1].split("</section>")[0]
        assert "<table" in section
        assert "<svg" not in section


def test_why_the_ageing_is_not_the_open_claims_is_said_once(tmp_path: Path) -> None:
    rows = [
        {"claim_id": "A-1"},
        {"claim_id": "A-2", "original": -7000, "received": 0, "balance": -7000},
        {"claim_id": "A-3", "original": 1000, "received": 700, "balance": 300, "status": "已结清"},
        {"claim_id": "A-4", "balance": "不详"},
    ]
    result = check_paths([build(tmp_path / "应收.xlsx", {"receivables": rows})])
    make("management", result, tmp_path / "out")
    data = json.loads((tmp_path / "out" / "管理报告.json").read_text(encoding="utf-8"))
    assert data["open"]["amount"] == "1,200.00"
    assert data["ageing"]["total"] == "-5,500.00"
    words = "账龄合计与明细表相符，与未结清债权不等：多出已结清、已核销而仍有余额的 1 笔 300.00 元、扣减贷项 1 笔 7,000.00 元"
    page = (tmp_path / "out" / "管理报告.html").read_text(encoding="utf-8")
    assert page.count(f"<li>{words}</li>") == 1
    assert len(data["notes"]) == len(set(data["notes"]))
    assert words in data["notes"]
    with using("en"):
        make("management", result, tmp_path / "en")
    data = json.loads((tmp_path / "en" / "管理报告.json").read_text(encoding="utf-8"))
    assert (
        "the ageing ties to the ledgers and differs from the open claims: 1 claim settled or written off with a balance "
        "(300.00 yuan), less 1 credit note (7,000.00 yuan)"
    ) in data["notes"]


def test_the_workbooks_ageing_has_the_colours_of_the_pages(report: Path) -> None:
    """What is disputed is grey in both, and red is what is old."""
    with zipfile.ZipFile(report / "管理报告.xlsx") as book:
        chart = next(
            xml
            for n in sorted(book.namelist())
            if n.startswith("xl/charts/chart") and "stacked" in (xml := book.read(n).decode())
        )
    drawn = re.findall(r'<c:ser>.*?srgbClr val="(\w+)"', chart, flags=re.DOTALL)
    six = ["9DC3E6", "5B9BD5", "FFD966", "F4A460", "C00000", "7B1E1E"]
    assert drawn == [*six, "7F8FA6", "A6ACB5", "C9CED6"]
    page = (report / "管理报告.html").read_text(encoding="utf-8")
    section = page.split('<section id="ageing"')[1].split("</section>")[0]
    assert {f"#{ink}" for ink in drawn} >= set(re.findall(r'fill="(#[0-9A-F]{6})"', section)) - {
        "#262626",
        "#5B6470",
    }
