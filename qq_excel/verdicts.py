"""Three verdicts on a write-off, shown apart: what the regulation says, the books, and the tax.

*policy*: the ground (F-14) is met and its evidence (F-15) is there. *book*: the provision covers the amount,
or how much goes to the result. *tax* (optional): the papers of announcement 2011 no. 25 are there. Which
ground needs which paper is ours: the regulation lists papers without it (:data:`MAPPING_IS_OURS`).
Nothing here is legal or tax advice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from qq_excel import money
from qq_excel.check import Result
from qq_excel.findings import Finding
from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params
from qq_excel.policy.tax import Timing, by_time
from qq_excel.rules.stack import Stack

#: ``yes``; ``no``; ``unknown`` (could not be judged); ``off`` (the policy does not ask).
Outcome = Literal["yes", "no", "unknown", "off"]

MAPPING_IS_OURS = Text(
    "制度列出证据种类，没有规定哪一条件用哪些；对应关系为本程序所定，可在制度参数中修改",
    "the regulation lists papers without saying which ground needs which; the mapping is ours and can be changed",
)
NO_TAX_ADVICE = Text(
    "依据国家税务总局公告2011年第25号整理，不构成税务意见，以主管税务机关意见为准",
    "after announcement 2011 no. 25 of the tax administration; no tax advice",
)
#: Applications that are on their way: neither a draft nor rejected.
UNDER_WAY = ("已上报", "审核中", "已批准")
#: Rules on the ground and its evidence (F-14, F-15), and on tax deduction.
_GROUND = ("WOF001", "WOF002", "WOF003", "WOF008", "WOF009", "WOF013")
_TAX = ("WOF016",)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of the three: how it comes out, in words, and what is missing."""

    name: Text
    outcome: Outcome
    text: Text
    missing: tuple[Text, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One row of 证据清单."""

    type: str
    name: str
    doc_no: str
    issuer: str
    issued_on: dt.date | None
    path: str
    original: str
    pages: int | None
    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Application:
    """One application with its papers, its findings and its three verdicts. Amounts are cents."""

    application_id: str
    unit: str
    claim_id: str
    debtor: str
    condition: str
    status: str
    amount: int | None
    balance: int | None
    provision: int | None
    #: What the provision does not cover and so goes to the result of the period.
    charge: int | None
    file: str
    sheet: str
    row: int
    #: Position in ``Result.dated["write_offs"][stack]``, for whoever needs the other columns.
    stack: int
    position: int
    papers: tuple[Paper, ...]
    #: On its own row and on the rows of its papers, whatever their status.
    findings: tuple[Finding, ...]
    policy: Verdict
    book: Verdict
    tax: Verdict

    @property
    def verdicts(self) -> tuple[Verdict, Verdict, Verdict]:
        """The three, in the order in which they are shown."""
        return self.policy, self.book, self.tax


def fit(application: Application) -> bool:
    """Whether a pack can be handed in: under way, ground and evidence judged good, no open error."""
    return (
        application.status in UNDER_WAY
        and application.policy.outcome == "yes"
        and not any(f.blocks for f in application.findings)
    )


def verdicts_of(result: Result) -> list[Application]:
    """Every application of a check with its verdicts, in the order of the sheets."""
    kinds = [*result.dated.get("write_offs", []), *result.dated.get("evidence", [])]
    files = {source.file for stack in kinds for source in stack.sources}
    findings = _Findings(result.findings.where(file=files))
    papers = _papers(result)
    out: list[Application] = []
    for n, stack in enumerate(result.dated.get("write_offs", [])):
        params = result.policy.at(stack.day)
        out += [_application(stack, n, i, params, papers, findings) for i in range(len(stack))]
    return out


class _Findings:
    """Findings by the row that they are on, and those on whole sheets that could not be judged."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.rows: dict[tuple[str, str | None, int], list[Finding]] = {}
        self.unjudged: dict[tuple[str, str | None], list[Finding]] = {}
        for f in findings:
            if f.row is not None:
                self.rows.setdefault((f.file, f.sheet, f.row), []).append(f)
            elif f.why is not None:
                self.unjudged.setdefault((f.file, f.sheet), []).append(f)

    def at(self, file: str, sheet: str, row: int) -> list[Finding]:
        """The findings on a row."""
        return self.rows.get((file, sheet, row), [])

    def why_not(self, places: Iterable[tuple[str, str]], rules: tuple[str, ...]) -> list[Text]:
        """Why some of *rules* could not be judged on the sheets of *places*."""
        whys = (
            f.why for place in dict.fromkeys(places) for f in self.unjudged.get(place, []) if f.rule in rules
        )
        return list(dict.fromkeys(w for w in whys if w is not None))


Papers = dict[tuple[int, str], list[Paper]]


def _papers(result: Result) -> Papers:
    out: Papers = {}
    for stack in result.dated.get("evidence", []):
        for i, number in enumerate(stack["application_id"].tolist()):
            if pd.isna(number):
                continue
            file, sheet, row = _place(stack, i)
            issued, pages = stack["issued_on"].iloc[i], stack["pages"].iloc[i]
            paper = Paper(
                **{n: _text(stack, n, i) for n in ("type", "name", "doc_no", "issuer", "path", "original")},
                issued_on=None if pd.isna(issued) else issued.date(),
                pages=None if pd.isna(pages) else int(pages),
                file=file, sheet=sheet, row=row,
            )  # fmt: skip
            out.setdefault((int(stack.submission[i]), str(number)), []).append(paper)
    return out


def _application(
    stack: Stack, n: int, i: int, params: Params, papers: Papers, findings: _Findings
) -> Application:
    file, sheet, row = _place(stack, i)
    number = _text(stack, "application_id", i)
    mine = tuple(papers.get((int(stack.submission[i]), number), ())) if number else ()
    found = list(findings.at(file, sheet, row))
    for paper in mine:
        found += findings.at(paper.file, paper.sheet, paper.row)
    places = [(file, sheet), *((p.file, p.sheet) for p in mine)]
    amount, provision = _cents(stack, "amount", i), _cents(stack, "provision", i)
    charge = None if amount is None else max(0, amount - max(0, provision or 0))
    condition = _text(stack, "condition", i)
    return Application(
        application_id=number,
        unit=_text(stack, "unit", i),
        claim_id=_text(stack, "claim_id", i),
        debtor=_text(stack, "debtor", i),
        condition=condition,
        status=_text(stack, "status", i),
        amount=amount,
        balance=_cents(stack, "balance", i),
        provision=provision,
        charge=charge,
        file=file,
        sheet=sheet,
        row=row,
        stack=n,
        position=i,
        papers=mine,
        findings=tuple(found),
        policy=_policy(condition, found, findings.why_not(places, _GROUND)),
        book=_book(amount, provision, charge),
        tax=_tax(
            condition,
            found,
            findings.why_not(places, _TAX),
            params,
            (_date(stack, "due_on", i), _date(stack, "applied_on", i) or stack.day, amount),
        ),
    )


def _policy(condition: str, found: list[Finding], unjudged: list[Text]) -> Verdict:
    name = Text("制度认定", "By the regulation")
    missing = _open(found, _GROUND)
    if not condition:
        missing.append(_blank("write_offs", "condition"))
    if missing:
        text = Text(
            "坏账确认条件或证据不符合要求（F-14、F-15）", "ground or evidence is not good enough (F-14, F-15)"
        )
        return Verdict(name, "no", text, (*missing, *unjudged), MAPPING_IS_OURS)
    if unjudged:
        text = Text("资料不全，无法认定", "cannot be judged")
        return Verdict(name, "unknown", text, tuple(unjudged), MAPPING_IS_OURS)
    text = Text(
        f"符合“{condition}”，证据齐全（F-14、F-15）", f"meets {condition}, the evidence is there (F-14, F-15)"
    )
    return Verdict(name, "yes", text, (), MAPPING_IS_OURS)


def _book(amount: int | None, provision: int | None, charge: int | None) -> Verdict:
    name = Text("账务处理", "In the books")
    missing = (_blank("write_offs", "provision"),) if provision is None else ()
    if amount is None or charge is None:
        text = Text("没有申请核销金额，无法计算", "there is no amount to compare")
        return Verdict(name, "unknown", text, (_blank("write_offs", "amount"), *missing))
    held, applied, rest = (money.yuan(x) for x in (provision or 0, amount, charge))
    if charge == 0:
        text = Text(
            f"已提坏账准备 {held} 元，足以核销 {applied} 元，不影响当期损益",
            f"the provision of {held} covers the {applied}; the result is not touched",
        )
        return Verdict(name, "yes", text, missing)
    text = Text(
        f"已提坏账准备 {held} 元，不足核销 {applied} 元，差额 {rest} 元计入当期损益",
        f"the provision of {held} does not cover the {applied}; {rest} goes to the result",
    )
    return Verdict(name, "no", text, missing)


def _tax(
    condition: str,
    found: list[Finding],
    unjudged: list[Text],
    params: Params,
    debt: tuple[dt.date | None, dt.date | None, int | None],
) -> Verdict:
    name = Text("税前扣除", "For tax")
    if not params.get("tax_rules"):
        return Verdict(
            name, "off", Text("制度没有开启税务提示", "the policy does not ask"), (), NO_TAX_ADVICE
        )
    missing = _open(found, _TAX)
    timing, why_now = _timing(condition, debt, params)
    if missing or timing == "no":
        text = Text("税前扣除资料不全", "papers for deduction are lacking") if missing else why_now
        early = (why_now,) if timing == "no" and missing else ()
        return Verdict(name, "no", text, (*early, *missing), NO_TAX_ADVICE)
    required: Any = params.get("tax_evidence") or {}
    if unjudged or condition not in required or timing == "unknown":
        why = list(unjudged)
        if condition not in required:
            why.append(
                Text("没有列出该条件所需资料（tax_evidence）", "tax_evidence does not list this ground")
            )
        if timing == "unknown":
            why.append(why_now)
        return Verdict(name, "unknown", Text("无法判断", "cannot be judged"), tuple(why), NO_TAX_ADVICE)
    text = Text(
        f"{why_now.zh}；税前扣除资料齐全，留存备查",
        f"{why_now.en}; the papers for deduction are there, keep them for inspection",
    )
    return Verdict(name, "yes", text, (), NO_TAX_ADVICE)


def _timing(
    condition: str, debt: tuple[dt.date | None, dt.date | None, int | None], params: Params
) -> tuple[Timing, Text]:
    """Whether the time has come: a question for the ground of long non-performance only (arts. 22-24)."""
    try:
        if condition != params.choice("tax_time_ground"):
            return "yes", Text("按法定事实扣除（第22条）", "deducted by the event itself (art. 22)")
        return by_time(*debt, params)
    except CannotJudge as reason:
        return "unknown", reason.why


def _open(found: list[Finding], rules: tuple[str, ...]) -> list[Text]:
    """What open findings of *rules* say."""
    return [Text(f.message("zh"), f.message("en")) for f in found if f.rule in rules and f.status == "open"]


def _blank(kind: str, name: str) -> Text:
    field = get_kind(kind)[name]
    return Text(f"“{field.header}”没有填写", f"{field.en} is blank")


def _place(stack: Stack, i: int) -> tuple[str, str, int]:
    source = stack.sources[int(stack.source[i])]
    return source.file, source.table.sheet, int(source.table.rows[int(stack.position[i])])


def _text(stack: Stack, name: str, i: int) -> str:
    value = stack[name].iloc[i]
    return "" if pd.isna(value) else str(value)


def _date(stack: Stack, name: str, i: int) -> dt.date | None:
    value = stack[name].iloc[i]
    return None if pd.isna(value) else value.date()


def _cents(stack: Stack, name: str, i: int) -> int | None:
    value = stack[name].iloc[i]
    return None if pd.isna(value) else int(np.int64(value))
