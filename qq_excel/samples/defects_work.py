"""Defects in the tables that say what is done about a debt: cases, agreements, letters, dossiers, courts, scores."""

from __future__ import annotations

import datetime as dt

from qq_excel.samples.model import AS_OF, Defect, Row, Tables, before

_CALLS = ("电话", "上门", "短信")
_LETTERS = ("律师函", "邮政存证信函")
#: A claim overdue for longer than this needs a case (``case_after_days``), with some days to spare.
_NEEDS_CASE = 95


def _days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


def _open(row: Row, _tables: Tables) -> bool:
    return bool(row.get("plan_no") and not row.get("closed_on"))


def _old(row: Row, tables: Tables) -> bool:
    return _open(row, tables) and row["received_on"] < before(125)


def _claim(row: Row, tables: Tables) -> Row:
    return next((c for c in tables["receivables"] if c["claim_id"] == row["claim_id"]), {})


def _long_overdue(row: Row, tables: Tables) -> bool:
    claim = _claim(row, tables)
    return _open(row, tables) and claim["due_on"] < before(_NEEDS_CASE) and not claim.get("special_reason")


def _first_unpaid(row: Row, tables: Tables) -> bool:
    """The next instalment of an agreement whose dates rise, with room for an earlier date."""
    own = [r for r in tables["instalments"] if r["agreement_id"] == row["agreement_id"]]
    days = [r["due_on"] for r in own]
    paid = [r for r in own if r.get("paid")]
    rising = days == sorted(days) and all(r["due_on"] < before(13) for r in paid)
    return bool(rising and row is own[len(paid)])


def _last_contact(row: Row, tables: Tables) -> bool:
    later = [r for r in tables["collection_log"] if r["claim_id"] == row["claim_id"] and r["on"] > row["on"]]
    asked = row["method"] in _CALLS and not row.get("promised_on")
    return bool(asked and row["on"] < before(4) and not later)


def _unkept(row: Row, tables: Tables) -> bool:
    paid = _claim(row, tables).get("last_paid_on")
    return bool(row.get("promised_on")) and (paid is None or paid < row["on"]) and row["on"] < before(4)


def _chased(row: Row, tables: Tables) -> bool:
    return bool(_claim(row, tables).get("status") in ("追讨", "诉讼"))


def _sealed(row: Row, _tables: Tables) -> bool:
    return bool(row["status"] == "已封档")


def _suit(row: Row, _tables: Tables) -> bool:
    return bool(row["kind"] == "诉讼")


#: The grade that stands where another is due.
_MISGRADED = {"优秀": "良好", "良好": "合格", "合格": "良好", "不合格": "合格"}


def _failed(row: Row, _tables: Tables) -> bool:
    return bool(row["grade"] == "不合格")


