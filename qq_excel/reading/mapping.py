"""Mapping files: which column of somebody's own layout is which field. docs/mappings.md describes them.

One model serves two purposes. ``check`` and its like look for mappings whose headers a sheet has, and read
the sheet by them where the names alone would not do. ``import`` makes a ledger of a foreign export by one.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field as Setting
from pydantic import model_validator

from qq_excel import yamlfile
from qq_excel.digests import sha256_of
from qq_excel.errors import SchemaError, why_unreadable
from qq_excel.kinds import all_kinds
from qq_excel.language import Text
from qq_excel.reading.headers import normal
from qq_excel.yamlfile import Strict, Words
from qq_excel.yamlwords import WrongValue

log = logging.getLogger(__name__)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
#: The folder beside a submission in which its mappings are looked for.
FOLDER = "mappings"
#: More files than this in a folder of mappings were put there by mistake.
_MOST = 500
#: Bytes of all mappings of a folder: an honest one has some thousands.
_MOST_BYTES = 4_000_000


class Column(Strict):
    """Where a field's values come from.

    ``date`` is the order of day, month and year in text dates (never guessed); ``words`` translates the
    words of the sheet; ``pattern`` puts the value into a text, e.g. ``"客户 {}"``.
    """

    source: str = Setting(alias="from")
    date: Literal["day-first", "month-first", "year-first"] | None = None
    words: dict[str, str] = Setting(default_factory=dict)
    pattern: str = "{}"

    def put(self, text: str) -> str:
        """What a cell of the sheet that says *text* becomes."""
        return self.pattern.replace("{}", self.words.get(text, text))


class Mapping(Strict):
    """How a layout is read."""

    title: Words
    kind: str = "receivables"
    #: Sheet of a workbook that is imported; the first one when it is not said.
    sheet: str | None = None
    #: Import only: where the headers stand; ``check`` finds them.
    header_row: int = Setting(default=1, ge=1)
    #: Import only, where what is found out is wrong; ``check`` finds both out.
    encoding: str | None = None
    separator: str | None = Setting(default=None, min_length=1, max_length=1)
    #: 填报单位, where the sheet names none. An import needs it.
    unit: str | None = None
    prepared_by: str = "qq-excel import"
    columns: dict[str, Column] = Setting(min_length=1)
    #: Import only: the same value in every row.
    constants: dict[str, str] = Setting(default_factory=dict)
    #: Import only: what the amounts of a foreign currency are: of that currency (then they are converted at the
    #: row's 汇率, since a ledger is in yuan), or yuan already.
    amounts_in: Literal["currency", "yuan"] = "currency"
    #: Import only: the date on which a row was paid in full: before or on the as-of date it counts as received.
    settled_on: Column | None = None

    @model_validator(mode="after")
    def _fields_exist(self) -> Self:
        kind = all_kinds().get(self.kind)
        if kind is None:
            near = yamlfile.nearest(self.kind, list(all_kinds()))
            raise WrongValue(
                Text(
                    f"没有表种“{self.kind}”" + (f"，是不是 {near}？" if near else ""),
                    f"{self.kind} is no kind" + (f"; did you mean {near}?" if near else ""),
                ),
                ("kind",),
            )
        for part, names in (("columns", self.columns), ("constants", self.constants)):
            for name in names:
                if name not in kind.by_name:
                    near = yamlfile.nearest(name, list(kind.by_name))
                    raise WrongValue(
                        Text(
                            f"《{kind.title.zh}》没有这一列" + (f"，是不是 {near}？" if near else ""),
                            f"no field of {self.kind}" + (f"; did you mean {near}?" if near else ""),
                        ),
                        (part, name),
                    )
        for name, value in self.constants.items():
            if name in self.columns:
                raise WrongValue(
                    Text("columns 里已有这一列，请删去一处", "both a column and a constant"),
                    ("constants", name),
                )
            if kind[name].type.numeric and not _NUMBER.fullmatch(value):
                raise WrongValue(
                    Text(f"应为数字，现为“{value}”", f"must be a number, not '{value}'"), ("constants", name)
                )
        return self

    @property
    def headers(self) -> dict[str, list[str]]:
        """Normalised header -> the fields that it gives, usually one."""
        out: dict[str, list[str]] = {}
        for name, column in self.columns.items():
            out.setdefault(normal(column.source), []).append(name)
        return out

    @property
    def fits_sheets(self) -> bool:
        """Whether ``check`` may read a sheet by it: not where rows must be converted first."""
        return self.settled_on is None and all(len(fields) == 1 for fields in self.headers.values())

    @property
    def fingerprint(self) -> str:
        """What tells a layout: its headers, in any order and however they are spaced."""
        return hashlib.sha256("\n".join(sorted(self.headers)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Found:
    """A mapping, and the file that it stands in."""

    path: Path
    sha256: str
    mapping: Mapping

    @property
    def text(self) -> Text:
        """How a finding names it."""
        title = self.mapping.title.text
        mark = f"{self.path.name}, {self.sha256[:12]}"
        return Text(f"对应关系“{title.zh}”（{mark}）", f"the mapping '{title.en}' ({mark})")


def load_folder(folder: Path) -> tuple[Found, ...]:
    """The mappings of a folder, by name. Raises :class:`SchemaError` with file and line of a wrong one."""
    files = sorted(p for p in folder.glob("*.y*ml") if p.suffix.lower() in (".yaml", ".yml") and p.is_file())
    if len(files) > _MOST:
        raise SchemaError(
            Text(f"{folder}：YAML 文件多于 {_MOST} 个。", f"{folder}: more than {_MOST} YAML files.")
        )
    states = [p.stat() for p in files]
    if sum(s.st_size for s in states) > _MOST_BYTES:
        raise SchemaError(
            Text(f"{folder}：YAML 文件过大，不像是配置。", f"{folder}: too large for configurations.")
        )
    return tuple(_load(p, s.st_mtime_ns, s.st_size) for p, s in zip(files, states, strict=True))


@lru_cache(maxsize=_MOST)
def _load(path: Path, _changed: int, _size: int) -> Found:
    return Found(path, sha256_of(path), yamlfile.parse(path, Mapping))


@dataclass(frozen=True, slots=True)
class Mappings:
    """Where mappings are looked for: ``--mappings``, then beside the submission, then the user's own."""

    first: tuple[Found, ...] = ()
    last: tuple[Found, ...] = ()

    def near(self, path: Path) -> tuple[tuple[Found, ...], Text | None]:
        """All mappings for the file *path*, in order, and what is wrong with those beside it.

        A folder beside a submission may come with it: a wrong file there holds up no other submission.
        """
        beside: tuple[Found, ...] = ()
        wrong = None
        try:
            folder = path.parent / FOLDER
            if folder.is_dir():
                beside = load_folder(folder)
        except SchemaError as error:
            wrong = error.text
        except OSError as error:
            log.info("%s cannot be read", path.parent / FOLDER, exc_info=True)
            wrong = Text(
                f"{FOLDER} 文件夹读不到（{why_unreadable(error).zh}）",
                f"{FOLDER} cannot be read ({why_unreadable(error).en})",
            )
        return (*self.first, *beside, *self.last), wrong


def fitting(mappings: Iterable[Found], headers: Sequence[str]) -> Found | None:
    """The mapping all of whose headers stand among *headers* (normalised); of several, the one with most."""
    there = {h for h in headers if h}
    best: Found | None = None
    for found in mappings:
        wanted = found.mapping.headers
        fits = found.mapping.fits_sheets and wanted.keys() <= there
        if fits and (best is None or len(wanted) > len(best.mapping.headers)):
            best = found
    return best
