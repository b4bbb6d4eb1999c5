"""The folder that docs/guide works in: 报送/ with two branches of the samples, 台账/ with their cases."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

from qq_excel.reading import read_workbook
from qq_excel.resources import workbooks_dir
from qq_excel.template import write_template

AS_OF = dt.date(2026, 9, 30)
#: Of the branches of the samples: one whose ledger has slips of the pen, one whose applications are not fit.
CLERK, CONTROLLER = "西北分公司", "东北分公司"

#: Stage, entered on, verified, planned, and what came back as a share of what is left.
_CASES = (
    ("登记", "2026-09-21", None, None, 0.0),
    ("核实", "2026-09-02", "2026-09-10", None, 0.0),
    ("预警", "2026-08-05", "2026-07-20", "2026-07-28", 0.0),
    ("协商", "2026-05-12", "2026-04-20", "2026-04-28", 0.2),
    ("协商", "2026-08-20", "2026-07-02", "2026-07-10", 0.5),
    ("诉讼", "2026-03-18", "2025-12-05", "2025-12-20", 0.1),
)


def make(folder: Path) -> Path:
    """Fill *folder*; give 报送/."""
    handed_in = folder / "报送"
    for unit in (CLERK, CONTROLLER):
        shutil.copytree(workbooks_dir() / "samples" / "group" / unit, handed_in / unit)
    ledger = handed_in / CLERK / "应收账款明细表.xlsx"
    head = {"unit": CLERK, "as_of": AS_OF, "period": "2026Q3", "prepared_by": "吴静"}
    write_template("cases", folder / "台账" / "清欠台账.xlsx", rows=_cases(ledger), head=head)
    return handed_in


def _cases(ledger: Path) -> list[dict[str, Any]]:
    """A case at each stage for the claims of the ledger that have stood longest."""
    frame = read_workbook(ledger).tables[0].frame
    longest = frame[frame["balance"] > 0].sort_values("due_on", kind="stable").head(len(_CASES))
    rows = []
    for n, ((stage, since, verified, planned, part), claim) in enumerate(
        zip(_CASES, longest.itertuples(), strict=True), 1
    ):
        left = int(claim.balance) / 100
        back = round(left * part, 2)
        owed = round(left + back, 2)
        rows.append(
            {
                "case_id": f"AJ-XB-{n:03d}", "claim_id": claim.claim_id, "unit": CLERK, "debtor": claim.debtor,
                "claimed": owed, "received_on": dt.date.fromisoformat(verified or since) - dt.timedelta(20),
                "verified_on": verified and dt.date.fromisoformat(verified), "method": "协商",
                "plan_no": planned and f"FA-XB-{n:03d}", "planned_on": planned and dt.date.fromisoformat(planned),
                "planned_amount": planned and owed, "planned_by": planned and dt.date(2026, 9, 25),
                "stage": stage, "stage_on": dt.date.fromisoformat(since), "recovered": back,
                "remaining": left, "responsible": claim.responsible,
            }
        )  # fmt: skip
    return rows
