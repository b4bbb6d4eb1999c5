"""What is accepted although it was found: by waiver, or because it stood in an earlier run (baseline)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qq_excel.catalogue import all_rules
from qq_excel.check.baseline import Baseline
from qq_excel.check.result import Result
from qq_excel.findings import Finding
from qq_excel.language import Text
from qq_excel.policy import CannotJudge
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
        findings = findings.followed_by([f for n, u in enumerate(uses) for f in _judged(u, n, result)])
    if baseline is not None:
        units = {f.workbook.name: f.unit for f in result.files}
        findings = baseline.applied(findings, units)
    blocked = findings.blocked
    files = [replace(f, accepted=f.workbook.name not in blocked) for f in result.files]
    return replace(result, findings=findings, files=files)


def _judged(one: Use, number: int, result: Result) -> list[Finding]:
    params = result.policy.at(result.as_of)
    out = []
    for spec in all_rules().values():
        if spec.on != "waivers" or not asked(spec, params):
            continue
        level = result.policy.levels.get(spec.id) or spec.level
        file, order = one.waiver.file, (len(result.files), number)
        try:
            for spot in registry.load()[spec.id](one, params):
                figures = {k: v if isinstance(v, Text) else str(v) for k, v in spot.figures.items()}
                out.append(
                    Finding(rule=spec.id, level=level, key=spot.key, figures=figures, file=file, order=order)
                )
        except CannotJudge as reason:
            out.append(Finding(rule=spec.id, level="?", why=reason.why, file=file, order=order))
    return out
