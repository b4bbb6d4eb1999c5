"""Commands that look at what was handed in: is it right, where does each case stand, how did each unit do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qq_excel.cli import common
from qq_excel.cli.batch_options import (
    ClusterAddress,
    Inbox,
    Jobs,
    Moves,
    NamePattern,
    OutPlace,
    PreviousFiles,
    Resume,
    StateDir,
    WatchedFolders,
)
from qq_excel.cli.helping import App
from qq_excel.cli.options import (
    AsOf,
    Dated,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitsFile,
    MappingsDir,
    MaybeOutDir,
    OutDir,
    PasswordFile,
    Paths,
    PolicyOption,
    PreviousPaths,
    RegisterUrl,
    TablesDir,
    Templates,
    Together,
    WaiversFile,
)
from qq_excel.language import t

app = App()


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
    from qq_excel.cli.checking import run_check

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
    out: OutPlace,
    state: StateDir = None,
    jobs: Jobs = 0,
    cluster: ClusterAddress = "",
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
    from qq_excel.cli.batching import asked_for, run_batch

    del lang
    asked = asked_for(
        inbox, out, state, common.policy_of(policy), common.options_of(password_file, limits, mappings), jobs=jobs,
        pattern=pattern, as_of=common.day(as_of), previous=previous or [], moves=move or [], waivers=waivers, resume=resume,
        cluster=cluster,
    )  # fmt: skip
    return run_batch(asked, format, register, tables)


@app.command(
    help=t(
        "监视收件夹：收到就校验，回执写在旁边；重启后接着做",
        "watch an inbox: check what arrives, answer beside it; goes on after a restart",
    )
)
def watch(
    inbox: WatchedFolders,
    out: OutPlace,
    state: StateDir = None,
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
            help=t(
                "没有通知变化时，隔多少秒看一次（网络文件夹不通知）",
                "seconds between two looks where no change is told (network folders)",
            ),
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
    from qq_excel.cli.batching import asked_for
    from qq_excel.cli.watching import run_watch

    del lang
    asked = asked_for(
        inbox, out, state, common.policy_of(policy), common.options_of(password_file, limits, mappings), jobs=jobs,
        pattern=pattern, as_of=common.day(as_of), previous=previous or [], moves=move or [], waivers=waivers,
    )  # fmt: skip
    return run_watch(asked, register, tables, settle, every)


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
    from qq_excel.cli.standing import run_status

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
    dated: Dated = None,
    templates: Templates = None,
    as_of: AsOf = None,
    policy: PolicyOption = "assessment",
    format: FormatOption = Format.TEXT,
    password_file: PasswordFile = None,
    limits: LimitsFile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Assess the units."""
    from qq_excel.cli.assessing import Asked, run_assess

    del lang
    options = common.options_of(password_file, limits)
    asked = Asked(paths, previous or [], scores, period, ad_hoc, prepared_by, common.day(dated))
    return run_assess(asked, out, common.day(as_of), common.policy_of(policy), templates, format, options)


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
    from qq_excel.cli.rolling import run_roll_forward

    del lang
    options = common.options_of(password_file, limits, mappings)
    return run_roll_forward(paths, out, common.policy_of(policy), together, format, options)
