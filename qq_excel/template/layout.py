"""Where things stand on a sheet: title, head block, table, foot. Nothing is written here."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

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
#: Margins of a page (left and right), and what is left of a landscape A4 page between them, in points.
MARGIN_INCHES = 0.4
_PRINTED = 297 / 25.4 * 72 - 2 * MARGIN_INCHES * 72
#: 10 points at this scale are 6, about as small as a printed form may be.
_READABLE = 0.6
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

    @property
    def pages_wide(self) -> int:
        """A4 pages side by side that the table takes at a readable scale; each repeats the frozen columns."""
        room = _PRINTED / _READABLE
        pages, used = 1, 0.0
        repeated = sum(map(_points, self.widths[: self.frozen]))
        for wide in map(_points, self.widths):
            if used and used + wide > room:
                pages, used = pages + 1, repeated
            used += wide
        return pages

    @property
    def on_first_page(self) -> int:
        """Columns that are on the first page for sure: paper is never printed larger than at 100 %."""
        if self.pages_wide == 1:
            return len(self.widths)
        used = accumulate(map(_points, self.widths))
        return sum(wide <= _PRINTED * 0.97 for wide in used)

    @property
    def margin(self) -> int:
        """The column where title, head block and foot begin.

        Columns that stand on every page would repeat them, cut off at the column's edge.
        """
        return self.frozen if self.pages_wide > 1 else 0

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
    plan = Layout(kind=kind, widths=widths, head=head, header_row=HEAD_ROW, rows=rows)
    slots = _slots(widths[: plan.on_first_page], plan.margin) if head else ()
    if head:
        plan.header_row += -(-len(head) // len(slots)) + 1
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

    Narrower than a screen would allow: what is wide takes more pages (:attr:`Layout.pages_wide`).
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


def _points(wide: float) -> float:
    """The printed width of a column: 7 pixels a character and 5 between columns, at 96 pixels an inch."""
    return (7 * wide + 5) * 0.75


def lines(text: str, wide: float) -> int:
    """Lines that *text* takes in a column *wide* characters wide."""
    room = int(
        wide * 1.05 - 1
    )  # a character of 10 points is a little narrower than a column's unit; the indent
    return max(1, -(-shown_width(text) // room))


def _slots(widths: Sequence[float], start: int) -> tuple[Slot, ...]:
    """Columns from *start* on for as many head entries per row as fit, at most four."""
    slots: list[Slot] = []
    at = start
    while len(slots) < _PER_ROW:
        label = _take(widths, at, _LABEL_WIDTH)
        value = _take(widths, label[1] + 1, _VALUE_WIDTH) if label else None
        if label is None or value is None:
            break
        slots.append(Slot(label, value))
        at = value[1] + 1
    if len(slots) == 3:  # eight entries stand better in pairs
        slots = slots[:2]
    return tuple(slots) or (
        Slot((start, start), (start + 1, max(start + 1, min(start + 2, len(widths) - 1)))),
    )


def _take(widths: Sequence[float], start: int, least: float) -> tuple[int, int] | None:
    total = 0.0
    for i in range(start, len(widths)):
        total += widths[i]
        if total >= least:
            return start, i
    return None
