"""pandas, openpyxl and pandera: columns and rules as one schema, lazy validation, a findings workbook of what failed."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.ledger import AS_OF
from benchmarks.peers.asked import HEADER_ROW, Asked, Column, asked


@cache
def _plan() -> tuple[Asked, Any]:
    import pandera.pandas as pa

    from benchmarks.peers.frames import RULES

    plan = asked(AS_OF)
    rows = [
        pa.Check(lambda d, bad=bad: ~bad(d, plan.terms), name=name, error=name, ignore_na=False)
        for name, bad in RULES.items()
    ]
    return plan, pa.DataFrameSchema({c.header: _column(c) for c in plan.columns}, checks=rows)


def _column(c: Column) -> Any:
    import pandera.pandas as pa

    dtype = {"string": "str", "date": "datetime64[us]"}.get(c.type, "float64")
    checks = []
    if c.words:
        checks.append(pa.Check.isin(c.words))
    if c.longest is not None:
        checks.append(pa.Check.str_length(max_value=c.longest))
    if c.least is not None:
        checks.append(pa.Check.ge(c.least))
    if c.type == "integer":
        checks.append(pa.Check(lambda s: s % 1 == 0, error="whole number"))
    return pa.Column(dtype, checks, nullable=not c.required, unique=c.unique)


def check(path: Path) -> set[int]:
    """The rows of the sheet, from 0, that are at fault; what is wrong with them has been written to a workbook."""
    import pandas as pd
    import pandera.errors as pe

    from benchmarks.peers.frames import read

    plan, schema = _plan()
    frame, cases = read(path, plan)
    try:
        schema.validate(frame, lazy=True, inplace=True)
    except pe.SchemaErrors as error:
        failed = error.failure_cases
        whole = (
            failed["schema_context"] == "DataFrameSchema"
        )  # pandera repeats the row for each of its columns
        failed = failed[~whole | ~failed.duplicated(["check", "index"])]
        cases = pd.concat([cases, failed[["index", "column", "check", "failure_case"]]])
    if cases.empty:
        return set()
    rows = cases["index"].astype("int64") + HEADER_ROW + 1
    with tempfile.TemporaryDirectory() as folder:
        cases.assign(row=rows + 1)[["row", "column", "check", "failure_case"]].astype("str").to_excel(
            f"{folder}/findings.xlsx", index=False
        )
    return set(rows)
