"""``qq-excel report``: one command per paper, the list of papers, the templates."""

from __future__ import annotations

import datetime as dt
import logging
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Grid

from qq_excel.cli import common
from qq_excel.cli.common import FAILED, OK, out
from qq_excel.cli.folding import Folded
from qq_excel.cli.helping import App
from qq_excel.cli.options import (
    AsOf,
    Dated,
    Draft,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitsFile,
    OutDir,
    PasswordFile,
    Paths,
    PolicyOption,
    PreviousPaths,
    RegisterUrl,
    SignKey,
    Since,
    SinceOn,
    TablesDir,
    Templates,
    Together,
)
from qq_excel.faults import log_file
from qq_excel.language import Text, many, t
from qq_excel.papers.registry import PAPERS, PaperKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qq_excel.check import Result
    from qq_excel.papers.management.points import Point
    from qq_excel.papers.report import Made
    from qq_excel.papers.report_job import Choices
    from qq_excel.reading import Options
    from qq_excel.register import Register

report_app = App(
    help=t("生成各种文书：信函、通知、清单、档案……", "make papers: letters, notices, lists, dossiers …"),
    no_args_is_help=True,
)
templates_app = App(help=t("文书模板", "the papers' templates"), no_args_is_help=True)
report_app.add_typer(templates_app, name="templates")


class Wording(StrEnum):
    """The wording of confirmations."""

    DEMAND = "demand"
    PLAIN = "plain"


Formats = Annotated[
    str | None,
    typer.Option(
        "--format",
        help=t(
            "格式，可以几个，如 docx,pdf；report list 列出各文书的格式",
            "formats, e.g. docx,pdf; see report list",
        ),
    ),
]
Unmask = Annotated[
    bool,
    typer.Option(
        "--unmask", help=t("证件号码不遮盖（会记入日志）", "certificate numbers in full (this is logged)")
    ),
]
WordingOption = Annotated[
    Wording,
    typer.Option(
        "--wording",
        help=t("对账签认函的措辞：demand 兼催款，plain 仅核对账目", "confirmations: with a demand, or plain"),
    ),
]
AgeOn = Annotated[
    str | None,
    typer.Option("--age-on", help=t("账龄分析回溯到哪一天", "the day that an ageing goes back to")),
]


@report_app.command(
    "list", help=t("列出全部文书：条款、格式、所需表种", "list the papers: clauses, formats, needs")
)
def list_(format: FormatOption = Format.TEXT, lang: LangOption = Language.ZH) -> int:
    """List the papers."""
    from qq_excel.kinds import get_kind

    del lang
    if format is Format.JSON:
        common.print_json([p.document() for p in PAPERS.values()])
        return OK
    grid = Grid(box=None, padding=(0, 1))
    for name in (
        t("名称", "name"),
        t("文书", "paper"),
        t("条款", "clauses"),
        t("格式", "formats"),
        t("需要", "needs"),
    ):
        grid.add_column(name, no_wrap=not grid.columns)  # what is typed stays whole
    for p in PAPERS.values():
        kinds = dict.fromkeys(k for paper in (p, *(PAPERS[x] for x in p.parts)) for k in paper.needs)
        needs = t("、", ", ").join(get_kind(k).label for k in kinds)
        grid.add_row(
            p.name, Folded(f"{p.title}\n{p.about}"), Folded(", ".join(p.clauses)),
            Folded(", ".join(p.formats)), Folded(needs),
        )  # fmt: skip
    out.print(grid)
    return OK


@templates_app.command("export", help=t("取出一份模板，供修改", "copy the templates to change them"))
def export(out: OutDir, lang: LangOption = Language.ZH) -> int:
    """Copy the templates."""
    from qq_excel.cli.checking import print_written
    from qq_excel.papers.house import export as copy_out

    del lang
    print_written(copy_out(out))
    return OK


def _command(paper: PaperKind) -> Callable[..., int]:
    def command(
        paths: Paths,
        out: OutDir,
        formats: Formats = None,
        templates: Templates = None,
        as_of: AsOf = None,
        policy: PolicyOption = "group",
        wording: WordingOption = Wording.DEMAND,
        dated: Dated = None,
        since: Since = None,
        since_on: SinceOn = None,
        previous: PreviousPaths = None,
        age_on: AgeOn = None,
        unmask: Unmask = False,
        draft: Draft = False,
        sign_key: SignKey = None,
        together: Together = False,
        password_file: PasswordFile = None,
        limits: LimitsFile = None,
        register: RegisterUrl = None,
        tables: TablesDir = None,
        lang: LangOption = Language.ZH,
    ) -> int:
        from qq_excel.papers.report_job import Choices

        del lang
        options = common.options_of(password_file, limits)
        choices = Choices(
            draft=draft,
            sign_key=common.existing(sign_key),
            passwords=options.passwords,
            unmask=unmask,
            wording=wording.value,
            since=common.existing(since),
            since_on=common.day(since_on),
            dated=common.day(dated),
            age_on=common.day(age_on),
        )
        wanted = [f.strip().lower() for f in formats.split(",") if f.strip()] if formats else None
        return run_report(
            paper,
            paths,
            out,
            common.day(as_of),
            policy,
            wanted,
            templates,
            choices,
            options,
            together=together,
            previous=previous or (),
            register=register,
            tables=tables,
        )

    command.__doc__ = f"{paper.title}: {paper.about}."
    return command


