"""What a run warns of: the claims with their causes, sums and ageing, and the whole as plain data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from qq_excel import money
from qq_excel.language import Text
from qq_excel.policy import Policy
from qq_excel.warnings.ageing import Ageing

#: From the mildest to the gravest.
LEVELS = ("蓝", "黄", "橙", "红")
#: From the gravest to the mildest.
GRAVEST = tuple(reversed(LEVELS))
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
    "instalment": Text("分期还款", "instalment"),
    "limitation": Text("诉讼时效", "limitation period"),
    "overdue": Text("长期逾期", "long past due"),
}

#: Tables without which a cause cannot be judged, and what then is not.
NEEDED = {
    "credit_terms": Text("保险账龄和额度", "insured age and limits"),
    "contracts": Text("合同期限", "contract terms"),
}


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
        return _sums(GRAVEST, pairs)

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
        "ledger": money.yuan(sum(a.ledger)),
    }
