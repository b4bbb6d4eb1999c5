"""What a pass over the bytes of an XML part shows: of any part, and of a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field

from qq_excel.reading.onepass.cells import Marked

#: A part of so many bytes is taken at once: a sheet's cells are marked, shared strings kept.
AT_ONCE = 8 << 20
#: A part that is kept back to find the end of a cell; Excel's longest cell text is far below.
LONGEST_CELL = 8 << 20


@dataclass(slots=True)
class XmlScan:
    """What the bytes of one XML part showed."""

    #: Local name of the root element.
    root: str = ""
    #: The first bytes, at most 64 KB; of shared strings more.
    start: bytes = b""
    #: Whether these are all.
    whole: bool = False
    #: Whether a document type or an entity is declared.
    declares: bool = False
    #: Whether programs read what stands in it in different ways (:mod:`qq_excel.reading.twofold`).
    twofold: bool = False


@dataclass(slots=True)
class SheetScan(XmlScan):
    """What the bytes of a sheet showed. Rows and columns are zero-based.

    ``top`` … ``right`` is the rectangle that its cells span, -1 when there is none; ``written`` counts cells.
    """

    top: int = -1
    left: int = -1
    bottom: int = -1
    right: int = -1
    written: int = 0
    #: Whether every cell is written as known writers do, its address first.
    plain: bool = True
    #: Whether any cell is a boolean.
    booleans: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    stale: list[tuple[int, int]] = field(default_factory=list)
    foreign: list[tuple[int, int]] = field(default_factory=list)
    #: The cells themselves, of a small sheet that is written as known writers do.
    cells: Marked | None = None
    #: What precedes and what follows the cells.
    before: bytes = b""
    tail: bytes = b""

    @property
    def area(self) -> int:
        """Cells of the rectangle."""
        return 0 if self.top < 0 else (self.bottom - self.top + 1) * (self.right - self.left + 1)


def declares(text: bytes) -> bool:
    """Whether *text* declares a document type or an entity."""
    return b"<!" in text and (b"<!DOCTYPE" in text or b"<!ENTITY" in text)
