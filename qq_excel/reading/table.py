"""A located table to typed columns, with what its sheet says of them: merged, hidden, calculated elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qq_excel.kinds import FieldType
from qq_excel.money import MONEY_UNITS
from qq_excel.reading import convert
from qq_excel.reading.below import next_headers, without_title
from qq_excel.reading.columns import Columns
from qq_excel.reading.convert import Facts
from qq_excel.reading.foot import foot_of
from qq_excel.reading.locate import Located
from qq_excel.reading.mapped import mapped
from qq_excel.reading.model import NO_RESULT, OTHER_WORKBOOK, CellFacts, Cells, Grid, Table
from qq_excel.reading.options import Limits
from qq_excel.reading.refusal import too_much_text
from qq_excel.reading.rows import data_rows, total_rows
from qq_excel.reading.texts import look_through


def make_table(grid: Grid, found: Located, limits: Limits) -> Table:
    """Read the rows below the headers of *found* and type them. Raises :class:`~qq_excel.reading.refusal.Refusal`."""
    kind = found.kind
    first = found.header_row + 1
    cells, beside, size, below = _read(grid, found, limits)
    if found.mapping is not None:
        for name, column in found.mapping.mapping.columns.items():
            cells[name] = mapped(cells[name], column, kind[name])
    keep, totals_at, end, blank = data_rows(cells, beside, kind, size)
    if below is not None:
        keep = without_title(keep, cells, size)
    unit_entry = found.head.get("money_unit")
    money_unit = (
        (str(unit_entry.value) if unit_entry and unit_entry.value else None) or found.header_unit or "元"
    )
    factor = MONEY_UNITS.get(money_unit, 1)
    facts = Facts()
    columns: dict[str, Any] = {}
    for f in kind.fields:
        if f.name in cells:
            columns[f.name] = convert.column(
                _taken(cells[f.name], keep, size), f, factor, facts, date1904=grid.date1904
            )
        else:
            columns[f.name] = convert.absent(f.type, len(keep))
    table = Table(
        kind=kind, sheet=grid.name, data=Columns.of(columns), rows=first + keep, header_row=found.header_row,
        columns=found.columns, headers=found.headers, head=found.head, step=factor, money_unit=money_unit, units=found.units,
        template_version=_version(grid), facts=facts.by_rule, unknown=found.unknown, doubles=found.doubles,
        missing=found.missing, blank_rows=[int(first + i) for i in blank], filtered=grid.filtered,
    )  # fmt: skip
    table.below = None if below is None else first + below
    table.totals = total_rows(cells, totals_at, keep, kind, factor, first)
    if kind.blocks:
        table.foot = foot_of(grid, kind, first + end, max(found.columns.values()), table.below)
    _merged(grid, table)
    _hidden(grid, table)
    _formulas(grid, table)
    return table


def _read(
    grid: Grid, found: Located, limits: Limits
) -> tuple[dict[str, Cells], list[Cells], int, int | None]:
    """The cells below the headers: by field, of columns that are no field; how many rows, and where the next table begins.

    Columns that are no field may hold the word 合计, or what stands below the table.
    """
    kind, first = found.kind, found.header_row + 1
    exact = [c for name, c in found.columns.items() if _is_exact(kind[name].type)]
    beside = {*found.unknown, *range(max(0, min(found.columns.values()) - 2), min(found.columns.values()))}
    beside -= set(found.columns.values())
    by_column = grid.read(first, [*found.columns.values(), *beside], exact)
    texts = sum(cells.text.nbytes for cells in by_column.values() if cells.text is not None)
    if texts > limits.text_bytes:
        raise too_much_text(texts, limits)
    cells = {name: by_column[c] for name, c in found.columns.items() if c in by_column}
    size = max((len(c) for c in cells.values()), default=0)
    for name in found.columns:
        cells.setdefault(name, Cells(np.zeros(size, dtype=np.uint8)))
    below = next_headers(cells, kind)
    if below is not None:
        size, whole = below, np.arange(below)
        cells = {name: _taken(one, whole, len(one)) for name, one in cells.items()}
        by_column = {c: _taken(one, whole[: len(one)], len(one)) for c, one in by_column.items()}
    others = [by_column[c] for c in sorted(beside) if c in by_column]
    for one in [*cells.values(), *others]:
        look_through(one)
    return cells, others, size, below


def _is_exact(type_: FieldType) -> bool:
    """Whether in cells of this type numbers and dates must be told from texts."""
    return type_.numeric or type_ in (FieldType.DATE, FieldType.TIME)


def _version(grid: Grid) -> int | None:
    version = str(grid.marks.get("version", ""))
    return int(version) if version.isdigit() else None


def _taken(cells: Cells, keep: npt.NDArray[np.int64], size: int) -> Cells:
    if len(keep) == size:
        return cells
    return Cells(
        cells.kind[keep],
        None if cells.number is None else cells.number[keep],
        None if cells.date is None else cells.date[keep],
        None if cells.text is None else cells.text.take(pa.array(keep)),
        cells.look,
    )


def _merged(grid: Grid, table: Table) -> None:
    """Fill merged cells over data rows from their first cell: the value belongs to every row merged."""
    if not grid.merges or not len(table.rows):
        return
    by_column = {c: n for n, c in table.columns.items()}
    sources: dict[str, npt.NDArray[np.int64]] = {}
    for area in grid.merges:
        if area.top <= table.header_row or area.top > table.rows[-1] or area.left not in by_column:
            continue
        start, stop = np.searchsorted(table.rows, (area.top, area.bottom + 1))
        if start == stop:
            continue
        table.merges.append(area)
        if stop - start > 1 and table.rows[start] == area.top:
            source = sources.setdefault(by_column[area.left], np.arange(len(table.rows)))
            source[start:stop] = start
    if sources:
        table.data = table.data.filled(sources)


def _hidden(grid: Grid, table: Table) -> None:
    if grid.state != "visible":
        table.hidden = True
        return
    table.hidden_columns = _spans(grid.hidden_columns & set(table.columns.values()))
    if grid.hidden_rows and not grid.filtered:
        table.hidden_rows = _spans(grid.hidden_rows & set(table.rows.tolist()))


def _spans(numbers: Collection[int]) -> list[tuple[int, int]]:
    """First and last of each run of *numbers*."""
    out: list[tuple[int, int]] = []
    for n in sorted(numbers):
        if out and n == out[-1][1] + 1:
            out[-1] = (out[-1][0], n)
        else:
            out.append((n, n))
    return out


def _formulas(grid: Grid, table: Table) -> None:
    by_column = {c: n for n, c in table.columns.items()}
    position = (
        {int(r): i for i, r in enumerate(table.rows)} if grid.stale_formulas or grid.foreign_formulas else {}
    )
    for places, why in ((grid.stale_formulas, NO_RESULT), (grid.foreign_formulas, OTHER_WORKBOOK)):
        here: dict[str, list[int]] = {}
        for row, column in places:
            if row in position and column in by_column:
                here.setdefault(by_column[column], []).append(position[row])
        for name, at in here.items():
            fact = CellFacts(name, np.array(at, dtype=np.int64), [why] * len(at), [""] * len(at))
            table.facts.setdefault("CEL011", []).append(fact)
