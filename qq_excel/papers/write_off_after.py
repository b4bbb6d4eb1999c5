"""Before and after the approval of a write-off: the list for the meeting (F-16), then filing, register and dossier (F-17, F-18)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from qq_excel import money
from qq_excel.language import Text, many, t
from qq_excel.papers.report_job import Job, Names, Piece, day
from qq_excel.papers.write_off_facts import Application, applications
from qq_excel.papers.write_off_fit import judge

#: The status of an application that a meeting has approved, and those that are yet to be decided.
APPROVED, OPEN = "已批准", ("已上报", "审核中")
_REGISTER = "write_off_register"
_MEETING = ("no", "application_id", "unit", "debtor", "claim_id", "condition", "overdue", "balance", "amount", "provision", "charge",
            "verdicts", "evidence", "office", "manager", "decision")  # fmt: skip


def meeting(job: Job) -> Iterable[Piece]:
    """坏账核销审议清单: for each body the applications that are fit and wait for its decision; a draft has the others too."""
    apps = [a for a in judge(job.result, applications(job.result)) if a.row.get("status") in OPEN]
    held: dict[str, list[Application]] = {}
    for app in apps:
        if app.fit or job.choices.draft:
            held.setdefault(app.body or t("审批机构未定", "body not known"), []).append(app)
    unfit = [a for a in apps if not a.fit]
    if unfit and not job.choices.draft:
        told, ids = "、".join(a.id for a in unfit[:10]), ", ".join(a.id for a in unfit[:10])
        job.notes.append(
            Text(
                f"{len(unfit)} 份申请材料不全，没有列入审议清单：{told}",
                f"{many(len(unfit), 'application is', 'applications are')} not fit and not listed: {ids}",
            )
        )
    if not held:
        job.notes.append(Text("没有待审议的申请", "no application waits for a decision"))
    names = Names()
    for body, mine in held.items():
        rows = [_listed(n, a) for n, a in enumerate(mine, 1)]
        total = sum(a.row.get("amount") or 0 for a in mine)
        on = day(job.result.as_of)
        under = t(f"审批机构：{body}    截止日期：{on}    {len(mine)} 份申请    金额单位：元",
                  f"Body: {body}    As of: {on}    {many(len(mine), 'application')}    In yuan")  # fmt: skip
        lacking = [a.id for a in mine if not a.fit]
        if lacking:
            under = (
                t(f"草稿，{len(lacking)} 份材料不全", f"Draft, {many(len(lacking), 'is', 'are')} not fit")
                + f"    {under}"
            )
        notes = [t(f"申请核销金额合计 {money.yuan(total)} 元（{money.capitals(total)}）。",
                   f"To be written off in all: {money.yuan(total)} yuan ({money.capitals(total)}).")]  # fmt: skip
        if lacking:
            notes.append(
                t(
                    f"材料不全，补齐前不得审议：{'、'.join(lacking)}。",
                    f"Not to be decided on yet: {', '.join(lacking)}.",
                )
            )
        filled = job.filled(rows, under, notes=notes)
        yield job.book(
            names.free("坏账核销审议清单", body, suffix=".xlsx"),
            [("write_off_meeting", filled)],
            _MEETING,
            pdf=True,
        )
    yield job.json(
        "坏账核销审议清单.json",
        {"bodies": [_counted(b, mine) for b, mine in held.items()], "unfit": [a.id for a in unfit]},
    )


def filings(job: Job) -> Iterable[Piece]:
    """For each approved application the filing sheet and the dossier's cover; for each unit the entries of its register."""
    approved = []
    for app in applications(job.result):
        if app.row.get("status") != APPROVED:
            continue
        lacks = [
            w
            for f, w in (("approval_no", "批准文号"), ("approved_on", "批准日期"), ("amount", "申请核销金额"))
            if not app.row.get(f)
        ]
        if lacks:
            job.notes.append(
                Text(f"{app.id}：没有填{'、'.join(lacks)}，没有出备案文书", f"{app.id}: {', '.join(lacks)} not filled in; no filing papers")
            )  # fmt: skip
            continue
        approved.append(app)
    names = Names()
    for app in approved:
        context = job.head(str(app.row.get("unit") or ""), [app.file], app.id) | _facts(job, app)
        debtor = str(app.row.get("debtor") or "")
        yield job.word(
            names.free(app.id, debtor, "财务备案表", suffix=".docx"), "write_off_filing.docx", context
        )
        yield job.word(
            names.free(app.id, debtor, "核销档案封面", suffix=".docx"), "write_off_dossier.docx", context
        )
    entered = {str(r["application_id"]) for r in job.rows(_REGISTER)}
    units: dict[str, list[Application]] = {}
    for app in approved:
        if app.id not in entered:
            units.setdefault(str(app.row.get("unit") or ""), []).append(app)
    for unit, mine in units.items():
        yield Piece(
            names.free("坏账核销备查簿", unit, "新增", suffix=".xlsx"), partial(_register, job, unit, mine)
        )
    already = [a.id for a in approved if a.id in entered]
    if already:
        told = "、".join(already[:10])
        job.notes.append(
            Text(f"备查簿中已有，没有再列：{told}", f"in the register already, not listed again: {told}")
        )
    total = sum(a.row["amount"] for a in approved)
    yield job.json(
        "核销备案.json",
        {"approved": [a.id for a in approved], "amount": money.yuan(total), "registered": already},
    )


