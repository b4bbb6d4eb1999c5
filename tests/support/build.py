"""Small workbooks from text: a clean row per kind, and what a case changes in it.

A case lists rows by field name; each row starts from the kind's clean row, so that it says only what it is
about. The workbook is a real .xlsx, read by the real reader. Layout: title in row 1, head block in rows 2
and 3, headers in row 5, data from row 6, columns in the order of the kind's fields (from column A).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml

from qq_excel.findings import column_letters
from qq_excel.kinds import FieldType, get_kind

HERE = Path(__file__).parent
CLEAN: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "clean.yaml").read_text(encoding="utf-8"))
HEAD = {
    "unit": "华东分公司",
    "as_of": dt.date(2026, 9, 30),
    "period": "2026Q3",
    "money_unit": "元",
    "prepared_by": "周敏",
    "reviewed_by": "何立",
    "prepared_on": dt.date(2026, 10, 8),
    "age_basis": "业务发生日",
}
LABELS = {
    "unit": "填报单位",
    "as_of": "截止日期",
    "period": "报告期",
    "money_unit": "金额单位",
    "prepared_by": "编制人",
    "reviewed_by": "审核人",
    "prepared_on": "编制日期",
    "age_basis": "账龄口径",
}
_MADE = dt.datetime(2026, 10, 9, 8)
HEADER_ROW = 4  # zero-based; the first data row is Excel row 6


def cell(kind: str, field: str, row: int) -> str:
    """The address of *field* in data row *row* (0 for the first) as ``build`` lays it out."""
    names = [f.name for f in get_kind(kind).fields]
    return f"{column_letters(names.index(field))}{HEADER_ROW + 2 + row}"


def clean_row(kind: str, n: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The clean row of *kind* with *changes*; ``{n}`` in its texts becomes the row's number."""
    row = {k: v.replace("{n}", f"{n + 1:04d}") if isinstance(v, str) else v for k, v in CLEAN[kind].items()}
    row.update(changes)
    return row


def build(
    path: Path,
    tables: Mapping[str, Sequence[Mapping[str, Any] | None]],
    head: Mapping[str, Any] | None = None,
    *,
    total: bool | Mapping[str, float] = False,
    foot: Mapping[str, Mapping[str, Any]] | None = None,
    drop: Sequence[str] = (),
    layout: Mapping[str, Any] | None = None,
) -> Path:
    """Write *tables* (kind -> rows of changes) as one workbook, a sheet per kind.

    *head* changes the head block (None leaves an entry out); *foot* gives the blocks below the table
    (block -> entry -> ``[name, date]`` or a date); *drop* names fields whose columns are left out. A row
    that is None stays blank; *total* adds a total row, with the figures given or the true sums. *layout* is
    for odd sheets: ``columns`` (kind -> fields in their order), ``labels`` (field -> header), ``extra`` (headers
    of further columns), ``merge`` (area -> value), ``hide_rows`` and ``hide_columns`` (zero-based), ``filter``.
    """
    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _MADE})  # not now: the same tables are the same bytes, in whatever second
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    for kind_name, rows in tables.items():
        kind = get_kind(kind_name)
        sheet = book.add_worksheet(kind.sheet)
        sheet.write_string(0, 0, kind.title.zh)
        entries = {k: v for k, v in {**HEAD, **(head or {})}.items() if v is not None}
        for i, (name, value) in enumerate(entries.items()):
            at = (1 + i // 4, 2 * (i % 4))
            sheet.write_string(*at, LABELS[name])
            _put(sheet, at[0], at[1] + 1, value, date_format)
        order = (layout or {}).get("columns", {}).get(kind_name) or [f.name for f in kind.fields]
        fields = [kind[name] for name in order if name not in drop]
        for j, f in enumerate(fields):
            sheet.write_string(HEADER_ROW, j, (layout or {}).get("labels", {}).get(f.name, f.header))
        filled = [{} if row is None else clean_row(kind_name, n, row) for n, row in enumerate(rows)]
        for i, row in enumerate(filled):
            for j, f in enumerate(fields):
                _put(sheet, HEADER_ROW + 1 + i, j, row.get(f.name), date_format)
        last = HEADER_ROW + 1 + len(filled)
        if total:
            sheet.write_string(last, 0, "合计")
            stated = total if isinstance(total, Mapping) else {}
            for j, f in enumerate(fields):
                if f.type is FieldType.AMOUNT or f.name in stated:
                    total_of = (
                        sum(_amount(r.get(f.name)) for r in filled)
                        if f.name not in stated
                        else stated[f.name]
                    )
                    sheet.write_number(last, j, total_of)
        given = foot if foot is not None else CLEAN_FOOT.get(kind_name, {})
        line = last + 2
        for block in kind.blocks:
            for entry, value in given.get(block.name, {}).items():
                if block.type == "signature":
                    name, on = value
                    sheet.write_string(line, 0, entry)
                    _put(sheet, line, 1, name, date_format)
                    sheet.write_string(line, 2, "日期")
                    _put(sheet, line, 3, on, date_format)
                else:
                    sheet.write_string(line, 0, f"送达{entry}")
                    sheet.write_string(line, 2, "日期")
                    _put(sheet, line, 3, value, date_format)
                line += 1
        _arrange(sheet, layout or {}, len(fields), last)
    book.close()
    return path


def _arrange(sheet: Any, layout: Mapping[str, Any], width: int, last: int) -> None:
    for j, header in enumerate(layout.get("extra", ())):
        sheet.write_string(HEADER_ROW, width + j, header)
        sheet.write_string(HEADER_ROW + 1, width + j, "甲")
    for area, value in layout.get("merge", {}).items():
        sheet.merge_range(area, value)
    for row in layout.get("hide_rows", ()):
        sheet.set_row(row, None, None, {"hidden": True})
    for column in layout.get("hide_columns", ()):
        sheet.set_column(column, column, None, None, {"hidden": True})
    if layout.get("filter"):
        sheet.autofilter(HEADER_ROW, 0, last - 1, width - 1)
        sheet.filter_column(0, "x == nothing")


def _put(sheet: Any, row: int, column: int, value: Any, date_format: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Mapping):  # {text: "1,200"}: a text whatever it looks like; {error: "#N/A"}
        if "text" in value:
            sheet.write_string(row, column, str(value["text"]))
        elif "error" in value:
            sheet.write_formula(row, column, "=NA()", None, value["error"])
        elif "formula" in value:
            sheet.write_formula(row, column, value["formula"], None, value.get("value", ""))
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), date_format)
    else:
        sheet.write_string(row, column, str(value))


CLEAN_FOOT: dict[str, dict[str, Any]] = {
    "inventory_count": {
        "signatures": {
            "单位经理": ["高远", dt.date(2026, 9, 20)],
            "财务主管": ["罗静", dt.date(2026, 9, 20)],
            "保管人": ["马强", dt.date(2026, 9, 20)],
            "验收人": ["孙悦", dt.date(2026, 9, 20)],
        },
        "deliveries": {
            "财务部": dt.date(2026, 9, 21),
            "技术工程部": dt.date(2026, 9, 21),
            "清欠办": dt.date(2026, 9, 21),
        },
    }
}


def _amount(value: Any) -> float:
    text = value.get("text") if isinstance(value, Mapping) else value
    return float(str(text or 0).replace(",", ""))
