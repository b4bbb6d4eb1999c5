"""The papers that can be made, and how one is made: ``qq-excel report`` and :func:`make`.

A paper is an entry of :data:`PAPERS` and a maker: a function that gets a :class:`~qq_excel.papers.report_job.Job`
and gives the files to write. Makers load when they are called, so that listing papers costs nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import __version__
from qq_excel.errors import InputError, ToolError
from qq_excel.language import Text, current

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.report_job import Choices, Job, Piece

    Maker = Callable[[Job], Iterable[Piece]]

Progress = Callable[[Text, int, int], None]


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One paper that can be asked for.

    ``needs`` are the kinds without which there is nothing to write, ``uses`` those that it can use besides;
    ``formats`` are all that it comes in, the first ones (``default`` many) unless others are asked for.
    """

    name: str
    title: Text
    about: Text
    clauses: tuple[str, ...]
    formats: tuple[str, ...]
    needs: tuple[str, ...]
    #: ``module:function`` below ``qq_excel.papers``; a paper made of others has ``parts`` instead.
    maker: str = ""
    uses: tuple[str, ...] = ()
    default: int = 2
    parts: tuple[str, ...] = ()

    @property
    def usual(self) -> tuple[str, ...]:
        """The formats that are made unless others are asked for."""
        return self.formats[: self.default]

    def document(self) -> dict[str, Any]:
        """The entry as plain data (``report list --format json``)."""
        return {
            "name": self.name, "title": str(self.title), "about": str(self.about), "clauses": list(self.clauses),
            "formats": list(self.formats), "usual": list(self.usual), "needs": list(self.needs),
            "uses": list(self.uses), "parts": list(self.parts),
        }  # fmt: skip


_LETTER = ("docx", "xlsx", "pdf", "json")
_LEDGER = ("receivables",)

