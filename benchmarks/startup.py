"""What a small check costs, its start included: ``qq-excel check`` of one row against the import of pandera, in turn.

python -m benchmarks.startup [--runs N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.batch import as_installed
from tests.support.build import build

_CHECK, _IMPORT = "from qq_excel.cli import program; program()", "import pandera.pandas"


def seconds(code: str, *arguments: str) -> float:
    """How long a fresh Python takes for *code*, which must end well."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, check=True, env=as_installed()
    )
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    asked = parser.parse_args()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        workbook = str(build(Path(folder) / "small.xlsx", {"receivables": [{}]}))
        for run in range(asked.runs + 1):
            check, load = seconds(_CHECK, "check", workbook), seconds(_IMPORT)
            if run:  # the first may have to compile the modules
                ours.append(check)
                theirs.append(load)
    check, load = statistics.median(ours), statistics.median(theirs)
    print(f"check of one row {check:.2f} s, import pandera.pandas {load:.2f} s: {check / load:.2f} times")
    print(f"medians of {asked.runs} in turn; Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
