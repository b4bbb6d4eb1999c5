"""The sheet 预警变化 of a warning sheet: what rose first and marked, then what is new, was answered, fell or is gone."""

from __future__ import annotations

from typing import Any

from qq_excel.papers import style
from qq_excel.papers.sheet import Cell, Column, Sheet
from qq_excel.papers.slip_memory import FELL, GONE, NEW, ROSE
from qq_excel.papers.warning_moves import Moved, counted
from qq_excel.papers.warning_view import View

_NUMBERS = "一二三四五"


def write_moves(sheet: Sheet, view: View, under: str) -> None:
    """Write the movements of *view*; what stayed as it was and was not answered is not listed."""
    moves = list(view.moves or ())
    group = view.unit is None
    columns = [
        Column("变化", least=8, centre=True), Column("上次级别", least=6, centre=True), Column("本次级别", least=6, centre=True),
        *([Column("单位", most=12)] if group else []),
        Column("债权编号", least=12, most=14), Column("债务人", least=14, most=20), Column("账面余额", "amount", least=14, most=19),
        Column("责任人", least=8, most=10, centre=True), Column("上次通知单", least=8, centre=True),
        Column("答复内容", least=14, most=26), Column("本次原因", least=26, most=40),
    ]  # fmt: skip
    parts = [
        ("上升", [m for m in moves if m.change == ROSE]), ("新增", [m for m in moves if m.change == NEW]),
        ("已答复", [m for m in moves if m.answered]), ("下降", [m for m in moves if m.change == FELL]),
        ("不再预警", [m for m in moves if m.change == GONE]),
    ]  # fmt: skip
    every = [_row(m, group=group) for m in moves]
    sheet.widths(sheet.fitted(columns, every))
    row = sheet.title("预警变化", len(columns), f"{under}    与上次相比：{counted(moves)}")
    for number, (name, mine) in zip(_NUMBERS, parts, strict=True):
        amount = sum(m.balance or 0 for m in mine)
        row = sheet.heading(row, f"{number}、{name}：{len(mine)} 笔，{amount / 100:,.2f} 元")
        if mine:
            rows = [_row(m, group=group) for m in mine]
            row = sheet.table(row, columns, rows, stripes=False) + 1
    note = "一笔债权有答复的，在“已答复”和它的变化中各列一次；余额为本次的，不再预警的为上次的。"
    sheet.paragraph(row, len(columns), note)
    sheet.print_set_up(landscape=True, footer="预警变化")


def _row(m: Moved, *, group: bool) -> list[Any]:
    change = Cell(m.change, tint=style.WARNING_TINTS["红"], bold=True) if m.change == ROSE else m.change
    level = Cell(m.level, tint=style.WARNING_TINTS[m.level]) if m.level else ""
    return [
        change, m.before, level, *([m.unit] if group else []), m.claim_id, m.debtor, m.balance, m.responsible, m.state,
        m.answer, "\n".join(m.causes),
    ]  # fmt: skip


__all__ = ["write_moves"]
