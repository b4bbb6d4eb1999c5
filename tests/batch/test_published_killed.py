"""A batch to a URL that is killed at any moment, and killed again while it is resumed, leaves what an undisturbed one leaves.

The place has nothing yet, or what an earlier run put there. ``QQ_KILLS=50`` kills that often each time.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import fsspec
import pytest

from qq_excel.batch.journal import Journal
from qq_excel.batch.lock import NAME as LOCK
from qq_excel.batch.publishing import MANIFEST
from qq_excel.errors import InputError
from qq_excel.urls import UNFINISHED
from tests.batch.published import connections, contents, local, objects, put_to, until_served, wanted
from tests.batch.stopping import go_on, until_stopped
from tests.batch.support import UNITS, WRONG, inbox, ledger, start
from tests.batch.test_killed import journal_of, unfinished
from tests.support.build import build

KILLS = int(os.environ.get("QQ_KILLS", "1"))


@dataclass
class Whole:
    """What a run begins with, and what it leaves when nobody disturbs it."""

    folder: Path
    url: str
    #: The folder of the first run, as it was after it, and what was at the URL.
    state: Path | None
    before: dict[str, bytes]
    after: dict[str, str]
    #: Lines of the journal before and after it, and where in it the upload begins.
    lines: tuple[int, int, int]

    def anew(self) -> None:
        """Have all as it was when it began."""
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        if self.state is not None:
            shutil.copytree(self.state, self.folder / "state")
        system, root = fsspec.core.url_to_fs(self.url)
        for name in contents(self.url):
            system.rm_file(f"{root}/{name}")
        for name, content in self.before.items():
            system.makedirs(f"{root}/{name}".rpartition("/")[0], exist_ok=True)
            system.pipe_file(f"{root}/{name}", content)
        assert contents(self.url) == self.before


@pytest.fixture(scope="module", params=["s3-first", "s3-second", "file-second"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    kind, which = request.param.split("-")
    url = (
        f"file://{folder}/there"
        if kind == "file"
        else f"{request.getfixturevalue('s3')}/{folder.name}-{which}"
    )
    inbox(folder / "in", 6)
    state, before = None, {}
    if which == "second":
        put_to(url, folder)
        state, before = folder / "as-it-was", contents(url)
        shutil.copytree(folder / "state", state)
        (folder / "in" / "坏的.xlsx").unlink()
        for n, change in ((0, {}), (1, WRONG), (2, WRONG)):
            build(
                folder / "in" / UNITS[n] / "应收.xlsx", {"receivables": ledger(n, change)}, {"unit": UNITS[n]}
            )
        build(folder / "in" / "新的.xlsx", {"receivables": ledger(8)}, {"unit": UNITS[8]})
    begins = len(journal_of(folder, "state"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "_shorten", lambda *_: None)
        put_to(url, folder)
    lines = journal_of(folder, "state")
    upload = next(n for n, line in enumerate(lines) if n >= begins and line.startswith(b'{"what":"upload"'))
    return Whole(folder, url, state, before, wanted(local(folder)), (begins, len(lines), upload))


def test_killed_at_lines_of_the_upload_and_resumed(whole: Whole) -> None:
    assert objects(whole.url) == whole.after
    rng = random.Random(int(os.environ.get("QQ_SEED", "7")))  # noqa: S311
    begins, end, upload = whole.lines
    killed = locked = 0
    while killed < KILLS:
        whole.anew()
        kills = rng.choice((1, 1, 2))
        while True:
            again = ["--resume"] if unfinished(whole.folder, "state") else []
            before = connections()
            process = start(whole.folder, "--state", "state", *again, out=whole.url)
            if kills:
                kills -= 1
                # mostly of the upload, whose last lines are of the objects that are put last
                line = rng.randrange(begins, upload) if rng.random() < 0.2 else rng.randrange(upload - 1, end)
                while len(journal_of(whole.folder, "state")) < line and process.poll() is None:
                    time.sleep(0.001)
                time.sleep(rng.random() / 20)
                process.kill()
            if process.wait() != -signal.SIGKILL:
                assert process.returncode == 1
                break
            killed += 1
            if whole.url.startswith("s3:"):
                until_served(before)
            there = contents(whole.url)
            locked += LOCK in there
            must_be_whole(whole, there)
            if (
                not unfinished(whole.folder, "state")
                and MANIFEST in there
                and objects(whole.url) == whole.after
            ):
                break  # it had come to its end
        assert objects(whole.url) == whole.after
        assert not unfinished(whole.folder, "state")
    assert locked or KILLS < 10


def must_be_whole(whole: Whole, there: dict[str, bytes]) -> None:
    """Each object is that of one of the runs; where the manifest says that all is there, it is."""
    digests = objects(whole.url)
    assert digests.keys() == there.keys()
    for name, content in there.items():
        if name not in (MANIFEST, LOCK) and UNFINISHED not in name:
            assert digests[name] == whole.after.get(name) or content == whole.before.get(name), name
    if b'"complete": true' in there.get(MANIFEST, b""):
        assert {k: v for k, v in there.items() if k != LOCK} == whole.before or {
            k: v for k, v in digests.items() if k != LOCK
        } == whole.after


def test_another_run_at_once_is_refused(s3: str, tmp_path: Path) -> None:
    """Of the same state folder, and of another computer, which has one of its own."""
    url = f"{s3}/{tmp_path.name}"
    inbox(tmp_path / "in", 12)
    process = start(tmp_path, "--state", "state", out=url, stops="begin")
    try:
        until_stopped(process)  # it must not come to its end before the others are refused
        assert LOCK in contents(url)
        with pytest.raises(InputError, match="：另一个批量校验（主机 ") as said:
            put_to(url, tmp_path, state="other")
        assert said.value.text.zh.startswith(url)
        with pytest.raises(InputError, match="另一个批量校验正在写这个文件夹"):
            put_to(url, tmp_path)
        go_on(process)
        assert process.wait() == 1
    finally:
        process.kill()
    put_to(url, tmp_path, state="other")
    assert objects(url) == wanted(local(tmp_path))
