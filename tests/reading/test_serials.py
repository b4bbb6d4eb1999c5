"""Cells formatted as dates that are none, and numbers at which the bulk reader breaks down: quoted, never lost."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from typing import Any

import pytest

from qq_excel import processes
from qq_excel.check import check_paths
from qq_excel.kinds import get_kind
from qq_excel.reading import read_workbook
from qq_excel.reading.model import Table
from qq_excel.reading.pool import Pool
from tests.reading.tables import NAMES, cells, day, facts, filed, live, row, write_rows
from tests.support.build import build

pytestmark = pytest.mark.usefixtures("each_way")

DAY, TIME, HOURS = "yyyy-mm-dd", "hh:mm", "[h]:mm"
#: What stands in the cells, how they are formatted, and how a finding quotes them.
ODD = [
    (99_999_999.0, DAY, "99999999"), (2_958_466.0, DAY, "2958466"), (-5.0, DAY, "-5"), (0.4375, TIME, "10:30"),
    (0.0, TIME, "00:00"), (0.43752, "hh:mm:ss", "10:30:02"), (1.5, HOURS, "36:00"),
]  # fmt: skip


def sheet(path: Path, odd: list[tuple[float, str | None]], last: str | None, date1904: bool = False) -> Table:
    """A table whose dates and amounts are *odd*; then a whole row, its date and amount the text *last* if given."""

    def write(book: Any, into: Any) -> None:
        write_rows(book, into, [row(contract_id=f"HT-{i}") for i in range(len(odd) + 1)])
        for column in (NAMES.index("signed_on"), NAMES.index("amount")):
            for i, (value, how) in enumerate(odd, 1):
                into.write_number(i, column, value, book.add_format({"num_format": how}) if how else None)
            if last is not None:
                into.write_string(len(odd) + 1, column, last)

    return filed(path, write, {"date_1904": date1904})


def quoted(table: Table, rule: str) -> dict[int, str]:
    return {i: text for f in table.facts.get(rule, []) for i, text in zip(f.at.tolist(), f.raw, strict=True)}


@pytest.mark.parametrize("date1904", [False, True])
@pytest.mark.parametrize("last", [None, "长期"])
def test_what_no_date_is_is_quoted(tmp_path: Path, last: str | None, date1904: bool) -> None:
    table = sheet(tmp_path / "a.xlsx", [(value, how) for value, how, _ in ODD], last, date1904)
    words = dict(enumerate(text for _, _, text in ODD)) | ({len(ODD): last} if last else {})
    assert quoted(table, "CEL005") == words
    assert quoted(table, "CEL004") == words
    assert cells(table, "signed_on") == [None] * len(ODD) + [None if last else day("2026-01-05")]
    assert cells(table, "amount") == [None] * len(ODD) + [None if last else 500_000_000]


@pytest.mark.parametrize("how", [TIME, HOURS])
def test_times_alone_are_no_amounts(tmp_path: Path, how: str) -> None:
    table = sheet(tmp_path / "a.xlsx", [(0.4375, how), (0.75, how)], "10:30")
    assert quoted(table, "CEL004") == {0: "10:30", 1: "18:00", 2: "10:30"}
    assert cells(table, "amount") == [None, None, None]


def test_a_negative_date_of_1904_counts_from_there(tmp_path: Path) -> None:
    table = sheet(tmp_path / "a.xlsx", [(-5.0, DAY), (2_957_004.0, DAY)], None, date1904=True)
    assert quoted(table, "CEL005") == {0: "-5", 1: "2957004"}


def test_a_finding_tells_the_cell_that_is_no_date(tmp_path: Path) -> None:
    path = build(tmp_path / "a.xlsx", {"contracts": [{"signed_on": 20_260_105}, {}]})
    import openpyxl

    book = openpyxl.load_workbook(path)
    at = next(c for r in book.active.iter_rows() for c in r if c.value == 20_260_105)
    at.value, at.number_format = 99_999_999, DAY
    book.save(path)
    found = [f for f in check_paths([path]).findings if f.cell == at.coordinate]
    assert [(f.rule, f.value) for f in found] == [("CEL005", "99999999")]


# --- numbers at which the bulk reader breaks down -----------------------------------------------------


@pytest.mark.parametrize("last", [None, "面议"])
def test_amounts_far_below_every_date(tmp_path: Path, last: str | None) -> None:
    odd = [(-2e11, None), (-1e20, None), (1e300, None), (1.0, None)]
    table = sheet(tmp_path / "a.xlsx", odd, last)
    assert cells(table, "amount") == [-20_000_000_000_000, None, None, 100, None if last else 500_000_000]
    assert quoted(table, "CEL004") == {1: "-1e+20", 2: "1e+300"} | ({4: last} if last else {})
    assert quoted(table, "CEL005") == {0: "-2e+11", 1: "-1e+20", 2: "1e+300", 3: "1"} | (
        {4: last} if last else {}
    )


@pytest.mark.parametrize("date1904", [False, True])
def test_a_date_cell_far_below_every_date(tmp_path: Path, date1904: bool) -> None:
    serial = 46_027 - (1_462 if date1904 else 0)
    odd = [(-1e20, DAY), (1e300, DAY), (12.5, None), (serial, DAY), (0.4375, TIME)]
    table = sheet(tmp_path / "a.xlsx", odd, '长\t"期\\0', date1904)
    assert cells(table, "signed_on") == [None, None, None, day("2026-01-05"), None, None]
    assert cells(table, "amount") == [None, None, 1_250, None, None, None]
    words = {0: "-1e+20", 1: "1e+300", 4: "10:30", 5: '长\t"期\\0'}
    assert quoted(table, "CEL005") == words | {2: "12.5"}
    assert quoted(table, "CEL004") == words | {3: "2026-01-05"}


def test_errors_and_booleans_beside_a_breakdown(tmp_path: Path) -> None:
    def write(book: Any, into: Any) -> None:
        write_rows(book, into, [row(contract_id=f"HT-{i}") for i in range(4)])
        into.write_number(1, NAMES.index("signed_on"), -1e20, book.add_format({"num_format": DAY}))
        into.write_formula(2, NAMES.index("signed_on"), "=NA()", None, "#N/A")
        into.write_number(1, NAMES.index("amount"), -2e11)
        into.write_boolean(2, NAMES.index("amount"), True)
        into.write_string(3, NAMES.index("amount"), "面议")

    table = filed(tmp_path / "a.xlsx", write)
    assert facts(table, "CEL010") == [("signed_on", [1], ["#N/A"], [""])]
    assert cells(table, "signed_on") == [None, None, day("2026-01-05"), day("2026-01-05")]
    assert cells(table, "amount") == [-20_000_000_000_000, None, None, 500_000_000]
    assert sorted(quoted(table, "CEL004").items()) == [(1, "true"), (2, "面议")]


# --- other ways in ------------------------------------------------------------------------------------


def test_live_sheets_give_a_time_as_a_day_before_1900() -> None:
    table = live(row(amount=dt.datetime(1899, 12, 30, 10, 30)), row(signed_on=dt.datetime(1899, 12, 25)))
    assert quoted(table, "CEL004") == {0: "10:30"}
    assert quoted(table, "CEL005") == {1: "1899-12-25 00:00:00"}


def test_times_among_texts_of_a_column_of_times(tmp_path: Path) -> None:
    path = build(tmp_path / "a.xlsx", {"collection_log": [{"at": "9:05"}, {"at": 0.4375}, {"at": "14:30"}]})
    import openpyxl

    book = openpyxl.load_workbook(path)
    next(c for r in book.active.iter_rows() for c in r if c.value == 0.4375).number_format = TIME
    book.save(path)
    table = read_workbook(path).tables[0]
    assert table.kind is get_kind("collection_log")
    assert table.frame["at"].tolist() == ["9:05", "10:30", "14:30"]


def test_a_fault_of_a_reading_process_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = (
        "import sys; sys.path[:] = {path!r}; from qq_excel.reading import worker, table\n"
        "from qq_excel.reading import book\n"
        "def fail(*a, **k): raise ZeroDivisionError('by hand')\n"
        "book._tables = fail; worker.main()"
    )
    monkeypatch.setattr(processes, "_START", broken)
    path = build(tmp_path / "a.xlsx", {"contracts": [{}]})
    with caplog.at_level(logging.ERROR), Pool(1) as pool:
        books = [pool.submit(path).result() for _ in range(2)]
    faults = [b.facts[0].values["fault"] for b in books]
    said = [r.getMessage() for r in caplog.records if r.name == "qq_excel.reading.pool"]
    assert len(said) == 2
    for fault, text in zip(faults, said, strict=True):
        assert f"fault {fault}" in text
        assert "ZeroDivisionError: by hand" in text
