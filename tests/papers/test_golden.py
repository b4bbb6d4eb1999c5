"""Every kind of paper against the one that was looked at and approved (``tests/golden``), part by part.

Templates and samples have theirs in ``workbooks/``. When a change is meant: ``QQ_UPDATE_GOLDEN=1 pytest
tests/papers/test_golden.py``, open the new ones, look at them, commit them. Older versions of the libraries
that write may spell the same workbook otherwise, so the comparison asks for at least those recorded.
"""

from __future__ import annotations

import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

from qq_excel import inputs, resources
from qq_excel.check import check_paths
from qq_excel.papers.checking import write_check
from qq_excel.papers.report import make
from tests.papers.support import packs_of
from tests.support.packages import differences, parts

GOLDEN = Path(__file__).parents[1] / "golden"
VERSIONS = GOLDEN / "versions.json"
UNIT = resources.workbooks_dir() / "samples" / "group" / "东北分公司"
WRITERS = ("XlsxWriter", "openpyxl", "docxtpl", "python-docx")
#: One of each kind, by the name that it gets.
PAPERS = {
    "findings": "check/应收账款明细表_校验结果.xlsx",
    "findings-of-all": "check/汇总_校验结果.xlsx",
    "annotated": "check/应收账款明细表_已标注.xlsx",
    "warnings-of-group": "warn/清欠预警表_汇总.xlsx",
    "warnings-of-unit": "warn/清欠预警表_东北分公司.xlsx",
    "gaps": "write-off/缺失清单.xlsx",
    "pack": "write-off/*_核销申请包.zip",
}


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(n) for n in text.split(".") if n.isdigit())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    shutil.copytree(UNIT, folder / "in")
    result = check_paths(inputs.workbooks([folder / "in"]))
    write_check(result, folder / "check")
    make("warnings", result, folder / "warn", formats=["xlsx"])
    packs_of(result, folder / "write-off")
    return folder


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_the_one_approved(made: Path, name: str) -> None:
    new = sorted(made.glob(PAPERS[name]))[0]
    golden = GOLDEN / f"{name}{new.suffix}"
    now = {w: version(w) for w in WRITERS}
    if os.environ.get("QQ_UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        golden.write_bytes(new.read_bytes())
        VERSIONS.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
    recorded = json.loads(VERSIONS.read_text(encoding="utf-8"))
    older = [w for w in WRITERS if _numbers(now[w]) < _numbers(recorded[w])]
    if older:
        pytest.skip(f"older than recorded: {', '.join(older)}")
    assert len(parts(golden.read_bytes())) > 5
    told = list(differences(golden.read_bytes(), new.read_bytes()))
    assert not told, "\n".join([f"{golden.name} differs (QQ_UPDATE_GOLDEN=1 if that is meant)", *told])


def test_a_difference_can_be_read(made: Path) -> None:
    first, second = (made / PAPERS[n] for n in ("warnings-of-group", "warnings-of-unit"))
    told = "\n".join(differences(first.read_bytes(), second.read_bytes()))
    assert "xl/worksheets/sheet1.xml:" in told
    assert list(differences(first.read_bytes(), first.read_bytes())) == []
