"""What a batch tells the register: each submission with what was found, and the waivers that answered something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from qq_excel import __version__
from qq_excel.batch.model import Done
from qq_excel.batch.submissions import Submission
from qq_excel.language import Text
from qq_excel.policy import Policy
from qq_excel.register import Entry
from qq_excel.register.entries import digest
from qq_excel.waivers import Waiver


def subject_of(submission: Submission) -> str:
    """What the register knows a submission by: its period and unit, or its file where it names no unit.

    A file that could not be read takes nobody's place, whatever its name says of unit and period.
    """
    unread = all(f.refused for f in submission.files)
    owner = None if unread else submission.unit
    return f"{submission.period or ''}/{owner or submission.files[0].name}"


def subject_told(entry: Entry) -> Text:
    """The subject of an *entry* as people are told it: a submission that lacks its unit or period says so."""
    if entry.event != "submission":
        return Text(entry.subject, entry.subject)
    subject = entry.subject.removeprefix("/")
    lacks = [
        words
        for words, known in (
            (Text("单位", "unit"), entry.unit is not None),
            (Text("报告期", "period"), not entry.subject.startswith("/")),
        )
        if not known
    ]
    if not lacks:
        return Text(subject, subject)
    zh, en = "、".join(w.zh for w in lacks), " or ".join(w.en for w in lacks)
    return Text(f"{subject}（未能识别{zh}）", f"{subject} (no {en} found)")


def submission_entry(submission: Submission, done: Done, policy: Policy) -> Entry:
    """The entry of a submission that was checked."""
    files = [
        {
            "file": f.name, "sha256": f.sha256, "state": f.state, "kinds": f.kinds, "rows": f.rows, "open": f.counts,
            "rules": f.rules, "prepared_by": f.prepared_by, "why": list(f.why) if f.why else None,
        }
        for f in done.files
    ]  # fmt: skip
    body = {
        "workbooks": files, "files": done.kept, "as_of": submission.as_of or None, "program": f"qq-excel {__version__}",
        "policy": {"profile": policy.profile, "version": policy.version, "sha256": policy.sha256},
    }  # fmt: skip
    return Entry("submission", subject_of(submission), done.key, body, submission.unit, submission.period)


def waiver_entries(waivers: Sequence[Waiver], hits: Sequence[int], day: str) -> list[Entry]:
    """An entry for each waiver that answered a finding, as of the latest as-of date of the run.

    Several may speak of the same cell or key, in one file or in files of one name: each is a subject of its own.
    """
    out = []
    alike: Counter[str] = Counter()
    for waiver, count in zip(waivers, hits, strict=True):
        if not count:
            continue
        body: dict[str, Any] = {k: str(v) for k, v in asdict(waiver).items() if k != "line"} | {"as_of": day}
        what = waiver.key or f"{waiver.sheet}!{waiver.cell}"
        claims = (waiver.key,) if waiver.key else ()
        subject = f"{waiver.file}/{waiver.rule}/{what}"
        alike[subject] += 1
        if (n := alike[subject]) > 1:
            subject += f"#{n}"
        out.append(Entry("waiver", subject, digest(body), body, claims=claims))
    return out
