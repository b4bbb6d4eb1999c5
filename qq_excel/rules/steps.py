"""Steps that are taken one after the other, each with its date: which came too early, which was skipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qq_excel.language import Text
from qq_excel.rules.answer import Flagged
from qq_excel.rules.limitation import days_of
from qq_excel.rules.mask import Mask
from qq_excel.rules.stack import Stack

_EARLY = Text("早于前面步骤的日期 ", "before an earlier step on ")
_SKIPPED = Text("而后面的步骤已经办理：", "though a later step was taken: ")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the field of its date, and fields that show that it was taken even without one."""

    date: str
    shown_by: tuple[str, ...] = ()

    def taken(self, stack: Stack) -> Mask:
        """Rows whose step was taken."""
        done = stack.filled(self.date)
        for name in self.shown_by:
            done = done | stack.filled(name)
        return done


def too_early(stack: Stack, steps: Sequence[Step]) -> Iterator[Flagged]:
    """Steps dated before one that comes first. The same day is in order, a blank date is passed over."""
    before = np.full(len(stack), np.datetime64("NaT", "D"), dtype="datetime64[D]")
    for i, step in enumerate(steps):
        day = days_of(stack, step.date)
        if i:
            yield Flagged(day < before, field=step.date, figures={"problem": _EARLY, "than": before.copy()})
        before = np.fmax(before, day)


def skipped(stack: Stack, steps: Sequence[Step]) -> Iterator[Flagged]:
    """Steps without a date though a later one was taken; names the next one that was."""
    for i, step in enumerate(steps):
        later = np.full(len(stack), None, dtype=object)
        some = np.zeros(len(stack), dtype=bool)
        for next_one in reversed(steps[i + 1 :]):
            done = next_one.taken(stack)
            f = stack.kind[next_one.date]
            later[done] = Text(f.header, f.en)
            some |= done
        yield Flagged(
            stack.blank(step.date) & some, field=step.date, figures={"problem": _SKIPPED, "than": later}
        )
