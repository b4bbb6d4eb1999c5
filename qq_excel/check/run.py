"""One run over many stacks: every rule is asked, what it finds is written down.

A rule that lacks what it needs, or that crashes, becomes a finding of level ``?``; the others go on.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from qq_excel.catalogue import RuleSpec, all_rules
from qq_excel.check.shown import Figure, Shown, clipped
from qq_excel.findings import Block, Finding, Place
from qq_excel.kinds import FieldType
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params, Policy
from qq_excel.reading.model import Table
from qq_excel.rules import registry
from qq_excel.rules.answer import Flagged, Gone, Spot, Unjudged
from qq_excel.rules.mask import true
from qq_excel.rules.schema import Answers, asked, mask, stack_schema
from qq_excel.rules.stack import Source, Stack, missing_partner, missing_previous

if TYPE_CHECKING:
    import numpy.typing as npt

log = logging.getLogger(__name__)

#: (what is done now, how much is done, of how much)
Progress = Callable[[Text, int, int], None]


class Run:
    """One run over many stacks: asks every rule, collects findings."""

    def __init__(self, policy: Policy, progress: Progress | None) -> None:
        self.policy = policy
        self.progress = progress
        #: Findings on places and those that could not be judged, one by one; those on rows, by the block.
        self.found: list[Finding] = []
        self.blocks: list[Block] = []
        self._params: dict[dt.date | None, Params] = {}
        self._on_places: dict[str, list[tuple[RuleSpec, Callable[..., Any]]]] = {}

    def at(self, day: dt.date | None) -> Params:
        """The policy's parameters on *day*: the same for all tables of a day, of which a run has thousands."""
        if day not in self._params:
            self._params[day] = self.policy.at(day)
        return self._params[day]

    def level(self, spec: RuleSpec, override: str | None = None) -> str:
        """The level of a finding: its own, else the policy's, else the rule's."""
        return override or self.policy.levels.get(spec.id) or spec.level

    # --- places: files, sheets, tables -------------------------------------------------------------

    def table(self, source: Source) -> None:
        """Ask the rules on one table as a whole."""
        params = self.at(source.table.as_of)
        for on in ("table", f"table:{source.table.kind.kind}"):
            self.places(on, source.table, params, file=source.file, order=source.order)

    def places(self, on: str, what: Any, params: Params, *, file: str, order: tuple[int, int]) -> None:
        """Ask the rules on files or tables (*on*, as the catalogue has it) about *what*."""
        for spec, function in self._of_places(on, params):
            sheet = what.sheet if isinstance(what, Table) else None
            try:
                spots = list(function(what, params))
            except CannotJudge as reason:
                self.unjudged(spec, reason.why, file, sheet, order)
                continue
            except Exception:
                self.unjudged(spec, _fault(spec), file, sheet, order)
                continue
            self.found.extend(self._spot(spec, s, what, file, order) for s in spots)

    def _of_places(self, on: str, params: Params) -> list[tuple[RuleSpec, Callable[..., Any]]]:
        if on not in self._on_places:
            functions = registry.load()
            self._on_places[on] = [
                (spec, functions[spec.id])
                for spec in all_rules().values()
                if spec.on == on and spec.id in functions and asked(spec, params)
            ]
        return self._on_places[on]

    def _spot(self, spec: RuleSpec, s: Spot, what: Any, file: str, order: tuple[int, int]) -> Finding:
        header = s.header
        column = s.column
        if isinstance(what, Table) and s.field:
            header = header or what.headers.get(s.field) or what.kind[s.field].header
            if column is None and s.row is not None:
                column = what.columns.get(s.field)
        return Finding(
            rule=spec.id, level=self.level(spec, s.level), file=s.file or file,
            sheet=s.sheet or (what.sheet if isinstance(what, Table) else None),
            row=s.row, column=column, field=s.field, header=header, key=s.key,
            value=clipped(s.value) if isinstance(s.value, str) else s.value,
            expected=clipped(s.expected) if isinstance(s.expected, str) else s.expected,
            figures=dict(s.figures), related=s.related, order=order,
        )  # fmt: skip

    def unjudged(
        self, spec: RuleSpec, why: Text, file: str, sheet: str | None, order: tuple[int, int]
    ) -> None:
        """Write down that *spec* could not be judged."""
        self.found.append(Finding(rule=spec.id, level="?", file=file, sheet=sheet, why=why, order=order))

    # --- stacks -----------------------------------------------------------------------------------

    def stack(self, stack: Stack) -> None:
        """Ask the rules on columns and rows about all tables of *stack* at once."""
        params = self.at(stack.day)
        into: Answers = {}
        schema = stack_schema(stack, params, into)
        every = all_rules()
        steps = len(schema.columns) + len(schema.checks)
        done = 0
        for name, column in schema.columns.items():
            values = stack.frame[name]
            there = stack.has(name)
            for check in column.checks or ():
                spec = every[str(check.statistics["rule"])]
                try:
                    bad = ~true(mask(check, values))
                except CannotJudge as reason:
                    self._each_table(spec, stack, reason.why)
                    continue
                except Exception:
                    self._each_table(spec, stack, _fault(spec))
                    continue
                self._flagged(spec, stack, Flagged(bad & there, field=name))
            done += 1
            self._tell(stack, done, steps)
        for check in schema.checks:
            self._rows(every[str(check.statistics["rule"])], stack, params, into, check)
            done += 1
            self._tell(stack, done, steps)
        for spec in every.values():  # rules that see other tables: pandera holds one frame only
            if (
                stack.kind.kind in spec.kinds
                and (spec.partners or spec.previous)
                and spec.id in registry.load()
                and asked(spec, params)
            ):
                self._rows(spec, stack, params, into, None)

    def _tell(self, stack: Stack, done: int, steps: int) -> None:
        if self.progress:
            title = stack.kind.title
            self.progress(Text(f"校验 {title.zh}", f"checking {title.en}"), done, steps)

    def _rows(self, spec: RuleSpec, stack: Stack, params: Params, into: Answers, check: Any) -> None:
        if spec.previous and stack.last is None:
            return
        able = self._able(spec, stack)
        judgeable = able[stack.source]
        # a table that lost all its rows is judged against the previous one all the same
        if not (able if spec.previous else judgeable).any():
            return
        try:
            if check is None:
                from qq_excel.rules.schema import answers

                into[spec.id] = answers(registry.load()[spec.id], stack, params)
            else:
                mask(check, stack.frame)
        except CannotJudge as reason:
            self._each_table(spec, stack, reason.why, judgeable)
            return
        except Exception:
            self._each_table(spec, stack, _fault(spec), judgeable)
            return
        for answer in into.get(spec.id, ()):
            if isinstance(answer, Unjudged):
                self._each_table(spec, stack, answer.why, true(answer.rows) & judgeable)
                continue
            if isinstance(answer, Gone):
                self._gone(spec, stack, answer, able)
                continue
            answer.bad = true(answer.bad) & judgeable
            self._flagged(spec, stack, answer)

    def _able(self, spec: RuleSpec, stack: Stack) -> npt.NDArray[np.bool_]:
        """Per source, whether the table has the columns and its submission the tables that the rule needs.

        A partner that was not handed in makes level ``?``, unless the profile does not miss it.
        """
        able = np.ones(len(stack.sources), dtype=bool)
        for i, source in enumerate(stack.sources):
            partners = self._absent_partners(spec, stack, source)
            if any(not self.policy.misses(kind, stack.kind.kind) for kind in partners):
                able[i] = False
                continue
            why = missing_partner(partners[0]).why if partners else self._lacks(spec, stack, source)
            if why is not None:
                able[i] = False
                self.unjudged(spec, why, source.file, source.table.sheet, source.order)
        return able

    @staticmethod
    def _absent_partners(spec: RuleSpec, stack: Stack, source: Source) -> list[str]:
        return [
            kind
            for kind in spec.partners
            if kind != stack.kind.kind and source.submission not in stack.handed_in(kind)
        ]

    @staticmethod
    def _lacks(spec: RuleSpec, stack: Stack, source: Source) -> Text | None:
        for kind in spec.previous:
            if source.submission not in stack.known_before(kind):
                return missing_previous(kind).why
        for name in spec.reads:
            if name not in source.table.columns:
                f = source.table.kind[name]
                return Text(f"表中没有“{f.header}”列", f"the table has no column {f.header} ({f.en})")
        return None

    def _each_table(
        self, spec: RuleSpec, stack: Stack, why: Text, where: npt.NDArray[np.bool_] | None = None
    ) -> None:
        for i, source in enumerate(stack.sources):
            if where is None or where[stack.source == i].any():
                self.unjudged(spec, why, source.file, source.table.sheet, source.order)

    def _gone(self, spec: RuleSpec, stack: Stack, gone: Gone, able: npt.NDArray[np.bool_]) -> None:
        """Findings on earlier rows, on the first table of the submission that should have them."""
        firsts: dict[int, Source] = {}
        for source in stack.partners[stack.kind.kind].sources:
            firsts.setdefault(source.submission, source)
        mine = {
            s.submission: s
            for s, ok in zip(stack.sources, able, strict=True)
            if ok and s is firsts[s.submission]
        }
        was = gone.earlier
        at = np.flatnonzero(true(gone.bad) & np.isin(was.submission, list(mine)))
        steps = was.step[at]
        value = Shown(was[gone.field], at, steps, was.kind[gone.field].type)
        keys = [Shown(was[k], at, steps, FieldType.TEXT) for k in was.kind.key]
        figures = {k: Figure(v, at, steps, None) for k, v in gone.figures.items()}
        for n, submission in enumerate(was.submission[at]):
            source = mine[int(submission)]
            self.found.append(
                Finding(
                    rule=spec.id, level=self.level(spec), file=source.file, sheet=source.table.sheet,
                    field=gone.field, header=was.kind[gone.field].header, value=value[n] or None,
                    key="/".join(k for v in keys if (k := v[n])) or None,
                    figures={name: v[n] for name, v in figures.items()}, order=source.order,
                )
            )  # fmt: skip

    def _flagged(self, spec: RuleSpec, stack: Stack, flagged: Flagged) -> None:
        bad = true(flagged.bad)
        at = np.flatnonzero(bad)
        if not len(at):
            return
        name = flagged.field or spec.field
        steps = stack.step[at]
        kind = stack.kind
        type_ = kind[name].type if name else None
        own = flagged.value if flagged.value is not None else (stack[name] if name else None)
        related = flagged.related if flagged.related is not None else spec.related
        present, place = np.unique(stack.source[at], return_inverse=True)
        sources = [stack.sources[i] for i in present]
        tables = [source.table for source in sources]
        block = Block(
            rule=spec.id,
            level=self.level(spec, flagged.level),
            places=[Place(s.file, s.table.sheet, s.order) for s in sources],
            place=place,
            row=stack.rows[at],
            blamed=[
                (t.columns.get(name, -1), t.headers.get(name, kind[name].header)) if name else (-1, None)
                for t in tables
            ],
            field=name,
            value=Shown(own, at, steps, type_),
            keys=[Shown(stack[k], at, steps, FieldType.TEXT) for k in kind.key],
            expected=None if flagged.expected is None else Shown(flagged.expected, at, steps, type_),
            figures={k: Figure(v, at, steps, None) for k, v in flagged.figures.items()},
            related=[tuple(t.columns[r] for r in related if r in t.columns) for t in tables],
        )
        if spec.explainable and "special_reason" in stack.frame:
            block.explained = (stack.filled("special_reason") & stack.filled("reason_by"))[at]
            block.reason = Shown(stack["special_reason"], at, steps, FieldType.TEXT)
            block.approved_by = Shown(stack["reason_by"], at, steps, FieldType.TEXT)
        self.blocks.append(block)


def _fault(spec: RuleSpec) -> Text:
    fault = uuid.uuid4().hex[:8]
    log.exception("rule %s failed, fault %s", spec.id, fault)
    return Text(
        f"程序内部故障（编号 {fault}），请把日志交给管理员",
        f"internal fault {fault}; give the log to your administrator",
    )
