"""What reading hands to the rules: plain cells (Grid), then typed tables with the facts seen on the way.

No object of a file library crosses this floor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from qq_excel.kinds import Kind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    from qq_excel.reading.columns import Columns
    from qq_excel.reading.plainness import Look

#: A file with a fact of one of these rules could not be read as a workbook at all.
UNREADABLE = frozenset({"FIL001", "FIL002", "FIL003", "FIL010"})


class CellKind:
    """What stands in a cell, before anybody asks what should.

    Plain numbers: to compare an array with the member of an enumeration takes five times as long.
    """

    BLANK: Final = 0
    NUMBER: Final = 1
    TEXT: Final = 2
    DATE: Final = 3
    BOOL: Final = 4
    ERROR: Final = 5


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value such as ``#N/A``."""

    text: str


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, zero-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class SheetNotes:
    """What is to be known of a sheet besides its cells. Rows and columns are zero-based."""

    merges: list[Area] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    #: Whether a filter with conditions hides rows.
    filtered: bool = False
    #: Error values that the parser drops, and formulas that read another workbook, where no scan tells them.
    errors: list[tuple[Area, CellError]] = field(default_factory=list)
    foreign_formulas: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class BookNotes:
    """What is to be known of a workbook besides its cells."""

    date1904: bool = False
    sheets: dict[str, SheetNotes] = field(default_factory=dict)


@dataclass(slots=True)
class Cells:
    """One column's cells over a run of rows, as they stand: parallel arrays of equal length.

    ``number`` is float64 (NaN where there is none; True and False are 1 and 0), ``date`` is
    ``datetime64[s]`` (NaT where there is none), ``text`` is an Arrow array of ``large_string`` (null
    where there is none; error cells hold the error's text). An array is None when no cell needs it. A cell formatted
    as a date whose number is none has the kind DATE, the number and NaT.
    """

    kind: npt.NDArray[np.uint8]
    number: npt.NDArray[np.float64] | None = None
    date: npt.NDArray[np.datetime64] | None = None
    text: pa.LargeStringArray | None = None
    #: What a look at the texts says of them; None where nobody has looked.
    look: Look | None = None

    def __len__(self) -> int:
        return len(self.kind)


class Grid(Protocol):
    """One sheet as cells: a file's sheet or a live one."""

    name: str
    #: ``visible`` or ``hidden``, however well.
    state: str
    #: Defined names of ours that say what the sheet is: its ``kind`` and the ``version`` of its template.
    marks: dict[str, str]
    #: Whether plain numbers that stand for dates count from 1904.
    date1904: bool
    merges: list[Area]
    #: Zero-based physical rows and columns that are hidden, and whether a filter hides rows.
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    filtered: bool
    #: Zero-based cells (row, column) with a formula that has no stored value, or reads another workbook.
    stale_formulas: list[tuple[int, int]]
    foreign_formulas: list[tuple[int, int]]

    def head(self, rows: int, /) -> list[list[Any]]:
        """The first *rows* rows as Python values, ragged to the right; None for blank, :class:`CellError` for #N/A and its like."""

    def read(self, first_row: int, columns: Iterable[int], exact: Iterable[int] = (), /) -> dict[int, Cells]:
        """The cells of *columns* from *first_row* (zero-based) down to the last used row; columns without any may be left out.

        *exact* are columns in which numbers and dates must be told from texts.
        """


@dataclass(frozen=True, slots=True)
class HeadEntry:
    """One entry of the head block and where it stands (zero-based)."""

    field: str
    raw: str
    value: str | dt.date | None
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class FootEntry:
    """A signature (name and date) or a delivery (date) of a block below the table (zero-based cell)."""

    block: str
    entry: str
    name: str | None
    on: dt.date | None
    row: int
    column: int


@dataclass(slots=True)
class CellFacts:
    """Cells of one field about which reading noticed the same thing.

    ``at`` are positions among the rows of data; ``raw`` what stands there; ``read`` what it was read as.
    """

    field: str
    at: npt.NDArray[np.int64]
    raw: list[str]
    read: list[str]


