"""Full-width letters and digits in codes and fixed values: reading folds them, so a copy may write them folded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from qq_excel.fixing.model import Change, Grade
from qq_excel.kinds import FieldType
from qq_excel.patching import Book, PatchError
from qq_excel.patching.sheetxml import Cell, SheetXml
from qq_excel.patching.strings import shared_strings
from qq_excel.reading.model import Table

_FOLDED = frozenset({FieldType.CODE, FieldType.ENUM, FieldType.YESNO})
#: Letters, digits and marks that have a narrow form of their own.
_WIDE = re.compile("[\uff01-\uff5e]")
_NUMBER = re.compile(rb"<(?:[\w.\-]+:)?v>(\d+)<")


def narrowed(book: Book, tables: Iterable[Table]) -> Iterator[Change]:
    """Changes of cells of *tables* that hold full-width forms where codes and fixed values are due."""
    sheets, strings = {s.name: s for s in book.sheets() if s.part}, shared_strings(book)
    for table in tables:
        wanted = {c: n for n, c in table.columns.items() if table.kind[n].type in _FOLDED}
        xml = SheetXml(book.edit(sheets[table.sheet].part))
        rows = set(table.rows.tolist())
        for row in xml.rows():
            for cell in xml.cells(row) if row.number in rows else ():
                if cell.column not in wanted or cell.kind not in ("s", "str", "inlineStr"):
                    continue
                text = _text(xml, cell, strings)
                if _WIDE.search(text):
                    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
                    yield Change(
                        table.sheet, row.number, cell.column, "CEL006", text, plain, Grade.SAFE, "text",
                        wanted[cell.column],
                    )  # fmt: skip


def _text(xml: SheetXml, cell: Cell, strings: Callable[[int], str]) -> str:
    try:
        found = _NUMBER.search(xml.raw(cell)) if cell.kind == "s" else None
        return strings(int(found[1])) if found else xml.value(cell, strings) or ""
    except (PatchError, IndexError, ValueError):
        return ""
