"""A located table to typed columns: which rows are data, which are totals, notes, signatures."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from qq_excel.kinds import Block, FieldType, Kind
from qq_excel.money import MONEY_UNITS
from qq_excel.reading import convert, values
from qq_excel.reading.convert import Facts
from qq_excel.reading.headers import bare, normal
from qq_excel.reading.locate import Located, header_words, normal_words
from qq_excel.reading.mapped import mapped
from qq_excel.reading.model import CellFacts, CellKind, Cells, FootEntry, Table, TotalRow

TOTAL_WORDS = frozenset({"合计", "总计", "小计", "累计", "共计", "本页合计", "本页小计", "total", "subtotal"})
#: A longer text that ends in 合计 is a sentence.
_LONGEST_TOTAL = 20
#: A cell with more characters is no header.
_LONGEST_HEADER = 60
#: What staff add to a header: stars, colons, line breaks, spaces inside, a unit, full width.
_DRESSED = "[*★＊：:\\n\u3000Ａ-Ｚａ-ｚ]|[一-鿿] [一-鿿]|[(（\\[].*元.*[)）\\]]$"
#: Filled cells that a row above a table has at most.
_TITLE_CELLS = 4
_FOOT = re.compile(
    r"^(注|备注|说明|附注|编制|制表|填表|审核|复核|单位负责人|负责人|财务负责人|主管|会计|签字|签名|签章|签收|盖章|送达|日期)"
)


def make_table(grid: Any, found: Located) -> Table:
    """Read the rows below the headers of *found* and type them."""
    kind = found.kind
    fields = {name: kind[name] for name in found.columns}
    first = found.header_row + 1
    exact = [
        c
        for name, c in found.columns.items()
        if fields[name].type.numeric or fields[name].type is FieldType.DATE
    ]
    # columns that are no field may hold the word 合计, or what stands below the table
    beside = {*found.unknown, *range(max(0, min(found.columns.values()) - 2), min(found.columns.values()))}
    beside -= set(found.columns.values())
    by_column = grid.read(first, [*found.columns.values(), *beside], exact)
    cells = {name: by_column[c] for name, c in found.columns.items() if c in by_column}
    size = max((len(c) for c in cells.values()), default=0)
    for name in found.columns:
        cells.setdefault(name, Cells(np.zeros(size, dtype=np.uint8)))
    below = _next_headers(cells, kind)
    if below is not None:
        size, whole = below, np.arange(below)
        cells = {name: _taken(one, whole, len(one)) for name, one in cells.items()}
        by_column = {c: _taken(one, whole[: len(one)], len(one)) for c, one in by_column.items()}
    others = [by_column[c] for c in sorted(beside) if c in by_column]
    for one in [*cells.values(), *others]:
        _blank_empty_texts(one)
    if found.mapping is not None:
        for name, column in found.mapping.mapping.columns.items():
            cells[name] = mapped(cells[name], column, kind[name])
    keep, totals_at, end, blank = _rows(cells, others, kind, size)
    if below is not None:
        keep = _without_title(keep, cells, size)
    rows = first + keep
    unit_entry = found.head.get("money_unit")
    money_unit = (
        (str(unit_entry.value) if unit_entry and unit_entry.value else None) or found.header_unit or "元"
    )
    factor = MONEY_UNITS.get(money_unit, 1)
    facts = Facts()
    columns: dict[str, pd.Series[Any]] = {}
    for f in kind.fields:
        if f.name in cells:
            columns[f.name] = convert.column(
                _taken(cells[f.name], keep, size), f, factor, facts, date1904=grid.date1904
            )
        else:
            columns[f.name] = _absent(f.type, len(keep))
    frame = pd.DataFrame(columns)
    table = Table(
        kind=kind, sheet=grid.name, frame=frame, rows=rows, header_row=found.header_row, columns=found.columns,
        headers=found.headers, head=found.head, step=factor, money_unit=money_unit,
        template_version=_version(grid), facts=facts.by_rule, unknown=found.unknown, doubles=found.doubles,
        missing=found.missing, blank_rows=[int(first + i) for i in blank], filtered=grid.filtered,
    )  # fmt: skip
    table.below = None if below is None else first + below
    table.totals = _totals(cells, totals_at, keep, kind, factor, first)
    if kind.blocks:
        table.foot = _foot(grid, kind, first + end, max(found.columns.values()), table.below)
    _merged(grid, table)
    _hidden(grid, table)
    _formulas(grid, table)
    return table


def _next_headers(cells: dict[str, Cells], kind: Kind) -> int | None:
    """The first row below that has headers again: of another table, or of the same on the next page.

    Three of its cells are header words. A header puts text where numbers and dates are due, which a clean
    column does not hold; and into the first columns. Only these are searched.
    """
    first = list(cells.values())[:2]
    typed = [c for n, c in cells.items() if kind[n].type.numeric or kind[n].type is FieldType.DATE]
    rows = sorted({int(i) for one in (*first, *typed) for i in _header_words(one)})
    for row in rows:
        here = [c for c in cells.values() if row < len(c) and c.kind[row] == CellKind.TEXT]
        words = [str(c.text.iloc[row]) for c in here if c.text is not None]
        if sum(1 for w in words if _is_header(w)) >= 3:
            return row
    return None


def _header_words(cells: Cells) -> npt.NDArray[np.int64]:
    """Rows whose cell is the word of a header, as the kinds spell it or with what staff add to it."""
    if cells.text is None:
        return np.zeros(0, dtype=np.int64)
    text = pa.array(cells.text, type=pa.string())
    words = pa.array(sorted(header_words()), pa.string())
    plain = np.asarray(pc.fill_null(pc.is_in(text, value_set=words), False))
    dressed = np.flatnonzero(np.asarray(pc.fill_null(pc.match_substring_regex(text, _DRESSED), False)))
    texts = text.take(pa.array(dressed)).to_pylist()
    at = [int(i) for i, word in zip(dressed, texts, strict=True) if _is_header(word)]
    return np.union1d(np.flatnonzero(plain), np.array(at, dtype=np.int64))


def _is_header(text: str) -> bool:
    return len(text) <= _LONGEST_HEADER and bare(normal(text))[0] in normal_words()


def _without_title(keep: npt.NDArray[np.int64], cells: dict[str, Cells], size: int) -> npt.NDArray[np.int64]:
    """Data rows without the title and the head block of the table below: texts only, right above it."""
    filled = np.zeros(size, dtype=np.int32)
    solid = np.zeros(size, dtype=np.int32)
    for one in cells.values():
        filled += one.kind[:size] != CellKind.BLANK
        solid += one.kind[:size] == CellKind.NUMBER
    last = size
    while last > 0 and filled[last - 1] <= _TITLE_CELLS and not solid[last - 1]:
        last -= 1
    return keep[keep < last]


def _version(grid: Any) -> int | None:
    version = str(grid.marks.get("version", ""))
    return int(version) if version.isdigit() else None


def _blank_empty_texts(cells: Cells) -> None:
    """A formula that gives "" (a template row nobody filled) is blank."""
    if cells.text is None:
        return
    at = np.flatnonzero(cells.kind == CellKind.TEXT)
    if len(at):
        empty = (cells.text.iloc[at].str.strip() == "").to_numpy(dtype=bool, na_value=True)
        cells.kind[at[empty]] = CellKind.BLANK
        if empty.any():
            cells.text = cells.text.mask(_at(at[empty], len(cells)))


def _at(positions: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[positions] = True
    return mask


def _taken(cells: Cells, keep: npt.NDArray[np.int64], size: int) -> Cells:
    if len(keep) == size:
        return cells
    return Cells(
        cells.kind[keep],
        None if cells.number is None else cells.number[keep],
        None if cells.date is None else cells.date[keep],
        None if cells.text is None else cells.text.iloc[keep].reset_index(drop=True),
    )


def _absent(type_: FieldType, size: int) -> pd.Series[Any]:
    if type_ in (FieldType.AMOUNT, FieldType.INT):
        return pd.Series([pd.NA] * size, dtype="Int64")
    if type_.numeric:
        return pd.Series(np.full(size, np.nan))
    if type_ is FieldType.DATE:
        return pd.Series(np.full(size, np.datetime64("NaT", "s")))
    return pd.Series([pd.NA] * size, dtype="str")


def _rows(
    cells: dict[str, Cells], others: list[Cells], kind: Kind, size: int
) -> tuple[npt.NDArray[np.int64], list[tuple[int, str]], int, list[int]]:
    """Data rows, total rows (with their word), where the data end, blank rows inside the data."""
    filled = np.zeros(size, dtype=np.int32)
    solid = np.zeros(size, dtype=np.int32)  # numbers and dates: a note has none
    formulas = [f.name for f in kind.fields if f.formula]
    for name, one in cells.items():
        there = one.kind != CellKind.BLANK
        if name not in formulas:
            filled += there
        solid += (one.kind == CellKind.NUMBER) | (one.kind == CellKind.DATE)
    beside = np.zeros(size, dtype=bool)
    for one in others:
        beside |= one.kind == CellKind.TEXT
    required = [cells[name] for name in kind.required if name in cells]
    totals: list[tuple[int, str]] = []
    is_total = np.zeros(size, dtype=bool)
    most = max(6, len(kind.required) // 2 + len(_amounts(kind)))
    few = np.flatnonzero(((filled > 0) | beside) & (filled <= most))
    end = size
    for i in few:
        if required and all(one.kind[i] != CellKind.BLANK for one in required):
            continue  # nothing is wanting: a row of data, whatever its words
        words = _texts_at([*others, *cells.values()], int(i))
        if not words:
            continue
        total = next((t for t in map(_total_word, words) if t), None)
        if total:
            totals.append((int(i), total))
            is_total[i] = True
        elif _is_foot(words[0], kind, int(solid[i]), len(words)):
            end = int(i)
            break
    totals = [x for x in totals if x[0] < end]
    data = (filled > 0) & ~is_total
    data[end:] = False
    keep = np.flatnonzero(data)
    last = int(keep[-1]) if len(keep) else -1
    inside = np.arange(size) < last
    blank = np.flatnonzero((filled == 0) & inside).tolist()
    return keep, totals, max(last + 1, 0), blank


def _amounts(kind: Kind) -> list[str]:
    return [f.name for f in kind.fields if f.type.numeric]


def _texts_at(cells: list[Cells], row: int) -> list[str]:
    return [
        normal(str(one.text.iloc[row]))
        for one in cells
        if one.kind[row] == CellKind.TEXT and one.text is not None
    ]


def _total_word(word: str) -> str | None:
    """The total that a cell announces: 合计, 华东分公司小计, 合计(元)."""
    plain = re.sub(r"[(\[].*?[)\]]$", "", word)
    if plain in TOTAL_WORDS or (len(plain) <= _LONGEST_TOTAL and plain.endswith(("小计", "合计", "总计"))):
        return plain
    return None


def _is_foot(word: str, kind: Kind, solid: int, texts: int) -> bool:
    entries = [normal(e) for b in kind.blocks for e in (*b.entries, b.title.zh)]
    if any(word.startswith((e, f"送达{e}")) for e in entries):
        return True
    return bool(_FOOT.match(word)) and solid <= 1 and texts <= 6


def _totals(
    cells: dict[str, Cells],
    at: list[tuple[int, str]],
    keep: npt.NDArray[np.int64],
    kind: Kind,
    factor: int,
    first: int,
) -> list[TotalRow]:
    out: list[TotalRow] = []
    reach = _Reach()
    for i, word in at:
        found: dict[str, float] = {}
        for name in _amounts(kind):
            one = cells.get(name)
            if one is None:
                continue
            value: float | None = None
            if one.kind[i] == CellKind.NUMBER and one.number is not None:
                value = float(one.number[i])
            elif one.kind[i] == CellKind.TEXT and one.text is not None:
                read = values.number(str(one.text.iloc[i]))
                value = None if read is None else float(read)
            if value is not None:
                amount = kind[name].type is FieldType.AMOUNT
                found[name] = float(round(value * 100 * factor)) if amount else value
        before = int(np.searchsorted(keep, i))
        start, other = reach.of(word, before, last=before == len(keep))
        out.append(TotalRow(first + i, word, found, start, before, other))
    return out


class _Reach:
    """From which row on a total counts, as the totals above it and its word say.

    A subtotal counts from the last total above it. 合计 may close a group or sum up all that stands above:
    between data rows the group is more likely, below them all, and the other reading is kept beside it.
    """

    def __init__(self) -> None:
        self._since = 0  # the end of the last group, whatever closed it
        self._of_word: dict[str, int] = {}

    def of(self, word: str, before: int, *, last: bool) -> tuple[int, int | None]:
        """The first row of the total *word* that stands below *before* rows, and the first by the other reading."""
        if "小计" in word or word.startswith("本页") or word == "subtotal":
            start, self._since = self._since, before
            return start, None
        if word.startswith(("总计", "累计", "共计")) or word == "total":
            return 0, None
        closed = self._of_word.get(word[-2:], 0)
        self._of_word[word[-2:]] = self._since = before
        if not closed:
            return 0, None
        return (0, closed) if last else (closed, 0)


def _foot(grid: Any, kind: Kind, start: int, width: int, below: int | None) -> list[FootEntry]:
    """Signatures and deliveries below the table."""
    columns = range(max(width, 8) + 1)
    by_column = grid.read(start, columns, columns)
    size = max((len(c) for c in by_column.values()), default=0)
    out: list[FootEntry] = []
    for i in range(min(size, 200 if below is None else below - start)):
        line = [(c, v) for c in sorted(by_column) if (v := _value(by_column[c], i)) is not None]
        line = [(c, part) for c, v in line for part in _split(kind, v)]
        for block in kind.blocks:
            out += _entries(block, line, start + i)
    seen: dict[tuple[str, str], FootEntry] = {}
    for entry in out:
        seen.setdefault((entry.block, entry.entry), entry)
    return list(seen.values())


def _split(kind: Kind, value: str | dt.date) -> list[str | dt.date]:
    """Several entries in one cell, each for itself: ``保管人：马强  验收人：孙悦``."""
    if not isinstance(value, str):
        return [value]
    words = "|".join(re.escape(e) for b in kind.blocks for e in b.entries)
    return [p for p in re.split(rf"\s+(?=(?:送达)?(?:{words})\s*[:：])", value) if p]


def _value(cells: Cells, row: int) -> str | dt.date | None:
    kind = cells.kind[row]
    if kind == CellKind.TEXT and cells.text is not None:
        return str(cells.text.iloc[row]).strip() or None
    if kind == CellKind.DATE and cells.date is not None:
        day: dt.date = cells.date[row].astype("datetime64[D]").item()
        return day
    if kind == CellKind.NUMBER and cells.number is not None:
        return f"{cells.number[row]:.10g}"
    return None


def _entries(block: Block, line: list[tuple[int, str | dt.date]], row: int) -> list[FootEntry]:
    out = []
    labels = {normal(e): e for e in block.entries}
    for n, (column, value) in enumerate(line):
        if not isinstance(value, str):
            continue
        word = normal(value)
        for prefix in ("送达", "签字", "签名"):
            word = word.removeprefix(prefix)
        entry = next((e for k, e in labels.items() if word == k or word.startswith(k)), None)
        # a delivery's departments may stand without the word 送达: they are no signatories
        if entry is None or (block.type == "signature" and "送达" in value):
            continue
        inline = re.sub(r"^[^:：]*[:：]?", "", value).strip() if re.search("[:：]", value) else ""
        out.append(_entry(block, entry, inline, line[n + 1 :], row, column))
    return out


def _entry(
    block: Block, entry: str, inline: str, rest: list[tuple[int, str | dt.date]], row: int, column: int
) -> FootEntry:
    name = re.split(r"日\s*期", inline)[0].strip("_＿ ：:") or None
    on = values.date(re.split(r"日\s*期\s*[:：]?", inline)[-1]) if inline else None
    for _, value in rest:
        if isinstance(value, dt.date):
            on = on or value
            break
        text = value.strip("_＿ ")
        word = normal(text)
        if word.startswith("日期"):
            on = on or values.date(re.sub(r"^.*?[:：]", "", text)) if ":" in text or "：" in text else on
            continue
        if any(word.startswith(normal(e)) or word.startswith("送达") for e in block.entries):
            break
        day = values.date(text) if text else None
        if day:
            on = on or day
            break
        if text and name is None and block.type == "signature" and word != "姓名":
            name = text
    return FootEntry(block.name, entry, name, on, row, column)


def _merged(grid: Any, table: Table) -> None:
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
    for name, source in sources.items():
        table.frame[name] = table.frame[name].take(source).reset_index(drop=True)


def _hidden(grid: Any, table: Table) -> None:
    if grid.state != "visible":
        table.hidden = "sheet"
    elif grid.hidden_columns & set(table.columns.values()):
        table.hidden = "columns"
    elif grid.hidden_rows and not grid.filtered and grid.hidden_rows & set(table.rows.tolist()):
        table.hidden = "rows"


def _formulas(grid: Any, table: Table) -> None:
    by_column = {c: n for n, c in table.columns.items()}
    position = (
        {int(r): i for i, r in enumerate(table.rows)} if grid.stale_formulas or grid.foreign_formulas else {}
    )
    for places, why in ((grid.stale_formulas, "公式没有结果"), (grid.foreign_formulas, "公式引用其他工作簿")):
        here: dict[str, list[int]] = {}
        for row, column in places:
            if row in position and column in by_column:
                here.setdefault(by_column[column], []).append(position[row])
        for name, at in here.items():
            fact = CellFacts(name, np.array(at, dtype=np.int64), [why] * len(at), [""] * len(at))
            table.facts.setdefault("CEL011", []).append(fact)
