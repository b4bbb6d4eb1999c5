"""Many workbooks: our whole batch against bare readers and what a user would write, in turn, in one run.

    python -m benchmarks.batch [FILES] [ROWS] [--runs N] [--jobs N] [--data FOLDER] [--chart SVG] [--ge PYTHON]

One file in five has 5 % faulty rows. Every contestant has as many processes. The others' processes are there and have
their libraries loaded before the clock starts, ours starts like a command: ``qq-excel batch``, findings written.
Slow ones get the first files only (``_CONTESTANTS``); what is compared is workbooks a second.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import multiprocessing
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks import equal
from benchmarks.chart import bars
from benchmarks.ledger import AS_OF, make_ledger
from benchmarks.peers import bare, with_check_class, with_declared_rules, with_expectations, with_pandera
from benchmarks.peers.asked import asked

#: What is run: its name, what it does with one file, the share of the files that it gets.
_CONTESTANTS: dict[str, tuple[Callable[[Path], object] | None, float]] = {
    "fastexcel (reads only)": (bare.fastexcel_only, 1.0),
    "python-calamine (reads only)": (bare.calamine_only, 0.5),
    "qq-excel batch": (None, 1.0),
    "pandas + openpyxl + pandera": (with_pandera.check, 0.1),
    "pandera, list of findings only": (with_pandera.list_only, 0.1),
    "frictionless, rules as a check class": (with_check_class.check, 0.1),
    "frictionless, rules declared": (with_declared_rules.check, 0.1),
}
OURS, LIMIT = "qq-excel batch", "fastexcel (reads only)"


def make_inbox(folder: Path, files: int, rows: int, jobs: int) -> list[Path]:
    """*files* workbooks of *rows* rows each; those that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"单位{n:05d}_2026Q3_应收.xlsx" for n in range(files)]
    missing = [(n, p) for n, p in enumerate(paths) if not p.exists()]
    with ProcessPoolExecutor(jobs) as pool:
        for _ in pool.map(partial(_make, rows), missing, chunksize=4):
            pass
    return paths


def _make(rows: int, numbered: tuple[int, Path]) -> None:
    n, path = numbered
    temporary = path.with_suffix(".part")
    make_ledger(temporary, rows, 0.05 if n % 5 == 0 else 0.0, seed=n, unit=f"单位{n:05d}")
    temporary.rename(path)


def ours(inbox: Path, files: int, jobs: int) -> float:
    """Seconds that a fresh ``qq-excel batch`` takes; its verdicts are compared with what was made."""
    with tempfile.TemporaryDirectory(dir=inbox.parent) as out:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", "from qq_excel.cli import program; program()", "batch", str(inbox), "-o", f"{out}/o",
             "--jobs", str(jobs)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False, env=as_installed(),
        )  # fmt: skip
        seconds = time.perf_counter() - start
    faulty = (files + 4) // 5
    if f"通过 {files - faulty}  退回修改 {faulty}" not in done.stdout:
        sys.exit(f"qq-excel batch says otherwise: {done.stdout}")
    return seconds


def as_installed() -> dict[str, str]:
    """The environment, in which modules are compiled once as those of an installed program are, not by each process anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def theirs(pool: ProcessPoolExecutor, work: Callable[[Path], object], paths: list[Path]) -> float:
    start = time.perf_counter()
    for _ in pool.map(work, paths, chunksize=1):
        pass
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", type=int, nargs="?", default=200)
    parser.add_argument("rows", type=int, nargs="?", default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--data", type=Path, help="keep the workbooks here")
    parser.add_argument("--chart", type=Path, help="draw the chart (SVG)")
    parser.add_argument("--ge", help="a Python that has Great Expectations")
    options = parser.parse_args()
    folder = options.data or Path(tempfile.mkdtemp(prefix="qq-bench-"))
    inbox = folder / f"inbox-{options.files}x{options.rows}"
    paths = make_inbox(inbox, options.files, options.rows, options.jobs)
    expectations = partial(with_expectations.run, options.ge, asked(AS_OF))
    checks = dict(equal.PEERS)
    if options.ge:
        checks["Great Expectations"] = lambda path: expectations([path], 1)[1][0]
    print(equal.prove(paths, checks), flush=True)
    speeds: dict[str, list[float]] = {name: [] for name in _CONTESTANTS}
    if options.ge:
        speeds["Great Expectations"] = []
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        for work, _ in _CONTESTANTS.values():
            if work is not None:
                list(pool.map(work, paths[: 2 * options.jobs]))  # libraries loaded, pages in memory
        for _ in range(options.runs):
            for name, (work, share) in _CONTESTANTS.items():
                some = paths[: max(2 * options.jobs, int(len(paths) * share))]
                seconds = theirs(pool, work, some) if work else ours(inbox, len(paths), options.jobs)
                speeds[name].append((len(some) if work else len(paths)) / seconds)
            if options.ge:
                some = paths[: max(4, len(paths) // 20)]
                speeds["Great Expectations"].append(expectations(some, options.jobs)[0])
    medians = {name: statistics.median(v) for name, v in speeds.items()}
    report(options.files, options.rows, options.jobs, options.runs, medians)
    if options.chart:
        bars(
            options.chart,
            f"{options.files:,} × {options.rows} 行，{options.jobs} 个进程",
            medians,
            highlight=OURS,
        )
    if options.data is None:
        shutil.rmtree(folder)


def report(files: int, rows: int, jobs: int, runs: int, medians: dict[str, float]) -> None:
    print(
        f"{files:,} workbooks x {rows} rows x 34 columns, 5 % faulty rows in 20 % of them; {jobs} processes; medians of {runs}"
    )
    for name, speed in medians.items():
        print(
            f"  {name:37} {speed:8.1f} workbooks/s   {speed / medians[LIMIT]:5.2f} of the limit   "
            f"qq-excel is {medians[OURS] / speed:6.2f} times as fast"
        )
    libraries = ["fastexcel", "python-calamine", "pandas", "openpyxl", "pandera", "frictionless", "pyarrow"]
    print("  " + ", ".join(f"{n} {importlib.metadata.version(n)}" for n in libraries))
    print(f"  Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
