"""An inbox that is watched: what arrives is checked once it is written, and answered beside it.

Each time something changes the batch is run over the inbox, which checks only what is new; its journal is what
survives a restart. Changes are told by the system; since network folders tell none, the inbox is also looked at now
and then.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qq_excel import inputs
from qq_excel.batch.asked import Asked, must_keep_out_of_the_inbox
from qq_excel.batch.journal import begun_in
from qq_excel.batch.look import GROWS
from qq_excel.batch.model import GRAVITY, STATES, FileOutcome
from qq_excel.batch.part import RETURNED
from qq_excel.batch.run import Outcome, run_batch
from qq_excel.digests import sha256_if_read
from qq_excel.errors import InputError, OutputError, QQExcelError
from qq_excel.language import Text, many, t
from qq_excel.output import cannot_write, must_be_writable, safe_name, told_apart, write_bytes, write_text

#: What the answer to a workbook is called, beside it.
RECEIPT = "_回执.txt"
#: A file and its name within the zip that it was in, if it was in one.
_Told = tuple[FileOutcome, str | None]
#: A line of a receipt: a file that was put beside the workbook.
_LISTED = re.compile(r"^  (.+)  SHA-256 ([0-9a-f]{64})$", re.MULTILINE)
#: Bytes of a name that answers may be named after: systems take 255, with what follows.
_LONGEST = 200
#: Seconds until the first look.
_SOON = 0.2
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Pace:
    """How an inbox is watched (seconds): a file counts once it has not changed for *settle*; a look every *every*."""

    settle: float = 2.0
    every: float = 60.0


def inboxes(asked: Asked) -> list[Path]:
    """The folders that are watched.

    Raises :class:`InputError` when one is no folder or would have its own results again, :class:`OutputError` when results or
    answers cannot be written from the start.
    """
    folders = [Path(p) for p in asked.inbox]
    for folder in folders:
        if not folder.is_dir():
            raise InputError(
                Text(f"{folder}：没有这个文件夹。请检查路径。", f"{folder}: no such folder. Check the path.")
            )
    must_keep_out_of_the_inbox(asked)
    for folder in (asked.target, *folders, *asked.moves.values()):
        must_be_writable(folder)
    return folders


def watch(
    asked: Asked,
    told: Callable[[Outcome | QQExcelError], None],
    stop: threading.Event,
    pace: Pace = Pace(),
    run: Callable[[Asked], Outcome] = run_batch,
) -> None:
    """Check the folders of *asked*, now and whenever something changes in them, until *stop* is set.

    *told* is given what each run came to, or why it could not be finished (then it is tried again). Raises as
    :func:`inboxes` does.
    """
    folders = inboxes(asked)
    known: object = None
    for _ in _changes(folders, stop, pace):
        state = _settled(folders, asked.target, stop, pace)
        if stop.is_set():
            return
        if state == known:
            continue
        try:
            if state:
                outcome = run(replace(asked, resume=begun_in(asked.target), anew=True))
                unanswered = answer(outcome.files, folders, asked.target)
                told(outcome)
                for error in unanswered:
                    told(error)
                if unanswered or any(f.why == (GROWS.zh, GROWS.en) for f in outcome.files):
                    continue  # known stays: it is looked at again though nothing should change any more
            known = state
        except QQExcelError as error:
            told(error)


def answer(files: Sequence[FileOutcome], folders: Sequence[Path], target: Path) -> list[OutputError]:
    """Write beside each workbook or zip of the inbox what became of it, with the results that go back to its unit.

    One that cannot be answered keeps none of the others waiting; why is handed back.
    """
    from qq_excel.batch.part import stems_of
    from qq_excel.papers.names import BOOK, COPY

    failed: list[OutputError] = []
    stems = stems_of(f.name for f in files)
    for place, mine in _places(files, folders).items():
        try:
            results: dict[str, Path] = {}
            for file, inner in mine:
                if file.state not in ("rejected", "quarantined"):
                    continue
                first = target / RETURNED / f"{stems[file.name]}{BOOK}"
                stem = first.name.removesuffix(BOOK)
                own = _fitting(place.stem) if inner is None else _own_stem(place, inner)
                for result in (first, *sorted(first.parent.glob(f"{glob.escape(stem)}{COPY}.*"))):
                    if result.exists():
                        results[f"{own}{result.name[len(stem) :]}"] = result
            _answer(mine, place, results)
        except OutputError as error:
            failed.append(error)
        except OSError as error:
            failed.append(cannot_write(Path(error.filename or _receipt_of(place)), error))
    return failed


def _answer(mine: Sequence[_Told], place: Path, results: Mapping[str, Path]) -> None:
    """The receipt of one workbook or zip, and its results under their names beside it.

    The receipt lists what was put there, by hash: only that is ever replaced or taken away.
    """
    receipt = _receipt_of(place)
    # somebody may have changed it, in an editor that writes GBK
    before = receipt.read_text(encoding="utf-8-sig", errors="replace") if receipt.exists() else ""
    ours = {name: digest for name, digest in _LISTED.findall(before) if _is_plain(name)}
    given: dict[str, str] = {}
    for name, result in results.items():
        beside = place.with_name(name)
        content = result.read_bytes()
        given[name] = hashlib.sha256(content).hexdigest()
        is_there = sha256_if_read(beside)
        if is_there is None or is_there == ours.get(name) != given[name]:
            write_bytes(beside, content)
        elif is_there != given[name]:
            given[name] = ""  # somebody's own file of that name
    for name, digest in ours.items():
        if name not in given and sha256_if_read(place.with_name(name)) == digest:
            place.with_name(name).unlink(missing_ok=True)
    words = _receipt(mine, place, given)
    if before != words:
        write_text(receipt, "\ufeff" + words)  # so that every editor reads it as UTF-8


def _own_stem(zipped: Path, inner: str) -> str:
    """What the results of a workbook in a zip are called, beside the zip."""
    whole = f"{zipped.stem}_{inner.rpartition('.')[0] or inner}".replace("/", "_")
    if (safe := safe_name(whole)) == whole:
        return safe
    return told_apart(safe[:70], inner)


def _fitting(name: str) -> str:
    """*name*, or a shorter one where a system would not take it with what follows."""
    return name if len(os.fsencode(name)) <= _LONGEST else told_apart(safe_name(name)[:60], name)


def _receipt_of(place: Path) -> Path:
    return place.with_name(f"{_fitting(place.name)}{RECEIPT}")


def _is_plain(name: str) -> bool:
    """Whether *name* is that of a file in the same folder."""
    return name not in (".", "..") and not set(name) & set("/\\:\0")


def _receipt(mine: Sequence[_Told], place: Path, given: Mapping[str, str]) -> str:
    lines = []
    if mine[0][1] is not None:
        worst = max((file.state for file, _ in mine), key=GRAVITY.index)
        count = t(f"{len(mine)} 个文件", f"{many(len(mine), 'file')}")
        lines.append(f"{_line(place.name)}：{STATES[worst]}（{count}）")
    for file, inner in mine:
        lines.append(f"{_line(place.name if inner is None else inner)}：{STATES[file.state]}")
        lines.append(f"SHA-256 {file.sha256}" if file.sha256 else "")
        if file.why:
            lines.append(_line(str(Text(*file.why))))
        if file.state in ("accepted", "rejected"):
            errors, warnings, unjudged = (file.counts.get(level, 0) for level in ("E", "W", "?"))
            counted = t(
                f"错误 {errors} 条，警告 {warnings} 条",
                f"{many(errors, 'error')}, {many(warnings, 'warning')}",
            )
            more = t(f"，无法判断 {unjudged} 条", f", {unjudged} not judged") if unjudged else ""
            lines.append(counted + more)
    for name, digest in sorted(given.items()):
        said = _line(name)
        taken = t(f"没有写出 {said}：已有同名的文件", f"{said} was not written: there is a file of that name")
        lines.append(f"  {said}  SHA-256 {digest}" if digest else taken)
    return "\n".join(line for line in lines if line) + "\n"


def _line(foreign: str) -> str:
    """A name that others chose, on one line: what follows a line break must not pass for a file that we put there."""
    return _BREAKS.sub("_", foreign)


def _changes(folders: Sequence[Path], stop: threading.Event, pace: Pace) -> Iterator[None]:
    """At once, then whenever the system tells of a change or *pace* asks for a look."""
    try:
        from watchfiles import watch as notified
    except ImportError:
        raise InputError(
            Text(
                "监视文件夹需要另装 watchfiles。请运行 pip install 'qq-excel[watch]'。",
                "To watch a folder watchfiles is needed. Run pip install 'qq-excel[watch]'.",
            )
        ) from None
    looked: float | None = None
    soon = int(min(pace.every, _SOON) * 1000)
    # what comes while the first files are checked is told too: it watches from the first step on
    for changes in notified(
        *folders, stop_event=stop, rust_timeout=soon, yield_on_timeout=True, raise_interrupt=True
    ):
        if changes or looked is None or time.monotonic() - looked >= pace.every:
            yield
            looked = time.monotonic()


def _settled(
    folders: Sequence[Path], target: Path, stop: threading.Event, pace: Pace
) -> dict[str, tuple[int, int]]:
    """What the inbox holds, once nothing has changed for a while."""
    state = _state(folders, target)
    while not stop.wait(pace.settle):
        now = _state(folders, target)
        if now == state:
            return now
        state = now
    return state


def _state(folders: Sequence[Path], target: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file that may count; not of our own answers and results."""
    out: dict[str, tuple[int, int]] = {}
    results = os.path.realpath(target)
    for folder in folders:
        for top, inside, names in os.walk(folder):
            inside[:] = [
                d for d in inside if not d.startswith(".") and os.path.realpath(Path(top, d)) != results
            ]
            for name in names:
                if name.startswith((".", "~$")) or name.endswith((*inputs.OWN_SUFFIXES, RECEIPT)):
                    continue
                path = Path(top, name)
                try:
                    status = path.stat()
                except OSError:
                    continue
                out[str(path)] = (status.st_size, status.st_mtime_ns)
    return out


def _places(files: Sequence[FileOutcome], folders: Sequence[Path]) -> dict[Path, list[_Told]]:
    """What each workbook and zip of the inbox is to be told; what was moved away is told nothing."""
    out: dict[Path, list[_Told]] = {}
    for file in files:
        place = _place(file.name, folders)
        if place is not None:
            out.setdefault(place, []).append((file, None))
            continue
        parts = file.name.split("/")
        ends = (n for n, part in enumerate(parts[:-1], 1) if part.lower().endswith(".zip"))
        for n in ends:
            zipped = _place("/".join(parts[:n]), folders)
            if zipped is not None:
                out.setdefault(zipped, []).append((file, "/".join(parts[n:])))
                break
    return out


def _place(name: str, folders: Sequence[Path]) -> Path | None:
    """Where the workbook lies that a batch calls *name*."""
    for folder in folders:
        within = name
        if len({os.path.realpath(f) for f in folders}) > 1:
            first, _, within = name.partition("/")
            if first != folder.resolve().name:
                continue
        place = folder / within
        if place.is_file():
            return place
    return None
