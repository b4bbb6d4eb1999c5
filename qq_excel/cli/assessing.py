"""``qq-excel assess``: score the units, write the scoring sheet, and publish the result when it is complete."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text as Styled

from qq_excel import money
from qq_excel.cli import common
from qq_excel.cli.checking import checked, print_written
from qq_excel.cli.common import OK, out
from qq_excel.cli.folding import Folded
from qq_excel.cli.options import Format
from qq_excel.language import t

if TYPE_CHECKING:
    from qq_excel.assessment import Assessment
    from qq_excel.policy import Policy
    from qq_excel.reading import Options


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    paths: list[Path]
    previous: list[Path]
    scores: Path | None
    period: str | None
    unit: str | None
    prepared_by: str | None
    dated: dt.date | None


def run_assess(
    asked: Asked, target: Path, as_of: dt.date | None, policy: Policy, templates: Path | None, format: Format,
    options: Options,
) -> int:  # fmt: skip
    """Assess, write the sheet and the basis of its scores, and the notice once every total is there."""
    from qq_excel.assessment import assess
    from qq_excel.papers.assessing import write_assessment
    from qq_excel.papers.house import load_house
    from qq_excel.papers.report_job import Choices, Job

    house = load_house(templates)  # a broken template is told before a long check
    quiet = format is Format.JSON

    result = checked(asked.paths, as_of, policy, True, options, target, quiet=quiet)
    before = (
        checked(asked.previous, None, policy, True, options, target, quiet=quiet) if asked.previous else None
    )
    filled = (
        checked([asked.scores], None, policy, True, options, target, quiet=quiet) if asked.scores else None
    )
    done = assess(result, before, period=asked.period, unit=asked.unit, filled=filled)
    job = Job(result, house, Choices(dated=asked.dated))
    written = write_assessment(job, done, target, asked.prepared_by)
    if quiet:
        common.print_json({**done.document(), "written": [p.name for p in written]})
        return OK
    _print(done)
    for note in (done.basis, *done.notes, *job.notes):
        out.print(str(note), style="dim", soft_wrap=True)
    print_written(written)
    return OK


def _print(done: Assessment) -> None:
    """The amounts, then the scores: side by side they are wider than a screen."""
    from qq_excel.assessment.model import KIND_TEXTS

    unit = t("单位", "unit")
    amounts = [unit, t("期初", "opening"), t("计划", "planned"), t("收回", "recovered"), t("期末", "closing")]
    scores = [
        unit, t("进展", "progress"), t("质量", "quality"), t("成果", "results"), t("态度", "attitude"), t("总分", "total"),
        t("等级", "grade"),
    ]  # fmt: skip
    figures = ((r, r.figures) for r in done.rows)
    _table(
        f"{done.period.name} {KIND_TEXTS[done.kind]}", amounts,
        [(r.unit, *(_yuan(c) for c in (f.opening, f.planned, f.recovered, f.closing))) for r, f in figures],
    )  # fmt: skip
    points = (
        (r, [*(r.scores[s] for s in ("progress", "quality", "results", "attitude")), r.total])
        for r in done.rows
    )
    _table(
        t("得分", "Scores"), scores,
        [(r.unit, *("—" if x is None else f"{x:.1f}" for x in some), r.grade or "—") for r, some in points],
    )  # fmt: skip


def _yuan(cents: int | None) -> str:
    return "—" if cents is None else money.yuan(cents)


def _table(title: str, headers: list[str], rows: list[tuple[str, ...]]) -> None:
    grid = Grid(title=title, title_justify="left", box=None, padding=(0, 1))
    for n, header in enumerate(headers):
        grid.add_column(header, justify="right" if n else "left", no_wrap=n > 0)
    for unit, *cells in rows:
        grid.add_row(Folded(unit), *(Styled(c) for c in cells))
    out.print(grid)
