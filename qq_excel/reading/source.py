"""Where a workbook's bytes come from: its file, or memory when it is small or they were decrypted.

What was decrypted never touches the disk again.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Source:
    """A file, and its bytes if they are not those on the disk."""

    path: Path
    content: bytes | None = None

    @classmethod
    def of(cls, path: Path | Source) -> Source:
        """*path* itself if it is a source, else the file there."""
        return path if isinstance(path, Source) else cls(path)

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.path.stat().st_size if self.content is None else len(self.content)

    def open(self) -> IO[bytes]:
        """Its bytes as a seekable file."""
        return self.path.open("rb") if self.content is None else io.BytesIO(self.content)

    def read(self) -> bytes:
        """All its bytes."""
        return self.path.read_bytes() if self.content is None else self.content
