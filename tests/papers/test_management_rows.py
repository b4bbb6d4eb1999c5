"""The management report's figures and the rows that each leads to, on the page and in the workbook, also of one unit alone."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from qq_excel import money
from qq_excel.check import Result, check_paths
from qq_excel.errors import InputError
from qq_excel.language import using
from qq_excel.papers.management import trend, unit_views
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from qq_excel.policy import load_policy
from tests.assessment import example
from tests.papers.test_management import handed_in
from tests.support.browser import needs_chromium, opened, violations
from tests.support.build import build

POLICY = load_policy("assessment")
#: Clicks a figure: its text, the rows that are shown then in the table that it leads to, and what they add up to.
CLICKED = """(a) => {
  const text = a.textContent.trim(), table = a.getAttribute('href').slice(1);
  a.click();
  const rows = [...document.querySelectorAll(`#${table} tbody tr:not(.none):not([hidden])`)];
  return { text, table, count: rows.length, sum: rows.reduce((all, r) => all + Number(r.dataset.adds || 0), 0),
           said: document.querySelector('output').textContent };
}"""
FIGURES = f"""() => [...document.querySelectorAll('section.part table a[data-show]:not([data-in])')]
  .map((a) => {{ document.querySelector('button[name=clear]').click(); return ({CLICKED})(a); }})"""
FIGURES_OF_A_UNIT = f"""() => [...document.querySelectorAll('section.part table > :not([hidden]) > tr:not([hidden]) a:not([data-in])')]
  .map({CLICKED})"""
RATES = """() => [...document.querySelectorAll('section.part table a[data-in]')].map((a) => {
  document.querySelector('button[name=clear]').click();
  a.click();
  const part = (key, query) => [...document.querySelectorAll(`#${key} tbody tr:not(.none):not([hidden])`)]
    .filter((r) => [...new URLSearchParams(query)].every(([k, v]) => r.dataset[k] === v))
    .reduce((all, r) => all + Number(r.dataset.adds || 1), 0);
  return { text: a.textContent.trim(), part: part(a.getAttribute('href').slice(1), a.dataset.show),
           whole: part(a.dataset.in, a.dataset.of), tables: [a.getAttribute('href').slice(1), a.dataset.in] };
})"""


def checked(*paths: Path) -> Result:
    return check_paths(paths, policy=POLICY, together=True)


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return checked(example.current(tmp_path_factory.mktemp("now")))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return checked(example.previous(tmp_path_factory.mktemp("before")))


@pytest.fixture(scope="module")
def report(now: Result, before: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    make("management", now, out, before=before, formats=["html", "xlsx", "json"])
    return out


def fits(one: dict[str, Any]) -> bool:
    """Whether the rows that a figure picked add up to it, or are as many as it says."""
    number = one["text"].replace(",", "")
    if "." in number:
        return one["sum"] == money.cents(number)
    return int(number) in (one["count"], one["sum"])


@needs_chromium
def test_every_figure_of_every_table_picks_the_rows_that_it_is_the_sum_of(report: Path) -> None:
    with opened(report / "管理报告.html") as tab:
        clicked = tab.evaluate(FIGURES)
        plain = tab.evaluate("""() => [...document.querySelectorAll('section.part table td.n')]
            .filter((c) => !c.querySelector('a') && !['', '0', '0.00'].includes(c.textContent)).map((c) => c.textContent)""")
    assert [one for one in clicked if not fits(one)] == []
    assert {one["table"] for one in clicked} == {"rows", "findings", "moves", "before", "books"}
    assert len(clicked) == 67
    # what leads nowhere is a running number or the most days past due
    assert set(plain) == {"1", "183"}


@needs_chromium
def test_a_rate_leads_to_the_rows_of_both_its_parts(report: Path) -> None:
    with opened(report / "管理报告.html") as tab:
        rates = tab.evaluate(RATES)
        by_table = {}
        for one in rates:
            value = one["part"] / one["whole"]
            shown = f"{value:.1%}" if "%" in one["text"] else f"{100 * value:,.2f}"
            assert one["text"] == shown, one
            by_table.setdefault(tuple(one["tables"]), []).append(one["text"])
        assert by_table[("moves", "moves")] == ["80.0%", "0.0%"]
        assert len(by_table[("before", "before")]) == 1
        assert {("rows", "rows"), ("findings", "books")} < set(by_table)
        # both parts are told, the rows of the first are marked, and either can be picked alone
        tab.locator("#recovery td a[data-in]").first.click()
        said = tab.locator("output").inner_text()
        assert "分子 清收明细 3 / " in said
        assert "1,300.00 元；分母 清收明细 " in said
        assert tab.locator("#moves tbody tr.part:visible").count() == 3
        assert violations(tab) == []
        tab.locator("#moves .chips button").first.click()
        assert tab.locator("#moves tbody tr:visible").count() == 3
        assert tab.locator("#moves tbody tr.part").count() == 0


@needs_chromium
def test_filtered_by_a_unit_figures_tables_and_charts_are_those_of_the_unit(report: Path) -> None:
    with opened(report / "管理报告.html") as tab:
        whole = tab.locator("main").inner_text()
        tab.select_option("select[name=unit]", "华南分公司")
        assert tab.locator("#figures .tiles b").first.inner_text() == "1,000.00 元"
        assert tab.locator("#debtors .whose").inner_text() == "图为 华南分公司。"
        drawn = {
            k: tab.locator(f"#{k} svg a").count() for k in ("ageing", "due", "debtors", "recovery", "quality")
        }
        assert drawn["due"] == drawn["ageing"] == drawn["debtors"] == 1
        assert drawn["recovery"] == 2
        assert tab.locator("#trend svg circle").count() == 6
        assert violations(tab) == []
        clicked = tab.evaluate(FIGURES_OF_A_UNIT)
        assert [one for one in clicked if not fits(one)] == []
        assert {one["table"] for one in clicked} == {"rows", "moves", "before"}
        assert tab.input_value("select[name=unit]") == "华南分公司"  # a figure keeps the unit that it is of
        # a mark picks its rows as its figure does
        tab.evaluate(
            "document.querySelector('#due svg a').dispatchEvent(new MouseEvent('click', {bubbles: true}))"
        )
        assert tab.locator("output").inner_text().startswith("债权 1 / ")
        tab.click("button[name=clear]")
        assert tab.locator("main").inner_text() == whole


@needs_chromium
def test_a_units_view_is_what_a_report_of_the_unit_alone_shows(tmp_path: Path) -> None:
    east, north = handed_in(tmp_path)
    make("management", check_paths([east, north]), tmp_path / "both", formats=["html"])
    make("management", check_paths([north]), tmp_path / "north", formats=["html"])
    texts = """() => [...document.querySelectorAll('.tiles li, #due tbody td, #due tfoot td, #debtors tbody td, #limitation tbody td')]
        .map((e) => e.innerText)"""
    with opened(tmp_path / "north" / "管理报告.html") as tab:
        alone = tab.evaluate(texts)
    with opened(tmp_path / "both" / "管理报告.html", width=375) as tab:
        tab.select_option("select[name=unit]", "华北分公司")
        assert tab.evaluate("document.documentElement.scrollWidth") == 375
        assert tab.evaluate(texts) == alone


def test_a_page_with_too_many_units_says_whose_charts_it_has(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del report
    result = check_paths(handed_in(tmp_path))
    make("management", result, tmp_path / "all", formats=["html"])
    page = (tmp_path / "all" / "管理报告.html").read_text(encoding="utf-8")
    views = json.loads(page.split('<pre id="views" hidden>')[1].split("</pre>")[0])
    assert list(views["units"]) == ["华东分公司", "华北分公司"]
    assert "为控制本页大小" not in page
    monkeypatch.setattr(unit_views, "MOST", len(json.dumps(views["units"]["华东分公司"])))
    make("management", result, tmp_path / "few", formats=["html"])
    page = (tmp_path / "few" / "管理报告.html").read_text(encoding="utf-8")
    assert "未结清余额最大的 1 个单位（共 2 个）有自己的关键数字和图" in page
    views = json.loads(page.split('<pre id="views" hidden>')[1].split("</pre>")[0])
    assert list(views["units"]) == ["华东分公司"]


def test_the_rows_of_earlier_days_go_from_report_to_report(
    now: Result, before: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make("management", before, tmp_path / "old", formats=["json"]).written[0]
    new = make("management", now, tmp_path / "new", formats=["json"], choices=Choices(since=old)).written[0]
    history = json.loads(new.read_text(encoding="utf-8"))["history"]
    assert [p["on"] for p in history] == ["2026-06-30", "2026-09-30"]
    for p in history:
        assert len(p["rows"]) == p["live"]
        assert sum(money.cents(r["balance"].replace(",", "")) for r in p["rows"]) == money.cents(
            p["balance"].replace(",", "")
        )
    # too many are left out, of the oldest days first, and the report says so
    monkeypatch.setattr(trend, "KEPT", len(history[1]["rows"]))
    new = make("management", now, tmp_path / "few", formats=["json"], choices=Choices(since=old)).written[0]
    assert ["rows" in p for p in json.loads(new.read_text(encoding="utf-8"))["history"]] == [False, True]
    del history[0]["rows"]
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps({"history": history[:1]}), encoding="utf-8")
    make("management", now, tmp_path / "bare", formats=["html", "xlsx"], choices=Choices(since=bare))
    page = (tmp_path / "bare" / "管理报告.html").read_text(encoding="utf-8")
    assert "2026-06-30 的债权明细没有随上次的 管理报告.json 带来" in page
    assert 'id="before"' not in page
    # rows that do not add up to their figures are refused
    kept = json.loads(old.read_text(encoding="utf-8"))
    kept["history"][0]["rows"][0]["balance"] = "1.00"
    bare.write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(InputError, match="不是上次的管理报告 JSON"):
        make("management", now, tmp_path / "no", choices=Choices(since=bare))


def test_in_the_workbook_figures_lead_to_the_cells_that_they_are_the_sums_of(report: Path) -> None:
    book = openpyxl.load_workbook(report / "管理报告.xlsx")
    assert book.sheetnames[-5:] == ["债权明细", "问题明细", "清收明细", "以前各期债权", "报送的工作簿"]
    sheet = book["清收与计划"]
    header = next(r for r in sheet.iter_rows() if r[1].value == "期初")
    names = [c.value for c in header]
    moves = 0
    for row in sheet.iter_rows(min_row=header[0].row + 1):
        for name, cell in zip(names[1:], row[1:], strict=True):
            if name in ("期初", "计划收回", "实际收回", "本期新增", "期末") and cell.value:
                place, area = cell.hyperlink.location.split("!")
                cells = book[place.strip("'")][area]
                values = [c.value for (c,) in cells] if isinstance(cells, tuple) else [cells.value]
                if place == "'清收明细'":
                    moves += 1
                    assert round(sum(values), 2) == cell.value, (name, row[0].value)
    assert moves == 10
    assert sheet.cell(header[0].row + 1, 5).value == 0.8
    assert sheet.cell(header[0].row + 1, 5).hyperlink.location.startswith("'清收明细'!E")
    past = book["变化趋势"]
    first = next(r for r in past.iter_rows() if r[0].value == "2026-06-30")
    assert first[2].hyperlink.location.startswith("'以前各期债权'!")
    assert first[1].value == sum(
        1
        for r in book["以前各期债权"].iter_rows(min_row=4, values_only=True)
        if r[0] == dt.datetime(2026, 6, 30)
    )


def test_the_rows_in_english(now: Result, before: Result, tmp_path: Path) -> None:
    with using("en"):
        make("management", now, tmp_path, before=before, formats=["html", "xlsx"])
    page = (tmp_path / "管理报告.html").read_text(encoding="utf-8")
    for words in (
        "Recovery, claim by claim",
        "Claims of earlier days",
        "Workbooks",
        "The chart shows all units.",
        "numerator",
    ):
        assert words in page
    assert openpyxl.load_workbook(tmp_path / "管理报告.xlsx", read_only=True).sheetnames[-3:] == [
        "Recovery, claim by claim", "Claims of earlier days", "Workbooks",
    ]  # fmt: skip


def test_one_claim_is_not_several_in_english(tmp_path: Path) -> None:
    with using("en"):
        make(
            "management",
            checked(build(tmp_path / "a.xlsx", {"receivables": [{}]})),
            tmp_path,
            formats=["html"],
        )
    page = next(tmp_path.glob("*.html")).read_text(encoding="utf-8")
    words = re.findall(r'data-words="([^"]*)"', page)
    assert (words[0], words[-1]) == ("{n} of {of} claim, {sum} yuan", "{n} of {of} workbook, rows: {total}")
    assert "The 1 largest debtor over all units" in page
    assert "1 of 1 workbook accepted" in page
