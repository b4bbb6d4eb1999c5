"""``qq-excel warn`` and ``write-off``: papers from a check, and the register told of what was issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel.cli import common
from qq_excel.cli.checking import checked, code_of, print_notes, print_written
from qq_excel.cli.common import FAILED, FINDINGS, OK, out
from qq_excel.cli.options import Format
from qq_excel.language import many, t

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.policy import Policy
    from qq_excel.reading import Options
    from qq_excel.register import Register


def run_warn(
    paths: list[Path],
    target: Path,
    as_of: dt.date | None,
    policy: Policy,
    format: Format,
    together: bool,
    options: Options,
    register: str | None = None,
    tables: str | None = None,
    since: Path | None = None,
    since_on: dt.date | None = None,
) -> int:
    """``qq-excel warn``."""
    from qq_excel.papers.report import make
    from qq_excel.papers.report_job import Choices
    from qq_excel.warnings import LEVEL_TEXTS

    with common.register_at(register, tables) as opened:
        result = checked(paths, as_of, policy, together, options, target, quiet=format is Format.JSON)
        formats = ["xlsx", "json"] if since else None  # who compares will want to compare again
        made = make(
            "warnings", result, target, formats=formats, choices=Choices(since=since, since_on=since_on)
        )
        book, written = made.outcome, [*made.kept, *made.written]
        register_papers(opened, "warnings", written, target, result)
    if format is Format.JSON:
        common.print_json(book.document())
    else:
        for level, count, amount in book.by_level():
            out.print(
                t(
                    f"{level}色预警 {count} 笔，{amount} 元",
                    f"{LEVEL_TEXTS[level].en}: {many(count, 'claim')}, {amount} yuan",
                ),
            )
        print_written(written)
        print_notes(made.notes)
    return code_of(result)


def run_write_off(
    paths: list[Path],
    target: Path,
    as_of: dt.date | None,
    policy: Policy,
    draft: bool,
    format: Format,
    together: bool,
    options: Options,
    *,
    sign_key: Path | None = None,
    pdf: bool = False,
    register: str | None = None,
    tables: str | None = None,
) -> int:
    """``qq-excel write-off``."""
    from qq_excel.papers.report import make
    from qq_excel.papers.report_job import Choices
    from qq_excel.register.papers import pack_claims

    choices = Choices(draft=draft, sign_key=sign_key, passwords=tuple(options.passwords))
    if sign_key is not None:  # a wrong key is told before a long check
        from qq_excel.papers.signing import load_signer

        load_signer(sign_key, choices.passwords)
    formats = ["zip", "xlsx", "pdf"] if pdf else None
    with common.register_at(register, tables) as opened:
        result = checked(paths, as_of, policy, together, options, target, quiet=format is Format.JSON)
        with common.progress_shown(format is Format.JSON) as progress:
            made = make("write-off", result, target, formats=formats, choices=choices, progress=progress)
        outcome = made.outcome
        outcome.written = [*made.kept, *made.written]
        register_papers(opened, "write-off", outcome.written, target, result, pack_claims(outcome))
    if format is Format.JSON:
        common.print_json(outcome.document())
    else:
        out.print(
            t(
                f"{len(outcome.packs)} 份申请包已生成，{len(outcome.unfit)} 份申请材料不全。",
                f"{many(len(outcome.packs), 'pack')} made, {many(len(outcome.unfit), 'application is', 'applications are')} not fit.",
            )
        )
        print_written(outcome.written)
        print_notes(made.notes)
    if made.no_pdf:
        common.err.print(str(made.no_pdf), style="red", soft_wrap=True)
        return FAILED
    return FINDINGS if outcome.unfit else OK


def register_papers(
    register: Register | None,
    paper: str,
    files: Sequence[Path],
    target: Path,
    result: Result,
    claims: Mapping[Path, Sequence[str]] | None = None,
) -> None:
    """Tell the *register*, if there is one, of papers that were issued."""
    from qq_excel.register.papers import paper_entries

    if register is not None:
        register.append(paper_entries(paper, files, target, result, claims))
