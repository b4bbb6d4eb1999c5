"""Earlier periods in the trend of the management report: from the register as from the workbooks themselves."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from qq_excel.batch import Asked, run_batch
from qq_excel.language import Text
from qq_excel.policy import load_policy
from qq_excel.register import Register, open_register
from qq_excel.register import trend as registered
from qq_excel.register.trend import earlier_points
from tests.batch.support import UNITS
from tests.cli.support import qq
from tests.register.test_damaged import submit
from tests.support.build import build

DAYS = {"2025Q4": dt.date(2025, 12, 31), "2026Q1": dt.date(2026, 3, 31), "2026Q2": dt.date(2026, 6, 30)}
NOW = dt.date(2026, 9, 30)


def ledger(path: Path, unit: str, period: str, on: dt.date, balances: list[int]) -> None:
    """A ledger without a fault: the first claim is past due, of the others none."""
    rows = [
        {
            "unit": unit, "claim_id": f"{unit}-{n}", "contract_id": f"HT-{UNITS.index(unit)}-{n}",
            "debtor": f"{unit}客户{n}有限公司", "age_band": "1年以内",
            "occurred_on": on - dt.timedelta(days=100 + n), "confirmed_on": None, "dunned_on": on - dt.timedelta(days=5),
            "due_on": on + dt.timedelta(days=30) if n else on - dt.timedelta(days=40), "overdue_days": None if n else 40,
            "original": 1000, "received": 1000 - balance, "balance": balance,
            "status": "已结清" if not balance else "正常" if n else "预警",
        }
        for n, balance in enumerate(balances)
    ]  # fmt: skip
    head = {"unit": unit, "period": period, "as_of": on, "prepared_on": on + dt.timedelta(days=8)}
    path.parent.mkdir(parents=True, exist_ok=True)
    build(path, {"receivables": rows}, head)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three periods in the register, in the first of which one unit did not hand in; the fourth is reported on."""
    folder = tmp_path_factory.mktemp("group")
    for n, (period, on) in enumerate(DAYS.items()):
        for m, unit in enumerate(UNITS[:3]):
            if n or m:
                ledger(folder / period / f"{unit}.xlsx", unit, period, on, [100 * (m + 1), 500 + n, 0])
        with open_register(str(folder / "r.db")) as register:
            run_batch(
                Asked(
                    (str(folder / period),),
                    folder / "out" / period,
                    load_policy("group"),
                    jobs=1,
                    register=register,
                )
            )
    for unit in UNITS[:2]:
        ledger(folder / "2026Q3" / f"{unit}.xlsx", unit, "2026Q3", NOW, [50, 60])
    return folder


def report(folder: Path, out: str, *more: str) -> dict[str, Any]:
    done = qq(folder, "report", "management", "2026Q3", "-o", out, *more)
    assert done.returncode == 0, done.stdout + done.stderr
    document: dict[str, Any] = json.loads((folder / out / "管理报告.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def told(group: Path) -> dict[str, Any]:
    """The report with the register."""
    return report(group, "told", "--register", "r.db")


def test_the_points_are_those_of_the_workbooks(group: Path, told: dict[str, Any]) -> None:
    """Each point that the register gives is what --previous counts in the workbooks of the same units, claim by claim."""
    history = copy.deepcopy(told["history"])
    assert [(p["on"], p["live"], p["balance"], p["overdue"]) for p in history] == [
        ("2025-12-31", 2, "700.00", "200.00"), ("2026-03-31", 4, "1,302.00", "300.00"),
        ("2026-06-30", 4, "1,304.00", "300.00"), ("2026-09-30", 4, "220.00", "100.00"),
    ]  # fmt: skip
    for point, period in zip(history, DAYS, strict=False):
        books = [
            f"--previous={path}" for path in sorted((group / period).glob("*.xlsx")) if path.stem in UNITS[:2]
        ]
        counted, _ = report(group, f"counted-{period}", *books)["history"]
        by_claim = [sorted(map(str, p.pop("rows"))) for p in (point, counted)]
        assert by_claim[0] == by_claim[1]
        assert point == counted


def test_every_point_leads_to_its_claims_and_says_where_they_are(group: Path, told: dict[str, Any]) -> None:
    assert not [note for note in told["notes"] if "登记簿" in note]
    page = (group / "told" / "管理报告.html").read_text(encoding="utf-8")
    assert f"2025-12-31 的数字取自登记簿的数据表 receivables/2025Q4，缺 {UNITS[0]}。" in page
    assert "2026-06-30 的数字取自登记簿的数据表 receivables/2026Q2。" in page
    for day in DAYS.values():
        assert f"on={day}&amp;live=1" in page
    report(group, "said-en", "--register", "r.db", "--format", "html,json", "--lang", "en")
    page = (group / "said-en" / "管理报告.html").read_text(encoding="utf-8")
    assert f"2025-12-31: from the register&#39;s tables receivables/2025Q4, without {UNITS[0]}." in page


def test_workbooks_count_before_the_register_and_that_before_what_was_remembered(
    group: Path, told: dict[str, Any]
) -> None:
    earlier = [{**p, "live": 99, "rows": None} for p in told["history"]]
    path = group / "earlier.json"
    path.write_text(json.dumps({"history": [{**earlier[0], "on": "2025-09-30"}, *earlier]}), encoding="utf-8")
    book = group / "2026Q2" / f"{UNITS[1]}.xlsx"
    history = report(group, "second", "--register", "r.db", "--since", str(path), "--previous", str(book))[
        "history"
    ]
    assert [(p["on"], p["live"]) for p in history] == [
        ("2025-09-30", 99), ("2025-12-31", 2), ("2026-03-31", 4), ("2026-06-30", 2), ("2026-09-30", 4),
    ]  # fmt: skip


def points(register: Register, notes: list[Text] | None = None) -> list[tuple[str, int, int, int | None]]:
    found = earlier_points(register, {UNITS[0], UNITS[1]}, NOW, [] if notes is None else notes)
    return [(p.on.isoformat(), p.live, p.balance, None if p.rows is None else len(p.rows)) for p in found]


def test_where_there_are_too_many_claims_the_sums_are_there_and_the_tables_named(
    group: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registered, "KEPT", 5)
    with open_register(str(group / "r.db")) as register:
        assert points(register) == [
            ("2026-06-30", 4, 130400, 4), ("2026-03-31", 4, 130200, None), ("2025-12-31", 2, 70000, None),
        ]  # fmt: skip
        point = earlier_points(register, {UNITS[0]}, dt.date(2026, 6, 1), [])[0]
        assert (point.overdue, point.levels) == (100_00, dict.fromkeys("红橙黄蓝", 0))


def test_of_many_periods_only_those_that_are_shown_are_read(
    group: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registered, "SHOWN", 3)
    with open_register(str(group / "r.db")) as register:
        assert [on for on, *_ in points(register)] == ["2026-06-30", "2026-03-31"]


def test_tables_that_do_not_say_what_is_past_due_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    with open_register(str(tmp_path / "r.db")) as register:
        submit(register, UNITS[0], "ZQ-1")
        notes: list[Text] = []
        assert points(register, notes) == []
        assert ["旧版本写成" in n.zh for n in notes] == [True]
        assert points(register, []) == []


def test_of_units_that_the_register_does_not_have_it_tells_nothing(group: Path) -> None:
    with open_register(str(group / "r.db")) as register:
        assert earlier_points(register, {"别的公司"}, NOW, []) == []
        assert earlier_points(register, {UNITS[0]}, dt.date(2025, 12, 31), []) == []
