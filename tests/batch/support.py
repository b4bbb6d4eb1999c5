"""An inbox, and what a batch made of it, file by file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.batch import stopping
from tests.cli.support import ROOT, hears_ctrl_c
from tests.support.build import build
from tests.support.digests import digests

WRONG = {"balance": 7}
UNITS = ("华东分公司", "华南分公司", "华北分公司", "西南分公司", *(f"第{n}分公司" for n in range(5, 13)))


def inbox(folder: Path, units: int = 4) -> Path:
    """Some units with two workbooks each; the first unit's ledger is wrong; one file is no workbook, and large enough for two
    processes to be worth beginning.
    """
    for n, unit in enumerate(UNITS[:units]):
        place = folder / unit
        place.mkdir(parents=True)
        build(place / "应收.xlsx", {"receivables": ledger(n, WRONG if n == 0 else {})}, {"unit": unit})
        build(place / "合同.xlsx", {"contracts": [{"debtor": f"客户{n}有限公司"}]}, {"unit": unit})
    (folder / "坏的.xlsx").write_bytes(b"PK\x03\x04 nothing more" + bytes(600_000))
    return folder


def ledger(n: int, change: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Two claims of the unit with this number; the second is changed."""
    own = {"unit": UNITS[n], "debtor": f"客户{n}有限公司"}
    return [own, {**own, **(change or {})}]


def results(target: Path) -> dict[str, str]:
    """Digests of every result but the batch's own folder, by its path."""
    return {name: d for name, d in digests(target).items() if not name.startswith(".qq-batch/")}


def states(target: Path) -> dict[str, str]:
    return {f["file"]: f["state"] for f in summary(target)["files"]}


def summary(target: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((target / "batch.json").read_text(encoding="utf-8"))
    return content


def start(
    folder: Path, *arguments: str, out: str = "out", stderr: int = subprocess.DEVNULL, stops: str = ""
) -> subprocess.Popen[bytes]:
    """Begin a batch from ``in`` to ``out`` in *folder*, in two processes and a session of its own.

    It *stops* at a line of its journal, if one is named (:mod:`tests.batch.stopping`).
    """
    code = "from qq_excel.cli import main; main()"
    if stops:
        code = f"import {stopping.MODULE}; {code}"
    more = {stopping.WHERE: f"line {stops}"} if stops else {}
    return subprocess.Popen(
        [sys.executable, "-c", code, "batch", "in", "-o", out, "--jobs", "2", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "QQ_LOG_DIR": str(folder), **more}, stdout=subprocess.DEVNULL,
        stderr=stderr, start_new_session=True, preexec_fn=hears_ctrl_c,  # noqa: PLW1509
    )  # fmt: skip
