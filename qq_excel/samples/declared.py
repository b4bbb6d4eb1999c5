"""Debts that creditors declared to a public clearance office, and what it did about them (D)."""

from __future__ import annotations

import datetime as dt
from random import Random

from qq_excel.samples.model import Row, Staff, UnitPlan, before
from qq_excel.samples.people import Register
from qq_excel.samples.pursuit import AGREE, DONE, SUE, TALK, Pursuit

_MEDIATE, _RECOVER, _ENFORCE = "调解", "追缴", "执行"
#: How far each declaration has come: the decision, the track, whether it is closed.
_COURSES = (
    ("受理", _MEDIATE, False), ("受理", _RECOVER, False), ("受理", _MEDIATE, True), ("受理", _ENFORCE, False),
    ("受理", _MEDIATE, False), ("不予受理", None, True), ("受理", _RECOVER, False), ("补正", None, False),
    ("受理", _ENFORCE, False), ("受理", _MEDIATE, False), ("受理", _RECOVER, True), (None, None, False),
)  # fmt: skip
_REFUSALS = ("双方已由人民法院立案审理", "债务人住所地不在本县，已告知向有管辖权的机构申报")
_ROUNDS = 2
#: Decided on in the last days, or not yet: they were declared last.
_FRESH = ("补正", None)
_SINCE, _EVERY = 236, 10
#: Days from acceptance until the debtor had paid, and until he was refused for good.
_PAID_AFTER, _REFUSED_AFTER = 32, 3


def declarations(
    plan: UnitPlan, staff: Staff, random: Random, register: Register
) -> tuple[list[Row], list[Pursuit]]:
    """The rows of 欠债申报受理登记表 and what is pursued of them; the last ones were declared a few days ago."""
    rows: list[Row] = []
    pursuits: list[Pursuit] = []
    courses = sorted(_COURSES * _ROUNDS, key=lambda c: (c[0] in _FRESH, c[0] is None))
    for n, (decision, track, closed) in enumerate(courses):
        fresh = decision in _FRESH
        day = before(len(courses) + 2 - n if fresh else _SINCE - _EVERY * n)
        row = _declared(plan, n + 1, day, random, register)
        rows.append(row)
        if decision is None:
            continue
        row |= {
            "accepted_on": day + dt.timedelta(days=random.randint(1, 2 if fresh else 6)),
            "decision": decision,
        }
        if decision == "不予受理":
            row |= {
                "refusal_reason": _REFUSALS[n % len(_REFUSALS)], "outcome": "已书面告知申报人，退回材料",
                "closed_on": row["accepted_on"] + dt.timedelta(days=_REFUSED_AFTER),
            }  # fmt: skip
        if track:
            row |= {
                "track": track,
                "officer": random.choice(staff.responsible),
                "measure": "无",
                "recovered": 0,
            }
            pursuits.append(_pursue(row, track, closed, staff, random))
    rows.sort(key=lambda r: (r["declared_on"], r["intake_id"]))
    return rows, pursuits


def _declared(plan: UnitPlan, n: int, day: dt.date, random: Random, register: Register) -> Row:
    creditor = register.private() if n % 5 == 0 else register.company(plan.towns)
    most = 400 if creditor.type == "个人" else 9_000
    return {
        "intake_id": f"SB-{plan.mark}-2026-{n:03d}", "applicant": creditor.name, "applicant_code": creditor.code,
        "debtor": register.company(plan.towns).name, "amount": random.randint(most // 20, most) * 1000.0,
        "declared_on": day,
    }  # fmt: skip


def _pursue(row: Row, track: str, closed: bool, staff: Staff, random: Random) -> Pursuit:
    """Follow one accepted declaration along its track."""
    accepted: dt.date = row["accepted_on"]
    amount: float = row["amount"]
    one = Pursuit(
        claim_id=row["intake_id"], debtor=row["debtor"], claimed=amount, recovered=0.0, road=TALK,
        received_on=accepted, handler=random.choice(staff.handlers), responsible=row["officer"],
        dunned_on=before(random.randint(25, 60)), stage=track, method="调解" if track == _MEDIATE else "协商",
    )  # fmt: skip
    if closed:
        day = accepted + dt.timedelta(days=_PAID_AFTER)
        row |= {"closed_on": day, "recovered": amount, "outcome": "债务人已付清，申报人书面确认"}
        one.road, one.stage, one.recovered, one.paid_on = DONE, "结案", amount, day - dt.timedelta(days=5)
        one.dunned_on = None
    elif track == _ENFORCE:
        row |= {"measure": "冻结", "warrant_no": f"澜清冻〔2026〕{random.randint(10, 99)}号"}
        row["outcome"] = "已冻结债务人银行账户，限期履行"
        one.road, one.method = SUE, "执行"
    elif track == _MEDIATE and random.random() < 0.7:
        row["outcome"] = "达成调解协议，分期偿还"
        one.road, one.method = AGREE, "协议还款"
        one.recovered = round(amount * 0.3, -3)
        one.paid_on = before(random.randint(20, 30))
        row["recovered"] = one.recovered
    return one
