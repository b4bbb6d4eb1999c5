"""The workbook in front of the user through the same pipeline as on the command line: a copy is saved, and checked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qq_excel.addin.host import Host, host_of
from qq_excel.addin.settings import Settings, load_settings
from qq_excel.errors import InputError
from qq_excel.language import Text

if TYPE_CHECKING:
    import xlwings as xw

    from qq_excel.check import FileResult, Result

#: Seconds between two texts in the status bar: each costs a call.
_EVERY = 0.2


class Stopped(InputError):
    """The user asked to stop."""

    def __init__(self) -> None:
        super().__init__(Text("已停止，数据没有改动。", "Stopped; your data were not changed."))


class Steps:
    """Says in the status bar what is being done, and notices when the user wants to stop."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._last = 0.0

    def __call__(self, what: Text, done: int = 0, of: int = 0) -> None:
        """The next step. Raises :class:`Stopped`."""
        if self._host.stopped:
            raise Stopped
        now = time.monotonic()
        if now - self._last >= _EVERY:
            self._last = now
            part = f"  {done}/{of}" if of else ""
            self._host.book.app.status_bar = f"清欠：{what}…{part}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a workbook, and the copy that it was found in (it goes with the block)."""

    result: Result
    copy: Path
    settings: Settings

    @property
    def file(self) -> FileResult:
        """The workbook's own part of the result."""
        return self.result.files[0]


@contextmanager
def checked(book: xw.Book, steps: Steps | None = None) -> Iterator[Checked]:
    """Check *book*: by the settings' policy, with the waivers, mappings and evidence that lie beside it."""
    host = host_of(book)
    steps = steps or Steps(host)
    settings = load_settings()
    try:
        steps(Text("保存副本", "saving a copy"))
        with TemporaryDirectory(prefix="qq-", ignore_cleanup_errors=True) as folder:
            copy = host.save_copy(Path(folder))
            result = _result(copy, host.home, settings, steps)
            book.app.status_bar = False  # a dialog may come next
            yield Checked(result, copy, settings)
    finally:
        book.app.status_bar = False


def _result(copy: Path, home: Path | None, settings: Settings, steps: Steps) -> Result:
    from qq_excel import inputs
    from qq_excel.check import check_paths
    from qq_excel.check.accepting import accept
    from qq_excel.reading.options import Options, load_limits, load_mappings
    from qq_excel.waivers import beside, load_waivers

    options = Options(load_limits(), (), load_mappings(None))
    before = inputs.workbooks([Path(settings.previous)]) if settings.previous else []
    waivers = [w for f in beside([home] if home else []) for w in load_waivers(f)]
    result = check_paths(
        [copy], policy=settings.policy_(), options=options, previous=before, progress=steps, home=home
    )
    return accept(result, waivers) if waivers else result
