"""By what files are told apart and known again: the SHA-256 of their bytes, in hex."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256_of(path: Path) -> str:
    """The digest of a file. Raises :class:`OSError` when it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_if_read(path: Path) -> str | None:
    """The same; None for a file that is not there or cannot be read."""
    try:
        return sha256_of(path)
    except OSError:
        return None
