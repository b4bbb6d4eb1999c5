"""Waivers: findings that somebody with authority lets pass, with a reason and until a date (``waivers.yaml``).

A waiver names one rule and one business key or cell. What is wrong with a waiver itself (expired, unused,
incomplete) is found by the rules of family WAI; only a sound and valid one changes a finding's status.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qq_excel import yamlfile
from qq_excel.catalogue import all_rules
from qq_excel.findings import Finding, Findings
from qq_excel.language import Text
from qq_excel.yamlfile import Strict, nearest

#: The file that counts when it lies beside what is handed in.
NAME = "waivers.yaml"


class _Entry(Strict):
    rule: str | None = None
    key: str | None = None
    cell: str | None = None
    sheet: str | None = None
    reason: str | None = None
    approved_by: str | None = None
    valid_until: Any = None


class _File(Strict):
    waivers: tuple[_Entry, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry, as written; ``file`` and ``line`` say where."""

    file: str
    line: int
    rule: str
    key: str
    cell: str
    sheet: str
    reason: str
    approved_by: str
    valid_until: Any

    @property
    def flaw(self) -> Text | None:
        """What keeps it from being used at all; None when it is sound."""
        lacks = [
            words
            for value, words in (
                (self.rule, Text("规则 rule", "rule")),
                (self.key or self.cell, Text("业务编号 key 或单元格 cell", "key or cell")),
                (self.reason.strip(), Text("理由 reason", "reason")),
                (self.approved_by.strip(), Text("批准人 approved_by", "approved_by")),
                (self.valid_until, Text("有效期 valid_until", "valid_until")),
            )
            if not value
        ]
        if lacks:
            return Text(
                "没有写" + "、".join(w.zh for w in lacks), "it lacks " + ", ".join(w.en for w in lacks)
            )
        spec = all_rules().get(self.rule)
        if spec is None:
            near = nearest(self.rule, list(all_rules()))
            return Text(
                f"没有规则“{self.rule}”" + (f"，是不是 {near}" if near else ""),
                f"there is no rule '{self.rule}'" + (f"; did you mean {near}" if near else ""),
            )
        if (spec.family == "FIL" and spec.level == "E") or spec.family == "WAI":
            return Text(f"{self.rule} 不能豁免", f"{self.rule} cannot be waived")
        if isinstance(self.valid_until, dt.datetime) or not isinstance(self.valid_until, dt.date):
            return Text(
                f"有效期“{self.valid_until}”不是日期，应如 2026-12-31",
                f"valid_until '{self.valid_until}' is no date such as 2026-12-31",
            )
        return None

    def fits(self, finding: Finding) -> bool:
        """Whether *finding* is what it speaks of."""
        return (
            finding.rule == self.rule
            and (not self.key or finding.key == self.key)
            and (not self.cell or finding.cell == self.cell.upper())
            and (not self.sheet or finding.sheet == self.sheet)
        )


@dataclass(frozen=True, slots=True)
class Use:
    """A waiver on the day of the run: whether it is sound, still valid, and how much it answered."""

    waiver: Waiver
    day: dt.date | None
    #: Findings that it answers, or would answer were it still valid.
    hits: int
    #: The file of each of these findings.
    files: tuple[str, ...] = ()

    @property
    def expired(self) -> bool:
        """Whether its last day is past; a waiver is valid on that day itself."""
        return self.waiver.flaw is None and self.day is not None and self.day > self.waiver.valid_until

    @property
    def holds(self) -> bool:
        """Whether it changes findings: sound, and known to be valid."""
        return self.waiver.flaw is None and self.day is not None and not self.expired


def load_waivers(path: Path) -> list[Waiver]:
    """The waivers of a file; :class:`~qq_excel.errors.SchemaError` when it is no such file."""
    content, lines = yamlfile.load(path)
    entries = yamlfile.check(path, content, lines, _File).waivers
    return [
        Waiver(
            file=path.name,
            line=yamlfile.line_of(lines, ("waivers", i)),
            valid_until=e.valid_until,
            **{n: getattr(e, n) or "" for n in ("rule", "key", "cell", "sheet", "reason", "approved_by")},
        )
        for i, e in enumerate(entries)
    ]


def beside(paths: Iterable[Path]) -> list[Path]:
    """The ``waivers.yaml`` that lie in the folders of *paths* (workbooks or folders), each once."""
    folders = dict.fromkeys((p if p.is_dir() else p.parent) for p in paths)
    return [f / NAME for f in folders if (f / NAME).is_file()]


def use(findings: Findings, waivers: Sequence[Waiver], day: dt.date | None) -> tuple[Findings, list[Use]]:
    """*findings* with the status ``waived`` where a valid waiver answers them, and what became of each."""
    by_rule: dict[str, list[int]] = {}
    for n, waiver in enumerate(waivers):
        by_rule.setdefault(waiver.rule, []).append(n)
    hits: list[list[str]] = [[] for _ in waivers]
    changes: dict[int, Finding] = {}
    for i, finding in enumerate(findings):
        if finding.level == "?" or finding.status != "open":
            continue
        for n in by_rule.get(finding.rule, ()):
            waiver = waivers[n]
            if waiver.flaw is None and waiver.fits(finding):
                hits[n].append(finding.file)
                if Use(waiver, day, 0).holds and i not in changes:
                    changes[i] = replace(
                        finding,
                        status="waived",
                        reason=waiver.reason.strip(),
                        approved_by=waiver.approved_by.strip(),
                    )
    uses = [Use(w, day, len(files), tuple(files)) for w, files in zip(waivers, hits, strict=True)]
    return (findings.replaced(changes) if changes else findings), uses
