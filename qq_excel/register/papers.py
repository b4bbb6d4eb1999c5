"""Papers that were issued, as the register keeps them: each file by its hash, each warning slip with its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import __version__
from qq_excel.digests import sha256_of
from qq_excel.register.entries import Entry, digest

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.write_off_pack import Outcome

#: The register of slips that ``qq-excel report slips`` writes.
SLIPS = "预警通知单登记册.xlsx"


def paper_entries(
    paper: str,
    files: Sequence[Path],
    target: Path,
    result: Result,
    claims: Mapping[Path, Sequence[str]] | None = None,
) -> list[Entry]:
    """An entry for each of the *files* of a *paper* below the folder *target*, and one for each slip.

    *claims* are the claims that a file is about, where they are few.
    """
    periods = {f.period for f in result.files if f.period}
    period = next(iter(periods)) if len(periods) == 1 else None
    out = []
    for path in files:
        name = path.relative_to(target).as_posix()
        sha256 = sha256_of(path)
        body: dict[str, Any] = {
            "paper": paper, "file": name, "sha256": sha256, "program": f"qq-excel {__version__}",
            "policy": {"profile": result.policy.profile, "version": result.policy.version, "sha256": result.policy.sha256},
            "as_of": result.as_of.isoformat() if result.as_of else None,
        }  # fmt: skip
        about = tuple((claims or {}).get(path, ()))
        out.append(Entry("paper", f"{paper}/{period or ''}/{name}", sha256, body, None, period, about))
        if path.name == SLIPS:
            out += _slips(path, period)
    return out


def pack_claims(outcome: Outcome) -> dict[Path, list[str]]:
    """The claims of each pack of write-off applications."""
    of = {name: claim for name, app in outcome.planned if (claim := app.row.get("claim_id"))}
    return {pack: [of[pack.name]] for pack in outcome.packs if pack.name in of}


def _slips(path: Path, period: str | None) -> Iterator[Entry]:
    from qq_excel.papers.slip_memory import recall

    for slip in recall(path).values():
        said = asdict(slip)
        yield Entry(
            "slip",
            slip.number,
            digest(said),
            said | {"state": slip.state},
            slip.unit,
            period,
            (slip.claim_id,),
        )
