"""How a paper is made: ``qq-excel report`` and :func:`make`.

A paper is an entry of :data:`~qq_excel.papers.registry.PAPERS` and a maker: a function that gets a
:class:`~qq_excel.papers.report_job.Job` and gives the files to write. Makers load when they are called.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import __version__
from qq_excel.digests import sha256_if_read
from qq_excel.errors import InputError, OutputError, ToolError
from qq_excel.language import Lang, Text, current, using
from qq_excel.output import whole_set
from qq_excel.papers.registry import PAPERS, PaperKind, get_paper
from qq_excel.papers.volume_signing import SUFFIX

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.management.points import Point
    from qq_excel.papers.report_job import Choices, Job, Piece

    Maker = Callable[[Job], Iterable[Piece]]

Progress = Callable[[Text, int, int], None]


@dataclass(slots=True)
class Made:
    """What a run of papers left behind."""

    written: list[Path] = field(default_factory=list)
    #: Files that an earlier run with the same inputs had finished.
    kept: list[Path] = field(default_factory=list)
    #: Files of an earlier run that the inputs do not give any more; they were not deleted.
    left_over: list[Path] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    #: Why no PDF (or no page with charts) was made although it was asked for.
    no_pdf: Text | None = None
    #: What the maker tells besides: a WarningBook for ``warnings``, the packs' Outcome for ``write-off``.
    outcome: Any = None

    def fell_short(self, why: Text) -> None:
        """Note that something was not made, and why; the first reason stands out."""
        if self.no_pdf is None:
            self.no_pdf = why
        elif why not in (self.no_pdf, *self.notes):
            self.notes.append(why)

    def document(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {
            "schema": 1, "written": [p.name for p in self.written], "kept": [p.name for p in self.kept],
            "left_over": [p.name for p in self.left_over], "notes": [str(n) for n in self.notes],
            "no_pdf": str(self.no_pdf) if self.no_pdf else None,
        }  # fmt: skip

    def add(self, other: Made) -> None:
        """Take another paper's outcome in."""
        self.written += other.written
        self.kept += other.kept
        self.left_over += other.left_over
        self.notes += [n for n in other.notes if n not in self.notes]
        self.no_pdf = self.no_pdf or other.no_pdf


def make(
    name: str, result: Result, target: Path, *, formats: Sequence[str] | None = None,
    templates: Path | None = None, choices: Choices | None = None, progress: Progress | None = None,
    before: Result | None = None, registered: Sequence[Point] = (),
) -> Made:  # fmt: skip
    """Make the paper *name* of a check into the folder *target*; *before* is the check of the previous period, *registered*
    are the figures of earlier ones as a register has them.

    Files that an earlier run with the same inputs finished are kept. Raises :class:`InputError` for an unknown paper
    or format or when a table is lacking, :class:`TemplateError` or :class:`SchemaError` for a broken template,
    :class:`OutputError` when a file cannot be written or was changed by hand.
    """
    from qq_excel.check.omissions import omissions
    from qq_excel.papers.house import load_house
    from qq_excel.papers.report_job import Choices, Job

    paper = get_paper(name)
    _refuse_since(name, choices)
    wanted = _formats(paper, formats)
    job = Job(result, load_house(templates), choices or Choices(), before, registered)
    job.notes += omissions(result)
    if not paper.parts:
        _check_needs(paper, result)
        return _write(paper, job, target, wanted, progress)
    whole = Made(notes=job.notes)
    able = [PAPERS[part] for part in paper.parts if not _lacking(PAPERS[part], result)]
    if not able:
        _check_needs(PAPERS[paper.parts[0]], result)
    with whole_set([part.title.zh for part in able]) as there:
        for part in able:
            one = Job(result, job.house, job.choices, before, registered)
            # the tables are read once for all parts
            one.__dict__.update(
                {k: v for k, v in job.__dict__.items() if k in ("claims", "accounts", "warnings")}
            )
            whole.add(_write(part, one, target / part.title.zh, wanted, progress))
            there.append(part.title.zh)
            job.__dict__.update(
                {k: v for k, v in one.__dict__.items() if k in ("claims", "accounts", "warnings")}
            )
    for part in (PAPERS[p] for p in paper.parts):
        lacks = _lacking(part, result)
        if lacks:
            whole.notes.append(
                Text(
                    f"没有做{part.title.zh}：没有交来{_titles(lacks, 'zh')}",
                    f"no {part.title.en}: {_titles(lacks, 'en')} not handed in",
                )
            )
    return whole


