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

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel import money
from qq_excel.check import Result
from qq_excel.findings import a1
from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params, Policy
from qq_excel.policy.calendar import Days, add_years, age_band_index, overdue_days
from qq_excel.rules.exposure import (
    Floats,
    ages,
    contracts,
    covered,
    days_from,
    limits,
    percent,
    term,
    whole_days,
)
from qq_excel.rules.limitation import (
    AGE_BASES,
    age_basis,
    ages_from,
    days_of,
    limitation,
    live_claims,
    running_claims,
)
from qq_excel.rules.stack import Stack
from qq_excel.rules.verdict import true

#: From the mildest to the gravest.
LEVELS = ("蓝", "黄", "橙", "红")
_BLUE, _YELLOW, _ORANGE, _RED = 1, 2, 3, 4
LEVEL_TEXTS = {
    "蓝": Text("蓝", "blue"),
    "黄": Text("黄", "yellow"),
    "橙": Text("橙", "orange"),
    "红": Text("红", "red"),
}
#: What a claim is warned for.
CAUSES = {
    "age": Text("保险账龄期限", "insured age"),
    "limit": Text("授信或保险额度", "credit or insured limit"),
    "term": Text("合同期限", "contract term"),
    "limitation": Text("诉讼时效", "limitation period"),
    "overdue": Text("长期逾期", "long past due"),
}
NOT_DUE = Text("未到期", "not due")
NO_BAND = Text("无法归段", "in no band")
_NO_UNIT = "（未填单位）"

Ranks = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a claim is warned: ``date`` is the day on which it is (or was) reached, ``amount`` cents of yuan."""

    code: str
    level: str
    text: Text
    clause: str
    date: dt.date | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """A claim with its causes. Amounts are cents of yuan."""

    claim_id: str
    unit: str
    debtor: str
    contract: str
    balance: int
    overdue_days: int | None
    age_band: str | None
    level: str
    causes: tuple[Cause, ...]
    department: str
    measure: Text
    handler: str
    responsible: str
    #: 特殊原因说明 and who approved it, where both are given.
    reason: str | None
    reason_by: str | None
    file: str
    sheet: str
    cell: str | None

    @property
    def explained(self) -> bool:
        """Whether a special reason was approved (F-29, F-30)."""
        return self.reason is not None


@dataclass(frozen=True, slots=True)
class Sum:
    """Claims and their balances (cents of yuan) by level, cause or unit."""

    name: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Ageing:
    """Balances by unit and age band (cents of yuan); every row of the ledger is in exactly one column.

    Aged by 约定付款日, what is not due (or due on the very day) stands in a column of its own.
    """

    #: 业务发生日 or 约定付款日.
    basis: str
    columns: tuple[Text, ...]
    units: tuple[str, ...]
    amounts: tuple[tuple[int, ...], ...]

    @property
    def by_unit(self) -> tuple[int, ...]:
        """The total of each unit."""
        return tuple(sum(row) for row in self.amounts)

    @property
    def by_column(self) -> tuple[int, ...]:
        """The total of each column."""
        return tuple(sum(column) for column in zip(*self.amounts, strict=True)) or (0,) * len(self.columns)

    @property
    def total(self) -> int:
        """The total of all: the ledger's."""
        return sum(self.by_unit)

    @property
    def title(self) -> Text:
        """Which date it ages from, in words."""
        names = {"业务发生日": "the transaction date", "约定付款日": "the due date"}
        return Text(f"按{self.basis}计算的账龄", f"Age from {names[self.basis]}")


