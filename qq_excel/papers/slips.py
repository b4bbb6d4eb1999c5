"""预警通知单: a slip per warned claim, and the register of slips with their life (F-28, F-29).

A slip is issued, delivered, answered by a deadline, closed with a reason. The register is filled in by hand and read
back on the next run (``--since``): a level that rose since then gets a new slip and stands out, one that did not
change is not sent again, and what fell or is not warned of any more is closed with that reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.language import t
from qq_excel.papers import style
from qq_excel.papers.cells import Cell
from qq_excel.papers.report_job import Job, Names, Piece, day
from qq_excel.papers.slip_memory import FELL, GONE, NEW, ROSE, SAME, Slip, level_name, movement, recall, shown
from qq_excel.papers.words import reason_words

if TYPE_CHECKING:
    from qq_excel.warnings import Warned

_KNOWN = ("no", "number", "unit", "claim_id", "debtor", "level", "before", "change", "balance", "department", "handler",
          "responsible", "issued_on", "deliver_on", "signed_by", "answer_by", "answered_on", "answer", "closed_on",
          "closed_why", "state", "file", "causes")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """A claim that is warned of now: its slip, whether it is sent anew, and how its level moved."""

    claim: Warned
    slip: Slip
    change: str
    before: str
    sent: bool


def slips(job: Job) -> Iterable[Piece]:
    """The slips that are to be sent, the register of all, and what was decided as data."""
    last = recall(job.choices.since) if job.choices.since else {}
    issues, closed = _issues(job, last)
    job.tell_not_judged()
    for issue in issues:
        if issue.sent:
            yield job.word(issue.slip.file, "slip.docx", _context(job, issue))
    on = day(job.result.as_of)
    under = t(f"截止日期：{on}    金额单位：元    状态：已发出 → 已送达 → 已答复 → 已关闭",
              f"As of: {on}    In yuan    States: issued → delivered → answered → closed")  # fmt: skip
    rows = [_row(n, i) for n, i in enumerate(issues, 1)]
    gone = [_closed_row(n, s) for n, s in enumerate(closed, 1)]
    counts = {c: sum(i.change == c for i in issues) for c in (NEW, ROSE, SAME, FELL)}
    moved = t("，", ", ").join(
        f"{shown(c)} {n}{t(' 笔', '')}" for c, n in (counts | {GONE: len(gone)}).items()
    )
    notes = [
        t(f"自上次以来：{moved}。", f"Since the last run: {moved}.")
        if job.choices.since
        else t("首次登记。下次运行时用 --since 读回本登记册，级别上升的另发通知单并突出显示。",
               "First register. Give it with --since on the next run: what rose gets a new slip and stands out."),
        t("送达日期、签收人、答复日期、答复内容、关闭日期、关闭原因由经办人填写；其他列由程序填写。",
          "Delivery, answer and closing are filled in by hand, the other columns by the program."),
    ]  # fmt: skip
    sheets = [
        ("slip_register", job.filled(rows, under, notes=notes)),
        ("slip_closed", job.filled(gone, under)),
    ]
    yield job.book("预警通知单登记册.xlsx", sheets, _KNOWN)
    yield job.json("预警通知单.json", {"slips": [_data(i) for i in issues], "closed": [s.document() for s in closed],
                                    "claims": [{"unit": i.claim.unit, "claim_id": i.claim.claim_id,
                                                "debtor": i.claim.debtor, "level": i.claim.level} for i in issues]})  # fmt: skip


def _issues(job: Job, last: dict[tuple[str, str], Slip]) -> tuple[list[Issue], list[Slip]]:
    """Every warned claim with its slip, and the slips of the last run that are at their end."""
    names = Names()
    on = job.result.as_of
    prefix = f"YJ-{on:%Y%m%d}-" if on else "YJ-"
    numbers = _numbers(prefix, last.values())
    issues: list[Issue] = []
    closed: list[Slip] = []
    for claim in job.warnings.claims:
        old = last.pop((claim.unit, claim.claim_id), None)
        change = movement(old.level if old else None, claim.level)
        running = old is not None and old.number and not old.closed_on
        if old is not None and running and change in (SAME, FELL):
            kept = old.moved(claim.level, claim.balance)
            issues.append(Issue(claim, kept, change, old.level, sent=False))
            continue
        number = next(numbers)
        if old is not None and running:
            closed.append(
                old.closed(
                    day(on),
                    t(
                        f"级别由{old.level}升为{claim.level}，另发 {number}",
                        f"rose from {level_name(old.level)} to {level_name(claim.level)}, see {number}",
                    ),
                )
            )
        slip = Slip(
            number=number, unit=claim.unit, claim_id=claim.claim_id, debtor=claim.debtor, level=claim.level,
            balance=claim.balance, issued_on=day(on, ""),
            file=names.free(number, claim.debtor, suffix=".docx"),
        )  # fmt: skip
        issues.append(Issue(claim, slip, change, old.level if old else "", sent=True))
    closed += [
        old if old.closed_on else old.closed(day(on), t("已不再预警", "no longer warned of"))
        for old in last.values()
    ]
    return issues, [s for s in closed if s.number]


def _numbers(prefix: str, taken: Iterable[Slip]) -> Iterator[str]:
    """Free numbers of this day: a second run on the same day goes on counting."""
    used = [s.number.removeprefix(prefix) for s in taken if s.number.startswith(prefix)]
    n = max((int(u) for u in used if u.isdigit()), default=0)
    while True:
        n += 1
        yield f"{prefix}{n:04d}"


def _context(job: Job, issue: Issue) -> dict[str, Any]:
    c = issue.claim
    answer_days = job.params.get("warning_answer_days")
    return job.head(c.unit, [c.file], issue.slip.number) | {
        "level": c.level, "level_name": level_name(c.level), "before_name": level_name(issue.before),
        "ink": style.WARNING_TINTS[c.level].fill.lstrip("#"), "before": issue.before,
        "rose": issue.change == ROSE, "claim_id": c.claim_id, "debtor": c.debtor, "contract": c.contract or "—",
        "balance": "—" if c.balance is None else money.yuan(c.balance),
        "capitals": "—" if c.balance is None else money.capitals(c.balance),
        "overdue": "—" if c.overdue_days is None else t(f"{c.overdue_days:,} 天", f"{c.overdue_days:,}"),
        "age_band": "—" if c.age_band is None else str(job.params.band_title(c.age_band)),
        "handler": c.handler or "—", "responsible": c.responsible or "—", "department": c.department or "—",
        "measure": str(c.measure) or "—", "reason": reason_words(c.reason, c.reason_by),
        "causes": [{"text": str(x.text), "level": level_name(x.level), "clause": x.clause} for x in c.causes],
        "answer_days": answer_days or "____", "place": " › ".join(x for x in (c.file, c.sheet, c.cell) if x),
    }  # fmt: skip


def _row(n: int, i: Issue) -> dict[str, Any]:
    c, s = i.claim, i.slip
    rose = style.WARNING_TINTS["红"] if i.change == ROSE else None
    return {
        "no": n, "number": s.number, "unit": c.unit, "claim_id": c.claim_id, "debtor": c.debtor,
        "level": Cell(level_name(c.level), tint=style.WARNING_TINTS[c.level]), "before": level_name(i.before),
        "change": Cell(shown(i.change), tint=rose, bold=i.change == ROSE), "balance": c.balance, "department": c.department,
        "handler": c.handler, "responsible": c.responsible, "issued_on": s.issued_on, "deliver_on": s.delivered_on,
        "signed_by": s.signed_by, "answer_by": "", "answered_on": s.answered_on, "answer": s.answer,
        "closed_on": s.closed_on, "closed_why": s.closed_why, "state": shown(s.state), "file": s.file,
        "causes": t("；", "; ").join(str(x.text) for x in c.causes),
    }  # fmt: skip


def _closed_row(n: int, s: Slip) -> dict[str, Any]:
    return {
        "no": n, "number": s.number, "unit": s.unit, "claim_id": s.claim_id, "debtor": s.debtor, "level": level_name(s.level),
        "balance": s.balance, "issued_on": s.issued_on, "deliver_on": s.delivered_on, "signed_by": s.signed_by,
        "answered_on": s.answered_on, "answer": s.answer, "closed_on": s.closed_on, "closed_why": s.closed_why,
        "state": shown(s.state), "file": s.file,
    }  # fmt: skip


def _data(i: Issue) -> dict[str, Any]:
    return {**i.slip.document(), "change": i.change, "before": i.before or None, "sent": i.sent}
