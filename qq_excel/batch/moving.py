"""Move files of the inbox once all is done, and only if told to. Nothing is written over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from qq_excel.batch.arrivals import Arrival
from qq_excel.batch.model import FileOutcome
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import cannot_write, make_folder

#: What files can be moved by.
STATES = ("accepted", "rejected", "quarantined", "superseded")


def parse_moves(texts: Sequence[str]) -> dict[str, Path]:
    """``accepted=DIR,rejected=DIR`` as folders by state. Raises :class:`InputError`."""
    out: dict[str, Path] = {}
    for part in (p for text in texts for p in text.split(",")):
        state, equals, folder = part.partition("=")
        if state not in STATES or not equals or not folder or state in out:
            raise InputError(
                Text(
                    f"--move “{part}”不对，请写成 accepted=文件夹,rejected=文件夹（可用：{'、'.join(STATES)}）。",
                    f"--move '{part}': write accepted=FOLDER,rejected=FOLDER (known: {', '.join(STATES)}).",
                )
            )
        out[state] = Path(folder)
    return out


def moves_of(
    files: Sequence[FileOutcome], came: Sequence[Arrival], folders: Mapping[str, Path]
) -> list[tuple[str, str]]:
    """(from, to) of each file that is to be moved. A zip goes as a whole, as its worst member does."""
    states = {f.name: f.state for f in files}
    worst = ("accepted", "superseded", "rejected", "quarantined")
    of_origin: dict[Path, tuple[str, str]] = {}
    for one in came:
        state: str = states[one.name]
        name = one.name if one.path == one.origin and not _inside_zip(one) else _zip_name(one)
        before = of_origin.get(one.origin)
        if before is None or worst.index(state) > worst.index(before[0]):
            of_origin[one.origin] = (state, name)
    taken: set[str] = set()
    out = []
    for origin, (state, name) in of_origin.items():
        folder = folders.get(state)
        if folder is None:
            continue
        target, n = folder / name, 1
        while target.exists() or str(target) in taken:
            n += 1
            target = (folder / name).with_stem(f"{Path(name).stem}_{n}")
        taken.add(str(target))
        out.append((os.path.abspath(origin), os.path.abspath(target)))  # noqa: PTH100 - links stay links
    return out


def _inside_zip(one: Arrival) -> bool:
    return one.origin.suffix.lower() == ".zip"


def _zip_name(one: Arrival) -> str:
    end = one.name.find(one.origin.name)
    return one.name[: end + len(one.origin.name)] if end >= 0 else one.origin.name


def move_all(moves: Sequence[tuple[str, str]]) -> int:
    """Move what is not moved yet; how many were. A move that was broken off is done again, or done already."""
    count = 0
    for here, there in moves:
        source, target = Path(here), Path(there)
        if not source.exists():
            continue
        try:
            make_folder(target.parent)
            beside = target.with_name(f".qq-{target.name}")
            shutil.copy2(source, beside)  # another disk, perhaps: whole there before it is gone here
            beside.replace(target)
            source.unlink()
        except OSError as error:
            raise cannot_write(target, error) from None
        count += 1
    return count
