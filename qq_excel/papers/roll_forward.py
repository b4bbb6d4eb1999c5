"""Next period's receivables ledger, prefilled with this period's open claims.

What was entered is carried as it stood; computed columns are the template's formulas, so that ages and
overdue days move on by themselves. One ledger per unit; a file that is there is never written over: somebody
may have begun to fill it in.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qq_excel import money
from qq_excel.check import Result
from qq_excel.check.omissions import omissions
from qq_excel.errors import InputError
from qq_excel.kinds import FieldType
from qq_excel.language import Text, many
from qq_excel.output import safe_name
from qq_excel.reading.model import Table
from qq_excel.reading.period import period_after, period_bounds
from qq_excel.rules.limitation import live_claims, still_owed
from qq_excel.rules.stack import Stack
from qq_excel.template import template_name, write_template

_KIND = "receivables"
_CARRIED = ("unit", "money_unit", "age_basis")


@dataclass(frozen=True, slots=True)
class Rolled:
    """One ledger of the next period: how many claims it carries, and their balance in cents."""

    path: Path
    unit: str
    period: str
    as_of: dt.date
    claims: int
    balance: int
    #: Claims that were settled, written off or had nothing left.
    left_out: int


def next_period(text: str) -> tuple[str, dt.date] | None:
    """The period after *text* (a year, half-year, quarter or month) and its last day; None if it is no period."""
    name = period_after(text)
    bounds = period_bounds(name) if name else None
    return None if name is None or bounds is None else (name, bounds[1])


def roll_forward(result: Result, folder: Path) -> list[Rolled]:
    """Write a ledger per unit into *folder*/unit; the unit's latest period counts.

    Raises :class:`InputError` when there is no ledger, one has no 报告期, or a ledger to write exists.
    """
    stack = result.stacks.get(_KIND)
    if stack is None:
        notes = omissions(result)  # a file that cannot be read may be the one that is missed
        raise InputError(
            Text(
                "没有交来《应收账款明细表》，无法结转。" + "".join(f"{n.zh}。" for n in notes),
                "no receivables ledger was handed in. " + " ".join(f"{n.en}." for n in notes),
            )
        )
    plans = [_plan(stack, submission, folder) for submission in _latest_of_each_unit(result, stack)]
    for plan in plans:  # nothing is written unless all can be
        if plan[0].path.exists():
            raise InputError(
                Text(
                    f"{plan[0].path}：文件已经存在，可能已开始填写，不覆盖。请移走或换一个文件夹。",
                    f"{plan[0].path}: exists and may have been filled in; it is not replaced. Move it or choose another folder.",
                )
            )
    for rolled, rows, entries in plans:
        write_template(_KIND, rolled.path, rows=rows, head=entries, policy=result.policy)
    return [rolled for rolled, _, _ in plans]


def _latest_of_each_unit(result: Result, stack: Stack) -> list[int]:
    having = {s.submission for s in stack.sources}
    latest: dict[str | None, tuple[dt.date, int]] = {}
    for file in result.files:
        if file.submission in having:
            days = [t.as_of for t in file.workbook.tables if t.as_of]
            found = (max(days, default=dt.date.min), file.submission)
            unit = file.workbook.head("unit")
            if unit not in latest or found[0] > latest[unit][0]:
                latest[unit] = found
    return list(dict.fromkeys(submission for _, submission in latest.values()))


def _plan(stack: Stack, submission: int, folder: Path) -> tuple[Rolled, list[dict[str, Any]], dict[str, Any]]:
    source = next(s for s in stack.sources if s.submission == submission)
    table, mine = source.table, stack.submission == submission
    after = next_period(table.text("period") or "")
    if after is None:
        raise InputError(
            Text(
                f"{source.file}：没有填写报告期，或不是年、半年、季、月，不知道下一期是哪一期。请在表头填写，如 2026Q3。",
                f"{source.file}: 报告期 is missing or is no year, half-year, quarter or month; fill it in, e.g. 2026Q3.",
            )
        )
    period, day = after
    open_ = live_claims(stack) & mine
    carried = stack.only(open_)
    unit = table.text("unit") or ""
    entries: dict[str, Any] = {name: text for name in _CARRIED if (text := table.text(name))}
    entries = {**entries, "period": period, "as_of": day, "money_unit": table.money_unit}
    rolled = Rolled(
        path=folder / (safe_name(unit) if unit else "") / template_name(_KIND), unit=unit, period=period,
        as_of=day, claims=len(carried), balance=int(still_owed(carried.frame).sum()),
        left_out=int(np.count_nonzero(mine & ~open_)),
    )  # fmt: skip
    return rolled, _rows(carried, table), entries


def _rows(stack: Stack, table: Table) -> list[dict[str, Any]]:
    """The rows as the template takes them: what was entered, amounts in the sheet's unit."""
    columns: dict[str, list[Any]] = {}
    for f in stack.kind.fields:
        if f.formula is None:
            values = stack[f.name]
            cells = values.astype(object).where(values.notna(), None).tolist()
            if f.type is FieldType.AMOUNT:
                cells = [None if c is None else Decimal(int(c)) / (100 * table.step) for c in cells]
            elif f.type is FieldType.DATE:
                cells = [None if c is None else pd.Timestamp(c).date() for c in cells]
            columns[f.name] = cells
    return [
        {name: cells[n] for name, cells in columns.items() if cells[n] is not None} for n in range(len(stack))
    ]


def line(rolled: Rolled) -> Text:
    """What became of one ledger, in a sentence."""
    total = money.yuan(rolled.balance)
    return Text(
        f"{rolled.unit or '（未填单位）'} {rolled.period}：结转 {rolled.claims} 笔，余额 {total} 元；"
        f"已了结 {rolled.left_out} 笔不结转。",
        f"{rolled.unit or '(no unit)'} {rolled.period}: {many(rolled.claims, 'claim')} carried, {total} yuan; "
        f"{rolled.left_out} at their end left out.",
    )
