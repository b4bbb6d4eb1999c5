"""Splices: replacements of byte ranges in one part, applied together, and turned round to undo them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


class PatchError(ValueError):
    """A package that cannot be changed safely: its XML is broken or contradicts itself."""


@dataclass(slots=True)
class Splices:
    """Edits of one part. All places are those of *base*; edits at one place come in the order given."""

    base: bytes
    _edits: list[tuple[int, int, bytes]] = field(default_factory=list)

    def insert(self, at: int, content: bytes) -> None:
        """Put *content* before the byte at *at*."""
        self._edits.append((at, at, content))

    def replace(self, start: int, end: int, content: bytes) -> None:
        """Put *content* in place of the bytes from *start* to before *end*."""
        if self.base[start:end] != content:
            self._edits.append((start, end, content))

    def __bool__(self) -> bool:
        return bool(self._edits)

    def _in_order(self) -> list[tuple[int, int, bytes]]:
        return sorted(self._edits, key=lambda e: (e[0], e[1]))

    def pieces(self) -> Iterator[bytes | memoryview]:
        """The new bytes, one piece after the other; what is kept is not copied."""
        base, at = memoryview(self.base), 0
        for start, end, content in self._in_order():
            yield base[at:start]
            yield content
            at = end
        yield base[at:]

    def back(self) -> list[tuple[int, int, bytes]]:
        """The edits that lead back from the new bytes to *base*. Raises :class:`PatchError` when two edits meet."""
        back: list[tuple[int, int, bytes]] = []
        at = size = 0
        for start, end, content in self._in_order():
            if start < at:
                raise PatchError("two edits meet")
            size += start - at
            back.append((size, size + len(content), self.base[start:end]))
            size += len(content)
            at = end
        return back

    def apply(self) -> tuple[bytes, list[tuple[int, int, bytes]]]:
        """The new bytes, and the edits that lead back from them to *base*."""
        back = self.back()
        return b"".join(self.pieces()), back


def turned_back(content: bytes, back: list[tuple[int, int, bytes]]) -> bytes:
    """*content* with the edits *back* applied; :class:`PatchError` when they do not fit."""
    whole = Splices(content)
    for start, end, old in back:
        if not 0 <= start <= end <= len(content):
            raise PatchError("an edit lies outside the part")
        whole._edits.append((start, end, old))
    return whole.apply()[0]
