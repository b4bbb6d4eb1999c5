"""A submission in, findings out.

    read -> sort into submissions -> stack tables of a kind -> one pandera schema per stack -> findings

A rule that lacks what it needs, or that crashes, becomes a finding of level ``?``; the others go on.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qq_excel import money
from qq_excel.catalogue import RuleSpec, all_rules
from qq_excel.findings import Finding, Findings, Status, a1
from qq_excel.kinds import FieldType, get_kind
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params, Policy, load_policy
from qq_excel.reading import read_workbook
from qq_excel.reading.attachments import look_at_evidence
from qq_excel.reading.model import Table, Workbook
from qq_excel.rules import registry
from qq_excel.rules.schema import Answers, asked, stack_schema
from qq_excel.rules.stack import Source, Stack, missing_partner
from qq_excel.rules.verdict import Money, Spot, Unjudged, Verdict, true

if TYPE_CHECKING:
    import numpy.typing as npt

log = logging.getLogger(__name__)

#: (what is done now, how much is done, of how much)
Progress = Callable[[Text, int, int], None]


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
        return sum(len(t.frame) for t in self.workbook.tables)


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

    @property
    def as_of(self) -> dt.date | None:
        """The latest as-of date of the workbooks."""
        days = [d for f in self.files for t in f.workbook.tables if (d := t.as_of)]
        return max(days, default=None)

    @property
    def accepted(self) -> bool:
        """Whether every file is accepted."""
        return all(f.accepted for f in self.files)


def check_paths(
    paths: Sequence[Path],
    *,
    policy: Policy | None = None,
    as_of: dt.date | None = None,
    together: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Read and check workbooks. See :func:`check_workbooks`."""
    books = []
    names = display_names(paths)
    for i, path in enumerate(paths):
        if progress:
            progress(Text(f"读取 {path.name}", f"reading {path.name}"), i, len(paths))
        book = read_workbook(path, as_of=as_of)
        book.name = names[i]
        for table in book.tables:
            look_at_evidence(table, path.parent)
        books.append(book)
    return check_workbooks(books, policy=policy, together=together, progress=progress)


