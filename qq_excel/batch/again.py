"""What was accepted and moved away comes back when its unit hands in more of the same period.

A submission is all that a unit handed in for a period. Were it only what the inbox has today, a corrected ledger would be
judged without the contracts that were accepted and moved away the day before. So these are read where they are now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from qq_excel.batch.arrivals import Arrival, parcel
from qq_excel.batch.model import Away, FileOutcome, Move, Seen
from qq_excel.digests import sha256_of
from qq_excel.language import Text
from qq_excel.reading.options import Limits

#: What is said of a file that came back.
TOGETHER = Text(
    "以前已通过并移走，与本次交来的一起校验", "accepted before and moved away; checked with what came now"
)


def take_away(
    away: dict[tuple[str, str], list[Away]], files: Iterable[FileOutcome], moves: Iterable[Move]
) -> None:
    """Note in *away* which *files* of a submission were accepted and moved; what was handed in again counts no more."""
    of_name = {move.name: move for move in moves if move.name}
    files = list(files)
    old = {f.sha256 for f in files if f.state == "superseded"}
    for unit, period in {(f.unit, f.period) for f in files if f.unit and f.period}:
        away[unit, period] = [a for a in away.get((unit, period), ()) if a.sha256 not in old]
    for f in files:
        move = next((of_name[name] for name in _names(f.name) if name in of_name), None)
        if f.state != "accepted" or not (f.unit and f.period) or move is None:
            continue
        home = str(Path(move.origin).parent)
        one = Away(f.name, f.sha256, f.unit, f.period, f.kinds, move.target, move.name, home)
        away[f.unit, f.period].append(one)


def _names(name: str) -> Iterable[str]:
    """*name*, and what it may be in."""
    while name:
        yield name
        name = name.rpartition("/")[0]


def brought_back(
    away: dict[tuple[str, str], list[Away]], now: Sequence[Seen], room: Path, limits: Limits
) -> tuple[list[Arrival], dict[tuple[str, str], list[Away]]]:
    """What belongs to the submissions of *now*; and what of it is not there any more, by unit and period.

    Zips are unpacked in *room*. What is the same as a file of *now* is left out: somebody put it back.
    """
    same = {s.sha256 for s in now}
    taken = {s.name for s in now}
    out: list[Arrival] = []
    lost: dict[tuple[str, str], list[Away]] = {}
    kinds: dict[tuple[str, str], set[str]] = {}
    for s in now:
        if s.unit and s.period and not s.refused:
            kinds.setdefault((s.unit, s.period), set()).update(kind for kind, _ in s.tables)
    for (unit, period), again in sorted(kinds.items(), key=lambda item: item[0]):
        for one in away.get((unit, period), ()):
            if one.sha256 in same:
                continue
            found = _found(one, room / str(len(out)), limits)
            if found is not None:
                found = replace(found, name=_free(one.name, taken))
                taken.add(found.name)
                out.append(found)
            elif not again.issuperset(one.kinds):
                lost.setdefault((unit, period), []).append(one)
    return out, lost


def _found(one: Away, room: Path, limits: Limits) -> Arrival | None:
    """The workbook where it was moved to, if it is still what it was."""
    try:
        for arrival in parcel(Path(one.place), one.parcel, room, limits):
            if arrival.name == one.name and not arrival.refused and sha256_of(arrival.path) == one.sha256:
                return replace(arrival, home=None if arrival.zipped else Path(one.home))
    except OSError:  # gone, or out of reach
        pass
    return None


def _free(wanted: str, taken: set[str]) -> str:
    """*wanted*, or it below a number: the unit gives each of its ledgers the same name, perhaps."""
    name, n = wanted, 1
    while name in taken:
        n += 1
        name = f"{n}/{wanted}"
    return name


def with_note(
    file: FileOutcome, again: Collection[str], lost: Mapping[tuple[str, str], Sequence[Away]]
) -> FileOutcome:
    """*file* as a summary of this run tells it: whether it came back, or what should have come back with it."""
    gone = lost.get((file.unit or "", file.period or ""))
    note = TOGETHER if file.name in again else told(gone) if gone else None
    return file if file.why or note is None else replace(file, why=(note.zh, note.en))


def told(lost: Sequence[Away]) -> Text:
    """That these are missing from what is checked, where they were, and what to do."""
    zh = "、".join(f"{one.name}（移到 {one.place}）" for one in lost)
    en = ", ".join(f"{one.name} (moved to {one.place})" for one in lost)
    return Text(
        f"以前通过的{zh}，现已不在那里或有变化，没有一起校验；要一起校验，请放回收件夹",
        f"accepted before, and gone from there or changed since: {en}; not checked with it; to do so, put it back into the inbox",
    )
