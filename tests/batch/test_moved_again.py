"""What was accepted and moved away is still the unit's: it is checked with what the unit hands in later."""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from qq_excel.batch import Asked, Outcome, run_batch
from qq_excel.policy import load_policy
from qq_excel.register import open_register
from tests.batch.support import WRONG, states, summary
from tests.cli.support import qq
from tests.reading.test_mapping import put, sheet
from tests.support.build import build
from tests.support.digests import digest

LATER = {"prepared_on": dt.date(2026, 10, 9)}
#: Rules that cannot be judged without the credit terms, or without the contracts.
NEED_TERMS = {"CAS008", *(f"CRD00{n}" for n in range(1, 7))}
NOTE = "以前已通过并移走，与本次交来的一起校验"


def run(folder: Path, **more: object) -> Outcome:
    moves = {"accepted": folder / "done", "rejected": folder / "back"}
    asked = Asked((str(folder / "in"),), folder / "out", load_policy("group"), jobs=1, moves=moves)
    return run_batch(replace(asked, **more))  # type: ignore[arg-type]


def unjudged(folder: Path, name: str) -> set[str]:
    return {rule for f in summary(folder / "out")["files"] if f["file"] == name for rule in f["unjudged"]}


def why(folder: Path, name: str) -> str | None:
    return next(f["why"] for f in summary(folder / "out")["files"] if f["file"] == name)


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """A wrong ledger went back; the tables that it needs were accepted and moved."""
    came = tmp_path / "in"
    came.mkdir()
    build(came / "应收.xlsx", {"receivables": [{}, WRONG]})
    build(came / "授信.xlsx", {"credit_terms": [{}]})
    build(came / "合同.xlsx", {"contracts": [{"contract_id": "HT-0001"}]})
    assert run(tmp_path).moved == 3
    assert not list(came.iterdir())
    return tmp_path


def test_a_corrected_ledger_is_judged_with_the_tables_that_were_accepted_before(moved: Path) -> None:
    build(moved / "in" / "应收.xlsx", {"receivables": [{}]}, LATER)
    outcome = run(moved)
    assert states(moved / "out") == dict.fromkeys(("应收.xlsx", "授信.xlsx", "合同.xlsx"), "accepted")
    assert unjudged(moved, "应收.xlsx") == set()
    assert (outcome.checked, outcome.moved) == (3, 1)  # what came back is checked, and stays where it is
    assert why(moved, "授信.xlsx") == NOTE
    assert why(moved, "应收.xlsx") is None
    assert sorted(p.name for p in (moved / "done").iterdir()) == ["合同.xlsx", "应收.xlsx", "授信.xlsx"]
    tables = {p.parent.parent.name for p in (moved / "out" / "tables").rglob("*.parquet")}
    assert tables == {"receivables", "credit_terms", "contracts"}


def test_another_unit_or_period_has_nothing_of_it(moved: Path) -> None:
    build(moved / "in" / "别家.xlsx", {"receivables": [{"unit": "华南分公司"}]}, {"unit": "华南分公司"})
    run(moved)
    assert list(states(moved / "out")) == ["别家.xlsx"]
    assert unjudged(moved, "别家.xlsx") >= NEED_TERMS


