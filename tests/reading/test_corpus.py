"""Odd and hostile files of other projects: every one is answered in time and in bounds, none ends the program.

The folder is not part of the project: ``QQ_CORPUS`` names it, or it stands beside the checkout. Some twenty
files go to each run of the program, as a clerk would hand them in, and each file is measured in its worker.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from qq_excel.reading import Options, read_workbook

BESIDE = Path(__file__).parents[3] / "shared/data/odd"
FOLDER = Path(os.environ["QQ_CORPUS"]) if os.environ.get("QQ_CORPUS") else BESIDE
SECONDS, BYTES = 20, 1_000_000_000
#: Reads files in one worker held to the limits and tells of each how long it took and what came of it.
MEASURE = """
import json, sys, time
from pathlib import Path
from qq_excel.reading import Limits, Options
from qq_excel.faults import set_up_log
from qq_excel.reading.pool import Pool
set_up_log()
with Pool(1, Options(Limits(seconds=int(sys.argv[1]), memory_bytes=int(sys.argv[2])))) as pool:
    for name in sys.argv[3:]:
        start = time.monotonic()
        book = pool.submit(Path(name)).result()
        peak = 0
        for worker in pool._all:
            status = Path(f"/proc/{worker._process.pid}/status").read_text()
            peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
        facts = [[f.rule, f.values.get("code")] for f in book.facts]
        print(json.dumps([name, time.monotonic() - start, peak, len(book.tables), facts]), flush=True)
"""
REFUSALS = {"FIL001", "FIL002", "FIL003", "FIL006", "FIL010"}

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir() or sys.platform != "linux", reason="no folder of odd files (QQ_CORPUS), or no /proc"
)


def files() -> list[Path]:
    return sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.suffix not in (".tsv", ".md", ".txt"))


def test_every_file_is_read_or_refused_within_time_and_memory(tmp_path: Path) -> None:
    paths = files()
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(SECONDS), "8000000000", *map(str, paths)],
        capture_output=True, text=True, timeout=SECONDS * len(paths), check=False, env={**os.environ, "QQ_LOG_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    assert done.stderr == ""
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, *_ in told] == [str(p) for p in paths]
    for name, seconds, peak, tables, facts in told:
        assert seconds < SECONDS, name
        assert peak < BYTES, name  # of the worker that read it, and everything before it
        assert tables or any(rule in REFUSALS for rule, _ in facts), name
        assert all(code not in ("fault", "seconds", "memory_bytes") or _known(name) for _, code in facts), (
            name,
            facts,
        )


def _known(name: str) -> bool:
    """Files on which a parser of ours panics; its makers know."""
    return Path(name).name in {"apache+poi__Simple.xlsb", "tafia+calamine__issue_666_panic.xlsb"}


def test_a_clerk_gets_findings_and_an_exit_code() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", "from qq_excel.cli import main; main()", "check", "--format", "json",
         "--as-of", "2026-09-30", *map(str, files())],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert len(document["files"]) == len(files())
    with_findings = {f["file"] for f in document["findings"]}
    assert with_findings == {f["file"] for f in document["files"]}  # none is taken for a sound ledger
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < 2 * BYTES, before


def _codes(path: Path, *passwords: str) -> list[tuple[str, object]]:
    facts = read_workbook(path, options=Options(passwords=passwords)).facts
    return [(f.rule, f.values.get("code")) for f in facts if f.rule == "FIL002"]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("dimastbk+python-calamine__password.xls", "1234"),
        ("dimastbk+python-calamine__password.xlsx", "1234"),
        ("apache+poi__protected_passtika.xlsx", "tika"),
    ],
)
def test_a_password_opens_what_it_locks(name: str, password: str) -> None:
    if not (FOLDER / name).exists():
        pytest.skip("not in this folder")
    assert _codes(FOLDER / name) == [("FIL002", "workbook" if name.endswith(".xls") else "package")]
    assert _codes(FOLDER / name, "falsch") == [("FIL002", "password")]
    assert _codes(FOLDER / name, "falsch", password) == []


def test_an_encrypted_xlsb(tmp_path: Path) -> None:
    plain = FOLDER / "apache+poi__comments.xlsb"
    if not plain.exists():
        pytest.skip("not in this folder")
    with plain.open("rb") as source, (tmp_path / "密.xlsb").open("wb") as target:
        OOXMLFile(source).encrypt("清欠", target)
    assert _codes(tmp_path / "密.xlsb") == [("FIL002", "package")]
    assert _codes(tmp_path / "密.xlsb", "清欠") == []
