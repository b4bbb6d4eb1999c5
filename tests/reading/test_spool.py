"""Workbooks left on the disk: what comes back, and the numbers by which their claims are known."""

from __future__ import annotations

import base64
import datetime as dt
import struct
from hashlib import blake2b
from pathlib import Path

import pandas as pd

from qq_excel.kinds import get_kind
from qq_excel.reading import read_workbook
from qq_excel.reading.spool import leave, take
from tests.support.build import build

CLAIM = {
    "debtor": "青岛海川机械有限公司", "contract_id": "HT-1", "occurred_on": dt.date(2026, 1, 5), "original": 1000.5,
}  # fmt: skip


def test_what_is_left_comes_back_with_the_kinds_of_this_program(tmp_path: Path) -> None:
    book = read_workbook(build(tmp_path / "a.xlsx", {"receivables": [CLAIM, {}], "contracts": [{}]}))
    leave(book, tmp_path / "left")
    back = take(tmp_path / "left")
    assert [t.kind for t in back.tables] == [t.kind for t in book.tables]
    assert all(t.kind is get_kind(t.kind.kind) for t in back.tables)
    for one, other in zip(back.tables, book.tables, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame)
    assert (back.name, back.sha256, back.facts) == (book.name, book.sha256, book.facts)


def test_a_claim_has_the_same_number_in_every_workbook_and_on_every_machine(tmp_path: Path) -> None:
    seconds = int(dt.datetime(2026, 1, 5, tzinfo=dt.UTC).timestamp())
    said = f"青岛海川机械有限公司\x1fHT-1\x1f{seconds}\x1f100050"
    number = struct.unpack("<Q", blake2b(said.encode(), digest_size=8).digest())[0]
    rows = [{**CLAIM, "contract_id": "HT-0"}, CLAIM, {**CLAIM, "contract_id": None}]
    sights = [
        leave(read_workbook(build(tmp_path / f"{n}.xlsx", {"receivables": more})), tmp_path / f"{n}")
        for n, more in enumerate((rows, [{**CLAIM, "handler": "刘洋"}]))
    ]
    first, second = (
        struct.unpack(f"<{len(c) // 8}Q", c) for c in (base64.b64decode(s.claims) for s in sights)
    )
    assert (len(first), first[1], second) == (2, number, (number,))
