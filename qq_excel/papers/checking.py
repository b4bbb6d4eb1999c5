"""What a check leaves behind: findings books, annotated copies, the findings document."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from qq_excel.language import Text
from qq_excel.output import safe_name
from qq_excel.papers.annotate import annotate
from qq_excel.papers.document import write_document
from qq_excel.papers.findings_book import write_findings_book

if TYPE_CHECKING:
    from qq_excel.check import FileResult, Progress, Result

BOOK = "_校验结果.xlsx"
COPY = "_已标注"


@dataclass(slots=True)
class Written:
    """The files written, and what the user should know about them."""

    paths: list[Path] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)


def write_check(result: Result, target: Path, progress: Progress | None = None) -> Written:
    """Write to *target*, for each workbook with findings, its findings book and annotated copy.

    The folders of what was handed in are kept, so that workbooks of one name do not meet; ``findings.json``
    and, for several workbooks, a book of the whole run stand at the top.
    """
    out = Written()
    copies: dict[str, str] = {}
    for n, file in enumerate(result.files):
        if progress:
            progress(Text(f"写出 {file.workbook.name}", f"writing {file.workbook.name}"), n, len(result.files))
        base = _base(target, file)
        mine = result.findings.of_file(file.workbook.name)
        source = Path(file.workbook.path)
        linked: dict[str, str] = {}
        if mine and file.workbook.tables:
            report = annotate(source, mine, base.with_name(f"{base.name}{COPY}{source.suffix.lower()}"))
            if report.target is not None:
                out.paths.append(report.target)
                linked[file.workbook.name] = report.target.name
                copies[file.workbook.name] = report.target.relative_to(target).as_posix()
            out.notes += report.lines()
        book = base.with_name(base.name + BOOK)
        out.paths.append(write_findings_book(result, book, file=file, copies=linked))
    if len(result.files) > 1:
        out.paths.append(write_findings_book(result, target / f"汇总{BOOK}", copies=copies))
    out.paths.append(write_document(result, target / "findings.json"))
    return out


def _base(target: Path, file: FileResult) -> Path:
    name = PurePosixPath(file.workbook.name)
    folder = target.joinpath(*(safe_name(part) for part in name.parent.parts))
    twins = len(name.suffix) > 0 and name.suffix.lower() != ".xlsx"
    return folder / safe_name(name.name.replace(".", "_") if twins else name.stem)


__all__ = ["BOOK", "COPY", "Written", "write_check"]
