"""The tables of a register in an object store: what is told is what is told of a folder."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import random
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from qq_excel.errors import InputError
from qq_excel.register import Register, open_register
from qq_excel.register.claims import life_of, update_index
from qq_excel.register.entries import canonical
from qq_excel.register.keeping import back_up, restore
from qq_excel.register.objects import Objects
from qq_excel.register.periods import ageing
from tests.batch.support import inbox, results, start
from tests.batch.test_killed import journal_of, unfinished
from tests.cli.support import qq, refused
from tests.register.test_damaged import LOST, folder_of, submit_to
from tests.support.digests import digest


@pytest.fixture(params=["memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A URL below which nothing is."""
    root = "memory://" if request.param == "memory" else request.getfixturevalue("s3") + "/"
    return f"{root}{tmp_path.name}/登记簿 1"


def objects(register: Register) -> tuple[Any, str]:
    assert isinstance(register.store, Objects)
    return register.store.place.system, register.store.place.root


def test_claims_and_sums_are_those_of_a_folder(place: str, tmp_path: Path) -> None:
    told = []
    for n, tables in enumerate((place, None)):
        with open_register(str(tmp_path / f"{n}.db"), tables) as register:
            for unit in ("甲公司", "乙公司"):
                submit_to(register, unit, "ZQ-1", f"ZQ-{unit}")
            indexed = [update_index(register), update_index(register)]
            submit_to(register, "丙公司", "ZQ-1")
            lives = [
                [(m.unit, m.row["balance"]) for m in life_of(register, claim)]
                for claim in ("ZQ-1", "ZQ-甲公司", "ZQ-9")
            ]
            told.append((indexed, lives, ageing(register, "2026Q3"), register.verify()[:2]))
    assert told[0] == told[1]
    assert told[0][:2] == (
        ["index/1-2.parquet", None],
        [[("甲公司", 100), ("乙公司", 100), ("丙公司", 100)], [("甲公司", 100)], []],
    )


def test_what_is_there_is_not_written_again_and_a_worker_gets_there_too(place: str) -> None:
    store = Objects(place)
    first = store.put("receivables", "甲", "2026Q3", b"PAR1")
    again = pickle.loads(pickle.dumps(store))  # noqa: S301 - its own
    assert again.put("receivables", "甲", "2026Q3", b"PAR1") == first
    assert store.names("receivables/2026Q3") == [Path(first["path"]).name]
    assert b"".join(store.pieces(first["path"])) == b"PAR1"
    assert store.wrong([first]) is None
    assert "与写入时不同" in str(store.wrong([{**first, "sha256": "0" * 64}]))
    store.remove(first["path"])
    store.remove(first["path"])
    assert "不见了" in str(store.wrong([first]))
    assert store.names("nothing") == []


def test_a_lost_table_or_segment_is_told_or_made_anew(place: str, tmp_path: Path) -> None:
    with open_register(str(tmp_path / "r.db"), place) as register:
        system, root = objects(register)
        submit_to(register, "甲公司", "ZQ-1")
        lost = submit_to(register, "乙公司", "ZQ-1")
        update_index(register)
        system.pipe_file(f"{root}/index/1-2.parquet", b"no table")
        assert [m.unit for m in life_of(register, "ZQ-1")] == ["甲公司", "乙公司"]
        system.rm_file(f"{root}/{lost}")
        for ask in (lambda: life_of(register, "ZQ-1"), lambda: ageing(register, "2026Q3")):
            with pytest.raises(InputError, match=LOST):
                ask()
        broken = register.verify().broken
        assert broken is not None
        assert (broken.n, broken.why.zh) == (2, f"数据表 {lost} 不见了或读不到")


def test_a_backup_goes_from_a_folder_to_an_object_store_and_back(place: str, tmp_path: Path) -> None:
    with open_register(str(tmp_path / "a.db")) as register:
        name = submit_to(register, "甲公司", "ZQ-1")
        content = (folder_of(register) / name).read_bytes()
        back_up(register, tmp_path / "a.zip")
    with open_register(str(tmp_path / "b.db"), place) as register:
        assert restore(register, tmp_path / "a.zip") == 1
        system, root = objects(register)
        assert system.cat_file(f"{root}/{name}") == content
        assert register.verify()[:2] == (1, None)
        back_up(register, tmp_path / "b.zip")
    assert digest(tmp_path / "a.zip") == digest(tmp_path / "b.zip")


