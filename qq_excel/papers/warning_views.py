"""From the warnings of a run to the view of each paper: the group's first, then the units' and the departments'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qq_excel.language import t
from qq_excel.papers.report_job import policy_words
from qq_excel.papers.warning_moves import Moved
from qq_excel.papers.warning_view import AgeTable, Line, Sum, View
from qq_excel.papers.words import basis_name, reason_words
from qq_excel.warnings import APART, CAUSES, NO_BAND, Warned, WarningBook
from qq_excel.warnings import Sum as Counted


def views(book: WarningBook, moves: Sequence[Moved] | None = None, since: str = "") -> list[View]:
    """The group's view, one per unit of the ledger, and one per department that deals, or dealt, with some of the claims.

    *moves* are those since the run of the day *since*.
    """
    left = [m.before_department for m in moves or () if m.department != m.before_department]
    departments = dict.fromkeys(name for name in [*(c.department for c in book.claims), *left] if name)
    every = [
        _view(book, None, moves),
        *(_view(book, unit, moves) for unit in book.units),
        *(_department(book, name, moves) for name in departments),
    ]
    for view in every:
        view.since = since
    return every


def _view(book: WarningBook, unit: str | None, moves: Sequence[Moved] | None) -> View:
    claims = book.claims if unit is None else book.of_unit(unit)
    view = _shown(book, claims, moves)
    view.unit = unit
    view.by_unit = [s for s in _sums(book.sums_by_unit()) if s.count] if unit is None else []
    view.ageing = _tables(book, unit)
    view.live = Sum("", book.live.count, book.live.amount) if unit is None else None
    view.moves = None if moves is None else [m for m in moves if unit in (None, m.unit)]
    return view


def _department(book: WarningBook, name: str, moves: Sequence[Moved] | None) -> View:
    """What one department has to deal with, of all units; the ageing is not its business."""
    claims = [c for c in book.claims if c.department == name]
    view = _shown(book, claims, moves)
    view.department = name
    by_unit: dict[str, list[int]] = {}
    for c in claims:
        by_unit.setdefault(c.unit, []).append(c.balance)
    view.by_unit = [Sum(unit, len(amounts), sum(amounts)) for unit, amounts in by_unit.items()]
    view.moves = None if moves is None else [m for m in moves if name in (m.department, m.before_department)]
    return view


def _shown(book: WarningBook, claims: Sequence[Warned], moves: Sequence[Moved] | None) -> View:
    """The claims of a view with their sums; the rest is filled in by whose view it is."""
    policy = book.policy
    moved = {(m.unit, m.claim_id): m for m in moves or () if m.level}
    return View(
        unit=None,
        as_of=book.as_of,
        basis=t("、", ", ").join(basis_name(b) for b in book.bases) or t("未填", "not given"),
        lines=[_line(c, moved.get((c.unit, c.claim_id))) for c in claims],
        by_level=_sums(book.sums_by_level(claims)),
        by_cause=[Sum(str(CAUSES[s.name]), s.count, s.amount) for s in book.sums_by_cause(claims) if s.count],
        by_unit=[],
        ageing=[],
        policy=policy_words(policy, t("，SHA-256 ", ", SHA-256 ") + (policy.sha256 or "—")),
        notes=[str(note) for note in book.notes],
    )


def _tables(book: WarningBook, unit: str | None) -> list[AgeTable]:
    """The ageing by each date; the one by the sheets' own 账龄口径 comes first."""
    tables: list[AgeTable] = []
    for a in sorted(book.ageing, key=lambda a: a.basis not in book.bases):
        rows = {u: row for u, row in zip(a.units, a.amounts, strict=True) if unit in (None, u)}
        # a column beside the bands that is blank throughout the group says nothing
        keep = [
            i
            for i, c in enumerate(a.columns)
            if c not in (NO_BAND, *APART) or any(row[i] for row in a.amounts)
        ]
        tables.append(
            AgeTable(
                str(a.title),
                tuple(str(a.columns[i]) for i in keep),
                {u: tuple(row[i] for i in keep) for u, row in rows.items()},
                sum(cents for u, cents in zip(a.units, a.ledger, strict=True) if u in rows),
            )
        )
    return tables


def _sums(sums: Iterable[Counted]) -> list[Sum]:
    return [Sum(s.name, s.count, s.amount) for s in sums]


def _line(c: Warned, moved: Moved | None) -> Line:
    return Line(
        level=c.level,
        claim_id=c.claim_id,
        unit=c.unit,
        debtor=c.debtor,
        contract_id=c.contract,
        balance=c.balance,
        overdue_days=c.overdue_days,
        causes=tuple(str(cause.text) for cause in c.causes),
        department=c.department,
        handler=c.handler,
        responsible=c.responsible,
        measure=str(c.measure),
        clause=tuple(dict.fromkeys(cause.clause for cause in c.causes)),
        special_reason=reason_words(c.reason, c.reason_by),
        before=moved.before if moved else "",
        change=moved.change if moved else "",
    )
