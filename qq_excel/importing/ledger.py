"""Turn an export into a ledger, row by row, losing none.

Balances are those of the as-of date: what was settled later counts as open then, and rows dated later are
listed apart. A value that cannot be read is listed with its row and what was expected, and stays as text
in the ledger, where the check finds it; the import never stops at the first bad row.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.errors import InputError
from qq_excel.importing.mapping import ImportMapping as Mapping
from qq_excel.inputs import must_be_file
from qq_excel.kinds import FieldType, Kind, get_kind
from qq_excel.language import Text
from qq_excel.output import FIXED_TIME, looks_like_formula, writing
from qq_excel.reading import Options, plain_rows, values
from qq_excel.reading.headers import normal
from qq_excel.reading.mapped import ordered
from qq_excel.reading.mapping import Column
from qq_excel.reading.rows import total_word
from qq_excel.template import write_template

if TYPE_CHECKING:
    from qq_excel.reading.pool import Pool

PARTICULARS = "_导入说明.xlsx"
_HOME, _CENT = "CNY", Decimal("0.01")
#: Commas stand between thousands or not at all: 1,50 is no 150, and neither NaN nor Infinity is an amount.
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][+-]?\d{1,3})?")
#: Beyond these nothing is exact to the cent in a cell, and no cell holds a date.
_MOST, _FIRST_DAY = Decimal(9 * 10**13), dt.date(1900, 1, 1)
#: What one cell holds.
_LONGEST = 32_767
_UNIT = re.compile(r"[（(][^（()）]*(千元|万元|百万元|亿元)[）)]")
_UNIT_ABOVE = re.compile(r"单位\s*(?:[:：]\s*)?(千元|万元|百万元|亿元)")
_ORDERS = {
    "day-first": Text("日在前", "day first"), "month-first": Text("月在前", "month first"),
    "year-first": Text("年在前", "year first"),
}  # fmt: skip


@dataclass(slots=True)
class BadValue:
    """A value of the export that could not be read."""

    row: int
    column: str
    value: str
    expected: Text


@dataclass(slots=True)
class ImportReport:
    """What arrived. ``open_cents`` is the sum of the balances as of ``as_of``."""

    rows: int
    as_of: dt.date
    as_of_is_latest: bool
    open_cents: int = 0
    ledger: list[dict[str, Any]] = field(default_factory=list)
    later: list[dict[str, Any]] = field(default_factory=list)
    bad: list[BadValue] = field(default_factory=list)
    #: Rows in foreign currency without a 汇率: their amounts stand as in the export, not converted (REC015).
    unconverted: int = 0
    #: Lines of the export that are no claims: totals, notes, signatures.
    apart: list[int] = field(default_factory=list)
    #: The workbook that lists ``later`` and ``bad``, when there are any.
    particulars: Path | None = None


def import_ledger(
    source: Path,
    mapping: Mapping,
    target: Path,
    as_of: dt.date | None = None,
    options: Options | None = None,
    pool: Pool | None = None,
) -> ImportReport:
    """Write the ledger of *source* to *target* and report what arrived.

    The file is read in a worker of *pool*, by its options, or in the calling process when there is none.
    Without *as_of* the latest date in the export is taken (never today). Raises :class:`InputError` when
    the file cannot be read or lacks a mapped column.
    """
    kind = get_kind(mapping.kind)
    header, rows = _rows(source, mapping, options, pool)
    _need_columns(source, header, rows, mapping)
    for name, column in mapping.columns.items():
        if kind[name].type is FieldType.AMOUNT:
            _in_yuan(source, column.source, _UNIT.search(column.source))
    claims = [(n, row) for n, row in rows if _is_claim(dict(zip(header, row, strict=False)), mapping, kind)]
    apart = sorted({n for n, _ in rows} - {n for n, _ in claims})
    rows = claims
    report = ImportReport(
        rows=len(rows), as_of=as_of or dt.date.min, as_of_is_latest=as_of is None, apart=apart
    )
    read = [
        _read(number, dict(zip(header, row, strict=False)), mapping, kind, report) for number, row in rows
    ]
    if as_of is None:
        dates = [v for record in read for v in record.values() if isinstance(v, dt.date)]
        if not dates:
            raise InputError(
                Text(
                    f"{source}：没有可用的日期，请用 --as-of 指定截止日期。",
                    f"{source}: it holds no date; give --as-of.",
                )
            )
        report.as_of = max(dates)
    for record in read:
        occurred = record.get("occurred_on")
        late = isinstance(occurred, dt.date) and occurred > report.as_of
        (report.later if late else report.ledger).append(_as_of(record, report))
    write_template(
        kind.kind,
        target,
        rows=report.ledger,
        head={
            "unit": mapping.unit,
            "as_of": report.as_of,
            "period": f"{report.as_of:%Y-%m}",
            "money_unit": "元",
            "prepared_by": mapping.prepared_by,
        },
        notes=_notes(report, source, mapping),
    )
    if report.later or report.bad:
        report.particulars = write_particulars(report, mapping, target.with_name(target.stem + PARTICULARS))
    return report


def _rows(
    source: Path, mapping: Mapping, options: Options | None, pool: Pool | None
) -> tuple[list[str], list[tuple[int, list[Any]]]]:
    must_be_file(source)
    read = pool.rows if pool is not None else partial(plain_rows, options=options)
    table = read(source, mapping.sheet, encoding=mapping.encoding, separator=mapping.separator)
    if len(table) < mapping.header_row:
        raise InputError(Text(f"{source}：没有表头行。", f"{source}: there is no header row."))
    for row in table[: mapping.header_row - 1]:
        words = " ".join(str(cell).strip() for cell in row if cell is not None and str(cell).strip())
        _in_yuan(source, words, _UNIT_ABOVE.search(words))
    header = [str(cell or "").strip() for cell in table[mapping.header_row - 1]]
    rows = [
        (number, row)
        for number, row in enumerate(table[mapping.header_row :], mapping.header_row + 1)
        if any(str(cell).strip() for cell in row if cell is not None)
    ]
    return header, rows


def _need_columns(
    source: Path, header: list[str], rows: list[tuple[int, list[Any]]], mapping: Mapping
) -> None:
    columns = [*mapping.columns.values(), *([mapping.settled_on] if mapping.settled_on else [])]
    wanted = {c.source for c in columns}
    missing = sorted(wanted - set(header))
    if not missing:
        return
    line = next((n for n, row in rows if wanted <= {str(cell or "").strip() for cell in row}), None)
    if line is not None:
        raise InputError(
            Text(
                f"{source}：列名在第 {line} 行，不在第 {mapping.header_row} 行。请在对应关系文件里写 header_row: {line}。",
                f"{source}: its headers stand in line {line}, not {mapping.header_row}. "
                f"Write header_row: {line} into the mapping file.",
            )
        )
    names, there = "、".join(missing), list(filter(None, header))
    raise InputError(
        Text(
            f"{source}：缺少列 {names}。文件里的列有：{'、'.join(there)}。请改对应关系文件。",
            f"{source}: lacks the columns {names}. It has: {', '.join(there)}. Mend the mapping file.",
        )
    )


def _in_yuan(source: Path, where: str, found: re.Match[str] | None) -> None:
    """Refuse amounts in another unit: all of them would be read a thousandfold too low."""
    if found:
        raise InputError(
            Text(
                f"{source}：“{where}”的金额单位是{found[1]}，导入按元读，没有写出。请换算成元后再导入。",
                f"{source}: '{where}' is in {found[1]}; amounts are imported as yuan. Convert them first.",
            )
        )


def _is_claim(row: dict[str, Any], mapping: Mapping, kind: Kind) -> bool:
    """Whether a row is a claim: a total names none (it would double the sum), a note or a signature has one text only."""
    texts = {h: str(v).strip() for h, v in row.items() if v is not None and str(v).strip()}
    mapped = {n: texts[c.source] for n, c in mapping.columns.items() if c.source in texts}
    if any(kind[n].type.numeric or kind[n].type is FieldType.DATE for n in mapped):
        names = [mapped[n] for n in (*kind.key, "debtor") if n in mapped]
        named = any(not total_word(normal(x)) for x in names)
        return named or not any(total_word(normal(x)) for x in texts.values())
    return len(mapped) > 1


def _read(
    number: int, row: dict[str, Any], mapping: Mapping, kind: Kind, report: ImportReport
) -> dict[str, Any]:
    record: dict[str, Any] = {
        name: Decimal(value) if kind[name].type.numeric else value
        for name, value in mapping.constants.items()
    }
    for name, column in mapping.columns.items():
        record[name] = _value(number, row.get(column.source), column, kind[name].type, report)
    if mapping.settled_on:
        settled = _value(
            number, row.get(mapping.settled_on.source), mapping.settled_on, FieldType.DATE, report
        )
        record["_settled_on"] = settled
    if mapping.amounts_in == "currency":
        _convert(record, kind, report)
    return record


def _convert(record: dict[str, Any], kind: Kind, report: ImportReport) -> None:
    """Amounts of a foreign currency into yuan at the row's rate, each to the cent."""
    if record.get("currency") in (None, "", _HOME):
        return
    rate = record.get("fx_rate")
    if not isinstance(rate, Decimal) or rate <= 0:
        report.unconverted += 1
        return
    for name, value in record.items():
        if isinstance(value, Decimal) and not name.startswith("_") and kind[name].type is FieldType.AMOUNT:
            record[name] = (value * rate).quantize(_CENT, rounding=ROUND_HALF_UP)


