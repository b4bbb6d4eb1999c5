"""The files of a register in an object store (s3, gs, abfs …) or another place that fsspec knows, by URL.

An object is written whole or not at all; what is read is read where it is, by DuckDB and pyarrow through fsspec.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from qq_excel.errors import OutputError
from qq_excel.language import Text
from qq_excel.register.store import Store
from qq_excel.urls import cannot_be_read, file_system, why, without_user

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class Objects(Store):
    """What lies below a URL."""

    failures = (Exception,)  # every file system has errors of its own

    def __init__(self, url: str) -> None:
        """Raises :class:`~qq_excel.errors.InputError` when there is no way to it."""
        self.url = url.rstrip("/")
        # several programs may write to it: what was listed a moment ago is not remembered
        self._system, self._root = file_system(self.url, use_listings_cache=False)
        self._root = self._root.rstrip("/")

    def __reduce__(self) -> tuple[type[Objects], tuple[str]]:
        return Objects, (self.url,)

    def at(self, name: str) -> str:
        """The URL of the file *name*."""
        return f"{self.url}/{name}"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB that reads through fsspec."""
        import duckdb  # noqa: PLC0415

        db = duckdb.connect()
        db.register_filesystem(self._system)
        return db

    def open(self, name: str) -> IO[bytes]:
        """The file *name*, to read."""
        file: IO[bytes] = self._system.open(f"{self._root}/{name}", "rb")
        return file

    def table(self, name: str, filters: Any = None) -> pa.Table:
        """The table *name*."""
        import pyarrow.parquet as pq  # noqa: PLC0415

        return pq.read_table(f"{self._root}/{name}", filesystem=self._system, filters=filters)

    def has(self, name: str) -> bool:
        """Whether there is a file *name*. Raises :class:`OutputError` when the place is out of reach."""
        try:
            there: bool = self._system.exists(f"{self._root}/{name}")
        except Exception as error:
            raise _cannot_write(self.at(name), error) from error
        return there

    def names(self, folder: str) -> list[str]:
        """The files in *folder*. Raises :class:`~qq_excel.errors.InputError` when the place is out of reach."""
        try:
            found = self._system.find(f"{self._root}/{folder}", maxdepth=1)
        except FileNotFoundError:
            return []
        except Exception as error:
            raise cannot_be_read(self.at(folder), why(error)) from error
        return [name.rpartition("/")[2] for name in found]

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A file of this computer that is sent to become the file *name*."""
        with tempfile.TemporaryDirectory(prefix="qq-") as folder:
            file = Path(folder) / Path(name).name
            yield file
            try:
                self._send(file, f"{self._root}/{name}")
            except Exception as error:
                raise _cannot_write(self.at(name), error) from error

    def _send(self, file: Path, path: str) -> None:
        try:
            self._system.put_file(str(file), path)
        except FileNotFoundError:  # a place that has folders; an object store has none
            self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._system.put_file(str(file), path)

    def remove(self, name: str) -> None:
        """Take the file *name* away."""
        try:
            self._system.rm_file(f"{self._root}/{name}")
        except FileNotFoundError:
            pass
        except Exception as error:
            raise _cannot_write(self.at(name), error) from error


def _cannot_write(url: str, error: Exception) -> OutputError:
    where, said = without_user(url), why(error)
    return OutputError(Text(f"{where}：无法写入（{said.zh}）。", f"{where}: cannot be written ({said.en})."))
