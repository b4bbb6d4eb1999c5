"""The papers of ``warn`` and ``write-off`` as pieces of the registry: the same files by the same code."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from qq_excel.papers import style, write_off_books
from qq_excel.papers.report_job import Job, Names, Piece, day
from qq_excel.papers.sheet import Cell
from qq_excel.papers.signing import load_signer
from qq_excel.papers.slip_memory import FELL, GONE, NEW, ROSE, SAME, movement, recall
from qq_excel.papers.warning_sheet import TITLE, write_warning_sheet
from qq_excel.papers.warning_views import views
from qq_excel.papers.write_off_pack import GAPS, Kit, evidence_stamp, plan, write_pack
from qq_excel.papers.write_off_volume import Press


def warnings(job: Job) -> Iterable[Piece]:
    """The group's warning sheet and one per unit; what was found as data."""
    job.outcome = job.warnings
    names = Names()
    for view in views(job.warnings):
        name = names.free(TITLE, "汇总" if view.unit is None else view.unit or "未填单位", suffix=".xlsx")
        yield Piece(name, partial(write_warning_sheet, view), pdf=True)
    if job.choices.since:
        yield changes(job)
    yield job.json("清欠预警.json", job.warnings.document())


def changes(job: Job) -> Piece:
    """预警变化表: what rose since the last run, first and marked; what is new, fell, or is not warned of any more."""
    last = recall(job.choices.since) if job.choices.since else {}
    rows: list[dict[str, Any]] = []
    for c in job.warnings.claims:
        old = last.pop((c.unit, c.claim_id), None)
        change = movement(old.level if old else None, c.level)
        rows.append({
            "unit": c.unit, "claim_id": c.claim_id, "debtor": c.debtor, "before": old.level if old else "",
            "level": c.level, "change": change, "balance": c.balance, "responsible": c.responsible,
            "state": old.state if old and old.number else "", "answer": old.answer if old else "",
            "causes": "；".join(x.text.zh for x in c.causes),
        })  # fmt: skip
    rows += [
        {
            "unit": s.unit, "claim_id": s.claim_id, "debtor": s.debtor, "before": s.level, "level": "", "change": GONE,
            "balance": s.balance, "responsible": "", "state": s.state if s.number else "", "answer": s.answer,
            "causes": "",
        }
        for s in last.values()
    ]  # fmt: skip
    order = (ROSE, NEW, SAME, FELL, GONE)
    rows.sort(key=lambda r: order.index(r["change"]))
    counts = "，".join(f"{x} {sum(r['change'] == x for r in rows)} 笔" for x in order)
    for n, row in enumerate(rows, 1):
        row["no"] = n
        if row["change"] == ROSE:
            row["change"] = Cell(ROSE, tint=style.WARNING_TINTS["红"], bold=True)
        if row["level"]:
            row["level"] = Cell(row["level"], tint=style.WARNING_TINTS[row["level"]])
    under = f"截止日期：{day(job.result.as_of)}    与上次相比：{counts}    金额单位：元"
    known = ("no", "unit", "claim_id", "debtor", "before", "level", "change", "balance", "responsible", "state", "answer",
             "causes")  # fmt: skip
    return job.book("预警变化表.xlsx", [("warning_changes", job.filled(rows, under))], known, pdf=True)


def write_off(job: Job) -> Iterable[Piece]:
    """A pack per application that is fit, its papers bound in one PDF, and what the others lack."""
    outcome, planned = plan(job.result, draft=job.choices.draft)
    job.outcome = outcome
    signer = load_signer(job.choices.sign_key, job.choices.passwords) if job.choices.sign_key else None
    kit = Kit.of(job.result, job.house, signer)
    press = Press([app for _, app in planned], kit)
    for n, (name, app) in enumerate(planned):
        stamp = partial(evidence_stamp, app)
        yield Piece(name, partial(write_pack, app, kit=kit, draft=not app.fit), stamp=stamp)
        yield Piece(f"{name.removesuffix('.zip')}.pdf", partial(press.write, n), stamp=stamp)
    if outcome.unfit:
        yield Piece(GAPS, partial(write_off_books.gaps_book, outcome.unfit))
