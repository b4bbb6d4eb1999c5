"""``qq-excel``: one thin function per command. What a command does stands in the package, not here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from qq_excel import __version__
from qq_excel.cli import common, usage
from qq_excel.cli.addin import addin_app
from qq_excel.cli.common import (
    AsOf,
    Draft,
    Format,
    FormatOption,
    Inbox,
    Jobs,
    LangOption,
    Language,
    LimitsFile,
    MappingsDir,
    MaybeOutDir,
    Moves,
    NamePattern,
    OutDir,
    PasswordFile,
    Paths,
    PolicyOption,
    PreviousFiles,
    PreviousPaths,
    RegisterUrl,
    Resume,
    SignKey,
    TablesDir,
    Together,
    WaiversFile,
)
from qq_excel.cli.registering import register_app
from qq_excel.cli.reporting import report_app
from qq_excel.faults import set_up_log
from qq_excel.language import t

app = typer.Typer(
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
policy_app = typer.Typer(help=t("查看制度参数", "look at the policy's parameters"), no_args_is_help=True)
app.add_typer(policy_app, name="policy")
app.add_typer(report_app, name="report")
app.add_typer(addin_app, name="addin")
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


@app.command(help=t("校验工作簿，列出问题", "check workbooks and list what is wrong"))
def check(
    paths: Paths,
    out: MaybeOutDir = None,
    as_of: AsOf = None,
    policy: PolicyOption = "group",
    format: FormatOption = Format.TEXT,
    together: Together = False,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    mappings: MappingsDir = None,
    waivers: WaiversFile = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help=t("基线文件：只看新增的问题", "a baseline: see only new findings")),
    ] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option(
            "--write-baseline", help=t("把现有问题记为基线", "accept today's findings as the baseline")
        ),
    ] = None,
    previous: PreviousPaths = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Check workbooks."""
    from qq_excel.cli.checking import run_check  # noqa: PLC0415

    del lang
    options = common.options_of(password_file, limits, mappings)
    return run_check(
        paths, out, common.day(as_of), common.policy_of(policy), format, together, options,
        waivers, baseline, write_baseline, previous or (),
    )  # fmt: skip


