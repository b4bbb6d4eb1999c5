"""The workbooks of a write-off: 债权及账龄摘录, 证据索引 and 缺失清单."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qq_excel.kinds import FieldType, get_kind
from qq_excel.papers import style
from qq_excel.papers.cells import Cell, Column, file_link
from qq_excel.papers.sheet import Paper, drawn, paper
from qq_excel.papers.words import mask
from qq_excel.papers.write_off_facts import Application


def extract(app: Application) -> bytes:
    """债权及账龄摘录.xlsx: the claim's row as it stands in the ledger, and its ageing."""
    kind = get_kind("receivables")

    def draw(book: Paper) -> None:
        sheet = book.sheet("债权及账龄摘录", tab=style.NAVY)
        sheet.widths([20, 30, 20, 30])
        day = app.as_of.isoformat() if app.as_of else "未填"
        row = sheet.title("债权及账龄摘录", 4, f"申请编号 {app.id}    截止日期 {day}    金额单位：元")
        if app.claim is None:
            words = "没有交来应收账款明细表，或表中没有这笔债权，无法摘录。"
            row = sheet.paragraph(row + 1, 4, words, font_color=style.BAD_INK, font_size=11)
        else:
            row = sheet.heading(row + 1, "一、应收账款明细表所载")
            facts = [(f.header, _value(f, app.claim[f.name])) for f in kind.fields]
            row = _facts(sheet, row, facts)
            row = sheet.heading(row + 1, "二、账龄和诉讼时效")
            clocks = [
                ("账龄口径", (app.age_basis, "text")), ("账龄段", (app.claim["age_band"], "text")),
                ("逾期天数（按约定付款日推算）", ("" if app.overdue_days is None else f"{app.overdue_days:,}", "text")),
                ("诉讼时效届满日（按所填事项推算）", (str(app.limitation_on or ""), "text")),
            ]  # fmt: skip
            row = _facts(sheet, row, clocks)
        row = sheet.heading(row + 1, "三、与核销申请核对")
        columns = [
            Column("项目"),
            Column("应收账款明细表"),
            Column("坏账核销申请表"),
            Column("核对", centre=True),
        ]
        row = sheet.table(row, columns, _compared(app), stripes=False)
        note = "本表由应收账款明细表摘录，证件号码已遮盖中间各位；诉讼时效按所填事项推算，不构成法律意见。"
        row = sheet.paragraph(row + 1, 4, note)
        sheet.merged(
            (row + 1, 0, row + 1, 3), "摘录人：____________    复核人：____________    日期：____________"
        )
        sheet.print_set_up(landscape=False, footer=f"{app.id} 债权及账龄摘录")

    return drawn("债权及账龄摘录", draw)


def _value(field: Any, value: Any) -> tuple[Any, str]:
    if field.personal or field.check_digit:
        return mask(value), "text"
    if field.type is FieldType.RATIO or isinstance(value, float):
        return f"{value:g}", "text"
    if field.type is FieldType.AMOUNT:
        return value, "amount"
    return "" if value is None else str(value), "text"


def _facts(sheet: Any, row: int, facts: Sequence[tuple[str, tuple[Any, str]]]) -> int:
    """Label and value, two pairs to a row."""
    cells = [*facts, *([("", ("", "text"))] * (len(facts) % 2))]
    for i in range(0, len(cells), 2):
        high = 1
        for side, (label, (value, kind)) in enumerate(cells[i : i + 2]):
            line = {"border": 1, "border_color": style.LINE, "text_wrap": True}
            sheet.text(row, side * 2, label, **line, bg_color=style.PALE, bold=True, font_color=style.NAVY)
            sheet.value(row, side * 2 + 1, value, kind)
            longest = max(sheet.lines(str(value), 30), sheet.lines(label, 20))
            high = max(high, longest)
        sheet.sheet.set_row(row, 15 * high + 4)
        row += 1
    return row


def _compared(app: Application) -> list[list[Any]]:
    claim = app.claim or {}
    good, bad = style.Tint(style.GOOD, style.GOOD_INK), style.Tint(style.BAD, style.BAD_INK)
    out = []
    for name in ("debtor", "contract_id", "occurred_on", "due_on", "balance", "provision"):
        field = get_kind("write_offs")[name]
        ours, theirs = claim.get(name), app.row.get(name)
        if not claim:
            verdict: Any = "无法核对"
        else:
            verdict = Cell("一致", tint=good) if ours == theirs else Cell("不一致", tint=bad)
        shown = [_plain(field.type, v) for v in (ours, theirs)]
        out.append([field.header, *shown, verdict])
    return out


