"""The files of a register: tables and findings as Parquet, each named by its content and never changed.

KIND/PERIOD/UNIT_DIGEST.parquet        a table that was accepted
findings/PERIOD/UNIT_DIGEST.parquet    what was found in a submission
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import safe_name, write_bytes

FINDINGS = "findings"


def cannot_be_read(path: Path) -> InputError:
    """One sentence for a table that is gone or damaged."""
    return InputError(
        Text(
            f"{path}：数据表不见了或已损坏，请用 register verify 核验，并从备份恢复。",
            f"{path}: the table is gone or damaged; see register verify, and restore a backup.",
        )
    )


def is_whole(path: Path) -> bool:
    """Whether the table at *path* is there and every page of it can be read."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        pq.read_table(path)
    except (OSError, pa.ArrowException):
        return False
    return True


class Store:
    """The folder of a register's files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, kind: str, owner: str, period: str | None, content: bytes) -> dict[str, str]:
        """Keep *content*; how an entry names it. Raises :class:`~qq_excel.errors.OutputError`."""
        digest = hashlib.sha256(content).hexdigest()
        name = f"{kind}/{safe_name(period or '', 'no-period')}/{safe_name(owner, 'no-unit')}_{digest[:16]}.parquet"
        path = self.folder / name
        if not path.exists():
            write_bytes(path, content)
        return {"kind": kind, "path": name, "sha256": digest}

    @contextmanager
    def putting_back(self) -> Iterator[Callable[[str, bytes], None]]:
        """What keeps the content of a backup under the name that its entry has. Files that were not there before are
        taken away again unless the block ends well.
        """
        new: list[Path] = []

        def put(name: str, content: bytes) -> None:
            path = self.folder / name
            if not path.exists():
                new.append(path)
            write_bytes(path, content)

        try:
            yield put
        except BaseException:
            for path in new:
                path.unlink(missing_ok=True)
            raise

    def paths(self, files: Iterable[Mapping[str, Any]], kind: str) -> list[Path]:
        """Where the files of one kind lie that entries name."""
        return [self.folder / f["path"] for f in files if f["kind"] == kind]

    def wrong(self, files: Iterable[Mapping[str, Any]]) -> Text | None:
        """What is wrong with the files that an entry names; None when they are what was written."""
        for file in files:
            path = self.folder / file["path"]
            try:
                with path.open("rb") as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()
            except OSError:
                return Text(
                    f"数据表 {file['path']} 不见了或读不到",
                    f"the table {file['path']} is gone or cannot be read",
                )
            if digest != file["sha256"]:
                return Text(
                    f"数据表 {file['path']} 与写入时不同", f"the table {file['path']} is not what was written"
                )
        return None
