"""``qq-excel demo``: the main job on the samples, told in ten lines."""

from __future__ import annotations

from pathlib import Path

from qq_excel.cli import common
from qq_excel.cli.common import OK, out
from qq_excel.language import t


def run_demo(target: Path, profile: str = "group") -> int:
    """Run everything on the samples and say what was found. Findings are what a demo is for: exit code 0."""
    from qq_excel.demo import demonstrate  # noqa: PLC0415

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
            f"{len(result.files)} workbooks, {rows} rows; {accepted} accepted, {len(result.files) - accepted} not",
        )
    )
    out.print(
        t(
            f"问题：错误 {counts['E']}，警告 {counts['W']}，提示 {counts['I']}，无法判断 {counts['?']}",
            f"findings: {counts['E']} errors, {counts['W']} warnings, {counts['I']} notices, {counts['?']} not judged",
        )
    )
    for level, count, amount in shown.warned:
        out.print(
            t(f"{level}色预警 {count} 笔，{amount} 元", f"{level}: {count} claims, {amount} yuan"),
            markup=False,
        )
    out.print(
        t(
            f"核销申请包 {len(shown.packs)} 份（已验证完整），材料不全 {shown.unfit} 份",
            f"{len(shown.packs)} write-off packs (verified), {shown.unfit} applications not fit",
        )
    )
    out.print(
        t("校验结果、标注件、预警表、申请包都在：", "Everything is in: ") + str(target),
        markup=False,
        soft_wrap=True,
    )
    out.print(t("请打开：", "Open: ") + str(shown.index), style="bold", markup=False, soft_wrap=True)
    return OK
