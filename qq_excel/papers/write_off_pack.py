"""核销申请包: for each application that is fit one zip with report, approval form, extract and evidence.

A pack holds copies; nothing that was handed in is changed. ``manifest.json`` has the size and SHA-256 of
every member, and :func:`~qq_excel.papers.pack_check.verify_pack` proves a pack whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import __version__
from qq_excel.errors import PackError
from qq_excel.language import Text
from qq_excel.output import safe_name, same_zip
from qq_excel.papers import write_off_books, write_off_words
from qq_excel.papers.house import House, load_house
from qq_excel.papers.pack_check import MANIFEST, SCHEMA
from qq_excel.papers.signing import SIGNATURE, Signer
from qq_excel.papers.words import clean
from qq_excel.papers.write_off_facts import Application, Evidence, Gap, applications
from qq_excel.papers.write_off_fit import judge
from qq_excel.papers.write_off_history import Histories

if TYPE_CHECKING:
    from qq_excel.check import Result

REPORT, FORM, EXTRACT, INDEX = "核销申请报告.docx", "核销审批表.docx", "债权及账龄摘录.xlsx", "证据索引.xlsx"
VERDICTS, HISTORY = "坏账认定意见书.docx", "债权履历.docx"
GAPS = "缺失清单.xlsx"
FOLDER = "证据"
#: Evidence by number: its name in the pack, and its bytes.
Members = dict[int, tuple[str, bytes]]
#: One evidence file; a scan of a hundred pages is far below it.
LARGEST = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kit:
    """What packs are made with: the templates, what the tables tell of the claims, the key that signs."""

    house: House
    histories: Histories
    signer: Signer | None = None

    @classmethod
    def of(cls, result: Result, house: House | None = None, signer: Signer | None = None) -> Kit:
        """The kit of a check; the program's own templates unless *house* gives others."""
        return cls(house or load_house(), Histories(result), signer)


@dataclass(slots=True)
class Outcome:
    """What :func:`plan` planned and :func:`write_packs` made."""

    #: The file name of each pack that is to be written, and the application that it is for.
    planned: list[tuple[str, Application]] = field(default_factory=list)
    fit: list[Application] = field(default_factory=list)
    unfit: list[Application] = field(default_factory=list)
    #: Every file that was written, the packs among them.
    written: list[Path] = field(default_factory=list)

    @property
    def packs(self) -> list[Path]:
        """The packs among the files that were written."""
        return [p for p in self.written if p.suffix == ".zip"]

    def document(self) -> dict[str, Any]:
        """The outcome as plain data (``--format json``)."""
        return {
            "schema": 1,
            "packs": [p.name for p in self.packs],
            "fit": [a.id for a in self.fit],
            "unfit": [
                {"application_id": a.id, "file": a.file, "gaps": [_gap(g) for g in a.gaps]}
                for a in self.unfit
            ],
            "written": [p.name for p in self.written],
        }


def _gap(gap: Gap) -> dict[str, str]:
    return {"what": gap.what, "rule": gap.rule, "clause": gap.clause, "fix": gap.fix, "place": gap.place}


def plan(result: Result, *, draft: bool = False) -> Outcome:
    """Which applications are fit, and the file name of each pack that is to be written.

    With *draft* the others get a pack too, watermarked and named 草稿. A pack never holds a file from outside
    the workbook's folder.
    """
    outcome = Outcome()
    names: set[str] = set()
    for app in judge(result, applications(result)):
        (outcome.fit if app.fit else outcome.unfit).append(app)
        if app.fit or draft:
            name = _free(f"{safe_name(app.id, '未编号')}_核销申请包", names)
            outcome.planned.append((f"{name}{'' if app.fit else '_草稿'}.zip", app))
    return outcome


def pack_files(
    outcome: Outcome, kit: Kit
) -> Iterator[tuple[str, Callable[[Path], Path], Application | None]]:
    """Each file of a plan, how it is written, and whose pack it is; last, what others lack (nobody's)."""
    for name, app in outcome.planned:
        yield name, partial(write_pack, app, kit=kit, draft=not app.fit), app
    if outcome.unfit:
        yield GAPS, partial(write_off_books.gaps_book, outcome.unfit), None


def write_packs(
    outcome: Outcome, target: Path, kit: Kit, progress: Callable[[Text, int, int], None] | None = None
) -> Outcome:
    """Write all files of a plan to the folder *target*, and note them in *outcome*."""
    for n, (name, write, _) in enumerate(pack_files(outcome, kit)):
        if progress:
            progress(Text("生成申请包", "making packs"), n, len(outcome.planned))
        outcome.written.append(write(target / name))
    return outcome


