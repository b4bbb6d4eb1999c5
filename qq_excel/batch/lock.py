"""One batch at a time writes to a URL: what a run holds there against others.

A file that is made only where there is none, and taken away in the end. It bears who made it: the runs of one state folder,
which hold that folder's journal against each other, take up what one of them left that was ended.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import time
from contextlib import suppress
from types import TracebackType

from qq_excel.batch.journal import FOLDER
from qq_excel.errors import InputError, QQExcelError
from qq_excel.language import Text
from qq_excel.output import safe_name
from qq_excel.urls import Place, without_user

NAME = f"{FOLDER}/lock.json"
_FORMAT = "qq-excel-batch-lock"
_MOST = 1 << 16
#: Seconds that it may be empty: whoever opened it is about to write it, or was ended.
_PATIENCE = 2.0


class TakenError(InputError):
    """Another run holds the place."""


class Lock:
    """A *place* held by *holder*, as a context.

    Raises :class:`TakenError` when another holds it, :class:`~qq_excel.errors.OutputError` when nothing can be written there.
    """

    def __init__(self, place: Place, holder: str) -> None:
        self._place = place
        self._holder = holder
        self._held = False

    def __enter__(self) -> Lock:
        lock = {"format": _FORMAT, "holder": self._holder, "host": platform.node()}
        content = json.dumps(lock, ensure_ascii=False).encode()
        if not self._place.create(NAME, content):
            found = self._read()
            if found is not None and not found:
                self._place.write(NAME, content)
            elif found is None or _holder_in(found) != self._holder:
                raise self._taken(found or b"")
        self._held = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()

    def let_go(self) -> None:
        """Hold it no longer. Should that fail, it is this holder's own the next time."""
        if self._held:
            self._held = False
            with suppress(QQExcelError):
                if _holder_in(self._read() or b"") == self._holder:
                    self._place.remove(NAME)

    def must_be_held(self) -> None:
        """Raises :class:`TakenError` when somebody took it away meanwhile."""
        found = self._read() or b""
        if _holder_in(found) != self._holder:
            self._held = False
            raise self._taken(found)

    def _read(self) -> bytes | None:
        """What is in it; empty when nothing comes."""
        until = time.monotonic() + _PATIENCE
        while True:
            found = self._place.read(NAME, _MOST)
            if found or found is None or time.monotonic() > until:
                return found
            time.sleep(0.1)

    def _taken(self, lock: bytes) -> TakenError:
        with suppress(ValueError, KeyError, TypeError):
            host = safe_name(str(json.loads(lock)["host"]))  # others may have written it
            return self._taken_by(
                Text(f"（主机 {host}{self._since().zh}）", f" (host {host}{self._since().en})")
            )
        return self._taken_by(Text("", ""))

    def _since(self) -> Text:
        at = self._place.written_at(NAME)
        if at is None:
            return Text("", "")
        when = dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
        return Text(f"，{when} 起", f", since {when}")

    def _taken_by(self, whom: Text) -> TakenError:
        where, lock = without_user(self._place.url), without_user(self._place.at(NAME))
        return TakenError(
            Text(
                f"{where}：另一个批量校验{whom.zh}正在写这里。请等它结束，或换一个地址。它若已中断，请在那台机器上用同样的命令"
                f"加 --resume 接着做完；那台机器已不能用的，删除 {lock} 后再运行。",
                f"{where}: another batch{whom.en} writes there. Wait for it, or choose another URL. If it was interrupted,"
                f" finish it there with the same command and --resume; if that computer is gone, delete {lock} and run again.",
            )
        )


def _holder_in(lock: bytes) -> str:
    try:
        found = json.loads(lock)
        return str(found["holder"]) if found["format"] == _FORMAT else ""
    except (ValueError, KeyError, TypeError):
        return ""
