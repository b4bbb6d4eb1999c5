"""Tables of one kind on top of each other, from one submission or from hundreds.

A rule judges a whole stack at once. Rows of different submissions never see each other: whatever joins,
counts or adds up does so within a submission.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.kinds import Kind
from qq_excel.language import Text
from qq_excel.policy import CannotJudge
from qq_excel.reading.columns import Columns
from qq_excel.reading.model import Table
from qq_excel.rules.mask import Mask, true


@dataclass(slots=True)
class Source:
    """Where a table of a stack came from."""

    table: Table
    file: str
    submission: int
    order: tuple[int, int]


@dataclass(repr=False)
class Stack:
    """Rows of one kind with the same as-of date.

    ``frame`` has the kind's fields (types as in :class:`~qq_excel.reading.model.Table`); ``source[i]`` is
    the index in ``sources`` of row i's table, ``submission[i]`` its submission, ``position[i]`` its row in
    that table. ``partners`` are the stacks of the other kinds; ``last`` those of the period before, by unit
    (None: none were given), ``earlier`` what the same unit had handed in for the same period.
    """

    kind: Kind
    frame: pd.DataFrame
    sources: list[Source]
    source: npt.NDArray[np.int64]
    submission: npt.NDArray[np.int64]
    position: npt.NDArray[np.int64]
    day: dt.date | None
    partners: Mapping[str, Stack] = field(default_factory=dict)
    last: Mapping[str, Stack] | None = None
    earlier: Mapping[str, Stack] = field(default_factory=dict)
    _memo: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: Kind, sources: Sequence[Source], day: dt.date | None) -> Stack:
        """Stack the tables of *sources* (one kind, one as-of date)."""
        lengths = [len(s.table.data) for s in sources]
        return cls(
            kind=kind,
            frame=Columns.stacked([s.table.data for s in sources]).frame,
            sources=list(sources),
            source=np.repeat(np.arange(len(sources)), lengths),
            submission=np.repeat([s.submission for s in sources], lengths).astype(np.int64),
            position=np.concatenate([np.arange(n) for n in lengths]) if lengths else np.zeros(0, np.int64),
            day=day,
        )

    def __repr__(self) -> str:
        """Short: pandera formats what its checks are given, and a frame printed per rule took longer than the rules."""
        return f"Stack({self.kind.kind}, {len(self)} rows, {self.day})"

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, name: str) -> pd.Series[Any]:
        return self.frame[name]

    @property
    def as_of(self) -> dt.date:
        """截止日期 of the workbooks; :class:`CannotJudge` when none was given."""
        if self.day is None:
            raise CannotJudge(
                Text(
                    "没有截止日期，请在表头填写“截止日期”或用 --as-of 指定",
                    "there is no as-of date; fill in 截止日期 above the table or give --as-of",
                )
            )
        return self.day

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Per row, its zero-based row in the sheet."""

        def made() -> npt.NDArray[np.int64]:
            starts = np.cumsum([0, *(len(s.table.rows) for s in self.sources)])
            every = np.concatenate([s.table.rows for s in self.sources]).astype(np.int64)
            return np.asarray(every[starts[self.source] + self.position])

        rows: npt.NDArray[np.int64] = self.memo("rows", made)
        return rows

    @property
    def step(self) -> npt.NDArray[np.int64]:
        """Per row, the cents that 0.01 of the sheet's money unit is worth."""
        return np.array([s.table.step for s in self.sources], dtype=np.int64)[self.source]

    def memo(self, name: str, make: Any) -> Any:
        """*make()* once per stack: what several rules need is computed once."""
        if name not in self._memo:
            self._memo[name] = make()
        return self._memo[name]

    def per_table(self, value: Any) -> npt.NDArray[Any]:
        """A value per table (``value(table)``) as a value per row."""
        return np.array([value(s.table) for s in self.sources], dtype=object)[self.source]

    def blank(self, name: str) -> Mask:
        """Rows whose cell of *name* is blank. Zero is not blank."""

        def made() -> Mask:
            column = self.frame[name]
            empty = column.isna()
            if isinstance(column.dtype, pd.StringDtype):
                empty = empty | (column == "").fillna(True)
            mask = true(empty)
            mask.flags.writeable = False
            return mask

        blank: Mask = self.memo(f"blank:{name}", made)
        return blank

    def filled(self, name: str) -> Mask:
        """Rows whose cell of *name* is not blank."""
        return ~self.blank(name)

    def has(self, name: str) -> Mask:
        """Rows whose table has the column *name* at all."""
        return np.array([name in s.table.columns for s in self.sources], dtype=bool)[self.source]

    def differs(self, left: Any, right: Any, other_step: Any = 1) -> Mask:
        """Rows whose two amounts (cents) differ by 0.01 or more of the sheet's unit.

        *other_step* is the step of the other sheet where the two come from different ones.
        """
        left = self.frame[left] if isinstance(left, str) else left
        gap = (left - right).abs()
        return true(gap >= np.maximum(self.step, other_step))

    def is_one_of(self, name: str, values: Sequence[str]) -> Mask:
        """Rows whose *name* is one of *values*."""
        return true(self.frame[name].isin(list(values)))

    def keyed(self, fields: Sequence[str]) -> pd.DataFrame:
        """*fields* with the submission in front: what rows are told apart by."""
        out = self.frame[list(fields)].copy()
        out.insert(0, "_sub", self.submission)
        return out

    def repeated(self, fields: Sequence[str]) -> Mask:
        """Rows whose (non-blank) *fields* stand in another row of the submission too."""
        twice = true(self.keyed(fields).duplicated(keep=False))
        for name in fields:
            twice = twice & self.filled(name)
        return twice

    def summed(self, name: str | pd.Series[Any], by: Sequence[str]) -> pd.Series[Any]:
        """The sum of *name* over all rows of the submission with the same *by*, at each row."""
        values = self.frame[name] if isinstance(name, str) else name
        keys = self.keyed(by)
        return values.groupby([keys[c] for c in keys], dropna=False).transform("sum")

    def handed_in(self, kind: str) -> set[int]:
        """The submissions that have a table of another kind."""
        other = self.partners.get(kind)
        sources = other.sources if other is not None else []
        found: set[int] = self.memo(f"handed_in:{kind}", lambda: {s.submission for s in sources})
        return found

    def beside(self, kind: str) -> Mask:
        """Rows whose submission has a table of another kind too."""
        return np.isin(self.submission, list(self.handed_in(kind)))

    def only(self, rows: Mask) -> Stack:
        """The same stack with some of its rows."""
        return replace(
            self,
            frame=self.frame[rows].reset_index(drop=True),
            source=self.source[rows],
            submission=self.submission[rows],
            position=self.position[rows],
            _memo={},
        )

    def with_column(self, name: str, values: Any) -> Stack:
        """The same stack with the column *name* replaced, to be looked up by another."""
        return replace(self, frame=self.frame.assign(**{name: values}), _memo={})

    def total_of(self, other: Stack, values: Any, on: Mapping[str, str]) -> npt.NDArray[np.float64]:
        """For each row, the sum of *values* (one per row of *other*) over the rows of *other* that match.

        Matching is as in :meth:`look_up`; 0 where nothing matches. Whole cents stay exact.
        """
        mine, theirs = self._codes(other, on)
        worth = np.asarray(pd.Series(values).to_numpy(dtype="float64", na_value=0.0))
        keyed = theirs >= 0
        sums = np.bincount(theirs[keyed], weights=worth[keyed], minlength=int(mine.max(initial=0)) + 1)
        return np.where(mine >= 0, sums[mine], 0.0)

    def partner(self, kind: str) -> Stack:
        """The stack of another kind; :class:`CannotJudge` when none was handed in."""
        found = self.partners.get(kind)
        if found is None:
            raise missing_partner(kind)
        return found

    def previous(self, kind: str) -> Stack:
        """The previous period's stack of a kind, its rows numbered by the submissions of the same units.

        :class:`CannotJudge` when no unit of this run had handed one in.
        """
        found = (self.last or {}).get(kind)
        if found is None:
            raise missing_previous(kind)
        return found

    def known_before(self, kind: str) -> set[int]:
        """The submissions whose unit has a previous table of *kind*."""
        before = (self.last or {}).get(kind)
        sources = before.sources if before is not None else []
        found: set[int] = self.memo(f"known_before:{kind}", lambda: {s.submission for s in sources})
        return found

    def look_up(self, other: Stack, on: Mapping[str, str], take: Sequence[str]) -> pd.DataFrame:
        """For each row, the first row of *other* in the same submission whose fields match.

        *on* maps own fields to the other's. The answer has the columns *take*, ``_found`` (bool) and
        ``_step`` (the other sheet's step), aligned to this stack's rows; blank keys match nothing.
        """
        at = self._matches(other, on)
        # what is not there stands at -1, a label that no row has
        out = other.frame[list(take)].reindex(at)
        out.index = self.frame.index
        out["_found"] = at >= 0
        out["_step"] = np.where(at >= 0, other.step[at] if len(other) else 1, 1)
        return out

    def _matches(self, other: Stack, on: Mapping[str, str]) -> npt.NDArray[np.int64]:
        """The row of *other* that :meth:`look_up` takes for each row; -1 where there is none."""
        mine, theirs = self._codes(other, on)
        first = np.full(max(mine.max(initial=0), theirs.max(initial=0)) + 1, -1, dtype=np.int64)
        back = np.flatnonzero(theirs >= 0)[::-1]
        first[theirs[back]] = back  # of several the topmost is written last
        return np.where(mine >= 0, first[mine], -1)

    def _codes(
        self, other: Stack, on: Mapping[str, str]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """A number per key, the same in this stack and in *other*: submission and fields; -1 for a blank one."""
        code = np.concatenate([self.submission, other.submission]).astype(np.int64)
        for own, their in on.items():
            both = pd.concat([self.frame[own], other.frame[their]], ignore_index=True)
            value, distinct = pd.factorize(both)
            joined = code * max(len(distinct), 1) + value
            joined = np.where((code < 0) | (value < 0), -1, joined)
            # numbered anew, so that the next field cannot make it overflow
            known, numbers = np.unique(joined, return_inverse=True)
            code = numbers - int(len(known) > 0 and known[0] == -1)
        return code[: len(self)], code[len(self) :]


def missing_previous(kind: str) -> CannotJudge:
    """The reason when the unit's table of the previous period was not given."""
    from qq_excel.kinds import get_kind

    title = get_kind(kind).title
    return CannotJudge(
        Text(
            f"上期资料（--previous）中没有该单位的《{title.zh}》",
            f"the previous period's workbooks (--previous) have no table '{title.en}' of this unit",
        )
    )


def missing_partner(kind: str) -> CannotJudge:
    """The reason when a partner table was not handed in."""
    from qq_excel.kinds import get_kind

    title = get_kind(kind).title
    return CannotJudge(
        Text(
            f"没有交来《{title.zh}》，请一并提交", f"the table '{title.en}' was not handed in; submit it too"
        )
    )
