"""Cells formatted as dates that are none: numbers beyond every calendar, days before 1900, a time of day alone.

They are no blanks: a finding quotes them as the clerk sees them, so nothing here is dropped. Dates follow the bulk
reader: the number 0 is the day before the first one, so a time of day alone stands on that day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from qq_excel.reading.model import CellKind, Cells
from qq_excel.reading.texts import texts_of

_NO_DATE = re.compile(r"'DateTime\(ExcelDateTime \{ value: ([^,]+),")
_STRING = re.compile(r"'String\(\"(.*)\"\)", re.DOTALL)
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))", re.DOTALL)
_ERROR = re.compile(r"'Error\((\w+)\)")
#: What the bulk reader calls an error value.
_NAMED = {
    "NA": "#N/A", "Ref": "#REF!", "Value": "#VALUE!", "Div0": "#DIV/0!", "Name": "#NAME?", "Num": "#NUM!",
    "Null": "#NULL!", "GettingData": "#GETTING_DATA",
}  # fmt: skip
#: Error values as a sheet holds them.
ERRORS = frozenset(_NAMED.values())
_DAY = 86_400
#: The first number after 9999-12-31, and the days by which date numbers of the 1904 system are smaller.
END_SERIAL, DAYS_TO_1904 = 2_958_466, 1_462
#: Day 0 of each date system; numbers of the older one are a day ahead from March 1900 on.
_ZERO = {False: np.datetime64("1899-12-31", "s"), True: np.datetime64("1904-01-01", "s")}
_MARCH_1900, _END = np.datetime64("1900-03-01", "s"), np.datetime64("10000-01-01", "s")


def panicked(error: BaseException) -> bool:
    """Whether the bulk reader broke down in its own code, as it does at a number far below every date."""
    return type(error).__name__ == "PanicException"


def error_of(detail: str) -> str | None:
    """The error value that a report of the bulk reader names."""
    match = _ERROR.search(detail)
    return None if match is None else _NAMED.get(match[1], "#N/A")


def number_of(detail: str) -> float | None:
    """The number of a cell formatted as a date that the bulk reader could not make one of."""
    match = _NO_DATE.search(detail)
    return None if match is None else float(match[1])


def text_of(detail: str) -> str | None:
    """The text that a report of the bulk reader quotes."""
    match = _STRING.search(detail)
    return None if match is None else _unescaped(match[1])


def put(cells: Cells, numbers: Mapping[int, float]) -> None:
    """Enter dates that are none: cells of the kind DATE with a number and no date."""
    if not numbers:
        return
    size, at = len(cells), np.fromiter(numbers, dtype=np.int64, count=len(numbers))
    cells.kind[at] = CellKind.DATE
    number = np.full(size, np.nan) if cells.number is None else cells.number.copy()
    number[at] = list(numbers.values())
    date = np.full(size, np.datetime64("NaT", "s")) if cells.date is None else cells.date.copy()
    date[at] = np.datetime64("NaT", "s")
    cells.number, cells.date = number, date


def values_of(cells: Cells, rows: int) -> list[Any]:
    """The first *rows* cells as Python values; a date that is none is its number."""
    out: list[Any] = []
    for i in range(rows):
        kind = cells.kind[i] if i < len(cells) else CellKind.BLANK
        if kind in (CellKind.TEXT, CellKind.ERROR) and cells.text is not None:
            out.append(cells.text[i].as_py())
        elif kind == CellKind.DATE and cells.date is not None and not np.isnat(cells.date[i]):
            date = cells.date[i].item()
            out.append(date if isinstance(date, dt.datetime) else str(cells.date[i]))  # a year of five digits
        elif kind == CellKind.BOOL and cells.number is not None:
            out.append(bool(cells.number[i]))
        elif kind != CellKind.BLANK and cells.number is not None:
            out.append(float(cells.number[i]))
        else:
            out.append(None)
    return out


def shown(cells: Cells, at: npt.NDArray[np.int64], date1904: bool) -> list[str]:
    """The date cells *at* these places as a program shows them: the day, the time, or the number it cannot show."""
    assert cells.date is not None  # noqa: S101 - date cells have dates
    return [
        f"{cells.number[i]:.15g}" if np.isnat(cells.date[i]) and cells.number is not None
        else _shown(cells.date[i], _ZERO[date1904])
        for i in at
    ]  # fmt: skip


def date_of(serial: float, date1904: bool) -> dt.datetime | float:
    """A date serial as a date; a number that is none stays a number."""
    if not 0 <= serial < END_SERIAL - (DAYS_TO_1904 if date1904 else 0):
        return serial
    start = dt.datetime(1904, 1, 1) if date1904 else dt.datetime(1899, 12, 30)
    try:
        return start + dt.timedelta(seconds=round(serial * _DAY))
    except OverflowError:  # the last half second of 9999
        return serial


def _shown(date: np.datetime64, zero: np.datetime64) -> str:
    seconds = int((date - zero).astype("timedelta64[s]").astype(np.int64))
    if 0 <= seconds < _DAY or (0 <= seconds < 60 * _DAY and seconds % _DAY):  # 10:30, or 36:15 hours
        hours, rest = divmod(seconds, 3600)
        return f"{hours:02d}:{rest // 60:02d}" + (f":{rest % 60:02d}" if rest % 60 else "")
    if seconds >= 0 and date < _END:
        return str(date)[:10]
    ahead = _DAY if date >= _MARCH_1900 and zero < _MARCH_1900 else 0
    return f"{(seconds + ahead) / _DAY:.15g}"


def from_reports(numbers: Any, reports: Mapping[int, str]) -> Cells:
    """A column at which the bulk reader breaks down: its *numbers*, and what it *reports* of each other cell.

    TRUE and FALSE count as the numbers that they are stored as: nothing tells them apart here.
    """
    number = numbers.to_numpy(zero_copy_only=False).astype(np.float64, copy=True)
    kind = np.where(np.isnan(number), CellKind.BLANK, CellKind.NUMBER).astype(np.uint8)
    texts = np.full(len(number), None, dtype=object)
    date = np.full(len(number), np.datetime64("NaT", "s"))
    for i, detail in reports.items():
        if (value := number_of(detail)) is not None:
            kind[i], number[i], date[i] = CellKind.DATE, value, _date(value, "is_1904: true" in detail)
            continue
        if error := error_of(detail):
            kind[i], texts[i] = CellKind.ERROR, error
        elif (text := text_of(detail)) is not None:
            kind[i], texts[i] = CellKind.TEXT, text
        number[i] = np.nan
    return Cells(kind, number=number, date=date, text=texts_of(texts))


def _date(number: float, date1904: bool) -> np.datetime64:
    """The date of a serial number as the bulk reader would have given it; NaT where a program shows none."""
    if not 0 <= number < END_SERIAL - (DAYS_TO_1904 if date1904 else 0):
        return np.datetime64("NaT", "s")
    ahead = 1 if number >= 60 and not date1904 else 0
    return _ZERO[date1904] + np.timedelta64(round((number - ahead) * _DAY), "s")


def _unescaped(quoted: str) -> str:
    """A text as Rust quotes it."""
    plain = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else plain.get(m[2], m[2]), quoted)