@app.command(
    help=t(
        "批量校验收件夹：文件夹、zip、通配符；可中断、可继续",
        "check an inbox of folders, zips and globs; can be interrupted and resumed",
    )
)
def batch(
    inbox: Inbox,
    out: OutDir,
    jobs: Jobs = 0,
    pattern: NamePattern = None,
    move: Moves = None,
    waivers: WaiversFile = None,
    register: RegisterUrl = None,
    tables: TablesDir = None,
    resume: Resume = False,
    as_of: AsOf = None,
    policy: PolicyOption = "group",
    previous: PreviousFiles = None,
    format: FormatOption = Format.TEXT,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    mappings: MappingsDir = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Check an inbox."""
    from qq_excel.cli.batching import asked_for, run_batch  # noqa: PLC0415

    del lang
    asked = asked_for(
        inbox, out, common.policy_of(policy), common.options_of(password_file, limits, mappings), jobs=jobs,
        pattern=pattern, as_of=common.day(as_of), previous=previous or [], moves=move or [], waivers=waivers, resume=resume,
    )  # fmt: skip
    return run_batch(asked, format, register, tables)


@app.command(
    help=t(
        "监视收件夹：收到就校验，回执写在旁边；重启后接着做",
        "watch an inbox: check what arrives, answer beside it; goes on after a restart",
    )
)
def watch(
    inbox: Inbox,
    out: OutDir,
    settle: Annotated[
        float,
        typer.Option(
            "--settle", min=0.1, help=t("多少秒不再变化才算写完", "seconds without a change: it is written")
        ),
    ] = 2.0,
    every: Annotated[
        float,
        typer.Option(
            "--every",
            min=1,
            help=t("至少多少秒看一次（网络文件夹不通知变化）", "seconds between two looks at least"),
        ),
    ] = 60.0,
    jobs: Jobs = 0,
    pattern: NamePattern = None,
    move: Moves = None,
    waivers: WaiversFile = None,
    register: RegisterUrl = None,
    tables: TablesDir = None,
    as_of: AsOf = None,
    policy: PolicyOption = "group",
    previous: PreviousFiles = None,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    mappings: MappingsDir = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Watch an inbox."""
    from qq_excel.cli.batching import asked_for  # noqa: PLC0415
    from qq_excel.cli.watching import run_watch  # noqa: PLC0415

    del lang
    asked = asked_for(
        inbox, out, common.policy_of(policy), common.options_of(password_file, limits, mappings), jobs=jobs,
        pattern=pattern, as_of=common.day(as_of), previous=previous or [], moves=move or [], waivers=waivers,
    )  # fmt: skip
    return run_watch(asked, register, tables, settle, every)


@app.command(
    help=t(
        "生成清欠预警表（各单位一份，集团一份）", "make warning sheets, one per unit and one for the group"
    )
)
def warn(
    paths: Paths,
    out: OutDir,
    as_of: AsOf = None,
    policy: PolicyOption = "group",
    format: FormatOption = Format.TEXT,
    together: Together = False,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    mappings: MappingsDir = None,
    register: RegisterUrl = None,
    tables: TablesDir = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Make warning sheets."""
    from qq_excel.cli.checking import run_warn  # noqa: PLC0415

    del lang
    options = common.options_of(password_file, limits, mappings)
    return run_warn(
        paths, out, common.day(as_of), common.policy_of(policy), format, together, options, register, tables
    )


@app.command("write-off", help=t("生成坏账核销申请包", "make write-off packs"))
def write_off(
    paths: Paths,
    out: OutDir,
    as_of: AsOf = None,
    policy: PolicyOption = "group",
    draft: Draft = False,
    pdf: Annotated[
        bool,
        typer.Option(
            "--pdf",
            help=t(
                "另出一册有书签和页码的合订本 PDF（需 LibreOffice）",
                "also one bound PDF of each with bookmarks and page numbers (needs LibreOffice)",
            ),
        ),
    ] = False,
    sign_key: SignKey = None,
    format: FormatOption = Format.TEXT,
    together: Together = False,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    mappings: MappingsDir = None,
    register: RegisterUrl = None,
    tables: TablesDir = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Make write-off packs."""
    from qq_excel.cli.checking import run_write_off  # noqa: PLC0415

    del lang
    options = common.options_of(password_file, limits, mappings)
    return run_write_off(
        paths, out, common.day(as_of), common.policy_of(policy), draft, format, together, options,
        sign_key=sign_key, pdf=pdf, register=register, tables=tables,
    )  # fmt: skip


@app.command(
    help=t("看每个案件到了哪个阶段、缺什么、该谁办", "where each case stands, what is missing, who is due")
)
def status(
    paths: Paths,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help=t("看板写到哪个 HTML 文件", "write the board (HTML) here")),
    ] = None,
    as_of: AsOf = None,
    policy: PolicyOption = "group",
    format: FormatOption = Format.TEXT,
    together: Together = False,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Tell where each case stands."""
    from qq_excel.cli.standing import run_status  # noqa: PLC0415

    del lang
    options = common.options_of(password_file, limits)
    return run_status(paths, out, common.day(as_of), common.policy_of(policy), format, together, options)


@app.command(
    help=t(
        "考核各单位：填好评分表、列出计算依据，得分齐全时出通报",
        "assess the units: scoring sheet, how each score came about, and the notice once complete",
    )
)
def assess(
    paths: Paths,
    out: OutDir,
    previous: PreviousPaths = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period", help=t("考核期，如 2026Q3；不给取截止日期所在季度", "e.g. 2026Q3; else the quarter")
        ),
    ] = None,
    ad_hoc: Annotated[
        str | None,
        typer.Option("--ad-hoc", help=t("不定期考核：单位名称", "an ad hoc assessment of this unit alone")),
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option("--scores", help=t("填好态度得分的评分表", "the scoring sheet with attitude filled in")),
    ] = None,
    prepared_by: Annotated[
        str | None, typer.Option("--prepared-by", help=t("编制人", "who prepares the sheet"))
    ] = None,
    dated: Annotated[
        str | None,
        typer.Option(
            "--dated", help=t("通报落款日期；不给则留空手填", "the day that the notice bears; else blank")
        ),
    ] = None,
    templates: Annotated[
        Path | None, typer.Option("--templates", help=t("自己的模板文件夹", "folder of your own templates"))
    ] = None,
    as_of: AsOf = None,
    policy: PolicyOption = "assessment",
    format: FormatOption = Format.TEXT,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Assess the units."""
    from qq_excel.cli.assessing import Asked, run_assess  # noqa: PLC0415

    del lang
    options = common.options_of(password_file, limits)
    asked = Asked(paths, previous or [], scores, period, ad_hoc, prepared_by, common.day(dated))
    return run_assess(asked, out, common.day(as_of), common.policy_of(policy), templates, format, options)


@app.command(
    help=t(
        "核对核销申请包或提交的封存件是否完整、未被改动",
        "prove a write-off pack, or a sealed submission, whole",
    )
)
def verify(
    pack: Annotated[
        Path,
        typer.Argument(help=t("申请包（zip）或封存件（xlsx）", "the pack (zip) or the submission (xlsx)")),
    ],
    key: Annotated[
        Path | None,
        typer.Option("--key", help=t("签名人的公钥（PEM），核对签名", "the signer's public key (PEM)")),
    ] = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Prove a pack whole."""
    from qq_excel.cli.checking import run_verify  # noqa: PLC0415

    del lang
    return run_verify(pack, format, key)


@app.command(
    "roll-forward",
    help=t(
        "结转：生成下一期的应收账款明细表，预填本期未了结的债权",
        "next period's receivables ledgers, prefilled with this period's open claims",
    ),
)
def roll_forward(
    paths: Paths,
    out: OutDir,
    policy: PolicyOption = "group",
    format: FormatOption = Format.TEXT,
    together: Together = False,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    mappings: MappingsDir = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Carry open claims over."""
    from qq_excel.cli.rolling import run_roll_forward  # noqa: PLC0415

    del lang
    options = common.options_of(password_file, limits, mappings)
    return run_roll_forward(paths, out, common.policy_of(policy), together, format, options)


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
    as_of: AsOf = None,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Turn a foreign export into a ledger."""
    from qq_excel.cli.importing import run_import  # noqa: PLC0415

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
    from qq_excel.cli.fixing import run_fix, run_undo  # noqa: PLC0415

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
    force: Annotated[bool, typer.Option("--force", help=t("覆盖已有的文件", "overwrite"))] = False,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Make a mapping file."""
    from qq_excel.cli.mapping import run_map  # noqa: PLC0415

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
    lang: LangOption = Language.ZH,
) -> int:
    """Write a template."""
    from qq_excel.cli.looking import run_template  # noqa: PLC0415

    del lang
    return run_template(kind, out, common.policy_of(policy))


@app.command(help=t("列出规则，或说明一条规则", "list the rules, or explain one"))
def rules(
    rule_id: Annotated[
        str | None, typer.Argument(help=t("规则编号，如 REC001", "a rule, e.g. REC001"))
    ] = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """List or explain rules."""
    from qq_excel.cli.looking import run_rules  # noqa: PLC0415

    del lang
    return run_rules(rule_id, format)


@policy_app.command("show", help=t("显示制度参数及来源", "show the parameters and where they come from"))
def policy_show(
    policy: Annotated[
        str, typer.Argument(help=t("制度名称或 YAML 文件", "a profile or a YAML file"))
    ] = "group",
    as_of: AsOf = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Show a policy's parameters."""
    from qq_excel.cli.looking import run_policy_show  # noqa: PLC0415

    del lang
    return run_policy_show(common.policy_of(policy), common.day(as_of), format)


@policy_app.command("list", help=t("列出自带的制度和附加规定", "list the profiles and additions"))
def policy_list(format: FormatOption = Format.TEXT, lang: LangOption = Language.ZH) -> int:
    """List the profiles."""
    from qq_excel.cli.looking import run_policy_list  # noqa: PLC0415

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
    force: Annotated[bool, typer.Option("--force", help=t("覆盖已有文件", "write over a file"))] = False,
    lang: LangOption = Language.ZH,
) -> int:
    """Write a policy of one's own."""
    from qq_excel.cli.looking import run_policy_init  # noqa: PLC0415

    del lang
    return run_policy_init(profile, out, force)


@app.command(help=t("用自带样例跑一遍全部流程", "run everything on the samples"))
def demo(
    out: Annotated[Path, typer.Argument(help=t("结果放到哪个文件夹", "folder for the results"))],
    profile: Annotated[str, typer.Option("--profile", help=t("制度名称", "profile"))] = "group",
    lang: LangOption = Language.ZH,
) -> int:
    """Run everything on the samples."""
    from qq_excel.cli.demonstrating import run_demo  # noqa: PLC0415

    del lang
    return run_demo(out, profile)


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
            common.err.print(t("用 qq-excel --help 查看用法。", "See qq-excel --help."), markup=False)
            return common.FAILED
        except typer.Abort:
            raise KeyboardInterrupt from None

    try:
        return common.guarded(call)
    except (SystemExit, typer.Exit) as leave:
        code = getattr(leave, "exit_code", getattr(leave, "code", 0))
        return int(code or 0)
