"""账龄分析 and 生成预警表."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qq_excel import money
from qq_excel.addin.actions import sheets
from qq_excel.addin.checked import Checked, checked
from qq_excel.addin.host import host_of, quiet
from qq_excel.errors import InputError
from qq_excel.language import Text, t

if TYPE_CHECKING:
    import xlwings as xw

    from qq_excel.papers.ageing import Aged
    from qq_excel.papers.report_job import Job

_HEAD = 4
#: Workbooks of warnings that are opened at once.
_MOST_BOOKS = 6
_CHART = (620.0, 300.0)


def need(found: Checked, kind: str) -> None:
    """Raise :class:`InputError` unless the workbook has a table of *kind*, or could be read at all."""
    from qq_excel.kinds import get_kind

    if kind in found.result.stacks:
        return
    title = get_kind(kind).title
    raise InputError(
        Text(
            f"这个工作簿里没有认出《{title.zh}》。请打开该表再点；自用版式的表先用 qq-excel map 建立对应关系。",
            f"No '{title.en}' was recognised in this workbook. Open one; for a layout of your own see qq-excel map.",
        )
    )


def ageing(book: xw.Book) -> xw.Sheet:
    """A sheet 账龄分析 with balances by unit and band, tied to the ledger, and a chart."""
    from qq_excel.papers.ageing import aged
    from qq_excel.papers.house import load_house
    from qq_excel.papers.report_job import Job
    from qq_excel.rules.limitation import AGE_BASES

    with checked(book) as found:
        need(found, "receivables")
        job = Job(found.result, load_house(None))
        stated = [b for b in job.warnings.bases if b in AGE_BASES]
        table = aged(job.claims, (*stated, *AGE_BASES)[0], job)
        if not table.claims:
            raise InputError(
                Text(
                    "《应收账款明细表》里没有可以分析的债权。请填写后再点“账龄分析”。",
                    "The ledger has no claims to analyse. Fill it in, then press 'Ageing'.",
                )
            )
        with quiet(book):
            sheet = _ageing_sheet(book, table, job)
    sheet.activate()
    book.app.status_bar = t(
        f"清欠：账龄合计 {money.yuan(table.total)} 元",
        f"清欠: total of the ageing {money.yuan(table.total)} yuan",
    )
    return sheet


def _ageing_sheet(book: xw.Book, table: Aged, job: Job) -> xw.Sheet:
    sheet = sheets.make(book, sheets.AGEING)
    sums = sorted(table.sums(("unit",)).items())
    width = len(table.columns) + 2
    heads = [t("单位", "unit"), *table.columns, t("合计", "total")]
    on = job.result.as_of.isoformat() if job.result.as_of else "—"
    from qq_excel.papers.ageing import ledger_total

    ledger = ledger_total(job)
    tied = t("与明细表账面余额合计一致", "ties to the ledger") if ledger == table.total else t(
        f"与明细表合计 {money.yuan(ledger)} 元不一致，请先查明", f"the ledger says {money.yuan(ledger)}"
    )  # fmt: skip
    under = t(
        f"截止日期：{on}    按{table.basis}计算账龄    金额单位：元    {tied}",
        f"as of {on}, by {table.basis}, in yuan; {tied}",
    )
    sheets.write(sheet, 2, [[under, *[""] * (width - 1)]])
    sheets.write(sheet, _HEAD, [heads])
    sheets.title(sheet.range("A1"), t("账龄分析", "Ageing"))
    sheets.head(sheet.range((_HEAD, 1), (_HEAD, width)))
    sheets.write(sheet, _HEAD + 1, [[unit] for (unit,), _ in sums])
    last = _HEAD + len(sums)
    amounts = sheet.range((_HEAD + 1, 2), (last + 1, width))
    amounts.number_format = "#,##0.00"
    rows = [[cells.get(c, 0) for c in table.columns] for _, cells in sums]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    amounts.value = [[*(cents / 100 for cents in row), sum(row) / 100] for row in rows]
    sheet.range((last + 1, 1)).value = t("合计", "total")
    sheet.range((last + 1, 1), (last + 1, width)).font.bold = True
    sheets.widths(sheet, [max(16, *(2 * len(unit) + 2 for (unit,), _ in sums)), *[16] * (width - 1)])
    chart = sheet.charts.add(
        width=_CHART[0], height=_CHART[1], chart_type="column_stacked", name="qq_ageing",
        source=sheet.range((_HEAD, 1), (last, width - 1)), plot_by="columns", anchor=sheet.range((last + 3, 1)),
    )  # fmt: skip
    chart.title = t("各单位账龄结构（元）", "Ageing by unit (yuan)")
    return sheet


def warnings(book: xw.Book) -> list[xw.Book]:
    """The warning sheets, each as a new workbook that is not saved yet."""
    from qq_excel.papers.report import make

    host = host_of(book)
    with checked(book) as found, TemporaryDirectory(prefix="qq-", ignore_cleanup_errors=True) as folder:
        need(found, "receivables")
        made = make("warnings", found.result, Path(folder))
        units = made.outcome.units
        # the group's, then the units', then the departments', which the command line is for
        files = made.written[: 1 + len(units)]
        if len(units) == 1:
            files = files[1:]  # the group's says the same
        opened = [host.open_new(file) for file in files[:_MOST_BOOKS]]
    counts = "  ".join(f"{level} {count}" for level, count, _ in made.outcome.by_level())
    more = len(files) - len(opened)
    rest = t(f"；另有 {more} 份，用 qq-excel warn 生成", f"; {more} more: qq-excel warn") if more else ""
    book.app.status_bar = t(f"清欠：预警 {counts}{rest}", f"清欠: warnings {counts}{rest}")
    return opened
