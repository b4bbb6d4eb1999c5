"""One part of a batch, in a process of its own: tables from the disk, checked on one stack per kind, results written."""

from __future__ import annotations

import hashlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel import language
from qq_excel.batch.model import Done, FileOutcome, Seen, State
from qq_excel.batch.submissions import Submission, later_ones
from qq_excel.batch.tables import write_tables
from qq_excel.output import safe_name
from qq_excel.policy import Policy
from qq_excel.reading.model import HeadEntry, Workbook

if TYPE_CHECKING:
    from qq_excel.check import FileResult, Result


@dataclass(frozen=True, slots=True)
class Work:
    """What all parts of a run share."""

    policy: Policy
    target: Path
    language: str
    #: Where each file of the inbox lies, by name.
    places: dict[str, Path]
    #: Where its results go below the folder of what goes back, by name.
    stems: dict[str, str]
    across: bool = False


#: Below the results: what goes back to the units, and the tables that were accepted.
RETURNED, TABLES = "退回修改", "tables"

_WORK: list[Work] = []


def set_up(work: Work) -> None:
    """Make this process ready for :func:`check_part`; it ends with the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which then ends its workers
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            multiprocessing.connection.wait([parent.sentinel])
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
    language.use("en" if work.language == "en" else "zh")
    _WORK[:] = [work]


def check_part(part: Sequence[Submission]) -> list[Done]:
    """Check some submissions at once and write what comes of each."""
    return checked(part, _WORK[0])


def checked(part: Sequence[Submission], work: Work) -> list[Done]:
    """:func:`check_part` in this process."""
    from qq_excel.check import check_submissions  # noqa: PLC0415
    from qq_excel.check.previous import intake_of  # noqa: PLC0415

    books: list[Workbook] = []
    numbers: list[int] = []
    previous: list[Workbook] = []
    replaced: dict[str, str] = {}
    spans: list[tuple[list[Workbook], list[Workbook]]] = []
    for number, submission in enumerate(part):
        mine, earlier, gone = _of(submission, work)
        before = [_taken(f, work) for f in submission.before]
        books += mine
        numbers += [number] * len(mine)
        previous += [*before, *earlier]
        replaced |= gone
        spans.append((mine, before))
    result = check_submissions(books, numbers, work.policy, previous=previous, across=work.across)
    by_name = {f.workbook.name: f for f in result.files}
    counts = result.findings.tally("file", "level", "status")
    rules = result.findings.tally("file", "rule", "status")
    out = []
    for submission, (mine, before) in zip(part, spans, strict=True):
        intake = intake_of(mine, before)
        done = Done(
            submission.key, [],
            now=[(u, k, f) for (u, k), f in intake.now.items()],
            before=[(u, k, f) for (u, k), f in intake.before.items()],
        )  # fmt: skip
        for seen in submission.files:
            outcome = FileOutcome(
                seen.name, "accepted", seen.unit, seen.period, list(dict.fromkeys(k for k, _ in seen.tables)),
                seen.rows, sha256=seen.sha256,
            )  # fmt: skip
            done.files.append(outcome)
            if seen.name not in by_name:
                later = replaced[seen.name]
                outcome.state = "superseded"
                outcome.why = (f"后来又报送了 {later}", f"{later} was handed in later")
                continue
            outcome.counts = {
                level: n for (f, level, s), n in counts.items() if f == seen.name and s == "open"
            }
            outcome.rules = {rule: n for (f, rule, s), n in rules.items() if f == seen.name and s == "open"}
            outcome.state = _state(seen, by_name[seen.name].accepted)
            outcome.why = seen.refused
            if outcome.state != "accepted":
                done.written += _returned(result, by_name[seen.name], seen, work)
        accepted = [by_name[o.name].workbook for o in done.files if o.state == "accepted"]
        done.written += write_tables(accepted, submission.unit, submission.period, work.target, TABLES)
        out.append(done)
    return out


def _state(seen: Seen, accepted: bool) -> State:
    if seen.refused:
        return "quarantined"
    return "accepted" if accepted else "rejected"


def _of(submission: Submission, work: Work) -> tuple[list[Workbook], list[Workbook], dict[str, str]]:
    """The workbooks of a submission as they count; the tables that later ones replace; which file replaced which."""
    books = {f.name: _taken(f, work) for f in submission.files}
    kept = {name: list(book.tables) for name, book in books.items()}
    earlier: dict[str, Workbook] = {}
    gone: dict[str, str] = {}
    for kind, order in later_ones(submission.files).items():
        last = order[-1][0]
        for n, (name, counts) in enumerate(order):
            if counts:
                continue
            old = [t for t in kept[name] if t.kind.kind == kind]
            kept[name] = [t for t in kept[name] if t.kind.kind != kind]
            if n == len(order) - 2:  # each is held against the one before it: here only the last is checked
                held = earlier.setdefault(name, Workbook(books[name].path, name, books[name].sha256))
                held.tables += old
            if not kept[name]:
                gone[name] = last
    for name, book in books.items():
        book.tables = kept[name]
    return [b for name, b in books.items() if name not in gone], list(earlier.values()), gone


def _taken(seen: Seen, work: Work) -> Workbook:
    from qq_excel.reading.attachments import look_at_evidence  # noqa: PLC0415
    from qq_excel.reading.spool import take  # noqa: PLC0415

    book = take(Path(seen.spooled))
    place = work.places.get(seen.name)
    book.name = seen.name
    for table in book.tables:
        for entry, value in (("unit", seen.unit), ("period", seen.period)):
            if value and table.text(entry) is None and book.head(entry) is None:
                table.head[entry] = HeadEntry(entry, value, value, -1, -1)
        if place is not None:
            look_at_evidence(table, place.parent)
    if place is not None:
        book.path = str(place)
    return book


def _returned(result: Result, file: FileResult, seen: Seen, work: Work) -> list[str]:
    """The annotated copy and the findings book of a workbook that goes back."""
    from qq_excel.papers.checking import BOOK, COPY, annotated_copy  # noqa: PLC0415
    from qq_excel.papers.findings_book import write_findings_book  # noqa: PLC0415

    stem = work.target / RETURNED / work.stems[seen.name]
    written = []
    copies = {}
    if not seen.refused:
        suffix = Path(file.workbook.path).suffix.lower()
        report = annotated_copy(result, file, stem.with_name(f"{stem.name}{COPY}{suffix}"))
        if report.target is not None:
            written.append(report.target)
            copies[seen.name] = report.target.name
    written.append(
        write_findings_book(result, stem.with_name(f"{stem.name}{BOOK}"), file=file, copies=copies)
    )
    return [p.relative_to(work.target).as_posix() for p in written]


def stems_of(names: Iterable[str]) -> dict[str, str]:
    """Where the results of each file go: safe on every system; names that would meet there are told apart."""
    safe: dict[str, str] = {}
    meet: dict[str, int] = {}
    for name in names:
        *folders, last = name.split("/")
        stem = "/".join([*(safe_name(f) for f in folders), safe_name(last.rpartition(".")[0] or last)])
        safe[name] = stem
        meet[stem.casefold()] = meet.get(stem.casefold(), 0) + 1
    return {
        name: stem
        if meet[stem.casefold()] == 1
        else f"{stem}_{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        for name, stem in safe.items()
    }
