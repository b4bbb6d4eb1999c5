"""Letters to debtors: confirmations (F-26), dunning letters in steps (B-4-3, H-6), instalment reminders (G-12).

A letter has *all* open items that one unit has with one debtor; nothing is hidden because it is not due, disputed or
before a court: it is marked. Each set of letters comes with a register to merge from and to note delivery in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.language import Text, many, t
from qq_excel.papers.claims import NO_DEBTOR
from qq_excel.papers.report_job import ByUnit, Job, Names, Piece, day

if TYPE_CHECKING:
    from qq_excel.papers.claims import Account, Claim
    from qq_excel.policy.values import Step

_REGISTER = (
    "no", "number", "unit", "debtor", "code", "count", "total", "overdue_total", "capitals", "step",
    "overdue_days", "pay_within", "limitation_on", "dunned_on", "confirmed_on", "reason", "file", "sent_how",
    "sent_on", "signed_by", "signed_as", "signed_on", "remark", "handler", "responsible",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: its number, its file, whom it goes to, and the step of dunning that it is."""

    number: str
    file: str
    account: Account
    step: Step | None = None
    overdue_days: int | None = None

    def demanded(self) -> list[Claim]:
        """The items that it demands: past due, and not before a court."""
        return [c for c in self.account.claims if is_overdue(c) and not c.sued]


def _with_debtor(job: Job) -> list[Account]:
    """The accounts whose debtor is known: nobody can be written to of the others, which is said once."""
    job.notes += [note for note in _nameless(job) if note not in job.notes]
    return [a for a in job.accounts if a.debtor != NO_DEBTOR]


def _nameless(job: Job) -> list[Text]:
    """What is said of open items without a debtor, if there are any."""
    claims = [c for a in job.accounts if a.debtor == NO_DEBTOR for c in a.claims]
    total = money.yuan(sum(c.balance for c in claims))
    said = Text(
        f"{len(claims)} 笔债权（{total} 元）没有债务人名称，没有出函",
        f"{many(len(claims), 'claim')} (RMB {total}) without a debtor's name: no letter",
    )
    return [said] if claims else []


# --- 对账签认函 -------------------------------------------------------------------------------------------


def confirmations(job: Job) -> Iterable[Piece]:
    """One letter per debtor of a unit, its register and its figures."""
    names = Names()
    letters = [
        Letter(_number("QR", job, n), names.free(a.unit, a.debtor, "对账签认函", suffix=".docx"), a)
        for n, a in enumerate(_with_debtor(job), 1)
    ]
    template = f"confirmation_{job.choices.wording}.docx"
    for one in letters:
        yield job.word(one.file, template, _context(job, one, _all_overdue(one)))
    wording = job.choices.wording
    words = {"demand": t("对账并催款", "confirm and pay"), "plain": t("仅核对账目", "confirm only")}[wording]
    yield from _register(
        job, letters, "对账签认函", t(f"措辞：{words}", f"Wording: {words}"), str(_PROVES[wording])
    )


_PROVES = {
    "demand": Text(
        "兼催款的措辞：债务人签收即证明已就到期款项主张权利，诉讼时效中断（民法典第195条）；债务人签章确认，并证明债权的存在和金额。",
        "Wording with a demand: receipt proves that payment was demanded, which interrupts limitation (Civil Code art. 195); the "
        "debtor's signature proves the debt and its amount as well.",
    ),
    "plain": Text(
        "仅核对账目的措辞：债务人签章确认，证明截止日的账面余额；本函不主张付款，不能单独证明已催收，时效将尽的应改发兼催款的函。",
        "Plain wording: the debtor's signature proves the balance; the letter demands nothing and proves no demand by itself. Where "
        "limitation is about to end, send the wording with a demand.",
    ),
}


def _all_overdue(letter: Letter) -> list[Claim]:
    return [c for c in letter.account.claims if is_overdue(c)]


# --- 催款函 ----------------------------------------------------------------------------------------------


