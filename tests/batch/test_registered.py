"""What a batch tells the register, and what the register then knows of claims and periods."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from qq_excel.batch import Asked, Outcome, run_batch
from qq_excel.batch.registering import waiver_entries
from qq_excel.check import check_paths
from qq_excel.money import yuan
from qq_excel.policy import load_policy
from qq_excel.register import open_register
from qq_excel.register.claims import life_of, update_index
from qq_excel.register.periods import ageing, warnings
from qq_excel.waivers import Waiver
from qq_excel.warnings import warnings_of
from tests.batch.support import UNITS
from tests.cli.support import qq
from tests.support.build import build

Q2 = {"period": "2026Q2", "as_of": dt.date(2026, 6, 30), "prepared_on": dt.date(2026, 7, 8)}
LATER = {"prepared_on": dt.date(2026, 10, 9)}


def test_what_cannot_be_sorted_is_listed_in_words(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    build(tmp_path / "in" / "甲.xlsx", {"receivables": [{}]}, {"unit": None})
    build(tmp_path / "in" / "乙.xlsx", {"receivables": [{}]}, {"period": None})
    build(tmp_path / "in" / "丙.xlsx", {"receivables": [{"unit": UNITS[1]}]}, {"unit": UNITS[1]})
    (tmp_path / "in" / "坏.xlsx").write_bytes(b"PK")
    run(tmp_path / "r.db", tmp_path / "out", tmp_path / "in")
    right = f"2026Q3/{UNITS[1]}"
    for lang, said in {
        "zh": [
            "2026Q3/甲.xlsx（未能识别单位）",
            "华东分公司（未能识别报告期）",
            "坏.xlsx（未能识别单位、报告期）",
        ],
        "en": [
            "2026Q3/甲.xlsx (no unit found)",
            "华东分公司 (no period found)",
            "坏.xlsx (no unit or period found)",
        ],
    }.items():
        listed = qq(tmp_path, "register", "list", "--register", "r.db", "--lang", lang).stdout
        rows = [re.split(r"\s{2,}", line.strip()) for line in listed.splitlines()[1:]]
        assert sorted(row[4] for row in rows) == sorted([*said, right])


def run(register: Path, target: Path, came: Path, **more: object) -> Outcome:
    with open_register(str(register)) as opened:
        return run_batch(
            Asked((str(came),), target, load_policy("group"), jobs=1, register=opened, **more)  # type: ignore[arg-type]
        )


def ledger(path: Path, rows: list[dict[str, object]], unit: str, **head: object) -> None:
    build(path, {"receivables": [{"unit": unit, **r} for r in rows]}, {"unit": unit, **head})


@pytest.fixture(scope="module")
def two_periods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Q2: a claim. Q3: first wrong, then right with the claim, then without it; another unit has its like."""
    folder = tmp_path_factory.mktemp("periods")
    for name in ("q2", "q3", "q3b", "q3c"):
        (folder / name).mkdir()
    one, two = UNITS[0], UNITS[1]
    dates = {
        "occurred_on": dt.date(2026, 3, 3),
        "confirmed_on": dt.date(2026, 6, 1),
        "dunned_on": dt.date(2026, 6, 1),
    }
    old = {"claim_id": "ZQ-7", **dates, "received": 0, "balance": 1000}
    ledger(folder / "q2" / "a.xlsx", [old, {**dates, "original": 1100, "balance": 700}], one, **Q2)
    ledger(folder / "q3" / "a.xlsx", [{"claim_id": "ZQ-7", "balance": 7}], one)
    ledger(
        folder / "q3b" / "a.xlsx", [{"claim_id": "ZQ-7"}, {"original": 1100, "balance": 700}], one, **LATER
    )
    ledger(folder / "q3b" / "b.xlsx", [{"claim_id": "ZQ-8", "debtor": "别家有限公司"}], two)
    ledger(folder / "q3c" / "a.xlsx", [{"claim_id": "ZQ-9"}, {}], one, **LATER)
    waiver = Waiver("w.yaml", 2, "REC001", "ZQ-7", "", "", "改制", "王建国", dt.date(2026, 12, 31))
    for name, more in (("q2", {}), ("q3", {}), ("q3", {"waivers": (waiver,)}), ("q3b", {}), ("q3c", {})):
        run(folder / "r.db", folder / f"out-{name}", folder / name, **more)
    return folder


