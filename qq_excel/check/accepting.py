"""What is accepted although it was found: by waiver, or because it stood in an earlier run (baseline)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from qq_excel.catalogue import all_rules
from qq_excel.check.baseline import Baseline
from qq_excel.check.result import Result
from qq_excel.findings import Finding
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params, Policy
from qq_excel.rules import registry
from qq_excel.rules.schema import asked
from qq_excel.waivers import Use, Waiver, use


def accept(result: Result, waivers: Sequence[Waiver] = (), baseline: Baseline | None = None) -> Result:
    """*result* with its findings waived or counted to the baseline, and the waivers judged themselves.

    What the baseline holds is what was open: a waived finding is not counted against it.
    """
    findings = result.findings
    if waivers:
        findings, uses = use(findings, waivers, result.as_of)
        findings = findings.followed_by(judged(uses, result.policy, result.as_of, len(result.files)))
    if baseline is not None:
        units = {f.workbook.name: f.unit for f in result.files}
        findings = baseline.applied(findings, units)
    blocked = findings.blocked
    files = [replace(f, accepted=f.workbook.name not in blocked) for f in result.files]
    return replace(result, findings=findings, files=files)


def judged(uses: Sequence[Use], policy: Policy, day: dt.date | None, files: int) -> list[Finding]:
    """What is wrong with the waivers themselves, on a run of so many *files* whose latest as-of date is *day*."""
    return [f for n, one in enumerate(uses) for f in _judged(one, policy, policy.at(day), (files, n))]


def _judged(one: Use, policy: Policy, params: Params, order: tuple[int, int]) -> list[Finding]:
    out = []
    for spec in all_rules().values():
        if spec.on != "waivers" or not asked(spec, params):
            continue
        level = policy.levels.get(spec.id) or spec.level
        file = one.waiver.file
        try:
            for spot in registry.load()[spec.id](one, params):
                figures = {k: v if isinstance(v, Text) else str(v) for k, v in spot.figures.items()}
                out.append(
                    Finding(rule=spec.id, level=level, key=spot.key, figures=figures, file=file, order=order)
                )
        except CannotJudge as reason:
            out.append(Finding(rule=spec.id, level="?", why=reason.why, file=file, order=order))
    return out
