"""The command line as a clerk runs it: a process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: How far a batch is: it says so every half minute, on a machine that is busy.
_PROGRESS = re.compile(r"^\S.* \d+/\d+  [\d.]+ (?:个/秒|files/s)  (?:剩余|left) .+\n", re.MULTILINE)


def environment(folder: Path) -> dict[str, str]:
    """What a process runs in: this program, a wide screen, its log in *folder*."""
    kept = {k: v for k, v in os.environ.items() if k not in ("QQ_LANG", "COLUMNS")}
    return kept | {
        "PYTHONPATH": str(ROOT), "QQ_LOG_DIR": str(folder / ".log"), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200",
    }  # fmt: skip


def hears_ctrl_c() -> None:
    """For a process that is begun: whoever runs the tests in the background has them ignore it, and it would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def qq(
    folder: Path,
    *arguments: str,
    python: tuple[str, ...] = (),
    before: Callable[[], None] | None = None,
    stdout: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run ``qq-excel`` in *folder*; *before* runs in the new process first, *stdout* takes what it prints.

    Of what it says on stderr all but its progress, which hangs on the clock.
    """
    code = "from qq_excel.cli import main; main()"
    done = subprocess.run(
        [sys.executable, *python, "-c", code, *arguments],
        cwd=folder, env=environment(folder), stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, encoding="utf-8", timeout=600, check=False, preexec_fn=before,
    )  # fmt: skip
    done.stderr = _PROGRESS.sub("", done.stderr)
    return done


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that a command was refused with; exit code 2, no traceback, nothing on stdout."""
    assert done.returncode == 2, done.stderr + (done.stdout or "")
    assert "Traceback" not in done.stderr
    assert "故障" not in done.stderr
    assert not done.stdout
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def refused(folder: Path, *arguments: str) -> str:
    """:func:`sentence` of a command run in *folder*."""
    return sentence(qq(folder, *arguments))
