"""Where each case stands: at which stage, since when, what is missing, who is due.

The workflow is data (:mod:`qq_excel.policy.stages`): the profile says which kinds hold its cases, in which
order the stages come and what each needs to be called done. Nothing here decides whether a case is in
order; that is for the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel import money
from qq_excel.check import Result
from qq_excel.kinds import FieldType
from qq_excel.language import Text
from qq_excel.policy import Policy, calendar
from qq_excel.policy.showing import need_text
from qq_excel.policy.stages import Condition, Followed, Need, Stage
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.stack import Stack


@dataclass(frozen=True, slots=True)
class Card:
    """One case. Amounts are cents; ``stage`` is None where the sheet names one that the profile has not."""

    kind: str
    key: str
    claim: str
    debtor: str
    unit: str
    amount: int | None
    stage: int | None
    #: The stage as the sheet has it.
    stated: str
    #: Not known where the latest date is yet to come, as that until which an agreement runs.
    since: dt.date | None
    #: Days in the stage on the as-of date.
    days: int | None
    due_on: dt.date | None
    late: bool
    missing: tuple[Text, ...]
    #: Everything that the stage needs is there.
    done: bool
    closed: bool
    #: The person, then the unit that is due.
    who: str
    team: Text | None
    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Board:
    """All cases of a check, in the order of the stages."""

    policy: Policy
    as_of: dt.date | None
    cards: tuple[Card, ...]

    def at(self, stage: int | None) -> list[Card]:
        """The cases at a stage (None: at none of the profile's), the late and the longest first."""
        mine = [c for c in self.cards if c.stage == stage]
        return sorted(mine, key=lambda c: (c.closed, not c.late, -(c.days or 0), c.key))

    def document(self) -> dict[str, Any]:
        """The board as plain data, for other programs."""
        stages = self.policy.stages
        return {
            "schema": 1,
            "policy": {"profile": self.policy.profile, "sha256": self.policy.sha256},
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "stages": [
                {"name": s.name, "title": str(s.text), "clauses": list(s.clauses), "team": s.team,
                 "cases": len(self.at(i)), "late": sum(c.late for c in self.at(i))}
                for i, s in enumerate(stages)
            ],
            "cases": [
                {
                    "kind": c.kind, "key": c.key, "claim": c.claim, "debtor": c.debtor, "unit": c.unit,
                    "amount": None if c.amount is None else money.yuan(c.amount),
                    "stage": None if c.stage is None else stages[c.stage].name, "stated": c.stated,
                    "since": c.since.isoformat() if c.since else None, "days": c.days,
                    "due_on": c.due_on.isoformat() if c.due_on else None, "late": c.late,
                    "missing": [str(m) for m in c.missing], "done": c.done, "closed": c.closed,
                    "who": c.who, "team": str(c.team) if c.team else None,
                    "file": c.file, "sheet": c.sheet, "row": c.row + 1,
                }
                for i in [*range(len(stages)), None]
                for c in self.at(i)
            ],
        }  # fmt: skip


def board_of(result: Result) -> Board:
    """The cases of a check. A claim that an earlier kind of ``follow`` tells of is shown once."""
    cards: list[Card] = []
    seen: set[tuple[int, str]] = set()
    for kind in result.policy.follow:
        told: set[tuple[int, str]] = set()
        for stack in result.dated.get(kind, []):
            for submission, card in _cards(stack, result.policy, result.policy.workflow[kind]):
                if (submission, card.claim) not in seen:
                    cards.append(card)
                    told.add((submission, card.claim))
        seen |= told
    return Board(result.policy, result.as_of, tuple(cards))


def _cards(stack: Stack, policy: Policy, followed: Followed) -> Iterable[tuple[int, Card]]:
    kind, stages, params = stack.kind, policy.stages, policy.at(stack.day)
    at = _standing(stack, stages, followed)
    held = [[(need, _holds(stack, need)) for need in s.needs_of(kind.kind)] for s in stages]
    since = _since(stack, stages, followed, at)
    terms = [params.get(s.due) if s.due else None for s in stages]
    column = {name: stack[field].tolist() for name, field in followed.fields.items()}
    keys = [stack[k].tolist() for k in kind.key]
    units = stack["unit"].tolist() if "unit" in stack.frame else None
    for i in np.flatnonzero(stack.filled(kind.key[0])):
        place = int(at[i])
        stage = stages[place] if place >= 0 else None
        missing = tuple(need_text(n, kind) for n, mask in held[place] if not mask[i]) if stage else ()
        done = stage is not None and not missing
        closed = done and stage is not None and stage.closes
        start = None if np.isnat(since[i]) else since[i].item()
        term = terms[place] if stage and not closed else None
        began, days, due_on = _clock(start, stack.day, term)
        source = stack.sources[int(stack.source[i])]
        yield int(stack.submission[i]), Card(
            kind=kind.kind,
            key="/".join(_text(k[i]) for k in keys),
            claim=_text(column["claim"][i]),
            debtor=_text(column["debtor"][i]),
            unit=_text(units[i]) if units else source.table.text("unit") or "",
            amount=None if pd.isna(column["amount"][i]) else int(column["amount"][i]),
            stage=place if place >= 0 else None,
            stated=_text(column["stage"][i]) if "stage" in column else (stage.name if stage else ""),
            since=began, days=days, due_on=due_on,
            late=due_on is not None and stack.day is not None and stack.day > due_on,
            missing=missing, done=done, closed=closed,
            who=_text(column["who"][i]), team=policy.team_of(stage) if stage else None,
            file=source.file, sheet=source.table.sheet, row=int(stack.rows[i]),
        )  # fmt: skip


def _clock(
    start: dt.date | None, today: dt.date | None, term: float | None
) -> tuple[dt.date | None, int | None, dt.date | None]:
    """Since when a case stands at its stage, for how many days, and when its *term* ends.

    A day still to come is none that it stands there since.
    """
    if start is None:
        return None, None, None
    due_on = None if term is None else start + dt.timedelta(days=int(term))
    if today is None:
        return start, None, due_on
    return (None, None, due_on) if start > today else (start, (today - start).days, due_on)


def _standing(stack: Stack, stages: Sequence[Stage], followed: Followed) -> npt.NDArray[np.int64]:
    """Each row's stage by number: as its column says, else the last one whose ``when`` holds; -1 for none."""
    if followed.stage is not None:
        numbers = {s.name: i for i, s in enumerate(stages)}
        return np.asarray(stack[followed.stage].map(numbers).fillna(-1), dtype=np.int64)
    at = np.zeros(len(stack), dtype=np.int64)
    for i, stage in enumerate(stages):
        conditions = stage.entered_when(stack.kind.kind)
        if conditions:
            at[np.logical_and.reduce([_holds(stack, c) for c in conditions])] = i
    return at


def _since(
    stack: Stack, stages: Sequence[Stage], followed: Followed, at: npt.NDArray[np.int64]
) -> calendar.Days:
    """Since when: as a column says, else the latest date that the stages before, or ``when``, ask for."""
    if followed.since is not None:
        return calendar.as_days(stack[followed.since])
    out: calendar.Days = np.full(len(stack), np.datetime64("NaT"), dtype="datetime64[D]")
    if followed.opened is not None:
        out = calendar.as_days(stack[followed.opened])
    for i, stage in enumerate(stages):
        before = {c.field for n in stage.needs_of(stack.kind.kind) for c in n.alternatives}
        entered = {c.field for n in stage.entered_when(stack.kind.kind) for c in n.alternatives}
        for fields, rows in ((before, at > i), (entered, at == i)):
            for name in sorted(fields):
                if stack.kind[name].type is FieldType.DATE:
                    out = np.where(rows, np.fmax(out, calendar.as_days(stack[name])), out)
    return out


def _holds(stack: Stack, need: Need) -> Mask:
    return np.asarray(np.logical_or.reduce([_one(stack, c) for c in need.alternatives]))


def _one(stack: Stack, condition: Condition) -> Mask:
    column = stack[condition.field]
    numeric = stack.kind[condition.field].type.numeric
    if condition.value is None:
        return true(column > 0) if numeric else stack.filled(condition.field)
    return true(column == float(condition.value)) if numeric else true(column == condition.value)


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
