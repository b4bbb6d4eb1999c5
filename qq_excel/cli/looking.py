"""The commands that show what the program knows: templates, rules, policies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table as Grid

from qq_excel.catalogue import LEVEL_NAMES, all_rules, family_titles
from qq_excel.cli.common import OK, must_be_new_or_ours, out, print_json
from qq_excel.cli.folding import Folded
from qq_excel.cli.options import Format
from qq_excel.errors import InputError
from qq_excel.language import Text, t
from qq_excel.output import whole_set

if TYPE_CHECKING:
    from qq_excel.policy import Policy
    from qq_excel.policy.stages import Stage


def run_template(kind: str, target: Path, policy: Policy, force: bool) -> int:
    """Write one template, or all of them into a folder; over a file that is there only with *force*."""
    from qq_excel.kinds import all_kinds, get_kind
    from qq_excel.template import write_template

    if kind == "all":
        paths = {k.kind: target / f"{k.sheet}.xlsx" for k in all_kinds().values() if k.sheet_of is None}
        with whole_set([p.name for p in paths.values()]) as there:
            for one, path in paths.items():
                kept = path.is_file() and not force
                told = t("（已有，没有覆盖）", " (there already, kept)") if kept else ""
                out.print(f"{path if kept else write_template(one, path, policy=policy)}{told}",
                          soft_wrap=True)  # fmt: skip
                there.append(path.name)
        return OK
    must_be_new_or_ours(target, ".xlsx")
    if target.is_file() and not force:
        raise InputError(
            Text(
                f"{target}：文件已经存在，可能已经填写，不覆盖。请换一个文件名，或加 --force。",
                f"{target}: exists and may have been filled in; it is not replaced. Choose another name or add --force.",
            )
        )
    path = write_template(get_kind(kind).kind, target, policy=policy)
    out.print(t("已写出：", "Written: ") + str(path), soft_wrap=True)
    return OK


def run_rules(rule_id: str | None, format: Format) -> int:
    """List all rules, or explain one."""
    if rule_id is not None:
        from qq_excel.cli.explaining import explain

        return explain(rule_id, format)
    if format is Format.JSON:
        print_json([spec.model_dump(mode="json") for spec in all_rules().values()])
        return OK
    for family, title in family_titles().items():
        grid = Grid(
            title=f"{family} {title}", title_justify="left", box=None, show_header=False, padding=(0, 1)
        )
        for spec in all_rules().values():
            if spec.family == family:
                mark = "†" if spec.explainable else ""
                grid.add_row(
                    spec.id, str(LEVEL_NAMES[spec.level]), str(spec.title) + mark, ", ".join(spec.clauses)
                )
        out.print(grid)
    out.print(
        t("† 填写“特殊原因说明”和批准人后不再阻止提交。", "† answered by a special reason with its approver.")
    )
    return OK


def run_policy_list(format: Format) -> int:
    """The profiles and additions that come with the program."""
    from qq_excel.policy import addition_names, load_policy, policy_of, profile_names

    every = [load_policy(name) for name in profile_names()]
    if format is Format.JSON:
        print_json(
            {
                "profiles": [
                    {
                        "profile": p.profile,
                        "title": p.title.zh,
                        "regulation": p.regulation,
                        "kinds": list(p.kinds),
                    }
                    for p in every
                ],
                "additions": addition_names(),
            }
        )
        return OK
    grid = Grid(box=None, padding=(0, 1))
    for header in (t("名称", "name"), t("制度", "regulation"), t("表种", "kinds"), t("阶段", "stages")):
        grid.add_column(header, overflow="fold")
    for p in sorted(every, key=lambda p: p.regulation):
        stages = " → ".join(str(s.text) for s in p.stages)
        grid.add_row(p.profile, Folded(f"{p.regulation} {p.title}"), str(len(p.kinds)), Folded(stages))
    out.print(grid)
    for name in addition_names():
        year = policy_of(f"group+{name}").version
        out.print(
            t(f"附加规定 {name}（v{year}）：写作 --policy group+{name}",
              f"addition {name} (v{year}): write --policy group+{name}"),
        )  # fmt: skip
    return OK


def run_policy_init(profile: str, target: Path, force: bool) -> int:
    """Write a policy of one's own; never over a file that is there, unless *force*."""
    from qq_excel import output
    from qq_excel.errors import OutputError
    from qq_excel.policy import policy_of
    from qq_excel.policy.writing import policy_text

    policy = policy_of(profile)
    if target.exists() and not force:
        raise OutputError(
            Text(
                f"{target}：文件已存在，没有改动。换一个名称，或加 --force 覆盖。",
                f"{target}: exists and was left alone. Choose another name, or add --force.",
            )
        )
    output.write_text(target, policy_text(policy))
    out.print(t("已写出：", "Written: ") + str(target), soft_wrap=True)
    out.print(t(f"改好后用 --policy {target} 校验。", f"Edit it, then check with --policy {target}."))
    return OK


