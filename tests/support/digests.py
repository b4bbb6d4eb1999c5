"""Files by their digest: what a test compares when bytes must be the same.

A mismatch of two digests is told in one line; pytest would spend minutes on the difference of two packages.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest(path: Path) -> str:
    """SHA-256 of one file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """Every visible file below ``folder``, by its path relative to it, in order."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    return {p.relative_to(folder).as_posix(): digest(p) for p in files}
