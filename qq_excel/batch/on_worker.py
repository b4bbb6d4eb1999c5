"""What runs on the workers of a cluster: files are read and parts checked there, in the room of the run on shared storage.

A worker may die at any moment, or be taken for dead and go on: whatever it makes has a name of its own until it is whole,
and results go to a folder of the room, from where the program takes those that count (:mod:`qq_excel.batch.cluster`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import platform
import re
import socket
import threading
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import qq_excel
from qq_excel.batch.model import Done
from qq_excel.batch.part import Work, check_part
from qq_excel.batch.submissions import Submission
from qq_excel.errors import OutputError
from qq_excel.language import Text
from qq_excel.reading import Options
from qq_excel.reading.pool import Pool
from qq_excel.register.store import Folder
from qq_excel.resources import schemas_dir

if TYPE_CHECKING:
    from qq_excel.reading.spool import Sight

#: What the digest of the program's files goes by among the versions.
FILES = "qq-excel"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker has to have in common with the program before it works for a run."""

    #: A word that stands in the file of this name in the room.
    run: str
    room: Path
    program: dict[str, str]


@dataclass(frozen=True, slots=True)
class Witness:
    """A path that a worker must see as the program does."""

    path: Path
    #: Its bytes; None for a folder.
    size: int | None


@cache
def program() -> dict[str, str]:
    """What the bytes of results hang on: this program to the letter, Python, the libraries."""
    digest = hashlib.sha256()
    for folder, pattern in ((Path(qq_excel.__file__).parent, "*.py"), (schemas_dir(), "*.yaml")):
        for path in sorted(folder.rglob(pattern)):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    out = {
        FILES: f"{qq_excel.__version__} ({digest.hexdigest()[:12]})",
        "Python": ".".join(platform.python_version_tuple()[:2]), "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }  # fmt: skip
    try:
        wanted = importlib.metadata.requires("qq-excel") or []
    except importlib.metadata.PackageNotFoundError:  # it runs from a checkout
        return out
    for requirement in (r for r in wanted if "extra ==" not in r):
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        out[name] = importlib.metadata.version(name)
    return out


def refusal(terms: Terms, witnesses: Sequence[Witness] = ()) -> Text | None:
    """Why this worker cannot work for the run; None when it can."""
    here = program()
    differs = [
        f"{name} {here.get(name, '-')} ≠ {terms.program.get(name, '-')}"
        for name in dict.fromkeys([*terms.program, *here])
        if here.get(name) != terms.program.get(name)
    ]
    if differs:
        said = "，".join(differs)
        return _here(
            f"程序与本机不同（{said}），结果会不一样；请装同一版本",
            f"its program is another one ({', '.join(differs)}), so results would differ; install the same",
        )
    try:
        if (terms.room / terms.run).read_text(encoding="ascii") != terms.run:
            raise FileNotFoundError
        mine = terms.room / f"{terms.run}-{uuid.uuid4().hex}"
        mine.touch(exist_ok=False)
        mine.unlink()
    except OSError:
        return _here(
            f"看不到或不能写结果文件夹 {terms.room.parent.parent}；请放在每台机器路径相同、可写的共享存储上",
            f"it does not see the folder for results {terms.room.parent.parent}, or cannot write there;"
            " use shared storage that every computer has, writable, at the same path",
        )
    unseen = next((w.path for w in witnesses if not _sees(w)), None)
    if unseen is not None:
        return _here(
            f"看不到 {unseen}，或看到的不一样；请放在每台机器路径相同的共享存储上",
            f"it does not see {unseen}, or sees another; use shared storage that every computer has at the same path",
        )
    return None


def read(
    terms: Terms, options: Options, path: Path, target: Path, as_of: dt.date | None, home: Path | None
) -> Sight:
    """Read a file as :meth:`qq_excel.reading.pool.Pool.spool` does: what is foreign is parsed by a reader with limits."""
    _must_be_fit(terms)
    mine = target.with_name(f"{target.name}-{uuid.uuid4().hex}")
    sight = _readers(terms, options).spool(path, mine, as_of=as_of, home=home).result()
    mine.replace(target)
    return sight


def check(terms: Terms, part: Sequence[Submission], work: Work) -> tuple[Path, list[Done]]:
    """Check a part; the folder of the room that its results are in, and what came of it."""
    _must_be_fit(terms)
    folder = terms.room / f"part-{uuid.uuid4().hex}"
    store = store_in(folder) if work.store else None
    with _CHECKING:
        return folder, check_part(part, replace(work, target=folder, store=store))


def store_in(folder: Path) -> Folder:
    """What the register's store is to have of a part, in the folder of its results."""
    return Folder(folder / ".store")


def forget(run: str) -> None:
    """The run reads no more: its readers end."""
    with _LOCK:
        kept = _POOLS.pop(run, None)
    if kept is not None:
        kept[1].close()


# --- inside ---------------------------------------------------------------------------------------

_LOCK = threading.Lock()
#: Threads of one process that check would only wait for each other.
_CHECKING = threading.Lock()
_FIT: set[str] = set()
#: Readers of each run, and its room.
_POOLS: dict[str, tuple[Path, Pool]] = {}


def _here(zh: str, en: str) -> Text:
    host = socket.gethostname()
    return Text(f"集群的 worker（{host}）{zh}。", f"A worker of the cluster ({host}): {en}.")


def _sees(witness: Witness) -> bool:
    try:
        if witness.size is None:
            return witness.path.is_dir()
        with witness.path.open("rb"):
            return witness.path.stat().st_size == witness.size
    except OSError:
        return False


def _must_be_fit(terms: Terms) -> None:
    """Also a worker that came later is looked at before its first task."""
    if terms.run in _FIT:
        return
    if (why := refusal(terms)) is not None:
        raise OutputError(why)
    _FIT.add(terms.run)


def _readers(terms: Terms, options: Options) -> Pool:
    with _LOCK:
        if terms.run not in _POOLS:
            for run, (room, pool) in list(_POOLS.items()):
                if not room.is_dir():  # that run was ended, and could not say so
                    pool.close()
                    del _POOLS[run]
            _POOLS[terms.run] = terms.room, Pool(None, options)
        return _POOLS[terms.run][1]
