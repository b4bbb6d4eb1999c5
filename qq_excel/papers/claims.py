"""The claims that letters, notices and the ageing are made from: one plain record per row of the ledgers.

Nothing is judged here: overdue days, limitation and yuan come from the same functions that the rules use.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qq_excel.findings import a1
from qq_excel.kinds import FieldType
from qq_excel.policy import CannotJudge, Params
from qq_excel.policy.calendar import overdue_days
from qq_excel.rules.limitation import SETTLED, SUED, days_of, limitation, still_owed
from qq_excel.warnings.ageing import NO_UNIT

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.rules.stack import Stack

#: What stands on papers where a ledger names no debtor.
NO_DEBTOR = "（未填债务人）"


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of a ledger. Amounts are cents of yuan; a foreign ``currency`` tells what it was before conversion."""

    claim_id: str
    unit: str
    debtor: str
    debtor_type: str
    debtor_code: str
    contract: str
    subject: str
    currency: str
    original: int | None
    received: int | None
    balance: int
    provision: int | None
    occurred_on: dt.date | None
    due_on: dt.date | None
    #: None where the due date or the as-of date is blank; 0 when not past due.
    overdue: int | None
    limitation_on: dt.date | None
    last_paid_on: dt.date | None
    confirmed_on: dt.date | None
    dunned_on: dt.date | None
    security: str
    status: str
    disputed: bool
    measure: str
    handler: str
    responsible: str
    reason: str
    reason_by: str
    as_of: dt.date | None
    file: str
    sheet: str
    cell: str

    @property
    def settled(self) -> bool:
        """已结清 or 已核销."""
        return self.status in SETTLED

    @property
    def sued(self) -> bool:
        """Before a court: it is not dunned beside the suit."""
        return self.status in SUED

    @property
    def credit(self) -> bool:
        """A negative balance: a credit note, or money received that belongs to no claim yet."""
        return self.balance < 0

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.file} › {self.sheet} › {self.cell}"


@dataclass(frozen=True, slots=True)
class Account:
    """All open items that one unit has with one debtor, oldest first."""

    unit: str
    debtor: str
    claims: tuple[Claim, ...]

    @property
    def code(self) -> str:
        """The debtor's certificate number, where a row gives it."""
        return next((c.debtor_code for c in self.claims if c.debtor_code), "")

    @property
    def total(self) -> int:
        """The sum of its balances, credit notes deducted."""
        return sum(c.balance for c in self.claims)


def claims_of(result: Result) -> list[Claim]:
    """Every row of every ledger, in the order of file and row."""
    out: list[tuple[tuple[int, int], int, Claim]] = []
    for stack in result.dated.get("receivables", []):
        for i, claim in enumerate(_claims(stack, result)):
            source = stack.sources[int(stack.source[i])]
            out.append((source.order, int(stack.position[i]), claim))
    out.sort(key=lambda found: found[:2])
    return [claim for _, _, claim in out]


def accounts(claims: Iterable[Claim]) -> list[Account]:
    """Open items by unit and debtor. Settled, written off and zero balances are not open; credit notes are."""
    held: dict[tuple[str, str], list[Claim]] = {}
    for c in claims:
        if not c.settled and c.balance:
            held.setdefault((c.unit, c.debtor), []).append(c)
    far = dt.date(9999, 1, 1)
    return [
        Account(unit, debtor, tuple(sorted(items, key=lambda c: (c.due_on or far, c.claim_id))))
        for (unit, debtor), items in sorted(held.items())
    ]


def plain_rows(stack: Stack) -> list[dict[str, Any]]:
    """The rows of a stack as plain values: whole cents, days, texts; None for blank. Whole columns at once."""
    columns: dict[str, list[Any]] = {}
    for f in stack.kind.fields:
        series = stack.frame[f.name]
        if f.type is FieldType.DATE:
            columns[f.name] = [d if isinstance(d, dt.date) else None for d in days_of(stack, f.name).tolist()]
        elif f.type in (FieldType.AMOUNT, FieldType.INT):
            columns[f.name] = [None if v is pd.NA else int(v) for v in series.astype(object).tolist()]
        elif f.type.numeric:
            columns[f.name] = [None if np.isnan(v) else v for v in series.to_numpy(dtype="float64")]
        else:
            columns[f.name] = series.astype(object).where(series.notna(), None).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def places(stack: Stack, field: str) -> list[str]:
    """Where each row's cell of *field* stands: ``file › sheet › cell``."""
    out = []
    for s, position in zip(stack.source.tolist(), stack.position.tolist(), strict=True):
        source = stack.sources[s]
        column = source.table.columns.get(field, 0)
        out.append(f"{source.file} › {source.table.sheet} › {a1(int(source.table.rows[position]), column)}")
    return out


def units_of(stack: Stack, rows: list[dict[str, Any]]) -> list[str]:
    """Each row's unit: its own, else that of the head block."""
    heads = stack.per_table(lambda table: table.text("unit") or "").tolist()
    return [str(r.get("unit") or head or NO_UNIT) for r, head in zip(rows, heads, strict=True)]


def limitation_ends(stack: Stack, params: Params) -> list[dt.date | None]:
    """The days on which limitation ends; None where it never does or nobody can say: papers show a dash, the findings say why."""
    with contextlib.suppress(CannotJudge):
        return [d if isinstance(d, dt.date) else None for d in limitation(stack, params).tolist()]
    return [None] * len(stack)


def _claims(stack: Stack, result: Result) -> Iterable[Claim]:
    rows = plain_rows(stack)
    past: list[int | None] = [None] * len(rows)
    if stack.day is not None:
        days = overdue_days(days_of(stack, "due_on"), stack.day)
        past = [None if np.isnan(d) else int(d) for d in days.tolist()]
    ends = limitation_ends(stack, result.policy.at(stack.day))
    heads = units_of(stack, rows)
    left = still_owed(stack.frame).fillna(0).astype("int64").tolist()
    for i, r in enumerate(rows):
        source = stack.sources[int(stack.source[i])]
        column = source.table.columns.get("claim_id", 0)
        yield Claim(
            claim_id=_text(r, "claim_id"), unit=heads[i], debtor=_text(r, "debtor") or NO_DEBTOR,
            debtor_type=_text(r, "debtor_type"), debtor_code=_text(r, "debtor_code"),
            contract=_text(r, "contract_id"), subject=_text(r, "subject"), currency=_text(r, "currency") or "CNY",
            original=r["original"], received=r["received"], balance=left[i], provision=r["provision"],
            occurred_on=r["occurred_on"], due_on=r["due_on"], overdue=past[i], limitation_on=ends[i],
            last_paid_on=r["last_paid_on"], confirmed_on=r["confirmed_on"], dunned_on=r["dunned_on"],
            security=_text(r, "security"), status=_text(r, "status"), disputed=r["disputed"] == "是",
            measure=_text(r, "measure"), handler=_text(r, "handler"),
            responsible=_text(r, "responsible"), reason=_text(r, "special_reason"), reason_by=_text(r, "reason_by"),
            as_of=stack.day, file=source.file, sheet=source.table.sheet,
            cell=a1(int(source.table.rows[int(stack.position[i])]), column),
        )  # fmt: skip


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)
