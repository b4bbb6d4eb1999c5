"""Rules that judge part of what they are about alone, and the rest against another table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qq_excel.policy import Params
from qq_excel.rules.answer import Unjudged
from qq_excel.rules.mask import Mask
from qq_excel.rules.stack import Stack, missing_partner


def not_handed_in(stack: Stack, params: Params, kind: str, rows: Mask) -> Iterator[Unjudged]:
    """Of *rows*, those whose submission lacks the table *kind*: they cannot be judged against it.

    A rule that needs the table for everything names it in ``partners`` of its YAML instead. A profile that
    does not miss such a table is not told of it.
    """
    if params.policy.misses(kind, stack.kind.kind):
        yield Unjudged(rows & ~stack.beside(kind), missing_partner(kind).why)


def latest(stack: Stack, by: str, date: str, rows: Mask) -> Stack:
    """Of *rows*, per submission and *by* the one with the latest *date*, whatever order they stand in."""
    some = stack.only(rows)
    order = some.keyed([by, date, *(k for k in some.kind.key if k not in (by, date))])
    order["_at"] = np.arange(len(some))
    names = [c for c in order.columns if c != "_at"]
    last = order.sort_values(names, kind="stable", na_position="first").drop_duplicates(
        ["_sub", by], keep="last"
    )["_at"]
    chosen = np.zeros(len(some), dtype=bool)
    chosen[last.to_numpy()] = True
    return some.only(chosen)
