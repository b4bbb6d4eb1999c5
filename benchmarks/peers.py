"""What others do with one ledger: bare readers, and validation of the same kind as a user would write it.

The rules are those that a table alone can answer and that the faulty rows break: types, required columns, unique
numbers, allowed words, amounts that add up, dates before the as-of date. Ours asks many more.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from qq_excel.kinds import FieldType, get_kind

HEADER_ROW = 3
AS_OF = dt.datetime(2026, 9, 30)
_WORDS = {
    "债务人类型": ["企业", "个人", "政府", "事业单位"],
    "担保方式": ["无", "保证", "抵押", "质押"],
    "是否争议": ["是", "否"],
}


def fastexcel_only(path: Path) -> None:
    import fastexcel

    fastexcel.read_excel(str(path)).load_sheet(0).to_arrow()


def calamine_only(path: Path) -> None:
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


@cache
def _pandera_schema() -> Any:
    import pandera.pandas as pa

    columns: dict[str, Any] = {}
    for f in get_kind("receivables").fields:
        checks = [pa.Check.isin(_WORDS[f.header])] if f.header in _WORDS else []
        if f.type is FieldType.AMOUNT:
            checks.append(pa.Check.ge(0))
            columns[f.header] = pa.Column(float, checks, nullable=True, coerce=True)
        elif f.type is FieldType.DATE:
            columns[f.header] = pa.Column("datetime64[ns]", checks, nullable=True, coerce=True)
        else:
            columns[f.header] = pa.Column(
                object, checks, nullable=True, unique=f.name == "claim_id", required=False
            )
    return pa.DataFrameSchema(
        columns,
        checks=[
            pa.Check(
                lambda d: (d["原始金额"] - d["已收金额"] - d["账面余额"]).abs() < 0.005, error="balance"
            ),
            pa.Check(lambda d: d["业务发生日期"] <= AS_OF, error="future"),
        ],
    )


def pandera_check(path: Path) -> None:
    """pandas with openpyxl, pandera with lazy validation, what failed written to a workbook."""
    import pandas as pd
    import pandera.errors as pe

    frame = pd.read_excel(path, header=HEADER_ROW, engine="openpyxl")
    try:
        _pandera_schema().validate(frame, lazy=True)
    except pe.SchemaErrors as error:
        with tempfile.TemporaryDirectory() as folder:
            error.failure_cases.astype(str).to_excel(f"{folder}/findings.xlsx", index=False)


@cache
def _frictionless_schema() -> Any:
    from frictionless import Schema

    fields = []
    for f in get_kind("receivables").fields:
        kind = {FieldType.AMOUNT: "number", FieldType.DATE: "any", FieldType.INT: "any"}.get(f.type, "any")
        constraints: dict[str, Any] = {"unique": True} if f.name == "claim_id" else {}
        if f.header in _WORDS:
            constraints["enum"] = _WORDS[f.header]
        if kind == "number":
            constraints["minimum"] = 0
        fields.append({"name": f.header, "type": kind, "constraints": constraints})
    return Schema.from_descriptor({"fields": fields})


def frictionless_check(path: Path) -> None:
    """The same with frictionless; the balance by its own expression check; the report written as JSON."""
    from frictionless import Checklist, Dialect, Resource, checks, formats, system

    with system.use_context(trusted=True):
        dialect = Dialect(header_rows=[HEADER_ROW + 1], controls=[formats.ExcelControl(sheet=1)])
        resource = Resource(path=str(path), dialect=dialect, schema=_frictionless_schema())
        checklist = Checklist(
            checks=[checks.row_constraint(formula="原始金额 - 已收金额 - 账面余额 < 0.005")],
            pick_errors=["#row", "#cell"],
        )
        report = resource.validate(checklist)
    json.dumps(report.to_descriptor(), default=str)


def great_expectations(python: str, paths: list[Path], jobs: int) -> float:
    """Workbooks a second with Great Expectations in a Python of its own."""
    script = Path(__file__).with_name("expectations.py")
    done = subprocess.run(
        [python, str(script), str(jobs), *map(str, paths)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return float(done.stdout.strip().splitlines()[-1])
