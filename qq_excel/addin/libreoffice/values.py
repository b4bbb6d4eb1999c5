"""Cell values between Python and Calc: a number that looks like a date is one, text stays text."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Bits of a number format's type (com.sun.star.util.NumberFormat).
DATE, TIME, TEXT, LOGICAL = 2, 4, 256, 1024
_DAY = dt.timedelta(days=1)

#: Zero-based (top, left, bottom, right), inclusive.
Rectangle = tuple[int, int, int, int]
Row = tuple[Any, ...]


class CellError(str):
    """The text of an error value, on its way to the reader."""

    __slots__ = ()


@dataclass(slots=True)
class Prepared:
    """Rows as Calc takes them, and the cells that need more than a value (positions within the range)."""

    rows: list[Row] = field(default_factory=list)
    formulas: list[tuple[int, int, str]] = field(default_factory=list)
    #: Format code -> column -> rows that should have it.
    formats: dict[str, dict[int, list[int]]] = field(default_factory=dict)


#: The format that a value brings along unless its cell has one of the kind.
DAY_CODE, MOMENT_CODE, TIME_CODE, LOGICAL_CODE = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "BOOLEAN"
KIND_OF_CODE = {DAY_CODE: DATE, MOMENT_CODE: DATE, TIME_CODE: TIME, LOGICAL_CODE: LOGICAL}


def prepare(data: Sequence[Sequence[Any]], epoch: dt.datetime) -> Prepared:
    """*data* for Calc. A text that starts with ``=`` is a formula, as in Excel."""
    out = Prepared()
    for i, row in enumerate(data):
        new: list[Any] = []
        for j, value in enumerate(row):
            if isinstance(value, str):
                formula = value[:1] == "=" and len(value) > 1
                if formula:
                    out.formulas.append((i, j, value))
                new.append("" if formula else str(value))
                continue
            number, code = _number(value, epoch)
            new.append(number)
            if code:
                out.formats.setdefault(code, {}).setdefault(j, []).append(i)
        out.rows.append(tuple(new))
    return out


def _number(value: Any, epoch: dt.datetime) -> tuple[float | str, str]:
    """A value that is no text as Calc's number, and the format it brings along. Blank is an empty text."""
    match value:
        case None:
            return "", ""
        case bool():
            return float(value), LOGICAL_CODE
        case dt.datetime():
            since = value.replace(tzinfo=None) - epoch
            whole = not (since.seconds or since.microseconds)
            return since / _DAY, DAY_CODE if whole else MOMENT_CODE
        case dt.date():
            return float((dt.datetime(value.year, value.month, value.day) - epoch).days), DAY_CODE
        case dt.time():
            seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
            return seconds / 86400, TIME_CODE
        case dt.timedelta():
            return value / _DAY, TIME_CODE
    number = float(value)
    return ("" if math.isnan(number) or math.isinf(number) else number), ""


def to_python(rows: list[list[Any]], kind: int, where: Iterable[Rectangle], epoch: dt.datetime) -> None:
    """Turn the numbers of the rectangles *where* into dates or booleans, in place."""
    for top, left, bottom, right in where:
        for row in rows[top : bottom + 1]:
            for j in range(left, right + 1):
                if isinstance(row[j], float):
                    row[j] = _logical(row[j]) if kind & LOGICAL else _moment(row[j], epoch)


def _logical(number: float) -> bool | float:
    return number == 1.0 if number in (0.0, 1.0) else number


def _moment(number: float, epoch: dt.datetime) -> dt.datetime | float:
    """The moment of a serial number, which is good to some ten microseconds."""
    try:
        found = epoch + _DAY * number
    except OverflowError:
        return number
    thousandths = round(found.microsecond / 1000)
    return found.replace(microsecond=0) + dt.timedelta(milliseconds=thousandths)


def prepare_one(value: Any) -> Any:
    """What xlwings hands on, made plain: pandas' and numpy's scalars as Python's, missing as None."""
    if value is None or isinstance(value, str | bool | dt.date | dt.time | dt.timedelta):
        # NaT is a datetime by name only
        return None if value is not None and value != value else value  # noqa: PLR0124
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    if type(value).__name__ == "datetime64":
        import pandas as pd

        return prepare_one(pd.Timestamp(value).to_pydatetime())
    if hasattr(value, "item"):
        value = value.item()
    try:
        if value != value:  # noqa: PLR0124 - NaN
            return None
        return value if isinstance(value, bool | int | float) else float(value)
    except (TypeError, ValueError):
        return None if str(value) in ("<NA>", "NaT") else str(value)


def rectangles(cells: dict[int, list[int]]) -> list[Rectangle]:
    """Column -> rows as runs of rows."""
    out: list[Rectangle] = []
    for column, rows in cells.items():
        start = last = rows[0]
        for row in rows[1:]:
            if row != last + 1:
                out.append((start, column, last, column))
                start = row
            last = row
        out.append((start, column, last, column))
    return out


def rgb(number: int | None) -> tuple[int, int, int] | None:
    """A colour of Calc as red, green, blue; None for none."""
    if number is None or number == -1:
        return None
    return (number >> 16) & 255, (number >> 8) & 255, number & 255


def colour(value: Any) -> int:
    """A colour as Calc has it: from red, green, blue, ``#RRGGBB``, Excel's integer (blue first), or None."""
    if value is None:
        return -1
    if isinstance(value, str):
        return int(value.lstrip("#"), 16)
    if isinstance(value, int):
        return (value & 255) << 16 | value & 0xFF00 | (value >> 16) & 255
    red, green, blue = value
    return int(red) << 16 | int(green) << 8 | int(blue)
