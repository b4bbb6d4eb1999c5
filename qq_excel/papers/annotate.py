"""The annotated copy: the submitter's own workbook with a mark and a note at every cell with a finding.

The engine is openpyxl, which loses some parts of a package; what it lost is found and reported. Our marks
are told apart from the staff's: a second run on an annotated copy replaces ours and touches nothing else.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from qq_excel.errors import InputError
from qq_excel.findings import Finding, Findings
from qq_excel.language import Text
from qq_excel.output import same_package, writing
from qq_excel.papers import losses, marks, style
from qq_excel.papers.marks import LIST_SHEET, MARKS_SHEET, Marks
from qq_excel.papers.marks_list import write_list

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Notes in one copy; past it Excel becomes slow. The list sheet has all findings.
MOST_NOTES = 5_000
SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_FIXED = b"2020-01-01T00:00:00Z"


@dataclass(slots=True)
class AnnotationReport:
    """What became of one annotated copy."""

    source: Path
    #: None when no copy was made; ``why`` says why.
    target: Path | None
    why: Text | None = None
    #: Cells marked, findings without a mark of their own (file or sheet), findings past the cap.
    marked: int = 0
    unplaced: int = 0
    unmarked: int = 0
    #: What the copy lacks and the original has, one sentence each.
    losses: list[Text] = field(default_factory=list)

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
                    f"批注已达上限 {MOST_NOTES} 处，另有 {self.unmarked} 个单元格只列在《{LIST_SHEET}》表中。",
                    f"{MOST_NOTES} notes were made; {self.unmarked} more cells stand only on the sheet {LIST_SHEET}.",
                )
            )
        return out + self.losses


def annotate(
    source: Path, findings: Findings, target: Path, *, author: str = style.AUTHOR
) -> AnnotationReport:
    """Write a copy of *source* with *findings* marked to *target*.

    *findings* are those of this workbook. The source is never changed; the same input gives the same bytes.
    Raises :class:`InputError` when source and target are one file or the source cannot be opened.
    """
    if source.resolve() == target.resolve():
        raise InputError(
            Text(f"{target}：标注件不能覆盖原件。", f"{target}: the copy must not replace the original.")
        )
    if source.suffix.lower() not in SUFFIXES:
        kind = source.suffix.lower() or source.name
        why = Text(
            f"{kind} 格式不能写批注，请另存为 .xlsx 后再校验",
            f"{kind} files cannot be annotated; save as .xlsx and check again",
        )
        return AnnotationReport(source, None, why)
    report = AnnotationReport(source, target)
    book = _open(source)
    before = marks.read(book)
    marks.undo(book, before, author)
    marks.restore_sizes(book, source)
    _mark(book, findings, report, author)
    with writing(target) as temporary:
        _save(book, temporary)
    report.losses = losses.between(source, target, had_marks=bool(before.cells))
    return report


def _open(source: Path) -> Workbook:
    import openpyxl  # noqa: PLC0415 - 0.4 s that only papers need
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with warnings.catch_warnings():  # what it warns of is found by comparing the packages
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(source, keep_vba=source.suffix.lower() in (".xlsm", ".xltm"))
    except (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise InputError(
            Text(
                f"{source}：无法打开以生成标注件（{type(error).__name__}）。请用 Excel 打开并另存为 .xlsx 后重试。",
                f"{source}: cannot be opened for annotation ({type(error).__name__}). Save it anew as .xlsx.",
            )
        ) from error


def _save(book: Workbook, temporary: Path) -> None:
    raw = temporary.with_suffix(".raw" + temporary.suffix)
    try:
        book.save(raw)
        same_package(raw, temporary, _fixed)
    finally:
        raw.unlink(missing_ok=True)
        book.close()


def _fixed(name: str, content: bytes) -> bytes:
    return _MODIFIED.sub(rb"\g<1>" + _FIXED + rb"\g<2>", content) if name == "docProps/core.xml" else content


# --- marking -------------------------------------------------------------------------------------------


def _mark(book: Workbook, findings: Sequence[Finding], report: AnnotationReport, author: str) -> None:
    sheets = {s.title: s for s in book.worksheets}
    by_cell: dict[tuple[str, int, int], list[Finding]] = {}
    for f in findings:
        if f.sheet in sheets and f.row is not None and f.column is not None:
            by_cell.setdefault((f.sheet, f.row, f.column), []).append(f)
        else:
            report.unplaced += 1
    # the gravest first, so that the cap leaves out what matters least
    order = sorted(
        by_cell, key=lambda k: min("EW?I".index(f.level) + 4 * (f.status != "open") for f in by_cell[k])
    )
    chosen = set(order[:MOST_NOTES])
    report.unmarked = len(by_cell) - len(chosen)
    report.marked = len(chosen)
    made = Marks()
    merged = {name: _merged(sheet) for name, sheet in sheets.items()}
    for (name, row, column), mine in by_cell.items():
        if (name, row, column) in chosen:
            at = merged[name].get((row, column), (row, column))
            marks.put(made, sheets[name], *at, mine, author)
    write_list(book, made, findings, sheets, _list_name(book), report.lines())
    marks.write(book, made)


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell inside a merged range the range's first cell (zero-based): only that bears a note."""
    out = {}
    for area in sheet.merged_cells.ranges:
        first = (area.min_row - 1, area.min_col - 1)
        if (area.max_row - area.min_row + 1) * (area.max_col - area.min_col + 1) > 100_000:
            continue
        for row in range(area.min_row - 1, area.max_row):
            for column in range(area.min_col - 1, area.max_col):
                out[row, column] = first
    return out


def _list_name(book: Workbook) -> str:
    """A name for our list that no sheet of the submitter bears."""
    names = {s.casefold() for s in book.sheetnames}
    name, n = LIST_SHEET, 1
    while name.casefold() in names:
        n += 1
        name = f"{LIST_SHEET}({n})"
    return name


__all__ = ["LIST_SHEET", "MARKS_SHEET", "MOST_NOTES", "AnnotationReport", "annotate"]
