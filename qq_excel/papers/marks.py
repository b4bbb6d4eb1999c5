"""Our marks in an annotated copy: their words, their memory, how to know them again.

A mark is a fill, a block in the cell's note between two lines of ours, and a link at the end of the row.
What stood there before is kept on a hidden sheet, which survives when Excel or LibreOffice saves the copy, so
that a second run can bring it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qq_excel.catalogue import STATUS_NAMES
from qq_excel.language import t
from qq_excel.papers.told import Told
from qq_excel.papers.words import clip, width
from qq_excel.patching.notes import Note
from qq_excel.reading import headers

MARKS_SHEET, LIST_SHEET = "_qq_marks", "校验结果"
#: What a link at the end of a row starts with.
LINK = f"{headers.LINK} "
#: A sheet of ours, whatever number had to be put behind its name.
OUR_LIST = re.compile(rf"{LIST_SHEET}(\(\d+\))?")
_VERSION = "qq-excel marks 2"
_VERSIONS = frozenset({"qq-excel marks 1", _VERSION})
_END = "————————"
_NOTE_COLUMNS, _NOTE_PIXELS, _LINE_PIXELS = 52, 380, 17
_NOTE_LIMIT = 8_000
_MOST_PIXELS = 900


@dataclass(slots=True)
class Mark:
    """What we changed: ``mark`` (a cell; ``fill`` is the fill that it had, ``ours`` the colour that we gave
    it), ``link`` (a cell that we made) or ``sheet`` (a sheet that we made)."""

    kind: str
    sheet: str
    cell: str
    fill: str = ""
    ours: str = ""


# --- words -----------------------------------------------------------------------------------------------


def begin(author: str) -> str:
    """The line that our block in a note starts with."""
    return f"———— {author} ————"


def without_ours(text: str, author: str) -> str:
    """A note's text without our block."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_\n", "\n")
    block = re.escape(begin(author)) + rf"\n.*?(?:^{_END}$\n?|\Z)"
    return re.sub(rf"\n?^{block}", "", text, flags=re.DOTALL | re.MULTILINE)


def note(findings: Iterable[Told], author: str) -> Note:
    """The note at a cell with *findings*: each on lines of its own, and large enough to be read."""
    out, usual = [begin(author)], str(STATUS_NAMES["open"])
    for f in findings:
        if len(out) > 1:
            out.append("")
        out.append(f"【{f.level}】{f.rule}" + ("" if f.status == usual else f"（{f.status}）"))
        out.append(f.message)
        if f.fix:
            out.append(t("改法：", "Mend: ") + f.fix)
        if f.clause:
            out.append(t("条款：", "Clause: ") + f.clause)
    text = f"{clip(chr(10).join(out), _NOTE_LIMIT)}\n{_END}"
    return Note(text, *_size(text))


def _size(text: str) -> tuple[int, int]:
    """Height and width in pixels that show all of *text*."""
    each = [width(line) for line in text.split("\n")]
    columns = min(_NOTE_COLUMNS, max(*each, 24))
    wide = int(columns * _NOTE_PIXELS / _NOTE_COLUMNS) + 16
    lines = sum(-(-line // columns) or 1 for line in each)
    return min(_MOST_PIXELS, lines * _LINE_PIXELS + 16), wide


# --- memory ----------------------------------------------------------------------------------------------


def to_rows(marks: Iterable[Mark]) -> Iterator[Sequence[str]]:
    """*marks* as rows of the hidden sheet."""
    yield (_VERSION,)
    for m in marks:
        yield (m.kind, m.sheet, m.cell, m.fill, m.ours)


def from_rows(rows: Iterable[Sequence[str]]) -> list[Mark]:
    """The marks of an earlier run; none when the rows are not those of :func:`to_rows`."""
    first, *rest = [list(r) for r in rows] or [[""]]
    if not first or first[0] not in _VERSIONS:
        return []
    return [Mark(*(*row, "", "", "", "", "")[:5]) for row in rest if row and row[0]]
