"""What a parameter means and how its value is written (``schemas/parameters.yaml``).

A value of the wrong type, out of range or out of order is refused when the policy is read
(:class:`~qq_excel.yamlwords.WrongValue` says what is expected), so that no rule ever meets one.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError

from qq_excel import money, resources, yamlfile
from qq_excel.language import Text
from qq_excel.yamlfile import Strict, Words
from qq_excel.yamlwords import WrongValue


class Band(Strict):
    """One age band: up to and including *years* whole years; None for the last. Sheets have its *name*, English papers *en*."""

    name: str
    en: str | None = None
    years: int | None = None

    @property
    def title(self) -> Text:
        """What people read."""
        return Text(self.name, self.en or self.name)


class Authority(Strict):
    """Who may approve a write-off up to and including *up_to* yuan; None: without limit."""

    body: str
    up_to: Decimal | None = None

    @property
    def cents(self) -> int | None:
        """The limit in cents."""
        return None if self.up_to is None else money.cents(self.up_to)


class Grade(Strict):
    """A grade from *from_score* points on."""

    name: str
    from_score: float


class Action(Strict):
    """Who deals with a warning of a level, and the measure suggested."""

    department: str
    measure: Words


class Step(Strict):
    """A dunning letter: sent when a debt is past due by more than *over_days* days."""

    name: str
    over_days: int = Setting(ge=0)
    pay_within_days: int = Setting(ge=1)
    #: The wording of the letter.
    tone: Literal["first", "second", "final"]


class Proposal(Strict):
    """What a grade earns: a sanction for the unit, discipline for the person."""

    sanction: str
    discipline: str


class ParameterType(StrEnum):
    """How a parameter's value is written."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    COUNT = "count"
    POINTS = "points"
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
    PROPOSALS = "proposals"
    STEPS = "steps"
    CURVE = "curve"


#: How each type is written, for the administrator who got it wrong.
WRITTEN: dict[ParameterType, Text] = {
    ParameterType.DAYS: Text("天数（整数，如 30）", "a whole number of days, e.g. 30"),
    ParameterType.MONTHS: Text("月数（整数，如 12）", "a whole number of months, e.g. 12"),
    ParameterType.YEARS: Text("年数（整数，如 3）", "a whole number of years, e.g. 3"),
    ParameterType.COUNT: Text("次数（整数，如 7）", "a whole number, e.g. 7"),
    ParameterType.POINTS: Text("分数（0 到 100，如 5）", "points from 0 to 100, e.g. 5"),
    ParameterType.RATIO: Text("比例（0 到 1，如 0.9 表示 90%）", "a ratio from 0 to 1, e.g. 0.9 for 90 %"),
    ParameterType.AMOUNT: Text("金额（元，如 50000）", "an amount in yuan, e.g. 50000"),
    ParameterType.FLAG: Text("true 或 false", "true or false"),
    ParameterType.CHOICE: Text("一个词", "one word"),
    ParameterType.WORDS: Text("词的列表，如 [电话, 函件]", "a list of words, e.g. [电话, 函件]"),
    ParameterType.HOURS: Text("起止时刻，如 [\"08:00\", \"21:00\"]", 'from and until, e.g. ["08:00", "21:00"]'),
    ParameterType.BANDS: Text(
        "账龄段列表，年数递增，最后一段不写 years", "a list of bands with rising years, the last without years"
    ),
    ParameterType.RATES: Text("账龄段到比例（0 到 1）的对应", "ratios from 0 to 1 by name"),
    ParameterType.WEIGHTS: Text("各项权重，合计为 1", "weights by name that add up to 1"),
    ParameterType.GRADES: Text("等级列表，起始分递减", "a list of grades with falling scores"),
    ParameterType.AUTHORITY: Text(
        "机构列表，限额递增，只有最后一个可以不写 up_to", "a list of bodies with rising limits; only the last may lack up_to"
    ),
    ParameterType.EVIDENCE: Text(
        "条件到证据的对应，如 债务人死亡: [[债权凭证], [死亡证明]]",
        "papers by ground, e.g. 债务人死亡: [[债权凭证], [死亡证明]]",
    ),
    ParameterType.ACTIONS: Text("预警级别到部门和措施的对应", "department and measure by warning level"),
    ParameterType.PROPOSALS: Text("等级到奖惩和处分的对应", "sanction and discipline by grade"),
    ParameterType.STEPS: Text(
        "催款步骤列表（name、over_days、pay_within_days、tone）",
        "a list of dunning steps (name, over_days, pay_within_days, tone)",
    ),
    ParameterType.CURVE: Text(
        "[比例, 分数] 的列表，比例递增，如 [[0, 0], [0.6, 60], [1, 100]]",
        "a list of [ratio, points] with rising ratios, e.g. [[0, 0], [0.6, 60], [1, 100]]",
    ),
}  # fmt: skip

