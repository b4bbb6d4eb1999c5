"""Another program works out the templates' formulas and agrees with ours."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from qq_excel import output
from qq_excel.kinds import get_kind
from qq_excel.policy import calendar, load_policy
from qq_excel.template import write_template

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")

DAY = dt.date
#: (business day, due day), each against both as-of days.
DATES = [
    (DAY(2024, 2, 29), DAY(2024, 2, 29)),
    (DAY(2020, 2, 29), DAY(2021, 2, 28)),
    (DAY(2023, 2, 28), DAY(2022, 3, 1)),
    (DAY(2025, 9, 30), DAY(2026, 9, 30)),
    (DAY(2025, 9, 29), DAY(2026, 10, 1)),
    (DAY(2024, 9, 30), DAY(2026, 9, 29)),
    (DAY(2023, 9, 30), DAY(2023, 9, 30)),
    (DAY(2023, 9, 29), DAY(2023, 9, 29)),
    (DAY(2021, 9, 30), DAY(2021, 8, 31)),
    (DAY(2021, 9, 29), DAY(2021, 9, 30)),
    (DAY(2010, 1, 31), DAY(2010, 2, 28)),
    (DAY(2026, 9, 30), None),
    (DAY(2027, 1, 1), DAY(2027, 1, 1)),
    (None, DAY(2025, 1, 1)),
    (None, None),
]
AMOUNTS = [(100.1, 0.05), (0.3, 0.1), (1e9, 0.01), (5.0, 7.5), (0.0, 0.0), (None, None), (10.0, None)]


def recalculated(path: Path, profile: Path) -> Any:
    """*path* without stored values, worked out by LibreOffice."""
    bare = output.same_package(
        path,
        path.with_name("bare.xlsx"),
        lambda name, part: re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part) if "/sheet" in name else part,
    )
    out = path.parent / "out"
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx",
         "--outdir", str(out), str(bare)],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    return openpyxl.load_workbook(out / "bare.xlsx", data_only=True)


def cells(sheet: Any, kind: str, names: list[str], count: int) -> list[list[Any]]:
    fields = [f.name for f in get_kind(kind).fields]
    top = next(r[0].row for r in sheet.iter_rows(max_row=12) if r[0].value == get_kind(kind).fields[0].header)
    return [[sheet.cell(top + 1 + i, fields.index(n) + 1).value for n in names] for i in range(count)]


@pytest.mark.parametrize("basis", ["业务发生日", "约定付款日"])
@pytest.mark.parametrize("as_of", [DAY(2026, 9, 30), DAY(2024, 2, 29), DAY(2025, 2, 28)])
def test_receivables(tmp_path: Path, as_of: dt.date, basis: str) -> None:
    rows = [
        {"claim_id": f"ZQ-{i}", "occurred_on": o, "due_on": d, "original": a, "received": r}
        for i, ((o, d), (a, r)) in enumerate(zip(DATES, AMOUNTS * 3, strict=False))
    ]
    head = {"unit": "甲", "as_of": as_of, "age_basis": basis}
    path = write_template("receivables", tmp_path / "t.xlsx", rows=rows, head=head, blank_rows=2)
    sheet = recalculated(path, tmp_path / "profile")["应收账款明细表"]
    names = ["balance", "age_band", "overdue_days"]
    theirs = cells(sheet, "receivables", names, len(rows) + 2)
    stored = cells(
        openpyxl.load_workbook(path, data_only=True)["应收账款明细表"], "receivables", names, len(rows) + 2
    )

    bands = load_policy("group").at(as_of).bands()
    since = [r["occurred_on"] if basis == "业务发生日" else r["due_on"] for r in rows]
    index = calendar.age_band_index(since, as_of, [b.years for b in bands if b.years])
    overdue = calendar.overdue_days([r["due_on"] for r in rows], as_of)
    for i, row in enumerate(rows):
        balance = (
            None
            if None in (row["original"], row["received"])
            else round(row["original"] - row["received"], 2)
        )
        band = bands[index[i]].name if index[i] >= 0 else None
        if basis == "约定付款日" and since[i] is not None and since[i] > as_of:
            band = bands[0].name  # not due yet, as in REC004
        late = None if row["due_on"] is None else int(overdue[i])
        expected = [balance, band, late]
        assert [v if v != "" else None for v in theirs[i]] == pytest.approx(expected), (i, row)
        assert stored[i] == pytest.approx(expected), (i, row)
    assert all(v in (None, "") for row in theirs[len(rows) :] for v in row)


@pytest.mark.parametrize(
    ("usual", "bands"), [("业务发生日", ["2至3年", None]), ("约定付款日", ["1年以内", "1至2年"])]
)
def test_a_blank_basis_is_the_policys(tmp_path: Path, usual: str, bands: list[str | None]) -> None:
    group = load_policy("group")
    dated = group.parameters["age_basis"][0].model_copy(update={"value": usual})
    policy = group.model_copy(update={"parameters": {**group.parameters, "age_basis": (dated,)}})
    rows = [
        {"claim_id": "1", "occurred_on": DAY(2023, 9, 30), "due_on": DAY(2026, 10, 1)},
        {"claim_id": "2", "occurred_on": DAY(2026, 10, 1), "due_on": DAY(2025, 9, 29)},
    ]
    head = {"unit": "甲", "as_of": DAY(2026, 9, 30)}
    path = write_template(
        "receivables", tmp_path / "t.xlsx", rows=rows, head=head, blank_rows=1, policy=policy
    )
    book = openpyxl.load_workbook(path)
    rows_above = book["应收账款明细表"].iter_rows(max_row=6)
    at = next(c for row in rows_above for c in row if c.value == usual)
    at.value = None
    book.save(path)
    sheet = recalculated(path, tmp_path / "profile")["应收账款明细表"]
    assert [v or None for (v,) in cells(sheet, "receivables", ["age_band"], 2)] == bands


def test_inventory(tmp_path: Path) -> None:
    rows = [
        {"list_id": "PD-1", "book_qty": 10, "counted_qty": 8.5, "unit_price": 19.99},
        {"list_id": "PD-1", "book_qty": 3, "counted_qty": None, "unit_price": 1},
    ]
    path = write_template("inventory_count", tmp_path / "t.xlsx", rows=rows, blank_rows=1)
    sheet = recalculated(path, tmp_path / "profile")["财务存货盘点表"]
    got = cells(sheet, "inventory_count", ["difference_qty", "value"], 3)
    assert got[0] == pytest.approx([-1.5, 169.92])
    assert all(v in (None, "") for row in got[1:] for v in row)
