"""校验 and 清除标注."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qq_excel.addin.actions import findings_sheet, marking, sheets
from qq_excel.addin.checked import Steps, checked
from qq_excel.addin.host import host_of, quiet
from qq_excel.language import Text, t
from qq_excel.papers.marks_list import counted

if TYPE_CHECKING:
    import xlwings as xw

    from qq_excel.check import Result


def check(book: xw.Book) -> Result:
    """Check *book*, mark its cells, list what was found. Marks of an earlier check go first."""
    host = host_of(book)
    steps = Steps(host)
    before, taken = marking.remembered(host), marking.Taken()
    if before or sheets.find(book, sheets.LIST):  # first of all: notes make a copy slow to save
        with quiet(book):
            taken = marking.take_away(host, before)
    with checked(book, steps) as found:
        result = found.result
        mine = result.findings.of_file(found.file.workbook.name)
        steps(Text("标注", "marking"))
        with quiet(book):
            shown = findings_sheet.gravest(mine, 2 * marking.MOST_FILLS)
            if result.findings:
                findings_sheet.write(book, result.findings)
            marked = marking.put(host, shown, found.file.workbook.tables, taken.kept)
            remarks = [*marked.remarks(), *taken.remarks()]
            if remarks and result.findings:
                sheet = sheets.find(book, sheets.LIST)
                if sheet is not None:
                    cell = sheet.range("A3")
                    said = [x for x in (cell.value, *(str(r) for r in remarks)) if x]
                    cell.value = t("；", "; ").join(said)
    findings_sheet.fit(book)
    accepted = (
        t("可以提交", "ready to hand in") if found.file.accepted else t("不能提交", "not to be handed in yet")
    )
    words = counted(result.findings)
    if not result.findings:
        words = t("没有问题", "nothing found")
    notes = "".join(f"  {remark}" for remark in remarks)
    book.app.status_bar = f"清欠：{words}  {accepted}{notes}"
    return result


def clear(book: xw.Book) -> int:
    """Take our marks away, fills and notes as they were before; how many cells are without their mark now."""
    host = host_of(book)
    before = marking.remembered(host)
    with quiet(book):
        taken = marking.take_away(host, before)
    notes = "".join(f"  {remark}" for remark in taken.remarks())
    book.app.status_bar = t(
        f"清欠：已清除 {taken.cells} 处标注{notes}", f"清欠: {taken.cells} marks taken away{notes}"
    )
    return taken.cells
