"""Matters before courts, and other risks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random

from qq_excel.samples.model import Row, UnitPlan, before
from qq_excel.samples.pursuit import SUE, TALK, Pursuit

_LAWYERS = ("澜正律师事务所(虚构)", "岳衡律师事务所(虚构)")


def matters(plan: UnitPlan, pursuits: Sequence[Pursuit], random: Random) -> list[Row]:
    """The rows of 诉讼及风险事件登记表: suits at several stages, and a risk that is watched."""
    rows: list[Row] = []
    for one in (p for p in pursuits if p.road == SUE):
        rows.append(_matter(plan, one, len(rows), random))
    for one in [p for p in pursuits if p.road == TALK][:2]:
        rows.append(_risk(plan, one, len(rows)))
    return rows


def _number(plan: UnitPlan, n: int) -> str:
    return f"SS-{plan.mark}-2026-{n + 1:02d}"


def _matter(plan: UnitPlan, one: Pursuit, n: int, random: Random) -> Row:
    filed = before(random.randint(120, 260))
    court = f"{random.choice(plan.towns)}市人民法院(虚构)"
    row: Row = {
        "matter_id": _number(plan, n), "claim_id": one.claim_id, "debtor": one.debtor, "court": court,
        "kind": "执行" if one.method == "执行" else "诉讼",
        "docket_no": f"（{filed.year}）虚01民初{random.randint(1000, 9999)}号", "amount": one.remaining,
        "filed_on": filed, "counsel": f"{random.choice(_LAWYERS)}", "risk": random.choice(("高", "中")),
        "action": "已申请财产保全，冻结对方银行账户", "status": "进行中",
    }  # fmt: skip
    if n % 2:  # judgment was given, and enforcement applied for
        row["effective_on"] = filed + dt.timedelta(days=70)
        row["enforced_on"] = filed + dt.timedelta(days=95)
        row["action"] = "判决已生效，申请强制执行，法院正在查控财产"
    return row


def _risk(plan: UnitPlan, one: Pursuit, n: int) -> Row:
    return {
        "matter_id": _number(plan, n), "claim_id": one.claim_id, "debtor": one.debtor, "kind": "风险事件",
        "court": "无", "amount": one.remaining, "risk": "中", "action": "对方被其他债权人起诉，每周查询其涉诉和资产变化",
        "status": "进行中",
    }  # fmt: skip
