"""Which claims approach or are past what, and how bad it is (F-28, F-29).

The regulation has two stages: approaching (warn; 经营管理部) and past (pursue; 清欠办). The four colours are ours:
蓝 within the lead time, 黄 within half of it, 橙 past, 红 long past, limitation near or over, or long past due.
A claim shows every cause and bears its highest level. The figures come from the same place as the rules'.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qq_excel import money
from qq_excel.findings import a1
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params
from qq_excel.policy.calendar import age_band_index, reached
from qq_excel.rules.exposure import Ages, Limits, Term, ages, explained, in_yuan, limits, term
from qq_excel.rules.limitation import ages_from, days_of, limitation, live_claims, overdue, running_claims
from qq_excel.rules.stack import Stack
from qq_excel.rules.verdict import true

if TYPE_CHECKING:
    from qq_excel.check import Result

#: Lowest first.
LEVELS = ("蓝", "黄", "橙", "红")
CAUSE_NAMES: dict[str, Text] = {
    "age": Text("保险账龄期限", "insured age"),
    "limit": Text("授信或保险额度", "credit or insured limit"),
    "contract": Text("合同期限", "contract term"),
    "limitation": Text("诉讼时效", "limitation"),
    "overdue": Text("长期逾期", "long past due"),
}
_CLAUSES = {
    "age": ("F-28", "F-29"),
    "limit": ("F-28", "F-29"),
    "contract": ("F-28", "F-29"),
    "limitation": ("F-26", "F-29"),
    "overdue": ("F-14-3", "F-29"),
}
_NO_LEVEL = -1
Levels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why a claim is warned of."""

    code: str
    level: str
    text: Text
    clause: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A claim with its causes; ``balance`` in cents of yuan, ``level`` the highest of its causes'."""

    claim_id: str
    unit: str
    debtor: str
    contract_id: str
    balance: int
    overdue_days: int
    age_band: str
    status: str
    level: str
    causes: tuple[Cause, ...]
    department: str
    measure: Text
    own_measure: str
    handler: str
    responsible: str
    special_reason: str
    reason_by: str
    explained: bool
    file: str
    sheet: str
    cell: str
    submission: int

    @property
    def clause(self) -> str:
        """The clauses of all its causes, each once."""
        return ", ".join(dict.fromkeys(c for cause in self.causes for c in cause.clause.split(", ")))


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """The balances of one unit by age band (cents of yuan). ``total`` is the ledger's."""

    unit: str
    bands: tuple[int, ...]
    undated: int
    credit: int
    not_due: int
    past_due: int
    total: int


