"""The files of a register: tables and findings as Parquet, each named by its content and never changed.

KIND/PERIOD/UNIT_DIGEST.parquet        a table that was accepted
findings/PERIOD/UNIT_DIGEST.parquet    what was found in a submission

They lie in a folder, or in an object store (:mod:`qq_excel.register.objects`). DuckDB and pyarrow read them where they are.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import cannot_write, safe_name, writing
from qq_excel.urls import without_user

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FINDINGS = "findings"
_PIECE = 1 << 20


class Store(ABC):
    """Where a register's files are. They go by name: a path below the store, as entries have it."""

    #: What reading a file that is gone or damaged, or a place that is out of reach, can end in.
    failures: tuple[type[Exception], ...]

    # --- what kinds of stores differ in --------------------------------------------------------------

    @abstractmethod
    def at(self, name: str) -> str:
        """Where DuckDB finds the file *name*."""

    @abstractmethod
    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB that can read the files."""

    @abstractmethod
    def open(self, name: str) -> IO[bytes]:
        """The file *name*, to read."""

    @abstractmethod
    def table(self, name: str, filters: Any = None) -> pa.Table:
        """The table *name*; *filters* as pyarrow takes them. Raises one of :attr:`failures` or a pyarrow error."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether there is a file *name*."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """The files in *folder*, by their names there."""

    @abstractmethod
    def writing(self, name: str) -> AbstractContextManager[Path]:
        """A file of this computer that becomes the file *name*, whole, when the block ends well.

        Raises :class:`~qq_excel.errors.OutputError`.
        """

    @abstractmethod
    def remove(self, name: str) -> None:
        """Take the file *name* away, if it is there. Raises :class:`~qq_excel.errors.OutputError`."""

    def failures_of_duckdb(self) -> tuple[type[Exception], ...]:
        """What asking DuckDB of such a file can end in."""
        import duckdb

        return (duckdb.Error, *self.failures)

    # --- what all do -----------------------------------------------------------------------------------

    def put(self, kind: str, owner: str, period: str | None, content: bytes) -> dict[str, str]:
        """Keep *content*; how an entry names it. Raises :class:`~qq_excel.errors.OutputError`."""
        digest = hashlib.sha256(content).hexdigest()
        name = f"{kind}/{safe_name(period or '', 'no-period')}/{safe_name(owner, 'no-unit')}_{digest[:16]}.parquet"
        if not self.has(name):
            self._write(name, content)
        return {"kind": kind, "path": name, "sha256": digest}

    def take_over(self, files: Iterable[Mapping[str, Any]], of: Store) -> None:
        """Keep the *files*, as entries name them, that another store has. Raises :class:`~qq_excel.errors.OutputError`."""
        for name in (file["path"] for file in files):
            if not self.has(name):
                with of.open(name) as content:
                    self._write(name, content.read())

    def _write(self, name: str, content: bytes) -> None:
        with self.writing(name) as file:
            file.write_bytes(content)

    @contextmanager
    def putting_back(self) -> Iterator[Callable[[str, bytes], None]]:
        """What keeps the content of a backup under the name that its entry has. Files that were not there before are
        taken away again unless the block ends well.
        """
        new: list[str] = []

        def put(name: str, content: bytes) -> None:
            if not self.has(name):
                new.append(name)
            self._write(name, content)

        try:
            yield put
        except BaseException:
            for name in new:
                self.remove(name)
            raise

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of the file *name*. Raises :class:`InputError`."""
        try:
            with self.open(name) as file:
                while piece := file.read(_PIECE):
                    yield piece
        except self.failures as error:
            raise self.cannot_be_read(name) from error

    def wrong(self, files: Iterable[Mapping[str, Any]]) -> Text | None:
        """What is wrong with the files that an entry names; None when they are what was written."""
        for file in files:
            try:
                with self.open(file["path"]) as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
            except self.failures:
                return Text(
                    f"数据表 {file['path']} 不见了或读不到",
                    f"the table {file['path']} is gone or cannot be read",
                )
            if digest != file["sha256"]:
                return Text(
                    f"数据表 {file['path']} 与写入时不同", f"the table {file['path']} is not what was written"
                )
        return None

    def is_whole(self, name: str) -> bool:
        """Whether the table *name* is there and every page of it can be read."""
        import pyarrow as pa

        try:
            self.table(name)
        except (pa.ArrowException, *self.failures):
            return False
        return True

    def rows(self, name: str, column: str, value: str) -> list[dict[str, Any]]:
        """The rows of the table *name* that have *value* in *column*. Raises :class:`InputError`."""
        import pyarrow as pa

        try:
            rows: list[dict[str, Any]] = self.table(name, [(column, "=", value)]).to_pylist()
        except (pa.ArrowException, *self.failures):
            raise self.cannot_be_read(name) from None
        return rows

    def cannot_be_read(self, name: str) -> InputError:
        """One sentence for a table that is gone or damaged."""
        where = without_user(self.at(name))
        return InputError(
            Text(
                f"{where}：数据表不见了或已损坏。数据表放在别处的，请用 --tables 写明；否则请用 register verify 核验，并从备份恢复。",
                f"{where}: the table is gone or damaged. If the tables are elsewhere, say where with --tables; else see register verify,"
                " and restore a backup.",
            )
        )


class Folder(Store):
    """A folder of this computer."""

    failures = (OSError,)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def at(self, name: str) -> str:
        """Where the file *name* is."""
        return str(self.folder / name)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB."""
        import duckdb

        return duckdb.connect()

    def open(self, name: str) -> IO[bytes]:
        """The file *name*, to read."""
        return (self.folder / name).open("rb")

    def table(self, name: str, filters: Any = None) -> pa.Table:
        """The table *name*."""
        import pyarrow.parquet as pq

        return pq.read_table(self.folder / name, filters=filters)

    def has(self, name: str) -> bool:
        """Whether there is a file *name*."""
        return (self.folder / name).exists()

    def names(self, folder: str) -> list[str]:
        """The files in *folder*."""
        return [path.name for path in (self.folder / folder).glob("*")]

    def writing(self, name: str) -> AbstractContextManager[Path]:
        """A file that becomes the file *name*."""
        return writing(self.folder / name)

    def remove(self, name: str) -> None:
        """Take the file *name* away."""
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(self.folder / name, error) from None
