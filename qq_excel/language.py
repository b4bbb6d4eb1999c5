"""Two languages: Chinese first, English on request.

A :class:`Text` carries both; which one is shown is decided where it is printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]
_LANG: ContextVar[Lang] = ContextVar("qq_excel_lang", default="zh")


def current() -> Lang:
    """The language of this run."""
    return _LANG.get()


def use(lang: Lang) -> None:
    """Set the language for the rest of the run."""
    _LANG.set(lang)


@contextmanager
def using(lang: Lang) -> Iterator[None]:
    """Set the language for a block."""
    token = _LANG.set(lang)
    try:
        yield
    finally:
        _LANG.reset(token)


@dataclass(frozen=True, slots=True)
class Text:
    """One text in Chinese and English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.in_(current())

    def in_(self, lang: Lang) -> str:
        """The text in *lang*."""
        return self.zh if lang == "zh" else self.en


def plural(count: float, one: str, more: str = "") -> str:
    """The English word for so many: *one*, or *more* (with an ``s`` unless something else is said)."""
    return one if count == 1 else more or f"{one}s"


def many(count: int, one: str, more: str = "") -> str:
    """*count* with its English word: ``1 row``, ``2 rows``."""
    return f"{count} {plural(count, one, more)}"


def t(zh: str, en: str) -> str:
    """The text in the language of this run."""
    return zh if current() == "zh" else en
