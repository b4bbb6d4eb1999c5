"""制度参数 and 帮助."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qq_excel import __version__
from qq_excel.addin.checked import checked
from qq_excel.addin.host import host_of
from qq_excel.addin.settings import load_settings, settings_file
from qq_excel.faults import log_file
from qq_excel.language import t
from qq_excel.papers.sheet import paper

if TYPE_CHECKING:
    import xlwings as xw


def policy(book: xw.Book) -> xw.Book:
    """Which policy applies to *book*, and each value on its day: a new workbook that is not saved yet."""
    from qq_excel.papers.policy_sheet import policy_sheet

    host = host_of(book)
    with checked(book) as found, TemporaryDirectory(prefix="qq-", ignore_cleanup_errors=True) as folder:
        words = t("制度与版本", "policy and versions")
        target = Path(folder) / f"{words}.xlsx"
        with paper(target, words) as made:
            policy_sheet(made.sheet(words), found.result.policy, found.result.as_of)
        used = found.result.policy
        opened = host.open_new(target)
    book.app.status_bar = f"清欠：{used.title}（{used.profile} v{used.version}）"
    return opened


def help_(book: xw.Book) -> str:
    """Say what is installed, where the settings and the log are, and what to do first."""
    settings = load_settings()
    file = settings_file()
    there = "" if file.is_file() else t("（没有，用默认值）", " (none, defaults hold)")
    text = t(
        "先点“校验”：有问题的单元格着色并加批注，《校验结果》逐条列出；用“下一条”逐条改，改完再点“校验”。\n"
        "“清除标注”恢复原来的底色和批注；“自动修正”只改写法，再点一次可以撤回；校验通过后点“提交”。\n\n"
        f"程序：qq-excel {__version__}（{sys.executable}）\nxlwings：{version('xlwings')}\n"
        f"制度：{settings.policy}\n设置：{file}{there}\n日志：{log_file()}\n\n"
        "报告故障时请附上故障编号和日志。",
        "Press 'Check' first: cells at fault are coloured and get a note, 校验结果 lists them; 'Next' leads from one to the "
        "next. 'Clear marks' brings back fills and notes; 'Fix' only changes how things are written, press it again to take "
        "that back; once all is accepted press 'Submit'.\n\n"
        f"Program: qq-excel {__version__} ({sys.executable})\nxlwings: {version('xlwings')}\n"
        f"Policy: {settings.policy}\nSettings: {file}{there}\nLog: {log_file()}\n\n"
        "When something fails, give your administrator the fault id and the log.",
    )
    host_of(book).tell(text)
    return text
