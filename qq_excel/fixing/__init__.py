"""Fixes of a submission: what can be mended without changing its meaning, in a copy that can be undone."""

from qq_excel.fixing.copying import FixReport, fix, unfix
from qq_excel.fixing.model import Change, Grade

__all__ = ["Change", "FixReport", "Grade", "fix", "unfix"]
