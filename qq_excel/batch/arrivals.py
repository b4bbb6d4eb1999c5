"""What came in: the workbooks of folders, globs and zips, each under a name that stays the same from run to run.

A zip is foreign too. A workbook that is packed again, encrypted, too large or that names a place outside the zip is
refused, with its reason, and the others go on. What else is in the zip (evidence, mappings) is unpacked beside them where
its name is one that every system takes; a workbook of another name is unpacked under a number.
"""

from __future__ import annotations

import datetime as dt
import glob
import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import IO

from qq_excel import inputs, zips
from qq_excel.errors import InputError
from qq_excel.language import Text, many
from qq_excel.output import cannot_write, safe_name
from qq_excel.reading.options import Limits

_SAVE_AS = Text(
    "读不了这种格式的表，请另存为 .xlsx 再交", "a table of this format cannot be read; save it as .xlsx"
)
_PACK_AS = Text(
    "只收 .zip 压缩包，请解压后交，或改压成 .zip",
    "of archives only .zip is taken; unpack it, or pack it as .zip",
)
_NO_LINKS = Text(
    "这是链接（快捷方式），不跟随；请交文件本身",
    "it is a link, which is not followed; hand in the file itself",
)
_UTF8 = 0x800
_ENCRYPTED = 0x1
_PIECE = 1 << 20
#: Bytes of a member's name.
_LONGEST = 200
GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that came in. ``origin`` is the file of the inbox that it is, or the zip that it was in."""

    name: str
    path: Path
    origin: Path
    #: When it was written (seconds): of two submissions of the same, the later one counts.
    written: float
    #: Why it cannot be looked at, if so.
    refused: Text | None = None
    #: SHA-256 of the zip that it was in, as it was unpacked.
    zipped: str = ""
    #: The folder of its evidence and mappings, where that is not its own.
    home: Path | None = None
    #: A link that somebody left in the inbox. It is not followed: it may lead to what is another's.
    link: bool = False


def arrivals(inbox: Sequence[str], unpacked: Path, limits: Limits) -> list[Arrival]:
    """The files that *inbox* names (folders, files, globs, zips), in order of their names.

    Members of zips are unpacked into the folder *unpacked*. Raises :class:`InputError` when a path or
    glob leads to nothing.
    """
    out: dict[str, Arrival] = {}
    for path, name, linked in _named(inbox):
        if linked:
            out[name] = Arrival(name, path, path, 0.0, _NO_LINKS, link=True)
            continue
        for one in parcel(path, name, unpacked / str(len(out)), limits):
            out[one.name] = one
    return [out[name] for name in sorted(out)]


def parcel(path: Path, name: str, unpacked: Path, limits: Limits) -> Iterable[Arrival]:
    """The file *path*, called *name*, or what is in it when it is a zip."""
    as_zip = path.suffix.lower() == ".zip" and is_text(path)
    return _of_zip(path, name, unpacked, limits) if as_zip else [_file(path, name)]


def must_lead_somewhere(paths: Sequence[str]) -> None:
    """Say at once that one of *paths* leads to nothing. Raises :class:`InputError`."""
    next(_named(paths), None)


def is_text(path: Path) -> bool:
    """Whether *path* can be written down: the system hands on bytes that are no UTF-8 as halves of characters."""
    return not any("\ud800" <= c <= "\udfff" for c in str(path))


def _file(path: Path, name: str) -> Arrival:
    if not is_text(path):
        why = Text(
            "文件名或文件夹名不是 UTF-8 编码（多半由旧系统用 GBK 写成）；请改名后再收",
            "its name or its folder's is not UTF-8 (an old system's GBK, perhaps); rename it",
        )
        return Arrival(name.encode("utf-8", "backslashreplace").decode(), path, path, 0.0, why)
    try:
        return Arrival(name, path, path, path.stat().st_mtime, _not_ours(path.suffix.lower()))
    except OSError as error:
        said = error.strerror or type(error).__name__
        return Arrival(name, path, path, 0.0, Text(f"打不开（{said}）", f"it cannot be opened ({said})"))


def _not_ours(suffix: str) -> Text | None:
    """Why files of this *suffix* are not read, if so."""
    if suffix in inputs.FOREIGN:
        return _SAVE_AS
    return _PACK_AS if suffix in inputs.ARCHIVES and suffix != ".zip" else None


def _is_linked(path: Path, top: Path) -> bool:
    """Whether *path* is or leads through a link below *top*: who may write there could have others' files read as its own."""
    below = (p for p in (path, *path.parents) if p != top and p.is_relative_to(top))
    return any(p.is_symlink() for p in below)


