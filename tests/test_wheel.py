"""What is handed out: the sdist and the wheel built from it, tried far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.digests import digest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel alone, beside the libraries that are there already."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = dist.glob("*.whl")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--target",
        str(folder),
        str(wheel),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=600)
    return folder


def run(installed: Path, work: Path, *command: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "QQ_LANG"}
    environment |= {
        "PYTHONPATH": str(installed),
        "QQ_LOG_DIR": str(work / ".log"),
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=work, env=environment, capture_output=True, text=True, encoding="utf-8",
        check=False, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_both_hold_schemas_and_workbooks(dist: Path) -> None:
    committed = {
        p.relative_to(ROOT).as_posix()
        for top in ("schemas", "workbooks")
        for p in (ROOT / top).rglob("*")
        if p.is_file() and not p.name.startswith((".~lock", "~$"))
    }
    assert "schemas/policies/group.yaml" in committed
    (wheel,) = dist.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {f"qq_excel/_data/{name}" for name in committed} <= held
    assert "qq_excel/py.typed" in held
    assert not [n for n in held if n.startswith(("tests", "benchmarks", "docs"))]
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {n.partition("/")[2] for n in archive.getnames()}
    assert committed <= names
    assert {"README.md", "LICENSE", "pyproject.toml", "Makefile", "tests/test_wheel.py"} <= names


def test_the_wheel_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    main = ("-c", "from qq_excel.cli import main; main()")
    where = run(installed, tmp_path, "-c", "import qq_excel; print(qq_excel.__file__)")
    assert Path(where.strip()).is_relative_to(installed)
    assert run(installed, tmp_path, str(installed / "bin" / "qq-excel"), "--version").startswith("qq-excel ")
    assert "REC001" in run(installed, tmp_path, *main, "rules")
    run(installed, tmp_path, *main, "template", "receivables", "-o", "t.xlsx")
    shipped = installed / "qq_excel" / "_data" / "workbooks" / "应收账款明细表.xlsx"
    assert digest(tmp_path / "t.xlsx") == digest(shipped)
    assert "请打开：" in run(installed, tmp_path, *main, "demo", "out")
    assert (tmp_path / "out" / "index.html").stat().st_size > 10_000
