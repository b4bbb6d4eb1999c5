"""frictionless with the rules on rows as a check of its own kind, which its guide recommends for rules of one's own.

It costs next to nothing; to declare them, without Python, costs more than all else: :mod:`benchmarks.peers.with_declared_rules`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.ledger import AS_OF
from benchmarks.peers.asked import Terms, asked
from benchmarks.peers.frictionless_table import faulty_rows

_SETTLED = ("已结清", "已核销")
_CENT = 0.005


@cache
def _checklist() -> Any:
    from frictionless import Check, Checklist, errors

    terms = asked(AS_OF).terms

    class ReceivablesRules(Check):
        type = "receivables-rules"
        Errors = [errors.RowConstraintError]  # noqa: RUF012 - as its guide has it

        def validate_row(self, row: Any) -> Iterator[Any]:
            for rule in broken(row, terms):
                yield errors.RowConstraintError.from_row(row, note=rule)

    return Checklist(checks=[ReceivablesRules()], pick_errors=["#row", "#cell"])


def broken(d: Any, t: Terms) -> Iterator[str]:
    """The rules that a row breaks; what is blank breaks none. REC003 and REC016 are constraints of columns."""
    yield from _of_dates(d, t)
    left, original, received = d["账面余额"], d["原始金额"], d["已收金额"]
    if left is not None:
        yield from _of_balance(d, left)
    elif original is not None and received is not None:
        left = original - received
    rate, home = d["汇率"], d["币种"] in (None, "CNY")
    if (rate is not None and rate != 1) if home else not (rate is not None and rate > 0):
        yield "REC015"
    disputed = d["是否争议"] == "是"
    if disputed and d["争议原因"] is None:
        yield "REC021"
    if not (left is not None and left <= 0) and d["清欠状态"] not in _SETTLED:
        yield from _of_live(d, t)
        if disputed and d["约定付款日"] is not None and d["约定付款日"] < t.disputed_since:
            yield "REC021"


def _of_dates(d: Any, t: Terms) -> Iterator[str]:
    occurred, due, band, stated = d["业务发生日期"], d["约定付款日"], d["账龄段"], d["逾期天数"]
    if due is not None and occurred is not None and due < occurred:
        yield "REC002"
    aged = occurred is not None and occurred <= t.as_of and band in t.bands
    if aged and band != t.bands[sum(occurred < limit for limit in t.band_limits)]:
        yield "REC004"
    differs = stated is not None and due is not None and stated != max(0, (t.as_of - due).days)
    if differs and (stated != 0 or d["账面余额"] is None or d["账面余额"] > 0):
        yield "REC005"


def _of_balance(d: Any, balance: float) -> Iterator[str]:
    original, received, status, provision = d["原始金额"], d["已收金额"], d["清欠状态"], d["已提坏账准备"]
    if original is not None and received is not None and abs(original - received - balance) >= _CENT:
        yield "REC001"
    if balance > 0 and (d["经办人"] is None or d["责任人"] is None):
        yield "REC006"
    if status == "已结清" if abs(balance) >= _CENT else status is not None and status not in _SETTLED:
        yield "REC011"
    if provision is not None and provision - max(balance, 0) >= _CENT:
        yield "REC014"


def _of_live(d: Any, t: Terms) -> Iterator[str]:
    due, dunned, status = d["约定付款日"], d["最近书面催收日期"], d["清欠状态"]
    late = due is not None and due < t.as_of
    last = max((day for day in (d["最近签认日期"], d["业务发生日期"]) if day is not None), default=None)
    if last is not None and last < t.confirmed_since:
        yield "REC007"
    if late and status == "正常":
        yield "REC012"
    if late or status == "追讨":
        since = max((day for day in (due, dunned) if day is not None), default=None)
        since = since if late or dunned is None else dunned
        if since is not None and since < t.dunned_since:
            yield "REC019"
    if d["担保方式"] == "保证":
        end = d["保证期间届满日"] or (due and _later(due, t.guarantee_months))
        if end is not None and end <= t.guarantee_by:
            yield "REC020"


def _later(day: dt.date, months: int) -> dt.date:
    from dateutil.relativedelta import relativedelta

    later: dt.date = day + relativedelta(months=months)
    return later


def check(path: Path) -> set[int]:
    return faulty_rows(path, _checklist())