_WHOLE = {
    ParameterType.DAYS, ParameterType.MONTHS, ParameterType.YEARS, ParameterType.COUNT,
}  # fmt: skip
_ADAPTERS: dict[ParameterType, TypeAdapter[Any]] = {
    ParameterType.POINTS: TypeAdapter(float),
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
    ParameterType.PROPOSALS: TypeAdapter(dict[str, Proposal]),
    ParameterType.STEPS: TypeAdapter(tuple[Step, ...]),
    ParameterType.CURVE: TypeAdapter(tuple[tuple[float, float], ...]),
}
_INTEGER: TypeAdapter[Any] = TypeAdapter(int)


class Parameter(Strict):
    """What a parameter means (``schemas/parameters.yaml``)."""

    type: ParameterType
    title: Words
    clauses: tuple[str, ...]
    #: The only values that a ``choice`` may take.
    choices: tuple[str, ...] = ()
    #: ``kind.field`` whose list holds the words that a value may use.
    values_of: str | None = None

    def parse(self, value: Any) -> Any:
        """*value* in the parameter's type; None (left empty) stays None. Raises :class:`WrongValue`."""
        if value is None:
            return None
        if isinstance(value, bool) and self.type is not ParameterType.FLAG:
            raise WrongValue(WRITTEN[self.type])
        try:
            parsed = _ADAPTERS.get(self.type, _INTEGER).validate_python(value)
        except (ValidationError, ValueError):
            raise WrongValue(WRITTEN[self.type]) from None
        if not self._holds(parsed):
            raise WrongValue(WRITTEN[self.type])
        if self.choices and parsed not in self.choices:
            raise WrongValue(Text("或".join(self.choices), " or ".join(self.choices)))
        return parsed

    def _holds(self, value: Any) -> bool:
        """Whether range and order are right."""
        match self.type:
            case ParameterType.RATIO:
                return bool(0 <= value <= 1)
            case ParameterType.POINTS:
                return bool(0 <= value <= 100)
            case ParameterType.RATES:
                return all(0 <= v <= 1 for v in value.values())
            case ParameterType.WEIGHTS:
                return all(v >= 0 for v in value.values()) and abs(sum(value.values()) - 1) < 1e-9
            case ParameterType.HOURS:
                return bool(value[0] < value[1])
            case ParameterType.BANDS:
                return _open_ended([b.years for b in value])
            case ParameterType.AUTHORITY:
                return _rising([a.up_to for a in value])
            case ParameterType.GRADES:
                scores = [g.from_score for g in value]
                return bool(scores) and all(a > b for a, b in itertools.pairwise(scores))
            case ParameterType.CURVE:
                return bool(value) and all(a[0] < b[0] for a, b in itertools.pairwise(value))
            case ParameterType.WORDS | ParameterType.EVIDENCE:
                return bool(value)
        return not (self.type in _WHOLE or self.type is ParameterType.AMOUNT) or bool(value >= 0)

    def words_in(self, value: Any) -> list[str]:
        """The words of a parsed value that must be among those of :attr:`values_of`."""
        if isinstance(value, dict):
            return list(value)
        if isinstance(value, tuple):
            return [getattr(v, "name", None) or getattr(v, "body", None) or str(v) for v in value]
        return [str(value)]


def _rising(limits: Sequence[Any]) -> bool:
    """Rising upper ends; only the last one may be open."""
    closed = limits[:-1] if limits and limits[-1] is None else limits
    return bool(limits) and None not in closed and all(a < b for a, b in itertools.pairwise(closed))


def _open_ended(limits: Sequence[Any]) -> bool:
    """Rising upper ends, the last one open."""
    return _rising(limits) and limits[-1] is None


class DatedValue(Strict):
    """A value, the day from which it holds, and where it comes from."""

    valid_from: dt.date = Setting(alias="from")
    value: Any = None
    source: Words


class _Parameters(Strict):
    parameters: dict[str, Parameter]


@cache
def parameters() -> dict[str, Parameter]:
    """Every parameter that a policy can set, by name."""
    return yamlfile.parse(resources.schemas_dir() / "parameters.yaml", _Parameters).parameters
