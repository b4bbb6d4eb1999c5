"""清欠预警表: one workbook for the group, one per unit and one per department, to be signed and handed on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qq_excel.language import Text, current, t
from qq_excel.papers import style
from qq_excel.papers.cells import Cell, Column
from qq_excel.papers.sheet import Paper, Sheet, paper
from qq_excel.papers.slip_memory import ROSE, level_name, shown
from qq_excel.papers.warning_charts import ageing_chart, cause_chart, cause_height, level_chart
from qq_excel.papers.warning_moves_sheet import write_moves
from qq_excel.papers.warning_view import LEVELS, AgeTable, Line, Sum, View

#: What its files are called.
TITLE = "清欠预警表"
_TITLE = Text(TITLE, "Warning sheet")
_LINE = "____________"
_SIGN = Text(
    f"编制：{_LINE}        审核：{_LINE}        签收：{_LINE}        签收日期：{_LINE}",
    f"Prepared by: {_LINE}        Reviewed by: {_LINE}        Received by: {_LINE}        Received on: {_LINE}",
)
_LEVEL_NOTE = Text(
    "红：严重逾期或时效将尽；橙：已超过账龄期限、额度或合同期；黄：临近，须催收；蓝：提醒。"
    "四色划分为制度参数，可由制度管理部门调整。",
    "Red: long past due or limitation about to end; orange: past the ageing period, a limit or the contract; yellow: close to it, "
    "to be collected; blue: a reminder. The levels are parameters of the policy.",
)


def write_warning_sheet(view: View, target: Path) -> Path:
    """Write one warning sheet."""
    with paper(target, str(_TITLE)) as book:
        _claims(book.sheet(t("预警清单", "Claims warned of"), tab="#C00000"), view)
        if view.moves is not None:
            write_moves(book.sheet(t("预警变化", "Changes"), tab="#7B1E1E"), view, _under(view))
        _analysis(book, book.sheet(t("预警分析", "Analysis"), tab="#ED7D31"), view)
        if view.department is None:
            _ageing(book, book.sheet(t("账龄分析", "Ageing"), tab=style.NAVY), view)
        _notes(book.sheet(t("说明", "Notes"), tab="#7F7F7F"), view)
    return target


def file_words(view: View) -> tuple[str, ...]:
    """What its file is called."""
    if view.department is not None:
        return TITLE, "部门", view.department
    return TITLE, "汇总" if view.unit is None else view.unit or "未填单位"


def _whose(view: View) -> str:
    return view.department or view.unit or t("汇总", "all units")


def _colour(level: str) -> str:
    return t(f"{level}色", level_name(level).capitalize())


def _under(view: View) -> str:
    day = view.as_of.isoformat() if view.as_of else t("未填", "not given")
    unit = (
        t(f"单位：{view.unit}", f"Unit: {view.unit}")
        if view.unit is not None
        else t("范围：全部单位", "All units")
    )
    if view.department is not None:
        unit = t(f"责任部门：{view.department}    {unit}", f"Department: {view.department}    {unit}")
    return unit + t(f"    截止日期：{day}    账龄口径：{view.basis}    金额单位：元",
                    f"    As of: {day}    Ages from: {view.basis}    In yuan")  # fmt: skip


# --- 预警清单 --------------------------------------------------------------------------------------------


def _claims(sheet: Sheet, view: View) -> None:
    group = view.unit is None
    people = 8 if current() == "zh" else 13  # as wide as an English header
    columns = [
        Column(t("序号", "No."), "count", least=5), Column(t("级别", "Level"), least=6, centre=True),
        *([Column(t("上次", "Last"), least=6, centre=True),
        Column(t("变化", "Change"), least=6, centre=True)] if view.moves is not None else []),
        *([Column(t("单位", "Unit"), most=10)] if group else []),
        Column(t("债权编号", "Claim"), most=12), Column(t("债务人", "Debtor"), least=10, most=15),
        Column(t("合同编号", "Contract"), most=10),
        Column(t("账面余额", "Balance"), "amount", least=14, most=19), Column(t("逾期天数", "Days past due"), "count", least=7),
        Column(t("预警原因", "Warned for"), least=22, most=34), Column(t("责任部门", "Department"), least=7, most=people, centre=True),
        Column(t("经办人", "Handler"), most=people, centre=True), Column(t("责任人", "Responsible"), most=people, centre=True),
        Column(t("建议措施", "Measure"), least=18, most=20), Column(t("条款", "Clause"), most=7, centre=True),
        Column(t("特殊原因", "Special reason"), least=8, most=11),
    ]  # fmt: skip
    lines = view.sorted_lines()
    rows = [_row(n, x, view) for n, x in enumerate(lines, 1)]
    total: list[Any] = ["" for _ in columns]
    total[1] = t("合计", "Total")
    total[next(i for i, c in enumerate(columns) if c.kind == "amount")] = sum(x.balance for x in lines)
    sheet.widths(sheet.fitted(columns, [*rows, total]))
    whole = t(f"{_TITLE}（{_whose(view)}）", f"{_TITLE} ({_whose(view)})") if group else str(_TITLE)
    row = sheet.title(whole, len(columns), _under(view))
    row = _boxes(sheet, row, view.by_level, len(columns))
    top = row
    row = sheet.table(top, columns, rows, total=total if rows else None, stripes=False)
    if not rows:
        good = {"font_size": 12, "font_color": style.GOOD_INK, "align": "center"}
        row = sheet.paragraph(
            row, len(columns), t("截止日期没有需要预警的债权。", "No claim is to be warned of."), **good
        )
    else:
        sheet.sheet.autofilter(top, 0, top + len(rows), len(columns) - 1)
    row = sheet.paragraph(row, len(columns), str(_LEVEL_NOTE))
    sheet.merged((row + 1, 0, row + 1, len(columns) - 1), str(_SIGN), align="center", font_size=11)
    sheet.sheet.set_row(row + 1, 30)
    sheet.sheet.freeze_panes(top + 1, 0)
    sheet.print_set_up(landscape=True, repeat=(top, top), footer=f"{_TITLE} {_whose(view)}")


def _row(n: int, x: Line, view: View) -> list[Any]:
    causes = "\n".join(x.causes)
    rose = (
        Cell(shown(x.change), tint=style.WARNING_TINTS["红"], bold=True)
        if x.change == ROSE
        else shown(x.change)
    )
    return [
        n, Cell(level_name(x.level), tint=style.WARNING_TINTS[x.level]), *([level_name(x.before), rose] if view.moves is not None else []),
        *([x.unit] if view.unit is None else []), x.claim_id, x.debtor,
        x.contract_id, x.balance, x.overdue_days, causes, x.department, x.handler, x.responsible, x.measure,
        "\n".join(x.clause),
        x.special_reason,
    ]  # fmt: skip


def _boxes(sheet: Sheet, row: int, by_level: Sequence[Sum], columns: int) -> int:
    """Four coloured boxes: level, count, amount."""
    sums = {s.name: s for s in by_level}
    edges = sheet.quarters(columns, len(LEVELS))
    for i, level in enumerate(LEVELS):
        s = sums.get(level) or Sum(level, 0, 0)
        tint = style.WARNING_TINTS[level]
        sheet.merged(
            (row, edges[i], row, edges[i + 1] - 1), f"{_colour(level)}  {s.count:,}{t(' 笔', '')}  {s.amount / 100:,.2f}{t(' 元', '')}",
            bg_color=tint.fill, font_color=tint.ink, bold=True, align="center", font_size=11, border=1,
            border_color=style.WHITE,
        )  # fmt: skip
    sheet.sheet.set_row(row, 26)
    return row + 1


# --- 预警分析 --------------------------------------------------------------------------------------------


def _analysis(book: Paper, sheet: Sheet, view: View) -> None:
    sheet.widths([30, 10, 18, 14, 10, 3, 11, 11, 11, 11, 11])
    row = sheet.title(t("预警分析", "Analysis"), 11, _under(view))
    sums = {s.name: s for s in view.by_level}
    levels = [sums.get(x) or Sum(x, 0, 0) for x in LEVELS]
    row = sheet.heading(row, t("一、按级别", "1. By level"))
    first = row + 1
    row = _sums(sheet, row, t("级别", "Level"), levels, tints=True)
    level_chart(book, sheet, (first, len(levels)), (2, 6))
    row = sheet.heading(
        max(row, 13) + 1,
        t(
            "二、按原因（一笔债权有几个原因的，每个原因各计一次）",
            "2. By cause (a claim with several counts under each)",
        ),
    )
    causes = sorted(view.by_cause, key=lambda s: (-s.amount, s.name))
    first = row + 1
    top = row
    row = _sums(sheet, row, t("原因", "Cause"), causes, total=False)
    if causes:
        cause_chart(book, sheet, (first, len(causes)), (top, 6))
    headers = (top, top)
    if view.unit is None:
        row = sheet.heading(
            max(row, top + cause_height(len(causes)) // 20) + 1, t("三、按单位", "3. By unit")
        )
        headers = (row, row)
        row = _sums(sheet, row, t("单位", "Unit"), sorted(view.by_unit, key=lambda s: (-s.amount, s.name)))
    # headers repeat on the pages behind them only: those of the last table are wrong on none
    sheet.print_set_up(landscape=True, repeat=headers, footer=f"{t('预警分析', 'Analysis')} {_whose(view)}")


def _sums(
    sheet: Sheet, row: int, name: str, sums: Sequence[Sum], *, tints: bool = False, total: bool = True
) -> int:
    columns = [
        Column(name), Column(t("笔数", "Claims"), "count"), Column(t("金额（元）", "Yuan"), "amount"),
        Column(t("金额（万元）", "10,000 yuan"), "number"),
        Column(t("占比", "Share"), "share"),
    ]  # fmt: skip
    whole = sum(s.amount for s in sums)
    rows = [
        [
            Cell(_colour(s.name), tint=style.WARNING_TINTS[s.name]) if tints else s.name, s.count, s.amount,
            round(s.amount / 1_000_000, 2), s.amount / whole if whole and total else None,
        ]
        for s in sums
    ]  # fmt: skip
    last = [
        t("合计", "Total"),
        sum(s.count for s in sums),
        whole,
        round(whole / 1_000_000, 2),
        1 if whole else None,
    ]
    if not rows:
        return sheet.paragraph(row, 5, t("没有。", "None."))
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
    row = sheet.title(t("账龄分析", "Ageing"), widest, _under(view))
    if not tables:
        row = sheet.paragraph(
            row, widest, t("没有交来应收账款明细表，不能分析账龄。", "No receivables were handed in.")
        )
    headers = None
    for n, (table, columns, rows) in enumerate(tables):
        row = sheet.heading(row, t(f"{'一二三四五'[n]}、{table.title}", f"{n + 1}. {table.title}"))
        top, headers = row, (row, row)
        *units, total = rows
        row = sheet.table(top, columns, units, total=total)
        row = _shares(sheet, row, total[1:])
        row = _tie(sheet, row, total[-1], table.ledger, widest)
        if n == 0:
            row = ageing_chart(book, sheet, (top, len(units), table.bands), row) + 1
    sheet.print_set_up(landscape=True, repeat=headers, footer=f"{t('账龄分析', 'Ageing')} {_whose(view)}")


def _age_columns(table: AgeTable) -> list[Column]:
    bands = [Column(band, "amount", least=13, most=20) for band in table.bands]
    return [
        Column(t("单位", "Unit"), least=18, most=30),
        *bands,
        Column(t("合计", "Total"), "amount", least=15, most=20),
    ]


def _age_rows(table: AgeTable) -> list[list[Any]]:
    """Units with their totals, then the total of all."""
    rows: list[list[Any]] = [[unit, *amounts, sum(amounts)] for unit, amounts in table.rows.items()]
    totals = [sum(row[i] for row in rows) for i in range(1, len(table.bands) + 2)]
    return [*rows, [t("合计", "Total"), *totals]]


def _shares(sheet: Sheet, row: int, totals: Sequence[int]) -> int:
    plain: dict[str, Any] = {"border": 1, "border_color": style.LINE, "font_size": 9}
    sheet.text(row, 0, t("占比", "Share"), **plain)
    for i, value in enumerate(totals, 1):
        share = value / totals[-1] if totals[-1] else 0
        sheet.number(row, i, share, **plain, num_format=style.SHARE, align="right")
    return row + 1


def _tie(sheet: Sheet, row: int, whole: int, ledger: int, columns: int) -> int:
    if whole == ledger:
        ink = style.GOOD_INK
        words = t(f"核对：账龄合计与应收账款明细表账面余额合计一致（{ledger / 100:,.2f} 元）。",
                  f"Checked: the ageing ties to the ledger ({ledger / 100:,.2f}).")  # fmt: skip
    else:
        ink, gap = style.BAD_INK, (whole - ledger) / 100
        words = t(
            f"核对：账龄合计 {whole / 100:,.2f} 元，应收账款明细表合计 {ledger / 100:,.2f} 元，相差 {gap:,.2f} 元，请先查明。",
            f"Checked: the ageing is {whole / 100:,.2f}, the ledger {ledger / 100:,.2f}, a difference of {gap:,.2f}: find out why.",
        )
    return sheet.paragraph(row, columns, words, font_color=ink, font_size=10, bold=True)


# --- 说明 ----------------------------------------------------------------------------------------------


def _notes(sheet: Sheet, view: View) -> None:
    sheet.widths([6, 110])
    row = sheet.title(t("说明", "Notes"), 2, _under(view))
    basis = [
        t(f"适用制度：{view.policy}", f"Policy: {view.policy}"),
        str(_LEVEL_NOTE),
        t(
            "临近的债权由经营管理部处理（F-28），已超过的移交清欠办追讨（F-29）；有特殊原因的须写明原因和批准人（F-29、F-30）。",
            "What comes close is dealt with by the operations department (F-28), what is past goes to the clearance office (F-29); a "
            "special reason names who approved it (F-29, F-30).",
        ),
        t(
            "账龄按公历年计，上限含当日；贷项（负数余额）、争议、诉讼款项各列一栏，不在账龄段内。",
            "Ages go by calendar years, the upper bound included; credit notes (negative balances), disputed and sued claims stand in "
            "columns of their own, in no band.",
        ),
        t(
            "诉讼时效、保证期间等日期按所填事项推算，不构成法律意见。",
            "Limitation and guarantee periods are computed from what was entered; no legal advice.",
        ),
    ]
    if view.live is not None:
        warned = sum(x.balance for x in view.lines)
        live, count = view.live, len(view.lines)
        basis.append(
            t(f"有余额且未结清、未核销的债权 {live.count:,} 笔 {live.amount / 100:,.2f} 元，"
              f"其中预警 {count:,} 笔 {warned / 100:,.2f} 元。",
              f"Open claims: {live.count:,}, {live.amount / 100:,.2f} yuan; warned of: {count:,}, {warned / 100:,.2f} yuan.")
        )  # fmt: skip
    row = sheet.heading(row, t("一、依据和口径", "1. What the sheet goes by"))
    for n, words in enumerate(basis, 1):
        row = _numbered(sheet, row, n, words)
    row = sheet.heading(row + 1, t("二、未能判断的事项", "2. What could not be judged"))
    for n, words in enumerate(view.notes or [t("没有。", "None.")], 1):
        row = _numbered(sheet, row, n, words)
    sheet.print_set_up(landscape=True, footer=f"{_TITLE} {t('说明', 'Notes')}")


def _numbered(sheet: Sheet, row: int, n: int, words: str) -> int:
    line = {"border": 1, "border_color": style.LINE, "text_wrap": True}
    sheet.text(row, 0, str(n), **line, align="center")
    sheet.text(row, 1, words, **line)
    sheet.sheet.set_row(row, 15 * sheet.lines(words, 110) + 5)
    return row + 1