def _named(inbox: Sequence[str]) -> Iterator[tuple[Path, str, bool]]:
    """Each file with its name: its way from the folder that was given, or from the fixed part of a glob; and whether it is a
    link that lay there.
    """
    tops: list[tuple[Path, list[Path]]] = []
    for text in inbox:
        path = Path(text)
        if path.is_dir():
            tops.append((path, list(_inside(path))))
        elif path.exists():
            tops.append((path.parent, [path]))
        elif GLOB & set(text):
            fixed = Path(*before_the_first_star(path.parts))
            tops.append((fixed, list(_matching(text, fixed))))
        else:
            tops.append((path, []))
        if not tops[-1][1]:
            raise InputError(
                Text(
                    f"{text}：没有找到工作簿或 zip。请检查路径。",
                    f"{text}: no workbook or zip was found. Check the path.",
                )
            )
    several = len({os.path.realpath(top) for top, _ in tops}) > 1
    seen: set[str] = set()
    taken: set[str] = set()
    for top, files in tops:
        for file in files:
            linked = str(file) not in inbox and _is_linked(file, top)
            if not linked:  # a link takes nobody's place
                if (real := os.path.realpath(file)) in seen:
                    continue
                seen.add(real)
            name = file.relative_to(top).as_posix() if file.is_relative_to(top) else file.name
            if several:
                name = f"{top.resolve().name}/{name}"
            first, n = name, 1
            while name in taken:
                n += 1
                name = f"{n}/{first}"
            taken.add(name)
            yield file, name, linked


def before_the_first_star(parts: Iterable[str]) -> Iterator[str]:
    """The fixed part of a glob: those of its *parts* that come before the first that is a pattern."""
    return takewhile(lambda part: not GLOB & set(part), parts)


