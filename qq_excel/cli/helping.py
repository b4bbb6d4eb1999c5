"""``--help``, in the language of the run, whole: typer's own speaks English, names Python's types and cuts what is long.

It is told from the commands' functions and their declared options, not from typer's inner types, which differ from
version to version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

import typer
from rich.cells import cell_len, set_cell_size
from typer.core import TyperCommand, TyperGroup

from qq_excel.cli import common
from qq_excel.cli.folding import folded
from qq_excel.language import t

F = TypeVar("F", bound=Callable[..., Any])
#: The narrowest screen that help is laid out for.
_NARROWEST = 40
_GAP = "  "
#: What each argument is called in a Chinese help; an English one shows its name in capitals.
_ARGUMENTS = {
    "paths": "路径", "inbox": "收件夹", "file": "文件", "packs": "文件", "source": "备份文件", "out": "文件夹",
    "kind": "表种", "rule_id": "规则编号", "policy": "制度", "private": "私钥", "public": "公钥",
    "claim_id": "债权编号", "subject": "对象", "text": "内容", "period": "报告期",
}  # fmt: skip


class Command(TyperCommand):
    """A command that explains itself in the language of the run."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole help."""
        formatter.write(_help(self, ctx))


class Group(TyperGroup):
    """A command with commands of its own that explains itself in the language of the run."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole help."""
        formatter.write(_help(self, ctx))


class App(typer.Typer):
    """A group of commands; all of them explain themselves so."""

    def __init__(self, **more: Any) -> None:
        super().__init__(cls=Group, **more)

    def command(self, name: str | None = None, **more: Any) -> Callable[[F], F]:
        """As typer's."""
        return super().command(name, cls=Command, **more)


def name_of(param: Any) -> str:
    """A parameter as the help shows it: an option by its names, an argument by a word of the language of the run."""
    if getattr(param, "param_type_name", "") == "option":
        return " / ".join([*param.opts, *param.secondary_opts])
    capitals = str(param.metavar or param.name or "").upper()
    return t(_ARGUMENTS.get(param.name, capitals), capitals)


def _help(command: Any, ctx: Any) -> str:
    """The whole help of *command*."""
    params = [p for p in command.get_params(ctx) if not getattr(p, "hidden", False)]
    arguments = [p for p in params if getattr(p, "param_type_name", "") != "option"]
    options = [p for p in params if getattr(p, "param_type_name", "") == "option"]
    hints = get_type_hints(command.callback) if command.callback else {}
    commands = getattr(command, "commands", None)
    pieces = [ctx.command_path, t("[选项]", "[OPTIONS]"), *map(_usage, arguments)]
    if commands is not None:
        pieces.append(t("命令 …", "COMMAND …"))
    width = max(common.out.width, _NARROWEST)
    page = folded(t("用法：", "Usage: ") + " ".join(pieces), width)
    if command.help:
        page += ["", *folded(command.help, width)]
    _section(page, t("参数", "Arguments"), ((_usage(p), _about(p)) for p in arguments), width)
    _section(page, t("选项", "Options"), ((_option(p, hints.get(p.name)), _about(p)) for p in options), width)
    if commands is not None:
        _section(
            page,
            t("命令", "Commands"),
            ((n, c.help or "") for n, c in commands.items() if not c.hidden),
            width,
        )
        how = t("各命令的用法：", "How to use one: ") + f"{ctx.command_path} {t('命令', 'COMMAND')} --help"
        page += ["", *folded(how, width)]
    return "".join(f"{line}\n" for line in page)


def _section(page: list[str], title: str, lines: Iterable[tuple[str, str]], width: int) -> None:
    rows = list(lines)
    if not rows:
        return
    page += ["", title]
    indent = max(cell_len(name) for name, _ in rows) + 2 * len(_GAP)
    for name, about in rows:
        first, *more = folded(about, max(width - indent, _NARROWEST // 2))
        page.append(f"{_GAP}{set_cell_size(name, indent - 2 * len(_GAP))}{_GAP}{first}".rstrip())
        page += [" " * indent + line for line in more]


def _usage(argument: Any) -> str:
    name = name_of(argument) + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _option(option: Any, hint: Any) -> str:
    short_first = sorted(option.opts, key=len)
    names = ", ".join([*short_first, *option.secondary_opts])
    value = "" if getattr(option, "is_flag", False) else option.metavar or _value(hint)
    return f"{names} {value}".rstrip()


def _value(hint: Any) -> str:
    """What an option takes, told from its type."""
    types = list(_plain_types(hint))
    for kind in types:
        if isinstance(kind, type) and issubclass(kind, Enum):
            return "|".join(str(member.value) for member in kind)
    if Path in types:
        return t("<路径>", "<path>")
    if float in types:
        return t("<数字>", "<number>")
    return t("<整数>", "<number>") if int in types else t("<文字>", "<text>")


def _plain_types(hint: Any) -> Iterator[Any]:
    """The types within ``list[X] | None`` and its like."""
    inner = get_args(hint)
    if not inner and hint is not NoneType:
        yield hint
    for one in inner:
        yield from _plain_types(one)


def _about(param: Any) -> str:
    if param.name == "help" and "--help" in param.opts:
        return t("显示这份说明", "show this help")
    text = str(param.help or "")
    default = param.default.value if isinstance(param.default, Enum) else param.default
    if param.required and getattr(param, "param_type_name", "") == "option":
        return text + t("（必填）", " (required)")
    if isinstance(default, str | int | float) and not isinstance(default, bool) and default != "":
        said = f"{default:g}" if isinstance(default, float) else default
        return text + t(f"（缺省 {said}）", f" (default: {said})")
    return text
