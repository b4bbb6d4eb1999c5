"""Dossiers of the debts that are pursued, and who borrowed them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random

from qq_excel.samples.model import AS_OF, Row, Staff, UnitPlan, before
from qq_excel.samples.pursuit import AGREE, DONE, SUE, TALK, Pursuit

_PROPOSALS = {
    TALK: "继续协商，限期付款，逾期起诉",
    AGREE: "签订还款协议，按期监督履行",
    SUE: "起诉并申请财产保全",
    DONE: "款项收齐，建议封档",
}
#: Days after opening: investigated, papers collected, concluded.
_STEPS = (3, 8, 15)
_RETENTION = 30


def dossiers(plan: UnitPlan, staff: Staff, pursuits: Sequence[Pursuit]) -> list[Row]:
    """The rows of 清欠档案登记表: one for each debt, sealed where it was settled."""
    rows: list[Row] = []
    for n, one in enumerate(sorted(pursuits, key=lambda p: (p.received_on, p.claim_id)), 1):
        opened = one.received_on
        row: Row = {
            "dossier_id": f"DA-{plan.mark}-{opened.year}-{n:03d}", "claim_id": one.claim_id, "debtor": one.debtor,
            "opened_on": opened, "opened_by": staff.prepared_by, "status": "在办", "retention_years": _RETENTION,
        }  # fmt: skip
        if (AS_OF - opened).days > _STEPS[-1] and one.road in _PROPOSALS:
            days = [opened + dt.timedelta(days=d) for d in _STEPS]
            row |= dict(zip(("investigated_on", "collected_on", "concluded_on"), days, strict=True))
            row["proposal"] = _PROPOSALS[one.road]
            if one.road == DONE and one.paid_on:
                sealed = max(min(one.paid_on + dt.timedelta(days=7), AS_OF), days[-1])
                row |= {
                    "settled_on": one.paid_on,
                    "sealed_on": sealed,
                    "sealed_by": staff.keeper,
                    "status": "已封档",
                }
        rows.append(row)
    return rows


def loans(staff: Staff, rows: Sequence[Row], random: Random) -> list[Row]:
    """The rows of 档案借阅与销毁: a few loans, the last one still out but not yet due back."""
    out: list[Row] = []
    for n, row in enumerate(rows[:4]):
        lent = before(60 - 17 * n)
        due = lent + dt.timedelta(days=14)
        loan: Row = {
            "dossier_id": row["dossier_id"], "action": "借阅", "requested_by": random.choice(staff.handlers),
            "approved_by": staff.manager, "lent_on": lent, "return_due_on": due,
        }  # fmt: skip
        if due < AS_OF:
            loan["returned_on"] = due - dt.timedelta(days=random.randint(1, 5))
        out.append(loan)
    return out
