"""The worksheet functions: whole ranges in, a range of the same shape out, by the same code as the rules.

Every function takes single values, lists or ranges (lists of rows) and gives rows; arguments of one value
serve every cell. A blank cell gives a blank cell. What cannot be computed gives a sentence in its cell, so that one
bad date does not spoil a column.

>>> QQ_CAPITALS(1200)
[['人民币壹仟贰佰元整']]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qq_excel.errors import InputError
from qq_excel.language import Text

#: A cell, a row, or rows of cells, as Excel hands them over.
Cells = Any
Rows = list[list[Any]]
_Grid = npt.NDArray[Any]
_DEFAULT_POLICY = "group"
_NO_DATE = Text("不是日期", "not a date")
_LATER = Text("晚于截止日期", "after the as-of date")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name in Excel and what the function wizard says of it."""

    name: str
    text: Text
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One worksheet function as Excel's function wizard shows it."""

    name: str
    text: Text
    arguments: tuple[Argument, ...]
    call: Callable[..., Rows]


def QQ_AGE_BAND(since: Cells, as_of: Cells, basis: Cells = None, policy: Cells = None) -> Rows:  # noqa: N802
    """The age band of claims, as REC004 computes it.

    Args:
        since: 业务发生日 or 约定付款日, whichever *basis* says.
        as_of: 截止日期, one date.
        basis: 账龄口径; the policy's when left out. By 约定付款日 what is not due yet is in the first band.
        policy: Profile, ``group`` when left out.

    Returns:
        Names of bands; a sentence where the date is none or, by 业务发生日, after *as_of*.
    """
    from qq_excel.policy.calendar import age_band_index
    from qq_excel.rules.limitation import AGE_BASES

    grid = _grid(since)
    days, bad = _days(grid)
    day = _one_day(as_of)
    params = _params(policy, day)
    base = str(_one(basis) or params.choice("age_basis")).removesuffix("期")
    if base not in AGE_BASES:
        known = "、".join(AGE_BASES)
        raise InputError(Text(f"账龄口径应为 {known} 之一。", f"basis must be one of {known}."))
    bands = params.bands()
    index = age_band_index(days, day, [b.years for b in bands if b.years is not None])
    index = np.minimum(index, len(bands) - 1)
    late = days > np.datetime64(day, "D")
    if base == "约定付款日":
        index[late] = 0
        late[:] = False
    out = np.array([b.name for b in bands], dtype=object)[index]
    out[late] = str(_LATER)
    return _rows(out, np.isnat(days) & ~bad, bad)


def QQ_OVERDUE_DAYS(due: Cells, as_of: Cells) -> Rows:  # noqa: N802
    """Days past due, 0 on the due date itself and before.

    Args:
        due: 约定付款日.
        as_of: 截止日期, one date.
    """
    from qq_excel.policy.calendar import overdue_days

    days, bad = _days(_grid(due))
    found = overdue_days(days, _one_day(as_of))
    out = np.where(np.isnan(found), 0, found).astype(np.int64).astype(object)
    return _rows(out, np.isnat(days) & ~bad, bad)


def QQ_LIMITATION_END(due: Cells, as_of: Cells, events: Cells = None, policy: Cells = None) -> Rows:  # noqa: N802
    """The day on which the limitation period ends, computed from the events entered; no legal advice.

    Civil Code 188, 195, 202, 203: see :func:`qq_excel.policy.calendar.limitation_end`.

    Args:
        due: 约定付款日, one column.
        as_of: 截止日期, one date; later events count for nothing.
        events: Dates of payments, receipted demands and signed confirmations: one row per claim, any number of
            columns; blank cells are no event.
        policy: Profile, ``group`` when left out.
    """
    from qq_excel.policy.calendar import limitation_end

    grid = _grid(due)
    days, bad = _days(grid)
    day = _one_day(as_of)
    params = _params(policy, day)
    columns: list[_Grid] = []
    if events is not None:
        given = _grid(events)
        if grid.shape[1] != 1 or given.shape[0] != grid.shape[0]:
            raise InputError(
                Text(
                    "事项区域须与到期日同行数，到期日须为一列。",
                    "events need as many rows as due, and due one column.",
                )
            )
        happened, no_dates = _days(given)
        happened[happened > np.datetime64(day, "D")] = np.datetime64("NaT", "D")
        bad = bad | no_dates.any(axis=1, keepdims=True)
        columns = [happened[:, [i]] for i in range(given.shape[1])]
    ends = limitation_end(days, columns, params.count("limitation_years"), params.get("limitation_max_years"))
    return _rows(_midnights(ends), np.isnat(days) & ~bad, bad)


