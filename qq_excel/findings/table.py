"""All findings of a run, as columns.

A rule that finds fault with 100,000 rows writes one :class:`Block`: arrays of rows and columns, and figures
that nobody has turned into text yet. Sorting, counting and picking work on the arrays; a :class:`Finding` is
made when somebody asks for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Any, Literal, Protocol, overload

import numpy as np
import numpy.typing as npt

from qq_excel.catalogue import LEVELS
from qq_excel.findings.address import a1
from qq_excel.findings.finding import Finding, Status

Integers = npt.NDArray[np.int64]
By = Literal["file", "sheet", "rule", "level", "status"]
_OPEN: Status = "open"
_EXPLAINED: Status = "explained"


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or a sheet in it; ``order`` (number of the file, number of the table) sorts it among others."""

    file: str
    sheet: str | None
    order: tuple[int, int]


class Values(Protocol):
    """A column of a block: one value per finding, made when it is asked for."""

    def __getitem__(self, n: int, /) -> Any: ...


@dataclass(slots=True)
class Block:
    """What one rule found in one pass. ``row`` has a number per finding, the rest are as long or :class:`Values`.

    ``blamed`` gives for each place the zero-based column and the header of the cell to blame; -1 where the
    sheet lacks it. ``explained`` are the findings that ``reason`` and ``approved_by`` answer.
    """

    rule: str
    level: str
    places: list[Place]
    place: Integers
    row: Integers
    blamed: list[tuple[int, str | None]]
    field: str | None
    value: Values
    keys: Sequence[Values] = ()
    expected: Values | None = None
    figures: Mapping[str, Values] = _field(default_factory=dict)
    #: Per place, the columns of the cells that are shown together with the blamed one.
    related: list[tuple[int, ...]] = _field(default_factory=list)
    explained: npt.NDArray[np.bool_] | None = None
    reason: Values = ()
    approved_by: Values = ()

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, n: int) -> Finding:
        at = int(self.place[n])
        place = self.places[at]
        column, header = self.blamed[at]
        row = int(self.row[n])
        status: Status = _OPEN
        reason = by = None
        if self.explained is not None and self.explained[n]:
            status, reason, by = _EXPLAINED, self.reason[n], self.approved_by[n]
        return Finding(
            rule=self.rule,
            level=self.level,
            file=place.file,
            sheet=place.sheet,
            row=row,
            column=column if column >= 0 else None,
            field=self.field,
            header=header,
            key="/".join(k for v in self.keys if (k := v[n])) or None,
            value=self.value[n] or None,
            expected=None if self.expected is None else self.expected[n],
            figures={name: v[n] for name, v in self.figures.items()},
            related=tuple(a1(row, c) for c in self.related[at]) if self.related else (),
            status=status,
            reason=reason,
            approved_by=by,
            order=place.order,
        )


_Chunk = Block | list[Finding]


class _Names:
    """Words as numbers, in the order in which they came."""

    def __init__(self) -> None:
        self.words: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, word: Any) -> int:
        found = self._numbers.get(word)
        if found is None:
            found = self._numbers[word] = len(self.words)
            self.words.append(word)
        return found

    def get(self, word: Any) -> int:
        return self._numbers.get(word, -1)

    def ranks(self) -> Integers:
        """Each number's place in the alphabet."""
        out = np.zeros(len(self.words), dtype=np.int64)
        out[sorted(range(len(self.words)), key=self.words.__getitem__)] = np.arange(len(self.words))
        return out