WORK: tuple[Defect, ...] = (
    # --- cases
    Defect("CAS001", "cases", "stage", "阶段“移送”不在制度的流程之内", _open, lambda _: {"stage": "移送"}),
    Defect("CAS002", "cases", "remaining", "剩余金额没有随收款更新，多 3,000.00",
           lambda r, t: _open(r, t) and r["claimed"] - r["recovered"] > 3000,
           lambda r: {"remaining": round(r["claimed"] - r["recovered"], 2), "recovered": r["recovered"] + 3000}),
    Defect("CAS003", "cases", "plan_no", "接案后一直没有清欠方案", _open,
           lambda _: {"plan_no": None, "planned_on": None, "planned_amount": None, "planned_by": None}),
    Defect("CAS004", "cases", "recovered", "计划二十天前到期，没有收足",
           lambda r, t: _open(r, t) and r["planned_amount"] > r["recovered"], lambda _: {"planned_by": before(20)}),
    Defect("CAS005", "cases", "reported_on", "五十多天没有反馈", _old, lambda _: {"reported_on": before(52)}),
    Defect("CAS006", "cases", "stage_on", "停在同一阶段四个月", _old, lambda _: {"stage_on": before(122)}),
    Defect("CAS007", "cases", "closed_on", "尚有余额就填了结案日期", _open, lambda _: {"closed_on": before(5)}),
    Defect("CAS008", "cases", "claim_id", "逾期三个多月的债权没有立案", _long_overdue, None, seen_in="receivables"),
    Defect("CAS009", "cases", "claimed", "欠款金额比明细表多 5,000.00", _open,
           lambda r: {"claimed": round(r["claimed"] + 5000, 2)}, needs=("receivables",)),
    Defect("CAS010", "cases", "verified_on", "没有核实就制订方案", _open, lambda _: {"verified_on": None}),
    Defect("CEL006", "cases", "responsible", "责任人后面多一个空格", _open,
           lambda r: {"responsible": r["responsible"] + " "}),
    # --- agreements
    Defect("AGR001", "agreements", "amount", "协议金额比各期合计多 100.00", lambda *_: True,
           lambda r: {"amount": round(r["amount"] + 100, 2)}),
    Defect("AGR004", "instalments", "voucher_no", "还款没有入账凭证号",
           lambda r, _: r.get("paid"), lambda _: {"voucher_no": None}),
    Defect("AGR006", "instalments", "due_on", "后一期的应还日期早于前一期",
           lambda r, _: not r.get("paid") and r["due_on"] > before(-108),
           lambda r: {"due_on": r["due_on"] - _days(100)}),
    Defect("AGR003", "instalments", "due_on", "一期应还款过期十二天未还", _first_unpaid,
           lambda _: {"due_on": before(12)}),
    # --- letters, calls, confirmations
    Defect("LOG005", "collection_log", "next_on", "约定的跟进日期已过，没有再联系", _last_contact,
           lambda _: {"next_on": before(2)}),
    Defect("LOG007", "collection_log", "promised_on", "承诺的还款日已过，没有付款", _unkept,
           lambda _: {"promised_on": before(2)}, needs=("receivables",)),
    Defect("LOG002", "collection_log", "at", "夜间十点多打电话催收",
           lambda r, _: r["method"] == "电话", lambda _: {"at": "22:15"}),
    Defect("LOG004", "collection_log", "proof_no", "函件已签收，没有凭证号",
           lambda r, _: r["method"] in _LETTERS, lambda _: {"proof_no": None}),
    Defect("LOG008", "collection_log", "receipted_by", "函件由不能代表债务人的人签收",
           lambda r, _: r.get("receipted_by"), lambda _: {"receipted_by": "其他"}),
    Defect("LOG006", "collection_log", "on", "明细表的书面催收日期与记录差三天",
           lambda r, t: r["method"] in _LETTERS and r["on"] > dt.date(2026, 7, 8) and _claim(r, t),
           lambda r: {"on": r["on"] - _days(3)}, seen_in="receivables"),
    Defect("CFM001", "confirmations", "difference", "差异改成了数值 500.00",
           lambda r, _: r["sales_balance"] == r["finance_balance"], lambda _: {"difference": 500}),
    Defect("CFM002", "confirmations", "difference_reason", "两部门余额相差 300.00，没有写原因",
           lambda r, _: r["sales_balance"] == r["finance_balance"],
           lambda r: {"sales_balance": round(r["finance_balance"] + 300, 2)}),
    Defect("CFM003", "confirmations", "signed_by", "已签认，没有签认人",
           lambda r, _: r.get("signed_on"), lambda _: {"signed_by": None}),
    Defect("CFM004", "confirmations", "debtor_balance", "债务人少确认 1,500.00",
           lambda r, _: r.get("signed_on"), lambda r: {"debtor_balance": round(r["finance_balance"] - 1500, 2)}),
    Defect("CFM005", "confirmations", "signed_on", "签认日期与明细表差一天",
           lambda r, _: r.get("signed_on"), lambda r: {"signed_on": r["signed_on"] - _days(1)},
           seen_in="receivables"),
    # --- dossiers
    Defect("DOS001", "dossiers", "claim_id", "追讨中的债权没有档案", _chased, None, seen_in="receivables"),
    Defect("DOS002", "dossiers", "investigated_on", "没有调查核实就收集凭证、写结论",
           lambda r, t: r.get("concluded_on") and not _sealed(r, t), lambda _: {"investigated_on": None}),
    Defect("DOS003", "dossiers", "sealed_on", "封档早于结论报告", _sealed,
           lambda r: {"sealed_on": r["concluded_on"] - _days(2)}),
    Defect("DOS007", "dossiers", "received_by", "档案已移交，没有接收人", _sealed,
           lambda r: {"status": "已移交", "handed_over_on": min(r["sealed_on"] + _days(5), AS_OF)}),
    Defect("DOS005", "dossier_loans", "returned_on", "借出的档案过期没有归还",
           lambda r, _: r.get("returned_on"), lambda _: {"returned_on": None}),
    # --- courts
    Defect("LIT001", "litigation", "enforced_on", "判决生效两年多没有申请执行", _suit,
           lambda _: {"filed_on": before(900), "effective_on": before(800), "enforced_on": None},
           unless=("claim_intake",)),
    Defect("LIT002", "litigation", "enforced_on", "申请执行早于判决生效",
           lambda r, _: r.get("enforced_on"), lambda r: {"enforced_on": r["effective_on"] - _days(4)}),
    Defect("LIT003", "litigation", "counsel", "高风险事项没有承办律师",
           lambda r, _: r["kind"] == "风险事件", lambda _: {"risk": "高"}),
    Defect("LIT004", "litigation", "claim_id", "状态为诉讼的债权没有登记诉讼", _suit, None, seen_in="receivables"),
    # --- people
    Defect("STF001", "staff", "team", "所属机构“后勤部”不是制度规定的机构", lambda *_: True,
           lambda _: {"team": "后勤部"}),
    Defect("STF002", "staff", "trained_on", "一年四个月没有培训",
           lambda r, _: r["started_on"] < before(520), lambda _: {"trained_on": before(490)}),
    Defect("STF003", "staff", "nda_on", "上岗十天后才签保密承诺", lambda *_: True,
           lambda r: {"nda_on": r["started_on"] + _days(10)}),
    # --- scores: a sheet has few rows, so that one may have several
    Defect("ASM001", "assessment", "total", "总分比加权合计高 0.7 分", lambda *_: True,
           lambda r: {"total": round(r["total"] + 0.7, 1)}, shares=True),
    Defect("ASM002", "assessment", "grade", "等级与总分不符",
           lambda r, _: r["kind"] == "定期", lambda r: {"grade": _MISGRADED[r["grade"]]}, shares=True),
    Defect("ASM003", "assessment", "closing", "期末欠款比明细表多 10,000.00",
           lambda r, _: r["kind"] == "不定期", lambda r: {"closing": round(r["closing"] + 10_000, 2)},
           needs=("receivables",), shares=True),
    Defect("ASM004", "assessment", "progress", "进展得分比公式少算 9 分",
           lambda r, _: r["progress"] > 9, lambda r: {"progress": round(r["progress"] - 9, 1)}, follows=("ASM001",),
           shares=True),
    Defect("ASM005", "assessment", "sanction", "不合格却建议奖金", _failed, lambda _: {"sanction": "奖金"},
           unless=("collection_log",), shares=True),
    Defect("ASM006", "assessment", "responsible", "不合格没有写责任人", _failed, lambda _: {"responsible": None},
           unless=("collection_log",), shares=True),
    Defect("ASM007", "assessment", "published_on", "考核结果没有通报",
           lambda r, _: r["kind"] == "定期", lambda _: {"published_on": None}, shares=True),
)  # fmt: skip
