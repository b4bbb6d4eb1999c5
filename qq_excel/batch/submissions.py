"""Files sorted into submissions (unit and period), and which of several tables of one kind counts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np

from qq_excel.batch.model import FileOutcome, Seen
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.reading.period import period_name

#: How files are called when nothing else is said: unit, period, anything.
PATTERN = "{unit}_{period}_{kind}"
#: A part has at most so many rows and files: some hundred megabytes of tables and findings.
_ROWS, _FILES = 50_000, 100
#: To check less than this apart takes longer than it spares.
_FEW_ROWS, _FEW_FILES = 10_000, 20
_NO_TABLES = "~"
_FIELDS = ("unit", "period", "kind")


@dataclass(frozen=True, slots=True)
class Submission:
    """What one unit handed in for one period. ``before`` are the files that the period before is read from."""

    key: str
    unit: str | None
    period: str | None
    files: tuple[Seen, ...]
    before: tuple[Seen, ...] = ()
    #: Submissions that report a claim of each other's have the same number, and are checked together.
    group: int = 0

    @property
    def as_of(self) -> str:
        """The latest as-of date of its files (ISO), or empty."""
        return max((f.as_of for f in self.files), default="")

    @property
    def rows(self) -> int:
        """Data rows of all its files."""
        return sum(f.rows for f in self.files)


class Pattern:
    """A path pattern such as ``{period}/{unit}/*``: what a file's name says when its head block does not."""

    def __init__(self, text: str) -> None:
        """Raises :class:`InputError` when *text* is no pattern."""
        names = re.findall(r"\{(.*?)\}", text)
        if not names or not set(names) <= set(_FIELDS) or len(set(names)) != len(names):
            raise InputError(
                Text(
                    f"--pattern “{text}”不对：可用 {{unit}}、{{period}}、{{kind}}，每个至多一次，* 代表任意文字。",
                    f"--pattern '{text}': use {{unit}}, {{period}}, {{kind}}, each at most once; * is any text.",
                )
            )
        parts = re.split(r"(\{.*?\}|\*)", text)
        self._form = re.compile(
            "(?:.*/)?" + "".join(
                f"(?P<{p[1:-1]}>[^/]+?)" if p.startswith("{") else "[^/]*" if p == "*" else re.escape(p)
                for p in parts
            )
        )  # fmt: skip

    def of(self, name: str) -> tuple[str | None, str | None]:
        """Unit and period as *name* (of a file, without its suffix) has them."""
        found = self._form.fullmatch(PurePosixPath(name).with_suffix("").as_posix())
        if found is None:
            return None, None
        parts = found.groupdict()
        said = parts.get("period")
        when = period_name(said) if said else None
        return (None, None) if said and when is None else (parts.get("unit"), when)

    def contradicts(self, file: FileOutcome) -> Text | None:
        """That *file* lies in another unit's or period's place than its head block says, if it does.

        The head block counts, and anybody can write another's name there; who has a place of his own cannot choose that. A
        place may be called by a part of the unit's name.
        """
        unit, period = self.of(file.name)
        said = []
        if unit and file.unit and not _one_name(unit, file.unit):
            said.append((Text("单位", "unit"), unit, file.unit))
        if period and file.period and period != file.period:
            said.append((Text("报告期", "period"), period, file.period))
        if not said:
            return None
        return Text(
            "；".join(f"路径里的{what.zh}是“{path}”，表头填的是“{head}”" for what, path, head in said)
            + "，按表头归类，请核实",
            "; ".join(
                f"the path says {what.en} '{path}', the head block '{head}'" for what, path, head in said
            )
            + ": sorted by the head block, please look into it",
        )


def _one_name(one: str, other: str) -> bool:
    """Whether these are names of one unit: the same, or one a part of the other (华东 and 华东分公司)."""
    plain = ["".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in (one, other)]
    return plain[0] in plain[1] or plain[1] in plain[0]


