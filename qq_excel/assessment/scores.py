"""Every unit's figures, scores, total, grade and proposals for one period."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd

from qq_excel import yamlfile
from qq_excel.assessment.entered import Entry, entries, head_of
from qq_excel.assessment.figures import HINT, NO_CASES, Ledger
from qq_excel.assessment.model import (
    ADHOC,
    ITEMS,
    Amounts,
    Assessed,
    Assessment,
    Figures,
    Part,
    Period,
    Share,
)
from qq_excel.assessment.quality import shares_of
from qq_excel.check import Result
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.reading.period import period_bounds
from qq_excel.rules.assessment import REGULAR
from qq_excel.rules.scoring import (
    INDICATORS,
    grade_of,
    progress_score,
    quality_score,
    results_score,
    total_score,
)
from qq_excel.rules.stack import Stack

_NAMES = {
    "progress": Text("进展", "progress"),
    "quality": Text("质量", "quality"),
    "results": Text("成果", "results"),
}


def assess(
    result: Result,
    before: Result | None = None,
    *,
    period: str | None = None,
    unit: str | None = None,
    filled: Result | None = None,
) -> Assessment:
    """Score the units of a check (made with ``together``).

    Args:
        result: receivables as of the end of the period, with cases, agreements and whatever else is there.
        before: the check of the previous period's ledger; without it recovered is an estimate, and says so.
        period: e.g. ``2026Q3``; the quarter of the as-of date where it is not given.
        unit: score this unit alone, ad hoc (A-5-2); all units regularly (A-5-1) where it is not given.
        filled: the check of a scoring sheet that the office filled in: attitude and what it decided otherwise.

    Raises :class:`InputError` where the receivables are lacking, days do not fit the period, or *unit* has no claim.
    """
    notes: list[Text] = []
    claims = _ledger(result, "应收账款明细表", "receivables")
    when = _period(period, claims)
    params = result.policy.at(claims.as_of)
    older = None if before is None else _previous(before, when, notes)
    units = _units(result, params, unit)
    cases = result.stacks.get("cases")
    if before is None:
        notes.append(HINT)
    if cases is None:
        notes.append(NO_CASES)
    ledger = Ledger(claims, when, older, notes)
    figures = ledger.figures(units, cases)
    shares = shares_of(claims, units, notes)
    kind = REGULAR if unit is None else ADHOC
    given = {} if filled is None else entries(filled, when.name, kind, params)
    notes += [
        Text(
            f"评分表中的 {name} 不在本次考核的单位中，没有采用",
            f"{name} of the filled sheet is not assessed here",
        )
        for name in sorted(set(given) - set(units))
    ]
    rows = _rows(units, figures, shares, given, params, notes)
    return Assessment(
        policy=result.policy, as_of=claims.as_of, period=when, kind=kind, basis=ledger.basis, rows=tuple(rows),
        notes=tuple(notes), sources=tuple(f.workbook.name for r in (before, filled) if r for f in r.files),
        head={} if filled is None else head_of(filled),
    )  # fmt: skip


def amounts(result: Result, before: Result | None = None) -> Amounts:
    """Opening, planned, recovered and closing of each unit in the quarter of the as-of date: the figures of an assessment.

    Raises :class:`InputError` as :func:`assess` does.
    """
    notes: list[Text] = []
    claims = _ledger(result, "应收账款明细表", "receivables")
    when = _period(None, claims)
    older = None if before is None else _previous(before, when, notes)
    units = _units(result, result.policy.at(claims.as_of), None)
    cases = result.stacks.get("cases")
    if before is None:
        notes.append(HINT)
    if cases is None:
        notes.append(NO_CASES)
    ledger = Ledger(claims, when, older, notes)
    figures = zip(units, ledger.figures(units, cases), strict=True)
    return Amounts(when, ledger.basis, tuple(figures), tuple(notes), _parts(ledger.parts(cases), units))


def _parts(parts: pd.DataFrame, units: list[str]) -> tuple[Part, ...]:
    """The parts of the figures of *units*, in the order of items, units and claims."""
    rank = {item: n for n, item in enumerate(ITEMS)}
    mine = parts[parts["unit"].isin(units)]
    mine = mine.assign(rank=mine["item"].map(rank)).sort_values(["rank", "unit", "claim_id", "case"])
    return tuple(
        Part(item, unit, claim, int(cents), None if case < 0 else int(case))
        for item, unit, claim, case, cents in mine[["item", "unit", "claim_id", "case", "cents"]].itertuples(index=False)
    )  # fmt: skip


# --- what is assessed -----------------------------------------------------------------------------------


def _ledger(result: Result, zh: str, en: str) -> Stack:
    stack = result.stacks.get("receivables")
    if stack is None:
        raise InputError(
            Text(
                f"没有交来《{zh}》，不能考核（A-4-3）。请一并提交。",
                f"no {en} handed in: nothing to assess (A-4-3); submit them too.",
            )
        )
    if stack.day is None:
        raise InputError(
            Text(
                f"《{zh}》没有截止日期。请在表头填写，或用 --as-of 指定。",
                f"the {en} have no as-of date; fill it in above the table or give --as-of.",
            )
        )
    return stack


def _period(name: str | None, claims: Stack) -> Period:
    day = claims.as_of
    name = name or f"{day.year}Q{(day.month - 1) // 3 + 1}"
    bounds = period_bounds(name)
    if bounds is None:
        raise InputError(
            Text(
                f"考核期“{name}”不对，请写成 2026Q3、2026-09 或 2026。",
                f"'{name}' is no period; write it like 2026Q3, 2026-09 or 2026.",
            )
        )
    odd = sorted(
        {
            s.table.as_of
            for s in claims.sources
            if s.table.as_of and not bounds[0] <= s.table.as_of <= bounds[1]
        }
    )
    if odd:
        days = "、".join(d.isoformat() for d in odd)
        raise InputError(
            Text(
                f"应收账款明细表的截止日期 {days} 不在考核期 {name} 内。请用该期的明细表，或改 --period。",
                f"the ledger's as-of date {days} is not within {name}; use that period's ledger or change --period.",
            )
        )
    return Period(name, *bounds)


def _previous(before: Result, period: Period, notes: list[Text]) -> Stack:
    stack = _ledger(before, "上期应收账款明细表", "previous receivables")
    if stack.as_of >= period.first:
        raise InputError(
            Text(
                f"上期明细表的截止日期 {stack.as_of} 不早于考核期 {period.name} 的第一天 {period.first}。请给上期的明细表。",
                f"the previous ledger's as-of date {stack.as_of} is not before {period.first}, the first day of {period.name}.",
            )
        )
    if stack.as_of != period.first - dt.timedelta(days=1):
        notes.append(
            Text(
                f"上期明细表截至 {stack.as_of}，不是考核期前一日，其间的收回也计入本期",
                f"the previous ledger is as of {stack.as_of}, not of the day before the period; what came in between counts too",
            )
        )
    return stack


def _units(result: Result, params: Params, unit: str | None) -> list[str]:
    """The policy's units, else those with claims or cases; or the one asked for."""
    named = params.get("assessed_units")
    stacks = [result.stacks[k] for k in ("receivables", "cases") if k in result.stacks]
    known = sorted({str(u) for s in stacks for u in s["unit"].dropna().unique() if str(u)})
    if unit is None:
        return list(named) if named else known
    if unit not in known and unit not in (named or ()):
        near = yamlfile.nearest(unit, known)
        raise InputError(
            Text(
                f"没有单位“{unit}”的债权" + (f"，是不是 {near}？" if near else f"；有：{'、'.join(known)}。"),
                f"no claim of the unit '{unit}'"
                + (f"; did you mean {near}?" if near else f"; there are {', '.join(known)}."),
            )
        )
    return [unit]


