"""The folder of this computer in which a batch works whose results go to a URL: its journal, its room, its results.

It holds what the workbooks hold, so it is its owner's alone. A folder is for one URL, and knows that.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path, PurePosixPath

from qq_excel.batch.journal import FOLDER
from qq_excel.errors import InputError
from qq_excel.faults import state_folder
from qq_excel.language import Text
from qq_excel.output import cannot_write, make_folder, safe_name, write_text
from qq_excel.urls import without_user

#: What tells whose folder it is, in the batch's own folder.
MARK = "place.json"
_FORMAT, _VERSION = "qq-excel-batch-place", 1
_OWNER_ONLY = 0o700


def default_folder(url: str) -> Path:
    """Where a batch to *url* works unless it is told: a folder of this user's for each URL."""
    shown = without_user(url).rstrip("/")
    name = safe_name(PurePosixPath(shown).name, "batch")
    return state_folder() / "batch" / f"{name}-{hashlib.sha256(shown.encode()).hexdigest()[:16]}"


def must_be_its_own(folder: Path, url: str) -> None:
    """Make *folder*, or take it, for its owner alone. Raises :class:`InputError` when it is of something else.

    Raises :class:`~qq_excel.errors.OutputError` when that is not allowed.
    """
    try:
        make_folder(folder.parent)
        folder.mkdir(_OWNER_ONLY, exist_ok=True)
        marked = _marked(folder)
        foreign = marked is None and any(path.name != FOLDER for path in folder.iterdir())
        if not foreign and (marked is None or marked["url"] == without_user(url)):
            folder.chmod(_OWNER_ONLY)  # one that was there, or that the system's mask made wider or narrower
            return
    except OSError as error:
        raise cannot_write(folder, error) from None
    of = Text("里面有别的文件", "there are other files in it")
    if marked is not None:
        of = Text(f"属于 {marked['url']}", f"it is that of {marked['url']}")
    raise InputError(
        Text(
            f"{folder}：不能用作 {without_user(url)} 的状态文件夹，{of.zh}。没有动它；请用 --state 指定一个新的文件夹。",
            f"{folder}: cannot be the state folder of {without_user(url)}: {of.en}. It was left as it is; name a new"
            " folder with --state.",
        )
    )


def holder_of(folder: Path, url: str) -> str:
    """What the runs of *folder* are known by at *url*. To be asked by whoever holds its journal."""
    marked = _marked(folder)
    if marked is None:
        marked = {
            "format": _FORMAT,
            "version": _VERSION,
            "url": without_user(url),
            "holder": uuid.uuid4().hex,
        }
        write_text(folder / FOLDER / MARK, json.dumps(marked, ensure_ascii=False) + "\n")
    return str(marked["holder"])


def _marked(folder: Path) -> dict[str, object] | None:
    """The mark of *folder*; None where there is none, or none that is understood."""
    try:
        content = json.loads((folder / FOLDER / MARK).read_text(encoding="utf-8"))
        return content if content["format"] == _FORMAT and content["holder"] and content["url"] else None
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None
