"""Warnings: each cause and level on its boundary day, exact texts, and ageing that ties to the ledger."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from qq_excel.check import check_paths
from qq_excel.papers.report import make
from qq_excel.papers.warning_views import views
from qq_excel.warnings import WarningBook, warnings_of
from tests.support.build import build

AS_OF = dt.date(2026, 9, 30)


def book(tmp_path: Path, rows: list[dict[str, Any]], **tables: Any) -> WarningBook:
    every: dict[str, Any] = {"receivables": rows, "credit_terms": [{}], "contracts": [{}], **tables}
    path = build(tmp_path / "a.xlsx", {k: v for k, v in every.items() if v is not None})
    return warnings_of(check_paths([path]))


def causes(found: WarningBook) -> list[tuple[str, str]]:
    return [(c.code, c.level) for claim in found.claims for c in claim.causes]


def before(days: int) -> dt.date:
    return AS_OF - dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("age", "level"),
    [(69, None), (70, "蓝"), (84, "蓝"), (85, "黄"), (100, "黄"), (101, "橙"), (190, "橙"), (191, "红")],
)
def test_insured_age(tmp_path: Path, age: int, level: str | None) -> None:
    got = book(tmp_path, [{"occurred_on": before(age)}], credit_terms=[{"insured_days": 100}])
    assert causes(got) == ([("age", level)] if level else [])


@pytest.mark.parametrize(
    ("left", "level"),
    [(31, None), (30, "蓝"), (16, "蓝"), (15, "黄"), (0, "黄"), (-1, "橙"), (-90, "橙"), (-91, "红")],
)
def test_contract_term(tmp_path: Path, left: int, level: str | None) -> None:
    ends = AS_OF + dt.timedelta(days=left)
    got = book(tmp_path, [{}], contracts=[{"expires_on": ends}])
    assert causes(got) == ([("term", level)] if level else [])
    # a renewal spares what is near its end; once past, the new date is to be entered (CON002 says the same)
    renewed = causes(book(tmp_path, [{}], contracts=[{"expires_on": ends, "renewed": "是"}]))
    assert renewed == ([("term", level)] if level and left < 0 else [])


@pytest.mark.parametrize(
    ("left", "level"),
    [(8, None), (7, "蓝"), (4, "蓝"), (3, "黄"), (0, "黄"), (-1, "橙"), (-90, "橙"), (-91, "红")],
)
def test_instalment(tmp_path: Path, left: int, level: str | None) -> None:
    due = {"due_on": AS_OF + dt.timedelta(days=left), "due": 300, "paid_on": None, "paid": None}
    got = book(tmp_path, [{}], agreements=[{}], instalments=[due])
    assert causes(got) == ([("instalment", level)] if level else [])
    paid = due | {"paid_on": AS_OF, "paid": 300}
    assert causes(book(tmp_path, [{}], agreements=[{}], instalments=[paid])) == []


def test_the_first_unpaid_instalment_of_a_claim_is_told(tmp_path: Path) -> None:
    plan = [
        {"no": 1, "due_on": dt.date(2026, 8, 1), "due": 300, "paid_on": dt.date(2026, 8, 1), "paid": 300},
        {"no": 3, "due_on": dt.date(2026, 10, 2), "due": 300, "paid_on": None, "paid": None},
        {"no": 2, "due_on": dt.date(2026, 9, 1), "due": 300, "paid_on": dt.date(2026, 9, 3), "paid": 100},
        {
            "agreement_id": "另一份",
            "no": 1,
            "due_on": dt.date(2026, 1, 1),
            "due": 300,
            "paid_on": None,
            "paid": None,
        },
    ]
    got = book(
        tmp_path,
        [{}, {}],
        agreements=[{"agreement_id": "XY-1"}],
        instalments=[{"agreement_id": "XY-1"} | row for row in plan],
    )
    (claim,) = got.claims
    (cause,) = claim.causes
    assert (claim.claim_id, cause.code, cause.level, cause.clause) == ("ZQ-0001", "instalment", "橙", "F-29")
    assert (str(cause.text), cause.date, cause.amount) == (
        "协议 XY-1 第 2 期应于 2026-09-01 还款，还欠 200.00 元，已过 29 天", dt.date(2026, 9, 1), 20_000,
    )  # fmt: skip
    assert cause.text.en == "instalment 2 of agreement XY-1 due on 2026-09-01, 200.00 unpaid, 29 days past"


@pytest.mark.parametrize(
    ("owed", "level"),
    [(799.99, None), (800, "蓝"), (899.99, "蓝"), (900, "黄"), (1000, "黄"), (1000.01, "橙")],
)
def test_limit(tmp_path: Path, owed: float, level: str | None) -> None:
    got = book(tmp_path, [{"balance": owed}], credit_terms=[{"credit_limit": 1000, "insured_limit": None}])
    assert causes(got) == ([("limit", level)] if level else [])


def test_every_cause_with_its_words(tmp_path: Path) -> None:
    late = {
        "occurred_on": dt.date(2023, 8, 1), "due_on": dt.date(2023, 9, 28), "confirmed_on": dt.date(2023, 9, 15),
        "dunned_on": None, "status": "追讨",
    }  # fmt: skip
    got = book(
        tmp_path,
        [{"contract_id": "HT-0002"}, late],
        credit_terms=[{"contract_id": None, "insured_days": 500}],
        contracts=[{}, {"expires_on": dt.date(2026, 10, 20)}],
    )
    said = [(c.claim_id, c.level, [(x.code, str(x.text)) for x in c.causes]) for c in got.claims]
    assert said == [
        (
            "ZQ-0002",
            "红",
            [
                ("age", "保险账龄期限 500 天，已 1,156 天，超 656 天"),
                ("limitation", "诉讼时效已于 2026-09-28 届满，已过 2 天"),
                ("overdue", "约定付款日 2023-09-28，已逾期 1,098 天，超过 3 年"),
            ],
        ),
        ("ZQ-0001", "蓝", [("term", "合同 HT-0002 将于 2026-10-20 届满，还有 20 天")]),
    ]
    assert [c.department for c in got.claims] == ["清欠办", "经营管理部"]
    assert list(got.by_level()) == [
        ("红", 1, "600.00"),
        ("橙", 0, "0.00"),
        ("黄", 0, "0.00"),
        ("蓝", 1, "600.00"),
    ]


def test_settled_claims_are_not_warned(tmp_path: Path) -> None:
    row = {"occurred_on": before(900), "status": "已核销"}
    assert causes(book(tmp_path, [row, {**row, "balance": 0, "status": "追讨"}])) == []


def test_ageing_ties_to_the_ledger(tmp_path: Path) -> None:
    rows = [
        {"balance": 100.01}, {"occurred_on": dt.date(2025, 9, 30), "balance": 200.02},
        {"occurred_on": dt.date(2025, 9, 29), "balance": 300.03}, {"occurred_on": None, "balance": 400.04},
        {"balance": -50.05}, {"due_on": AS_OF, "balance": 7}, {"unit": "西部分公司", "balance": 0.01},
    ]  # fmt: skip
    got = book(tmp_path, rows)
    assert got.units == ["华东分公司", "西部分公司"]
    for ageing in got.ageing:
        assert ageing.total == 95706
        assert ageing.by_unit == (95705, 1)
        assert sum(ageing.by_column) == 95706
        assert ageing.ledger == (95705, 1)


def test_what_is_no_plain_debt_is_in_no_band_of_the_ageing(tmp_path: Path) -> None:
    """As in 账龄分析: a credit note does not make a band smaller; disputed and sued claims are seen apart."""
    rows = [
        {"due_on": before(30), "balance": 1000}, {"balance": -50.05}, {"disputed": "是", "balance": 200}, {"status": "诉讼", "balance": 3},
        {"status": "诉讼", "disputed": "是", "balance": 4}, {"status": "诉讼", "balance": -1}, {"due_on": AS_OF, "balance": 7},
        {"due_on": AS_OF, "disputed": "是", "balance": 8},
    ]  # fmt: skip
    got = book(tmp_path, rows)
    apart = {"争议": 20800, "诉讼": 700, "贷项": -5105}
    occurred, due = (
        {c.zh: sum_ for c, sum_ in zip(a.columns, a.by_column, strict=True) if sum_} for a in got.ageing
    )
    assert occurred == {"1年以内": 100700} | apart
    assert due == {"未到期": 700, "1年以内": 100000} | apart
    assert [c.zh for c in got.ageing[0].columns][-4:] == ["无法归段", "争议", "诉讼", "贷项"]
    assert [a.total for a in got.ageing] == [117095, 117095]
    assert views(got)[0].ageing[0].bands[-3:] == ("争议", "诉讼", "贷项")


def test_a_merged_balance_is_told_by_the_tie(tmp_path: Path) -> None:
    """The ageing has it in each row, the ledger once: the difference is shown and explained."""
    rows = [{"unit": "西部分公司"}, {}, {"unit": "西部分公司", "balance": 7}]
    path = build(tmp_path / "a.xlsx", {"receivables": rows}, layout={"merge": {"N6:N7": 600}})
    got = warnings_of(check_paths([path]))
    assert got.units == ["西部分公司", "华东分公司"]
    for ageing in got.ageing:
        assert ageing.by_unit == (60700, 60000)
        assert ageing.ledger == (60700, 0)
    assert "a.xlsx 的账面余额有合并单元格，按每行各计一次，账龄合计因此多 600.00 元，请拆开后重新生成" in [
        n.zh for n in got.notes
    ]
    group, *units = [v.ageing[0].ledger for v in views(got)]
    assert (group, units) == (60700, [60700, 0])


def test_foreign_balances_are_yuan_as_they_stand(tmp_path: Path) -> None:
    row = {"currency": "USD", "fx_rate": 7.2, "balance": 899.99}
    got = book(tmp_path, [row], credit_terms=[{"credit_limit": 1000, "insured_limit": None}])
    assert [(c.balance, c.level) for c in got.claims] == [(89999, "蓝")]
    assert [a.total for a in got.ageing] == [89999, 89999]


def test_not_due_is_the_first_band_of_a_claim_and_a_column_of_the_ageing(tmp_path: Path) -> None:
    row = {"occurred_on": before(100), "due_on": AS_OF + dt.timedelta(days=1)}
    path = build(
        tmp_path / "a.xlsx",
        {"receivables": [row], "contracts": [{"expires_on": AS_OF}]},
        head={"age_basis": "约定付款日"},
    )
    got = warnings_of(check_paths([path]))
    assert [c.age_band for c in got.claims] == ["1年以内"]
    assert got.ageing[1].columns[0].zh == "未到期"
    assert got.ageing[1].by_column[0] == 60000


def test_missing_tables_stand_in_the_notes(tmp_path: Path) -> None:
    notes = [str(n) for n in book(tmp_path, [{}], credit_terms=None, contracts=None).notes]
    assert any("《客户授信及保险账龄表》" in n and "没有判断" in n for n in notes)
    assert any("《合同台账》" in n and "没有判断" in n for n in notes)
    none = [str(n) for n in book(tmp_path, [{"debtor": "乙公司", "contract_id": "HT-0009"}]).notes]
    assert "1 笔债权在《合同台账》中没有记录，合同期限没有判断" in none
    path = build(tmp_path / "c.xlsx", {"contracts": [{}]})
    (only,) = warnings_of(check_paths([path])).notes
    assert str(only) == "没有交来《应收账款明细表》，没有可预警的债权"


def test_live_claims_of_ledgers_of_several_days_add_up(tmp_path: Path) -> None:
    day = dt.date(2026, 6, 30)
    first = [
        {"balance": 100, "original": 100, "received": 0},
        {"claim_id": "ZQ-0002", "balance": 0, "status": "已结清"},
    ]
    second = [{"balance": 250.5}, {"claim_id": "ZQ-0002", "balance": 0.25}]
    paths = [
        build(tmp_path / "a.xlsx", {"receivables": first}),
        build(tmp_path / "b.xlsx", {"receivables": second}, head={"as_of": day, "period": "2026Q2"}),
    ]
    got = warnings_of(check_paths(paths))
    assert (got.live.count, got.live.amount) == (3, 35075)


@pytest.mark.parametrize("paper", ["warnings", "slips", "pursuit", "responsibility"])
def test_what_was_not_judged_is_told_with_the_paper(tmp_path: Path, paper: str) -> None:
    result = check_paths([build(tmp_path / "账.xlsx", {"receivables": [{}]})])
    said = "，请一并提交"
    assert [note.zh for note in make(paper, result, tmp_path / "out").notes if "没有判断" in note.zh] == [
        f"保险账龄期限没有判断：没有交来《客户授信及保险账龄表》{said}",
        f"授信或保险额度没有判断：没有交来《客户授信及保险账龄表》{said}",
        f"合同期限没有判断：没有交来《合同台账》{said}",
    ]


def test_of_many_that_were_not_judged_the_first_are_told(tmp_path: Path) -> None:
    units = [f"第{n:02d}分公司" for n in range(7)]
    paths = [
        build(
            tmp_path / f"{unit}.xlsx",
            {"receivables": [{"unit": unit, "debtor": f"{unit}客户"}]},
            {"unit": unit},
        )
        for unit in units
    ]
    one = build(tmp_path / "全.xlsx", {k: [{}] for k in ("receivables", "credit_terms", "contracts")})
    told = [n.zh for n in make("warnings", check_paths([*paths, one]), tmp_path / "out").notes]
    assert told[0] == "第00分公司没有交来《客户授信及保险账龄表》，保险账龄和额度没有判断"
    assert told[10:] == ["另有 4 项没有判断，见预警表的“说明”页"]
