"""One PostgreSQL server for all tests that need a register."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.register.postgres import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A register that is not there yet, on either database."""
    if request.param == "sqlite":
        return str(tmp_path / "register.db")
    made: str = request.getfixturevalue("server").url
    return made
