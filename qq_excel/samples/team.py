"""The people who clear debts, in the teams that the regulation names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random

from qq_excel.policy import Policy
from qq_excel.samples.model import Row, Staff, UnitPlan, before

_TRAININGS = (
    ("民法典诉讼时效与催收证据", "本科/法律职业资格"),
    ("催收合规与个人信息保护", "本科"),
    ("应收账款对账与签认", "本科/中级会计师"),
    ("还款协议与担保实务", "大专"),
)


def staff_rows(
    plan: UnitPlan, staff: Staff, policy: Policy, cases: Sequence[Row], random: Random
) -> list[Row]:
    """The rows of 清欠人员台账; everybody who answers for a case is among them."""
    people = [staff.manager, *staff.responsible, *staff.handlers]
    rows: list[Row] = []
    for n, name in enumerate(people):
        started = before(random.randint(500, 3000))
        training, qualification = _TRAININGS[n % len(_TRAININGS)]
        rows.append(
            {
                "staff_id": f"{plan.mark}{n + 1:03d}", "name": name, "team": policy.teams[n % len(policy.teams)].name,
                "post": "负责人" if n == 0 else "清欠主管" if name in staff.responsible else "清欠专员",
                "started_on": started, "qualification": qualification,
                "trained_on": before(random.randint(20, 300)), "training": training,
                "nda_on": started - dt.timedelta(days=random.randint(0, 5)),
                "open_cases": sum(c["responsible"] == name and not c.get("closed_on") for c in cases),
            }
        )  # fmt: skip
    return rows
