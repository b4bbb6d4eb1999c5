"""All papers of an assessment: the scoring sheet, the basis of its scores, the notice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel.output import whole_set
from qq_excel.papers.assessment_notice import notice_of
from qq_excel.papers.assessment_sheet import SHEET, basis_piece, write_scoring_sheet

if TYPE_CHECKING:
    from qq_excel.assessment import Assessment
    from qq_excel.papers.report_job import Job


def write_assessment(job: Job, done: Assessment, target: Path, prepared_by: str | None = None) -> list[Path]:
    """Write them to the folder *target*; give the files.

    The notice is written once every unit has its total; until then a note of *job* says what is open.
    """
    office = job.house.organisation.office
    pieces = [basis_piece(job, done), *(p for p in notice_of(job, done) if p.name.endswith(".docx"))]
    with whole_set([SHEET, *(p.name for p in pieces)]) as there:
        write_scoring_sheet(done, office, target / SHEET, prepared_by)
        there.append(SHEET)
        for piece in pieces:
            piece.write(target / piece.name)
            there.append(piece.name)
    return [target / name for name in there]
