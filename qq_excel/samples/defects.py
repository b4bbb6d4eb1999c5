"""Defects that can be put into any submission, as tables: which row, what is changed, which rule must speak.

The tables are in :mod:`defects_claims` (what is owed) and :mod:`defects_work` (what is done about it). Every
defect whose tables a submission has is put in once, each into a row of its own.
"""

from __future__ import annotations

from qq_excel.kinds import get_kind
from qq_excel.samples.defects_claims import CLAIMS
from qq_excel.samples.defects_work import WORK
from qq_excel.samples.model import Defect, Fault, Row, Submission


def spoil(made: Submission) -> list[Fault]:
    """Put every defect that applies into *made*; give the faults in the order of their rules.

    Raises :class:`LookupError` when no row is left for one: the sample is too small for its faults.
    """
    used: set[tuple[str, str]] = set()
    found = [_put(d, made, used) for d in (*CLAIMS, *WORK) if d.applies(made.tables)]
    del made.heads["cases"]["prepared_by"]
    found.append(Fault("TAB004", "cases", "编制人", "prepared_by", "清欠台账的表头没有填编制人"))
    return sorted(found, key=lambda f: (f.rule, f.kind, f.key))


def key_of(kind: str, row: Row) -> str:
    """The key of a row as findings show it."""
    return "/".join(str(row[name]) for name in get_kind(kind).key if row.get(name) not in (None, ""))


def _marks(defect: Defect, row: Row) -> set[tuple[str, str]]:
    """What a row takes up: itself, and the row elsewhere that shows its defect."""
    marks = {(defect.kind, key_of(defect.kind, row) + (f".{defect.field}" if defect.shares else ""))}
    if defect.seen_in:
        marks.add((defect.seen_in, str(row[defect.by])))
    return marks


def _put(defect: Defect, made: Submission, used: set[tuple[str, str]]) -> Fault:
    rows = made.tables[defect.kind]
    fit = (r for r in rows if not _marks(defect, r) & used and defect.fits(r, made.tables))
    row = next(fit, None)
    if row is None:
        raise LookupError(f"{made.plan.name}: no row left for {defect.rule} in {defect.kind}")
    key = key_of(defect.kind, row)
    used |= _marks(defect, row)
    seen: tuple[str, ...] = ()
    if defect.seen_in:
        theirs = [r for r in made.tables[defect.seen_in] if r[defect.by] == row[defect.by]]
        seen = tuple(key_of(defect.seen_in, r) for r in theirs)
    if defect.change is None:
        rows.remove(row)
    else:
        row |= defect.change(row)
    return Fault(
        defect.rule, defect.kind, key, defect.field, defect.what, defect.follows, defect.seen_in, seen
    )
