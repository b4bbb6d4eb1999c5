"""From the receivables of a check to the warnings: every live claim that approaches or is past something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.check import Result
from qq_excel.check.omissions import omissions
from qq_excel.findings import a1
from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params
from qq_excel.policy.calendar import Days, age_band_index, overdue_days
from qq_excel.rules.limitation import (
    AGE_BASES,
    SUED,
    age_basis,
    ages_from,
    days_of,
    live_claims,
    overdue,
    still_owed,
)
from qq_excel.rules.stack import Stack
from qq_excel.warnings.ageing import APART, NO_BAND, NOT_DUE, Totals, ledger_totals, merged_notes, unit_of
from qq_excel.warnings.book import CAUSES, LEVELS, Cause, Sum, Warned, WarningBook
from qq_excel.warnings.causes import ORANGE, Causes

_SHOWN = ("claim_id", "debtor", "contract_id", "handler", "responsible", "special_reason", "reason_by")
#: Clauses of the causes that are none of the two stages.
_CLAUSES = {"limitation": "F-26", "overdue": "F-14-3"}


def warnings_of(result: Result) -> WarningBook:
    """The warnings of a check: every live claim that approaches or is past something."""
    book = WarningBook(policy=result.policy, as_of=result.as_of)
    notes: dict[Text, None] = dict.fromkeys(omissions(result))
    bases: dict[str, None] = {}
    totals = {basis: Totals(basis) for basis in AGE_BASES}
    stacks = result.dated.get("receivables", [])
    if not stacks:
        title = get_kind("receivables").title
        notes[
            Text(
                f"没有交来《{title.zh}》，没有可预警的债权",
                f"'{title.en}' was not handed in: nothing to warn of",
            )
        ] = None
    for stack in stacks:
        params = result.policy.at(stack.day)
        one = _Ledger(stack, params, notes)
        book.claims += one.warned()
        book.live = Sum(
            "", book.live.count + int(one.live.sum()), book.live.amount + int(one.worth[one.live].sum())
        )
        bases.update(dict.fromkeys(one.bases()))
        one.age(totals)
        for source in stack.sources:
            ledger = ledger_totals(source)
            for table in totals.values():
                table.tie(ledger)
            notes.update(dict.fromkeys(merged_notes(source)))
    book.claims.sort(key=lambda c: (-LEVELS.index(c.level), -c.balance))
    book.notes = list(notes)
    book.bases = tuple(bases)
    book.ageing = tuple(t.table() for t in totals.values())
    return book


def judged_rows(result: Result) -> Iterator[tuple[Stack, dict[str, Any]]]:
    """Each stack of receivables with what is judged of its rows, for whoever sums them up without judging anew.

    ``_creditor`` is the unit whose claim it is, ``_live`` whether it is still owed and ``_owed`` how much (cents),
    ``_overdue`` whether its due date is past, ``_warning`` its level and
    ``_warning_CAUSE`` that of each cause (None where there is none), ``_band_occurred`` and ``_band_due`` the columns
    of the ageing by either date.
    """
    for stack in result.dated.get("receivables", []):
        yield stack, _Ledger(stack, result.policy.at(stack.day), {}).judged()


class _Ledger:
    """The receivables of one as-of date."""

    def __init__(self, stack: Stack, params: Params, notes: dict[Text, None]) -> None:
        self.stack = stack
        self.params = params
        self.notes = notes
        self.live = live_claims(stack)
        self.worth: npt.NDArray[np.int64] = still_owed(stack.frame).fillna(0).to_numpy(dtype=np.int64)
        stated = stack.per_table(unit_of)
        self.units = np.where(stack.filled("unit"), stack["unit"].astype(object), stated)

    def judged(self) -> dict[str, npt.NDArray[Any]]:
        """The columns of :func:`judged_rows`."""
        levels = np.array([None, *LEVELS], dtype=object)
        highest = np.zeros(len(self.stack), dtype=np.int8)
        out: dict[str, npt.NDArray[Any]] = {
            "_creditor": self.units, "_live": self.live, "_owed": self.worth, "_overdue": overdue(self.stack),
        }  # fmt: skip
        for code in CAUSES:
            out[f"_warning_{code}"] = levels[highest]  # none, unless it is found below
        for code, rank, _ in Causes(self.stack, self.params, self.units, self.notes).hits():
            rank[~self.live] = 0
            np.maximum(highest, rank, out=highest)
            out[f"_warning_{code}"] = levels[rank]
        out["_warning"] = levels[highest]
        for basis, name in (("业务发生日", "_band_occurred"), ("约定付款日", "_band_due")):
            columns, index = self._columns(basis)
            out[name] = np.array([c.zh for c in columns], dtype=object)[index]
        return out

    def bases(self) -> list[str]:
        """The 账龄口径 that the sheets go by."""
        try:
            return sorted(set(age_basis(self.stack, self.params).tolist()))
        except CannotJudge as reason:
            self.notes[reason.why] = None
            return []

    def warned(self) -> list[Warned]:
        """Every live claim with a cause, in the order of the ledger."""
        stack = self.stack
        highest = np.zeros(len(stack), dtype=np.int8)
        causes: dict[int, list[Cause]] = {}
        for code, rank, words in Causes(stack, self.params, self.units, self.notes).hits():
            rank[~self.live] = 0
            np.maximum(highest, rank, out=highest)
            at = np.flatnonzero(rank)
            for i, r, (text, day, amount) in zip(at.tolist(), rank[at].tolist(), words(at), strict=True):
                clause = _CLAUSES.get(code) or ("F-28" if r < ORANGE else "F-29")
                causes.setdefault(i, []).append(Cause(code, LEVELS[r - 1], text, clause, day, amount))
        at = np.flatnonzero(highest)
        levels = [LEVELS[r - 1] for r in highest[at].tolist()]
        actions = self._actions()
        shown = {n: _texts(stack[n].iloc[at]) for n in _SHOWN}
        rows = zip(
            at.tolist(), levels, self.units[at].tolist(), self.worth[at].tolist(),
            self._days(at), self._bands(at), self._cells(at), strict=True,
        )  # fmt: skip
        out = []
        for n, (i, level, unit, worth, days, band, (file, sheet, cell)) in enumerate(rows):
            department, measure = actions.get(level, ("", Text("", "")))
            reason, by = shown["special_reason"][n], shown["reason_by"][n]
            out.append(
                Warned(
                    claim_id=shown["claim_id"][n],
                    unit=str(unit),
                    debtor=shown["debtor"][n],
                    contract=shown["contract_id"][n],
                    balance=worth,
                    overdue_days=days,
                    age_band=band,
                    level=level,
                    causes=tuple(sorted(causes[i], key=lambda c: -LEVELS.index(c.level))),
                    department=department,
                    measure=measure,
                    handler=shown["handler"][n],
                    responsible=shown["responsible"][n],
                    reason=reason if reason and by else None,
                    reason_by=by if reason and by else None,
                    file=file,
                    sheet=sheet,
                    cell=cell,
                )
            )
        return out

    def _actions(self) -> dict[str, tuple[str, Text]]:
        try:
            return {k: (a.department, a.measure.text) for k, a in self.params.actions().items()}
        except CannotJudge as reason:
            self.notes[reason.why] = None
            return {}

    def _days(self, at: npt.NDArray[np.int64]) -> list[int | None]:
        if self.stack.day is None:
            return [None] * len(at)
        days = overdue_days(days_of(self.stack, "due_on")[at], self.stack.day)
        return [None if np.isnan(d) else int(d) for d in days.tolist()]

    def _bands(self, at: npt.NDArray[np.int64]) -> list[str | None]:
        try:
            since, _ = ages_from(self.stack, self.params)
            index, names = self._band(since)
            due = age_basis(self.stack, self.params) == "约定付款日"
            index[due & (since > np.datetime64(self.stack.as_of, "D"))] = 0  # not due yet: as in REC004
        except CannotJudge:
            return [None] * len(at)
        return [names[i].zh if i >= 0 else None for i in index[at].tolist()]

    def _band(self, since: Days) -> tuple[npt.NDArray[np.int64], list[Text]]:
        bands = self.params.bands()
        uppers = [b.years for b in bands if b.years is not None]
        index = age_band_index(since, self.stack.as_of, uppers)
        return np.minimum(index, len(bands) - 1), [b.title for b in bands]

    def _cells(self, at: npt.NDArray[np.int64]) -> Iterator[tuple[str, str, str | None]]:
        stack = self.stack
        for s, position in zip(stack.source[at].tolist(), stack.position[at].tolist(), strict=True):
            source = stack.sources[s]
            column = source.table.columns.get("claim_id")
            row = int(source.table.rows[position])
            yield source.file, source.table.sheet, None if column is None else a1(row, column)

    def age(self, totals: dict[str, Totals]) -> None:
        """Add every row of the ledger to the ageing by each date."""
        for basis in AGE_BASES:
            columns, index = self._columns(basis)
            totals[basis].add(self.units, columns, index, self.worth)

    def _columns(self, basis: str) -> tuple[list[Text], npt.NDArray[np.int64]]:
        """The columns of the ageing by one date, and the one that each row is in."""
        since = days_of(self.stack, AGE_BASES[basis])
        try:
            index, bands = self._band(since)
        except CannotJudge as reason:
            why = Text(f"账龄没有计算：{reason.why.zh}", f"age not computed: {reason.why.en}")
            self.notes[why] = None
            index, bands = np.full(len(since), -1), []
        index = np.where(index < 0, len(bands), index)
        columns = [*bands, NO_BAND]
        if basis == "约定付款日" and bands:
            columns.append(NOT_DUE)
            index[~np.isnat(since) & (since >= np.datetime64(self.stack.as_of, "D"))] = len(bands) + 1
        sorts = (
            self.stack.is_one_of("disputed", ["是"]),
            self.stack.is_one_of("status", SUED),
            self.worth < 0,
        )
        for n, rows in enumerate(sorts, len(columns)):
            index[rows] = n
        return [*columns, *APART], index


def _texts(column: pd.Series[Any]) -> list[str]:
    out: list[str] = column.astype(object).where(column.notna(), "").tolist()
    return out
