"""An inbox that is not on this computer (s3, smb, sftp, http …): brought here by fsspec before anything is read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from qq_excel import inputs
from qq_excel.batch.arrivals import GLOB, before_the_first_star
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import cannot_write, safe_name, told_apart
from qq_excel.urls import cannot_be_read, file_system, is_remote, protocols_of, seconds_of, why, without_user

_PIECE = 1 << 20


def brought(inbox: Sequence[str], folder: Path, most: int) -> list[str]:
    """*inbox* with a copy in *folder* in the place of each URL.

    What lies beside the workbooks comes along (evidence, mappings, zips), each file with its time; of a file of more than
    *most* bytes only its size. A workbook whose name not every system takes comes under one like it. Raises
    :class:`InputError` when a URL cannot be read or leads to nothing.
    """
    out = []
    for n, text in enumerate(inbox):
        if is_remote(text):
            # the name of the folder is part of the names of its files, should there be several
            target = folder / str(n) / safe_name(PurePosixPath(without_user(text).rstrip("/*")).name, "inbox")
            _bring(text, target, most)
            out.append(str(target))
        else:
            out.append(text)
    return out


def _bring(url: str, target: Path, most: int) -> None:
    system, path = file_system(url)
    try:
        found = _found(system, path)
    except Exception as error:  # every file system has errors of its own
        raise cannot_be_read(url, why(error)) from error
    if not any(map(_handed_in, found)):
        raise InputError(
            Text(
                f"{without_user(url)}：没有找到工作簿或 zip。请检查地址。",
                f"{without_user(url)}: no workbook or zip was found. Check the URL.",
            )
        )
    for name, info in found.items():
        parts = PurePosixPath(name).parts
        like = [_like(part) for part in parts]
        if not parts or (like != list(parts) and not _handed_in(name)):
            continue  # nobody can ask for it by its name
        place = target.joinpath(*like)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if int(info.get("size") or 0) > most:
                with place.open("wb") as file:
                    file.truncate(int(info["size"]))
            else:
                _copy(system, info["name"], place, url)
            if (when := seconds_of(info)) is not None:
                os.utime(place, (when, when))
        except OSError as error:
            raise cannot_write(place, error) from None


def _handed_in(name: str) -> bool:
    """Whether the file *name* is a workbook or a zip, or was handed in for one."""
    hidden = any(part.startswith(".") and part != ".." for part in PurePosixPath(name).parts)
    suffix = PurePosixPath(name).suffix.lower()
    return not hidden and suffix in inputs.SUFFIXES | inputs.FOREIGN | inputs.ARCHIVES


def _like(part: str) -> str:
    """*part* of a path, where every system takes it and it leads nowhere else; or one like it, the same in every run."""
    if safe_name(part) == part:
        return part
    suffix = PurePosixPath(part).suffix
    return f"{told_apart(safe_name(part.removesuffix(suffix)), part)}{suffix}"


def _found(system: Any, path: str) -> dict[str, dict[str, Any]]:
    """The files that *path* (a folder, a file or a glob) names, by their way below it, as a folder of this computer would
    have it.
    """
    if GLOB & set(path):
        hits = system.glob(path, detail=True)
        fixed = PurePosixPath(*before_the_first_star(PurePosixPath(path).parts))
    elif system.isdir(path):
        hits, fixed = system.find(path, detail=True), PurePosixPath(system._strip_protocol(path))
    else:
        info = system.info(path)
        hits, fixed = {info["name"]: info}, PurePosixPath(info["name"]).parent
    out = {}
    plain = unquote if protocols_of(system) & {"http", "https"} else str
    fixed = PurePosixPath(plain(str(fixed)))
    for name, info in hits.items():
        if info.get("type") == "file":
            whole = PurePosixPath(plain(name))
            within = whole.relative_to(fixed) if whole.is_relative_to(fixed) else PurePosixPath(whole.name)
            out[within.as_posix()] = info
    return out


def _copy(system: Any, name: str, place: Path, url: str) -> None:
    try:
        source = system.open(name, "rb")
    except Exception as error:
        raise cannot_be_read(url, why(error)) from error
    with source, place.open("wb") as file:
        shutil.copyfileobj(source, file, _PIECE)
