"""What a small check loads: nothing that it does not use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from qq_excel.cli.app import app_of
from tests.cli.support import ROOT
from tests.support.build import build

#: For other commands, for tests, or for formats that this workbook does not have.
_NOT_NEEDED = (
    "hypothesis", "pytest", "openpyxl", "xlsxwriter", "docx", "docxtpl", "jinja2", "sqlalchemy", "alembic", "duckdb", "msoffcrypto",
    "olefile", "python_calamine", "rapidfuzz", "watchfiles", "pyarrow.parquet", "xlwings", "qq_excel.cli.registering",
    "qq_excel.cli.commands.papers",
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


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
@pytest.mark.parametrize(
    ("own", "wanted"), [({}, 1), ({"OPENBLAS_NUM_THREADS": "2"}, min(2, os.cpu_count() or 1))]
)
def test_numpy_starts_no_threads_but_those_that_were_asked_for(own: dict[str, str], wanted: int) -> None:
    code = (
        "import os\nfrom qq_excel.heap import load_undisturbed\nload_undisturbed()\n"
        "import numpy\nprint(len(os.listdir('/proc/self/task')))"
    )
    plain = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=plain | own, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == wanted


def test_a_process_that_was_begun_ahead_is_the_first_that_is_used_and_ends_with_the_program() -> None:
    code = (
        "from qq_excel import processes\nprocesses.begin_ahead()\nprocesses.begin_ahead()\n"
        "ahead = [p.pid for p, _ in processes._AHEAD]\n"
        "used = processes.begin()[0]\nused.kill()\nused.wait()\nprocesses.begin_ahead()\n"
        "print(*ahead, used.pid, processes._AHEAD[0][0].pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    ahead, used, unused = map(int, done.stdout.split())
    assert ahead == used != unused
    with pytest.raises(ProcessLookupError):
        os.kill(unused, 0)


@pytest.mark.parametrize(
    ("arguments", "ahead"),
    [
        (["check", "no.xlsx"], 1),
        (["--lang", "en", "check", "no.xlsx"], 1),
        (["batch", "no", "-o", "out"], 1),
        (["batch", "no", "-o", "out", "--cluster=tcp://127.0.0.1:1"], 0),
        (["check", "--help"], 0),
        (["rules"], 0),
    ],
)
def test_only_a_command_that_reads_begins_one_ahead(arguments: list[str], ahead: int) -> None:
    code = (
        f"import sys\nsys.argv = ['qq-excel', *{arguments!r}]\nfrom qq_excel import processes\nn = []\n"
        "begun = processes._begun\nprocesses._begun = lambda: n.append(1) or begun()\n"
        "from qq_excel.cli import main\ntry:\n    main()\nfinally:\n    print('\\nBEGUN', len(n))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.stdout.splitlines()[-1] == f"BEGUN {ahead}"


def test_ctrl_c_while_the_commands_are_loaded_shows_no_traceback() -> None:
    code = (
        "import sys\nsys.argv = ['qq-excel', 'rules']\nfrom qq_excel import cli\n"
        "class Stop:\n    def find_spec(self, name, *_):\n        if name == 'qq_excel.cli.app':\n            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stop())\ncli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_each_command_is_found_where_it_is_said_to_be_and_the_others_are_not_loaded() -> None:
    """Asked for alone, a command is what it is among all of them."""
    every = get_command(app_of())
    for name in every.commands:
        alone = get_command(app_of(name)).commands
        assert name in alone
        assert set(alone) < set(every.commands)
    for nobody in ("", "chekc", "--help"):
        assert list(get_command(app_of(nobody)).commands) == list(every.commands)


_PROGRAM = "import sys\nsys.argv = ['qq-excel', *sys.argv[1:]]\nfrom qq_excel.cli import program\n{}program()\nprint('not at once')"


def test_the_program_ends_at_once_with_all_said_and_nothing_left(tmp_path: Path) -> None:
    path = build(tmp_path / "a.xlsx", {"receivables": [{"balance": 7}] * 300})
    before = (
        "from qq_excel import processes\nbegun = processes._begun\n"
        "def _begun():\n    found = begun()\n    print('PID', found[0].pid)\n    return found\nprocesses._begun = _begun\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(before), "check", str(path), "--format", "json"], cwd=ROOT, capture_output=True,
        text=True, check=False, encoding="utf-8", env={**os.environ, "QQ_LOG_DIR": str(tmp_path)},
    )  # fmt: skip
    pid, _, said = done.stdout.partition("\n")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(said)["files"][0]["accepted"] is False
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.removeprefix("PID ")), 0)


def test_the_program_waits_for_a_thread_that_still_works() -> None:
    before = (
        "import threading, time\nthreading.Thread(target=lambda: (time.sleep(2), print('done'))).start()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(before), "--version"], cwd=ROOT, capture_output=True, text=True,
        check=False, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, ["qq-excel 0.1.0", "done"], "")
