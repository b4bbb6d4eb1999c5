"""Zips that others made: opened when they are packed as zips of documents are."""

from __future__ import annotations

import zipfile
import zlib
from os import PathLike
from typing import IO

#: What opening or reading a zip that is damaged, or packed otherwise, can end in.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
#: What office programs and archivers write, and all that Open XML and OpenDocument allow. The decoders of other methods raise
#: errors of their own, and take as much memory as a member asks for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def opened(file: str | PathLike[str] | IO[bytes]) -> zipfile.ZipFile:
    """The zip *file*. Raises one of ``DAMAGED``, also for one of whose members another method was used."""
    archive = zipfile.ZipFile(file)
    if all(i.compress_type in _METHODS for i in archive.infolist()):
        return archive
    archive.close()
    raise NotImplementedError("a method of compression that no office program uses")
