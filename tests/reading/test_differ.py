"""Sheets with pieces of markup spliced in are refused or read as they are meant (docs/fuzzing.md has the longer runs)."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tests.fuzz.differ import sheet_of, tried


def test_what_is_not_refused_is_read_as_it_is_meant(tmp_path: Path) -> None:
    rng = random.Random(20261130)  # noqa: S311
    found = Counter(tried(rng, tmp_path / "a.xlsx") for _ in range(1_500))
    assert min(found.values()) > 20, found


def test_an_honest_sheet_is_not_refused(tmp_path: Path) -> None:
    from tests.fuzz.differ import difference, meant, read

    for seed in range(10):
        parts = sheet_of(random.Random(seed))  # noqa: S311
        bulk, first = read(tmp_path / "a.xlsx", *parts)
        assert len(meant(*parts)) == 25
        assert difference(meant(*parts), bulk) is None
        assert difference(meant(*parts), first) is None
