"""What takes longer than it may is ended, once; what is finished is not."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import pytest

from qq_excel.reading.timekeeper import Timekeeper

#: Seconds after which a test gives up.
_LONG = 60.0


@pytest.fixture
def keeper() -> Iterator[Timekeeper]:
    keeper = Timekeeper()
    yield keeper
    keeper.close()


def test_what_is_finished_is_not_ended(keeper: Timekeeper) -> None:
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()
    done = keeper.begin(0.2, lambda: ended.put("done"))
    assert keeper.finish(done)
    keeper.begin(0.2, lambda: ended.put("other"))
    assert ended.get(timeout=_LONG) == "other"
    assert ended.empty()
    assert not keeper.finish(done)


def test_what_is_ended_is_not_in_time(keeper: Timekeeper) -> None:
    ended = threading.Event()
    task = keeper.begin(0.01, ended.set)
    assert ended.wait(_LONG)
    assert not keeper.finish(task)


def test_a_shorter_time_that_begins_later_ends_earlier(keeper: Timekeeper) -> None:
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()
    long = keeper.begin(10 * _LONG, lambda: ended.put("long"))
    time.sleep(0.05)  # the thread waits for that by now
    keeper.begin(0.01, lambda: ended.put("short"))
    assert ended.get(timeout=_LONG) == "short"
    assert keeper.finish(long)


def test_a_time_that_begins_after_a_pause_ends_too(keeper: Timekeeper) -> None:
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    for n in range(3):
        keeper.begin(0.01, lambda n=n: ended.put(n))  # type: ignore[misc]
        assert ended.get(timeout=_LONG) == n


def test_once_it_is_closed_it_ends_nothing(keeper: Timekeeper) -> None:
    ended = threading.Event()
    task = keeper.begin(0.2, ended.set)
    keeper.close()
    assert not ended.wait(0.5)
    assert keeper.finish(task)
