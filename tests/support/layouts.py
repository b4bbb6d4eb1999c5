"""Submissions in the layouts that staff use, drawn by hypothesis, with what reading them must give.

A clean table is drawn first; then how it is laid out: titles, where the head block stands, how headers are spelled
and grouped, the order of columns, columns that are no field, blank, hidden, total and note rows, the money unit, and
in which form each column writes its numbers and dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import cn2an
import openpyxl
import xlsxwriter
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from qq_excel.kinds import Field, FieldType, Kind, get_kind
from qq_excel.money import MONEY_UNITS
from qq_excel.reading.headers import normal
from qq_excel.reading.locate import _claims
from tests.support.build import clean_row

Place = tuple[int, int]
_EPOCH = dt.date(1899, 12, 30)
_WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(33, 127)})
_CHARACTERS = "〇一二三四五六七八九"


@dataclass(slots=True)
class Expected:
    """What one table must be read as: values by field and row (whole cents, dates), and where the rows stand."""

    kind: Kind
    values: list[dict[str, Any]]
    rows: list[int] = field(default_factory=list)
    totals: int = 0


@dataclass(slots=True)
class Wild:
    """One sheet as cells, and the tables on it."""

    cells: dict[Place, Any] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    tables: list[Expected] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """Rows in use."""
        return max(r for r, _ in self.cells) + 1

    def grid(self) -> list[list[Any]]:
        """The cells as rows."""
        width = max(c for _, c in self.cells) + 1
        return [[self.cells.get((r, c)) for c in range(width)] for r in range(self.height)]


# --- forms of numbers and dates -------------------------------------------------------------------------


def _separated(yuan: Decimal, factor: int) -> str:
    return f"{yuan / factor:,.2f}"


def _in_brackets(yuan: Decimal, factor: int) -> str:
    text = _separated(abs(yuan), factor)
    return f"（{text}）" if yuan < 0 else text


AMOUNTS: dict[str, Callable[[Decimal, int], Any]] = {
    "number": lambda v, factor: float(v / factor),
    "text": lambda v, factor: f"{v / factor:.2f}",
    "separated": _separated,
    "by four": lambda v, factor: (
        f"{int(v / factor) // 10_000},{int(v / factor) % 10_000:04d}"
        if v / factor >= 10_000 and v % factor == 0
        else _separated(v, factor)
    ),
    "¥": lambda v, factor: f"¥{_separated(v, factor)}",
    "￥": lambda v, factor: f"￥ {_separated(v, factor)}",
    "brackets": _in_brackets,
    "minus behind": lambda v, factor: _separated(abs(v), factor) + ("-" if v < 0 else ""),
    "full width": lambda v, factor: _separated(v, factor).translate(_WIDE),
    "own unit": lambda v, _: f"{v / 10_000}万元",
    "yuan": lambda v, _: f"人民币{v:,.2f}元",
    "capitals": lambda v, factor: cn2an.an2cn(int(v), "rmb") if v > 0 else _separated(v, factor),
}
DATES: dict[str, Callable[[dt.date], Any]] = {
    "date": lambda d: dt.datetime(d.year, d.month, d.day),
    "points": lambda d: f"{d.year}.{d.month}.{d.day}",
    "strokes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "iso": lambda d: d.isoformat(),
    "characters": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "in words": lambda d: "".join(_CHARACTERS[int(c)] for c in str(d.year)) + f"年{_tens(d.month)}月{_tens(d.day)}日",
    "compact": lambda d: f"{d:%Y%m%d}",
    "compact number": lambda d: int(f"{d:%Y%m%d}"),
    "serial": lambda d: (d - _EPOCH).days,
    "serial text": lambda d: str((d - _EPOCH).days),
    "full width": lambda d: f"{d:%Y-%m-%d}".translate(_WIDE),
    "with a time": lambda d: f"{d:%Y-%m-%d} 00:00:00",
}  # fmt: skip
TEXTS: dict[str, Callable[[str], str]] = {
    "plain": lambda t: t,
    "spaces": lambda t: f" {t}\u3000",
    "line break": lambda t: f"{t}\n",
}
_HEADERS: dict[str, Callable[[str], str]] = {
    "plain": lambda t: t,
    "star": lambda t: f"*{t}",
    "star behind": lambda t: f"{t}★",
    "colon": lambda t: f"{t}：",
    "line break": lambda t: f"{t[:2]}\n{t[2:]}",
    "spaces": "\u3000".join,
    "full width": lambda t: t.translate(_WIDE),
}


def _tens(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _CHARACTERS[tens] + "十") + (
        _CHARACTERS[ones] if ones else ""
    )


# --- tables -----------------------------------------------------------------------------------------------


@st.composite
def clean_tables(draw: st.DrawFn, kind: Kind) -> list[dict[str, Any]]:
    """Rows of *kind*: amounts are whole hundreds of yuan, so that 万元 shows them with two decimals."""
    count = draw(st.integers(1, 6))
    out = []
    for n in range(count):
        row = clean_row(
            kind.kind, n, {"debtor": draw(st.sampled_from(["海川公司", "Blue Sea Ltd", "王建国"]))}
        )
        for f in kind.fields:
            if f.name in row and f.type is FieldType.AMOUNT:
                row[f.name] = Decimal(100 * draw(st.integers(-5_000, 900_000)))
            elif f.name in row and f.type is FieldType.DATE:
                row[f.name] = draw(st.dates(dt.date(2001, 1, 1), dt.date(2031, 12, 31)))
        out.append(row)
    return out


def spellings(kind: Kind, f: Field) -> list[str]:
    """The names of a field that are of no other field of the kind."""
    return [w for w in (f.header, *f.synonyms, f.en) if _claims(kind).get(normal(w)) == f.name]


@st.composite
def wild_sheets(draw: st.DrawFn) -> Wild:
    """One sheet with one or two tables below each other."""
    sheet = Wild()
    unit = draw(st.sampled_from(["元", "千元", "万元"]))
    in_header = draw(st.booleans()) and unit != "元"
    left = draw(st.integers(0, 2))
    row = _draw_head(draw, sheet, left, None if in_header else unit)
    for name in draw(st.sampled_from([("receivables",), ("contracts",), ("receivables", "contracts")])):
        row = _draw_table(draw, sheet, get_kind(name), row, left, unit, in_header=in_header)
        row += draw(st.integers(1, 3))
    return sheet


def _draw_head(draw: st.DrawFn, sheet: Wild, left: int, unit: str | None) -> int:
    row = 0
    for title in draw(st.lists(st.sampled_from(["某某集团有限公司", "明细表", None]), max_size=3)):
        if title:
            sheet.cells[row, left] = title
            if draw(st.booleans()):
                sheet.merges.append((row, left, row, left + 5))
        row += 1
    as_of = draw(st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)))
    form = draw(st.sampled_from(["date", "characters", "points", "iso"]))
    entries: dict[str, Any] = {"填报单位": "华东分公司", "截止日期": DATES[form](as_of)}
    sheet.head = {"unit": "华东分公司", "as_of": as_of}
    if unit is not None:
        entries[draw(st.sampled_from(["金额单位", "单位"]))] = sheet.head["money_unit"] = unit
    how = draw(st.sampled_from(["pairs", "a line each", "one cell", "a cell each"]))
    if form == "date" and how in ("one cell", "a cell each"):
        entries["截止日期"] = DATES["iso"](as_of)
    if how == "pairs":
        for i, (label, value) in enumerate(entries.items()):
            sheet.cells[row, left + 2 * i], sheet.cells[row, left + 2 * i + 1] = label, value
    elif how == "a line each":
        for label, value in entries.items():
            sheet.cells[row, left + 1], sheet.cells[row, left + 2] = f"{label}：", value
            row += 1
    elif how == "one cell":
        sheet.cells[row, left] = "   ".join(f"{label}：{value}" for label, value in entries.items())
    else:
        for i, (label, value) in enumerate(entries.items()):
            sheet.cells[row, left + 3 * i] = f"{label}:{value}"
    return row + 1 + draw(st.integers(0, 2))


def _draw_table(
    draw: st.DrawFn, sheet: Wild, kind: Kind, row: int, left: int, unit: str, *, in_header: bool
) -> int:
    rows = draw(clean_tables(kind))
    fields = [f for f in kind.fields if f.name in kind.required or f.name in rows[0] or draw(st.booleans())]
    columns: list[Field | str] = draw(st.permutations([*fields, *draw(_EXTRA)]))
    row = _draw_headers(draw, sheet, kind, columns, row, left, unit if in_header else None)
    factor = MONEY_UNITS[unit]
    forms = {
        f.name: draw(st.sampled_from(sorted(AMOUNTS if f.type is FieldType.AMOUNT else DATES)))
        for f in fields
        if f.type in (FieldType.AMOUNT, FieldType.DATE)
    }
    step = draw(st.integers(1, 2))  # every cell in that form, or every other one
    expected = Expected(kind, rows)
    sheet.tables.append(expected)
    since = 0
    for n, values in enumerate(rows):
        if n and draw(st.integers(0, 7)) == 0:
            row += 1  # a blank row
        for j, f in enumerate(columns, left):
            if isinstance(f, str):
                sheet.cells[row, j] = n + 1 if f == "序号" else "甲"
            elif values.get(f.name) is not None:
                form = forms.get(f.name, "plain") if n % step == 0 else "else"
                sheet.cells[row, j] = _written(draw, f, values[f.name], form, factor)
        expected.rows.append(row)
        if draw(st.integers(0, 7)) == 0:
            sheet.hidden.append(row)
        row += 1
        if n + 1 < len(rows) and draw(st.integers(0, 7)) == 0:
            row = _sum_up(sheet, columns, rows[since : n + 1], "小计", row, left, factor)
            expected.totals, since = expected.totals + 1, n + 1
    if draw(st.booleans()):
        word = draw(st.sampled_from(["合计", "总  计", "合计：", "本表合计"]))
        row = _sum_up(sheet, columns, rows, word, row, left, factor)
        expected.totals += 1
    for note in draw(
        st.lists(st.sampled_from(["注：以上数据已核对。", "制表人：周敏    审核人：何立"]), max_size=2)
    ):
        row += draw(st.integers(0, 1))
        sheet.cells[row, left] = note
        row += 1
    return row


_EXTRA = st.lists(st.sampled_from(["序号", "附件张数", "所在楼层"]), unique=True, max_size=2)


def _draw_headers(
    draw: st.DrawFn,
    sheet: Wild,
    kind: Kind,
    columns: list[Field | str],
    row: int,
    left: int,
    unit: str | None,
) -> int:
    """Headers in one row or two; answers the row below them."""
    words = []
    for f in columns:
        if isinstance(f, str):
            words.append(f)
            continue
        word = _HEADERS[draw(st.sampled_from(sorted(_HEADERS)))](draw(st.sampled_from(spellings(kind, f))))
        words.append(f"{word}（{unit}）" if unit and f.type is FieldType.AMOUNT else word)
    start = draw(st.integers(0, len(columns) - 3))
    group = range(start, start + draw(st.integers(2, 3)))
    two = draw(st.sampled_from(["one row", "two rows", "two rows merged"]))
    if two == "one row":
        for j, word in enumerate(words, left):
            sheet.cells[row, j] = word
        return row + 1
    for j, word in enumerate(words):
        if j in group:
            sheet.cells[row + 1, left + j] = word
        else:
            sheet.cells[row, left + j] = word
            if two == "two rows merged":
                sheet.merges.append((row, left + j, row + 1, left + j))
    sheet.cells[row, left + start] = "其中"
    sheet.merges.append((row, left + start, row, left + group[-1]))
    return row + 2


def _written(draw: st.DrawFn, f: Field, value: Any, form: str, factor: int) -> Any:
    if f.type is FieldType.AMOUNT:
        return AMOUNTS["number" if form == "else" else form](Decimal(value), factor)
    if f.type is FieldType.DATE:
        return DATES["date" if form == "else" else form](value)
    if isinstance(value, str):
        return TEXTS[draw(st.sampled_from(sorted(TEXTS)))](value)
    return value


def _sum_up(
    sheet: Wild,
    columns: list[Field | str],
    rows: list[dict[str, Any]],
    word: str,
    row: int,
    left: int,
    factor: int,
) -> int:
    named = False
    for j, f in enumerate(columns, left):
        if isinstance(f, Field) and f.type is FieldType.AMOUNT and f.name in rows[0]:
            sheet.cells[row, j] = float(sum(Decimal(r[f.name]) for r in rows) / factor)
        elif not named and (isinstance(f, str) or f.type in (FieldType.TEXT, FieldType.CODE)):
            sheet.cells[row, j], named = word, True
    return row + 1


# --- files ------------------------------------------------------------------------------------------------


def write_xlsxwriter(path: Path, sheet: Wild, *, inline: bool = False) -> None:
    """The sheet by XlsxWriter, with inline strings if asked for."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": inline, "strings_to_formulas": False})
    out = book.add_worksheet("表一")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    if not inline:
        for top, left, bottom, right in sheet.merges:
            out.merge_range(top, left, bottom, right, "")
    for r in sorted({r for r, _ in sheet.cells}):
        if r in sheet.hidden:
            out.set_row(r, None, None, {"hidden": True})
        for c in sorted(c for row, c in sheet.cells if row == r):
            value = sheet.cells[r, c]
            if isinstance(value, dt.datetime):
                out.write_datetime(r, c, value, day)
            elif isinstance(value, str):
                out.write_string(r, c, value)
            else:
                out.write_number(r, c, value)
    if inline:  # cells are written already: only the ranges are left to state
        for top, left, bottom, right in sheet.merges:
            out.merge.append([top, left, bottom, right])
    book.close()


def write_openpyxl(path: Path, sheet: Wild) -> None:
    """The sheet by openpyxl."""
    book = openpyxl.Workbook()
    out = book.active
    out.title = "表一"
    for (r, c), value in sheet.cells.items():
        cell = out.cell(r + 1, c + 1, value)
        if isinstance(value, dt.datetime):
            cell.number_format = "yyyy-mm-dd"
    for top, left, bottom, right in sheet.merges:
        out.merge_cells(f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}")
    for r in sheet.hidden:
        out.row_dimensions[r + 1].hidden = True
    book.save(path)
