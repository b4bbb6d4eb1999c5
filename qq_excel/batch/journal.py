"""The journal of a batch: one JSON line for what is finished, on the disk before the next begins.

A last line that breaks off (power, kill -9, a full disk) is as if it had not been written; any other that is not understood
is another version's, and nothing of it is taken away. One run at a time holds it (a file beside it, since it is replaced by a
shorter one when it has grown).
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from qq_excel.batch.again import take_away
from qq_excel.batch.model import Away, Done, Move
from qq_excel.errors import InputError, OutputError
from qq_excel.language import Text
from qq_excel.output import cannot_write, make_folder, writing

#: The folder of the batch's own files below the results, and the journal in it.
FOLDER, NAME = ".qq-batch", "journal.jsonl"
#: What a run holds against others, in the same folder.
LOCK = "lock"
_PATIENCE = 2.0
#: A journal is shortened when it has so many times the lines that it needs.
_WORDY = 2
FORMAT, VERSION = "qq-excel-batch", 1


def begun_in(target: Path) -> bool:
    """Whether a batch was ever begun in *target*."""
    return (target / FOLDER / NAME).exists()


class Journal:
    """The journal of the results in *target*. As a context it is held against other runs."""

    def __init__(self, target: Path) -> None:
        self.path = target / FOLDER / NAME
        self._file: IO[bytes] | None = None
        self._lock: IO[bytes] | None = None
        self._lines = 0
        #: Finished submissions by key, the newest of each.
        self.done: dict[str, Done] = {}
        #: Everything that was ever written or about to be, below *target*.
        self.written: set[str] = set()
        #: Which submission has written a result last; those some of whose results others may have written over since.
        self._owner: dict[str, str] = {}
        self._spoilt: set[str] = set()
        #: The run that was begun and not ended, as it was asked for.
        self.unfinished: dict[str, Any] | None = None
        #: Moves that were decided on.
        self.moves: list[Move] = []
        #: The submissions of the run that decided on them.
        self.keys: list[str] = []
        #: Results of submissions whose files were moved away: they stay though the inbox has them no longer.
        self.settled: set[str] = set()
        #: What those submissions spoke for: (period, unit, kind, workbook). The units have handed that in.
        self.came: set[tuple[str, str, str, str]] = set()
        #: What was accepted and moved away, by unit and period: the newest of each table.
        self.away: dict[tuple[str, str], list[Away]] = {}
        #: What of the inbox the tables of workbooks which were moved away name as evidence.
        self.evidence: set[Path] = set()
        #: Which upload of this run was begun last, and what of it is where it belongs, by name and hash.
        self.upload = ""
        self.sent: dict[str, str] = {}
        #: Where the line of each file that was read begins. The lines stay on the disk: with claims they are the most of it.
        self._seen: dict[bytes, int] = {}
        #: Those of this run.
        self._met: set[bytes] = set()
        #: How long the journal is.
        self._size = 0

    def __enter__(self) -> Journal:
        try:
            make_folder(self.path.parent)
            self._lock = self.path.with_name(LOCK).open("ab")
        except OSError as error:
            raise cannot_write(self.path, error) from None
        try:
            _lock_soon(self._lock)
        except OSError:
            self._lock.close()
            where = self.path.parent.parent
            raise InputError(
                Text(
                    f"{where}：另一个批量校验正在写这个文件夹。请等它结束，或换一个文件夹。",
                    f"{where}: another batch writes to this folder. Wait for it, or choose another one.",
                )
            ) from None
        try:
            for left in self.path.parent.glob(
                ".qq-*"
            ):  # of a run that was ended while it shortened the journal
                left.unlink(missing_ok=True)
            self._file = self.path.open("a+b")
            self._read()
        except OSError as error:
            self._close()
            raise cannot_write(self.path, error) from None
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        for file in (self._file, self._lock):
            if file is not None:
                file.close()  # and lets go of it

    def begin(self, asked: dict[str, Any]) -> None:
        """A run begins, asked for like this."""
        self._write("begin", {"format": FORMAT, "version": VERSION, "asked": asked})
        self.unfinished = asked

    def will_write(self, paths: Sequence[str]) -> None:
        """These results may be written or taken away from now on. So a run that breaks off leaves none that nobody knows of,
        and none that passes for the result of the submission that wrote it before.
        """
        new = [p for p in paths if p not in self.written or p in self._owner]
        if new:
            self._write("writes", {"paths": new})
            self._announce(new)

    def _announce(self, paths: Sequence[str]) -> None:
        self.written.update(paths)
        self._spoilt.update(self._owner.pop(path) for path in paths if path in self._owner)

    def left_over(self, written: set[str], anew: Collection[str] = ()) -> list[str]:
        """What earlier runs wrote and this one, which gives what is *written*, does not: it is about to be taken away.

        Results of files that were moved away stay, except for *anew*: those this run gives again or not at all.
        """
        out = sorted(self.written - written - self.settled.difference(anew))
        self.will_write(out)
        return out

    def has(self, key: str) -> bool:
        """Whether the submission *key* is finished and its results are still its own."""
        return key in self.done and key not in self._spoilt

    def finished(self, part: Sequence[Done]) -> None:
        """Submissions are finished: all that they have to write is written."""
        for done in part:
            self._write("done", done.as_json(), sync=done is part[-1])
            self._take(done)

    def known(self, name: str, sha256: str, how: str) -> dict[str, Any] | None:
        """What an earlier run has seen of a file, by name, content and how it is read."""
        file = _file_id(name, sha256, how)
        self._met.add(file)
        if file not in self._seen:
            return None
        what: dict[str, Any] = json.loads(self._line_at(self._seen[file]))["is"]
        return what

    def saw(self, name: str, sha256: str, how: str, what: dict[str, Any]) -> None:
        """A file was read. Not waited for: should it get lost, the file is read again."""
        at = self._size
        self._write("seen", {"name": name, "sha256": sha256, "how": how, "is": what}, sync=False)
        self._seen[_file_id(name, sha256, how)] = at

    def _find(self, at: int, name: str, sha256: str, how: str, **entry: Any) -> None:
        """The line of a file begins *at*."""
        if not isinstance(entry["is"], dict):
            raise TypeError(entry)
        self._seen[_file_id(name, sha256, how)] = at

    def will_move(
        self, moves: list[Move], keys: list[str], gone: list[str], evidence: Collection[str] = ()
    ) -> None:
        """These files are going to be moved, now that all submissions *keys* of the run are done: files of the submissions
        *gone*. What they name as *evidence* stays.
        """
        self._write("moves", {"moves": moves, "keys": keys, "gone": gone, "evidence": list(evidence)})
        self._moves(moves, keys, gone, evidence)

    def _moves(self, moves: list[Move], keys: list[str], gone: list[str], evidence: Iterable[str]) -> None:
        self.moves, self.keys = moves, keys
        self.evidence.update(map(Path, evidence))
        self.settled.update(w for key in gone for w in self.done[key].written)
        for one in map(self.done.__getitem__, gone):
            periods = {f.period for f in one.files if f.period}
            self.came.update((period, *spoken) for period in periods for spoken in one.now)
            take_away(self.away, one.files, moves)

    def will_send(self, upload: str) -> None:
        """Results are going to be put where the run was told to put them."""
        self._write("upload", {"upload": upload})
        self.upload, self.sent = upload, {}

    def has_sent(self, name: str, sha256: str) -> None:
        """One of them is there. Not waited for: should it get lost, it is put there again."""
        self._write("sent", {"name": name, "sha256": sha256}, sync=False)
        self.sent[name] = sha256

    def end(self, keys: Collection[str] | None = None) -> None:
        """The run is finished. Where *keys* tells its submissions, what the next run does not need may go."""
        self._write("end", {})
        self._ended()
        if keys is not None:
            self._shorten(keys)

    def _shorten(self, keys: Collection[str]) -> None:
        """Take away the lines that say nothing new, once they are most of them.

        The new journal takes the old one's place whole or not at all; where it cannot be written the old one is as good.
        """
        done = [self.done[key] for key in keys if self.has(key)]
        seen = sorted(self._seen[file] for file in self._met if file in self._seen)
        if self._lines <= _WORDY * (len(done) + len(seen) + 3):
            return
        settled = sorted(path for path in self.settled if (self.path.parent.parent / path).exists())
        assert self._file is not None  # noqa: S101 - within the context
        with suppress(OutputError), writing(self.path) as temporary:
            with temporary.open("wb") as file:
                file.write(_line("begin", {"format": FORMAT, "version": VERSION, "asked": {}}))
                file.writelines(map(self._line_at, seen))
                file.writelines(_line("done", one.as_json()) for one in done)
                away = [one for every in self.away.values() for one in every]
                evidence = sorted(str(path) for path in self.evidence if path.exists())
                what = {"paths": settled, "came": sorted(self.came), "away": away, "evidence": evidence}
                file.write(_line("settled", what))
                file.write(_line("end", {}))
            self._file.close()  # on Windows a file that is open cannot be replaced

    def _ended(self) -> None:
        self.unfinished, self.moves = None, []
        self.upload, self.sent = "", {}

    def _take(self, done: Done) -> None:
        self.done[done.key] = done
        self.written.update(done.written)
        self._spoilt.discard(done.key)
        self._owner.update(dict.fromkeys(done.written, done.key))

    def _write(self, what: str, content: dict[str, Any], *, sync: bool = True) -> None:
        assert self._file is not None  # noqa: S101 - within the context
        try:
            self._size += self._file.write(_line(what, content))
            self._lines += 1
            self._file.flush()
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def _line_at(self, place: int) -> bytes:
        assert self._file is not None  # noqa: S101 - within the context
        try:
            self._file.seek(place)
            return self._file.readline()
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def _read(self) -> None:
        assert self._file is not None  # noqa: S101
        self._file.seek(0)
        broken = None
        for n, line in enumerate(self._file, 1):
            if broken is not None:  # it is not the last line: it did not just break off
                raise self._foreign(broken)
            try:
                entry = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                entry = None
            if entry is None:
                broken = n
                continue
            try:
                self._apply(entry, self._size)
            except (ValueError, KeyError, TypeError):
                raise self._foreign(n) from None
            self._size += len(line)
            self._lines = n
        if broken is not None:
            self._file.truncate(self._size)

    def _foreign(self, line: int) -> InputError:
        return InputError(
            Text(
                f"{self.path}：第 {line} 行看不懂，由另一版本的 qq-excel 写成，或被改动过。没有动它；请用写它的版本，或换一个结果文件夹。",
                f"{self.path}: line {line} is not understood: written by another version of qq-excel, or changed since."
                " It was left as it is; use that version, or choose another folder for the results.",
            )
        )

    def _apply(self, entry: Any, at: int) -> None:
        if entry["what"] == "begin":
            if entry["format"] != FORMAT or entry["version"] != VERSION:
                raise ValueError
            self.unfinished, self.moves = entry["asked"], []
        elif entry["what"] == "done":
            self._take(Done.of(entry))
        elif entry["what"] == "moves":
            moves = [Move(*m) for m in entry["moves"]]
            self._moves(moves, entry["keys"], entry["gone"], entry.get("evidence", ()))
        elif entry["what"] == "seen":
            self._find(at, **entry)
        elif entry["what"] == "writes":
            self._announce(entry["paths"])
        elif entry["what"] == "settled":
            self.settled.update(entry["paths"])
            self.evidence.update(map(Path, entry.get("evidence", ())))
            self.came.update((p, u, k, f) for p, u, k, f in entry.get("came", ()))
            for one in (Away(*a) for a in entry.get("away", ())):
                self.away.setdefault((one.unit, one.period), []).append(one)
        elif entry["what"] == "upload":
            self.upload, self.sent = entry["upload"], {}
        elif entry["what"] == "sent":
            self.sent[entry["name"]] = entry["sha256"]
        elif entry["what"] == "end":
            self._ended()
        else:
            raise ValueError(entry["what"])


def _file_id(name: str, sha256: str, how: str) -> bytes:
    """What a file goes by: some bytes for long texts."""
    said = "\0".join((name, sha256, how)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=16).digest()


def _line(what: str, content: dict[str, Any]) -> bytes:
    line = json.dumps({"what": what, **content}, ensure_ascii=False, separators=(",", ":"))
    return line.encode("utf-8", "surrogatepass") + b"\n"  # a folder's name may be any bytes


def _lock_soon(file: IO[bytes]) -> None:
    """:func:`_lock`, tried for a moment: of a run that was killed a child may hold the file until it is a program of its own."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return _lock(file)
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)


def _lock(file: IO[bytes]) -> None:
    """Hold *file* against other programs, as far as the system can. Raises :class:`OSError` when one holds it."""
    try:
        import fcntl  # not on Windows
    except ImportError:
        import msvcrt

        file.seek(1 << 40)  # a byte that nobody reads: locks on Windows keep others from reading
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
