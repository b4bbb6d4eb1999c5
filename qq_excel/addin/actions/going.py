"""下一条, 上一条 and 规则说明: the way through the list of findings, and what a rule says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from qq_excel.addin.actions import findings_sheet, sheets
from qq_excel.addin.actions.findings_sheet import Listed
from qq_excel.addin.host import Place, host_of
from qq_excel.catalogue import LEVEL_NAMES, get_rule
from qq_excel.errors import InputError
from qq_excel.language import Text, current, t
from qq_excel.papers.words import clip

if TYPE_CHECKING:
    import xlwings as xw

    from qq_excel.rules.documentation import Example

#: What a status bar and a message box can show.
_LINE, _BOX, _RULES = 240, 1_800, 3


def go_next(book: xw.Book) -> Listed | None:
    """Go to the next cell with a finding."""
    return _go(book, 1)


def go_previous(book: xw.Book) -> Listed | None:
    """Go to the previous cell with a finding."""
    return _go(book, -1)


def _go(book: xw.Book, step: int) -> Listed | None:
    order = [s.name for s in book.sheets]
    every = [x for x in findings_sheet.read(book) if x.sheet in order]
    if not every:
        raise InputError(
            Text(
                "没有可以前往的问题。请先点“校验”。",
                "There is no finding to go to. Press 'Check' first.",
            )
        )
    every.sort(key=lambda x: (order.index(x.sheet), x.place))
    cells = [list(same) for _, same in groupby(every, key=lambda x: (x.sheet, x.place))]
    keys = [(order.index(c[0].sheet), c[0].place) for c in cells]
    here = _here(book, order)
    past = [n for n, key in enumerate(keys) if (key > here if step > 0 else key < here)]
    n = (past[0] if step > 0 else past[-1]) if past else (0 if step > 0 else len(keys) - 1)
    first = cells[n][0]
    sheet = book.sheets[first.sheet]
    sheet.activate()
    sheet.range((first.place[0] + 1, first.place[1] + 1)).select()
    again = (
        ""
        if past
        else t("（已从头开始）", " (from the start again)")
        if step > 0
        else t("（已从末尾开始）", " (from the end again)")
    )
    said = t("；", "; ").join(f"{_level(x)}{x.rule} {x.message}" for x in cells[n])
    book.app.status_bar = clip(f"清欠 {n + 1}/{len(cells)}{again}：{said}".replace("\n", " "), _LINE)
    return first


def _level(one: Listed) -> str:
    return f"【{LEVEL_NAMES[one.level]}】" if one.level else ""


def _here(book: xw.Book, order: Sequence[str]) -> tuple[int, Place]:
    """Where the selection is; on a sheet of ours, in front of everything."""
    chosen = book.app.selection
    name = book.sheets.active.name
    listed = sheets.find(book, sheets.LIST)
    if chosen is None or (listed is not None and listed.name == name):
        return -1, (0, 0)
    return order.index(name), (chosen.row - 1, chosen.column - 1)


def explain(book: xw.Book) -> list[str]:
    """Say what the rules of the selected cell ask for, and why; which rules they are."""
    chosen, listed = book.app.selection, sheets.find(book, sheets.LIST)
    every = findings_sheet.read(book)
    name = book.sheets.active.name
    if chosen is None:
        here: list[Listed] = []
    elif listed is not None and name == listed.name:
        here = _on_list(listed, chosen.row)
    else:
        rows = range(chosen.row - 1, chosen.row - 1 + chosen.shape[0])
        columns = range(chosen.column - 1, chosen.column - 1 + chosen.shape[1])
        here = [x for x in every if x.sheet == name and x.place[0] in rows and x.place[1] in columns]
    if not here:
        raise InputError(
            Text(
                "所选单元格没有问题。请选一个有标注的单元格，或《校验结果》表中的一行；没有校验过请先点“校验”。",
                "Nothing was found at the selected cell. Choose a marked one, or a row of 校验结果; press 'Check' first.",
            )
        )
    rules = list(dict.fromkeys(x.rule for x in here))
    parts = [rule_text(rule, next(x for x in here if x.rule == rule)) for rule in rules[:_RULES]]
    if len(rules) > _RULES:
        parts.append(t("另有：", "Also: ") + "、".join(rules[_RULES:]))
    host_of(book).tell(clip("\n\n".join(parts), _BOX))
    return rules


def _on_list(listed: xw.Sheet, row: int) -> list[Listed]:
    found = findings_sheet.at_row(listed, row)
    try:
        get_rule(found.rule)
    except (KeyError, InputError):
        return []
    return [found]


def rule_text(rule: str, found: Listed) -> str:
    """One rule in words: what it found, what it asks for, why, the clause, examples."""
    from qq_excel.policy.clauses import get_clause
    from qq_excel.rules.documentation import documentation

    spec = get_rule(rule)
    doc = documentation(spec.id)
    out = [f"{spec.id}  {spec.title}（{LEVEL_NAMES[spec.level]}）", found.message]
    if found.mend:
        out.append(t("改法：", "Mend: ") + found.mend)
    if current() == "zh":
        out.append("依据：" + doc.why.replace("\n", ""))
    out += [f"{c.citation}{t('：', ': ')}{c.text}" for c in (get_clause(c) for c in spec.clauses)]
    if current() == "zh":
        out += [f"错例：{_example(doc.bad)}", f"正例：{_example(doc.good)}"]
    return "\n".join(x for x in out if x)


def _example(examples: Sequence[Example]) -> str:
    """The first example in one line."""
    if not examples:
        return ""
    first = examples[0]
    rows = [
        "，".join(f"{h} {v or '（空）'}" for h, v in zip(first.header, row, strict=False))
        for row in first.rows
    ]
    return (f"（{first.note}）" if first.note else "") + "；".join(rows)