@dataclass(slots=True)
class WarningBook:
    """All warnings of a run, and the ageing that goes with them."""

    as_of: dt.date | None
    profile: str
    policy_sha256: str
    bands: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    claims: list[Warned] = field(default_factory=list)
    ageing: list[AgeingRow] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    @property
    def units(self) -> list[str]:
        """The units that have claims, warned of or not, in order."""
        return [row.unit for row in self.ageing]

    def of_unit(self, unit: str) -> WarningBook:
        """The part of one unit."""
        return WarningBook(
            self.as_of, self.profile, self.policy_sha256, self.bands, self.bases,
            [c for c in self.claims if c.unit == unit], [a for a in self.ageing if a.unit == unit], self.notes,
        )  # fmt: skip

    def by_level(self) -> Iterator[tuple[str, int, str]]:
        """Each level, gravest first, with the number of claims and their amount in yuan."""
        for level in reversed(LEVELS):
            mine = [c for c in self.claims if c.level == level]
            yield level, len(mine), money.yuan(sum(c.balance for c in mine))

    def by_cause(self) -> Iterator[tuple[str, int, int]]:
        """Each cause with the number of claims and their amount in cents; a claim counts in each of its causes."""
        for code in CAUSE_NAMES:
            mine = [c for c in self.claims if any(x.code == code for x in c.causes)]
            yield code, len(mine), sum(c.balance for c in mine)

    def document(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "schema": 1,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "policy": {"profile": self.profile, "sha256": self.policy_sha256},
            "levels": [{"level": n, "claims": c, "amount": a} for n, c, a in self.by_level()],
            "causes": [{"cause": n, "claims": c, "amount": money.yuan(a)} for n, c, a in self.by_cause()],
            "claims": [
                {
                    "claim_id": c.claim_id, "unit": c.unit, "debtor": c.debtor, "contract_id": c.contract_id,
                    "balance": money.yuan(c.balance), "overdue_days": c.overdue_days, "age_band": c.age_band,
                    "level": c.level,
                    "causes": [
                        {"cause": x.code, "level": x.level, "text": str(x.text), "clause": x.clause} for x in c.causes
                    ],
                    "department": c.department, "measure": str(c.measure), "handler": c.handler,
                    "responsible": c.responsible, "special_reason": c.special_reason or None,
                    "reason_by": c.reason_by or None, "file": c.file, "sheet": c.sheet, "cell": c.cell,
                }
                for c in self.claims
            ],
            "ageing": [
                {
                    "unit": a.unit,
                    "bands": {b: money.yuan(v) for b, v in zip(self.bands, a.bands, strict=True)},
                    "undated": money.yuan(a.undated), "credit": money.yuan(a.credit),
                    "not_due": money.yuan(a.not_due), "past_due": money.yuan(a.past_due), "total": money.yuan(a.total),
                }
                for a in self.ageing
            ],
            "notes": [str(n) for n in self.notes],
        }  # fmt: skip


def warnings_of(result: Result) -> WarningBook:
    """Warn of every live claim of *result* that approaches or is past something.

    Claims are in order: gravest level, largest balance, id. What cannot be judged is said in ``notes``.
    """
    book = WarningBook(result.as_of, result.policy.profile, result.policy.sha256)
    whole = result.stacks.get("receivables")
    if whole is None:
        book.notes.append(Text("没有交来《应收账款明细表》，无从预警", "no receivable ledger was handed in"))
        return book
    for day in sorted({s.table.as_of for s in whole.sources if s.table.as_of}):
        stack = Stack.of(whole.kind, [s for s in whole.sources if s.table.as_of == day], day)
        stack.partners = result.stacks
        _one_day(stack, result.policy.at(day), book)
    undated = [s.file for s in whole.sources if s.table.as_of is None]
    if undated:
        names = "、".join(undated)
        book.notes.append(Text(f"没有截止日期，未预警：{names}", f"no as-of date, not judged: {names}"))
    book.claims.sort(key=lambda c: (-LEVELS.index(c.level), -c.balance, c.claim_id, c.file, c.cell))
    book.ageing = _joined(book.ageing)
    return book


