"""What a run of papers has finished: a small journal in the output folder, so that an interrupted run resumes.

A file counts as finished when the journal was made from the same inputs and the file has the bytes that the journal
tells. What somebody has changed by hand since is never written over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Self

from qq_excel.digests import sha256_if_read
from qq_excel.errors import OutputError
from qq_excel.language import Text
from qq_excel.output import cannot_write, make_folder, write_text

_SCHEMA = 1


class Journal:
    """The journal of one paper in one folder. Lines are appended and flushed as files are finished."""

    def __init__(self, folder: Path, paper: str, key: str) -> None:
        self.path = folder / f".qq-{paper}.jsonl"
        self.folder = folder
        self.key = key
        self._file: IO[str] | None = None
        self._any = False
        #: File name to SHA-256, of the last run in this folder, and whether that had the same inputs.
        self._stamps: dict[str, str] = {}
        self.last, self.same = self._read()

    def __enter__(self) -> Self:
        try:
            make_folder(self.folder)
            kept = self.last if self.same else {}
            lines = [_line(n, told, self._stamps.get(n, "")) for n, told in kept.items()]
            write_text(self.path, "".join([json.dumps({"schema": _SCHEMA, "key": self.key}) + "\n", *lines]))
            self._any = bool(kept)
            self._file = self.path.open("a", encoding="utf-8", newline="\n")
        except OSError as error:
            raise cannot_write(self.path, error) from None
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            if failed and not self._any:  # nothing is finished, so there is nothing to resume
                self.path.unlink(missing_ok=True)

    def finished(self, name: str, stamp: Callable[[], str] = str) -> bool:
        """Whether *name* stands there as a run with the same inputs, and the same *stamp*, left it."""
        whole = self.same and name in self.last and sha256_if_read(self.folder / name) == self.last[name]
        return whole and self._stamps.get(name, "") == stamp()

    def done(self, name: str, stamp: str = "") -> None:
        """Note that *name* is complete, made of inputs with this *stamp*."""
        if self._file is not None:
            self._any = True
            self._file.write(_line(name, sha256_if_read(self.folder / name) or "", stamp))
            self._file.flush()

    def refuse_changed(self, names: Iterable[str], allowed: Path | None = None) -> None:
        """Raise :class:`OutputError` when one of *names* exists and is not what this program left there.

        *allowed* may be replaced all the same: it was read as an input of this run.
        """
        spared = allowed.resolve() if allowed else None
        changed = [
            n
            for n in names
            if (self.folder / n).exists()
            and (self.folder / n).resolve() != spared
            and sha256_if_read(self.folder / n) != self.last.get(n)
        ]
        if changed:
            more = Text("", "")
            if len(changed) > 1:
                more = Text(f"等 {len(changed)} 个文件", f" ({len(changed)} such files)")
            raise OutputError(
                Text(
                    f"{self.folder / changed[0]}{more.zh}：已经存在，而且不是本程序上次写出的样子（可能填写过），不覆盖。"
                    "请换一个文件夹，或先移走它们。",
                    f"{self.folder / changed[0]}{more.en}: exists and is not as this program left "
                    "it; it is not written over. Choose another folder or move it away.",
                )
            )

    def left_over(self, names: Iterable[str]) -> list[str]:
        """Files of the last run, still as it left them, that this run does not make any more."""
        now = set(names)
        return [
            n for n, told in self.last.items() if n not in now and sha256_if_read(self.folder / n) == told
        ]

    def _read(self) -> tuple[dict[str, str], bool]:
        try:
            first, *rest = self.path.read_text(encoding="utf-8").splitlines()
            head = json.loads(first)
            found: dict[str, str] = {}
            for text in rest:
                try:
                    entry = json.loads(text)
                except ValueError:
                    continue  # the line that was being written when the run broke off
                found[str(entry["file"])] = str(entry["sha256"])
                self._stamps[str(entry["file"])] = str(entry.get("of", ""))
        except (OSError, ValueError, KeyError, TypeError):
            return {}, False
        return found, isinstance(head, dict) and head.get("schema") == _SCHEMA and head.get("key") == self.key


def key_of(parts: Iterable[object]) -> str:
    """One hash over all that decides what comes out."""
    text = json.dumps([str(p) for p in parts], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _line(name: str, told: str, stamp: str = "") -> str:
    of = {"of": stamp} if stamp else {}
    return json.dumps({"file": name, "sha256": told, **of}, ensure_ascii=False) + "\n"
