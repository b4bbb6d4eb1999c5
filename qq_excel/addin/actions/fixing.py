"""自动修正: the changes of ``qq-excel fix`` in the live cells, a sheet that lists them, and the way back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import groupby
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from qq_excel.addin.actions import sheets
from qq_excel.addin.checked import checked
from qq_excel.addin.host import host_of, quiet
from qq_excel.errors import InputError
from qq_excel.findings import from_a1
from qq_excel.fixing.model import GRADE_NAMES, Change, Grade
from qq_excel.language import Text, many, t
from qq_excel.papers import style

if TYPE_CHECKING:
    import xlwings as xw

    from qq_excel.fixing import FixReport
    from qq_excel.kinds import FieldType

_HEAD = 3
#: Columns of the record: what the user reads, then what the way back needs.
_SHEET, _CELL, _AFTER, _DONE, _KIND, _OLD, _FORMAT = 0, 1, 4, 5, 7, 8, 9
_WIDTHS = (18, 10, 10, 30, 30, 10, 44, 8, 8, 8)
_GENERAL = ("General", "@")
#: A text that Excel would turn into a number, a date, a formula or a truth value.
_TURNED = re.compile(r"[\d\s.,:/%Ee+\-=@$¥￥()]+.*|true|false", re.IGNORECASE | re.DOTALL)


def fix(book: xw.Book) -> list[Change]:
    """Mend how cells are written, list every change; or take back what was mended last, if the user says so."""
    host = host_of(book)
    record = sheets.find(book, sheets.RECORD)
    done = [] if record is None else _recorded(record)
    if done:
        answer = host.ask(
            t(
                f"上次修正了 {len(done)} 处，列在《{record.name if record else ''}》。要撤回吗？\n是：撤回上次的修正；否：再查一遍。",
                f"{many(len(done), 'cell was', 'cells were')} mended before. Take that back?\nYes: take it back. No: look again.",
            ),
            "yes_no_cancel",
        )
        if answer == "cancel":
            return []
        if answer == "yes":
            undo(book)
            return []
    report, types = _proposed(book)
    shown = len(report.changes) - len(report.mended)
    if not report.mended:
        host.tell(
            t("没有可以自动修正的内容。", "Nothing can be mended safely.")
            + (t(f"另有 {shown} 处只提示，见校验结果。", f" {shown} more need a person.") if shown else "")
        )
        return []
    question = t(
        f"将修正 {len(report.mended)} 处写法（空格、全角、文本型数字和日期、列名），另有 {shown} 处只列出不改。\n"
        "每一处都列在《修正记录》，再点“自动修正”可以撤回。现在修正吗？",
        f"{many(len(report.mended), 'cell')} will be mended, {shown} more are only listed. Each is listed in 修正记录; "
        "press 'Fix' again to take it back. Mend them now?",
    )
    if host.ask(question) != "ok":
        return []
    with quiet(book):
        before = _write(book, report.mended, types)
        _record(book, report.changes, before)
    book.app.status_bar = t(
        f"清欠：已修正 {len(report.mended)} 处，另有 {shown} 处只提示，见《修正记录》",
        f"清欠: {len(report.mended)} mended, {shown} only listed, see 修正记录",
    )
    return report.changes


def _proposed(book: xw.Book) -> tuple[FixReport, dict[tuple[str, str], FieldType]]:
    """What ``qq-excel fix`` would do to a copy."""
    from pathlib import Path

    from qq_excel.fixing import fix as fix_copy

    with checked(book) as found, TemporaryDirectory(prefix="qq-") as folder:
        target = Path(folder) / found.copy.name
        report = fix_copy(found.copy, target, policy=found.settings.policy_())
        tables = found.file.workbook.tables
        return report, {(x.sheet, f.name): f.type for x in tables for f in x.kind.fields}


# --- writing ---------------------------------------------------------------------------------------------


def _write(
    book: xw.Book, changes: Sequence[Change], types: dict[tuple[str, str], FieldType]
) -> dict[tuple[str, str], tuple[Any, str]]:
    """Write *changes* run by run; the value and number format that each cell had."""
    before: dict[tuple[str, str], tuple[Any, str]] = {}
    for run in _runs(changes):
        first = run[0]
        cells = book.sheets[first.sheet].range(
            (first.row + 1, first.column + 1), (run[-1].row + 1, first.column + 1)
        )
        old = cells.options(ndim=1).value
        whole = cells.number_format
        formats = [whole or cells[n].number_format for n in range(len(run))]
        for change, value, code in zip(run, old, formats, strict=True):
            before[change.sheet, change.cell] = (value, code)
        _formatted(cells, run, formats, types.get((first.sheet, first.field)))
        cells.options(transpose=True).value = [_value(c) for c in run]
    return before


def _runs(changes: Sequence[Change]) -> list[list[Change]]:
    """Changes of the same kind in cells one below the other."""
    ordered = sorted(changes, key=lambda c: (c.sheet, c.column, c.row))
    numbered = enumerate(ordered)
    return [
        [c for _, c in same]
        for _, same in groupby(numbered, key=lambda x: (x[1].sheet, x[1].column, x[1].kind, x[1].row - x[0]))
    ]


def _value(change: Change) -> Any:
    if change.kind == "number":
        return float(change.after)
    if change.kind == "date":
        return dt.datetime.fromisoformat(change.after)
    return change.after


def _formatted(
    cells: xw.Range, run: Sequence[Change], formats: Sequence[str], type_: FieldType | None
) -> None:
    """Number formats under which the values stay what they are and look as they should."""
    from qq_excel.kinds import FieldType

    wanted: list[str | None] = []
    for change, code in zip(run, formats, strict=True):
        dated = (
            bool(re.search(r"[yd]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", code).lower())) and code != "General"
        )
        if change.kind == "date":
            wanted.append(None if dated else "yyyy-mm-dd")
        elif change.kind == "number":
            plain = {FieldType.AMOUNT: "#,##0.00", FieldType.INT: "0"}.get(type_ or FieldType.TEXT, "General")
            wanted.append(plain if code in _GENERAL or dated else None)
        else:
            wanted.append("@" if code != "@" and _TURNED.fullmatch(change.after) else None)
    if len(set(wanted)) == 1 and wanted[0]:
        cells.number_format = wanted[0]
        return
    for n, code_ in enumerate(wanted):
        if code_:
            cells[n].number_format = code_


# --- the record --------------------------------------------------------------------------------------------


def _record(book: xw.Book, changes: Sequence[Change], before: dict[tuple[str, str], tuple[Any, str]]) -> None:
    sheet = sheets.make(book, sheets.RECORD)
    heads = [
        t("工作表", "sheet"), t("单元格", "cell"), t("规则", "rule"), t("修改前", "before"), t("修改后", "after"),
        t("处理", "grade"), t("原因", "why"), "", "", "",
    ]  # fmt: skip
    rows = []
    for c in changes:
        kind, old, code = "", "", ""
        if c.grade is Grade.SAFE:
            value, code = before[c.sheet, c.cell]
            kind, old = ("s", value) if isinstance(value, str) else ("n", repr(float(value or 0)))
        words = [c.sheet, "", c.rule, c.before, c.after or "—", str(GRADE_NAMES[c.grade]), str(c.why or "")]
        rows.append([*words, kind, old, code])
    sheets.write(sheet, 1, [["" for _ in heads], ["" for _ in heads], heads, *rows])
    sheets.title(sheet.range("A1"), t("修正记录", "Changes"))
    sheet.range("A2").value = t(
        "再点一次“自动修正”并选“是”可以撤回。请保留本表到提交为止。",
        "Press 'Fix' again and choose Yes to take this back.",
    )
    sheets.head(sheet.range((_HEAD, 1), (_HEAD, 7)))
    links = sheet.range((_HEAD + 1, _CELL + 1), (_HEAD + len(changes), _CELL + 1))
    links.number_format = "General"
    links.formula = [[sheets.link_to(c.sheet, c.cell)] for c in changes]
    links.font.color = style.BLUE
    sheets.widths(sheet, _WIDTHS)
    sheet.range((_HEAD + 1, _KIND + 1), (_HEAD + len(changes), _FORMAT + 1)).font.color = style.LINE


def _recorded(record: xw.Sheet) -> list[list[str]]:
    """The rows of the record that say what was mended."""
    rows = [["" if v is None else str(v) for v in row] for row in sheets.rows_of(record)[_HEAD:]]
    return [row for row in rows if len(row) > _FORMAT and row[_KIND] in ("s", "n")]


def undo(book: xw.Book) -> int:
    """Bring back what stood in the cells that were mended last, where they are still as we left them; how many.

    Raises :class:`InputError` when nothing was mended.
    """
    record = sheets.find(book, sheets.RECORD)
    rows = [] if record is None else _recorded(record)
    if not rows:
        raise InputError(Text("没有可以撤回的修正。", "There is nothing to take back."))
    back = changed = 0
    with quiet(book):
        names = {sheet.name for sheet in book.sheets}
        for row in rows:
            cell = _cell(book, names, row)
            if cell is None or not _same(cell.value, row[_AFTER]):
                changed += 1
                continue
            old: Any = row[_OLD] if row[_KIND] == "s" else float(row[_OLD])
            turned = isinstance(old, str) and bool(_TURNED.fullmatch(old))
            cell.number_format = "@" if turned else row[_FORMAT]
            cell.value = old
            if turned and row[_FORMAT] != "@":
                cell.number_format = row[_FORMAT]  # a text stays one when only its format changes
            back += 1
        sheets.drop(book, sheets.RECORD)
    words = t(f"清欠：已撤回 {back} 处修正", f"清欠: {many(back, 'change')} taken back")
    if changed:
        words += t(
            f"，{changed} 处之后又改过，没有动",
            f"; {many(changed, 'was', 'were')} changed since and left alone",
        )
    book.app.status_bar = words
    return back


def _cell(book: xw.Book, names: set[str], row: Sequence[str]) -> xw.Range | None:
    try:
        line, column = from_a1(row[_CELL])
    except ValueError:  # its row was deleted
        return None
    return book.sheets[row[_SHEET]].range((line + 1, column + 1)) if row[_SHEET] in names else None


def _same(now: Any, after: str) -> bool:
    if isinstance(now, dt.datetime):
        return now.date().isoformat() == after
    if isinstance(now, float):
        try:
            return now == float(after)
        except ValueError:
            return False
    return str(now or "") == after