PAPERS: dict[str, PaperKind] = {
    p.name: p
    for p in (
        PaperKind(
            "warnings", Text("清欠预警表", "warning sheets"),
            Text("集团一份，各单位、各责任部门各一份；--since 记得上次的级别和答复",
                 "one for the group, one per unit and per department; --since remembers the last levels and answers"),
            ("F-25", "F-26", "F-27", "F-28", "F-29"), ("xlsx", "pdf", "json"), _LEDGER, "standing:warnings",
            uses=("credit_terms", "contracts"), default=1,
        ),
        PaperKind(
            "write-off", Text("核销申请包", "write-off packs"),
            Text("材料齐全的申请各一包，其余列缺失清单；pdf 另出一册有书签和页码的合订本",
                 "a pack per application that is fit, a list of what others lack; pdf adds a bound volume of each"),
            ("F-13", "F-14", "F-15", "F-16", "F-17"), ("zip", "xlsx", "pdf"), ("write_offs",), "standing:write_off",
            uses=("evidence", "receivables", "collection_log", "confirmations", "agreements", "instalments", "litigation"),
        ),
        PaperKind(
            "write-off-meeting", Text("核销审议清单", "lists for the meeting on write-offs"),
            Text("每个审批机构一份，列材料齐全、待审议的申请", "one per body: the fit applications that wait for its decision"),
            ("F-16",), ("xlsx", "pdf", "json"), ("write_offs",), "write_off_after:meeting", uses=("evidence", "receivables"), default=1,
        ),
        PaperKind(
            "write-off-filing", Text("核销备案文书", "papers after a write-off is approved"),
            Text("已批准的申请各一份财务备案表和核销档案封面；每个单位一份备查簿新增登记",
                 "filing sheet and dossier cover of each approved application; the new entries of each unit's register"),
            ("F-17", "F-18", "F-19"), ("docx", "xlsx", "pdf", "json"), ("write_offs",), "write_off_after:filings",
            uses=("evidence", "receivables", "write_off_register"),
        ),
        PaperKind(
            "confirmations", Text("对账签认函", "balance confirmations"),
            Text("每个债务人一封，列全部未清款项，附回执；附合并登记册",
                 "one letter per debtor with all open items and a reply slip; with a register"),
            ("F-26", "C-4-1"), _LETTER, _LEDGER, "letters:confirmations",
        ),
        PaperKind(
            "dunning", Text("催款函", "dunning letters"),
            Text("按逾期天数分步催款，每个债务人一封，附签收回执；附合并登记册",
                 "by steps of days past due, one letter per debtor with a receipt slip; with a register"),
            ("B-4-3", "H-6", "F-26"), _LETTER, _LEDGER, "letters:dunning",
        ),
        PaperKind(
            "reminders", Text("分期还款提醒函", "instalment reminders"),
            Text("还款协议的分期将到期或已逾期的，每份协议一封",
                 "one letter per agreement with an instalment that falls due or is past due"),
            ("G-12", "B-4-6", "H-9"), _LETTER, ("agreements", "instalments"), "letters:reminders",
        ),
        PaperKind(
            "letters", Text("全部信函", "all letters"),
            Text("对账签认函、催款函、分期还款提醒函，各放一个文件夹",
                 "confirmations, dunning letters and reminders, a folder each"),
            ("F-26", "B-4-3", "G-12"), _LETTER, (), parts=("confirmations", "dunning", "reminders"),
        ),
        PaperKind(
            "ageing", Text("账龄分析", "ageing"),
            Text("按单位、债务人和账龄段，贷项、争议、诉讼另列；与明细表核对；坏账准备测算",
                 "by unit, debtor and band; credit notes, disputed and litigated apart; tied to the ledger; provision"),
            ("F-26", "F-27", "F-4"), ("xlsx", "pdf", "json"), _LEDGER, "ageing:ageing", default=1,
        ),
        PaperKind(
            "slips", Text("预警通知单", "warning slips"),
            Text("每笔预警债权一张，附登记册；--since 读回上次的登记册，级别上升的另发",
                 "one per warned claim, with a register; --since reads back the last one, what rose is sent anew"),
            ("F-28", "F-29"), _LETTER, _LEDGER, "slips:slips", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "pursuit", Text("追讨通知", "pursuit notices"),
            Text("每个单位一份，列超过界限又无特殊原因的债权", "one per unit: claims past a bound without a special reason"),
            ("F-29",), _LETTER, _LEDGER, "notices:pursuit", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "responsibility", Text("清欠责任落实通知", "responsibility notices"),
            Text("每个责任人一份，列超期超额又无特殊原因的债权",
                 "one per responsible person: claims past ageing or limit without a special reason"),
            ("F-30",), _LETTER, _LEDGER, "notices:responsibility", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "counts", Text("以物抵债文书", "settlement in kind"),
            Text("每份清单一套：盘点清单（签字、送达栏）、鉴定申请书、审批报告",
                 "per list: the sheet to count and sign, the appraisal request, the approval report"),
            ("F-5", "F-7", "F-8", "F-9", "F-10"), ("docx", "xlsx", "pdf"), ("inventory_count",), "in_kind:counts",
        ),
        PaperKind(
            "reductions", Text("降价处置报告", "price-reduction reports"),
            Text("每笔低于所抵债权额的处置一份", "one per disposal below the debt that it settled"),
            ("F-11", "F-12"), ("docx", "pdf"), ("disposals",), "in_kind:reductions", default=1,
        ),
        PaperKind(
            "dossiers", Text("清欠档案", "dossiers"),
            Text("每份档案的封面、四步记录和卷内目录；借阅单、销毁审批单",
                 "cover, four-step record and contents of each; slips of loans and destructions"),
            ("F-20", "F-21", "F-22", "F-23", "F-24", "D-3-3"), ("docx", "pdf"), ("dossiers",), "dossier:dossiers",
            uses=("dossier_loans", "receivables", "collection_log", "confirmations", "write_offs", "evidence"), default=1,
        ),
        PaperKind(
            "agreements", Text("还款协议", "repayment agreements"),
            Text("每份协议一件，附分期还款计划", "one per agreement with its instalment plan"),
            ("B-4-5", "H-9", "C-4-3", "G-13"), ("docx", "pdf"), ("agreements",), "dossier:agreements",
            uses=("instalments", "receivables"), default=1,
        ),
        PaperKind(
            "reconciliation", Text("销售财务核对表", "reconciliation of sales and finance"),
            Text("逐笔列销售部、财务部余额和差额，双方签字", "both balances of each claim and the difference, to be signed"),
            ("C-5-2", "C-5-3"), ("xlsx", "pdf", "json"), ("confirmations",), "dossier:reconciliation", default=1,
        ),
        PaperKind(
            "intake", Text("申报受理文书", "intake papers"),
            Text("每件申报的回执和决定（受理、不予受理、补正）", "receipt and decision for each declared debt"),
            ("D-2", "D-3-5"), ("docx", "pdf"), ("claim_intake",), "dossier:intake", default=1,
        ),
        PaperKind(
            "assessment-notice", Text("清欠考核通报", "assessment notices"),
            Text("每个考核期一份，列名次、得分、等级、奖惩和处分建议",
                 "one per period: rank, scores, grade, proposed sanction and discipline"),
            ("A-3", "A-4", "A-5-1", "A-5-2", "A-6", "A-7", "B-5-6"), ("docx", "pdf", "json"), ("assessment",), "assessment_notice:notices",
            default=1,
        ),
        PaperKind(
            "management", Text("管理报告", "management report"),
            Text("关键数字、账龄、趋势、债务人、预警、时效、清收和数据质量；每个数字点到明细",
                 "key figures, ageing, trend, debtors, warnings, limitation, recovery, data quality; every figure leads to its rows"),
            ("F-26", "F-27", "F-28", "F-29", "A-4-3"), ("html", "xlsx", "json", "pdf"), _LEDGER, "management:management",
            uses=("credit_terms", "contracts", "cases", "write_off_register"), default=3,
        ),
    )
}  # fmt: skip


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
        else:
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


