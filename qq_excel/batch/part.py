"""One part of a batch, in a process of its own or on a cluster: tables from the disk, checked on one stack per kind, results written."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel import language
from qq_excel.batch.model import Done, FileOutcome, Seen, State
from qq_excel.batch.submissions import Submission, later_ones
from qq_excel.batch.tables import kept_tables, table_path, write_tables
from qq_excel.inputs import PACKAGES
from qq_excel.language import t
from qq_excel.output import safe_name, together, told_apart
from qq_excel.papers.names import BOOK, COPY
from qq_excel.policy import Policy
from qq_excel.reading.model import HeadEntry, Workbook
from qq_excel.register.store import FINDINGS, Store

if TYPE_CHECKING:
    from qq_excel.check import FileResult, Result
    from qq_excel.findings import Findings
    from qq_excel.waivers import Waiver


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
    #: The waivers of the run and the day that they are held against.
    waivers: tuple[Waiver, ...] = ()
    day: dt.date | None = None
    #: The files of the register, if there is one.
    store: Store | None = None
    #: Where the evidence of a file is, of those whose evidence is not beside them.
    homes: dict[str, Path] = field(default_factory=dict)

    def of(self, part: Sequence[Submission]) -> Work:
        """What of it *part* needs: that goes to another process with it."""
        names = [f.name for s in part for f in (*s.files, *s.before)]
        places, homes = (
            {name: every[name] for name in names if name in every} for every in (self.places, self.homes)
        )
        stems = {name: self.stems[name] for name in names if name in self.stems}
        return replace(self, places=places, stems=stems, homes=homes)


#: Below the results: what goes back to the units, and the tables that were accepted.
RETURNED, TABLES = "退回修改", "tables"
#: The rule that says what a resubmission changed, and how many of its findings the summary tells of a workbook.
_CHANGED, _CHANGES = "XPD006", 50


def check_part(part: Sequence[Submission], work: Work) -> list[Done]:
    """Check some submissions at once and write what comes of each."""
    with language.using("en" if work.language == "en" else "zh"):
        return _checked(part, work)


def _checked(part: Sequence[Submission], work: Work) -> list[Done]:
    from qq_excel.check import check_submissions
    from qq_excel.check.previous import intake_of

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
    result, hits = _waived(result, work, spans)
    by_name = {f.workbook.name: f for f in result.files}
    kept = kept_tables(result, [(s.unit, s.period) for s in part])
    result.take_apart()
    counts = _of_files(result.findings.tally("file", "level", "status"))
    rules = _of_files(result.findings.tally("file", "rule", "status", "level"))
    out: list[Done] = []
    tables: list[dict[str, str]] = []
    with together():
        for submission, (mine, before), answered in zip(part, spans, hits, strict=True):
            intake = intake_of(mine, before)
            prepared = {book.name: book.head("prepared_by") for book in mine}
            done = Done(
                submission.key, [],
                now=[(u, k, f) for (u, k), f in intake.now.items()],
                before=[(u, k, f) for (u, k), f in intake.before.items()], hits=answered,
            )  # fmt: skip
            for seen in submission.files:
                outcome = _outcome(seen, prepared.get(seen.name))
                done.files.append(outcome)
                if seen.name not in by_name:
                    later = replaced[seen.name]
                    outcome.state = "superseded"
                    outcome.why = (f"后来又报送了 {later}", f"{later} was handed in later")
                    continue
                _count(outcome, counts.get(seen.name, {}), rules.get(seen.name, {}))
                if _CHANGED in outcome.rules:
                    outcome.changes = _changes(result.findings.of_file(seen.name).where(rule=_CHANGED))
                outcome.state = _state(seen, by_name[seen.name].accepted)
                outcome.why = seen.refused
                if outcome.state != "accepted":
                    done.written += _returned(_own(result, submission), by_name[seen.name], seen, work)
            accepted = [by_name[o.name].workbook for o in done.files if o.state == "accepted"]
            tables.append(
                write_tables(accepted, (submission.unit, submission.period), kept, work.target, TABLES)
            )
            done.written += tables[-1].values()
            out.append(done)
    if work.store is not None:  # it keeps what was written, once it is in its place
        with together():
            for submission, done, mine_by_kind in zip(part, out, tables, strict=True):
                done.kept = _kept(submission, result, mine_by_kind, work)
    return out


def _outcome(seen: Seen, prepared_by: str | None) -> FileOutcome:
    return FileOutcome(
        seen.name, "accepted", seen.unit, seen.period, list(dict.fromkeys(k for k, _ in seen.tables)), seen.rows,
        sha256=seen.sha256, prepared_by=prepared_by,
    )  # fmt: skip


_Counts = Mapping[tuple[str, ...], int]


def _of_files(counts: _Counts) -> dict[str, dict[tuple[str, ...], int]]:
    """*counts*, of which the first key is the file, by file."""
    out: dict[str, dict[tuple[str, ...], int]] = {}
    for (file, *rest), n in counts.items():
        out.setdefault(file, {})[tuple(rest)] = n
    return out


def _count(outcome: FileOutcome, counts: _Counts, rules: _Counts) -> None:
    """Its open findings: *counts* by level and status, *rules* by rule, status and level."""
    outcome.counts = {level: n for (level, s), n in counts.items() if s == "open"}
    for (rule, s, level), n in rules.items():
        if s == "open":
            outcome.rules[rule] = outcome.rules.get(rule, 0) + n
            if level == "?":
                outcome.unjudged[rule] = n


def _changes(found: Findings) -> list[str]:
    """What a resubmission changed, in words; of very much the first, and how much more."""
    out = [one.message() for one in islice(found, _CHANGES)]
    if (more := len(found) - len(out)) > 0:
        out.append(
            t(
                f"另有 {more} 处，用 qq-excel check 新的 --previous 旧的 列出",
                f"{more} more; qq-excel check NEW --previous OLD lists them",
            )
        )
    return out


def _own(result: Result, submission: Submission) -> Result:
    """What concerns one submission, so that its papers do not depend on what it was checked beside."""
    names = [f.name for f in submission.files]
    files = [f for f in result.files if f.workbook.name in names]
    return replace(result, files=files, findings=result.findings.where(file=names))


def _waived(
    result: Result, work: Work, spans: Sequence[tuple[list[Workbook], list[Workbook]]]
) -> tuple[Result, list[list[int]]]:
    """*result* with the run's waivers; for each submission how often each answered, to be added up for the run."""
    if not work.waivers:
        return result, [[] for _ in spans]
    from qq_excel.waivers import use

    findings, uses = use(result.findings, work.waivers, work.day)
    by_file = [Counter(one.files) for one in uses]
    hits = [[sum(n[book.name] for book in mine) for n in by_file] for mine, _ in spans]
    blocked = findings.blocked
    files = [replace(f, accepted=f.workbook.name not in blocked) for f in result.files]
    return replace(result, findings=findings, files=files), hits


