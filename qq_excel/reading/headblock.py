"""The head block above a table: who reports, as of when, in which unit of money, by whom.

Staff write a label and its value in two cells beside each other (填报单位 | 华东分公司), or both in one (填报单位：华东分公司).
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

from qq_excel.money import MONEY_UNITS
from qq_excel.reading import values
from qq_excel.reading.headers import normal
from qq_excel.reading.model import Area, CellError, HeadEntry
from qq_excel.reading.period import period_name

#: 单位 is a unit of money, 元 of any size, or else the unit that reports.
_MONEY = re.compile(r"(?:人民币|rmb|cny)?[/(\[]?([十百千万亿]*元)[)\]]?[(\[]?(?:人民币|rmb|cny)?[)\]]?")
_LABELS: dict[str, tuple[str, ...]] = {
    "unit": ("填报单位", "编制单位", "报送单位", "单位名称", "公司名称"),
    "as_of": ("截止日期", "截止日", "统计截止日", "截至日期", "基准日"),
    "period": ("报告期", "报告期间", "所属期", "报表期间"),
    "money_unit": ("金额单位", "货币单位", "单位"),
    "prepared_by": ("编制人", "制表人", "填表人", "制表"),
    "reviewed_by": ("审核人", "复核人", "审核"),
    "prepared_on": ("编制日期", "填表日期", "制表日期"),
    "age_basis": ("账龄口径", "账龄起算", "账龄计算口径"),
}
#: Labels with their values in one cell. It takes the square of a long run of blanks, so long texts are not asked: they say something else.
_LABELLED = re.compile(r"([^\s:：]{2,8})\s*[:：]\s*([^\s:：][^:：]*?)(?=\s+[^\s:：]{2,8}\s*[:：]|$)")
_LONGEST = 1_000


def head_block(rows: list[list[Any]], merges: list[Area], start: int) -> dict[str, HeadEntry]:
    """What the *rows* say from row *start* on, by the names of its entries; the first that says something counts."""
    labels = _labels()
    spans = {(m.top, m.left): m.right for m in merges}
    found: dict[str, HeadEntry] = {}
    for r, row in enumerate(rows[start:], start):
        for c, value in enumerate(row):
            if not isinstance(value, str) or not value.strip():
                continue
            name = labels.get(normal(value))
            if name is not None:
                at = spans.get((r, c), c) + 1
                raw = row[at] if at < len(row) else None
                if isinstance(raw, str) and normal(raw) in labels:
                    raw = None
                if name == "money_unit" and normal(value) == "单位" and _money(raw) is None:
                    name = "unit"
                if raw is not None and name not in found:
                    found[name] = _entry(name, raw, r, at)
                continue
            if len(value) > _LONGEST:
                continue
            for match in _LABELLED.finditer(value):
                name = labels.get(normal(match[1]))
                raw = match[2].strip()
                if name == "money_unit" and normal(match[1]) == "单位" and _money(raw) is None:
                    name = "unit"
                if name and name not in found:
                    found[name] = _entry(name, raw, r, c)
    return found


def _money(value: Any) -> str | None:
    """The unit of money that a text names, known or not: 人民币万元, 万元（人民币）, 百万元; None when it names none."""
    match = _MONEY.fullmatch(normal(value))
    return match[1] if match else None


@cache
def _labels() -> dict[str, str]:
    return {normal(word): name for name, words in _LABELS.items() for word in words}


def _entry(name: str, raw: Any, row: int, column: int) -> HeadEntry:
    value: str | dt.date | None
    text = raw.text if isinstance(raw, CellError) else str(raw).strip()
    if name in ("as_of", "prepared_on"):
        if isinstance(raw, dt.datetime):
            value = raw.date()
        elif isinstance(raw, dt.date):
            value = raw
        elif isinstance(raw, float | int):
            value = values.date(str(int(raw)))
        else:
            value = values.date(text)
    elif name == "period":
        if isinstance(raw, dt.datetime | dt.date):
            value = f"{raw:%Y-%m}"
        elif isinstance(raw, float):
            value = period_name(f"{raw:.0f}") or f"{raw:.0f}"
        else:
            value = period_name(text) or text
    elif name == "money_unit":
        unit = _money(text)
        value = unit if unit in MONEY_UNITS else None
    else:
        value = values.fold(text) or None
    return HeadEntry(name, text, value, row, column)
