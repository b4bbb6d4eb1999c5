"""The main job from end to end on the samples: what ``make demo`` shows.

What is made depends on what the profile's units hand in: warning sheets and the management report from a ledger of receivables, packs from
applications for write-off, a board from cases, an assessment from scoring sheets. What there is nothing to
make from is left out, not shown empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel import inputs, resources
from qq_excel.errors import InputError
from qq_excel.language import Text

if TYPE_CHECKING:
    from qq_excel.assessment import Assessment
    from qq_excel.check import Result
    from qq_excel.papers.report import Made
    from qq_excel.papers.write_off_pack import Outcome
    from qq_excel.policy import Policy
    from qq_excel.status import Board
    from qq_excel.warnings import WarningBook

Tell = Callable[[Text], None]
BOARD = "清欠进度看板.html"


@dataclass(slots=True)
class Demonstration:
    """What a demonstration did and left behind; a part is None where the profile has nothing to make it from."""

    result: Result
    target: Path
    warnings: WarningBook | None = None
    outcome: Outcome | None = None
    board: Board | None = None
    assessment: Assessment | None = None
    index: Path | None = None
    written: list[Path] = field(default_factory=list)
    #: What could not be made or is an estimate, and why.
    notes: list[Text] = field(default_factory=list)


def demonstrate(target: Path, profile: str = "group", tell: Tell | None = None) -> Demonstration:
    """Check the profile's samples, annotate, warn, build packs, show where cases stand, score; leave it in *target*.

    Raises :class:`SchemaError` when there is no such profile, :class:`InputError` when it has no samples.
    """
    from qq_excel.check import check_paths
    from qq_excel.papers.checking import write_check
    from qq_excel.papers.html_index import write_index
    from qq_excel.policy import load_policy

    policy = load_policy(profile)
    books = _samples(profile)
    say = tell or (lambda _: None)
    say(Text("校验样例工作簿……", "checking the sample workbooks …"))
    shown = Demonstration(check_paths(books, policy=policy), target)
    say(Text("写出校验结果和标注件……", "writing findings books and annotated copies …"))
    shown.written += write_check(shown.result, target / "校验结果")
    given = set(shown.result.stacks)
    if "receivables" in given:
        say(Text("生成预警表……", "making warning sheets …"))
        shown.warnings = _paper(shown, "warnings", "预警表").outcome
        say(Text("生成管理报告……", "making the management report …"))
        _paper(shown, "management", "管理报告")
    if "write_offs" in given:
        say(Text("生成核销申请包……", "building write-off packs …"))
        _write_off(shown)
    if given & set(policy.follow):
        say(Text("生成进度看板……", "drawing the board of cases …"))
        _stand(shown)
    if {"receivables", "assessment"} <= given:
        say(Text("考核评分……", "scoring the units …"))
        _score(shown, books, policy)
    elif "assessment" in given:
        say(Text("通报考核结果……", "publishing the scores …"))
        _paper(shown, "assessment-notice", "考核")
    shown.index = write_index(
        shown.result, shown.warnings, shown.written, target / "index.html", board=shown.board,
        assessment=shown.assessment, notes=shown.notes,
    )  # fmt: skip
    return shown


def _samples(profile: str) -> list[Path]:
    folder = resources.workbooks_dir() / "samples" / profile
    if not folder.is_dir():
        raise InputError(
            Text(f"制度 {profile} 没有样例（{folder}）。", f"profile {profile} has no samples ({folder}).")
        )
    return inputs.workbooks([folder])


def _paper(shown: Demonstration, name: str, folder: str) -> Made:
    """A paper as its own command makes it; what an earlier demonstration finished is kept."""
    from qq_excel.papers.report import make

    made = make(name, shown.result, shown.target / folder)
    shown.written += [*made.kept, *made.written]
    shown.notes += made.notes
    if made.no_pdf is not None:  # the page needs a library that is not installed with the rest
        shown.notes.append(Text(made.no_pdf.zh.rstrip("。"), made.no_pdf.en))
    return made


def _write_off(shown: Demonstration) -> None:
    from qq_excel.papers.pack_check import verify_pack

    made = _paper(shown, "write-off", "核销申请包")
    shown.outcome = made.outcome
    shown.outcome.written = [*made.kept, *made.written]
    for pack in shown.outcome.packs:
        problems = verify_pack(pack)
        if problems:
            raise InputError(Text(f"{pack}：{problems[0]}", f"{pack}: {problems[0]}"))


def _stand(shown: Demonstration) -> None:
    from qq_excel.papers.status_board import write_board
    from qq_excel.status import board_of

    shown.board = board_of(shown.result)
    shown.written.append(write_board(shown.board, shown.target / BOARD))


def _score(shown: Demonstration, books: list[Path], policy: Policy) -> None:
    """Score the units together, with what the office entered by hand in the sheets that were handed in."""
    from qq_excel.assessment import assess
    from qq_excel.check import check_paths
    from qq_excel.papers.assessing import write_assessment
    from qq_excel.papers.house import load_house
    from qq_excel.papers.report_job import Job

    whole = check_paths(books, policy=policy, together=True)
    shown.assessment = assess(whole, filled=whole)
    job = Job(whole, load_house(None))
    shown.written += write_assessment(job, shown.assessment, shown.target / "考核")
    shown.notes += [*shown.assessment.notes, *job.notes]
