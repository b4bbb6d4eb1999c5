"""What a management report tells: every figure, and the rows that it is the sum of.

Nothing is judged here. Balances come from the claims that letters are made from, bands and provision from the ageing,
levels from the warnings, recovery from the assessment, quality from the findings; a test adds them up again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qq_excel import money
from qq_excel.assessment import Amounts, amounts
from qq_excel.catalogue import LEVELS as SEVERITIES
from qq_excel.errors import InputError
from qq_excel.language import Text, many
from qq_excel.papers.ageing import Aged, aged, provisions
from qq_excel.papers.claims import Claim
from qq_excel.papers.document import relative
from qq_excel.papers.management.moves import Move, moves_of
from qq_excel.warnings import GRAVEST, NO_UNIT, Sum

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.report_job import Job
    from qq_excel.warnings import Warned

#: Months of the limitation calendar after the current one.
AHEAD = 12
#: Months back that arrears are shown by the month in which they fell due; older ones are added up.
BACK = 23
PAST, EARLIER, LATER, UNDATED = "past", "earlier", "later", "undated"


@dataclass(frozen=True, slots=True)
class Line:
    """One claim with a balance: what the rows of the report are."""

    claim: Claim
    #: Neither settled nor written off, with a balance over 0.
    live: bool
    #: Its column in the ageing by either date.
    columns: tuple[str, ...]
    level: str = ""
    causes: tuple[Text, ...] = ()
    #: The month in which its limitation ends (``2026-10``), ``past``, or blank: later, never, or a suit has stopped it.
    limitation: str = ""
    #: The month in which it fell or falls due, ``earlier``, ``later`` or ``undated``; blank for one that is not live.
    due: str = ""

    @property
    def column(self) -> str:
        """Its column by the date that the sheets age by."""
        return self.columns[0]

    @property
    def late(self) -> bool:
        """Live and past due."""
        return self.live and bool(self.claim.overdue)


@dataclass(frozen=True, slots=True)
class Debtor:
    """One debtor over all units. Amounts are cents of yuan."""

    name: str
    count: int
    balance: int
    overdue: int
    oldest: int
    units: tuple[str, ...]
    level: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found in the workbooks of one unit."""

    unit: str
    files: int
    accepted: int
    rows: int
    #: Open findings by level.
    found: dict[str, int]

    @property
    def per_hundred(self) -> float | None:
        """Errors per hundred rows."""
        return 100 * self.found["E"] / self.rows if self.rows else None


@dataclass(frozen=True, slots=True)
class Book:
    """One workbook that was handed in."""

    unit: str
    name: str
    period: str
    rows: int
    accepted: bool
    #: Open findings by level.
    found: dict[str, int]


@dataclass(slots=True)
class Facts:
    """All that a report shows. Amounts are cents of yuan."""

    as_of: dt.date | None
    lines: list[Line]
    #: By the date that the sheets age by, the other date second.
    ageing: tuple[Aged, ...]
    months: tuple[str, ...]
    debtors: list[Debtor]
    quality: list[Quality]
    recovery: Amounts | None
    provision_needed: int | None
    provision_booked: int
    #: Claim by claim what the figures of :attr:`recovery` are the sums of.
    moves: list[Move] = field(default_factory=list)
    #: The workbooks that the quality is that of.
    books: list[Book] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    def said(self, more: Iterable[Text]) -> list[str]:
        """The notes of the report and *more* of its making, each once."""
        return [str(n) for n in dict.fromkeys((*self.notes, *more))]

    @property
    def units(self) -> list[str]:
        """Every unit with a claim, in the order of their names."""
        return sorted({x.claim.unit for x in self.lines})

    def sum(self, which: Callable[[Line], object], name: str = "") -> Sum:
        """Count and balance of the lines that *which* picks."""
        picked = [x.claim.balance for x in self.lines if which(x)]
        return Sum(name, len(picked), sum(picked))

    @property
    def live(self) -> Sum:
        """Live claims."""
        return self.sum(lambda x: x.live)

    @property
    def late(self) -> Sum:
        """Live claims that are past due."""
        return self.sum(lambda x: x.late)

    def level(self, level: str, unit: str | None = None) -> Sum:
        """Claims warned of at *level*."""
        return self.sum(lambda x: x.level == level and unit in (None, x.claim.unit), level)

    def calendar(self) -> list[Sum]:
        """Running claims by the month in which limitation ends; what is over comes first."""
        return [self.sum(lambda x, m=m: x.limitation == m, m) for m in (PAST, *self.months)]  # type: ignore[misc]

    @property
    def ending(self) -> Sum:
        """Running claims whose limitation ends in the months of the calendar."""
        return self.sum(lambda x: x.limitation in self.months)

    def by_due(self) -> list[Sum]:
        """Live claims by the month in which they fell or fall due."""
        names = [EARLIER, *due_months(self.as_of), LATER, UNDATED]
        sums = {name: [0, 0] for name in names}
        for x in self.lines:
            if x.due:
                sums[x.due][0] += 1
                sums[x.due][1] += x.claim.balance
        return [Sum(n, count, cents) for n, (count, cents) in sums.items()]


