"""Compound files (the old Office format) with just what a test is about."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


def ole(stream: str, content: bytes = b"\0" * 4096, storages: Sequence[str] = ()) -> bytes:
    """A compound file with one stream and up to two empty storages: header, FAT, directory, the stream."""
    sectors = (len(content) + 511) // 512
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *([_FREE] * 108))
    chain = [_FAT, _END, *range(3, 2 + sectors), _END]
    table = struct.pack("<128I", *(chain + [_FREE] * (128 - len(chain))))
    entries = [_entry("Root Entry", _ROOT, child=1)]
    entries.append(_entry(stream, _STREAM, after=2 if storages else _FREE, start=2, size=len(content)))
    for n, name in enumerate(storages, 3):  # each the next one's elder sibling
        entries.append(_entry(name, _STORAGE, after=n if n - 2 < len(storages) else _FREE))
    return header + table + b"".join(entries).ljust(512, b"\0") + content.ljust(sectors * 512, b"\0")


def _entry(
    name: str, type_: int, *, after: int = _FREE, child: int = _FREE, start: int = _END, size: int = 0
) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return raw.ljust(64, b"\0") + struct.pack(
        "<HBBIII16xI8x8xIQ", len(raw), type_, 1, _FREE, after, child, 0, start, size
    )
