"""Policies: the dated parameters of one profile (``schemas/policies/*.yaml``).

Each parameter is a list of (valid from, value, source). It is read as of the workbook's 截止日期, so a
ledger of last year is judged by last year's values. What each parameter means and its type stands once,
in ``schemas/parameters.yaml``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError, model_validator

from qq_excel import money, resources, yamlfile
from qq_excel.errors import SchemaError
from qq_excel.language import Text
from qq_excel.yamlfile import Strict, Words

T = TypeVar("T")


class CannotJudge(Exception):
    """A rule lacks what it needs (a parameter, a partner table, a column, the as-of date).

    It becomes a finding of level ``?``: never "passed".
    """

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


class Band(Strict):
    """One age band: up to and including *years* whole years; None for the last."""

    name: str
    years: int | None = None


class Authority(Strict):
    """Who may approve a write-off up to and including *up_to* yuan; None: without limit."""

    body: str
    up_to: Decimal | None = None

    @property
    def cents(self) -> int | None:
        """The limit in cents."""
        return None if self.up_to is None else money.cents(self.up_to)


class ParameterType(StrEnum):
    """How a parameter's value is written."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    COUNT = "count"
    RATIO = "ratio"
    AMOUNT = "amount"
    FLAG = "flag"
    CHOICE = "choice"
    WORDS = "words"
    HOURS = "hours"
    BANDS = "bands"
    RATES = "rates"
    WEIGHTS = "weights"
    GRADES = "grades"
    AUTHORITY = "authority"
    EVIDENCE = "evidence"
    ACTIONS = "actions"


class Grade(Strict):
    """A grade from *from_score* points on."""

    name: str
    from_score: float


class Action(Strict):
    """Who deals with a warning of a level, and the measure suggested."""

    department: str
    measure: Words


_Whole = TypeAdapter(int)
_ADAPTERS: dict[ParameterType, TypeAdapter[Any]] = {
    ParameterType.RATIO: TypeAdapter(float),
    ParameterType.AMOUNT: TypeAdapter(Decimal),
    ParameterType.FLAG: TypeAdapter(bool),
    ParameterType.CHOICE: TypeAdapter(str),
    ParameterType.WORDS: TypeAdapter(tuple[str, ...]),
    ParameterType.HOURS: TypeAdapter(tuple[dt.time, dt.time]),
    ParameterType.BANDS: TypeAdapter(tuple[Band, ...]),
    ParameterType.RATES: TypeAdapter(dict[str, float]),
    ParameterType.WEIGHTS: TypeAdapter(dict[str, float]),
    ParameterType.GRADES: TypeAdapter(tuple[Grade, ...]),
    ParameterType.AUTHORITY: TypeAdapter(tuple[Authority, ...]),
    ParameterType.EVIDENCE: TypeAdapter(dict[str, tuple[tuple[str, ...], ...]]),
    ParameterType.ACTIONS: TypeAdapter(dict[str, Action]),
}


class Parameter(Strict):
    """What a parameter means (``schemas/parameters.yaml``)."""

    type: ParameterType
    title: Words
    clauses: tuple[str, ...]

    def parse(self, value: Any) -> Any:
        """*value* in the parameter's type; None (left empty) stays None."""
        if value is None:
            return None
        parsed = _ADAPTERS.get(self.type, _Whole).validate_python(value)
        if isinstance(parsed, int | float | Decimal) and not isinstance(parsed, bool) and parsed < 0:
            raise ValueError("must not be negative")
        return parsed


class DatedValue(Strict):
    """A value, the day from which it holds, and where it comes from."""

    valid_from: dt.date = Setting(alias="from")
    value: Any = None
    source: Words


class _Parameters(Strict):
    parameters: dict[str, Parameter]


class Stage(Strict):
    """One stage of a profile's workflow and the case fields that must be filled to leave it."""

    name: str
    needs: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    due: str | None = None


