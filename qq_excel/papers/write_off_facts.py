"""What the papers of a write-off are made from: each application with its claim, evidence and verdicts."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.papers.claims import limitation_ends, plain_rows
from qq_excel.policy import CannotJudge, Params
from qq_excel.reading.attachments import find_attachment
from qq_excel.rules.limitation import age_basis

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.rules.stack import Stack

CONDITION_CLAUSES = {"债务人死亡": "F-14-1", "债务人破产": "F-14-2", "逾期三年以上": "F-14-3"}


@dataclass(slots=True)
class Evidence:
    """One paper of an application; ``file`` is where it lies (None: cannot be used)."""

    no: int
    type: str
    name: str
    doc_no: str = ""
    issuer: str = ""
    issued_on: dt.date | None = None
    original: str = ""
    pages: int | None = None
    written: str = ""
    folder: Path | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One of the three verdicts in words."""

    title: str
    outcome: str
    grounds: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that keeps an application from being fit."""

    what: str
    rule: str
    clause: str
    fix: str
    place: str = ""


@dataclass(slots=True)
class Application:
    """One row of 坏账核销申请表 and all that belongs to it. Amounts are whole cents."""

    id: str
    file: str
    sheet: str
    line: int
    row: dict[str, Any]
    claim: dict[str, Any] | None
    evidence: list[Evidence]
    as_of: dt.date | None
    policy_words: str
    policy_sha256: str
    verdicts: list[Conclusion] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    fit: bool = False
    body: str | None = None
    authority: str = ""
    age_basis: str | None = None
    overdue_days: int | None = None
    limitation_on: dt.date | None = None
    #: The submission that it belongs to: tables of another one say nothing about it.
    submission: int = 0

    @property
    def charge(self) -> int | None:
        """What the provision does not cover and the period's result bears."""
        amount = self.row.get("amount")
        return None if amount is None else max(0, amount - (self.row.get("provision") or 0))

    @property
    def remaining(self) -> int | None:
        """Balance that is left when the amount is written off."""
        amount, balance = self.row.get("amount"), self.row.get("balance")
        return None if amount is None or balance is None else balance - amount


def applications(result: Result) -> list[Application]:
    """Every application that was handed in, in the order of file and row."""
    stack = result.stacks.get("write_offs")
    if stack is None:
        return []
    folders = {f.workbook.name: Path(f.workbook.path).parent for f in result.files}
    evidence = _evidence(result.stacks.get("evidence"), folders)
    claims = _Claims(result)
    words = f"{result.policy.title.zh}（{result.policy.profile}，v{result.policy.version}）"
    out = []
    for i, row in enumerate(plain_rows(stack)):
        source = stack.sources[stack.source[i]]
        line = int(source.table.rows[stack.position[i]]) + 1
        number = str(row.get("application_id") or f"未编号-{line}")
        params = result.policy.at(source.table.as_of or result.as_of)
        claim, clocks = claims.find(int(stack.submission[i]), row.get("claim_id"))
        app = Application(
            id=number, file=source.file, sheet=source.table.sheet, line=line, row=row, claim=claim,
            evidence=evidence.get((int(stack.submission[i]), number), []), as_of=source.table.as_of or result.as_of,
            policy_words=words, policy_sha256=result.policy.sha256, submission=int(stack.submission[i]), **clocks,
        )  # fmt: skip
        app.body, app.authority = authority(params, row.get("amount"))
        out.append(app)
    return out


def authority(params: Params, amount: int | None) -> tuple[str | None, str]:
    """The lowest body that may approve *amount* (cents), and that in words."""
    try:
        bodies = params.authority()
    except CannotJudge:
        return None, "制度没有设定审批权限，请由制度管理部门确定审批机构"
    for body in bodies:
        if amount is not None and (body.cents is None or amount <= body.cents):
            limit = "不限金额" if body.cents is None else f"{money.yuan(body.cents)} 元以内（含）"
            return body.body, f"{body.body}（{limit}）"
    return None, "金额未填或超出设定的权限，请由制度管理部门确定审批机构"


class _Claims:
    """Finds an application's claim in the ledgers of the same submission."""

    def __init__(self, result: Result) -> None:
        self.policy = result.policy
        self.where: dict[tuple[int, str], tuple[Stack, int]] = {}
        self._read: dict[int, tuple[list[dict[str, Any]], list[str | None], list[dt.date | None]]] = {}
        stacks = result.dated.get("receivables") or [s for s in (result.stacks.get("receivables"),) if s]
        for stack in stacks:
            for i, (submission, key) in enumerate(zip(stack.submission, stack["claim_id"], strict=True)):
                if isinstance(key, str):
                    self.where.setdefault((int(submission), key), (stack, i))

    def find(self, submission: int, key: str | None) -> tuple[dict[str, Any] | None, dict[str, Any]]:
        """The claim's row, and its clocks."""
        found = self.where.get((submission, key)) if key else None
        if found is None:
            return None, {}
        stack, i = found
        if id(stack) not in self._read:
            self._read[id(stack)] = self._columns(stack)
        rows, bases, ends = self._read[id(stack)]
        row, days = rows[i], None
        if stack.day and row["due_on"]:
            days = max(0, (stack.day - row["due_on"]).days)
        return row, {"overdue_days": days, "age_basis": bases[i], "limitation_on": ends[i]}

    def _columns(self, stack: Stack) -> tuple[list[dict[str, Any]], list[str | None], list[dt.date | None]]:
        """The rows of a ledger, their 账龄口径 and the days on which limitation ends; None where that is not known."""
        params = self.policy.at(stack.day)
        bases: list[str | None] = [None] * len(stack)
        with contextlib.suppress(CannotJudge):
            bases = [str(b) for b in age_basis(stack, params).tolist()]
        return plain_rows(stack), bases, limitation_ends(stack, params)


def _evidence(stack: Stack | None, folders: Mapping[str, Path]) -> dict[tuple[int, str], list[Evidence]]:
    out: dict[tuple[int, str], list[Evidence]] = {}
    if stack is None:
        return out
    for i, row in enumerate(plain_rows(stack)):
        mine = out.setdefault((int(stack.submission[i]), str(row["application_id"] or "")), [])
        folder = folders.get(stack.sources[stack.source[i]].file)
        written = row["path"] or ""
        found = find_attachment(folder, written) if folder is not None and written.strip() else None
        mine.append(
            Evidence(
                no=len(mine) + 1, type=row["type"] or "", name=row["name"] or "", doc_no=row["doc_no"] or "",
                issuer=row["issuer"] or "", issued_on=row["issued_on"], original=row["original"] or "",
                pages=None if row["pages"] is None else int(row["pages"]), written=written, folder=folder,
                file=found.path if found else None,
            )
        )  # fmt: skip
    return out
