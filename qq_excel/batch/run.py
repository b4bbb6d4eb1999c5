"""A batch from inbox to summary.

look (hash each file; read those that are not known) -> sort into submissions -> pick those whose key is not in the
journal -> check them in parts, in processes -> journal each -> summary -> moves

A run that was ended at any moment is finished by the next: what the journal has is not done again, files that
are half written never have their names, and a submission comes out the same whatever part it is checked in.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from qq_excel import __version__, language
from qq_excel.batch.again import brought_back, with_note
from qq_excel.batch.arrivals import Arrival, arrivals
from qq_excel.batch.asked import Asked, may_begin, must_be_possible
from qq_excel.batch.journal import FOLDER, Journal
from qq_excel.batch.look import Look, Progress
from qq_excel.batch.model import PREVIOUS, Away, Done, FileOutcome, Seen
from qq_excel.batch.moving import move_all, moves_of
from qq_excel.batch.part import RETURNED, TABLES, Work, may_write, stems_of
from qq_excel.batch.publishing import Published, held
from qq_excel.batch.registering import subject_of, submission_entry, waiver_entries
from qq_excel.batch.remote import brought
from qq_excel.batch.submissions import PATTERN, Pattern, Submission, parts_of, submissions
from qq_excel.batch.summary import hits_of, missing_of, waivers_of, write_summary
from qq_excel.batch.workers import Workers, workers_of
from qq_excel.findings import Finding
from qq_excel.inputs import SUFFIXES
from qq_excel.language import Text
from qq_excel.output import cannot_write
from qq_excel.reading.attachments import named_as_evidence
from qq_excel.reading.options import Limits
from qq_excel.register.claims import update_index
from qq_excel.urls import is_remote


@dataclass(slots=True)
class Outcome:
    """What a run came to: every file, in order of names."""

    files: list[FileOutcome]
    #: Findings on the run: who has not handed in what the period before had; waivers that are at fault.
    missing: list[Finding]
    written: list[Path]
    #: Files whose submission was checked in this run; the others were known.
    checked: int
    moved: int = 0
    #: Entries that were written to the register.
    registered: int = 0
    #: What units had handed in before, and what is not where it was moved to, by unit and period.
    lost: Mapping[tuple[str, str], Sequence[Away]] = field(default_factory=dict)
    #: What lies in another's place than its head block says, by name.
    misplaced: Mapping[str, Text] = field(default_factory=dict)
    #: Where results go to a URL: how many were put there, and how many taken away.
    put: int = 0
    removed: int = 0


def run_batch(asked: Asked, progress: Progress | None = None) -> Outcome:
    """Run a batch, or finish one.

    Raises :class:`InputError` when the inbox leads to nothing or another run holds the results, and
    :class:`OutputError` when they cannot be written; the journal then keeps what is done.
    """
    pattern = Pattern(asked.pattern)
    must_be_possible(asked)
    tell = progress or (lambda _what, _done, _of: None)
    moved = 0
    with (
        workers_of(asked.cluster, asked.jobs, asked.options) as workers,
        Journal(asked.target) as journal,
        held(asked.url, asked.target) as place,
    ):
        may_begin(asked, journal)
        if journal.moves:  # everything was checked; some files may be where they belong already
            moved, stay = move_all(journal.moves)
            files = [f for key in journal.keys for f in journal.done[key].files]
            journal.end()
            if not stay:
                return Outcome(sorted(files, key=lambda f: f.name), [], [], 0, moved)
            # files have changed since that nobody has read: a run of their own
        with _room(asked.target) as room:
            limits = asked.options.limits
            workers.must_reach(room, [Path(p) for p in (*asked.inbox, *asked.previous) if not is_remote(p)])
            inbox = brought(asked.inbox, room / "remote", limits.file_bytes)
            previous = brought(asked.previous, room / "remote-before", limits.file_bytes)
            came = _foreign(arrivals(inbox, room / "zips", limits), asked.target.resolve(), room.resolve())
            before = arrivals(previous, room / "zips-before", limits) if previous else []
            paths = [a.path for a in (*came, *before) if not a.refused]
            workers.must_reach(room, paths)
            if journal.unfinished is None:
                journal.begin(asked.identity())
            _sweep(asked.target)
            with workers.reading(paths) as read:
                look = Look(read, asked.options, journal, room, pattern, asked.as_of, tell)
                now, again, lost = _with_those_before(look, came, journal, workers, room, limits)
                came, now, evidence = _handed_in(
                    came, now, dict.fromkeys(journal.evidence, "") | look.evidence
                )
                last = look.at(before, PREVIOUS)
                day = max((s.as_of for s in now), default="")
                every = submissions(now, last, _conditions(asked, day))
                # now they are sorted nobody asks for the claims, the most that is held of a file
                now, last = [], [replace(s, claims="") for s in last]
                known = asked.register.contents("submission") if asked.register else None
                due = {
                    s.group
                    for s in every
                    if not journal.has(s.key)
                    or (known is not None and known.get(subject_of(s)) != s.key)
                    or (place is not None and not _all_there(journal.done[s.key], asked.target))
                }
                todo = [look.spooled(s) for s in every if s.group in due]
            work = Work(
                asked.policy, asked.target, language.current(), look.places, stems_of(a.name for a in (*came, *again)),
                bool(asked.previous), asked.waivers, dt.date.fromisoformat(day) if day else None,
                asked.register.store if asked.register else None, look.homes,
            )  # fmt: skip
            registered = 0
            of_key = {s.key: s for s in todo}
            for part in _checked(todo, work, workers, journal, tell):
                if asked.register is not None:  # first: what the journal has is in the register
                    registered += asked.register.append(
                        [submission_entry(of_key[done.key], done, asked.policy) for done in part]
                    )
                journal.finished(part)
        outcome = _summed_up(asked, every, last, work, journal, lost, evidence)
        outcome.checked = sum(len(s.files) for s in todo)
        if asked.register is not None:
            outcome.registered = registered + asked.register.append(
                waiver_entries(
                    asked.waivers, hits_of([journal.done[s.key] for s in every], asked.waivers), day
                )
            )
            update_index(asked.register)
        _hand_over(asked, outcome, came, every, journal, place, tell, look.evidence)
        outcome.moved += moved
        return outcome


def _with_those_before(
    look: Look, came: Sequence[Arrival], journal: Journal, workers: Workers, room: Path, limits: Limits
) -> tuple[list[Seen], list[Arrival], dict[tuple[str, str], list[Away]]]:
    """What *came*, read; with it what its units had handed in before and was moved away, and what of that is gone."""
    now = look.at(came)
    again, lost = brought_back(journal.away, now, room / "again", limits)
    workers.must_reach(room, [a.path for a in again])
    now += (replace(s, moved=True) for s in look.at(again))
    return sorted(now, key=lambda s: s.name), again, lost


def _handed_in(
    came: Sequence[Arrival], now: Sequence[Seen], evidence: Mapping[Path, str]
) -> tuple[list[Arrival], list[Seen], list[FileOutcome]]:
    """*came* and *now* without what ledgers name as *evidence* (by whom first), and what is told of that instead.

    Nobody handed it in to be read, and it stays where the ledgers say. What has tables, or is in an archive and has some, is
    read all the same, and a workbook that cannot be read may be a ledger.
    """
    handed_in = {s.name for s in now if s.tables or (s.refused and Path(s.name).suffix.lower() in SUFFIXES)}
    left: dict[str, FileOutcome] = {}
    seen = {s.name: s for s in now}
    for a in (a for a in came if a.name not in handed_in):
        place = next((p for p in (a.path.resolve(), a.origin.resolve()) if p in evidence), None)
        if place is not None:
            s = seen[a.name]
            why = named_as_evidence(evidence[place])
            left[a.name] = FileOutcome(
                a.name, "evidence", s.unit, s.period, why=(why.zh, why.en), sha256=s.sha256
            )
    return (
        [a for a in came if a.name not in left],
        [s for s in now if s.name not in left],
        list(left.values()),
    )


def _all_there(done: Done, target: Path) -> bool:
    """Whether the results of a submission are where they were written."""
    return all((target / name).exists() for name in done.written)


def _hand_over(
    asked: Asked, outcome: Outcome, came: Sequence[Arrival], every: Sequence[Submission], journal: Journal,
    place: Published | None, tell: Progress, evidence: Collection[Path],
) -> None:  # fmt: skip
    """What is done when all is checked: results go to their URL, files where they belong, and the run ends."""
    keys = [s.key for s in every]
    plan = moves_of(outcome.files, came, asked.moves) if asked.moves else []
    away = {move.origin for move in plan}
    names = {a.name for a in came if os.path.abspath(a.origin) in away}  # noqa: PTH100 - as the plan has it
    gone = [s.key for s in every if any(f.name in names for f in s.files)]
    if place is not None:
        outcome.put, outcome.removed = place.put(asked.target, journal, keys, gone, tell)
    if asked.moves:
        journal.will_move(plan, keys, gone, sorted(map(str, evidence)))
        outcome.moved = move_all(plan)[0]
    journal.end(keys)


def _conditions(asked: Asked, as_of: str) -> list[str]:
    policy = json.dumps(
        [asked.policy.sha256, asked.policy.profile, list(asked.policy.additions)], ensure_ascii=False
    )
    day = asked.as_of.isoformat() if asked.as_of else ""
    waivers = json.dumps([asdict(w) for w in asked.waivers], default=str) + as_of if asked.waivers else ""
    return [__version__, policy, language.current(), day, str(bool(asked.previous)), waivers]


def _foreign(came: Iterable[Arrival], target: Path, room: Path) -> list[Arrival]:
    """What lies in the folder of the results, which may be inside the inbox, did not come in, unless it is on its way."""
    out = []
    for arrival in came:
        origin = arrival.origin.resolve()
        if not origin.is_relative_to(target) or origin.is_relative_to(room):
            out.append(arrival)
    return out


@contextmanager
def _room(target: Path) -> Iterator[Path]:
    """A folder for what is unpacked and read, for this user only; it is gone afterwards."""
    own = target / FOLDER
    for old in own.glob(
        "room*"
    ):  # of a run that was ended, whose readers may still be about to see that it is gone
        shutil.rmtree(old, ignore_errors=True)
    try:
        room = Path(tempfile.mkdtemp(prefix="room-", dir=own))
    except OSError as error:
        raise cannot_write(own, error) from None
    try:
        yield room
    except OSError as error:
        raise cannot_write(room, error) from None
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Take away what an ended run had begun to write."""
    left = [path for folder in (RETURNED, TABLES) for path in (target / folder).rglob(".qq-*")]
    left += [path for path in target.glob(".qq-*") if path.name != FOLDER]
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _checked(
    todo: Sequence[Submission], work: Work, workers: Workers, journal: Journal, tell: Progress
) -> Iterator[list[Done]]:
    """Check *todo* in parts, as many at a time as there are workers; each part when it is done."""
    of = sum(len(s.files) for s in todo)
    parts = parts_of(todo, workers.count)
    if not parts:
        return
    what = Text("校验", "checking")
    finished = 0
    tell(what, 0, of)
    for answer in workers.checked(parts, work, lambda part: journal.will_write(may_write(part, work.stems))):
        yield answer
        finished += sum(len(done.files) for done in answer)
        tell(what, finished, of)


