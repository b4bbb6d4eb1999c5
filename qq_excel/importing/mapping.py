"""The mapping of an import: by path, or one that comes with the program by name (``schemas/mappings/*.yaml``)."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import model_validator

from qq_excel import resources, yamlfile
from qq_excel.errors import SchemaError
from qq_excel.language import Text
from qq_excel.reading.mapping import Column, Mapping

__all__ = ["Column", "ImportMapping", "load_mapping"]


class ImportMapping(Mapping):
    """A mapping that says what a ledger needs."""

    unit: str

    @model_validator(mode="after")
    def _makes_a_ledger(self) -> Self:
        if self.kind != "receivables":
            raise ValueError(f"an import makes a receivables workbook, not {self.kind}")
        if "original" not in self.columns:
            raise ValueError("the field original (原始金额) needs a column")
        return self


def load_mapping(which: str) -> ImportMapping:
    """The mapping *which*, with what an import needs. Raises :class:`SchemaError` with file and line."""
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
    return yamlfile.parse(path, ImportMapping)
