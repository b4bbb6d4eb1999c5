"""``--help`` of every command: whole, and in the language of the run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from rich.cells import cell_len

from tests.cli.support import ROOT

#: Prints the help of each command, as its options and arguments say it, in the language given.
WALK = """
import json, sys
from qq_excel import language
language.use(sys.argv[1])
from typer.main import get_command
from qq_excel.cli.app import app_of
def walk(command, path, parent):
    ctx = command.make_context(path.split()[-1], [], parent=parent, resilient_parsing=True)
    params = [[p.param_type_name, p.name, list(p.opts), getattr(p, "help", None)] for p in command.get_params(ctx)]
    yield [path, command.get_help(ctx), params, sorted(getattr(command, "commands", {}))]
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, f"{path} {name}", ctx)
print(json.dumps(list(walk(get_command(app_of()), "qq-excel", None))))
"""
#: Words that typer's own help has.
ENGLISH = re.compile(
    r"\b(Usage|Options?|OPTIONS|Arguments?|Commands?|COMMAND|ARGS|default|required|Show|exit|list\[|bool|str)\b"
)
CHINESE = re.compile("[\u4e00-\u9fff]")


def helps(lang: str, columns: int) -> dict[str, tuple[str, list[Any], list[str]]]:
    done = subprocess.run(
        [sys.executable, "-c", WALK, lang],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(columns)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {path: (text, params, commands) for path, text, params, commands in json.loads(done.stdout)}


@pytest.mark.parametrize("columns", [80, 50])
def test_every_help_is_whole_and_chinese(columns: int) -> None:
    every = helps("zh", columns)
    assert len(every) > 40
    for path, (text, params, commands) in every.items():
        assert text.startswith(f"用法：{path}"), path
        assert not ENGLISH.search(text.replace("[OPTIONS]", "OPTIONS")), (path, ENGLISH.search(text))
        lines = text.splitlines()
        assert max(map(cell_len, lines)) <= columns, path
        assert all(line == line.rstrip() for line in lines)
        joined = re.sub(r"\s+", "", text)
        for how, name, opts, about in params:
            said = "显示这份说明" if name == "help" else about
            assert said, (path, name)
            assert CHINESE.search(said), (path, name)
            assert re.sub(r"\s+", "", said) in joined, (path, name)
            for shown in opts if how == "option" else ():
                assert shown in text, (path, shown)
        usage = re.sub(r"\s+", "", text.split("\n\n")[0]).removeprefix("用法：" + path.replace(" ", ""))
        assert not re.search("[A-Za-z]", usage), (path, usage)  # arguments have Chinese names
        assert all(f"\n  {name} " in text for name in commands), path


def test_every_help_is_english_with_lang_en() -> None:
    every = helps("en", 100)
    assert every.keys() == helps("zh", 100).keys()
    for path, (text, params, _) in every.items():
        assert text.startswith(f"Usage: {path} [OPTIONS]"), path
        assert not CHINESE.search(text), (path, text)
        assert all(name == "help" or about for _, name, _, about in params), path
        assert all(how == "option" or name.upper() in text for how, name, _, _ in params), path
        assert "  -h, --help" in text
        assert "show this help" in text


def test_what_an_option_takes_and_does_without() -> None:
    text = helps("zh", 80)["qq-excel batch"][0]
    assert "用法：qq-excel batch [选项] 收件夹…\n" in text
    for line in (
        "  -o, --out <路径或网址>  结果放到哪个文件夹或网址（如 s3://桶/结果）（必填）\n",
        "  --jobs <整数>           并行进程数；0 为每核一个（缺省 0）\n",
        "  --resume                接着做完中断的一次\n",
        "  --format text|json      输出格式（缺省 text）\n",
        "  -h, --help              显示这份说明",
    ):
        assert line in text


def test_seconds_are_a_number_and_have_a_default() -> None:
    text = helps("zh", 80)["qq-excel watch"][0]
    assert "  --settle <数字>         多少秒不再变化才算写完（缺省 2）\n" in text
    assert "  收件夹…  监视的文件夹（在本机或网络盘上）\n" in text


def test_what_happens_without_as_of_is_told_by_each_command() -> None:
    every = helps("zh", 120)
    without = {path: text.partition("--as-of")[2].partition("\n")[0] for path, (text, _, _) in every.items()}
    assert without["qq-excel import"].endswith("截止日期，如 2026-09-30；不给时取导出文件中最晚的日期")
    assert without["qq-excel check"].endswith("截止日期，如 2026-09-30；代替表头的，表头没有时必填")
    assert without["qq-excel policy show"].endswith("不给时为最新的取值")


def test_no_line_begins_with_a_closing_mark_and_no_code_is_cut() -> None:
    for path, (text, _, _) in helps("zh", 60).items():
        for line in text.splitlines():
            assert not re.match(r"\s*[，。、；：？！）》”]", line), (path, line)
            assert not re.search(r"[（《“]$|\b[A-H]-?$", line), (path, line)