def _one_day(stack: Stack, params: Params, book: WarningBook) -> None:
    causes: list[tuple[str, Levels, Any]] = []
    for judge in (_by_age, _by_limit, _by_contract, _by_limitation, _by_long_overdue):
        try:
            causes.append(judge(stack, params))
        except CannotJudge as reason:
            if reason.why not in book.notes:
                book.notes.append(reason.why)
    live = live_claims(stack)
    level = np.full(len(stack), _NO_LEVEL)
    for _, levels, _ in causes:
        level = np.maximum(level, np.where(live, levels, _NO_LEVEL))
    book.bands = params.words("age_bands")
    _ageing(stack, params, book)
    actions = params.actions()
    answered = explained(stack)
    worth = in_yuan(stack, "balance").fillna(stack["balance"])
    since, _ = ages_from(stack, params)
    bands = age_band_index(since, stack.as_of, [b.years for b in params.bands() if b.years is not None])
    for i in np.flatnonzero(level > _NO_LEVEL):
        source = stack.sources[stack.source[i]]
        row = stack.frame.iloc[int(i)]
        name = LEVELS[level[i]]
        late = max(0, (stack.as_of - row["due_on"].date()).days) if row["due_on"] == row["due_on"] else 0
        book.claims.append(
            Warned(
                claim_id=_text(row["claim_id"]), unit=_text(row["unit"]), debtor=_text(row["debtor"]),
                contract_id=_text(row["contract_id"]), balance=int(worth.iloc[int(i)]), overdue_days=late,
                age_band=book.bands[bands[i]] if bands[i] >= 0 else "", status=_text(row["status"]), level=name,
                causes=tuple(
                    Cause(code, LEVELS[levels[i]], say(int(i)), ", ".join(_CLAUSES[code]))
                    for code, levels, say in causes
                    if levels[i] > _NO_LEVEL
                ),
                department=actions[name].department if name in actions else "",
                measure=actions[name].measure.text if name in actions else Text("", ""),
                own_measure=_text(row["measure"]), handler=_text(row["handler"]),
                responsible=_text(row["responsible"]), special_reason=_text(row["special_reason"]),
                reason_by=_text(row["reason_by"]), explained=bool(answered[i]), file=source.file,
                sheet=source.table.sheet,
                cell=a1(int(source.table.rows[stack.position[i]]), source.table.columns.get("claim_id", 0)),
                submission=source.submission,
            )  # fmt: skip
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _stages(left: npt.NDArray[np.float64], lead: int, red_after: int) -> Levels:
    """Days left to a level: within the lead 蓝, half of it 黄, past 橙, long past 红."""
    out = np.full(len(left), _NO_LEVEL)
    with np.errstate(invalid="ignore"):
        out[(left >= 0) & (left <= lead)] = 0
        out[(left >= 0) & (left <= lead / 2)] = 1
        out[left < 0] = 2
        out[left < -red_after] = 3
    return out


def _by_age(stack: Stack, params: Params) -> tuple[str, Levels, Any]:
    age: Ages = ages(stack, params)
    levels = _stages(age.left, params.count("age_lead_days"), params.count("red_after_days"))

    def say(i: int) -> Text:
        days, allowed, left = int(age.days[i]), int(age.allowed[i]), int(age.left[i])
        if left >= 0:
            return Text(
                f"保险账龄期限 {allowed} 天，已 {days} 天，还剩 {left} 天",
                f"insured age {allowed} days, aged {days}, {left} left",
            )
        return Text(
            f"保险账龄期限 {allowed} 天，已 {days} 天，超 {-left} 天",
            f"insured age {allowed} days, aged {days}, past by {-left}",
        )

    return "age", levels, say


def _by_limit(stack: Stack, params: Params) -> tuple[str, Levels, Any]:
    used: Limits = limits(stack)
    levels = np.full(len(stack), _NO_LEVEL)
    with np.errstate(invalid="ignore"):
        levels[used.ratio >= params.ratio("blue_ratio")] = 0
        levels[used.ratio >= params.ratio("yellow_ratio")] = 1
    levels[used.over] = 2

    def say(i: int) -> Text:
        owed, limit = money.yuan(round(used.exposure[i])), money.yuan(round(used.limit[i]))
        which: Text = used.which[i]
        if used.over[i]:
            over = money.yuan(round(used.exposure[i] - used.limit[i]))
            return Text(
                f"{which.zh} {limit}，欠款合计 {owed}，超 {over}", f"{which.en} {limit}, owed {owed}, over by {over}"
            )
        share = f"{np.floor(used.ratio[i] * 1000 + 1e-6) / 10:.1f}%"
        return Text(
            f"{which.zh} {limit}，欠款合计 {owed}，已用 {share}", f"{which.en} {limit}, owed {owed}, {share} used"
        )

    return "limit", levels, say


def _by_contract(stack: Stack, params: Params) -> tuple[str, Levels, Any]:
    one: Term = term(stack)
    levels = _stages(one.left, params.count("contract_lead_days"), params.count("red_after_days"))
    levels[one.renewed] = _NO_LEVEL

    def say(i: int) -> Text:
        left, ends = int(one.left[i]), str(one.ends[i])
        if left >= 0:
            return Text(f"合同 {ends} 到期，还剩 {left} 天", f"the contract ends {ends}, {left} days left")
        return Text(f"合同 {ends} 到期，已过 {-left} 天", f"the contract ended {ends}, {-left} days ago")

    return "contract", levels, say


def _by_limitation(stack: Stack, params: Params) -> tuple[str, Levels, Any]:
    end = limitation(stack, params)
    left = (end - np.datetime64(stack.as_of, "D")).astype(np.float64)
    left[np.isnat(end)] = np.nan
    near = np.nan_to_num(left, nan=np.inf) <= params.count("red_limitation_days")
    levels = np.where(near & running_claims(stack), 3, _NO_LEVEL)

    def say(i: int) -> Text:
        days = int(left[i])
        if days >= 0:
            return Text(
                f"诉讼时效（按所填事项推算）{end[i]} 届满，还剩 {days} 天",
                f"limitation (computed from the events entered) ends {end[i]}, {days} days left",
            )
        return Text(
            f"诉讼时效（按所填事项推算）已于 {end[i]} 届满",
            f"limitation (computed from the events entered) ended {end[i]}",
        )

    return "limitation", levels, say


def _by_long_overdue(stack: Stack, params: Params) -> tuple[str, Levels, Any]:
    years = params.count("red_overdue_years")
    due = days_of(stack, "due_on")
    levels = np.where(reached(due, years, stack.as_of), 3, _NO_LEVEL)

    def say(i: int) -> Text:
        return Text(f"约定付款日 {due[i]}，逾期已满 {years} 年", f"due {due[i]}, {years} years past due")

    return "overdue", levels, say


def _ageing(stack: Stack, params: Params, book: WarningBook) -> None:
    """Balances by unit and band. Negative balances stand in their own column, never inside a band."""
    bands = params.bands()
    since, _ = ages_from(stack, params)
    index = age_band_index(since, stack.as_of, [b.years for b in bands if b.years is not None])
    worth = in_yuan(stack, "balance")
    rateless = true(worth.isna() & stack["balance"].notna())
    if rateless.any():
        n = int(rateless.sum())
        book.notes.append(
            Text(
                f"{n} 笔外币债权没有汇率，账龄表按原币金额列示",
                f"{n} claims in foreign currency have no rate; the ageing shows their original amounts",
            )
        )
    cents = worth.fillna(stack["balance"]).fillna(0).to_numpy(dtype=np.int64)
    late = overdue(stack)
    units = stack["unit"].fillna("（未填单位）").to_numpy(dtype=object)
    bases = {str(e.value) for s in stack.sources if (e := s.table.head.get("age_basis")) and e.value}
    if any("age_basis" not in s.table.head for s in stack.sources):
        bases.add(params.choice("age_basis"))
    book.bases = tuple(sorted({*book.bases, *bases}))
    for unit in dict.fromkeys(units):
        mine = units == unit
        credit = mine & (cents < 0)
        aged = mine & ~credit
        sums = tuple(int(cents[aged & (index == b)].sum()) for b in range(len(bands)))
        book.ageing.append(
            AgeingRow(
                unit=str(unit), bands=sums, undated=int(cents[aged & (index < 0)].sum()),
                credit=int(cents[credit].sum()), not_due=int(cents[aged & ~late].sum()),
                past_due=int(cents[aged & late].sum()), total=int(cents[mine].sum()),
            )  # fmt: skip
        )


def _joined(rows: Iterable[AgeingRow]) -> list[AgeingRow]:
    """Rows of one unit (from several workbooks or days) added up."""
    out: dict[str, AgeingRow] = {}
    for row in rows:
        if row.unit not in out:
            out[row.unit] = row
            continue
        had = out[row.unit]
        out[row.unit] = AgeingRow(
            row.unit, tuple(a + b for a, b in zip(had.bands, row.bands, strict=True)), had.undated + row.undated,
            had.credit + row.credit, had.not_due + row.not_due, had.past_due + row.past_due, had.total + row.total,
        )  # fmt: skip
    return list(out.values())


def counts(claims: Iterable[Warned]) -> Counter[str]:
    """Claims by level."""
    return Counter(c.level for c in claims)