# --- inside ---------------------------------------------------------------------------------------------


def _write(
    paper: PaperKind, job: Job, target: Path, formats: Sequence[str], progress: Progress | None
) -> Made:
    from qq_excel.papers.report_state import Journal

    if not paper.english and current() == "en":
        job.notes.append(
            Text(f"{paper.title.zh}只有中文", f"{paper.title.en}: in Chinese only, as it is filed and signed")
        )
        with using("zh"):  # no English words on a Chinese paper
            return _write(paper, job, target, formats, progress and _told_in("en", progress))
    pieces = [p for p in _maker(paper)(job) if _suffix(p.name) in formats or (p.pdf and "pdf" in formats)]
    made = Made(notes=job.notes, outcome=job.outcome)
    journal = Journal(target, paper.name, _key(paper, job))
    names = [n for p in pieces for n in _names(p, formats)]
    journal.refuse_changed(names, job.choices.since)
    made.left_over = [target / n for n in journal.left_over(names)]
    with whole_set(names) as there, journal:
        todo: list[tuple[Piece, list[str]]] = []
        for piece in pieces:
            same = not piece.of or piece.of in there
            finished = [n for n in _names(piece, formats) if same and journal.finished(n, piece.stamp)]
            made.kept += [target / n for n in finished]
            there.extend(finished)
            if len(finished) < len(_names(piece, formats)):
                todo.append((piece, finished))
                piece.wanted()
        open_pdfs: list[Piece] = []
        for i, (piece, finished) in enumerate(todo):
            if progress:
                progress(Text(f"生成{paper.title.zh}", f"making {paper.title.en}"), i, len(todo))
            if piece.name not in finished:
                stamp = piece.stamp()  # before it is read: what changes while it is written makes it stale
                try:
                    piece.write(target / piece.name)
                except ToolError as problem:
                    made.fell_short(problem.text)
                    continue
                if piece.name in names:
                    journal.done(piece.name, stamp)
                    made.written.append(target / piece.name)
                    there.append(piece.name)
            if piece.pdf and "pdf" in formats and _pdf(piece.name) not in finished:
                open_pdfs.append(piece)
        _pdfs(open_pdfs, target, names, made, journal, progress, there)
    return made


def _refuse_since(name: str, choices: Choices | None) -> None:
    """A day to compare with is for warnings, and for those that remember days."""
    if choices is None or choices.since_on is None:
        return
    if name != "warnings":
        raise InputError(
            Text(
                "--since-on 只用于清欠预警表（warn、report warnings）。",
                "--since-on is for warning sheets (warn, report warnings).",
            )
        )
    if choices.since is None:
        raise InputError(
            Text(
                "--since-on 要与 --since 同用：用 --since 给出上次的 清欠预警.json，其中记得以前各期。",
                "--since-on goes with --since: give the last run's 清欠预警.json, which remembers the earlier ones.",
            )
        )


def _told_in(lang: Lang, progress: Progress) -> Progress:
    def told(what: Text, done: int, of: int) -> None:
        with using(lang):
            progress(what, done, of)

    return told


