"""制度与版本: the parameters that a run was judged by, as of its day, and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qq_excel import __version__
from qq_excel.language import t
from qq_excel.papers import style
from qq_excel.papers.cells import Column
from qq_excel.papers.sheet import Sheet
from qq_excel.policy.showing import shown
from qq_excel.policy.values import parameters

if TYPE_CHECKING:
    import datetime as dt

    from qq_excel.policy import Policy


def policy_sheet(sheet: Sheet, policy: Policy, day: dt.date | None) -> None:
    """Fill *sheet* with the policy's parameters on the run's *day*."""
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
                str(spec.title.text), name, shown(params.get(name), spec.type), dated.valid_from if dated else None,
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
