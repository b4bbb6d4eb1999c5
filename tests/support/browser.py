"""The system's Chromium, driven by Playwright: pages as their readers see them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("QQ_REQUIRE_ALL"), reason="Chromium opens the page"
)
#: Milliseconds that anything may take: others use this machine too.
_MOST = 180_000


@contextmanager
def opened(page: Path, width: int = 1280) -> Iterator[Any]:
    """*page* in a window of *width*, without a network; any error of its script fails the test."""
    from playwright.sync_api import sync_playwright  # starts a driver

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=_MOST)
        try:
            context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
            context.set_default_timeout(_MOST)
            tab = context.new_page()
            said: list[str] = []
            tab.on("pageerror", lambda error: said.append(str(error)))
            tab.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
            tab.goto(page.resolve().as_uri())
            yield tab
            assert said == []
        finally:
            browser.close()


def violations(tab: Any) -> list[str]:
    """What axe-core finds wrong with the page: rule and first element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]
