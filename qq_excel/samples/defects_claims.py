"""Defects in the tables that say what is owed: ledgers, contracts, credit, construction claims, declarations."""

from __future__ import annotations

import datetime as dt

from qq_excel.samples.model import AS_OF, Defect, Row, Tables, before


def _days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


def _not_due(row: Row, _tables: Tables) -> bool:
    return bool(row["due_on"] > AS_OF and row["status"] == "正常")


def _unheard_of(row: Row, tables: Tables) -> bool:
    """A claim not due that no other table speaks of."""
    others = (r.get("claim_id") for kind, rows in tables.items() if kind != "receivables" for r in rows)
    return _not_due(row, tables) and row["claim_id"] not in set(others)


def _spelt(day: dt.date) -> str:
    return f"{day.year}.{day.month}.{day.day}"


def _other_digit(code: str) -> str:
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def _plain_debtor(row: Row, tables: Tables) -> bool:
    """Terms of a debtor who owes much, none of it for a special reason, with somebody to answer for all of it."""
    own = [c for c in tables["receivables"] if c["debtor"] == row["debtor"]]
    apart = any(c.get("special_reason") or not c["responsible"] for c in own)
    return sum(c["original"] - c["received"] for c in own) > 1.2 * _LIMIT and not apart


def _owes(row: Row, tables: Tables) -> bool:
    return any(
        c["original"] > c["received"] and c["debtor"] == row["debtor"] and c["status"] != "已结清"
        for c in tables["receivables"]
    )


#: A limit that a debtor with several claims is past.
_LIMIT = 1_000_000
_STARTED = ("跟踪", "达成协议", "监督履约")

