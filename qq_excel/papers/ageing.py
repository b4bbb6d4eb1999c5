"""账龄分析: balances by unit and debtor in age bands, with what is no plain debt in columns of its own (F-26, F-27).

Every row of the ledgers is in exactly one column: a credit note (negative) in 贷项, a claim before a court in 诉讼, a
disputed one in 争议, what is not due (by due date) in 未到期, the rest in its band. So the total is the ledger's.

The ageing can go back to an earlier day where the data allow: a claim that came later drops out, one that was paid
later cannot be rebuilt, since a ledger has the last payment's date only. Then nothing is written and the rows are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from qq_excel import money, warnings
from qq_excel.check.omissions import omissions
from qq_excel.errors import InputError
from qq_excel.language import Text, many, t
from qq_excel.papers.report_job import Job, Piece, day
from qq_excel.papers.words import basis_name
from qq_excel.policy import CannotJudge
from qq_excel.policy.calendar import age_band_index, as_days
from qq_excel.rules.limitation import AGE_BASES, still_owed

if TYPE_CHECKING:
    from qq_excel.papers.claims import Claim
    from qq_excel.papers.layout import Filled

#: The columns beside the bands.
BESIDE = (warnings.NOT_DUE, warnings.NO_BAND, *warnings.APART)
NOT_DUE, NO_BAND, DISPUTED, SUED, CREDIT = (x.zh for x in BESIDE)
_TITLES = {x.zh: x for x in BESIDE}
_KNOWN = ("unit", "debtor", "code", "band*", "total", "share", "count", "claim_id", "contract", "occurred_on", "due_on",
          "balance", "column", "overdue", "band", "base", "rate", "needed", "booked", "gap", "place")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aged:
    """Claims and the column that each is in, by one of the two dates."""

    basis: str
    columns: tuple[str, ...]
    claims: tuple[Claim, ...]
    column: tuple[str, ...]
    #: The band that each claim would be in if it were plain debt: what the provision goes by.
    band: tuple[str, ...]
    #: What people read for the bands of the policy.
    titles: Mapping[str, Text]

    def title(self, column: str) -> str:
        """A column in the language of the run."""
        return str(self.titles.get(column) or _TITLES[column])

    def sums(self, keys: Sequence[str]) -> dict[tuple[str, ...], dict[str, int]]:
        """Cents of yuan by *keys* (fields of a claim) and column."""
        out: dict[tuple[str, ...], dict[str, int]] = {}
        for claim, column in zip(self.claims, self.column, strict=True):
            cell = out.setdefault(tuple(getattr(claim, k) for k in keys), {})
            cell[column] = cell.get(column, 0) + claim.balance
        return out

    @property
    def total(self) -> int:
        """All of it."""
        return sum(c.balance for c in self.claims)


def ageing(job: Job) -> Iterable[Piece]:
    """The workbook of the ageing and the same as data."""
    claims = at_day(job.claims, job.choices.age_on)
    tables = [aged(claims, basis, job) for basis in _bases(job)]
    ledger = ledger_total(job)
    notes = _notes(job, claims, ledger)
    on = day(job.choices.age_on or job.result.as_of)
    sheets: list[tuple[str, Filled]] = []
    for n, table in enumerate(tables):
        under = _under(on, table.basis)
        groups = {"band*": [f"band/{c}" for c in table.columns]}
        headers = {f"band/{c}": table.title(c) for c in table.columns}
        layout = f"ageing_unit{n + 1}"
        sheets.append(
            (layout, job.filled(_rows(table, ("unit",)), under, groups=groups, headers=headers, notes=notes))
        )
    under = _under(on, tables[0].basis)
    groups = {"band*": [f"band/{c}" for c in tables[0].columns]}
    headers = {f"band/{c}": tables[0].title(c) for c in tables[0].columns}
    rows = _rows(tables[0], ("unit", "debtor"))
    codes = {(c.unit, c.debtor): c.debtor_code for c in claims}
    for row in rows:
        row["code"] = job.code(codes.get((row["unit"], row["debtor"])))
    sheets.append(("ageing_debtor", job.filled(rows, under, groups=groups, headers=headers)))
    provision, why = provisions(job, tables[0])
    shown = [{**row, "band": tables[0].title(row["band"])} for row in provision]
    sheets.append(("ageing_provision", job.filled(shown, under, notes=[why])))
    sheets.append(("ageing_claims", job.filled(_details(tables[0]), under)))
    yield job.book("账龄分析.xlsx", sheets, _KNOWN, pdf=True)
    yield job.json("账龄分析.json", {"on": on, "ledger": money.yuan(ledger), "tables": [_data(x) for x in tables],
                                 "provision": [_plain(r) for r in provision], "notes": notes})  # fmt: skip


def at_day(claims: Iterable[Claim], on: dt.date | None) -> list[Claim]:
    """The claims as they stood on *on*; as they are when it is None or the ledger's own day.

    Raises :class:`InputError` for a later day, and when a claim was paid after *on* or it is not known when.
    """
    out: list[Claim] = []
    late: list[Claim] = []
    for c in claims:
        if on is None or c.as_of == on:
            out.append(c)
            continue
        if c.as_of is None or on > c.as_of:
            raise InputError(
                Text(
                    f"{c.file}：截止日期是 {day(c.as_of)}，不能推算到 {on} 的账龄；请用截止到 {on} 的明细表。",
                    f"{c.file} is as of {day(c.as_of)}: it does not tell the ageing of {on}; use a ledger of that day.",
                )
            )
        if c.occurred_on is not None and c.occurred_on > on:
            continue
        paid_later = bool(c.received) and (c.last_paid_on is None or c.last_paid_on > on)
        if paid_later or c.settled or c.occurred_on is None:
            late.append(c)
            continue
        past = None if c.due_on is None else max(0, (on - c.due_on).days)
        out.append(replace(c, as_of=on, overdue=past))
    if late:
        where = "；".join(f"{c.claim_id}（{c.cell}）" for c in late[:10])
        more = f"等 {len(late)} 笔" if len(late) > 10 else ""
        raise InputError(
            Text(
                f"不能重建 {on} 的账龄：{where}{more} 在这一天之后收过款或已结清、已核销（或没有填最近付款日），"
                "明细表只有最近一次付款的日期，算不出当日余额。请用截止到该日的明细表。",
                f"the ageing of {on} cannot be rebuilt: {many(len(late), 'claim was', 'claims were')} paid, settled or written off "
                f"later (or the last payment has no date): {where}. Use a ledger of that day.",
            )
        )
    return out


def aged(claims: Sequence[Claim], basis: str, job: Job) -> Aged:
    """Put each claim into its column by *basis* (业务发生日 or 约定付款日)."""
    try:
        known = job.params.bands()
    except CannotJudge as reason:
        job.notes.append(reason.why)
        known = ()
    bands = [b.name for b in known]
    uppers = [b.years for b in known if b.years is not None]
    field = AGE_BASES[basis]
    index = np.full(len(claims), -1, dtype=np.int64)
    for on in {c.as_of for c in claims} - {None} if bands else ():
        at = np.flatnonzero([c.as_of == on for c in claims])
        since = as_days([getattr(claims[i], field) for i in at.tolist()])
        index[at] = np.minimum(age_band_index(since, on, uppers), len(bands) - 1)  # type: ignore[arg-type]
    band = [bands[i] if i >= 0 else NO_BAND for i in index.tolist()]
    column = []
    for n, c in enumerate(claims):
        open_ = basis == "约定付款日" and c.due_on is not None and c.as_of is not None and c.due_on >= c.as_of
        band[n] = NOT_DUE if open_ else band[n]
        own = CREDIT if c.credit else SUED if c.sued else DISPUTED if c.disputed else None
        column.append(own or band[n])
    first = [NOT_DUE] if basis == "约定付款日" else []
    columns = (*first, *bands, *([NO_BAND] if NO_BAND in column else []), DISPUTED, SUED, CREDIT)
    return Aged(basis, columns, tuple(claims), tuple(column), tuple(band), {b.name: b.title for b in known})


def provisions(job: Job, table: Aged) -> tuple[list[dict[str, Any]], str]:
    """Provision by matrix: needed, booked and the difference by band; and what it goes by, or why there is none."""
    try:
        rates = job.params.rates("provision_rates")
    except CannotJudge as reason:
        return [], t(
            f"没有计算应提坏账准备：{reason.why.zh}。", f"Provision was not computed: {reason.why.en}."
        )
    rows: dict[str, list[int]] = {}
    for c, band in zip(table.claims, table.band, strict=True):
        if c.settled or c.balance <= 0:
            continue
        sums = rows.setdefault(band, [0, 0, 0])
        sums[0] += c.balance
        # half a cent is rounded up, claim by claim, as rule REC018 does
        sums[1] += int(np.floor(c.balance * rates.get(band, 0.0) + 0.5 + 1e-6))
        sums[2] += c.provision or 0
    order = [b for b in (NOT_DUE, *rates, NO_BAND) if b in rows] + [b for b in rows if b not in rates]
    out = [
        {
            "band": b, "base": rows[b][0], "rate": rates.get(b), "needed": rows[b][1], "booked": rows[b][2],
            "gap": rows[b][1] - rows[b][2],
        }
        for b in dict.fromkeys(order)
    ]  # fmt: skip
    without = [b for b in rows if b not in rates]
    words = t(
        "按账龄矩阵逐笔计算后加总，未结清、未核销的正数余额（含争议、诉讼）都在内；"
        "差额为正表示应补提，为负表示账面多于矩阵（可能有单项计提）。",
        "Computed claim by claim by the matrix, for all open positive balances (disputed and sued ones too); a positive difference "
        "is to be added, a negative one is more than the matrix asks for (claims may be provided for one by one).",
    )
    if without:
        words += t(
            f"没有设定比例的：{'、'.join(without)}，按 0 计。",
            f" No rate for {', '.join(map(table.title, without))}: counted as 0.",
        )
    return out, words


# --- inside ---------------------------------------------------------------------------------------------


def _under(on: str, basis: str) -> str:
    return t(
        f"截止日期：{on}    按{basis}计算账龄    金额单位：元",
        f"As of: {on}    Ages from the {basis_name(basis)}    In yuan",
    )


def _bases(job: Job) -> list[str]:
    """Both dates, the one that the sheets themselves go by first."""
    stated = [b for b in job.warnings.bases if b in AGE_BASES]
    return list(dict.fromkeys([*stated, *AGE_BASES]))


def ledger_total(job: Job) -> int:
    """The ledgers' own total, added up from the tables and not from the claims."""
    return sum(int(still_owed(s.frame).sum()) for s in job.result.dated.get("receivables", []))


