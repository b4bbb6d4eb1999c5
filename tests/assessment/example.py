"""The worked example of docs/assessment.md as workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qq_excel.kinds import FieldType, get_kind
from tests.support.build import build
from tests.support.documents import table_under

DOCUMENT = Path(__file__).parents[2] / "docs" / "assessment.md"
EARLIER = {"as_of": dt.date(2026, 6, 30), "period": "2026Q2", "prepared_on": dt.date(2026, 7, 8)}


def tables(heading: str) -> list[dict[str, str]]:
    """The rows of the table under a heading of the document."""
    return table_under(DOCUMENT, heading)


def typed(kind: str, row: Mapping[str, str]) -> dict[str, Any]:
    """A row of the document by field, its values typed."""
    out: dict[str, Any] = {}
    for f in get_kind(kind).fields:
        if f.header in row:
            text = row[f.header]
            if text == "—":
                out[f.name] = None
            elif f.type is FieldType.DATE:
                out[f.name] = dt.date.fromisoformat(text)
            else:
                out[f.name] = float(text) if f.type.numeric else text
    return out


def claims() -> list[dict[str, Any]]:
    """The receivables at the end of the period; one without a proof was neither confirmed nor dunned."""
    rows = [typed("receivables", r) for r in tables("债权")]
    for r in rows:
        if r["confirmation_no"] is None:
            r |= {"confirmed_on": None, "dunned_on": None}
        r["overdue_days"] = max(0, (dt.date(2026, 9, 30) - r["due_on"]).days)
    return rows


def current(folder: Path, name: str = "2026Q3.xlsx", **drop: bool) -> Path:
    """The submission of the period; ``cases=False`` and the like leave a table out."""
    cases = [
        typed("cases", r) | {"claimed": 3000, "received_on": dt.date(2026, 2, 10), "remaining": None}
        for r in tables("案件")
    ]
    sheets = {
        "receivables": claims(), "cases": cases,
        "agreements": [{"claim_id": "ZQ-0004", "amount": 100}], "instalments": [{"due": 100}],
    }  # fmt: skip
    return build(folder / name, {k: v for k, v in sheets.items() if drop.get(k, True)})


def previous(folder: Path) -> Path:
    """The ledger of the period before."""
    rows = []
    for document, now in zip(tables("债权"), claims(), strict=True):
        if document["上期已收"] != "—":
            was = {"received": float(document["上期已收"]), "balance": float(document["上期余额"])}
            rows.append(
                now
                | was
                | {"last_paid_on": None, "status": "正常", "confirmation_no": None, "confirmed_on": None}
            )
    return build(folder / "2026Q2.xlsx", {"receivables": rows}, EARLIER)
