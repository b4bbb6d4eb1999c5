"""A disk that fills up in the middle of a set: what is there is whole, and the sentence says that the set is not."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from qq_excel.errors import InputError, OutputError
from qq_excel.language import Text
from qq_excel.output import whole_set
from tests.cli.support import ROOT
from tests.support.build import build

_MOUNT = "mkdir -p out && mount -t tmpfs -o size={size} none out"


def on_a_disk_of(size: str, folder: Path, *commands: list[str]) -> list[tuple[int, str, list[str]]]:
    """Run *commands* in *folder*, whose ``out`` is a disk of *size*; of each the exit code, what it said, the files there."""
    steps = [_MOUNT.format(size=size)]
    program = [sys.executable, "-c", "from qq_excel.cli import main; main()"]
    for n, command in enumerate(commands):
        steps.append(
            f"code=0; {shlex.join([*program, *command])} >said{n} 2>&1 || code=$?; echo $code >code{n}"
        )
        steps.append(f"(cd out && find . -type f) >files{n}")
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", "\n".join(["set -e", *steps])],
        cwd=folder,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "HOME": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not (folder / "code0").exists():
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    return [
        (int((folder / f"code{n}").read_text()), (folder / f"said{n}").read_text(encoding="utf-8").strip(),
         sorted((folder / f"files{n}").read_text(encoding="utf-8").split()))
        for n in range(len(commands))
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="mounts of Linux")
def test_the_set_is_said_to_be_incomplete_and_the_next_run_completes_it(tmp_path: Path) -> None:
    rows = [{"claim_id": f"C-{n}", "debtor": f"欠款{n}公司"} for n in range(12)]
    build(tmp_path / "台账.xlsx", {"receivables": rows})
    dun = ["report", "confirmations", "台账.xlsx", "-o", "out/函", "--format", "docx"]
    check = ["check", "台账.xlsx", "-o", "out/校验"]
    (made, checked) = on_a_disk_of("64k", tmp_path, dun, check)

    code, said, files = made
    assert code == 2
    assert re.fullmatch(
        r"out/函/.*：无法写入，磁盘已满，请清理后重试。这一套不完整：已写出 \d+ 个（.*），没有写出 \d+ 个（.*）。"
        r"解决后请重新运行同样的命令。", said,
    )  # fmt: skip
    there, missing = (int(n) for n in re.findall(r"写出 (\d+) 个", said))
    whole = [f for f in files if f.endswith(".docx")]
    assert (len(whole), there + missing) == (there, 12)
    assert [f for f in files if f not in whole] == ["./函/.qq-confirmations.jsonl"]  # nothing half-written

    code, said, after = checked
    assert code == 2
    assert said.startswith("out/校验/台账_已标注.xlsx：无法写入，磁盘已满")
    assert "这一套不完整" not in said  # of this one nothing was written
    assert after == files

    (again,) = on_a_disk_of("4m", tmp_path, [*dun[:-2], "--format", "docx"])
    assert again[0] == 0
    assert len([f for f in again[2] if f.endswith(".docx")]) == 12


def test_an_error_within_a_set_keeps_its_kind_and_names_what_is_open() -> None:
    with pytest.raises(InputError) as failed, whole_set(["甲", "乙", "丙"]) as there:
        there += ["甲"]
        raise InputError(Text("证据读不到。", "the evidence cannot be read."))
    assert failed.value.text == Text(
        "证据读不到。这一套不完整：已写出 1 个（甲），没有写出 2 个（乙、丙）。解决后请重新运行同样的命令。",
        "the evidence cannot be read. The set is not complete: 1 written (甲), 2 not written (乙, 丙). "
        "Run the same command again once it is mended.",
    )


def test_of_many_the_first_few_are_named() -> None:
    with pytest.raises(OutputError) as failed, whole_set([f"{n}.docx" for n in range(20)]) as there:
        there += ["0.docx"]
        raise OutputError(Text("满。", "full."))
    assert "没有写出 19 个（1.docx、2.docx、3.docx、4.docx、5.docx、6.docx、……）" in failed.value.text.zh


def test_where_nothing_or_all_is_written_the_sentence_stands_alone() -> None:
    for done in ([], ["甲"]):
        with pytest.raises(OutputError) as failed, whole_set(["甲"]) as there:
            there.extend(done)
            raise OutputError(Text("满。", "full."))
        assert failed.value.text == Text("满。", "full.")
