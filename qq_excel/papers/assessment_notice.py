"""清欠考核通报 (A-5): the result of an assessment, published as a score.

Made from a scoring sheet that was handed in (``qq-excel report assessment-notice``) or from the assessment itself
(``qq-excel assess``). A period with a unit whose total is open is not published, nor is a sheet with errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.assessment.model import ADHOC, period_words
from qq_excel.language import Text
from qq_excel.papers.report_job import Job, Names, Piece, day_words
from qq_excel.rules.scoring import INDICATORS

if TYPE_CHECKING:
    from qq_excel.assessment import Assessment

TEMPLATE = "assessment_notice.docx"
_AMOUNTS = ("opening", "planned", "recovered", "closing")
_NOTHING = ("", "无", None)


def notices(job: Job) -> Iterable[Piece]:
    """One notice per period (an ad hoc one per unit, too) of the scoring sheets of a check."""
    blocked = {f.workbook.name for f in job.result.files if not f.accepted}
    stack = job.result.stacks["assessment"]
    files = [stack.sources[s].file for s in stack.source.tolist()]
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row, file in zip(job.rows("assessment"), files, strict=True):
        if not row["unit"]:
            continue
        key = (
            str(row["period"] or ""),
            str(row["kind"] or ""),
            str(row["unit"]) if row["kind"] == ADHOC else "",
        )
        groups.setdefault(key, []).append({**row, "_file": file})
    names = Names()
    for (period, kind, unit), rows in sorted(groups.items()):
        wrong = sorted({r["_file"] for r in rows} & blocked)
        if wrong:
            job.notes.append(
                Text(
                    f"没有通报 {period} {kind}考核：{'、'.join(wrong)} 有错误级问题，请先改正",
                    f"{period} ({kind}) is not published: {', '.join(wrong)} has errors; mend them first",
                )
            )
            continue
        yield from notice(job, rows, period, kind, names, unit)


def notice_of(job: Job, assessment: Assessment) -> Iterable[Piece]:
    """The notice of an assessment whose scores are complete; else none, and a note says what is open."""
    rows = [
        {"unit": r.unit, **r.scores, **{n: getattr(r.figures, n) for n in _AMOUNTS}, "total": r.total, "grade": r.grade,
         "sanction": r.sanction, "discipline": r.discipline, "responsible": r.responsible, "published_on": r.published_on}
        for r in assessment.rows
    ]  # fmt: skip
    unit = assessment.rows[0].unit if assessment.kind == ADHOC else ""
    files = [*(f.workbook.name for f in job.result.files), *assessment.sources]
    return list(
        notice(job, rows, assessment.period.name, assessment.kind, Names(), unit, assessment.basis.zh, files)
    )


def notice(
    job: Job,
    rows: Sequence[Mapping[str, Any]],
    period: str,
    kind: str,
    names: Names,
    unit: str = "",
    basis: str = "见清欠考核评分表",
    files: Sequence[str] | None = None,
) -> Iterable[Piece]:
    """The notice of one period and its figures as data; *basis* says where the amounts come from, *files* all sources."""
    open_ = [str(r["unit"]) for r in rows if r["total"] is None or not r["grade"]]
    if open_:
        shown = "、".join(open_[:10]) + (f"等 {len(open_)} 个单位" if len(open_) > 10 else "")
        job.notes.append(
            Text(
                f"没有通报 {period} {kind}考核：{shown}还没有总分或等级",
                f"{period} ({kind}) is not published: no total or grade yet for {', '.join(open_[:10])}",
            )
        )
        return
    ranked = _ranked(rows)
    stem = names.free(period, unit, "清欠考核通报")
    yield job.word(f"{stem}.docx", TEMPLATE, _context(job, ranked, period, kind, files) | {"basis": basis})
    plain = [{**r, **{n: None if r[n] is None else money.yuan(r[n]) for n in _AMOUNTS}} for r in ranked]
    keep = (
        "rank",
        "unit",
        *_AMOUNTS,
        *INDICATORS.values(),
        "total",
        "grade",
        "sanction",
        "responsible",
        "discipline",
    )
    yield job.json(
        f"{stem}.json", {"period": period, "kind": kind, "units": [{k: r[k] for k in keep} for r in plain]}
    )


def _ranked(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The best first; equal totals share a rank."""
    order = sorted(rows, key=lambda r: (-r["total"], str(r["unit"])))
    totals = [r["total"] for r in order]
    return [{**r, "rank": totals.index(r["total"]) + 1} for r in order]


def _context(
    job: Job, ranked: Sequence[Mapping[str, Any]], period: str, kind: str, files: Sequence[str] | None
) -> dict[str, Any]:
    params = job.params
    items = [
        {"rank": r["rank"], "unit": r["unit"], "grade": r["grade"],
         **{n: _score(r[n]) for n in (*INDICATORS.values(), "total")},
         **{n: "—" if r[n] is None else money.yuan(r[n]) for n in _AMOUNTS}}
        for r in ranked
    ]  # fmt: skip
    measures = [
        {"unit": r["unit"], "grade": r["grade"], "sanction": r["sanction"] or "—", "discipline": r["discipline"] or "—",
         "responsible": (r["responsible"] or "—") if r["discipline"] not in _NOTHING else "—"}
        for r in ranked
        if r["sanction"] not in _NOTHING or r["discipline"] not in _NOTHING
    ]  # fmt: skip
    published = {r["published_on"] for r in ranked}
    dated = job.choices.dated or (published.pop() if len(published) == 1 else None)
    return job.head(job.house.organisation.office, files, number=f"KH-{period}") | {
        "period_words": period_words(period), "kind": kind, "clause": "A-5-2" if kind == ADHOC else "A-5-1",
        "count": len(items), "items": items, "measures": measures, "dated": day_words(dated),
        "weights": "、".join(f"{n} {w:.0%}" for n, w in params.rates("assessment_weights").items()),
        "grades": "、".join(f"{g.name} {g.from_score:g}" for g in params.grades()),
    }  # fmt: skip


def _score(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