def check_workbooks(
    books: Sequence[Workbook],
    *,
    policy: Policy | None = None,
    together: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Check workbooks that were read.

    Workbooks of one unit and period are one submission and see each other; with *together* all are.
    """
    policy = policy or load_policy("group")
    submissions = _submissions(books, together)
    run = _Run(policy, progress)
    sources: dict[str, list[Source]] = {}
    for b, book in enumerate(books):
        params = policy.at(next((t.as_of for t in book.tables if t.as_of), None))
        run.places("file", book, params, file=book.name, order=(b, -1))
        for n, table in enumerate(book.tables):
            source = Source(table, book.name, submissions[b], (b, n))
            sources.setdefault(table.kind.kind, []).append(source)
            run.table(source)
    stacks = {k: Stack.of(s[0].table.kind, s, _only_day(s)) for k, s in sources.items()}
    days = _days(sources)
    dated: dict[str, list[Stack]] = {}
    for of_kind in sources.values():
        by_day: dict[dt.date | None, list[Source]] = {}
        for source in of_kind:
            by_day.setdefault(days[source.submission, id(source)], []).append(source)
        for day, group in by_day.items():
            stack = Stack.of(group[0].table.kind, group, day)
            stack.partners = stacks
            dated.setdefault(stack.kind.kind, []).append(stack)
            run.stack(stack)
    for stack in stacks.values():
        stack.partners = stacks
    findings = Findings(run.found)
    blocked = {f.file for f in findings if f.blocks}
    files = [
        FileResult(
            workbook=book,
            unit=_head(book, "unit"),
            period=_head(book, "period"),
            submission=submissions[b],
            accepted=book.name not in blocked,
        )
        for b, book in enumerate(books)
    ]
    return Result(policy=policy, files=files, findings=findings, stacks=stacks, dated=dated)


def display_names(paths: Sequence[Path]) -> list[str]:
    """Each file's name as findings show it: relative to the folder that all of them share.

    The same files handed in from another place give the same names, and so the same findings.
    """
    if not paths:
        return []
    whole = [p.resolve() for p in paths]
    shared = Path(os.path.commonpath([p.parent for p in whole]))
    return [p.relative_to(shared).as_posix() for p in whole]


def _head(book: Workbook, name: str) -> str | None:
    return next((text for t in book.tables if (text := t.text(name))), None)


def _submissions(books: Sequence[Workbook], together: bool) -> list[int]:
    if together:
        return [0] * len(books)
    numbers: dict[tuple[str | None, str | None], int] = {}
    out = []
    for book in books:
        key = (_head(book, "unit"), _head(book, "period"))
        out.append(numbers.setdefault(key, len(numbers)))
    return out


def _only_day(sources: Iterable[Source]) -> dt.date | None:
    days = {s.table.as_of for s in sources if s.table.as_of}
    return max(days) if days else None


def _days(sources: Mapping[str, list[Source]]) -> dict[tuple[int, int], dt.date | None]:
    """Each table's as-of date; one that gives none takes its submission's, if that has just one."""
    every = [s for of_kind in sources.values() for s in of_kind]
    known: dict[int, set[dt.date]] = {}
    for s in every:
        if s.table.as_of:
            known.setdefault(s.submission, set()).add(s.table.as_of)
    out: dict[tuple[int, int], dt.date | None] = {}
    for s in every:
        days = known.get(s.submission, set())
        out[s.submission, id(s)] = s.table.as_of or (next(iter(days)) if len(days) == 1 else None)
    return out


class _Run:
    """One run over many stacks: asks every rule, collects findings."""

    def __init__(self, policy: Policy, progress: Progress | None) -> None:
        self.policy = policy
        self.progress = progress
        self.found: list[Finding] = []

    def level(self, spec: RuleSpec, override: str | None = None) -> str:
        return override or self.policy.levels.get(spec.id) or spec.level

    # --- places: files, sheets, tables -------------------------------------------------------------

    def table(self, source: Source) -> None:
        params = self.policy.at(source.table.as_of)
        for on in ("table", f"table:{source.table.kind.kind}"):
            self.places(on, source.table, params, file=source.file, order=source.order)

    def places(self, on: str, what: Any, params: Params, *, file: str, order: tuple[int, int]) -> None:
        for spec in all_rules().values():
            function = registry.load().get(spec.id)
            if spec.on != on or function is None or not asked(spec, params):
                continue
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

    def _spot(self, spec: RuleSpec, s: Spot, what: Any, file: str, order: tuple[int, int]) -> Finding:
        header = s.header
        column = s.column
        if isinstance(what, Table) and s.field:
            header = header or what.headers.get(s.field) or what.kind[s.field].header
            if column is None and s.row is not None:
                column = what.columns.get(s.field)
        return Finding(
            rule=spec.id, level=self.level(spec, s.level), file=file,
            sheet=s.sheet or (what.sheet if isinstance(what, Table) else None),
            row=s.row, column=column, field=s.field, header=header, key=s.key, value=s.value,
            expected=s.expected, figures=dict(s.figures), related=s.related, order=order,
        )  # fmt: skip

    def unjudged(
        self, spec: RuleSpec, why: Text, file: str, sheet: str | None, order: tuple[int, int]
    ) -> None:
        self.found.append(Finding(rule=spec.id, level="?", file=file, sheet=sheet, why=why, order=order))

    # --- stacks -----------------------------------------------------------------------------------

    def stack(self, stack: Stack) -> None:
        params = self.policy.at(stack.day)
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
                    bad = ~_passed(check(values), len(stack))
                except CannotJudge as reason:
                    self._each_table(spec, stack, reason.why)
                    continue
                except Exception:
                    self._each_table(spec, stack, _fault(spec))
                    continue
                self._verdict(spec, stack, Verdict(bad & there, field=name))
            done += 1
            self._tell(stack, done, steps)
        for check in schema.checks:
            self._rows(every[str(check.statistics["rule"])], stack, params, into, check)
            done += 1
            self._tell(stack, done, steps)
        for spec in every.values():  # rules that see other tables: pandera holds one frame only
            if (
                stack.kind.kind in spec.kinds
                and spec.partners
                and spec.id in registry.load()
                and asked(spec, params)
            ):
                self._rows(spec, stack, params, into, None)

    def _tell(self, stack: Stack, done: int, steps: int) -> None:
        if self.progress:
            title = stack.kind.title
            self.progress(Text(f"校验 {title.zh}", f"checking {title.en}"), done, steps)

    def _rows(self, spec: RuleSpec, stack: Stack, params: Params, into: Answers, check: Any) -> None:
        judgeable = self._judgeable(spec, stack)
        if not judgeable.any():
            return
        try:
            if check is None:
                from qq_excel.rules.schema import verdicts  # noqa: PLC0415

                into[spec.id] = verdicts(registry.load()[spec.id], stack, params)
            else:
                blamed = [spec.field] if spec.field in stack.frame else list(stack.kind.key[:1])
                check(stack.frame[blamed])
        except CannotJudge as reason:
            self._each_table(spec, stack, reason.why, judgeable)
            return
        except Exception:
            self._each_table(spec, stack, _fault(spec), judgeable)
            return
        for verdict in into.get(spec.id, ()):
            if isinstance(verdict, Unjudged):
                self._each_table(spec, stack, verdict.why, true(verdict.rows) & judgeable)
                continue
            verdict.bad = true(verdict.bad) & judgeable
            self._verdict(spec, stack, verdict)

    def _judgeable(self, spec: RuleSpec, stack: Stack) -> npt.NDArray[np.bool_]:
        """Rows whose table has the columns and whose submission has the tables that the rule needs.

        A partner that was not handed in makes level ``?``, unless the profile does not use such tables.
        """
        able = np.ones(len(stack), dtype=bool)
        for i, source in enumerate(stack.sources):
            partners = self._absent_partners(spec, stack, source)
            if any(not self.policy.uses(kind) for kind in partners):  # not asked by this profile
                able[stack.source == i] = False
                continue
            why = missing_partner(partners[0]).why if partners else self._lacks(spec, source)
            if why is not None:
                able[stack.source == i] = False
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
    def _lacks(spec: RuleSpec, source: Source) -> Text | None:
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

    def _verdict(self, spec: RuleSpec, stack: Stack, verdict: Verdict) -> None:
        bad = true(verdict.bad)
        at = np.flatnonzero(bad)
        if not len(at):
            return
        name = verdict.field or spec.field
        steps = stack.step[at]
        columns: dict[str, list[Any]] = {k: _shown(v, at, steps, None) for k, v in verdict.figures.items()}
        kind = stack.kind
        type_ = kind[name].type if name else None
        own = verdict.value if verdict.value is not None else (stack[name] if name else None)
        values = _shown(own, at, steps, type_)
        expected = _shown(verdict.expected, at, steps, type_)
        keys = [_shown(stack[k], at, steps, FieldType.TEXT) for k in kind.key]
        explained = self._explained(spec, stack, at)
        level = self.level(spec, verdict.level)
        related = verdict.related if verdict.related is not None else spec.related
        for n, i in enumerate(at):
            source = stack.sources[stack.source[i]]
            table = source.table
            row = int(table.rows[stack.position[i]])
            status: Status = "open"
            reason = by = None
            if explained is not None and explained[0][n] and explained[1][n]:
                status, reason, by = "explained", explained[0][n], explained[1][n]
            self.found.append(
                Finding(
                    rule=spec.id,
                    level=level,
                    file=source.file,
                    sheet=table.sheet,
                    row=row,
                    column=table.columns.get(name) if name else None,
                    field=name,
                    header=table.headers.get(name, kind[name].header) if name else None,
                    key="/".join(k[n] for k in keys if k[n]) or None,
                    value=values[n] or None,
                    expected=expected[n] if verdict.expected is not None else None,
                    figures={k: v[n] for k, v in columns.items()},
                    related=tuple(a1(row, table.columns[r]) for r in related if r in table.columns),
                    status=status,
                    reason=reason,
                    approved_by=by,
                    order=source.order,
                )
            )

    @staticmethod
    def _explained(
        spec: RuleSpec, stack: Stack, at: npt.NDArray[np.int64]
    ) -> tuple[list[Any], list[Any]] | None:
        if not spec.explainable or "special_reason" not in stack.frame:
            return None
        one = np.ones(len(at), dtype=np.int64)
        return (
            _shown(stack["special_reason"], at, one, FieldType.TEXT),
            _shown(stack["reason_by"], at, one, FieldType.TEXT),
        )


def _passed(result: Any, rows: int) -> npt.NDArray[np.bool_]:
    output = result.check_output
    if isinstance(output, bool | np.bool_):
        return np.full(rows, bool(output))
    return true(output)


def _fault(spec: RuleSpec) -> Text:
    fault = uuid.uuid4().hex[:8]
    log.exception("rule %s failed, fault %s", spec.id, fault)
    return Text(
        f"程序内部故障（编号 {fault}），请把日志交给管理员",
        f"internal fault {fault}; give the log to your administrator",
    )


def _shown(
    value: Any, at: npt.NDArray[np.int64], steps: npt.NDArray[np.int64], type_: FieldType | None
) -> list[Any]:
    """A column's values at some rows as a user should see them; a single value is repeated."""
    cents = isinstance(value, Money) or (type_ is FieldType.AMOUNT and not isinstance(value, str | Text))
    if isinstance(value, Money):
        value = value.cents
    if value is None:
        return [""] * len(at)
    if isinstance(value, pd.Series):
        values = value.iloc[at].tolist()
    elif isinstance(value, np.ndarray):
        values = (
            value[at].tolist()
            if value.dtype.kind != "M"
            else list(value[at].astype("datetime64[s]").tolist())
        )
    elif isinstance(value, list | tuple):
        values = [value[i] for i in at]
    else:
        values = [value] * len(at)
    return [show(v, int(s), cents) for v, s in zip(values, steps, strict=True)]


def show(value: Any, step: int = 1, cents: bool = False) -> Any:
    """One value as text: cents as yuan in the sheet's unit, dates as 2026-09-30, no needless decimals."""
    if isinstance(value, Text):
        return value
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN
        return ""
    if cents and isinstance(value, int | float):
        return money.yuan(int(value), step)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if (value.hour, value.minute) == (0, 0) else value.isoformat(" ")
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def kinds_of(policy: Policy) -> list[str]:
    """The kinds that a profile uses, checked to exist."""
    return [get_kind(k).kind for k in policy.kinds]
