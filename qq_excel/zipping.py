"""Zips whose bytes depend on names and contents only: not on the day, nor on the system that writes them.

The same as :mod:`zipfile` would write on Linux. That takes no part that is compressed already, and writes each head twice:
of the small packages that go back to the units by the thousand, half of the parts are the same in all.
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import BinaryIO, NamedTuple

#: What stands before a part, in the directory for each part, and at the end.
_HEAD, _ENTRY, _END = (struct.Struct(x) for x in ("<4s5H3I2H", "<4s6H3I5H2I", "<4s4H2IH"))
#: What stands in the directory of a part far behind, and before the end of a zip of many parts or of a long one.
_FAR, _LONG_END = struct.Struct("<2HQ"), struct.Struct("<4sQ2H2I4Q4sIQI")
#: Longer ones need fields of 64 bits.
_LIMIT, _MOST_PARTS = (1 << 31) - 1, 0xFFFF
_FULL = 0xFFFFFFFF
#: Version 2.0 of the format, 4.5 with fields of 64 bits; made on Unix: programs look there for the permissions.
_PLAIN, _LONG, _UNIX = 20, 45, 3 << 8
_UTF8, _DEFLATED = 0x800, 8
#: 2020-01-01 00:00:00.
_TIME, _DAY = 0, 40 << 9 | 1 << 5 | 1
_PERMISSIONS = 0o644 << 16
#: Parts so small are remembered with what they become: styles, relationships, the sheet on the policy.
_SMALL, _REMEMBERED = 1 << 16, 64


class _Packed(NamedTuple):
    """A part: its checksum, its size and what it becomes."""

    crc: int
    size: int
    content: bytes


class ZipWriter:
    """One zip, from its first byte to its last."""

    def __init__(self, file: BinaryIO, level: int) -> None:
        """*level* says how hard parts are compressed."""
        self._file = file
        self._level = level
        self._directory: list[bytes] = []
        self._size = 0

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write the part *name*; what comes in one piece is compressed in memory."""
        each = iter(pieces)
        first, second = next(each, b""), next(each, None)
        encoded = name.encode()
        fields = (0 if encoded.isascii() else _UTF8, _DEFLATED, _TIME, _DAY)
        start = self._size
        if second is None:
            packed = (_remembered if len(first) <= _SMALL else _packed)(first, self._level)
            sizes = (packed.crc, len(packed.content), packed.size)
            self._write(_head(fields, sizes, encoded) + packed.content)
        else:
            self._write(_head(fields, (0, 0, 0), encoded))
            sizes = self._stream((first, second), each)
            self._file.seek(start - self._size, os.SEEK_CUR)
            self._file.write(_head(fields, sizes, encoded))
            self._file.seek(0, os.SEEK_END)
        if max(sizes[1:]) > _LIMIT:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
        self._directory.append(_entry(fields, sizes, encoded, start))

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._size += len(content)

    def _stream(self, *pieces: Iterable[bytes]) -> tuple[int, int, int]:
        """Write *pieces* as they come; checksum, size in the zip and size of the part."""
        compressor = zlib.compressobj(self._level, zlib.DEFLATED, -zlib.MAX_WBITS)
        crc = size = 0
        start = self._size
        for some in pieces:
            for piece in some:
                crc = zlib.crc32(piece, crc)
                size += len(piece)
                self._write(compressor.compress(piece))
        self._write(compressor.flush())
        return crc, self._size - start, size

    def close(self) -> None:
        """Write the directory."""
        start, count = self._size, len(self._directory)
        for entry in self._directory:
            self._write(entry)
        size = self._size - start
        if count > _MOST_PARTS or max(start, size) > _LIMIT:
            sizes = (count, count, size, start)
            self._write(
                _LONG_END.pack(b"PK\6\6", 44, _LONG, _LONG, 0, 0, *sizes, b"PK\6\7", 0, start + size, 1)
            )
        count, size, start = min(count, 0xFFFF), min(size, _FULL), min(start, _FULL)
        self._write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0))


def _head(fields: tuple[int, ...], sizes: tuple[int, int, int], name: bytes) -> bytes:
    return _HEAD.pack(b"PK\3\4", _PLAIN, *fields, *sizes, len(name), 0) + name


def _entry(fields: tuple[int, ...], sizes: tuple[int, int, int], name: bytes, start: int) -> bytes:
    version, far = _PLAIN, b""
    if start > _LIMIT:
        version, far, start = _LONG, _FAR.pack(1, 8, start), _FULL
    after = (len(name), len(far), 0, 0, 0, _PERMISSIONS, start)
    return _ENTRY.pack(b"PK\1\2", version | _UNIX, version, *fields, *sizes, *after) + name + far


def _packed(content: bytes, level: int) -> _Packed:
    compressor = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return _Packed(zlib.crc32(content), len(content), compressor.compress(content) + compressor.flush())


_remembered = lru_cache(maxsize=_REMEMBERED)(_packed)
