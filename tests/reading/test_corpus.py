"""Odd and hostile files of other projects: every one is answered, none ends the program or keeps it busy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = os.environ.get("QQ_CORPUS")
SECONDS = 20
CODE = "import sys, pathlib; from qq_excel.reading import read_workbook; read_workbook(pathlib.Path(sys.argv[1]))"

pytestmark = pytest.mark.skipif(not FOLDER, reason="QQ_CORPUS names no folder")


def _files() -> list[Path]:
    suffixes = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xltx", ".xltm"}
    return sorted(p for p in Path(FOLDER).rglob("*") if p.suffix.lower() in suffixes) if FOLDER else []


@pytest.mark.parametrize("path", _files(), ids=lambda p: p.name)
def test_every_file_is_answered(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(path)], timeout=SECONDS, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-500:]
