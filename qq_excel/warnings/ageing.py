"""Ageing by unit, and the ledger's own totals to which it must tie.

Totals of the ageing must equal the ledger's total: that is what auditors check first. The ageing adds up the
stacked rows band by band; the ledger is added up apart from it, table by table, and an amount in a merged cell
counts once there, though it is taken to belong to every row merged (TAB007). So a difference is seen and explained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel import money
from qq_excel.language import Text
from qq_excel.reading.model import Table
from qq_excel.rules.limitation import still_owed
from qq_excel.rules.stack import Source

NOT_DUE = Text("未到期", "not due")
NO_BAND = Text("无法归段", "in no band")
DISPUTED, SUED, CREDIT = (
    Text("争议", "disputed"), Text("诉讼", "in court"), Text("贷项", "credit notes")
)  # fmt: skip
#: What is no plain debt stands in a column of its own, whatever its age: the last of these that holds, and after the bands.
APART = (DISPUTED, SUED, CREDIT)
NO_UNIT = "（未填单位）"


@dataclass(frozen=True, slots=True)
class Ageing:
    """Balances by unit and age band (cents of yuan); every row of the ledger is in exactly one column.

    Aged by 约定付款日, what is not due (or due on the very day) stands in a column of its own; what is disputed, before a
    court or a credit note stands in one of its own by either date.
    """

    #: 业务发生日 or 约定付款日.
    basis: str
    columns: tuple[Text, ...]
    units: tuple[str, ...]
    amounts: tuple[tuple[int, ...], ...]
    #: The ledger's own total of each unit, added up apart from the bands (:func:`ledger_totals`).
    ledger: tuple[int, ...] = ()

    @property
    def by_unit(self) -> tuple[int, ...]:
        """The total of each unit."""
        return tuple(sum(row) for row in self.amounts)

    @property
    def by_column(self) -> tuple[int, ...]:
        """The total of each column."""
        return tuple(sum(column) for column in zip(*self.amounts, strict=True)) or (0,) * len(self.columns)

    @property
    def total(self) -> int:
        """The total of all; it must be the ledger's."""
        return sum(self.by_unit)

    @property
    def title(self) -> Text:
        """Which date it ages from, in words."""
        names = {"业务发生日": "the transaction date", "约定付款日": "the due date"}
        return Text(f"按{self.basis}计算的账龄", f"Age from {names[self.basis]}")


def unit_of(table: Table) -> str:
    """The unit of rows that name none: the head block's."""
    return table.text("unit") or NO_UNIT


def ledger_totals(source: Source) -> dict[str, int]:
    """The balances of one ledger by unit (cents), each cell counted once."""
    frame = source.table.frame
    units = frame["unit"].astype(object).where(frame["unit"].notna(), unit_of(source.table))
    cells = still_owed(frame).where(~source.table.copied("balance")).fillna(0)
    return {
        str(unit): int(cents) for unit, cents in cells.groupby(units.to_numpy(), sort=False).sum().items()
    }


def merged_notes(source: Source) -> Iterator[Text]:
    """What merged balances add to the ageing beyond the ledger."""
    table = source.table
    extra = int(table["balance"].where(table.copied("balance")).fillna(0).sum())
    if extra:
        more = money.yuan(extra)
        yield Text(
            f"{source.file} 的账面余额有合并单元格，按每行各计一次，账龄合计因此多 {more} 元，请拆开后重新生成",
            f"{source.file}: merged balances count in each of their rows, {more} too much in the ageing; unmerge them",
        )


class Totals:
    """Adds up an ageing table, ledger by ledger."""

    def __init__(self, basis: str) -> None:
        self.basis = basis
        self.columns: dict[Text, None] = {NOT_DUE: None} if basis == "约定付款日" else {}
        self.amounts: dict[tuple[str, Text], int] = {}
        self.units: dict[str, int] = {}

    def add(
        self, units: npt.NDArray[Any], columns: list[Text], index: npt.NDArray[np.int64], worth: Any
    ) -> None:
        """Add *worth* (cents per row) by unit and by ``columns[index]``."""
        self.columns.update(dict.fromkeys(columns))
        codes, names = pd.factorize(units)
        sums = np.zeros((len(names), len(columns)), dtype=np.int64)
        np.add.at(sums, (codes, index), worth)
        for i, unit in enumerate(names):
            self.units.setdefault(str(unit), 0)
            for j, column in enumerate(columns):
                self.amounts[str(unit), column] = self.amounts.get((str(unit), column), 0) + int(sums[i, j])

    def tie(self, ledger: dict[str, int]) -> None:
        """Set the ledger's own totals beside those of the bands."""
        for unit, amount in ledger.items():
            self.units[unit] = self.units.get(unit, 0) + amount

    def table(self) -> Ageing:
        """The finished table; what is in no band comes behind the bands, what is no plain debt last."""
        last = (NO_BAND, *APART)
        columns = (*(c for c in self.columns if c not in last), *last)
        amounts = tuple(tuple(self.amounts.get((u, c), 0) for c in columns) for u in self.units)
        return Ageing(self.basis, columns, tuple(self.units), amounts, tuple(self.units.values()))
