"""Faults put into the submissions of two branches, each named by the rules that it sets off."""

from __future__ import annotations

from qq_excel.samples.faults_ledger import spoil_ledger
from qq_excel.samples.faults_process import spoil_process
from qq_excel.samples.model import Fault, Submission


def spoil(made: Submission) -> list[Fault]:
    """Put the branch's faults in; give them in the order of their rules."""
    found = spoil_ledger(made) if made.plan.mark == "XB" else spoil_process(made)
    return sorted(found, key=lambda f: (f.rule, f.key))