def facts_of(job: Job) -> Facts:
    """The facts of a check."""
    claims = [c for c in job.claims if c.balance]
    bases = [*(b for b in job.warnings.bases if b in _BASES), *_BASES]
    tables = tuple(aged(claims, basis, job) for basis in dict.fromkeys(bases))
    lines = _lines(
        claims, list(zip(*(x.column for x in tables), strict=True)), job.warnings.claims, job.result.as_of
    )
    notes: list[Text] = []
    provision, _ = provisions(job, tables[0])
    recovery = _recovery(job, notes)
    books = _books(job.result)
    notes += _beside_open(lines)
    return Facts(
        as_of=job.result.as_of, lines=lines, ageing=tables, months=calendar_months(job.result.as_of),
        debtors=debtors_of(lines), quality=quality_of(books), recovery=recovery,
        provision_needed=sum(r["needed"] for r in provision) if provision else None,
        provision_booked=sum(c.provision or 0 for c in claims if not c.settled and not c.credit),
        moves=[] if recovery is None else moves_of(job, recovery), books=books, notes=[*notes, *job.warnings.notes],
    )  # fmt: skip


def calendar_months(as_of: dt.date | None) -> tuple[str, ...]:
    """The month of *as_of* and the twelve after it."""
    return () if as_of is None else tuple(month_of(as_of, n) for n in range(AHEAD + 1))


def due_months(as_of: dt.date | None) -> tuple[str, ...]:
    """Two years up to the month of *as_of*, and the twelve months after it."""
    return () if as_of is None else tuple(month_of(as_of, n) for n in range(-BACK, AHEAD + 1))


def month_of(day: dt.date, further: int = 0) -> str:
    """The month that lies *further* months after that of *day*, as ``2026-10``."""
    year, month = divmod(day.year * 12 + day.month - 1 + further, 12)
    return f"{year:04d}-{month + 1:02d}"


def quality_of(books: Sequence[Book]) -> list[Quality]:
    """Open findings by the unit that handed the workbook in, the worst first."""
    units: dict[str, list[Book]] = {}
    for book in books:
        units.setdefault(book.unit, []).append(book)
    every = [
        Quality(u, sum(bool(b.name) for b in mine), sum(b.accepted for b in mine), sum(b.rows for b in mine),
                {x: sum(b.found[x] for b in mine) for x in SEVERITIES})
        for u, mine in units.items()
    ]  # fmt: skip
    return sorted(every, key=lambda q: (-q.found["E"], -q.found["W"], q.unit))


def debtors_of(lines: Iterable[Line]) -> list[Debtor]:
    """Live claims by debtor, the largest first."""
    held: dict[str, list[Line]] = {}
    for x in lines:
        if x.live:
            held.setdefault(x.claim.debtor, []).append(x)
    out = [
        Debtor(
            name, len(mine), sum(x.claim.balance for x in mine), sum(x.claim.balance for x in mine if x.late),
            max(x.claim.overdue or 0 for x in mine), tuple(sorted({x.claim.unit for x in mine})),
            next((level for level in GRAVEST if any(x.level == level for x in mine)), ""),
        )
        for name, mine in held.items()
    ]  # fmt: skip
    return sorted(out, key=lambda d: (-d.balance, d.name))


