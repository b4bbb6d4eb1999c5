"""docs/architecture.md names every part of the program, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_table_of_floors_names_every_part() -> None:
    rows = [
        r for r in (ROOT / "docs" / "architecture.md").read_text("utf-8").splitlines() if r.startswith("| `")
    ]
    named = {name for row in rows for name in re.findall(r"`([a-z]+(?:/|\.py))`", row.split("|")[1])}
    program = ROOT / "qq_excel"
    there = {f"{p.parent.name}/" for p in program.glob("*/__init__.py")} | {
        p.name for p in program.glob("[a-z]*.py")
    }
    assert named == there