def get_paper(name: str) -> PaperKind:
    """The paper called *name*; :class:`InputError` with the nearest name when there is none."""
    if name not in PAPERS:
        from qq_excel import yamlfile  # noqa: PLC0415 - YAML is not loaded to show help

        near = yamlfile.nearest(name, list(PAPERS))
        raise InputError(
            Text(
                f"没有名为“{name}”的文书"
                + (f"，是不是 {near}？" if near else "。用 qq-excel report list 查看。"),
                f"there is no paper '{name}'"
                + (f"; did you mean {near}?" if near else "; see qq-excel report list."),
            )
        )
    return PAPERS[name]


def make(
    name: str, result: Result, target: Path, *, formats: Sequence[str] | None = None,
    templates: Path | None = None, choices: Choices | None = None, progress: Progress | None = None,
    before: Result | None = None,
) -> Made:  # fmt: skip
    """Make the paper *name* of a check into the folder *target*; *before* is the check of the previous period.

    Files that an earlier run with the same inputs finished are kept. Raises :class:`InputError` for an unknown paper
    or format or when a table is lacking, :class:`TemplateError` or :class:`SchemaError` for a broken template,
    :class:`OutputError` when a file cannot be written or was changed by hand.
    """
    from qq_excel.papers.house import load_house  # noqa: PLC0415
    from qq_excel.papers.report_job import Choices, Job  # noqa: PLC0415

    paper = get_paper(name)
    wanted = _formats(paper, formats)
    job = Job(result, load_house(templates), choices or Choices(), before)
    if not paper.parts:
        _check_needs(paper, result)
        return _write(paper, job, target, wanted, progress)
    whole = Made()
    able = [PAPERS[part] for part in paper.parts if not _lacking(PAPERS[part], result)]
    if not able:
        _check_needs(PAPERS[paper.parts[0]], result)
    for part in able:
        one = Job(result, job.house, job.choices, before)
        # the tables are read once for all parts
        one.__dict__.update(
            {k: v for k, v in job.__dict__.items() if k in ("claims", "accounts", "warnings")}
        )
        whole.add(_write(part, one, target / part.title.zh, wanted, progress))
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
    from qq_excel.papers.report_state import Journal  # noqa: PLC0415

    pieces = [p for p in _maker(paper)(job) if _suffix(p.name) in formats or (p.pdf and "pdf" in formats)]
    made = Made(notes=job.notes, outcome=job.outcome)
    journal = Journal(target, paper.name, _key(paper, job))
    names = [n for p in pieces for n in _names(p, formats)]
    journal.refuse_changed(names, job.choices.since)
    made.left_over = [target / n for n in journal.left_over(names)]
    with journal:
        open_pdfs: list[Piece] = []
        for i, piece in enumerate(pieces):
            finished = [n for n in _names(piece, formats) if journal.finished(n, piece.stamp)]
            made.kept += [target / n for n in finished]
            if len(finished) == len(_names(piece, formats)):
                continue
            if progress:
                progress(Text(f"生成{paper.title.zh}", f"making {paper.title.en}"), i, len(pieces))
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
            if piece.pdf and "pdf" in formats and _pdf(piece.name) not in finished:
                open_pdfs.append(piece)
        _pdfs(open_pdfs, target, names, made, journal, progress)
    return made


