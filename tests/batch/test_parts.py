"""Parts of a batch: small enough to hold, smaller towards the end, one as-of date each, groups whole."""

from __future__ import annotations

from collections.abc import Sequence

from qq_excel.batch.model import Seen
from qq_excel.batch.submissions import Submission, parts_of


def one(number: int, *, rows: int = 500, as_of: str = "2026-09-30", group: int | None = None) -> Submission:
    tables = (("receivables", ""),) if rows else ()
    seen = Seen(f"{number}.xlsx", "", 0.0, f"{number}", "2026Q3", tables=tables, rows=rows, as_of=as_of)
    return Submission(f"{number}", f"{number}", "2026Q3", (seen,), (), number if group is None else group)


def sizes(parts: Sequence[Sequence[Submission]]) -> list[int]:
    return [len(part) for part in parts]


def test_parts_get_smaller_towards_the_end() -> None:
    parts = parts_of([one(n) for n in range(1_000)], 2)
    assert sizes(parts) == [100, 100, 100, 100, 100, 100, 100, 75, 56, 42, 31, 24, 20, 20, 20, 12]
    assert [s.key for part in parts for s in part] == [str(n) for n in range(1_000)]


def test_few_files_are_a_part_or_two() -> None:
    assert sizes(parts_of([one(n, rows=50) for n in range(30)], 4)) == [20, 10]
    assert parts_of([], 2) == []


def test_rows_count_as_well() -> None:
    assert sizes(parts_of([one(n, rows=20_000) for n in range(10)], 1)) == [2, 2, 2, 2, 1, 1]


def test_a_group_stays_whole() -> None:
    group = [one(n, group=0) for n in range(150)]
    assert sizes(parts_of([*group, one(150)], 1)) == [150, 1]


def test_a_part_has_one_day_and_what_holds_no_table_goes_with_any() -> None:
    todo = [one(0, as_of="2026-06-30"), one(1), one(2, rows=0, as_of="")]
    assert [[s.key for s in part] for part in parts_of(todo, 1)] == [["0"], ["1", "2"]]
