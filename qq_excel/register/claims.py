"""A claim's whole life: every row, finding, waiver and paper that the register knows of it.

The tables of a period are one file per unit, and a claim does not say whose it is. So an index tells which files
have a claim: Parquet, sorted by claim, written when a batch ends, over the entries that no index covers yet. It holds
nothing that the tables do not: one that is lost or damaged is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.kinds import all_kinds
from qq_excel.output import cannot_write
from qq_excel.register.store import FINDINGS

if TYPE_CHECKING:
    from qq_excel.register.entries import Written
    from qq_excel.register.register import Register
    from qq_excel.register.store import Store

INDEX = "index"
_SEGMENT = re.compile(r"(\d+)-(\d+)\.parquet")
#: More segments than this are made one.
_MOST_SEGMENTS = 8
#: Tables that have a claim's number, and findings, which bear it as the key of their row.
_CLAIM, _KEY = "claim_id", "key"
#: Of where DuckDB found a file its name, KIND/PERIOD/FILE: what is before that some file systems write in their own way.
_NAME = "regexp_extract(replace(filename, chr(92), '/'), '[^/]+/[^/]+/[^/]+$')"


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a claim's life. ``row`` has what its table says, by field; ``entry`` is where the register has it."""

    what: str
    period: str | None
    unit: str | None
    entry: Written
    row: dict[str, Any] = field(default_factory=dict)
    #: Whether the unit handed in something later that takes its place.
    superseded: bool = False
    #: Whether the claim is missing where it should be: a later ledger of the same unit does not have it.
    gone: bool = False


def life_of(register: Register, claim: str) -> list[Moment]:
    """All that is known of a claim, by period, then in the order in which it was registered."""
    held = _files_with(register, claim)
    holders = {path for _, path in held}
    out: list[Moment] = []
    units: set[str] = set()
    of_units: list[Written] = []
    found = register.entries(numbers={n for n, _ in held})
    for unit in sorted({w.entry.unit for w in found if w.entry.unit}):
        of_units += register.entries(event="submission", unit=unit)
    newest = {w.entry.subject: w.n for w in of_units}
    for written in found:
        e = written.entry
        old = newest.get(e.subject, written.n) != written.n
        for file in e.body["files"]:
            if file["path"] not in holders:
                continue
            column = _KEY if file["kind"] == FINDINGS else _CLAIM
            for row in register.store.rows(file["path"], column, claim):
                if file["kind"] == "receivables" and e.unit:
                    units.add(e.unit)
                out.append(Moment(file["kind"], e.period, e.unit, written, row, superseded=old))
    first = min((m.period or "" for m in out if m.what == "receivables"), default="")
    for written in of_units:
        e = written.entry
        ledgers = written.files_of("receivables")
        last = newest[e.subject] == written.n
        if last and e.unit in units and (e.period or "") > first and ledgers and not holders & set(ledgers):
            out.append(Moment("receivables", e.period, e.unit, written, gone=True))
    out += [Moment(w.entry.event, w.entry.period, w.entry.unit, w) for w in register.entries(claim=claim)]
    return sorted(out, key=lambda m: (m.period or "~", m.entry.n))


def update_index(register: Register) -> str | None:
    """Index the entries that no segment covers yet; the name of the new segment, if there is one.

    An entry whose table is lost or damaged is where the index ends until the table is restored. Raises
    :class:`~qq_excel.errors.OutputError` when it cannot be written.
    """
    last, _ = register.head()
    segments, covered = _segments(register.store)
    if covered >= last:
        return None
    for start in (0, covered) if len(segments) >= _MOST_SEGMENTS else (covered,):
        try:
            target = _add_segment(register, start, last)
        except _TableLost as lost:
            whole = lost.n - 1
            continue
        if start == 0:
            for one in segments:
                if one != (1, last):
                    register.store.remove(_name(one))
        return target
    return _add_segment(register, covered, whole) if whole > covered else None


