"""One ledger of 100,000 rows: our whole check against the bare reader, in turn, in one run; prints ratios.

    python benchmarks/ledger.py [ROWS] [--sheets N] [--runs N]

The bare reader is ``fastexcel.read_excel(f).load_sheet(i).to_arrow()`` for each sheet: it only reads, so it is the limit.
The peaks of memory are those of fresh processes, one that reads barely and one that checks.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import xlsxwriter

from qq_excel.kinds import FieldType, get_kind
from qq_excel.reading.pool import Pool

AS_OF = dt.date(2026, 9, 30)


def make_ledger(
    path: Path, rows: int, dirty: float, seed: int = 1, unit: str = "华东分公司", sheets: int = 1
) -> None:
    """A ledger of *rows* clean rows over so many *sheets*; a share *dirty* of them with a text number, a text date and
    a wrong balance."""
    rng = random.Random(seed)
    kind = get_kind("receivables")
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for n in range(sheets):
        sheet = book.add_worksheet(kind.sheet if sheets == 1 else f"{kind.sheet}{n + 1}")
        _fill(sheet, range(n * rows // sheets, (n + 1) * rows // sheets), dirty, rng, unit, day)
    book.close()


def _fill(sheet: Any, numbers: range, dirty: float, rng: random.Random, unit: str, day: Any) -> None:
    kind = get_kind("receivables")
    for j, (label, value) in enumerate([("填报单位", unit), ("报告期", "2026Q3"), ("编制人", "周敏")]):
        sheet.write_string(0, 2 * j, label)
        sheet.write_string(0, 2 * j + 1, value)
    sheet.write_string(1, 0, "截止日期")
    sheet.write_datetime(1, 1, dt.datetime(2026, 9, 30), day)
    for j, f in enumerate(kind.fields):
        sheet.write_string(3, j, f.header)
    for row, i in enumerate(numbers, 4):
        occurred = AS_OF - dt.timedelta(days=rng.randrange(20, 300))
        original = rng.randrange(10_000, 10_000_000)
        received = rng.randrange(0, original)
        is_dirty = rng.random() < dirty
        values: dict[str, object] = {
            "claim_id": f"ZQ-2026-{i:06d}", "unit": unit, "debtor": f"{unit}客户{i % 3000:04d}有限公司",
            "debtor_type": "企业", "contract_id": f"HT-{i % 20000:05d}", "subject": "货款", "occurred_on": occurred,
            "due_on": AS_OF + dt.timedelta(days=rng.randrange(1, 90)), "currency": "CNY",
            "original": original / 100, "received": received / 100, "balance": (original - received) / 100,
            "provision": 0, "age_band": "1年以内", "overdue_days": 0,
            "confirmed_on": AS_OF - dt.timedelta(days=5), "confirmation_no": f"QR-{i:06d}",
            "dunned_on": AS_OF - dt.timedelta(days=3), "security": "无", "status": "正常", "measure": "对账",
            "handler": f"经办{i % 40:02d}", "responsible": f"责任{i % 12:02d}", "disputed": "否", "related": "否",
        }  # fmt: skip
        if is_dirty:
            values["balance"] = (original - received) / 100 + 1
            values["occurred_on"] = f"{occurred.year}.{occurred.month}.{occurred.day}"
            values["original"] = f"{original / 100:,.2f}"
        for j, f in enumerate(kind.fields):
            value = values.get(f.name)
            if value is None:
                continue
            if isinstance(value, dt.date):
                sheet.write_datetime(row, j, dt.datetime(value.year, value.month, value.day), day)
            elif isinstance(value, str) or f.type is FieldType.TEXT:
                sheet.write_string(row, j, str(value))
            else:
                sheet.write_number(row, j, value)


def bare(path: Path) -> None:
    import fastexcel

    book = fastexcel.read_excel(str(path))
    for n in range(len(book.sheet_names)):
        book.load_sheet(n).to_arrow()


def read_only(path: Path) -> None:
    from qq_excel.reading import read_workbook

    read_workbook(path)


def by_worker(path: Path) -> None:
    """Read in a worker that is there already, as the command line does: the hand-over included."""
    _POOL.submit(path).result()


def whole(path: Path) -> None:
    from qq_excel.check import check_paths

    check_paths([path])


_POOL = Pool(1)


def timed(call: object, path: Path) -> float:
    start = time.perf_counter()
    call(path)  # type: ignore[operator]
    return time.perf_counter() - start


def peak(call: str, path: Path) -> float:
    """The most megabytes that a fresh process has in use which does nothing but *call* (a function of this module).

    The kernel's own count of the program (Linux): what a parent is told of its child counts the parent itself.
    """
    words = (
        f"from benchmarks.ledger import {call}; from pathlib import Path; {call}(Path({str(path)!r}));"
        " print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    parser.add_argument("--sheets", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    sys.stderr = open("/dev/null", "w") if sys.platform != "win32" else sys.stderr  # noqa: PTH123, SIM115
    with tempfile.TemporaryDirectory() as folder:
        for name, dirty in (("clean", 0.0), ("5 % dirty", 0.05)):
            path = Path(folder) / "ledger.xlsx"
            make_ledger(path, options.rows, dirty, sheets=options.sheets)
            bare(path)
            whole(path)
            by_worker(path)
            ratios: dict[str, list[float]] = {"read": [], "by worker": [], "check": []}
            base: list[float] = []
            for _ in range(options.runs):
                base.append(timed(bare, path))
                ratios["read"].append(timed(read_only, path) / base[-1])
                ratios["by worker"].append(timed(by_worker, path) / base[-1])
                ratios["check"].append(timed(whole, path) / base[-1])
            print(
                f"{options.rows:,} rows, {name}: bare reader {statistics.median(base):.2f} s; "
                + "; ".join(f"{k} {statistics.median(v):.2f} times" for k, v in ratios.items())
            )
            least, most = peak("bare", path), peak("whole", path)
            print(
                f"    at most {least:.0f} MB in use to read barely, {most:.0f} MB to check: {most / least:.2f} times"
            )


if __name__ == "__main__":
    main()
