"""What ``qq-excel check -o`` writes: findings books, annotated copies and the findings document."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from qq_excel.papers.annotate import SUFFIXES, AnnotationReport, CannotAnnotate, annotate, true_suffix
from qq_excel.papers.document import relative, write_document
from qq_excel.papers.findings_book import write_findings_book
from qq_excel.reading.model import UNREADABLE

if TYPE_CHECKING:
    from qq_excel.check import FileResult, Result

BOOK, COPY, DOCUMENT = "_校验结果.xlsx", "_已标注", "findings.json"
WHOLE = f"汇总{BOOK}"


def write_check(result: Result, target: Path, reports: list[AnnotationReport] | None = None) -> list[Path]:
    """Write to the folder *target*: per workbook a findings book and an annotated copy, one book for the run
    when there are several workbooks or findings on none of them, and the findings document.

    *reports* is given what became of each copy. A workbook that cannot be annotated has its findings book only.
    """
    written: list[Path] = []
    copies: dict[str, str] = {}
    stems = result_stems([relative(f.workbook.name) for f in result.files])
    unreadable = {file for (file,) in result.findings.where(rule=UNREADABLE).tally("file")}
    for file, stem in zip(result.files, stems, strict=True):
        # a wrong extension bears the same rule, and was read all the same
        if file.workbook.name in unreadable and not file.workbook.tables:
            continue
        suffix = true_suffix(Path(file.workbook.path)) or Path(file.workbook.name).suffix.lower()
        report = annotated_copy(result, file, target / f"{stem}{COPY}{suffix}")
        if reports is not None:
            reports.append(report)
        if report.target is not None:
            written.append(report.target)
            copies[file.workbook.name] = report.target.relative_to(target).as_posix()
    for file, stem in zip(result.files, stems, strict=True):
        name = file.workbook.name
        beside = {name: PurePosixPath(copies[name]).name} if name in copies else {}
        written.append(write_findings_book(result, target / f"{stem}{BOOK}", file=file, copies=beside))
    names = {file.workbook.name for file in result.files}
    elsewhere = any(file not in names for (file,) in result.findings.tally("file"))
    if len(result.files) > 1 or elsewhere:
        written.append(write_findings_book(result, target / WHOLE, copies=copies))
    written.append(write_document(result, target / DOCUMENT))
    return written


def annotated_copy(result: Result, file: FileResult, target: Path) -> AnnotationReport:
    """Write the annotated copy of one file to *target*; the report says why there is none."""
    source = Path(file.workbook.path)
    try:
        return annotate(source, result.findings.of_file(file.workbook.name), target)
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
            if path.suffix.lower() in SUFFIXES | {".xls", ".xlsb", ".ods"}
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
