"""Submissions, what cannot be judged, what is explained, faults, and the pandera schema."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandera.errors
import pytest
import xlsxwriter

from qq_excel.check import Result, check_paths
from qq_excel.kinds import get_kind
from qq_excel.policy import load_policy
from qq_excel.reading import read_workbook
from qq_excel.rules import registry
from qq_excel.rules.schema import frame_schema
from tests.support.build import build, cell

AS_OF = dt.date(2026, 9, 30)


def found(result: Result, *rules: str) -> list[tuple[str, str, str | None]]:
    return [(f.rule, f.file, f.cell) for f in result.findings if f.rule in rules and f.level != "?"]


def unjudged(result: Result, file: str | None = None) -> set[str]:
    return {f.rule for f in result.findings if f.level == "?" and (file is None or f.file == file)}


def test_submissions_do_not_see_each_other(tmp_path: Path) -> None:
    east = build(tmp_path / "east.xlsx", {"receivables": [{}]})
    west = build(tmp_path / "west.xlsx", {"credit_terms": [{}], "contracts": [{}]}, {"unit": "西部分公司"})
    apart = check_paths([east, west])
    assert {"CRD003", "CON003"} <= unjudged(apart, "east.xlsx")
    assert [f.submission for f in apart.files] == [0, 1]
    joined = check_paths([east, west], together=True)
    assert not {"CRD003", "CON003"} & unjudged(joined)
    assert [f.submission for f in joined.files] == [0, 0]


def test_one_unit_and_period_is_one_submission(tmp_path: Path) -> None:
    ledger = build(tmp_path / "a.xlsx", {"receivables": [{"balance": 900000, "original": 900400}]})
    terms = build(tmp_path / "b.xlsx", {"credit_terms": [{}], "contracts": [{}]})
    other = build(tmp_path / "c.xlsx", {"receivables": [{}]}, {"period": "2026Q2"})
    result = check_paths([ledger, terms, other])
    assert found(result, "CRD003") == [("CRD003", "a.xlsx", cell("receivables", "balance", 0))]
    assert "CRD003" in unjudged(result, "c.xlsx")
    assert "CRD003" not in unjudged(result, "a.xlsx")


def test_what_cannot_be_judged_is_said_and_does_not_block(tmp_path: Path) -> None:
    result = check_paths(
        [build(tmp_path / "a.xlsx", {"receivables": [{}]}, drop=["overdue_days", "handler"])]
    )
    (one,) = (f for f in result.findings if f.rule == "REC006" and f.level == "?")
    assert one.message("zh") == "无法判断“有余额而无经办人或责任人”：表中没有“经办人”列。"
    assert (one.cell, one.blocks, one.sheet) == (None, False, "应收账款明细表")


def test_a_table_that_the_profile_does_not_use_is_not_missed(tmp_path: Path) -> None:
    ledger = build(tmp_path / "a.xlsx", {"receivables": [{}]})
    group = load_policy("group")
    assert {"CON003", "CRD003"} <= unjudged(check_paths([ledger], policy=group))
    without = group.model_copy(update={"kinds": tuple(k for k in group.kinds if k != "contracts")})
    said = unjudged(check_paths([ledger], policy=without))
    assert "CON003" not in said
    assert "CRD003" in said
    contracts = build(tmp_path / "b.xlsx", {"contracts": [{"contract_id": "HT-0002"}]})
    assert found(check_paths([ledger, contracts], policy=without), "CON003"), "handed in, it is judged"


def test_without_as_of_the_date_rules_cannot_judge(tmp_path: Path) -> None:
    path = build(tmp_path / "a.xlsx", {"receivables": [{"due_on": dt.date(2026, 9, 1)}]}, {"as_of": None})
    result = check_paths([path])
    assert {"REC004", "REC012"} <= unjudged(result)
    given = check_paths([path], as_of=AS_OF)
    assert found(given, "REC012") == [("REC012", "a.xlsx", cell("receivables", "status", 0))]


def test_explained_does_not_block(tmp_path: Path) -> None:
    def terms(**changes: Any) -> Result:
        row = {"original": 900400, "balance": 900000, **changes}
        return check_paths(
            [build(tmp_path / "a.xlsx", {"receivables": [row], "credit_terms": [{}], "contracts": [{}]})]
        )

    assert not terms().accepted
    assert not terms(special_reason="增信").accepted
    done = terms(special_reason="增信", reason_by="高远")
    (one,) = (f for f in done.findings if f.rule == "CRD003")
    assert (one.status, one.reason, one.approved_by) == ("explained", "增信", "高远")
    assert done.accepted
    assert done.findings.counts()["E"] == 0


@pytest.mark.parametrize("rule_id", ["REC001", "REC004", "CEL001", "TAB001", "FIL001", "CRD003"])
def test_a_crashing_rule_is_said_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule_id: str
) -> None:
    def crash(*_: Any) -> Any:
        raise ZeroDivisionError("no")

    rows = [{"balance": 700}, {"age_band": "5年以上"}, {"original": 900400, "balance": 900000}]
    path = build(tmp_path / "a.xlsx", {"receivables": rows, "credit_terms": [{}], "contracts": [{}]})
    before = check_paths([path])
    monkeypatch.setitem(registry.load(), rule_id, crash)
    after = check_paths([path])
    faults = [f for f in after.findings if f.rule == rule_id]
    assert faults
    for f in faults:
        assert f.level == "?"
        assert "程序内部故障（编号 " in f.message("zh")
        assert "ZeroDivisionError" not in f.message("zh")

    def others(result: Result) -> list[tuple[str, str, str | None]]:
        return [(f.rule, f.level, f.cell) for f in result.findings if f.rule != rule_id]

    assert others(after) == others(before)
    assert {"REC001", "REC004", "CRD003"} <= {f.rule for f in before.findings}


ROWS: list[dict[str, Any]] = [
    {},
    {"balance": 700},
    {"due_on": dt.date(2026, 8, 1)},
    {"age_band": "5年以上"},
    {"handler": None},
    {"status": "已结清"},
    {"provision": 700},
    {"currency": "USD"},
    {"disputed": "是"},
    {"debtor": None},
    {"claim_id": "ZQ-0001"},
    {"status": "在追"},
]


def test_the_schema_alone_fails_on_the_same_rows(tmp_path: Path) -> None:
    path = build(tmp_path / "a.xlsx", {"receivables": ROWS})
    (table,) = read_workbook(path).tables
    policy = load_policy("group")
    schema = frame_schema(get_kind("receivables"), AS_OF, policy.at(AS_OF))
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        schema.validate(table.frame, lazy=True)
    cases = caught.value.failure_cases
    ours = check_paths([path]).findings
    compared = 0
    for rule in (
        "REC001",
        "REC002",
        "REC004",
        "REC006",
        "REC011",
        "REC014",
        "REC015",
        "CEL001",
        "REC012",
        "REC021",
    ):
        theirs = {
            int(i) for c, i in zip(cases["check"], cases["index"], strict=True) if str(c).startswith(rule)
        }
        mine = {f.row - int(table.rows[0]) for f in ours if f.rule == rule and f.row is not None}
        assert theirs == mine, rule
        compared += bool(mine)
    assert compared >= 8


def test_a_clean_frame_passes_the_schema(tmp_path: Path) -> None:
    (table,) = read_workbook(build(tmp_path / "a.xlsx", {"receivables": [{}, {}]})).tables
    schema = frame_schema(get_kind("receivables"), AS_OF, load_policy("group").at(AS_OF))
    assert len(schema.validate(table.frame, lazy=True)) == 2


def test_stacking_finds_the_same_as_one_by_one(tmp_path: Path) -> None:
    rest: dict[str, Any] = {"credit_terms": [{}], "contracts": [{}]}
    over = {"original": 900400, "balance": 900000}
    one = build(tmp_path / "one.xlsx", {"receivables": ROWS, **rest})
    two = build(
        tmp_path / "two.xlsx",
        {"receivables": [over, *ROWS[3:9]], **rest},
        {"unit": "西部分公司", "money_unit": "万元"},
    )
    old = build(
        tmp_path / "old.xlsx",
        {"receivables": ROWS[:6], **rest},
        {"as_of": dt.date(2026, 6, 30), "period": "2026Q2"},
    )

    def told(result: Result) -> list[Any]:
        return [{**f.document(), "order": None} for f in result.findings]

    apart = [told(check_paths([p])) for p in (one, two, old)]
    assert told(check_paths([one, two, old])) == [f for some in apart for f in some]
    assert all(apart)


def test_a_stack_is_named_not_printed(tmp_path: Path) -> None:
    """pandera formats the arguments of each check: a frame in there cost more than all rules together."""
    path = build(tmp_path / "a.xlsx", {"receivables": [{}, {}]})
    stack = check_paths([path]).stacks["receivables"]
    assert repr(stack) == "Stack(receivables, 2 rows, 2026-09-30)"
    assert f"{get_kind('receivables')['claim_id']}" == "claim_id 债权编号"


def test_a_finding_shows_the_start_of_a_long_text(tmp_path: Path) -> None:
    rows = [{"debtor": "长" * 32_767}, {"debtor": "短" * 300}]
    result = check_paths([build(tmp_path / "长文字.xlsx", {"receivables": rows})])
    assert [f.value for f in result.findings if f.rule == "CEL014"] == ["长" * 499 + "…", "短" * 300]


def test_a_workbook_that_another_names_as_evidence_is_no_submission(tmp_path: Path) -> None:
    for name in ("对账单.xlsx", "别的.xlsx"):
        book = xlsxwriter.Workbook(str(tmp_path / name))
        book.add_worksheet().write_string(0, 0, "客户盖章的对账单")
        book.close()
    ledger = build(tmp_path / "证据.xlsx", {"evidence": [{"path": "对账单.xlsx"}]})
    result = check_paths([tmp_path / "别的.xlsx", tmp_path / "对账单.xlsx", ledger])
    assert [(f.workbook.name, f.accepted) for f in result.files] == [
        ("别的.xlsx", False),
        ("证据.xlsx", True),
    ]
    assert result.evidence == {"对账单.xlsx": "证据.xlsx"}
    alone = check_paths([tmp_path / "对账单.xlsx"])
    assert [(f.rule, f.file) for f in alone.findings] == [("FIL006", "对账单.xlsx")]
    assert alone.evidence == {}
