"""The catalogue of rules as data (``schemas/rules/*.yaml``): levels, clauses and messages in two languages.

What a rule finds is code (``qq_excel/rules``); what it says is here, so that an auditor can read it and a
translator can mend it. An id never changes its meaning.
"""

from __future__ import annotations

import re
import string
from functools import cache
from typing import Literal, Self

from pydantic import model_validator

from qq_excel import resources, yamlfile
from qq_excel.errors import SchemaError
from qq_excel.language import Text
from qq_excel.yamlfile import Strict, Words
from qq_excel.yamlwords import WrongValue

Level = Literal["E", "W", "I", "?"]
LEVELS: tuple[Level, ...] = ("E", "W", "I", "?")
LEVEL_NAMES: dict[str, Text] = {
    "E": Text("错误", "error"),
    "W": Text("警告", "warning"),
    "I": Text("提示", "notice"),
    "?": Text("无法判断", "cannot judge"),
}
STATUS_NAMES: dict[str, Text] = {
    "open": Text("待处理", "open"),
    "explained": Text("已说明", "explained"),
    "waived": Text("已豁免", "waived"),
    "baseline": Text("基线内", "baseline"),
}


class RuleSpec(Strict):
    """One rule: what it is about, how grave it is, and what it says.

    ``on`` is a kind, ``file`` (a workbook), ``table`` (any table), ``column`` or ``rows`` (the cells or
    rows of any kind), ``run`` (what was handed in, as a whole). ``message`` and ``fix`` may use {value},
    {expected}, {header} and the figures that the rule gives; ``partners`` are kinds without which it
    cannot judge, ``reads`` columns likewise.
    """

    id: str
    on: str
    level: Level
    clauses: tuple[str, ...] = ()
    #: Further kinds whose rows it judges too (a link looked at from both of its ends).
    also_on: tuple[str, ...] = ()
    field: str | None = None
    related: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    #: Kinds whose table of the previous period it needs; without any such table given it is not asked.
    previous: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    #: † answered by 特殊原因说明 with 特殊原因批准人 (F-29, F-30).
    explainable: bool = False
    #: ``safe``: the fix is mechanical; ``shown``: it changes meaning and is only shown.
    fixable: Literal["safe", "shown"] | None = None
    status: Literal["preview", "stable", "deprecated"] = "stable"
    since: str
    title: Words
    message: Words
    fix: Words

    @model_validator(mode="after")
    def _id_is_well_formed(self) -> Self:
        if not re.fullmatch(r"[A-Z]{3}\d{3}", self.id):
            raise WrongValue(
                Text("规则编号应为三个大写字母加三位数字", "a rule id is three capitals and three digits"),
                ("id",),
            )
        if placeholders(self.message.zh) != placeholders(self.message.en):
            raise WrongValue(
                Text(f"{self.id} 中英文用到的数字不同", f"{self.id}: the two messages use different figures"),
                ("message",),
            )
        return self

    @property
    def family(self) -> str:
        """The three letters of its family."""
        return self.id[:3]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it is asked of: ``on`` and the kinds of ``also_on``."""
        return (self.on, *self.also_on)


class _RuleFile(Strict):
    family: str
    title: Words
    rules: tuple[RuleSpec, ...]


def placeholders(text: str) -> set[str]:
    """The names in braces in *text*."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@cache
def _families() -> dict[str, _RuleFile]:
    folder = resources.schemas_dir() / "rules"
    return {p.stem: yamlfile.parse(p, _RuleFile) for p in sorted(folder.glob("*.yaml"))}


def family_titles() -> dict[str, Words]:
    """The title of each family, by its three letters."""
    return {name: file.title for name, file in _families().items()}


@cache
def all_rules() -> dict[str, RuleSpec]:
    """Every rule by id, in order."""
    out: dict[str, RuleSpec] = {}
    for name, file in _families().items():
        for spec in file.rules:
            if spec.family != name or file.family != name:
                raise SchemaError(
                    Text(
                        f"规则 {spec.id} 应放在 {spec.family}.yaml",
                        f"rule {spec.id} belongs in {spec.family}.yaml",
                    )
                )
            if spec.id in out:
                raise SchemaError(Text(f"规则 {spec.id} 重复", f"rule {spec.id} stands twice"))
            out[spec.id] = spec
    return out


def get_rule(rule_id: str) -> RuleSpec:
    """The rule called *rule_id* (any case); :class:`SchemaError` with the nearest id if there is none."""
    rules = all_rules()
    found = rules.get(rule_id.upper())
    if found is None:
        near = yamlfile.nearest(rule_id.upper(), list(rules))
        raise SchemaError(
            Text(
                f"没有编号为“{rule_id}”的规则" + (f"，是不是 {near}？" if near else "。"),
                f"there is no rule '{rule_id}'" + (f"; did you mean {near}?" if near else "."),
            )
        )
    return found


def render(text: str, figures: dict[str, str]) -> str:
    """*text* with its figures put in; one that a rule did not give shows as a dash, never as a crash.

    An English text has ``{days:day}`` for so many days: ``1 day``, ``2 days``.
    """
    return "".join(
        words if name is None else f"{words}{_counted(figures.get(name, '—'), noun)}"
        for words, name, noun in _pieces(text)
    )


def as_documented(text: str) -> str:
    """*text* for those who read it with its figures in braces."""
    return "".join(
        words if name is None else f"{words}{_counted(f'{{{name}}}', noun)}"
        for words, name, noun in _pieces(text)
    )


def _counted(figure: str, noun: str) -> str:
    return f"{figure} {noun if figure == '1' else f'{noun}s'}" if noun else figure


@cache
def _pieces(text: str) -> tuple[tuple[str, str | None, str], ...]:
    """The words of *text*, each with the figure that follows it and what that is a number of."""
    return tuple((words, name, noun or "") for words, name, noun, _ in string.Formatter().parse(text))