def test_a_batch_keeps_its_tables_there(s3: str, tmp_path: Path) -> None:
    """Workers write to it, each for itself; the register is that of a run with a folder."""
    inbox(tmp_path / "in", 6)
    tables = f"{s3}/{tmp_path.name}"
    for out, more in (("out", ["--tables", tables]), ("out2", [])):
        done = qq(tmp_path, "batch", "in", "-o", out, "--jobs", "2", "--register", f"{out}.db", *more)
        assert done.returncode == 1, done.stderr
    assert results(tmp_path / "out") == results(tmp_path / "out2")
    told = []
    for out, where in (("out", tables), ("out2", None)):
        with open_register(str(tmp_path / f"{out}.db"), where) as register:
            assert register.verify()[:2] == (7, None)
            told.append(sorted((w.entry.subject, canonical(w.entry.body)) for w in register.entries()))
            assert len(life_of(register, "ZQ-0001")) == 5
    assert told[0] == told[1]
    asked = "--register", "out.db", "--tables", tables, "--format", "json"
    rows = json.loads(qq(tmp_path, "register", "ageing", "2026Q3", *asked).stdout)["ageing"]
    assert [(r["count"], r["cents"]) for r in rows] == [(2, 1200_00)] * 5
    assert json.loads(qq(tmp_path, "register", "verify", *asked).stdout)["whole"]


def test_killed_while_workers_write_there_nothing_is_lost_or_doubled(s3: str, tmp_path: Path) -> None:
    """``QQ_KILLS`` times; the moment is a line of the journal and some milliseconds more. It may come to its end before: once more."""
    rng = random.Random(9)  # noqa: S311
    inbox(tmp_path / "in", 6)
    assert start(tmp_path, "--register", "whole.db", out="whole").wait() == 1
    lines = len(journal_of(tmp_path, "whole"))
    with open_register(str(tmp_path / "whole.db")) as register:
        expected = sorted(canonical([w.entry.subject, w.entry.body]) for w in register.entries())
    killed, tries = 0, itertools.count()
    while killed < int(os.environ.get("QQ_KILLS", "1")):
        n = next(tries)
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        tables = f"{s3}/{tmp_path.name}/{n}"
        asked = "--register", f"{n}.db", "--tables", tables
        process = start(tmp_path, *asked)
        moment = rng.randrange(lines // 2, lines)
        while len(journal_of(tmp_path)) < moment and process.poll() is None:
            time.sleep(0.005)
        time.sleep(rng.random() / 5)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        resume = ["--resume"] if unfinished(tmp_path) else []
        assert start(tmp_path, *asked, *resume).wait() == 1
        assert results(tmp_path / "out") == results(tmp_path / "whole")
        with open_register(str(tmp_path / f"{n}.db"), tables) as register:
            found = register.entries()
            assert register.verify()[:2] == (len(found), None)
            assert sorted(canonical([w.entry.subject, w.entry.body]) for w in found) == expected
            system, root = objects(register)
            there = {name.removeprefix(f"{root}/") for name in system.find(root)}
        assert {name for name in there if not name.startswith("index/")} == {
            f["path"] for w in found for f in w.entry.body["files"]
        }


def test_a_place_that_is_out_of_reach_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox(tmp_path / "in", 1)
    said = refused(
        tmp_path, "batch", "in", "-o", "out", "--register", "r.db", "--tables", "nowhere://user:secret@x/y"
    )
    assert said.startswith("nowhere://x/y：读不到（提示：")
    assert "secret" not in said
    assert not (tmp_path / "r.db").exists()
    pytest.importorskip("s3fs")
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "qq", "AWS_SECRET_ACCESS_KEY": "qq",
        "AWS_MAX_ATTEMPTS": "1", "AWS_DEFAULT_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    said = refused(tmp_path, "batch", "in", "-o", "out", "--register", "r.db", "--tables", "s3://qq/x")
    assert "s3://qq/x/" in said
    assert "无法写入（连接不上，或连接中断；提示：" in said
