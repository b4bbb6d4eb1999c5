"""The sheet 预警变化 of a warning sheet: what rose first and marked, then what is new, was answered, fell or is gone."""

from __future__ import annotations

from typing import Any

from qq_excel.language import Text, t
from qq_excel.papers import style
from qq_excel.papers.cells import Cell, Column
from qq_excel.papers.sheet import Sheet
from qq_excel.papers.slip_memory import FELL, GONE, NEW, ROSE, level_name, shown
from qq_excel.papers.warning_moves import Moved, counted, since_words
from qq_excel.papers.warning_view import View

#: Before the heading of each part.
_NUMBERS = tuple(Text(zh, str(n)) for n, zh in enumerate("一二三四五", 1))


def write_moves(sheet: Sheet, view: View, under: str) -> None:
    """Write the movements of *view*; what stayed as it was and was not answered is not listed."""
    moves = list(view.moves or ())
    group = view.unit is None
    columns = [
        Column(t("变化", "Change"), least=8, centre=True), Column(t("上次级别", "Last level"), least=6, centre=True),
        Column(t("本次级别", "Level now"), least=6, centre=True),
        *([Column(t("单位", "Unit"), most=12)] if group else []),
        Column(t("债权编号", "Claim"), least=12, most=14), Column(t("债务人", "Debtor"), least=14, most=20),
        Column(t("账面余额", "Balance"), "amount", least=14, most=19),
        Column(t("责任人", "Responsible"), least=8, most=10, centre=True), Column(t("上次通知单", "Last slip"), least=8, centre=True),
        Column(t("答复内容", "Answer"), least=14, most=26), Column(t("本次原因", "Causes now"), least=26, most=40),
    ]  # fmt: skip
    parts = [
        (t("上升", "rose"), [m for m in moves if m.change == ROSE]), (t("新增", "new"), [m for m in moves if m.change == NEW]),
        (t("已答复", "answered"), [m for m in moves if m.answered]), (t("下降", "fell"), [m for m in moves if m.change == FELL]),
        (t("不再预警", "no longer warned of"), [m for m in moves if m.change == GONE]),
    ]  # fmt: skip
    every = [_row(m, group=group) for m in moves]
    head = 0
    sheet.widths(sheet.fitted(columns, every))
    row = sheet.title(
        t("预警变化", "Changes"),
        len(columns),
        f"{under}    {since_words(view.since)}{counted(moves)}",
    )
    for number, (name, mine) in zip(_NUMBERS, parts, strict=True):
        amount = sum(m.balance or 0 for m in mine)
        sums = t(
            f"{len(mine)} 笔，{amount / 100:,.2f} 元",
            f"{len(mine)} claim{'' if len(mine) == 1 else 's'}, {amount / 100:,.2f} yuan",
        )
        row = sheet.heading(row, t(f"{number}、{name}：{sums}", f"{number}. {name.capitalize()}: {sums}"))
        if mine:
            head = head or row
            rows = [_row(m, group=group) for m in mine]
            row = sheet.table(row, columns, rows, stripes=False) + 1
    note = t("一笔债权有答复的，在“已答复”和它的变化中各列一次；余额为本次的，不再预警的为上次的。",
             "A claim that was answered stands under that and under how it moved; balances are those of now, of claims no longer "
             "warned of those of the last run.")  # fmt: skip
    sheet.paragraph(row, len(columns), note)
    # all parts have the same columns: the first header stands on every page
    sheet.print_set_up(landscape=True, repeat=(head, head) if head else None, footer=t("预警变化", "Changes"))


def _row(m: Moved, *, group: bool) -> list[Any]:
    change = (
        Cell(shown(m.change), tint=style.WARNING_TINTS["红"], bold=True)
        if m.change == ROSE
        else shown(m.change)
    )
    level = Cell(level_name(m.level), tint=style.WARNING_TINTS[m.level]) if m.level else ""
    return [
        change, level_name(m.before), level, *([m.unit] if group else []), m.claim_id, m.debtor, m.balance, m.responsible, shown(m.state),
        m.answer, "\n".join(m.causes),
    ]  # fmt: skip
