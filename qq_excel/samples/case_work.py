"""Cases: plan, stage and result of each debt that is pursued, by the workflow of the profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from random import Random

from qq_excel.samples.model import AS_OF, Row, UnitPlan, before
from qq_excel.samples.pursuit import AGREE, DONE, NEW, SUE, TALK, Pursuit

#: The stage at which a debt stands on each road, by profile; the names are those of the policies.
STAGES: Mapping[str, Mapping[str, str]] = {
    "company": {NEW: "对账", TALK: "协商", AGREE: "跟踪", SUE: "跟踪", DONE: "结案"},
    "office": {NEW: "接单", TALK: "协调", AGREE: "反馈", SUE: "实施", DONE: "总结"},
    "enterprise": {NEW: "登记", TALK: "协商", AGREE: "协商", SUE: "诉讼", DONE: "结案"},
    "collections": {NEW: "核实", TALK: "催收", AGREE: "协议", SUE: "法务", DONE: "结案"},
    "assessment": {NEW: "登记", TALK: "协商", AGREE: "协商", SUE: "诉讼", DONE: "结案"},
}
_METHODS = {NEW: "协商", TALK: "协商", AGREE: "协议还款", SUE: "诉讼", DONE: "协商"}
_ANALYSIS = {
    TALK: (
        "对方资金周转紧张，账目无争议，上半年仍有经营流水，风险中等",
        "对方下游回款推迟，承认欠款并愿意付款，风险较低，宜按周催促",
        "对方更换付款审批人后停付，双方对账一致，须约谈其负责人",
    ),
    AGREE: (
        "对方有稳定订单，一次付清有困难，分期偿还可行",
        "对方提出分期偿还，查询其资产足以覆盖欠款，同意签订还款协议",
    ),
    SUE: (
        "对方多次失约并转移设备，协商无果，须诉讼并保全其银行账户",
        "对方涉诉较多，偿债能力下降，应尽快取得生效判决",
    ),
    DONE: ("对方已按约定付清，账目核对一致",),
}
#: Days from intake to verification and to the plan.
_VERIFIED, _PLANNED = 4, 11


def cases(plan: UnitPlan, profile: str, pursuits: Sequence[Pursuit], random: Random) -> list[Row]:
    """The rows of 清欠台账, in the order in which the cases came in."""
    rows = []
    for n, one in enumerate(sorted(pursuits, key=lambda p: (p.received_on, p.claim_id)), 1):
        rows.append(_case(f"AJ-{plan.mark}-{one.received_on.year}-{n:03d}", plan, profile, one, random))
    return rows


def _case(number: str, plan: UnitPlan, profile: str, one: Pursuit, random: Random) -> Row:
    received = one.received_on
    row: Row = {
        "case_id": number, "claim_id": one.claim_id, "unit": plan.name, "debtor": one.debtor, "claimed": one.claimed,
        "received_on": received, "method": one.method or _METHODS[one.road],
        "stage": one.stage or STAGES[profile][one.road], "recovered": one.recovered,
        "responsible": one.responsible,
    }  # fmt: skip
    if one.road == NEW:
        return row | {"stage_on": received}
    planned = received + dt.timedelta(days=_PLANNED)
    row |= {
        "verified_on": received + dt.timedelta(days=_VERIFIED), "analysis": random.choice(_ANALYSIS[one.road]),
        "plan_no": number.replace("AJ", "FA"), "planned_on": planned,
    }  # fmt: skip
    if one.road == DONE:
        closed = min((one.paid_on or planned) + dt.timedelta(days=6), AS_OF)
        return row | {
            "planned_amount": one.claimed, "planned_by": planned + dt.timedelta(days=90), "stage_on": closed,
            "reported_on": closed, "summarised_on": closed, "closed_on": closed,
        }  # fmt: skip
    goal = one.recovered + round(one.remaining * random.choice((0.3, 0.5, 0.6)), -3)
    return row | {
        "planned_amount": min(goal or one.claimed, one.claimed), "planned_by": before(-random.randint(30, 180)),
        "stage_on": max(before(random.randint(3, 13)), planned), "reported_on": before(random.randint(2, 24)),
    }  # fmt: skip
