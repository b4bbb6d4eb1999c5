"""The summary of a batch: one workbook for the office, and the same as JSON for programs."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from qq_excel import __version__
from qq_excel.batch.model import HANDED_IN, PREVIOUS, STATES, Done, FileOutcome, Seen, totals
from qq_excel.catalogue import LEVEL_NAMES, all_rules
from qq_excel.findings import Finding
from qq_excel.kinds import get_kind
from qq_excel.language import Text, t
from qq_excel.output import writing
from qq_excel.policy import Policy
from qq_excel.waivers import Use, Waiver

BOOK, DOCUMENT = "批量校验汇总.xlsx", "batch.json"
#: Past so many files each row is one line high: to work out how many it needs takes longer than to write it.
_MANY = 2_000
#: The width of the columns of a table without rows: its title stands above them.
_EMPTY = 24.0
#: The levels that the tables count: what to mend, what to answer, what nobody could say.
_LEVELS = ("E", "W", "?")


def missing_of(
    done: Sequence[Done], last: Sequence[Seen], came: Collection[tuple[str, str, str, str]], policy: Policy
) -> list[Finding]:
    """Findings on the run as a whole: what the units handed in the period before and not now.

    *came* has what earlier runs were given and moved away (period, unit, kind, workbook): that is not missing.
    """
    from qq_excel.check.run import Run
    from qq_excel.rules.intakes import Intake

    periods = {f.period for d in done for f in d.files}
    now = {(unit, kind): file for period, unit, kind, file in came if period in periods}
    now |= {(unit, kind): file for d in done for unit, kind, file in d.now}
    before = {
        (s.unit, kind): s.name for s in last if s.unit for kind, _ in s.tables
    }  # also of units that are gone
    before |= {(unit, kind): file for d in done for unit, kind, file in d.before}
    before = {k: name.removeprefix(PREVIOUS) for k, name in before.items()}
    run = Run(policy, None)
    run.places("run", Intake(now, before), policy.at(None), file="", order=(0, 0))
    return sorted(run.found, key=lambda f: (f.file, f.rule, f.message("zh")))


def waivers_of(
    done: Sequence[Done], waivers: Sequence[Waiver], policy: Policy, day: dt.date | None, files: int
) -> list[Finding]:
    """Findings on the waivers of a run: expired, unused, incomplete."""
    if not waivers:
        return []
    from qq_excel.check.accepting import judged

    hits = hits_of(done, waivers)
    return judged([Use(w, day, n) for w, n in zip(waivers, hits, strict=True)], policy, day, files)


def hits_of(done: Sequence[Done], waivers: Sequence[Waiver]) -> list[int]:
    """How many findings each waiver answers in the whole run."""
    return [sum(d.hits[n] for d in done) for n in range(len(waivers))]


def of_the_run(found: Finding) -> str:
    """What is wrong with the run; of a waiver also in which file, since its line is told."""
    waiver = all_rules()[found.rule].on == "waivers"
    return f"{found.file}{t('：', ': ')}{found.message()}" if waiver else found.message()


def write_summary(
    files: Sequence[FileOutcome], missing: Sequence[Finding], policy: Policy, target: Path
) -> list[Path]:
    """Write both to the folder *target*."""
    book = _write_book(files, missing, policy, target / BOOK)
    with writing(target / DOCUMENT) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        # by and by: whole, the text of ten thousand files would be held beside what it tells
        said = _document(files, missing, policy)
        out.writelines(json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(said))
        out.write("\n")
    return [book, target / DOCUMENT]


def _document(files: Sequence[FileOutcome], missing: Sequence[Finding], policy: Policy) -> dict[str, Any]:
    return {
        "format": "qq-excel-batch-summary", "version": 1, "program": f"qq-excel {__version__}",
        "policy": {"profile": policy.profile, "version": policy.version, "sha256": policy.sha256},
        "totals": {state: sum(f.state == state for f in files) for state in STATES},
        "files": [
            {"file": f.name, "state": f.state, "unit": f.unit, "period": f.period, "kinds": f.kinds, "rows": f.rows,
             "counts": f.counts, "rules": f.rules, "unjudged": f.unjudged, "sha256": f.sha256,
             "why": None if f.why is None else str(Text(*f.why)), "changes": f.changes}
            for f in files
        ],
        "run": [{"rule": f.rule, "level": f.level, "file": f.file, "message": f.message()} for f in missing],
    }  # fmt: skip


def _write_book(
    files: Sequence[FileOutcome], missing: Sequence[Finding], policy: Policy, target: Path
) -> Path:
    from qq_excel.papers.cells import Column
    from qq_excel.papers.sheet import plain_paper

    said = t("没有", "none")
    first = [Column(t("填报单位", "unit")), Column(t("报告期", "period"))]
    levels = [Column(str(LEVEL_NAMES[level]), "count") for level in _LEVELS]
    states = [Column(str(STATES[state]), "count") for state in HANDED_IN]
    tables: list[tuple[str, list[Any], list[list[Any]]]] = [
        (
            t("单位", "Units"),
            [*first, Column(t("文件", "files"), "count"), *states, Column(t("行数", "rows"), "count"), *levels,
             Column(t("应报未见的表", "due and not seen"), most=60)],
            list(_by_unit(files, policy)),
        ),
        (
            t("文件", "Files"),
            [Column(t("文件", "file"), most=60), Column(t("结论", "verdict")), *first, Column(t("表", "tables"), most=40),
             Column(t("行数", "rows"), "count"), *levels, Column(t("说明", "note"), most=60)],
            [
                [f.name, str(STATES[f.state]), f.unit, f.period, t("、", ", ").join(str(get_kind(k).title) for k in f.kinds), f.rows,
                 *(f.counts.get(level, 0) for level in _LEVELS), str(Text(*f.why)) if f.why else ""]
                for f in files
            ],
        ),
        (
            t("规则", "Rules"),
            [Column(t("规则", "rule")), Column(t("问题", "what is wrong"), most=60), Column(t("条数", "findings"), "count"),
             Column(t("涉及文件", "files"), "count"), Column(t("无法判断的文件", "files that cannot be judged"), "count")],
            list(_by_rule(files)),
        ),
        (
            t("未报送和豁免", "Missing, waivers"),
            [Column(t("级别", "level")), Column(t("规则", "rule")), Column(t("情况", "what is wrong"), most=90),
             Column(t("改法", "how to mend it"), most=60)],
            [[str(LEVEL_NAMES[f.level]), f.rule, of_the_run(f), f.fix()] for f in missing],
        ),
        (
            t("重报改动", "Changed since"),
            [*first, Column(t("文件", "file"), most=60), Column(t("改动", "what it changed"), most=90)],
            [[f.unit, f.period, f.name, change] for f in files for change in f.changes],
        ),
    ]  # fmt: skip
    with plain_paper(target, t("批量校验汇总", "Batch summary")) as book:
        for n, (name, columns, rows) in enumerate(tables):
            sheet = book.sheet(name, tab="#1F3864" if n == 0 else None)
            total = _total(rows) if n == 0 and rows else None
            fitted = sheet.fitted(columns, rows if total is None else [*rows, total])
            sheet.widths(fitted if rows else [_EMPTY] * len(columns))
            sums = t("，", ", ").join(totals(files))
            under = (
                f"{policy.title}　{t('文件', 'files')} {len(files)}{t('：', ': ')}{sums}" if n == 0 else ""
            )
            row = sheet.title(f"{t('批量校验汇总', 'Batch summary')}·{name}", len(columns), under)
            if not rows:
                sheet.paragraph(row + 1, len(columns), said)
            else:
                sheet.table(row, columns, rows, total=total, heights=len(rows) <= _MANY)
                sheet.sheet.freeze_panes(row + 1, 0)
            sheet.print_set_up(landscape=True, repeat=(row, row), footer=t("批量校验汇总", "batch summary"))
    return target


def _by_unit(files: Sequence[FileOutcome], policy: Policy) -> Iterable[list[Any]]:
    groups: dict[tuple[str, str], list[FileOutcome]] = {}
    for f in files:
        if f.state not in HANDED_IN:
            continue
        groups.setdefault((f.unit or "", f.period or ""), []).append(f)
    for (unit, when), mine in sorted(groups.items()):
        counts: Counter[str] = Counter()
        for f in mine:
            counts.update(f.counts)
        seen = {k for f in mine for k in f.kinds}
        lacks = [str(get_kind(k).title) for k in policy.expected if k not in seen] if unit else []
        yield [
            unit or t("（未填）", "(not given)"), when, len(mine), *(sum(f.state == s for f in mine) for s in HANDED_IN),
            sum(f.rows for f in mine if f.state != "superseded"), *(counts[level] for level in _LEVELS), t("、", ", ").join(lacks),
        ]  # fmt: skip


def _total(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """The last row of :func:`_by_unit`: its numbers added up."""
    sums = [sum(column) for column in list(zip(*rows, strict=True))[2:-1]]
    return [t("合计", "total"), "", *sums, ""]


def _by_rule(files: Sequence[FileOutcome]) -> Iterable[list[Any]]:
    """What was found, most of it first; where a rule could only not be judged, nothing was found."""
    found: Counter[str] = Counter()
    where: Counter[str] = Counter()
    unjudged: Counter[str] = Counter()
    for f in files:
        mine = {rule: n - f.unjudged.get(rule, 0) for rule, n in f.rules.items()}
        found.update(mine)
        where.update(rule for rule, n in mine.items() if n)
        unjudged.update(f.unjudged.keys())
    for rule in sorted(found, key=lambda r: (-found[r], -unjudged[r], r)):
        yield [rule, str(all_rules()[rule].title), found[rule], where[rule], unjudged[rule]]
