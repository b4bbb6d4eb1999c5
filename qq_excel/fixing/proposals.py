"""Which cells of the tables that were read could be written better, and which of that is safe."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from qq_excel.check import Result
from qq_excel.errors import InputError
from qq_excel.fixing.model import Change, Grade
from qq_excel.language import Text
from qq_excel.reading.headers import normal
from qq_excel.reading.model import CellFacts, Table
from qq_excel.reading.values import fold

#: A number whose unit, percent sign or words say more than its digits.
_MORE_THAN_DIGITS = re.compile(r"[元圆角分千万亿%‰零壹贰叁肆伍陆柒捌玖拾佰仟]")
_WHOLE_DATE = re.compile(r"\d{4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}\s*日?|(19|20)\d{6}")
#: More digits than a cell's number can hold.
_EXACT_DIGITS = 15
_UNIT = Text(
    "带单位或百分号，换成数会改变含义",
    "it names a unit or a percent sign: a bare number means something else",
)
_LONG = Text("位数超过 15 位，存成数会丢失", "it has more than 15 digits, which a number loses")
_PARTIAL = Text(
    "没有写明日，或是序列号，需要人确认", "no day is given, or it is a serial number: a person has to confirm"
)
_MEANING = Text(
    "会改变数据的含义，需要填报人确认", "it changes what the data say: whoever filled it in has to confirm"
)
_SPARED = Text("按要求不改（--except）", "left as it is, as asked (--except)")
_HEADER = Text("与标准列名不完全对应，需要人确认", "it does not quite stand for the standard header")
#: Rules about how a cell is written; what they propose comes from reading, not from the findings.
_WRITING = {"CEL002": "number", "CEL003": "date", "CEL006": "text"}


def proposals(result: Result, narrowed: Iterable[Change] = ()) -> list[Change]:
    """All changes that the findings and the reading of one workbook suggest, in order of the cells.

    *narrowed* are those that only the cells themselves show (:mod:`qq_excel.fixing.widths`).
    """
    found = {(c.sheet, c.row, c.column): c for c in narrowed}
    for table in (t for file in result.files for t in file.workbook.tables):
        for change in (*_headers(table), *_written(table)):
            found.setdefault((change.sheet, change.row, change.column), change)
    for f in result.findings:
        if f.sheet is None or f.row is None or f.column is None or f.status != "open":
            continue
        at = (f.sheet, f.row, f.column)
        if f.expected is None or f.rule in _WRITING or at in found or not f.value:
            continue
        after = str(f.expected)
        found[at] = Change(*at, f.rule, f.value, after, Grade.SHOWN, "text", f.field or "", _MEANING)
    return [found[at] for at in sorted(found)]


def without(changes: list[Change], spared: Collection[str]) -> list[Change]:
    """*changes* with those at *spared* rules and cells only shown. Raises :class:`InputError` for one that names none."""
    wanted = dict.fromkeys(name.strip() for name in spared)
    names = [{c.rule, c.cell, f"{c.sheet}!{c.cell}"} for c in changes]
    for name in wanted:
        if not any(name in some for some in names):
            raise InputError(
                Text(
                    f"“{name}”处没有要修正的内容：请写规则（CEL002）、单元格（D7）或 工作表!D7，先不加 --except 看清单。",
                    f"nothing would be mended at '{name}': name a rule (CEL002), a cell (D7) or sheet!D7; "
                    "run it without --except to see the list.",
                )
            )
    return [
        replace(c, grade=Grade.SHOWN, why=c.why or _SPARED) if some & wanted.keys() else c
        for c, some in zip(changes, names, strict=True)
    ]


def _headers(table: Table) -> Iterator[Change]:
    for name, written in table.headers.items():
        wanted = table.kind[name]
        if normal(written) == normal(wanted.header):
            continue
        plain = normal(written)
        known = plain in {normal(s) for s in wanted.synonyms}
        yield Change(
            table.sheet, table.header_row, table.columns[name], "TAB001", written, wanted.header,
            Grade.SAFE if known else Grade.SHOWN, why=None if known else _HEADER,
        )  # fmt: skip


def _written(table: Table) -> Iterator[Change]:
    for rule, kind in _WRITING.items():
        for facts in table.facts.get(rule, ()):
            yield from _of_facts(table, rule, kind, facts)


def _of_facts(table: Table, rule: str, kind: str, facts: CellFacts) -> Iterator[Change]:
    column = table.columns[facts.field]
    for at, raw, read in zip(facts.at.tolist(), facts.raw, facts.read, strict=True):
        why = _doubt(kind, raw, read)
        grade = Grade.SAFE if why is None else Grade.SHOWN
        yield Change(table.sheet, int(table.rows[at]), column, rule, raw, read, grade, kind, facts.field, why)


def _doubt(kind: str, raw: str, read: str) -> Text | None:
    """Why a reading is not plain enough to be written."""
    plain = fold(raw)
    if kind == "number":
        if _MORE_THAN_DIGITS.search(plain):
            return _UNIT
        return _LONG if sum(c.isdigit() for c in read.lstrip("-0.")) > _EXACT_DIGITS else None
    if kind == "date":
        return None if _WHOLE_DATE.fullmatch(plain) else _PARTIAL
    return None


def safe(changes: Iterable[Change]) -> list[Change]:
    """Those that may be written."""
    return [c for c in changes if c.grade is Grade.SAFE]
