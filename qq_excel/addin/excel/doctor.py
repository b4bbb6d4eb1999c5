"""What keeps an add-in from working, and what to do about it; checked where it can be, said where it cannot."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qq_excel import __version__
from qq_excel.addin.excel import package
from qq_excel.addin.excel.place import Place, system
from qq_excel.errors import QQExcelError
from qq_excel.language import Text

#: ``look``: cannot be checked from here, a person has to.
State = Literal["ok", "bad", "look"]
_ASK = "import json, qq_excel, xlwings; print(json.dumps([qq_excel.__version__, xlwings.__version__]))"
_SECONDS = 120
_UPDATE = Text("关闭 Excel，运行 qq-excel addin update。", "Close Excel and run qq-excel addin update.")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        name: Stable name of the check.
        state: Whether it is well.
        found: What was found.
        todo: What to do; None when there is nothing to do.
    """

    name: str
    state: State
    found: Text
    todo: Text | None = None


def diagnose(where: Place) -> Iterator[Diagnosis]:
    """Look at the installed add-in, its interpreter and what is known to stand in the way."""
    yield _macros()
    built = package.read(where.addin)
    if built is None:
        yield Diagnosis(
            "installed", "bad", Text(f"{where.addin} 处没有加载项", f"no add-in at {where.addin}"),
            Text("运行 qq-excel addin install。", "Run qq-excel addin install."),
        )  # fmt: skip
        return
    yield _versions(built)
    interpreter = built.interpreter_mac if where.scripts else built.interpreter_win or built.interpreter_mac
    yield from _interpreter(Path(interpreter), built)
    yield _origin(where)
    if where.script is not None:
        yield _script(where.script, built)
    yield from _by_eye(where)