@dataclass(slots=True)
class WarningBook:
    """All warnings of one check, gravest first, and what the sheets sum up."""

    policy: Policy
    as_of: dt.date | None
    claims: list[Warned] = field(default_factory=list)
    #: What could not be judged, and why.
    notes: list[Text] = field(default_factory=list)
    #: By 业务发生日 and by 约定付款日.
    ageing: tuple[Ageing, ...] = ()
    #: The 账龄口径 of the sheets: what the bands of the claims and the insured age go by.
    bases: tuple[str, ...] = ()
    #: Live claims in all, and their balance (cents of yuan).
    live: Sum = field(default_factory=lambda: Sum("", 0, 0))

    @property
    def units(self) -> list[str]:
        """Every unit of the ledger, warned or not."""
        return list(self.ageing[0].units) if self.ageing else []

    def of_unit(self, unit: str) -> list[Warned]:
        """The warnings of one unit."""
        return [c for c in self.claims if c.unit == unit]

    def sums_by_level(self, claims: Iterable[Warned] | None = None) -> list[Sum]:
        """Count and amount by level, gravest first; each claim once, at its highest level."""
        pairs = [(c.level, c) for c in (self.claims if claims is None else claims)]
        return _sums(reversed(LEVELS), pairs)

    def sums_by_cause(self, claims: Iterable[Warned] | None = None) -> list[Sum]:
        """Count and amount by cause; a claim counts once for each of its causes."""
        every = self.claims if claims is None else claims
        return _sums(CAUSES, [(cause.code, c) for c in every for cause in c.causes])

    def sums_by_unit(self) -> list[Sum]:
        """Count and amount by unit."""
        return _sums(self.units, [(c.unit, c) for c in self.claims])

    def by_level(self) -> Iterator[tuple[str, int, str]]:
        """Level, number of claims and amount in yuan as text, gravest first."""
        for one in self.sums_by_level():
            yield one.name, one.count, money.yuan(one.amount)

    def document(self) -> dict[str, Any]:
        """The whole as plain data, in the language of the run; amounts in yuan as text."""
        return {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "profile": self.policy.profile,
            "age_basis": list(self.bases),
            "levels": [_plain(s) for s in self.sums_by_level()],
            "causes": [_plain(s) for s in self.sums_by_cause()],
            "units": [_plain(s) for s in self.sums_by_unit()],
            "claims": [_claim(c) for c in self.claims],
            "ageing": [_ageing(a) for a in self.ageing],
            "notes": [str(n) for n in self.notes],
        }


def _sums(names: Iterable[str], pairs: Iterable[tuple[str, Warned]]) -> list[Sum]:
    found = {name: [0, 0] for name in names}
    for name, claim in pairs:
        found[name][0] += 1
        found[name][1] += claim.balance
    return [Sum(name, count, amount) for name, (count, amount) in found.items()]


def _plain(one: Sum) -> dict[str, Any]:
    return {"name": one.name, "count": one.count, "amount": money.yuan(one.amount)}


def _claim(c: Warned) -> dict[str, Any]:
    return {
        "claim_id": c.claim_id,
        "unit": c.unit,
        "debtor": c.debtor,
        "contract_id": c.contract,
        "balance": money.yuan(c.balance),
        "overdue_days": c.overdue_days,
        "age_band": c.age_band,
        "level": c.level,
        "causes": [
            {
                "code": cause.code,
                "level": cause.level,
                "text": str(cause.text),
                "date": cause.date.isoformat() if cause.date else None,
                "amount": None if cause.amount is None else money.yuan(cause.amount),
                "clause": cause.clause,
            }
            for cause in c.causes
        ],
        "department": c.department,
        "measure": str(c.measure),
        "handler": c.handler,
        "responsible": c.responsible,
        "special_reason": c.reason,
        "reason_by": c.reason_by,
        "file": c.file,
        "sheet": c.sheet,
        "cell": c.cell,
    }


def _ageing(a: Ageing) -> dict[str, Any]:
    return {
        "basis": a.basis,
        "columns": [str(c) for c in a.columns],
        "units": [
            {"unit": unit, "amounts": [money.yuan(v) for v in row], "total": money.yuan(sum(row))}
            for unit, row in zip(a.units, a.amounts, strict=True)
        ],
        "total": money.yuan(a.total),
    }


def warnings_of(result: Result) -> WarningBook:
    """The warnings of a check: every live claim that approaches or is past something."""
    book = WarningBook(policy=result.policy, as_of=result.as_of)
    notes: dict[Text, None] = {}
    bases: dict[str, None] = {}
    totals = {basis: _Totals(basis) for basis in AGE_BASES}
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
    book.claims.sort(key=lambda c: (-LEVELS.index(c.level), -c.balance))
    book.notes = list(notes)
    book.bases = tuple(bases)
    book.ageing = tuple(t.table() for t in totals.values())
    return book


