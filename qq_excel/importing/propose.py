"""Propose a mapping for a sheet that is not recognised: by the words of its headers and by what stands below.

Every header is held against every name of every field (synonyms and the English name too); a column whose
cells cannot be what the field holds counts half. Each field goes to one column at most, best pairs first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import yaml

from qq_excel.kinds import Field, FieldType, Kind, all_kinds
from qq_excel.reading import values
from qq_excel.reading.headers import bare, normal
from qq_excel.reading.mapping import Mapping

#: Likeness (of 100) from which a field is proposed, and from which it needs no question.
LIKELY, SURE = 60, 90
#: Rows with the most texts that are tried as headers, and rows below that serve as samples.
_TRIED, _SAMPLES = 5, 20
_LONGEST_SAMPLE = 20
_LEAST_LETTERS = 4
#: Share of the required fields that must be found for certain (or more of them less so) before a sheet is taken for a
#: kind that nobody named.
_LEAST_SHARE = 0.3
#: Identity cards, mobile numbers, bank cards.
_PERSONAL = re.compile(r"(?<!\d)(\d{4})(\d{3,11})(\d{3}[\dXx])(?!\d)")


@dataclass(slots=True)
class Proposal:
    """A column of the sheet, and the field that it is likely to be."""

    column: int
    header: str
    samples: list[str]
    field: str | None = None
    score: int = 0
    #: The order of day and month in text dates, once somebody has said it.
    date: str | None = None

    @property
    def weight(self) -> float:
        """How much it tells: nothing at half likeness, which is chance, 1 for the very name."""
        return max(0.0, self.score / 50 - 1) if self.field else 0.0


@dataclass(slots=True)
class Proposed:
    """A sheet: which row has its headers, of which kind it is, and what its columns are."""

    sheet: str
    kind: Kind
    header_row: int
    columns: list[Proposal] = field(default_factory=list)

    @property
    def missing(self) -> list[Field]:
        """Required fields that no column gives."""
        given = {p.field for p in self.columns}
        return [self.kind[name] for name in self.kind.required if name not in given]

    @property
    def score(self) -> float:
        """What speaks for the kind: a field that is found counts by its likeness, a required one twice.

        Kinds with few fields have no advantage; of two alike the one with less missing is meant.
        """
        found = sum(p.weight for p in self.columns)
        return found + self._required + self._required / max(1, len(self.kind.required))

    @property
    def likely(self) -> bool:
        """Whether what is found is enough to take the sheet for a kind that nobody named."""
        return self._required >= max(1, len(self.kind.required) * _LEAST_SHARE)

    @property
    def _required(self) -> float:
        return sum(p.weight for p in self.columns if p.field in self.kind.required)


def propose(name: str, rows: Sequence[Sequence[Any]], kind: Kind | None = None) -> Proposed | None:
    """What the sheet *name* with the first *rows* is likely to be; None when nothing on it is like headers.

    With *kind* only that kind is considered.
    """
    texts = [[v.strip() if isinstance(v, str) else "" for v in row] for row in rows]
    counted = sorted(range(len(rows)), key=lambda r: (-len(set(texts[r]) - {""}), r))
    best: Proposed | None = None
    for number in sorted(counted[:_TRIED]):
        if len(set(texts[number]) - {""}) < 3:
            continue
        below = rows[number + 1 : number + 1 + _SAMPLES]
        for one in [kind] if kind else all_kinds().values():
            tried = _assigned(Proposed(name, one, number), texts[number], below)
            if any(p.field for p in tried.columns) and (best is None or tried.score > best.score):
                best = tried
    return best


def _assigned(proposed: Proposed, headers: list[str], below: Sequence[Sequence[Any]]) -> Proposed:
    from rapidfuzz import fuzz, process  # only a proposal needs it

    names = [(f, normal(n)) for f in proposed.kind.fields for n in (f.header, *f.synonyms, f.en)]
    columns = [c for c, h in enumerate(headers) if h]
    plain = [bare(normal(headers[c]))[0] for c in columns]
    whole = process.cdist(plain, [n for _, n in names], scorer=fuzz.ratio)
    # 客户名称（全称） holds 客户名称: a part that fits counts, a little less; a letter or two fit anywhere
    part = process.cdist(plain, [n for _, n in names], scorer=fuzz.partial_ratio) * 0.85
    part *= np.outer([_tells(h) for h in plain], [_tells(n) for _, n in names])
    like = np.maximum(whole, part)
    cells = {c: [row[c] for row in below if c < len(row) and row[c] not in (None, "")] for c in columns}
    pairs = []
    for i, column in enumerate(columns):
        if plain[i] in plain[:i]:
            continue  # a mapping tells columns by their headers: of two alike the first is meant
        scores: dict[str, float] = {}
        for j, (f, _) in enumerate(names):
            scores[f.name] = max(scores.get(f.name, 0), float(like[i, j]))
        for name, score in scores.items():
            able = score >= LIKELY and _could_be(cells[column], proposed.kind[name].type)
            pairs.append((score if able else score / 2, -column, name))
    taken: dict[int, tuple[str, float]] = {}
    for score, minus, name in sorted(pairs, reverse=True):
        if score >= LIKELY and -minus not in taken and name not in (n for n, _ in taken.values()):
            taken[-minus] = (name, score)
    for column in columns:
        samples = list(dict.fromkeys(shown(v) for v in cells[column]))[:3]
        proposal = Proposal(column, headers[column], samples)
        if column in taken:
            proposal.field, proposal.score = taken[column][0], round(taken[column][1])
        proposed.columns.append(proposal)
    return proposed


def _tells(word: str) -> bool:
    """Whether *word* is long enough to be known inside another: two characters, or four letters."""
    return sum(1 if c.isascii() else 2 for c in word) >= _LEAST_LETTERS


def _could_be(cells: Sequence[Any], type_: FieldType) -> bool:
    """Whether most of *cells* can be what a field of that type holds."""
    if not cells:
        return True
    if type_ is FieldType.DATE:
        good = sum(isinstance(v, dt.date) or _is_date(str(v)) for v in cells)
    elif type_.numeric:
        good = sum(isinstance(v, int | float) or values.number(str(v)) is not None for v in cells)
    else:
        return True
    return good * 2 >= len(cells)


def _is_date(text: str) -> bool:
    return values.date(text) is not None or values.ambiguous(text)


def shown(value: Any) -> str:
    """A cell as a sample on the screen: identity cards, telephones and bank cards masked, and not long."""
    if isinstance(value, dt.datetime):
        text = f"{value:%Y-%m-%d}"
    elif isinstance(value, float):
        text = f"{value:.0f}" if value.is_integer() else f"{value:.15g}"
    else:
        text = str(getattr(value, "text", value))
    text = " ".join(text.split())
    text = _PERSONAL.sub(lambda m: m[1] + "*" * len(m[2]) + m[3], text)
    return text if len(text) <= _LONGEST_SAMPLE else text[: _LONGEST_SAMPLE - 1] + "…"


def _column(p: Proposal) -> dict[str, str]:
    return {"from": p.header} | ({"date": p.date} if p.date else {})


def as_yaml(proposed: Proposed, title: str) -> str:
    """The mapping as a file that people read and edit. What it says is a valid :class:`Mapping`."""
    chosen = {p.field: p for p in proposed.columns if p.field}
    content: dict[str, Any] = {
        "title": {"zh": title, "en": title},
        "kind": proposed.kind.kind,
        "columns": {f.name: _column(chosen[f.name]) for f in proposed.kind.fields if f.name in chosen},
    }
    mapping = Mapping.model_validate(content)
    lines = [
        f"# {proposed.kind.title.zh}：左边是字段，from 是表中的列名。格式见 docs/mappings.md。",
        f"# 版式指纹 {mapping.fingerprint}（由列名算出，顺序不限）",
    ]
    lines += [f"# 未对应的列：{p.header}" for p in proposed.columns if not p.field]
    lines += [f"# 缺少的必填项：{f.header}（{f.name}）" for f in proposed.missing]
    lines = [" ".join(line.split()) for line in lines]  # a header's line break ends no comment
    return "\n".join(lines) + "\n" + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
