"""A profile's workflow as data: its stages, what each needs to be called done, who is due.

A need is written ``field`` (must be filled; an amount must be over zero), ``field=值`` (must say so), or
several of these with `` | `` between them (any one will do).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import Field as Setting
from pydantic import field_validator

from qq_excel.language import Text
from qq_excel.yamlfile import Strict
from qq_excel.yamlwords import WrongValue

_CONDITION = re.compile(r"([a-z][a-z0-9_]*)(?:=(.+))?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One field that must be filled, or must have a value."""

    field: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Conditions of which one must hold."""

    alternatives: tuple[Condition, ...]


def parse_need(text: str) -> Need:
    """A :class:`Need` from how a policy writes it. Raises :class:`~qq_excel.yamlwords.WrongValue`."""
    conditions = []
    for part in text.split("|"):
        match = _CONDITION.fullmatch(part.strip())
        if not match:
            raise WrongValue(
                Text(
                    f"应写作 列名、列名=取值 或 甲 | 乙，现为“{text}”",
                    f"must be written as field, field=value or a | b, not '{text}'",
                )
            )
        conditions.append(Condition(match[1], match[2].strip() if match[2] else None))
    return Need(tuple(conditions))


class Team(Strict):
    """One of the profile's units."""

    name: str
    en: str
    clauses: tuple[str, ...] = ()

    @property
    def text(self) -> Text:
        """Its name in both languages."""
        return Text(self.name, self.en)


class Stage(Strict):
    """One stage of a profile's workflow, in order."""

    name: str
    en: str
    clauses: tuple[str, ...] = ()
    #: The unit that is due while a case stands here.
    team: str | None = None
    #: By kind: what must be there before the stage is called done.
    needs: dict[str, tuple[str, ...]] = Setting(default_factory=dict)
    #: By kind: what puts a row here, for kinds that have no column for the stage.
    when: dict[str, tuple[str, ...]] = Setting(default_factory=dict)
    #: Name of the parameter that says how many days the stage may take.
    due: str | None = None
    #: Whether a case that is done here is over.
    closes: bool = False

    @field_validator("needs", "when")
    @classmethod
    def _well_written(cls, by_kind: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for kind, needs in by_kind.items():
            for i, need in enumerate(needs):
                try:
                    parse_need(need)
                except WrongValue as wrong:
                    raise WrongValue(wrong.text, (kind, i)) from None
        return by_kind

    @property
    def text(self) -> Text:
        """Its name in both languages."""
        return Text(self.name, self.en)

    def needs_of(self, kind: str) -> tuple[Need, ...]:
        """What a row of *kind* must have before this stage is done."""
        return tuple(parse_need(n) for n in self.needs.get(kind, ()))

    def entered_when(self, kind: str) -> tuple[Need, ...]:
        """What puts a row of *kind* here."""
        return tuple(parse_need(n) for n in self.when.get(kind, ()))


class Followed(Strict):
    """Which columns of a kind tell about a case: who owes how much, where it stands and since when."""

    claim: str
    debtor: str
    amount: str
    who: str
    opened: str | None = None
    stage: str | None = None
    since: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        """The columns by what they tell."""
        return {k: v for k, v in self.model_dump().items() if v is not None}