# --- inside ---------------------------------------------------------------------------------------------


def _listed(n: int, a: Application) -> dict[str, Any]:
    return {
        "no": n, "application_id": a.id, "unit": a.row.get("unit"), "debtor": a.row.get("debtor"), "claim_id": a.row.get("claim_id"),
        "condition": a.row.get("condition"), "overdue": a.overdue_days, "balance": a.row.get("balance"),
        "amount": a.row.get("amount"), "provision": a.row.get("provision"), "charge": a.charge,
        "verdicts": "\n".join(t(f"{v.title}：{v.outcome}", f"{v.title}: {v.outcome}") for v in a.verdicts), "evidence": len(a.evidence),
        "office": a.row.get("office_opinion"), "manager": a.row.get("manager_opinion"), "decision": "",
    }  # fmt: skip


def _counted(body: str, mine: list[Application]) -> dict[str, Any]:
    amounts = {k: sum(a.row.get(k) or 0 for a in mine) for k in ("balance", "amount", "provision")}
    amounts["charge"] = sum(a.charge or 0 for a in mine)
    return {
        "body": body,
        "applications": [a.id for a in mine],
        **{k: money.yuan(v) for k, v in amounts.items()},
    }


def _facts(job: Job, app: Application) -> dict[str, Any]:
    row, claim = app.row, app.claim or {}
    amount, provision = row["amount"], row.get("provision") or 0
    covered = min(amount, provision)
    entries = [
        ("借", "坏账准备", covered),
        ("借", "信用减值损失", amount - covered),
        ("贷", "应收账款", amount),
    ]
    papers = [
        ("坏账核销申请报告", app.id, row.get("applied_on")), ("坏账核销审批表", app.id, row.get("manager_on")),
        ("会议批准文件", row.get("approval_no"), row.get("approved_on")),
        *((f"{e.type}：{e.name}", e.doc_no, e.issued_on) for e in app.evidence),
        ("财务备案表", "", None), ("记账凭证", "", None),
    ]  # fmt: skip
    pages = {f"{e.type}：{e.name}": e.pages for e in app.evidence}
    return {
        "application_id": app.id, "claim_id": _words(row.get("claim_id")), "debtor": _words(row.get("debtor")),
        "code": job.code(claim.get("debtor_code")), "contract_id": _words(row.get("contract_id") or claim.get("contract_id")),
        "condition": _words(row.get("condition")), "body": _words(row.get("body") or app.body),
        "approval_no": _words(row.get("approval_no")), "approved_on": day(row.get("approved_on")),
        "amount": money.yuan(amount), "amount_capitals": money.capitals(amount), "provision": money.yuan(provision),
        "charge": money.yuan(amount - covered), "remaining": "—" if app.remaining is None else money.yuan(app.remaining),
        "entries": [{"side": s, "account": a, "amount": money.yuan(c)} for s, a, c in entries if c], "years": "________ 年",
        "papers": [{"no": n, "name": name, "doc_no": number or "", "on": day(on, ""), "pages": pages.get(name) or ""}
                   for n, (name, number, on) in enumerate(papers, 1)],
    }  # fmt: skip


def _register(job: Job, unit: str, mine: list[Application], target: Path) -> Path:
    """The register's own workbook with the new entries: booking and filing are filled in when they are done."""
    from qq_excel.template import write_template

    rows = [
        {
            "application_id": a.id, "claim_id": a.row.get("claim_id"), "debtor": a.row.get("debtor"),
            "amount": Decimal(a.row["amount"]) / 100, "approval_no": a.row.get("approval_no"),
            "body": a.row.get("body") or a.body, "approved_on": a.row.get("approved_on"), "still_pursued": "是",
        }
        for a in mine
    ]  # fmt: skip
    head = {"unit": unit, "as_of": mine[0].as_of}
    notes = ["核销编号、记账、备案和档案各栏在办理后填写；核销后继续追索（F-18），收回的款项要入账（F-19）。"]
    return write_template(_REGISTER, target, rows=rows, head=head, policy=job.result.policy, notes=notes)


def _words(value: object) -> str:
    return str(value) if value not in (None, "") else "—"
