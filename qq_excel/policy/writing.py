"""A policy as a complete, commented YAML file that an organisation can make its own.

What is written loads again and equals what it was made from: every value is spelled out and nothing is
inherited, so that the file says all that its runs are judged by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from qq_excel.catalogue import get_rule
from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.policy.model import Policy
from qq_excel.policy.stages import Stage
from qq_excel.policy.values import WRITTEN, parameters

_HEAD = """\
# {title}：本单位的制度文件，以程序自带的 {profile} 制度为底稿写成，内容完整，可逐项修改。
# A policy of one's own, made from the profile {profile}. It is complete: change what differs.
#
# 用法 / use:  qq-excel check 报送/ --policy 本文件.yaml
# 改参数：在该参数下加一行，写新的生效日期、值和文号；旧值保留，以前的表仍按以前的值校验。
#   To change a parameter add a line with its date, value and source; older ledgers keep the older value.
# 值写 null 表示不设定：用到它的规则报“无法判断”。null leaves a value empty: its rules cannot judge.
# 只想改几项：删去不改的内容，在第一行写 extends: {profile}，其余沿用自带制度。
#   To change only a few things delete the rest and write extends: {profile} in the first line.
"""
_NOTES = {
    "kinds": ("用到的表种；没列的表交来也校验，但不会要求提交", "kinds in use"),
    "expected": ("每期每个单位都要交的表种；其余随发生提交", "kinds due from every unit in every period"),
    "follow": ("qq-excel status 跟踪哪些表里的案件，主要的在前", "kinds whose rows qq-excel status follows"),
    "workflow": ("上述表种中，哪一列说明债权、债务人、金额、责任人、阶段", "which columns tell what"),
    "teams": ("内设机构（清欠人员台账“所属机构”的取值）", "units"),
    "stages": (
        "流程阶段，按顺序；needs：该阶段办完须有的内容（列名、列名=值，| 表示任一）；due：限期所用的天数参数",
        "stages in order; needs: what must be there (column, column=value, | for any one); due: parameter in days",
    ),
    "off": ("不启用的规则及理由；删去一行即启用", "rules that are off, with the reason"),
    "levels": ("改变规则级别：E 错误、W 警告、I 提示，如 REC012: E", "levels that differ, e.g. REC012: E"),
    "additions": ("附加规定", "additions"),
}  # fmt: skip


def policy_text(policy: Policy) -> str:
    """*policy* as YAML; :func:`~qq_excel.policy.load_policy` gives the same again (but for its hash)."""
    return "\n".join(_lines(policy)) + "\n"


def _lines(policy: Policy) -> Iterator[str]:
    yield _HEAD.format(title=policy.title.zh, profile=policy.profile)
    for name in ("profile", "version", "regulation", "title"):
        yield f"{name}: {_flow(_plain(getattr(policy, name)))}"
    for name in ("kinds", "expected"):
        yield from _note(name)
        yield f"{name}:"
        yield from (f"  - {kind}  # {get_kind(kind).title.zh}" for kind in getattr(policy, name))
    yield from _note("follow")
    yield f"follow: {_flow(list(policy.follow))}"
    yield from _note("workflow")
    yield "workflow:"
    yield from (f"  {k}: {_flow(f.fields)}" for k, f in policy.workflow.items())
    yield from _note("teams")
    yield "teams:"
    yield from (f"  - {_flow(_plain(team))}" for team in policy.teams)
    yield from _note("stages")
    yield "stages:"
    for stage in policy.stages:
        yield from _stage(stage)
    yield from _note("off")
    yield "off:" if policy.off else "off: {}"
    for rule, why in policy.off.items():
        yield f"  {rule}: {_flow(_plain(why))}  # {get_rule(rule).title.zh}"
    yield from _note("levels")
    yield f"levels: {_flow(dict(policy.levels))}"
    yield ""
    yield "parameters:"
    for name, dated in policy.parameters.items():
        spec = parameters()[name]
        clauses = "、".join(spec.clauses)
        yield f"  # {spec.title.zh}（{clauses}）：{WRITTEN[spec.type].zh}；{spec.title.en}"
        yield f"  {name}:"
        for value in dated:
            yield f"    - from: {value.valid_from}"
            yield f"      value: {_flow(value.value)}"
            yield f"      source: {_flow(_plain(value.source))}"


def _note(name: str) -> Iterable[str]:
    note = Text(*_NOTES[name])
    return ("", f"# {note.zh} / {note.en}")


def _stage(stage: Stage) -> Iterator[str]:
    first = True
    for name, value in _plain(stage).items():
        yield f"  {'-' if first else ' '} {name}: {_flow(value)}"
        first = False


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_defaults=True)
    return value


def _flow(value: Any) -> str:
    """*value* on one line of YAML."""
    if isinstance(value, dt.date):
        return value.isoformat()
    text = yaml.safe_dump(
        [value], allow_unicode=True, default_flow_style=True, sort_keys=False, width=100_000
    )
    return text.strip()[1:-1]
