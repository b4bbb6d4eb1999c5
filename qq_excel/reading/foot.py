"""What stands below a table: who signed it, to whom it was delivered, and when."""

from __future__ import annotations

import datetime as dt
import re

from qq_excel.kinds import Block, Kind
from qq_excel.reading import values
from qq_excel.reading.headers import normal
from qq_excel.reading.model import CellKind, Cells, FootEntry, Grid

#: Rows that are looked at.
_MOST_ROWS = 200


def foot_of(grid: Grid, kind: Kind, start: int, width: int, below: int | None) -> list[FootEntry]:
    """Signatures and deliveries below the table."""
    columns = range(max(width, 8) + 1)
    by_column = grid.read(start, columns, columns)
    size = max((len(c) for c in by_column.values()), default=0)
    out: list[FootEntry] = []
    for i in range(min(size, _MOST_ROWS if below is None else below - start)):
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
    return [p for p in re.split(rf"(?<!\s)\s+(?=(?:送达)?(?:{words})\s*[:：])", value) if p]


def _value(cells: Cells, row: int) -> str | dt.date | None:
    kind = cells.kind[row]
    if kind == CellKind.TEXT and cells.text is not None:
        return str(cells.text[row]).strip() or None
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
