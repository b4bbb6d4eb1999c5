"""What a batch costs by files, rows, failing files and findings, and what a period of 10 million claims then takes.

    python -m benchmarks.sizing [--grid 100x50 400x50@0.2 …] [--two FILESxROWS] [--data FOLDER] [--write docs/sizing.md]

FILESxROWS@SHARE: so many workbooks of so many rows (34 columns), of which a share fails (5 % of its rows are wrong). Each is
one fresh ``qq-excel batch``. Seconds are processor seconds of the program and all its processes, so that others on the machine
matter less; memory is the largest process, and the program itself. The fit is by least squares on relative errors.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.batch import as_installed
from benchmarks.ledger import make_ledger

#: A period as the group has it: workbooks, rows of each, the share that fails.
PERIOD = 5_000, 2_000, 0.2
_GRID = "100x50 400x50 100x500 30x5000 60x500@1 20x5000@1 100x500@0.2 400x500@0.2 3x100000@0.3"
_TERMS = ("per run", "per workbook", "per row", "per failing workbook", "per finding")
_BEGIN, _END = "<!-- measured by benchmarks/sizing.py -->", "<!-- end -->"
_MB = 1 << 20


@dataclass(frozen=True)
class Case:
    files: int
    rows: int
    share: float

    @classmethod
    def of(cls, text: str) -> Case:
        size, _, share = text.partition("@")
        files, rows = map(int, size.split("x"))
        return cls(files, rows, float(share or 0))

    @property
    def failing(self) -> int:
        return round(self.files * self.share)


@dataclass(frozen=True)
class Cost:
    case: Case
    findings: int
    cpu: float
    #: Of the program itself: what more processes do not share.
    own: float
    wall: float
    largest: float
    program: float
    #: Bytes of the inbox, the accepted tables, what goes back, and of what waits on the disk at most.
    inbox: int
    tables: int
    returned: int
    waiting: int

    @property
    def terms(self) -> list[float]:
        return [
            1.0, self.case.files, self.case.files * self.case.rows, self.case.failing, self.findings,
        ]  # fmt: skip


def make(folder: Path, case: Case) -> Path:
    inbox = folder / f"{case.files}x{case.rows}@{case.share}"
    inbox.mkdir(parents=True, exist_ok=True)
    for n in range(case.files):
        path = inbox / f"单位{n:05d}_2026Q3_应收.xlsx"
        if not path.exists():
            temporary = path.with_suffix(".part")
            make_ledger(temporary, case.rows, 0.05 if n < case.failing else 0.0, seed=n, unit=f"单位{n:05d}")
            temporary.rename(path)
    return inbox


def measure(inbox: Path, case: Case, jobs: int) -> Cost:
    with tempfile.TemporaryDirectory(dir=inbox.parent) as out:
        target = Path(out) / "o"
        code = "from qq_excel.cli import program; program()"
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", code, "batch", str(inbox), "-o", str(target), "--jobs", str(jobs)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=as_installed(),
        )  # fmt: skip
        seen = {"own": 0.0, "program": 0.0, "waiting": 0}
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, target, seen, over))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        over.set()
        watcher.join()
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(f"the batch over {inbox} failed")
        document = json.loads((target / "batch.json").read_text(encoding="utf-8"))
        if document["totals"]["rejected"] != case.failing:
            sys.exit(f"the batch over {inbox} says otherwise: {document['totals']}")
        findings = sum(sum(f["counts"].values()) for f in document["files"] if f["state"] == "rejected")
        return Cost(
            case, findings, usage.ru_utime + usage.ru_stime, seen["own"], wall, usage.ru_maxrss / 1024, seen["program"],
            _size(inbox), _size(target / "tables"), _size(target / "退回修改"), int(seen["waiting"]),
        )  # fmt: skip


def _watch(pid: int, target: Path, seen: dict[str, float], over: threading.Event) -> None:
    """Note the program's own seconds and peak, and how much waits on the disk, until it is over."""
    ticks = os.sysconf("SC_CLK_TCK")
    while not over.wait(0.1):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        except OSError:
            return
        seen["own"] = max(seen["own"], (int(fields[11]) + int(fields[12])) / ticks)
        if peak:
            seen["program"] = int(peak[1]) / 1024
        seen["waiting"] = max(seen["waiting"], sum(_size(room) for room in target.glob(".qq-batch/room-*")))


def _size(folder: Path) -> int:
    total = 0
    for at, _, files in os.walk(folder):  # it passes over a folder that is gone meanwhile
        for name in files:
            with suppress(OSError):
                total += os.stat(os.path.join(at, name)).st_size  # noqa: PTH116, PTH118
    return total


def fit(terms: Sequence[Sequence[float]], seconds: Sequence[float]) -> np.ndarray:
    """Seconds of each term, by least squares on relative errors; what would come out negative costs nothing."""
    each, total = np.array(terms), np.array(seconds)
    used = list(range(each.shape[1]))
    while True:
        found, *_ = np.linalg.lstsq(each[:, used] / total[:, None], np.ones(len(total)), rcond=None)
        if (found >= 0).all():
            break
        used.pop(int(found.argmin()))
    out = np.zeros(each.shape[1])
    out[used] = found
    return out


