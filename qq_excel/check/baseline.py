"""Baseline: the findings of an earlier run, by rule and business key, so that a later one shows what is new.

The file is JSON, ``{"format": "qq-excel-baseline", "version": 1, "findings": [[unit, sheet, rule, key, field,
count], ...]}``. Rows play no part, so that sorting or inserting rows changes nothing; a finding that has no
key (on a sheet or file) is known by what it says. Errors on the file itself and what could not be judged
are never taken in.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qq_excel import output
from qq_excel.errors import InputError, why_unreadable
from qq_excel.findings import Finding, Findings
from qq_excel.language import Text

FORMAT, VERSION = "qq-excel-baseline", 1
_MAX_BYTES = 200_000_000

Identity = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """How many findings of each identity are accepted."""

    counts: Counter[Identity]

    @classmethod
    def of(cls, findings: Findings, units: Mapping[str, str | None]) -> Baseline:
        """The findings of a run that a baseline can take in, open or taken in before; *units* by file."""
        return cls(Counter(_identity(f, units) for f in findings if _takes(f, ("open", "baseline"))))

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """A baseline from its file; :class:`InputError` when it is damaged or of another version."""
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise ValueError("too large")
            content = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(
                Text(
                    f"{path}：读不到基线文件（{why_unreadable(error).zh}）。",
                    f"{path}: cannot be read ({why_unreadable(error).en}).",
                )
            ) from None
        except (ValueError, RecursionError):
            raise _damaged(path) from None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise _damaged(path)
        if content.get("version") != VERSION:
            raise InputError(
                Text(
                    f"{path}：基线版本是 {content.get('version')}，本程序只认 {VERSION}。请用 --write-baseline 重新生成。",
                    f"{path}: baseline version {content.get('version')}; this program knows {VERSION}."
                    " Write it anew with --write-baseline.",
                )
            )
        rows = content.get("findings")
        if not isinstance(rows, list) or not all(_sound(row) for row in rows):
            raise _damaged(path)
        return cls(Counter({(r[0], r[1], r[2], r[3], r[4]): r[5] for r in rows}))

    def write(self, path: Path) -> Path:
        """Write it, complete or not at all; the same findings give the same bytes."""
        rows = ",\n".join(json.dumps([*k, n], ensure_ascii=False) for k, n in sorted(self.counts.items()))
        head = f'{{"format": "{FORMAT}", "version": {VERSION}, "findings": ['
        return output.write_text(path, f"{head}\n{rows}\n]}}\n" if rows else f"{head}]}}\n")

    def applied(self, findings: Findings, units: Mapping[str, str | None]) -> Findings:
        """*findings* with the status ``baseline`` where they are accepted; further ones stay open."""
        left = Counter(self.counts)
        changes: dict[int, Finding] = {}
        for i, finding in enumerate(findings):
            if not _takes(finding, ("open",)):
                continue
            identity = _identity(finding, units)
            if left[identity] > 0:
                left[identity] -= 1
                changes[i] = replace(finding, status="baseline")
        return findings.replaced(changes) if changes else findings


def _takes(finding: Finding, statuses: tuple[str, ...]) -> bool:
    fatal = finding.level == "E" and finding.rule.startswith(("FIL", "WAI"))
    return finding.status in statuses and finding.level != "?" and not fatal


def _identity(finding: Finding, units: Mapping[str, str | None]) -> Identity:
    unit = units.get(finding.file) or finding.file
    said = finding.key or ("" if finding.row is not None else finding.message("zh"))
    return (unit, finding.sheet or "", finding.rule, said, finding.field or "")


def _sound(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 6
        and all(isinstance(x, str) for x in row[:5])
        and type(row[5]) is int
        and row[5] > 0
    )


def _damaged(path: Path) -> InputError:
    return InputError(
        Text(
            f"{path}：不是完整的基线文件。请用 --write-baseline 重新生成。",
            f"{path}: not a whole baseline file. Write it anew with --write-baseline.",
        )
    )