def _segments(store: Store) -> tuple[list[tuple[int, int]], int]:
    """The segments that cover the entries from the first on without a gap, and the last entry that they cover."""
    found = map(_SEGMENT.fullmatch, store.names(INDEX))
    out, covered = [], 0
    for first, to in sorted((int(m[1]), int(m[2])) for m in found if m):
        if first > covered + 1:
            break
        out.append((first, to))
        covered = max(covered, to)
    return out, covered


def _name(segment: tuple[int, int]) -> str:
    return f"{INDEX}/{segment[0]}-{segment[1]}.parquet"


class _TableLost(Exception):
    """A table of the entry *n* is lost or damaged, and none before it."""

    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.n = n


def _add_segment(register: Register, covered: int, last: int) -> str:
    """Index what comes after the entry *covered*, to *last*. Raises :class:`_TableLost`."""
    named = [one for one in _named(register.entries(event="submission", after=covered)) if one[0] <= last]
    name = _name((covered + 1, last))
    with register.store.writing(name) as file:
        _write_segment(register.store, named, file)
    return name


def _write_segment(store: Store, named: Sequence[tuple[int, str, str]], target: Path) -> None:
    import duckdb

    with store.connect() as db:
        db.execute("CREATE TABLE held (claim VARCHAR, path VARCHAR)")
        db.execute(
            "CREATE TABLE named AS SELECT unnest($1) AS n, unnest($2) AS path",
            [[n for n, _, _ in named], [p for _, p, _ in named]],
        )
        for column in (_CLAIM, _KEY):
            names = [p for _, p, c in named if c == column]
            if names:
                try:
                    db.execute(
                        f"INSERT INTO held SELECT DISTINCT {column}, {_NAME} "  # noqa: S608 - names of ours
                        f"FROM read_parquet($1, filename=true, union_by_name=true) WHERE {column} IS NOT NULL",
                        [[store.at(name) for name in names]],
                    )
                except store.failures_of_duckdb() as error:
                    lost = next((n for n, p, _ in named if not store.is_whole(p)), None)
                    if lost is None:
                        raise
                    raise _TableLost(lost) from error
        quoted = str(target).replace("'", "''")
        try:
            db.execute(
                f"COPY (SELECT claim, n, path FROM held JOIN named USING (path) ORDER BY claim, n) TO '{quoted}' "  # noqa: S608
                "(FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.IOException as error:
            raise cannot_write(target, OSError(str(error))) from None


def _named(entries: Iterable[Written]) -> Iterable[tuple[int, str, str]]:
    """The files that can hold a claim: the entry, the path, the column that has it."""
    for written in entries:
        for file in written.entry.body["files"]:
            if file["kind"] == FINDINGS:
                yield written.n, file["path"], _KEY
            elif file["kind"] in all_kinds() and _CLAIM in all_kinds()[file["kind"]].by_name:
                yield written.n, file["path"], _CLAIM


def _files_with(register: Register, claim: str) -> set[tuple[int, str]]:
    """Entries and files that have a row of *claim*, by the index; those that no index covers are looked into."""
    store = register.store
    segments, covered = _segments(store)
    try:
        out = _indexed(store, segments, claim)
    except store.failures_of_duckdb():
        if all(store.is_whole(_name(one)) for one in segments):
            raise
        _drop_index(store)  # it holds nothing that the tables do not
        update_index(register)
        segments, covered = _segments(store)
        out = _indexed(store, segments, claim)
    for n, path, column in _named(register.entries(event="submission", after=covered)):
        if register.store.rows(path, column, claim):
            out.add((n, path))
    return out


def _indexed(store: Store, segments: Sequence[tuple[int, int]], claim: str) -> set[tuple[int, str]]:
    """Entries and files that have a row of *claim* by *segments* of the index."""
    if not segments:
        return set()
    with store.connect() as db:
        rows = db.execute(
            "SELECT n, path FROM read_parquet($1) WHERE claim = $2",
            [[store.at(_name(one)) for one in segments], claim],
        ).fetchall()
    return set(rows)


def _drop_index(store: Store) -> None:
    for name in store.names(INDEX):
        store.remove(f"{INDEX}/{name}")
