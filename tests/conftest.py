"""What all tests share: the state of our log before each, one PostgreSQL server for those that need a register."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.register.postgres import Server


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """The program sends its log to a file and nowhere else; a test that has it do so in this process leaves no trace."""
    log = logging.getLogger("qq_excel")
    yield
    log.propagate = True
    for handler in [h for h in log.handlers if isinstance(h, logging.FileHandler | logging.NullHandler)]:
        log.removeHandler(handler)
        handler.close()


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
