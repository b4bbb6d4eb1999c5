"""``qq-excel addin``: the buttons in the office program, put there, looked after and taken away."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from qq_excel.cli.common import FAILED, FINDINGS, OK, out, print_json
from qq_excel.cli.helping import App
from qq_excel.cli.options import Format, FormatOption, LangOption, Language
from qq_excel.language import Text, t

addin_app = App(
    help=t(
        "Excel 加载项：安装、更新、卸载、检查", "the add-in for Excel: install, update, remove, look after"
    ),
    no_args_is_help=True,
)

Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        help=t(
            "加载项文件夹；不给则为 Excel 的启动文件夹", "folder of add-ins; else the start folder of Excel"
        ),
    ),
]
Windows = Annotated[
    str | None,
    typer.Option(
        "--interpreter-win",
        help=t(
            "Windows 上 Python 的完整路径，可在共享文件夹",
            "full path of Python on Windows, may be on a share",
        ),
    ),
]
LibreOffice = Annotated[
    bool,
    typer.Option(
        "--libreoffice",
        help=t(
            "装到 LibreOffice 而不是 Excel", "the extension for LibreOffice instead of the add-in for Excel"
        ),
    ),
]
Profile = Annotated[
    Path | None,
    typer.Option(
        "--profile",
        help=t(
            "LibreOffice 的用户配置文件夹；不给则为用户自己的",
            "LibreOffice's profile folder; else the user's own",
        ),
    ),
]
Mac = Annotated[
    str | None,
    typer.Option("--interpreter-mac", help=t("macOS 上 Python 的完整路径", "full path of Python on macOS")),
]


def _say(*words: object) -> None:
    out.print(*(str(w) for w in words), soft_wrap=True)


@addin_app.command(help=t("生成加载项文件，任何系统上都可以", "make the add-in file, on any system"))
def build(
    target: Annotated[
        Path, typer.Option("-o", "--out", help=t("写到哪个 xlam 文件", "the xlam file to write"))
    ],
    interpreter_win: Windows = None,
    interpreter_mac: Mac = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Make the file."""
    from qq_excel.addin.excel import package

    del lang
    _say(
        t("已写出：", "Written:"),
        package.build(target, package.contents(interpreter_win or "", interpreter_mac or "")),
    )
    return OK


@addin_app.command(
    help=t("给没有 Python 的 Windows 用户做一个安装包", "one zip that installs on Windows without Python")
)
def bundle(
    target: Annotated[Path, typer.Option("-o", "--out", help=t("写到哪个 zip 文件", "the zip to write"))],
    python: Annotated[
        Path,
        typer.Option(
            "--python", help=t("Windows 可嵌入 Python 的 zip", "embeddable Python for Windows, a zip")
        ),
    ],
    wheels: Annotated[
        Path, typer.Option("--wheels", help=t("放 Windows wheel 的文件夹", "folder of wheels for Windows"))
    ],
    lang: LangOption = Language.ZH,
) -> int:
    """Make the bundle."""
    from qq_excel.addin.excel.bundle import bundle as make

    del lang
    _say(t("已写出：", "Written:"), make(python, wheels, target))
    return OK


