"""frictionless: columns as a Table Schema, the rules on rows as a check of its own kind, the report written as JSON.

A check class is what its guide recommends for rules of one's own, and costs next to nothing. ``row_constraint``, which takes an
expression, parses it anew for each row: so many rules would double the time of a workbook.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.ledger import AS_OF
from benchmarks.peers.asked import HEADER_ROW, Asked, Terms, asked

_SETTLED = ("已结清", "已核销")
_PAST = ("业务发生日期", "最近付款日", "最近签认日期", "最近书面催收日期")
_CENT = 0.005


@cache
def _plan() -> tuple[Asked, Any, Any]:
    from frictionless import Checklist, Schema

    plan = asked(AS_OF)
    fields = []
    for c in plan.columns:
        given = {"enum": list(c.words) or None, "maxLength": c.longest, "minimum": c.least}
        constraints = {"required": c.required, "unique": c.unique, **given}
        field: dict[str, Any] = {"name": c.header, "type": c.type}
        field["constraints"] = {k: v for k, v in constraints.items() if v is not None and v is not False}
        if c.type == "number":
            field["floatNumber"] = True
        fields.append(field)
    checklist = Checklist(checks=[_check(plan)], pick_errors=["#row", "#cell"])
    return plan, Schema.from_descriptor({"fields": fields}), checklist


def _check(plan: Asked) -> Any:
    from frictionless import Check, errors

    typed = [(i, c.header) for i, c in enumerate(plan.columns) if c.type != "string"]

    class ReceivablesRules(Check):
        type = "receivables-rules"
        Errors = [errors.RowConstraintError, errors.TypeError]  # noqa: RUF012 - as its guide has it

        def validate_row(self, row: Any) -> Iterator[Any]:
            cells = row.cells
            for i, name in typed:  # frictionless reads '1200.00' as a number and '2026-03-01' as a date
                if isinstance(cells[i], str) and row[name] is not None:
                    yield errors.TypeError.from_row(row, note="text for a number or a date", field_name=name)
            for rule in broken(row, plan.terms):
                yield errors.RowConstraintError.from_row(row, note=rule)

    return ReceivablesRules()


def broken(d: Any, t: Terms) -> Iterator[str]:
    """The rules that a row breaks; what is blank breaks none."""
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
    if any(day is not None and day > t.as_of for day in map(d.__getitem__, _PAST)):
        yield "REC003"
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
    if balance <= -_CENT:
        yield "REC016"


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
    """The rows of the sheet, from 0, that are at fault; the report has been written."""
    from frictionless import Dialect, Resource, formats, system

    _, schema, checklist = _plan()
    with system.use_context(trusted=True):
        dialect = Dialect(header_rows=[HEADER_ROW + 1], controls=[formats.ExcelControl(sheet=1)])
        report = Resource(path=str(path), dialect=dialect, schema=schema).validate(checklist)
    if report.valid:
        return set()
    with tempfile.TemporaryDirectory() as folder:
        text = json.dumps(report.to_descriptor(), default=str, ensure_ascii=False)
        Path(folder, "report.json").write_text(text, encoding="utf-8")
    return {row - 1 for (row,) in report.flatten(["rowNumber"])}
