"""The papers of ``warn`` and ``write-off`` as pieces of the registry: the same files by the same code."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from qq_excel.papers import write_off_books
from qq_excel.papers.report_job import Job, Names, Piece
from qq_excel.papers.warning_sheet import TITLE, write_warning_sheet
from qq_excel.papers.warning_views import views
from qq_excel.papers.write_off_pack import GAPS, plan, write_pack


def warnings(job: Job) -> Iterable[Piece]:
    """The group's warning sheet and one per unit; what was found as data."""
    job.outcome = job.warnings
    names = Names()
    for view in views(job.warnings):
        name = names.free(TITLE, "汇总" if view.unit is None else view.unit or "未填单位", suffix=".xlsx")
        yield Piece(name, partial(write_warning_sheet, view), pdf=True)
    yield job.json("清欠预警.json", job.warnings.document())


def write_off(job: Job) -> Iterable[Piece]:
    """A pack per application that is fit, and what the others lack."""
    outcome, planned = plan(job.result, draft=job.choices.draft)
    job.outcome = outcome
    for name, app in planned:
        yield Piece(name, partial(write_pack, app, draft=not app.fit), keep=False)
    if outcome.unfit:
        yield Piece(GAPS, partial(write_off_books.gaps_book, outcome.unfit))
