"""What fuzzing found stays mended: each kept input is put to every target again (docs/fuzzing.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import targets

FOUND = sorted((Path(__file__).parents[1] / "fuzz/found").iterdir())


def test_there_are_some() -> None:
    assert len(FOUND) >= 6


@pytest.mark.parametrize("path", FOUND, ids=lambda p: p.name)
def test_found_input(path: Path) -> None:
    data = path.read_bytes()
    for run in targets.TARGETS.values():
        run(data)


def test_cells_of_any_bytes_are_a_sheet() -> None:
    for n in range(30):
        targets.locate_cells(bytes((n * 37 + i * 11) % 256 for i in range(20 * n)))