def _value(number: int, raw: Any, column: Column, type_: FieldType, report: ImportReport) -> Any:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if type_ is FieldType.DATE:
        by = column.date or "year-first"
        found = _date(raw, by)
        if found is not None and found < _FIRST_DAY:
            found = None
        if found is None:
            order = _ORDERS[by]
            report.bad.append(
                BadValue(number, column.source, str(raw), Text(f"日期（{order.zh}）", f"a date ({order.en})"))
            )
        return found if found is not None else str(raw)
    if type_.numeric:
        written = str(raw).strip()
        # as an export writes it, else as staff do (￥1,200.00), the way that check reads it
        plain = Decimal(written.replace(",", "")) if _is_number(written) else values.number(written)
        if plain is not None and abs(plain) > _MOST:
            plain = None
        if plain is None:
            report.bad.append(BadValue(number, column.source, str(raw), Text("数字", "a number")))
        return str(raw) if plain is None else plain
    text = f"{raw:.0f}" if isinstance(raw, float) and raw.is_integer() else str(raw).strip()
    if len(text) > _LONGEST:
        most = Text(
            f"{_LONGEST} 字以内的文字，已截断", f"a text of at most {_LONGEST} characters; it was cut"
        )
        report.bad.append(BadValue(number, column.source, text, most))
        text = text[:_LONGEST]
    return column.put(text)