def QQ_WARNING_LEVEL(  # noqa: N802
    due: Cells, as_of: Cells, days_left: Cells = None, limitation_end: Cells = None, policy: Cells = None
) -> Rows:
    """蓝, 黄, 橙 or 红, the gravest of what is given; blank for no warning. As the warning sheets have it.

    Args:
        due: 约定付款日; red when more than ``red_overdue_years`` past.
        as_of: 截止日期, one date.
        days_left: Days to the end of the insured age, negative when past.
        limitation_end: The day on which limitation ends (QQ_LIMITATION_END).
        policy: Profile, ``group`` when left out.
    """
    from qq_excel.warnings.book import LEVELS
    from qq_excel.warnings.causes import rank_by_due, rank_by_limitation, rank_by_time

    day = _one_day(as_of)
    params = _params(policy, day)
    dues, lefts, ends = np.broadcast_arrays(_grid(due), _grid(days_left), _grid(limitation_end))
    days, bad = _days(dues)
    until, no_dates = _days(ends)
    left = _floats(lefts)
    gap = (until - np.datetime64(day, "D")).astype("timedelta64[D]")
    rank = np.maximum.reduce(
        [
            rank_by_due(days, day, params.count("red_overdue_years")),
            rank_by_time(left, params.count("age_lead_days"), params.count("red_after_days")),
            rank_by_limitation(
                np.where(np.isnat(until), np.nan, gap.astype(np.float64)), params.count("red_limitation_days")
            ),
        ]
    )
    out = np.array(["", *LEVELS], dtype=object)[rank]
    return _rows(out, np.zeros(out.shape, dtype=bool), bad | no_dates)


def QQ_CAPITALS(amount: Cells) -> Rows:  # noqa: N802
    """Amounts in yuan in capitals (大写金额), as papers have them; half a cent is rounded away from zero.

    Args:
        amount: Yuan.
    """
    from qq_excel import money
    from qq_excel.reading.values import number

    def word(cell: Any) -> str:
        value = None if isinstance(cell, bool) else number(_plain(cell))
        if value is None or abs(value) >= Decimal(10) ** 15:
            return str(Text("不是金额", "not an amount"))
        return money.capitals(money.cents(value))

    grid = _grid(amount)
    blank = _blank(grid)
    out = np.array(["" if b else word(c) for c, b in zip(grid.flat, blank.flat, strict=True)], dtype=object)
    return _rows(out.reshape(grid.shape), blank, np.zeros(grid.shape, dtype=bool))


def QQ_CODE_OK(code: Cells) -> Rows:  # noqa: N802
    """Whether codes can be a 统一社会信用代码 or 身份证号 (GB 32100-2015, GB 11643), as CEL013 checks them.

    Args:
        code: Codes as text; a number of more than 15 digits has lost its end and fits nothing.
    """
    import pandas as pd

    from qq_excel.rules.codes import fits

    grid = _grid(code)
    blank = _blank(grid)
    column = pd.Series([_plain(c) for c in grid.flat], dtype="str")
    out = fits(column).reshape(grid.shape).astype(object)
    return _rows(out, blank, np.zeros(grid.shape, dtype=bool))


_SINCE = Argument(
    "since", Text("业务发生日或约定付款日，可为区域", "Transaction or due dates; a cell or a range")
)
_DUE = Argument("due", Text("约定付款日，可为区域", "Due dates; a cell or a range"))
_AS_OF = Argument("as_of", Text("截止日期，一个日期", "As-of date, one date"))
_POLICY = Argument("policy", Text("制度，省略为 group", "Profile; group when left out"), optional=True)

