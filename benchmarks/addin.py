"""A click on 校验 in LibreOffice against the check on the command line: seconds, first click, second click.

    python benchmarks/addin.py 5000 100000      # rows; LibreOffice 7 or later, nothing else running

The extension is installed into a new profile; clicks are dispatched, the times are those of the extension's log: from the
click until the workbook is given back, marked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.ledger import make_ledger  # noqa: E402
from qq_excel.addin.libreoffice import running  # noqa: E402
from tests.support import office  # noqa: E402

DIRTY = 0.05
CLICKS = 3


def command_line(file: Path) -> float:
    """Seconds of ``qq-excel check`` with its start, the best of three."""
    best = 1e9
    for _ in range(3):
        start = time.perf_counter()
        code = "from qq_excel.cli import program; program()"
        subprocess.run(
            [sys.executable, "-c", code, "check", str(file), "--format", "json"],
            check=False,
            stdout=subprocess.DEVNULL,
        )
        best = min(best, time.perf_counter() - start)
    return best


def clicks(app: object, file: Path, log: Path) -> list[str]:
    """The log's lines of some clicks on 校验 in *file*."""
    book = app.books.open(str(file))
    helper = app.impl.service("com.sun.star.frame.DispatchHelper")
    frame = book.impl.doc.CurrentController.Frame
    out = []
    for _ in range(CLICKS):
        before = log.read_text("utf-8").count("done in") if log.exists() else 0
        helper.executeDispatch(frame, "cn.qq_excel:qq_check", "", 0, ())
        office.wait_for(lambda n=before: log.exists() and log.read_text("utf-8").count("done in") > n, 600)
        out.append(log.read_text("utf-8").splitlines()[-1].split("done in ")[1])
    book.close()
    return out


def main() -> None:
    """Print a table."""
    sizes = [int(x) for x in sys.argv[1:]] or [5_000]
    log_folder = tempfile.mkdtemp()
    os.environ["QQ_LOG_DIR"] = log_folder
    log = Path(log_folder) / "qq-excel" / "qq-excel.log"
    with office.home() as folder:
        profile = office.install(folder, sys.executable)
        with running.started(profile=profile) as app:
            for rows in sizes:
                file = Path(log_folder) / f"{rows}.xlsx"
                make_ledger(file, rows, DIRTY)
                print(f"{rows} rows, {DIRTY:.0%} dirty: qq-excel check {command_line(file):.2f} s")
                for n, line in enumerate(clicks(app, file, log), 1):
                    print(f"  click {n}: {line}")
    shutil.rmtree(log_folder)


if __name__ == "__main__":
    main()