CLAIMS: tuple[Defect, ...] = (
    # --- receivables
    Defect("REC004", "receivables", "age_band", "账龄段沿用上年，没有更新",
           lambda r, _: 400 < (AS_OF - r["occurred_on"]).days < 700 and r["status"] != "已结清",
           lambda _: {"age_band": "1年以内"}),
    Defect("REC005", "receivables", "overdue_days", "逾期天数是上季度末的",
           lambda r, _: r["due_on"] < before(100) and r["status"] != "已结清",
           lambda r: {"overdue_days": (AS_OF - r["due_on"]).days - 92}),
    Defect("REC012", "receivables", "status", "已经逾期，状态仍是正常",
           lambda r, _: r["status"] == "预警" and before(30) < r["due_on"] < AS_OF and r["disputed"] == "否",
           lambda _: {"status": "正常"}),
    Defect("REC021", "receivables", "dispute_reason", "有争议没有写原因",
           lambda r, _: r["disputed"] == "是", lambda _: {"dispute_reason": None}),
    Defect("REC001", "receivables", "balance", "账面余额改成了数值，比原始金额减已收金额多 1,000.00", _unheard_of,
           lambda r: {"balance": round(r["original"] - r["received"] + 1000, 2)},
           unless=("assessment", "credit_terms")),
    Defect("CEL001", "receivables", "responsible", "责任人空白", _unheard_of, lambda _: {"responsible": None},
           follows=("REC006",)),
    Defect("CEL013", "receivables", "debtor_code", "统一社会信用代码末位抄错",
           lambda r, _: r["debtor_type"] == "机关事业单位",
           lambda r: {"debtor_code": _other_digit(r["debtor_code"])}),
    Defect("CON003", "receivables", "contract_id", "合同编号不在合同台账中", _unheard_of,
           lambda r: {"contract_id": r["contract_id"][:-3] + "999"}, needs=("contracts",)),
    # --- contracts and credit
    Defect("CON004", "contracts", "effective_on", "生效日期早于签订日期，补签没有说明",
           lambda r, _: r["signed_on"].year >= 2023, lambda r: {"effective_on": r["signed_on"] - _days(20)}),
    Defect("CON006", "contracts", "amount", "已结算金额超过合同金额 30,000.00",
           lambda r, _: (r.get("settled") or 0) > 100_000,
           lambda r: {"amount": round(r["settled"] - 30_000, 2)}),
    Defect("CRD003", "credit_terms", "credit_limit", "欠款超过额度，没有特殊原因", _plain_debtor,
           lambda _: {"credit_limit": _LIMIT, "insured_limit": _LIMIT}, follows=("CAS008",), seen_in="receivables",
           by="debtor"),
    Defect("CRD007", "credit_terms", "valid_to", "授信已于 6 月底到期，仍有欠款", _owes,
           lambda _: {"valid_from": dt.date(2025, 7, 1), "valid_to": dt.date(2026, 6, 30)}),
    Defect("CRD008", "credit_terms", "insured_limit", "保险额度大于授信额度", lambda *_: True,
           lambda r: {"insured_limit": r["credit_limit"] + 50_000}),
    # --- construction claims
    Defect("PRJ001", "project_claims", "arrears", "欠付工程款改成了数值，比应付减已付多 10,000.00",
           lambda r, _: r["stage"] == "督促",
           lambda r: {"arrears": round(r["payable"] - r["paid"] + 10_000, 2)}),
    Defect("PRJ002", "project_claims", "has_invoice", "发票没有收齐就转入督促",
           lambda r, _: r["stage"] == "督促", lambda _: {"has_invoice": "否"}),
    Defect("PRJ003", "project_claims", "agreed_amount", "已到达成协议环节，没有协议金额",
           lambda r, _: r["stage"] == "达成协议", lambda _: {"agreed_amount": None}),
    Defect("PRJ004", "project_claims", "settled_on", "款项到账半个多月没有结算",
           lambda r, _: r["stage"] == "监督履约", lambda _: {"settled_on": None}),
    Defect("PRJ005", "project_claims", "notified_on", "四个月没有书面或电话催款",
           lambda r, _: r["stage"] == "跟踪" and r["retention_due_on"] > before(-31),
           lambda _: {"notified_on": before(130), "phoned_on": before(122)}),
    Defect("PRJ006", "project_claims", "retention_due_on", "质保金到期四十天没有收回",
           lambda r, _: r["stage"] in _STARTED, lambda _: {"retention_due_on": before(40)}),
    Defect("PRJ007", "project_claims", "settled_amount", "结算金额超过合同金额，没有说明变更依据",
           lambda r, _: r["stage"] in _STARTED,
           lambda r: {"settled_amount": round(r["contract_amount"] * 1.03, 2)}),
    # --- declared debts
    Defect("CLM001", "claim_intake", "accepted_on", "申报后过了十二天才受理",
           lambda r, _: r.get("track") and not r.get("closed_on"),
           lambda r: {"accepted_on": r["declared_on"] + _days(12)}),
    Defect("CLM002", "claim_intake", "refusal_reason", "不予受理没有写理由",
           lambda r, _: r.get("refusal_reason"), lambda _: {"refusal_reason": None}),
    Defect("CLM003", "claim_intake", "warrant_no", "冻结账户没有文书号",
           lambda r, _: r.get("warrant_no"), lambda _: {"warrant_no": None}),
    Defect("CLM004", "claim_intake", "officer", "已定处理方式，没有承办人",
           lambda r, _: r.get("track") and not r.get("closed_on"), lambda _: {"officer": None}),
    Defect("CEL013", "claim_intake", "applicant_code", "申报人统一社会信用代码末位抄错",
           lambda r, _: r["applicant_code"].startswith("91"),
           lambda r: {"applicant_code": _other_digit(r["applicant_code"])}),
    Defect("CEL003", "claim_intake", "declared_on", "申报日期写成 2026.8.5 样式的文字",
           lambda r, _: r.get("track") and r.get("closed_on"),
           lambda r: {"declared_on": _spelt(r["declared_on"])}),
)  # fmt: skip
