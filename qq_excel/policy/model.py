"""Policies: the dated parameters of one profile (``schemas/policies/*.yaml``).

Each parameter is a list of (valid from, value, source). It is read as of the workbook's 截止日期, so a
ledger of last year is judged by last year's values. How a policy file is read, and what it inherits, is in
:mod:`qq_excel.policy.loading`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from pydantic import Field as Setting

from qq_excel import money
from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.policy.stages import Followed, Stage, Team
from qq_excel.policy.values import (
    Action,
    Authority,
    Band,
    DatedValue,
    Grade,
    Proposal,
    Step,
    parameters,
)
from qq_excel.yamlfile import Strict, Words

T = TypeVar("T")


class CannotJudge(Exception):
    """A rule lacks what it needs (a parameter, a partner table, a column, the as-of date).

    It becomes a finding of level ``?``: never "passed".
    """

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


class Policy(Strict):
    """One profile: which kinds, stages and parameters hold."""

    profile: str = Setting(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Setting(ge=1)
    regulation: str
    title: Words
    #: The kinds that the profile uses.
    kinds: tuple[str, ...]
    #: Of these, the ones due from every unit in every period; the others come in as they arise.
    expected: tuple[str, ...] = ()
    #: The kinds whose rows are cases that stand at a stage, the leading one first.
    follow: tuple[str, ...] = ()
    workflow: dict[str, Followed] = Setting(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    teams: tuple[Team, ...] = ()
    #: Optional sets of rules that were added, e.g. ``tax``.
    additions: tuple[str, ...] = ()
    #: Rules that are not asked (each with its reason).
    off: dict[str, Words] = Setting(default_factory=dict)
    #: Levels that differ from the catalogue's.
    levels: dict[str, Literal["E", "W", "I"]] = Setting(default_factory=dict)
    parameters: dict[str, tuple[DatedValue, ...]]
    sha256: str = ""

    def misses(self, kind: str, beside: str) -> bool:
        """Whether a table of *kind* is missed where one of *beside* was handed in without it.

        Missed are kinds that are due in every period (``expected``; all, where a profile names none) and
        the other sheet of the same workbook. A kind that comes in as it arises, or that the profile does
        not use, is not.
        """
        if kind not in self.kinds:
            return False
        one_book = beside in (kind, get_kind(kind).sheet_of) or get_kind(beside).sheet_of == kind
        return one_book or not self.expected or kind in self.expected

    def team_of(self, stage: Stage) -> Text | None:
        """The unit that is due while a case stands at *stage*, in both languages."""
        return next((team.text for team in self.teams if team.name == stage.team), None)

    def at(self, day: dt.date | None) -> Params:
        """The parameters that hold on *day* (the newest ones when the day is not known)."""
        values: dict[str, Any] = {}
        for name, dated in self.parameters.items():
            held = [d for d in dated if day is None or d.valid_from <= day]
            values[name] = parameters()[name].parse(held[-1].value) if held else None
        values["stages"] = tuple(s.name for s in self.stages) or None
        values["teams"] = tuple(t.name for t in self.teams) or None
        return Params(self, day, values)


class Params:
    """The parameters of one policy on one day. Each getter raises :class:`CannotJudge` when empty."""

    def __init__(self, policy: Policy, day: dt.date | None, values: Mapping[str, Any]) -> None:
        self.policy = policy
        self.day = day
        self._values = dict(values)
        #: Names asked for; the meta-test holds them against each rule's YAML.
        self.asked: set[str] = set()

    def __deepcopy__(self, memo: dict[int, Any]) -> Params:
        """Itself: values are only read, and a copy would not tell what was asked."""
        return self

    def get(self, name: str) -> Any:
        """The value, or None when it is left empty."""
        self.asked.add(name)
        if name not in self._values and name not in parameters():
            raise KeyError(name)
        return self._values.get(name)

    def _need(self, name: str, convert: Callable[[Any], T]) -> T:
        value = self.get(name)
        if value is None:
            label = parameters()[name].title if name in parameters() else Words(zh=name, en=name)
            raise CannotJudge(
                Text(
                    f"制度参数“{label.zh}”（{name}）未设定，请在制度文件中填写",
                    f"policy parameter {name} ({label.en}) is empty; set it in the policy file",
                )
            )
        return convert(value)

    def count(self, name: str) -> int:
        """A number of days, months, years or things."""
        return self._need(name, int)

    def ratio(self, name: str) -> float:
        """A ratio, 0.9 for 90 %."""
        return self._need(name, float)

    def cents(self, name: str) -> int:
        """An amount in cents."""
        return self._need(name, money.cents)

    def flag(self, name: str) -> bool:
        """A yes or no."""
        return self._need(name, bool)

    def choice(self, name: str) -> str:
        """One word."""
        return self._need(name, str)

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words; for ``age_bands`` the names of the bands."""
        return self._need(name, lambda v: tuple(b.name if isinstance(b, Band) else str(b) for b in v))

    def bands(self) -> tuple[Band, ...]:
        """The age bands, youngest first."""
        return self._need("age_bands", tuple)

    def band_title(self, band: str) -> Text:
        """What people read for the band of this name; the name itself where the policy has none of it."""
        return next((b.title for b in self.bands() if b.name == band), Text(band, band))

    def rates(self, name: str) -> dict[str, float]:
        """Ratios or weights by name."""
        return self._need(name, dict)

    def authority(self) -> tuple[Authority, ...]:
        """Bodies from the lowest to the highest."""
        return self._need("write_off_authority", tuple)

    def evidence(self, name: str = "evidence_required") -> dict[str, tuple[tuple[str, ...], ...]]:
        """Papers by condition: every entry is needed, any one of its alternatives does."""
        return self._need(name, dict)

    def steps(self) -> tuple[Step, ...]:
        """Dunning letters, mildest first."""
        return self._need("dunning_steps", lambda v: tuple(sorted(v, key=lambda s: s.over_days)))

    def actions(self) -> dict[str, Action]:
        """Department and measure by warning level."""
        return self._need("warning_actions", dict)

    def grades(self) -> tuple[Grade, ...]:
        """Grades from the best to the worst."""
        return self._need("assessment_grades", tuple)

    def curve(self, name: str) -> tuple[tuple[float, float], ...]:
        """(ratio, points) from the lowest ratio to the highest."""
        return self._need(name, tuple)

    def hours(self) -> tuple[dt.time, dt.time]:
        """From and until."""
        return self._need("contact_hours", tuple)

    def proposals(self) -> dict[str, Proposal]:
        """Sanction and discipline by grade."""
        return self._need("assessment_proposals", dict)
