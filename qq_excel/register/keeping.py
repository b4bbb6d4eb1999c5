"""Backup, restore, export. A backup is one zip that any database takes back: the entries as lines, the files as they are."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from qq_excel import zips
from qq_excel.errors import InputError, why_unreadable
from qq_excel.language import Text, many
from qq_excel.output import Part, looks_like_formula, same_zip, write_bytes, write_text, writing
from qq_excel.register.entries import EVENTS, START, Entry, Written, canonical

if TYPE_CHECKING:
    from qq_excel.register.register import Register

FORMAT, VERSION = "qq-excel-register", 1
_ENTRIES, _MANIFEST, _FILES = "entries.jsonl", "manifest.json", "files/"
_MANIFEST_MOST = 1 << 16
#: Bytes of the entries of a backup; a thousand units write some two megabytes a period.
_MOST = 4 << 30
#: What reading a damaged zip, or lines that are no entries, can end in.
_DAMAGED = (
    *zips.DAMAGED, OSError, ValueError, KeyError, TypeError, AttributeError
)  # fmt: skip


def back_up(register: Register, target: Path) -> tuple[int, str]:
    """Write the whole register to the zip *target*; the number of entries and the last hash.

    Only a register that is whole is backed up, and of what is there already only a backup is replaced. Raises :class:`InputError` and
    :class:`~qq_excel.errors.OutputError`.
    """
    _must_be_ours(target)
    broken = register.verify().broken
    if broken is not None:
        raise InputError(
            Text(
                f"登记簿第 {broken.n} 条：{broken.why.zh}。没有备份；请从上一份备份恢复，再查明原因。",
                f"Entry {broken.n} of the register: {broken.why.en}. Nothing was backed up; restore the last backup.",
            )
        )
    every = register.entries()
    head = every[-1].hash if every else START
    paths = sorted({f["path"] for w in every for f in w.entry.body.get("files", ())})
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "entries": len(every),
        "head": head,
        "files": len(paths),
    }
    parts: dict[str, Part] = {
        _MANIFEST: canonical(manifest).encode(),
        _ENTRIES: b"".join(canonical(_plain(w)).encode() + b"\n" for w in every),
        **{_FILES + path: partial(register.store.pieces, path) for path in paths},
    }
    same_zip(parts, target)
    return len(every), head


def _must_be_ours(target: Path) -> None:
    """Refuse to write over anything but an earlier backup: the register itself, say, or what was handed in."""
    if not target.is_file():
        return
    try:
        with zips.opened(target) as archive, archive.open(_MANIFEST) as manifest:
            if json.loads(manifest.read(_MANIFEST_MOST))["format"] == FORMAT:
                return
    except _DAMAGED:
        pass
    raise InputError(
        Text(
            f"{target}：这个文件不是登记簿备份，不能覆盖，没有备份。请换一个文件名。",
            f"{target} is no backup of a register and is never written over; nothing was backed up. Choose another name.",
        )
    )


def restore(register: Register, source: Path) -> int:
    """Put the backup *source* into an empty register; how many entries it has.

    The chain and every file are compared before anything is written; what was written is taken away again when it
    cannot be finished. Raises :class:`InputError` and :class:`~qq_excel.errors.OutputError`.
    """
    _must_be_empty(register)
    with _verified(source) as backup:
        return _put_back(register, backup)


def restore_at(url: str, tables: str | None, source: Path) -> int:
    """As :func:`restore`, into the register at *url*; where there is none there is a whole one afterwards, or none."""
    from qq_excel.register.database import new_file
    from qq_excel.register.register import open_register, tables_beside

    file = new_file(url)
    if file is None:
        with open_register(url, tables, blank=True) as register:
            return restore(register, source)
    with _verified(source) as backup, writing(file) as made:
        with open_register(str(made), tables or tables_beside(file)) as register:
            count = _put_back(register, backup)
        if file.exists():
            raise InputError(
                Text(
                    f"{file}：这时已有别人新建的登记簿，没有恢复。请恢复到另一个新的登记簿。",
                    f"{file}: somebody else has made a register there meanwhile; nothing was restored. Restore into another one.",
                )
            )
        return count


class _Backup(NamedTuple):
    """A backup that is whole: its entries, and the files that they name with their hashes."""

    archive: zipfile.ZipFile
    entries: list[Written]
    files: dict[str, str]


@contextmanager
def _verified(source: Path) -> Iterator[_Backup]:
    """The backup *source*, open, once all of it is compared. Raises :class:`InputError`."""
    try:
        file = source.open("rb")
    except OSError as error:
        why = why_unreadable(error)
        raise InputError(
            Text(f"{source}：打不开，{why.zh}。", f"{source}: cannot be opened: {why.en}.")
        ) from None
    with file, _whole(source), zips.opened(file) as archive:
        manifest = json.loads(archive.read(_MANIFEST))
        if manifest["format"] != FORMAT or manifest["version"] != VERSION:
            raise ValueError
        if archive.getinfo(_ENTRIES).file_size > _MOST:
            raise ValueError
        every = [_written(json.loads(line)) for line in archive.read(_ENTRIES).splitlines()]
        _must_be_whole(every, manifest["head"])
        contents = {f["path"]: f["sha256"] for w in every for f in w.entry.body.get("files", ())}
        for path, sha256 in contents.items():
            _member(archive, path, sha256)
        yield _Backup(archive, every, contents)


def _put_back(register: Register, backup: _Backup) -> int:
    """Write a backup into a register that is empty; how many entries it has."""
    # each file is read once more: whoever has the zip may have changed it meanwhile
    files = backup.files.items()
    register.put_back(
        backup.entries, lambda: ((p, _member(backup.archive, p, sha256)) for p, sha256 in files)
    )
    return len(backup.entries)


def _must_be_empty(register: Register) -> None:
    count, _ = (0, START) if register.database.blank else register.head()
    if count:
        raise InputError(
            Text(
                f"登记簿中已有 {count} 条。请恢复到一个新的登记簿。",
                f"The register has {many(count, 'entry', 'entries')}. Restore into a new one.",
            )
        )


@contextmanager
def _whole(source: Path) -> Iterator[None]:
    """What is wrong with the backup *source*, in one sentence. Raises :class:`InputError`."""
    try:
        yield
    except _DAMAGED as error:
        raise InputError(
            Text(
                f"{source}：不是完整的登记簿备份。请换一份。",
                f"{source}: this is no whole backup of a register. Take another one.",
            )
        ) from error


def _must_be_whole(every: list[Written], head: str) -> None:
    before = START
    for n, written in enumerate(every, 1):
        if written.n != n or written.hashed(before) != written.hash:
            raise ValueError
        before = written.hash
    if before != head:
        raise ValueError


def _member(archive: zipfile.ZipFile, path: str, sha256: str) -> bytes:
    """The file *path* of a backup, when it is what was written."""
    import hashlib

    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or ":" in path or "\\" in path:
        raise ValueError
    content = archive.read(_FILES + path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError
    return content


def export(register: Register, target: Path, **fits: Any) -> int:
    """Write the entries that fit for people (``.csv``) or programs (``.jsonl``); how many.

    Raises :class:`InputError` for another suffix.
    """
    entries = register.entries(**fits)
    if target.suffix == ".jsonl":
        write_text(target, "".join(canonical(_plain(w)) + "\n" for w in entries))
    elif target.suffix == ".csv":
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(["n", "at", "by", "event", "subject", "unit", "period", "claims", "body", "hash"])
        rows.writerows(_cells(w) for w in entries)
        write_bytes(target, b"\xef\xbb\xbf" + text.getvalue().encode())  # so that Excel reads it as UTF-8
    else:
        raise InputError(
            Text(
                f"{target.name}：导出文件请用 .csv 或 .jsonl。",
                f"{target.name}: export to a .csv or a .jsonl file.",
            )
        )
    return len(entries)


def _cells(w: Written) -> Iterator[str]:
    e = w.entry
    for value in (
        w.n,
        w.at,
        w.by,
        e.event,
        e.subject,
        e.unit,
        e.period,
        " ".join(e.claims),
        canonical(e.body),
        w.hash,
    ):
        text = "" if value is None else str(value)
        yield f"'{text}" if looks_like_formula(text) else text


def _plain(w: Written) -> dict[str, Any]:
    e = w.entry
    return {
        "n": w.n, "at": w.at, "by": w.by, "event": e.event, "subject": e.subject, "content": e.content, "unit": e.unit,
        "period": e.period, "claims": list(e.claims), "body": e.body, "hash": w.hash,
    }  # fmt: skip


def _written(line: dict[str, Any]) -> Written:
    """The entry of a line of a backup. Raises one of ``_DAMAGED`` when it is none."""
    names = [f[k] for f in line["body"].get("files", ()) for k in ("kind", "path", "sha256")]
    words = [line[k] for k in ("at", "by", "event", "subject", "content", "hash")] + line["claims"] + names
    maybe = [line[k] for k in ("unit", "period")]
    if line["event"] not in EVENTS or not all(
        isinstance(w, str) for w in [*words, *(m or "" for m in maybe)]
    ):
        raise ValueError
    entry = Entry(
        line["event"],
        line["subject"],
        line["content"],
        line["body"],
        line["unit"],
        line["period"],
        tuple(line["claims"]),
    )
    return Written(line["n"], line["at"], line["by"], entry, line["hash"])
