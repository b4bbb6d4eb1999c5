"""The rows that every figure leads to: claims, findings, what recovery is the sum of, claims of earlier days, workbooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from qq_excel.catalogue import LEVEL_NAMES
from qq_excel.catalogue import LEVELS as SEVERITIES
from qq_excel.language import plural, t
from qq_excel.papers.document import relative
from qq_excel.papers.management.facts import Facts, Line
from qq_excel.papers.management.moves import ITEM_TEXTS
from qq_excel.papers.management.view import (
    BAND_KEYS,
    BEFORE,
    BOOKS,
    CLAIMS,
    FINDINGS,
    MOVES,
    Col,
)
from qq_excel.papers.words import clean
from qq_excel.warnings import LEVEL_TEXTS, NO_UNIT

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.management.points import Point


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its cells, and the attributes by which figures pick it."""

    cells: Sequence[Any]
    keys: Mapping[str, str]
    #: What it adds to the sum of the rows that are picked: cents, or rows of a workbook.
    adds: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of rows: what a figure's ``table`` names."""

    key: str
    title: str
    about: str
    columns: Sequence[Col]
    #: Its entries, of a table that may be long the first so many alone.
    entries: Callable[[int | None], Iterator[Entry]]
    count: int
    #: Keys by which a workbook sorts them, so that the rows of a figure stand together.
    order: tuple[str, ...]
    #: How many are picked, of how many, and what they add up to, as a page says it.
    words: str
    #: Rows that a page shows without delay; a workbook has them all.
    most: int = 5_000


def lists(facts: Facts, points: Sequence[Point], result: Result) -> list[Rows]:
    """Every table of rows, those that all figures of the run lead to."""
    claims, moved = list(claim_rows(facts)), list(move_rows(facts))
    before, books = list(before_rows(points)), list(book_rows(facts))
    findings = len(result.findings.where(status="open"))

    def amount(of: int) -> str:
        return t("{n} / {of} 笔，{sum} 元", f"{{n}} of {{of}} {plural(of, 'claim')}, {{sum}} yuan")

    out = [
        Rows(CLAIMS, t("债权明细", "Claims"), t("有余额的全部债权；点选上面的数字，这里只列它的明细。",
             "Every claim with a balance. Select a figure above to see its rows here."), claim_columns(facts),
             _given(claims), len(claims), ("unit",), t("债权 ", "") + amount(len(claims))),
        Rows(FINDINGS, t("问题明细", "Findings"), t("各工作簿中待处理的问题。", "Open findings in the workbooks."), finding_columns(),
             lambda most: finding_rows(result, most), findings, ("unit",),
             t("问题 {n} / {of} 项", f"{{n}} of {{of}} {plural(findings, 'finding')}"), 2_000),
        Rows(MOVES, t("清收明细", "Recovery, claim by claim"), t("期初、计划、收回、新增、核销、期末各数由哪些债权构成。",
             "The claims that opening, planned, recovered, new, written off and closing are the sums of."), move_columns(),
             _given(moved), len(moved), ("item", "unit"),
             t("清收明细 {n} / {of} 行，{sum} 元", f"recovery: {{n}} of {{of}} {plural(len(moved), 'row')}, {{sum}} yuan")),
        Rows(BEFORE, t("以前各期债权", "Claims of earlier days"),
             t("趋势中以前各期的未结清债权。", "Open claims at the earlier dates of the trend."), before_columns(),
             _given(before), len(before), ("on", "unit"), t("以前各期 ", "earlier: ") + amount(len(before))),
        Rows(BOOKS, t("报送的工作簿", "Workbooks"),
             t("数据质量所指的各个工作簿。", "The workbooks that the quality is that of."), book_columns(),
             _given(books), len(books), ("unit",),
             t("工作簿 {n} / {of} 个，{total} 行", f"{{n}} of {{of}} {plural(len(books), 'workbook')}, rows: {{total}}")),
    ]  # fmt: skip
    led_to = {CLAIMS: True, FINDINGS: True, MOVES: facts.recovery is not None, BOOKS: bool(books),
              BEFORE: any(p.rows is not None for p in points[:-1])}  # fmt: skip
    return [x for x in out if led_to[x.key]]


def _given(entries: list[Entry]) -> Callable[[int | None], Iterator[Entry]]:
    return lambda most: islice(entries, most)


def move_columns() -> list[Col]:
    """The columns of what recovery is the sum of."""
    return [Col(t("项目", "Item")), Col(t("单位", "Unit")), Col(t("债权编号", "Claim")), Col(t("债务人", "Debtor")),
            Col(t("金额（元）", "Amount (yuan)"), "amount"), Col(t("位置", "Place"))]  # fmt: skip


def move_rows(facts: Facts) -> Iterator[Entry]:
    """Claim by claim what the figures of recovery are the sums of."""
    for m in facts.moves:
        yield Entry([str(ITEM_TEXTS[m.item]), m.unit, m.claim_id, m.debtor, m.amount, m.place],
                    {"unit": clean(m.unit), "item": m.item}, m.amount)  # fmt: skip