def _about(paper: PaperKind) -> str:
    clauses = ", ".join(paper.clauses)
    return t(f"{paper.title}：{paper.about}（{clauses}）", f"{paper.title}: {paper.about} ({clauses})")


for _paper in PAPERS.values():
    report_app.command(_paper.name, help=_about(_paper))(_command(_paper))


def run_report(
    paper: PaperKind, paths: list[Path], target: Path, as_of: dt.date | None, policy: str, formats: list[str] | None,
    templates: Path | None, choices: Choices, options: Options, *, together: bool, previous: Sequence[Path] = (),
    register: str | None = None, tables: str | None = None,
) -> int:  # fmt: skip
    """Check the workbooks, make the paper, say what was written."""
    from qq_excel.cli.checking import checked
    from qq_excel.cli.issuing import register_papers
    from qq_excel.papers.house import load_house
    from qq_excel.papers.report import make

    load_house(templates)  # a broken template is told before a long check, and so is a wrong key
    if choices.sign_key is not None:
        from qq_excel.papers.signing import load_signer

        load_signer(choices.sign_key, choices.passwords)
    rules = common.policy_of(policy)
    with common.register_at(register, tables) as opened:
        result = checked(paths, as_of, rules, together, options, target, quiet=False)
        before = (
            checked(list(previous), None, rules, together, options, target, quiet=False) if previous else None
        )
        if choices.unmask:
            log_unmasked(paper, result, target)
        notes: list[Text] = []
        registered = _registered(paper, opened, result, notes)
        with common.progress_shown() as progress:
            made = make(
                paper.name, result, target, formats=formats, templates=templates, choices=choices, progress=progress,
                before=before, registered=registered,
            )  # fmt: skip
        made.notes += notes
        register_papers(opened, paper.name, [*made.kept, *made.written], target, result)
    print_made(made)
    return FAILED if made.no_pdf else OK


def _registered(
    paper: PaperKind, opened: Register | None, result: Result, notes: list[Text]
) -> Sequence[Point]:
    """The figures of earlier periods, for the paper that shows them."""
    if paper.name != "management" or opened is None or result.as_of is None:
        return ()
    from qq_excel.papers.claims import claims_of
    from qq_excel.register.trend import earlier_points

    return earlier_points(opened, {c.unit for c in claims_of(result)}, result.as_of, notes)


def log_unmasked(paper: PaperKind, result: Result, target: Path) -> None:
    """Leave a trace of papers with certificate numbers in full: who, what, from which files."""
    import getpass

    logging.getLogger("qq_excel.audit").warning(
        "unmasked %s by %s into %s from %s", paper.name, getpass.getuser(), target.resolve(),
        ", ".join(f"{f.workbook.name}@{f.workbook.sha256[:12]}" for f in result.files),
    )  # fmt: skip
    common.err.print(
        t("证件号码未遮盖，已记入日志 ", "Certificate numbers are in full; this was logged in ")
        + str(log_file()),
        style="yellow", soft_wrap=True,
    )  # fmt: skip


def print_made(made: Made) -> None:
    """What was written, what was kept, what the user should know."""
    from qq_excel.cli.checking import print_notes

    shown = 20
    out.print(
        t(
            f"已写出 {len(made.written)} 个文件：",
            f"{many(len(made.written), 'file')} written:",
        )
    )
    for path in made.written[:shown]:
        out.print(f"  {path}", soft_wrap=True)
    if len(made.written) > shown:
        more = len(made.written) - shown
        out.print(t(f"  ……还有 {more} 个", f"  … {more} more"))
    if made.kept:
        out.print(
            t(f"上次已完成、内容相同的 {len(made.kept)} 个文件没有重做。",
              f"{many(len(made.kept), 'file was', 'files were')} finished before from the same inputs and kept."),
        )  # fmt: skip
    if made.left_over:
        names = "、".join(p.name for p in made.left_over[:5])
        out.print(
            t(f"上次生成、这次不再需要的 {len(made.left_over)} 个文件没有删除，请勿误发：{names}",
              f"{many(len(made.left_over), 'file')} of the last run not needed any more (not deleted): {names}"),
            style="yellow", soft_wrap=True,
        )  # fmt: skip
    print_notes(made.notes)
    if made.no_pdf:
        common.err.print(str(made.no_pdf), style="red", soft_wrap=True)
