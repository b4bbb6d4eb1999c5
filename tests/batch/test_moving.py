"""Files of the inbox are moved as they were read, and never over others, also by a run that was ended in between."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from qq_excel.batch import Asked, Outcome, run_batch
from qq_excel.batch.model import Move
from qq_excel.batch.moving import move_all
from qq_excel.policy import load_policy
from tests.support.build import build
from tests.support.digests import digest, digests


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose run was ended just before its moves, with a workbook and a zip of one."""

    def killed(_: object) -> tuple[int, int]:
        raise KeyboardInterrupt

    came = tmp_path / "in"
    came.mkdir()
    build(came / "a.xlsx", {"receivables": [{}]})
    with zipfile.ZipFile(came / "b.zip", "w") as archive:
        archive.write(build(tmp_path / "b.xlsx", {"contracts": [{}]}), "b.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr("qq_excel.batch.run.move_all", killed)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path)
    assert sorted(p.name for p in came.iterdir()) == ["a.xlsx", "b.zip"]
    return tmp_path


def run(folder: Path, **more: object) -> Outcome:
    moves = {"accepted": folder / "done", "quarantined": folder / "bad"}
    return run_batch(
        Asked((str(folder / "in"),), folder / "out", load_policy("group"), jobs=1, moves=moves, **more)  # type: ignore[arg-type]
    )


def test_what_took_the_name_of_a_file_that_was_read_is_read_itself(ended: Path) -> None:
    (ended / "in" / "a.xlsx").write_bytes(b"PK\x03\x04 another, that nobody has read")
    build(ended / "b.xlsx", {"contracts": [{"debtor": "另一家有限公司"}]})
    with zipfile.ZipFile(ended / "in" / "b.zip", "w") as archive:
        archive.write(ended / "b.xlsx", "b.xlsx")
    outcome = run(ended, resume=True)
    assert [(f.name, f.state) for f in outcome.files] == [
        ("a.xlsx", "quarantined"),
        ("b.zip/b.xlsx", "accepted"),
    ]
    assert (outcome.checked, outcome.moved) == (2, 2)
    assert [p.name for p in (ended / "done").iterdir()] == ["b.zip"]
    assert [p.name for p in (ended / "bad").iterdir()] == ["a.xlsx"]


def test_a_file_that_took_the_place_since_the_plan_stays(ended: Path) -> None:
    (ended / "done").mkdir()
    (ended / "done" / "a.xlsx").write_bytes(b"mine")
    shutil.copy2(ended / "in" / "b.zip", ended / "done" / "b.zip")  # ended between the two halves of a move
    read = digest(ended / "in" / "a.xlsx")
    outcome = run(ended, resume=True)
    assert (outcome.checked, outcome.moved) == (0, 2)
    assert (ended / "done" / "a.xlsx").read_bytes() == b"mine"
    assert digest(ended / "done" / "a_2.xlsx") == read
    assert sorted(p.name for p in (ended / "done").iterdir()) == ["a.xlsx", "a_2.xlsx", "b.zip"]
    assert not list((ended / "in").iterdir())


def test_without_hard_links_nothing_is_written_over_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", no_links)
    (tmp_path / "a.xlsx").write_bytes(b"new")
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "a.xlsx").write_bytes(b"mine")
    move = Move(str(tmp_path / "a.xlsx"), str(tmp_path / "done" / "a.xlsx"), sha256(b"new").hexdigest())
    assert move_all([move, move._replace(sha256="")]) == (1, 0)
    assert {p.name: p.read_bytes() for p in (tmp_path / "done").iterdir()} == {
        "a.xlsx": b"mine",
        "a_2.xlsx": b"new",
    }


def test_what_was_handed_in_again_does_not_stay_behind_alone(tmp_path: Path) -> None:
    """Else the next run would take the old ledger for the unit's newest, and tell the register so."""
    came = tmp_path / "in"
    came.mkdir()
    build(came / "旧.xlsx", {"receivables": [{}]}, {"prepared_on": dt.date(2026, 10, 8)})
    build(came / "补报.xlsx", {"receivables": [{"remark": "x"}]}, {"prepared_on": dt.date(2026, 10, 9)})
    build(came / "合同.xlsx", {"contracts": [{}]})
    outcome = run(tmp_path)
    assert {f.name: f.state for f in outcome.files} == {
        "旧.xlsx": "superseded", "补报.xlsx": "accepted", "合同.xlsx": "accepted",
    }  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "done").iterdir()) == ["合同.xlsx", "旧.xlsx", "补报.xlsx"]
    assert not list(came.iterdir())


