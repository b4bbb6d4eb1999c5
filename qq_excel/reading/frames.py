"""Messages between the program and the processes that read: pickles whose columns go beside them, uncopied.

A table's kind crosses by name, so that both sides hold the one object that they loaded themselves.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import struct
from typing import IO, Any

from qq_excel.kinds import Kind, get_kind

_COUNT, _SIZE = struct.Struct("<I"), struct.Struct("<Q")


class _Pickler(pickle.Pickler):
    # a table of types: a hook such as ``persistent_id`` is asked about each of two thousand objects of a workbook
    dispatch_table = copyreg.dispatch_table.copy()
    dispatch_table[Kind] = lambda kind: (get_kind, (kind.kind,))


def send(file: IO[bytes], message: Any) -> None:
    """Write *message* to *file*. Raises :class:`OSError` when nobody listens."""
    buffers: list[pickle.PickleBuffer] = []
    body = io.BytesIO()
    _Pickler(body, protocol=5, buffer_callback=buffers.append).dump(message)
    parts = [body.getbuffer(), *(b.raw() for b in buffers)]
    file.write(_COUNT.pack(len(parts)) + b"".join(_SIZE.pack(p.nbytes) for p in parts))
    for part in parts:
        file.write(part)
    file.flush()


def receive(file: IO[bytes]) -> Any:
    """The next message of *file*. Raises :class:`EOFError` when there is none, or only a part of one."""
    (count,) = _COUNT.unpack(_exactly(file, _COUNT.size))
    sizes = struct.unpack(f"<{count}Q", _exactly(file, count * _SIZE.size))
    body, *buffers = [_exactly(file, size) for size in sizes]
    return pickle.loads(body, buffers=buffers)  # noqa: S301 - from a process of our own


def _exactly(file: IO[bytes], size: int) -> bytearray:
    out = bytearray(size)
    view = memoryview(out)
    while view:
        got = file.readinto(view)  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        view = view[got:]
    return out