# --- inside ---------------------------------------------------------------------------------------------

_BASES = ("业务发生日", "约定付款日")


def _lines(
    claims: Sequence[Claim],
    columns: Iterable[tuple[str, ...]],
    warned: Iterable[Warned],
    as_of: dt.date | None,
) -> list[Line]:
    """Gravest first, then the largest."""
    levels = {(w.file, w.sheet, w.cell): w for w in warned}
    ahead, around = calendar_months(as_of), set(due_months(as_of))
    out = []
    for claim, mine in zip(claims, columns, strict=True):
        live = claim.balance > 0 and not claim.settled
        w = levels.get((claim.file, claim.sheet, claim.cell))
        out.append(
            Line(
                claim, live, mine, w.level if w else "", tuple(c.text for c in w.causes) if w else (),
                _ends(claim, as_of, ahead) if live and not claim.sued else "",
                _due(claim.due_on, as_of, around) if live else "",
            )
        )  # fmt: skip
    rank = {level: n for n, level in enumerate(GRAVEST)}
    return sorted(out, key=lambda x: (rank.get(x.level, len(rank)), -x.claim.balance, x.claim.claim_id))


def _ends(claim: Claim, as_of: dt.date | None, ahead: tuple[str, ...]) -> str:
    if claim.limitation_on is None or as_of is None:
        return ""
    if claim.limitation_on < as_of:
        return PAST
    month = month_of(claim.limitation_on)
    return month if month in ahead else ""


def _due(day: dt.date | None, as_of: dt.date | None, around: set[str]) -> str:
    if day is None or as_of is None:
        return UNDATED
    month = month_of(day)
    if month in around:
        return month
    return EARLIER if day < as_of else LATER


def _books(result: Result) -> list[Book]:
    """The workbooks, and what hangs on none (a unit that did not submit), in the order of units and names."""
    tally = result.findings.where(status="open").tally("file", "level")
    found: dict[str, dict[str, int]] = {}
    for (file, level), n in tally.items():
        found.setdefault(file, dict.fromkeys(SEVERITIES, 0))[level] += n
    none: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    books = [
        Book(f.unit or NO_UNIT, relative(f.workbook.name), f.period or "", f.rows, f.accepted, found.pop(f.workbook.name, none))
        for f in result.files
    ]  # fmt: skip
    # a finding without a workbook names the unit as its file
    books += [Book(file, "", "", 0, False, levels) for file, levels in found.items()]
    return sorted(books, key=lambda b: (b.unit, b.name))


def _beside_open(lines: Sequence[Line]) -> list[Text]:
    """Why the ageing, which ties to the ledgers, does not add up to the open claims."""
    credit = [x.claim.balance for x in lines if x.claim.credit]
    closed = [x.claim.balance for x in lines if not x.live and not x.claim.credit]
    parts = []
    if closed:
        worth, n = money.yuan(sum(closed)), len(closed)
        parts.append(Text(
            f"多出已结清、已核销而仍有余额的 {n} 笔 {worth} 元",
            f"{many(n, 'claim')} settled or written off with a balance ({worth} yuan)",
        ))  # fmt: skip
    if credit:
        worth, n = money.yuan(-sum(credit)), len(credit)
        parts.append(Text(f"扣减贷项 {n} 笔 {worth} 元", f"less {many(n, 'credit note')} ({worth} yuan)"))
    if not parts:
        return []
    zh, en = "、".join(p.zh for p in parts), ", ".join(p.en for p in parts)
    return [
        Text(
            f"账龄合计与明细表相符，与未结清债权不等：{zh}",
            f"the ageing ties to the ledgers and differs from the open claims: {en}",
        )
    ]


def _recovery(job: Job, notes: list[Text]) -> Amounts | None:
    try:
        return amounts(job.result, job.before)
    except InputError as reason:
        text = reason.text
        notes.append(Text(f"清收与计划没有计算：{text.zh}", f"recovery was not computed: {text.en}"))
        return None
