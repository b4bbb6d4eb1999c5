"""A submission in, findings out.

read -> sort into submissions -> stack tables of a kind -> one pandera schema per stack -> findings
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from qq_excel.check.previous import Earlier, intake_of
from qq_excel.check.result import FileResult, Result
from qq_excel.check.run import Progress, Run
from qq_excel.check.submission import by_day, display_names, latest_day, submissions_of
from qq_excel.findings import Findings
from qq_excel.language import Text
from qq_excel.policy import Policy, load_policy
from qq_excel.reading import Options, read_workbook
from qq_excel.reading.attachments import look_at_evidence
from qq_excel.reading.model import UNREADABLE, Workbook
from qq_excel.reading.pool import Pool
from qq_excel.rules.stack import Source, Stack

__all__ = [
    "FileResult",
    "Progress",
    "Result",
    "check_paths",
    "check_submissions",
    "check_workbooks",
    "display_names",
]


def check_paths(
    paths: Sequence[Path],
    *,
    policy: Policy | None = None,
    as_of: dt.date | None = None,
    together: bool = False,
    progress: Progress | None = None,
    options: Options | None = None,
    pool: Pool | None = None,
    previous: Sequence[Path] = (),
    home: Path | None = None,
) -> Result:
    """Read and check workbooks. See :func:`check_workbooks`.

    *options* says how files are read; with *pool* its workers read them (by its own options), so that no
    file can end or hold up this process. *previous* are workbooks of the period before; *as_of* is not theirs.
    *home* is the folder that the workbooks are at home in when *paths* are copies elsewhere: evidence and
    mappings lie beside the originals. It is for this process only, not for a *pool*.
    A workbook without a table of ours that another of them names as evidence is not checked (:attr:`Result.evidence`).
    """
    books = []
    named: dict[Path, str] = {}
    for path, book in _read(paths, as_of, progress, options, pool, home):
        for table in book.tables:
            named |= dict.fromkeys(look_at_evidence(table, home or path.parent) - named.keys(), book.name)
        if home is not None:
            book.path = str(home / path.name)
        books.append(book)
    before = [book for _, book in _read(previous, None, progress, options, pool)]
    evidence = {book.name: by for book in books if (by := _named_by(book, named)) is not None}
    books = [book for book in books if book.name not in evidence]
    result = check_workbooks(books, policy=policy, together=together, progress=progress, previous=before)
    result.evidence = evidence
    return result


def _named_by(book: Workbook, named: Mapping[Path, str]) -> str | None:
    """Whose evidence *book* is; None for what was handed in: it has a table, or cannot be read and may be a ledger."""
    if not named or book.tables or any(fact.rule in UNREADABLE for fact in book.facts):
        return None
    return named.get(Path(book.path).resolve())


def _read(
    paths: Sequence[Path],
    as_of: dt.date | None,
    progress: Progress | None,
    options: Options | None,
    pool: Pool | None,
    home: Path | None = None,
) -> Iterator[tuple[Path, Workbook]]:
    """Each path with its workbook, named as findings show it."""
    reading = (
        (read_workbook(path, as_of=as_of, options=options, home=home) for path in paths)
        if pool is None
        else pool.read_all(paths, as_of=as_of)
    )
    for i, (path, name) in enumerate(zip(paths, display_names(paths), strict=True)):
        if progress:
            progress(Text(f"读取 {path.name}", f"reading {path.name}"), i, len(paths))
        book = next(reading)
        book.name = name
        yield path, book


def check_workbooks(
    books: Sequence[Workbook],
    *,
    policy: Policy | None = None,
    together: bool = False,
    progress: Progress | None = None,
    previous: Sequence[Workbook] = (),
) -> Result:
    """Check workbooks that were read.

    Workbooks of one unit and period are one submission and see each other; with *together* all are.
    Each unit's are held against those of *previous*, which get no findings of their own; where these are of
    the same period, they are what the unit had handed in before.
    """
    policy = policy or load_policy("group")
    run, result = _asked(
        books,
        submissions_of(books, together),
        policy,
        progress,
        previous,
        together=together,
        across=bool(previous),
        called="--previous ",  # names of this run's workbooks may be the same
    )
    if previous:
        newest = policy.at(max((d for b in books for t in b.tables if (d := t.as_of)), default=None))
        run.places("run", intake_of(books, previous), newest, file="", order=(len(books), 0))
    return _with_findings(result, run)


def check_submissions(
    books: Sequence[Workbook],
    submissions: Sequence[int],
    policy: Policy,
    *,
    previous: Sequence[Workbook] = (),
    across: bool = False,
) -> Result:
    """Check a part of a run: workbooks sorted into numbered submissions already.

    *previous* also holds what the same units had handed in before in the same period. Only with *across* are the
    rules between periods asked. Rules on the whole run are not asked: a part does not see it.
    """
    run, result = _asked(books, submissions, policy, None, previous, together=False, across=across, called="")
    return _with_findings(result, run)


def _asked(
    books: Sequence[Workbook],
    submissions: Sequence[int],
    policy: Policy,
    progress: Progress | None,
    previous: Sequence[Workbook],
    *,
    together: bool,
    across: bool,
    called: str,
) -> tuple[Run, Result]:
    run = Run(policy, progress)
    sources: dict[str, list[Source]] = {}
    for b, book in enumerate(books):
        params = run.at(next((t.as_of for t in book.tables if t.as_of), None))
        run.places("file", book, params, file=book.name, order=(b, -1))
        for n, table in enumerate(book.tables):
            source = Source(table, book.name, submissions[b], (b, n))
            sources.setdefault(table.kind.kind, []).append(source)
            run.table(source)
    stacks = {k: Stack.of(s[0].table.kind, s, latest_day(s)) for k, s in sources.items()}
    dated = {k: _dated(stacks[k], days) for k, days in by_day(sources).items()}
    earlier = Earlier.of(books, submissions, previous, together, called)
    for stack in [*stacks.values(), *(s for some in dated.values() for s in some)]:
        stack.partners = stacks
        stack.last, stack.earlier = (earlier.last or {}) if across else None, earlier.same
    for some in dated.values():
        for stack in some:
            run.stack(stack)
    files = [
        FileResult(
            workbook=book, unit=book.head("unit"), period=book.head("period"), submission=submissions[b]
        )
        for b, book in enumerate(books)
    ]
    return run, Result(policy=policy, files=files, findings=Findings(), stacks=stacks, dated=dated)


def _dated(whole: Stack, days: Sequence[tuple[dt.date | None, list[Source]]]) -> list[Stack]:
    """The tables of a stack by as-of date: itself where all have one, as mostly."""
    if len(days) == 1 and days[0][0] == whole.day:
        return [whole]
    return [Stack.of(whole.kind, sources, day) for day, sources in days]


def _with_findings(result: Result, run: Run) -> Result:
    result.findings = Findings(run.found, run.blocks)
    blocked = result.findings.blocked
    for file in result.files:
        file.accepted = file.workbook.name not in blocked
    return result