def test_each_submission_is_there_once_with_what_became_of_it(two_periods: Path) -> None:
    with open_register(str(two_periods / "r.db")) as register:
        found = register.entries()
        assert register.verify()[:2] == (len(found), None)
    told = [
        (w.entry.event, w.entry.subject, [b["state"] for b in w.entry.body.get("workbooks", ())])
        for w in found
    ]
    one, two = UNITS[0], UNITS[1]
    assert told == [
        ("submission", f"2026Q2/{one}", ["accepted"]), ("submission", f"2026Q3/{one}", ["rejected"]),
        ("submission", f"2026Q3/{one}", ["accepted"]), ("waiver", "w.yaml/REC001/ZQ-7", []),
        ("submission", f"2026Q3/{one}", ["accepted"]), ("submission", f"2026Q3/{two}", ["accepted"]),
        ("submission", f"2026Q3/{one}", ["accepted"]),
    ]  # fmt: skip
    book = found[1].entry.body["workbooks"][0]
    assert (book["prepared_by"], book["open"]["E"], book["rules"]["REC001"]) == ("周敏", 1, 1)
    assert {f["kind"] for f in found[1].entry.body["files"]} == {"findings"}
    assert found[3].entry.body["approved_by"] == "王建国"


def test_a_run_that_is_repeated_tells_nothing_new(two_periods: Path, tmp_path: Path) -> None:
    with open_register(str(two_periods / "r.db")) as register:
        before = register.head()
    outcome = run(two_periods / "r.db", two_periods / "out-q3c", two_periods / "q3c")
    assert (outcome.checked, outcome.registered) == (0, 0)
    again = run(two_periods / "r.db", tmp_path / "elsewhere", two_periods / "q3c")
    assert (again.checked, again.registered) == (1, 0)  # checked for this folder, known to the register
    with open_register(str(two_periods / "r.db")) as register:
        assert register.head() == before


def test_a_damaged_file_takes_no_submissions_place(tmp_path: Path) -> None:
    unit, came = UNITS[0], tmp_path / "in"
    came.mkdir()
    ledger(came / f"{unit}_2026Q3_应收.xlsx", [{"claim_id": "ZQ-7"}], unit)
    good = f"2026Q3/{unit}"
    assert run(tmp_path / "r.db", tmp_path / "out", came).registered == 1
    bad = came / f"{unit}_2026Q3_合同.xlsx"
    bad.write_bytes(b"PK\x03\x04 nothing more")
    assert [run(tmp_path / "r.db", tmp_path / "out", came).registered for _ in range(3)] == [1, 0, 0]
    with open_register(str(tmp_path / "r.db")) as register:
        assert [w.entry.subject for w in register.submissions("2026Q3")] == [good, f"2026Q3/{bad.name}"]
        assert [b.count for b in ageing(register, "2026Q3")] == [1]
        assert [m.superseded for m in life_of(register, "ZQ-7") if m.what == "receivables"] == [False]


def test_waivers_of_one_cell_are_registered_once_each(tmp_path: Path) -> None:
    until = dt.date(2026, 12, 31)
    waivers = [
        Waiver(file, 2, "REC004", "", "D7", "应收账款明细表", why, "张三", until)
        for file, why in (("a.yaml", "改制"), ("b.yaml", "改制"), ("b.yaml", "续期"))
    ]
    with open_register(str(tmp_path / "r.db")) as register:
        for due in (3, 0):
            assert register.append(waiver_entries(waivers, [1, 1, 1], "2026-09-30")) == due
        place = "REC004/应收账款明细表!D7"
        assert [w.entry.subject for w in register.entries()] == [
            f"a.yaml/{place}", f"b.yaml/{place}", f"b.yaml/{place}#2",
        ]  # fmt: skip


def test_a_claims_whole_life(two_periods: Path) -> None:
    with open_register(str(two_periods / "r.db")) as register:
        lives = [life_of(register, "ZQ-7")]
        for segment in (two_periods / "r-tables" / "index").iterdir():
            segment.unlink()
        lives.append(life_of(register, "ZQ-7"))  # looked for in the tables themselves
        assert update_index(register) is not None
        lives.append(life_of(register, "ZQ-7"))
        assert life_of(register, "ZQ-404") == []
    rows = [
        [(m.period, m.what, m.superseded, m.gone, m.row.get("balance"), m.row.get("rule")) for m in life] for life in lives
    ]  # fmt: skip
    assert rows[0] == rows[1] == rows[2]
    assert [r for r in rows[0] if r[1] != "findings"] == [
        ("2026Q2", "receivables", False, False, 1000_00, None),
        ("2026Q3", "receivables", True, False, 7_00, None),  # waived
        ("2026Q3", "receivables", True, False, 600_00, None),
        ("2026Q3", "receivables", False, True, None, None),  # not in the last one
        (None, "waiver", False, False, None, None),
    ]
    assert ("2026Q3", "findings", True, False, None, "REC001") in rows[0]
    said = qq(two_periods, "register", "claim", "ZQ-7", "--register", "r.db").stdout
    for words in (
        "这一期的表里没有这笔债权",
        "账面余额 1,000.00",
        "改制（批准人：王建国）",
        "已被后来的报送取代",
    ):
        assert words in said
    english = qq(two_periods, "register", "claim", "ZQ-7", "--register", "r.db", "--lang", "en").stdout
    # what was found is told in English though the run was in Chinese
    assert "The balance 7.00 is not the original amount" in " ".join(english.split())
    assert qq(two_periods, "register", "claim", "ZQ-404", "--register", "r.db").returncode == 1


