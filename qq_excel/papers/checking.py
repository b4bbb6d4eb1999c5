"""What ``qq-excel check -o`` writes: findings books, annotated copies and the findings document."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from qq_excel.inputs import PACKAGES
from qq_excel.output import whole_set
from qq_excel.papers.annotate import AnnotationReport, CannotAnnotate, annotate, true_suffix
from qq_excel.papers.document import relative, write_document
from qq_excel.papers.findings_book import write_findings_book
from qq_excel.papers.names import BOOK, COPY, DOCUMENT, WHOLE
from qq_excel.papers.told import AllTold
from qq_excel.reading.model import UNREADABLE

if TYPE_CHECKING:
    from qq_excel.check import FileResult, Result


def write_check(result: Result, target: Path, reports: list[AnnotationReport] | None = None) -> list[Path]:
    """Write to the folder *target*: per workbook a findings book and an annotated copy, one book for the run
    when there are several workbooks or findings on none of them, and the findings document.

    *reports* is given what became of each copy. A workbook that cannot be annotated has its findings book only.
    """
    stems = result_stems([relative(f.workbook.name) for f in result.files])
    unreadable = {file for (file,) in result.findings.where(rule=UNREADABLE).tally("file")}
    copies: dict[str, str] = {}
    for file, stem in zip(result.files, stems, strict=True):
        # a wrong extension bears the same rule, and was read all the same
        if file.workbook.name not in unreadable or file.workbook.tables:
            suffix = true_suffix(Path(file.workbook.path)) or Path(file.workbook.name).suffix.lower()
            copies[file.workbook.name] = f"{stem}{COPY}{suffix}"
    names = {file.workbook.name for file in result.files}
    elsewhere = any(file not in names for (file,) in result.findings.tally("file"))
    whole = [WHOLE] if len(result.files) > 1 or elsewhere else []
    planned = [*copies.values(), *(f"{stem}{BOOK}" for stem in stems), *whole, DOCUMENT]
    with whole_set(planned) as there:
        for file in (f for f in result.files if f.workbook.name in copies):
            name = copies[file.workbook.name]
            report = annotated_copy(result, file, target / name)
            if reports is not None:
                reports.append(report)
            if report.target is not None:
                there.append(name)
            else:
                planned.remove(copies.pop(file.workbook.name))
        for file, stem in zip(result.files, stems, strict=True):
            name = file.workbook.name
            beside = {name: PurePosixPath(copies[name]).name} if name in copies else {}
            write_findings_book(result, target / f"{stem}{BOOK}", file=file, copies=beside)
            there.append(f"{stem}{BOOK}")
        for book in whole:
            write_findings_book(result, target / book, copies=copies)
            there.append(book)
        write_document(result, target / DOCUMENT)
    return [target / name for name in (*there, DOCUMENT)]


def annotated_copy(
    result: Result, file: FileResult, target: Path, told: AllTold | None = None
) -> AnnotationReport:
    """Write the annotated copy of one file to *target*; the report says why there is none.

    *told* are the findings of *file*, where another paper says them too.
    """
    source = Path(file.workbook.path)
    try:
        return annotate(source, told or result.findings.of_file(file.workbook.name), target)
    except CannotAnnotate as error:
        return AnnotationReport(source, None, error.why)


def result_stems(names: list[str]) -> list[str]:
    """Where the results of each file go: beside each other, told apart where two would meet."""
    out: list[str] = []
    taken: set[str] = set()
    for name in names:
        path = PurePosixPath(name)
        stem = (
            path.with_suffix("").as_posix()
            if path.suffix.lower() in PACKAGES | {".xls", ".xlsb", ".ods"}
            else name
        )
        free = stem if stem.casefold() not in taken else f"{stem}_{path.suffix.lstrip('.').lower()}"
        n = 1
        while free.casefold() in taken:
            n += 1
            free = f"{stem}_{n}"
        taken.add(free.casefold())
        out.append(free)
    return out