def test_the_journal_that_was_shortened_knows_it(moved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qq_excel.batch.journal._WORDY", 0)
    for n in range(3):
        build(moved / "in" / "应收.xlsx", {"receivables": [{}, {"balance": 7 + n}]}, LATER)
        run(moved)
        assert states(moved / "out") == {
            "应收.xlsx": "rejected", "授信.xlsx": "accepted", "合同.xlsx": "accepted",
        }  # fmt: skip
        assert unjudged(moved, "应收.xlsx") == set()


def test_a_ledger_that_was_accepted_is_replaced_by_the_next_whatever_its_dates_say(tmp_path: Path) -> None:
    """Both have the same name, and the first one the later 编制日期."""
    (tmp_path / "in").mkdir()
    build(tmp_path / "in" / "应收.xlsx", {"receivables": [{}]}, LATER)
    run(tmp_path)
    first = digest(tmp_path / "done" / "应收.xlsx")
    build(tmp_path / "in" / "应收.xlsx", {"receivables": [{"received": 300, "balance": 700}]})
    outcome = run(tmp_path)
    assert {(f.name, f.state) for f in outcome.files} == {
        ("2/应收.xlsx", "superseded"),
        ("应收.xlsx", "accepted"),
    }
    assert next(f for f in outcome.files if f.state == "superseded").sha256 == first
    assert "XPD006" in next(f for f in outcome.files if f.state == "accepted").rules
    build(tmp_path / "in" / "应收.xlsx", {"receivables": [{"received": 200, "balance": 800}]})
    run(tmp_path)  # and once more: of those before, the last one only
    assert states(tmp_path / "out") == {"2/应收.xlsx": "superseded", "应收.xlsx": "accepted"}
    assert len(list((tmp_path / "done").iterdir())) == 3


def test_what_stays_in_the_inbox_is_known_and_the_register_is_told_nothing_new(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    build(tmp_path / "in" / "应收.xlsx", {"receivables": [{}, WRONG]})
    build(tmp_path / "in" / "授信.xlsx", {"credit_terms": [{}]})
    with open_register(str(tmp_path / "r.db")) as register:
        more = {"register": register, "moves": {"accepted": tmp_path / "done"}}
        first = run(tmp_path, **more)
        assert (first.checked, first.moved, first.registered) == (2, 1, 1)
        second = run(tmp_path, **more)
        assert (second.checked, second.moved, second.registered) == (0, 0, 0)
        build(tmp_path / "in" / "应收.xlsx", {"receivables": [{}]}, LATER)
        assert run(tmp_path, **more).registered == 1
        newest = register.submissions()[0].entry.body
    assert [(w["file"], w["state"]) for w in newest["workbooks"]] == [
        ("应收.xlsx", "accepted"),
        ("授信.xlsx", "accepted"),
    ]
    assert sorted(f["kind"] for f in newest["files"]) == ["credit_terms", "findings", "receivables"]


def test_its_mapping_is_where_the_workbook_was(tmp_path: Path) -> None:
    put(tmp_path / "in" / "mappings")
    name, unit = "东北分公司_2026Q3_合同.xlsx", {"unit": "东北分公司"}
    sheet(
        tmp_path / "in" / name, [["001", "青岛海川机械有限公司", "03/01/2026", "03/04/2027", 1200, "续", ""]]
    )
    assert [f.state for f in run(tmp_path).files] == ["accepted"]
    build(tmp_path / "in" / "应收.xlsx", {"receivables": [{**unit, "contract_id": "HT-001"}]}, unit)
    run(tmp_path)
    assert states(tmp_path / "out") == {name: "accepted", "应收.xlsx": "accepted"}
    assert not unjudged(tmp_path, "应收.xlsx") & {"CON001", "CON002", "CON003"}


def test_its_evidence_is_where_the_workbook_was(tmp_path: Path) -> None:
    came = tmp_path / "in"
    (came / "证据").mkdir(parents=True)
    (came / "证据" / "判决.pdf").write_bytes(b"%PDF-1.4")
    build(came / "证据.xlsx", {"evidence": [{"path": "证据/判决.pdf"}]})
    build(came / "应收.xlsx", {"receivables": [{}, WRONG]})
    first = {f.name: f.rules for f in run(tmp_path, moves={"accepted": tmp_path / "done"}).files}
    build(came / "应收.xlsx", {"receivables": [{}]}, LATER)
    second = {f.name: f.rules for f in run(tmp_path).files}
    assert not (came / "证据.xlsx").exists()
    assert second["证据.xlsx"] == first["证据.xlsx"]
    (came / "证据" / "判决.pdf").unlink()
    build(came / "应收.xlsx", {"receivables": [{"remark": "x"}]}, LATER)
    third = {f.name: f.rules for f in run(tmp_path).files}
    assert third["证据.xlsx"] == {**first["证据.xlsx"], "WOF009": 1}


def test_what_was_in_a_zip_is_read_from_it(tmp_path: Path) -> None:
    """The zip went back for its ledger; its credit terms were accepted."""
    (tmp_path / "in" / "一厂").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "in" / "一厂" / "报送.zip", "w") as archive:
        archive.write(build(tmp_path / "a.xlsx", {"receivables": [{}, WRONG]}), "应收.xlsx")
        archive.write(build(tmp_path / "b.xlsx", {"credit_terms": [{}]}), "授信.xlsx")
    run(tmp_path)
    assert (tmp_path / "back" / "一厂" / "报送.zip").exists()
    build(tmp_path / "in" / "应收.xlsx", {"receivables": [{}]}, LATER)
    run(tmp_path)
    assert states(tmp_path / "out") == {"一厂/报送.zip/授信.xlsx": "accepted", "应收.xlsx": "accepted"}
    assert not unjudged(tmp_path, "应收.xlsx") & NEED_TERMS


def test_what_is_not_there_any_more_is_told_with_what_to_do(moved: Path) -> None:
    gone = moved / "done" / "授信.xlsx"
    shutil.move(gone, moved / "archived.xlsx")
    (moved / "done" / "合同.xlsx").write_bytes(b"another")
    build(moved / "in" / "应收.xlsx", {"receivables": [{}]}, LATER)
    done = qq(moved, "batch", "in", "-o", "out", "--jobs", "1")
    told = (
        f"以前通过的合同.xlsx（移到 {moved / 'done' / '合同.xlsx'}）、授信.xlsx（移到 {gone}）"
        "，现已不在那里或有变化，没有一起校验；要一起校验，请放回收件夹"
    )
    assert f"! 华东分公司 2026Q3：{told}。" in done.stdout
    assert why(moved, "应收.xlsx") == told
    assert unjudged(moved, "应收.xlsx") >= NEED_TERMS
    shutil.move(moved / "archived.xlsx", moved / "in" / "授信.xlsx")
    assert "授信.xlsx（" not in qq(moved, "batch", "in", "-o", "out", "--jobs", "1").stdout
    assert not unjudged(moved, "应收.xlsx") & NEED_TERMS
