"""What the office entered by hand in a scoring sheet that it filled in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from qq_excel.check import Result
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.rules.scoring import INDICATORS, progress_score, results_score
from qq_excel.rules.stack import Stack

_HEAD = ("prepared_by", "reviewed_by", "prepared_on")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the filled sheet. A score is None where the sheet has none of its own."""

    attitude: float | None
    #: Scores other than what the formula gives for the sheet's own figures: the office decided otherwise.
    scores: dict[str, float] = field(default_factory=dict)
    #: Sanction and discipline other than the policy's proposal for the sheet's own grade.
    typed: dict[str, str] = field(default_factory=dict)
    responsible: str | None = None
    published_on: dt.date | None = None


def entries(filled: Result, period: str, kind: str, params: Params) -> dict[str, Entry]:
    """The rows of *filled* for one period and kind of assessment, by unit.

    Raises :class:`InputError` when it is no scoring sheet or has no row of that period.
    """
    stack = filled.stacks.get("assessment")
    names = "、".join(f.workbook.name for f in filled.files)
    if stack is None:
        raise InputError(
            Text(
                f"{names}：不是《清欠考核评分表》。--scores 请给填好的评分表。",
                f"{names} is no scoring sheet; --scores takes one that was filled in.",
            )
        )
    mine = stack.only(stack.is_one_of("period", [period]) & stack.is_one_of("kind", [kind]))
    if not len(mine):
        raise InputError(
            Text(
                f"{names}：没有 {period} {kind}考核的行。请核对考核期和考核类型。",
                f"{names} has no row of {period} ({kind}); check period and kind.",
            )
        )
    twice = sorted({str(u) for u in mine["unit"][mine["unit"].duplicated()]})
    if twice:
        raise InputError(
            Text(
                f"{names}：{'、'.join(twice)} 的 {period} {kind}考核填了不止一行。请只留一行。",
                f"{names} has more than one row of {period} ({kind}) for {', '.join(twice)}; keep one.",
            )
        )
    computed = _by_its_own_figures(mine, params)
    proposals = params.proposals()
    return {
        str(row["unit"]): _entry(dict(row), computed[i], proposals)
        for i, row in enumerate(mine.frame.to_dict("records"))
    }


def head_of(filled: Result) -> dict[str, Any]:
    """Who prepared and reviewed the filled sheet, and when."""
    tables = [t for f in filled.files for t in f.workbook.tables if t.kind.kind == "assessment"]
    return {n: t.head[n].value for t in tables[:1] for n in _HEAD if n in t.head and t.head[n].value}


def _by_its_own_figures(sheet: Stack, params: Params) -> list[dict[str, float]]:
    progress = progress_score(sheet["planned"], sheet["recovered"], params)
    results = results_score(sheet["opening"], sheet["recovered"], sheet["closing"], params)
    return [{"progress": p, "results": r} for p, r in zip(progress.tolist(), results.tolist(), strict=True)]


def _entry(row: dict[Any, Any], computed: dict[str, float], proposals: Any) -> Entry:
    scores = {n: _number(row[n]) for n in INDICATORS.values()}
    # quality has no figures in the sheet: whether it was changed is told by the fresh formula
    own = {n: s for n, s in scores.items() if n != "attitude" and s is not None and s != computed.get(n)}
    proposal = proposals.get(_text(row["grade"]))
    typed = {
        n: word
        for n in ("sanction", "discipline")
        if (word := _text(row[n])) and (proposal is None or word != getattr(proposal, n))
    }
    published = row["published_on"]
    return Entry(
        attitude=scores["attitude"],
        scores=own,
        typed=typed,
        responsible=_text(row["responsible"]),
        published_on=None if pd.isna(published) else pd.Timestamp(published).date(),
    )


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) or str(value) == "" else str(value)