def test_ageing_and_warnings_of_a_period_are_those_of_a_check(tmp_path: Path) -> None:
    """DuckDB sums up what was judged; the sums are those of the warning sheets."""
    came = tmp_path / "in"
    came.mkdir()
    for n, unit in enumerate(UNITS[:3]):
        rows = [
            {"unit": unit, "debtor": f"客户{i}有限公司", "occurred_on": dt.date(2026 - i, 3, 1 + n), "age_band": None,
             "due_on": dt.date(2026 - i, 6, 1), "overdue_days": None, "original": 1000 + i, "received": 0, "balance": 1000 + i}
            for i in range(5)
        ]  # fmt: skip
        terms = [{"debtor": f"客户{i}有限公司", "credit_limit": 500 * (i + 1)} for i in range(4)]
        build(came / f"{n}.xlsx", {"receivables": rows, "credit_terms": terms}, {"unit": unit})
    plain = check_paths(sorted(came.iterdir()))
    waivers = [
        Waiver("w.yaml", 1, rule, "", cell, "", "x", "y", dt.date(2027, 1, 1))
        for rule, cell in sorted({(f.rule, f.cell) for f in plain.findings if f.level == "E" and f.cell})
    ]
    run(tmp_path / "r.db", tmp_path / "out", came, waivers=tuple(waivers))
    book = warnings_of(plain)
    with open_register(str(tmp_path / "r.db")) as register:
        for table in book.ageing:
            due = {
                (unit, column.zh): amount
                for unit, row in zip(table.units, table.amounts, strict=True)
                for column, amount in zip(table.columns, row, strict=True)
                if amount
            }
            assert {(b.unit, b.band): b.amount for b in ageing(register, "2026Q3", table.basis)} == due
        levels: Counter[tuple[str, str | None, str]] = Counter()
        amounts: Counter[tuple[str, str | None, str]] = Counter()
        for claim in book.claims:
            for key in {
                (claim.unit, None, claim.level),
                *((claim.unit, c.code, c.level) for c in claim.causes),
            }:
                levels[key] += 1
                amounts[key] += claim.balance
        found = warnings(register, "2026Q3")
        assert {(w.unit, w.cause, w.level): w.count for w in found} == levels
        assert {(w.unit, w.cause, w.level): w.amount for w in found} == amounts
    assert {"limit", "overdue", "limitation"} <= {c for _, c, _ in levels if c}
    said = qq(tmp_path, "register", "ageing", "2026Q3", "--register", "r.db", "--basis", "due").stdout
    assert yuan(book.ageing[0].total) in said
    assert "没有 2025Q4 通过的" in qq(tmp_path, "register", "warnings", "2025Q4", "--register", "r.db").stderr


def test_papers_and_slips_are_registered(tmp_path: Path) -> None:
    rows = [
        {
            "due_on": dt.date(2021, 6, 1),
            "occurred_on": dt.date(2021, 3, 1),
            "age_band": None,
            "overdue_days": None,
        }
    ]
    build(tmp_path / "a.xlsx", {"receivables": rows})
    done = qq(tmp_path, "report", "slips", "a.xlsx", "-o", "slips", "--format", "xlsx", "--register", "r.db")
    assert done.returncode == 0, done.stderr
    qq(tmp_path, "warn", "a.xlsx", "-o", "warn", "--register", "r.db")
    found = json.loads(qq(tmp_path, "register", "list", "--register", "r.db", "--format", "json").stdout)
    papers = {(e["event"], e["subject"]) for e in found}
    assert len(papers) == len(found)
    assert {s for e, s in papers if e == "slip"} == {"YJ-20260930-0001"}
    assert ("paper", "slips/2026Q3/预警通知单登记册.xlsx") in papers
    assert ("paper", "warnings/2026Q3/清欠预警表_汇总.xlsx") in papers
    (slip,) = (e for e in found if e["event"] == "slip")
    assert (slip["claims"], slip["body"]["level"], slip["body"]["state"]) == (["ZQ-0001"], "红", "已发出")
