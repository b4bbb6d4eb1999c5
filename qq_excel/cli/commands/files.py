"""Commands about one file: bring it in, mend it, map it, start a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qq_excel.cli import common
from qq_excel.cli.helping import App
from qq_excel.cli.options import (
    AsOf,
    Force,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitsFile,
    PasswordFile,
    PolicyOption,
)
from qq_excel.language import t

app = App()


@app.command(
    "import", help=t("把外部导出（CSV 或工作簿）转成应收账款明细表", "turn a foreign export into a ledger")
)
def import_(
    file: Annotated[Path, typer.Argument(help=t("导出文件", "the export"))],
    out: Annotated[Path, typer.Option("-o", "--out", help=t("写到哪个工作簿", "the ledger to write"))],
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            help=t(
                "对应关系 YAML 文件，或自带的名称；不给时按版式找保存过的",
                "mapping YAML, or a built-in name; without it the saved one that fits the layout",
            ),
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help=t(
                "截止日期，如 2026-09-30；不给时取导出文件中最晚的日期",
                "as-of date, e.g. 2026-09-30; without it the latest date in the export",
            ),
        ),
    ] = None,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Turn a foreign export into a ledger."""
    from qq_excel.cli.importing import run_import

    del lang
    options = common.options_of(password_file, limits)
    return run_import(file, mapping, common.day(as_of), out, options)


@app.command(
    help=t(
        "修正写法（空格、全角、文本型数字和日期、列名），另存一份；会改变含义的只列出。--undo 取回原件",
        "mend how things are written, in a copy; what changes the meaning is only listed. --undo gives the original",
    )
)
def fix(
    file: Annotated[
        Path, typer.Argument(help=t("工作簿；--undo 时为修正件", "the workbook; with --undo the copy"))
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help=t("写到哪里", "where to write it"))],
    undo: Annotated[
        bool,
        typer.Option(
            "--undo", help=t("从修正件取回原件，逐字节相同", "give the original back, byte for byte")
        ),
    ] = False,
    spared: Annotated[
        list[str] | None,
        typer.Option(
            "--except",
            help=t(
                "不改的规则（CEL002）或单元格（D7、工作表!D7），可重复",
                "a rule (CEL002) or cell (D7, sheet!D7) to leave as it is; may be repeated",
            ),
        ),
    ] = None,
    as_of: AsOf = None,
    policy: PolicyOption = "group",
    limits: LimitsFile = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Mend a workbook in a copy, or undo that."""
    from qq_excel.cli.fixing import run_fix, run_undo

    del lang
    if undo:
        return run_undo(file, out)
    options = common.options_of(None, limits)
    return run_fix(file, out, common.day(as_of), common.policy_of(policy), spared or [], options, format)


@app.command("map", help=t("为自用版式的表建立对应关系文件", "make a mapping file for a layout of one's own"))
def map_(
    file: Annotated[
        Path, typer.Argument(help=t("没有认出来的工作簿", "the workbook that was not recognised"))
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            help=t("写到哪里；不写则放进旁边的 mappings 文件夹", "where to; else into mappings beside it"),
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help=t("表种，如 receivables", "the kind, e.g. receivables"))
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help=t("工作表", "the sheet"))] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help=t("不提问，采用建议", "ask nothing, take what is proposed"))
    ] = False,
    force: Force = False,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Make a mapping file."""
    from qq_excel.cli.mapping import run_map

    del lang
    options = common.options_of(password_file, limits)
    return run_map(file, out, kind, sheet, options, yes=yes, force=force)


@app.command(help=t("新建空白模板", "write a blank template"))
def template(
    kind: Annotated[
        str, typer.Argument(help=t("表种，如 receivables；all 为全部", "a kind, e.g. receivables; or all"))
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help=t("写到哪里", "where to write it"))],
    policy: PolicyOption = "group",
    force: Force = False,
    lang: LangOption = Language.ZH,
) -> int:
    """Write a template."""
    from qq_excel.cli.looking import run_template

    del lang
    return run_template(kind, out, common.policy_of(policy), force)