def _rows(table: Aged, keys: Sequence[str]) -> list[dict[str, Any]]:
    whole = table.total
    out: list[dict[str, Any]] = []
    for key, cells in sorted(table.sums(keys).items()):
        total = sum(cells.values())
        row: dict[str, Any] = dict(zip(keys, key, strict=True))
        row |= {f"band/{c}": cells.get(c) or None for c in table.columns}
        out.append({**row, "total": total, "share": total / whole if whole else None})
    return [r for r in out if r["total"] or any(v for k, v in r.items() if k.startswith("band/"))]


def _details(table: Aged) -> list[dict[str, Any]]:
    return [
        {
            "unit": c.unit, "debtor": c.debtor, "claim_id": c.claim_id, "contract": c.contract,
            "occurred_on": c.occurred_on, "due_on": c.due_on, "overdue": c.overdue, "balance": c.balance,
            "band": table.title(band), "column": table.title(column), "place": c.place,
        }
        for c, column, band in zip(table.claims, table.column, table.band, strict=True)
        if c.balance
    ]  # fmt: skip


def _notes(job: Job, claims: Sequence[Claim], ledger: int) -> list[str]:
    total = sum(c.balance for c in claims)
    on = job.choices.age_on
    if on is not None and on != job.result.as_of:
        gone = len(job.claims) - len(claims)
        left = money.yuan(ledger - total)
        first = t(
            f"按 {on} 重建：{gone} 笔在该日之后发生的债权（{left} 元）不在内，其余余额自该日以来没有变动；争议、诉讼按明细表现状。",
            f"As it was on {on}: {many(gone, 'claim')} that arose later ({left}) left out, the other balances have not changed "
            "since; disputes and suits as the ledger has them now.",
        )
    elif total == ledger:
        first = t(f"核对：账龄合计与应收账款明细表账面余额合计一致（{money.yuan(ledger)} 元）。",
                  f"Checked: the ageing ties to the ledger ({money.yuan(ledger)}).")  # fmt: skip
    else:
        first = t(
            f"核对：账龄合计 {money.yuan(total)} 元，明细表合计 {money.yuan(ledger)} 元，不一致，请先查明。",
            f"Checked: the ageing is {money.yuan(total)}, the ledger {money.yuan(ledger)}: find out why they differ.",
        )
    left_out = [t(f"注意：{note.zh}。", f"Note: {note.en}.") for note in omissions(job.result)]
    return [
        first,
        *left_out,
        t(
            "贷项（负数余额）、争议、诉讼款项各列一栏，不在账龄段内；账龄段按公历年计，上限含当日。",
            "Credit notes (negative balances), disputed and sued claims stand in columns of their own; ages go by calendar years, the "
            "upper bound included.",
        ),
    ]


def _data(table: Aged) -> dict[str, Any]:
    return {
        "basis": table.basis, "columns": list(table.columns), "total": money.yuan(table.total),
        "units": [
            {"unit": unit, "amounts": {c: money.yuan(v) for c, v in cells.items()}}
            for (unit,), cells in sorted(table.sums(("unit",)).items())
        ],
    }  # fmt: skip


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {k: money.yuan(v) if k in ("base", "needed", "booked", "gap") else v for k, v in row.items()}
