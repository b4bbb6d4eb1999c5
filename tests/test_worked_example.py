"""docs/worked-example.md, worked out by hand, against the program: the same findings, no more, no fewer."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from qq_excel.check import check_paths
from qq_excel.kinds import FieldType, get_kind
from tests.support.build import build
from tests.support.documents import table_under

DOCUMENT = Path(__file__).parents[1] / "docs" / "worked-example.md"


def typed(header: str, text: str) -> tuple[str, Any]:
    field = next(f for f in get_kind("receivables").fields if f.header == header)
    if text == "—":
        return field.name, None
    if field.type is FieldType.DATE:
        return field.name, dt.date.fromisoformat(text)
    return field.name, float(text) if field.type.numeric else text


def test_the_program_finds_what_was_worked_out_by_hand(tmp_path: Path) -> None:
    rows = [dict(typed(h, v) for h, v in row.items()) for row in table_under(DOCUMENT, "债权")]
    assert len(rows) == 10
    path = build(
        tmp_path / "example.xlsx",
        {
            "receivables": rows,
            "credit_terms": [{"contract_id": None, "insured_days": 500}],
            "contracts": [{}, {"expires_on": dt.date(2026, 10, 20)}],
        },
    )
    findings = check_paths([path]).findings
    wanted = [(r["规则"], r["单元格"], r["级别"]) for r in table_under(DOCUMENT, "应有的问题")]
    assert [(f.rule, f.cell, f.level) for f in findings] == wanted


def test_every_finding_is_explained() -> None:
    for row in table_under(DOCUMENT, "应有的问题"):
        assert re.fullmatch(r"[A-Z]{3}\d{3}", row["规则"])
        assert re.fullmatch(r"[A-Z]{1,2}\d+", row["单元格"])
        assert len(row["手工演算"]) >= 8
