"""What a fix is: a cell, what stands there, what should, and whether the program may write it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qq_excel.findings import a1
from qq_excel.language import Text


class Grade(StrEnum):
    """``safe`` keeps the meaning and is written; ``shown`` changes it, or may, and is for a person to decide."""

    SAFE = "safe"
    SHOWN = "shown"


GRADE_NAMES = {Grade.SAFE: Text("已修正", "mended"), Grade.SHOWN: Text("仅提示", "shown only")}


@dataclass(frozen=True, slots=True)
class Change:
    """One change; ``row`` and ``column`` are zero-based. ``kind``: ``number``, ``date`` (``after`` is ISO) or
    ``text``; ``field`` is empty for a header."""

    sheet: str
    row: int
    column: int
    rule: str
    before: str
    after: str
    grade: Grade
    kind: str = "text"
    field: str = ""
    #: Why a person has to decide; nothing for a safe change.
    why: Text | None = None

    @property
    def cell(self) -> str:
        """Its A1 address."""
        return a1(self.row, self.column)

    def document(self) -> dict[str, object]:
        """The change as ``--format json`` prints it."""
        return {
            "sheet": self.sheet, "cell": self.cell, "rule": self.rule, "field": self.field or None,
            "before": self.before, "after": self.after or None, "grade": str(self.grade),
            "why": None if self.why is None else str(self.why),
        }  # fmt: skip
