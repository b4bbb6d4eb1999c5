"""The rows that every figure leads to: the claims with a balance, and the open findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from qq_excel.catalogue import LEVEL_NAMES
from qq_excel.catalogue import LEVELS as SEVERITIES
from qq_excel.language import t
from qq_excel.papers.claims import NO_UNIT
from qq_excel.papers.document import relative
from qq_excel.papers.management.facts import Facts, Line
from qq_excel.papers.management.view import BAND_KEYS, Col, column_name
from qq_excel.papers.words import clean
from qq_excel.warnings import LEVEL_TEXTS

if TYPE_CHECKING:
    from qq_excel.check import Result


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its cells, and the attributes by which figures pick it."""

    cells: Sequence[Any]
    keys: Mapping[str, str]
    cents: int = 0


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
             *(column_name(band) for band in x.columns), c.limitation_on, c.status, c.provision, c.responsible,
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


__all__ = ["Entry", "claim_columns", "claim_rows", "finding_columns", "finding_rows", "relative_place"]
