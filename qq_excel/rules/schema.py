"""Kinds and rules as pandera schemas: what an auditor can read, and run by himself.

``frame_schema("receivables", day, params)`` is a plain :class:`pandera.DataFrameSchema`; ``validate(lazy=True)``
on a typed frame fails on the same rows that :mod:`qq_excel.check` reports. The check itself runs pandera's
checks one by one and keeps each one's row mask, because pandera's own failure table repeats a failed row
once per column and drops the blank cells that caused the failure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from qq_excel.catalogue import RuleSpec, all_rules
from qq_excel.kinds import Field, FieldType, Kind
from qq_excel.policy import Params
from qq_excel.rules import registry
from qq_excel.rules.answer import Answer, Flagged
from qq_excel.rules.mask import true
from qq_excel.rules.stack import Source, Stack

DTYPES: dict[FieldType, str] = {
    FieldType.AMOUNT: "Int64",
    FieldType.INT: "Int64",
    FieldType.QTY: "float64",
    FieldType.RATIO: "float64",
    FieldType.NUMBER: "float64",
    FieldType.DATE: "datetime64[s]",
}


#: What each row rule answered, by id.
Answers = dict[str, list[Answer]]


def dtype_of(field: Field) -> str:
    """The pandas dtype of a field's column; ``str`` for every kind of text."""
    return DTYPES.get(field.type, "str")


def _check(function: Callable[..., pd.Series[bool]], spec: RuleSpec, **facts: Any) -> pa.Check:
    """A rule as a pandera check; its statistics are all that *function* needs besides the values."""
    facts = {"rule": spec.id, **facts}
    return pa.Check(function, error=f"{spec.id} {spec.title.zh}", ignore_na=False, statistics=facts, **facts)


def mask(check: pa.Check, values: Any) -> pd.Series[bool]:
    """The rows that pass *check*, which :func:`stack_schema` made: what pandera's own call gives.

    That call loads pandera's strategies for test data first, and with them hypothesis and pytest where these are installed,
    which takes longer than to check a small workbook.
    """
    function = qq_column if check.name == qq_column.__name__ else qq_rows
    return function(values, **check.statistics)  # type: ignore[arg-type]


def qq_column(column: pd.Series[Any], *, rule: str, field: Field, params: Params) -> pd.Series[bool]:
    """A column rule of the catalogue (``on: column``) as a pandera check."""
    bad = registry.load()[rule](field, column, params)
    mask = np.zeros(len(column), dtype=bool) if bad is None else true(bad)
    return pd.Series(~mask, index=column.index)


def answers(function: Callable[..., Any], stack: Stack, params: Params) -> list[Answer]:
    """What a row rule answers, as a list."""
    answer = function(stack, params)
    return [answer] if isinstance(answer, Answer) else list(answer or ())


def qq_rows(
    frame: pd.DataFrame, *, rule: str, stack: Stack, params: Params, into: Answers
) -> pd.Series[bool]:
    """A row rule of the catalogue as a pandera check; *into* keeps the figures for its message."""
    if len(frame) != len(stack):
        stack = _alone(stack.kind, frame, stack.day)
    found = into[rule] = answers(registry.load()[rule], stack, params)
    bad = np.zeros(len(frame), dtype=bool)
    for answer in found:
        if isinstance(answer, Flagged):
            bad |= true(answer.bad)
    return pd.Series(~bad, index=frame.index, dtype=bool)


def column_rules(params: Params) -> list[RuleSpec]:
    """The rules on single columns that this policy asks."""
    return [
        s for s in all_rules().values() if s.on == "column" and s.id in registry.load() and asked(s, params)
    ]


def row_rules(kind: Kind, params: Params) -> list[RuleSpec]:
    """The rules on rows of *kind* that this policy asks."""
    return [
        s
        for s in all_rules().values()
        if (s.on == "rows" or kind.kind in s.kinds) and s.id in registry.load() and asked(s, params)
    ]


def asked(spec: RuleSpec, params: Params) -> bool:
    """Whether the policy asks this rule."""
    return spec.id not in params.policy.off and spec.status != "deprecated"


def _alone(kind: Kind, frame: pd.DataFrame, day: dt.date | None) -> Stack:
    from qq_excel.reading.columns import Columns
    from qq_excel.reading.model import Table

    columns = {f.name: i for i, f in enumerate(kind.fields)}
    table = Table(
        kind=kind, sheet=kind.sheet, data=Columns(None, frame.reset_index(drop=True)), rows=np.arange(1, len(frame) + 1),
        header_row=0, columns=columns, headers={f.name: f.header for f in kind.fields}, head={},
    )  # fmt: skip
    return Stack.of(kind, [Source(table, kind.kind, 0, (0, 0))], day)


def stack_schema(stack: Stack, params: Params, into: Answers) -> pa.DataFrameSchema:
    """The pandera schema of a stack: a column per field with its checks, and the row rules."""
    cells = column_rules(params)
    columns = {
        f.name: pa.Column(
            dtype_of(f),
            nullable=True,
            checks=[_check(qq_column, s, field=f, params=params) for s in cells],
        )
        for f in stack.kind.fields
    }
    rows = [
        _check(qq_rows, s, stack=stack, params=params, into=into)
        for s in row_rules(stack.kind, params)
        if not s.partners and not s.previous
    ]
    return pa.DataFrameSchema(columns, checks=rows, name=stack.kind.kind)


def frame_schema(kind: Kind, day: dt.date | None, params: Params) -> pa.DataFrameSchema:
    """The pandera schema of a kind, for use without this program's own check.

    Rules that need another table, or the previous period's, are not in it.
    """
    empty = pd.DataFrame({f.name: pd.Series(dtype=dtype_of(f)) for f in kind.fields})
    return stack_schema(_alone(kind, empty, day), params, {})