class _Totals:
    """Adds up an ageing table, ledger by ledger."""

    def __init__(self, basis: str) -> None:
        self.basis = basis
        self.columns: dict[Text, None] = {NOT_DUE: None} if basis == "约定付款日" else {}
        self.amounts: dict[tuple[str, Text], int] = {}
        self.units: dict[str, None] = {}

    def add(
        self, units: npt.NDArray[Any], columns: list[Text], index: npt.NDArray[np.int64], worth: Any
    ) -> None:
        """Add *worth* (cents per row) by unit and by ``columns[index]``."""
        self.columns.update(dict.fromkeys(columns))
        codes, names = pd.factorize(units)
        sums = np.zeros((len(names), len(columns)), dtype=np.int64)
        np.add.at(sums, (codes, index), worth)
        for i, unit in enumerate(names):
            self.units[str(unit)] = None
            for j, column in enumerate(columns):
                self.amounts[str(unit), column] = self.amounts.get((str(unit), column), 0) + int(sums[i, j])

    def table(self) -> Ageing:
        """The finished table; what is in no band comes last."""
        columns = (*(c for c in self.columns if c != NO_BAND), NO_BAND)
        amounts = tuple(tuple(self.amounts.get((u, c), 0) for c in columns) for u in self.units)
        return Ageing(self.basis, columns, tuple(self.units), amounts)


class _Hit(NamedTuple):
    """One cause at some rows: ranks per row, and how to word it for the rows ``at``."""

    code: str
    rank: Ranks
    words: Callable[[npt.NDArray[np.int64]], Iterator[tuple[Text, dt.date | None, int | None]]]


