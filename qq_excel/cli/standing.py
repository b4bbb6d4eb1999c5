"""``qq-excel status``: where each case stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text as Styled

from qq_excel import money
from qq_excel.cli import common
from qq_excel.cli.checking import checked
from qq_excel.cli.common import OK, out
from qq_excel.cli.folding import Folded
from qq_excel.cli.options import Format
from qq_excel.language import many, t

if TYPE_CHECKING:
    from qq_excel.policy import Policy
    from qq_excel.reading import Options
    from qq_excel.status import Board


#: The columns of the table that may take several lines: debtor, who, missing.
_TEXTS = (1, 6, 7)


def run_status(
    paths: list[Path],
    target: Path | None,
    as_of: dt.date | None,
    policy: Policy,
    format: Format,
    together: bool,
    options: Options,
) -> int:
    """Tell where each case stands; with *target* write the board too."""
    from qq_excel.papers.status_board import write_board
    from qq_excel.status import board_of

    if target is not None:
        common.must_be_new_or_ours(target, ".html", ".htm")
    folder = None if target is None else target.parent
    board = board_of(checked(paths, as_of, policy, together, options, folder, quiet=format is Format.JSON))
    if target is not None:
        write_board(board, target)
    if format is Format.JSON:
        common.print_json(board.document())
        return OK
    _print(board)
    if target is not None:
        out.print(t("已写出：", "Written: ") + str(target), soft_wrap=True)
    return OK


def _print(board: Board) -> None:
    from qq_excel.kinds import get_kind

    if not board.cards:
        kinds = t("、", ", ").join(str(get_kind(k).title) for k in board.policy.follow)
        out.print(
            t(f"没有案件：本制度在《{kinds}》中登记案件，交来的文件里没有。",
              f"No case: this profile keeps them in {kinds}, which was not handed in."),
        )  # fmt: skip
        return
    for i in [*range(len(board.policy.stages)), None]:
        cards = board.at(i)
        if not cards:
            continue
        title = (
            str(board.policy.stages[i].text)
            if i is not None
            else t("不在本制度阶段内", "at no stage of the profile")
        )
        grid = Grid(title=f"{title}  {len(cards)}", title_justify="left", box=None, padding=(0, 1))
        headers = (
            t("案件", "case"), t("债务人", "debtor"), t("金额", "amount"), t("自", "since"), t("天数", "days"),
            t("限期", "due"), t("责任人", "who"), t("尚缺", "missing"),
        )  # fmt: skip
        for n, header in enumerate(headers):
            grid.add_column(header, no_wrap=n not in _TEXTS)
        for c in cards:
            missing = t("、", ", ").join(str(m) for m in c.missing)
            state = t("已结", "closed") if c.closed else t("已办完", "done") if c.done else missing
            who = "/".join(x for x in (c.who, str(c.team or "")) if x)
            cells = (
                c.key, c.debtor, "" if c.amount is None else money.yuan(c.amount), str(c.since or "—"),
                "" if c.days is None else str(c.days), str(c.due_on or "—"), who, state if i is not None else c.stated,
            )  # fmt: skip
            shown = (Folded(x) if n in _TEXTS else Styled(x) for n, x in enumerate(cells))
            grid.add_row(*shown, style="red" if c.late else None)
        out.print(grid)
    late = sum(c.late for c in board.cards)
    closed = sum(c.closed for c in board.cards)
    out.print(
        t(f"共 {len(board.cards)} 件，已结 {closed} 件，超限期 {late} 件。",
          f"{many(len(board.cards), 'case')}, {closed} closed, {late} late."), style="bold",
    )  # fmt: skip
