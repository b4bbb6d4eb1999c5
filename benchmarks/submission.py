"""One submission with every kind of table: what all rules cost, against reading the same workbooks.

    python benchmarks/submission.py [ROWS] [--runs N]

ROWS in all, the same number of each kind; every row has its partner in the other tables, as in ``tests/support``.
A second run gives a share of the rows one defect each, so that rules find something.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from qq_excel.check import check_workbooks
from qq_excel.reading import read_workbook
from tests.rules.test_properties import DEFECTS, SUBMISSION
from tests.support.build import build


def make(folder: Path, rows: int, dirty: float) -> list[Path]:
    """A workbook per kind of *rows* rows in all; a share *dirty* of each kind's rows has a defect."""
    each = rows // len(SUBMISSION)
    changes: dict[str, list[dict[str, Any]]] = {kind: [] for kind in SUBMISSION}
    for kind, change, _ in DEFECTS.values():
        changes[kind].append(change)
    paths = []
    for kind, first in SUBMISSION.items():
        made = [dict(first[n % len(first)]) for n in range(each)]
        step = round(1 / dirty) if dirty else each + 1
        for i, n in enumerate(range(step - 1, each, step)):
            made[n] |= changes[kind][i % len(changes[kind])] if changes[kind] else {}
        paths.append(build(folder / f"{kind}.xlsx", {kind: made}))
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("rows", type=int, nargs="?", default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for told, dirty in (("clean", 0.0), ("5 % of the rows with a defect", 0.05)):
            folder = Path(name) / told
            folder.mkdir()
            paths = make(folder, options.rows, dirty)
            ratios, reading, checking = [], [], []
            for run in range(options.runs + 1):
                start = time.perf_counter()
                books = [read_workbook(path) for path in paths]
                between = time.perf_counter()
                result = check_workbooks(books)
                end = time.perf_counter()
                if run:  # the first fills caches
                    reading.append(between - start)
                    checking.append(end - between)
                    ratios.append(checking[-1] / reading[-1])
            rows = sum(len(table.frame) for book in books for table in book.tables)
            by_rule = Counter(f.rule for f in result.findings)
            print(
                f"{len(paths)} kinds, {rows:,} rows, {told}: reading {statistics.median(reading):.2f} s, "
                f"all rules {statistics.median(checking):.2f} s, {statistics.median(ratios):.2f} times reading; "
                f"{by_rule.total():,} findings of {len(by_rule)} rules"
            )


if __name__ == "__main__":
    main()