class Findings(Sequence[Finding]):
    """Findings in order: file, sheet, row, column, rule, level.

    A sequence of :class:`Finding`; a slice, :meth:`where` and :meth:`of_file` give a part of the same table.
    """

    def __init__(self, findings: Iterable[Finding] = (), blocks: Iterable[Block] = ()) -> None:
        self._chunks: list[_Chunk] = [list(findings), *blocks]
        self._names: dict[str, _Names] = {
            n: _Names() for n in ("place", "file", "sheet", "rule", "level", "status")
        }
        parts = [self._index(c, n) for n, c in enumerate(self._chunks)]
        self._columns: dict[str, Integers] = {
            name: np.concatenate([p[name] for p in parts]).astype(np.int64) for name in parts[0]
        }
        places = self._names["place"].words
        for by, name in (("file", self._names["file"]), ("sheet", self._names["sheet"])):
            codes = np.array([name.number(getattr(p, by)) for p in places], dtype=np.int64)
            self._columns[by] = codes[self._columns["place"]]
        self._take(self._sorted())
        self._by_file: dict[int, Integers] | None = None

    def _index(self, chunk: _Chunk, number: int) -> dict[str, Any]:
        """The columns that findings are sorted and picked by."""
        names = self._names
        size = len(chunk)
        if isinstance(chunk, Block):
            codes = np.array([names["place"].number(p) for p in chunk.places], dtype=np.int64)
            blamed = np.array([c for c, _ in chunk.blamed], dtype=np.int64)
            status = np.full(size, names["status"].number(_OPEN))
            if chunk.explained is not None:
                status[chunk.explained] = names["status"].number(_EXPLAINED)
            own: dict[str, Any] = {
                "place": codes[chunk.place],
                "row": chunk.row,
                "column": blamed[chunk.place],
                "rule": np.full(size, names["rule"].number(chunk.rule)),
                "level": np.full(size, names["level"].number(chunk.level)),
                "status": status,
            }
        else:
            own = {
                "place": [names["place"].number(Place(f.file, f.sheet, f.order)) for f in chunk],
                "row": [-1 if f.row is None else f.row for f in chunk],
                "column": [-1 if f.column is None else f.column for f in chunk],
                "rule": [names["rule"].number(f.rule) for f in chunk],
                "level": [names["level"].number(f.level) for f in chunk],
                "status": [names["status"].number(f.status) for f in chunk],
            }
        return {**own, "chunk": np.full(size, number), "at": np.arange(size)}

    def _sorted(self) -> Integers:
        orders = np.array([p.order for p in self._names["place"].words], dtype=np.int64).reshape(-1, 2)
        c = self._columns
        first, second = orders[c["place"]].T
        rule, level = (self._names[n].ranks()[c[n]] for n in ("rule", "level"))
        return np.lexsort((level, rule, c["column"], c["row"], second, first))

    def _take(self, rows: Any) -> None:
        self._columns = {name: values[rows] for name, values in self._columns.items()}

    def _part(self, rows: Any) -> Findings:
        part = object.__new__(Findings)
        part._chunks, part._names, part._columns, part._by_file = (
            self._chunks,
            self._names,
            self._columns,
            None,
        )
        part._take(rows)
        return part

    # --- one by one -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._columns["at"])

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Findings: ...
    def __getitem__(self, index: int | slice) -> Finding | Findings:
        if isinstance(index, slice):
            return self if index.indices(len(self)) == (0, len(self), 1) else self._part(index)
        found: Finding = self._chunks[int(self._columns["chunk"][index])][int(self._columns["at"][index])]
        return found

    def __iter__(self) -> Iterator[Finding]:
        chunks = self._chunks
        for chunk, at in zip(self._columns["chunk"].tolist(), self._columns["at"].tolist(), strict=True):
            yield chunks[chunk][at]

    # --- as columns, no finding made --------------------------------------------------------------

    @property
    def rows(self) -> Integers:
        """The zero-based row of each; -1 for a finding on a sheet or file."""
        return self._columns["row"]

    @property
    def columns(self) -> Integers:
        """The zero-based column of each; -1 for a finding on a row, sheet or file."""
        return self._columns["column"]

    def each(self, by: By) -> list[Any]:
        """The *by* of each."""
        words = self._names[by].words
        return [words[n] for n in self._columns[by].tolist()]

    # --- counted and picked, no finding made ------------------------------------------------------

    def tally(self, *by: By) -> dict[tuple[Any, ...], int]:
        """How many there are of each combination of *by*, in the order in which each comes first."""
        if not len(self):
            return {}
        sizes = [max(len(self._names[b].words), 1) for b in by]
        code = np.zeros(len(self), dtype=np.int64)
        for name, size in zip(by, sizes, strict=True):
            code = code * size + self._columns[name]
        out: dict[tuple[Any, ...], int] = {}
        for one, count in Counter(code.tolist()).items():
            rest, words = one, []
            for name, size in zip(reversed(by), reversed(sizes), strict=True):
                rest, number = divmod(rest, size)
                words.append(self._names[name].words[number])
            out[tuple(reversed(words))] = count
        return out

    def counts(self) -> dict[str, int]:
        """Open findings by level (every level is there)."""
        found = self.tally("level", "status")
        return {level: found.get((level, _OPEN), 0) for level in LEVELS}

    @property
    def blocked(self) -> set[str]:
        """The files that an open error keeps from being accepted."""
        return {
            f for f, level, status in self.tally("file", "level", "status") if (level, status) == ("E", _OPEN)
        }

    def where(self, **one_of: str | Iterable[str | None] | None) -> Findings:
        """Those whose ``file``, ``sheet``, ``rule``, ``level`` or ``status`` is the one given, or among them."""
        keep = np.ones(len(self), dtype=bool)
        for name, wanted in one_of.items():
            words = [wanted] if wanted is None or isinstance(wanted, str) else list(wanted)
            numbers = [self._names[name].get(w) for w in words]
            keep &= np.isin(self._columns[name], numbers)
        return self._part(keep)

    def of_file(self, file: str) -> Findings:
        """The findings of one file. Grouped once, however many files are asked for."""
        if self._by_file is None:
            codes = self._columns["file"]
            order = np.argsort(codes, kind="stable")
            edges = np.flatnonzero(np.diff(codes[order])) + 1
            groups = np.split(order, edges) if len(order) else []
            self._by_file = {int(codes[g[0]]): g for g in groups}
        return self._part(self._by_file.get(self._names["file"].get(file), np.zeros(0, dtype=np.int64)))

    def followed_by(self, more: Sequence[Finding]) -> Findings:
        """The same table with *more* after all others (their ``order`` says so)."""
        part = self._part(slice(None))
        if more:
            own = self._index(list(more), len(self._chunks))
            own["file"] = [self._names["file"].number(f.file) for f in more]
            own["sheet"] = [self._names["sheet"].number(f.sheet) for f in more]
            part._chunks = [*self._chunks, list(more)]
            part._columns = {
                name: np.concatenate([values, np.asarray(own[name], dtype=np.int64)])
                for name, values in part._columns.items()
            }
        return part

    def replaced(self, changes: Mapping[int, Finding]) -> Findings:
        """The same table with others at the given positions: the same places, with a new status or level."""
        part = self._part(slice(None))
        part._chunks = [*self._chunks, list(changes.values())]
        at = np.array(list(changes), dtype=np.int64)
        new: dict[str, Any] = {
            "chunk": len(self._chunks),
            "at": np.arange(len(at)),
            "level": [self._names["level"].number(f.level) for f in changes.values()],
            "status": [self._names["status"].number(f.status) for f in changes.values()],
        }
        for name, values in new.items():
            part._columns[name] = part._columns[name].copy()
            part._columns[name][at] = values
        return part
