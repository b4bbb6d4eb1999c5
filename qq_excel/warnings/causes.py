"""Why a claim is warned of: each cause ranks the rows of a ledger and words itself for those it concerns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel import money
from qq_excel.kinds import get_kind
from qq_excel.language import Text, many, plural
from qq_excel.policy import CannotJudge, Params
from qq_excel.policy.calendar import Days, add_years
from qq_excel.rules.exposure import (
    Floats,
    ages,
    contracts,
    covered,
    days_from,
    limits,
    percent,
    term,
    whole_days,
)
from qq_excel.rules.instalments import next_unpaid
from qq_excel.rules.limitation import days_of, limitation, live_claims, running_claims
from qq_excel.rules.mask import true
from qq_excel.rules.stack import Stack
from qq_excel.warnings.book import CAUSES, NEEDED

BLUE, YELLOW, ORANGE, RED = 1, 2, 3, 4

Ranks = npt.NDArray[np.int8]


class Hit(NamedTuple):
    """One cause at some rows: ranks per row, and how to word it for the rows ``at``."""

    code: str
    rank: Ranks
    words: Callable[[npt.NDArray[np.int64]], Iterator[tuple[Text, dt.date | None, int | None]]]


def rank_by_time(left: Floats, lead: int, red_after: int) -> Ranks:
    """Ranks by the days *left* to the insured age or the end of a contract (NaN: none), negative when past."""
    rank = np.zeros(left.shape, dtype=np.int8)
    ahead = left >= 0
    rank[ahead & (left <= lead)] = BLUE
    rank[ahead & (left * 2 <= lead)] = YELLOW
    rank[left < 0] = ORANGE
    rank[left < -red_after] = RED
    return rank


def rank_by_due(due: Days, as_of: dt.date, years: int) -> Ranks:
    """Red where a claim is more than *years* past due."""
    return np.where(np.datetime64(as_of, "D") > add_years(due, years), RED, 0).astype(np.int8)


def rank_by_limitation(left: Floats, within: int) -> Ranks:
    """Red where limitation is over or has at most *within* days left."""
    return np.where(left <= within, RED, 0).astype(np.int8)


class Causes:
    """Finds the causes in the receivables of one as-of date; what cannot be judged goes to the notes."""

    def __init__(
        self, stack: Stack, params: Params, units: npt.NDArray[Any], notes: dict[Text, None]
    ) -> None:
        self.stack = stack
        self.params = params
        self.units = units
        self.notes = notes
        self.live = live_claims(stack)

    def note(self, zh: str, en: str) -> None:
        """Say what could not be judged."""
        self.notes[Text(zh, en)] = None

    def hits(self) -> list[Hit]:
        """Every cause that could be judged; a note for each that could not."""
        self._say_what_is_lacking()
        out = []
        for code, find in (
            ("age", self._age),
            ("limit", self._limit),
            ("term", self._term),
            ("instalment", self._instalment),
            ("limitation", self._limitation),
            ("overdue", self._overdue),
        ):
            try:
                out.append(find())
            except CannotJudge as reason:
                name = CAUSES[code]
                self.note(f"{name.zh}没有判断：{reason.why.zh}", f"{name.en} not judged: {reason.why.en}")
        return out

    def _say_what_is_lacking(self) -> None:
        stack = self.stack
        for kind, what in NEEDED.items():
            if kind not in stack.partners:
                continue  # the causes themselves say so
            absent = ~np.isin(stack.submission, list(stack.handed_in(kind)))
            title = get_kind(kind).title
            for unit in pd.unique(self.units[absent]):
                self.note(
                    f"{unit}没有交来《{title.zh}》，{what.zh}没有判断",
                    f"{unit} did not hand in '{title.en}': {what.en} not judged",
                )
            found = covered(stack) if kind == "credit_terms" else true(contracts(stack)["_found"])
            alone = int((self.live & ~absent & ~found).sum())
            if alone:
                self.note(
                    f"{alone} 笔债权在《{title.zh}》中没有记录，{what.zh}没有判断",
                    f"{many(alone, 'claim is', 'claims are')} not in '{title.en}': {what.en} not judged",
                )

    def _by_time(self, left: Floats, lead: int) -> Ranks:
        return rank_by_time(left, lead, self.params.count("red_after_days"))

    def _age(self) -> Hit:
        age = ages(self.stack, self.params)
        if (age.unsure & self.live).any():
            self.note(
                "有的表“账龄口径”无法识别，保险账龄没有判断",
                "账龄口径 of a sheet is not known: insured age not judged",
            )
        days, allowed, left = (whole_days(x) for x in (age.days, age.allowed, age.left))

        def words(at: npt.NDArray[np.int64]) -> Iterator[tuple[Text, dt.date | None, int | None]]:
            reached = (age.since[at] + allowed[at].astype("timedelta64[D]")).tolist()
            for n, most, rest, day in zip(
                days[at].tolist(), allowed[at].tolist(), left[at].tolist(), reached, strict=True
            ):
                zh, en = _rest(rest, "超")
                yield (
                    Text(
                        f"保险账龄期限 {most:,} 天，已 {n:,} 天，{zh}",
                        f"insured age {most:,} {plural(most, 'day')}, {n:,} {plural(n, 'day')} old, {en}",
                    ),
                    day,
                    None,
                )

        return Hit("age", self._by_time(age.left, self.params.count("age_lead_days")), words)

    def _limit(self) -> Hit:
        used = limits(self.stack)
        rank = np.zeros(len(self.stack), dtype=np.int8)
        rank[used.ratio >= self.params.ratio("blue_ratio")] = BLUE
        rank[used.ratio >= self.params.ratio("yellow_ratio")] = YELLOW
        rank[used.over] = ORANGE

        def words(at: npt.NDArray[np.int64]) -> Iterator[tuple[Text, dt.date | None, int | None]]:
            share = percent(used.ratio[at], np.ones(len(at), dtype=bool))
            rows = zip(
                used.which[at].tolist(), used.limit[at].tolist(), used.exposure[at].tolist(), used.over[at].tolist(),
                share.tolist(), strict=True,
            )  # fmt: skip
            for which, limit, exposure, over, ratio in rows:
                most, owed, gap = (money.yuan(int(x)) for x in (limit, exposure, abs(exposure - limit)))
                zh = f"{which.zh} {most} 元，欠款合计 {owed} 元（{ratio}），{'超' if over else '还剩'} {gap} 元"
                en = f"{which.en} {most}, {owed} owed ({ratio}), {gap} {'over' if over else 'left'}"
                yield Text(zh, en), None, int(exposure)

        return Hit("limit", rank, words)

    def _term(self) -> Hit:
        of = term(self.stack)
        rank = self._by_time(of.left, self.params.count("contract_lead_days"))
        rank[of.renewed & (of.left >= 0)] = 0
        names = self.stack["contract_id"]
        return Hit(
            "term",
            rank,
            lambda at: _dated(at, "合同 {} ", "contract {} ", names.iloc[at].tolist(), of.ends, of.left),
        )

    def _instalment(self) -> Hit:
        found = next_unpaid(self.stack)
        if found is None:  # agreements come in as they are made: nobody misses them
            return Hit("instalment", np.zeros(len(self.stack), dtype=np.int8), lambda _at: iter(()))

        def words(at: npt.NDArray[np.int64]) -> Iterator[tuple[Text, dt.date | None, int | None]]:
            rows = zip(
                found.agreement.iloc[at].tolist(), found.no.iloc[at].tolist(), found.owed.iloc[at].tolist(),
                found.due[at].tolist(), whole_days(found.left[at]).tolist(), strict=True,
            )  # fmt: skip
            for agreement, no, owed, day, rest in rows:
                zh, en = _rest(rest)
                amount = money.yuan(int(owed))
                yield (
                    Text(
                        f"协议 {agreement} 第 {no} 期应于 {day} 还款，还欠 {amount} 元，{zh}",
                        f"instalment {no} of agreement {agreement} due on {day}, {amount} unpaid, {en}",
                    ),
                    day,
                    int(owed),
                )

        return Hit("instalment", self._by_time(found.left, self.params.count("instalment_lead_days")), words)

    def _limitation(self) -> Hit:
        ends = limitation(self.stack, self.params)
        left = -days_from(ends, self.stack)
        rank = rank_by_limitation(left, self.params.count("red_limitation_days"))
        rank[~running_claims(self.stack)] = 0
        return Hit(
            "limitation",
            rank,
            lambda at: _dated(at, "诉讼时效{}", "limitation {}", [""] * len(at), ends, left),
        )

    def _overdue(self) -> Hit:
        years = self.params.count("red_overdue_years")
        due = days_of(self.stack, "due_on")
        rank = rank_by_due(due, self.stack.as_of, years)
        days = whole_days(days_from(due, self.stack))

        def words(at: npt.NDArray[np.int64]) -> Iterator[tuple[Text, dt.date | None, int | None]]:
            for day, n in zip(due[at].tolist(), days[at].tolist(), strict=True):
                zh = f"约定付款日 {day}，已逾期 {n:,} 天，超过 {years} 年"
                yield (
                    Text(
                        zh,
                        f"due on {day}, {n:,} {plural(n, 'day')} past due, more than {many(years, 'year')}",
                    ),
                    day,
                    None,
                )

        return Hit("overdue", rank, words)


def _rest(left: int, past: str = "已过") -> tuple[str, str]:
    """How many days are left, or it is past by."""
    if left < 0:
        return f"{past} {-left:,} 天", f"{-left:,} {plural(-left, 'day')} past"
    return f"还有 {left:,} 天", f"{left:,} {plural(left, 'day')} left"


def _dated(
    at: npt.NDArray[np.int64], zh: str, en: str, names: list[Any], ends: Days, left: Floats
) -> Iterator[tuple[Text, dt.date | None, int | None]]:
    for name, day, rest in zip(names, ends[at].tolist(), whole_days(left[at]).tolist(), strict=True):
        more_zh, more_en = _rest(rest)
        verb = "已于" if rest < 0 else "将于"
        ended = "ended" if rest < 0 else "ends"
        yield (
            Text(
                f"{zh.format(name)}{verb} {day} 届满，{more_zh}",
                f"{en.format(name)}{ended} on {day}, {more_en}".replace("  ", " "),
            ),
            day,
            None,
        )
