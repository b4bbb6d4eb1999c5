"""What was handed in, and what may have been filled in, is never written over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.support import qq, refused
from tests.support.build import build
from tests.support.digests import digest

MAPPING = """\
title: {zh: 测试, en: test}
fields: {claim_id: 编号, debtor: 客户}
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return build(tmp_path / "账.xlsx", {"receivables": [{}]})


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("import", "账.xlsx", "--map", "m.yaml", "-o", "账.xlsx"), "这是交来的文件，不能覆盖"),
        (("fix", "账.xlsx", "-o", "副本.docx"), "输出文件名应以 .xlsx、.xlsm、.xltx、.xltm 结尾"),
        (("status", "账.xlsx", "-o", "账.xlsx"), "输出文件名应以 .html、.htm 结尾"),
        (("check", "账.xlsx", "--write-baseline", "账.xlsx"), "输出文件名应以 .json 结尾"),
        (("template", "receivables", "-o", "账.xlsx"), "可能已经填写，不覆盖"),
        (("batch", ".", "-o", "."), "结果文件夹不能是收件夹"),
        (("batch", "in", "-o", "."), "也不能包含收件夹"),
    ],
)
def test_it_is_refused_in_one_sentence(ledger: Path, command: tuple[str, ...], said: str) -> None:
    folder = ledger.parent
    (folder / "m.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / "in").mkdir()
    shutil.copy2(ledger, folder / "in" / "b.xlsx")
    before, names = digest(ledger), {p.name for p in folder.iterdir()} - {".log"}
    assert said in refused(folder, *command)
    assert digest(ledger) == before
    assert {p.name for p in folder.iterdir()} - {".log"} == names


def test_a_template_is_replaced_when_told_so(ledger: Path) -> None:
    assert qq(ledger.parent, "template", "receivables", "-o", "账.xlsx", "--force").returncode == 0
    said = refused(ledger.parent, "template", "receivables", "-o", "账.xlsx")
    assert "或加 --force" in said
    shutil.copy2(ledger, ledger.parent / "合同台账.xlsx")
    before = digest(ledger)
    told = qq(ledger.parent, "template", "all", "-o", ".").stdout
    assert "合同台账.xlsx（已有，没有覆盖）" in told
    assert digest(ledger.parent / "合同台账.xlsx") == before
    assert (ledger.parent / "坏账核销申请表.xlsx").is_file()
