"""The worksheet functions that schemas may use in formulas, with Excel's coercions and error values."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

import numpy as np

from qq_excel.policy import calendar

_EPOCH = dt.date(1899, 12, 30)


class Blank:
    """An empty cell: 0 in sums, "" in comparisons with text."""


Value = float | str | bool | Blank
Later = Callable[[], Value]


class CellFault(Exception):
    """An error value."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Unknown(Exception):
    """Something that is not understood here; Excel works it out when it opens the file."""


def plain(value: Any) -> Value:
    """A row's value as a cell holds it."""
    if value is None or value == "":
        return Blank()
    if isinstance(value, bool | str):
        return value
    if isinstance(value, dt.datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return float((value.date() - _EPOCH).days) + seconds / 86_400
    if isinstance(value, dt.date):
        return float((value - _EPOCH).days)
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86_400
    return float(value)


def number(value: Value) -> float:
    """*value* where arithmetic needs a number."""
    if isinstance(value, Blank):
        return 0.0
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise CellFault("#VALUE!") from None
    return float(value)


def text(value: Value) -> str:
    """*value* where a text is needed."""
    if isinstance(value, Blank):
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    return str(int(value)) if value == int(value) else f"{value:.15g}"


def compare(mark: str, left: Value, right: Value) -> bool:
    """Excel's comparison: numbers before texts before truth values; texts without case."""
    a, b = _ranked(left, right), _ranked(right, left)
    return bool(_COMPARE[mark](a, b))


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt,
    ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def _ranked(value: Value, other: Value) -> tuple[int, Any]:
    if isinstance(value, Blank):
        if isinstance(other, bool):
            return 2, False
        return (1, "") if isinstance(other, str) else (0, 0.0)
    if isinstance(value, bool):
        return 2, value
    return (1, value.casefold()) if isinstance(value, str) else (0, value)


def truth(value: Value) -> bool:
    """*value* as a condition."""
    if isinstance(value, str):
        raise CellFault("#VALUE!")
    return bool(number(value))


def call(name: str, arguments: Sequence[Later]) -> Value:
    """Call a worksheet function; arguments are worked out when they are needed."""
    if name in _LAZY:
        return _LAZY[name](arguments)
    if name not in _FUNCTIONS:
        raise Unknown(name)
    return _FUNCTIONS[name](*[a() for a in arguments])


def _if(arguments: Sequence[Later]) -> Value:
    if truth(arguments[0]()):
        return arguments[1]()
    return arguments[2]() if len(arguments) > 2 else False


def _ifs(arguments: Sequence[Later]) -> Value:
    for condition, value in zip(arguments[::2], arguments[1::2], strict=True):
        if truth(condition()):
            return value()
    raise CellFault("#N/A")


def _iferror(arguments: Sequence[Later]) -> Value:
    try:
        return arguments[0]()
    except CellFault:
        return arguments[1]()


def _iserror(arguments: Sequence[Later]) -> Value:
    try:
        arguments[0]()
    except CellFault:
        return True
    return False


def _truths(values: Sequence[Value]) -> list[bool]:
    """Blank cells and texts do not count in AND and OR."""
    return [truth(v) for v in values if not isinstance(v, Blank | str)]


def _numbers(values: Sequence[Value]) -> list[float]:
    """Only numbers count in SUM, MAX and MIN of cells."""
    return [float(v) for v in values if not isinstance(v, Blank | str | bool)]


def _round(value: Value, places: Value, how: str) -> float:
    step = Decimal(1).scaleb(-int(number(places)))
    return float(Decimal(repr(number(value))).quantize(step, rounding=how))


def _moved(day: dt.date, months: int) -> int:
    """The day number of *day* moved by *months*."""
    return int((calendar.add_months(day, months) - np.datetime64(_EPOCH)).astype(np.int64))


def _date(year: Value, month: Value, day: Value) -> float:
    months = (int(number(year)) - 1970) * 12 + int(number(month)) - 1
    return float(_moved(dt.date(1970, 1, 1), months) + int(number(day)) - 1)


def as_date(value: Value) -> dt.date:
    """The day of a day number."""
    days = int(number(value))
    if not 0 <= days <= 2_958_465:
        raise CellFault("#NUM!")
    return _EPOCH + dt.timedelta(days=days)


def _edate(start: Value, months: Value) -> float:
    return float(_moved(as_date(start), int(number(months))))


def _filled(values: Sequence[Value]) -> int:
    return sum(not isinstance(v, Blank) for v in values)


_LAZY: dict[str, Callable[[Sequence[Later]], Value]] = {
    "IF": _if, "IFS": _ifs, "IFERROR": _iferror, "ISERROR": _iserror,
}  # fmt: skip

_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "AND": lambda *v: all(_truths(v)),
    "OR": lambda *v: any(_truths(v)),
    "NOT": lambda v: not truth(v),
    "ROUND": lambda v, n: _round(v, n, ROUND_HALF_UP),
    "ROUNDUP": lambda v, n: _round(v, n, ROUND_UP),
    "ROUNDDOWN": lambda v, n: _round(v, n, ROUND_DOWN),
    "INT": lambda v: float(number(v) // 1),
    "ABS": lambda v: abs(number(v)),
    "MAX": lambda *v: max(_numbers(v), default=0.0),
    "MIN": lambda *v: min(_numbers(v), default=0.0),
    "SUM": lambda *v: sum(_numbers(v)),
    "COUNT": lambda *v: float(len(_numbers(v))),
    "COUNTA": lambda *v: float(_filled(v)),
    "N": lambda v: 0.0 if isinstance(v, str | Blank) else float(v),
    "ISNUMBER": lambda v: isinstance(v, float | int) and not isinstance(v, bool),
    "ISTEXT": lambda v: isinstance(v, str),
    "ISBLANK": lambda v: isinstance(v, Blank),
    "LEN": lambda v: float(len(text(v))),
    "TRIM": lambda v: " ".join(text(v).split()),
    "DATE": _date,
    "EDATE": _edate,
    "YEAR": lambda v: float(as_date(v).year),
    "MONTH": lambda v: float(as_date(v).month),
    "DAY": lambda v: float(as_date(v).day),
}
