"""Warning levels on their boundary days and cents, and sums that tie to the ledger."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from qq_excel.check import check_paths
from qq_excel.language import using
from qq_excel.warnings import Ageing, WarningBook, warnings_of
from tests.rules.test_fixtures import with_parameters
from tests.support.build import build

Rows = list[dict[str, Any]]
ALL = {"credit_terms": [{}], "contracts": [{}]}


def book(tmp_path: Path, claims: Rows, policy: dict[str, Any] | None = None, **tables: Any) -> WarningBook:
    head = tables.pop("head", None)
    path = build(tmp_path / "台账.xlsx", {"receivables": claims, **{**ALL, **tables}}, head)
    return warnings_of(check_paths([path], policy=with_parameters(policy or {}, [])))


def shown(found: WarningBook) -> list[tuple[str, str, str]]:
    return [(c.claim_id, c.level, " ".join(f"{x.code}:{x.level}" for x in c.causes)) for c in found.claims]


def one(found: WarningBook) -> tuple[str | None, str]:
    """Level and causes of the only claim."""
    if not found.claims:
        return None, ""
    ((_, level, causes),) = shown(found)
    return level, causes


def test_a_clean_ledger_warns_of_nothing(tmp_path: Path) -> None:
    found = book(tmp_path, [{}])
    assert found.claims == []
    assert found.notes == []
    assert [(s.name, s.count, s.amount) for s in found.sums_by_level()] == [(x, 0, 0) for x in "红橙黄蓝"]
    assert (found.live.count, found.live.amount) == (1, 60_000)


@pytest.mark.parametrize(
    ("occurred_on", "level"),
    [
        ("2025-10-31", None),  # 31 days left
        ("2025-10-30", "蓝"),  # 30
        ("2025-10-16", "蓝"),  # 16
        ("2025-10-15", "黄"),  # 15: half the lead time
        ("2025-09-30", "黄"),  # the very last day
        ("2025-09-29", "橙"),  # past by a day
        ("2025-07-02", "橙"),  # past by 90
        ("2025-07-01", "红"),  # past by 91
    ],
)
def test_insured_age(tmp_path: Path, occurred_on: str, level: str | None) -> None:
    found = book(tmp_path, [{"occurred_on": dt.date.fromisoformat(occurred_on)}])
    assert one(found) == (level, f"age:{level}" if level else "")


def test_a_cause_says_figures_date_and_clause(tmp_path: Path) -> None:
    (claim,) = book(tmp_path, [{"occurred_on": dt.date(2025, 8, 26)}]).claims
    (cause,) = claim.causes
    assert cause.text.zh == "保险账龄期限 365 天，已 400 天，超 35 天"
    assert cause.text.en == "insured age 365 days, 400 days old, 35 days past"
    assert (cause.date, cause.clause, cause.amount) == (dt.date(2026, 8, 26), "F-29", None)
    assert (claim.department, claim.measure.zh[:5]) == ("清欠办", "移交清欠办")
    assert (claim.age_band, claim.overdue_days, claim.balance) == ("1至2年", 0, 60_000)
    assert (claim.unit, claim.handler, claim.responsible) == ("华东分公司", "刘洋", "陈刚")
    assert (claim.file, claim.sheet, claim.cell) == ("台账.xlsx", "应收账款明细表", "A6")


@pytest.mark.parametrize(
    ("balance", "level"),
    [
        (639_999.99, None),
        (640_000, "蓝"),
        (719_999.99, "蓝"),
        (720_000, "黄"),
        (800_000, "黄"),
        (800_000.01, "橙"),
    ],
)
def test_limits(tmp_path: Path, balance: float, level: str | None) -> None:
    assert one(book(tmp_path, [{"balance": balance}])) == (level, f"limit:{level}" if level else "")


def test_a_limit_says_which_how_much_and_what_is_left(tmp_path: Path) -> None:
    first = book(tmp_path, [{"balance": 900_000}]).claims[0].causes[0]
    assert first.text.zh == "合同保险额度 800,000.00 元，欠款合计 900,000.00 元（112.5%），超 100,000.00 元"
    assert first.amount == 90_000_000
    second = book(tmp_path, [{"balance": 640_000}]).claims[0].causes[0]
    assert (
        second.text.en == "the contract's insured limit 800,000.00, 640,000.00 owed (80.0%), 160,000.00 left"
    )
    assert second.clause == "F-28"


@pytest.mark.parametrize(
    ("expires_on", "renewed", "level"),
    [
        ("2026-10-31", "否", None),
        ("2026-10-30", "否", "蓝"),
        ("2026-10-15", "否", "黄"),
        ("2026-10-15", "是", None),
        ("2026-09-30", "否", "黄"),
        ("2026-09-29", "是", "橙"),
        ("2026-07-02", "否", "橙"),
        ("2026-07-01", "否", "红"),
    ],
)
def test_contract_term(tmp_path: Path, expires_on: str, renewed: str, level: str | None) -> None:
    contract = {"expires_on": dt.date.fromisoformat(expires_on), "renewed": renewed}
    assert one(book(tmp_path, [{}], contracts=[contract])) == (level, f"term:{level}" if level else "")


@pytest.mark.parametrize(
    ("due_on", "causes"),
    [
        ("2023-12-30", ""),  # limitation ends 2026-12-30: 91 days
        ("2023-12-29", "limitation:红"),
        ("2023-09-30", "limitation:红"),  # three years today: limitation ends, not yet more than three years
        ("2023-09-29", "limitation:红 overdue:红"),
    ],
)
def test_limitation_and_long_past_due(tmp_path: Path, due_on: str, causes: str) -> None:
    claim = {"due_on": dt.date.fromisoformat(due_on), "confirmed_on": None, "dunned_on": None}
    assert one(book(tmp_path, [claim]))[1] == causes


def test_a_suit_stops_limitation_but_not_the_rest(tmp_path: Path) -> None:
    claim = {"due_on": dt.date(2020, 1, 10), "confirmed_on": None, "dunned_on": None, "status": "诉讼"}
    assert one(book(tmp_path, [claim])) == ("红", "overdue:红")


def test_every_cause_is_shown_and_the_highest_level_counts_once(tmp_path: Path) -> None:
    claim = {"occurred_on": dt.date(2025, 10, 30), "balance": 900_000}
    found = book(tmp_path, [claim], contracts=[{"expires_on": dt.date(2026, 6, 1)}])
    assert shown(found) == [("ZQ-0001", "红", "term:红 limit:橙 age:蓝")]
    assert [(s.name, s.count, s.amount) for s in found.sums_by_level() if s.count] == [("红", 1, 90_000_000)]
    assert {s.name: s.count for s in found.sums_by_cause()} == {
        "age": 1, "limit": 1, "term": 1, "limitation": 0, "overdue": 0,
    }  # fmt: skip


def test_claims_at_their_end_are_not_warned(tmp_path: Path) -> None:
    old = {"occurred_on": dt.date(2020, 1, 1), "due_on": dt.date(2020, 2, 1)}
    claims = [
        {**old, "status": "已核销"},
        {**old, "status": "已结清"},
        {**old, "balance": 0},
        {**old, "balance": -5},
    ]
    assert book(tmp_path, claims).claims == []


def test_gravest_first_and_a_special_reason_needs_who_approved_it(tmp_path: Path) -> None:
    past = {"occurred_on": dt.date(2025, 9, 1)}
    found = book(
        tmp_path,
        [
            {"occurred_on": dt.date(2025, 10, 30), "balance": 700},
            {**past, "special_reason": "质保期内"},
            {**past, "balance": 900, "special_reason": "质保期内", "reason_by": "高远"},
        ],
    )
    assert [c.claim_id for c in found.claims] == ["ZQ-0003", "ZQ-0002", "ZQ-0001"]
    assert [c.explained for c in found.claims] == [True, False, False]
    assert (found.claims[0].reason, found.claims[0].reason_by) == ("质保期内", "高远")


def test_what_was_not_handed_in_is_said(tmp_path: Path) -> None:
    path = build(tmp_path / "a.xlsx", {"receivables": [{"occurred_on": dt.date(2020, 1, 1)}]})
    found = warnings_of(check_paths([path]))
    assert found.claims == []
    assert [n.zh.split("：")[0] for n in found.notes] == [
        "保险账龄期限没有判断",
        "授信或保险额度没有判断",
        "合同期限没有判断",
    ]


def test_what_one_unit_did_not_hand_in_is_said(tmp_path: Path) -> None:
    one_ = build(tmp_path / "a.xlsx", {"receivables": [{}], **ALL})
    two = build(tmp_path / "b.xlsx", {"receivables": [{"unit": "华南分公司"}]}, {"unit": "华南分公司"})
    found = warnings_of(check_paths([one_, two]))
    assert [n.zh for n in found.notes] == [
        "华南分公司没有交来《客户授信及保险账龄表》，保险账龄和额度没有判断",
        "华南分公司没有交来《合同台账》，合同期限没有判断",
    ]


def test_claims_without_terms_or_contract_are_said(tmp_path: Path) -> None:
    found = book(tmp_path, [{"contract_id": "HT-0009"}])
    assert [n.en for n in found.notes] == [
        "1 claims are not in 'Credit limits and insured age': insured age and limits not judged",
        "1 claims are not in 'Contract ledger': contract terms not judged",
    ]


def test_an_empty_parameter_leaves_that_cause_unjudged(tmp_path: Path) -> None:
    found = book(
        tmp_path, [{"due_on": dt.date(2020, 1, 1)}], {"red_limitation_days": None, "warning_actions": None}
    )
    assert one(found) == ("红", "overdue:红")
    assert found.claims[0].department == ""
    assert any("red_limitation_days" in n.zh for n in found.notes)
    assert any("warning_actions" in n.zh for n in found.notes)


def test_nothing_to_warn_of(tmp_path: Path) -> None:
    found = warnings_of(check_paths([build(tmp_path / "a.xlsx", {"contracts": [{}]})]))
    assert (found.claims, found.units, found.ageing[0].total) == ([], [], 0)
    assert "应收账款明细表" in found.notes[0].zh


def table(ageing: Ageing) -> dict[str, dict[str, int]]:
    return {
        unit: {c.zh: v for c, v in zip(ageing.columns, row, strict=True) if v}
        for unit, row in zip(ageing.units, ageing.amounts, strict=True)
    }


def test_ageing_ties_to_the_ledger_by_either_date(tmp_path: Path) -> None:
    claims: Rows = [
        {"occurred_on": dt.date(2025, 9, 30), "due_on": dt.date(2026, 9, 30), "balance": 100.01},  # due today
        {"occurred_on": dt.date(2025, 9, 29), "due_on": dt.date(2026, 9, 29), "balance": 200},
        {
            "occurred_on": dt.date(2023, 9, 30),
            "due_on": dt.date(2024, 9, 30),
            "balance": 300,
            "unit": "华南分公司",
        },
        {
            "occurred_on": dt.date(2020, 9, 29),
            "due_on": dt.date(2020, 10, 30),
            "balance": 400,
            "status": "已核销",
        },
        {"occurred_on": None, "due_on": None, "balance": 500},
        {"occurred_on": dt.date(2026, 12, 1), "due_on": dt.date(2026, 12, 31), "balance": 600},
        {"balance": -50},
    ]
    found = book(tmp_path, claims)
    by_document, by_due = found.ageing
    assert table(by_document) == {
        "华东分公司": {"1年以内": 10_001 - 5_000, "1至2年": 20_000, "5年以上": 40_000, "无法归段": 110_000},
        "华南分公司": {"2至3年": 30_000},
    }
    assert table(by_due) == {
        "华东分公司": {
            "未到期": 10_001 + 60_000 - 5_000, "1年以内": 20_000, "5年以上": 40_000, "无法归段": 50_000,
        },
        "华南分公司": {"1至2年": 30_000},
    }  # fmt: skip
    ledger = 205_001
    assert by_document.total == by_due.total == sum(by_document.by_column) == sum(by_due.by_unit) == ledger
    assert by_document.title.zh == "按业务发生日计算的账龄"
    assert [c.zh for c in by_due.columns][:2] == ["未到期", "1年以内"]
    assert found.bases == ("业务发生日",)


def test_foreign_currency_counts_at_its_rate(tmp_path: Path) -> None:
    found = book(
        tmp_path, [{"balance": 100, "currency": "USD", "fx_rate": 7.2}, {"currency": "USD", "fx_rate": None}]
    )
    assert found.live.amount == found.ageing[0].total == 72_000
    assert "1 笔外币债权没有汇率，金额没有计入" in [n.zh for n in found.notes]


def test_sheets_of_two_dates_are_judged_each_by_its_own(tmp_path: Path) -> None:
    claim = {"occurred_on": dt.date(2025, 9, 29)}
    june = {"unit": "华南分公司", "as_of": dt.date(2026, 6, 30), "period": "2026Q2"}
    one_ = build(tmp_path / "a.xlsx", {"receivables": [claim], **ALL})
    two = build(tmp_path / "b.xlsx", {"receivables": [{**claim, "unit": "华南分公司"}], **ALL}, june)
    found = warnings_of(check_paths([one_, two]))
    assert [(c.unit, c.level) for c in found.claims] == [("华东分公司", "橙")]
    assert [(s.name, s.count) for s in found.sums_by_unit()] == [("华东分公司", 1), ("华南分公司", 0)]
    assert found.of_unit("华南分公司") == []


def test_the_document_is_plain_data_in_either_language(tmp_path: Path) -> None:
    found = book(tmp_path, [{"occurred_on": dt.date(2025, 9, 29)}])
    zh = found.document()
    assert zh["levels"][1] == {"name": "橙", "count": 1, "amount": "600.00"}
    assert zh["claims"][0]["causes"][0]["date"] == "2026-09-29"
    assert list(found.by_level())[1] == ("橙", 1, "600.00")
    with using("en"):
        assert found.document()["claims"][0]["causes"][0]["text"].startswith("insured age 365 days")
