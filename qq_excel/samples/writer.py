"""Writes the sample submissions: workbooks by way of the templates, evidence, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from qq_excel import output
from qq_excel.errors import InputError
from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.policy import Policy, load_policy
from qq_excel.samples import group, profiles
from qq_excel.samples.model import AS_OF, GROUP, PERIOD, Fault, Submission
from qq_excel.template import template_name, workbook_kinds, write_template

SEED = 20260930
#: Every profile that has samples.
PROFILES = ("group", *profiles.SCENES)


def write_samples(folder: Path, seed: int = SEED, profile: str = "group") -> list[Path]:
    """Write the submissions of *profile* into *folder*, a folder per unit; give the files.

    Beside them ``faults.yaml`` says which faults were put where. The same seed gives the same bytes.
    Raises :class:`InputError` for a profile that has no samples.
    """
    if profile not in PROFILES:
        raise InputError(Text(f"制度 {profile} 没有样例。", f"there are no samples for profile {profile}."))
    every = group.submissions(seed) if profile == "group" else profiles.submissions(profile, seed)
    policy = load_policy(profile)
    written = []
    for made, _ in every:
        written += _submission(folder / made.plan.name, made, policy)
    written.append(output.write_text(folder / "faults.yaml", _faults(profile, every)))
    return written


def _submission(folder: Path, made: Submission, policy: Policy) -> list[Path]:
    written = []
    for kind in (k for k in made.tables if get_kind(k).sheet_of is None):
        seconds = [k.kind for k in workbook_kinds(kind)[1:]]
        written.append(
            write_template(
                kind, folder / template_name(kind), rows=made.tables[kind],
                more={k: made.tables[k] for k in seconds if k in made.tables}, head=made.heads[kind],
                foot=made.foot if get_kind(kind).blocks else None, policy=policy,
            )
        )  # fmt: skip
    written += [output.write_bytes(folder / path, content) for path, content in made.files.items()]
    return written


def _faults(profile: str, every: list[tuple[Submission, list[Fault]]]) -> str:
    warranted = group.WARRANTED if profile == "group" else profiles.SCENES[profile].warranted
    content = {
        "group": GROUP if profile == "group" else profiles.SCENES[profile].owner, "as_of": AS_OF, "period": PERIOD,
        "warranted": list(warranted), "units": {made.plan.name: [_fault(f) for f in faults] for made, faults in every},
    }  # fmt: skip
    head = (
        "# 样例中有意放入的问题：按规则编号列出，follows 为随之出现的其他规则；warranted 为业务情况本身引起的\n"
        "# 预警和提示，各单位都有，不算填报问题。单位、人员、证件、案号均为虚构。\n"
    )
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def _fault(fault: Fault) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "rule": fault.rule, "workbook": template_name(fault.kind), "key": fault.key, "field": fault.field,
        "what": fault.what,
    }  # fmt: skip
    if fault.follows:
        entry["follows"] = list(fault.follows)
    if fault.seen_in:
        entry |= {"seen_in": template_name(fault.seen_in), "seen_at": list(fault.seen_at)}
    return entry
