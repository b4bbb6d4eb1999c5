"""Headers and labels without what staff add to them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

_UNIT_SUFFIX = re.compile(r"[(（\[]\s*(?:单位[:：]?)?\s*(?:人民币)?\s*(元|千元|万元)\s*[)）\]]$")


#: What a link of ours at the end of a row starts with: in an annotated copy that comes back it is no header.
LINK = "→"


def normal(text: Any) -> str:
    """A header or label without what staff add to it: spaces, line breaks, stars, colons, width, case."""
    return _normal(text) if isinstance(text, str) else ""


@lru_cache(maxsize=8_192)
def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s*:：★＊]+", "", plain).lower()


@lru_cache(maxsize=8_192)
def bare(text: str) -> tuple[str, str | None]:
    """A normalised header without its unit, and the unit."""
    match = _UNIT_SUFFIX.search(text)
    return (text[: match.start()], match[1]) if match else (text, None)
