"""Results by URL: what is there are the results of a batch in a folder, each whole, and nothing else."""

from __future__ import annotations

import json
import shutil
import socket
import stat
from pathlib import Path
from typing import Any

import fsspec
import pytest

from qq_excel.batch import publishing
from qq_excel.batch.lock import NAME as LOCK
from qq_excel.batch.publishing import MANIFEST
from qq_excel.batch.state import default_folder
from qq_excel.errors import InputError, OutputError
from qq_excel.language import Text
from qq_excel.urls import Place
from tests.batch.published import contents, local, objects, put_to, wanted
from tests.batch.stopping import go_on, until_stopped
from tests.batch.support import UNITS, WRONG, inbox, ledger, results, start, summary
from tests.cli.support import qq, refused
from tests.support.build import build

LOCKED = '{"format": "qq-excel-batch-lock", "holder": "another", "host": "第二台\\u001b[2J"}'


@pytest.fixture(params=["file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A URL below which nothing is: a place where files are renamed when they are whole, and one where they are put whole."""
    root = (
        f"file://{tmp_path}"
        if request.param == "file"
        else f"{request.getfixturevalue('s3')}/{tmp_path.name}"
    )
    return f"{root}/结果 1"


def system_of(url: str) -> tuple[Any, str]:
    return fsspec.core.url_to_fs(url)


def changed(folder: Path) -> None:
    """Another state of the inbox: one workbook has come right, one is wrong now, one has gone, one is new."""
    build(folder / "in" / UNITS[0] / "应收.xlsx", {"receivables": ledger(0)}, {"unit": UNITS[0]})
    build(folder / "in" / UNITS[1] / "应收.xlsx", {"receivables": ledger(1, WRONG)}, {"unit": UNITS[1]})
    (folder / "in" / "坏的.xlsx").unlink()
    build(folder / "in" / "新的.xlsx", {"receivables": ledger(8)}, {"unit": UNITS[8]})


def test_what_is_there_is_what_a_folder_would_have(url: str, tmp_path: Path) -> None:
    """The first run puts all; the second nothing; a third what differs, and takes away what is no more."""
    inbox(tmp_path / "in", 2)
    first = put_to(url, tmp_path)
    there = objects(url)
    assert there == wanted(local(tmp_path))
    assert {"batch.json", "批量校验汇总.xlsx", MANIFEST} < there.keys()
    assert (first.put, first.removed) == (len(there) - 1, 0)
    again = put_to(url, tmp_path)
    assert (again.checked, again.put, again.removed) == (0, 0, 0)
    changed(tmp_path)
    put_to(url, tmp_path)
    now = objects(url)
    assert now == wanted(local(tmp_path))
    assert there.keys() - now.keys() == {
        "退回修改/华东分公司/应收_校验结果.xlsx", "退回修改/华东分公司/应收_已标注.xlsx", "退回修改/坏的_校验结果.xlsx",
        *(n for n in there if n.startswith("tables/receivables/") and UNITS[1] in n),
    }  # fmt: skip


def test_what_others_took_away_or_cut_is_put_again(url: str, tmp_path: Path) -> None:
    inbox(tmp_path / "in", 1)
    put_to(url, tmp_path)
    before = objects(url)
    system, root = system_of(url)
    system.rm_file(f"{root}/退回修改/坏的_校验结果.xlsx")
    system.pipe_file(f"{root}/批量校验汇总.xlsx", b"PK")
    system.pipe_file(f"{root}/别人的.txt", b"stays")
    shutil.rmtree(tmp_path / "state" / "tables")
    again = put_to(url, tmp_path)
    assert (again.checked, again.put, again.removed) == (2, 2, 0)
    assert objects(url) == {**before, "别人的.txt": objects(url)["别人的.txt"]}


def test_another_computer_goes_on_from_what_is_there(url: str, tmp_path: Path) -> None:
    """With a state folder of its own: it puts nothing that is there, and takes away what the other one put."""
    inbox(tmp_path / "in", 2)
    put_to(url, tmp_path)
    other = put_to(url, tmp_path, state="other")
    assert (other.put, other.removed) == (0, 0)
    changed(tmp_path)
    put_to(url, tmp_path, state="other")
    assert objects(url) == wanted(local(tmp_path))


def test_results_of_workbooks_that_were_moved_away_stay(url: str, tmp_path: Path) -> None:
    """For another computer too, whose folder never had them."""
    inbox(tmp_path / "in", 2)
    put_to(url, tmp_path, moves={"rejected": tmp_path / "away"})
    before = objects(url)
    assert not (tmp_path / "in" / UNITS[0] / "应收.xlsx").exists()
    settled = json.loads(contents(url)[MANIFEST])["settled"]
    assert {n for n in settled if n.startswith("退回修改/")} == {
        "退回修改/华东分公司/应收_校验结果.xlsx", "退回修改/华东分公司/应收_已标注.xlsx",
    }  # fmt: skip
    for state in ("state", "other"):
        put_to(url, tmp_path, state=state)
        now = objects(url)
        assert {n: now.get(n) for n in settled} == {n: before[n] for n in settled}
        assert json.loads(contents(url)[MANIFEST])["settled"] == settled


class Broken(Place):
    """A place that fails at a file."""

    at_file = 0

    def put(self, file: Path, name: str) -> None:
        type(self).at_file -= name not in (LOCK, MANIFEST)
        if self.at_file == 0 and name not in (LOCK, MANIFEST):
            raise OutputError(Text("断了。", "It broke off."))
        super().put(file, name)


def test_an_upload_that_broke_off_at_any_file_goes_on_there(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was put is not put again; until then the manifest says which files are not sure."""
    inbox(tmp_path / "in", 2)
    put_to(url, tmp_path)
    before = objects(url)
    changed(tmp_path)
    whole = wanted(local(tmp_path))
    new = {n for n, d in whole.items() if before.get(n) != d and n != MANIFEST}
    monkeypatch.setattr(publishing, "Place", Broken)
    monkeypatch.setattr(publishing, "_AT_ONCE", 1)
    monkeypatch.setattr(Broken, "at_file", 3)
    with pytest.raises(OutputError, match="已写入的都保留；解决后用同样的命令加 --resume 接着做完"):
        put_to(url, tmp_path)
    there = objects(url)
    said = json.loads(contents(url)[MANIFEST])
    assert said["complete"] is False
    assert len([n for n in new if there.get(n) == whole[n]]) == 2
    assert {n for n in there if before.get(n) != there[n] and n != MANIFEST} < set(said["open"])
    assert there["batch.json"] == before["batch.json"]
    assert LOCK not in there
    monkeypatch.setattr(Broken, "at_file", 1)  # and not one of the next
    with pytest.raises(OutputError):
        put_to(url, tmp_path, resume=True)
    monkeypatch.setattr(Broken, "at_file", -1)
    assert put_to(url, tmp_path, resume=True).put == len(new) - 2
    assert objects(url) == whole


def test_another_batch_is_refused_and_an_own_lock_taken_up(url: str, tmp_path: Path) -> None:
    inbox(tmp_path / "in", 1)
    put_to(url, tmp_path)
    system, root = system_of(url)
    system.pipe_file(f"{root}/{LOCK}", LOCKED.encode())
    before = objects(url)
    with pytest.raises(InputError) as said:
        put_to(url, tmp_path)
    assert said.value.text.zh.startswith(f"{url}：另一个批量校验（主机 第二台_[2J，")
    assert f"删除 {url}/.qq-batch/lock.json 后再运行" in said.value.text.zh
    assert objects(url) == before
    holder = json.loads((tmp_path / "state" / ".qq-batch" / "place.json").read_text(encoding="utf-8"))[
        "holder"
    ]
    for left in (LOCKED.replace("another", holder), ""):  # it was ended; before it could write it, even
        system.pipe_file(f"{root}/{LOCK}", left.encode())
        put_to(url, tmp_path)
        assert LOCK not in objects(url)


def test_a_lock_that_somebody_took_away_is_missed(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is put over what the other one may be putting."""
    inbox(tmp_path / "in", 1)
    system, root = system_of(url)
    found = publishing.Published.manifest

    def taken(self: publishing.Published) -> publishing.Manifest:
        system.pipe_file(f"{root}/{LOCK}", LOCKED.encode())
        return found(self)

    monkeypatch.setattr(publishing.Published, "manifest", taken)
    with pytest.raises(InputError, match="第二台"):
        put_to(url, tmp_path)
    assert contents(url) == {LOCK: LOCKED.encode()}


@pytest.mark.parametrize(
    "manifest",
    [
        b"{}", b"PK", b'{"format": "qq-excel-batch-results", "version": 2, "files": {}, "settled": []}',
        b'{"format": "qq-excel-batch-results", "version": 1, "files": {"tables/../../x": {"sha256": "", "size": 1}}, "settled": []}',
        b'{"format": "qq-excel-batch-results", "version": 1, "files": {"/etc/x": {"sha256": "", "size": 1}}, "settled": []}',
        b'{"format": "qq-excel-batch-results", "version": 1, "files": {"else.txt": {"sha256": "", "size": 1}}, "settled": []}',
        b'{"format": "qq-excel-batch-results", "version": 1, "files": {}, "settled": ["batch.json"]}',
        b'{"format": "qq-excel-batch-results", "version": 1, "files": {}, "settled": [], "open": ["tables/a\\\\b"]}',
    ],
)  # fmt: skip
def test_a_manifest_that_is_not_ours_is_left_alone(manifest: bytes, tmp_path: Path) -> None:
    url = f"memory://{tmp_path.name}"
    inbox(tmp_path / "in", 1)
    system, root = system_of(url)
    system.pipe_file(f"{root}/{MANIFEST}", manifest)
    system.pipe_file(f"{root}/else.txt", b"x")
    with pytest.raises(InputError, match=f"{url}/manifest.json：看不懂"):
        put_to(url, tmp_path)
    assert contents(url) == {MANIFEST: manifest, "else.txt": b"x"}
    assert not results(tmp_path / "state")  # before any work


def test_the_state_folder_is_its_owners_alone_and_of_one_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    inbox(tmp_path / "in", 1)
    url = f"file://{tmp_path}/o"
    assert qq(tmp_path, "batch", "in", "-o", url + "/").returncode == 1
    folder = default_folder(url)
    assert folder.parent == tmp_path / "home" / "qq-excel" / "batch"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert results(folder) == {n: d for n, d in objects(url).items() if n != MANIFEST}
    other = refused(tmp_path, "batch", "in", "-o", url + "2", "--state", str(folder))
    assert f"不能用作 {url}2 的状态文件夹，属于 {url}" in other
    (tmp_path / "own").mkdir(0o755)
    (tmp_path / "own" / "私人.txt").write_text("x", encoding="utf-8")
    assert "里面有别的文件" in refused(tmp_path, "batch", "in", "-o", url, "--state", "own")
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o755
    (tmp_path / "empty").mkdir(0o777)
    assert qq(tmp_path, "batch", "in", "-o", url, "--state", "empty").returncode == 1
    assert stat.S_IMODE((tmp_path / "empty").stat().st_mode) == 0o700


def test_what_cannot_come_to_anything_is_said_before_the_work(s3: str, tmp_path: Path) -> None:
    inbox(tmp_path / "in", 1)

    def said(*arguments: str) -> str:
        return refused(tmp_path, "batch", *arguments, "--state", "state")

    assert (
        said("in", "-o", "s3://no-such-bucket/x")
        == "s3://no-such-bucket/x：无法写入（没有这个桶、文件夹或文件）。"
    )
    shutil.rmtree(tmp_path / "state")
    assert said("in", "-o", "s3://") == "s3://：地址不完整，请写成 s3://桶/文件夹 这样的形式。"
    assert said("in", "-o", "nowhere://u:secret@x/y").startswith("nowhere://x/y：读不到（提示：")
    shutil.rmtree(tmp_path / "state")
    for inside in (f"{s3}/in/x", s3):
        for came in ("in", "in/", "in/*", "in/**/*.xlsx"):
            assert "结果的地址不能在收件夹里面" in said(f"{s3}/{came}", "-o", inside)
    for place in (f"file://{tmp_path}/in/x", f"file://{tmp_path}/in/", f"file://{tmp_path}", "file://in"):
        assert "结果的地址不能在收件夹里面" in said("in", "-o", place), place
    assert "没有可以继续的批量校验" in said("in", "-o", f"{s3}/{tmp_path.name}", "--resume")


def test_rights_that_lack_are_said_and_the_run_finished_once_they_are_given(s3: str, tmp_path: Path) -> None:
    inbox(tmp_path / "in", 1)
    system, root = system_of(f"{s3}/{tmp_path.name}")
    asked = "batch", "in", "-o", f"{s3}/{tmp_path.name}", "--state", "state"

    def deny(what: str, where: str) -> None:
        said = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": what,
            "Resource": f"arn:aws:s3:::{root}/{where}",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [said]})
        system.call_s3("put_bucket_policy", Bucket="bucket", Policy=policy)

    try:
        deny("s3:PutObject", ".qq-batch/*")
        assert refused(tmp_path, *asked).startswith(f"{asked[3]}：无法写入（没有权限；提示：")
        assert not results(tmp_path / "state")
        deny("s3:PutObject", "batch.json")
        said = refused(tmp_path, *asked)
        assert said.startswith(f"{asked[3]}/batch.json：无法写入（没有权限；提示：")
        assert said.endswith("已写入的都保留；解决后用同样的命令加 --resume 接着做完。")
    finally:
        system.call_s3("delete_bucket_policy", Bucket="bucket")
    assert "batch.json" not in objects(asked[3])
    assert "加 --resume 继续" in refused(tmp_path, *asked)
    done = qq(tmp_path, *asked, "--resume")
    assert "写入 1 个文件，清除 0 个" in done.stdout
    assert f"{asked[3]}/batch.json" in done.stdout
    assert objects(asked[3]) == wanted(local(tmp_path))


def test_a_connection_that_is_lost_midway_is_said_and_the_run_resumed(tmp_path: Path) -> None:
    """The server goes away when some objects are there, and comes back with them."""
    moto = pytest.importorskip("moto.server")
    inbox(tmp_path / "in", 6)
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "qq", "AWS_SECRET_ACCESS_KEY": "qq",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1",
        }.items():  # fmt: skip
            patch.setenv(name, value)
        url = f"s3://lost-{tmp_path.name.replace('_', '-')[:40]}/x"
        system = fsspec.filesystem("s3", skip_instance_cache=True)
        system.mkdir(url.split("/")[2])
        with (tmp_path / "said").open("wb") as said:
            process = start(tmp_path, "--state", "state", out=url, stderr=said.fileno(), stops="sent")
        until_stopped(process)
        server.stop()
        with socket.socket() as kept:  # nobody else on this machine is to get its port meanwhile
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kept.bind((host, port))
            go_on(process)
            assert process.wait() == 2
            sentence = (tmp_path / "said").read_text(encoding="utf-8")
            assert "连接不上，或连接中断" in sentence
            assert "加 --resume 接着做完" in sentence
            server = moto.ThreadedMotoServer(host, port, verbose=False)
            server.start()
        try:
            assert qq(tmp_path, "batch", "in", "-o", url, "--state", "state", "--resume").returncode == 1
            system.invalidate_cache()
            root = url.removeprefix("s3://")
            there = {n.removeprefix(f"{root}/") for n in system.find(root)}
        finally:
            server.stop()
    assert there == wanted(local(tmp_path)).keys()


def test_for_programs_the_document_is_printed(tmp_path: Path) -> None:
    inbox(tmp_path / "in", 1)
    url = f"file://{tmp_path}/out"
    done = qq(tmp_path, "batch", "in", "-o", url, "--state", "state", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == summary(tmp_path / "state") == json.loads(contents(url)["batch.json"])
    said = refused(tmp_path, "batch", "in", "-o", "out2", "--state", "state")
    assert said == "--state 只用于结果放到网址时。结果放到文件夹的，工作也在那里。"
