"""``qq-excel``: the command line put together, and how it ends: exit codes, errors in one sentence."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from qq_excel import __version__
from qq_excel.cli import common, usage
from qq_excel.cli.addin import addin_app
from qq_excel.cli.commands import checks, files, papers, reference
from qq_excel.cli.common import LangOption, Language
from qq_excel.cli.helping import App
from qq_excel.cli.keys import key_app
from qq_excel.cli.register_keeping import keeping_app
from qq_excel.cli.register_sums import sums_app
from qq_excel.cli.registering import register_app
from qq_excel.cli.reporting import report_app
from qq_excel.faults import set_up_log
from qq_excel.language import t

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
for group in (checks, papers, files, reference):
    app.add_typer(group.app)
app.add_typer(report_app, name="report")
app.add_typer(key_app, name="key")
app.add_typer(addin_app, name="addin")
register_app.add_typer(sums_app)
register_app.add_typer(keeping_app)
app.add_typer(register_app, name="register")


def _print_version(wanted: bool) -> None:
    if wanted:
        common.out.print(f"qq-excel {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help=t("版本", "version"))
    ] = False,
    lang: LangOption = Language.ZH,
) -> None:
    del version, lang  # the language was set before the commands were loaded


def run() -> int:
    """Run the command line; give the exit code."""
    set_up_log()
    command: Any = typer.main.get_command(app)

    def call() -> Any:
        try:
            return command.main(standalone_mode=False, prog_name="qq-excel")
        except usage.UsageError as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                common.out.print(error.ctx.get_help(), markup=False)
                return common.FAILED
            common.err.print(
                t("命令写得不对：", "The command is not right: ") + usage.explain(error),
                style="red", markup=False, soft_wrap=True,
            )  # fmt: skip
            path = error.ctx.command_path if error.ctx else "qq-excel"
            common.err.print(t(f"用 {path} --help 查看用法。", f"See {path} --help."), markup=False)
            return common.FAILED
        except typer.Abort:
            raise KeyboardInterrupt from None

    try:
        return common.guarded(call)
    except (SystemExit, typer.Exit) as leave:
        code = getattr(leave, "exit_code", getattr(leave, "code", 0))
        return int(code or 0)
