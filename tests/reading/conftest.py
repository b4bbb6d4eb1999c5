"""Sheets are read at once where they are small and plain, in bulk else: what is told of cells is told of both."""

from __future__ import annotations

import pytest

from qq_excel.reading.package import Package


@pytest.fixture(params=["at once", "in bulk"])
def each_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runs twice: sheets are read as they are, and all by the bulk reader."""
    if request.param == "in bulk":
        monkeypatch.setattr(Package, "plain", lambda *_: None)
