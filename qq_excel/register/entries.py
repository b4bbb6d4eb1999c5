"""An entry of the register, and the chain of hashes that ties each to all before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from qq_excel.language import Text

#: What an entry tells: a submission and what was found, a waiver that was used, a paper that was issued, a warning slip
#: and how far it is, a note.
Event = Literal["submission", "waiver", "paper", "slip", "note"]
#: How each is called.
EVENTS: dict[Event, Text] = {
    "submission": Text("报送", "submission"), "waiver": Text("豁免", "waiver"), "paper": Text("文书", "paper"),
    "slip": Text("预警通知单", "warning slip"), "note": Text("记事", "note"),
}  # fmt: skip
#: What the first entry is tied to.
START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry before it is written.

    ``subject`` is what it is about (a unit and period, a paper's name), ``content`` a digest of what it tells of
    it: an entry whose subject's newest entry has the same content is not written again.
    """

    event: Event
    subject: str
    content: str
    body: dict[str, Any] = field(default_factory=dict)
    unit: str | None = None
    period: str | None = None
    #: The claims that it is about, so that a claim's life finds it; those of a submission stand in its tables.
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in the register."""

    n: int
    at: str
    by: str
    entry: Entry
    hash: str

    def files_of(self, kind: str) -> list[str]:
        """The names of its files that have tables of *kind*."""
        return [f["path"] for f in self.entry.body["files"] if f["kind"] == kind]

    def hashed(self, before: str) -> str:
        """What its hash has to be when the entry before it has the hash *before*."""
        e = self.entry
        said = [
            before,
            self.n,
            self.at,
            self.by,
            e.event,
            e.subject,
            e.content,
            e.unit,
            e.period,
            list(e.claims),
            e.body,
        ]
        return hashlib.sha256(canonical(said).encode()).hexdigest()


def canonical(content: Any) -> str:
    """JSON that is the same wherever it was written."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(content: Any) -> str:
    """SHA-256 of *content* as :func:`canonical` writes it."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()
