"""From the warnings of a run to the view of each paper: the group's first, then one per unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qq_excel.papers.warning_view import LEVELS, Due, Line, Sum, View
from qq_excel.warnings import CAUSE_NAMES, AgeingRow, Warned, WarningBook

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNDATED, _CREDIT = "未填日期", "负数余额"
_NO_UNIT = "（未填单位）"


def views(book: WarningBook) -> list[View]:
    """The group's view and one per unit that has claims."""
    units = list(dict.fromkeys([*book.units, *(c.unit or _NO_UNIT for c in book.claims)]))
    out = [_view(book, None)]
    for unit in units:
        part = book.of_unit(unit)
        if unit == _NO_UNIT:
            part.claims = [c for c in book.claims if not c.unit]
        out.append(_view(part, unit))
    return out


def _view(book: WarningBook, unit: str | None) -> View:
    # a blank date or a credit balance stands in a column of its own, never inside a band
    undated = any(row.undated for row in book.ageing)
    credit = any(row.credit for row in book.ageing)
    bands = (*book.bands, *([_UNDATED] if undated else []), *([_CREDIT] if credit else []))

    def amounts(row: AgeingRow) -> tuple[int, ...]:
        return (*row.bands, *([row.undated] if undated else []), *([row.credit] if credit else []))

    lines = [_line(c) for c in book.claims]
    return View(
        unit=unit,
        as_of=book.as_of,
        basis="、".join(book.bases) or "未填",
        lines=lines,
        by_level=[_sum(level, [x for x in lines if x.level == level]) for level in LEVELS],
        by_cause=[
            Sum(CAUSE_NAMES[code].zh, count, amount) for code, count, amount in book.by_cause() if count
        ],
        by_unit=[_sum(u, [x for x in lines if x.unit == u]) for u in dict.fromkeys(x.unit for x in lines)],
        bands=bands,
        ageing={row.unit: amounts(row) for row in book.ageing},
        due={row.unit: Due(row.not_due, row.past_due) for row in book.ageing},
        ledger=sum(row.total for row in book.ageing),
        policy=f"{book.profile}（SHA-256 {book.policy_sha256 or '—'}）",
        notes=[note.zh for note in book.notes],
    )


def _sum(name: str, lines: Sequence[Line]) -> Sum:
    return Sum(name, len(lines), sum(x.balance for x in lines))


def _line(c: Warned) -> Line:
    reason = c.special_reason
    if reason and c.reason_by:
        reason += f"（批准人：{c.reason_by}）"
    elif reason:
        reason += "（未填批准人）"
    measure = c.measure.zh
    if c.own_measure:
        measure += f"\n已采取：{c.own_measure}"
    return Line(
        level=c.level, claim_id=c.claim_id, unit=c.unit or _NO_UNIT, debtor=c.debtor, contract_id=c.contract_id,
        balance=c.balance, overdue_days=c.overdue_days, causes=tuple(x.text.zh for x in c.causes),
        department=c.department, handler=c.handler, responsible=c.responsible, measure=measure, clause=c.clause,
        special_reason=reason,
    )  # fmt: skip
