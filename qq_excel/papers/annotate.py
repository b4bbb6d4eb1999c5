"""The annotated copy: the submitter's own workbook with a mark and a note at every cell with a finding.

The package is patched, not written anew: parts that need no change keep their bytes, and so does all around
a change. Our marks are told apart from the staff's: a second run replaces ours and touches nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qq_excel import zips
from qq_excel.errors import InputError, why_unreadable
from qq_excel.findings import Findings, a1
from qq_excel.inputs import PACKAGES
from qq_excel.language import Text, many
from qq_excel.papers import marks, marks_undo, style
from qq_excel.papers.marks import LIST_SHEET, MARKS_SHEET, Mark
from qq_excel.papers.marks_list import FindingsList, findings_list
from qq_excel.papers.told import AllTold
from qq_excel.patching import Book, Sheet, undo
from qq_excel.patching.book import sheet_reference
from qq_excel.patching.cells import Edit, change_cells
from qq_excel.patching.notes import put_notes, threads
from qq_excel.patching.sheetmaker import MOST_LINKS, hidden_table
from qq_excel.patching.sheetxml import SheetXml
from qq_excel.patching.styles import Look, Styles

log = logging.getLogger(__name__)
#: Notes in one copy; past it Excel becomes slow. Further cells have their colour and their line in the list.
MOST_NOTES = 5_000
#: How an encrypted workbook begins.
_COMPOUND = b"\xd0\xcf\x11\xe0"
#: Bytes of the list of content types that are looked at.
_MOST_TYPES = 4 << 20
_MAIN_TYPES = {
    b"ms-excel.sheet.macroEnabled.main+xml": ".xlsm",
    b"ms-excel.template.macroEnabled.main+xml": ".xltm",
    b"spreadsheetml.template.main+xml": ".xltx",
    b"spreadsheetml.sheet.main+xml": ".xlsx",
}
_LAST_COLUMN = 16_384
#: Rows at the top that the links at the end of rows keep clear of, besides their own.
_HEAD_ROWS = 100

#: Zero-based row and column.
Place = tuple[int, int]


@dataclass(slots=True)
class AnnotationReport:
    """What became of one annotated copy."""

    source: Path
    #: None when no copy was made; ``why`` says why.
    target: Path | None
    why: Text | None = None
    #: Cells marked; findings without a mark of their own (file or sheet); cells with a colour but no note.
    marked: int = 0
    unplaced: int = 0
    unmarked: int = 0
    #: What the reader of the copy should know, one sentence each.
    remarks: list[Text] = field(default_factory=list)

    def lines(self) -> list[Text]:
        """The report in sentences."""
        out = []
        if self.why is not None:
            name = self.source.name
            out.append(
                Text(f"{name}：没有生成标注件，{self.why.zh}。", f"{name}: no annotated copy, {self.why.en}.")
            )
        if self.unmarked:
            out.append(
                Text(
                    f"批注已达上限 {MOST_NOTES} 处，另有 {self.unmarked} 个单元格只着色，说明见《{LIST_SHEET}》表。",
                    f"{MOST_NOTES} notes were made; {many(self.unmarked, 'more cell is', 'more cells are')} coloured only, "
                    f"the sheet {LIST_SHEET} says why.",
                )
            )
        return out + self.remarks


class CannotAnnotate(InputError):
    """A workbook of which no annotated copy can be made; ``why`` is half a sentence."""

    def __init__(self, source: Path, why: Text) -> None:
        super().__init__(
            Text(f"{source}：没有生成标注件，{why.zh}。", f"{source}: no annotated copy, {why.en}.")
        )
        self.source, self.why = source, why

    def __reduce__(self) -> tuple[type[CannotAnnotate], tuple[Path, Text]]:
        return type(self), (self.source, self.why)


def annotate(source: Path, findings: Findings | AllTold, target: Path) -> AnnotationReport:
    """Write a copy of *source* with *findings* marked to *target*.

    *findings* are those of this workbook, told already or not. The source is never changed; the same input gives the same bytes, and
    annotating a copy again with the same findings gives the copy. Raises :class:`InputError` when source and
    target are one file, :class:`CannotAnnotate` when the source cannot be opened or patched.
    """
    if source.resolve() == target.resolve():
        raise InputError(
            Text(f"{target}：标注件不能覆盖原件。", f"{target}: the copy must not replace the original.")
        )
    if source.suffix.lower() not in PACKAGES and true_suffix(source) is None:
        kind = source.suffix.lower() or source.name
        why = Text(
            f"{kind} 格式不能写批注，问题见旁边的校验结果表；要标注件请另存为 .xlsx 后再校验",
            f"{kind} files cannot be annotated, the findings book beside it lists everything; "
            "for a copy save it as .xlsx and check again",
        )
        return AnnotationReport(source, None, why)
    report = AnnotationReport(source, target)
    told = findings if isinstance(findings, AllTold) else AllTold(findings)
    try:
        book = Book(source)
        if not undo.go_back(book):
            marks_undo.take_away(book, style.AUTHOR)
        _Copy(book, told, report).make()
        undo.keep(book)
    except (OSError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        # whoever made the file may have written anything into it: that is its fault, not ours
        raise CannotAnnotate(source, _why_not(source, error)) from error
    book.save(target)
    return report


def _why_not(source: Path, error: Exception) -> Text:
    if isinstance(error, OSError):
        why = why_unreadable(error)
        return Text(f"原件打不开（{why.zh}）", f"the original cannot be opened ({why.en})")
    log.info("%s cannot be patched", source, exc_info=error)
    with source.open("rb") as file:
        if file.read(len(_COMPOUND)) == _COMPOUND:
            return Text(
                "原件有打开密码，而标注件不带密码；问题见旁边的校验结果表",
                "the original has a password, which a copy would not have; the findings book beside it lists everything",
            )
    return Text(
        "文件内部的结构不合规范，请用 Excel 打开并另存为 .xlsx 后重试",
        "the file is not built as it should be; open it in Excel and save it anew as .xlsx",
    )


def true_suffix(source: Path) -> str | None:
    """The extension that a workbook in XML should have by its content; None for any other file."""
    try:
        with zips.opened(source) as archive, archive.open("[Content_Types].xml") as part:
            types = part.read(_MOST_TYPES)
    except (*zips.DAMAGED, OSError, KeyError, ValueError):
        return None
    return next((suffix for type_, suffix in _MAIN_TYPES.items() if type_ in types), None)


class _Copy:
    """The marking of one book."""

    def __init__(self, book: Book, told: AllTold, report: AnnotationReport) -> None:
        self.book = book
        self.told = told
        self.findings = findings = told.findings
        self.level, self.status = findings.each("level"), findings.each("status")
        self.report = report
        self.sheets: dict[str, Sheet] = {s.name: s for s in book.sheets() if s.part}
        self.styles = Styles(book)
        self.made: list[Mark] = []

    def make(self) -> None:
        """Mark the cells, add the list and the hidden memory."""
        opened: dict[str, SheetXml] = {}
        cells: dict[str, dict[Place, list[int]]] = {}
        talked: dict[str, set[Place]] = {}
        for name, mine in self._by_sheet().items():
            opened[name] = SheetXml(self.book.edit(self.sheets[name].part))
            talked[name] = threads(self.book, self.sheets[name])
            first = _first_cells(opened[name], mine)
            for at, some in mine.items():
                cells.setdefault(name, {}).setdefault(first.get(at, at), []).extend(some)
        noted = self._chosen(cells, talked)
        self._remark(sum(len(talked[n] & set(c)) for n, c in cells.items()))
        name = self._list_name()
        listed = findings_list(self.told, self.sheets, self.report.lines())
        for title, xml in opened.items():
            self._mark(title, xml, cells[title], noted, listed, name)
        self.made.append(Mark("sheet", name, "A1"))
        self._add_sheets(name, listed)
        self.styles.flush()

    def _by_sheet(self) -> dict[str, dict[Place, list[int]]]:
        """The numbers of the findings at each cell; a finding itself is made only where its words are needed."""
        out: dict[str, dict[Place, list[int]]] = {}
        f = self.findings
        places = zip(f.each("sheet"), f.rows.tolist(), f.columns.tolist(), strict=True)
        for n, (sheet, row, column) in enumerate(places):
            if sheet in self.sheets and sheet and row >= 0 and column >= 0:
                out.setdefault(sheet, {}).setdefault((row, column), []).append(n)
            else:
                self.report.unplaced += 1
        return out

    def _gravity(self, n: int) -> tuple[bool, int]:
        return (self.status[n] != "open", "EW?I".index(self.level[n]))

    def _chosen(
        self, cells: Mapping[str, Mapping[Place, list[int]]], talked: Mapping[str, set[Place]]
    ) -> set[tuple[str, Place]]:
        """Which cells have a note: the gravest first, so that the cap leaves out what matters least."""
        every = [(name, at) for name, mine in cells.items() for at in mine]
        free = [(name, at) for name, at in every if at not in talked[name]]
        free.sort(key=lambda k: min(map(self._gravity, cells[k[0]][k[1]])))
        self.report.unmarked = max(0, len(free) - MOST_NOTES)
        self.report.marked = len(every)
        return set(free[:MOST_NOTES])

    def _remark(self, talked: int) -> None:
        if talked:
            self.report.remarks.append(
                Text(
                    f"{talked} 个单元格有会话批注，未加本程序的批注，只着色，说明见《{LIST_SHEET}》表。",
                    f"{many(talked, 'cell holds', 'cells hold')} a conversation and only coloured; the sheet {LIST_SHEET} says why.",
                )
            )
        if self.book.signed:
            self.report.remarks.append(
                Text(
                    "原件有数字签名；标注件内容已变，签名不再有效，以原件为准。",
                    "The original is signed; the signature does not hold for this copy.",
                )
            )

    def _mark(
        self, title: str, xml: SheetXml, cells: Mapping[Place, list[int]], noted: set[tuple[str, Place]],
        listed: FindingsList, list_name: str,
    ) -> None:  # fmt: skip
        wanted: dict[int, dict[int, Edit]] = {}
        notes = {}
        for (row, column), mine in sorted(cells.items()):
            worst = min(mine, key=self._gravity)
            tint = style.LEVEL_TINTS[self.level[worst]] if self.status[worst] == "open" else style.SETTLED
            mark = Mark("mark", title, a1(row, column), "", "FF" + tint.fill[1:])
            self.made.append(mark)
            wanted.setdefault(row, {})[column] = Edit(_Fill(self.styles, tint.fill[1:], mark))
            if (title, (row, column)) in noted:
                notes[row, column] = marks.note([self.told[n] for n in mine], style.AUTHOR)
        self._links(title, xml, wanted, listed, list_name)
        change_cells(xml, wanted)
        put_notes(self.book, self.sheets[title], xml, notes, style.AUTHOR)

    def _links(
        self,
        title: str,
        xml: SheetXml,
        wanted: dict[int, dict[int, Edit]],
        listed: FindingsList,
        list_name: str,
    ) -> None:
        """At the end of each row with findings a link to its first line in the list."""
        rows = sorted(row for sheet, row in listed.first if sheet == title)[:MOST_LINKS]
        mine = set(rows)
        used = max(
            (xml.last_filled(r) for r in xml.rows() if r.number in mine or r.number < _HEAD_ROWS), default=-1
        )
        column = (
            max(used, *(c for cells in wanted.values() for c in cells), -1) + 2
        )  # one blank column between
        if column >= _LAST_COLUMN:
            return
        look = self.styles.own(Look(style.FONT, 9, False, style.BLUE[1:], underline=True))
        links = []
        for row in rows:
            words = listed.words((title, row))
            wanted.setdefault(row, {})[column] = Edit(lambda _: look, ("inlineStr", words))
            self.made.append(Mark("link", title, a1(row, column)))
            place = f"{sheet_reference(list_name)}!A{listed.first[title, row]}"
            links.append((a1(row, column), place, words))
        xml.add_hyperlinks(links)

    def _add_sheets(self, name: str, listed: FindingsList) -> None:
        made = listed.sheet
        head = (made.head or 0) + 1
        there = sheet_reference(name)
        marked = self.made  # complete only when it is written: a fill is noted when its cell is changed
        self.book.add_sheets(
            [
                (name, made.maker(self.book, self.styles), "visible"),
                (MARKS_SHEET, hidden_table(self.book, lambda: marks.to_rows(marked)), "veryHidden"),
            ],
            [
                (0, "_xlnm._FilterDatabase", f"{there}!{made.filter}"),
                (0, "_xlnm.Print_Titles", f"{there}!${head}:${head}"),
            ],
        )

    def _list_name(self) -> str:
        """A name for our list that no sheet of the submitter bears."""
        names = {s.name.casefold() for s in self.book.sheets()}
        name, n = LIST_SHEET, 1
        while name.casefold() in names:
            n += 1
            name = f"{LIST_SHEET}({n})"
        return name


@dataclass(frozen=True, slots=True)
class _Fill:
    """Gives a cell our colour and notes the fill that it had."""

    styles: Styles
    colour: str
    mark: Mark

    def __call__(self, style: int) -> int:
        self.mark.fill = self.styles.fill_text(style)
        return self.styles.filled(style, self.colour)


def _first_cells(xml: SheetXml, cells: Mapping[Place, object]) -> dict[Place, Place]:
    """For each of *cells* inside a merged range the range's first cell: only that bears a note."""
    out = {}
    for top, left, bottom, right in xml.merges():
        if (bottom - top + 1) * (right - left + 1) <= len(cells):
            inside = ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
            mine = [at for at in inside if at in cells]
        else:
            mine = [at for at in cells if top <= at[0] <= bottom and left <= at[1] <= right]
        out.update(dict.fromkeys(mine, (top, left)))
    return out
