"""The files of a register in an object store (s3, gs, abfs …) or another place that fsspec knows, by URL.

A file is written whole or not at all; what is read is read where it is, by DuckDB and pyarrow through fsspec.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from qq_excel.language import Text
from qq_excel.register.store import Store
from qq_excel.urls import Place, cannot_be_read

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class Objects(Store):
    """What lies below a URL."""

    failures = (Exception,)  # every file system has errors of its own

    def __init__(self, url: str) -> None:
        """Raises :class:`~qq_excel.errors.InputError` when there is no way to it."""
        self.place = Place(url)
        if self.place.one_reader:  # DuckDB and pyarrow read with several threads
            raise cannot_be_read(
                url,
                Text(
                    "sftp 不支持同时读取多个文件，不能放数据表；请用文件夹或对象存储",
                    "sftp does not let several files be read at once: no place for tables; take a folder or an object store",
                ),
            )

    def __reduce__(self) -> tuple[type[Objects], tuple[str]]:
        return Objects, (self.place.url,)

    def at(self, name: str) -> str:
        """The URL of the file *name*."""
        return self.place.at(name)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB that reads through fsspec."""
        import duckdb

        db = duckdb.connect()
        db.register_filesystem(self.place.system)
        return db

    def open(self, name: str) -> IO[bytes]:
        """The file *name*, to read."""
        return self.place.open(name)

    def table(self, name: str, filters: Any = None) -> pa.Table:
        """The table *name*."""
        import pyarrow.parquet as pq

        return pq.read_table(self.place.path(name), filesystem=self.place.system, filters=filters)

    def has(self, name: str) -> bool:
        """Whether there is a file *name*. Raises :class:`~qq_excel.errors.OutputError` when the place is out of reach."""
        return self.place.has(name)

    def names(self, folder: str) -> list[str]:
        """The files in *folder*. Raises :class:`~qq_excel.errors.InputError` when the place is out of reach."""
        return [name.rpartition("/")[2] for name in self.place.sizes(folder, deep=False)]

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A file of this computer that is sent to become the file *name*."""
        with tempfile.TemporaryDirectory(prefix="qq-") as folder:
            file = Path(folder) / Path(name).name
            yield file
            self.place.put(file, name)

    def remove(self, name: str) -> None:
        """Take the file *name* away."""
        self.place.remove(name)
