"""``qq-excel demo``: the main job on the samples, told in ten lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel.cli import common
from qq_excel.cli.common import OK, out
from qq_excel.language import many, t

if TYPE_CHECKING:
    from qq_excel.demo import Demonstration


def run_demo(target: Path, profile: str = "group") -> int:
    """Run everything on the samples and say what was found. Findings are what a demo is for: exit code 0."""
    from qq_excel.demo import demonstrate

    with common.err.status("") as status:
        shown = demonstrate(target, profile, lambda what: status.update(str(what)))
    result = shown.result
    counts = result.findings.counts()
    accepted = sum(1 for f in result.files if f.accepted)
    rows = sum(f.rows for f in result.files)
    out.print(t("清欠演示（样例均为虚构）", "Demonstration (all samples are invented)"), style="bold")
    out.print(
        t(
            f"工作簿 {len(result.files)} 个，共 {rows} 行；通过 {accepted} 个，需修改 {len(result.files) - accepted} 个",
            f"{many(len(result.files), 'workbook')}, {many(rows, 'row')}; {accepted} accepted, {len(result.files) - accepted} not",
        )
    )
    out.print(
        t(
            f"问题：错误 {counts['E']}，警告 {counts['W']}，提示 {counts['I']}，无法判断 {counts['?']}",
            f"findings: {many(counts['E'], 'error')}, {many(counts['W'], 'warning')}, {many(counts['I'], 'notice')}, "
            f"{counts['?']} not judged",
        )
    )
    for line in (*_warned(shown), *_packed(shown), *_standing(shown), *_scored(shown)):
        out.print(line)
    for note in dict.fromkeys(shown.notes):  # several papers may have the same to say
        out.print(str(note), style="dim", soft_wrap=True)
    out.print(t("全部结果都在：", "Everything is in: ") + str(target), soft_wrap=True)
    out.print(t("请打开：", "Open: ") + str(shown.index), style="bold", soft_wrap=True)
    return OK


def _warned(shown: Demonstration) -> Iterator[str]:
    from qq_excel.warnings import LEVEL_TEXTS  # loads what a refused demo needs none of

    for level, count, amount in shown.warnings.by_level() if shown.warnings else ():
        if count:
            yield t(
                f"{level}色预警 {count} 笔，{amount} 元",
                f"{LEVEL_TEXTS[level].en}: {many(count, 'claim')}, {amount} yuan",
            )


def _packed(shown: Demonstration) -> Iterator[str]:
    if shown.outcome:
        packs, unfit = len(shown.outcome.packs), len(shown.outcome.unfit)
        yield t(
            f"核销申请包 {packs} 份（已验证完整），材料不全 {unfit} 份",
            f"{packs} write-off packs (verified), {many(unfit, 'application')} not fit",
        )


def _standing(shown: Demonstration) -> Iterator[str]:
    if shown.board:
        cards = shown.board.cards
        closed, late = sum(c.closed for c in cards), sum(c.late for c in cards)
        yield t(
            f"案件 {len(cards)} 件，已结 {closed} 件，超限期 {late} 件",
            f"{many(len(cards), 'case')}, {closed} closed, {late} late",
        )


def _scored(shown: Demonstration) -> Iterator[str]:
    for row in shown.assessment.rows if shown.assessment else ():
        total = "—" if row.total is None else f"{row.total:.1f}"
        yield t(f"考核 {row.unit} {total} 分，{row.grade or '—'}", f"{row.unit}: {total}, {row.grade or '—'}")
