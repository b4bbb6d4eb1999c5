"""An inbox by URL: whose password it is stays between the user and the server."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from qq_excel.batch import Asked, run_batch
from qq_excel.batch.remote import brought
from qq_excel.errors import InputError
from qq_excel.policy import load_policy
from tests.support.build import build


def test_the_password_of_a_url_is_neither_kept_nor_shown(tmp_path: Path) -> None:
    """To fsspec's file system in memory the user is part of the folder's name."""
    url = "memory://bob:SEC@RET@inbox"
    bucket = fsspec.filesystem("memory")
    bucket.pipe("/bob:SEC@RET@inbox/a.xlsx", build(tmp_path / "a.xlsx", {"contracts": [{}]}).read_bytes())
    out = tmp_path / "out"
    outcome = run_batch(Asked((url, str(tmp_path / "a.xlsx")), out, load_policy("group"), jobs=1))
    bucket.rm("/bob:SEC@RET@inbox", recursive=True)
    assert [f.name for f in outcome.files] == ["inbox/a.xlsx", f"{tmp_path.name}/a.xlsx"]
    assert '"memory://inbox"' in (out / ".qq-batch" / "journal.jsonl").read_text(encoding="utf-8")
    for path in (p for p in out.rglob("*") if p.is_file()):
        assert b"RET@" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sftp://bob:SECRET@127.0.0.1:1/x", "sftp://127.0.0.1:1/x"),
        ("nosuch://bob:SECRET@host/x", "nosuch://host/x"),
        ("memory://bob:SECRET@none/*", "memory://none/*"),
    ],
)
def test_what_cannot_be_read_is_said_without_its_password(tmp_path: Path, url: str, shown: str) -> None:
    with pytest.raises(InputError) as refused:
        brought([url], tmp_path, 10)
    for said in (refused.value.text.zh, refused.value.text.en):
        assert said.startswith(shown)
        assert "SECRET" not in said
        assert "bob" not in said
