"""Evidence files: is what 文件路径 names there, whole, and inside the workbook's folder?

A path from a cell is never followed outside that folder: no absolute path, no drive, no share, no address,
no ``..``, no device, no link that leads out. Nothing is opened before all of this is settled.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qq_excel.language import Text
from qq_excel.reading.model import CellFacts, Table

#: The rule that these facts are for.
RULE = "WOF009"
#: Fields by which a table is known to name files.
_FIELDS = {"application_id", "path"}
#: A scheme such as https: or file:; a single letter is a drive.
_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")
_ROOTED = re.compile(r"^([A-Za-z]:|[\\/])")
_DEVICE = re.compile(r"^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*]')
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a cell names: where it is, or a code that says why it cannot be used.

    Codes: ``address``, ``absolute``, ``outside``, ``device``, ``name``, ``missing``, ``folder``, ``empty``,
    ``unreadable``.
    """

    path: Path | None = None
    reason: str | None = None


def find_attachment(folder: Path, text: str) -> Attachment:
    """The file that *text* names below *folder*."""
    written = text.strip()
    reason = _refused(written)
    if reason:
        return Attachment(reason=reason)
    if not _parts(written):
        return Attachment(reason="folder")
    try:
        top = folder.resolve(strict=True)
        forms = (written, unicodedata.normalize("NFC", written), unicodedata.normalize("NFD", written))
        for form in dict.fromkeys(forms):  # the same name, as different systems write it
            target = top.joinpath(*_parts(form)).resolve()
            if not target.is_relative_to(top):
                return Attachment(reason="outside")
            if target.exists():
                return _looked_at(target)
    except (OSError, RuntimeError, ValueError):
        return Attachment(reason="unreadable")
    return Attachment(reason="missing")


def _parts(written: str) -> list[str]:
    return [p for p in re.split(r"[\\/]+", written) if p not in ("", ".")]


def _refused(written: str) -> str | None:
    """Why a path is refused by its text alone."""
    if _ADDRESS.match(written):
        return "address"
    if _ROOTED.match(written):
        return "absolute"
    parts = _parts(written)
    if ".." in (p.strip() for p in parts):
        return "outside"
    if any(_DEVICE.match(p.strip()) for p in parts):
        return "device"
    if len(written) > _LONGEST or any(_FORBIDDEN.search(p) for p in parts):
        return "name"
    return None


def _looked_at(target: Path) -> Attachment:
    status = target.stat()
    if stat.S_ISDIR(status.st_mode):
        return Attachment(reason="folder")
    if not stat.S_ISREG(status.st_mode):
        return Attachment(reason="device")
    if status.st_size == 0:
        return Attachment(reason="empty")
    with target.open("rb") as file:
        file.read(1)
    return Attachment(path=target)


def evidence_of(table: Table) -> list[str]:
    """The files that *table* names, as they are written, each once."""
    if not set(table.columns) >= _FIELDS:
        return []
    return [str(text) for text in table["path"].dropna().unique()]


def look_at_evidence(table: Table, folder: Path) -> set[Path]:
    """Note in *table* which of its 文件路径 cannot be used, and why; other tables are left alone. Gives the files that are there.

    The facts are there (and may be empty) once the files were looked for: a table without them, from a
    live sheet say, could not be judged.
    """
    there: set[Path] = set()
    if not set(table.columns) >= _FIELDS:
        return there
    written = table["path"]
    facts = []
    for text in evidence_of(table):
        found = find_attachment(folder, text) if text.strip() else Attachment()
        there |= {found.path} if found.path else set()
        if found.reason:
            at = np.flatnonzero((written == text).fillna(False).to_numpy(dtype=bool))
            facts.append(CellFacts("path", at, [text] * len(at), [found.reason] * len(at)))
    table.facts[RULE] = facts
    return there


def named_as_evidence(ledger: str) -> Text:
    """Why a workbook or archive was not checked: *ledger* (empty: one that was moved away) names it, and it has no table."""
    return Text(
        f"{ledger or '已移走的表'} 引用它作证据附件，里面没有可识别的登记表，未作为报送校验；如应报送，请用模板填写",
        f"{ledger or 'a workbook that was moved away'} names it as evidence, and no table of ours was found in it, so it was not"
        " checked as handed in; if it should be, use the template",
    )
