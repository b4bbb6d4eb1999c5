"""The mapping of an import: by path, or one that comes with the program by name (``schemas/mappings/*.yaml``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import model_validator

from qq_excel import resources, yamlfile
from qq_excel.errors import InputError, SchemaError
from qq_excel.inputs import must_be_file
from qq_excel.language import Text
from qq_excel.reading.book import sheet_heads
from qq_excel.reading.headers import normal
from qq_excel.reading.mapping import FOLDER, Mapping
from qq_excel.yamlwords import WrongValue

if TYPE_CHECKING:
    from qq_excel.reading import Options
    from qq_excel.reading.pool import Pool


class ImportMapping(Mapping):
    """A mapping that says what a ledger needs."""

    unit: str

    @model_validator(mode="after")
    def _makes_a_ledger(self) -> Self:
        if self.kind != "receivables":
            raise WrongValue(
                Text(
                    f"导入只生成《应收账款明细表》（receivables），现为“{self.kind}”",
                    f"an import makes a receivables workbook, not {self.kind}",
                ),
                ("kind",),
            )
        if "original" not in self.columns:
            raise WrongValue(
                Text("缺少 original（原始金额）一列，请补上", "lacks the field original (原始金额); add it"),
                ("columns",),
            )
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


def find_mapping(source: Path, options: Options, pool: Pool | None = None) -> ImportMapping:
    """The saved mapping whose headers stand in *source*: one beside it, or one of the user's own.

    The file is read in a worker of *pool*, or in the calling process when there is none. Raises :class:`InputError` when
    the file cannot be read or no mapping fits, :class:`SchemaError` when the one
    that fits lacks what an import needs.
    """
    must_be_file(source)
    known, wrong = options.mappings.near(source)
    if wrong is not None:
        raise InputError(
            Text(f"{source.parent / FOLDER}：{wrong.zh}。", f"{source.parent / FOLDER}: {wrong.en}.")
        )
    heads = pool.heads(source) if pool is not None else sheet_heads(source, options=options)
    fits = [
        f
        for f in known
        if any(_fits(f.mapping, rows) for name, rows in heads if f.mapping.sheet in (None, name))
    ]
    if fits:
        return load_mapping(str(max(fits, key=lambda f: len(f.mapping.headers)).path))
    raise InputError(
        Text(
            f"{source}：没有保存过适合它的对应关系。请用 --map 指定，或先用 qq-excel map 生成。",
            f"{source}: no saved mapping fits it. Name one with --map, or make one with qq-excel map.",
        )
    )


def _fits(mapping: Mapping, rows: list[list[object]]) -> bool:
    """Whether the headers that the mapping reads stand where it expects them."""
    if len(rows) < mapping.header_row:
        return False
    there = {normal(v) for v in rows[mapping.header_row - 1]}
    settled = {normal(mapping.settled_on.source)} if mapping.settled_on else set()
    return mapping.headers.keys() | settled <= there
