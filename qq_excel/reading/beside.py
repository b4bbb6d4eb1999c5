"""Tables side by side on one sheet: each strip of columns between blank ones is read as a sheet of its own.

A strip keeps the addresses of the sheet, so that findings stand where the cells do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qq_excel.reading.locate import HEAD_ROWS, Located, fill_merges, locate
from qq_excel.reading.mapping import Found
from qq_excel.reading.model import Cells, Grid


class Strip:
    """The columns *first* to *last* of a sheet; the others are blank."""

    def __init__(self, grid: Grid, first: int, last: int) -> None:
        self._grid, self.first, self.last = grid, first, last
        self.merges = [m for m in grid.merges if first <= m.left <= last]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._grid, name)

    def head(self, rows: int) -> list[list[Any]]:
        """The first *rows* rows."""
        return [
            [None] * min(self.first, len(row)) + list(row[self.first : self.last + 1])
            for row in self._grid.head(rows)
        ]

    def read(self, first_row: int, columns: Iterable[int], exact: Iterable[int] = ()) -> dict[int, Cells]:
        """See :meth:`qq_excel.reading.model.Grid.read`."""
        inside = [c for c in columns if self.first <= c <= self.last]
        out: dict[int, Cells] = self._grid.read(first_row, inside, exact) if inside else {}
        return out


def strips(grid: Grid, found: Located, mappings: Sequence[Found] = ()) -> list[Strip]:
    """The strips of *grid* if several of them hold a table of their own; none otherwise.

    A blank column inside one table parts nothing: what is left and right of it has too few headers to be a table.
    """
    if len(found.unknown) + len(found.doubles) < _FEWEST:
        return []
    rows = grid.head(found.header_row + HEAD_ROWS)
    filled = fill_merges(rows, grid.merges)[found.header_row :]
    width = max((len(r) for r in filled), default=0)
    blank = [all(c >= len(r) or r[c] in (None, "") for r in filled) for c in range(width)]
    out = []
    start = 0
    for column in range(width + 1):
        if column == width or blank[column]:
            if column - start >= _FEWEST:
                out.append(Strip(grid, start, column - 1))
            start = column + 1
    tables = [s for s in out if isinstance(locate(s, mappings), Located)]
    return tables if len(tables) > 1 else []


#: Columns that a table has at least.
_FEWEST = 3
