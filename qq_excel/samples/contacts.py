"""What passed between creditor and debtor: letters and calls of the quarter, and confirmed balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from random import Random

from qq_excel.samples.model import AS_OF, Row, UnitPlan, before
from qq_excel.samples.pursuit import Pursuit, dated

#: The log is that of the quarter; what was sent before stands in the logs of earlier ones.
_SINCE = dt.date(2026, 7, 1)
_LETTERS = {
    "函件": "送达催款函，写明欠款金额和付款期限",
    "律师函": "寄送律师函，要求收到之日起十日内付清",
    "邮政存证信函": "以存证信函催告付款，逾期将提起诉讼",
}
_SIGNERS = ("收发部门", "主要负责人", "被授权主体", "法定代表人")
_CALLS = {
    "电话": ("电话催问付款安排", "对方称已列入付款计划"),
    "上门": ("上门约见对方财务负责人，核对欠款明细", "对方承认欠款，请求宽限"),
    "短信": ("短信提醒到期应付款", "对方回复收到"),
}
_HOURS = ("09:10", "09:40", "10:25", "14:15", "15:30", "16:05")


def log(plan: UnitPlan, pursuits: Sequence[Pursuit], random: Random, claims: Iterable[Row] = ()) -> list[Row]:
    """The rows of 催收记录: the latest letter of every claim dunned in the quarter, and calls on its cases.

    *claims* are those of a ledger, whose 最近书面催收日期 the letters prove.
    """
    rows = [
        _letter(row["claim_id"], row["debtor"], row["handler"], row["dunned_on"], random)
        for row in claims
        if row["dunned_on"] and row["dunned_on"] >= _SINCE
    ]
    written = {row["claim_id"] for row in rows}
    for one in pursuits:
        if one.dunned_on and one.dunned_on >= _SINCE and one.claim_id not in written:
            rows.append(_letter(one.claim_id, one.debtor, one.handler, one.dunned_on, random))
        if one.open and (one.phoned_on or random.random() < 0.8):
            rows.append(_call(one, random))
    rows = dated(rows, "on")
    for n, row in enumerate(rows, 1):
        row["log_id"] = f"CS-{plan.mark}-2026-{n:03d}"
    return rows


def _letter(claim: str, debtor: str, by: str, on: dt.date, random: Random) -> Row:
    method = random.choice(("函件", "函件", "律师函", "邮政存证信函"))
    row: Row = {
        "log_id": None, "claim_id": claim, "debtor": debtor, "on": on, "method": method, "by": by,
        "content": _LETTERS[method], "receipted": "是", "proof_no": f"QS-{on:%m%d}-{random.randint(100, 999)}",
    }  # fmt: skip
    if method == "函件":
        row["receipted_by"] = random.choice(_SIGNERS)
    return row


def _call(one: Pursuit, random: Random) -> Row:
    method = "电话" if one.phoned_on else random.choice(("电话", "电话", "上门", "短信"))
    content, reply = _CALLS[method]
    on = one.phoned_on or before(random.randint(1, 20))
    row: Row = {
        "log_id": None, "claim_id": one.claim_id, "debtor": one.debtor, "on": on, "at": random.choice(_HOURS),
        "method": method, "by": one.handler, "content": content, "reply": reply, "receipted": "否",
        "next_on": before(-random.randint(2, 20)),
    }  # fmt: skip
    if method == "上门":
        share = round(one.remaining * 0.2, -3)
        row |= {"met": "财务部经理", "promised_on": before(-random.randint(10, 40))}
        row["promised_amount"] = share or one.remaining
    return row


def confirmations(plan: UnitPlan, claims: Iterable[Row], random: Random) -> list[Row]:
    """The rows of 对账签认表: what was signed this year, and where sales and finance stand at the as-of date."""
    rows: list[Row] = []
    for claim in claims:
        balance = round(claim["original"] - claim["received"], 2)
        signed: dt.date | None = claim["confirmed_on"]
        if signed and signed.year == AS_OF.year:
            cut_off = signed.replace(day=1) - dt.timedelta(days=1)
            paid = claim["last_paid_on"]
            then = claim["original"] if paid and paid > cut_off else balance
            rows.append(
                _confirmation(claim, cut_off, then, random)
                | {
                    "debtor_balance": then, "signed_on": signed, "proof_no": claim["confirmation_no"],
                    "signed_by": f"{claim['debtor'][:4]}财务部" if claim["debtor_type"] != "个人" else claim["debtor"],
                }
            )  # fmt: skip
        elif balance > 0 and random.random() < 0.3:
            row = _confirmation(claim, AS_OF, balance, random)
            if random.random() < 0.3:
                row["sales_balance"] = round(balance + 2400, 2)
                row["difference_reason"] = "9月30日到账的回款2,400.00元销售部尚未登记，10月初补记"
            rows.append(row)
    rows = dated(rows, "cut_off")
    for n, row in enumerate(rows, 1):
        row["confirmation_id"] = f"DZ-{plan.mark}-2026-{n:03d}"
    return rows


def _confirmation(claim: Row, cut_off: dt.date, balance: float, random: Random) -> Row:
    return {
        "confirmation_id": None, "claim_id": claim["claim_id"], "debtor": claim["debtor"], "cut_off": cut_off,
        "sales_balance": balance, "finance_balance": balance, "method": random.choice(("函证", "当面", "函证", "电子")),
    }  # fmt: skip
