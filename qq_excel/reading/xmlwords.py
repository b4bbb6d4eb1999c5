"""Names, counts and addresses as XML parts state them.

What the first rows of one workbook state those of the next state again, so the answers are kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from qq_excel.findings import from_a1
from qq_excel.reading.refusal import damaged


def local(element: Any) -> str:
    """The local name of an element, whatever its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


@lru_cache(maxsize=4_096)
def whole(text: str | bytes | None, default: int) -> int:
    """A count or an index that XML states; what is stated and is none means a broken file.

    Raises :class:`~qq_excel.reading.refusal.Refusal`.
    """
    if not text:
        return default
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    if not re.fullmatch(r"[0-9]{1,10}", plain):
        raise damaged()
    return int(plain)


@lru_cache(maxsize=4_096)
def place(address: str) -> tuple[int, int]:
    """Row and column of an address that XML states; what is none means a broken file."""
    try:
        return from_a1(address)
    except ValueError:
        raise damaged() from None