class Policy(Strict):
    """One profile: which kinds, stages and parameters hold."""

    profile: str = Setting(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Setting(ge=1)
    regulation: str
    title: Words
    kinds: tuple[str, ...]
    stages: tuple[Stage, ...] = ()
    teams: tuple[str, ...] = ()
    #: Rules that are not asked (each with its reason).
    off: dict[str, Words] = Setting(default_factory=dict)
    #: Levels that differ from the catalogue's.
    levels: dict[str, str] = Setting(default_factory=dict)
    parameters: dict[str, tuple[DatedValue, ...]]
    sha256: str = ""

    @model_validator(mode="after")
    def _dates_rise(self) -> Self:
        for name, values in self.parameters.items():
            dates = [v.valid_from for v in values]
            if not dates:
                raise ValueError(f"parameter {name} has no value")
            if dates != sorted(set(dates)):
                raise ValueError(f"parameter {name}: dates must rise")
        return self

    def uses(self, kind: str) -> bool:
        """Whether the profile works with tables of *kind*; one that it does not use is never missed."""
        return kind in self.kinds

    def at(self, day: dt.date | None) -> Params:
        """The parameters that hold on *day* (the newest ones when the day is not known)."""
        values: dict[str, Any] = {}
        for name, dated in self.parameters.items():
            held = [d for d in dated if day is None or d.valid_from <= day]
            values[name] = parameters()[name].parse(held[-1].value) if held else None
        values["stages"] = tuple(s.name for s in self.stages) or None
        values["teams"] = self.teams or None
        return Params(self, day, values)


class Params:
    """The parameters of one policy on one day. Each getter raises :class:`CannotJudge` when empty."""

    def __init__(self, policy: Policy, day: dt.date | None, values: Mapping[str, Any]) -> None:
        self.policy = policy
        self.day = day
        self._values = dict(values)
        #: Names asked for; the meta-test holds them against each rule's YAML.
        self.asked: set[str] = set()

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

    def bands(self, name: str = "age_bands") -> tuple[Band, ...]:
        """The age bands, youngest first."""
        return self._need(name, tuple)

    def rates(self, name: str) -> dict[str, float]:
        """Ratios or weights by name."""
        return self._need(name, dict)

    def authority(self, name: str = "write_off_authority") -> tuple[Authority, ...]:
        """Bodies from the lowest to the highest."""
        return self._need(name, tuple)

    def evidence(self, name: str = "evidence_required") -> dict[str, tuple[tuple[str, ...], ...]]:
        """Papers by condition: every entry is needed, any one of its alternatives does."""
        return self._need(name, dict)

    def actions(self, name: str = "warning_actions") -> dict[str, Action]:
        """Department and measure by warning level."""
        return self._need(name, dict)

    def grades(self, name: str = "assessment_grades") -> tuple[Grade, ...]:
        """Grades from the best to the worst."""
        return self._need(name, tuple)

    def hours(self, name: str = "contact_hours") -> tuple[dt.time, dt.time]:
        """From and until."""
        return self._need(name, tuple)


@cache
def parameters() -> dict[str, Parameter]:
    """Every parameter that a policy can set, by name."""
    return yamlfile.parse(resources.schemas_dir() / "parameters.yaml", _Parameters).parameters


def profile_names() -> list[str]:
    """The profiles that come with the program."""
    return sorted(p.stem for p in (resources.schemas_dir() / "policies").glob("*.yaml"))


@cache
def load_policy(which: str | Path = "group") -> Policy:
    """The policy of a profile by name, or of a YAML file by path.

    :class:`SchemaError` names file, line and the nearest right key when the file is wrong.
    """
    path = which if isinstance(which, Path) else resources.schemas_dir() / "policies" / f"{which}.yaml"
    if not isinstance(which, Path) and which not in profile_names():
        near = yamlfile.nearest(which, profile_names())
        names = "、".join(profile_names())
        raise SchemaError(
            Text(
                f"没有名为“{which}”的制度" + (f"，是不是 {near}？" if near else f"。可用：{names}"),
                f"there is no profile '{which}'" + (f"; did you mean {near}?" if near else f": {names}"),
            )
        )
    content, lines = yamlfile.load(path)
    policy = yamlfile.check(path, content, lines, Policy)
    _check_values(path, policy, lines)
    return policy.model_copy(update={"sha256": yamlfile.sha256(path)})


def _check_values(path: Path, policy: Policy, lines: dict[yamlfile.Loc, int]) -> None:
    known = parameters()
    for name, values in policy.parameters.items():
        line = yamlfile.line_of(lines, ("parameters", name))
        if name not in known:
            near = yamlfile.nearest(name, list(known))
            raise SchemaError(
                Text(
                    f"{path} 第 {line} 行：不认识的参数“{name}”" + (f"，是不是 {near}？" if near else "。"),
                    f"{path}, line {line}: unknown parameter '{name}'"
                    + (f"; did you mean {near}?" if near else "."),
                )
            )
        for i, dated in enumerate(values):
            line = yamlfile.line_of(lines, ("parameters", name, i, "value"))
            try:
                known[name].parse(dated.value)
            except (ValidationError, ValueError) as error:
                reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
                raise SchemaError(
                    Text(
                        f"{path} 第 {line} 行：参数“{name}”应为 {known[name].type.value}：{reason}",
                        f"{path}, line {line}: parameter '{name}' must be {known[name].type.value}: {reason}",
                    )
                ) from None
