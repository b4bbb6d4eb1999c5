"""The published formula of the assessment (A-4): four scores, their total, the grade.

* 进展 (A-4-1): what came in of what the plan of the period was to bring in, turned into points.
* 成果 (A-4-3): 清收率, what came in of all that was owed in the period, and 压降率, by how much the debt fell;
  both turned into points and weighted.
* 质量 (A-4-2): how many overdue claims have a plan, how many 协议还款 ones an agreement with instalments, how
  many overdue ones a proof of confirmation or dunning; each share turned into points and weighted. The office
  may enter another score.
* 态度 (A-4-4): entered by hand.

Ratios become points along a curve of the policy (``progress_curve``, …): straight between its points, flat
beyond its ends. Weights and grades are the policy's too. Scores have one decimal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.policy import Params

Floats = npt.NDArray[np.float64]

#: The four indicators as the policy names them, and their fields.
INDICATORS = {"进展": "progress", "质量": "quality", "成果": "results", "态度": "attitude"}
#: The two parts of 成果 as the policy names them.
CLEARED, REDUCED = "清收率", "压降率"
#: The three parts of 质量 as the policy names them.
PLANNED, AGREED, PROVEN = "方案", "协议", "证据"


def floats(column: Any) -> Floats:
    """A column of numbers (cents, scores) as floats, NaN for blank."""
    if isinstance(column, pd.Series):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    return np.asarray(column, dtype=np.float64)


def points(values: Floats) -> Floats:
    """Rounded to one decimal, halves up, as Excel's ROUND does."""
    out: Floats = np.floor(values * 10 + 0.5 + 1e-9) / 10
    return out


def share(part: Any, whole: Any) -> Floats:
    """*part* of *whole*; NaN where the whole is nothing, or either is not known."""
    top, below = floats(part), floats(whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, top / below, np.nan)


def on_curve(ratio: Floats, curve: tuple[tuple[float, float], ...]) -> Floats:
    """Points for *ratio* along *curve*, a list of (ratio, points) from low to high."""
    at = np.array([r for r, _ in curve], dtype=np.float64)
    worth = np.array([p for _, p in curve], dtype=np.float64)
    return np.where(np.isnan(ratio), np.nan, np.interp(ratio, at, worth))


def weighted(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """The weighted mean of *parts*; a part that is not known at a row leaves its weight to the others."""
    values = np.stack([parts[name] for name in weights])
    weight = np.array(list(weights.values()), dtype=np.float64)[:, None] * ~np.isnan(values)
    heavy = weight.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(heavy > 0, np.nansum(values * weight, axis=0) / heavy, np.nan)


def progress_score(planned: Any, recovered: Any, params: Params) -> Floats:
    """进展: NaN where nothing was planned, so that there is nothing to measure by."""
    curve = params.curve("progress_curve")
    return points(on_curve(share(recovered, planned), curve))


def results_score(opening: Any, recovered: Any, closing: Any, params: Params) -> Floats:
    """成果: NaN where nothing was owed. What was owed in the period is 期末欠款 + 本期实际收回."""
    start, came_in, end = floats(opening), floats(recovered), floats(closing)
    parts = {
        CLEARED: on_curve(share(came_in, end + came_in), params.curve("clear_curve")),
        REDUCED: on_curve(share(start - end, start), params.curve("reduction_curve")),
    }
    return points(weighted(parts, params.rates("results_weights")))


def quality_score(parts: Mapping[str, tuple[Any, Any]], params: Params) -> Floats:
    """质量 from (how many are complete, of how many) by part; NaN where there is nothing to measure by."""
    curve = params.curve("quality_curve")
    scored = {name: on_curve(share(some, all_), curve) for name, (some, all_) in parts.items()}
    return points(weighted(scored, params.rates("quality_weights")))


def total_score(scores: Mapping[str, Any], params: Params) -> Floats:
    """总分 from the four fields; NaN where one is blank."""
    weights = params.rates("assessment_weights")
    whole = sum(weights.values())
    parts = [floats(scores[INDICATORS[name]]) * weight for name, weight in weights.items()]
    return points(np.sum(parts, axis=0) / whole)


def grade_of(total: Any, params: Params) -> npt.NDArray[Any]:
    """等级 of each total (a grade's lowest score included); None where the total is blank or below all."""
    scores = floats(total)
    out = np.full(len(scores), None, dtype=object)
    for grade in sorted(params.grades(), key=lambda g: g.from_score):
        out[scores >= grade.from_score - 1e-9] = grade.name
    return out


def best_and_worst(params: Params) -> tuple[str, str]:
    """The names of the highest and of the lowest grade."""
    grades = sorted(params.grades(), key=lambda g: g.from_score)
    return grades[-1].name, grades[0].name
