"""Whatever a command cannot do is one sentence, exit code 2, and nothing half-written."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from qq_excel import language
from qq_excel.cli import usage
from qq_excel.cli.app import app_of
from tests.cli.support import qq, refused, sentence
from tests.support.build import build

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/sys and /dev/full are Linux's")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    build(tmp_path / "错.xlsx", {"receivables": [{}, {"balance": 700}]})
    return tmp_path


def said(arguments: list[str], lang: language.Lang) -> str:
    with language.using(lang):
        try:
            get_command(app_of()).main(arguments, standalone_mode=False, prog_name="qq-excel")
        except usage.UsageError as error:
            return usage.explain(error)
    raise AssertionError("was taken")


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (["nope"], "没有“nope”这个命令。", "No such command 'nope'"),
        (["chek"], "没有“chek”这个命令", "No such command 'chek'"),
        (["check"], "缺少参数 路径（工作簿或文件夹，可以有多个）。", "Missing argument"),
        (["warn", "x"], "缺少选项 -o / --out（结果放到哪个文件夹）。", "Missing option"),
        (["check", "x", "--format", "xml"], "--format 没有“xml”这个取值，可用：text、json。", "'xml'"),
        (["check", "x", "--lang", "fr"], "--lang 没有“fr”这个取值，可用：zh、en。", "'fr'"),
        (["check", "x", "--as-of"], "选项 --as-of 后面缺少取值。", "--as-of"),
        (["rules", "--nope"], "没有“--nope”这个选项。", "--nope"),
        (["rules", "--formt", "json"], "没有“--formt”这个选项，是不是 --format？", "--format"),
        (["rules", "A", "B", "C"], "多出了“B C”，请删去，或给含空格的路径加引号。", "B C"),
        (["write-off", "x", "-o", "y", "--draft=1"], "选项 --draft 不带取值。", "--draft"),
        (["batch", "x", "-o", "y", "--jobs", "多"], "--jobs 的取值不对：", "--jobs"),
        (["batch", "x", "-o", "y", "--jobs", "-3"], "--jobs 的取值不对：应不小于 0。", "0"),
    ],
)
def test_usage_errors_speak_both_languages(arguments: list[str], zh: str, en: str) -> None:
    shown = said(arguments, "zh")
    assert shown.startswith(zh)
    assert en in said(arguments, "en")


def test_of_an_unknown_usage_error_the_place_is_told() -> None:
    command = get_command(app_of()).commands["batch"]  # type: ignore[attr-defined]
    jobs = next(p for p in command.params if p.name == "jobs")
    new = typer.BadParameter("something new", param=jobs)
    with language.using("zh"):
        assert usage.explain(new) == "--jobs 的取值不对。"
        assert usage.explain(usage.UsageError("something new")) == "选项或参数不合要求。"
    with language.using("en"):
        assert usage.explain(new) == "Invalid value for '--jobs': something new"


def test_a_command_that_is_not_right(work: Path) -> None:
    done = qq(work, "check", "错.xlsx", "--formt", "json")
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.strip().splitlines()
    assert first == "命令写得不对：没有“--formt”这个选项，是不是 --format？"
    assert second == "用 qq-excel check --help 查看用法。"


@pytest.mark.parametrize("command", ["check", "warn", "write-off", "roll-forward"])
def test_a_url_for_results_is_no_folder_with_a_strange_name(work: Path, command: str) -> None:
    why = "s3://bucket/x：结果放到网址的只有 batch 和 watch。请换一个文件夹。"
    assert refused(work, command, "错.xlsx", "-o", "s3://bucket/x") == why
    assert not (work / "s3:").exists()


@ON_LINUX
@pytest.mark.parametrize("command", ["check", "warn", "write-off"])
def test_an_unwritable_folder_is_noticed_even_when_nothing_is_to_be_written(work: Path, command: str) -> None:
    why = "/sys/x：无法写入，没有写入权限，请换一个文件夹。"
    assert refused(work, command, "错.xlsx", "-o", "/sys/x") == why
    (work / "file").write_text("x", encoding="utf-8")
    why = "file/x：无法写入，路径中有一段不是文件夹。"
    assert refused(work, command, "错.xlsx", "-o", "file/x") == why


def test_asking_whether_a_folder_is_writable_leaves_nothing(work: Path) -> None:
    done = qq(work, "write-off", "错.xlsx", "-o", "new/folder")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "不能做核销申请包：没有交来《坏账核销申请表》，请一并提交。\n"
    assert not (work / "new").exists()


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "错.xlsx", "-o", "out"],
        ["warn", "错.xlsx", "-o", "out"],
        ["template", "receivables", "-o", "out/t.xlsx"],
        ["template", "all", "-o", "out"],
    ],
    ids=lambda a: " ".join(a[:2]),
)
def test_a_system_that_takes_no_more_bytes(work: Path, arguments: list[str]) -> None:
    done = qq(work, *arguments, before=small_files)
    assert sentence(done).endswith("：无法写入，文件超过了系统允许的大小。")
    assert [p for p in (work / "out").rglob("*") if p.is_file()] == []


@ON_LINUX
def test_a_full_disk_behind_what_is_printed(work: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        for arguments in (["rules"], ["check", "错.xlsx"], ["check", "错.xlsx", "--format", "json"]):
            done = qq(work, *arguments, stdout=full)
            assert sentence(done) == "屏幕输出或临时文件：无法写入，磁盘已满，请清理后重试。"
    finally:
        os.close(full)


@ON_LINUX
def test_a_reader_that_went_away(work: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = qq(work, "rules", stdout=write)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (2, "")
