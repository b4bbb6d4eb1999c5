"""追讨通知 (F-29) and 清欠责任落实通知 (F-30), made from the warnings that are past something.

The clearance office pursues what is past, unless a special reason was approved; past ageing or limit, the handler and
the responsible person answer for it until the money is back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.language import Text, t
from qq_excel.papers.report_job import Job, Names, Piece, day
from qq_excel.papers.slip_memory import level_name
from qq_excel.papers.words import reason_words

if TYPE_CHECKING:
    from qq_excel.warnings import Warned

#: Levels at which a claim is past something, and what F-30 names: ageing and limit.
_PAST = ("橙", "红")
_ANSWERED_FOR = ("age", "limit")
_KNOWN = ("no", "number", "unit", "person", "count", "amount", "capitals", "claims", "file", "delivered_on", "signed_by",
          "answered_on", "remark")  # fmt: skip
_ENGLISH = {"追讨通知": "Pursuit notices", "清欠责任落实通知": "Responsibility notices"}
NO_PERSON = "（未填责任人）"
#: So many claims are named in a cell of a register: a row is no higher than a page.
_NAMED = 20


def pursuit(job: Job) -> Iterable[Piece]:
    """One notice per unit with every claim that is past; those with a special reason are listed apart."""
    past = [c for c in job.warnings.claims if c.level in _PAST]
    job.tell_not_judged()
    names = Names()
    rows: list[dict[str, Any]] = []
    for unit, claims in _grouped(past, lambda c: (c.unit,)):
        asked = [c for c in claims if not c.explained]
        if not asked:
            continue
        number = _number(job, "ZT", len(rows) + 1)
        file = names.free(unit[0], "追讨通知", suffix=".docx")
        context = _context(job, number, unit[0], asked) | {
            "near": sum(_near(c, job.result.as_of) for c in asked), "measures": _measures(asked),
            "spared": [_line(n, c) | {"reason": reason_words(c.reason, c.reason_by)} for n, c in enumerate(
                [c for c in claims if c.explained], 1)],
        }  # fmt: skip
        rows.append(_row(number, unit[0], "", asked, file))
        yield job.word(file, "pursuit.docx", context)
    if not rows:
        job.notes.append(Text("没有须追讨的债权（F-29）", "no claim is to be pursued (F-29)"))
    yield from _register(job, rows, "追讨通知")


def responsibility(job: Job) -> Iterable[Piece]:
    """One notice per unit and responsible person with the claims past ageing or limit without a special reason."""
    past = [
        c
        for c in job.warnings.claims
        if not c.explained and any(x.code in _ANSWERED_FOR and x.level in _PAST for x in c.causes)
    ]
    job.tell_not_judged()
    names = Names()
    rows: list[dict[str, Any]] = []
    for (unit, person), claims in _grouped(past, lambda c: (c.unit, c.responsible or NO_PERSON)):
        number = _number(job, "ZR", len(rows) + 1)
        file = names.free(unit, person, "清欠责任落实通知", suffix=".docx")
        handlers = t("、", ", ").join(dict.fromkeys(c.handler for c in claims if c.handler)) or "—"
        rows.append(_row(number, unit, person, claims, file))
        yield job.word(
            file,
            "responsibility.docx",
            _context(job, number, unit, claims) | {"person": person, "handlers": handlers},
        )
    if not rows:
        job.notes.append(
            Text(
                "没有超期超额且无特殊原因的债权（F-30）",
                "no claim is past ageing or limit without a special reason (F-30)",
            )
        )
    yield from _register(job, rows, "清欠责任落实通知")


# --- inside ---------------------------------------------------------------------------------------------


def _grouped(claims: Iterable[Warned], key: Any) -> list[tuple[tuple[str, ...], list[Warned]]]:
    out: dict[tuple[str, ...], list[Warned]] = {}
    for c in claims:
        out.setdefault(key(c), []).append(c)
    return sorted(out.items())


def _context(job: Job, number: str, unit: str, claims: Sequence[Warned]) -> dict[str, Any]:
    total = sum(c.balance or 0 for c in claims)
    return job.head(unit, dict.fromkeys(c.file for c in claims), number) | {
        "items": [_line(n, c) for n, c in enumerate(claims, 1)], "count": len(claims), "total": money.yuan(total),
        "capitals": money.capitals(total), "red": sum(c.level == "红" for c in claims),
    }  # fmt: skip


def _line(n: int, c: Warned) -> dict[str, Any]:
    return {
        "no": n, "level": level_name(c.level), "claim_id": c.claim_id, "debtor": c.debtor, "contract": c.contract or "—",
        "balance": "—" if c.balance is None else money.yuan(c.balance),
        "overdue": "—" if c.overdue_days is None else f"{c.overdue_days:,}", "handler": c.handler or "—",
        "responsible": c.responsible or "—", "measure": str(c.measure), "causes": t("；", "; ").join(str(x.text) for x in c.causes),
        "clauses": t("、", ", ").join(dict.fromkeys(x.clause for x in c.causes)),
    }  # fmt: skip


def _near(c: Warned, as_of: dt.date | None) -> bool:
    """Whether it is past nothing yet: it is here since its limitation is about to end."""
    grave = [x for x in c.causes if x.level in _PAST]
    return as_of is not None and all(x.code == "limitation" and x.date and x.date >= as_of for x in grave)


def _measures(claims: Sequence[Warned]) -> list[dict[str, Any]]:
    """What is to be done, each measure once with the numbers of its claims in the list."""
    held: dict[str, list[int]] = {}
    for n, c in enumerate(claims, 1):
        held.setdefault(str(c.measure), []).append(n)
    return [
        {"no": n, "measure": measure, "claims": _ranges(at)}
        for n, (measure, at) in enumerate(held.items(), 1)
    ]


def _ranges(numbers: Sequence[int]) -> str:
    """``1–3、5``."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and runs[-1][-1] == n - 1:
            runs[-1][1:] = [n]
        else:
            runs.append([n])
    return t("、", ", ").join("–".join(map(str, run)) for run in runs)


def _row(number: str, unit: str, person: str, claims: Sequence[Warned], file: str) -> dict[str, Any]:
    total = sum(c.balance or 0 for c in claims)
    return {
        "number": number, "unit": unit, "person": person, "count": len(claims), "amount": total,
        "capitals": money.capitals(total), "claims": [c.claim_id for c in claims], "file": file,
    }  # fmt: skip


def _register(job: Job, rows: list[dict[str, Any]], what: str) -> Iterable[Piece]:
    for n, row in enumerate(rows, 1):
        row["no"] = n
    on, words = day(job.result.as_of), t(what, _ENGLISH[what])
    under = t(f"{words}    截止日期：{on}    金额单位：元", f"{words}    As of: {on}    In yuan")
    shown = [{**r, "claims": _some(r["claims"])} for r in rows]
    yield job.book(f"{what}登记册.xlsx", [("notice_register", job.filled(shown, under))], _KNOWN)
    data = [{**r, "amount": money.yuan(r["amount"]), "claims": "、".join(r["claims"])} for r in rows]
    yield job.json(f"{what}.json", {"notices": data})


def _some(names: Sequence[str]) -> str:
    words = t("、", ", ").join(names[:_NAMED])
    return (
        words
        if len(names) <= _NAMED
        else t(f"{words} 等 {len(names)} 笔", f"{words} and {len(names) - _NAMED} more")
    )


def _number(job: Job, kind: str, n: int) -> str:
    on = job.result.as_of
    return f"{kind}-{on:%Y%m%d}-{n:04d}" if on else f"{kind}-{n:04d}"
