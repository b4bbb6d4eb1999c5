"""``qq-excel watch``."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from qq_excel.cli import common
from qq_excel.cli.common import FAILED, OK, err, out
from qq_excel.errors import QQExcelError
from qq_excel.language import many, t

if TYPE_CHECKING:
    from qq_excel.batch import Asked, Outcome


def run_watch(asked: Asked, register: str | None, tables: str | None, settle: float, every: float) -> int:
    """Watch until Ctrl-C or SIGTERM; what is under way is finished by the next start.

    The exit code tells whether the last run could be finished.
    """
    from qq_excel.batch import run_batch
    from qq_excel.batch.watching import Pace, inboxes, watch

    def run(wanted: Asked) -> Outcome:
        with common.register_at(register, tables) as opened:
            return run_batch(replace(wanted, register=opened))

    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()  # should the exception come where Python drops it
        raise KeyboardInterrupt

    last: Outcome | QQExcelError | None = None

    def tell(what: Outcome | QQExcelError) -> None:
        nonlocal last
        last = what
        _tell(what)

    inboxes(asked)
    signal.signal(signal.SIGTERM, end)
    out.print(t("正在监视；按 Ctrl-C 结束。", "Watching; Ctrl-C ends it."))
    with suppress(KeyboardInterrupt):
        watch(asked, tell, stop, Pace(settle, every), run)
    out.print(t("监视结束。", "Ended."))
    if isinstance(last, QQExcelError):
        err.print(
            t("最近一次没有做完，原因见上。", "The last run could not be finished; see above why."),
            style="red",
        )
        return FAILED
    return OK


def _tell(what: Outcome | QQExcelError) -> None:
    """One line for a log."""
    from qq_excel.batch.model import totals

    if isinstance(what, QQExcelError):
        err.print(str(what), style="red", soft_wrap=True)
        return
    states = "  ".join(totals(what.files))
    line = t(
        f"校验了 {what.checked} 个文件；收件夹共 {len(what.files)} 个：",
        f"{many(what.checked, 'file')} checked, {len(what.files)} in all: ",
    )
    out.print(line + states, soft_wrap=True)
