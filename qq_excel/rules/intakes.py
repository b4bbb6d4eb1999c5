"""What came in, as a whole: the rules ``on: run`` are asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intake:
    """(unit, kind) -> a workbook that speaks for it, of this run and of the previous period."""

    now: Mapping[tuple[str, str], str]
    before: Mapping[tuple[str, str], str]

    @property
    def units(self) -> set[str]:
        """The units that handed in anything."""
        return {unit for unit, _ in self.now}
