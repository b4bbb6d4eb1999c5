"""Whether an application is fit, in words: the three verdicts and the findings of ``qq_excel.verdicts``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qq_excel.catalogue import LEVEL_NAMES
from qq_excel.language import Text
from qq_excel.papers.write_off_facts import Application, Conclusion, Gap
from qq_excel.verdicts import UNDER_WAY, Verdict, fit, verdicts_of

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.findings import Finding
    from qq_excel.verdicts import Application as Judged

_OUTCOMES = {
    "policy": {"yes": Text("符合", "fulfilled"), "no": Text("不符合", "not fulfilled")},
    "book": {"yes": Text("准备足额", "fully provided for"), "no": Text("准备不足", "not fully provided for")},
    "tax": {"yes": Text("资料齐全", "papers complete"), "no": Text("资料不全", "papers missing")},
}
_EITHER = {"unknown": Text("无法判断", "cannot be judged"), "off": Text("未启用", "not in use")}


def judge(result: Result, apps: list[Application]) -> list[Application]:
    """Give each of *apps* its verdicts and what keeps it from being fit."""
    judged = {(j.file, j.sheet, j.row): j for j in verdicts_of(result)}
    for app in apps:
        mine = judged.get((app.file, app.sheet, app.line - 1))
        if mine is None:
            app.gaps = [Gap("这份申请没有经过校验", "", "F-16", "重新校验后再生成。")]
            continue
        app.fit = fit(mine)
        app.verdicts = [_conclusion(kind, getattr(mine, kind)) for kind in _OUTCOMES]
        app.gaps = [] if app.fit else _gaps(mine)
    return apps


def _conclusion(kind: str, verdict: Verdict) -> Conclusion:
    return Conclusion(
        str(verdict.name),
        str((_OUTCOMES[kind] | _EITHER)[verdict.outcome]),
        str(verdict.text),
        tuple(str(m).rstrip("。.") for m in verdict.missing),
    )


def _gaps(judged: Judged) -> list[Gap]:
    """Open errors first, then what could not be judged, then a status that is not under way."""
    open_ = [f for f in judged.findings if f.status == "open"]
    out = [_gap(f) for f in open_ if f.level == "E"]
    said = {f.message("zh") for f in open_ if f.level == "E"}
    warned = {f.message("zh"): f for f in open_}
    for missing in judged.policy.missing:
        if missing.zh in said:
            continue
        finding = warned.get(missing.zh)
        fix = "补齐所缺的资料、列或参数后重新校验。"
        out.append(_gap(finding) if finding else Gap(missing.zh, "", "F-14, F-15", fix, judged.sheet))
    if judged.status not in UNDER_WAY:
        out.append(
            Gap(
                f"申请状态为“{judged.status or '（空）'}”，尚未上报",
                "",
                "F-16",
                f"上报后把状态改为{'、'.join(UNDER_WAY)}之一。",
                judged.sheet,
            )
        )
    return out


def _gap(f: Finding) -> Gap:
    place = f"{f.sheet or ''} {f.cell or ''}".strip()
    return Gap(f"{LEVEL_NAMES[f.level].zh}：{f.message('zh')}", f.rule, f.clause, f.fix("zh"), place)
