"""A small table of contracts, live or in a file, for the tests of reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from qq_excel.kinds import get_kind
from qq_excel.reading import read_grids, read_workbook
from qq_excel.reading.grid import BlockGrid
from qq_excel.reading.model import Table

KIND = get_kind("contracts")
NAMES = [f.name for f in KIND.fields]
HEADERS = [f.header for f in KIND.fields]
ROW = {
    "contract_id": "HT-1", "debtor": "青岛海川机械有限公司", "signed_on": dt.datetime(2026, 1, 5),
    "effective_on": dt.datetime(2026, 1, 10), "expires_on": dt.datetime(2027, 1, 4), "amount": 5_000_000.0,
    "settled": 1_000_000.0, "department": "销售部", "handler": "刘洋", "renewed": "否",
}  # fmt: skip


def row(**changes: Any) -> list[Any]:
    values = {**ROW, **changes}
    return [values.get(n) for n in NAMES]


def only(**values: Any) -> list[Any]:
    return [values.get(n) for n in NAMES]


def live(*rows: Sequence[Any], head: Sequence[Sequence[Any]] = (), **more: Any) -> Table:
    """The table of a sheet that is cells already."""
    book = read_grids([BlockGrid("合同台账", [*head, HEADERS, *rows], **more)], "live")
    assert len(book.tables) == 1
    return book.tables[0]


def filed(path: Path, write: Callable[[Any, Any], None], options: Mapping[str, Any] | None = None) -> Table:
    """The table of a file whose sheet *write* fills."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, **(options or {})})
    sheet = book.add_worksheet("合同台账")
    write(book, sheet)
    book.close()
    read = read_workbook(path)
    assert len(read.tables) == 1, read.facts
    return read.tables[0]


def write_rows(book: Any, sheet: Any, rows: Sequence[Sequence[Any]], top: int = 0, left: int = 0) -> None:
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for i, values in enumerate([HEADERS, *rows]):
        for j, value in enumerate(values):
            if isinstance(value, dt.datetime):
                sheet.write_datetime(top + i, left + j, value, day)
            elif isinstance(value, str):
                sheet.write_string(top + i, left + j, value)
            elif value is not None:
                sheet.write(top + i, left + j, value)


def cells(table: Table, name: str) -> list[Any]:
    """A column with None for every blank."""
    return [None if pd.isna(v) else v for v in table.frame[name].tolist()]


def facts(table: Table, rule: str) -> list[tuple[str, list[int], list[str], list[str]]]:
    return [(f.field, f.at.tolist(), f.raw, f.read) for f in table.facts.get(rule, [])]


def noted(table: Table) -> dict[str, list[tuple[str, list[int], list[str], list[str]]]]:
    """All facts by rule."""
    return {rule: facts(table, rule) for rule in table.facts}


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)
