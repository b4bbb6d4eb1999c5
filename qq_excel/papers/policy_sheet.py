"""制度与版本: the parameters that a run was judged by, as of its day, and where each comes from."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qq_excel import __version__
from qq_excel.language import Text, t
from qq_excel.papers import style
from qq_excel.papers.sheet import Column, Sheet
from qq_excel.policy import Params
from qq_excel.policy.values import Action, Authority, Band, Grade, ParameterType, Proposal, parameters

if TYPE_CHECKING:
    from qq_excel.check import Result

_UNITS = {
    ParameterType.DAYS: Text("天", " days"),
    ParameterType.MONTHS: Text("个月", " months"),
    ParameterType.YEARS: Text("年", " years"),
}


def policy_sheet(sheet: Sheet, result: Result) -> None:
    """Fill *sheet* with the policy's parameters on the run's day."""
    policy, day = result.policy, result.as_of
    params = policy.at(day)
    columns = [
        Column(t("参数", "parameter"), most=36), Column(t("名称", "name"), most=24),
        Column(t("取值", "value"), least=20, most=44), Column(t("自何日起", "from"), "date", least=12),
        Column(t("来源", "source"), least=20, most=40), Column(t("条款", "clause"), most=14, centre=True),
    ]  # fmt: skip
    rows = []
    for name, spec in parameters().items():
        if name not in policy.parameters:
            continue
        held = [d for d in policy.parameters[name] if day is None or d.valid_from <= day]
        dated = held[-1] if held else None
        rows.append(
            [
                str(spec.title.text), name, shown(params, name, spec.type), dated.valid_from if dated else None,
                str(dated.source.text) if dated else "", ", ".join(spec.clauses),
            ]
        )  # fmt: skip
    sheet.widths(sheet.fitted(columns, rows))
    when = day.isoformat() if day else t("未填（取最新值）", "not given (newest values)")
    under = t(f"按截止日期 {when} 取值", f"values as of {when}")
    row = sheet.title(t("制度与版本", "Policy and versions"), len(columns), under)
    about = t(
        f"{policy.title}（{policy.profile}，v{policy.version}）  SHA-256 {policy.sha256 or '—'}  qq-excel {__version__}",
        f"{policy.title} ({policy.profile}, v{policy.version})  SHA-256 {policy.sha256 or '—'}  qq-excel {__version__}",
    )
    row = sheet.paragraph(row, len(columns), about, align="center")
    note = t(
        "来源写“本程序默认”的数值不出自制度原文，由制度管理部门核定后在制度文件中修改；时效等计算结果仅按所填事项推算，不构成法律意见。",
        "Values marked as our default are not in the regulation: their owner may change them in the policy file."
        " Computed dates follow from the events entered and are no legal advice.",
    )
    row = sheet.paragraph(row, len(columns), note)
    top = row
    row = sheet.table(row, columns, rows)
    if policy.off:
        row = sheet.heading(row + 1, t("未启用的规则", "Rules that are off"))
        for rule, why in policy.off.items():
            row = sheet.paragraph(row, len(columns), f"{rule}：{why.text}", font_color=style.INK)
    sheet.sheet.freeze_panes(top + 1, 0)
    sheet.print_set_up(landscape=True, repeat=(top, top), footer=t("制度与版本", "policy"))


def shown(params: Params, name: str, type_: ParameterType) -> str:
    """A parameter's value as a reader should see it."""
    value = params.get(name)
    if value is None:
        return t("未设定", "not set")
    return _one(value, type_)


def _one(value: Any, type_: ParameterType) -> str:
    if type_ in _UNITS:
        return f"{value}{_UNITS[type_]}"
    if isinstance(value, bool):
        return t("是", "yes") if value else t("否", "no")
    if type_ is ParameterType.RATIO:
        return f"{value * 100:g}%"
    if isinstance(value, Decimal):
        return t(f"{value:,.2f} 元", f"{value:,.2f} yuan")
    if isinstance(value, dict):
        return "\n".join(f"{k}：{_entry(v)}" for k, v in value.items())
    if isinstance(value, tuple):
        parts = [_entry(v) for v in value]
        return "\n".join(parts) if any(isinstance(v, Authority) for v in value) else "、".join(parts)
    return str(value)


def _entry(value: Any) -> str:
    if isinstance(value, Band):
        return value.name
    if isinstance(value, Authority):
        if value.up_to is None:
            return t(f"{value.body}：不限", f"{value.body}: without limit")
        return t(
            f"{value.body}：{value.up_to:,.0f} 元以内（含）", f"{value.body}: up to {value.up_to:,.0f} yuan"
        )
    if isinstance(value, Action):
        return f"{value.department}；{value.measure.text}"
    if isinstance(value, Grade):
        return t(f"{value.name}（{value.from_score:g} 分起）", f"{value.name} (from {value.from_score:g})")
    if isinstance(value, Proposal):
        return f"{value.sanction}；{value.discipline}"
    if isinstance(value, tuple):
        return "；".join("或".join(alternatives) for alternatives in value)
    return str(value)
