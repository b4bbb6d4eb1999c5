"""Where things stand on a sheet: title, head block, table, foot. Nothing is written here."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from qq_excel.findings import a1, column_letters
from qq_excel.kinds import Field, FieldType, Kind
from qq_excel.language import Text
from qq_excel.template.formula import references

TITLE_ROW, LEGEND_ROW, HEAD_ROW = 0, 1, 2
#: Entries of the head block per row, where the columns are wide enough.
_PER_ROW = 4
_LABEL_WIDTH, _VALUE_WIDTH = 10.0, 19.0
_FROZEN_WIDTH = 60.0
_NARROWEST, _WIDEST = 7.5, 40.0
#: Texts that their schema makes this wide are long by nature.
_LONG = 36.0
#: Widths by type; codes and texts go by their schema.
_USUAL = {
    FieldType.DATE: 11.0,
    FieldType.AMOUNT: 14.0,
    FieldType.QTY: 10.0,
    FieldType.NUMBER: 9.0,
    FieldType.INT: 8.0,
    FieldType.RATIO: 9.0,
    FieldType.TIME: 8.0,
    FieldType.YESNO: 8.0,
    FieldType.ENUM: 9.0,
}


@dataclass(frozen=True, slots=True)
class HeadField:
    """An entry of the head block."""

    name: str
    label: str
    type: FieldType
    required: bool
    help: Text
    values: tuple[str, ...] = ()


AGE_BASES = ("业务发生日", "约定付款日")
MONEY = ("元", "千元", "万元")
HEAD_FIELDS = (
    HeadField("unit", "填报单位", FieldType.TEXT, True, Text("填单位全称", "the unit's full name")),
    HeadField(
        "as_of", "截止日期", FieldType.DATE, True,
        Text("账龄、逾期天数都算到这一天，如 2026-09-30", "ageing and overdue days run to this day"),
    ),
    HeadField(
        "period", "报告期", FieldType.CODE, True,
        Text("写成 2026Q3、2026-09 或 2026，应与截止日期一致", "2026Q3, 2026-09 or 2026; must fit the as-of date"),
    ),
    HeadField(
        "money_unit", "金额单位", FieldType.ENUM, False,
        Text("整张表只用一个单位，留空为元", "one unit for the whole sheet; blank means yuan"), MONEY,
    ),
    HeadField("prepared_by", "编制人", FieldType.TEXT, True, Text("填表人姓名", "who fills this in")),
    HeadField("reviewed_by", "审核人", FieldType.TEXT, False, Text("复核人姓名，不应与编制人相同", "who reviews it")),
    HeadField("prepared_on", "编制日期", FieldType.DATE, False, Text("填表日期", "the day it was filled in")),
    HeadField(
        "age_basis", "账龄口径", FieldType.ENUM, False,
        Text("账龄从哪一天起算，留空按制度", "the day that ageing starts from; blank: as the policy says"), AGE_BASES,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """Columns of a label and of its value (inclusive)."""

    label: tuple[int, int]
    value: tuple[int, int]


@dataclass(slots=True)
class Layout:
    """One sheet's geometry (zero-based)."""

    kind: Kind
    widths: tuple[float, ...]
    head: tuple[HeadField, ...]
    slots: tuple[Slot, ...]
    header_row: int
    rows: int
    #: (row, slot) of each head entry.
    places: dict[str, tuple[int, Slot]] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        """The first data row."""
        return self.header_row + 1

    @property
    def last_row(self) -> int:
        """The last row of the table."""
        return self.header_row + self.rows

    @property
    def last_column(self) -> int:
        """The last column of the table."""
        return len(self.kind.fields) - 1

    @property
    def frozen(self) -> int:
        """Columns that stay in view: up to the last key column, if that leaves room for the rest."""
        names = [f.name for f in self.kind.fields]
        key = [names.index(k) for k in self.kind.key]
        upto = max(key, default=0) + 1
        if sum(self.widths[:upto]) <= _FROZEN_WIDTH:
            return upto
        count = 0
        while count in key:
            count += 1
        return max(count, 1)

    def column(self, name: str) -> int:
        """The column of a field."""
        return [f.name for f in self.kind.fields].index(name)

    def area(self, name: str) -> str:
        """The data cells of a field, e.g. ``B7:B206``."""
        c = self.column(name)
        return f"{a1(self.first_row, c)}:{a1(self.last_row, c)}"

    def head_cell(self, name: str) -> str | None:
        """The absolute address of a head entry's value."""
        if name not in self.places:
            return None
        row, slot = self.places[name]
        return f"${column_letters(slot.value[0])}${row + 1}"


def lay_out(kind: Kind, rows: int, *, with_head: bool, aged: bool) -> Layout:
    """The geometry of *kind*'s sheet with *rows* table rows; *aged*: the head block asks for 账龄口径."""
    widths = tuple(width(f) for f in kind.fields)
    head = tuple(h for h in HEAD_FIELDS if aged or h.name != "age_basis") if with_head else ()
    slots = _slots(widths) if head else ()
    lines = -(-len(head) // len(slots)) if head else 0
    header_row = HEAD_ROW + lines + (1 if lines else 0)
    plan = Layout(kind=kind, widths=widths, head=head, slots=slots, header_row=header_row, rows=rows)
    for i, entry in enumerate(head):
        plan.places[entry.name] = (HEAD_ROW + i // len(slots), slots[i % len(slots)])
    return plan


def ages(kind: Kind) -> bool:
    """Whether the kind has something that depends on the 账龄口径."""
    used = any("age_basis" in references(f.formula) for f in kind.fields if f.formula)
    return used or any(f.values_from == "age_bands" for f in kind.fields)


def shown_width(text: str) -> int:
    """Columns that *text* takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def width(spec: Field) -> float:
    """The column's width: enough for the header on two lines and for usual values; long texts wrap.

    Narrower than a screen would allow: the whole table goes on one page's width.
    """
    two_lines = -(-shown_width(spec.header) // 2)
    # a header breaks between characters, and the filter button takes room on the last line
    least = max(two_lines + two_lines % 2 + 3.0, _NARROWEST)
    if spec.values:
        least = max(least, max(shown_width(v) for v in spec.values) + 2.0)
    wanted = _USUAL.get(spec.type, spec.width * 0.88)
    if spec.check_digit:
        wanted = 20.5
    if spec.type is FieldType.TEXT:
        wanted = spec.width * (1.0 if spec.width >= _LONG else 0.8)
    return min(max(wanted, least), _WIDEST)


def lines(text: str, wide: float) -> int:
    """Lines that *text* takes in a column *wide* characters wide."""
    room = int(
        wide * 1.05 - 1
    )  # a character of 10 points is a little narrower than a column's unit; the indent
    return max(1, -(-shown_width(text) // room))


def _slots(widths: Sequence[float]) -> tuple[Slot, ...]:
    """Columns for as many head entries per row as fit, at most four."""
    slots: list[Slot] = []
    at = 0
    while len(slots) < _PER_ROW:
        label = _take(widths, at, _LABEL_WIDTH)
        value = _take(widths, label[1] + 1, _VALUE_WIDTH) if label else None
        if label is None or value is None:
            break
        slots.append(Slot(label, value))
        at = value[1] + 1
    if len(slots) == 3:  # eight entries stand better in pairs
        slots = slots[:2]
    return tuple(slots) or (Slot((0, 0), (1, max(1, min(2, len(widths) - 1)))),)


def _take(widths: Sequence[float], start: int, least: float) -> tuple[int, int] | None:
    total = 0.0
    for i in range(start, len(widths)):
        total += widths[i]
        if total >= least:
            return start, i
    return None
