"""Results that go to a URL: an object store (s3, gs …), or another place that fsspec can write to.

A run works in a folder of this computer (:mod:`qq_excel.batch.state`); when all is there, what is new or differs is put to the
URL, each file whole, and what an earlier run put there and this one does not give is taken away. ``manifest.json`` tells what is
there and by which hash. While that changes it says so, and which files may be either; so a run that was ended at any moment is
made good by the next, whoever runs it. ``batch.json`` is put when all else is there, the manifest last.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from qq_excel.batch.arrivals import before_the_first_star
from qq_excel.batch.journal import FOLDER, Journal
from qq_excel.batch.lock import Lock, TakenError
from qq_excel.batch.look import Progress
from qq_excel.batch.part import RETURNED, TABLES
from qq_excel.batch.state import holder_of
from qq_excel.batch.summary import BOOK, DOCUMENT
from qq_excel.batch.tasks import in_turn
from qq_excel.digests import sha256_of
from qq_excel.errors import InputError, OutputError, QQExcelError
from qq_excel.language import Text
from qq_excel.output import cannot_write
from qq_excel.urls import UNFINISHED, Place, is_remote, without_user

#: What tells what is there.
MANIFEST = "manifest.json"
_FORMAT, _VERSION = "qq-excel-batch-results", 1
#: Bytes of a manifest at most; it has some two hundred a file.
_MOST = 1 << 28
#: So many files are put at a time where the place takes that.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds."""

    sha256: str
    size: int


@dataclass(slots=True)
class Manifest:
    """What is at a URL."""

    files: dict[str, Content] = field(default_factory=dict)
    #: Files that stay though the inbox has their workbooks no longer: these were moved away.
    settled: list[str] = field(default_factory=list)
    #: The upload that is under way or broke off, and the files that are or are not yet what is said here.
    upload: str = ""
    open: list[str] = field(default_factory=list)

    def written(self) -> bytes:
        """The object."""
        files = {name: asdict(self.files[name]) for name in sorted(self.files)}
        document: dict[str, object] = {
            "format": _FORMAT, "version": _VERSION, "complete": not self.upload, "files": files, "settled": sorted(self.settled),
        }  # fmt: skip
        if self.upload:
            document |= {"upload": self.upload, "open": sorted(self.open)}
        return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"

    @classmethod
    def of(cls, content: bytes) -> Manifest:
        """From the object. Raises ValueError, KeyError, TypeError or AttributeError when it is none that is understood."""
        document = json.loads(content)
        if document["format"] != _FORMAT or document["version"] != _VERSION:
            raise ValueError
        files = {n: Content(str(c["sha256"]), int(c["size"])) for n, c in document["files"].items()}
        found = cls(
            files, list(document["settled"]), str(document.get("upload", "")), list(document.get("open", ()))
        )
        if not all(map(_is_result, (*files, *found.open))) or not files.keys() >= set(found.settled):
            raise ValueError  # what it names is put over or taken away
        return found


def _is_result(name: str) -> bool:
    """Whether *name* could be that of a result."""
    parts = PurePosixPath(name).parts
    inside = len(parts) > 1 and parts[0] in (RETURNED, TABLES) and "/".join(parts) == name
    return name in (BOOK, DOCUMENT) or (inside and ".." not in parts and "\\" not in name)


def must_be_apart(url: str, inbox: Sequence[str]) -> None:
    """Refuse a *url* in the inbox, or around it: results would come in again. Raises :class:`InputError`."""
    mine = _whole_url(url)
    # a glob of this computer names files, not all that lies around them
    for other in (_whole_url(p) for p in inbox if is_remote(p) or Path(p).exists()):
        if mine.startswith(other) or other.startswith(mine):
            raise InputError(
                Text(
                    f"{without_user(url)}：结果的地址不能在收件夹里面，也不能包含收件夹，否则结果会被当作来件。请换一个地址。",
                    f"{without_user(url)}: the URL for results must neither lie in the inbox nor hold it; choose another.",
                )
            )


def _whole_url(place: str) -> str:
    """The fixed part of a path or URL, so that two can be compared; a folder of this computer as ``file://``."""
    fixed = "/".join(before_the_first_star(without_user(place).split("/"))).rstrip("/")
    scheme, separator, path = fixed.partition("://")
    if not separator or scheme in ("file", "local"):
        fixed = f"file://{Path(path if separator else fixed).resolve().as_posix()}"
    return f"{fixed}/"


@contextmanager
def held(url: str, folder: Path) -> Iterator[Published | None]:
    """The place of a run's results, if it is a *url*, held against other runs as far as it can be.

    To be entered by whoever holds the journal of *folder*. Raises :class:`InputError` when another run holds it, or what is
    there is not ours, :class:`OutputError` when it cannot be written.
    """
    if not url:
        yield None
        return
    place = Place(url)
    with Lock(place, holder_of(folder, url)) as lock:
        published = Published(place, lock)
        published.manifest()  # refused now rather than in the end
        yield published


