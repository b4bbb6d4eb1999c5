"""``qq-excel batch``."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.cli import common
from qq_excel.cli.checking import print_written
from qq_excel.cli.common import FINDINGS, OK, err, out
from qq_excel.cli.options import Format
from qq_excel.errors import InputError
from qq_excel.language import Text, many, t
from qq_excel.urls import is_remote, without_user

if TYPE_CHECKING:
    from qq_excel.batch import Asked, Outcome
    from qq_excel.policy import Policy
    from qq_excel.reading import Options


#: Seconds between two lines of a log.
_EVERY = 30


def asked_for(
    inbox: list[str], out: str, state: Path | None, policy: Policy, options: Options, *, jobs: int, pattern: str | None,
    as_of: dt.date | None, previous: list[str], moves: list[str], waivers: Path | None, resume: bool = False,
    cluster: str = "",
) -> Asked:  # fmt: skip
    """A batch as the command line asks for it. Waivers: those given, else of the inbox's folders."""
    from qq_excel import batch
    from qq_excel.batch.moving import parse_moves
    from qq_excel.batch.submissions import PATTERN
    from qq_excel.waivers import beside, load_waivers

    target, url = _target(out, state)
    entries = [
        w
        for f in ([waivers] if waivers else beside(Path(p) for p in inbox if "://" not in p))
        for w in load_waivers(f)
    ]
    return batch.Asked(
        tuple(inbox), target, policy, options, jobs, pattern or PATTERN, as_of, tuple(previous),
        parse_moves(moves), tuple(entries), None, resume, cluster=cluster, url=url,
    )  # fmt: skip


def _target(out: str, state: Path | None) -> tuple[Path, str]:
    """The folder that a batch works in, and the URL that its results then go to, if *out* is one."""
    if not is_remote(out):
        if state is not None:
            raise InputError(
                Text(
                    "--state 只用于结果放到网址时。结果放到文件夹的，工作也在那里。",
                    "--state is for results that go to a URL; for a folder the work is done there.",
                )
            )
        return Path(out), ""
    if not out.partition("://")[2].strip("/"):
        raise InputError(
            Text(
                f"{out}：地址不完整，请写成 s3://桶/文件夹 这样的形式。",
                f"{out}: not a whole URL; write it like s3://bucket/folder.",
            )
        )
    from qq_excel.batch.state import default_folder

    url = out.rstrip("/")
    return state or default_folder(url), url


def run_batch(asked: Asked, format: Format, register: str | None, tables: str | None) -> int:
    """Check an inbox; 0 when every file that counts is accepted."""
    from qq_excel import batch

    try:
        with (
            common.register_at(register, tables) as opened,
            _progress_shown(format is Format.JSON) as progress,
        ):
            outcome = batch.run_batch(replace(asked, register=opened), progress)
    except KeyboardInterrupt:
        raise common.Interrupted(
            Text("已中断；加 --resume 接着做完。", "Interrupted; finish with --resume.")
        ) from None
    if format is Format.JSON:
        from qq_excel.batch.summary import DOCUMENT

        common.print_pieces([(asked.target / DOCUMENT).read_text(encoding="utf-8")])
    else:
        _print(outcome, asked)
    whole = all(f.state in ("accepted", "superseded", "evidence") for f in outcome.files)
    return OK if whole and not any(f.level == "E" for f in outcome.missing) else FINDINGS


def _print(outcome: Outcome, asked: Asked) -> None:
    from qq_excel.batch.again import told
    from qq_excel.batch.model import HANDED_IN, STATES, totals
    from qq_excel.batch.part import RETURNED
    from qq_excel.batch.summary import of_the_run

    for f in outcome.files:
        if f.state == "quarantined" and f.why:
            out.print(
                f"✗ {f.name}  {STATES[f.state]}{t('：', ': ')}{Text(*f.why)}",
                style="red",
                soft_wrap=True,
            )
    for (unit, period), gone_too in outcome.lost.items():
        out.print(
            f"! {unit} {period}{t('：', ': ')}{told(gone_too)}{t('。', '.')}",
            style="yellow",
            soft_wrap=True,
        )
    for name, misplaced in outcome.misplaced.items():
        line = f"! {name}{t('：', ': ')}{misplaced}{t('。', '.')}"
        out.print(line, style="yellow", soft_wrap=True)
    for gone in outcome.missing:
        out.print(f"! {of_the_run(gone)}", style="yellow", soft_wrap=True)
    known = sum(f.state in HANDED_IN for f in outcome.files) - outcome.checked
    line = t(f"{len(outcome.files)} 个文件：", f"{many(len(outcome.files), 'file')}: ") + "  ".join(
        totals(outcome.files)
    )
    if known > 0:
        line += t(f"（其中 {known} 个没有变化，沿用上次结果）", f" ({known} unchanged, known from before)")
    out.print(line, style="bold", soft_wrap=True)
    if outcome.moved:
        out.print(
            t(
                f"移动了 {outcome.moved} 个文件。",
                f"{many(outcome.moved, 'file was', 'files were')} moved.",
            )
        )
    if outcome.registered:
        out.print(
            t(
                f"登记簿新增 {outcome.registered} 条。",
                f"{many(outcome.registered, 'entry was', 'entries were')} registered.",
            )
        )
    if asked.url:
        out.print(
            t(
                f"写入 {outcome.put} 个文件，清除 {outcome.removed} 个，其余没有变化。",
                f"{many(outcome.put, 'file was', 'files were')} put there and {outcome.removed} taken away; the others are as they were.",
            )
        )
    back = any(f.state in ("rejected", "quarantined") for f in outcome.files)
    written = [*outcome.written, *([asked.target / RETURNED] if back else [])]
    if asked.url:
        there = without_user(asked.url)
        print_written([f"{there}/{path.relative_to(asked.target).as_posix()}" for path in written])
    else:
        print_written(written)


class Lines:
    """Progress for a log: one line at most every half minute."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._last = clock()
        self._began: dict[str, tuple[float, int]] = {}

    def tell(self, what: Text, done: int, of: int) -> None:
        """So much of *what* is done."""
        now = self._clock()
        began, first = self._began.setdefault(what.en, (now, done))
        if now - self._last < _EVERY or done <= first or now <= began:
            return
        self._last = now
        rate = (done - first) / (now - began)
        left = dt.timedelta(seconds=round((of - done) / rate))
        self._write(
            f"{what} {done}/{of}  {t(f'{rate:.1f} 个/秒', f'{rate:.1f} files/s')}  {t('剩余', 'left')} {left}"
        )


@contextmanager
def _progress_shown(quiet: bool) -> Iterator[Any]:
    """Files done, the rate and the time left: a bar on a terminal, a line now and then in a log."""
    if quiet:
        yield None
        return
    if not err.is_terminal:
        yield Lines(lambda line: err.print(line, soft_wrap=True)).tell
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft
    from rich.text import Text as Styled

    a_second = t("个/秒", "files/s")  # a thread draws, which knows nothing of the language

    class Rate(ProgressColumn):
        """Files a second."""

        def render(self, task: Task) -> Styled:
            speed = task.finished_speed or task.speed
            return Styled("" if speed is None else f"{speed:.1f} {a_second}")

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TextColumn(t("剩余", "left")), TimeLeft(),
        console=err, transient=True,
    )  # fmt: skip
    with bar:
        tasks: dict[str, Any] = {}

        def tell(what: Text, done: int, of: int) -> None:
            name = str(what)
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=of)
            bar.update(tasks[name], completed=done, total=of)

        yield tell
