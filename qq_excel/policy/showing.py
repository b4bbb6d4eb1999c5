"""What a policy says as a reader should see it: on the sheet 制度与版本, on the command line, in the docs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import singledispatch
from typing import Any

from qq_excel.kinds import Kind, get_kind
from qq_excel.language import Text, many, plural, t
from qq_excel.policy.stages import Need
from qq_excel.policy.values import Action, Authority, Band, Grade, ParameterType, Proposal, Step

_UNITS = {
    ParameterType.DAYS: Text("天", "day"),
    ParameterType.MONTHS: Text("个月", "month"),
    ParameterType.YEARS: Text("年", "year"),
    ParameterType.POINTS: Text("分", "point"),
}


def need_text(need: Need, kind: Kind) -> Text:
    """What a stage needs of a row of *kind*, by the titles of its columns: 计划收回金额, 清欠方式为诉讼或清欠方式为执行."""
    zh, en = [], []
    for c in need.alternatives:
        field = kind[c.field]
        zh.append(field.header + (f"为{c.value}" if c.value else ""))
        en.append(field.en + (f" = {c.value}" if c.value else ""))
    return Text("或".join(zh), " or ".join(en))


def shown(value: Any, type_: ParameterType) -> str:
    """*value*, parsed by its parameter, in the language of the run; longer ones on several lines."""
    if value is None:
        return t("未设定", "not set")
    if type_ in _UNITS:
        unit = _UNITS[type_]
        return t(f"{value:g}{unit.zh}", f"{value:g} {plural(value, unit.en)}")
    match type_:
        case ParameterType.FLAG:
            return t("是", "yes") if value else t("否", "no")
        case ParameterType.RATIO:
            return _percent(value)
        case ParameterType.AMOUNT:
            return t(f"{value:,.2f} 元", f"{value:,.2f} yuan")
        case ParameterType.RATES | ParameterType.WEIGHTS:
            return "\n".join(f"{k}{t('：', ': ')}{_percent(v)}" for k, v in value.items())
        case ParameterType.HOURS:
            return t("{} 至 {}", "{} to {}").format(*(_entry(v) for v in value))
        case ParameterType.CURVE:
            return t("、", ", ").join(
                t(f"{_percent(x)} 得 {y:g} 分", f"{_percent(x)}: {y:g}") for x, y in value
            )
        case ParameterType.AUTHORITY | ParameterType.STEPS:
            return "\n".join(_entry(v) for v in value)
    if isinstance(value, dict):
        return "\n".join(f"{k}{t('：', ': ')}{_entry(v)}" for k, v in value.items())
    return t("、", ", ").join(_entry(v) for v in value) if isinstance(value, tuple) else str(value)


def _percent(value: float) -> str:
    return f"{value * 100:g}%"


@singledispatch
def _entry(value: Any) -> str:
    return str(value)


@_entry.register
def _(value: Band) -> str:
    return str(value.title)


@_entry.register
def _(value: Authority) -> str:
    if value.up_to is None:
        return t(f"{value.body}：不限", f"{value.body}: without limit")
    return t(f"{value.body}：{value.up_to:,.0f} 元以内（含）", f"{value.body}: up to {value.up_to:,.0f} yuan")


@_entry.register
def _(value: Action) -> str:
    return f"{value.department}{t('；', '; ')}{value.measure.text}"


@_entry.register
def _(value: Grade) -> str:
    return t(f"{value.name}（{value.from_score:g} 分起）", f"{value.name} (from {value.from_score:g})")


@_entry.register
def _(value: Proposal) -> str:
    return f"{value.sanction}{t('；', '; ')}{value.discipline}"


@_entry.register
def _(value: Step) -> str:
    return t(
        f"{value.name}：逾期超过 {value.over_days} 天起，限 {value.pay_within_days} 天内付清",
        f"{value.name}: past due by more than {many(value.over_days, 'day')}, to be paid within {many(value.pay_within_days, 'day')}",
    )


@_entry.register
def _(value: dt.time) -> str:
    return f"{value:%H:%M}"


@_entry.register
def _(value: Decimal) -> str:
    return f"{value:,.2f}"


@_entry.register(tuple)
def _(value: tuple[Any, ...]) -> str:
    return t("；", "; ").join(t("或", " or ").join(map(_paper, alternatives)) for alternatives in value)


def _paper(name: str) -> str:
    """A kind of evidence as it is called; where a construction claim's field stands for it, that column's title."""
    field = get_kind("project_claims").by_name.get(name)
    return name if field is None else field.label
