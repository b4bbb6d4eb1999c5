"""What a batch is asked for, and what of that cannot come to anything."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from qq_excel.batch.arrivals import must_lead_somewhere
from qq_excel.batch.journal import Journal, begun_in
from qq_excel.batch.publishing import must_be_apart
from qq_excel.batch.state import must_be_its_own
from qq_excel.batch.submissions import PATTERN
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import must_be_writable
from qq_excel.policy import Policy
from qq_excel.reading import Options
from qq_excel.register import Register
from qq_excel.urls import is_remote, without_user
from qq_excel.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Asked:
    """A run as it was asked for."""

    inbox: tuple[str, ...]
    target: Path
    policy: Policy
    options: Options = field(default_factory=Options)
    jobs: int = 0
    pattern: str = PATTERN
    as_of: dt.date | None = None
    previous: tuple[str, ...] = ()
    #: Where files go when all is done: ``accepted``, ``rejected``, ``quarantined`` -> folder.
    moves: dict[str, Path] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    #: What is told of each submission, if there is one.
    register: Register | None = None
    resume: bool = False
    #: Begin anew where an unfinished run was asked for otherwise; what it finished counts where it is the same.
    anew: bool = False
    #: The address of a Dask scheduler, or ``local``; empty: processes of this computer do the work.
    cluster: str = ""
    #: The URL that the results go to in the end; *target* is then the folder of :mod:`qq_excel.batch.state`.
    url: str = ""

    @property
    def shown(self) -> str:
        """Where the results go, in words."""
        return without_user(self.url) or str(self.target)

    def identity(self) -> dict[str, object]:
        """What makes it the same run when it is resumed."""
        return {
            "inbox": [_place(p) for p in self.inbox], "previous": [_place(p) for p in self.previous],
            "policy": self.policy.sha256, "pattern": self.pattern, "as_of": self.as_of.isoformat() if self.as_of else None,
            "moves": {k: os.path.realpath(v) for k, v in sorted(self.moves.items())},
        }  # fmt: skip


#: What makes it the same run, as the command line calls it.
_CALLED = {
    "inbox": "INBOX", "previous": "--previous", "policy": "--policy", "pattern": "--pattern", "as_of": "--as-of",
    "moves": "--move",
}  # fmt: skip


def _place(path: str) -> str:
    return without_user(path) if is_remote(path) else os.path.realpath(path)


def must_be_possible(asked: Asked) -> None:
    """Refuse at once what cannot come to anything."""
    must_lead_somewhere([p for p in (*asked.inbox, *asked.previous) if not is_remote(p)])
    if asked.moves and any(map(is_remote, asked.inbox)):
        raise InputError(
            Text(
                "--move 只能移动本机的文件，收件夹是网址时不能用。",
                "--move cannot move files of an inbox that is a URL.",
            )
        )
    must_keep_out_of_the_inbox(asked)
    if asked.url:
        must_be_apart(asked.url, [*asked.inbox, *asked.previous])
        must_be_its_own(asked.target, asked.url)
    for folder in (asked.target, *asked.moves.values()):
        must_be_writable(folder)
    if asked.resume and not begun_in(asked.target):
        raise InputError(
            Text(
                f"{asked.shown}：这里没有可以继续的批量校验。请去掉 --resume。",
                f"{asked.shown}: there is no batch to resume here. Leave out --resume.",
            )
        )


def must_keep_out_of_the_inbox(asked: Asked) -> None:
    """Refuse results, or places for what is moved, that the inbox would have again."""
    target = asked.target.resolve()
    inbox = [Path(p).resolve() for p in asked.inbox if not is_remote(p)]
    if any(target == path or target in path.parents for path in inbox):
        raise InputError(
            Text(
                f"{asked.target}：结果文件夹不能是收件夹，也不能包含收件夹，否则来件会被当作结果略过。请换一个文件夹。",
                f"{asked.target}: the folder for results must neither be the inbox nor hold it; choose another.",
            )
        )
    for state, folder in asked.moves.items():
        place = folder.resolve()
        ours = place.is_relative_to(target)  # what lies with the results did not come in
        if not ours and any(place.is_relative_to(path) for path in inbox):
            raise InputError(
                Text(
                    f"--move {state}={folder}：移走的文件不能还放在收件夹里，否则下次又当作来件。请换一个文件夹。",
                    f"--move {state}={folder}: what is moved must not stay within the inbox, where the next run would take it"
                    " for new; choose another folder.",
                )
            )


def may_begin(asked: Asked, journal: Journal) -> None:
    """Refuse to begin anew, or otherwise, what was begun and not ended."""
    begun = journal.unfinished
    if begun is None:
        return
    if not asked.resume:
        raise InputError(
            Text(
                f"{asked.shown}：这里有一次没有做完的批量校验。加 --resume 继续，或换一个结果文件夹。",
                f"{asked.shown}: a batch here was not finished. Finish it with --resume, or choose another folder.",
            )
        )
    differs = [
        _CALLED.get(k, k) for k, v in asked.identity().items() if begun.get(k) != json.loads(json.dumps(v))
    ]
    if differs and asked.anew and not journal.moves:
        journal.unfinished = None
    elif differs:
        raise InputError(
            Text(
                f"{asked.shown}：没有做完的那一次用的是别的条件（{'、'.join(differs)}）。请用同样的条件继续，或换一个结果文件夹。",
                f"{asked.shown}: the unfinished batch was asked for otherwise ({', '.join(differs)})."
                " Resume it as it was, or choose another folder.",
            )
        )
