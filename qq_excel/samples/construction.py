"""The contracts of a project department, and what its clients still owe for the works (B)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from qq_excel.samples.model import Row, Staff, UnitPlan, before
from qq_excel.samples.people import Register
from qq_excel.samples.pursuit import AGREE, DONE, TALK, Pursuit

_PROJECTS = ("澜岸大道改扩建", "澜湖文体中心", "城北综合管廊", "澜港物流园一期", "霁月片区安置房")
_WORKS = (
    "主体工程",
    "道路工程",
    "给排水工程",
    "幕墙工程",
    "绿化工程",
    "机电安装工程",
    "交通安全设施",
    "消防工程",
)
_TERMS = "按月计量，次月支付80%；竣工结算后付至97%，质保金3%缺陷责任期满返还"
_RETAINED = 0.03
#: The eight stages of B-4 in order, and how many contracts stand at each.
_COLLECT, _SCREEN, _URGE, _FOLLOW, _AGREED, _WATCH, _SETTLE, _ARCHIVE = range(8)
STAGES = ("收集资料", "筛选内容", "督促", "跟踪", "达成协议", "监督履约", "结算", "归档")
_COUNTS = (2, 2, 6, 5, 4, 3, 2, 3)


@dataclass(slots=True)
class Works:
    """What a department owns of its contracts: the ledger, the claims and what is pursued of them."""

    contracts: list[Row]
    claims: list[Row]
    pursuits: list[Pursuit]


def works(plan: UnitPlan, staff: Staff, random: Random, register: Register) -> Works:
    """Contracts and claims at every stage of the clearance; one retention is about to fall due."""
    made = Works([], [], [])
    clients = [register.company(plan.towns).name for _ in range(7)] + [plan.authority]
    places = [stage for stage, count in enumerate(_COUNTS) for _ in range(count)]
    for n, stage in enumerate(places, 1):
        contract = _contract(plan, n, clients[n % len(clients)], staff, random)
        claim = _claim(plan, n, stage, contract, staff, random)
        made.contracts.append(contract)
        made.claims.append(claim)
        if stage >= _URGE:
            made.pursuits.append(_pursuit(claim, stage, staff, random))
    soon = next(c for c in made.claims if c["stage"] == STAGES[_FOLLOW])
    soon["retention_due_on"] = before(-21)
    return made


def _contract(plan: UnitPlan, n: int, client: str, staff: Staff, random: Random) -> Row:
    signed = before(random.randint(700, 1200))
    return {
        "contract_id": f"SG-{plan.mark}-{signed.year}-{n:03d}", "debtor": client, "signed_on": signed,
        "effective_on": signed + dt.timedelta(days=random.randint(0, 7)), "expires_on": before(-random.randint(60, 500)),
        "amount": random.randint(180, 4200) * 10_000.0, "terms": _TERMS, "department": "合同预算部门",
        "handler": random.choice(staff.handlers), "renewed": "否",
    }  # fmt: skip


def _claim(plan: UnitPlan, n: int, stage: int, contract: Row, staff: Staff, random: Random) -> Row:
    amount: float = contract["amount"]
    settled = round(amount * random.choice((0.92, 0.95, 0.98)), 2)
    retention = round(settled * _RETAINED, 2)
    payable = round(settled - retention, 2)
    paid = round(payable * random.choice((0.55, 0.7, 0.8, 0.86)), -3)
    contract["settled"] = settled
    row: Row = {
        "claim_id": f"{plan.mark}-GC-{n:03d}", "project": f"{_PROJECTS[n % 5]}{_WORKS[n % 8]}",
        "contract_id": contract["contract_id"], "client": contract["debtor"], "contract_amount": amount,
        "settled_amount": settled if stage > _SCREEN else None, "payable": payable, "paid": paid,
        "retention": retention, "retention_due_on": before(-random.randint(60, 700)),
        "has_contract": "是", "has_invoice": "否" if stage == _COLLECT else "是",
        "has_receipt": "是" if stage > _COLLECT or n % 2 else "否", "has_statement": "是" if stage > _SCREEN else "否",
        "phoned_on": before(random.randint(3, 25)), "stage": STAGES[stage], "manager": staff.manager,
        "responsible": random.choice(staff.responsible),
    }  # fmt: skip
    if stage >= _URGE:
        row["notified_on"] = before(random.randint(26, 70))
    if stage >= _AGREED:
        row |= {"agreement_id": f"XY-{plan.mark}-2026-{n:03d}", "agreed_by": before(-random.randint(90, 240))}
        row["agreed_amount"] = round(payable - paid, 2)
    if stage >= _WATCH:
        part = round((payable - paid) * 0.4, -3)
        received = before(random.randint(18, 40) if stage == _WATCH else 3)
        row |= {"paid": paid + part, "received_on": received}
        if stage == _WATCH:
            row["settled_on"] = received + dt.timedelta(days=3)
    if stage == _ARCHIVE:
        received = before(random.randint(30, 60))
        row |= {
            "paid": settled, "payable": settled, "retention_due_on": before(90), "agreed_by": before(20),
            "agreed_amount": round(settled - paid, 2), "received_on": received,
            "settled_on": received + dt.timedelta(days=4), "archived_on": received + dt.timedelta(days=9),
        }  # fmt: skip
    return row


def _pursuit(claim: Row, stage: int, staff: Staff, random: Random) -> Pursuit:
    since = before(random.randint(45, 260))
    owed = round(claim["payable"] - claim["paid"], 2)
    came_in = round(claim["agreed_amount"] - owed, 2) if stage >= _WATCH else 0.0
    road = DONE if stage == _ARCHIVE else AGREE if stage >= _AGREED else TALK
    return Pursuit(
        claim_id=claim["claim_id"], debtor=claim["client"], claimed=round(owed + came_in, 2), recovered=came_in,
        road=road, received_on=since, handler=random.choice(staff.handlers), responsible=claim["responsible"],
        dunned_on=claim["notified_on"], paid_on=claim.get("received_on"), stage=STAGES[stage],
        agreement_id=claim.get("agreement_id"), phoned_on=claim["phoned_on"],
    )  # fmt: skip
