"""The model of ``schemas/kinds/*.yaml``.

Adding a column, a value or a synonym needs the YAML only; nothing here names a field.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field as Setting
from pydantic import model_validator

from qq_excel import resources, yamlfile
from qq_excel.errors import SchemaError
from qq_excel.language import Text, current
from qq_excel.yamlfile import Strict, Words
from qq_excel.yamlwords import WrongValue


class FieldType(StrEnum):
    """How a column's cells are read, and what type the table gives them.

    ``amount`` is whole cents (nullable integer); ``qty``, ``ratio`` and ``number`` are floats; ``date``
    is a calendar day; ``code`` is text kept as written; ``yesno`` is the text 是 or 否.
    """

    TEXT = "text"
    CODE = "code"
    AMOUNT = "amount"
    QTY = "qty"
    INT = "int"
    RATIO = "ratio"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    YESNO = "yesno"
    ENUM = "enum"

    @property
    def numeric(self) -> bool:
        """Whether its cells hold numbers."""
        return self in _NUMERIC


_NUMERIC = {FieldType.AMOUNT, FieldType.QTY, FieldType.INT, FieldType.RATIO, FieldType.NUMBER}

YES, NO = "是", "否"


class Field(Strict):
    """One column of a kind."""

    name: str = Setting(pattern=r"^[a-z][a-z0-9_]*$")
    header: str
    en: str
    type: FieldType
    required: bool = False
    #: The list of an ``enum``; closed: another value is finding CEL007.
    values: tuple[str, ...] = ()
    #: Name of the policy parameter that holds the list instead (age bands, stages, units).
    values_from: str | None = None
    default: str | None = None
    synonyms: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    negative: bool = False
    max_length: int = 200
    #: ``uscc`` (18 characters), ``person`` (identity card) or ``party`` (by the field ``debtor_type``).
    check_digit: Literal["uscc", "person", "party"] | None = None
    #: Excel formula of the template, with {field} for the cell of that field in the same row.
    formula: str | None = None
    width: float = 14
    help: Words | None = None
    #: personal data: masked in what is handed on.
    personal: bool = False

    def __str__(self) -> str:
        """Its name and header; the whole of it, as pydantic would print it, is for nobody."""
        return f"{self.name} {self.header}"

    @property
    def label(self) -> str:
        """The header in the language of the run."""
        return self.header if current() == "zh" else self.en

    @model_validator(mode="after")
    def _list_matches_type(self) -> Self:
        if self.type is FieldType.ENUM and not (self.values or self.values_from):
            raise WrongValue(
                Text("枚举列须有 values 或 values_from", "needs values or values_from, being an enum")
            )
        if self.values and self.type is not FieldType.ENUM:
            raise WrongValue(Text("有 values，类型却不是 enum", "has values but is no enum"))
        return self


class Block(Strict):
    """A block below the table: signatures (a name and a date each) or deliveries (a date each)."""

    name: str
    title: Words
    #: ``signature``: 姓名 and 日期 per entry; ``delivery``: 日期 per entry.
    type: str = Setting(pattern="^(signature|delivery)$")
    entries: tuple[str, ...]
    required: bool = True
    clauses: tuple[str, ...] = ()


class Kind(Strict):
    """One kind of table: what staff fill in under one row of headers."""

    kind: str = Setting(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Setting(ge=1)
    title: Words
    sheet: str
    clauses: tuple[str, ...]
    key: tuple[str, ...]
    #: A second sheet of another kind's workbook, e.g. ``evidence`` of ``write_offs``.
    sheet_of: str | None = None
    purpose: Words
    fields: tuple[Field, ...]
    blocks: tuple[Block, ...] = ()
    #: Rows of the template that are ready to be filled.
    template_rows: int = 200

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [f.name for f in self.fields]
        for name in names:
            if names.count(name) > 1:
                raise WrongValue(Text(f"列“{name}”重复", f"field {name} stands twice"), ("fields",))
        for name in self.key:
            if name not in names:
                raise WrongValue(Text(f"没有列“{name}”", f"{name} is no field"), ("key",))
        claimed: dict[str, str] = {}
        for field in self.fields:
            for header in (field.header, *field.synonyms):
                other = claimed.setdefault(header, field.name)
                if other != field.name:
                    raise WrongValue(
                        Text(
                            f"列名“{header}”在 {other} 和 {field.name} 两列中都有",
                            f"header {header} is claimed by {other} and {field.name}",
                        ),
                        ("fields",),
                    )
        return self

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Its fields by name."""
        return {f.name: f for f in self.fields}

    def __getitem__(self, name: str) -> Field:
        return self.by_name[name]

    @property
    def label(self) -> str:
        """The title in the language of the run."""
        return str(self.title)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that must be there and filled."""
        return tuple(f.name for f in self.fields if f.required)


@cache
def all_kinds() -> dict[str, Kind]:
    """Every kind of ``schemas/kinds/``, by name, in the order of ``schemas/kinds/_order.yaml``."""
    folder = resources.schemas_dir() / "kinds"
    order, _ = yamlfile.load(folder / "_order.yaml")
    files = {p.stem: p for p in sorted(folder.glob("*.yaml")) if not p.stem.startswith("_")}
    unlisted = set(files) ^ set(order)
    if unlisted:
        names = ", ".join(sorted(unlisted))
        raise SchemaError(
            Text(
                f"{folder}/_order.yaml 与文件不一致：{names}",
                f"{folder}/_order.yaml and the files disagree: {names}",
            )
        )
    return {name: load_kind(files[name]) for name in order}


def load_kind(path: Path) -> Kind:
    """Read one kind; refuse a wrong YAML with file, line and reason (:class:`SchemaError`)."""
    kind = yamlfile.parse(path, Kind)
    if kind.kind != path.stem:
        raise SchemaError(
            Text(f"{path}：kind 应写作 {path.stem}。", f"{path}: kind should read {path.stem}.")
        )
    return kind


def kind_names() -> list[str]:
    """The names of all kinds, in order."""
    return list(all_kinds())


def get_kind(name: str) -> Kind:
    """The kind called *name*; :class:`SchemaError` with the nearest name, or that of its title, when there is none."""
    kinds = all_kinds()
    if name not in kinds:
        titles = {k.title.zh: n for n, k in kinds.items()}
        near = yamlfile.nearest(name, list(kinds)) or titles.get(yamlfile.nearest(name, list(titles)) or "")
        every = "、".join(f"{n}（{k.title.zh}）" for n, k in kinds.items())
        raise SchemaError(
            Text(
                f"没有名为“{name}”的表种" + (f"，是不是 {near}？" if near else f"。可用：{every}"),
                f"there is no kind '{name}'"
                + (f"; did you mean {near}?" if near else f": {', '.join(kinds)}"),
            )
        )
    return kinds[name]
