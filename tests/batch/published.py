"""What a batch put to a URL, and what it should have put there."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec

from qq_excel.batch import Asked, Outcome, run_batch
from qq_excel.policy import load_policy
from tests.batch.support import results


def put_to(url: str, folder: Path, *, state: str = "state", **more: Any) -> Outcome:
    """A batch of ``in`` in *folder* to *url*, in this process."""
    return run_batch(
        Asked((str(folder / "in"),), folder / state, load_policy("group"), jobs=1, url=url, **more)
    )


def local(folder: Path, **more: Any) -> Path:
    """The results of the same batch in a folder."""
    run_batch(Asked((str(folder / "in"),), folder / "plain", load_policy("group"), jobs=1, **more))
    return folder / "plain"


def contents(url: str) -> dict[str, bytes]:
    """Every object below *url*."""
    system, root = fsspec.core.url_to_fs(url)
    system.invalidate_cache()
    try:
        names = system.find(root)
    except FileNotFoundError:
        names = []
    # s3fs names the folder itself when it is made while it is listed
    return {
        name.removeprefix(f"{root}/"): system.cat_file(name) for name in names if name.startswith(f"{root}/")
    }


def objects(url: str) -> dict[str, str]:
    """The digests of every object below *url*, by its name there."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents(url).items()}


def connections() -> set[threading.Thread]:
    """Who in this process serves a client of its S3 server each."""
    return {t for t in threading.enumerate() if "process_request" in t.name}


def until_served(before: set[threading.Thread]) -> None:
    """Wait until the S3 server has done what was asked of it by programs that have ended, whom it did not serve *before*.

    What a program had sent when it was killed is still carried out.
    """
    where = urlsplit(os.environ["AWS_ENDPOINT_URL"])
    ours = http.client.HTTPConnection(str(where.hostname), where.port)
    ours.request("GET", "/", headers={"Connection": "close"})
    ours.getresponse().read()  # they are accepted in turn: all that came before is being served
    ours.close()
    for one in connections() - before:
        one.join()


def wanted(target: Path) -> dict[str, str]:
    """What :func:`objects` is to be when what is there are the results in *target*."""
    digests = results(target)
    files = {n: {"sha256": d, "size": (target / n).stat().st_size} for n, d in sorted(digests.items())}
    manifest = {
        "format": "qq-excel-batch-results",
        "version": 1,
        "complete": True,
        "files": files,
        "settled": [],
    }
    content = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    return {**digests, "manifest.json": hashlib.sha256(content.encode()).hexdigest()}
