"""A period summed up over all units by DuckDB: ageing and warnings, from what was judged when each table came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.warnings import CAUSES, LEVELS, NEEDED, NO_UNIT

if TYPE_CHECKING:
    from qq_excel.register.entries import Written
    from qq_excel.register.register import Register
    from qq_excel.register.store import Store

#: The column of each basis of ageing.
BANDS = {"业务发生日": "_band_occurred", "约定付款日": "_band_due"}
#: The unit whose claim a row is, as the sheets name it where none is given.
UNIT = f"coalesce(_creditor, '{NO_UNIT}')"
#: What is owed of a row: its balance, else what was worked out when it came in.
OWED = "coalesce(*COLUMNS('^(balance|_owed)$'), 0)"


@dataclass(frozen=True, slots=True)
class Band:
    """Balances (cents of yuan) of a unit in a column of the ageing, and how many claims."""

    unit: str
    band: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Warned:
    """Live claims of a unit that are warned of at a level, for one cause or (``cause`` None) each once at its highest."""

    unit: str
    cause: str | None
    level: str
    count: int
    amount: int


def ledgers(register: Register, period: str) -> list[str]:
    """The newest accepted ledgers of a period, by the names of their files. Raises :class:`InputError` when there are none."""
    names = [name for w in register.submissions(period) for name in w.files_of("receivables")]
    if not names:
        raise InputError(
            Text(
                f"登记簿中没有 {period} 通过的应收账款明细表。请检查报告期。",
                f"The register has no accepted ledger of {period}. Check the period.",
            )
        )
    return names


def left_out(register: Register, period: str) -> list[str]:
    """The units of whose claims no sum of a period has any, for want of an accepted ledger: of those that handed something in
    for it or for the period before.
    """
    before = register.period_before(period)
    known = {w.entry.unit for w in register.submissions(before) if w.entry.unit} if before else set()
    has = set()
    for w in register.submissions(period):
        unit = _unit(w)
        known.add(unit)
        if w.files_of("receivables"):
            has.add(unit)
    return sorted(known - has)


def not_judged(register: Register, period: str) -> dict[str, list[str]]:
    """The units whose ledger of a period came without a table that a cause of warnings needs, by its kind."""
    accepted = [w for w in register.submissions(period) if w.files_of("receivables")]
    units = {kind: {_unit(w) for w in accepted if not w.files_of(kind)} for kind in NEEDED}
    return {kind: sorted(found) for kind, found in units.items() if found}


def _unit(written: Written) -> str:
    """Whose submission it is."""
    return written.entry.unit or written.entry.subject.partition("/")[2]


def ageing(register: Register, period: str, basis: str = "业务发生日") -> list[Band]:
    """The ageing of a period by unit and band, of what has a balance: a settled claim is none of any age, as in the paper."""
    rows = asked(
        register.store,
        f"SELECT {UNIT}, {BANDS[basis]}, count(*), sum({OWED}) FROM read_parquet($1, union_by_name=true) "  # noqa: S608
        f"WHERE {OWED} <> 0 GROUP BY ALL ORDER BY ALL",
        ledgers(register, period),
    )
    return [Band(unit, band, count, int(amount)) for unit, band, count, amount in rows]


def warnings(register: Register, period: str) -> list[Warned]:
    """The warnings of a period by unit, cause and level, gravest first within a unit and cause."""
    columns = ["_warning", *(f"_warning_{c}" for c in CAUSES)]
    # what was kept before a cause was known has no column of it
    none = ", ".join(f"NULL::VARCHAR AS {c}" for c in columns)
    rows = asked(
        register.store,
        f"SELECT {UNIT}, {', '.join(columns)}, count(*), sum({OWED}) "  # noqa: S608 - names of ours
        f"FROM (SELECT * FROM read_parquet($1, union_by_name=true) UNION ALL BY NAME SELECT {none} WHERE false) "
        "WHERE _warning IS NOT NULL GROUP BY ALL",
        ledgers(register, period),
    )
    causes = [None, *CAUSES]
    sums: dict[tuple[str, str | None, str], list[int]] = {}
    for unit, *levels, count, amount in rows:  # few: claims that are warned of alike are one row
        for cause, level in zip(causes, levels, strict=True):
            if level is not None:
                one = sums.setdefault((unit, cause, level), [0, 0])
                one[0] += count
                one[1] += int(amount)
    order = sorted(sums, key=lambda k: (k[0], causes.index(k[1]), -LEVELS.index(k[2])))
    return [Warned(*key, *sums[key]) for key in order]


def asked(store: Store, query: str, names: list[str], *more: object) -> list[tuple[Any, ...]]:
    """What DuckDB answers over the tables *names* ($1). Raises :class:`InputError` when one is lost or damaged."""
    with store.connect() as db:
        try:
            return db.execute(query, [[store.at(name) for name in names], *more]).fetchall()
        except store.failures_of_duckdb() as error:
            bad = next((name for name in names if not store.is_whole(name)), None)
            if bad is None:
                raise
            raise store.cannot_be_read(bad) from error
