"""Ctrl-C that comes at an awkward moment stops the program all the same, a moment later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import environment, hears_ctrl_c

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

_PRESS = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\n"
_BEGIN = "import time\nfrom qq_excel.faults import set_up_log\nfrom qq_excel.stopping import listen\nset_up_log()\nlisten()\n"
_WAIT = "print('goes on')\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('stopped')\n"


def run(folder: Path, code: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment(folder), capture_output=True,
        text=True, encoding="utf-8", timeout=60, check=False, preexec_fn=hears_ctrl_c,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_it_waits_until_a_module_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "library.py").write_text(f"{_PRESS}time.sleep(0.1)\nwhole = True\n", encoding="utf-8")
    code = f"{_BEGIN}import library\nprint(library.whole)\n{_WAIT}"
    assert run(tmp_path, code) == (0, "True\ngoes on\nstopped\n", "")


def test_it_comes_again_when_an_object_that_went_away_has_lost_it(tmp_path: Path) -> None:
    lost = "class Thing:\n    def __del__(self):\n        os.kill(os.getpid(), signal.SIGINT)\n        time.sleep(1)\n"
    assert run(tmp_path, f"import os, signal\n{_BEGIN}{lost}Thing()\n{_WAIT}") == (
        0,
        "goes on\nstopped\n",
        "",
    )
    assert not list((tmp_path / ".log").rglob("*.log"))


def test_who_began_the_program_to_ignore_it_is_obeyed(tmp_path: Path) -> None:
    code = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{_BEGIN}{_PRESS}print('ignored')"
    assert run(tmp_path, code) == (0, "ignored\n", "")