# --- scores -------------------------------------------------------------------------------------------


def _rows(
    units: list[str], figures: list[Figures], shares: list[dict[str, Share]], given: dict[str, Entry],
    params: Params, notes: list[Text],
) -> list[Assessed]:  # fmt: skip
    computed = _computed(figures, shares, params)
    blank = Entry(None)
    scores = []
    for unit, scored in zip(units, computed, strict=True):
        entry = given.get(unit, blank)
        own = {n: s for n, s in entry.scores.items() if s != scored[n]}
        for name, score in own.items():
            what, plain = _NAMES[name], "无" if scored[name] is None else f"{scored[name]:g}"
            notes.append(Text(
                f"{unit}的{what.zh}得分采用评分表所填的 {score:g}（按公式为 {plain}）",
                f"{unit}: {what.en} is {score:g} as entered (by the formula {'none' if scored[name] is None else plain})",
            ))  # fmt: skip
        scores.append({**scored, **own, "attitude": entry.attitude})
    columns = {n: np.array([_nan(s[n]) for s in scores]) for n in INDICATORS.values()}
    totals = total_score(columns, params)
    grades = grade_of(totals, params)
    proposals = params.proposals()
    out = []
    for i, unit in enumerate(units):
        entry = given.get(unit, blank)
        proposal = proposals.get(grades[i]) if grades[i] else None
        proposed = (
            {} if proposal is None else {"sanction": proposal.sanction, "discipline": proposal.discipline}
        )
        holds = {**proposed, **entry.typed}
        out.append(Assessed(
            unit=unit, figures=figures[i], shares=shares[i], computed=computed[i], scores=scores[i],
            total=_none(totals[i]), grade=grades[i], sanction=holds.get("sanction"), discipline=holds.get("discipline"),
            typed=frozenset(n for n, word in entry.typed.items() if word != proposed.get(n)),
            responsible=entry.responsible, published_on=entry.published_on,
        ))  # fmt: skip
    return out


def _computed(
    figures: list[Figures], shares: list[dict[str, Share]], params: Params
) -> list[dict[str, float | None]]:
    def column(name: str) -> Any:
        return np.array([_nan(getattr(f, name)) for f in figures])

    recovered = column("recovered")
    counted = {
        name: (np.array([s[name].some for s in shares], float), np.array([_nan(s[name].of) for s in shares]))
        for name in (shares[0] if shares else ())
    }
    if not shares:
        return []
    scored = {
        "progress": progress_score(column("planned"), recovered, params),
        "quality": quality_score(counted, params),
        "results": results_score(column("opening"), recovered, column("closing"), params),
    }
    return [{n: _none(s[i]) for n, s in scored.items()} for i in range(len(figures))]


def _nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
