"""``qq-excel``: the command line put together, and how it ends: exit codes, errors in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from qq_excel import __version__
from qq_excel.cli import common, usage
from qq_excel.cli.helping import App
from qq_excel.cli.options import LangOption, Language
from qq_excel.language import t

#: Modules of commands and what these are called; then modules of commands that have commands of their own.
_COMMANDS = {
    "checks": ("check", "batch", "watch", "status", "assess", "roll-forward"),
    "papers": ("warn", "write-off", "verify"),
    "files": ("import", "fix", "map", "template"),
    "reference": ("rules", "demo", "policy"),
}
_GROUPS = {
    "report": ("reporting", "report_app"),
    "key": ("keys", "key_app"),
    "addin": ("addin", "addin_app"),
    "register": ("registering", "register_app"),
}


def app_of(command: str = "") -> App:
    """The command line with *command*, or with every one when there is none of that name.

    To load and put together sixty commands takes longer than all that a small one does.
    """
    app = App(
        name="qq-excel",
        help=t(
            "清欠工作簿的校验、预警和核销。退出码：0 无错误，1 有错误级问题，2 无法运行。",
            "Check receivable workbooks, warn, write off. Exit code: 0 clean, 1 findings at level E, 2 could not run.",
        ),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_top)
    known = command in _GROUPS or any(command in names for names in _COMMANDS.values())
    for module, names in _COMMANDS.items():
        if command in names or not known:
            app.add_typer(import_module(f"qq_excel.cli.commands.{module}").app)
    for name, (module, group) in _GROUPS.items():
        if command == name or not known:
            app.add_typer(getattr(import_module(f"qq_excel.cli.{module}"), group), name=name)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        common.out.print(f"qq-excel {__version__}")
        raise typer.Exit


def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help=t("版本", "version"))
    ] = False,
    lang: LangOption = Language.ZH,
) -> None:
    del version, lang  # the language was set before the commands were loaded


def _command_of(arguments: Sequence[str]) -> str:
    """The command that *arguments* begin with, after the language; anything else is for all commands to answer."""
    words = iter(arguments)
    for word in words:
        if word == "--lang":
            next(words, None)
        elif not word.startswith("--lang="):
            return word
    return ""


def run() -> int:
    """Run the command line; give the exit code."""
    command: Any = typer.main.get_command(app_of(_command_of(sys.argv[1:])))

    def call() -> Any:
        try:
            code = command.main(standalone_mode=False, prog_name="qq-excel")
        except usage.UsageError as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                common.out.print(error.ctx.get_help())
                return common.FAILED
            common.err.print(
                t("命令写得不对：", "The command is not right: ") + usage.explain(error),
                style="red", soft_wrap=True,
            )  # fmt: skip
            path = error.ctx.command_path if error.ctx else "qq-excel"
            common.err.print(t(f"用 {path} --help 查看用法。", f"See {path} --help."))
            return common.FAILED
        except typer.Abort:
            raise KeyboardInterrupt from None
        if code == common.INTERRUPTED:  # what typer makes of Ctrl-C: no command answers this itself
            raise KeyboardInterrupt
        return code

    try:
        return common.guarded(call)
    except (SystemExit, typer.Exit) as leave:
        code = getattr(leave, "exit_code", getattr(leave, "code", 0))
        return int(code or 0)