def _inside(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if _counts(path, folder):
            yield path


def _matching(text: str, fixed: Path) -> Iterator[Path]:
    """What the glob *text* names, in the folder *fixed*: as much as a folder that was given would give of it."""
    for hit in sorted(map(Path, glob.glob(text, recursive=True))):  # noqa: PTH207 - may be absolute
        if hit.is_dir():
            yield from _inside(hit)
        elif _counts(hit, fixed):
            yield hit


def _counts(path: Path, top: Path) -> bool:
    """Whether *path*, somewhere in the folder *top*, was handed in: a workbook or a zip, or what should be one."""
    return inputs.is_workbook(path, top) or inputs.should_be_one(path, top)


def _of_zip(path: Path, name: str, target: Path, limits: Limits) -> Iterator[Arrival]:
    """The workbooks in the zip *path*; what is refused has its reason."""
    sha256, bare = "", True
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            with zips.opened(file) as archive:
                for one in _members(archive, path, name, target, limits):
                    bare = False
                    yield replace(one, zipped=sha256)
        if bare:
            why = Text(
                "压缩包里没有工作簿，请放入工作簿后再交", "there is no workbook in the zip; put one in"
            )
            yield Arrival(name, path, path, 0.0, why, sha256)
    except (*zips.DAMAGED, OSError, ValueError):
        why = Text("压缩包已损坏或无法读取", "the zip is damaged or cannot be read")
        yield Arrival(name, path, path, 0.0, why, sha256)


def _members(
    archive: zipfile.ZipFile, path: Path, name: str, target: Path, limits: Limits
) -> Iterator[Arrival]:
    def refused(member: str, zh: str, en: str) -> Arrival:
        return Arrival(member, path, path, 0.0, Text(zh, en))

    infos = [i for i in archive.infolist() if not i.is_dir()]
    if len(infos) > limits.parts:
        yield refused(
            name,
            f"压缩包内有 {len(infos)} 个文件，上限 {limits.parts}",
            f"{many(len(infos), 'file')} in the zip; the limit is {limits.parts}",
        )
        return
    left = limits.total_bytes
    seen: set[str] = set()
    for n, info in enumerate(infos):
        inner = _inner_name(info)
        whole, again = f"{name}/{inner}", inner in seen
        seen.add(inner)
        suffix = PurePosixPath(inner).suffix.lower()
        parts = PurePosixPath(inner).parts
        most = min(left, limits.file_bytes)
        if any(p.startswith((".", "~$", "__MACOSX")) and p != ".." for p in parts):
            continue
        if inner.startswith("/") or ".." in parts or ":" in inner:
            yield refused(
                f"{name}/#{n + 1}",
                f"压缩包内的路径“{inner}”指向包外",
                f"the path '{inner}' leads out of the zip",
            )
        elif suffix not in {*inputs.SUFFIXES, *inputs.ARCHIVES, *inputs.FOREIGN}:
            left = max(0, left - _unpack_beside(archive, info, _place(target, parts), most))
        elif inner.endswith(inputs.OWN_SUFFIXES):
            continue
        elif (why := _why_not(info, inner, again=again)) is not None:
            beside = _place(target, parts) if suffix in inputs.ARCHIVES else None
            left = max(0, left - _unpack_beside(archive, info, beside, most))
            one = refused(f"{whole}#{n + 1}" if again else whole, why.zh, why.en)
            yield replace(one, path=beside or path)
        else:
            # members whose names begin with a dot are left out: this folder is nobody's
            file = _place(target, parts) or target / ".numbered" / f"{n + 1}{suffix}"
            size = _unpack(archive, info, file, most)
            left = max(0, left - size)
            if size > most:
                yield refused(
                    whole,
                    f"解压后超过 {most:,} 字节的上限",
                    f"unpacked it exceeds the limit of {most:,} bytes",
                )
            else:
                yield Arrival(whole, file, path, _seconds(info))


def _why_not(info: zipfile.ZipInfo, inner: str, *, again: bool) -> Text | None:
    """Why a workbook or zip in a zip is not unpacked, if so; *again*: there was one of its name before."""
    if again:
        return Text(
            f"压缩包里有两个“{inner}”，只校验了前一个；请改名后重新压缩",
            f"the zip has '{inner}' twice, and only the first was checked; rename one and pack it again",
        )
    suffix = PurePosixPath(inner).suffix.lower()
    if suffix in inputs.FOREIGN:
        return _SAVE_AS
    if suffix in inputs.ARCHIVES:
        return Text("压缩包里还有压缩包，请只压缩一层", "a zip within a zip; pack it once only")
    if info.flag_bits & _ENCRYPTED:
        return Text("压缩包有密码，请去掉密码", "the zip has a password; take it off")
    return None


def _unpack_beside(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path | None, most: int) -> int:
    """Unpack what may be a workbook's evidence, if it has a place and no password; its size."""
    if target is None or info.flag_bits & _ENCRYPTED:
        return 0
    return _unpack(archive, info, target, most)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Unpack one member; its size. One of more bytes than *most*, whatever it says of itself, is unpacked
    no further, and not left there.
    """
    size = 0
    with archive.open(info) as member, _made(target) as file:
        while piece := member.read(_PIECE):
            size += len(piece)
            if size > most:
                break
            try:
                file.write(piece)
            except OSError as error:  # ours, not the zip's
                raise cannot_write(target, error) from None
    if size > most:
        target.unlink()
    else:
        os.utime(target, (_seconds(info),) * 2)
    return size


def _made(target: Path) -> IO[bytes]:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("wb", buffering=0)
    except OSError as error:
        raise cannot_write(target, error) from None


def _place(target: Path, parts: Sequence[str]) -> Path | None:
    """Where a member goes in the folder *target* under its own name, if every system takes it and it is free."""
    if any(safe_name(p) != p for p in parts) or sum(len(p.encode()) + 1 for p in parts) > _LONGEST:
        return None
    place = target.joinpath(*parts)
    taken = any(p.exists() and not p.is_dir() for p in place.parents if p.is_relative_to(target))
    return None if taken or place.exists() else place


def _inner_name(info: zipfile.ZipInfo) -> str:
    """A member's name; Chinese Windows writes it in GBK without saying so."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _seconds(info: zipfile.ZipInfo) -> float:
    """When a member was written: zips keep local time, as a folder shows it."""
    try:
        return dt.datetime(*info.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0
