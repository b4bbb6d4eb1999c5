"""Move files of the inbox once all is done, and only if told to. Nothing is written over, and nothing unread is moved."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from qq_excel.batch.arrivals import Arrival, is_text
from qq_excel.batch.model import GRAVITY, HANDED_IN, FileOutcome, Move, State
from qq_excel.digests import sha256_of
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import cannot_write, make_folder


def parse_moves(texts: Sequence[str]) -> dict[str, Path]:
    """``accepted=DIR,rejected=DIR`` as folders by state. Raises :class:`InputError`."""
    out: dict[str, Path] = {}
    for part in (p for text in texts for p in text.split(",")):
        state, equals, folder = part.partition("=")
        if state not in HANDED_IN or not equals or not folder or state in out:
            raise InputError(
                Text(
                    f"--move “{part}”不对，请写成 accepted=文件夹,rejected=文件夹（可用：{'、'.join(HANDED_IN)}）。",
                    f"--move '{part}': write accepted=FOLDER,rejected=FOLDER (known: {', '.join(HANDED_IN)}).",
                )
            )
        out[state] = Path(folder)
    return out


def moves_of(
    files: Sequence[FileOutcome], came: Sequence[Arrival], folders: Mapping[str, Path]
) -> list[Move]:
    """Each file that is to be moved, also one of a format that is not read. A zip goes as a whole, as its worst member does;
    what could not be opened stays, since nobody knows what was in it.

    A superseded file that nobody named a folder for goes where the one goes that took its place: left behind alone it
    would count again in the next run.
    """
    outcomes = {f.name: f for f in files}
    of_origin: dict[Path, tuple[State, str, str]] = {}
    for one in came:
        state = outcomes[one.name].state
        before = of_origin.get(one.origin)
        if before is None or GRAVITY.index(state) > GRAVITY.index(before[0]):
            of_origin[one.origin] = (state, _whole_name(one), one.zipped or outcomes[one.name].sha256)
    taken: set[Path] = set()
    out = []
    for origin, (state, name, sha256) in of_origin.items():
        folder = folders.get(state)
        if folder is None and state == "superseded":
            mine = [outcomes[one.name] for one in came if one.origin == origin]
            after = {later.state for old in mine for later in files if _replaces(later, old)}
            folder = next((folders[s] for s in reversed(GRAVITY) if s in after and s in folders), None)
        if folder is None or not sha256:
            continue
        target = _free(folder / name, taken)
        taken.add(target)
        place, to = os.path.abspath(origin), os.path.abspath(target)  # noqa: PTH100 - links stay links
        out.append(Move(place, to, sha256, name))
    return out


def _replaces(later: FileOutcome, old: FileOutcome) -> bool:
    """Whether *later* holds a table that *old* handed in before."""
    same = (later.unit, later.period) == (old.unit, old.period)
    return same and later.state != "superseded" and bool({*later.kinds} & {*old.kinds})


def _free(wanted: Path, taken: Collection[Path] = ()) -> Path:
    """*wanted*, or it with a number where there is a file of that name."""
    target, n = wanted, 1
    while target.exists() or target in taken:
        n += 1
        target = wanted.with_stem(f"{wanted.stem}_{n}")
    return target


def _whole_name(one: Arrival) -> str:
    """The name of the file of the inbox that it is or was in, with its folders; one that cannot be written down keeps its bytes."""
    if not is_text(one.origin):
        return one.origin.name
    if not one.zipped:
        return one.name
    return one.name[: one.name.find(one.origin.name) + len(one.origin.name)]


def move_all(moves: Sequence[Move]) -> tuple[int, int]:
    """Move what is not moved yet; how many were, and how many stay because they are not what was read any more.

    A move that was broken off is done again, or done already.
    """
    count = stay = 0
    for move in moves:
        source, target = Path(move.origin), Path(move.target)
        if not source.exists():
            continue
        try:
            if target.is_file() and sha256_of(target) == move.sha256 == sha256_of(source):
                source.unlink()  # it was copied before the run was ended
                count += 1
                continue
            make_folder(target.parent)
            beside = target.with_name(f".qq-{target.name}")
            shutil.copy2(source, beside)  # another disk, perhaps: whole there before it is gone here
            if sha256_of(beside) == move.sha256:
                _put(beside, target)
                source.unlink()
                count += 1
            else:
                beside.unlink()
                stay += 1
        except OSError as error:
            raise cannot_write(target, error) from None
    return count, stay


def _put(beside: Path, target: Path) -> None:
    """Give the file *beside* the name *target*, or the next that is free: somebody may have taken it since the plan."""
    while True:
        free = _free(target)
        try:
            os.link(beside, free)  # unlike a renaming it never takes another file's place
        except FileExistsError:
            continue
        except OSError:  # no hard links here
            beside.rename(free)
            return
        beside.unlink()
        return