def test_what_is_refused_for_its_format_is_moved_too(tmp_path: Path) -> None:
    """Whatever the reason; what changes while the run goes on stays, and nothing that stays or goes is lost."""
    came = tmp_path / "in" / "一厂"
    came.mkdir(parents=True)
    with (
        build(tmp_path / "open.xlsx", {"contracts": [{}]}).open("rb") as source,
        (came / "加密.xlsx").open("wb") as target,
    ):
        OOXMLFile(source).encrypt("清欠2026", target)
    for name in ("应收.et", "应收.rar", "不是.xlsx", "坏.zip", "旧.xlt"):
        (came / name).write_bytes(name.encode())
    with zipfile.ZipFile(came / "包.zip", "w") as archive:
        archive.writestr("应收.numbers", b"x")
    odd = os.fsdecode("上海.et".encode("gbk"))
    try:
        (came / odd).write_bytes(b"y")
    except OSError:  # macOS: names are UTF-8 there
        odd = ""
    before = digests(came)
    outcome = run(tmp_path)
    assert {f.state for f in outcome.files} == {"quarantined"}
    assert outcome.moved == len(before)
    assert list(came.iterdir()) == []
    bad = tmp_path / "bad"
    assert digests(bad) == {(f"一厂/{n}" if n != odd else n): d for n, d in before.items()}


def test_what_is_refused_and_changes_before_it_is_moved_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    place = tmp_path / "in" / "应收.et"
    place.write_bytes(b"old")

    def changed(moves: list[Move]) -> tuple[int, int]:
        place.write_bytes(b"new")
        return move_all(moves)

    monkeypatch.setattr("qq_excel.batch.run.move_all", changed)
    assert run(tmp_path).moved == 0
    assert place.read_bytes() == b"new"
    assert list((tmp_path / "bad").iterdir()) == []


def test_what_was_handed_in_again_waits_beside_the_one_that_stays(tmp_path: Path) -> None:
    came = tmp_path / "in"
    came.mkdir()
    build(came / "旧.xlsx", {"receivables": [{}]}, {"prepared_on": dt.date(2026, 10, 8)})
    build(came / "补报.xlsx", {"receivables": [{"balance": 7}]}, {"prepared_on": dt.date(2026, 10, 9)})
    assert run(tmp_path).moved == 0  # no folder was named for rejected ones
    assert sorted(p.name for p in came.iterdir()) == ["旧.xlsx", "补报.xlsx"]


