"""Rows of findings, as the list of the findings book and that of the annotated copy have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qq_excel.papers import style
from qq_excel.papers.cells import Column
from qq_excel.papers.told import REMEMBERED
from qq_excel.papers.words import lines, room

#: The tints of the cell with the level; ``""`` is that of a finding that is settled.
TINTS = {**style.LEVEL_TINTS, "": style.SETTLED}
_LINE_POINTS, _LEAST_POINTS, _MOST_POINTS = 15, 18, 400


class RowLooks:
    """The numbers of looks of a row's cells, when there is a look for each column, then one for links, then one for each of
    :data:`TINTS`."""

    def __init__(self, columns: int, level: int, cell: int) -> None:
        """*level* and *cell* are the columns that have more than one look."""
        self._rows = {}
        for n, key in enumerate(TINTS):
            plain = list(range(columns))
            plain[level] = columns + 1 + n
            linked = plain.copy()
            linked[cell] = columns
            self._rows[key] = (tuple(plain), tuple(linked))

    def of(self, level: str, status: str, *, linked: bool) -> tuple[int, ...]:
        """Those of a finding's row; *linked* when its cell leads somewhere."""
        return self._rows[level if status == "open" else ""][linked]


class Fit:
    """How wide the columns are, and how high a row is."""

    def __init__(self, columns: Sequence[Column], needs: Sequence[tuple[float, float, bool]]) -> None:
        """*needs* are of each column what its header and its texts need, and whether one of these has a line break."""
        self.widths = [
            min(max(head, texts, c.least), c.most) for c, (head, texts, _) in zip(columns, needs, strict=True)
        ]
        #: Columns in which a text may take more than one line, by its width alone or with line breaks.
        self._high = [
            (i, room(self.widths[i]))
            for i, (c, (_, texts, broken)) in enumerate(zip(columns, needs, strict=True))
            if texts > c.most and not broken
        ]
        self._broken = [(i, self.widths[i]) for i, (_, _, broken) in enumerate(needs) if broken]

    def height(self, number: int, texts: Sequence[Any], widths: Sequence[int]) -> float:
        """The height of the row of the finding *number* in points, of whose *texts* the *widths* are known; those that the
        columns were not fitted to have two lines."""
        most = 1 if number < REMEMBERED else 2
        if number < REMEMBERED:
            for i, most_columns in self._high:
                if widths[i] > most * most_columns:
                    most = -(-widths[i] // most_columns)
            for i, wide in self._broken:
                most = max(most, lines(texts[i], wide))
        return min(_MOST_POINTS, max(_LEAST_POINTS, _LINE_POINTS * most + 3))