def _pdfs(
    pieces: Sequence[Piece],
    target: Path,
    names: Sequence[str],
    made: Made,
    journal: Any,
    progress: Progress | None,
    there: list[str],
) -> None:
    """All PDFs in one LibreOffice run; the office files go when only PDFs were asked for, and stay when it failed."""
    from qq_excel.papers.pdf import PdfError, write_pdfs

    sources, pdfs = [target / p.name for p in pieces], [target / _pdf(p.name) for p in pieces]
    try:
        write_pdfs(sources, pdfs, progress)
    except PdfError as problem:
        made.no_pdf = problem.text
    except OutputError:
        there.extend(pdf.name for pdf, s in zip(pdfs, sources, strict=True) if _is_newer(pdf, s))
        raise
    for piece, source, pdf in zip(pieces, sources, pdfs, strict=True):
        if made.no_pdf is None or _is_newer(pdf, source):
            journal.done(_pdf(piece.name))
            made.written.append(pdf)
            if piece.name not in names:
                source.unlink(missing_ok=True)
        elif piece.name not in names:
            journal.done(piece.name)
            made.written.append(source)


def _is_newer(pdf: Path, source: Path) -> bool:
    return pdf.is_file() and pdf.stat().st_mtime >= source.stat().st_mtime


def _maker(paper: PaperKind) -> Maker:
    module, _, function = paper.maker.partition(":")
    maker: Maker = getattr(importlib.import_module(f"qq_excel.papers.{module}"), function)
    return maker


def _formats(paper: PaperKind, asked: Sequence[str] | None) -> tuple[str, ...]:
    if not asked:
        return paper.usual
    for name in asked:
        if name not in paper.formats:
            every = "、".join(paper.formats)
            raise InputError(
                Text(
                    f"{paper.title.zh}没有 {name} 格式，可用：{every}。",
                    f"{paper.title.en}: no format {name}; there are {', '.join(paper.formats)}.",
                )
            )
    return tuple(dict.fromkeys(asked))


def _lacking(paper: PaperKind, result: Result) -> list[str]:
    return [kind for kind in paper.needs if kind not in result.stacks]


def _check_needs(paper: PaperKind, result: Result) -> None:
    lacks = _lacking(paper, result)
    if lacks:
        from qq_excel.check.omissions import omissions

        notes = omissions(result)  # a file that cannot be read may be the one that is missed
        unread = Text("".join(f"{n.zh}。" for n in notes), " ".join(f"{n.en}." for n in notes))
        raise InputError(
            Text(
                f"不能做{paper.title.zh}：没有交来{_titles(lacks, 'zh')}，请一并提交。{unread.zh}",
                f"cannot make {paper.title.en}: {_titles(lacks, 'en')} not handed in; submit it too. {unread.en}",
            )
        )


def _titles(kinds: Iterable[str], lang: str) -> str:
    from qq_excel.kinds import get_kind

    titles = [get_kind(k).title for k in kinds]
    return "".join(f"《{x.zh}》" for x in titles) if lang == "zh" else ", ".join(f"'{x.en}'" for x in titles)


def _key(paper: PaperKind, job: Job) -> str:
    """All that decides what comes out: program, policy, templates, choices, and the files that were handed in."""
    from qq_excel.papers.report_state import key_of

    result, choices = job.result, job.choices
    since, key = (sha256_if_read(p) if p else None for p in (choices.since, choices.sign_key))
    return key_of([
        __version__, paper.name, current(), result.policy.sha256 or result.policy.model_dump_json(),
        job.house.sha256(), choices.unmask, choices.wording, choices.dated, choices.age_on, choices.draft, since,
        choices.since_on, key, result.as_of,
        sorted(choices.accounts) if choices.accounts is not None else None,
        *((f.workbook.name, f.workbook.sha256, f.submission) for f in result.files),
        *job.registered,
        *(f.workbook.sha256 for f in (job.before.files if job.before else ())),
        *sorted((t.sheet, t.as_of) for f in result.files for t in f.workbook.tables if t.as_of),
    ])  # fmt: skip


def _names(piece: Piece, formats: Sequence[str]) -> list[str]:
    """The files that a piece leaves in the folder."""
    own = [piece.name] if _suffix(piece.name) in formats else []
    return own + ([_pdf(piece.name)] if piece.pdf and "pdf" in formats else [])


def _suffix(name: str) -> str:
    return name.removesuffix(SUFFIX).rpartition(".")[2]


def _pdf(name: str) -> str:
    return f"{name.rpartition('.')[0]}.pdf"