def _zip_of(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_an_archive_that_a_ledger_names_as_evidence_stays_and_is_not_quarantined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qq_excel.batch.journal._WORDY", 0)  # what a shortened journal knows
    came = tmp_path / "in"
    (came / "证据").mkdir(parents=True)
    _zip_of(came / "证据" / "判决.zip", 扫描="x")
    (came / "证据" / "里面.zip").write_bytes(b"PK\x03\x04 broken")
    (came / "证据" / "回执.rar").write_bytes(b"Rar!")
    _zip_of(came / "没人要.zip", 扫描="x")
    named = [{"path": f"证据/{name}"} for name in ("判决.zip", "里面.zip", "回执.rar")]
    build(came / "证据.xlsx", {"evidence": named})
    evidence = ["判决.zip", "回执.rar", "里面.zip"]
    told = [(f"证据/{name}", "evidence") for name in evidence]
    assert [(f.name, f.state) for f in run(tmp_path).files] == [
        ("没人要.zip", "quarantined"),
        ("证据.xlsx", "accepted"),
        *told,
    ]
    for _ in range(2):  # the workbook that names them is gone, and they are still evidence
        assert sorted(p.relative_to(came).as_posix() for p in came.rglob("*.*")) == [
            f"证据/{n}" for n in evidence
        ]
        assert [(f.name, f.state) for f in run(tmp_path).files] == told
    assert [p.name for p in (tmp_path / "bad").rglob("*.*")] == ["没人要.zip"]


def test_a_workbook_that_a_ledger_names_as_evidence_is_told_and_stays_unless_it_is_a_submission_or_cannot_be_read(
    tmp_path: Path,
) -> None:
    came = tmp_path / "in"
    (came / "证据").mkdir(parents=True)
    for name in ("对账单", "没人要"):
        book = xlsxwriter.Workbook(str(came / "证据" / f"{name}.xlsx"))
        book.add_worksheet().write_string(0, 0, "客户盖章的对账单")
        book.close()
    (came / "证据" / "坏的.xlsx").write_bytes(b"PK\x03\x04 broken")
    build(came / "证据" / "合同.xlsx", {"contracts": [{}]})
    named = [{"path": f"证据/{name}.xlsx"} for name in ("对账单", "坏的", "合同")]
    build(came / "证据.xlsx", {"evidence": named})
    first = run(tmp_path).files
    assert [(f.name, f.state) for f in first] == [
        ("证据.xlsx", "accepted"),
        ("证据/合同.xlsx", "accepted"),
        ("证据/坏的.xlsx", "quarantined"),
        ("证据/对账单.xlsx", "evidence"),
        ("证据/没人要.xlsx", "rejected"),
    ]
    assert first[3].why is not None
    assert first[3].why[0] == (
        "证据.xlsx 引用它作证据附件，里面没有可识别的登记表，未作为报送校验；如应报送，请用模板填写"
    )
    for _ in range(2):  # the workbook that names it is gone, and it is still evidence
        assert sorted(p.name for p in came.rglob("*.xlsx")) == ["对账单.xlsx", "没人要.xlsx"]
        again = run(tmp_path).files
        assert [(f.name, f.state) for f in again] == [
            ("证据/对账单.xlsx", "evidence"),
            ("证据/没人要.xlsx", "rejected"),
        ]
        assert again[0].why is not None
        assert again[0].why[0].startswith("已移走的表 引用它作证据附件")


def test_an_archive_in_a_zip_that_its_ledger_names_is_unpacked_as_evidence(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    named = build(tmp_path / "a.xlsx", {"evidence": [{"path": "证据/判决.zip"}]})
    with zipfile.ZipFile(tmp_path / "in" / "报送.zip", "w") as archive:
        archive.write(named, "证据.xlsx")
        archive.write(_zip_of(tmp_path / "b.zip", 扫描="x"), "证据/判决.zip")
    assert [(f.name, f.state, "WOF009" in f.rules) for f in run(tmp_path).files] == [
        ("报送.zip/证据.xlsx", "accepted", False),
        ("报送.zip/证据/判决.zip", "evidence", False),
    ]
    assert [p.name for p in (tmp_path / "done").iterdir()] == ["报送.zip"]


def test_tables_in_an_archive_that_a_ledger_names_are_read_all_the_same(tmp_path: Path) -> None:
    came = tmp_path / "in"
    came.mkdir()
    with zipfile.ZipFile(came / "判决.zip", "w") as archive:
        archive.write(build(tmp_path / "a.xlsx", {"receivables": [{"balance": 7}]}), "应收.xlsx")
        archive.writestr("扫描.rar", "x")
    build(came / "证据.xlsx", {"evidence": [{"path": "判决.zip"}]})
    assert [(f.name, f.state) for f in run(tmp_path).files] == [
        ("判决.zip/应收.xlsx", "rejected"),
        ("判决.zip/扫描.rar", "evidence"),
        ("证据.xlsx", "accepted"),
    ]


def test_a_link_is_neither_opened_nor_moved(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    secret = tmp_path / "secret.csv"
    secret.write_text("root:x:0:0\n" * 9, encoding="utf-8")
    (tmp_path / "in" / "a.csv").symlink_to(secret)
    (outcome,) = run(tmp_path).files
    assert (outcome.state, outcome.sha256) == ("quarantined", "")
    assert outcome.why is not None
    assert outcome.why[1] == "it is a link, which is not followed; hand in the file itself"
    assert [p.name for p in (tmp_path / "in").iterdir()] == ["a.csv"]
    assert not (tmp_path / "bad").exists()