class Published:
    """The place of a run's results by URL."""

    def __init__(self, place: Place, lock: Lock) -> None:
        self._place = place
        self._lock = lock

    def manifest(self) -> Manifest:
        """What is there by what the last run said. Raises :class:`InputError` when another program said it."""
        content = self._place.read(MANIFEST, _MOST)
        if content is None:
            return Manifest()
        try:
            return Manifest.of(content)
        except (ValueError, KeyError, TypeError, AttributeError):
            where = without_user(self._place.at(MANIFEST))
            raise InputError(
                Text(
                    f"{where}：看不懂，不是 qq-excel 写的，或由另一版本写成，或被改动过。没有动它；请换一个地址，或用写它的版本。",
                    f"{where} is not understood: not written by qq-excel, or by another version, or changed since. It was left as"
                    " it is; choose another URL, or use that version.",
                )
            ) from None

    def _sizes(self) -> dict[str, int]:
        """The files that are there, as far as they may concern a batch, with their sizes."""
        out = self._place.sizes(deep=False)
        for folder in (RETURNED, TABLES, FOLDER):
            out |= self._place.sizes(folder)
        return out

    def put(
        self, folder: Path, journal: Journal, keys: Iterable[str], gone: Iterable[str], tell: Progress
    ) -> tuple[int, int]:
        """Make the place equal to *folder*: the results of the submissions *keys*, and of earlier runs what is settled. So are
        from now on the results of *gone*, whose workbooks are about to be moved away. How many files were put there, and
        how many taken away. Then the place is held no longer.

        Raises :class:`OutputError` when it cannot be finished; what is there by then stays, and is not put again.
        """
        settled = {*journal.settled, *(w for key in gone for w in journal.done[key].written)}
        settled = {name for name in settled if (folder / name).exists()}
        results = {w for key in keys for w in journal.done[key].written} | settled | {BOOK, DOCUMENT}
        try:
            counts = self._put(folder, results, settled, journal, tell)
        except TakenError:
            raise
        except QQExcelError as error:
            raise OutputError(
                Text(
                    f"{error.text.zh}已写入的都保留；解决后用同样的命令加 --resume 接着做完。",
                    f"{error.text.en} What was put there stays: finish with the same command and --resume once it is mended.",
                )
            ) from error
        self._lock.let_go()
        return counts

    def _put(
        self,
        folder: Path,
        results: Collection[str],
        settled: Collection[str],
        journal: Journal,
        tell: Progress,
    ) -> tuple[int, int]:
        self._lock.must_be_held()
        last, there = self.manifest(), self._sizes()
        now = {name: _content_of(folder / name) for name in sorted(results)}
        stay = {
            name: content
            for name in last.settled
            if name not in now and (content := last.files[name]).size == there.get(name)
        }
        sent = journal.sent if journal.upload and journal.upload == last.upload else {}
        sure = {n: c for n, c in last.files.items() if n not in last.open or sent.get(n) == c.sha256}
        new = [n for n, c in now.items() if sure.get(n) != c or there.get(n) != c.size]
        gone = [n for n in sorted(last.files) if n in there and n not in now and n not in stay]
        whole = Manifest({**now, **stay}, sorted({*last.settled, *settled} & {*now, *stay}))
        if new or gone:
            upload = uuid.uuid4().hex
            self._place.write(
                MANIFEST,
                Manifest({**last.files, **whole.files}, whole.settled, upload, [*new, *gone]).written(),
            )
            journal.will_send(upload)

            def has_sent(name: str) -> None:
                journal.has_sent(name, now[name].sha256)

            what = Text("写入", "putting")
            self._each(
                [n for n in new if n != DOCUMENT],
                lambda n: self._place.put(folder / n, n),
                has_sent,
                what,
                tell,
            )
            self._each(gone, self._place.remove, lambda _: None, Text("清除", "taking away"), tell)
            self._lock.must_be_held()
            if DOCUMENT in new:
                self._place.put(folder / DOCUMENT, DOCUMENT)
        for left in [n for n in there if PurePosixPath(n).name.startswith(UNFINISHED)]:
            self._place.remove(left)
        if whole.written() != self._place.read(MANIFEST, _MOST):
            self._place.write(MANIFEST, whole.written())
        return len(new), len(gone)

    def _each(
        self,
        names: Sequence[str],
        do: Callable[[str], None],
        done: Callable[[str], None],
        what: Text,
        tell: Progress,
    ) -> None:
        """*do* something to each of *names*, several at a time where the place allows; the first error ends it."""
        if not names:
            return
        most = _AT_ONCE if self._place.at_once else 1
        tell(what, 0, len(names))
        pool = ThreadPoolExecutor(most)

        def begin(name: str) -> Future[None]:
            return pool.submit(do, name)

        try:
            for n, (name, future) in enumerate(in_turn(names, most, begin), 1):
                future.result()
                done(name)
                tell(what, n, len(names))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _content_of(path: Path) -> Content:
    try:
        return Content(sha256_of(path), path.stat().st_size)
    except OSError as error:
        raise cannot_write(path, error) from None