def dunning(job: Job) -> Iterable[Piece]:
    """The letter that each debtor's oldest overdue item calls for, its register and its figures."""
    steps = job.params.steps()
    names = Names()
    letters: list[Letter] = []
    sued = 0
    for account in _with_debtor(job):
        asked = Letter("", "", account).demanded()
        if not asked:
            sued += any(is_overdue(c) for c in account.claims)
            continue
        days = max(c.overdue or 0 for c in asked)
        step = _step(steps, days)
        if step is None:
            continue
        file = names.free(account.unit, account.debtor, step.name, suffix=".docx")
        letters.append(Letter(_number("CK", job, len(letters) + 1), file, account, step, days))
    if sued:
        job.notes.append(
            Text(
                f"{sued} 个债务人的逾期款项都在诉讼中，没有另发催款函",
                f"{many(sued, 'debtor')}: all that is past due is before a court; no dunning letter",
            )
        )
    for one in letters:
        yield job.word(one.file, "dunning.docx", _context(job, one, one.demanded()))
    every = t("；", "; ").join(
        t(f"{s.name}：逾期超过 {s.over_days} 天，限 {s.pay_within_days} 日内付清",
          f"{step_name(s)}: over {many(s.over_days, 'day')} past due, to pay within {many(s.pay_within_days, 'day')}")
        for s in steps
    )  # fmt: skip
    yield from _register(job, letters, "催款函", t(f"步骤：{every}", f"Steps: {every}"), str(_DUNNING_NOTE))


_DUNNING_NOTE = Text(
    "催款函送达并能证明的，诉讼时效中断（民法典第195条；送达由法定代表人、主要负责人、收发部门或被授权主体签收，或邮政存证）。"
    "时效已届满的，催款函本身不能使其恢复，须债务人签字或盖章。签收情况请登记在右侧各列，并录入催收记录。",
    "A dunning letter whose delivery can be proved interrupts limitation (Civil Code art. 195; received by the legal representative, "
    "the person in charge, the mail room or an authorised person, or proved by the post). Where limitation is over the letter alone "
    "does not restore it: the debtor has to sign or seal. Note the receipt in the columns on the right and in the collection log.",
)
#: The steps of the shipped policies; a policy's own name stays as it is.
_TONES = {
    "first": "Payment reminder",
    "second": "Second demand for payment",
    "final": "Final demand for payment",
}


def step_name(step: Step) -> str:
    """What a letter of this step is called; in English by its tone."""
    return t(step.name, _TONES[step.tone])


def _step(steps: Sequence[Step], days: int) -> Step | None:
    reached = [s for s in steps if days > s.over_days]
    return reached[-1] if reached else None


# --- 分期还款提醒函 -----------------------------------------------------------------------------------------


def reminders(job: Job) -> Iterable[Piece]:
    """One letter per agreement with an instalment that falls due within the lead time or is past due."""
    as_of, lead = job.result.as_of, job.params.count("instalment_lead_days")
    if as_of is None:
        job.notes.append(
            Text("没有截止日期，不能判断哪些分期到期", "no as-of date: cannot tell which instalments are due")
        )
        return
    plans = _plans(job)
    until = as_of + dt.timedelta(days=lead)
    names = Names()
    letters: list[dict[str, Any]] = []
    for agreement, unit, source in job.owned("agreements"):
        rows = plans.get(unit, str(agreement["agreement_id"])) or []
        open_ = [r for r in rows if r["open"] > 0 and r["due_on"] is not None and r["due_on"] <= until]
        if not open_:
            continue
        debtor = str(agreement["debtor"] or "")
        number = _number("FQ", job, len(letters) + 1)
        file = names.free(debtor, str(agreement["agreement_id"]), "分期还款提醒函", suffix=".docx")
        past = sum(r["open"] for r in open_ if r["due_on"] < as_of)
        total = sum(r["open"] for r in open_)
        context = job.head(unit, [source], number) | {
            "debtor": debtor, "agreement_id": agreement["agreement_id"], "signed_on": day(agreement["signed_on"]),
            "agreed": _yuan(agreement["amount"]), "paid": _yuan(sum(r["paid"] or 0 for r in rows)),
            "left": _yuan(sum(r["open"] for r in rows)), "total": money.yuan(total), "capitals": money.capitals(total),
            "past": money.yuan(past), "has_past": past > 0, "lead": lead,
            "items": [
                {
                    "no": r["no"], "due_on": day(r["due_on"]), "due": _yuan(r["due"]), "paid": _yuan(r["paid"] or 0),
                    "open": money.yuan(r["open"]),
                    "state": _when(r["due_on"], as_of),
                }
                for r in open_
            ],
        }  # fmt: skip
        letters.append({"number": number, "debtor": debtor, "agreement_id": str(agreement["agreement_id"]), "file": file,
                        "count": len(open_), "total": total, "past": past, "capitals": context["capitals"]})  # fmt: skip
        yield job.word(file, "reminder.docx", context)
    rows = [{**x, "no": n, "sent_how": "", "sent_on": "", "signed_by": ""} for n, x in enumerate(letters, 1)]
    known = ("no", "number", "debtor", "agreement_id", "count", "total", "past", "capitals", "file", "sent_how",
             "sent_on", "signed_by")  # fmt: skip
    under = t(f"截止日期：{day(as_of)}    提前 {lead} 天提醒    金额单位：元",
              f"As of: {day(as_of)}    Reminded {many(lead, 'day')} ahead    In yuan")  # fmt: skip
    sheets = [("reminder_register", job.filled(rows, under))]
    yield job.book("分期还款提醒函登记册.xlsx", sheets, known)
    data = [{**x, "total": money.yuan(x["total"]), "past": money.yuan(x["past"])} for x in letters]
    yield job.json("分期还款提醒函.json", {"letters": data})


