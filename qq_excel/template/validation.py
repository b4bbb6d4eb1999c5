"""Drop-downs, prompts and error messages of the cells to be filled in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from qq_excel.kinds import Field, FieldType
from qq_excel.kinds.model import NO, YES
from qq_excel.language import t
from qq_excel.template.layout import HeadField

#: A list in the validation itself may have this many characters; longer ones stand in a range.
LIST_LIMIT = 255
_TITLE_LIMIT, _MESSAGE_LIMIT = 32, 255
_FIRST_DAY, _LAST_DAY = dt.date(1980, 1, 1), dt.date(2099, 12, 31)
_LARGEST = 1e13


def of_field(spec: Field, values: tuple[str, ...], list_range: str | None) -> dict[str, Any]:
    """The validation of a column's cells; *values* is its list, *list_range* where a long one stands."""
    rule = _rule(spec.type, values, list_range, negative=spec.negative, longest=spec.max_length)
    message = str(spec.help) if spec.help else ""
    if spec.formula:
        rule = {"validate": "any"}
        hint = t("由公式计算，请勿改动。", "Computed by formula; leave as it is.")
        message = message if "公式" in message or "formula" in message else f"{message}{hint}"
    elif spec.required:
        message = t("【必填】", "[required] ") + message
    return _worded(rule, spec.label, message, _wrong(spec, values), required=spec.required)


def of_head(entry: HeadField) -> dict[str, Any]:
    """The validation of an entry of the head block."""
    rule = _rule(entry.type, entry.values, None, negative=False, longest=100)
    message = (t("【必填】", "[required] ") if entry.required else "") + str(entry.help)
    wrong = (
        t("请从下拉列表选择：", "Choose from the list: ") + "、".join(entry.values)
        if entry.values
        else t("请填写正确的日期，如 2026-09-30。", "Enter a date such as 2026-09-30.")
    )
    return _worded(rule, entry.label, message, wrong, required=entry.required)


def of_date(title: str, message: str) -> dict[str, Any]:
    """The validation of a date in a foot block."""
    wrong = t("请填写正确的日期，如 2026-09-30。", "Enter a date such as 2026-09-30.")
    return _worded(_dates(), title, message, wrong, required=False)


def _rule(
    type_: FieldType, values: tuple[str, ...], list_range: str | None, *, negative: bool, longest: int
) -> dict[str, Any]:
    if type_ is FieldType.YESNO:
        values = (YES, NO)
    if type_ in (FieldType.ENUM, FieldType.YESNO):
        return {"validate": "list", "source": list_range or list(values)} if values else {"validate": "any"}
    if type_ is FieldType.DATE:
        return _dates()
    if type_ is FieldType.TIME:
        return {
            "validate": "time",
            "criteria": "between",
            "minimum": dt.time(0, 0),
            "maximum": dt.time(23, 59, 59),
        }
    if type_.numeric:
        whole = type_ is FieldType.INT
        most = 1.0 if type_ is FieldType.RATIO else _LARGEST
        least = -most if negative else 0
        return {
            "validate": "integer" if whole else "decimal",
            "criteria": "between",
            "minimum": int(least) if whole else least,
            "maximum": int(1e9) if whole else most,
        }
    return {"validate": "length", "criteria": "<=", "value": longest}


def _dates() -> dict[str, Any]:
    return {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}


def _wrong(spec: Field, values: tuple[str, ...]) -> str:
    """What the error message says is expected."""
    if spec.type in (FieldType.ENUM, FieldType.YESNO):
        listed = "、".join(values or (YES, NO))
        long = t("（取值见填表说明）", " (see the guide)")
        return t("请从下拉列表选择：", "Choose from the list: ") + (listed if len(listed) <= 200 else long)
    if spec.type is FieldType.DATE:
        return t(
            "请填写 1980 至 2099 年间的真实日期，如 2026-09-30，不要写成文字。",
            "Enter a real date between 1980 and 2099, such as 2026-09-30, not a text.",
        )
    if spec.type is FieldType.TIME:
        return t("请填写时间，如 09:30。", "Enter a time such as 09:30.")
    if spec.type is FieldType.RATIO:
        return t("请填写 0 至 100% 之间的比例。", "Enter a ratio between 0 and 100 %.")
    if spec.type is FieldType.INT:
        return t("请填写不小于 0 的整数。", "Enter a whole number of 0 or more.")
    if spec.type.numeric:
        sign = "" if spec.negative else t("不小于 0 的", " of 0 or more")
        return t(
            f"请填写{sign}数字，不要带“元”“万元”、逗号或空格。",
            f"Enter a number{sign}, without units, separators or spaces.",
        )
    return t(f"内容过长，最多 {spec.max_length} 个字符。", f"Too long: at most {spec.max_length} characters.")


def _worded(rule: dict[str, Any], title: str, message: str, wrong: str, *, required: bool) -> dict[str, Any]:
    return {
        **rule,
        "ignore_blank": True,
        "input_title": title[:_TITLE_LIMIT],
        "input_message": message[:_MESSAGE_LIMIT],
        "error_title": t("填写有误", "Not accepted"),
        "error_message": f"{title}：{wrong}"[:_MESSAGE_LIMIT],
        "error_type": "stop",
        "show_input": bool(message),
        "show_error": rule["validate"] != "any" or required,
    }
