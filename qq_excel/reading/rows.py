"""Which rows below the headers are data, which are totals, notes and signatures, and what the totals say."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from qq_excel.kinds import FieldType, Kind
from qq_excel.reading import values
from qq_excel.reading.headers import normal
from qq_excel.reading.model import CellKind, Cells, TotalRow

TOTAL_WORDS = frozenset({"合计", "总计", "小计", "累计", "共计", "本页合计", "本页小计", "total", "subtotal"})
#: A longer text that ends in 合计 is a sentence.
_LONGEST_TOTAL = 20
#: With fewer required columns on the sheet a signature could pass for a row of data.
_FEWEST_REQUIRED = 3
_OPENED = re.compile(r"[(\[]")
_FOOT = re.compile(
    r"^(注|备注|说明|附注|编制|制表|填表|审核|复核|单位负责人|负责人|财务负责人|主管|会计|签字|签名|签章|签收|盖章|送达|日期)"
)


def data_rows(
    cells: dict[str, Cells], others: list[Cells], kind: Kind, size: int
) -> tuple[npt.NDArray[np.int64], list[tuple[int, str]], int, list[int]]:
    """Data rows, total rows (with their word), where the data end, blank rows inside the data."""
    kinds = np.stack([one.kind for one in cells.values()]) if cells else np.zeros((0, size), dtype=np.uint8)
    formulas = {f.name for f in kind.fields if f.formula}
    entered = np.array([name not in formulas for name in cells], dtype=bool)
    filled = np.count_nonzero(kinds[entered] != CellKind.BLANK, axis=0)
    solid = np.count_nonzero((kinds == CellKind.NUMBER) | (kinds == CellKind.DATE), axis=0)  # a note has none
    beside = np.zeros(size, dtype=bool)
    for one in others:
        beside |= one.kind == CellKind.TEXT
    whole = _whole(cells, kind, size)
    last_whole = int(np.flatnonzero(whole)[-1]) if whole.any() else -1
    totals: list[tuple[int, str]] = []
    is_total, is_note = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    most = max(6, len(kind.required) // 2 + len(_amounts(kind)))
    few = np.flatnonzero(((filled > 0) | beside) & (filled <= most))
    end = size
    for i in few:
        if whole[i]:
            continue  # nothing is wanting: a row of data, whatever its words
        words = _texts_at([*others, *cells.values()], int(i))
        if not words:
            continue
        total = next((t for t in map(total_word, words) if t), None)
        if total:
            totals.append((int(i), total))
            is_total[i] = True
        elif _is_foot(words[0], kind, int(solid[i]), len(words)):
            if i > last_whole:
                end = int(i)
                break
            # whole rows follow: a note between them, or a row with gaps whose words only look like one
            is_note[i] = not solid[i] and len(words) == 1
    totals = [x for x in totals if x[0] < end]
    data = (filled > 0) & ~is_total & ~is_note
    data[end:] = False
    keep = np.flatnonzero(data)
    last = int(keep[-1]) if len(keep) else -1
    inside = np.arange(size) < last
    blank = np.flatnonzero((filled == 0) & inside).tolist()
    return keep, totals, max(last + 1, 0), blank


def _whole(cells: dict[str, Cells], kind: Kind, size: int) -> npt.NDArray[np.bool_]:
    """Rows in which no required column is blank; none where too few of these columns are there to tell."""
    required = [cells[name].kind != CellKind.BLANK for name in kind.required if name in cells]
    if len(required) < _FEWEST_REQUIRED:
        return np.zeros(size, dtype=bool)
    whole: npt.NDArray[np.bool_] = np.logical_and.reduce(required)
    return whole


def _amounts(kind: Kind) -> list[str]:
    return [f.name for f in kind.fields if f.type.numeric]


def _texts_at(cells: list[Cells], row: int) -> list[str]:
    return [
        normal(str(one.text[row])) for one in cells if one.kind[row] == CellKind.TEXT and one.text is not None
    ]


def total_word(word: str) -> str | None:
    """The total that a cell announces: 合计, 华东分公司小计, 合计(元)."""
    # what stands in brackets at its end; not one search for both, which would take the square of 32,767 brackets
    opened = _OPENED.search(word) if word.endswith((")", "]")) else None
    plain = word[: opened.start()] if opened else word
    if plain in TOTAL_WORDS or (len(plain) <= _LONGEST_TOTAL and plain.endswith(("小计", "合计", "总计"))):
        return plain
    return None


def _is_foot(word: str, kind: Kind, solid: int, texts: int) -> bool:
    entries = [normal(e) for b in kind.blocks for e in (*b.entries, b.title.zh)]
    if any(word.startswith((e, f"送达{e}")) for e in entries):
        return True
    return bool(_FOOT.match(word)) and solid <= 1 and texts <= 6


def total_rows(
    cells: dict[str, Cells],
    at: list[tuple[int, str]],
    keep: npt.NDArray[np.int64],
    kind: Kind,
    factor: int,
    first: int,
) -> list[TotalRow]:
    """What the total rows *at* say, amounts in cents, and from which data row each counts."""
    out: list[TotalRow] = []
    reach = _Reach()
    for i, word in at:
        found: dict[str, float] = {}
        for name in _amounts(kind):
            one = cells.get(name)
            if one is None:
                continue
            value: float | None = None
            unit = factor
            if one.kind[i] == CellKind.NUMBER and one.number is not None:
                value = float(one.number[i])
            elif one.kind[i] == CellKind.TEXT and one.text is not None:
                read = values.number(str(one.text[i]))
                value = None if read is None else float(read)
                unit = 1 if values.names_unit(str(one.text[i])) else factor
            if value is not None:
                amount = kind[name].type is FieldType.AMOUNT
                found[name] = float(round(value * 100 * unit)) if amount else value
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
