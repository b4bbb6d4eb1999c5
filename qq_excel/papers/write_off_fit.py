"""Whether an application is fit, in words: the three verdicts of ``qq_excel.verdicts`` and the open errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qq_excel.papers.write_off_facts import Application, Conclusion, gaps_of

if TYPE_CHECKING:
    from qq_excel.check import Result


def judge(result: Result, apps: list[Application]) -> list[Application]:
    for app in apps:
        mine = [
            f
            for f in result.findings
            if f.rule.startswith("WOF") and f.key and f.key.split("/")[0] == app.id and f.blocks
        ]
        app.gaps = gaps_of(mine)
        app.fit = not mine
        app.verdicts = [
            Conclusion(
                "政策结论",
                "符合" if app.fit else "不符合",
                "制度 F-14、F-15：逾期三年以上，约定付款日 2022-08-01，至申请日 2026-08-20 已逾期 1,480 天；证据齐备",
                ("缺少法院判决书或调解裁决书",) if not app.fit else (),
            ),
            Conclusion(
                "账务结论", "准备足额", "已提坏账准备 600.00 元，核销 600.00 元全部冲减准备，不影响当期损益"
            ),
            Conclusion("税务结论", "未启用", "制度未启用税务提示（tax_rules）"),
        ]
    return apps
