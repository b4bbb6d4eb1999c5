"""``qq-excel roll-forward``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel.cli import common
from qq_excel.cli.checking import checked, print_notes, print_written
from qq_excel.cli.common import OK, out
from qq_excel.cli.options import Format
from qq_excel.language import t

if TYPE_CHECKING:
    from qq_excel.policy import Policy
    from qq_excel.reading import Options


def run_roll_forward(
    paths: list[Path], target: Path, policy: Policy, together: bool, format: Format, options: Options
) -> int:
    """Write next period's ledgers; say of each what it carries, and whether this period's has errors."""
    from qq_excel.check.omissions import omissions
    from qq_excel.papers.roll_forward import line, roll_forward

    result = checked(paths, None, policy, together, options, target, quiet=format is Format.JSON)
    done = roll_forward(result, target)
    notes = omissions(result)
    wrong = [f.workbook.name for f in result.files if not f.accepted]
    if format is Format.JSON:
        ledgers = [
            {
                "file": r.path.relative_to(target).as_posix(), "unit": r.unit, "period": r.period,
                "as_of": r.as_of.isoformat(), "claims": r.claims, "balance_cents": r.balance, "left_out": r.left_out,
            }
            for r in done
        ]  # fmt: skip
        common.print_json({"ledgers": ledgers, "not_accepted": wrong, "notes": [str(n) for n in notes]})
        return OK
    for rolled in done:
        out.print(str(line(rolled)), soft_wrap=True)
    if wrong:
        out.print(
            t(
                f"注意：{'、'.join(wrong)} 校验不通过，有错误的数字也照样结转，请先更正。",
                f"Note: {', '.join(wrong)} not accepted; wrong figures are carried too. Mend them first.",
            ),
            style="yellow", soft_wrap=True,
        )  # fmt: skip
    print_written([r.path for r in done])
    print_notes(notes)
    return OK
