"""Marks in the live workbook: a fill and a note at each cell, and a hidden sheet that knows what was there before.

The hidden sheet is the one of annotated copies (:mod:`qq_excel.papers.marks`), so that either program takes the
other's marks away. Here its addresses are formulas: they follow when rows are inserted. A cell with a note of the
user's keeps that note as it is and is only coloured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qq_excel.addin.actions import sheets
from qq_excel.addin.host import Colour, Host, Place
from qq_excel.findings import Finding, from_a1
from qq_excel.findings.address import a1
from qq_excel.language import Text, many, plural
from qq_excel.papers import marks, style
from qq_excel.papers.marks import MARKS_SHEET, OUR_LIST, Mark
from qq_excel.papers.told import tell

if TYPE_CHECKING:
    import xlwings as xw

    from qq_excel.reading.model import Table

#: Notes and fills in one live workbook: past it the office becomes slow. The list has the rest.
MOST_NOTES, MOST_FILLS = 1_000, 20_000
_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")
_SOLID = re.compile(r'<patternFill patternType="solid"><fgColor rgb="FF([0-9A-Fa-f]{6})"')
_NONE = re.compile(r'<patternFill(?: patternType="none")?/>')


@dataclass(slots=True)
class Marked:
    """What was marked, and what was not."""

    cells: int = 0
    #: Cells without a note of ours: beyond the limit, or with a note of the user's.
    bare: int = 0
    taken: int = 0
    #: Cells beyond the limit of fills.
    left_out: int = 0
    protected: list[str] = field(default_factory=list)

    def remarks(self) -> list[Text]:
        """What the user should know, in sentences."""
        out = []
        if self.left_out:
            out.append(Text(
                f"标注已达上限，另有 {self.left_out} 个单元格没有标注，见《校验结果》表",
                f"the limit of marks was reached: {many(self.left_out, 'cell is', 'cells are')} in the list only",
            ))  # fmt: skip
        if self.bare:
            out.append(Text(
                f"批注已达上限 {MOST_NOTES} 处，另有 {self.bare} 个单元格只着色",
                f"{MOST_NOTES} notes were made, {many(self.bare, 'more cell is', 'more cells are')} coloured only",
            ))  # fmt: skip
        if self.taken:
            out.append(Text(
                f"{self.taken} 个单元格已有您的批注，只着色", f"{many(self.taken, 'cell has', 'cells have')} notes of yours: coloured only"
            ))  # fmt: skip
        if self.protected:
            names, n = "、".join(self.protected), len(self.protected)
            out.append(Text(
                f"工作表 {names} 受保护，没有标注",
                f"the {plural(n, 'sheet')} {names} {plural(n, 'is', 'are')} protected and not marked"
            ))  # fmt: skip
        return out


@dataclass(slots=True)
class Taken:
    """What was taken away, and what was not."""

    cells: int = 0
    #: Marks on sheets that are protected: they are still there, and remembered.
    kept: list[Mark] = field(default_factory=list)

    def remarks(self) -> list[Text]:
        """What the user should know, in sentences."""
        if not self.kept:
            return []
        sheets = dict.fromkeys(m.sheet for m in self.kept)
        names, n = "、".join(sheets), len(sheets)
        return [
            Text(
                f"工作表 {names} 受保护，原有标注没有清除；请撤销工作表保护后再点“清除标注”",
                f"the {plural(n, 'sheet')} {names} {plural(n, 'is', 'are')} protected and {plural(n, 'keeps its', 'keep their')} marks: "
                f"unprotect {plural(n, 'it', 'them')} and press 'Clear marks' again",
            )
        ]


# --- putting ---------------------------------------------------------------------------------------------


def put(
    host: Host, findings: Iterable[Finding], tables: Iterable[Table], kept: Sequence[Mark] = ()
) -> Marked:
    """Mark the cells of *findings* (the gravest first; past a limit the rest is left out) and remember it.

    *kept* are marks of before that could not be taken away; they stay remembered.
    """
    out = Marked()
    made: list[Mark] = []
    notes_left = MOST_NOTES
    names = {sheet.name for sheet in host.book.sheets}
    for name, cells in _cells(findings, tables, out).items():
        if name not in names:
            continue
        sheet = host.book.sheets[name]
        if host.protected(sheet):
            out.protected.append(name)
            continue
        theirs = host.notes(sheet)
        places = list(cells)
        before = host.fills(sheet, places)
        wanted: dict[Colour, list[Place]] = {}
        for place, fill in zip(places, before, strict=True):
            ours = _tint(cells[place])
            wanted.setdefault(style.rgb(ours), []).append(place)
            made.append(Mark("mark", name, a1(*place), _fill_text(fill), f"FF{ours}"))
        host.fill(sheet, wanted)
        free = [place for place in places if place not in theirs]
        noted = free[:notes_left]
        notes_left -= len(noted)
        host.add_notes(sheet, {at: marks.note(map(tell, cells[at]), style.AUTHOR).text for at in noted})
        out.cells += len(places)
        out.taken += len(places) - len(free)
        out.bare += len(free) - len(noted)
    if made:
        _remember(host.book, [*kept, *made])
    return out


def _cells(
    findings: Iterable[Finding], tables: Iterable[Table], out: Marked
) -> dict[str, dict[Place, list[Finding]]]:
    """Findings by sheet and cell, in the order given; in a merged range by its first cell, which shows the mark."""
    merged = {t.sheet: t.merges for t in tables}
    cells: dict[str, dict[Place, list[Finding]]] = {}
    count = 0
    for f in findings:
        if f.sheet is None or f.row is None or f.column is None:
            continue
        place = (f.row, f.column)
        for area in merged.get(f.sheet, ()):
            if area.top <= f.row <= area.bottom and area.left <= f.column <= area.right:
                place = (area.top, area.left)
        here = cells.setdefault(f.sheet, {})
        if place not in here:
            count += 1
            if count > MOST_FILLS:
                out.left_out += 1
                continue
        here.setdefault(place, []).append(f)
    return cells


def _tint(findings: Sequence[Finding]) -> str:
    """The colour of the gravest finding that is open, as RRGGBB."""
    open_ = [f.level for f in findings if f.status == "open"]
    tint = style.LEVEL_TINTS[min(open_, key="EW?I".index)] if open_ else style.SETTLED
    return tint.fill[1:]


def _fill_text(colour: Colour) -> str:
    """A fill as a workbook's styles have it."""
    if colour is None:
        return '<fill><patternFill patternType="none"/></fill>'
    solid = f'<fgColor rgb="{_code(colour)}"/><bgColor indexed="64"/>'
    return f'<fill><patternFill patternType="solid">{solid}</patternFill></fill>'


