"""The options of ``qq-excel batch`` and ``watch``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qq_excel.language import t

Inbox = Annotated[
    list[str],
    typer.Argument(
        help=t(
            "文件夹、工作簿、zip 或通配符，在本机或网址上（如 s3://桶/收件夹）",
            "folders, workbooks, zips or globs, here or by URL (e.g. s3://bucket/inbox)",
        )
    ),
]

WatchedFolders = Annotated[
    list[str],
    typer.Argument(
        metavar="INBOX",
        help=t("监视的文件夹（在本机或网络盘上）", "folders to watch, here or on a mounted share"),
    ),
]

Jobs = Annotated[
    int, typer.Option("--jobs", min=0, help=t("并行进程数；0 为每核一个", "processes; 0: one per core"))
]

ClusterAddress = Annotated[
    str,
    typer.Option(
        "--cluster",
        help=t(
            "在 Dask 集群上运行：调度器地址，如 tcp://主机:8786；local 在本机试用",
            "run on a Dask cluster: its scheduler's address, e.g. tcp://host:8786; local: one here, to try",
        ),
    ),
]

NamePattern = Annotated[
    str | None,
    typer.Option(
        "--pattern",
        help=t(
            "表头没有时从路径取单位和报告期，如 {period}/{unit}/*",
            "unit and period from the path where the head block lacks them, e.g. {period}/{unit}/*",
        ),
    ),
]

Moves = Annotated[
    list[str] | None,
    typer.Option(
        "--move",
        help=t(
            "做完后移动文件：accepted=文件夹,rejected=文件夹；另有 quarantined、superseded",
            "move files when done: accepted=FOLDER,rejected=FOLDER; also quarantined, superseded",
        ),
    ),
]

Resume = Annotated[
    bool, typer.Option("--resume", help=t("接着做完中断的一次", "finish a run that was interrupted"))
]

PreviousFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--previous", help=t("上期的工作簿、文件夹或 zip，可以多次给出", "the previous period's files")
    ),
]

OutPlace = Annotated[
    str,
    typer.Option(
        "-o",
        "--out",
        metavar=t("<路径或网址>", "<path or URL>"),
        help=t(
            "结果放到哪个文件夹或网址（如 s3://桶/结果）",
            "folder for the results, or a URL (e.g. s3://bucket/results)",
        ),
    ),
]
StateDir = Annotated[
    Path | None,
    typer.Option(
        "--state",
        help=t(
            "结果放到网址时，在本机哪个文件夹里工作；缺省每个网址一个，在用户的状态目录下",
            "with a URL for results: the folder to work in here; else one for each URL in the"
            " user's state directory",
        ),
    ),
]