def _pdfs(
    pieces: Sequence[Piece],
    target: Path,
    names: Sequence[str],
    made: Made,
    journal: Any,
    progress: Progress | None,
) -> None:
    """All PDFs in one LibreOffice run; the office files go when only PDFs were asked for, and stay when it failed."""
    from qq_excel.papers.pdf import PdfError, write_pdfs  # noqa: PLC0415

    sources = [target / p.name for p in pieces]
    try:
        write_pdfs(sources, [target / _pdf(p.name) for p in pieces], progress)
    except PdfError as problem:
        made.no_pdf = problem.text
    for piece, source in zip(pieces, sources, strict=True):
        pdf = target / _pdf(piece.name)
        if made.no_pdf is None or (pdf.is_file() and pdf.stat().st_mtime >= source.stat().st_mtime):
            journal.done(_pdf(piece.name))
            made.written.append(pdf)
            if piece.name not in names:
                source.unlink(missing_ok=True)
        elif piece.name not in names:
            journal.done(piece.name)
            made.written.append(source)


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
        raise InputError(
            Text(
                f"不能做{paper.title.zh}：没有交来{_titles(lacks, 'zh')}，请一并提交。",
                f"cannot make {paper.title.en}: {_titles(lacks, 'en')} not handed in; submit it too.",
            )
        )


def _titles(kinds: Iterable[str], lang: str) -> str:
    from qq_excel.kinds import get_kind  # noqa: PLC0415

    titles = [get_kind(k).title for k in kinds]
    return "".join(f"《{x.zh}》" for x in titles) if lang == "zh" else ", ".join(f"'{x.en}'" for x in titles)


def _key(paper: PaperKind, job: Job) -> str:
    """All that decides what comes out: program, policy, templates, choices, and the files that were handed in."""
    from qq_excel.papers.report_state import digest, key_of  # noqa: PLC0415

    result, choices = job.result, job.choices
    since, key = (digest(p) if p else None for p in (choices.since, choices.sign_key))
    return key_of([
        __version__, paper.name, current(), result.policy.sha256 or result.policy.model_dump_json(),
        job.house.sha256(), choices.unmask, choices.wording, choices.dated, choices.age_on, choices.draft, since, key, result.as_of,
        sorted(choices.accounts) if choices.accounts is not None else None,
        *((f.workbook.name, f.workbook.sha256, f.submission) for f in result.files),
        *(f.workbook.sha256 for f in (job.before.files if job.before else ())),
        *sorted((t.sheet, t.as_of) for f in result.files for t in f.workbook.tables if t.as_of),
    ])  # fmt: skip


def _names(piece: Piece, formats: Sequence[str]) -> list[str]:
    """The files that a piece leaves in the folder."""
    own = [piece.name] if _suffix(piece.name) in formats else []
    return own + ([_pdf(piece.name)] if piece.pdf and "pdf" in formats else [])


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]


def _pdf(name: str) -> str:
    return f"{name.rpartition('.')[0]}.pdf"


__all__ = ["PAPERS", "Made", "PaperKind", "get_paper", "make"]