def _kept(submission: Submission, result: Result, tables: dict[str, str], work: Work) -> list[dict[str, str]]:
    """Keep the accepted tables and the findings of a submission in the register's store; how an entry names them."""
    from qq_excel.batch.tables import findings_table

    assert work.store is not None  # noqa: S101 - asked before
    owner = submission.unit or submission.files[0].name
    contents = {kind: (work.target / name).read_bytes() for kind, name in tables.items()}
    found = _own(result, submission).findings
    if len(found):
        contents[FINDINGS] = findings_table(found)
    return [work.store.put(kind, owner, submission.period, content) for kind, content in contents.items()]


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
    from qq_excel.reading.attachments import look_at_evidence
    from qq_excel.reading.spool import take

    book = take(Path(seen.spooled))
    place = work.places.get(seen.name)
    book.name = seen.name
    for table in book.tables:
        for entry, value in (("unit", seen.unit), ("period", seen.period)):
            if value and table.text(entry) is None and book.head(entry) is None:
                table.head[entry] = HeadEntry(entry, value, value, -1, -1)
        if place is not None:
            look_at_evidence(table, work.homes.get(seen.name, place.parent))
    if place is not None:
        book.path = str(place)
    return book


def may_write(part: Sequence[Submission], stems: dict[str, str]) -> list[str]:
    """All that :func:`check_part` could write for *part*, below the results' folder."""
    out = []
    for submission in part:
        for seen in submission.files:
            stem = f"{RETURNED}/{stems[seen.name]}"
            out += [f"{stem}{BOOK}", *(f"{stem}{COPY}{suffix}" for suffix in sorted(PACKAGES))]
        kinds = dict.fromkeys(kind for seen in submission.files for kind, _ in seen.tables)
        names = [f.name for f in submission.files] if submission.unit is None else [""]
        out += [
            table_path(TABLES, kind, submission.unit or name, submission.period) for kind in kinds for name in names
        ]  # fmt: skip
    return out


def _returned(result: Result, file: FileResult, seen: Seen, work: Work) -> list[str]:
    """The annotated copy and the findings book of a workbook that goes back."""
    from qq_excel.papers.annotate import true_suffix
    from qq_excel.papers.checking import annotated_copy
    from qq_excel.papers.findings_book import write_findings_book
    from qq_excel.papers.told import AllTold

    told = AllTold(result.findings.of_file(seen.name))
    stem = f"{RETURNED}/{work.stems[seen.name]}"
    written = []
    copies = {}
    if not seen.refused:
        path = Path(file.workbook.path)
        suffix = true_suffix(path) or path.suffix.lower()
        copy = f"{stem}{COPY}{suffix}"
        if annotated_copy(result, file, work.target / copy, told).target is not None:
            written.append(copy)
            copies[seen.name] = copy.rpartition("/")[2]
    book = f"{stem}{BOOK}"
    write_findings_book(result, work.target / book, file=file, copies=copies, told=told)
    return [*written, book]


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
        name: stem if meet[stem.casefold()] == 1 else told_apart(stem, name) for name, stem in safe.items()
    }
