"""Repayment agreements and their instalments: what came in is the first one, what is owed the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random

from qq_excel.samples.model import Row, UnitPlan, before
from qq_excel.samples.pursuit import AGREE, Pursuit

_SECURITIES = ("无", "无", "法定代表人个人保证", "生产设备抵押", "股东保证")


def agreements(
    plan: UnitPlan, pursuits: Sequence[Pursuit], cases: Sequence[Row], random: Random
) -> tuple[list[Row], list[Row]]:
    """The rows of 还款协议台账 and of its 还款计划."""
    case_of = {row["claim_id"]: row["case_id"] for row in cases}
    ledger: list[Row] = []
    schedule: list[Row] = []
    for one in pursuits:
        if one.road != AGREE:
            continue
        number = one.agreement_id or f"XY-{plan.mark}-2026-{len(ledger) + 1:03d}"
        rows, signed = _schedule(number, one, random)
        schedule += rows
        ledger.append(
            {
                "agreement_id": number, "case_id": case_of.get(one.claim_id), "claim_id": one.claim_id,
                "debtor": one.debtor, "amount": one.claimed, "signed_on": signed, "method": "分期",
                "terms": len(rows), "security": random.choice(_SECURITIES),
            }
        )  # fmt: skip
    return ledger, schedule


def _schedule(number: str, one: Pursuit, random: Random) -> tuple[list[Row], dt.date]:
    rows: list[Row] = []
    signed = before(random.randint(15, 50))
    if one.recovered and one.paid_on:
        signed = one.paid_on - dt.timedelta(days=random.randint(8, 20))
        rows.append(
            {
                "agreement_id": number, "no": 1, "due_on": one.paid_on + dt.timedelta(days=random.randint(0, 2)),
                "due": one.recovered, "paid_on": one.paid_on, "paid": one.recovered,
                "voucher_no": f"记-{one.paid_on:%m}{random.randint(10, 399):03d}",
            }
        )  # fmt: skip
    count, first = random.choice((2, 3, 4)), random.randint(20, 60)
    part = round(one.remaining / count / 100) * 100.0
    for n in range(count):
        due = part if n < count - 1 else round(one.remaining - part * (count - 1), 2)
        day = before(-(first + 91 * n))
        rows.append({"agreement_id": number, "no": len(rows) + 1, "due_on": day, "due": due})
    return rows, signed
