"""How the warnings moved since the last run: what rose, is new, was answered, fell, or is not warned of any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qq_excel.language import t
from qq_excel.papers.slip_memory import FELL, GONE, NEW, ROSE, SAME, Slip, movement, shown
from qq_excel.warnings import Warned

#: In this order they are told.
CHANGES = (ROSE, NEW, SAME, FELL, GONE)


@dataclass(frozen=True, slots=True)
class Moved:
    """One claim at the last run and now. ``level`` is blank for one that is not warned of any more."""

    unit: str
    claim_id: str
    debtor: str
    before: str
    level: str
    change: str
    #: Cents of yuan; of the last run for what is not warned of any more, where that told it.
    balance: int | None
    responsible: str = ""
    department: str = ""
    #: Whose business it was at its last level: that department is told that it is gone, fell or rose.
    before_department: str = ""
    #: What became of the last slip: its state and what was answered.
    state: str = ""
    answer: str = ""
    causes: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether somebody has answered the last slip."""
        return bool(self.answer) or self.state == "已答复"


def moves(
    claims: Iterable[Warned],
    last: Mapping[tuple[str, str], Slip],
    departments: Mapping[str, str] | None = None,
) -> list[Moved]:
    """Every claim that is or was warned of: what rose first, what is gone last. *departments*: whose business a level is."""
    whose = departments or {}
    left = dict(last)
    out = []
    for c in claims:
        old = left.pop((c.unit, c.claim_id), None)
        state = old.state if old and old.number else ""
        out.append(
            Moved(
                c.unit, c.claim_id, c.debtor, old.level if old else "", c.level,
                movement(old.level if old else None, c.level), c.balance, c.responsible, c.department,
                whose.get(old.level, "") if old else "", state,
                old.answer if old else "", tuple(str(x.text) for x in c.causes),
            )
        )  # fmt: skip
    out += [
        Moved(s.unit, s.claim_id, s.debtor, s.level, "", GONE, s.balance, before_department=whose.get(s.level, ""),
              state=s.state if s.number else "", answer=s.answer)
        for s in left.values()
    ]  # fmt: skip
    return sorted(out, key=lambda m: CHANGES.index(m.change))


def since_words(on: str) -> str:
    """With which run the movements compare: that of the day *on*, or the last."""
    return t(f"与 {on} 相比：", f"Since {on}: ") if on else t("与上次相比：", "Since the last run: ")


def counted(moved: Iterable[Moved]) -> str:
    """How many of each, in words."""
    every = [m.change for m in moved]
    return t("，", ", ").join(f"{shown(x)} {every.count(x)}{t(' 笔', '')}" for x in CHANGES)
