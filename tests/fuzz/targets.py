"""What is fuzzed: each target takes any bytes and fails only if the program is wrong.

``guard`` looks at a file; ``grid`` reads every table of it; ``locate`` finds and types a table in cells
that are themselves made from the bytes. They need no fuzzer: a test replays what one found.
"""

from __future__ import annotations

import datetime as dt
import logging
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from qq_excel.kinds import all_kinds
from qq_excel.reading import Limits, Options, read_grids, read_workbook
from qq_excel.reading.grid import BlockGrid
from qq_excel.reading.guard import inspect
from qq_excel.reading.model import Area, CellError, Workbook
from qq_excel.reading.source import Source

#: Small enough that a mutated file cannot spend the fuzzer's memory honestly.
LIMITS = Limits(
    file_bytes=1_000_000, part_bytes=8_000_000, total_bytes=16_000_000, parts=500, sheets=20, cells=200_000
)


@cache
def _place() -> Path:
    path = Path(tempfile.mkdtemp(prefix="qq-fuzz-")) / "fuzzed.xlsx"
    path.write_bytes(b"-")  # the guard wants a file; its bytes come from memory
    return path


def guard(data: bytes) -> None:
    """Any bytes are a format or a refusal that says why."""
    found = inspect(Source(_place(), data), LIMITS)
    if found.format is None:
        fact = found.facts[-1]
        assert fact.rule in ("FIL001", "FIL002", "FIL003", "FIL010"), fact
        assert fact.values["code"] != "fault", fact
        if data:
            assert str(fact.values["reason"]), fact


def grid(data: bytes) -> None:
    """Any bytes are read to tables or to facts, and never by way of a fault of our own."""
    path = _place().with_name("read.xlsx")
    path.write_bytes(data)
    with _faults() as faults:
        check_book(read_workbook(path, options=Options(limits=LIMITS)), faults)


@contextmanager
def _faults() -> Iterator[list[BaseException]]:
    """The exceptions that the reader took for faults of its own; a parser's panic is none."""
    found: list[BaseException] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if (
                record.levelno >= logging.ERROR
                and record.exc_info
                and isinstance(record.exc_info[1], Exception)
            ):
                found.append(record.exc_info[1])

    handler = Handler()
    logging.getLogger("qq_excel.reading").addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger("qq_excel.reading").removeHandler(handler)


def check_book(book: Workbook, faults: Sequence[BaseException] = ()) -> None:
    """What holds of every workbook that was read."""
    for fault in faults:
        raise fault
    for table in book.tables:
        assert len(table.rows) == len(table.frame)
        assert list(table.frame.columns) == [f.name for f in table.kind.fields]
        assert len(set(table.columns.values())) == len(table.columns)
        for facts in table.facts.values():
            for fact in facts:
                assert len(fact.at) == len(fact.raw) == len(fact.read)
                assert not len(fact.at) or 0 <= fact.at.min() <= fact.at.max() < len(table.frame)


# --- cells from bytes -----------------------------------------------------------------------------------


@cache
def _words() -> list[str]:
    """Headers, labels and the odd forms that staff write."""
    words = [
        "填报单位",
        "截止日期",
        "报告期：2026Q3",
        "金额单位",
        "单位：万元",
        "合计",
        "小计",
        "备注：无",
        "日期",
    ]
    words += [
        "2026.9.30",
        "03/04/2026",
        "（1,200.00）",
        "￥1，200",
        "壹佰元整",
        "#N/A",
        "=1+1",
        "",
        " ",
        "1e999",
        "金额(万元)",
    ]
    for kind in all_kinds().values():
        words += [f.header for f in kind.fields]
        words += [s for f in kind.fields for s in f.synonyms[:1]]
        words += [e for b in kind.blocks for e in b.entries]
    return words


class _Bytes:
    """Reads small values from bytes; zero when they are used up."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self, size: int = 1) -> int:
        piece = self.data[self.at : self.at + size].ljust(size, b"\0")
        self.at += size
        return int.from_bytes(piece, "little")

    def value(self) -> Any:
        kind = self.number() % 12
        if kind < 5:
            return _words()[self.number(2) % len(_words())]
        if kind == 5:
            return struct.unpack("<d", self.number(8).to_bytes(8, "little"))[0]
        if kind == 6:
            return float(self.number(2)) / 100
        if kind == 7:
            try:
                return dt.datetime.fromordinal(1 + self.number(3) % dt.date.max.toordinal())
            except ValueError:
                return None
        if kind == 8:
            size = self.number() % 24
            text = self.data[self.at : self.at + size].decode("utf-8", "replace")
            self.at += size
            return text
        return (None, True, CellError("#REF!"))[kind - 9]


def cells_of(data: bytes) -> tuple[list[list[Any]], list[Area]]:
    """A sheet whose header row is a kind's with changes, and everything else from the bytes."""
    source = _Bytes(data)
    kind = list(all_kinds().values())[source.number() % len(all_kinds())]
    width = source.number() % 40
    above = [[source.value() for _ in range(min(width, 8))] for _ in range(source.number() % 6)]
    headers: list[Any] = [f.header for f in kind.fields][: width or None]
    for _ in range(source.number() % 6):
        headers[source.number() % len(headers)] = source.value()
    below = [[source.value() for _ in headers] for _ in range(source.number() % 12)]
    merges = []
    for _ in range(source.number() % 5):
        top, left = source.number() % 24, source.number() % 40
        merges.append(Area(top, left, top + source.number() % 5, left + source.number() % 5))
    return [*above, headers, *below], merges


def locate_cells(data: bytes) -> None:
    """Any cells are a table whose columns and rows stand where it says, or none."""
    rows, merges = cells_of(data)
    # NaN is a value of a live sheet, and a plain number to nobody
    sheet = BlockGrid("表", rows, merges=merges)
    book = read_grids([sheet], "live")
    check_book(book)
    for table in book.tables:
        assert all(table.header_row < r < len(rows) for r in table.rows)
        assert table.below is None or table.header_row < table.below < len(rows)


TARGETS = {"guard": guard, "grid": grid, "locate": locate_cells}


def repacked(parts: dict[str, bytes]) -> bytes:
    """A package of *parts*, stored, so that a mutation of a part is one of the bytes that are parsed."""
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()