def _when(due: dt.date, as_of: dt.date) -> str:
    gap = (due - as_of).days
    return (
        t(f"逾期 {-gap} 天", f"{many(-gap, 'day')} past due")
        if gap < 0
        else t(f"还有 {gap} 天", f"in {many(gap, 'day')}")
    )


def _plans(job: Job) -> ByUnit[list[dict[str, Any]]]:
    """Instalments by agreement, with what is still open of each."""
    out = ByUnit[list[dict[str, Any]]]()
    for row, unit, _ in job.owned("instalments"):
        row["open"] = max(0, (row["due"] or 0) - (row["paid"] or 0))
        out.put(unit, str(row["agreement_id"]), []).append(row)
    return out


# --- what stands in a letter ---------------------------------------------------------------------------------


def is_overdue(claim: Claim) -> bool:
    """Past its due date, with something left to pay."""
    return claim.balance > 0 and (claim.overdue or 0) > 0


def _context(job: Job, letter: Letter, demanded: Sequence[Claim]) -> dict[str, Any]:
    account = letter.account
    sums = _sums(account.claims, demanded)
    person = account.claims[0].debtor_type == "个人"
    return job.head(account.unit, dict.fromkeys(c.file for c in account.claims), letter.number) | {
        "debtor": account.debtor, "code": job.code(account.code), "you": t("您" if person else "贵单位", "you"),
        **sums, "demands": sums["has_overdue"],
        "title": step_name(letter.step) if letter.step else "", "tone": letter.step.tone if letter.step else "",
        "pay_within": letter.step.pay_within_days if letter.step else "", "overdue_days": letter.overdue_days or 0,
        # a demand stops no clock that has run out
        "interrupts": any(c.as_of is None or c.limitation_on is None or c.limitation_on >= c.as_of for c in demanded),
        "has_sued": any(c.sued for c in account.claims), "has_disputed": any(c.disputed for c in account.claims),
    }  # fmt: skip


def _sums(claims: Sequence[Claim], demanded: Sequence[Claim]) -> dict[str, Any]:
    """The items with their sums: past due and demanded, past due and before a court, not due (or without a due date), credit
    notes, all.
    """
    overdue = sum(c.balance for c in demanded)
    court = sum(c.balance for c in claims if is_overdue(c)) - overdue
    credit = sum(c.balance for c in claims if c.credit)
    total = sum(c.balance for c in claims)
    return {
        "items": [_item(n, c) for n, c in enumerate(claims, 1)], "count": len(claims), "total": money.yuan(total),
        "capitals": money.capitals(total), "overdue": money.yuan(overdue),
        "overdue_capitals": money.capitals(overdue), "has_overdue": overdue > 0,
        "court": money.yuan(court), "has_court": court > 0,
        "rest": money.yuan(total - overdue - court - credit), "credit": money.yuan(credit), "has_credit": credit < 0,
    }  # fmt: skip


