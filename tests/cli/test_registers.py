"""What the commands do with a register: opened before anything is written, notes found again, JSON in UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from qq_excel.register import open_register
from tests.cli.support import ROOT, qq, refused
from tests.support.build import build


def test_a_register_that_cannot_be_used_is_told_before_papers_are_written(tmp_path: Path) -> None:
    build(tmp_path / "a.xlsx", {"receivables": [{}]})
    (tmp_path / "r.db").write_text("no database, but longer than a header would be" * 30)
    for command in (("warn",), ("write-off",), ("report", "slips")):
        said = refused(tmp_path, *command, "a.xlsx", "-o", "out", "--register", "r.db")
        assert "这个文件不是登记簿" in said
        assert not (tmp_path / "out").exists(), command


def test_a_note_on_a_unit_is_found_by_the_unit_and_one_on_a_claim_by_the_claim(tmp_path: Path) -> None:
    open_register(str(tmp_path / "r.db")).database.close()
    for subject, more in (("华东分公司", ("--on", "unit")), ("ZQ-0001", ())):
        assert qq(tmp_path, "register", "note", subject, "约谈", "--register", "r.db", *more).returncode == 0
    told = qq(
        tmp_path, "register", "list", "--unit", "华东分公司", "--register", "r.db", "--format", "json"
    ).stdout
    assert [(e["event"], e["subject"], e["claims"]) for e in json.loads(told)] == [("note", "华东分公司", [])]
    told = qq(tmp_path, "register", "claim", "ZQ-0001", "--register", "r.db", "--format", "json").stdout
    assert [m["entry"]["body"]["text"] for m in json.loads(told)] == ["约谈"]


def test_the_json_of_a_batch_is_utf8_whatever_the_screen_is(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    build(tmp_path / "in" / "表.xlsx", {"receivables": [{}]})
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "QQ_LOG_DIR": str(tmp_path),
        "PYTHONIOENCODING": "gbk",
    }
    done = subprocess.run(
        [sys.executable, "-c", "from qq_excel.cli import main; main()", "batch", "in", "-o", "out", "--format", "json"],
        cwd=tmp_path, env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [f["file"] for f in json.loads(done.stdout.decode("utf-8"))["files"]] == ["表.xlsx"]
