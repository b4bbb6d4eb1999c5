"""Faults put into the submissions of two branches, each named by the rules that it sets off."""

from __future__ import annotations

from dataclasses import dataclass

from qq_excel.samples.model import Submission


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the rule that it breaks, where, what was done, and which rules follow from it."""

    rule: str
    kind: str
    #: Key of the row, or the name of the entry.
    key: str
    field: str
    what: str
    follows: tuple[str, ...] = ()
    #: Where it is seen when that is not the row itself: the kind and the keys of its rows.
    seen_in: str = ""
    seen_at: tuple[str, ...] = ()


def spoil(made: Submission) -> list[Fault]:
    """Put the branch's faults in; give them in the order of their rules."""
    from qq_excel.samples.faults_ledger import spoil_ledger  # noqa: PLC0415 - they build on Fault
    from qq_excel.samples.faults_process import spoil_process  # noqa: PLC0415

    found = spoil_ledger(made) if made.plan.mark == "XB" else spoil_process(made)
    return sorted(found, key=lambda f: (f.rule, f.key))
