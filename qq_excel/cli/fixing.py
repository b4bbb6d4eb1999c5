"""``qq-excel fix``: mend how a workbook is written, in a copy, and undo it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table as Grid

from qq_excel.cli.common import OK, must_be_new_or_ours, out, print_json
from qq_excel.cli.folding import Folded
from qq_excel.cli.options import Format
from qq_excel.inputs import must_be_file
from qq_excel.language import t

if TYPE_CHECKING:
    from qq_excel.fixing import FixReport
    from qq_excel.policy import Policy
    from qq_excel.reading import Options

#: Lines that a terminal shows; the sheet of the copy and ``--format json`` have all.
_MOST_LINES = 200
#: The white space that CEL006 finds: at an end, or more than one; any but the plain space.
_SPACE = re.compile(r"^\s+|\s+$|\s{2,}|[^\S ]")


def run_fix(
    file: Path,
    target: Path,
    as_of: dt.date | None,
    policy: Policy,
    spared: list[str],
    options: Options,
    format: Format,
) -> int:
    """Mend *file* and say what changed."""
    from qq_excel.fixing import fix
    from qq_excel.reading.pool import Pool

    must_be_new_or_ours(target, ".xlsx", ".xlsm", ".xltx", ".xltm", given=[file])
    with Pool(1, options) as pool:
        pool.warm_up()
        report = fix(file, target, policy=policy, as_of=as_of, spared=spared, pool=pool)
    if format is Format.JSON:
        print_json({
            "schema": 1, "source": file.name, "target": None if report.target is None else report.target.name,
            "changes": [c.document() for c in report.changes], "remarks": [str(r) for r in report.remarks],
        })  # fmt: skip
        return OK
    _print_changes(report)
    shown = len(report.changes) - len(report.mended)
    if report.target is None:
        out.print(
            t("没有可以自动修正的内容，未写副本。", "Nothing can be mended safely; no copy was written.")
        )
    else:
        out.print(
            t(f"已修正 {len(report.mended)} 处，另有 {shown} 处只提示，不改。",
              f"Mended {len(report.mended)}, {shown} more are only shown.")
        )  # fmt: skip
        out.print(t("已写出：", "Written: ") + str(report.target), soft_wrap=True)
    for remark in report.remarks:
        out.print(str(remark), soft_wrap=True)
    return OK


def _print_changes(report: FixReport) -> None:
    from qq_excel.fixing.model import GRADE_NAMES

    if not report.changes:
        return
    grid = Grid(box=None, padding=(0, 1))
    for title in (t("工作表", "sheet"), t("单元格", "cell"), t("规则", "rule"), t("修改前", "before"),
                  t("修改后", "after"), t("处理", "grade")):  # fmt: skip
        grid.add_column(title, no_wrap=title in (t("单元格", "cell"), t("规则", "rule"), t("处理", "grade")))
    for c in report.changes[:_MOST_LINES]:
        before = c.before if c.rule != "CEL006" else _visible(c.before)
        grid.add_row(
            Folded(c.sheet), c.cell, c.rule, Folded(repr(before)[1:-1]), Folded(c.after or "—"),
            str(GRADE_NAMES[c.grade]),
        )  # fmt: skip
    out.print(grid)
    if len(report.changes) > _MOST_LINES:
        more = len(report.changes) - _MOST_LINES
        out.print(t(f"另有 {more} 处见《修正记录》表或 --format json。", f"{more} more: see --format json."))


def _visible(text: str) -> str:
    """*text* with the white space that is to go, which nobody could see: ends, and runs of it."""
    return _SPACE.sub(lambda m: "␣" * len(m[0]), text)


def run_undo(copy: Path, target: Path) -> int:
    """Give back the workbook from which *copy* was made."""
    from qq_excel.fixing import unfix

    must_be_file(copy)
    unfix(copy, target)
    out.print(t("已取回原件：", "The original is back: ") + str(target), soft_wrap=True)
    return OK
