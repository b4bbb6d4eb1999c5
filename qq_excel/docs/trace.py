"""What serves each clause: columns, foot blocks, rules, papers, parameters, stages, units and tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from qq_excel.catalogue import all_rules
from qq_excel.docs.applied import profiles
from qq_excel.kinds import all_kinds
from qq_excel.papers.registry import PAPERS
from qq_excel.policy.clauses import Clause, all_clauses
from qq_excel.policy.values import parameters

#: Where papers are tested.
_PAPER_TESTS = ("tests/papers", "tests/assessment")


@dataclass(slots=True)
class Serving:
    """What names one clause."""

    kinds: list[str] = field(default_factory=list)
    #: ``(kind, field)``.
    columns: list[tuple[str, str]] = field(default_factory=list)
    #: ``(kind, block)``: what stands below a table.
    blocks: list[tuple[str, str]] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    #: ``(profile, stage)`` and ``(profile, unit)``.
    stages: list[tuple[str, str]] = field(default_factory=list)
    teams: list[tuple[str, str]] = field(default_factory=list)

    @property
    def checkable(self) -> bool:
        """Whether a table can show it, or a paper carries it out: a column, a foot block, a rule or a paper."""
        return bool(self.columns or self.blocks or self.rules or self.papers)


class Trace:
    """Every clause with what serves it; *root* is the checkout, whose tests are looked through."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.by_clause: dict[str, Serving] = {name: Serving() for name in all_clauses()}
        for clauses, which, what in _namings():
            for clause in clauses:
                getattr(self.by_clause[clause], which).append(what)

    def parts(self, clause: str) -> list[str]:
        """The ids below *clause*: F-14-1 to F-14-3 of F-14."""
        return [name for name in self.by_clause if name.startswith(f"{clause}-")]

    def whole(self, clause: str) -> str | None:
        """The clause that *clause* is a part of, if that stands in the catalogue."""
        above = clause.rpartition("-")[0]
        return above if above in self.by_clause else None

    def served(self, clause: str) -> bool:
        """Whether something serves it: itself, all that it is made of, or the whole that names it with its parts."""
        own, parts, above = self.by_clause[clause].checkable, self.parts(clause), self.whole(clause)
        if own or (above and self.by_clause[above].checkable):
            return True
        return bool(parts) and all(
            self.by_clause[p].checkable or all_clauses()[p].organisational for p in parts
        )

    def unserved(self) -> list[Clause]:
        """Clauses that neither anything serves nor a reason excuses."""
        return [c for c in all_clauses().values() if not c.organisational and not self.served(c.id)]

    # --- tests ------------------------------------------------------------------------------------------

    def tests_of_rule(self, rule_id: str) -> list[str]:
        """The fixture file of a rule, or the tests that name it; paths below the checkout."""
        fixture = self._root / "tests/rules/fixtures" / f"{rule_id}.yaml"
        if fixture.is_file():
            return [fixture.relative_to(self._root).as_posix()]
        return self._naming(rf"def test_{rule_id.lower()}_", "tests/rules")

    def tests_of_paper(self, paper: str) -> list[str]:
        """The test files of papers that ask for it by its name."""
        return self._naming(rf'"{re.escape(paper)}"(?!:)', *_PAPER_TESTS)

    def _naming(self, pattern: str, *folders: str) -> list[str]:
        found = re.compile(pattern)
        return [
            path for path, text in self._sources.items()
            if path.startswith(tuple(f"{f}/" for f in folders)) and found.search(text)
        ]  # fmt: skip

    @cached_property
    def _sources(self) -> dict[str, str]:
        files = sorted((self._root / "tests").rglob("test_*.py"))
        return {f.relative_to(self._root).as_posix(): f.read_text(encoding="utf-8") for f in files}


def _namings() -> Iterator[tuple[Iterable[str], str, object]]:
    """(clauses, which list, what) of everything that names clauses."""
    for kind in all_kinds().values():
        yield kind.clauses, "kinds", kind.kind
        for column in kind.fields:
            yield column.clauses, "columns", (kind.kind, column.name)
        for block in kind.blocks:
            yield block.clauses, "blocks", (kind.kind, block.name)
    for rule in all_rules().values():
        yield rule.clauses, "rules", rule.id
    for paper in PAPERS.values():
        yield paper.clauses, "papers", paper.name
    for name, parameter in parameters().items():
        yield parameter.clauses, "parameters", name
    for policy in profiles().values():
        for stage in policy.stages:
            yield stage.clauses, "stages", (policy.profile, stage.name)
        for team in policy.teams:
            yield team.clauses, "teams", (policy.profile, team.name)
