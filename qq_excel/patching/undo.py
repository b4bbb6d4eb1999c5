"""The way back: what an annotated copy's parts were before, kept in the copy itself.

The record names every part that was changed, its digest as we wrote it and the splices that lead back. While
nobody has changed those parts since, the workbook that was annotated comes back to the byte; otherwise the
marks have to be taken away one by one (:mod:`qq_excel.papers.marks_undo`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import posixpath

from qq_excel.patching.book import Book
from qq_excel.patching.splices import PatchError, turned_back

log = logging.getLogger(__name__)
_NAME = "undo.json"
_VERSION = 1


def _part(book: Book) -> str:
    return posixpath.join(posixpath.dirname(book.workbook), "qq", _NAME)


def keep(book: Book) -> None:
    """Finish *book* and add the record of the way back from it."""
    name = _part(book)
    book.add(name, b"", "application/json")
    back = book.finish()
    record = {
        "version": _VERSION,
        "added": sorted(n for n in book.added if n != name),
        "changed": {
            part: {
                "sha256": book.digest(part),
                "back": [[start, end, old.decode("latin-1")] for start, end, old in edits],
            }
            for part, edits in sorted(back.items())
        },
    }
    text = json.dumps(record, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    book.parts[name] = text.encode()


def go_back(book: Book) -> bool:
    """Bring back the parts that *book* had before it was annotated; False when that cannot be done."""
    name = book.real(_part(book))
    if name is None:
        return False
    try:
        record = json.loads(book.parts[name])
        if record["version"] != _VERSION:
            return False
        before: dict[str, bytes] = {}
        for part, entry in record["changed"].items():
            content = book.parts[part]
            if hashlib.sha256(content).hexdigest() != entry["sha256"]:
                return False
            back = [(int(s), int(e), str(old).encode("latin-1")) for s, e, old in entry["back"]]
            before[part] = turned_back(content, back)
        added = [str(n) for n in record["added"]]
    except (KeyError, TypeError, ValueError, PatchError):  # the record was tampered with
        log.info("the record of the way back cannot be used", exc_info=True)
        return False
    own = posixpath.dirname(name) + "/"
    if not all(n.startswith(own) or n.endswith((".rels", "/styles.xml")) for n in added):
        return False
    book.parts.update(before)
    book.forget([name, *added])
    return True
