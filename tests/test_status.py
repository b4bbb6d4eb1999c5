"""Where each case stands: stage, since when, what is missing, who is due; the table, the document, the board."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from qq_excel.check import check_paths
from qq_excel.cli.app import app_of
from qq_excel.language import using
from qq_excel.papers.status_board import write_board
from qq_excel.policy import load_policy
from qq_excel.status import Board, Card, board_of
from qq_excel.template import write_template

AS_OF = dt.date(2026, 9, 30)
HEAD = {"unit": "华东分公司", "as_of": AS_OF, "period": "2026Q3", "prepared_by": "周敏"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def case(number: str, stage: str, since: str, **more: Any) -> dict[str, Any]:
    return {
        "case_id": number, "claim_id": f"ZQ-{number}", "unit": "华东分公司", "debtor": "青岛海川机械有限公司",
        "claimed": 1000, "received_on": day("2026-01-05"), "method": "协商", "stage": stage, "stage_on": day(since),
        "recovered": 0, "remaining": 1000, "responsible": "刘洋", **more,
    }  # fmt: skip


def project(number: str, stage: str, **more: Any) -> dict[str, Any]:
    return {
        "claim_id": number, "project": "一号桥", "contract_id": "HT-1", "client": "临澜县交通局", "contract_amount": 9000,
        "payable": 5000, "paid": 1000, "arrears": 4000, "has_contract": "是", "has_invoice": "是", "has_receipt": "否",
        "stage": stage, "manager": "王强", "responsible": "赵敏", **more,
    }  # fmt: skip


def intake(number: str, **more: Any) -> dict[str, Any]:
    return {
        "intake_id": number, "applicant": "甲厂", "applicant_code": "1", "debtor": "乙公司", "amount": 500,
        "declared_on": day("2026-08-01"), **more,
    }  # fmt: skip


def board(folder: Path, profile: str, **tables: list[dict[str, Any]]) -> Board:
    paths = [
        write_template(kind, folder / f"{kind}.xlsx", rows=rows, head=HEAD, policy=load_policy(profile))
        for kind, rows in tables.items()
    ]
    return board_of(check_paths(paths, policy=load_policy(profile)))


def card(board: Board, key: str) -> Card:
    return next(c for c in board.cards if c.key == key)


def missing(c: Card) -> list[str]:
    return [m.zh for m in c.missing]


def test_a_case_tells_stage_since_when_what_is_missing_and_who_is_due(tmp_path: Path) -> None:
    rows = [
        case("1", "协商", "2026-07-02", plan_no="FA-1", planned_on=day("2026-02-01")),
        case("2", "协商", "2026-07-01", plan_no="FA-2", planned_on=day("2026-02-01"), planned_amount=900,
             planned_by=day("2026-12-31")),
        case("3", "结案", "2026-09-01", closed_on=day("2026-09-01"), remaining=0, recovered=1000),
        case("4", "执行阶段", "2026-09-01"),
    ]  # fmt: skip
    found = board(tmp_path, "group", cases=rows)
    one = card(found, "1")
    assert (one.claim, one.stage, one.stated, one.since, one.days) == (
        "ZQ-1",
        3,
        "协商",
        day("2026-07-02"),
        90,
    )
    assert missing(one) == ["计划收回金额", "计划完成日期"]
    assert (one.due_on, one.late) == (day("2026-09-30"), False), "due today is not late"
    assert (one.who, one.team.zh if one.team else "") == ("刘洋", "清欠办")
    assert (one.amount, one.done, one.closed) == (100_000, False, False)
    two = card(found, "2")
    assert (two.late, two.done, two.missing) == (True, True, ())
    assert (card(found, "3").closed, card(found, "3").due_on) == (True, None)
    assert (card(found, "4").stage, card(found, "4").stated) == (None, "执行阶段")
    assert [c.key for c in found.at(3)] == ["2", "1"], "the late first"


def test_project_claims_lead_and_a_claim_is_shown_once(tmp_path: Path) -> None:
    claims = [
        project("ZQ-1", "收集资料"),
        project("ZQ-2", "跟踪", notified_on=day("2026-05-01"), phoned_on=day("2026-06-01")),
    ]
    found = board(
        tmp_path,
        "project",
        project_claims=claims,
        cases=[case("1", "督促", "2026-08-01"), case("9", "督促", "2026-08-01")],
    )
    assert [(c.kind, c.key) for c in found.cards] == [
        ("project_claims", "ZQ-1"), ("project_claims", "ZQ-2"), ("cases", "9"),
    ]  # fmt: skip
    assert missing(card(found, "ZQ-1")) == ["收据为是"]
    assert card(found, "ZQ-1").since is None
    two = card(found, "ZQ-2")
    assert (two.since, two.days, two.done, two.late) == (day("2026-06-01"), 121, True, True)
    assert (two.debtor, two.amount, two.who) == ("临澜县交通局", 400_000, "赵敏")
    assert missing(card(found, "9")) == ["清欠方案编号", "方案日期"]


def test_a_day_to_come_is_not_since_when_a_case_stands_there(tmp_path: Path) -> None:
    """协议期限 is until when: it gives a term to the stage after it, but no days."""
    agreed = {"notified_on": day("2026-05-01"), "agreement_id": "XY-1", "agreed_amount": 4000}
    claims = [
        project("ZQ-1", "监督履约", agreed_by=day("2026-12-31"), **agreed),
        project("ZQ-2", "监督履约", agreed_by=day("2026-09-30"), **agreed),
    ]
    found = board(tmp_path, "project", project_claims=claims)
    one, two = card(found, "ZQ-1"), card(found, "ZQ-2")
    assert (one.since, one.days, one.due_on, one.late) == (None, None, day("2027-03-31"), False)
    assert (two.since, two.days) == (day("2026-09-30"), 0)


def test_an_intake_stands_where_its_track_puts_it(tmp_path: Path) -> None:
    rows = [
        intake("S1"),
        intake("S2", accepted_on=day("2026-08-05"), decision="受理", track="调解", officer="李"),
        intake("S3", accepted_on=day("2026-08-05"), decision="受理", track="执行", officer="李",
               closed_on=day("2026-09-01"), outcome="已执行"),
    ]  # fmt: skip
    found = board(tmp_path, "agency", claim_intake=rows)
    stages = [s.name for s in found.policy.stages]
    assert [stages[c.stage or 0] for c in found.cards] == ["申报", "调解", "结案"]
    first, second, third = found.cards
    assert missing(first) == ["受理日期", "受理结果", "处理方式", "承办人"]
    assert (first.due_on, first.late) == (day("2026-08-08"), True)
    assert (second.since, missing(second)) == (day("2026-08-05"), ["办结结果"])
    assert third.closed


def test_the_document_and_the_table(tmp_path: Path) -> None:
    book = write_template(
        "cases", tmp_path / "清欠台账.xlsx", rows=[case("1", "核实", "2026-09-01")], head=HEAD
    )
    run = CliRunner().invoke(app_of(), ["status", str(book)])
    assert "核实日期" in run.output
    assert "共 1 件，已结 0 件，超限期 1 件。" in run.output
    document = board_of(check_paths([book])).document()
    assert json.loads(json.dumps(document)) == document
    (one,) = document["cases"]
    assert one == {
        "kind": "cases", "key": "1", "claim": "ZQ-1", "debtor": "青岛海川机械有限公司", "unit": "华东分公司",
        "amount": "1,000.00", "stage": "核实", "stated": "核实", "since": "2026-09-01", "days": 29,
        "due_on": "2026-09-16", "late": True, "missing": ["核实日期"], "done": False, "closed": False, "who": "刘洋",
        "team": "财务部", "file": "清欠台账.xlsx", "sheet": "清欠台账", "row": one["row"],
    }  # fmt: skip
    assert [(s["name"], s["cases"]) for s in document["stages"]][:2] == [("登记", 0), ("核实", 1)]


def test_no_case_is_said_so(tmp_path: Path) -> None:
    book = write_template("staff", tmp_path / "s.xlsx", rows=[], head=HEAD)
    assert (
        "没有案件：本制度在《清欠台账》中登记案件"
        in CliRunner().invoke(app_of(), ["status", str(book)]).output
    )


def test_the_board_is_one_file_without_network_and_escapes_what_was_submitted(tmp_path: Path) -> None:
    rows = [
        case("1", "登记", "2026-09-01", debtor="<script>alert(1)</script>"),
        case("2", "乱写", "2026-09-01"),
    ]
    found = board(tmp_path, "group", cases=rows)
    page = write_board(found, tmp_path / "a.html").read_text(encoding="utf-8")
    assert page == write_board(found, tmp_path / "b.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"(src|href)=|https?://|@import|url\(", page)
    assert page.count('<section class="stage">') == 7
    assert "所填阶段：乱写" in page
    assert "@media print" in page
    with using("en"):
        assert "At no stage of the profile" in write_board(found, tmp_path / "c.html").read_text(
            encoding="utf-8"
        )
