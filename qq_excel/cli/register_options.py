"""What the commands of ``qq-excel register`` share: their options, and what is given with them put into form."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as Grid

from qq_excel.cli.common import out
from qq_excel.errors import InputError
from qq_excel.language import Text, t
from qq_excel.register.entries import EVENTS, Event

if TYPE_CHECKING:
    from qq_excel.register import Register

Url = Annotated[
    str,
    typer.Option(
        "--register",
        envvar="QQ_REGISTER",
        help=t(
            "登记簿：SQLite 文件的路径，或 postgresql://用户@主机/库（也可用环境变量 QQ_REGISTER）",
            "the register: path of a SQLite file, or postgresql://user@host/database (or the variable QQ_REGISTER)",
        ),
    ),
]
#: The place of the tables is not kept in the register: each computer may have another way to it, and a key in a URL is nobody's.
Tables = Annotated[
    str | None,
    typer.Option(
        "--tables",
        help=t(
            "登记簿各期数据表的文件夹或网址；SQLite 缺省在旁边（也可用环境变量 QQ_TABLES，与 QQ_REGISTER 一起）",
            "folder or URL of the register's tables; beside SQLite by default (or the variable QQ_TABLES, with QQ_REGISTER)",
        ),
    ),
]
Period = Annotated[str | None, typer.Option("--period", help=t("报告期，如 2026Q3", "period, e.g. 2026Q3"))]
PeriodArgument = Annotated[str, typer.Argument(help=t("报告期，如 2026Q3", "period, e.g. 2026Q3"))]
Unit = Annotated[str | None, typer.Option("--unit", help=t("填报单位", "unit"))]
_WHICH = t(
    "哪一类：" + "、".join(f"{name} {said.zh}" for name, said in EVENTS.items()),
    "one of: " + ", ".join(EVENTS),
)
EventOption = Annotated[Event | None, typer.Option("--event", help=_WHICH)]


def place_of(tables: str | None, url: str) -> str | None:
    """Where the tables of the register at *url* are, as it was said: *tables*, else what the variables say of this register."""
    return tables or (os.environ.get("QQ_TABLES") if url == os.environ.get("QQ_REGISTER") else None) or None


def opened_at(url: str, tables: str | None) -> Register:
    """The register at *url*; one that is not there is not made."""
    from qq_excel.register import open_register

    return open_register(url, place_of(tables, url), make=False)


def hash_of(text: str) -> str:
    """The hash of an entry as it was noted. Raises :class:`InputError` when *text* is none."""
    if not re.fullmatch(r"[0-9a-f]{64}", noted := text.strip().lower()):
        raise InputError(
            Text(
                f"--head “{text}”不是哈希。请给出 register verify 印出的 64 位字符。",
                f"--head '{text}' is no hash; give the 64 characters that register verify printed.",
            )
        )
    return noted


def period_of(text: str) -> str:
    """A period as the register has it. Raises :class:`InputError` when *text* is none."""
    from qq_excel.reading.period import period_name

    found = period_name(text)
    if found is None:
        raise InputError(
            Text(
                f"“{text}”不是报告期。请写成 2026、2026H1、2026Q3 或 2026-09 这样的形式。",
                f"'{text}' is no period; write it like 2026, 2026H1, 2026Q3 or 2026-09.",
            )
        )
    return found


def words_of(name: Text, text: str) -> str:
    """*text* when it says something that can be kept. Raises :class:`InputError`."""
    if not text.strip() or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise InputError(
            Text(
                f"{name.zh}是空的，或者不是文字。没有登记。",
                f"The {name.en} is blank or no text; nothing was noted.",
            )
        )
    return text.strip()


def print_table(columns: dict[str, str], rows: list[list[Any]], none: str = "") -> None:
    """Print *rows*; *none* is what is said when there are none."""
    grid = Grid(box=None, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
    for name, justify in columns.items():
        grid.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        grid.add_row(*("" if v is None else str(v) for v in row))
    out.print(grid) if rows else out.print(none or t("没有。", "None."))
