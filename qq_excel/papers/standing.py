"""The papers of ``warn`` and ``write-off`` as pieces of the registry: the same files by the same code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from qq_excel.language import t
from qq_excel.papers import style
from qq_excel.papers.cells import Cell
from qq_excel.papers.report_job import Job, Names, Piece, day
from qq_excel.papers.signing import load_signer
from qq_excel.papers.slip_memory import ROSE, Run, documents, level_name, run_at, runs, shown
from qq_excel.papers.volume_signing import SUFFIX
from qq_excel.papers.warning_moves import Moved, counted, moves, since_words
from qq_excel.papers.warning_sheet import file_words, write_warning_sheet
from qq_excel.papers.warning_views import views
from qq_excel.papers.write_off_pack import Kit, evidence_stamp, pack_files, plan
from qq_excel.papers.write_off_volume import Press
from qq_excel.policy import CannotJudge


def warnings(job: Job) -> Iterable[Piece]:
    """The group's warning sheet, one per department and one per unit; what was found as data."""
    job.outcome = job.warnings
    job.tell_not_judged()
    since, moved, run, every = job.choices.since, None, Run("", {}), list[Run]()
    if since is not None:
        every = runs(since)
        run = run_at(every, job.choices.since_on, since)
        moved = moves(job.warnings.claims, run.slips, _departments(job))
    names = Names()
    for view in views(job.warnings, moved, run.on):
        yield Piece(
            names.free(*file_words(view), suffix=".xlsx"), partial(write_warning_sheet, view), pdf=True
        )
    if moved is not None:
        yield changes(job, moved, run.on)
    now = job.result.as_of.isoformat() if job.result.as_of else ""
    yield job.json("清欠预警.json", {**job.warnings.document(), "earlier": documents(every, now)})


def _departments(job: Job) -> dict[str, str]:
    """Whose business each level is."""
    try:
        return {level: action.department for level, action in job.params.actions().items()}
    except CannotJudge:  # the sheets say so themselves
        return {}


def changes(job: Job, moved: Sequence[Moved], since: str) -> Piece:
    """预警变化表: what rose since the last run, first and marked; what is new, fell, or is not warned of any more."""
    rows = [
        {
            "no": n, "unit": m.unit, "claim_id": m.claim_id, "debtor": m.debtor, "before": level_name(m.before),
            "level": Cell(level_name(m.level), tint=style.WARNING_TINTS[m.level]) if m.level else "",
            "change": Cell(shown(ROSE), tint=style.WARNING_TINTS["红"], bold=True) if m.change == ROSE else shown(m.change),
            "balance": m.balance, "responsible": m.responsible, "state": shown(m.state), "answer": m.answer,
            "causes": t("；", "; ").join(m.causes),
        }
        for n, m in enumerate(moved, 1)
    ]  # fmt: skip
    on = day(job.result.as_of)
    told = since_words(since) + counted(moved)
    under = t(f"截止日期：{on}    {told}    金额单位：元", f"As of: {on}    {told}    In yuan")  # fmt: skip
    known = ("no", "unit", "claim_id", "debtor", "before", "level", "change", "balance", "responsible", "state", "answer",
             "causes")  # fmt: skip
    return job.book("预警变化表.xlsx", [("warning_changes", job.filled(rows, under))], known, pdf=True)


def write_off(job: Job) -> Iterable[Piece]:
    """A pack per application that is fit, its papers bound in one PDF, and what the others lack."""
    outcome = plan(job.result, draft=job.choices.draft)
    job.outcome = outcome
    signer = load_signer(job.choices.sign_key, job.choices.passwords) if job.choices.sign_key else None
    kit = Kit.of(job.result, job.house, signer)
    press = Press([app for _, app in outcome.planned], kit)
    for n, (name, write, app) in enumerate(pack_files(outcome, kit)):
        if app is None:
            yield Piece(name, write)
            continue
        stamp = partial(evidence_stamp, app)
        yield Piece(name, write, stamp=stamp)
        volume = f"{name.removesuffix('.zip')}.pdf"
        yield Piece(volume, partial(press.write, n), stamp=stamp, wanted=partial(press.want, n))
        if signer is not None:
            yield Piece(volume + SUFFIX, partial(press.sign, n), stamp=stamp, of=volume)
