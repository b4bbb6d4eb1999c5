"""What a small check loads: nothing that it does not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.support import ROOT
from tests.support.build import build

#: For other commands, for tests, or for formats that this workbook does not have.
_NOT_NEEDED = (
    "hypothesis", "pytest", "openpyxl", "xlsxwriter", "docx", "docxtpl", "jinja2", "sqlalchemy", "alembic", "duckdb", "msoffcrypto",
    "olefile", "python_calamine", "rapidfuzz", "watchfiles", "pyarrow.parquet", "xlwings",
)  # fmt: skip


def test_a_small_check_loads_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    path = build(tmp_path / "a.xlsx", {"receivables": [{}]})
    code = (
        "import sys\nsys.argv = ['qq-excel', 'check', sys.argv[1]]\nfrom qq_excel.cli.app import run\ncode = run()\n"
        f"print('LOADED', code, [m for m in {_NOT_NEEDED!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=False, encoding="utf-8"
    )  # fmt: skip
    assert "LOADED 0 []" in done.stdout, done.stdout[-300:] + done.stderr
