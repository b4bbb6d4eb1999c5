"""Mapping files (``schemas/mappings/*.yaml``): which column of an export is which field."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field as Setting
from pydantic import model_validator

from qq_excel import resources, yamlfile
from qq_excel.errors import SchemaError
from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.yamlfile import Strict, Words

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Column(Strict):
    """Where a field's values come from.

    ``date`` is the order of day, month and year in text dates (never guessed); ``words`` translates the
    export's words; ``pattern`` puts the value into a text, e.g. ``"客户 {}"``.
    """

    source: str = Setting(alias="from")
    date: Literal["day-first", "month-first", "year-first"] | None = None
    words: dict[str, str] = Setting(default_factory=dict)
    pattern: str = "{}"


class Mapping(Strict):
    """How an export becomes a ledger."""

    title: Words
    kind: Literal["receivables"] = "receivables"
    #: Sheet of a workbook; the first one when it is not said.
    sheet: str | None = None
    header_row: int = Setting(default=1, ge=1)
    encoding: str | None = None
    separator: str = ","
    #: 填报单位 of the ledger.
    unit: str
    prepared_by: str = "qq-excel import"
    columns: dict[str, Column]
    #: The same value in every row.
    constants: dict[str, str] = Setting(default_factory=dict)
    #: What the amounts of a foreign currency are: of that currency (then they are converted at the row's 汇率,
    #: since a ledger is in yuan), or yuan already.
    amounts_in: Literal["currency", "yuan"] = "currency"
    #: The date on which a row was paid in full: before or on the as-of date it counts as received.
    settled_on: Column | None = None

    @model_validator(mode="after")
    def _fields_exist(self) -> Self:
        kind = get_kind(self.kind)
        for name in (*self.columns, *self.constants):
            if name not in kind.by_name:
                near = yamlfile.nearest(name, list(kind.by_name))
                raise ValueError(
                    f"{name} is no field of {self.kind}" + (f"; did you mean {near}?" if near else "")
                )
        both = set(self.columns) & set(self.constants)
        if both:
            raise ValueError(f"{', '.join(sorted(both))}: both a column and a constant")
        for name, value in self.constants.items():
            if kind[name].type.numeric and not _NUMBER.fullmatch(value):
                raise ValueError(f"{name}: {value} is not a number")
        if "original" not in self.columns:
            raise ValueError("the field original (原始金额) needs a column")
        return self


def load_mapping(which: str) -> Mapping:
    """A mapping by path, or one that comes with the program by name."""
    own = resources.schemas_dir() / "mappings"
    path = Path(which)
    if not path.suffix and not path.exists():
        path = own / f"{which}.yaml"
    if not path.exists():
        names = "、".join(p.stem for p in sorted(own.glob("*.yaml")))
        raise SchemaError(
            Text(
                f"找不到对应关系文件“{which}”。自带的有：{names}。",
                f"there is no mapping file '{which}'. Those that come with the program: {names}.",
            )
        )
    return yamlfile.parse(path, Mapping)