class _Ledger:
    """The receivables of one as-of date."""

    def __init__(self, stack: Stack, params: Params, notes: dict[Text, None]) -> None:
        self.stack = stack
        self.params = params
        self.notes = notes
        self.live = live_claims(stack)
        self.worth: npt.NDArray[np.int64] = stack["balance"].fillna(0).to_numpy(dtype=np.int64)
        stated = stack.per_table(lambda table: table.text("unit") or _NO_UNIT)
        self.units = np.where(stack.filled("unit"), stack["unit"].astype(object), stated)

    def note(self, zh: str, en: str) -> None:
        self.notes[Text(zh, en)] = None

    def bases(self) -> list[str]:
        """The 账龄口径 that the sheets go by."""
        try:
            return sorted(set(age_basis(self.stack, self.params).tolist()))
        except CannotJudge as reason:
            self.notes[reason.why] = None
            return []

    # --- causes -----------------------------------------------------------------------------------

    def hits(self) -> list[_Hit]:
        """Every cause that could be judged; a note for each that could not."""
        self._say_what_is_lacking()
        out = []
        for code, find in (
            ("age", self._age),
            ("limit", self._limit),
            ("term", self._term),
            ("limitation", self._limitation),
            ("overdue", self._overdue),
        ):
            try:
                out.append(find())
            except CannotJudge as reason:
                name = CAUSES[code]
                self.note(f"{name.zh}没有判断：{reason.why.zh}", f"{name.en} not judged: {reason.why.en}")
        return out

    def _say_what_is_lacking(self) -> None:
        stack = self.stack
        lacks = {
            "credit_terms": Text("保险账龄和额度", "insured age and limits"),
            "contracts": Text("合同期限", "contract terms"),
        }
        for kind, what in lacks.items():
            if kind not in stack.partners:
                continue  # the causes themselves say so
            absent = ~np.isin(stack.submission, list(stack.handed_in(kind)))
            title = get_kind(kind).title
            for unit in pd.unique(self.units[absent]):
                self.note(
                    f"{unit}没有交来《{title.zh}》，{what.zh}没有判断",
                    f"{unit} did not hand in '{title.en}': {what.en} not judged",
                )
            found = covered(stack) if kind == "credit_terms" else true(contracts(stack)["_found"])
            alone = int((self.live & ~absent & ~found).sum())
            if alone:
                self.note(
                    f"{alone} 笔债权在《{title.zh}》中没有记录，{what.zh}没有判断",
                    f"{alone} claims are not in '{title.en}': {what.en} not judged",
                )

    def _by_time(self, left: Floats, lead: int) -> Ranks:
        rank = np.zeros(len(left), dtype=np.int8)
        ahead = left >= 0
        rank[ahead & (left <= lead)] = _BLUE
        rank[ahead & (left * 2 <= lead)] = _YELLOW
        rank[left < 0] = _ORANGE
        rank[left < -self.params.count("red_after_days")] = _RED
        return rank

    def _age(self) -> _Hit:
        age = ages(self.stack, self.params)
        if (age.unsure & self.live).any():
            self.note(
                "有的表“账龄口径”无法识别，保险账龄没有判断",
                "账龄口径 of a sheet is not known: insured age not judged",
            )
        days, allowed, left = (whole_days(x) for x in (age.days, age.allowed, age.left))

        def words(at: npt.NDArray[np.int64]) -> Iterator[tuple[Text, dt.date | None, int | None]]:
            reached = (age.since[at] + allowed[at].astype("timedelta64[D]")).tolist()
            for n, most, rest, day in zip(
                days[at].tolist(), allowed[at].tolist(), left[at].tolist(), reached, strict=True
            ):
                zh, en = _rest(rest, "超")
                yield (
                    Text(
                        f"保险账龄期限 {most} 天，已 {n} 天，{zh}",
                        f"insured age {most} days, {n} days old, {en}",
                    ),
                    day,
                    None,
                )

        return _Hit("age", self._by_time(age.left, self.params.count("age_lead_days")), words)

    def _limit(self) -> _Hit:
        used = limits(self.stack)
        rank = np.zeros(len(self.stack), dtype=np.int8)
        rank[used.ratio >= self.params.ratio("blue_ratio")] = _BLUE
        rank[used.ratio >= self.params.ratio("yellow_ratio")] = _YELLOW
        rank[used.over] = _ORANGE

        def words(at: npt.NDArray[np.int64]) -> Iterator[tuple[Text, dt.date | None, int | None]]:
            share = percent(used.ratio[at], np.ones(len(at), dtype=bool))
            rows = zip(
                used.which[at].tolist(), used.limit[at].tolist(), used.exposure[at].tolist(), used.over[at].tolist(),
                share.tolist(), strict=True,
            )  # fmt: skip
            for which, limit, exposure, over, ratio in rows:
                most, owed, gap = (money.yuan(int(x)) for x in (limit, exposure, abs(exposure - limit)))
                zh = f"{which.zh} {most} 元，欠款合计 {owed} 元（{ratio}），{'超' if over else '还剩'} {gap} 元"
                en = f"{which.en} {most}, {owed} owed ({ratio}), {gap} {'over' if over else 'left'}"
                yield Text(zh, en), None, int(exposure)

        return _Hit("limit", rank, words)

    def _term(self) -> _Hit:
        of = term(self.stack)
        rank = self._by_time(of.left, self.params.count("contract_lead_days"))
        rank[of.renewed & (of.left >= 0)] = 0
        names = self.stack["contract_id"]
        return _Hit(
            "term",
            rank,
            lambda at: _dated(at, "合同 {} ", "contract {} ", names.iloc[at].tolist(), of.ends, of.left),
        )

    def _limitation(self) -> _Hit:
        ends = limitation(self.stack, self.params)
        left = -days_from(ends, self.stack)
        near = running_claims(self.stack) & (left <= self.params.count("red_limitation_days"))
        rank = np.where(near, _RED, 0).astype(np.int8)
        return _Hit(
            "limitation",
            rank,
            lambda at: _dated(at, "诉讼时效{}", "limitation {}", [""] * len(at), ends, left),
        )

    def _overdue(self) -> _Hit:
        years = self.params.count("red_overdue_years")
        due = days_of(self.stack, "due_on")
        late = np.datetime64(self.stack.as_of, "D") > add_years(due, years)
        rank = np.where(late, _RED, 0).astype(np.int8)
        days = whole_days(days_from(due, self.stack))

        def words(at: npt.NDArray[np.int64]) -> Iterator[tuple[Text, dt.date | None, int | None]]:
            for day, n in zip(due[at].tolist(), days[at].tolist(), strict=True):
                zh = f"约定付款日 {day}，已逾期 {n:,} 天，超过 {years} 年"
                yield Text(zh, f"due on {day}, {n:,} days past due, more than {years} years"), day, None

        return _Hit("overdue", rank, words)

    # --- claims -----------------------------------------------------------------------------------

    def warned(self) -> list[Warned]:
        """Every live claim with a cause, in the order of the ledger."""
        stack = self.stack
        highest = np.zeros(len(stack), dtype=np.int8)
        causes: dict[int, list[Cause]] = {}
        for code, rank, words in self.hits():
            rank[~self.live] = 0
            np.maximum(highest, rank, out=highest)
            at = np.flatnonzero(rank)
            for i, r, (text, day, amount) in zip(at.tolist(), rank[at].tolist(), words(at), strict=True):
                clause = _CLAUSES.get(code) or ("F-28" if r < _ORANGE else "F-29")
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
        except CannotJudge:
            return [None] * len(at)
        return [names[i].zh if i >= 0 else None for i in index[at].tolist()]

    def _band(self, since: Days) -> tuple[npt.NDArray[np.int64], list[Text]]:
        bands = self.params.bands()
        uppers = [b.years for b in bands if b.years is not None]
        index = age_band_index(since, self.stack.as_of, uppers)
        return np.minimum(index, len(bands) - 1), [Text(b.name, b.name) for b in bands]

    def _cells(self, at: npt.NDArray[np.int64]) -> Iterator[tuple[str, str, str | None]]:
        stack = self.stack
        for s, position in zip(stack.source[at].tolist(), stack.position[at].tolist(), strict=True):
            source = stack.sources[s]
            column = source.table.columns.get("claim_id")
            row = int(source.table.rows[position])
            yield source.file, source.table.sheet, None if column is None else a1(row, column)

    # --- ageing -----------------------------------------------------------------------------------

    def age(self, totals: dict[str, _Totals]) -> None:
        """Add every row of the ledger to the ageing by each date."""
        for basis, name in AGE_BASES.items():
            since = days_of(self.stack, name)
            try:
                index, bands = self._band(since)
                columns = [*bands, NO_BAND, NOT_DUE]
                index = np.where(index < 0, len(bands), index)
                if basis == "约定付款日":
                    index[~np.isnat(since) & (since >= np.datetime64(self.stack.as_of, "D"))] = len(bands) + 1
                else:
                    columns = columns[:-1]
            except CannotJudge as reason:
                self.note(f"账龄没有计算：{reason.why.zh}", f"age not computed: {reason.why.en}")
                columns, index = [NO_BAND], np.zeros(len(since), dtype=np.int64)
            totals[basis].add(self.units, columns, index, self.worth)


