"""One policy file as it is written, and the checks that need more than its shape.

Names of rules, kinds, columns, clauses, units and parameters are held against what there is; each slip is
refused with file, line and the nearest right name.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic import Field as Setting

from qq_excel import yamlfile
from qq_excel.catalogue import all_rules
from qq_excel.errors import SchemaError
from qq_excel.kinds import Kind, all_kinds
from qq_excel.language import Text
from qq_excel.policy.clauses import all_clauses, all_regulations
from qq_excel.policy.stages import Followed, Need, Stage, Team, parse_need
from qq_excel.policy.values import DatedValue, ParameterType, parameters
from qq_excel.yamlfile import Strict, Words
from qq_excel.yamlwords import Loc, WrongValue

#: So many names are listed when none is near.
_FEW = 16
_NAME = r"^[a-z][a-z0-9_]*$"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class PolicyFile(Strict):
    """A policy file: everything is optional, since it may be inherited."""

    extends: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    #: An optional set of rules for any profile; it has parameters, levels and switches only.
    addition: str | None = Setting(default=None, pattern=_NAME)
    profile: str = Setting(default="", pattern=_NAME, validate_default=False)
    version: int = Setting(default=1, ge=1)
    regulation: str = ""
    title: Words | None = None
    kinds: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    workflow: dict[str, Followed] = Setting(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    teams: tuple[Team, ...] = ()
    #: Rules that are not asked, each with its reason.
    off: dict[str, Words] = Setting(default_factory=dict)
    #: Rules that an inherited ``off`` switched off, asked again.
    on: tuple[str, ...] = ()
    levels: dict[str, Literal["E", "W", "I"]] = Setting(default_factory=dict)
    parameters: dict[str, tuple[DatedValue, ...]] = Setting(default_factory=dict)


def check_file(path: Path, content: PolicyFile, lines: dict[Loc, int], whole: Mapping[str, Any]) -> None:
    """Refuse what *content* names but is not there; *whole* is it together with all that it inherits."""
    _Check(path, lines).file(content, whole)


class _Check:
    def __init__(self, path: Path, lines: dict[Loc, int]) -> None:
        self.path, self.lines = path, lines

    def refuse(self, loc: Loc, zh: str, en: str) -> SchemaError:
        return yamlfile.refusal(self.path, self.lines, loc, Text(zh, en))

    def known(self, what: Text, names: Iterable[tuple[Loc, str]], there: Iterable[str]) -> None:
        """Refuse the first of *names* that is not *there*, with the nearest one that is."""
        known = list(there)
        for loc, name in names:
            if name not in known:
                near = yamlfile.nearest(name, known)
                zh, en = (f"，是不是 {near}？", f"; did you mean {near}?") if near else ("", "")
                if not near and len(known) <= _FEW:
                    zh, en = f"；可用：{'、'.join(known)}", f"; there are: {', '.join(known)}"
                raise self.refuse(loc, f"不认识的{what.zh}“{name}”{zh}", f"unknown {what.en} '{name}'{en}")

    def file(self, content: PolicyFile, whole: Mapping[str, Any]) -> None:
        kind = Text("表种", "kind")
        for key in ("kinds", "expected", "follow"):
            self.known(kind, _places(key, getattr(content, key)), all_kinds())
        self.known(kind, _places("workflow", content.workflow), all_kinds())
        rule = Text("规则", "rule")
        for key in ("off", "on", "levels"):
            self.known(rule, _places(key, getattr(content, key)), all_rules())
        if content.regulation:
            self.known(
                Text("制度编号", "regulation"), [(("regulation",), content.regulation)], all_regulations()
            )
        given = content.model_fields_set
        for key in ("expected", "follow"):
            if given & {key, "kinds"}:
                self.subset(key if key in given else "kinds", key, whole)
        for name, followed in content.workflow.items():
            fields = (((("workflow", name, k)), v) for k, v in followed.fields.items())
            self.known(Text("列", "column"), fields, _fields(all_kinds()[name]))
        self.teams(content.teams)
        self.stages(content.stages)
        if given & {"stages", "teams"}:
            self.due("stages" in given, whole)
        for name, values in content.parameters.items():
            self.parameter(name, values)

    def subset(self, at: str, key: str, whole: Mapping[str, Any]) -> None:
        for i, name in enumerate(whole.get(key, ())):
            if name not in whole.get("kinds", ()):
                raise self.refuse(
                    (at, i) if at == key else (at,),
                    f"{key} 中的“{name}”不在 kinds 之列，请先加到 kinds",
                    f"'{name}' of {key} is not among kinds; add it there first",
                )

    def due(self, own: bool, whole: Mapping[str, Any]) -> None:
        """The unit that a stage names must be one of the profile's units."""
        teams = [t.name for t in whole.get("teams", ())]
        for i, stage in enumerate(whole.get("stages", ())):
            if stage.team is not None:
                at: Loc = ("stages", i, "team") if own else ("teams",)
                self.known(Text("机构", "unit"), [(at, stage.team)], teams)

    def once(self, key: str, names: list[str]) -> None:
        for i, name in enumerate(names):
            if name in names[:i]:
                raise self.refuse((key, i), f"{key} 中“{name}”重复", f"{key}: '{name}' stands twice")

    def teams(self, teams: tuple[Team, ...]) -> None:
        self.once("teams", [t.name for t in teams])
        for i, team in enumerate(teams):
            self.clauses(("teams", i, "clauses"), team.clauses)

    def clauses(self, loc: Loc, clauses: tuple[str, ...]) -> None:
        self.known(Text("条款", "clause"), (((*loc, i), c) for i, c in enumerate(clauses)), all_clauses())

    def stages(self, stages: tuple[Stage, ...]) -> None:
        self.once("stages", [s.name for s in stages])
        for i, stage in enumerate(stages):
            at: Loc = ("stages", i)
            self.clauses((*at, "clauses"), stage.clauses)
            if stage.due is not None:
                days = [n for n, p in parameters().items() if p.type is ParameterType.DAYS]
                self.known(Text("天数参数", "parameter in days"), [((*at, "due"), stage.due)], days)
            for key, by_kind in (("needs", stage.needs), ("when", stage.when)):
                self.known(Text("表种", "kind"), (((*at, key, k), k) for k in by_kind), all_kinds())
                for kind, needs in by_kind.items():
                    for n, need in enumerate(needs):
                        self.need((*at, key, kind, n), parse_need(need), all_kinds()[kind])

    def need(self, loc: Loc, need: Need, kind: Kind) -> None:
        for condition in need.alternatives:
            self.known(Text("列", "column"), [(loc, condition.field)], _fields(kind))
            values = kind[condition.field].values
            if condition.value is not None and values:
                self.known(Text("取值", "value"), [(loc, condition.value)], values)

    def parameter(self, name: str, values: tuple[DatedValue, ...]) -> None:
        at: Loc = ("parameters", name)
        self.known(Text("参数", "parameter"), [(at, name)], parameters())
        if not values:
            raise self.refuse(at, f"参数“{name}”没有取值", f"parameter '{name}' has no value")
        for i, (a, b) in enumerate(itertools.pairwise(values), 1):
            if a.valid_from >= b.valid_from:
                raise self.refuse(
                    (*at, i, "from"),
                    f"参数“{name}”的日期须递增：{b.valid_from} 不在 {a.valid_from} 之后",
                    f"the dates of parameter '{name}' must rise: {b.valid_from} is not after {a.valid_from}",
                )
        spec = parameters()[name]
        for i, dated in enumerate(values):
            loc: Loc = (*at, i, "value")
            try:
                parsed = spec.parse(dated.value)
            except WrongValue as wrong:
                raise self.refuse(
                    loc,
                    f"参数“{name}”（{spec.title.zh}）应为{wrong.text.zh}，现为“{dated.value}”",
                    f"parameter '{name}' ({spec.title.en}) must be {wrong.text.en}, not '{dated.value}'",
                ) from None
            if parsed is not None:
                self.words(loc, name, parsed)

    def words(self, loc: Loc, name: str, parsed: Any) -> None:
        """Words of a value that a column's list must have."""
        spec = parameters()[name]
        if spec.values_of:
            kind, field = spec.values_of.split(".")
            values = all_kinds()[kind][field].values
            self.known(Text("取值", "value"), ((loc, w) for w in spec.words_in(parsed)), values)
        if spec.type is ParameterType.PROPOSALS:
            for key in ("sanction", "discipline"):
                found = ((loc, getattr(p, key)) for p in parsed.values())
                self.known(Text("取值", "value"), found, all_kinds()["assessment"][key].values)


def _fields(kind: Kind) -> list[str]:
    return [f.name for f in kind.fields]


def _places(key: str, names: Iterable[str]) -> list[tuple[Loc, str]]:
    by_name = isinstance(names, dict)
    return [((key, name if by_name else i), name) for i, name in enumerate(names)]
