"""Commands in the documentation: each one parses, and those of docs/guide run, in order, with the output shown.

In a ``console`` block of the guide ``$ `` begins a command, ``[退出码 N]`` is its exit code (0 where it is not said), and
every other line must stand in what it prints, whatever the spaces. A ``yaml`` block that begins with ``# name`` is a file.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from qq_excel.catalogue import all_rules
from qq_excel.cli import common, usage
from qq_excel.cli.app import app_of, run
from qq_excel.kinds import all_kinds
from qq_excel.policy import addition_names, profile_names
from tests.docs.workspace import make

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: A command as it stands in running text or in a block; notes after `#` or a full stop are not part of it.
_COMMAND = re.compile(r"^(?:\$ )?(qq-excel (?:[^\n#`]*[^\s#`]))|`(qq-excel [^`\n]+)`", re.M)


def _commands(text: str) -> Iterator[list[str]]:
    for match in _COMMAND.finditer(text):
        yield shlex.split((match[1] or match[2]).replace("…", ""))[1:]


def test_there_are_commands_to_look_at() -> None:
    assert sum(len(list(_commands(p.read_text(encoding="utf-8")))) for p in PAGES) > 60


@pytest.mark.parametrize("page", PAGES, ids=[p.relative_to(ROOT).as_posix() for p in PAGES])
def test_every_command_that_is_written_down_exists(page: Path) -> None:
    for words in _commands(page.read_text(encoding="utf-8")):
        _parse(words)


def test_wrong_commands_are_found() -> None:
    for line in ("qq-excel chekc a", "qq-excel check a --nope", "qq-excel rules REC999", "qq-excel template nope -o x",
                 "qq-excel policy show nope", "qq-excel check a --policy nope", "qq-excel report nope a -o b",
                 "qq-excel write-off a", "qq-excel check a --format yaml"):  # fmt: skip
        with pytest.raises((AssertionError, usage.UsageError)):
            _parse(shlex.split(line)[1:])


def _parse(words: list[str]) -> None:
    """Follow *words* down to their command; options, choices and names of rules, kinds and profiles must exist."""
    command: Any = typer.main.get_command(app_of())
    path: list[str] = []
    rest = list(words)
    while hasattr(command, "commands"):
        if not rest or rest[0] in ("--help", "--version"):
            return  # a group named in running text, or its help
        name = rest.pop(0)
        assert name in command.commands, f"no command {' '.join([*path, name])}"
        command = command.commands[name]
        path.append(name)
    if not rest or rest == ["--help"]:
        return  # only named
    context = command.make_context(path[-1], rest)
    _names(path, context.params)


def _names(path: list[str], values: dict[str, Any]) -> None:
    policy = values.get("policy") or values.get("profile")
    if policy and not policy.endswith((".yaml", ".yml")):
        main, *more = policy.split("+")
        assert main in profile_names() or main == "PROFILE", policy
        assert set(more) <= set(addition_names()), policy
    if path == ["rules"] and (rule := values.get("rule_id")):
        assert rule in all_rules() or rule == "ID", rule
    if path == ["template"]:
        assert values["kind"] in (*all_kinds(), "all"), values["kind"]


# --- the guide ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all pages, as a reader has it who goes on reading."""
    folder = tmp_path_factory.mktemp("guide")
    make(folder)
    return folder


@pytest.mark.parametrize("page", ["clerks", "controllers", "administrators", "batch"])
def test_the_guide_does_what_it_says(
    page: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("QQ_LOG_DIR", str(folder / ".log"))
    text = (GUIDE / f"{page}.md").read_text(encoding="utf-8")
    for name, content in re.findall(r"```yaml\n# (\S+)\n(.*?)```", text, re.S):
        (folder / name).write_text(content, encoding="utf-8")
    ran = 0
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for command, code, lines in _steps(block):
            monkeypatch.setattr("sys.argv", ["qq-excel", *command])
            for console in (common.out, common.err):
                monkeypatch.setattr(console, "_width", 400)
            done = run()
            printed = capsys.readouterr()
            everything = re.sub(r"\s+", "", printed.out + printed.err)
            assert done == code, f"{command}: exit code {done}\n{printed.err}"
            assert "故障" not in everything, printed.err
            for line in lines:
                for word in line.split("  "):
                    assert re.sub(r"\s+", "", word) in everything, f"{command} does not print {word}"
            ran += 1
    assert ran >= 5


def _steps(block: str) -> Iterator[tuple[list[str], int, list[str]]]:
    for step in re.split(r"^\$ ", block, flags=re.M)[1:]:
        first, *rest = step.strip().splitlines()
        code = next((int(m[1]) for line in rest if (m := re.fullmatch(r"\[退出码 (\d+)\]", line))), 0)
        yield shlex.split(first)[1:], code, [line for line in rest if not line.startswith("[退出码")]


def test_pictures_are_there_and_small() -> None:
    shown = set()
    for page in GUIDE.glob("*.md"):
        shown |= set(re.findall(r"\]\((images/[^)]+)\)", page.read_text(encoding="utf-8")))
    assert {f"images/{p.name}" for p in (GUIDE / "images").iterdir()} == shown
    assert all((GUIDE / name).stat().st_size < 150_000 for name in shown)
