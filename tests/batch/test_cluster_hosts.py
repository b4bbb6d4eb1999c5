"""A batch on workers of other computers: hosts with an address of their own, whose cable is pulled while they work.

The hosts are network namespaces of this computer on one bridge; shared storage is the disk that all of them have.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.batch.stopping import go_on, until_stopped
from tests.batch.support import results
from tests.batch.test_cluster import (  # noqa: F401 - plain and folder are fixtures
    Run,
    a_scheduler,
    a_worker,
    asked,
    entries,
    folder,
    journal,
    plain,
    until,
)

#: A network for tests of networks (RFC 2544), another part of it for each process that runs tests.
_NET = f"198.18.{os.getpid() % 250 + 1}"
_HOME = f"{_NET}.1"
#: After so much silence a computer is taken for gone: by the scheduler soon (Dask cannot do with less), by a worker that is cut
#: off after all that is tried here.
_SILENCE = "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP"
_SOON, _LATE = {_SILENCE: "12s"}, {_SILENCE: "600s"}


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Host:
    """A computer of the network, and the cable that it hangs on."""

    def __init__(self, number: int, bridge: str) -> None:
        self.name, self._cable = f"{bridge}-{number}", f"{bridge}c{number}"
        ip("netns", "add", self.name)
        ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        ip("link", "set", self._cable, "master", bridge, "up")
        ip("-n", self.name, "addr", "add", f"{_NET}.{number + 1}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", self.name, "link", "set", device, "up")

    def pull(self) -> None:
        """Pull the cable."""
        ip("link", "set", self._cable, "down")

    def plug_in(self) -> None:
        ip("link", "set", self._cable, "up")

    def gone(self) -> None:
        ip("netns", "del", self.name)  # and its end of the cable, and so the other

    def worker(self, scheduler: str, stops: str = "") -> Any:
        """A worker of *scheduler* that runs here."""
        return a_worker(scheduler, stops=stops, within=("ip", "netns", "exec", self.name), **_LATE)


def _may_be_made() -> bool:
    """Whether this kernel lets us have a host; a container may not."""
    name = f"qq{os.getpid()}-0"
    try:
        ip("netns", "add", name)
    except subprocess.CalledProcessError:
        return False
    ip("netns", "del", name)
    return True


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    """Two of them; this computer is the third on their bridge."""
    if shutil.which("ip") is None and not os.environ.get("QQ_REQUIRE_ALL"):
        pytest.skip("iproute2 makes the hosts")
    if not _may_be_made():
        pytest.skip("this kernel allows no network namespaces")
    bridge = f"qq{os.getpid()}"
    with ExitStack() as stack:
        ip("link", "add", bridge, "type", "bridge")
        stack.callback(ip, "link", "del", bridge)
        ip("addr", "add", f"{_HOME}/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        made = []
        for number in (1, 2):
            made.append(Host(number, bridge))
            stack.callback(made[-1].gone)
        yield made


def test_a_host_that_is_cut_off_loses_and_doubles_nothing(
    plain: Path,  # noqa: F811
    folder: Path,  # noqa: F811
    hosts: list[Host],
) -> None:
    """Its worker goes on for itself and comes back: what it made meanwhile counts for nothing."""
    lonely, other = hosts
    with a_scheduler(folder, _HOME, **_SOON) as (_, address), ExitStack() as stack:
        assert address.startswith(f"tcp://{_HOME}:")
        worker = stack.enter_context(lonely.worker(address, stops="check 1"))
        run = Run(asked(folder, address))
        until_stopped(worker)
        lonely.pull()
        go_on(worker)
        stack.enter_context(other.worker(address))
        run.join()
        assert run.error is None
        assert worker.poll() is None
        made = results(folder / "out")
        lonely.plug_in()
        until(lambda: worker.poll() is not None)  # it is told that it was given up
        assert results(folder / "out") == made == results(plain / "out")
    assert journal(folder) == journal(plain)
    assert entries(folder) == entries(plain)
