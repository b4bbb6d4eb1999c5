"""The clauses of the regulations (``schemas/clauses.yaml``), and how a paper cites them.

Kinds, fields, rules and papers carry ids such as ``F-26``; what stands behind an id is data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import Field as Setting
from pydantic import RootModel

from qq_excel import resources, yamlfile
from qq_excel.errors import SchemaError
from qq_excel.language import Text
from qq_excel.yamlfile import Strict, Words


class Numbering(StrEnum):
    """How a regulation counts its parts."""

    CHAPTER = "chapter"
    SECTION = "section"
    ARTICLE = "article"


_NUMBERED: dict[Numbering, Text] = {
    Numbering.CHAPTER: Text("第{}章", "ch. {}"),
    Numbering.SECTION: Text("第{}部分", "part {}"),
    Numbering.ARTICLE: Text("第{}条", "art. {}"),
}


class _Wording(Words):
    """A clause as the YAML has it."""

    organisational: Words | None = None


class Regulation(Strict):
    """One regulation: its general title, its profile and its clauses."""

    title: Words
    profile: str = Setting(pattern=r"^[a-z][a-z0-9_]*$")
    numbering: Numbering
    clauses: dict[str, _Wording]


class _Regulations(RootModel[dict[str, Regulation]]):
    """The whole of ``clauses.yaml``."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its id, its regulation, and what it asks for.

    ``organisational`` says why a clause asks for nothing that a table can show; None for all others.
    """

    id: str
    regulation: Regulation
    text: Text
    organisational: Text | None = None

    @property
    def place(self) -> Text:
        """Where it stands in its regulation: 第26条, 第14条第1项."""
        _, article, *item = self.id.split("-")
        numbered = _NUMBERED[self.regulation.numbering]
        zh, en = numbered.zh.format(article), numbered.en.format(article)
        return Text(zh + f"第{item[0]}项", en + f" ({item[0]})") if item else Text(zh, en)

    @property
    def citation(self) -> Text:
        """A short citation, e.g. ``F-26 《集团清欠管理制度》第26条``."""
        title = self.regulation.title
        return Text(f"{self.id} 《{title.zh}》{self.place.zh}", f"{self.id} {title.en}, {self.place.en}")

    def __str__(self) -> str:
        return str(self.text)


def load_regulations(path: Path) -> dict[str, Regulation]:
    """Read the regulations; refuse a wrong YAML with file, line and reason (:class:`SchemaError`)."""
    content, lines = yamlfile.load(path)
    regulations = yamlfile.check(path, content, lines, _Regulations).root
    for key, regulation in regulations.items():
        for name in regulation.clauses:
            if not re.fullmatch(rf"{re.escape(key)}-\d+(-\d+)?", name):
                line = yamlfile.line_of(lines, (key, "clauses", name))
                raise SchemaError(
                    Text(
                        f"{path} 第 {line} 行：{key} 的条款应写作 {key}-1 或 {key}-1-1，而不是 {name}。",
                        f"{path}, line {line}: write {key}-1 or {key}-1-1 for a clause of {key}, not {name}.",
                    )
                )
    return regulations


@cache
def all_regulations() -> dict[str, Regulation]:
    """Every regulation by its letter."""
    return load_regulations(resources.schemas_dir() / "clauses.yaml")


@cache
def all_clauses() -> dict[str, Clause]:
    """Every clause by id, in the order of the regulations."""
    return {
        name: Clause(
            name, regulation, wording.text, wording.organisational.text if wording.organisational else None
        )
        for regulation in all_regulations().values()
        for name, wording in regulation.clauses.items()
    }


def get_clause(clause_id: str) -> Clause:
    """The clause called *clause_id*; :class:`SchemaError` with the nearest id when there is none."""
    clauses = all_clauses()
    if clause_id not in clauses:
        near = yamlfile.nearest(clause_id, list(clauses))
        raise SchemaError(
            Text(
                f"没有编号为“{clause_id}”的条款" + (f"，是不是 {near}？" if near else "。"),
                f"there is no clause '{clause_id}'" + (f"; did you mean {near}?" if near else "."),
            )
        )
    return clauses[clause_id]
