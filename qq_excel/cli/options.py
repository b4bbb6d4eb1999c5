"""The options that many commands take, each said once. Those of a family stand in ``batch_options`` and ``register_options``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qq_excel.errors import InputError
from qq_excel.language import Text, t
from qq_excel.urls import is_remote


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


class Language(StrEnum):
    """The language of what is printed."""

    ZH = "zh"
    EN = "en"


Paths = Annotated[
    list[Path], typer.Argument(help=t("工作簿或文件夹，可以有多个", "workbooks or folders, one or more"))
]


def _no_url(folder: Path | None) -> Path | None:
    """A folder of this computer; a URL would become one with a strange name. Raises :class:`InputError`."""
    text = str(folder).replace(":/", "://", 1)  # as it was before it was taken for a path
    if folder is not None and is_remote(text):
        raise InputError(
            Text(
                f"{text}：结果放到网址的只有 batch 和 watch。请换一个文件夹。",
                f"{text}: only batch and watch put results to a URL. Choose a folder.",
            )
        )
    return folder


_OUT = typer.Option("-o", "--out", callback=_no_url, help=t("结果放到哪个文件夹", "folder for the results"))
OutDir = Annotated[Path, _OUT]
MaybeOutDir = Annotated[Path | None, _OUT]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help=t(
            "截止日期，如 2026-09-30；代替表头的，表头没有时必填",
            "as-of date, e.g. 2026-09-30, in place of the head block's; needed where that has none",
        ),
    ),
]
Force = Annotated[bool, typer.Option("--force", help=t("覆盖已有文件", "write over a file"))]
PolicyOption = Annotated[
    str,
    typer.Option(
        "--policy",
        help=t(
            "制度：名称（如 group、project）或 YAML 文件；加税务规定用 group+tax",
            "policy: a profile (e.g. group, project) or a YAML file; group+tax adds the tax rules",
        ),
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help=t("输出格式", "output format"))]
LangOption = Annotated[Language, typer.Option("--lang", help=t("语言", "language"))]
Together = Annotated[
    bool,
    typer.Option(
        "--together",
        help=t("把全部文件当作同一单位同一期的一次报送", "take all files as one submission"),
    ),
]

PreviousPaths = Annotated[
    list[Path] | None,
    typer.Option(
        "--previous",
        help=t(
            "上期的工作簿或文件夹，可以多次给出",
            "the previous period's workbooks or folders, may be repeated",
        ),
    ),
]

RegisterUrl = Annotated[
    str | None,
    typer.Option(
        "--register",
        help=t(
            "登记簿：SQLite 文件的路径，或 postgresql://用户@主机/库",
            "the register: the path of a SQLite file, or postgresql://user@host/database",
        ),
    ),
]
TablesDir = Annotated[
    str | None,
    typer.Option(
        "--tables",
        help=t(
            "登记簿各期数据表的文件夹或网址（如 s3://桶/登记簿）；SQLite 缺省在旁边",
            "folder or URL (e.g. s3://bucket/register) of the register's tables; beside SQLite by default",
        ),
    ),
]
WaiversFile = Annotated[
    Path | None,
    typer.Option(
        "--waivers",
        help=t("豁免文件；缺省用工作簿旁的 waivers.yaml", "waivers; else waivers.yaml beside"),
    ),
]
Since = Annotated[
    Path | None,
    typer.Option(
        "--since",
        help=t(
            "上次的预警 JSON、管理报告 JSON 或预警通知单登记册",
            "the last run's warnings or management report (JSON), or register of slips",
        ),
    ),
]
SinceOn = Annotated[
    str | None,
    typer.Option(
        "--since-on",
        help=t(
            "预警与哪一天（或之前最近一次）比较，如 2026-03-31；--since 的 JSON 记得以前各期",
            "compare warnings with the run of this day, or the last before it; the JSON of --since remembers earlier runs",
        ),
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        help=t(
            "密码文件（UTF-8，每行一个），用来打开加密的工作簿",
            "passwords, one a line, for encrypted workbooks",
        ),
    ),
]
LimitsFile = Annotated[
    Path | None,
    typer.Option(
        "--limits",
        help=t(
            "读取限额 YAML（也可用环境变量 QQ_LIMITS）",
            "reading limits, a YAML file (or the variable QQ_LIMITS)",
        ),
    ),
]


Draft = Annotated[
    bool,
    typer.Option(
        "--draft",
        help=t(
            "核销：材料不全的也生成，注明“草稿”",
            "write-offs: make drafts, marked as such, of unfit applications too",
        ),
    ),
]
SignKey = Annotated[
    Path | None,
    typer.Option(
        "--sign-key",
        help=t(
            "申请包清单的签名私钥（Ed25519，PEM）",
            "private key that signs the packs' manifests (Ed25519, PEM)",
        ),
    ),
]
MappingsDir = Annotated[
    Path | None,
    typer.Option(
        "--mappings",
        help=t("对应关系文件所在的文件夹（见 qq-excel map）", "folder of mapping files (see qq-excel map)"),
    ),
]
Templates = Annotated[
    Path | None,
    typer.Option("--templates", help=t("自己的模板文件夹", "folder of your own templates")),
]
Dated = Annotated[
    str | None,
    typer.Option(
        "--dated",
        help=t("落款日期，如 2026-10-08；不给则留空手填", "the day that papers bear; else left blank"),
    ),
]
