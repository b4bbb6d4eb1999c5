"""An inbox by URL: whose password it is stays between the user and the server."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

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


def test_a_workbook_whose_name_not_every_system_takes_comes_all_the_same(tmp_path: Path) -> None:
    """Under a name like its own, the same in every run; what is hidden does not come, nor what nobody handed in."""
    bucket = fsspec.filesystem("memory")
    names = [
        "好.xlsx", "a:b?.xlsx", "a:b!.xlsx", " c.xlsx", "e\u0301.xlsx", "con.xlsx", f"{'长' * 90}.xlsx", "子:/d.xlsx",
        "表.et", "a:b.rar", ".e.xlsx", "证:据.pdf", "附件.pdf",
    ]  # fmt: skip
    for name in names:
        bucket.pipe(f"/odd/{name}", name.encode())
    folders = [Path(brought(["memory://odd"], tmp_path / str(n), 1000)[0]) for n in range(2)]
    bucket.rm("/odd", recursive=True)
    came, again = (
        {p.relative_to(f).as_posix(): p.read_text() for p in f.rglob("*") if p.is_file()} for f in folders
    )
    assert came == again
    assert came == {
        "好.xlsx": "好.xlsx", "a_b__d7cf30.xlsx": "a:b?.xlsx", "a_b!_9da8ea.xlsx": "a:b!.xlsx",
        "c_b61f8b.xlsx": " c.xlsx", "é_9d105d.xlsx": "e\u0301.xlsx", "_con_b5c8c5.xlsx": "con.xlsx",
        f"{'长' * 66}_653758.xlsx": f"{'长' * 90}.xlsx", "子__e5eae6/d.xlsx": "子:/d.xlsx",
        "表.et": "表.et", "a_b_a376ef.rar": "a:b.rar", "附件.pdf": "附件.pdf",
    }  # fmt: skip


def test_an_inbox_of_nothing_but_files_of_other_formats_is_told_file_by_file(tmp_path: Path) -> None:
    bucket = fsspec.filesystem("memory")
    bucket.pipe("/foreign/表.et", b"x")
    outcome = run_batch(Asked(("memory://foreign",), tmp_path / "out", load_policy("group"), jobs=1))
    bucket.rm("/foreign", recursive=True)
    assert [(f.name, f.state) for f in outcome.files] == [("表.et", "quarantined")]


def test_names_of_a_web_server_are_those_of_its_files(tmp_path: Path) -> None:
    """It lists them as links, where each character that is no ASCII is written as ``%E5…``."""
    (tmp_path / "www" / "华东 分公司").mkdir(parents=True)
    for name in ("华东 分公司/客户授信及保险账龄表.xlsx", "100%.xlsx"):
        (tmp_path / "www" / name).write_bytes(b"x")
    handler = partial(Quiet, directory=str(tmp_path / "www"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        folder = Path(brought([f"http://127.0.0.1:{server.server_port}/"], tmp_path / "in", 1000)[0])
        server.shutdown()
    came = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert came == ["100%.xlsx", "华东 分公司/客户授信及保险账龄表.xlsx"]


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