def _code(colour: tuple[int, int, int]) -> str:
    return "FF{:02X}{:02X}{:02X}".format(*colour)


def _remember(book: xw.Book, made: Sequence[Mark]) -> None:
    sheet = sheets.make(book, sheets.MEMORY)
    listed = sheets.find(book, sheets.LIST)
    every = [*made, Mark("sheet", listed.name, "A1")] if listed is not None else made
    (first, *rows) = marks.to_rows(every)
    sheets.write(sheet, 1, [[*first, "", "", "", ""], *rows])
    addresses = sheet.range((2, 3), (len(made) + 1, 3))
    addresses.number_format = "General"
    addresses.formula = [[f"={sheets.place_of(m.sheet, m.cell)}"] for m in made]
    sheet.visible = False


# --- taking away ------------------------------------------------------------------------------------------


def remembered(host: Host) -> list[Mark]:
    """The marks in the workbook, each where its cell is by now; to be asked before calculation is held back."""
    names = {sheet.name: sheet for sheet in host.book.sheets}
    memory = sheets.find(host.book, sheets.MEMORY) or names.get(MARKS_SHEET)
    if memory is None:
        return []
    if host.book.app.calculation != "automatic":
        host.book.app.calculate()
    return marks.from_rows([["" if v is None else str(v) for v in row[:5]] for row in sheets.rows_of(memory)])


def take_away(host: Host, every: Sequence[Mark]) -> Taken:
    """Take the marks *every* (:func:`remembered`) away and bring back what was there, where cells can be changed.

    Raises :class:`~qq_excel.errors.InputError`, before anything is changed, when the workbook lets no sheet go.
    """
    if every or sheets.find(host.book, sheets.LIST):
        sheets.must_take_sheets(host.book)
    out = Taken()
    names = {sheet.name: sheet for sheet in host.book.sheets}
    for name in dict.fromkeys(m.sheet for m in every if m.kind in ("mark", "link")):
        if name not in names:
            continue
        mine = [m for m in every if m.sheet == name and _ADDRESS.fullmatch(m.cell)]
        if host.protected(names[name]):
            out.kept += mine
            continue
        coloured = [m for m in mine if m.kind == "mark"]
        _fills_back(host, names[name], coloured)
        _links_away(names[name], [m for m in mine if m.kind == "link"])
        _notes_back(host, names[name])
        out.cells += len(coloured)
    _sheets_away(host.book, [m.sheet for m in every if m.kind == "sheet"])
    if out.kept:
        _remember(host.book, out.kept)
    return out


def _fills_back(host: Host, sheet: xw.Sheet, mine: Sequence[Mark]) -> None:
    """Only what is still as we left it: another colour is the user's."""
    places = [from_a1(m.cell) for m in mine]
    wanted: dict[Colour, list[Place]] = {}
    for mark, place, now in zip(mine, places, host.fills(sheet, places), strict=True):
        if now is None or _code(now) != mark.ours.upper():
            continue
        solid = _SOLID.search(mark.fill)
        if solid or not mark.fill or _NONE.search(mark.fill):
            wanted.setdefault(style.rgb(solid[1]) if solid else None, []).append(place)
    host.fill(sheet, wanted)


def _links_away(sheet: xw.Sheet, mine: Sequence[Mark]) -> None:
    """The links at the end of rows, which an annotated copy has."""
    for mark in mine:
        cell = sheet.range(mark.cell)
        if str(cell.value or "").startswith(marks.LINK.strip()):
            cell.clear()


def _notes_back(host: Host, sheet: xw.Sheet) -> None:
    begin = marks.begin(style.AUTHOR)
    ours: Mapping[Place, str] = {
        place: marks.without_ours(text, style.AUTHOR).strip("\n")
        for place, text in host.notes(sheet).items()
        if begin in text
    }
    host.set_notes(sheet, ours)


def _sheets_away(book: xw.Book, listed: Sequence[str]) -> None:
    """Our list and the memory; a tampered memory cannot name a sheet of the user's."""
    sheets.drop(book, sheets.LIST)
    sheets.drop(book, sheets.MEMORY)
    names = [sheet.name for sheet in book.sheets]
    with book.app.properties(display_alerts=False):
        for name in {*(n for n in listed if OUR_LIST.fullmatch(n)), MARKS_SHEET} & set(names):
            book.sheets[name].delete()
