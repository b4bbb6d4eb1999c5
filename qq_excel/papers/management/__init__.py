"""管理报告: what a manager asks of the receivables, on one page (HTML), as a workbook, a PDF and data.

* :mod:`~qq_excel.papers.management.facts`: every figure and the rows that it is the sum of;
* :mod:`~qq_excel.papers.management.trend`, :mod:`~qq_excel.papers.management.points`: the same figures of earlier periods;
* :mod:`~qq_excel.papers.management.sections`, :mod:`~qq_excel.papers.management.tiles`,
  :mod:`~qq_excel.papers.management.rows`: what is shown, apart from how;
* :mod:`~qq_excel.papers.management.page`, :mod:`~qq_excel.papers.management.charts`: the HTML page and its charts;
* :mod:`~qq_excel.papers.management.book`: the workbook, of which the PDF is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from qq_excel import money
from qq_excel.language import Text
from qq_excel.papers.management.book import write_book, write_pdf
from qq_excel.papers.management.facts import Facts, facts_of
from qq_excel.papers.management.page import write_page
from qq_excel.papers.management.points import Point
from qq_excel.papers.management.trend import documents, history
from qq_excel.papers.report_job import Job, Piece
from qq_excel.warnings import GRAVEST, Sum

NAME = "管理报告"


def management(job: Job) -> Iterable[Piece]:
    """The page, the workbook (and its PDF), and every figure as data with the points of the trend."""
    facts = facts_of(job)
    points = history(facts, job.choices.since, job.before, job.registered, job.notes)
    yield Piece(f"{NAME}.html", partial(write_page, job, facts, points))
    yield Piece(f"{NAME}.xlsx", partial(write_book, job, facts, points))
    yield Piece(f"{NAME}.pdf", partial(write_pdf, job, facts, points))
    yield job.json(f"{NAME}.json", document(facts, points, job.notes))


def document(facts: Facts, points: Sequence[Point], notes: Iterable[Text]) -> dict[str, Any]:
    """Every figure as plain data, amounts in yuan as text, and what the *notes* of the page say."""
    table, recovery = facts.ageing[0], facts.recovery
    return {
        "open": _sum(facts.live), "past_due": _sum(facts.late),
        "levels": [_sum(facts.level(x)) for x in GRAVEST],
        "warnings": [{"unit": u, "levels": [_sum(facts.level(x, u)) for x in GRAVEST]} for u in facts.units],
        "ageing": {
            "basis": table.basis, "columns": list(table.columns), "total": money.yuan(table.total),
            "units": [{"unit": u, "amounts": {c: money.yuan(v) for c, v in cells.items()}}
                      for (u,), cells in sorted(table.sums(("unit",)).items())],
        },
        "due": [_sum(s) for s in facts.by_due() if s.count],
        "limitation": [_sum(s) for s in facts.calendar()],
        "debtors": [{"debtor": d.name, "count": d.count, "balance": money.yuan(d.balance), "past_due": money.yuan(d.overdue),
                     "level": d.level or None} for d in facts.debtors],
        "provision": {"needed": None if facts.provision_needed is None else money.yuan(facts.provision_needed),
                      "booked": money.yuan(facts.provision_booked)},
        "recovery": None if recovery is None else {
            "period": recovery.period.name, "basis": str(recovery.basis),
            "units": [{"unit": u, "opening": money.yuan(f.opening), "planned": None if f.planned is None else money.yuan(f.planned),
                       "recovered": money.yuan(f.recovered), "new": money.yuan(f.new), "written_off": money.yuan(f.gone),
                       "closing": money.yuan(f.closing)} for u, f in recovery.units],
        },
        "quality": [{"unit": q.unit, "files": q.files, "accepted": q.accepted, "rows": q.rows, "findings": q.found} for q in facts.quality],
        "history": documents(points), "notes": facts.said(notes),
    }  # fmt: skip


def _sum(one: Sum) -> dict[str, Any]:
    return {"name": one.name, "count": one.count, "amount": money.yuan(one.amount)}


__all__ = ["NAME", "document", "management"]
