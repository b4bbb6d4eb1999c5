"""Worked examples in docs/ as data."""

from __future__ import annotations

from pathlib import Path


def table_under(document: Path, heading: str) -> list[dict[str, str]]:
    """The rows of the table under a heading of *document*, by their headers."""
    part = document.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [x.strip().strip("|").split("|") for x in part.splitlines() if x.startswith("|")]
    header, _, *rows = [[c.strip() for c in line] for line in lines]
    return [dict(zip(header, row, strict=True)) for row in rows]
