"""What is wrong with a YAML file, in the words of whoever wrote it: for the parser's reasons and for pydantic's.

Both say it in English, and for programmers. What is not known here is told by its place and value alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from qq_excel.language import Text

Loc = tuple[str | int, ...]


class WrongValue(ValueError):
    """What a validator refuses: ``text`` says why, a clause without a full stop; ``at`` where, below its own place."""

    def __init__(self, text: Text, at: Loc = ()) -> None:
        super().__init__(text.en)
        self.text, self.at = text, at


def place(loc: Loc) -> str:
    """A place as a path of keys; items of lists are counted from 1."""
    out = ""
    for part in loc:
        out += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


# --- what the parser cannot read ----------------------------------------------------------------------

_PAIRS = Text(
    "冒号和空格之外还有冒号，或缩进不对。含“: ”的文字请加引号，同一层的键请左对齐",
    "a second colon, or a wrong indentation. Put a text with ': ' in quotes, align the keys of one level",
)
_ALIGN = Text(
    "缩进不齐，或引号、括号没有成对。同一层的键请左对齐",
    "keys of one level are not aligned, or a quote or bracket is not closed",
)
_NO_COLON = Text(
    "缺少冒号。每行应写成“键: 值”，冒号用半角，后面空一格",
    "a colon is missing. Write 'key: value', with a space after the colon",
)
_NO_END = Text("这里开始的引号没有结束，请补上", "the quote that begins here is not closed")
_NO_BRACKET = Text(
    "这里开始的括号没有结束，或缺少逗号", "the bracket that begins here is not closed, or a comma is missing"
)
_LIST = Text(
    "列表没有对齐：每项一行，以“- ”开头，左对齐",
    "the list is not aligned: one item a line, each beginning with '- '",
)
_TAB = Text("缩进用了制表符（Tab），请改为空格", "a tab is used for indentation; use spaces")
_START = Text(
    "这个字符不能放在值的开头。以 @ ` % 开头的文字请加引号，缩进请用空格而不是制表符（Tab）",
    "a value cannot begin like this. Put a text that begins with @ ` % in quotes, indent with spaces, not tabs",
)
_ENCODING = Text(
    "文件不是 UTF-8 编码，或含有控制字符。请用记事本另存，编码选 UTF-8",
    "the file is not UTF-8, or has control characters. Save it as UTF-8",
)
_ALIAS = Text("引用（*）的名称没有定义过", "an alias (*) that nothing defines")
_TAG = Text("标记（!）和合并键（<<）不能用", "tags (!) and merge keys (<<) are not allowed")
_ESCAPE = Text(
    "双引号里的反斜杠写法不对。路径请用单引号，或写两个反斜杠",
    "a backslash within double quotes means something else. Put paths in single quotes",
)
_ODD = Text("写法读不懂。请检查缩进、冒号和引号", "it cannot be read. Check indentation, colons and quotes")
#: By a part of what the parser says, in this order, with whether the place is where it began instead of where it failed.
_PROBLEMS: tuple[tuple[str, Text, bool], ...] = (
    ("unexpected end of stream", _NO_END, True),
    ("expected ',' or", _NO_BRACKET, True),
    ("expected ':'", _NO_COLON, True),
    ("expected key", _ALIGN, False),
    ("mapping values are not allowed", _PAIRS, False),
    ("block sequence entries are not allowed", _LIST, False),
    ("expected '-' indicator", _LIST, False),
    ("tab character", _TAB, False),
    ("cannot start any token", _START, False),
    ("non-alphabetical character", _START, False),
    ("escape character", _ESCAPE, False),
    ("undefined alias", _ALIAS, False),
    ("constructor for the tag", _TAG, False),
)


def unreadable(error: yaml.YAMLError, raw: bytes) -> tuple[int, Text]:
    """The line at which the parser gave up, and why, as a clause."""
    if isinstance(error, yaml.reader.ReaderError):
        before = raw[: error.position] if isinstance(error.position, int) else b""
        return before.count(b"\n") + 1, _ENCODING
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or "")
    why, at_start = next(((text, start) for part, text, start in _PROBLEMS if part in problem), (_ODD, False))
    line = int(began.line if at_start and began else mark.line if mark else 0) + 1
    for wide in (line, line - 1):  # the slip of whoever writes Chinese: ： looks like a colon
        if why in (_NO_COLON, _PAIRS) and _has_wide_colon(raw, wide):
            return wide, Text(
                "冒号是全角的“：”，应为半角的“: ”，后面空一格",
                "the colon is a full-width '：'; it must be ': ', with a space",
            )
    return line, why


def _has_wide_colon(raw: bytes, line: int) -> bool:
    lines = raw.decode("utf-8", "replace").splitlines()
    if not 0 < line <= len(lines):
        return False
    text = lines[line - 1]
    return "：" in text and ": " not in text.partition("：")[0]


# --- what pydantic refuses ----------------------------------------------------------------------------

_DATE = Text("应为日期，如 2026-01-01", "must be a date such as 2026-01-01")
_DAY = Text("应为不带时刻的日期，如 2026-01-01", "must be a date without a time, such as 2026-01-01")
_WHOLE = Text("应为整数", "must be a whole number")
_NUMBER = Text("应为数字", "must be a number")
_BOOL = Text("应为 true 或 false", "must be true or false")
_STRING = Text("应为文字（数字和日期请加引号）", "must be a text (put numbers and dates in quotes)")
_ITEMS = Text("应为列表，每项一行，以“- ”开头", "must be a list, each item a line that begins with '- '")
_KEYS = Text("应为键和值的对应，每行写成“键: 值”", "must be keys and values, each line 'key: value'")
_REASONS: Mapping[str, Text] = {
    "missing": Text("缺少，必须填写", "is missing and must be given"),
    "string_type": _STRING,
    "string_sub_type": _STRING,
    "string_unicode": _STRING,
    "string_too_short": Text(
        "太短，至少 {min_length} 个字符", "is too short: {min_length} or more characters"
    ),
    "string_too_long": Text(
        "太长，至多 {max_length} 个字符", "is too long: {max_length} or fewer characters"
    ),
    "string_pattern_mismatch": Text(
        "写法不对，只用小写字母、数字和下划线", "must be small letters, digits and underscores"
    ),
    "too_short": Text("太少，至少要有 {min_length} 项", "has too few items: {min_length} or more"),
    "too_long": Text("太多，至多 {max_length} 项", "has too many items: {max_length} or fewer"),
    "greater_than": Text("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": Text("应不小于 {ge}", "must be {ge} or more"),
    "less_than": Text("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": Text("应不大于 {le}", "must be {le} or less"),
    "multiple_of": Text("应为 {multiple_of} 的倍数", "must be a multiple of {multiple_of}"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "bool_type": _BOOL,
    "bool_parsing": _BOOL,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DAY,
    "list_type": _ITEMS,
    "tuple_type": _ITEMS,
    "set_type": _ITEMS,
    "frozen_set_type": _ITEMS,
    "dict_type": _KEYS,
    "mapping_type": _KEYS,
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "none_required": Text("应留空", "must be left empty"),
    "invalid_key": Text("键应为文字", "a key must be a text"),
}
_REFUSED = Text("写法不对", "is not right")


def why_refused(problem: Any) -> tuple[Loc, Text]:
    """Where pydantic refuses a value (one of ``ValidationError.errors()``), and what follows the place in a sentence."""
    loc, context = tuple(problem["loc"]), problem.get("ctx") or {}
    kind, given = problem["type"], problem.get("input")
    cause = context.get("error")
    if isinstance(cause, WrongValue):
        loc, (zh, en) = loc + cause.at, ("：", ": ") if loc + cause.at else ("", "")
        return loc, Text(zh + cause.text.zh, en + cause.text.en)
    zh = f"，现为“{given}”" if isinstance(given, str | int | float) else ""
    en = f", not '{given}'" if isinstance(given, str | int | float) else ""
    if kind in ("literal_error", "enum"):
        known = context["expected"]
        words = str(known).replace("' or '", "', '").replace("', '", "、").strip("'")
        return loc, Text(f"应为 {words} 之一{zh}", f" must be one of {words.replace('、', ', ')}{en}")
    if kind == "string_pattern_mismatch" and not context.get("pattern", "").startswith("^[a-z]"):
        words = context["pattern"].strip("^$()").replace("|", "、")
        return loc, Text(f"应为 {words} 之一{zh}", f" must be one of {words.replace('、', ', ')}{en}")
    reason = _REASONS.get(kind, _REFUSED)
    return loc, Text(reason.zh.format(**context) + zh, f" {reason.en.format(**context)}{en}")
