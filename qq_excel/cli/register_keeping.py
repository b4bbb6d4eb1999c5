"""``qq-excel register``: note something down, keep the register safe, hand it on."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qq_excel.cli.common import OK, out
from qq_excel.cli.helping import App
from qq_excel.cli.options import LangOption, Language
from qq_excel.cli.register_options import (
    EventOption,
    Period,
    Tables,
    Unit,
    Url,
    opened_at,
    period_of,
    place_of,
    words_of,
)
from qq_excel.inputs import must_be_file
from qq_excel.language import Text, many, t

keeping_app = App()


class About(StrEnum):
    """What a note is on."""

    CLAIM = "claim"
    UNIT = "unit"


@keeping_app.command(help=t("记一笔：某笔债权或某单位的决定、情况", "note a decision on a claim or unit"))
def note(
    subject: Annotated[str, typer.Argument(help=t("债权编号或单位", "a claim's number, or a unit"))],
    text: Annotated[str, typer.Argument(help=t("内容", "what is to be noted"))],
    register: Url,
    on: Annotated[
        About,
        typer.Option(
            "--on", help=t("对象是债权（claim）还是单位（unit）", "whether it is on a claim or a unit")
        ),
    ] = About.CLAIM,
    period: Period = None,
    tables: Tables = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Append a note."""
    del lang
    from qq_excel.register import Entry
    from qq_excel.register.entries import digest

    subject, text = words_of(Text("对象", "subject"), subject), words_of(Text("内容", "text"), text)
    period = period and period_of(period)
    body = {"text": text}
    unit, claims = (subject, ()) if on is About.UNIT else (None, (subject,))
    with opened_at(register, tables) as opened:
        count = opened.append([Entry("note", subject, digest([period, body]), body, unit, period, claims)])
    out.print(
        t("已登记。", "Noted.")
        if count
        else t("与最近一条相同，没有重复登记。", "The same as the last one; not noted again.")
    )
    return OK


@keeping_app.command(help=t("备份成一个 zip", "back up to one zip"))
def backup(
    register: Url,
    target: Annotated[Path, typer.Option("-o", "--out", help=t("备份文件", "the backup"))],
    tables: Tables = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Back up."""
    del lang
    from qq_excel.register.keeping import back_up

    with opened_at(register, tables) as opened:
        count, head = back_up(opened, target)
    out.print(
        t(
            f"已备份 {count} 条到 {target}。最后一条的哈希：",
            f"{many(count, 'entry', 'entries')} backed up to {target}. Last hash:",
        ),
        soft_wrap=True,
    )
    out.print(head, soft_wrap=True)
    return OK


@keeping_app.command(help=t("把备份恢复到一个新的登记簿", "restore a backup into a new register"))
def restore(
    source: Annotated[Path, typer.Argument(help=t("备份文件", "the backup"))],
    register: Url,
    tables: Tables = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Restore."""
    del lang
    from qq_excel.register import keeping

    must_be_file(source)
    count = keeping.restore_at(register, place_of(tables, register), source)
    out.print(t(f"已恢复 {count} 条。", f"{many(count, 'entry', 'entries')} restored."))
    return OK


@keeping_app.command(help=t("导出为 .csv 或 .jsonl", "export to .csv or .jsonl"))
def export(
    register: Url,
    target: Annotated[Path, typer.Option("-o", "--out", help=t("导出文件", "the file"))],
    event: EventOption = None,
    period: Period = None,
    unit: Unit = None,
    tables: Tables = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Export."""
    del lang
    from qq_excel.register import keeping

    with opened_at(register, tables) as opened:
        count = keeping.export(opened, target, event=event, unit=unit, period=period and period_of(period))
    out.print(
        t(
            f"已导出 {count} 条到 {target}。",
            f"{many(count, 'entry', 'entries')} exported to {target}.",
        ),
    )
    return OK
