"""What the papers say of each finding. The findings book, the list in the annotated copy and the notes at its cells say
the same, so it is put into words once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from qq_excel.catalogue import LEVEL_NAMES, STATUS_NAMES
from qq_excel.findings import Finding, Findings
from qq_excel.language import Text, current, t
from qq_excel.papers.words import Known, tidy, width
from qq_excel.patching.sheetmaker import Cells, cells_of, inline

#: So many are remembered: columns are as wide as these need. What comes after them is told when it is written.
REMEMBERED = 2_000
#: What stands for the address of a finding on a sheet or file.
NO_CELL = "—"


class Told(NamedTuple):
    """One finding in the language of the run: texts that are clean and short enough for a cell."""

    level: str
    rule: str
    sheet: str
    cell: str
    header: str
    key: str
    value: str
    expected: str
    message: str
    fix: str
    clause: str
    status: str
    #: The special reason or waiver, and who approved it.
    why: str


class ToldRow(NamedTuple):
    """What a row of a list says of one finding."""

    told: Told
    cells: Cells
    #: How many columns each text takes; of the :attr:`AllTold.first` only.
    widths: tuple[int, ...]


def tell(f: Finding) -> Told:
    """*f* in words."""
    lang = current()
    expected = f.expected.in_(lang) if isinstance(f.expected, Text) else f.expected
    why = "；".join([x for x in (f.reason, f.approved_by) if x])
    texts = (
        LEVEL_NAMES[f.level].in_(lang), f.rule, f.sheet or t("（整个文件）", "(the file)"), f.cell or NO_CELL, f.header, f.key,
        f.value, expected, f.message(lang), f.fix(lang), f.clause, STATUS_NAMES[f.status].in_(lang), why,
    )  # fmt: skip
    return Told._make([tidy(x) if x else "" for x in texts])


class AllTold:
    """The findings of a paper in words."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    @cached_property
    def first(self) -> list[Told]:
        """The first :data:`REMEMBERED`."""
        return [tell(f) for f in self.findings[:REMEMBERED]]

    @cached_property
    def _widths(self) -> list[tuple[int, ...]]:
        wide = Known(width).__getitem__
        return [tuple(map(wide, told)) for told in self.first]

    @cached_property
    def needs(self) -> list[tuple[int, bool]]:
        """Of each field, how many columns the widest of its :attr:`first` texts takes, and whether one has a line break."""
        if not self.first:
            return [(0, False)] * len(Told._fields)
        texts, widths = zip(*self.first, strict=True), zip(*self._widths, strict=True)
        return [(max(wide), "\n" in "".join(each)) for each, wide in zip(texts, widths, strict=True)]

    def __getitem__(self, n: int) -> Told:
        return self.first[n] if n < REMEMBERED else tell(self.findings[n])

    def rows(self) -> Iterator[ToldRow]:
        """Each as a row of a list."""
        later = (tell(f) for f in self.findings[REMEMBERED:])
        return chain(
            map(ToldRow, self.first, self._cells, self._widths),
            (ToldRow(told, cells_of(told), ()) for told in later),
        )

    @cached_property
    def _cells(self) -> list[Cells]:
        cell = Known(inline).__getitem__
        return [cells_of(told, cell) for told in self.first]