def self_test(where: Place) -> Iterator[Diagnosis]:
    """Do what a click does, as far as it goes without a person."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "a.xlam"), Path(folder, "b.xlam")
        built = package.read(where.addin) or package.contents()
        try:
            same = package.build(first, built).read_bytes() == package.build(second, built).read_bytes()
        except QQExcelError as error:
            yield Diagnosis("build", "bad", error.text)
            return
        installed = where.addin.exists() and where.addin.read_bytes() == first.read_bytes()
    yield Diagnosis(
        "build", "ok" if same and installed else "bad",
        Text("所装加载项与现在生成的逐字节相同", "the installed add-in is, byte for byte, what is made now")
        if installed else Text("所装加载项与现在生成的不同", "the installed add-in differs from what is made now"),
        None if installed else _UPDATE,
    )  # fmt: skip
    yield _functions()
    if system() != "other":
        yield _in_excel(where)


def _macros() -> Diagnosis:
    try:
        size = len(package.macros())
    except QQExcelError as error:
        return Diagnosis("xlwings", "bad", error.text)
    return Diagnosis(
        "xlwings", "ok", Text(f"宏可以生成（{size:,} 字节）", f"macros can be made ({size:,} bytes)")
    )


def _versions(built: package.Built) -> Diagnosis:
    now = package.contents()
    if (built.version, built.xlwings) == (now.version, now.xlwings):
        return Diagnosis("version", "ok", Text(f"加载项 {built.version}", f"add-in {built.version}"))
    return Diagnosis(
        "version", "bad",
        Text(f"加载项是 {built.version}（xlwings {built.xlwings}），程序是 {now.version}（xlwings {now.xlwings}）",
             f"the add-in is {built.version} (xlwings {built.xlwings}), the program {now.version} (xlwings {now.xlwings})"),
        _UPDATE,
    )  # fmt: skip


def _interpreter(path: Path, built: package.Built) -> Iterator[Diagnosis]:
    fresh = Text(
        "用现在的 Python 运行 qq-excel addin install。",
        "Run qq-excel addin install with the Python of today.",
    )
    if not path.is_file():
        yield Diagnosis("interpreter", "bad", Text(f"没有 Python：{path}", f"no Python at {path}"), fresh)
        return
    try:
        done = subprocess.run(  # noqa: S603 - the path that a click starts
            [str(path), "-I", "-B", "-X", "utf8", "-c", _ASK],
            capture_output=True, timeout=_SECONDS, check=True, cwd=path.parent,
        )  # fmt: skip
        told = tuple(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError):
        told = ()
    if told == (__version__, built.xlwings):
        yield Diagnosis("interpreter", "ok", Text(f"{path} 可以启动", f"{path} starts"))
    else:
        yield Diagnosis(
            "interpreter", "bad",
            Text(f"{path} 里没有同一版本的 qq_excel 和 xlwings", f"{path} has no qq_excel and xlwings of the same version"),
            fresh,
        )  # fmt: skip
    if not str(path).isascii():
        yield Diagnosis(
            "interpreter path", "look",
            Text(f"路径含非英文字符：{path}", f"the path is not plain ASCII: {path}"),
            Text("若点按没有反应，请把程序装到只有英文字符的文件夹，如 C:\\qq_excel。",
                 "If clicks do nothing, install into a folder with plain letters such as C:\\qq_excel."),
        )  # fmt: skip
    if system() == "windows":
        libraries = [
            folder / f"xlwings64-{built.xlwings}.dll" for folder in (path.parent, path.parent.parent)
        ]
        name, there = libraries[0].name, any(library.exists() for library in libraries)
        yield Diagnosis(
            "library", "ok" if there else "bad",
            Text(f"Python 旁有 {name}", f"{name} is beside Python") if there
            else Text(f"Python 旁没有 {name}", f"{name} is not beside Python"),
            None if there else Text("重新安装 xlwings；若被杀毒软件隔离，请加白名单。",
                                    "Install xlwings again; if an antivirus took the file away, allow it."),
        )  # fmt: skip


def _origin(where: Place) -> Diagnosis:
    """A file that bears the mark of a download is loaded with its macros off."""
    marked = system() == "windows" and Path(f"{where.addin}:Zone.Identifier").exists()
    return Diagnosis(
        "origin", "bad" if marked else "ok",
        Text("文件带有“来自网络”的标记，Excel 会停用它", "the file bears the mark of the web; Excel disables it")
        if marked else Text("文件没有“来自网络”的标记", "the file bears no mark of the web"),
        Text("不要从网上或邮件下载加载项，运行 qq-excel addin install 在本机生成。",
             "Do not download the add-in; make it here with qq-excel addin install.") if marked else None,
    )  # fmt: skip


def _script(path: Path, built: package.Built) -> Diagnosis:
    good = path.exists() and path.read_text("utf-8") == package.applescript(built.interpreter_mac)
    return Diagnosis(
        "script", "ok" if good else "bad",
        Text(f"{path} {'在' if good else '不在或不是本版'}", f"{path} is {'there' if good else 'missing or of another version'}"),
        None if good else _UPDATE,
    )  # fmt: skip


def _by_eye(where: Place) -> Iterator[Diagnosis]:
    yield Diagnosis(
        "trust", "look",
        Text(f"加载项在 {where.folder}", f"the add-in lies in {where.folder}"),
        Text("若 Excel 打开后没有“清欠”页：文件 > 选项 > 信任中心 > 受信任位置，看该文件夹是否在列；加载项 > 禁用项目，看是否被禁用。",
             "If Excel shows no tab 清欠: File > Options > Trust Center > Trusted Locations must list the folder; "
             "Add-ins > Disabled Items must not list the add-in."),
    )  # fmt: skip
    yield Diagnosis(
        "antivirus", "look",
        Text("Windows 上 Excel 经 cmd.exe 启动 Python，打开 Excel 后第一次点按时一次",
             "on Windows Excel starts Python through cmd.exe, at the first click after Excel is opened"),
        Text("若被杀毒软件或组策略拦截，请管理员按 docs/addin-admin.md 放行。",
             "If an antivirus or a policy stops that, have it allowed: docs/addin-admin.md."),
    )  # fmt: skip


def _functions() -> Diagnosis:
    from qq_excel.addin.functions import QQ_CAPITALS, QQ_OVERDUE_DAYS

    good = QQ_CAPITALS(1200) == [["人民币壹仟贰佰元整"]] and QQ_OVERDUE_DAYS("2026-09-29", "2026-09-30") == [
        [1]
    ]
    return Diagnosis(
        "functions", "ok" if good else "bad", Text("工作表函数给出应有的值", "worksheet functions give what they must")
    )  # fmt: skip


def _in_excel(where: Place) -> Diagnosis:
    """Excel itself opens the add-in and runs one of its macros."""
    try:
        import xlwings as xw

        with xw.App(visible=False, add_book=False) as app:
            app.books.open(where.addin)
            good = bool(app.macro(f"'{package.FILE_NAME}'!QQRibbon.QQ_IsActionId")("qq_check"))
        found = Text("Excel 打开了加载项并运行了宏", "Excel opened the add-in and ran a macro")
    except Exception as error:
        good = False
        found = Text(f"Excel 没有运行宏：{error}", f"Excel ran no macro: {error}")
    return Diagnosis("excel", "ok" if good else "bad", found)