@addin_app.command(
    help=t(
        "装到 Excel 的启动文件夹；--libreoffice 装到 LibreOffice",
        "put it where Excel, or LibreOffice, loads it",
    )
)
def install(
    folder: Folder = None,
    interpreter_win: Windows = None,
    interpreter_mac: Mac = None,
    libreoffice: LibreOffice = False,
    profile: Profile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Put the add-in in place."""
    from qq_excel.addin.excel import package, place

    del lang
    if libreoffice:
        return _into_libreoffice(profile)
    own_win, own_mac = place.own_interpreter()
    where = place.place(folder)
    place.install(where, package.contents(interpreter_win or own_win, interpreter_mac or own_mac))
    _say(t("已安装：", "Installed:"), where.addin)
    _say(t("下次打开 Excel 时出现“清欠”页。", "The tab 清欠 appears when Excel is next opened."))
    return OK


@addin_app.command(
    help=t("升级程序后重新生成，解释器不变", "make it anew after an upgrade, with the same interpreter")
)
def update(folder: Folder = None, lang: LangOption = Language.ZH) -> int:
    """Make the installed add-in anew."""
    from qq_excel.addin.excel import package, place

    del lang
    where = place.place(folder)
    old = package.read(where.addin)
    if old is None:
        _say(
            t(
                "没有安装加载项，请运行 qq-excel addin install。",
                "No add-in is installed; run qq-excel addin install.",
            )
        )
        return FAILED
    place.install(where, package.contents(old.interpreter_win, old.interpreter_mac))
    _say(t("已更新：", "Updated:"), where.addin)
    return OK


def _into_libreoffice(profile: Path | None) -> int:
    import sys

    from qq_excel.addin.libreoffice import place

    place.install(sys.executable, profile)
    _say(t("已装到 LibreOffice。", "Installed into LibreOffice."))
    _say(
        t(
            "下次打开 LibreOffice Calc 时出现工具栏和菜单“清欠”。升级程序后再运行一次。",
            "The toolbar and the menu 清欠 appear when Calc is next opened. Run this again after an upgrade.",
        )
    )
    return OK


@addin_app.command(help=t("卸载", "take it away"))
def remove(
    folder: Folder = None,
    libreoffice: LibreOffice = False,
    profile: Profile = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Take the add-in away."""
    from qq_excel.addin.excel import place

    del lang
    if libreoffice:
        from qq_excel.addin.libreoffice import place as office

        gone = office.remove(profile)
        _say(t("已从 LibreOffice 卸载。", "Removed.") if gone else t("没有安装。", "Not installed."))
        return OK
    where = place.place(folder)
    found = place.remove(where)
    _say(t("已卸载：", "Removed:") if found else t("没有安装：", "Not installed:"), where.addin)
    return OK


@addin_app.command(help=t("装了哪个版本、在哪里", "which version is installed, and where"))
def status(
    folder: Folder = None,
    libreoffice: LibreOffice = False,
    profile: Profile = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Say what is installed. Exit code 1 when nothing is, or another version."""
    from qq_excel.addin.excel import package, place

    del lang
    if libreoffice:
        return _in_libreoffice(profile, format)
    where = place.place(folder)
    built, now = package.read(where.addin), package.contents()
    current = built is not None and (built.version, built.xlwings) == (now.version, now.xlwings)
    if format is Format.JSON:
        print_json(
            {"path": str(where.addin), "installed": asdict(built) if built else None, "current": current}
        )
    elif built is None:
        _say(t("没有安装：", "Not installed:"), where.addin)
    else:
        _say(t("加载项：", "Add-in:"), where.addin)
        _say(t("版本：", "Version:"), built.version, "xlwings", built.xlwings)
        _say("Python:", built.interpreter_win or built.interpreter_mac)
        if not current:
            _say(
                t(
                    "与程序版本不同，请运行 qq-excel addin update。",
                    "Not the program's version; run qq-excel addin update.",
                )
            )
    return OK if current else FINDINGS


def _in_libreoffice(profile: Path | None, format: Format) -> int:
    from qq_excel import __version__
    from qq_excel.addin.libreoffice.place import status as look

    found = look(profile)
    current = found is not None and found.version == __version__ and Path(found.interpreter).exists()
    if format is Format.JSON:
        told = None if found is None else asdict(found) | {"folder": str(found.folder)}
        print_json({"installed": told, "current": current})
    elif found is None:
        _say(t("没有装到 LibreOffice。", "Not installed into LibreOffice."))
    else:
        _say(t("版本：", "Version:"), found.version)
        _say("Python:", found.interpreter)
        if not current:
            _say(
                t(
                    "与程序版本不同，或 Python 已不在，请运行 qq-excel addin install --libreoffice。",
                    "Not the program's version, or its Python is gone; run qq-excel addin install --libreoffice.",
                )
            )
    return OK if current else FINDINGS


@addin_app.command(
    help=t("检查加载项为何不工作，该怎么办", "what keeps the add-in from working, and what to do")
)
def doctor(
    folder: Folder = None,
    self_test: Annotated[
        bool,
        typer.Option("--self-test", help=t("另做一次自检", "also try what can be tried without a person")),
    ] = False,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Look after the add-in. Exit code 1 when something is wrong."""
    from qq_excel.addin.excel import doctor as doctor_
    from qq_excel.addin.excel import place

    del lang
    where = place.place(folder)
    found = [*doctor_.diagnose(where), *(doctor_.self_test(where) if self_test else ())]
    if format is Format.JSON:
        print_json([asdict(d) | {"found": str(d.found), "todo": d.todo and str(d.todo)} for d in found])
    else:
        marks = {"ok": Text("正常", "ok"), "bad": Text("有误", "BAD"), "look": Text("请看", "look")}
        for one in found:
            _say(f"[{marks[one.state]}] {one.found}")
            if one.todo is not None:
                _say("      ->", one.todo)
    return FINDINGS if any(d.state == "bad" for d in found) else OK
