"""Numbers in papers are those of the findings document and the ledgers: added up from both sides, on the samples."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from qq_excel import money
from qq_excel.check import Result, check_paths
from qq_excel.inputs import workbooks
from qq_excel.papers.document import document
from qq_excel.papers.report import make
from qq_excel.resources import workbooks_dir
from tests.papers.paper_reading import column


@pytest.fixture(scope="module")
def result() -> Result:
    return check_paths(workbooks([workbooks_dir() / "samples" / "group"]))


@pytest.fixture(scope="module")
def papers(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("papers")
    make("management", result, out, formats=["xlsx", "json"])
    make("warnings", result, out, formats=["xlsx", "json"])
    make("ageing", result, out, formats=["json"])
    make("write-off-meeting", result, out, formats=["xlsx", "json"])
    return out


def told(papers: Path, name: str) -> dict:
    return json.loads((papers / f"{name}.json").read_text(encoding="utf-8"))


def cents(text: str) -> int:
    return money.cents(text.replace(",", ""))


def ledgers(result: Result) -> list[tuple]:
    """Unit, balance and whether it is live, straight from the tables."""
    out = []
    for file in result.files:
        for table in file.workbook.tables:
            if table.kind.kind == "receivables":
                frame = table.frame
                columns = ("unit", "balance", "original", "received", "status")
                for unit, balance, original, received, status in zip(
                    *(frame[c] for c in columns), strict=True
                ):
                    # one balance of the samples cannot be read; it is what the two others leave
                    worth = int(original) - int(received) if str(balance) == "<NA>" else int(balance)
                    out.append((unit, worth, worth > 0 and status not in ("已结清", "已核销")))
    return out


def test_findings_of_the_report_are_those_of_the_document(result: Result, papers: Path) -> None:
    whole = document(result)
    open_ = [f for f in whole["findings"] if f["status"] == "open"]
    levels = Counter(f["level"] for f in open_)
    quality = told(papers, "管理报告")["quality"]
    assert {x: sum(q["findings"][x] for q in quality) for x in "EWI?"} == {x: levels[x] for x in "EWI?"}
    assert sum(q["accepted"] for q in quality) == sum(f["accepted"] for f in whole["files"])
    assert sum(q["rows"] for q in quality) == sum(f["rows"] for f in whole["files"])
    rows = list(
        openpyxl.load_workbook(papers / "管理报告.xlsx")["问题明细"].iter_rows(min_row=4, values_only=True)
    )
    assert Counter(r[2] for r in rows) == Counter(f["rule"] for f in open_)


def test_amounts_of_the_report_are_those_of_the_ledgers(result: Result, papers: Path) -> None:
    rows, report = ledgers(result), told(papers, "管理报告")
    live = [worth for _, worth, alive in rows if alive]
    assert report["open"] == {"name": "", "count": len(live), "amount": money.yuan(sum(live))}
    assert sum(cents(d["balance"]) for d in report["debtors"]) == cents(report["open"]["amount"])
    assert sum(cents(m["amount"]) for m in report["due"]) == cents(report["open"]["amount"])
    assert (
        report["ageing"]["total"] == money.yuan(sum(r[1] for r in rows)) == told(papers, "账龄分析")["ledger"]
    )
    units = Counter[str]()
    for unit, worth, _ in rows:
        units[unit] += worth
    shown = {u["unit"]: sum(map(cents, u["amounts"].values())) for u in report["ageing"]["units"]}
    assert shown == dict(units)
    sheet = openpyxl.load_workbook(papers / "管理报告.xlsx")["债权明细"]
    assert sum(round(r[4] * 100) for r in sheet.iter_rows(min_row=4, values_only=True)) == sum(units.values())


def test_warnings_add_up_by_level_unit_and_department(papers: Path) -> None:
    warned, report = told(papers, "清欠预警"), told(papers, "管理报告")
    assert [(x["name"], x["count"], x["amount"]) for x in warned["levels"]] == [
        (x["name"], x["count"], x["amount"]) for x in report["levels"]
    ]
    whole = sum(cents(x["amount"]) for x in warned["levels"])
    for prefix in ("清欠预警表_汇总", "清欠预警表_部门_", "清欠预警表_"):
        books = [
            p for p in papers.glob(f"{prefix}*.xlsx") if prefix != "清欠预警表_" or "分公司" in p.name
        ]  # the departments share all claims among themselves, and so do the units
        assert sum(round(v * 100) for p in books for v in column(p, "账面余额")) == whole, prefix


def test_the_meetings_lists_have_the_applications_of_the_sheet(result: Result, papers: Path) -> None:
    listed = told(papers, "坏账核销审议清单")
    names = {a for b in listed["bodies"] for a in b["applications"]}
    stack = result.stacks["write_offs"]
    amounts = dict(zip(stack["application_id"], stack["amount"], strict=True))
    assert names
    for body in listed["bodies"]:
        assert cents(body["amount"]) == sum(int(amounts[a]) for a in body["applications"])
        book = papers / f"坏账核销审议清单_{body['body']}.xlsx"
        assert sum(round(v * 100) for v in column(book, "申请核销金额")) == cents(body["amount"])
