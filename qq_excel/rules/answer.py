"""What a rule answers: which rows, cells or places, and the figures for its message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from typing import TYPE_CHECKING, Any

from qq_excel.language import Text

if TYPE_CHECKING:
    from qq_excel.rules.stack import Stack


@dataclass(frozen=True, slots=True)
class Money:
    """Marks a column of cents in a message, so that it is shown in the sheet's money unit."""

    cents: Any


@dataclass(slots=True)
class Flagged:
    """Rows of a stack that a rule finds fault with.

    ``bad`` is a boolean per row; ``field`` the column to blame (else the rule's own); ``expected`` and
    ``figures`` are columns or single values that the message shows (``Money`` for cents).
    """

    bad: Any
    field: str | None = None
    expected: Any = None
    figures: Mapping[str, Any] = _field(default_factory=dict)
    level: str | None = None
    related: tuple[str, ...] | None = None
    #: Shown as the cell's value in place of what the frame holds.
    value: Any = None


@dataclass(slots=True)
class Unjudged:
    """Rows of a stack that a rule could not judge, and why: one finding of level ``?`` per table.

    For a rule that can judge some of what it is about without what the rest needs.
    """

    rows: Any
    why: Text


@dataclass(slots=True)
class Spot:
    """A place in a sheet (zero-based) or, with ``row`` None, the sheet itself."""

    row: int | None = None
    column: int | None = None
    field: str | None = None
    header: str | None = None
    value: str | None = None
    expected: str | Text | None = None
    key: str | None = None
    figures: Mapping[str, Any] = _field(default_factory=dict)
    level: str | None = None
    sheet: str | None = None
    related: tuple[str, ...] = ()
    #: The file that it is about, where the rule is not asked of one (``on: run``).
    file: str | None = None


@dataclass(slots=True)
class Gone:
    """Rows of an *earlier* stack that the table judged no longer has: findings on its sheet, without a cell.

    ``bad`` is a boolean per row of *earlier*, whose submissions are those of the stack judged.
    """

    earlier: Stack
    bad: Any
    field: str
    figures: Mapping[str, Any] = _field(default_factory=dict)


#: What a rule on rows answers: nothing (None), one of these, or several.
Answer = Flagged | Unjudged | Gone
