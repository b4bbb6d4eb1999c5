"""Writing results: complete or absent, same bytes for the same input, never over what was handed in."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
import os
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from qq_excel.errors import UNWRITABLE, OutputError, QQExcelError
from qq_excel.language import Text

#: The date that every part of every package bears, so that the same input gives the same bytes.
FIXED_TIME = dt.datetime(2020, 1, 1)
_ZIP_TIME = (2020, 1, 1, 0, 0, 0)
#: The system that every part is said to come from; :mod:`zipfile` says the one that it runs on.
_UNIX = 3
#: What a part is read or copied by, so that a large one is never in memory twice.
_CHUNK = 1 << 20
#: How hard the parts of a zip are compressed, and those of one that is written by the thousand: a fifth larger, in a third
#: of the time.
USUAL_LEVEL, QUICK_LEVEL = 6, 2
#: A part of a package: its bytes, the file that has them, or what makes them piece by piece while it is written.
Part = bytes | Path | Callable[[], Iterable[bytes | memoryview]]
#: So many names of a set are told.
_NAMED = 6
#: A name without what is added to it, in UTF-8.
_NAME_BYTES = 200
_NAME_CHARACTERS = 80
_RESERVED = re.compile(r"^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(\.|$)", re.IGNORECASE)
#: What a spreadsheet program could take for a formula, full-width forms included.
_FORMULA_STARTS = frozenset("=+-@＝＋－＠\t\r\n")


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A temporary file beside *path* that takes its place when the block ends well.

    Raises :class:`OutputError` in one sentence when the folder or disk does not allow it.
    """
    temporary: Path | None = None
    try:
        make_folder(path.parent)
        handle, name = tempfile.mkstemp(prefix=".qq-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        if (waiting := _WAITING.get()) is None:
            _put_in_place([(temporary, path)])
        else:
            waiting.append((temporary, path))
            temporary = None
    except OSError as error:
        raise cannot_write(path, error) from None
    except Exception as error:
        failed = _from_writer(error)
        if failed is None:
            raise
        raise cannot_write(path, failed) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def together() -> Iterator[None]:
    """Files that are written within the block take their places when it ends well, none when it does not.

    The disk is waited for once: for hundreds of small files that is a tenth of the time that it takes for one after the other.
    Raises :class:`OutputError` in one sentence when the folder or disk does not allow it.
    """
    waiting: list[tuple[Path, Path]] = []
    token = _WAITING.set(waiting)
    try:
        yield
        _put_in_place(waiting)
    finally:
        _WAITING.reset(token)
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


#: What waits for the end of :func:`together`: temporary files and their places.
_WAITING: ContextVar[list[tuple[Path, Path]] | None] = ContextVar("waiting", default=None)
#: Files that are waited for at a time: a disk writes many almost as soon as one.
_SYNCED = 8


def _put_in_place(written: Sequence[tuple[Path, Path]]) -> None:
    """Have files on the disk, then in their places. Raises :class:`OutputError`."""
    if len(written) < 2:
        for one in written:
            _sync(one)
    else:
        with ThreadPoolExecutor(_SYNCED, thread_name_prefix="qq-sync") as threads:
            list(threads.map(_sync, written))  # what could not be written is raised here
    for temporary, path in written:
        try:
            temporary.chmod(0o644)
            temporary.replace(path)
        except OSError as error:
            raise cannot_write(path, error) from None


def _sync(one: tuple[Path, Path]) -> None:
    temporary, path = one
    try:
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
    except OSError as error:
        raise cannot_write(path, error) from None


@contextmanager
def whole_set(names: Sequence[str]) -> Iterator[list[str]]:
    """Files (or sets of files) that belong together: when one fails, the error says which are there and which are not.

    The block puts into the list that it is given the name of each as soon as it is whole.
    """
    there: list[str] = []
    try:
        yield there
    except QQExcelError as error:
        open_ = [n for n in names if n not in there]
        if not there or not open_:
            raise
        raise type(error)(
            Text(
                f"{error.text.zh}这一套不完整：已写出 {len(there)} 个（{_some(there, '、')}），"
                f"没有写出 {len(open_)} 个（{_some(open_, '、')}）。"
                "解决后请重新运行同样的命令。",
                f"{error.text.en} The set is not complete: {len(there)} written ({_some(there, ', ')}), {len(open_)} not "
                f"written ({_some(open_, ', ')}). Run the same command again once it is mended.",
            )
        ) from None


def _some(names: Sequence[str], comma: str) -> str:
    """The first few names."""
    return comma.join([*names[:_NAMED], *(["……"] if len(names) > _NAMED else [])])


@contextmanager
def scratch(target: Path) -> Iterator[Path]:
    """A folder beside *target* for what is needed only while it is written."""
    make_folder(target.parent)
    with tempfile.TemporaryDirectory(prefix=".qq-", dir=target.parent) as folder:
        yield Path(folder)


def _from_writer(error: Exception) -> OSError | None:
    """The system's error behind one of a library that writes: lxml names it, XlsxWriter wraps it."""
    cause = error.args[0] if error.args else None
    if isinstance(cause, OSError):
        return cause
    number = (
        getattr(errno, str(cause).removeprefix("IO_"), None)
        if type(error).__module__ == "lxml.etree"
        else None
    )
    return OSError(number, os.strerror(number)) if isinstance(number, int) else None


def must_be_writable(folder: Path) -> None:
    """Say at once, before long work and even when nothing comes of it, that *folder* takes no results.

    Nothing is made or left there. Raises :class:`OutputError`.
    """
    there = folder
    while not there.exists() and there.parent != there:
        there = there.parent
    try:
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        with tempfile.TemporaryFile(prefix=".qq-", dir=there):
            pass
    except OSError as error:
        raise cannot_write(folder, error) from None


def make_folder(folder: Path) -> None:
    """Make *folder* and those around it; NotADirectoryError when one of them is a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None


def write_bytes(path: Path, content: bytes) -> Path:
    """Write *content* to *path*, whole or not at all."""
    with writing(path) as temporary:
        temporary.write_bytes(content)
    return path


def write_text(path: Path, content: str) -> Path:
    """Write UTF-8 text to *path*, whole or not at all."""
    return write_bytes(path, content.encode())


def cannot_write(path: Path, error: OSError) -> OutputError:
    """One sentence for a result that cannot be written."""
    if getattr(error, "winerror", None) in (32, 33):
        why = UNWRITABLE[errno.EBUSY]
    else:
        said = error.strerror
        why = UNWRITABLE.get(error.errno or 0) or Text(said or "未知原因", said or "unknown reason")
    return OutputError(Text(f"{path}：无法写入，{why.zh}。", f"{path}: cannot be written: {why.en}."))


def safe_name(text: str, fallback: str = "unnamed") -> str:
    """*text* as a file name that every system takes: no path, no reserved name, at most 80 characters.

    A system counts bytes (255 in all), so that there is room for what a caller adds: 66 Chinese characters are the most.
    """
    name = unicodedata.normalize("NFC", text)
    name = "".join("_" if c in '\\/:*?"<>|' or unicodedata.category(c).startswith("C") else c for c in name)
    name = name.strip(" .")[:_NAME_CHARACTERS].encode()[:_NAME_BYTES].decode(errors="ignore").rstrip(" .")
    if not name or set(name) <= {"_"}:
        return fallback
    return f"_{name}" if _RESERVED.match(name) else name


def short_enough(words: Sequence[str]) -> str:
    """*words* joined by ``_``, as long as a name may be: the longest give way, so that the others are read in full."""
    parts = list(words)
    while len(name := "_".join(parts)) > _NAME_CHARACTERS or len(name.encode(errors="replace")) > _NAME_BYTES:
        longest = max(range(len(parts)), key=lambda n: len(parts[n].encode(errors="replace")))
        parts[longest] = parts[longest][:-1]
    return name


def told_apart(name: str, of: str) -> str:
    """*name* with a mark of what it stands for, the same in every run: others of which it could be the name get another."""
    return f"{name}_{hashlib.sha256(of.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program could run *text* when it is pasted or opened as CSV."""
    return text.lstrip(" \u3000")[:1] in _FORMULA_STARTS if text else False


def same_zip(parts: Mapping[str, Part], target: Path, *, level: int = USUAL_LEVEL) -> Path:
    """Write a zip whose bytes depend on names and contents only, in the order of *parts*."""
    with (
        writing(target) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive,
    ):
        _fill(archive, parts)
    return target


def zip_bytes(parts: Mapping[str, Part]) -> bytes:
    """The same as bytes: for small packages that go into another one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _fill(archive, parts)
    return buffer.getvalue()


def _fill(archive: zipfile.ZipFile, parts: Mapping[str, Part]) -> None:
    for name, content in parts.items():
        info = zipfile.ZipInfo(name, _ZIP_TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = archive.compresslevel  # type: ignore[attr-defined]  # as ZipFile.writestr does
        info.create_system = _UNIX
        info.external_attr = 0o644 << 16
        with archive.open(info, "w") as part:
            for piece in _pieces(content):
                part.write(piece)


def _pieces(part: Part) -> Iterable[bytes | memoryview]:
    if isinstance(part, bytes):
        return (part,)
    return _of_file(part) if isinstance(part, Path) else _joined(part())


def _joined(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """*pieces* in larger ones: a patched part comes in thousands, and each costs a call of the compressor."""
    some: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        some.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(some)
            some, size = [], 0
    yield b"".join(some)


def _of_file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def same_package(
    source: Path, target: Path, edit: Callable[[str, bytes], bytes] | None = None, *, within: str = ""
) -> Path:
    """Copy an OOXML package with fixed times and part order kept.

    *edit* may change the parts whose names start with *within*; all others are copied piece by piece.
    """
    with zipfile.ZipFile(source) as archive:

        def part(name: str) -> Callable[[], Iterator[bytes]]:
            def content() -> Iterator[bytes]:
                if edit is not None and name.startswith(within):
                    yield edit(name, archive.read(name))
                    return
                with archive.open(name) as file:
                    while piece := file.read(_CHUNK):
                        yield piece

            return content

        return same_zip({n: part(n) for n in archive.namelist() if not n.endswith("/")}, target)