def _item(n: int, c: Claim) -> dict[str, Any]:
    remarks = [
        t("贷项", "credit note") if c.credit else "",
        t("诉讼中", "in court") if c.sued else "",
        t("有争议", "disputed") if c.disputed else "",
        t(f"原币 {c.currency}", f"in {c.currency}") if c.currency != "CNY" else "",
    ]
    if c.credit:
        age = "—"
    elif c.overdue is None:
        age = t("未填付款日", "no due date")
    else:
        age = f"{c.overdue:,}" if c.overdue else t("未到期", "not due")
    return {
        "no": n, "claim_id": c.claim_id, "contract": c.contract or "—", "subject": c.subject,
        "occurred_on": day(c.occurred_on), "due_on": day(c.due_on), "original": _yuan(c.original),
        "received": _yuan(c.received), "balance": money.yuan(c.balance), "overdue": age,
        "remark": t("、", ", ").join(r for r in remarks if r),
    }  # fmt: skip


# --- the register ---------------------------------------------------------------------------------------------


def _register(job: Job, letters: Sequence[Letter], what: str, under: str, note: str) -> Iterator[Piece]:
    """The register to merge from and to note delivery in, and the same as data."""
    rows = [_row(job, n, x) for n, x in enumerate(letters, 1)]
    on = day(job.result.as_of)
    under = t(f"截止日期：{on}    {under}    金额单位：元", f"As of: {on}    {under}    In yuan")
    filled = job.filled(rows, under, notes=[note, *map(str, _nameless(job))])
    sheets = [("letter_register", filled), ("letter_merge", job.filled(rows, under))]
    yield job.book(f"{what}登记册.xlsx", sheets, _REGISTER)
    yield job.json(f"{what}.json", {"letters": [_data(x) for x in letters]})


def _row(job: Job, n: int, x: Letter) -> dict[str, Any]:
    claims = x.account.claims
    return {
        "no": n, "number": x.number, "unit": x.account.unit, "debtor": x.account.debtor, "code": job.code(x.account.code),
        "count": len(claims), "total": x.account.total, "overdue_total": sum(c.balance for c in _asked(x)),
        "capitals": money.capitals(x.account.total),
        "step": step_name(x.step) if x.step else "", "overdue_days": x.overdue_days or max(c.overdue or 0 for c in claims),
        "pay_within": x.step.pay_within_days if x.step else None,
        "limitation_on": min((c.limitation_on for c in claims if c.limitation_on), default=None),
        "dunned_on": max((c.dunned_on for c in claims if c.dunned_on), default=None),
        "confirmed_on": max((c.confirmed_on for c in claims if c.confirmed_on), default=None),
        "reason": "；".join(dict.fromkeys(f"{c.reason}（{c.reason_by}）" for c in claims if c.reason and c.reason_by)),
        "file": x.file, "handler": t("、", ", ").join(dict.fromkeys(c.handler for c in claims if c.handler)),
        "responsible": t("、", ", ").join(dict.fromkeys(c.responsible for c in claims if c.responsible)),
        "sent_how": "", "sent_on": "", "signed_by": "", "signed_as": "", "signed_on": "", "remark": "",
    }  # fmt: skip


def _asked(x: Letter) -> list[Claim]:
    return x.demanded() if x.step else _all_overdue(x)


def _data(x: Letter) -> dict[str, Any]:
    return {
        "number": x.number, "file": x.file, "unit": x.account.unit, "debtor": x.account.debtor,
        "step": x.step.name if x.step else None, "total": money.yuan(x.account.total),
        "items": [{"claim_id": c.claim_id, "balance": money.yuan(c.balance), "place": c.place}
                  for c in x.account.claims],
    }  # fmt: skip


def _number(kind: str, job: Job, n: int) -> str:
    on = job.result.as_of
    return f"{kind}-{on:%Y%m%d}-{n:04d}" if on else f"{kind}-{n:04d}"


def _yuan(amount: int | None) -> str:
    return "—" if amount is None else money.yuan(amount)
