"""One LibreOffice without a window for all tests of the engine and the actions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from qq_excel.addin import host
from qq_excel.addin.libreoffice import running
from tests.support import office as real

SAMPLES = Path(__file__).parents[2] / "workbooks" / "samples" / "group"


@pytest.fixture(scope="session")
def calc() -> Iterator[Any]:
    """The application."""
    real.needs()
    with running.started() as app:
        yield app


@pytest.fixture
def opened(calc, tmp_path, monkeypatch):
    """Opens copies of workbooks and closes all that is open at the end; settings and log of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("QQ_LOG_DIR", str(tmp_path / "log"))

    def open_(source: Path, beside: bool = False) -> Any:
        folder = tmp_path / "home"
        if beside:
            shutil.copytree(source.parent, folder, dirs_exist_ok=True)
        folder.mkdir(exist_ok=True)
        target = folder / source.name
        if source != target:
            shutil.copy(source, target)
        return calc.books.open(str(target))

    yield open_
    for book in list(calc.books):
        book.close()


@dataclass
class Clerk:
    """Who answers the dialogs: what was said, and the answers in their order."""

    said: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def answer(self, question: str) -> Any:
        self.said.append(question)
        return self.answers.pop(0)


@pytest.fixture
def clerk(monkeypatch):
    """Stands in for the person before the screen; real dialogs are pressed in ``test_clicks``."""
    one = Clerk()
    monkeypatch.setattr(host.Calc, "tell", lambda self, text: one.said.append(text))
    monkeypatch.setattr(host.Calc, "ask", lambda self, text, buttons="ok_cancel": one.answer(text))
    monkeypatch.setattr(host.Calc, "folder", lambda self, title: one.answer(title))
    monkeypatch.setattr(
        host.Calc, "one_of", lambda self, title, choices: one.answer("\n".join([title, *choices]))
    )
    return one
