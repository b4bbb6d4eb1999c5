"""Text as papers can bear it: clean, measured, clipped, masked."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from qq_excel.language import t

#: What one cell of a workbook takes.
CELL_LIMIT = 32_767
_CUT = "……（略）"
#: Characters that a text may hold although they do not print.
_ALLOWED = dict.fromkeys(map(ord, "\n\t\u3000"))
V = TypeVar("V")
_BASES = {"业务发生日": "transaction date", "约定付款日": "due date"}


def clean(text: object) -> str:
    """*text* without what no document may hold: control characters, lone surrogates, bidirectional marks."""
    text = str(text)
    if text.isprintable() or text.translate(_ALLOWED).isprintable():  # nearly every text
        return text
    out = []
    for c in text.replace("\r\n", "\n").replace("\r", "\n"):
        if c in "\n\t":
            out.append(c)
        elif unicodedata.category(c) in ("Cc", "Cs", "Cn") or c in "\ufffe\uffff":
            out.append("\ufffd")
        elif c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            continue
        else:
            out.append(c)
    return "".join(out)


def clip(text: str, limit: int = CELL_LIMIT) -> str:
    """*text* no longer than *limit*; what was cut is said."""
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT


def tidy(text: str) -> str:
    """*text* clean and short enough for a cell, as nearly every text is."""
    return text if len(text) <= CELL_LIMIT and text.isprintable() else clip(clean(text))


def width(text: str) -> int:
    """Columns that the longest line of *text* takes: 2 for a Chinese character, 1 for a Latin one."""
    return max(map(_line, text.split("\n"))) if "\n" in text else _line(text)


def lines(text: str, columns: float) -> int:
    """Lines that *text* takes when it is wrapped at *columns*."""
    most = room(columns)
    if "\n" not in text:
        return 1 if 2 * len(text) <= most else max(1, -(-_line(text) // most))
    return sum(max(1, -(-_line(line) // most)) for line in text.split("\n"))


def room(columns: float) -> int:
    """What a line of a text takes that is wrapped at *columns*."""
    return int(max(columns - 1, 2))


class Known(dict[str, V]):
    """What *make* makes of each text, made when it is first asked for."""

    def __init__(self, make: Callable[[str], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> V:
        made = self[text] = self._make(text)
        return made


_column_count = Known(lambda c: 2 if unicodedata.east_asian_width(c) in "WFA" else 1).__getitem__


@lru_cache(maxsize=4_096)
def _line(line: str) -> int:
    return len(line) if line.isascii() else sum(map(_column_count, line))


def mask(code: str | None) -> str:
    """A person's code as it is handed on: ``91370200********1X``."""
    if not code:
        return ""
    first, last = (8, 2) if len(code) >= 18 else (3, 2) if len(code) >= 8 else (0, 0)
    return code[:first] + "*" * (len(code) - first - last) + (code[-last:] if last else "")


def basis_name(basis: str) -> str:
    """The date that ages go by, in the language of the run."""
    return t(basis, _BASES.get(basis, basis))


def reason_words(reason: str | None, by: str | None) -> str:
    """A special reason with who approved it; blank where none is given."""
    return t(f"{reason}（批准人：{by}）", f"{reason} (approved by {by})") if reason else ""