_SHOWN = ("claim_id", "debtor", "contract_id", "handler", "responsible", "special_reason", "reason_by")
#: Clauses of the causes that are none of the two stages.
_CLAUSES = {"limitation": "F-26", "overdue": "F-14-3"}


def _texts(column: pd.Series[Any]) -> list[str]:
    out: list[str] = column.astype(object).where(column.notna(), "").tolist()
    return out


def _rest(left: int, past: str = "已过") -> tuple[str, str]:
    """How many days are left, or it is past by."""
    if left < 0:
        return f"{past} {-left:,} 天", f"{-left:,} days past"
    return f"还有 {left:,} 天", f"{left:,} days left"


def _dated(
    at: npt.NDArray[np.int64], zh: str, en: str, names: list[Any], ends: Days, left: Floats
) -> Iterator[tuple[Text, dt.date | None, int | None]]:
    for name, day, rest in zip(names, ends[at].tolist(), whole_days(left[at]).tolist(), strict=True):
        more_zh, more_en = _rest(rest)
        verb = "已于" if rest < 0 else "将于"
        ended = "ended" if rest < 0 else "ends"
        yield (
            Text(
                f"{zh.format(name)}{verb} {day} 届满，{more_zh}",
                f"{en.format(name)}{ended} on {day}, {more_en}".replace("  ", " "),
            ),
            day,
            None,
        )
