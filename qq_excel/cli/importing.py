"""``qq-excel import``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel import money
from qq_excel.cli.common import FINDINGS, OK, must_be_new_or_ours, out
from qq_excel.language import many, t
from qq_excel.papers.words import clip

if TYPE_CHECKING:
    from qq_excel.reading import Options

#: Characters of a value that could not be read.
_SHOWN = 100


def run_import(file: Path, mapping: str | None, as_of: dt.date | None, target: Path, options: Options) -> int:
    """Turn an export into a ledger and say what arrived."""
    from qq_excel.importing import find_mapping, import_ledger, load_mapping
    from qq_excel.reading.pool import Pool

    must_be_new_or_ours(target, ".xlsx", given=[file])
    with Pool(1, options) as pool:
        chosen = load_mapping(mapping) if mapping else find_mapping(file, options, pool)
        if not mapping:
            out.print(
                t(f"按保存的对应关系“{chosen.title.zh}”导入。", f"By the saved mapping '{chosen.title.en}'."),
            )
        report = import_ledger(file, chosen, target, as_of, pool=pool)
    latest = t("（文件中最晚的日期）", " (the latest date in the file)") if report.as_of_is_latest else ""
    out.print(t(f"截止日期 {report.as_of}{latest}", f"As of {report.as_of}{latest}"))
    out.print(
        t(
            f"读入 {report.rows} 行，写入 {len(report.ledger)} 行，截止日之后 {len(report.later)} 行。",
            f"{many(report.rows, 'row')} read, {len(report.ledger)} written, {len(report.later)} dated after the as-of date.",
        )
    )
    if report.apart:
        lines = [str(n) for n in report.apart[:10]] + (["…"] if len(report.apart) > 10 else [])
        out.print(
            t(
                f"合计、说明等 {len(report.apart)} 行不是债权，没有导入：第 {'、'.join(lines)} 行。",
                f"Totals, notes and the like left out: {many(len(report.apart), 'row')} ({', '.join(lines)}).",
            )
        )
    total = money.yuan(report.open_cents)
    out.print(t(f"账面余额合计 {total}", f"Balances add up to {total}"))
    for bad in report.bad[:20]:
        value = clip(bad.value, _SHOWN)
        out.print(
            t(
                f"  第 {bad.row} 行“{bad.column}”列：“{value}”不是{bad.expected.zh}",
                f"  row {bad.row}, column '{bad.column}': '{value}' is not {bad.expected.en}",
            ),
        )
    if len(report.bad) > 20:
        out.print(
            t(f"  ……共 {len(report.bad)} 处，见导入说明。", f"  … {len(report.bad)} in all; see 导入说明.")
        )
    for path in [target, *([report.particulars] if report.particulars else [])]:
        out.print(t("已写出：", "Written: ") + str(path), soft_wrap=True)
    return FINDINGS if report.bad else OK