def submissions(
    files: Sequence[Seen], previous: Sequence[Seen], conditions: Sequence[str]
) -> list[Submission]:
    """*files* sorted by unit and period; a file that gives no unit is a submission of its own.

    The key covers everything that the outcome depends on: names and contents of its files, of the previous
    period's and of submissions that report the same claims, and the *conditions* of the run (program, policy, language).
    Once they are sorted nobody asks for claims any more, the most that is held of a file: its submission is without.
    """
    groups: dict[tuple[str, str, str], list[Seen]] = {}
    for file in files:
        alone = "" if file.unit and not file.refused else file.name
        groups.setdefault((file.unit or "", file.period or "", alone), []).append(file)
    of_unit: dict[str, list[Seen]] = {}
    for file in previous:
        if file.unit and not file.refused:
            of_unit.setdefault(file.unit, []).append(file)
    numbers = _same_claims(list(groups.values()))
    whole: dict[int, list[list[str]]] = {}
    for number, mine in zip(numbers, groups.values(), strict=True):
        whole.setdefault(number, []).extend(_identity(f) for f in mine)
    out = []
    for number, ((unit, when, _), mine) in zip(numbers, groups.items(), strict=True):
        before = of_unit.get(unit, [])
        said = [
            *conditions, [_identity(f) for f in mine], later_ones(mine), [_identity(f) for f in before], whole[number],
        ]  # fmt: skip
        key = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
        files, earlier = (tuple(replace(f, claims="") for f in some) for some in (mine, before))
        out.append(Submission(key, unit or None, when or None, files, earlier, number))
    return out


def _same_claims(groups: Sequence[Sequence[Seen]]) -> list[int]:
    """For each group of files a number; groups that have a claim in common, also by way of others, have the same."""
    leader = list(range(len(groups)))

    def find(n: int) -> int:
        while leader[n] != n:
            leader[n] = leader[leader[n]]
            n = leader[n]
        return n

    claims = [np.frombuffer(b"".join(base64.b64decode(f.claims) for f in g), dtype="<u8") for g in groups]
    if claims:
        owner = np.repeat(np.arange(len(groups)), [len(c) for c in claims])
        claim = np.concatenate(claims)
        order = np.lexsort((owner, claim))
        claim, owner = claim[order], owner[order]
        for n in np.flatnonzero((claim[1:] == claim[:-1]) & (owner[1:] != owner[:-1])):
            a, b = find(int(owner[n])), find(int(owner[n + 1]))
            leader[max(a, b)] = min(a, b)
    return [find(n) for n in range(len(groups))]


def _identity(file: Seen) -> list[str]:
    return [file.name, file.sha256, file.unit or "", file.period or "", file.how, str(bool(file.refused))]


def later_ones(files: Sequence[Seen]) -> dict[str, list[tuple[str, bool]]]:
    """For each kind that several files hold: the files in the order in which they were handed in, and whether
    each counts (the last) or not.

    The order is that of 编制日期, then of the time at which the file was written, then of the names; what an earlier run
    had is before all that came now.
    """
    of_kind: dict[str, dict[str, tuple[bool, str, float, str]]] = {}
    for file in files:
        for kind, day in file.tables:
            of_kind.setdefault(kind, {})[file.name] = (not file.moved, day, file.written, file.name)
    out = {}
    for kind, found in of_kind.items():
        if len(found) > 1:
            order = sorted(found, key=found.__getitem__)
            out[kind] = [(name, name == order[-1]) for name in order]
    return out


def parts_of(todo: Sequence[Submission], workers: int) -> list[list[Submission]]:
    """*todo* in parts, so that memory stays flat; a large group is one of its own.

    They get smaller towards the end, so that all *workers* come to theirs at about the same time. A part has one
    latest as-of date, so that partner tables of another period have no say in its submissions.
    """
    by_number: dict[int, list[Submission]] = {}
    for one in todo:
        by_number.setdefault(one.group, []).append(one)
    groups = sorted(by_number.values(), key=_day)
    left, rows_left = sum(len(s.files) for s in todo), sum(s.rows for s in todo)
    out: list[list[Submission]] = []
    latest = ""
    room = rows_room = 0
    for group in groups:
        day = _day(group)
        many, rows = sum(len(s.files) for s in group), sum(s.rows for s in group)
        if out and many <= room and rows <= rows_room and day in (latest, _NO_TABLES):
            out[-1] += group
        else:
            out.append(list(group))
            latest = day
            room = min(_FILES, max(_FEW_FILES, left // (2 * workers)))
            rows_room = min(_ROWS, max(_FEW_ROWS, rows_left // (2 * workers)))
        room, rows_room, left, rows_left = room - many, rows_room - rows, left - many, rows_left - rows
    return out


def _day(part: Sequence[Submission]) -> str:
    """The latest as-of date of a part that holds tables, or empty; past all dates for one that holds none."""
    tables = any(f.tables for s in part for f in s.files)
    return max(s.as_of for s in part) if tables else _NO_TABLES
