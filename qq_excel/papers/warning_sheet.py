"""清欠预警表: one workbook for the group, one per unit and one per department, to be signed and handed on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.papers import style
from qq_excel.papers.sheet import Cell, Column, Paper, Sheet, paper
from qq_excel.papers.slip_memory import ROSE
from qq_excel.papers.warning_charts import ageing_chart, cause_chart, cause_height, level_chart
from qq_excel.papers.warning_moves_sheet import write_moves
from qq_excel.papers.warning_view import LEVELS, AgeTable, Line, Sum, View

if TYPE_CHECKING:
    pass

TITLE = "清欠预警表"
_SIGN = "编制：____________        审核：____________        签收：____________        签收日期：____________"
_LEVEL_NOTE = (
    "红：严重逾期或时效将尽；橙：已超过账龄期限、额度或合同期；黄：临近，须催收；蓝：提醒。"
    "四色划分为制度参数，可由制度管理部门调整。"
)


def write_warning_sheet(view: View, target: Path) -> Path:
    """Write one warning sheet."""
    with paper(target, TITLE) as book:
        _claims(book.sheet("预警清单", tab="#C00000"), view)
        if view.moves is not None:
            write_moves(book.sheet("预警变化", tab="#7B1E1E"), view, _under(view))
        _analysis(book, book.sheet("预警分析", tab="#ED7D31"), view)
        if view.department is None:
            _ageing(book, book.sheet("账龄分析", tab=style.NAVY), view)
        _notes(book.sheet("说明", tab="#7F7F7F"), view)
    return target


def file_words(view: View) -> tuple[str, ...]:
    """What its file is called."""
    if view.department is not None:
        return TITLE, "部门", view.department
    return TITLE, "汇总" if view.unit is None else view.unit or "未填单位"


def _whose(view: View) -> str:
    return view.department or view.unit or "汇总"


def _under(view: View) -> str:
    day = view.as_of.isoformat() if view.as_of else "未填"
    unit = f"单位：{view.unit}" if view.unit is not None else "范围：全部单位"
    if view.department is not None:
        unit = f"责任部门：{view.department}    {unit}"
    return f"{unit}    截止日期：{day}    账龄口径：{view.basis}    金额单位：元"


# --- 预警清单 --------------------------------------------------------------------------------------------


def _claims(sheet: Sheet, view: View) -> None:
    group = view.unit is None
    columns = [
        Column("序号", "count", least=5), Column("级别", least=6, centre=True),
        *([Column("上次", least=6, centre=True), Column("变化", least=6, centre=True)] if view.moves is not None else []),
        *([Column("单位", most=10)] if group else []),
        Column("债权编号", most=12), Column("债务人", least=10, most=15), Column("合同编号", most=10),
        Column("账面余额", "amount", least=14, most=19), Column("逾期天数", "count", least=7),
        Column("预警原因", least=22, most=34), Column("责任部门", least=7, most=8, centre=True),
        Column("经办人", most=8, centre=True), Column("责任人", most=8, centre=True),
        Column("建议措施", least=18, most=20), Column("条款", most=7, centre=True), Column("特殊原因", least=8, most=11),
    ]  # fmt: skip
    lines = view.sorted_lines()
    rows = [_row(n, x, view) for n, x in enumerate(lines, 1)]
    total: list[Any] = ["" for _ in columns]
    total[1] = "合计"
    total[next(i for i, c in enumerate(columns) if c.kind == "amount")] = sum(x.balance for x in lines)
    sheet.widths(sheet.fitted(columns, [*rows, total]))
    whole = f"{TITLE}（{_whose(view)}）" if group else TITLE
    row = sheet.title(whole, len(columns), _under(view))
    row = _boxes(sheet, row, view.by_level, len(columns))
    top = row
    row = sheet.table(top, columns, rows, total=total if rows else None, stripes=False)
    if not rows:
        good = {"font_size": 12, "font_color": style.GOOD_INK, "align": "center"}
        row = sheet.paragraph(row, len(columns), "截止日期没有需要预警的债权。", **good)
    else:
        sheet.sheet.autofilter(top, 0, top + len(rows), len(columns) - 1)
    row = sheet.paragraph(row, len(columns), _LEVEL_NOTE)
    sheet.merged((row + 1, 0, row + 1, len(columns) - 1), _SIGN, align="center", font_size=11)
    sheet.sheet.set_row(row + 1, 30)
    sheet.sheet.freeze_panes(top + 1, 0)
    sheet.print_set_up(landscape=True, repeat=(top, top), footer=f"{TITLE} {_whose(view)}")


def _row(n: int, x: Line, view: View) -> list[Any]:
    causes = "\n".join(x.causes)
    rose = Cell(x.change, tint=style.WARNING_TINTS["红"], bold=True) if x.change == ROSE else x.change
    return [
        n, Cell(x.level, tint=style.WARNING_TINTS[x.level]), *([x.before, rose] if view.moves is not None else []),
        *([x.unit] if view.unit is None else []), x.claim_id, x.debtor,
        x.contract_id, x.balance, x.overdue_days, causes, x.department, x.handler, x.responsible, x.measure,
        "\n".join(x.clause),
        x.special_reason,
    ]  # fmt: skip


def _boxes(sheet: Sheet, row: int, by_level: Sequence[Sum], columns: int) -> int:
    """Four coloured boxes: level, count, amount."""
    sums = {s.name: s for s in by_level}
    edges = [round(i * columns / len(LEVELS)) for i in range(len(LEVELS) + 1)]
    for i, level in enumerate(LEVELS):
        s = sums.get(level) or Sum(level, 0, 0)
        tint = style.WARNING_TINTS[level]
        sheet.merged(
            (row, edges[i], row, edges[i + 1] - 1), f"{level}色  {s.count:,} 笔  {s.amount / 100:,.2f} 元",
            bg_color=tint.fill, font_color=tint.ink, bold=True, align="center", font_size=11, border=1,
            border_color=style.WHITE,
        )  # fmt: skip
    sheet.sheet.set_row(row, 26)
    return row + 1


# --- 预警分析 --------------------------------------------------------------------------------------------


def _analysis(book: Paper, sheet: Sheet, view: View) -> None:
    sheet.widths([30, 10, 18, 14, 10, 3, 11, 11, 11, 11, 11])
    row = sheet.title("预警分析", 11, _under(view))
    sums = {s.name: s for s in view.by_level}
    levels = [sums.get(x) or Sum(x, 0, 0) for x in LEVELS]
    row = sheet.heading(row, "一、按级别")
    first = row + 1
    row = _sums(sheet, row, "级别", levels, tints=True)
    level_chart(book, sheet, (first, len(levels)), (2, 6))
    row = sheet.heading(max(row, 13) + 1, "二、按原因（一笔债权有几个原因的，每个原因各计一次）")
    causes = sorted(view.by_cause, key=lambda s: (-s.amount, s.name))
    first = row + 1
    top = row
    row = _sums(sheet, row, "原因", causes, total=False)
    if causes:
        cause_chart(book, sheet, (first, len(causes)), (top, 6))
    if view.unit is None:
        row = sheet.heading(max(row, top + cause_height(len(causes)) // 20) + 1, "三、按单位")
        row = _sums(sheet, row, "单位", sorted(view.by_unit, key=lambda s: (-s.amount, s.name)))
    sheet.print_set_up(landscape=True, footer=f"预警分析 {_whose(view)}")


def _sums(
    sheet: Sheet, row: int, name: str, sums: Sequence[Sum], *, tints: bool = False, total: bool = True
) -> int:
    columns = [
        Column(name), Column("笔数", "count"), Column("金额（元）", "amount"), Column("金额（万元）", "number"),
        Column("占比", "share"),
    ]  # fmt: skip
    whole = sum(s.amount for s in sums)
    rows = [
        [
            Cell(f"{s.name}色", tint=style.WARNING_TINTS[s.name]) if tints else s.name, s.count, s.amount,
            round(s.amount / 1_000_000, 2), s.amount / whole if whole and total else None,
        ]
        for s in sums
    ]  # fmt: skip
    last = ["合计", sum(s.count for s in sums), whole, round(whole / 1_000_000, 2), 1 if whole else None]
    if not rows:
        return sheet.paragraph(row, 5, "没有。")
    return sheet.table(row, columns, rows, total=last if total else None, stripes=False)


# --- 账龄分析 --------------------------------------------------------------------------------------------


def _ageing(book: Paper, sheet: Sheet, view: View) -> None:
    """Each ageing table with its total, the tie to the ledger and a chart."""
    tables = [(t, _age_columns(t), _age_rows(t)) for t in view.ageing]
    widest = max((len(columns) for _, columns, _ in tables), default=2)
    widths = [10.0] * widest
    for _, columns, rows in tables:
        for i, wide in enumerate(sheet.fitted(columns, rows)):
            widths[i] = max(widths[i], wide)
    sheet.widths(widths)
    row = sheet.title("账龄分析", widest, _under(view))
    if not tables:
        row = sheet.paragraph(row, widest, "没有交来应收账款明细表，不能分析账龄。")
    for n, (table, columns, rows) in enumerate(tables):
        row = sheet.heading(row, f"{'一二三四五'[n]}、{table.title}")
        top = row
        *units, total = rows
        row = sheet.table(top, columns, units, total=total)
        row = _shares(sheet, row, total[1:])
        row = _tie(sheet, row, total[-1], table.ledger, widest)
        if n == 0:
            row = ageing_chart(book, sheet, (top, len(units), len(table.bands)), row) + 1
    sheet.print_set_up(landscape=True, footer=f"账龄分析 {_whose(view)}")


def _age_columns(table: AgeTable) -> list[Column]:
    bands = [Column(band, "amount", least=13, most=20) for band in table.bands]
    return [Column("单位", least=18, most=30), *bands, Column("合计", "amount", least=15, most=20)]


def _age_rows(table: AgeTable) -> list[list[Any]]:
    """Units with their totals, then the total of all."""
    rows: list[list[Any]] = [[unit, *amounts, sum(amounts)] for unit, amounts in table.rows.items()]
    totals = [sum(row[i] for row in rows) for i in range(1, len(table.bands) + 2)]
    return [*rows, ["合计", *totals]]


def _shares(sheet: Sheet, row: int, totals: Sequence[int]) -> int:
    plain: dict[str, Any] = {"border": 1, "border_color": style.LINE, "font_size": 9}
    sheet.text(row, 0, "占比", **plain)
    for i, value in enumerate(totals, 1):
        share = value / totals[-1] if totals[-1] else 0
        sheet.number(row, i, share, **plain, num_format=style.SHARE, align="right")
    return row + 1


def _tie(sheet: Sheet, row: int, whole: int, ledger: int, columns: int) -> int:
    if whole == ledger:
        words, ink = (
            f"核对：账龄合计与应收账款明细表账面余额合计一致（{ledger / 100:,.2f} 元）。",
            style.GOOD_INK,
        )
    else:
        gap = (whole - ledger) / 100
        words = f"核对：账龄合计 {whole / 100:,.2f} 元，应收账款明细表合计 {ledger / 100:,.2f} 元，相差 {gap:,.2f} 元，请先查明。"
        ink = style.BAD_INK
    return sheet.paragraph(row, columns, words, font_color=ink, font_size=10, bold=True)


# --- 说明 ----------------------------------------------------------------------------------------------


def _notes(sheet: Sheet, view: View) -> None:
    sheet.widths([6, 110])
    row = sheet.title("说明", 2, _under(view))
    basis = [
        f"适用制度：{view.policy}",
        _LEVEL_NOTE,
        "临近的债权由经营管理部处理（F-28），已超过的移交清欠办追讨（F-29）；有特殊原因的须写明原因和批准人（F-29、F-30）。",
        "诉讼时效、保证期间等日期按所填事项推算，不构成法律意见。",
    ]
    if view.live is not None:
        warned = sum(x.balance for x in view.lines)
        basis.append(
            f"有余额且未结清、未核销的债权 {view.live.count:,} 笔 {view.live.amount / 100:,.2f} 元，"
            f"其中预警 {len(view.lines):,} 笔 {warned / 100:,.2f} 元。"
        )
    row = sheet.heading(row, "一、依据和口径")
    for n, words in enumerate(basis, 1):
        row = _numbered(sheet, row, n, words)
    row = sheet.heading(row + 1, "二、未能判断的事项")
    for n, words in enumerate(view.notes or ["没有。"], 1):
        row = _numbered(sheet, row, n, words)
    sheet.print_set_up(landscape=True, footer=f"{TITLE} 说明")


def _numbered(sheet: Sheet, row: int, n: int, words: str) -> int:
    line = {"border": 1, "border_color": style.LINE, "text_wrap": True}
    sheet.text(row, 0, str(n), **line, align="center")
    sheet.text(row, 1, words, **line)
    sheet.sheet.set_row(row, 15 * sheet.lines(words, 110) + 5)
    return row + 1