def _plain(type_: FieldType, value: Any) -> str:
    if value is None:
        return "（空）"
    return f"{value / 100:,.2f}" if type_ is FieldType.AMOUNT else str(value)


def evidence_index(app: Application, members: Mapping[int, tuple[str, str, int]]) -> bytes:
    """证据索引.xlsx: each paper, its file in the pack and its SHA-256 (*members* by number)."""

    def draw(book: Paper) -> None:
        sheet = book.sheet("证据索引", tab=style.NAVY)
        columns = [
            Column("序号", "count", least=6), Column("证据类型", most=14), Column("证据名称", least=16, most=28),
            Column("文号", most=20), Column("出具单位", most=20), Column("出具日期", "date", least=12),
            Column("原件", centre=True, least=6), Column("页数", "count", least=6), Column("包内文件", least=20, most=30),
            Column("字节数", "count", least=10), Column("SHA-256", least=34, most=34),
        ]  # fmt: skip
        rows = []
        for e in app.evidence:
            name, sha, size = members.get(e.no, ("", "", 0))
            file: Any = (
                Cell(name.rpartition("/")[2], link=file_link(name)) if name else Cell("缺失", tint=_MISSING)
            )
            rows.append(
                [
                    e.no,
                    e.type,
                    e.name,
                    e.doc_no,
                    e.issuer,
                    e.issued_on,
                    e.original,
                    e.pages,
                    file,
                    size or None,
                    sha,
                ]
            )
        sheet.widths(sheet.fitted(columns, rows))
        row = sheet.title(
            "证据索引", len(columns), f"申请编号 {app.id}    债务人 {app.row.get('debtor') or '—'}"
        )
        top = row + 1
        row = sheet.table(top, columns, rows)
        if not rows:
            row = sheet.paragraph(row, len(columns), "没有登记任何证据。", font_color=style.BAD_INK)
        note = "包内文件按原样复制，未改动内容；可用 qq-excel verify 核对全包是否完整。"
        sheet.paragraph(row + 1, len(columns), note)
        sheet.print_set_up(landscape=True, repeat=(top, top), footer=f"{app.id} 证据索引")

    return drawn("证据索引", draw)


_MISSING = style.Tint(style.BAD, style.BAD_INK)


def gaps_book(apps: Sequence[Application], target: Path) -> Path:
    """缺失清单.xlsx: which applications are not fit, what each lacks and how to mend it."""
    with paper(target, "核销申请缺失清单") as book:
        sheet = book.sheet("缺失清单", tab="#C00000")
        columns = [
            Column("申请编号", most=18), Column("申请单位", most=16), Column("债务人", most=22),
            Column("申请核销金额", "amount", least=14), Column("坏账确认条件", most=16, centre=True),
            Column("缺什么、错在哪里", least=34, most=44), Column("改法", least=26, most=36),
            Column("规则", centre=True, least=8), Column("条款", most=12, centre=True), Column("位置", most=20),
        ]  # fmt: skip
        rows: list[list[Any]] = []
        for app in apps:
            own = [
                app.id,
                app.row.get("unit"),
                app.row.get("debtor"),
                app.row.get("amount"),
                app.row.get("condition"),
            ]
            rows += [[*own, g.what, g.fix, g.rule, g.clause, g.place] for g in app.gaps] or [
                [*own, *[""] * 5]
            ]
        sheet.widths(sheet.fitted(columns, rows))
        amount = sum(a.row.get("amount") or 0 for a in apps)
        under = f"材料不全或不合规的申请 {len(apps)} 份，申请核销金额合计 {amount / 100:,.2f} 元；补齐后重新校验即可出具申请包"
        row = sheet.title("坏账核销申请缺失清单", len(columns), under)
        top = row + 1
        row = sheet.table(top, columns, rows, stripes=False)
        if not rows:
            row = sheet.paragraph(row, len(columns), "没有材料不全的申请。")
        sheet.sheet.autofilter(top, 0, max(row - 1, top + 1), len(columns) - 1)
        sheet.sheet.freeze_panes(top + 1, 1)
        sheet.print_set_up(landscape=True, repeat=(top, top), footer="坏账核销申请缺失清单")
    return target