def _is_number(written: str) -> bool:
    return _NUMBER.fullmatch(written) is not None and any(c.isdigit() for c in written)


def _date(raw: Any, order: str) -> dt.date | None:
    if isinstance(raw, dt.datetime):
        return raw.date()
    return raw if isinstance(raw, dt.date) else ordered(str(raw), order)


def _as_of(record: dict[str, Any], report: ImportReport) -> dict[str, Any]:
    """The record with 已收金额, 账面余额 and 清欠状态 as they stood on the as-of date."""
    out = {k: v for k, v in record.items() if not k.startswith("_")}
    original = out.get("original")
    if not isinstance(original, Decimal):
        if isinstance(out.get("balance"), Decimal):
            _count(out, report)
        return out
    if "_settled_on" in record:
        settled = record["_settled_on"]
        paid = isinstance(settled, dt.date) and settled <= report.as_of
        out["received"] = original if paid else Decimal(0)
        if paid:
            out.setdefault("last_paid_on", settled)
    received = out.get("received")
    received = received if isinstance(received, Decimal) else Decimal(0)
    out["received"] = received
    out["balance"] = original - received
    out.setdefault("status", "已结清" if out["balance"] == 0 else "正常")
    _count(out, report)
    return out


def _count(row: dict[str, Any], report: ImportReport) -> None:
    """Add the row's balance to the total, unless it came later."""
    occurred = row.get("occurred_on")
    if not (isinstance(occurred, dt.date) and occurred > report.as_of):
        report.open_cents += money.cents(row["balance"])


def _notes(report: ImportReport, source: Path, mapping: Mapping) -> list[str]:
    """Lines below the table: where it came from, and what to know about it."""
    latest = "（导出文件中最晚的日期）" if report.as_of_is_latest else ""
    lines = [
        f"说明：由 {source.name} 导入（{mapping.title.zh}），截止日期 {report.as_of}{latest}；读入 {report.rows} 行，"
        f"写入 {len(report.ledger)} 行，账面余额合计 {money.yuan(report.open_cents)}。"
    ]
    if report.apart:
        lines.append(f"说明：合计、说明等 {len(report.apart)} 行不是债权，没有导入。")
    if report.unconverted:
        lines.append(
            f"说明：{report.unconverted} 行外币没有汇率，金额照导出文件填列，没有折算成人民币，请补填汇率并折算。"
        )
    if report.later or report.bad:
        lines.append(
            f"说明：截止日之后 {len(report.later)} 行、读不懂的值 {len(report.bad)} 处，见同名的导入说明。"
        )
    return lines


def write_particulars(report: ImportReport, mapping: Mapping, target: Path) -> Path:
    """Write a workbook that lists every value that could not be read, and every row dated later."""
    import xlsxwriter

    kind = get_kind(mapping.kind)
    names = [*mapping.columns]
    unread = [
        ["行号", "列", "值", "应为"],
        *([str(b.row), b.column, b.value, b.expected.zh] for b in report.bad),
    ]
    later = [[kind[n].header for n in names], *(_cells(r, names) for r in report.later)]
    with writing(target) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": FIXED_TIME})
        bold = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1})
        quoted = book.add_format({"quote_prefix": True})
        for title, lines in (("读不懂的值", unread), ("截止日之后", later)):
            sheet = book.add_worksheet(title)
            sheet.set_column(0, max(3, len(names) - 1), 18)
            sheet.freeze_panes(1, 0)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
            for i, line in enumerate(lines):
                for j, cell in enumerate(line):
                    form = bold if i == 0 else quoted if looks_like_formula(cell) else None
                    sheet.write_string(i, j, cell[:_LONGEST], form)
        book.close()
    return target


def _cells(record: dict[str, Any], names: Iterable[str]) -> list[str]:
    return ["" if record.get(n) is None else str(record[n]) for n in names]
