"""What is wrong with a command, in the language of the run.

typer says it in English only. Newer typers carry a click of their own, so errors are told apart by the names
of their classes and by what they hold; of what is not known here the place is told.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

import typer

from qq_excel.cli.helping import name_of
from qq_excel.language import current

#: The base of usage errors, click's own or the one that typer carries.
UsageError: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

_KINDS = {"argument": "参数", "option": "选项"}
_SENTENCES = (
    (r"No such command '(.*?)'\.(?: Did you mean '(.*?)'\?)?.*", "没有“{0}”这个命令{1}"),
    (r"No such option:? '?([^\s']+)'?\.?(?: Did you mean '?([^\s'?]+)'?\?)?.*", "没有“{0}”这个选项{1}"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", "多出了“{0}”，请删去，或给含空格的路径加引号"),
    (r"Option '(.*)' requires (?:an argument|\d+ arguments)\.?", "选项 {0} 后面缺少取值"),
    (r"Option '(.*)' does not take a value\.?", "选项 {0} 不带取值"),
    (r"Missing command\.?", "缺少命令"),
    (r"Argument '(.*)' takes (?:\d+) values\.?", "参数 {0} 的个数不对"),
)
_CHOICE = re.compile(r"'(.*?)' is not (?:one of )?((?:'.*?'(?:, )?)+)\.?")
_VALUES = (
    (r"'(.*)' is not a valid (?:integer|int)(?: range)?\.?", "“{0}”不是整数"),
    (r"'(.*)' is not a valid float\.?", "“{0}”不是数字"),
    (r"Input should be a valid integer.*", "应为整数"),
    (r"Input should be a valid number.*", "应为数字"),
    (r"Input should be greater than or equal to (.*)", "应不小于 {0}"),
    (r"Input should be less than or equal to (.*)", "应不大于 {0}"),
    (r".* is not in the range x>=(.*?)\.?", "应不小于 {0}"),
    (r"(?:File|Directory|Path) '(.*)' is a file\.?", "“{0}”是文件，应为文件夹"),
    (r"(?:File|Directory|Path) '(.*)' is a directory\.?", "“{0}”是文件夹，应为文件"),
    (r"(?:File|Directory|Path) '(.*)' is not readable\.?", "“{0}”没有权限读取"),
    (r"(?:File|Directory|Path) '(.*)' does not exist\.?", "找不到“{0}”"),
)


def explain(error: Any) -> str:
    """One sentence on a usage error."""
    said: str = error.format_message()
    if current() == "en":
        return said
    kind = type(error).__name__
    if kind == "MissingParameter":
        return _missing(error)
    if kind == "NoSuchOption":
        near = difflib.get_close_matches(error.option_name, list(error.possibilities or []), n=1)
        return f"没有“{error.option_name}”这个选项" + (f"，是不是 {near[0]}？" if near else "。")
    if kind == "BadParameter":
        return _bad_value(error)
    return _translated(said, _SENTENCES) or "选项或参数不合要求。"


def _translated(said: str, sentences: tuple[tuple[str, str], ...]) -> str | None:
    for pattern, words in sentences:
        match = re.fullmatch(pattern, said, re.DOTALL)
        if match:
            first, *more = match.groups() or ("",)
            near = f"，是不是 {more[0]}？" if more and more[0] else "。"
            text = words.format(first, near)
            return text if text.endswith(("。", "？")) else f"{text}。"
    return None


def _name(param: Any) -> str:
    """A parameter as the help shows it, an argument with what it is."""
    if param is None:
        return ""
    name = name_of(param)
    is_option = getattr(param, "param_type_name", "") == "option"
    return name if is_option or not getattr(param, "help", None) else f"{name}（{param.help}）"


def _missing(error: Any) -> str:
    param = error.param
    kind = _KINDS.get(error.param_type or getattr(param, "param_type_name", ""), "参数")
    text = f"缺少{kind} {_name(param)}"
    if kind == "选项" and getattr(param, "help", None):
        text += f"（{param.help}）"
    return f"{text}。"


def _bad_value(error: Any) -> str:
    said = error.message.removeprefix("Value error, ")
    name = _name(error.param)
    choice = _CHOICE.fullmatch(said)
    if choice:
        known = "、".join(re.findall("'(.*?)'", choice[2]))
        return f"{name} 没有“{choice[1]}”这个取值，可用：{known}。"
    words = _translated(said, _VALUES)
    return f"{name} 的取值不对" + ("。" if words is None else f"：{words}")
