"""What a batch knows of each file and submission, in the form that the journal keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple

from qq_excel.language import Text

#: ``accepted`` and ``rejected`` were checked; a ``superseded`` file was handed in again; a ``quarantined`` one
#: could not be read; ``evidence`` was not handed in to be checked: a table names it, and it has none of ours.
State = Literal["accepted", "rejected", "superseded", "quarantined", "evidence"]
#: How they are called, in the order in which they are shown.
STATES: dict[State, Text] = {
    "accepted": Text("通过", "accepted"), "rejected": Text("退回修改", "to be mended"),
    "superseded": Text("已被重报取代", "handed in again"), "quarantined": Text("隔离", "quarantined"),
    "evidence": Text("证据附件", "evidence"),
}  # fmt: skip
#: What a file that was handed in can come to. Evidence stays where the tables say that it is.
HANDED_IN: tuple[State, ...] = ("accepted", "rejected", "superseded", "quarantined")
#: What of several files counts for all of them: the last of these that one of them is.
GRAVITY: tuple[State, ...] = ("evidence", "accepted", "superseded", "rejected", "quarantined")


def totals(files: Sequence[FileOutcome]) -> list[str]:
    """How many of *files* came to what, in words; evidence only where there is some."""
    counts = Counter(f.state for f in files)
    return [f"{words} {counts[s]}" for s, words in STATES.items() if s in HANDED_IN or counts[s]]


#: What the names of the previous period's files begin with, so that they are none of this period's.
PREVIOUS = "--previous/"


@dataclass(frozen=True, slots=True)
class Seen:
    """One file after reading: what it is, and what stands in it."""

    name: str
    sha256: str
    written: float
    unit: str | None = None
    period: str | None = None
    #: (kind, 编制日期) of its tables, and their rows.
    tables: tuple[tuple[str, str], ...] = ()
    rows: int = 0
    #: Why it could not be read, in both languages; None when it was.
    refused: tuple[str, str] | None = None
    #: Its claims as numbers (:class:`qq_excel.reading.spool.Sight`).
    claims: str = ""
    #: The latest as-of date of its tables, if any.
    as_of: str = ""
    #: What else decided what was read of it (limits, mappings …), as a digest.
    how: str = ""
    #: Where its tables wait to be checked.
    spooled: str = ""
    #: Accepted by an earlier run and moved away: whatever came now is later.
    moved: bool = False


@dataclass(slots=True)
class FileOutcome:
    """What became of one file."""

    name: str
    state: State
    unit: str | None = None
    period: str | None = None
    kinds: list[str] = field(default_factory=list)
    rows: int = 0
    #: Open findings by level.
    counts: dict[str, int] = field(default_factory=dict)
    #: Open findings by rule; those of them that say that the rule cannot be judged.
    rules: dict[str, int] = field(default_factory=dict)
    unjudged: dict[str, int] = field(default_factory=dict)
    #: Why it is in quarantine, what takes its place or who names it, in both languages.
    why: tuple[str, str] | None = None
    sha256: str = ""
    #: 编制人 of the head block.
    prepared_by: str | None = None
    #: What it changed of what its unit had handed in before for the period, in the language of the run: the first of it.
    changes: list[str] = field(default_factory=list)


class Move(NamedTuple):
    """A file of the inbox that is to be moved, as long as it is the one that was read."""

    origin: str
    target: str
    #: Of the content that was read; empty (of an older version) is nobody's.
    sha256: str = ""
    #: What it was called in the inbox.
    name: str = ""


class Away(NamedTuple):
    """A workbook that was accepted and moved away, perhaps in a zip: where it is, and what it was."""

    name: str
    sha256: str
    unit: str
    period: str
    kinds: Sequence[str]
    #: The file that it is or is in, and what that was called in the inbox.
    place: str
    parcel: str
    #: Where it lay: its evidence and mappings are still there.
    home: str


@dataclass(slots=True)
class Done:
    """A submission that is finished: its key, what became of its files, what was written (below the results' folder)."""

    key: str
    files: list[FileOutcome]
    written: list[str] = field(default_factory=list)
    #: (unit, kind, workbook) that it speaks for, now and by the previous period's workbooks.
    now: list[tuple[str, str, str]] = field(default_factory=list)
    before: list[tuple[str, str, str]] = field(default_factory=list)
    #: How many of its findings each waiver of the run answers.
    hits: list[int] = field(default_factory=list)
    #: What the register's store keeps of it: kind, path, sha256.
    kept: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The journal's line for it."""
        files = [{f.name: getattr(file, f.name) for f in fields(FileOutcome)} for file in self.files]
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"files": files}

    @classmethod
    def of(cls, line: dict[str, Any]) -> Done:
        """From the journal's line."""
        files = [FileOutcome(**{**f, "why": tuple(f["why"]) if f["why"] else None}) for f in line["files"]]
        now, before = ([(a, b, c) for a, b, c in line[k]] for k in ("now", "before"))
        return cls(line["key"], files, line["written"], now, before, line["hits"], line["kept"])