def _free(name: str, taken: set[str]) -> str:
    """*name*, numbered when another application's name looks the same on some system."""
    free, n = name, 1
    while free.casefold() in taken:
        n += 1
        free = f"{name}_{n}"
    taken.add(free.casefold())
    return free


def write_pack(app: Application, target: Path, kit: Kit, *, draft: bool = False) -> Path:
    """Write one pack. :class:`PackError` when an evidence file of a fit application cannot be copied."""
    evidence = evidence_members(app.evidence, strict=not draft)
    members = {**office_papers(app, kit, evidence, draft=draft), **dict(evidence.values())}
    manifest = manifest_of(app, members, draft=draft)
    signature = {SIGNATURE: kit.signer.sign(manifest)} if kit.signer else {}
    return same_zip({MANIFEST: manifest, **signature, **members}, target)


def office_papers(app: Application, kit: Kit, evidence: Members, *, draft: bool) -> dict[str, bytes]:
    """The Word and Excel papers of a pack, by name in the order in which they are read."""
    index = {
        no: (name, hashlib.sha256(content).hexdigest(), len(content))
        for no, (name, content) in evidence.items()
    }
    papers = {
        REPORT: write_off_words.report(app, kit.house, draft=draft),
        FORM: write_off_words.approval_form(app, kit.house, draft=draft),
        VERDICTS: write_off_words.verdicts(app, kit.house, draft=draft),
        HISTORY: write_off_words.history(app, kit.house, kit.histories, draft=draft),
        EXTRACT: write_off_books.extract(app),
        INDEX: write_off_books.evidence_index(app, index),
    }
    return {_named(name, "_草稿" if draft else ""): content for name, content in papers.items()}


def _named(name: str, suffix: str) -> str:
    stem, dot, end = name.rpartition(".")
    return f"{stem}{suffix}{dot}{end}"


def manifest_of(app: Application, members: Mapping[str, bytes], *, draft: bool) -> bytes:
    """What is told of an application's *members*: whose they are, by which policy, size and SHA-256 of each."""
    content = {
        "schema": SCHEMA,
        "program": f"qq-excel {__version__}",
        "application_id": app.id,
        "claim_id": app.row.get("claim_id"),
        "draft": draft,
        "as_of": app.as_of.isoformat() if app.as_of else None,
        "policy": {"title": app.policy_words, "sha256": app.policy_sha256},
        "members": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in members.items()
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


# --- evidence ------------------------------------------------------------------------------------------


def evidence_stamp(app: Application) -> str:
    """What tells whether a pack that was made before still has today's evidence: a hash over its files."""
    digest = hashlib.sha256()
    for e in app.evidence:
        content = _read(e)
        digest.update(f"{e.no} {'-' if content is None else hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def evidence_members(papers: Sequence[Evidence], *, strict: bool) -> Members:
    """Each file's name in the pack and its bytes, by number.

    Raises :class:`PackError` for one that cannot be copied; without *strict* it is left out.
    """
    out: dict[int, tuple[str, bytes]] = {}
    for e in papers:
        content = _read(e)
        if content is None:
            if strict:
                raise PackError(
                    Text(
                        f"证据“{e.name}”的文件 {e.written} 不能复制（不存在、为空、过大或在文件夹之外），请检查后重试。",
                        f"the file {e.written} of '{e.name}' cannot be copied; check it and try again.",
                    )
                )
            continue
        # what the paper is called, then the file's own ending: letters and digits only
        suffix = "".join(
            c for c in Path(e.written.replace("\\", "/")).suffix[1:9] if c.isascii() and c.isalnum()
        )
        words = safe_name(clean(f"{e.type}_{e.name}").replace("\n", " "), "证据")[:60].rstrip(" .")
        out[e.no] = (f"{FOLDER}/{e.no:02d}_{words}" + (f".{suffix}" if suffix else ""), content)
    return out


def _read(e: Evidence) -> bytes | None:
    """The file's bytes, if it is still a whole file inside the workbook's folder; no link is followed."""
    if e.file is None or e.folder is None:
        return None
    try:
        real = e.file.resolve(strict=True)
        if not real.is_relative_to(e.folder.resolve(strict=True)):
            return None
        flags = (
            os.O_RDONLY
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_NONBLOCK", 0)
            | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(os.open(real, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= LARGEST:
                return None
            content = file.read(LARGEST + 1)
    except (OSError, RuntimeError, ValueError):
        return None
    return content if len(content) <= LARGEST else None