#: What ``raw`` of a CEL011 says: a formula that was saved without its result, one that reads another workbook.
NO_RESULT, OTHER_WORKBOOK = "no_result", "other_workbook"


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A total row below the data: its physical row (zero-based) and the cells' values by field.

    Amounts are whole cents, like the frame's. It totals the frame's rows from ``first`` up to ``last``; a word that
    can be read in two ways (合计 of a group, or of all) may total those from ``other`` on instead.
    """

    row: int
    label: str
    values: dict[str, float]
    first: int
    last: int
    other: int | None = None


@dataclass(slots=True)
class Table:
    """A recognised table with typed columns.

    ``data`` has one column per field of the kind (absent ones are all NA); as pandas (``frame``, ``table[name]``), with a
    RangeIndex: amount ``Int64`` cents of yuan, int ``Int64``, qty/ratio/number ``float64``, date ``datetime64[s]``,
    time, text, code, enum, yesno ``str``. ``rows[i]`` is the zero-based physical row of row i.
    """

    kind: Kind
    sheet: str
    data: Columns
    rows: npt.NDArray[np.int64]
    header_row: int
    #: Zero-based physical column and header text as written, by field; only fields that are there.
    columns: dict[str, int]
    headers: dict[str, str]
    head: dict[str, HeadEntry]
    #: Cents that 0.01 of the sheet's money unit is worth: 1 (元), 1,000 (千元), 10,000 (万元).
    step: int = 1
    money_unit: str = "元"
    #: Money unit that a field's header or its group names, e.g. 账面余额(万元).
    units: dict[str, str] = field(default_factory=dict)
    template_version: int | None = None
    foot: list[FootEntry] = field(default_factory=list)
    totals: list[TotalRow] = field(default_factory=list)
    #: Facts by rule id (CEL002 …); the rule of that id says what they mean.
    facts: dict[str, list[CellFacts]] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)
    doubles: list[tuple[str, int, int]] = field(default_factory=list)
    missing: list[tuple[str, str | None]] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    blank_rows: list[int] = field(default_factory=list)
    #: Whether the whole sheet is hidden; else the first and last of its columns and data rows that are.
    hidden: bool = False
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    filtered: bool = False
    #: Zero-based row of the headers of the next table on the sheet, if there is one.
    below: int | None = None

    def __getitem__(self, name: str) -> pd.Series[Any]:
        """One column; a frame of all of them takes much longer to make."""
        return self.data[name]

    @property
    def frame(self) -> pd.DataFrame:
        """All columns."""
        return self.data.frame

    @property
    def as_of(self) -> dt.date | None:
        """截止日期 of the head block."""
        entry = self.head.get("as_of")
        return entry.value if entry and isinstance(entry.value, dt.date) else None

    def copied(self, name: str) -> npt.NDArray[np.bool_]:
        """Rows that have *name* from a merged cell that begins in a row above."""
        import numpy as np

        out = np.zeros(len(self.rows), dtype=bool)
        for area in self.merges:
            if area.left == self.columns.get(name) and area.top in self.rows:
                out |= (self.rows > area.top) & (self.rows <= area.bottom)
        return out

    def text(self, name: str) -> str | None:
        """A head-block entry as text."""
        entry = self.head.get(name)
        return None if entry is None or entry.value is None else str(entry.value)


@dataclass(slots=True)
class FileFact:
    """Something about a file or sheet that a FIL rule reports."""

    rule: str
    sheet: str | None = None
    #: Figures for the message: texts, or a :class:`~qq_excel.language.Text`.
    values: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Workbook:
    """One file after reading: its tables and what was noticed about the file itself."""

    path: str
    name: str
    sha256: str
    tables: list[Table] = field(default_factory=list)
    facts: list[FileFact] = field(default_factory=list)

    def head(self, name: str) -> str | None:
        """An entry of the head block of the first table that has it."""
        return next((text for t in self.tables if (text := t.text(name))), None)
