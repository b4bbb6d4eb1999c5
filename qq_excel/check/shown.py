"""Values as a user should see them: cents as yuan in the sheet's unit, dates as 2026-09-30."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel import money
from qq_excel.findings import BLANK
from qq_excel.kinds import FieldType
from qq_excel.language import Text
from qq_excel.rules.answer import Money

#: Characters of a value that a finding shows.
_LONGEST = 500


class Shown:
    """A column's values at some rows, as text; a single value stands for every row.

    Only the values that are asked for become text: a rule may find fault with every row of a ledger.
    """

    def __init__(
        self, value: Any, at: npt.NDArray[np.int64], steps: npt.NDArray[np.int64], type_: FieldType | None
    ) -> None:
        self._cents = isinstance(value, Money) or (
            type_ is FieldType.AMOUNT and not isinstance(value, str | Text)
        )
        if isinstance(value, Money):
            value = value.cents
        self._one: Any = None
        self._many: Any = None
        if isinstance(value, pd.Series):
            self._many = value.iloc[at]
        elif isinstance(value, np.ndarray):
            self._many = value[at].astype("datetime64[s]") if value.dtype.kind == "M" else value[at]
        elif isinstance(value, list | tuple):
            self._many = np.fromiter((value[i] for i in at), dtype=object, count=len(at))
        else:
            self._one = value
        self._steps = steps

    @cached_property
    def _values(self) -> list[Any]:
        values: list[Any] = self._many.tolist()
        return values

    def __getitem__(self, n: int) -> Any:
        value = self._one if self._many is None else self._values[n]
        return show(value, int(self._steps[n]), self._cents)


class Figure(Shown):
    """The same as a figure of a message, which says so where a cell is blank; a single value is what the rule means."""

    def __getitem__(self, n: int) -> Any:
        value = super().__getitem__(n)
        return value if self._many is None else value or BLANK


def show(value: Any, step: int = 1, cents: bool = False) -> Any:
    """One value as text: cents as yuan in the sheet's unit, dates as 2026-09-30, no needless decimals."""
    if isinstance(value, Text):
        return value
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN
        return ""
    if cents and isinstance(value, int | float):
        return money.yuan(int(value), step)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if (value.hour, value.minute) == (0, 0) else value.isoformat(" ")
    if isinstance(value, float):
        return f"{value:.10g}"
    return clipped(str(value))


def clipped(text: str) -> str:
    """*text* as a finding shows it: a cell may hold 32,767 characters, and each finding has its own."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
