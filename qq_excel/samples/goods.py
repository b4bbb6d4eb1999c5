"""Goods taken in settlement: the count of one branch, with appraisal, approval, signatures and deliveries."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from qq_excel.samples.cases import Draft
from qq_excel.samples.ledger import Debtor, Ledger
from qq_excel.samples.model import Row, Staff, UnitPlan, before

#: Lists of goods: name, model, unit, quantity, price in yuan, condition.
_LISTS = (
    (
        ("圆锥滚子轴承", "32218", "套", 260, 418.5, "完好"),
        ("深沟球轴承", "6316-2RS", "套", 480, 196.0, "完好"),
        ("双列调心滚子轴承", "22324", "套", 64, 1385.0, "轻微瑕疵"),
        ("轴承座", "SNL518", "件", 120, 232.6, "完好"),
    ),
    (
        ("热轧H型钢", "HN400×200", "吨", 42.36, 3850.0, "完好"),
        ("中厚钢板", "Q355B 20mm", "吨", 28.5, 4120.0, "完好"),
        ("无缝钢管", "Φ219×8", "吨", 16.8, 4980.0, "轻微瑕疵"),
    ),
    (
        ("轮式装载机", "5吨级 2023年", "台", 2, 186000.0, "轻微瑕疵"),
        ("叉车", "3.5吨 内燃", "台", 3, 62500.0, "完好"),
        ("柴油发电机组", "200kW", "台", 1, 98000.0, "完好"),
    ),
    (
        ("电力电缆", "YJV 4×95", "米", 1850, 168.4, "完好"),
        ("控制柜", "GGD 2200×800", "台", 6, 21500.0, "完好"),
        ("变频器", "132kW", "台", 4, 18600.0, "完好"),
        ("电动机", "Y315M-4 132kW", "台", 5, 14200.0, "轻微瑕疵"),
    ),
)
_PLACES = ("一号库A区", "二号库", "露天堆场东侧", "设备库3排")


def settle(plan: UnitPlan, random: Random, ledger: Ledger, which: tuple[int, ...]) -> list[Row]:
    """The rows of a count; each list settles a claim that is added to *ledger*."""
    rows: list[Row] = []
    for n, choice in enumerate(which, 1):
        rows += _list(plan, random, ledger, n, _LISTS[choice])
    return rows


def _list(
    plan: UnitPlan, random: Random, ledger: Ledger, n: int, items: tuple[tuple[Any, ...], ...]
) -> list[Row]:
    debtor: Debtor = ledger.debtors[n + 1]
    short = n == 1 and items[0][2] == "套"  # two pieces of the first item came short, and it is explained
    counted = [quantity - 2 * (short and i == 0) for i, (_, _, _, quantity, _, _) in enumerate(items)]
    worth = [round(q * price * 100) for q, (_, _, _, _, price, _) in zip(counted, items, strict=True)]
    debt = (
        sum(worth) // 1_000_000 * 1_000_000
    )  # whole ten thousands of yuan, not over what the goods are worth
    agreed = before(70 + 3 * n)
    draft = Draft(
        before(400 + 20 * n), before(310 + 20 * n), "以物抵债", confirmed=before(95), dunned=before(60 - n),
        last_paid=before(35 - n),
        measure=f"签订以物抵债协议，物品已交付入库；余款由{debtor.responsible}继续催收",
    )  # fmt: skip
    claim = ledger.claim(debtor, draft, debt * 2 + random.randint(1, 900_000) * 100)
    ledger.pay(claim, debt)
    ledger.claims.append(claim)
    fixed: Row = {
        "list_id": f"PD-{plan.mark}-2026-{n:02d}", "unit": plan.name, "debtor": debtor.party.name, "claim_id": claim,
        "agreement_no": f"DZ-{plan.mark}-2026-{n:02d}", "settled_debt": debt / 100,
        "counted_on": agreed + dt.timedelta(days=5), "appraisal_no": f"澜岳技鉴〔2026〕{20 + 7 * n}号",
        "appraised_on": agreed + dt.timedelta(days=9), "approval_no": f"澜岳总批〔2026〕{100 + 3 * n}号",
        "approved_on": agreed + dt.timedelta(days=20), "booked_on": before(35 - n),
    }  # fmt: skip
    rows: list[Row] = []
    for i, (name, model, uom, quantity, price, condition) in enumerate(items):
        row = {
            **fixed, "item": name, "model": model, "uom": uom, "book_qty": quantity, "counted_qty": counted[i],
            "unit_price": price, "condition": condition, "location": random.choice(_PLACES),
            "appraised_value": worth[i] / 100, "booked_value": worth[i] / 100,
        }  # fmt: skip
        if short and i == 0:
            row["remark"] = "2套锈蚀退回债务人，已在交接单注明，不计入抵债数量"
        rows.append(row)
    return rows


def foot(staff: Staff) -> dict[str, dict[str, Any]]:
    """Signatures and deliveries of the count."""
    signed, delivered = before(60), before(58)
    names = {
        "单位经理": staff.manager, "财务主管": staff.finance, "保管人": staff.keeper, "验收人": staff.receiver,
    }  # fmt: skip
    return {
        "signatures": {entry: (name, signed) for entry, name in names.items()},
        "deliveries": dict.fromkeys(("财务部", "技术工程部", "清欠办"), delivered),
    }
