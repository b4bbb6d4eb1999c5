"""Compound files (MS-CFB version 3), the container of VBA projects: written, never read.

Sectors of 512 bytes; streams shorter than 4,096 bytes lie in the mini stream in pieces of 64. The order of
the sectors is ours to choose: streams, mini stream, mini FAT, directory, FAT. Reading is olefile's part.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Union

#: A storage: names to streams (bytes) or further storages.
Tree = Mapping[str, Union[bytes, "Tree"]]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NOBODY: Final = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_ENTRY = struct.Struct("<64sHBBIII16sIQQIQ")
#: FAT sectors that the header itself can list; more would need a DIFAT chain (files over 6.8 MB).
_HEADER_FATS = 109


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    colour: int = _BLACK
    left: int = _NOBODY
    right: int = _NOBODY
    child: int = _NOBODY
    start: int = 0
    size: int = 0

    def pack(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        return _ENTRY.pack(
            name, len(name), self.kind, self.colour, self.left, self.right, self.child,
            bytes(16), 0, 0, 0, self.start, self.size,
        )  # fmt: skip


@dataclass(slots=True)
class _Chains:
    """Sectors laid one after the other, and the table that links them."""

    size: int
    links: list[int] = field(default_factory=list)
    content: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> int:
        """Append *data*; the number of its first sector."""
        if not data:
            return _END
        first, count = len(self.links), -(-len(data) // self.size)
        self.links += [*range(first + 1, first + count), _END]
        self.content += data.ljust(count * self.size, b"\0")
        return first


def compound_file(tree: Tree) -> bytes:
    """The compound file that holds *tree*; the same tree gives the same bytes.

    Raises ``ValueError`` for a name that the format cannot hold and for more than 6.8 MB.
    """
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _add_children(entries, tree)
    sectors, minis = _Chains(_SECTOR), _Chains(_MINI)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.size = len(entry.data)
            entry.start = (minis if entry.size < _CUTOFF else sectors).add(entry.data)
    entries[0].size = len(minis.content)
    entries[0].start = sectors.add(bytes(minis.content))
    mini_fat = _padded(struct.pack(f"<{len(minis.links)}I", *minis.links), b"\xff")
    first_mini_fat = sectors.add(mini_fat)
    first_directory = sectors.add(_directory(entries))
    fat_count, first_fat = _append_fat(sectors)
    listed = [first_fat + i for i in range(fat_count)] + [_FREE] * (_HEADER_FATS - fat_count)
    header = struct.pack(
        "<8s16xHHHHH6x9I109I",
        bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6,
        0, fat_count, first_directory, 0, _CUTOFF,
        first_mini_fat, len(mini_fat) // _SECTOR, _END, 0, *listed,
    )  # fmt: skip
    return header + bytes(sectors.content)


def _padded(data: bytes, filler: bytes) -> bytes:
    return data + filler * (-len(data) % _SECTOR)


def _directory(entries: list[_Entry]) -> bytes:
    per_sector = _SECTOR // _ENTRY.size
    unused = _ENTRY.pack(b"", 0, 0, 0, _NOBODY, _NOBODY, _NOBODY, bytes(16), 0, 0, 0, 0, 0)
    return b"".join(e.pack() for e in entries) + unused * (-len(entries) % per_sector)


def _append_fat(sectors: _Chains) -> tuple[int, int]:
    """Put the FAT behind everything else; it lists its own sectors too. Its length and first sector."""
    per_sector = _SECTOR // 4
    first = len(sectors.links)
    count = -(-first // (per_sector - 1))
    if count > _HEADER_FATS:
        raise ValueError("more than 6.8 MB do not fit into a compound file without a DIFAT")
    links = sectors.links + [_FAT_SECTOR] * count
    links += [_FREE] * (count * per_sector - len(links))
    sectors.content += struct.pack(f"<{len(links)}I", *links)
    return count, first


def _order(name: str) -> tuple[int, str]:
    """How MS-CFB 2.6.4 compares names: the shorter first, then by upper case."""
    return len(name.encode("utf-16-le")), name.upper()


def _add_children(entries: list[_Entry], tree: Tree) -> int:
    """Append the children of a storage and link them as a red-black tree; the number of its root."""
    numbers: list[int] = []
    for name in sorted(tree, key=_order):
        if not 0 < len(name.encode("utf-16-le")) < 64 or set(name) & set("/\\:!"):
            raise ValueError(f"a compound file cannot hold the name {name!r}")
        content = tree[name]
        numbers.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, _STREAM, content))
        else:
            entries.append(_Entry(name, _STORAGE))
    root = _link(entries, numbers, _full_levels(len(numbers)))
    for number in numbers:
        content = tree[entries[number].name]
        if not isinstance(content, bytes):
            entries[number].child = _add_children(entries, content)
    return root


def _full_levels(count: int) -> int:
    """Levels that a balanced tree of *count* nodes fills: below them stand the red ones."""
    return (count + 1).bit_length() - 1


def _link(entries: list[_Entry], numbers: list[int], black_levels: int) -> int:
    """Halve *numbers* into a tree. All levels but the last are full, so only the last one is red."""
    if not numbers:
        return _NOBODY
    middle = len(numbers) // 2
    entry = entries[numbers[middle]]
    entry.colour = _BLACK if black_levels > 0 else _RED
    entry.left = _link(entries, numbers[:middle], black_levels - 1)
    entry.right = _link(entries, numbers[middle + 1 :], black_levels - 1)
    return numbers[middle]
