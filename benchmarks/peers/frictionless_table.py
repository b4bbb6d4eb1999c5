"""frictionless: the columns as a Table Schema for both ways in which rules on rows are put to it, the report written as JSON.

What Excel holds as text is no number and no date. frictionless reads ``'1200.00'`` and ``'2026-03-01'`` as such, and no option
forbids it; but with an empty decimal character no text is a number, and none is a date in a format that no one writes.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.ledger import AS_OF
from benchmarks.peers.asked import HEADER_ROW, Column, Terms, asked

#: What must not lie ahead (REC003), and what must not be below nothing (REC016): rules on one column are constraints of it.
PAST = ("业务发生日期", "最近付款日", "最近签认日期", "最近书面催收日期")
_LEAST = {"账面余额": -0.004999}
#: left to itself, frictionless stops after a thousand errors
_ALL = 1_000_000
_DATE = "cell %Y-%m-%d"
DIALECT = {"headerRows": [HEADER_ROW + 1], "excel": {"sheet": 1}}


def schema() -> dict[str, Any]:
    plan = asked(AS_OF)
    return {"fields": [_field(c, plan.terms) for c in plan.columns]}


def _field(c: Column, t: Terms) -> dict[str, Any]:
    constraints = {
        "required": c.required or None,
        "unique": c.unique or None,
        "enum": list(c.words) or None,
        "maxLength": c.longest,
        "minimum": _LEAST.get(c.header, c.least),
        "maximum": format(t.as_of, _DATE) if c.header in PAST else None,
    }
    field: dict[str, Any] = {"name": c.header, "type": c.type}
    field["constraints"] = {k: v for k, v in constraints.items() if v is not None}
    if c.type == "date":
        field["format"] = _DATE
    elif (
        c.type != "string"
    ):  # an integer would be read from text in any case; that days are whole REC005 sees
        field |= {"type": "number", "floatNumber": True, "decimalChar": ""}
    return field


@cache
def _schema() -> Any:
    from frictionless import Schema

    return Schema.from_descriptor(schema())


def faulty_rows(path: Path, checklist: Any) -> set[int]:
    """The rows of the sheet, from 0, that are at fault; the report has been written."""
    from frictionless import Dialect, Resource, system

    with system.use_context(trusted=True):
        resource = Resource(path=str(path), dialect=Dialect.from_descriptor(DIALECT), schema=_schema())
        report = resource.validate(checklist, limit_errors=_ALL)
    if report.valid:
        return set()
    with tempfile.TemporaryDirectory() as folder:
        text = json.dumps(report.to_descriptor(), default=str, ensure_ascii=False)
        Path(folder, "report.json").write_text(text, encoding="utf-8")
    return {row - 1 for (row,) in report.flatten(["rowNumber"])}
