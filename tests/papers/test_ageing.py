"""The ageing: one column per claim, ties to the ledger, goes back only as far as the data allow."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from qq_excel.check import Result, check_paths
from qq_excel.errors import InputError
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from qq_excel.warnings import warnings_of
from tests.papers.paper_reading import sheet_rows
from tests.rules.test_fixtures import with_parameters
from tests.support.build import build
from tests.support.digests import digests


def claim(balance: float, occurred: dt.date, due: dt.date, **more):
    return {
        "debtor": "甲公司", "original": balance, "received": 0, "balance": balance, "occurred_on": occurred, "due_on": due,
        "status": "预警", "disputed": "否", "last_paid_on": None, "provision": 0, "confirmed_on": None, "dunned_on": None,
        **more,
    }  # fmt: skip


D = dt.date
LEDGER = [
    claim(100.01, D(2025, 9, 30), D(2026, 9, 29)),  # exactly one year old; 1 day overdue
    claim(200, D(2025, 9, 29), D(2026, 9, 30)),  # a day more; due today: not due
    claim(400, D(2022, 1, 1), D(2022, 3, 1), debtor="乙公司", provision=100),
    claim(800, D(2022, 1, 1), D(2022, 3, 1), status="诉讼"),
    claim(1600, D(2026, 1, 1), D(2026, 3, 1), disputed="是"),
    claim(-50, D(2026, 8, 1), D(2026, 8, 1)),
    claim(0, D(2024, 1, 1), D(2024, 3, 1), status="已结清"),
    claim(70, D(2026, 9, 1), D(2026, 12, 1), currency="USD", fx_rate=7),
]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    policy = with_parameters(
        {
            "provision_rates": {
                "1年以内": 0.05,
                "1至2年": 0.1,
                "2至3年": 0.3,
                "3至4年": 0.5,
                "4至5年": 0.8,
                "5年以上": 1,
            }
        },
        [],
    )
    path = build(tmp_path_factory.mktemp("ledger") / "应收.xlsx", {"receivables": LEDGER})
    return check_paths([path], policy=policy)


@pytest.fixture(scope="module")
def out(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ageing")
    make("ageing", result, folder, formats=["xlsx", "json"])
    return folder


def table(out: Path, sheet: int) -> list[dict]:
    rows = sheet_rows(out / "账龄分析.xlsx", sheet)
    return [dict(zip(rows[2], r, strict=True)) for r in rows[3:] if isinstance(r[-1] or r[-2], int | float)]


def test_every_claim_is_in_one_column(out: Path) -> None:
    unit, total = table(out, 0)[:2]
    assert {k: v for k, v in unit.items() if v not in (None, "")} == {
        "单位": "华东分公司", "1年以内": 170.01, "1至2年": 200, "4至5年": 400, "争议": 1600, "诉讼": 800, "贷项": -50,
        "合计": 3120.01, "占比": 1,
    }  # fmt: skip
    assert (total["单位"], total["合计"]) == ("合计", 3120.01)
    by_due = table(out, 1)[0]
    assert (by_due["未到期"], by_due["1年以内"], by_due["4至5年"], by_due["合计"]) == (
        270,
        100.01,
        400,
        3120.01,
    )
    debtors = {r["债务人"]: r["合计"] for r in table(out, 2) if r["债务人"]}
    assert debtors == {"乙公司": 400, "甲公司": 2720.01}


def test_it_says_which_date_it_goes_by_and_ties_to_the_ledger(out: Path, result: Result) -> None:
    rows = sheet_rows(out / "账龄分析.xlsx")
    assert "按业务发生日计算账龄" in rows[1][0]
    text = "\n".join(str(r[0]) for r in rows)
    assert "账龄合计与应收账款明细表账面余额合计一致（3,120.01 元）" in text
    data = json.loads((out / "账龄分析.json").read_text(encoding="utf-8"))
    by_warnings = {a.basis: a.total for a in warnings_of(result).ageing}
    for one in data["tables"]:
        cents = sum(
            round(float(v.replace(",", "")) * 100) for u in one["units"] for v in u["amounts"].values()
        )
        assert cents == by_warnings[one["basis"]] == 312001


def test_provision_by_matrix_and_the_difference_to_book(out: Path) -> None:
    rows = [r for r in sheet_rows(out / "账龄分析.xlsx", 3)[3:] if isinstance(r[1], int | float)]
    # 170.01 + 1600 at 5 %: 5.00 + 80 + 3.50; 200 at 10 %; (400 + 800) at 80 %
    assert [r[:6] for r in rows] == [
        ("1年以内", 1770.01, 0.05, 88.5, 0, 88.5), ("1至2年", 200, 0.1, 20, 0, 20), ("4至5年", 1200, 0.8, 960, 100, 860),
        ("合计", 3170.01, None, 1068.5, 100, 968.5),
    ]  # fmt: skip


def test_without_rates_it_says_so(tmp_path: Path) -> None:
    bare = check_paths([build(tmp_path / "应收.xlsx", {"receivables": LEDGER[:1]})])
    make("ageing", bare, tmp_path / "out")
    text = "\n".join(str(r[0]) for r in sheet_rows(tmp_path / "out" / "账龄分析.xlsx", 3))
    assert "没有计算应提坏账准备：制度参数“坏账准备计提比例" in text


def test_it_goes_back_where_the_data_allow(result: Result, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"不能重建 2026-08-31 的账龄：ZQ-0007（A12）"):
        make("ageing", result, tmp_path / "no", choices=Choices(age_on=D(2026, 8, 31)))
    with pytest.raises(InputError, match="截止日期是 2026-09-30，不能推算到 2026-10-01"):
        make("ageing", result, tmp_path / "no", choices=Choices(age_on=D(2026, 10, 1)))
    paid = [*LEDGER[:2], claim(40, D(2024, 1, 1), D(2024, 2, 1), original=100, received=60, last_paid_on=D(2026, 6, 1)),
            claim(9, D(2026, 9, 15), D(2026, 9, 20))]  # fmt: skip
    fine = check_paths([build(tmp_path / "应收.xlsx", {"receivables": paid})])
    make("ageing", fine, tmp_path / "out", choices=Choices(age_on=D(2026, 8, 31)))
    rows = sheet_rows(tmp_path / "out" / "账龄分析.xlsx")
    assert dict(zip(rows[2], rows[3], strict=True))["合计"] == 340.01
    assert any("按 2026-08-31 重建：1 笔在该日之后发生的债权（9.00 元）不在内" in str(r[0]) for r in rows)
    late = [{**paid[2], "last_paid_on": D(2026, 9, 1)}]
    unsure = check_paths([build(tmp_path / "b.xlsx", {"receivables": late})])
    with pytest.raises(InputError, match="算不出当日余额"):
        make("ageing", unsure, tmp_path / "no", choices=Choices(age_on=D(2026, 8, 31)))
    assert not (tmp_path / "no").exists()


def test_the_same_check_gives_the_same_bytes(out: Path, result: Result, tmp_path: Path) -> None:
    make("ageing", result, tmp_path, formats=["xlsx", "json"])
    assert digests(tmp_path) == digests(out)
