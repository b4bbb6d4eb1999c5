"""What rules say in English: one day is no ``days``, and what is expected has no Chinese conjunction."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from qq_excel.check import check_paths
from tests.support.build import build

AGED = {"occurred_on": dt.date(2025, 9, 29), "responsible": None, "measure": None}
AGED_TWO_DAYS = {**AGED, "occurred_on": dt.date(2025, 9, 28)}


@pytest.mark.parametrize(
    ("rule", "tables", "says"),
    [
        ("CRD006", {"receivables": [AGED], "credit_terms": [{}]}, "past the insured age by 1 day without"),
        (
            "CRD006",
            {"receivables": [AGED_TWO_DAYS], "credit_terms": [{}]},
            "past the insured age by 2 days without",
        ),
        (
            "CAS008",
            {"receivables": [AGED], "credit_terms": [{}], "cases": [{"claim_id": "ZQ-9"}]},
            "past the insured age by 1 day and",
        ),
        (
            "ASM001",
            {"assessment": [{"attitude": 100.1, "total": 79}]},
            "is not between 0 and 100; it should be 0 to 100.",
        ),
        (
            "ASM005",
            {"assessment": [{"grade": "不合格", "sanction": "奖金"}]},
            "it should be 限制贷款额度 or 暂停资金拨款.",
        ),
        (
            "LOG007",
            {"receivables": [{}], "collection_log": [{"promised_on": dt.date(2026, 9, 29)}]},
            "Payment of an amount not given was promised for 2026-09-29",
        ),
    ],
)
def test_message(rule: str, tables: dict[str, Any], says: str, tmp_path: Path) -> None:
    result = check_paths([build(tmp_path / "book.xlsx", tables)])
    messages = [f.message("en") for f in result.findings if f.rule == rule and f.level != "?"]
    assert len(messages) == 1
    assert says in messages[0]
