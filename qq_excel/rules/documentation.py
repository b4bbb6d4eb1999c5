"""What a rule's docstring says, section by section: the command line, the docs and the editors' help read it here.

A docstring is a headline and five sections, always in this order: 依据 (why), 错例 and 正例 (small tables), 参数, 局限.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import cache

from qq_excel.errors import SchemaError
from qq_excel.language import Text
from qq_excel.rules import registry

SECTIONS = ("依据", "错例", "正例", "参数", "局限")
_HEAD = re.compile(rf"^({'|'.join(SECTIONS)})：", re.MULTILINE)
_RULER = re.compile(r"\|(\s*-{3,}\s*\|)+")


@dataclass(frozen=True, slots=True)
class Example:
    """A small table of an example; ``note`` stands above it (the as-of date, a parameter's value)."""

    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Documentation:
    """A rule's docstring in its parts, in Chinese."""

    headline: str
    why: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    parameters: str
    limits: str


@cache
def documentation(rule_id: str) -> Documentation:
    """The documentation of *rule_id*; :class:`SchemaError` when a section is missing or no table is one."""
    return parse(rule_id, inspect.getdoc(registry.load()[rule_id]) or "")


def parse(rule_id: str, text: str) -> Documentation:
    """Take a docstring apart."""
    head, *parts = _HEAD.split(text)
    if tuple(parts[::2]) != SECTIONS:
        names = "、".join(SECTIONS)
        raise SchemaError(
            Text(
                f"{rule_id} 的说明应依次有：{names}",
                f"{rule_id}: the docstring's sections should be {names}, in this order",
            )
        )
    why, bad, good, parameters, limits = parts[1::2]
    return Documentation(
        _prose(head), _prose(why), _examples(rule_id, bad), _examples(rule_id, good), _prose(parameters),
        _prose(limits),
    )  # fmt: skip


def _examples(rule_id: str, text: str) -> tuple[Example, ...]:
    """The tables of a section, each with the lines above it."""
    out: list[Example] = []
    note: list[str] = []
    lines = [line.strip() for line in text.strip().splitlines()]
    while lines:
        line = lines.pop(0)
        if not line.startswith("|"):
            note.append(line)
            continue
        if not lines or not _RULER.fullmatch(lines.pop(0)):
            raise _no_table(rule_id)
        header, rows = _cells(line), []
        while lines and lines[0].startswith("|"):
            rows.append(_cells(lines.pop(0)))
        if not rows or any(len(row) != len(header) for row in rows):
            raise _no_table(rule_id)
        out.append(Example(_prose("\n".join(note)), header, tuple(rows)))
        note = []
    if not out or any(note):
        raise _no_table(rule_id)
    return tuple(out)


def _no_table(rule_id: str) -> SchemaError:
    return SchemaError(
        Text(
            f"{rule_id} 的错例或正例不是表格：先写说明，再写列标题、分隔行和各行，每行格数相同",
            f"{rule_id}: an example is no table: a note, then header, ruler and rows of equal length",
        )
    )


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split("|"))


def _prose(text: str) -> str:
    """Lines that were wrapped, joined: with a space, but for Chinese beside Chinese or a full-width mark."""
    out, *lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    for line in lines:
        beside = out[-1:], line[:1]
        wide = [char > "\xff" for char in beside]
        mark = any(w and not char.isalnum() for w, char in zip(wide, beside, strict=True))
        out += line if mark or all(wide) else f" {line}"
    return out
