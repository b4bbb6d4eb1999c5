"""Look at every file: a hash tells whether it is known; what is not is read by workers, its tables left on the disk."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from qq_excel import __version__, inputs
from qq_excel.batch.arrivals import Arrival
from qq_excel.batch.journal import Journal
from qq_excel.batch.model import Seen
from qq_excel.batch.submissions import Pattern, Submission
from qq_excel.batch.tasks import Read
from qq_excel.digests import sha256_if_read
from qq_excel.errors import InputError, why_unreadable
from qq_excel.language import Text
from qq_excel.reading.attachments import find_attachment
from qq_excel.reading.model import FileFact, Workbook
from qq_excel.reading.options import Options
from qq_excel.reading.refusal import said
from qq_excel.reading.spool import Sight, leave

#: (what is done now, how many files are done, of how many)
Progress = Callable[[Text, int, int], None]
#: Why a file waits for the next run.
GROWS = Text(
    "校验时文件仍在变化，可能还没有写完；写完后再校验一次",
    "it changed while it was read; run again once it is written",
)


#: Refusals that may be the machine's and not the file's, or that a password mends: the next run tries again.
_MAY_PASS = frozenset({"died", "fault", "seconds", "memory_bytes"})
_LOCKED = "FIL002"


class Look:
    """What there is to be seen of the files of a run."""

    def __init__(
        self,
        read: Read,
        options: Options,
        journal: Journal,
        room: Path,
        pattern: Pattern,
        as_of: dt.date | None,
        tell: Progress,
    ) -> None:
        self._read_file, self._options, self._journal = read, options, journal
        self._room, self._pattern = room, pattern
        self._as_of, self._tell = as_of, tell
        self._spools = 0
        self._ways: dict[Path, str] = {}
        self._previous: set[str] = set()
        #: Where each file lies, by name.
        self.places: dict[str, Path] = {}
        #: Where its evidence and mappings are, of those that lie elsewhere.
        self.homes: dict[str, Path] = {}
        #: The workbooks and archives that its tables name as evidence, and the first file that names each.
        self.evidence: dict[Path, str] = {}

    def at(self, files: Sequence[Arrival], prefix: str = "") -> list[Seen]:
        """Each of *files*, read unless the journal knows it."""
        out: list[Seen | None] = [None] * len(files)
        waiting: deque[tuple[int, Arrival, str, str, Future[Sight], Path]] = deque()
        for n, file in enumerate(files):
            name = prefix + file.name
            if file.home is not None:
                self.homes[name] = file.home
            if prefix:
                self._previous.add(name)
            unopened = file.link or (file.refused and file.zipped)  # its zip has one
            digest = "" if unopened else sha256_if_read(file.path)
            if file.refused or digest is None:
                why = file.refused or Text("打不开或读不到", "it cannot be opened or read")
                out[n] = self._unread(name, file, why, digest or "")
            elif (known := self._journal.known(name, digest, how := self._how(name, file.path))) is not None:
                self.places[name] = file.path
                out[n] = self._made(name, file, digest, how, known)
            else:
                self.places[name] = file.path
                target = self._spool()
                waiting.append((n, file, digest, how, self._submit(name, file.path, target), target))
        what = Text("读取上期", "reading the period before") if prefix else Text("读取", "reading")
        if files:
            self._tell(what, len(files) - len(waiting), len(files))
        while waiting:  # what was seen of a file is not held twice
            n, file, digest, how, future, target = waiting.popleft()
            out[n] = self._read(prefix + file.name, file, digest, how, future, target)
            self._tell(what, len(files) - len(waiting), len(files))
        return [s for s in out if s is not None]

    def spooled(self, submission: Submission) -> Submission:
        """*submission* with the tables of all its files on the disk."""
        return replace(
            submission,
            files=tuple(map(self._with_tables, submission.files)),
            before=tuple(map(self._with_tables, submission.before)),
        )

    # --- inside -----------------------------------------------------------------------------------

    def _with_tables(self, seen: Seen) -> Seen:
        if seen.spooled:
            return seen
        target = self._spool()
        place = self.places.get(seen.name)
        if place is None or seen.refused:
            self._leave_refused(seen.name, place, seen, target)
        else:
            sight = self._submit(seen.name, place, target).result()
            if sight.changed or sight.sha256 != seen.sha256:
                raise InputError(Text(f"{seen.name}：{GROWS.zh}。", f"{seen.name}: {GROWS.en}."))
            if sight.refused is not None:  # its password was known before, say, and is not now
                return replace(seen, spooled=str(target), refused=_said(sight.refused))
        return replace(seen, spooled=str(target))

    def _submit(self, name: str, path: Path, target: Path) -> Future[Sight]:
        # --as-of is for this period's workbooks
        as_of = None if name in self._previous else self._as_of
        return self._read_file(path, target, as_of, self.homes.get(name))

    def _read(
        self, name: str, file: Arrival, digest: str, how: str, future: Future[Sight], target: Path
    ) -> Seen:
        try:
            sight = future.result()
        except (InputError, OSError) as error:
            why = error.text if isinstance(error, InputError) else why_unreadable(error)
            return self._unread(name, file, why)
        if sight.changed or sight.sha256 != digest:
            return self._unread(name, file, GROWS)
        refused = _said(sight.refused) if sight.refused is not None else None
        what = {
            "unit": sight.unit, "period": sight.period, "tables": [list(t) for t in sight.tables], "rows": sight.rows,
            "refused": refused, "evidence": list(sight.evidence),
            "claims": sight.claims, "as_of": sight.as_of,
        }  # fmt: skip
        if not (fact := sight.refused) or not (fact.rule == _LOCKED or fact.values.get("code") in _MAY_PASS):
            self._journal.saw(name, digest, how, what)
        return replace(self._made(name, file, digest, how, what), spooled=str(target))

    def _made(self, name: str, file: Arrival, digest: str, how: str, what: dict[str, Any]) -> Seen:
        unit, period = self._pattern.of(file.name)
        return Seen(
            name=name, sha256=digest, written=file.written, unit=what["unit"] or unit, period=what["period"] or period,
            tables=tuple((k, d) for k, d in what["tables"]), rows=what["rows"],
            claims=what["claims"], as_of=what["as_of"],
            how=how + self._evidence(name, file.home or file.path.parent, what["evidence"]),
            refused=tuple(what["refused"]) if what["refused"] else None,
        )  # fmt: skip

    def _unread(self, name: str, file: Arrival, why: Text, digest: str = "") -> Seen:
        """A file that is not looked into. Without a *digest* it stays where it is: the next run may read it."""
        unit, period = self._pattern.of(file.name)
        if not file.refused:
            self.places[name] = file.path
        return Seen(name, digest, file.written, unit, period, refused=(why.zh, why.en))

    def _leave_refused(self, name: str, place: Path | None, seen: Seen, target: Path) -> None:
        zh, en = seen.refused or ("", "")
        fact = FileFact("FIL001", values={"reason": Text(zh, en), "code": "damaged"})
        leave(Workbook(str(place or name), name, seen.sha256, facts=[fact]), target)

    def _how(self, name: str, path: Path) -> str:
        """What else than its bytes decides what is read of the file *path*: limits, mappings, the as-of date."""
        folder = self.homes.get(name, path.parent)
        if folder not in self._ways:
            options = self._options
            mappings, wrong = options.mappings.near(folder / path.name)
            said = [
                __version__, options.limits.model_dump(), str(self._as_of), [[m.path.name, m.sha256] for m in mappings],
                wrong.zh if wrong else "",
            ]  # fmt: skip
            self._ways[folder] = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
        return self._ways[folder]

    def _evidence(self, name: str, folder: Path, named: Sequence[str]) -> str:
        """The state of the evidence files that the workbook *name* in *folder* names, as a digest; empty when it names none."""
        if not named:
            return ""
        state: list[object] = []
        for text in named:
            found = find_attachment(folder, text)
            status = found.path.stat() if found.path else None
            state.append([found.reason, (status.st_size, status.st_mtime_ns) if status else None])
            if found.path and found.path.suffix.lower() in inputs.ARCHIVES | inputs.SUFFIXES:
                self.evidence.setdefault(found.path, name)
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]

    def _spool(self) -> Path:
        self._spools += 1
        return self._room / f"{self._spools}.tables"


def _said(fact: FileFact) -> tuple[str, str]:
    why = said(fact)
    return why.zh, why.en
