"""A ledger as a pandas frame, and the rules on its rows; for pandera and for Great Expectations. Knows nothing of qq_excel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.peers.asked import HEADER_ROW, Asked, Terms

_DTYPES = {"string": "str", "number": "float64", "integer": "float64", "date": "datetime64[us]"}

#: The rows that break a rule; what is blank breaks none.
Rule = Callable[[pd.DataFrame, Terms], "pd.Series[bool]"]


def read(path: Path, asked: Asked) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The ledger with typed columns, and the cells in which a text stands for a number or a date (row, column, value)."""
    # as the cells are: left to itself, pandas takes the text '600' for a number
    frame = pd.read_excel(path, header=HEADER_ROW, engine="openpyxl", dtype=object).infer_objects()
    wrong = []
    for c in asked.columns:
        column, wanted = frame[c.header], _DTYPES[c.type]
        if c.type != "string" and (column.dtype == object or isinstance(column.dtype, pd.StringDtype)):
            right = (dt.datetime,) if c.type == "date" else (int, float)
            bad = column.notna() & ~column.map(lambda value, right=right: isinstance(value, right)).astype(
                bool
            )
            wrong.append(
                pd.DataFrame({"index": column.index[bad], "column": c.header, "failure_case": column[bad]})
            )
            column = column.mask(bad)
        if column.dtype != wanted:
            frame[c.header] = column.astype(wanted)
    found = pd.concat(wrong) if wrong else pd.DataFrame(columns=["index", "column", "failure_case"])
    # columns of one type side by side again: whoever filters rows is faster for it
    return frame.copy(), found.assign(check="text for a number or a date")


_SETTLED = ["已结清", "已核销"]
_PAST = ["业务发生日期", "最近付款日", "最近签认日期", "最近书面催收日期"]
_CENT = 0.005


def _live(d: pd.DataFrame) -> pd.Series[bool]:
    left = d["账面余额"].fillna(d["原始金额"] - d["已收金额"])
    return ~(left <= 0) & ~d["清欠状态"].isin(_SETTLED)


def _day(date: dt.date) -> np.datetime64:
    return np.datetime64(date, "us")


def _wrong_band(d: pd.DataFrame, t: Terms) -> pd.Series[bool]:
    since, limits = d["业务发生日期"], np.array([_day(day) for day in t.band_limits])
    band = (since.to_numpy()[:, None] < limits).sum(axis=1)
    known = d["账龄段"].isin(t.bands) & (since <= _day(t.as_of))
    return known & (d["账龄段"] != np.array(t.bands, dtype=object)[band])


def _wrong_days(d: pd.DataFrame, t: Terms) -> pd.Series[bool]:
    late = (_day(t.as_of) - d["约定付款日"]).dt.days.clip(lower=0)
    stated = d["逾期天数"]
    return stated.notna() & late.notna() & (stated != late) & ~((d["账面余额"] <= 0) & (stated == 0))


def _nobody(d: pd.DataFrame, _: Terms) -> pd.Series[bool]:
    return (d["账面余额"] > 0) & (d["经办人"].isna() | d["责任人"].isna())


def _not_confirmed(d: pd.DataFrame, t: Terms) -> pd.Series[bool]:
    last = d["最近签认日期"].fillna(d["业务发生日期"])
    return _live(d) & (np.maximum(last, d["业务发生日期"]) < _day(t.confirmed_since))


def _status(d: pd.DataFrame, _: Terms) -> pd.Series[bool]:
    owed, status = d["账面余额"].abs() >= _CENT, d["清欠状态"]
    settled = (status == "已结清") & owed
    return settled | (d["账面余额"].notna() & ~owed & status.notna() & ~status.isin(_SETTLED))


def _rate(d: pd.DataFrame, _: Terms) -> pd.Series[bool]:
    home, rate = d["币种"].isna() | (d["币种"] == "CNY"), d["汇率"]
    return (~home & ~(rate > 0)) | (home & rate.notna() & (rate != 1))


def _not_dunned(d: pd.DataFrame, t: Terms) -> pd.Series[bool]:
    due, dunned = d["约定付款日"], d["最近书面催收日期"]
    late = due < _day(t.as_of)
    last = dunned.where(~late & dunned.notna(), dunned.where(~(due > dunned), due).fillna(due))
    return _live(d) & (late | (d["清欠状态"] == "追讨")) & (last < _day(t.dunned_since))


def _guarantee(d: pd.DataFrame, t: Terms) -> pd.Series[bool]:
    held = _live(d) & (d["担保方式"] == "保证")
    if not held.any():
        return held
    end = d["保证期间届满日"].fillna(d["约定付款日"] + pd.DateOffset(months=t.guarantee_months))
    return held & (end <= _day(t.guarantee_by))


def _dispute(d: pd.DataFrame, t: Terms) -> pd.Series[bool]:
    old = _live(d) & (d["约定付款日"] < _day(t.disputed_since))
    return (d["是否争议"] == "是") & (d["争议原因"].isna() | old)


RULES: dict[str, Rule] = {
    "REC001": lambda d, _: (d["原始金额"] - d["已收金额"] - d["账面余额"]).abs() >= _CENT,
    "REC002": lambda d, _: d["约定付款日"] < d["业务发生日期"],
    "REC003": lambda d, t: (d[_PAST] > _day(t.as_of)).any(axis=1),
    "REC004": _wrong_band,
    "REC005": _wrong_days,
    "REC006": _nobody,
    "REC007": _not_confirmed,
    "REC011": _status,
    "REC012": lambda d, t: _live(d) & (d["约定付款日"] < _day(t.as_of)) & (d["清欠状态"] == "正常"),
    "REC014": lambda d, _: d["已提坏账准备"] - d["账面余额"].clip(lower=0) >= _CENT,
    "REC015": _rate,
    "REC016": lambda d, _: d["账面余额"] <= -_CENT,
    "REC019": _not_dunned,
    "REC020": _guarantee,
    "REC021": _dispute,
}
