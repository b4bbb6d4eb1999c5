"""Warnings: which claims approach or are past what, how bad it is, and who deals with it (F-28 to F-30).

The regulation knows two stages, approaching (经营管理部) and past (清欠办). The four colours are ours:

* 蓝 within the lead time of the insured age or the contract term, or ``blue_ratio`` of a limit used up;
* 黄 within half the lead time, or ``yellow_ratio`` of a limit;
* 橙 past any of them;
* 红 past by more than ``red_after_days``, limitation over or ending within ``red_limitation_days``, or more
  than ``red_overdue_years`` past due.

A claim shows every cause and bears its highest level. What could not be judged stands in the notes.
"""

from __future__ import annotations

from qq_excel.warnings.ageing import APART, NO_BAND, NO_UNIT, NOT_DUE, Ageing
from qq_excel.warnings.book import (
    CAUSES,
    GRAVEST,
    LEVEL_TEXTS,
    LEVELS,
    NEEDED,
    Cause,
    Sum,
    Warned,
    WarningBook,
)
from qq_excel.warnings.claims import judged_rows, warnings_of

__all__ = [
    "APART",
    "CAUSES",
    "GRAVEST",
    "LEVELS",
    "LEVEL_TEXTS",
    "NEEDED",
    "NOT_DUE",
    "NO_BAND",
    "NO_UNIT",
    "Ageing",
    "Cause",
    "Sum",
    "Warned",
    "WarningBook",
    "judged_rows",
    "warnings_of",
]
