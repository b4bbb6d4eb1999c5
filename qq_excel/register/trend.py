"""Earlier periods for the trend of the management report, from the tables that the register keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from qq_excel.language import Text
from qq_excel.papers.claims import NO_DEBTOR
from qq_excel.papers.management.points import Open, Point
from qq_excel.papers.management.trend import KEPT, SHOWN
from qq_excel.register.periods import OWED, UNIT, asked
from qq_excel.warnings import GRAVEST

if TYPE_CHECKING:
    from qq_excel.register.register import Register
    from qq_excel.register.store import Store

_READ = "FROM read_parquet($1, union_by_name=true)"
#: Open claims of some units.
_OPEN = (
    f"FROM (SELECT *, {UNIT} AS _of, {OWED} AS _left {_READ}) "
    "WHERE _live AND _left > 0 AND _of IN (SELECT unnest($2))"
)
_COLUMNS = "_of, claim_id, debtor, CAST(_left AS BIGINT), CAST(due_on AS DATE), _overdue, _warning"


def earlier_points(
    register: Register, units: Collection[str], until: dt.date, notes: list[Text]
) -> list[Point]:
    """The points before *until* of the accepted ledgers of *units*, the latest first, at most as many as are shown.

    A point has its claims as long as these are not too many; its ``where`` says in which tables they are, and which units
    it lacks. *notes* are told of what had to be left out. Raises :class:`~qq_excel.errors.InputError` for a lost table.
    """
    store, left = register.store, KEPT
    out = []
    for day, names in sorted(_by_day(register, until).items(), reverse=True):
        there = {unit for (unit,) in asked(store, f"SELECT DISTINCT {UNIT} {_READ}", names)}
        if there.isdisjoint(units):
            continue
        sums = _sums(store, names, sorted(units))
        if sums is None:
            notes.append(
                Text(
                    f"登记簿中 {day} 的明细表由旧版本写成，没有写明哪些逾期，趋势没有采用",
                    f"the ledgers of {day} in the register are an older version's, which does not say what is past due;"
                    " the trend leaves them out",
                )
            )
            continue
        where = _where(names, sorted(set(units) - there))
        if sum(n for _, _, n, _ in sums) <= left:
            rows = asked(store, f"SELECT {_COLUMNS} {_OPEN} ORDER BY ALL", names, sorted(units))
            point = Point.of(day, map(_claim, rows), where)
            left -= point.live
        else:
            levels = {x: sum(s for level, _, _, s in sums if level == x) for x in GRAVEST}
            late = sum(s for _, late, _, s in sums if late)
            point = Point(
                day, sum(n for *_, n, _ in sums), sum(s for *_, s in sums), late, levels, None, where
            )
        out.append(point)
        if len(out) == SHOWN - 1:
            break
    return out


def _by_day(register: Register, until: dt.date) -> dict[dt.date, list[str]]:
    """The newest accepted ledgers before *until* by as-of date, the latest of their period, as the register names them."""
    of_period: dict[str, list[str]] = {}
    for w in register.submissions():
        names = w.files_of("receivables")
        if names and w.entry.period:
            of_period.setdefault(w.entry.period, []).extend(names)
    out: dict[dt.date, list[str]] = {}
    for names in of_period.values():
        ((day,),) = asked(register.store, f"SELECT max(_as_of) {_READ}", names)
        if day is not None and day < until:
            out.setdefault(day, []).extend(names)
    return out


def _sums(store: Store, names: list[str], units: list[str]) -> list[tuple[str | None, bool, int, int]] | None:
    """Open claims by level and by whether they are past due; None where the tables do not say that."""
    columns = {name for name, *_ in asked(store, f"DESCRIBE SELECT * {_READ}", names)}
    if "_overdue" not in columns:
        return None
    rows = asked(store, f"SELECT _warning, _overdue, count(*), sum(_left) {_OPEN} GROUP BY ALL", names, units)
    if any(late is None for _, late, _, _ in rows):
        return None
    return [(level, late, count, int(amount)) for level, late, count, amount in rows]


def _claim(row: tuple[Any, ...]) -> Open:
    unit, claim, debtor, left, due, late, level = row
    return Open(unit, claim or "", debtor or NO_DEBTOR, left, due, late, level or "")


def _where(names: Iterable[str], lacking: Sequence[str]) -> Text:
    """In which tables the rows are, and whose are not there."""
    folders = "、".join(sorted({name.rpartition("/")[0] for name in names}))
    if not lacking:
        return Text(folders, folders)
    shown, more = "、".join(lacking[:5]), len(lacking) - 5
    return Text(
        f"{folders}，缺 {shown}" + (f" 等 {len(lacking)} 家" if more > 0 else ""),
        f"{folders}, without {shown}" + (f" and {more} more" if more > 0 else ""),
    )
