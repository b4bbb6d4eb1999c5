"""A register with many claims of one period: ageing and warnings against the same sums by hand, and a claim's life.

    python -m benchmarks.register [CLAIMS] [--units N] [--periods N]

The tables are made from a seed by DuckDB, in the form in which a batch keeps them, and registered as a batch does.
By hand: the bands and one plain level per claim computed in SQL over the same Parquet, without what was judged.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from qq_excel.register import Entry, Register, open_register
from qq_excel.register.claims import life_of, update_index
from qq_excel.register.periods import ageing, ledgers, warnings

_MADE = """
COPY (
  SELECT '{unit}-' || i AS claim_id, '{unit}' AS unit, '客户' || (i % 3000) AS debtor, DATE '2026-09-30' - CAST(i * 7919 % 2500 AS INT)
    AS occurred_on, DATE '2026-12-01' - CAST(i * 7919 % 2500 AS INT) AS due_on, CAST(i * 104729 % 100000000 AS BIGINT) AS balance,
    DATE '2026-09-30' AS _as_of, '{unit}' AS _unit, '{period}' AS _period, '{unit}.xlsx' AS _file, '应收账款明细表' AS _sheet,
    i + 5 AS _row, '{unit}' AS _creditor, true AS _live,
    CASE WHEN i % 5 = 0 THEN '红' WHEN i % 7 = 0 THEN '橙' WHEN i % 11 = 0 THEN '黄' END AS _warning,
    CASE WHEN i % 7 = 0 THEN '橙' END AS _warning_age, CASE WHEN i % 11 = 0 THEN '黄' END AS _warning_limit,
    NULL::VARCHAR AS _warning_term, NULL::VARCHAR AS _warning_instalment, CASE WHEN i % 5 = 0 THEN '红' END AS _warning_limitation,
    CASE WHEN i % 10 = 0 THEN '红' END AS _warning_overdue,
    CASE i * 7919 % 2500 // 366 WHEN 0 THEN '1年以内' WHEN 1 THEN '1至2年' WHEN 2 THEN '2至3年' WHEN 3 THEN '3至4年' WHEN 4 THEN
    '4至5年' ELSE '5年以上' END AS _band_occurred, '未到期' AS _band_due
  FROM range({rows}) r(i)
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
_BY_HAND = {
    "ageing": "SELECT unit, least(date_diff('day', occurred_on, _as_of) // 366, 5) AS band, count(*), sum(balance) "
    "FROM read_parquet($1) GROUP BY ALL",
    "warnings": "WITH c AS (SELECT unit, balance, date_diff('day', occurred_on, _as_of) AS age, date_diff('day', due_on, _as_of) AS late "
    "FROM read_parquet($1)) SELECT unit, "
    "CASE WHEN age > 455 THEN 3 WHEN age > 365 THEN 2 WHEN age > 335 THEN 1 END AS by_age, "
    "CASE WHEN balance > 90000000 THEN 3 WHEN balance > 80000000 THEN 2 WHEN balance > 70000000 THEN 1 END AS by_limit, "
    "CASE WHEN late > 90 THEN 4 WHEN late > 0 THEN 3 WHEN late > -30 THEN 1 END AS by_term, "
    "CASE WHEN late > 1005 THEN 4 END AS by_limitation, CASE WHEN late > 1095 THEN 4 END AS by_overdue, count(*), sum(balance) "
    "FROM c GROUP BY ALL",
}


def load(register: Register, claims: int, units: int, periods: int) -> float:
    """Make and register the tables; seconds that registering and indexing took."""
    spent = 0.0
    with duckdb.connect() as db:
        for p in range(periods):
            entries = []
            for u in range(units):
                unit, period = f"单位{u:04d}", f"{2026 - p}Q3"
                path = Path(register.store.at("made.parquet"))
                path.parent.mkdir(parents=True, exist_ok=True)
                db.execute(_MADE.format(unit=unit, period=period, rows=claims // units, path=path))
                content = path.read_bytes()
                start = time.perf_counter()
                file = register.store.put("receivables", unit, period, content)
                entries.append(
                    Entry("submission", f"{period}/{unit}", file["sha256"], {"files": [file]}, unit, period)
                )
                spent += time.perf_counter() - start
            start = time.perf_counter()
            register.append(entries)
            spent += time.perf_counter() - start
    start = time.perf_counter()
    update_index(register)
    return spent + time.perf_counter() - start


def median(work: Callable[[], object], runs: int = 5) -> float:
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("claims", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--units", type=int, default=1_000)
    parser.add_argument("--periods", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_register(str(Path(folder) / "r.db")) as register:
        spent = load(register, options.claims, options.units, options.periods)
        print(
            f"{options.claims:,} claims of {options.units:,} units in each of {options.periods} periods; registered in {spent:.1f} s"
        )
        paths = [register.store.at(name) for name in ledgers(register, "2026Q3")]

        def by_hand(query: str) -> None:
            with duckdb.connect() as db:
                db.execute(query, [paths]).fetchall()

        ours = {
            "ageing": lambda: ageing(register, "2026Q3"),
            "warnings": lambda: warnings(register, "2026Q3"),
        }
        for name, work in ours.items():
            work()
            hand, mine = median(lambda name=name: by_hand(_BY_HAND[name])), median(work)  # type: ignore[misc]
            print(f"  {name}: {mine:.2f} s, by hand {hand:.2f} s, ratio {mine / hand:.2f}")
        claim = f"单位{options.units // 2:04d}-{options.claims // options.units // 2}"
        assert len(life_of(register, claim)) == options.periods  # noqa: S101
        print(f"  a claim's life: {median(lambda: life_of(register, claim), 9) * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
