"""Accepted tables as Parquet, one file per kind, period and unit, for DuckDB, pandas or whoever comes next.

Amounts are whole cents. ``_unit``, ``_period``, ``_as_of``, ``_file``, ``_sheet`` and ``_row`` (as Excel counts)
say where a row is from. Receivables also have what was judged of each row (:func:`qq_excel.warnings.judged_rows`), so that
whoever sums them up need not judge anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.output import safe_name, writing

#: So few rows are written in three quarters of the time, and are smaller, without a dictionary of each column's texts.
_FEW = 5_000

if TYPE_CHECKING:
    import pyarrow as pa

    from qq_excel.findings import Findings
    from qq_excel.reading.model import Table, Workbook


def write_tables(
    books: Sequence[Workbook],
    unit: str | None,
    period: str | None,
    target: Path,
    folder: str,
    judged: Mapping[int, Mapping[str, Any]],
) -> dict[str, str]:
    """Write the tables of *books*; the paths below *target* by kind. *judged* has further columns by ``id`` of a table."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    of_kind: dict[str, list[pa.Table]] = {}
    for book in books:
        for table in book.tables:
            whole = _whole(table, book, unit, period, judged.get(id(table), {}))
            of_kind.setdefault(table.kind.kind, []).append(whole)
    out = {}
    for kind, tables in of_kind.items():
        name = table_path(folder, kind, unit or books[0].name, period)
        whole = pa.concat_tables(tables, promote_options="permissive")
        with writing(target / name) as temporary:
            pq.write_table(whole, temporary, compression="zstd", use_dictionary=len(whole) > _FEW)
        out[kind] = name
    return out


def table_path(folder: str, kind: str, owner: str, period: str | None) -> str:
    """Where the tables of a *kind* go that belong to *owner*: a unit or, where there is none, a file."""
    # safe_name may give two units one name
    name = f"{safe_name(owner, 'no-unit')}_{hashlib.sha256(owner.encode()).hexdigest()[:6]}"
    return f"{folder}/{kind}/{safe_name(period or '', 'no-period')}/{name}.parquet"


def _whole(
    table: Table, book: Workbook, unit: str | None, period: str | None, judged: Mapping[str, Any]
) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415

    rows = len(table.frame)
    columns: dict[str, Any] = {str(name): pa.array(column) for name, column in table.frame.items()}
    for name, value in (("_unit", unit), ("_period", period), ("_file", book.name), ("_sheet", table.sheet)):
        columns[name] = pa.repeat(pa.scalar(value, pa.large_string()), rows)
    columns["_as_of"] = pa.repeat(pa.scalar(table.as_of, pa.date32()), rows)
    columns["_row"] = pa.array(table.rows + 1, pa.int64())
    for name, values in judged.items():
        columns[name] = pa.array(values, pa.large_string() if values.dtype == object else None)
    return pa.table(columns)


def findings_table(findings: Findings) -> bytes:
    """The findings of a submission as Parquet, one row each, texts in Chinese."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    names = (
        "rule",
        "level",
        "status",
        "file",
        "sheet",
        "cell",
        "row",
        "field",
        "key",
        "value",
        "expected",
        "message",
    )
    rows: dict[str, list[Any]] = {name: [] for name in (*names, "reason", "approved_by")}
    for finding in findings:
        said = finding.document() | {"message": finding.message("zh")}
        for name, values in rows.items():
            value = said.get(name)
            values.append(value if value is None or name == "row" else str(value))
    schema = pa.schema([(name, pa.int64() if name == "row" else pa.string()) for name in rows])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(rows, schema=schema), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