FUNCTIONS: Final = (
    Function(
        "QQ_AGE_BAND",
        Text("账龄段，与规则 REC004 算法相同", "Age band of claims, computed as rule REC004 does"),
        (
            _SINCE, _AS_OF,
            Argument("basis", Text("账龄口径：业务发生日或约定付款日，省略按制度", "业务发生日 or 约定付款日; else the policy's"), True),
            _POLICY,
        ),
        QQ_AGE_BAND,
    ),
    Function(
        "QQ_OVERDUE_DAYS",
        Text("逾期天数，到期当日为 0", "Days past due; 0 on the due date"),
        (_DUE, _AS_OF),
        QQ_OVERDUE_DAYS,
    ),
    Function(
        "QQ_LIMITATION_END",
        Text("诉讼时效届满日，按所填事项推算，不是法律意见", "End of limitation, computed from the events entered; no legal advice"),
        (
            _DUE, _AS_OF,
            Argument("events", Text("收款、催收、签认的日期，每笔一行", "Dates of payments, demands, confirmations"), True),
            _POLICY,
        ),
        QQ_LIMITATION_END,
    ),
    Function(
        "QQ_WARNING_LEVEL",
        Text("预警级别：蓝、黄、橙、红，无预警为空", "Warning level (blue, yellow, orange, red, in Chinese); blank for none"),
        (
            _DUE, _AS_OF,
            Argument("days_left", Text("距保险账龄期满的天数，已过为负", "Days to the end of the insured age, negative when past"), True),
            Argument("limitation_end", Text("诉讼时效届满日", "The day on which limitation ends"), True),
            _POLICY,
        ),
        QQ_WARNING_LEVEL,
    ),
    Function(
        "QQ_CAPITALS",
        Text("大写金额", "Amount in capitals"),
        (Argument("amount", Text("金额（元），可为区域", "Yuan; a cell or a range")),),
        QQ_CAPITALS,
    ),
    Function(
        "QQ_CODE_OK",
        Text("统一社会信用代码或身份证号能否成立", "Whether a code can be a social credit code or an identity card number"),
        (Argument("code", Text("证件号码（文本），可为区域", "Codes as text; a cell or a range")),),
        QQ_CODE_OK,
    ),
)  # fmt: skip


def _grid(cells: Cells) -> _Grid:
    """Any input as rows and columns of objects."""
    rows = cells if isinstance(cells, list | tuple) else [[cells]]
    if not rows or not isinstance(rows[0], list | tuple):
        rows = [rows]
    out = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        out[i, :] = row
    return out


def _blank(grid: _Grid) -> npt.NDArray[np.bool_]:
    empty = [c is None or (isinstance(c, str) and not c.strip()) or c != c for c in grid.flat]  # noqa: PLR0124 - NaN
    return np.array(empty, dtype=bool).reshape(grid.shape)


def _one(cells: Cells) -> Any:
    """The one value of an argument that is the same for all cells."""
    grid = _grid(cells)
    if grid.size != 1:
        raise InputError(Text("这个参数只能是一个值。", "This argument takes one value."))
    return grid[0, 0]


def _days(grid: _Grid) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.bool_]]:
    """The dates in *grid*, and which cells hold something that is none."""
    found = [_day(cell) for cell in grid.flat]
    days = np.array(found, dtype="datetime64[D]").reshape(grid.shape)
    return days, np.isnat(days) & ~_blank(grid)


def _day(cell: Any) -> dt.date | None:
    """A date however it was typed; Excel hands over dates, or serial numbers of cells without a date format."""
    from qq_excel.reading.values import FIRST_YEAR, LAST_YEAR, date

    if isinstance(cell, dt.datetime):
        cell = cell.date()
    if isinstance(cell, dt.date):
        return cell if FIRST_YEAR <= cell.year <= LAST_YEAR else None
    if cell is None or isinstance(cell, bool) or cell != cell:  # noqa: PLR0124 - NaN
        return None
    return date(_plain(cell))


def _one_day(cells: Cells) -> dt.date:
    day = _day(_one(cells))
    if day is None:
        raise InputError(Text("截止日期须是一个日期。", "The as-of date must be one date."))
    return day


def _floats(grid: _Grid) -> npt.NDArray[np.float64]:
    """Numbers; NaN for blank cells. Raises :class:`InputError` for anything else."""
    blank = _blank(grid)
    out = np.full(grid.shape, np.nan)
    try:
        out[~blank] = grid[~blank].astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(Text("天数须是数字。", "Days must be numbers.")) from None
    return out


def _plain(cell: Any) -> str:
    """A cell as text: whole numbers without a point, no exponents."""
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    return str(cell).strip()


def _params(policy: Cells, day: dt.date) -> Any:
    """The parameters of a profile that is built in: a cell names no file."""
    from qq_excel.policy.loading import load_policy

    return load_policy(str(_one(policy) or _DEFAULT_POLICY).strip()).at(day)


def _midnights(days: npt.NDArray[np.datetime64]) -> _Grid:
    """Days as Excel takes them; it knows no date without a time."""
    out = days.astype("datetime64[s]").astype(object)
    return np.asarray(out, dtype=object)


def _rows(out: _Grid, blank: npt.NDArray[np.bool_], bad: npt.NDArray[np.bool_]) -> Rows:
    out = out.astype(object)
    out[blank] = ""
    out[bad] = str(_NO_DATE)
    rows: Rows = out.tolist()
    return rows