def _summed_up(
    asked: Asked,
    every: Sequence[Submission],
    last: Sequence[Seen],
    work: Work,
    journal: Journal,
    lost: Mapping[tuple[str, str], Sequence[Away]],
    evidence: Sequence[FileOutcome],
) -> Outcome:
    """Put together what the journal has of this run, and its *evidence*; what an earlier one wrote and this one does not is taken away."""
    done = [journal.done[s.key] for s in every]
    again = [replace(s, files=moved) for s in every if (moved := tuple(f for f in s.files if f.moved))]
    names = {f.name for s in again for f in s.files}
    files = sorted((with_note(f, names, lost) for d in done for f in d.files), key=lambda f: f.name)
    misplaced = _misplaced(asked, files)
    files = sorted([*(_also(f, misplaced.get(f.name)) for f in files), *evidence], key=lambda f: f.name)
    missing = missing_of(done, last, journal.came, asked.policy) if asked.previous else []
    missing += waivers_of(done, asked.waivers, asked.policy, work.day, len(files))
    written = {w for d in done for w in d.written}
    for stale in journal.left_over(written, may_write(again, work.stems)):
        (asked.target / stale).unlink(missing_ok=True)
    papers = write_summary(files, missing, asked.policy, asked.target)
    return Outcome(files, missing, papers, 0, lost=lost, misplaced=misplaced)


def _misplaced(asked: Asked, files: Sequence[FileOutcome]) -> dict[str, Text]:
    """By name, the files whose head block says otherwise than their place, where the user has said what places mean."""
    if asked.pattern == PATTERN:
        return {}
    pattern = Pattern(asked.pattern)
    return {f.name: said for f in files if (said := pattern.contradicts(f)) is not None}


def _also(file: FileOutcome, note: Text | None) -> FileOutcome:
    """*file* with a *note* more."""
    if note is None:
        return file
    zh, en = file.why or ("", "")
    return replace(file, why=("；".join(filter(None, (zh, note.zh))), "; ".join(filter(None, (en, note.en)))))
