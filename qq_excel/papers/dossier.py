"""Dossiers (F-20 to F-24, D-3-3), agreements (B-4-5, H-9), reconciliation (C-5-2), intake (D-2, D-3-5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qq_excel import money
from qq_excel.papers.claims import Claim, units_of
from qq_excel.papers.report_job import ByUnit, Job, Names, Piece, day, day_words

_BLANK_PAPERS = 6


def dossiers(job: Job) -> Iterable[Piece]:
    """For each dossier its cover, four-step record and contents; for each loan or destruction its slip."""
    names = Names()
    claims, known, papers_of = _claims(job), ByUnit[dict[str, Any]](), _papers(job)
    for row, unit, file in job.owned("dossiers"):
        number, claim_id = str(row["dossier_id"]), str(row["claim_id"])
        if known.put(unit, number, row) is not row:
            continue
        claim = claims.get(unit, claim_id)
        papers = papers_of.get(unit, claim_id) or []
        years = row["retention_years"]
        context = job.head(claim.unit if claim else unit, [file], number) | {
            "dossier_id": number, "claim_id": _words(row["claim_id"]), "debtor": _words(row["debtor"]),
            "code": job.code(claim.debtor_code if claim else None), "contract": _words(claim.contract if claim else None),
            "balance": f"{money.yuan(claim.balance)} 元" if claim else "—", "opened_on": day(row["opened_on"]),
            "opened_by": _words(row["opened_by"]), "status": _words(row["status"]),
            "years": f"{years} 年" if years is not None else "________ 年",
            "steps": [
                _step(1, "查清形成原因、运作状况和有关人员", row["investigated_on"]),
                _step(2, "收集钱、物收支原始凭证", row["collected_on"]),
                _step(3, "形成结论性报告，提出处理建议", row["concluded_on"]),
                _step(4, "处理完毕，封档", row["sealed_on"]),
            ],
            "proposal": row["proposal"] or "", "settled_on": day(row["settled_on"]), "sealed_by": _words(row["sealed_by"]),
            "sealed_on": day(row["sealed_on"]), "handed_over_on": day(row["handed_over_on"]),
            "received_by": _words(row["received_by"]),
            "papers": [{"no": n, **p} for n, p in enumerate(papers, 1)]
            + [{"no": len(papers) + n, "name": "", "doc_no": "", "on": "", "pages": ""} for n in range(1, _BLANK_PAPERS + 1)],
        }  # fmt: skip
        yield job.word(
            names.free(number, str(row["debtor"] or ""), "清欠档案", suffix=".docx"), "dossier.docx", context
        )
    for n, (row, unit, file) in enumerate(job.owned("dossier_loans"), 1):
        number = str(row["dossier_id"])
        of = known.get(unit, number) or {}
        lent = row["action"] != "销毁"
        context = job.head(unit, [file], number) | {
            "dossier_id": number, "debtor": _words(of.get("debtor")), "claim_id": _words(of.get("claim_id")), "lent": lent,
            "requested_by": _words(row["requested_by"]), "approved_by": _words(row["approved_by"]),
            "lent_on": day(row["lent_on"]), "return_due_on": day(row["return_due_on"]),
            "returned_on": day(row["returned_on"], ""), "destroyed_on": day(row["destroyed_on"], ""),
            "approval_no": _words(row["approval_no"]), "retention": of.get("retention_years") or "____",
        }  # fmt: skip
        what = "档案借阅单" if lent else "档案销毁审批单"
        yield job.word(names.free(number, what, f"{n:03d}", suffix=".docx"), "dossier_slip.docx", context)


def agreements(job: Job) -> Iterable[Piece]:
    """还款协议 with its instalment plan, ready to be signed."""
    names = Names()
    claims, plans = _claims(job), ByUnit[list[dict[str, Any]]]()
    for row, unit, _ in job.owned("instalments"):
        plans.put(unit, str(row["agreement_id"]), []).append(row)
    for row, unit, file in job.owned("agreements"):
        number = str(row["agreement_id"])
        claim = claims.get(unit, str(row["claim_id"]))
        plan = sorted(plans.get(unit, number) or [], key=lambda r: (r["no"] is None, r["no"]))
        total = sum(r["due"] or 0 for r in plan)
        amount = row["amount"]
        context = job.head(claim.unit if claim else unit, [file], number) | {
            "debtor": _words(row["debtor"]), "code": job.code(claim.debtor_code if claim else None),
            "claim_id": _words(row["claim_id"]), "contract": _words(claim.contract if claim else None),
            "has_contract": bool(claim and claim.contract),
            "amount": _yuan(amount), "capitals": "—" if amount is None else money.capitals(amount),
            "signed_on": day_words(row["signed_on"]), "method": _words(row["method"]), "security": _words(row["security"]),
            "terms": len(plan) or row["terms"] or "—", "plan_total": money.yuan(total),
            "differs": bool(plan) and amount is not None and total != amount,
            "gap": money.yuan(total - (amount or 0)),
            "plan": [{"no": r["no"] or n, "due_on": day(r["due_on"]), "due": _yuan(r["due"]),
                      "capitals": "—" if r["due"] is None else money.capitals(r["due"])} for n, r in enumerate(plan, 1)],
        }  # fmt: skip
        yield job.word(
            names.free(number, str(row["debtor"] or ""), "还款协议", suffix=".docx"),
            "agreement.docx",
            context,
        )


def reconciliation(job: Job) -> Iterable[Piece]:
    """销售部、财务部往来核对表: both balances of each claim, the difference and its reason, to be signed by both."""
    stack = job.result.stacks["confirmations"]
    rows = job.rows("confirmations")
    for n, (row, unit) in enumerate(zip(rows, units_of(stack, rows), strict=True), 1):
        sales, finance = row["sales_balance"], row["finance_balance"]
        row |= {"no": n, "unit": unit, "gap": None if sales is None or finance is None else sales - finance}
    differ = [r for r in rows if r["gap"]]
    known = ("no", "unit", "gap", *(f.name for f in stack.kind.fields))
    under = (
        f"截止日期：{day(job.result.as_of)}    金额单位：元    {len(rows)} 笔，其中 {len(differ)} 笔有差异"
    )
    notes = ["差额＝销售部余额－财务部余额，由程序重新计算；有差额的须写明原因和处理办法（C-5-2、C-5-3）。"]
    yield job.book(
        "销售财务核对表.xlsx", [("reconciliation", job.filled(rows, under, notes=notes))], known, pdf=True
    )
    totals = {
        k: money.yuan(sum(r[k] or 0 for r in rows)) for k in ("sales_balance", "finance_balance", "gap")
    }
    yield job.json("销售财务核对表.json", {"rows": len(rows), "differ": len(differ), **totals})


def intake(job: Job) -> Iterable[Piece]:
    """申报受理回执 and the decision (受理, 不予受理, 补正) for each declared debt."""
    names = Names()
    for row, unit, file in job.owned("claim_intake"):
        number = str(row["intake_id"])
        amount = row["amount"]
        context = job.head(unit, [file], number) | {
            "applicant": _words(row["applicant"]), "applicant_code": job.code(row["applicant_code"]),
            "debtor": _words(row["debtor"]), "amount": _yuan(amount),
            "capitals": "—" if amount is None else money.capitals(amount), "declared_on": day_words(row["declared_on"]),
            "accepted_on": day_words(row["accepted_on"]), "decision": row["decision"] or "",
            "refusal_reason": _words(row["refusal_reason"]), "track": row["track"] or "（待定）",
            "officer": _words(row["officer"]),
        }  # fmt: skip
        yield job.word(
            names.free(number, str(row["applicant"] or ""), "受理文书", suffix=".docx"),
            "intake.docx",
            context,
        )


# --- inside ---------------------------------------------------------------------------------------------


def _claims(job: Job) -> ByUnit[Claim]:
    out = ByUnit[Claim]()
    for c in job.claims:
        out.put(c.unit, c.claim_id, c)
    return out


def _papers(job: Job) -> ByUnit[list[dict[str, str]]]:
    """What the other tables know to belong into a claim's dossier: demands, confirmations, evidence."""
    out = ByUnit[list[dict[str, str]]]()

    def add(unit: str, claim: object, paper: dict[str, str]) -> None:
        out.put(unit, str(claim), []).append(paper)

    for row, unit, _ in job.owned("collection_log"):
        if row["proof_no"]:
            add(
                unit,
                row["claim_id"],
                _paper(f"催收记录（{_words(row['method'])}）", row["proof_no"], day(row["on"])),
            )
    for row, unit, _ in job.owned("confirmations"):
        if row["proof_no"]:
            add(unit, row["claim_id"], _paper("对账签认函", row["proof_no"], day(row["signed_on"])))
    applied = ByUnit[list[Any]]()
    for row, unit, _ in job.owned("write_offs"):
        applied.put(unit, str(row["application_id"]), []).append(row["claim_id"])
    for row, unit, _ in job.owned("evidence"):
        pages = "" if row["pages"] is None else str(row["pages"])
        what = f"{_words(row['type'])}：{_words(row['name'])}"
        for claim in applied.get(unit, str(row["application_id"])) or []:
            add(unit, claim, _paper(what, row["doc_no"], day(row["issued_on"]), pages))
    return out


def _paper(name: str, doc_no: Any, on: str, pages: str = "") -> dict[str, str]:
    return {"name": name, "doc_no": _words(doc_no), "on": on, "pages": pages}


def _step(no: int, what: str, on: Any) -> dict[str, Any]:
    return {"no": no, "what": what, "on": day(on, ""), "done": "已完成" if on else "未完成"}


def _words(value: object) -> str:
    return str(value) if value not in (None, "") else "—"


def _yuan(amount: int | None) -> str:
    return "—" if amount is None else money.yuan(amount)
