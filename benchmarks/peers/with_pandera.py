"""pandas, openpyxl and pandera: columns and rules as one schema, lazy validation, a list and a marked copy of what failed."""

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
    """The rows of the sheet, from 0, that are at fault.

    What comes of a workbook is what ``qq-excel batch`` makes of it: a list of what is wrong and a copy with marks at the cells, or
    the accepted table as Parquet.
    """
    frame, cases = judged(path)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if cases.empty:
            frame.to_parquet(folder / "accepted.parquet")
        else:
            write_list(cases, folder)
            write_marked(path, cases, folder)
    return set(cases["row"])


def list_only(path: Path) -> set[int]:
    """The same without the copy and without the accepted table: only what is wrong is written down."""
    _, cases = judged(path)
    with tempfile.TemporaryDirectory() as name:
        if not cases.empty:
            write_list(cases, Path(name))
    return set(cases["row"])


def judged(path: Path) -> tuple[Any, Any]:
    """The table, and what is wrong with it: row of the sheet from 0, column, check, value."""
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
    return frame, cases.assign(row=cases["index"].astype("int64") + HEADER_ROW + 1)


def write_list(cases: Any, folder: Path) -> None:
    shown = cases.assign(row=cases["row"] + 1)[["row", "column", "check", "failure_case"]]
    shown.astype("str").to_excel(folder / "findings.xlsx", index=False)


def write_marked(path: Path, cases: Any, folder: Path) -> None:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[HEADER_ROW + 1]}
    fill = PatternFill("solid", fgColor="FFFFC7CE")
    said: dict[tuple[int, int], list[str]] = {}
    for row, column, what in zip(cases["row"], cases["column"], cases["check"], strict=True):
        said.setdefault((int(row) + 1, columns.get(column, 1)), []).append(str(what))
    for (row, column), words in said.items():
        cell = sheet.cell(row, column)
        cell.fill, cell.comment = fill, Comment("\n".join(words), "pandera")
    book.save(folder / "marked.xlsx")
