"""Ctrl-C at any moment: one sentence, exit code 130, nothing half-written, no process left. (A batch's: ``tests/batch``.)"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.support import environment, hears_ctrl_c
from tests.support.build import build

#: Begins a command whose reading process, or whose disk, says when it is asked for something and then takes its time.
_SLOW = {
    "reads": """
import threading, time
from pathlib import Path
from qq_excel.reading import pool
ask = pool._Worker.ask
def slow(worker, *about):
    threading.Timer(0.3, Path(".log/now").touch).start()
    ask(worker, "run", None, (time.sleep, 60), {})
    return ask(worker, *about)
pool._Worker.ask = slow
""",
    "writes": """
import os, time
from pathlib import Path
def slow(number, sync=os.fsync):
    Path(".log/now").touch()
    time.sleep(2)
    sync(number)
os.fsync = slow
""",
}
_RUN = "from qq_excel.cli import main; main()"
_MAPPING = """\
title: {zh: 测试导出, en: Test export}
unit: 海外业务部
columns:
  claim_id: {from: 发票号}
  debtor: {from: 客户}
  occurred_on: {from: 开票日, date: year-first}
  due_on: {from: 到期日, date: year-first}
  original: {from: 金额}
constants: {debtor_type: 企业, currency: CNY}
"""
_COMMANDS = {
    "check": ["check", "in", "-o", "out"],
    "warn": ["warn", "in", "-o", "out"],
    "write-off": ["write-off", "in", "-o", "out", "--draft"],
    "report": ["report", "ageing", "in", "-o", "out"],
    "fix": ["fix", "in/a.xlsx", "-o", "out/a.xlsx"],
    "import": ["import", "in/a.csv", "--map", "in/a.yaml", "--as-of", "2026-09-30", "-o", "out/a.xlsx"],
}


@pytest.mark.parametrize("does", _SLOW)
@pytest.mark.parametrize("command", _COMMANDS)
def test_a_command_that_is_interrupted_says_so_once_and_leaves_nothing(
    tmp_path: Path, command: str, does: str
) -> None:
    (tmp_path / "in").mkdir()
    build(
        tmp_path / "in" / "a.xlsx",
        {"receivables": [{"debtor": " 青岛海川机械有限公司 "}], "write_offs": [{}]},
    )
    (tmp_path / "in" / "a.csv").write_text(
        "发票号,客户,开票日,到期日,金额\n1,青岛海川机械有限公司,2026-03-04,2026-06-05,200.10\n",
        encoding="utf-8",
    )
    (tmp_path / "in" / "a.yaml").write_text(_MAPPING, encoding="utf-8")
    (tmp_path / ".log").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW[does] + _RUN, *_COMMANDS[command]],
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        start_new_session=True, preexec_fn=hears_ctrl_c,  # noqa: PLW1509
    )  # fmt: skip
    while not (tmp_path / ".log" / "now").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "已中断，没有留下不完整的结果。\n")
    assert not [p for p in (tmp_path / "out").rglob("*") if p.is_file() and not p.name.endswith(".jsonl")]
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert [p.name for p in (tmp_path / ".log").rglob("*") if p.is_file()] == ["now"]  # no fault is logged
