"""Accepted tables as Parquet, one file per kind, period and unit, for DuckDB, pandas or whoever comes next.

Amounts are whole cents. ``_unit``, ``_period``, ``_as_of``, ``_file``, ``_sheet`` and ``_row`` (as Excel counts)
say where a row is from. Receivables also have what was judged of each row (:func:`qq_excel.warnings.judged_rows`), so that
whoever sums them up need not judge anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.output import safe_name, told_apart, writing

#: So few rows are written in a third of the time with neither a dictionary of each column's texts nor its least and greatest
#: value, packed by a quicker method; they are half as large again. Of what rows are sought by the values are told all the same.
_FEW = 5_000
_SOUGHT_BY = ["claim_id", "_unit", "_period", "_as_of"]

if TYPE_CHECKING:
    import pyarrow as pa

    from qq_excel.check import Result
    from qq_excel.findings import Findings
    from qq_excel.reading.model import Workbook

#: Unit and period of a submission.
Owner = tuple[str | None, str | None]


def kept_tables(result: Result, owners: Sequence[Owner]) -> dict[int, pa.Table]:
    """The tables of *result* as they are kept, by ``id``; *owners* are those of its submissions, by number.

    A column is made once for all tables of a stack, each of which takes its rows of it: to make some fifty for each
    table took half as long as Parquet takes to write them.
    """
    import pyarrow as pa

    from qq_excel.warnings import judged_rows

    text = pa.large_string()
    judged = {id(stack): columns for stack, columns in judged_rows(result)}
    out = {}
    for stack in (s for of_kind in result.dated.values() for s in of_kind):
        columns: dict[str, Any] = {str(name): pa.array(column) for name, column in stack.frame.items()}
        source = pa.array(stack.source)
        mine = [(*owners[s.submission], s.file, s.table.sheet, s.table.as_of) for s in stack.sources]
        types = {"_unit": text, "_period": text, "_file": text, "_sheet": text, "_as_of": pa.date32()}
        for (name, type_), values in zip(types.items(), zip(*mine, strict=True), strict=True):
            columns[name] = pa.array(values, type_).take(source)
        columns["_row"] = pa.array(stack.rows + 1, pa.int64())
        for name, values in judged.get(id(stack), {}).items():
            columns[name] = pa.array(values, text if values.dtype == object else None)
        whole, start = pa.table(columns), 0
        for one in stack.sources:
            out[id(one.table)] = whole.slice(start, len(one.table.data))
            start += len(one.table.data)
    return out


def write_tables(
    books: Sequence[Workbook], owner: Owner, kept: Mapping[int, pa.Table], target: Path, folder: str
) -> dict[str, str]:
    """Write the tables of *books*, which are *kept* so (:func:`kept_tables`); the paths below *target* by kind."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    unit, period = owner
    of_kind: dict[str, list[pa.Table]] = {}
    for table in (t for book in books for t in book.tables):
        of_kind.setdefault(table.kind.kind, []).append(kept[id(table)])
    out = {}
    for kind, tables in of_kind.items():
        name = table_path(folder, kind, unit or books[0].name, period)
        whole = pa.concat_tables(tables, promote_options="permissive")
        with writing(target / name) as temporary:
            if len(whole) > _FEW:
                pq.write_table(whole, temporary, compression="zstd")
            else:
                told = [name for name in _SOUGHT_BY if name in whole.column_names]
                pq.write_table(
                    whole, temporary, compression="lz4", use_dictionary=False, write_statistics=told
                )
        out[kind] = name
    return out


def table_path(folder: str, kind: str, owner: str, period: str | None) -> str:
    """Where the tables of a *kind* go that belong to *owner*: a unit or, where there is none, a file."""
    # safe_name may give two units one name
    name = told_apart(safe_name(owner, "no-unit"), owner)
    return f"{folder}/{kind}/{safe_name(period or '', 'no-period')}/{name}.parquet"


def findings_table(findings: Findings) -> bytes:
    """The findings of a submission as Parquet, one row each, in Chinese; what is wrong also in English."""
    import pyarrow as pa
    import pyarrow.parquet as pq

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
        "message_en",
    )
    rows: dict[str, list[Any]] = {name: [] for name in (*names, "reason", "approved_by")}
    for finding in findings:
        said = finding.document() | {"message": finding.message("zh"), "message_en": finding.message("en")}
        for name, values in rows.items():
            value = said.get(name)
            values.append(value if value is None or name == "row" else str(value))
    schema = pa.schema([(name, pa.int64() if name == "row" else pa.string()) for name in rows])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(rows, schema=schema), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
