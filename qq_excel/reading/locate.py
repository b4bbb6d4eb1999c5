"""Find the table on a sheet: which kind, which row has the headers, which column is which field.

Staff use their own sheets: title rows above, two-row headers, columns in another order, synonyms. A sheet is
recognised by its headers, and by the template's defined name where there is one.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from qq_excel.kinds import Kind, all_kinds
from qq_excel.reading.headblock import head_block
from qq_excel.reading.headers import LINK, bare, normal
from qq_excel.reading.mapping import Found, fitting
from qq_excel.reading.model import Area, Grid, HeadEntry

HEAD_ROWS = 60
#: Share of the required headers that a sheet must have to be taken for a kind.
ENOUGH = 0.6


@dataclass(slots=True)
class Located:
    """A recognised table: where its headers stand and which column is which field."""

    kind: Kind
    header_row: int
    columns: dict[str, int]
    headers: dict[str, str]
    unknown: dict[int, str]
    doubles: list[tuple[str, int, int]]
    missing: list[tuple[str, str | None]]
    head: dict[str, HeadEntry]
    #: Money unit named in the headers, e.g. 账面余额(万元), in their group or in a title above, if it is one.
    header_unit: str | None = None
    #: The same by field, where its own header or its group names one.
    units: dict[str, str] = field(default_factory=dict)
    #: The mapping file by which it was recognised, if it was not by its names.
    mapping: Found | None = None


@dataclass(slots=True)
class NotLocated:
    """The kind that comes nearest and the required headers that it lacks."""

    kind: Kind | None = None
    score: float = 0.0
    lacks: list[str] = field(default_factory=list)


#: Claims of the kinds seen, by identity: to hash a kind takes longer than to match a row.
_CLAIMS: dict[int, tuple[Kind, dict[str, str]]] = {}


def _claims(kind: Kind) -> dict[str, str]:
    """Normalised header or synonym -> field."""
    known = _CLAIMS.get(id(kind))
    if known is not None and known[0] is kind:
        return known[1]
    out: dict[str, str] = {}
    for f in kind.fields:
        for name in (f.header, *f.synonyms, f.en):
            out.setdefault(normal(name), f.name)
    _CLAIMS[id(kind)] = (kind, out)
    return out


def locate(grid: Grid, mappings: Sequence[Found] = (), start: int = 0) -> Located | NotLocated:
    """Recognise the first table of *grid* from row *start* on, or say which kind comes nearest.

    A sheet of our own template is known by its mark, by a mapping only where its columns were renamed beyond what is
    known; else a mapping that fits counts more than the names.
    """
    # headers mostly stand near the top: few rows decide, and to parse the others takes longer than all the rest
    for many in _EARLY_LOOKS:
        early = _locate(grid, grid.head(start + many), mappings, start, early=True)
        if early is not None:
            return early
    located = _locate(grid, grid.head(start + HEAD_ROWS), mappings, start, early=False)
    assert located is not None  # noqa: S101 - only an early look may come to nothing
    return located


def _locate(
    grid: Grid, rows: list[list[Any]], mappings: Sequence[Found], start: int, *, early: bool
) -> Located | NotLocated | None:
    """:func:`locate` in *rows*; an *early* look gives None where further rows could change the outcome."""
    filled = fill_merges(rows, grid.merges)
    marked = all_kinds().get(grid.marks.get("kind", ""))
    if mappings and marked is None:
        by_mapping = _by_mapping(grid, rows, filled, mappings, start)
        if by_mapping is not None:
            return by_mapping
        if early:
            return None
    best, decided = _best(rows, filled, marked, start)
    if early and not decided:
        return None
    if best is None:
        return NotLocated(marked)
    kind = best.kind
    if marked and mappings and best.score < 1:  # a required column is not known by its name
        by_mapping = _by_mapping(
            grid, rows, filled, [m for m in mappings if m.mapping.kind == kind.kind], start
        )
        if by_mapping is not None:
            return by_mapping
        if early:
            return None
    if best.score < ENOUGH and not (marked and best.score > 0.2):
        hits = _match(kind, best.headers)
        lacks = [kind[f].header for f in kind.required if f not in hits]
        return NotLocated(kind, best.score, lacks)
    return _located(kind, best.row, best.depth, best.headers, rows, filled, grid.merges, _claims(kind), start)


def _best(
    rows: list[list[Any]], filled: list[list[Any]], marked: Kind | None, start: int
) -> tuple[_Match | None, bool]:
    """The row that fits a kind best (*marked*, else any), and whether no row further down could fit better."""
    best: _Match | None = None
    decided = False
    for number in range(start, len(rows)):
        texts = [v for v in rows[number] if isinstance(v, str) and v.strip()]
        if len(texts) < 2:
            continue
        if best is not None and best.score >= ENOUGH and number > best.row + _HEADER_ROWS:
            decided = True
            break  # headers that stand further down are of another table
        for depth, headers in _readings(filled, rows, number):
            of_kind = _hits(headers)
            for kind in [marked] if marked else all_kinds().values():
                if hits := of_kind.get(kind.kind):
                    match = _Match.of(kind, number, depth, headers, hits)
                    if best is None or match.score > best.score:
                        best = match
    return best, decided


#: Rows that early looks take: those of a plain list, of our own templates, of a longer head block.
_EARLY_LOOKS = (8, 12, 16)
#: A header has at most this many rows below its first that could be taken for one.
_HEADER_ROWS = 3


@dataclass(frozen=True, slots=True)
class _Match:
    """How well a row fits a kind as its headers."""

    kind: Kind
    row: int
    depth: int
    headers: list[str]
    score: float

    @classmethod
    def of(cls, kind: Kind, row: int, depth: int, headers: list[str], hits: dict[str, int]) -> _Match:
        share = sum(1 for f in kind.required if f in hits) / max(1, len(kind.required))
        return cls(kind, row, depth, headers, share + len(hits) / 1000 - depth / 1e6)


@cache
def header_words() -> frozenset[str]:
    """Every header and synonym as the kinds write them: a cell that is one may stand in a header row."""
    return frozenset(w for k in all_kinds().values() for f in k.fields for w in (f.header, *f.synonyms))


@cache
def normal_words() -> frozenset[str]:
    """The same, normalised, in both languages."""
    return frozenset(h for k in all_kinds().values() for h in _claims(k))


def _by_mapping(
    grid: Grid, rows: list[list[Any]], filled: list[list[Any]], mappings: Sequence[Found], start: int
) -> Located | None:
    for number in range(start, len(rows)):
        if sum(1 for v in rows[number] if isinstance(v, str) and v.strip()) < 2:
            continue
        for depth, headers in _readings(filled, rows, number):
            found = fitting(mappings, headers)
            if found is None:
                continue
            mapping = found.mapping
            kind = all_kinds()[mapping.kind]
            # a field that is mapped is that column only; the others are known by their names as ever
            claims = {h: f for h, f in _claims(kind).items() if f not in mapping.columns}
            claims |= {h: fields[0] for h, fields in mapping.headers.items()}
            located = _located(kind, number, depth, headers, rows, filled, grid.merges, claims, start)
            located.mapping = found
            if mapping.unit and "unit" not in located.head:
                located.head["unit"] = HeadEntry("unit", mapping.unit, mapping.unit, -1, -1)
            return located
    return None


def _readings(filled: list[list[Any]], rows: list[list[Any]], number: int) -> list[tuple[int, list[str]]]:
    """The row as headers; and, as the lower row of a two-row header, alone and joined with its group."""
    lower = [normal(v) for v in rows[number]]
    out = [(0, lower)]
    if number > 0 and any(isinstance(v, str) for v in rows[number - 1]):
        above = filled[number - 1]
        size = max(len(above), len(lower))
        upper = [normal(above[i]) if i < len(above) else "" for i in range(size)]
        below = [normal(filled[number][i]) if i < len(filled[number]) else "" for i in range(size)]
        either = [b if b and b != u else u for u, b in zip(upper, below, strict=True)]
        joined = [u + b if b and u and b != u else b or u for u, b in zip(upper, below, strict=True)]
        out += [(1, either), (1, joined)]
    return out


@cache
def _fields_by_word() -> dict[str, dict[str, str]]:
    """Normalised header or synonym -> kind -> field."""
    out: dict[str, dict[str, str]] = {}
    for kind in all_kinds().values():
        for word, name in _claims(kind).items():
            out.setdefault(word, {})[kind.kind] = name
    return out


def _hits(headers: list[str]) -> dict[str, dict[str, int]]:
    """What :func:`_match` gives for each kind that knows any of the headers."""
    words = _fields_by_word()
    out: dict[str, dict[str, int]] = {}
    for column, header in enumerate(headers):
        if not header:
            continue
        plain = bare(header)[0]
        if plain in words or header in words:
            for kind, name in {**words.get(plain, {}), **words.get(header, {})}.items():
                out.setdefault(kind, {}).setdefault(name, column)
    return out


def _match(kind: Kind, headers: list[str]) -> dict[str, int]:
    claims = _claims(kind)
    out: dict[str, int] = {}
    for column, header in enumerate(headers):
        name = claims.get(header) or claims.get(bare(header)[0])
        if name:
            out.setdefault(name, column)
    return out


@dataclass(slots=True)
class _Given:
    """Which columns were given to which fields so far, from left to right."""

    columns: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)
    doubles: list[tuple[str, int, int]] = field(default_factory=list)
    #: Fields whose column has the fixed header and no synonym.
    own: set[str] = field(default_factory=set)

    def give(self, name: str, column: int, header: str, *, own: bool) -> None:
        """Give *column* to a field. Where it has one, the fixed header beats a synonym; two that are alike are a double."""
        if name in self.columns:
            if own == (name in self.own):
                self.doubles.append((name, self.columns[name], column))
                return
            if not own:
                self.unknown[column] = header
                return
            self.unknown[self.columns[name]] = self.headers[name]
        self.columns[name], self.headers[name] = column, header
        if own:
            self.own.add(name)


def _located(
    kind: Kind,
    number: int,
    depth: int,
    headers: list[str],
    rows: list[list[Any]],
    filled: list[list[Any]],
    merges: list[Area],
    claims: dict[str, str],
    start: int,
) -> Located:
    given = _Given()
    units: dict[str, str] = {}
    groups = filled[number - 1] if number > start else []
    for column, header in enumerate(headers):
        plain, unit = bare(header)
        name = claims.get(header) or claims.get(plain)
        if not header or (name is None and header.startswith(LINK)):
            continue
        written = rows[number][column] if column < len(rows[number]) else None
        text = (written if isinstance(written, str) else header).strip()
        if name is None:
            given.unknown[column] = text
            continue
        if name not in given.columns:
            unit = unit or (bare(normal(groups[column]))[1] if column < len(groups) else None)
            if unit:
                units[name] = unit
        given.give(name, column, text, own=plain == normal(kind[name].header))
    # headers merged over further rows: the data begin below them
    last = max(
        (
            m.bottom
            for m in merges
            if m.top <= number < m.bottom <= number + 3 and m.left in given.columns.values()
        ),
        default=number,
    )
    head = head_block(rows[: number - depth], merges, start)
    named = set(units.values()) or {
        unit for row in rows[start:number] for v in row if (unit := bare(normal(v))[1])
    }
    header_unit = named.pop() if len(named) == 1 else None
    return Located(
        kind,
        last,
        given.columns,
        given.headers,
        given.unknown,
        given.doubles,
        _missing(kind, given),
        head,
        header_unit,
        units,
    )


def _missing(kind: Kind, given: _Given) -> list[tuple[str, str | None]]:
    """Required fields without a column, each with the unknown header that is most like its own, if one is."""
    out = []
    for name in kind.required:
        if name not in given.columns:
            near = difflib.get_close_matches(kind[name].header, list(given.unknown.values()), n=1, cutoff=0.5)
            out.append((name, near[0] if near else None))
    return out


def fill_merges(rows: list[list[Any]], merges: list[Area]) -> list[list[Any]]:
    """*rows* with the value of a merged range in each of its cells."""
    filled = [list(r) for r in rows]
    for area in merges:
        if area.top >= len(rows):
            continue
        source = rows[area.top]
        value = source[area.left] if area.left < len(source) else None
        for row in range(area.top, min(area.bottom, len(rows) - 1) + 1):
            right = min(area.right, 500)
            filled[row].extend([None] * (right + 1 - len(filled[row])))
            for column in range(area.left, right + 1):
                filled[row][column] = value
    return filled
