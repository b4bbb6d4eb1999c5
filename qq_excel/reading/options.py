"""How files are read: limits, passwords, mappings. One value that travels to whoever reads, worker or not."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field as Setting
from pydantic import NonNegativeInt

from qq_excel import yamlfile
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.reading.mapping import Mappings, load_folder
from qq_excel.yamlfile import Strict


class Limits(Strict):
    """How much of a file is read before it is refused. Absolute, since ratios alarm on honest files.

    Each can be set in a YAML file (``--limits``, or the variable ``QQ_LIMITS``); docs/reading.md lists them.
    """

    #: Bytes of the file itself: 100,000 rows of 33 columns take 19 MB, so this is a million rows.
    file_bytes: NonNegativeInt = 200_000_000
    #: Bytes of one part after unpacking: a sheet of 1,000,000 rows of 33 columns has 1.1 GB.
    part_bytes: NonNegativeInt = 1_500_000_000
    #: Bytes of all parts after unpacking: that sheet and its texts.
    total_bytes: NonNegativeInt = 2_000_000_000
    #: Parts of the package: an honest one has some dozen, with pictures some hundred.
    parts: NonNegativeInt = 10_000
    #: Sheets of the workbook: a year of days is the most that anybody keeps in one.
    sheets: NonNegativeInt = 200
    #: Cells of the rectangle that a sheet's data span, since a reader reserves memory (some 30 bytes per
    #: cell) for all of it: a full sheet of 1,048,576 rows may have 57 columns.
    cells: NonNegativeInt = 60_000_000
    #: Bytes of the texts of one table, each cell's by itself although a file may say it once for all: a million rows of
    #: 33 columns have some 300 MB. What comes of a table goes to the program, which has no limit of its own.
    text_bytes: NonNegativeInt = 500_000_000
    #: Seconds that one file may take; a million rows take some twenty. Holds where a worker reads.
    seconds: int = Setting(default=120, ge=1)
    #: Bytes of address space that the process reading a file may take (not on Windows and macOS).
    memory_bytes: int = Setting(default=8_000_000_000, ge=1_000_000_000)


#: As much as is read when nobody says otherwise.
USUAL = Limits()
#: The variable that names a file of limits.
LIMITS_VARIABLE = "QQ_LIMITS"


def load_limits(path: Path | None = None) -> Limits:
    """The limits of *path*, or of the file that ``QQ_LIMITS`` names, or the defaults.

    Raises :class:`~qq_excel.errors.SchemaError` with file and line when the file is wrong.
    """
    named = path or (Path(os.environ[LIMITS_VARIABLE]) if os.environ.get(LIMITS_VARIABLE) else None)
    return Limits() if named is None else yamlfile.parse(named, Limits)


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read."""

    limits: Limits = field(default_factory=Limits)
    #: Tried in turn on what is encrypted.
    passwords: tuple[str, ...] = ()
    mappings: Mappings = field(default_factory=Mappings)


def user_mappings() -> Path:
    """The user's own folder of mappings."""
    base = os.environ.get("APPDATA") if os.name == "nt" else os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "qq-excel" / "mappings"


def load_mappings(folder: Path | None) -> Mappings:
    """The mappings of *folder* (``--mappings``) and the user's own.

    Raises :class:`~qq_excel.errors.InputError` when there is no such folder, and
    :class:`~qq_excel.errors.SchemaError` with file and line of a wrong mapping.
    """
    if folder is not None and not folder.is_dir():
        raise InputError(
            Text(f"{folder}：没有这个文件夹。请检查路径。", f"{folder}: no such folder. Check the path.")
        )
    own = user_mappings()
    return Mappings(load_folder(folder) if folder else (), load_folder(own) if own.is_dir() else ())