def _stage(policy: Policy, stage: Stage, as_of: dt.date | None) -> str:
    """A stage of the workflow on one line: who is due for how long, what it needs of the rows of each kind."""
    from qq_excel.kinds import get_kind
    from qq_excel.policy.showing import need_text, shown
    from qq_excel.policy.values import ParameterType

    about = [str(policy.team_of(stage) or "")]
    days = policy.at(as_of).get(stage.due) if stage.due else None
    if days is not None:
        term = shown(days, ParameterType.DAYS)
        about.append(t(f"限{term}", f"within {term}"))
    said = t("，", ", ").join(filter(None, about))
    needs = t("；", "; ").join(
        f"{get_kind(name).title}{t('：', ': ')}"
        + t("、", ", ").join(str(need_text(need, get_kind(name))) for need in stage.needs_of(name))
        for name in stage.needs
    )
    who = t(f"（{said}）", f" ({said})") if said else ""
    return "  ".join(filter(None, (f"{stage.text}{who}", needs, ", ".join(stage.clauses))))


def run_policy_show(policy: Policy, as_of: dt.date | None, format: Format) -> int:
    """Kinds, stages, units and the parameters as of a day, with their sources."""
    from qq_excel.kinds import get_kind
    from qq_excel.policy.showing import shown
    from qq_excel.policy.values import parameters

    if format is Format.JSON:
        print_json(policy.model_dump(mode="json", by_alias=True))
        return OK
    added = "".join(f" + {name}" for name in policy.additions)
    out.print(f"{policy.profile}{added}  {policy.title}  v{policy.version}", style="bold")
    out.print(f"sha256 {policy.sha256}", style="dim")
    comma = t("、", ", ")
    for label, kinds in ((t("表种：", "Kinds: "), policy.kinds), (t("每期必交：", "Due: "), policy.expected)):
        out.print(label + comma.join(str(get_kind(k).title) for k in kinds))
    out.print(t("机构：", "Units: ") + comma.join(str(u.text) for u in policy.teams))
    for n, stage in enumerate(policy.stages, 1):
        out.print(Folded(f"  {n}. {_stage(policy, stage, as_of)}"))
    grid = Grid(box=None, padding=(0, 1))
    for name in (
        t("参数", "parameter"),
        t("值", "value"),
        t("自", "from"),
        t("来源", "source"),
        t("条款", "clause"),
    ):
        grid.add_column(name, overflow="fold")
    known = parameters()
    for name, dated in policy.parameters.items():
        held = [d for d in dated if as_of is None or d.valid_from <= as_of]
        if held:
            now = held[-1]
            grid.add_row(
                Folded(f"{known[name].title}\n{name}"),
                Folded(shown(known[name].parse(now.value), known[name].type)),
                str(now.valid_from),
                Folded(str(now.source)),
                Folded(", ".join(known[name].clauses)),
            )
    out.print(grid)
    for rule_id, why in policy.off.items():
        out.print(t(f"不启用 {rule_id}：{why}", f"Off: {rule_id}: {why}"))
    return OK
