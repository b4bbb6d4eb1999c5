"""``qq-excel check``, and the check that other commands begin with."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text as Styled

from qq_excel import inputs
from qq_excel.catalogue import LEVEL_NAMES, STATUS_NAMES, all_rules
from qq_excel.cli import common
from qq_excel.cli.common import FINDINGS, OK, out
from qq_excel.cli.folding import Folded
from qq_excel.cli.options import Format
from qq_excel.language import Text, current, many, plural, t
from qq_excel.output import must_be_writable

if TYPE_CHECKING:
    from qq_excel.check import FileResult, Result
    from qq_excel.papers.annotate import AnnotationReport
    from qq_excel.policy import Policy
    from qq_excel.reading import Options

_COLOURS = {"E": "red", "W": "yellow", "I": "cyan", "?": "magenta"}
_SHOWN_PER_SHEET = 50
_SHOWN_PASSED_OVER = 10


def checked(
    paths: list[Path],
    as_of: dt.date | None,
    policy: Policy,
    together: bool,
    options: Options,
    target: Path | None,
    *,
    quiet: bool,
    waivers: Path | None = None,
    baseline: Path | None = None,
    previous: Sequence[Path] = (),
) -> Result:
    """Find, read and check the workbooks of *paths*; they are foreign, so workers read them.

    The results go to the folder *target*, if there is one.
    *previous* names the previous period's workbooks, which get no findings of their own.
    Waivers are those of the file given, else of any ``waivers.yaml`` beside the workbooks.
    """
    from qq_excel.waivers import beside, load_waivers

    entries = [w for f in ([waivers] if waivers else beside(paths)) for w in load_waivers(f)]
    from qq_excel.reading.pool import Pool, worth_beginning

    files = inputs.workbooks(paths)
    before = inputs.workbooks(previous)
    if target is not None:
        must_be_writable(target)
    with (
        Pool(worth_beginning([*files, *before], os.cpu_count() or 1), options) as pool,
        common.progress_shown(quiet) as progress,
    ):
        pool.warm_up()  # it loads its libraries while this process loads its own
        from qq_excel.check import check_paths

        result = check_paths(
            files,
            policy=policy,
            as_of=as_of,
            together=together,
            progress=progress,
            pool=pool,
            previous=before,
        )
    if not entries and baseline is None:
        return result
    from qq_excel.check.accepting import accept
    from qq_excel.check.baseline import Baseline

    return accept(result, entries, Baseline.read(baseline) if baseline else None)


def code_of(result: Result) -> int:
    """0 when every workbook is accepted, 1 when one has an open finding at level E."""
    return OK if result.accepted else FINDINGS


def run_check(
    paths: list[Path],
    target: Path | None,
    as_of: dt.date | None,
    policy: Policy,
    format: Format,
    together: bool,
    options: Options,
    waivers: Path | None = None,
    baseline: Path | None = None,
    write_baseline: Path | None = None,
    previous: Sequence[Path] = (),
) -> int:
    """``qq-excel check``."""
    if write_baseline is not None:
        common.must_be_new_or_ours(write_baseline, ".json")
    result = checked(
        paths, as_of, policy, together, options, target,
        quiet=format is Format.JSON, waivers=waivers, baseline=baseline, previous=previous,
    )  # fmt: skip
    _say_passed_over(paths)
    _say_evidence(result)
    written: list[Path] = []
    if write_baseline is not None:
        from qq_excel.check.baseline import Baseline

        units = {f.workbook.name: f.unit for f in result.files}
        written.append(Baseline.of(result.findings, units).write(write_baseline))
    notes: list[Text] = []
    if target is not None:
        from qq_excel.papers.checking import write_check

        reports: list[AnnotationReport] = []
        written += write_check(result, target, reports)
        notes = [line for report in reports for line in report.lines()]
    if format is Format.JSON:
        from qq_excel.papers.document import json_pieces

        common.print_pieces(json_pieces(result))
    else:
        print_findings(result)
        print_written(written)
        for note in notes:
            out.print(str(note), style="dim")
    return code_of(result)


def _say_evidence(result: Result) -> None:
    """Name the workbooks that count as evidence: one of them may be meant as a ledger."""
    from qq_excel.reading.attachments import named_as_evidence

    for name, by in result.evidence.items():
        common.err.print(
            f"{name}{t('：', ': ')}{named_as_evidence(by)}{t('。', '.')}",
            style="yellow", soft_wrap=True,
        )  # fmt: skip


def _say_passed_over(paths: Sequence[Path]) -> None:
    """Name what lies in the folders and was not checked: nobody should think that it passed."""
    left = inputs.passed_over(paths)
    for path in left[:_SHOWN_PASSED_OVER]:
        common.err.print(
            t(
                f"{path}：没有校验。这种格式读不了：表请另存为 .xlsx，压缩包请解压（.zip 可用 qq-excel batch）。",
                f"{path}: not checked. This format cannot be read: save a table as .xlsx, unpack an archive"
                " (qq-excel batch takes .zip).",
            ),
            style="yellow", soft_wrap=True,
        )  # fmt: skip
    more = len(left) - _SHOWN_PASSED_OVER
    if more > 0:
        common.err.print(
            t(
                f"还有 {more} 个这样的文件。",
                f"There {plural(more, 'is', 'are')} {many(more, 'more such file')}.",
            ),
            style="yellow",
        )


def print_findings(result: Result) -> None:
    """Findings by workbook, sheet and level, then a summary."""
    for file in result.files:
        _print_file(file, result)
    for f in result.findings.where(
        rule=[r for r, spec in all_rules().items() if spec.on in ("waivers", "run")]
    ):
        words = f"{f.file}  {LEVEL_NAMES[f.level]} {f.rule}  {f.message()} → {f.fix()}"
        out.print(words, style=_COLOURS[f.level], soft_wrap=True)
    counts = result.findings.counts()
    line = "  ".join(f"{LEVEL_NAMES[level]} {n}" for level, n in counts.items())
    explained = len(result.findings) - sum(counts.values())
    if explained:
        line += t(f"  已说明等 {explained}", f"  explained etc. {explained}")
    accepted = sum(1 for f in result.files if f.accepted)
    out.print()
    out.print(t("合计：", "In all: ") + line, style="bold")
    out.print(
        t(
            f"{len(result.files)} 个工作簿，{accepted} 个通过，{len(result.files) - accepted} 个需修改。",
            f"{many(len(result.files), 'workbook')}, {accepted} accepted, {len(result.files) - accepted} to be mended.",
        )
    )


def _print_file(file: FileResult, result: Result) -> None:
    verdict = t("通过", "accepted") if file.accepted else t("不通过", "not accepted")
    title = f"■ {file.workbook.name}  [{verdict}]"
    details = [x for x in (file.unit, file.period) if x]
    if file.rows:
        details.append(t(f"{file.rows} 行", f"{many(file.rows, 'row')}"))
    out.print()
    out.print(title + ("  " + " · ".join(details) if details else ""), style="bold")
    mine = result.findings.of_file(file.workbook.name)
    if not mine:
        out.print(t("  没有问题。", "  Nothing found."))
        return
    for (sheet,) in mine.tally("sheet"):
        here = mine.where(sheet=sheet)
        grid = Grid(
            title=sheet or t("（整个文件）", "(the file)"), title_justify="left", box=None, padding=(0, 1),
            show_header=True, header_style="dim",
        )  # fmt: skip
        for name in (t("级别", "level"), t("规则", "rule"), t("单元格", "cell")):
            grid.add_column(name, no_wrap=True)
        grid.add_column(t("问题和改法", "what is wrong, and how to mend it"))
        unjudged: dict[str, list[str]] = {}
        for f in here.where(level="?"):
            if f.why is not None:
                unjudged.setdefault(str(f.why), []).append(f.rule)
        judged = [here.where(level=level) for level in "EWI"]
        for f in islice(chain.from_iterable(judged), _SHOWN_PER_SHEET):
            level = str(LEVEL_NAMES[f.level])
            if f.status != "open":
                level = str(STATUS_NAMES[f.status])
            body = Styled(f.message())
            body.append(" → " + f.fix(), style="dim")
            grid.add_row(Styled(level, style=_COLOURS[f.level]), f.rule, f.cell or "—", Folded(body))
        for why, rules in unjudged.items():
            body = Styled(f"{why}：" if current() == "zh" else f"{why}: ")
            body.append(
                "、".join(dict.fromkeys(rules)) if current() == "zh" else ", ".join(dict.fromkeys(rules))
            )
            grid.add_row(Styled(str(LEVEL_NAMES["?"]), style=_COLOURS["?"]), "", "—", Folded(body))
        out.print(grid)
        more = sum(map(len, judged)) - _SHOWN_PER_SHEET
        if more > 0:
            out.print(
                t(f"  ……还有 {more} 条，用 -o 写出完整清单。", f"  … {more} more; -o writes the whole list."),
                style="dim",
            )


def print_written(written: Sequence[Path | str]) -> None:
    """What was written where."""
    if written:
        out.print(t("已写出：", "Written:"))
        for path in written:
            out.print(f"  {path}", soft_wrap=True)


def print_notes(notes: Iterable[Text]) -> None:
    """What the user should know of what was made."""
    for note in notes:
        out.print(t("注意：", "Note: ") + str(note), style="yellow", soft_wrap=True)