def report(costs: Sequence[Cost], by_jobs: Sequence[tuple[int, Cost]]) -> str:
    model = fit([c.terms for c in costs], [c.cpu for c in costs])
    own = fit([[1.0, c.case.files] for c in costs], [c.own for c in costs])
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; one process (`--jobs 1`).",
        "",
        "| workbooks × rows | failing | findings | CPU s | the fit says | wall s | ms a workbook | largest process | program |"
        " waits on disk |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for c in costs:
        says = float(np.dot(model, c.terms))
        lines.append(
            f"| {c.case.files:,} × {c.case.rows:,} | {c.case.failing:,} | {c.findings:,} | {c.cpu:.1f} | {says:.1f}"
            f" ({says / c.cpu - 1:+.0%}) | {c.wall:.1f} | {1000 * c.cpu / c.case.files:.0f} | {c.largest:.0f} MB |"
            f" {c.program:.0f} MB | {c.waiting / _MB:.0f} MB |"
        )
    lines += ["", "| | CPU seconds |", "|---|---|"]
    lines += [f"| {name} | {value:.6f} |" for name, value in zip(_TERMS, model, strict=True)]
    lines += [
        f"| of it in the program itself, {name} | {value:.6f} |"
        for name, value in zip(_TERMS, own, strict=False)
    ]
    if by_jobs:
        lines += ["", *_jobs_told(by_jobs)]
    return "\n".join([*lines, "", *_period(costs, model, own)])


def _jobs_told(by_jobs: Sequence[tuple[int, Cost]]) -> list[str]:
    lines = [
        "| processes | workbooks × rows | wall s | CPU s | of it the program itself |",
        "|---|---|---|---|---|",
    ]
    for jobs, c in by_jobs:
        lines.append(
            f"| {jobs} | {c.case.files:,} × {c.case.rows:,} | {c.wall:.1f} | {c.cpu:.1f} | {c.own:.1f} ({c.own / c.cpu:.0%}) |"
        )
    (_, one), (n, more) = by_jobs[0], by_jobs[-1]
    lines += [
        "",
        f"One process takes {one.wall / more.wall:.2f} times as long as {n} here; by their processor seconds, with a core for each,"
        f" {_faster(one, more, n):.2f} times.",
    ]
    return lines


def _faster(one: Cost, more: Cost, jobs: int) -> float:
    """How much sooner *jobs* processes are done with a core for each: the program's own seconds are not shared."""
    return one.cpu / (more.own + (more.cpu - more.own) / jobs)


def _period(costs: Sequence[Cost], model: np.ndarray, program: np.ndarray) -> list[str]:
    files, rows, share = PERIOD
    failing = files * share
    faulty = [c for c in costs if c.case.failing]
    each = sum(c.findings for c in faulty) / sum(c.case.failing * c.case.rows for c in faulty)
    findings = failing * rows * each
    seconds = float(np.dot(model, [1, files, files * rows, failing, findings]))
    own = float(np.dot(program, [1, files]))
    per_row = {
        "inbox": sum(c.inbox for c in costs) / sum(c.case.files * c.case.rows for c in costs),
        "what waits to be checked, gone afterwards": sum(c.waiting for c in costs)
        / sum(c.case.files * c.case.rows for c in costs),
        "accepted tables": sum(c.tables for c in costs)
        / sum((c.case.files - c.case.failing) * c.case.rows for c in costs),
    }
    back = sum(c.returned for c in costs) / max(1, sum(c.case.failing * c.case.rows for c in costs))
    lines = [
        f"**{files * rows:,} claims in {files:,} workbooks of {rows:,} rows, {failing:,.0f} of them failing with {findings:,.0f} findings:"
        f" {seconds:,.0f} processor seconds**, {own:,.0f} of them the program's own.",
        "",
        "| processes | minutes | claims a second |",
        "|---|---|---|",
    ]
    for jobs in (1, 2, 4, 8, 16, 32):
        took = own + (seconds - own) / jobs
        lines.append(f"| {jobs} | {took / 60:.1f} | {files * rows / took:,.0f} |")
    lines += ["", "| disk | GB |", "|---|---|"]
    for name, size in per_row.items():
        held = files * rows * ((1 - share) if name == "accepted tables" else 1)
        lines.append(f"| {name} | {size * held / 1e9:.1f} |")
    lines.append(f"| what goes back (findings books, annotated copies) | {back * failing * rows / 1e9:.1f} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--grid", nargs="+", default=_GRID.split(), help="FILESxROWS@SHARE")
    parser.add_argument(
        "--two", default="400x500@0.2", help="measured with one and two processes; empty: not"
    )
    parser.add_argument("--data", type=Path, help="keep the workbooks here")
    parser.add_argument("--write", type=Path, help="put the tables into this page")
    options = parser.parse_args()
    cases = [Case.of(text) for text in options.grid]
    if not any(case.failing for case in cases):
        parser.error("some workbooks of the grid must fail: FILESxROWS@SHARE")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.data or Path(temporary)
        costs = []
        for case in cases:
            costs.append(measure(make(folder, case), case, 1))
            print(f"{case}: {costs[-1].cpu:.1f} CPU s, {costs[-1].wall:.1f} s", file=sys.stderr)
        by_jobs = []
        if options.two:
            case = Case.of(options.two)
            by_jobs = [(jobs, measure(make(folder, case), case, jobs)) for jobs in (1, 2)]
    told = report(costs, by_jobs)
    print(told)
    if options.write:
        before, _, rest = options.write.read_text(encoding="utf-8").partition(_BEGIN)
        options.write.write_text(
            f"{before}{_BEGIN}\n\n{told}\n\n{_END}{rest.partition(_END)[2]}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
