"""Limits from a file or a variable; the documentation lists what the program has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qq_excel.errors import SchemaError
from qq_excel.reading import Limits, load_limits

DOCS = Path(__file__).parents[2] / "docs/reading.md"


def test_every_limit_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {k: int(v.replace(",", "")) for k, v in rows} == Limits().model_dump()


def test_limits_of_a_file_and_of_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "limits.yaml"
    path.write_text("file_bytes: 50000000\nseconds: 30\n", encoding="utf-8")
    assert load_limits(path) == Limits(file_bytes=50_000_000, seconds=30)
    assert load_limits() == Limits()
    monkeypatch.setenv("QQ_LIMITS", str(path))
    assert load_limits().seconds == 30


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("secs: 3", "第 1 行：不认识的键“secs”"),
        ("parts: 5\nseconds: 0", "第 2 行"),
        ("memory_bytes: 10", "第 1 行"),
    ],
)
def test_wrong_limits(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "limits.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=says):
        load_limits(path)
