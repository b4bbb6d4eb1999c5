"""Commands that make papers to hand on, and prove them whole; ``report`` is a family of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qq_excel.cli import common
from qq_excel.cli.helping import App
from qq_excel.cli.options import (
    AsOf,
    Draft,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitsFile,
    MappingsDir,
    OutDir,
    PasswordFile,
    Paths,
    PolicyOption,
    RegisterUrl,
    SignKey,
    Since,
    SinceOn,
    TablesDir,
    Together,
)
from qq_excel.language import t

app = App()


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
    since: Since = None,
    since_on: SinceOn = None,
    register: RegisterUrl = None,
    tables: TablesDir = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Make warning sheets."""
    from qq_excel.cli.issuing import run_warn

    del lang
    options = common.options_of(password_file, limits, mappings)
    return run_warn(
        paths, out, common.day(as_of), common.policy_of(policy), format, together, options, register, tables,
        common.existing(since), common.day(since_on),
    )  # fmt: skip


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
    from qq_excel.cli.issuing import run_write_off

    del lang
    options = common.options_of(password_file, limits, mappings)
    return run_write_off(
        paths, out, common.day(as_of), common.policy_of(policy), draft, format, together, options,
        sign_key=sign_key, pdf=pdf, register=register, tables=tables,
    )  # fmt: skip


@app.command(
    help=t(
        "核对核销申请包、合订本或提交的封存件是否完整、未被改动",
        "prove a write-off pack, a bound volume or a sealed submission whole",
    )
)
def verify(
    packs: Annotated[
        list[Path],
        typer.Argument(
            help=t(
                "申请包（zip）、合订本（pdf）、封存件（xlsx）或放这些的文件夹，可以有多个",
                "packs (zip), volumes (pdf), submissions (xlsx), or folders of them",
            )
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option("--key", help=t("签名人的公钥（PEM），核对签名", "the signer's public key (PEM)")),
    ] = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Prove packs whole."""
    from qq_excel.cli.verifying import run_verify

    del lang
    return run_verify(packs, format, key)
