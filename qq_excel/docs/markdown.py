"""Markdown, as much of it as the generated pages need."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

#: First line of every generated page: whoever opens it should know where to change it.
GENERATED = (
    "<!-- 由程序生成（make docs），请勿直接修改；来源：schemas/ 和规则的说明。"
    " Generated from schemas/ and docstrings by `make docs`; do not edit. -->"
)


def page(*parts: str) -> str:
    """A page of *parts*, a blank line between them; empty ones are left out."""
    return "\n\n".join([GENERATED, *(p for p in parts if p)]) + "\n"


def plain(text: str) -> str:
    """*text* so that it reads as it is, in running text and in a table's cell."""
    out = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*")
    return out.replace("\n", "<br>")


def code(text: str) -> str:
    """An identifier."""
    return f"`{text}`"


def link(text: str, target: str) -> str:
    """A link to another page or file."""
    return f"[{text}]({target})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def relative(target: str, page_path: str) -> str:
    """*target* as a link on the page *page_path*; both are paths below the repository, with ``/``."""
    return os.path.relpath(target, os.path.dirname(page_path) or ".").replace(os.sep, "/")  # noqa: PTH120 - of names, not of files
