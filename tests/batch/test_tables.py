"""Accepted tables as they are kept: each has its own rows of what was made for all of a stack."""

from __future__ import annotations

import datetime as dt
import gc
import weakref
from pathlib import Path

from qq_excel.batch.tables import kept_tables
from qq_excel.check import check_submissions
from qq_excel.policy import load_policy
from qq_excel.reading import read_workbook
from tests.support.build import build


def test_each_table_has_its_own_rows_owner_and_day(tmp_path: Path) -> None:
    """Two ledgers of one day on one stack, one of another day, and a table that nothing is judged of."""
    claims = [
        [{"claim_id": "A-1"}, {"claim_id": "A-2", "balance": 0, "received": 1000, "status": "已结清"}],
        [{"claim_id": "B-1"}],
        [{"claim_id": "C-1"}],
    ]
    books = []
    for n, rows in enumerate(claims):
        day = dt.date(2026, 6, 30) if n == 1 else dt.date(2026, 9, 30)
        path = build(
            tmp_path / f"{n}.xlsx", {"receivables": rows, "contracts": [{}]}, {"as_of": day, "unit": f"第{n}"}
        )
        books.append(read_workbook(path))
    result = check_submissions(books, [0, 1, 2], load_policy("group"))
    kept = kept_tables(result, [("甲", "2026Q3"), ("乙", None), (None, "2026Q3")])
    ledgers, contracts = zip(*([kept[id(t)].to_pylist() for t in b.tables] for b in books), strict=True)
    names = ("claim_id", "_unit", "_period", "_file", "_sheet", "_as_of", "_row", "_live")
    assert [[tuple(row[n] for n in names) for row in rows] for rows in ledgers] == [
        [
            ("A-1", "甲", "2026Q3", "0.xlsx", "应收账款明细表", dt.date(2026, 9, 30), 6, True),
            ("A-2", "甲", "2026Q3", "0.xlsx", "应收账款明细表", dt.date(2026, 9, 30), 7, False),
        ],
        [("B-1", "乙", None, "1.xlsx", "应收账款明细表", dt.date(2026, 6, 30), 6, True)],
        [("C-1", None, "2026Q3", "2.xlsx", "应收账款明细表", dt.date(2026, 9, 30), 6, True)],
    ]
    assert [len(rows) for rows in contracts] == [1, 1, 1]
    assert "_live" not in contracts[0][0]


def test_the_tables_of_a_part_are_let_go_at_once(tmp_path: Path) -> None:
    """Its memory does not wait for Python to look for cycles."""
    book = read_workbook(build(tmp_path / "a.xlsx", {"receivables": [{}], "contracts": [{}]}))
    result = check_submissions([book], [0], load_policy("group"))
    ledger = weakref.ref(result.stacks["receivables"])
    gc.disable()
    try:
        result.take_apart()
        del book, result
        assert ledger() is None
    finally:
        gc.enable()
