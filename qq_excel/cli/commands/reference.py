"""Commands to look things up: rules, policies, and the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qq_excel.cli import common
from qq_excel.cli.helping import App
from qq_excel.cli.options import Force, Format, FormatOption, LangOption, Language
from qq_excel.language import t

app = App()
policy_app = App(help=t("查看制度参数", "look at the policy's parameters"), no_args_is_help=True)
app.add_typer(policy_app, name="policy")


@app.command(help=t("列出规则，或说明一条规则", "list the rules, or explain one"))
def rules(
    rule_id: Annotated[
        str | None, typer.Argument(help=t("规则编号，如 REC001", "a rule, e.g. REC001"))
    ] = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """List or explain rules."""
    from qq_excel.cli.looking import run_rules

    del lang
    return run_rules(rule_id, format)


@policy_app.command("show", help=t("显示制度参数及来源", "show the parameters and where they come from"))
def policy_show(
    policy: Annotated[
        str, typer.Argument(help=t("制度名称或 YAML 文件", "a profile or a YAML file"))
    ] = "group",
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help=t(
                "看哪一天的取值，如 2026-09-30；不给时为最新的取值",
                "the values of this day, e.g. 2026-09-30; without it the latest",
            ),
        ),
    ] = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Show a policy's parameters."""
    from qq_excel.cli.looking import run_policy_show

    del lang
    return run_policy_show(common.policy_of(policy), common.day(as_of), format)


@policy_app.command("list", help=t("列出自带的制度和附加规定", "list the profiles and additions"))
def policy_list(format: FormatOption = Format.TEXT, lang: LangOption = Language.ZH) -> int:
    """List the profiles."""
    from qq_excel.cli.looking import run_policy_list

    del lang
    return run_policy_list(format)


@policy_app.command(
    "init", help=t("写出一份可以修改的本单位制度文件", "write a policy of one's own, complete and commented")
)
def policy_init(
    out: Annotated[Path, typer.Option("-o", "--out", help=t("写到哪个 YAML 文件", "the YAML file to write"))],
    profile: Annotated[
        str, typer.Option("--profile", help=t("以哪个制度为底稿", "the profile that it starts from"))
    ] = "group",
    force: Force = False,
    lang: LangOption = Language.ZH,
) -> int:
    """Write a policy of one's own."""
    from qq_excel.cli.looking import run_policy_init

    del lang
    return run_policy_init(profile, out, force)


@app.command(help=t("用自带样例跑一遍全部流程", "run everything on the samples"))
def demo(
    out: Annotated[Path, typer.Argument(help=t("结果放到哪个文件夹", "folder for the results"))],
    profile: Annotated[str, typer.Option("--profile", help=t("制度名称", "profile"))] = "group",
    lang: LangOption = Language.ZH,
) -> int:
    """Run everything on the samples."""
    from qq_excel.cli.demonstrating import run_demo

    del lang
    return run_demo(out, profile)
