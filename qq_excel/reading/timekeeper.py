"""Whoever takes longer than he may is ended. One thread keeps the time of all: a timer for each file would begin a thread for each."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable


class Timekeeper:
    """Keeps the time of tasks that run side by side. Threads may share it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        #: Until when each task has time, and what ends it.
        self._tasks: dict[object, tuple[float, Callable[[], None]]] = {}
        #: When the thread looks again; there is none yet, or nothing to look for.
        self._looks_at = math.inf
        self._thread: threading.Thread | None = None
        self._closed = False

    def begin(self, seconds: float, end: Callable[[], None]) -> object:
        """A task begins, of which *end* is called should it not be finished in so many *seconds*."""
        task, until = object(), time.monotonic() + seconds
        with self._changed:
            self._tasks[task] = until, end
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="qq-time", daemon=True)
                self._thread.start()
            elif until < self._looks_at:
                self._changed.notify()
        return task

    def finish(self, task: object) -> bool:
        """A task is finished; whether in time. If so it is not ended any more."""
        with self._changed:
            return self._tasks.pop(task, None) is not None

    def close(self) -> None:
        """No task is ended any more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _look(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for task, (until, end) in list(self._tasks.items()):
                    if until <= now:
                        del self._tasks[task]
                        end()
                self._looks_at = min((until for until, _ in self._tasks.values()), default=math.inf)
                self._changed.wait(None if self._looks_at == math.inf else max(self._looks_at - now, 0))
