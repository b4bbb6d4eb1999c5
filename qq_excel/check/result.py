"""What a check gives back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from qq_excel.findings import Findings
from qq_excel.policy import Policy
from qq_excel.reading.model import Workbook
from qq_excel.rules.stack import Stack


@dataclass(slots=True)
class FileResult:
    """One file of a run."""

    workbook: Workbook
    unit: str | None
    period: str | None
    submission: int
    accepted: bool = True

    @property
    def kinds(self) -> list[str]:
        """The kinds of its tables, each once, in sheet order."""
        return list(dict.fromkeys(t.kind.kind for t in self.workbook.tables))

    @property
    def rows(self) -> int:
        """Data rows of all its tables."""
        return sum(len(t.data) for t in self.workbook.tables)


@dataclass(slots=True)
class Result:
    """What one check found, and the tables that the papers are made from."""

    policy: Policy
    files: list[FileResult]
    findings: Findings
    #: Every kind that was handed in, all its tables on one stack.
    stacks: dict[str, Stack] = field(default_factory=dict)
    #: The same tables stacked by as-of date, as the rules saw them, and what they computed on the way.
    dated: dict[str, list[Stack]] = field(default_factory=dict)
    #: Workbooks that were not checked, since they have no table of ours and another (its name beside) names them as evidence.
    evidence: dict[str, str] = field(default_factory=dict)

    def take_apart(self) -> None:
        """No rule is asked any more: stacks no longer know their partners.

        Each is a partner of its own, and so would stay in memory, tables and all, until Python looks for cycles.
        """
        for stack in (*self.stacks.values(), *(s for of_kind in self.dated.values() for s in of_kind)):
            stack.partners = {}

    @property
    def as_of(self) -> dt.date | None:
        """The latest as-of date of the workbooks."""
        days = [d for f in self.files for t in f.workbook.tables if (d := t.as_of)]
        return max(days, default=None)

    @property
    def accepted(self) -> bool:
        """Whether every file is accepted, and nothing else (a waiver, say) is at fault."""
        return not self.findings.blocked