def before_columns() -> list[Col]:
    """The columns of the claims of earlier days."""
    return [Col(t("截止日期", "As of"), "date"), Col(t("级别", "Level")), Col(t("单位", "Unit")), Col(t("债权编号", "Claim")),
            Col(t("债务人", "Debtor")), Col(t("余额（元）", "Balance (yuan)"), "amount"), Col(t("到期日", "Due on"), "date"),
            Col(t("已逾期", "Past due"))]  # fmt: skip


def before_rows(points: Sequence[Point]) -> Iterator[Entry]:
    """The open claims of the points before the last, the latest first, as far as they are remembered."""
    for p in reversed(points[:-1]):
        for x in sorted(p.rows or (), key=lambda x: (x.unit, -x.balance, x.claim_id)):
            keys = {
                "on": p.on.isoformat(),
                "unit": x.unit,
                "live": "1",
                "late": "1" if x.late else "0",
                "level": x.level,
            }
            yield Entry(
                [p.on, str(LEVEL_TEXTS[x.level]) if x.level else "", x.unit, x.claim_id, x.debtor, x.balance, x.due_on,
                 t("是", "yes") if x.late else ""],
                {k: clean(v) for k, v in keys.items()}, x.balance,
            )  # fmt: skip


def book_columns() -> list[Col]:
    """The columns of the workbooks."""
    return [Col(t("单位", "Unit")), Col(t("工作簿", "Workbook")), Col(t("期间", "Period")), Col(t("行数", "Rows"), "count"),
            Col(t("可受理", "Accepted")), *(Col(str(LEVEL_NAMES[x]), "count") for x in SEVERITIES)]  # fmt: skip


def book_rows(facts: Facts) -> Iterator[Entry]:
    """The workbooks that were handed in; a unit that handed in none has findings alone."""
    for b in facts.books:
        if b.name:
            cells = [
                b.unit,
                b.name,
                b.period,
                b.rows,
                t("是", "yes") if b.accepted else t("否", "no"),
                *(b.found[x] for x in SEVERITIES),
            ]
            yield Entry(cells, {"unit": clean(b.unit), "accepted": "1" if b.accepted else "0"}, b.rows)


def claim_columns(facts: Facts) -> list[Col]:
    """The columns of the claims."""
    bases = [
        t(f"账龄（{x.basis}）", f"Age ({'transaction' if x.basis == '业务发生日' else 'due date'})")
        for x in facts.ageing
    ]
    return [
        Col(t("级别", "Level")), Col(t("单位", "Unit")), Col(t("债权编号", "Claim")), Col(t("债务人", "Debtor")),
        Col(t("余额（元）", "Balance (yuan)"), "amount"), Col(t("到期日", "Due on"), "date"), Col(t("逾期天数", "Days past due"), "count"),
        *(Col(b) for b in bases), Col(t("时效届满日", "Limitation ends"), "date"), Col(t("状态", "Status")),
        Col(t("坏账准备", "Provision"), "amount"), Col(t("责任人", "Responsible")),
        Col(t("预警原因", "Warned for")), Col(t("位置", "Place")),
    ]  # fmt: skip


def claim_rows(facts: Facts) -> Iterator[Entry]:
    """The claims, gravest first, then the largest."""
    for x in facts.lines:
        c = x.claim
        yield Entry(
            [str(LEVEL_TEXTS[x.level]) if x.level else "", c.unit, c.claim_id, c.debtor, c.balance, c.due_on, c.overdue,
             *(facts.ageing[0].title(column) for column in x.columns), c.limitation_on, c.status, c.provision, c.responsible,
             "；".join(map(str, x.causes)), relative_place(c.file, c.sheet, c.cell)],
            _keys(x, facts), c.balance,
        )  # fmt: skip


def finding_columns() -> list[Col]:
    """The columns of the findings."""
    return [
        Col(t("级别", "Level")), Col(t("单位", "Unit")), Col(t("规则", "Rule")), Col(t("问题", "What is wrong")),
        Col(t("改法", "How to mend it")), Col(t("条款", "Clause")), Col(t("位置", "Place")),
    ]  # fmt: skip


def finding_rows(result: Result, most: int | None = None) -> Iterator[Entry]:
    """The open findings, the gravest first; the texts are made for the first *most* alone."""
    owners = {f.workbook.name: f.unit or NO_UNIT for f in result.files}
    open_ = result.findings.where(status="open")
    for f in islice(chain.from_iterable(open_.where(level=x) for x in SEVERITIES), most):
        unit = owners.get(f.file, f.file)
        yield Entry(
            [str(LEVEL_NAMES[f.level]), unit, f.rule, f.message(), f.fix(), f.clause, relative_place(f.file, f.sheet, f.cell)],
            {"unit": clean(unit), "severity": f.level, "rule": f.rule},
        )  # fmt: skip


def relative_place(file: str, sheet: str | None, cell: str | None) -> str:
    """Where a row stands."""
    return " › ".join(x for x in (relative(file), sheet, cell) if x)


def _keys(x: Line, facts: Facts) -> dict[str, str]:
    keys = {"unit": x.claim.unit, "debtor": x.claim.debtor, "level": x.level, "limitation": x.limitation, "due": x.due,
            "live": "1" if x.live else "", "late": "1" if x.late else "0" if x.live else "",
            "ending": "1" if x.limitation in facts.months else ""}  # fmt: skip
    keys |= dict(zip(BAND_KEYS, x.columns, strict=True))
    return {k: clean(v) for k, v in keys.items()}
