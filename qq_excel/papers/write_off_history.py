"""债权履历: everything that the tables of a submission say happened to a claim, in the order of its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.kinds import get_kind
from qq_excel.papers.claims import places, plain_rows

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.write_off_facts import Application

#: The tables that tell of a claim, and the field that says where.
_KINDS = {
    "collection_log": "on",
    "confirmations": "signed_on",
    "agreements": "signed_on",
    "litigation": "filed_on",
}
_PLACED = "instalments"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, with its proof and where it stands."""

    on: dt.date
    what: str
    detail: str = ""
    proof: str = ""
    place: str = ""


class Histories:
    """The events of every claim of a check, found by submission and number."""

    def __init__(self, result: Result) -> None:
        self._events: dict[tuple[int, str], list[Event]] = {}
        handed_in = set(result.stacks)
        #: Tables that could have told more and were not handed in.
        self.absent = "、".join(
            f"《{get_kind(k).title.zh}》" for k in (*_KINDS, _PLACED) if k not in handed_in
        )
        agreements: dict[tuple[int, str], str] = {}
        for kind, field in _KINDS.items():
            for submission, row, place in _rows(result, kind, field):
                key = (submission, str(row["claim_id"] or ""))
                self._events.setdefault(key, []).extend(_TELLERS[kind](row, place))
                if kind == "agreements":
                    agreements[submission, str(row["agreement_id"] or "")] = key[1]
        for submission, row, place in _rows(result, _PLACED, "paid_on"):
            claim = agreements.get((submission, str(row["agreement_id"] or "")))
            if claim is not None and row["paid_on"]:
                no = f"第 {row['no']} 期" if row["no"] else ""
                paid = _yuan("还款", row["paid"])
                event = Event(row["paid_on"], "分期还款", f"{no}{paid}", str(row["voucher_no"] or ""), place)
                self._events.setdefault((submission, claim), []).append(event)

    def of(self, app: Application) -> list[Event]:
        """The events of an application's claim, the oldest first."""
        key = (app.submission, str(app.row.get("claim_id") or ""))
        every = [*_ledger(app), *self._events.get(key, ()), *_application(app)]
        return sorted(every, key=lambda e: e.on)


def _rows(result: Result, kind: str, field: str) -> Iterator[tuple[int, dict[str, Any], str]]:
    stack = result.stacks.get(kind)
    if stack is None:
        return
    where = places(stack, field)
    yield from zip(stack.submission.tolist(), plain_rows(stack), where, strict=True)


def _yuan(what: str, cents: int | None) -> str:
    return "" if cents is None else f"{what} {money.yuan(cents)} 元"


def _join(*words: object) -> str:
    return "；".join(str(w) for w in words if w not in (None, ""))


def _log(r: dict[str, Any], place: str) -> Iterator[Event]:
    if r["on"]:
        promised = _yuan(f"承诺 {r['promised_on'] or ''} 付", r["promised_amount"])
        detail = _join(r["content"], r["reply"] and f"对方答复：{r['reply']}", promised)
        yield Event(r["on"], f"催收（{r['method'] or '—'}）", detail, str(r["proof_no"] or ""), place)


def _confirmed(r: dict[str, Any], place: str) -> Iterator[Event]:
    if r["signed_on"]:
        detail = _join(_yuan("对方确认", r["debtor_balance"]), r["signed_by"] and f"签认人：{r['signed_by']}")
        yield Event(r["signed_on"], "对账签认", detail, str(r["proof_no"] or ""), place)


def _agreed(r: dict[str, Any], place: str) -> Iterator[Event]:
    if r["signed_on"]:
        detail = _join(_yuan("协议金额", r["amount"]), r["terms"] and f"{r['terms']} 期", r["security"])
        yield Event(r["signed_on"], "签还款协议", detail, str(r["agreement_id"] or ""), place)


def _sued(r: dict[str, Any], place: str) -> Iterator[Event]:
    number = str(r["docket_no"] or "")
    if r["filed_on"]:
        yield Event(r["filed_on"], f"{r['kind'] or '立案'}", _join(r["court"], _yuan("标的", r["amount"])), number, place)  # fmt: skip
    if r["effective_on"]:
        yield Event(r["effective_on"], "裁判生效", "", number, place)
    if r["enforced_on"]:
        yield Event(r["enforced_on"], "申请执行", _yuan("执行收回", r["recovered"]), number, place)


_TELLERS = {"collection_log": _log, "confirmations": _confirmed, "agreements": _agreed, "litigation": _sued}


def _ledger(app: Application) -> Iterator[Event]:
    row, place = app.claim or {}, "应收账款明细表"
    told: Iterable[tuple[str, str, str]] = (
        ("occurred_on", "债权形成", _join(row.get("subject"), _yuan("原始金额", row.get("original")))),
        ("due_on", "约定付款日", ""), ("last_paid_on", "最近付款", _yuan("累计已收", row.get("received"))),
        ("confirmed_on", "最近签认", ""), ("dunned_on", "最近书面催收", ""),
    )  # fmt: skip
    for field, what, detail in told:
        if row.get(field):
            proof = row.get("confirmation_no") if field == "confirmed_on" else ""
            yield Event(row[field], what, detail, str(proof or ""), place)


def _application(app: Application) -> Iterator[Event]:
    row, place = app.row, f"{app.file} › {app.sheet} › 第 {app.line} 行"
    steps = (
        ("event_on", str(row.get("condition") or "事实发生"), ""), ("applied_on", "提出核销申请", _yuan("申请核销", row.get("amount"))),
        ("office_on", "清欠办审核", str(row.get("office_opinion") or "")),
        ("manager_on", "总经理批示", str(row.get("manager_opinion") or "")),
        ("approved_on", "会议批准", str(row.get("body") or "")),
    )  # fmt: skip
    for field, what, detail in steps:
        if row.get(field):
            proof = row.get("approval_no") if field == "approved_on" else ""
            yield Event(row[field], what, detail, str(proof or ""), place)
