"""Lists for the meeting, and the papers after it: filing sheet, dossier cover, the register's new entries."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from qq_excel.check import Result, check_paths
from qq_excel.papers.report import make
from tests.papers.paper_reading import column, docx_text, sheet_rows, total_of
from tests.papers.test_volume import GOOD, TYPES
from tests.support.build import build
from tests.support.digests import digests

#: Amount in yuan, provision, status.
APPLIED = [
    (400_000, 400_000, "已上报"), (100_000, 60_000, "审核中"), (800_000.5, 600_000, "已上报"), (300_000, 200_000.25, "已批准"),
    (50_000, 0, "草拟"), (70_000, 70_000, "已批准"), (90_000, 90_000, "已批准"),
]  # fmt: skip
MEETING = {"office_opinion": "同意", "office_by": "何立", "office_on": dt.date(2026, 8, 25), "manager_opinion": "同意",
           "manager_on": dt.date(2026, 8, 28), "body": "总经理会议"}  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("in")
    (folder / "evidence").mkdir()
    for name, content in GOOD.items():
        (folder / "evidence" / name).write_bytes(content)
    ledger, asked, evidence = [], [], []
    for n, (amount, provision, status) in enumerate(APPLIED, 1):
        old = {
            "occurred_on": dt.date(2022, 5, 1),
            "due_on": dt.date(2022, 8, 1),
            "age_band": "4至5年",
            "overdue_days": 1521,
        }
        worth = {"balance": amount, "provision": provision}
        ledger.append({**old, **worth, "original": amount, "received": 0, "status": "诉讼"})
        decided = {"approval_no": f"总办〔2026〕{n}号", "approved_on": dt.date(2026, 9, 1)}
        approved = MEETING | decided if status == "已批准" else {}
        if n == 7:
            approved["approval_no"] = None
        asked.append({**worth, "claim_id": f"ZQ-{n:04d}", "amount": amount, "status": status, **approved})
        evidence += [
            {
                "application_id": f"HX-{n:04d}",
                "type": t,
                "name": f"{t}{n}",
                "path": f"evidence/{f}",
                "pages": 2,
            }
            for t, f in zip(TYPES, GOOD, strict=True)
        ]
    register = [{"application_id": "HX-0006", "claim_id": "ZQ-0006", "amount": 70_000}]
    tables = {
        "receivables": ledger,
        "write_offs": asked,
        "evidence": evidence,
        "write_off_register": register,
    }
    return check_paths([build(folder / "核销.xlsx", tables)])


def test_each_body_has_its_list_with_the_sums_of_the_applications(result: Result, tmp_path: Path) -> None:
    made = make("write-off-meeting", result, tmp_path, formats=["xlsx", "json"])
    assert [p.name for p in made.written] == [
        "坏账核销审议清单_总经理会议.xlsx", "坏账核销审议清单_董事会.xlsx", "坏账核销审议清单.json",
    ]  # fmt: skip
    manager, board = made.written[:2]
    assert column(manager, "申请编号") == ["HX-0001", "HX-0002"]
    assert column(board, "申请编号") == ["HX-0003"]
    for header, total in (("申请核销金额", 500_000), ("已提坏账准备", 460_000), ("计入当期损益", 40_000)):
        assert total_of(manager, header) == total == sum(column(manager, header))
    assert column(board, "计入当期损益") == [200_000.5]
    assert column(manager, "证据（件）") == [3, 3]
    words = "\n".join(str(c) for row in sheet_rows(manager) for c in row if c)
    assert "申请核销金额合计 500,000.00 元（人民币伍拾万元整）" in words
    assert "制度认定：符合\n账务处理：准备足额\n税前扣除：未启用" in words
    told = json.loads(made.written[2].read_text(encoding="utf-8"))["bodies"]
    assert [(b["body"], b["amount"], b["charge"]) for b in told] == [
        ("总经理会议", "500,000.00", "40,000.00"), ("董事会", "800,000.50", "200,000.50"),
    ]  # fmt: skip


def test_an_approved_application_gets_its_filing_sheet_and_dossier(result: Result, tmp_path: Path) -> None:
    made = make("write-off-filing", result, tmp_path, formats=["docx", "xlsx", "json"])
    assert sorted(p.name for p in made.written) == [
        "HX-0004_青岛海川机械有限公司_核销档案封面.docx", "HX-0004_青岛海川机械有限公司_财务备案表.docx",
        "HX-0006_青岛海川机械有限公司_核销档案封面.docx", "HX-0006_青岛海川机械有限公司_财务备案表.docx",
        "坏账核销备查簿_华东分公司_新增.xlsx",
        "核销备案.json",
    ]  # fmt: skip
    text = docx_text(tmp_path / "HX-0004_青岛海川机械有限公司_财务备案表.docx")
    for words in ("300,000.00 元", "人民币叁拾万元整", "总办〔2026〕4号", "2026-09-01", "坏账准备\n200,000.25", "信用减值损失\n99,999.75",
                  "应收账款\n300,000.00", "总经理会议"):  # fmt: skip
        assert words in text, words
    full = docx_text(tmp_path / "HX-0006_青岛海川机械有限公司_财务备案表.docx")
    assert "信用减值损失" not in full  # fully provided for
    cover = docx_text(tmp_path / "HX-0004_青岛海川机械有限公司_核销档案封面.docx")
    assert "核 销 档 案" in cover
    assert "债权凭证：债权凭证4" in cover
    assert "HX-0007：没有填批准文号，没有出备案文书" in [n.zh for n in made.notes]
    assert "备查簿中已有，没有再列：HX-0006" in [n.zh for n in made.notes]
    assert json.loads((tmp_path / "核销备案.json").read_text(encoding="utf-8"))["amount"] == "370,000.00"


def test_the_registers_new_entries_are_a_workbook_that_can_be_checked(result: Result, tmp_path: Path) -> None:
    make("write-off-filing", result, tmp_path, formats=["xlsx"])
    read = check_paths([tmp_path / "坏账核销备查簿_华东分公司_新增.xlsx"])
    register = read.stacks["write_off_register"].frame
    assert register["application_id"].dropna().tolist() == ["HX-0004"]
    assert register["amount"].dropna().tolist() == [30_000_000]
    assert register["outstanding"].dropna().tolist() == [30_000_000]
    assert register["still_pursued"].dropna().tolist() == ["是"]


def test_same_input_same_bytes(result: Result, tmp_path: Path) -> None:
    for paper in ("write-off-filing", "write-off-meeting"):
        for name in ("one", "two"):
            make(paper, result, tmp_path / name / paper)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
