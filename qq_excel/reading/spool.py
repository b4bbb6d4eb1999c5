"""Tables that wait on the disk, so that thousands of workbooks can be sorted before any is checked.

A worker reads a file and leaves what it read in a file of its own; only a :class:`Sight` of it crosses the pipe.
"""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from qq_excel.reading import frames
from qq_excel.reading.attachments import evidence_of
from qq_excel.reading.book import read_workbook
from qq_excel.reading.model import UNREADABLE, FileFact, Table, Workbook
from qq_excel.reading.options import Options

#: Fields that make two rows of different units the same claim (XPD007).
_CLAIM = ("debtor", "contract_id", "occurred_on", "original")
#: Bytes that are read or written at once: a column each would be some sixty calls for a small workbook.
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Sight:
    """What is to be known of a workbook that was spooled."""

    sha256: str
    unit: str | None
    period: str | None
    #: (kind, 编制日期 or empty) of each table.
    tables: tuple[tuple[str, str], ...]
    rows: int
    #: The files beside it that its tables name (evidence), as they are written.
    evidence: tuple[str, ...]
    #: The claims of its tables, each as a number (64 bits, base64): who else reports one is to be checked beside it.
    claims: str
    #: Why it could not be read.
    refused: FileFact | None
    #: The latest as-of date of its tables (ISO), or empty.
    as_of: str = ""
    #: Whether somebody wrote to the file meanwhile, so that nothing read of it counts.
    changed: bool = False


def spool(
    path: Path,
    target: Path,
    *,
    as_of: dt.date | None = None,
    options: Options | None = None,
    home: Path | None = None,
) -> Sight:
    """Read *path* as :func:`~qq_excel.reading.read_workbook` does, and raise as it does; leave the tables in *target*."""
    before = _state(path)
    book = read_workbook(path, as_of=as_of, options=options, home=home)
    return leave(book, target, changed=before != _state(path))


def leave(book: Workbook, target: Path, *, changed: bool = False) -> Sight:
    """Leave a workbook that was read in *target*."""
    with target.open("wb", buffering=_BUFFER) as file:
        frames.send(file, book)
    days = [t.head["prepared_on"].value if "prepared_on" in t.head else None for t in book.tables]
    return Sight(
        sha256=book.sha256,
        unit=book.head("unit"),
        period=book.head("period"),
        tables=tuple(
            (t.kind.kind, day.isoformat() if isinstance(day, dt.date) else "")
            for t, day in zip(book.tables, days, strict=True)
        ),
        rows=sum(len(t.data) for t in book.tables),
        evidence=tuple(dict.fromkeys(path for t in book.tables for path in evidence_of(t))),
        claims=_claims(book),
        refused=next(
            (f for f in book.facts if f.rule in UNREADABLE and f.values.get("code") != "extension"), None
        ),
        as_of=max((day.isoformat() for t in book.tables if (day := t.as_of)), default=""),
        changed=changed,
    )


def take(target: Path) -> Workbook:
    """The workbook that was left in *target*."""
    with target.open("rb", buffering=_BUFFER) as file:
        book: Workbook = frames.receive(file)
    return book


def _claims(book: Workbook) -> str:
    found = b"".join(_digests(t) for t in book.tables if set(_CLAIM) <= set(t.columns))
    return base64.b64encode(found).decode()


def _digests(table: Table) -> bytes:
    """Of each row that has all of the claim's fields: a digest of what they say, the same on every machine and version."""
    import pyarrow as pa
    import pyarrow.compute as pc

    said = []
    for name in _CLAIM:
        column = table.data.batch[name]
        if pa.types.is_temporal(column.type):
            column = column.cast(pa.int64())  # seconds: how a date is written is up to the library
        said.append(column.cast(pa.large_string()))
    rows = pc.binary_join_element_wise(*said, pa.scalar("\x1f", pa.large_string())).drop_null()
    return b"".join(blake2b(row, digest_size=8).digest() for row in rows.cast(pa.large_binary()).to_pylist())


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
