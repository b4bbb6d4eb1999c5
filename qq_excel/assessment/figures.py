"""期初, 计划, 收回 and 期末 of each unit, from the receivables, the cases and the previous period's ledger.

With the previous ledger, opening is what was owed in it and recovered is by how much 已收金额 grew, claim by claim.
Without it the ledger tells only when a claim was last paid, not how much came in then: recovered is 已收金额 of the
claims last paid in the period (at most that came in), and opening follows from the other figures. Amounts are tied
the way ASM003 checks them: opening + new - recovered - written off = closing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel import money
from qq_excel.assessment.model import ITEMS, Figures, Period
from qq_excel.language import Text, many
from qq_excel.rules.limitation import days_of, live_claims, still_owed
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.stack import Stack

Cents = npt.NDArray[np.int64]
_KEY = ["unit", "claim_id"]

FROM_PREVIOUS = Text(
    "期初欠款和本期实际收回按上期应收账款明细表逐笔对比得出",
    "opening and recovered come from the previous ledger, compared claim by claim",
)
ESTIMATED = Text(
    "没有上期应收账款明细表：本期实际收回按最近付款日在本期内的债权的已收金额估计，可能含以前各期收回，"
    "期初欠款由其余各数倒推",
    "no previous ledger: recovered is estimated as all that was received on claims last paid in the period, which may "
    "include earlier payments, and opening follows from the other figures",
)
HINT = Text("给出上期明细表（--previous）可得准数", "the previous ledger (--previous) gives exact figures")
NO_CASES = Text(
    "没有交来《清欠台账》：本期计划收回未知，进展得分无法计算",
    "no table of cases was handed in: what was planned is not known, progress cannot be computed",
)


class Ledger:
    """The receivables of the period's end, and those of its beginning where they were given."""

    def __init__(self, claims: Stack, period: Period, before: Stack | None, notes: list[Text]) -> None:
        self.claims = claims
        self.period = period
        self.before = before
        self.first = np.datetime64(period.first, "D")
        self.today = np.datetime64(claims.as_of, "D")
        self.basis = ESTIMATED if before is None else FROM_PREVIOUS
        #: What came in during the period, per claim.
        self.came_in = self._estimate() if before is None else self._compared(before, notes)

    def figures(self, units: list[str], cases: Stack | None) -> list[Figures]:
        """The amounts of each of *units*."""
        sums = self.parts(cases).groupby(["item", "unit"])["cents"].sum().to_dict()
        out = []
        for unit in units:
            one: dict[str, int | None] = {item: int(sums.get((item, unit), 0)) for item in ITEMS}
            if cases is None:
                one["planned"] = None
            out.append(Figures(**one))  # type: ignore[arg-type]
        return out

    def parts(self, cases: Stack | None) -> pd.DataFrame:
        """What each claim adds to each figure of its unit: ``item``, ``unit``, ``claim_id``, ``cents``, ``case``.

        ``case`` is the row of *cases* that says what was planned, -1 for all other items.
        """
        claims = self.claims
        closing = _parts("closing", claims, _cents(still_owed(claims.frame)) * live_claims(claims))
        # credit notes are not owed at either end, and so not new
        original = _cents(claims["original"].clip(lower=0))
        new = _parts("new", claims, original * self._within(days_of(claims, "occurred_on")))
        recovered = self.came_in.rename("cents").reset_index().assign(item="recovered")
        every = [closing, new, recovered, self._written_off()]
        if self.before is None:  # opening + new - recovered - written off = closing
            signs = {"closing": 1, "recovered": 1, "gone": 1, "new": -1}
            back = pd.concat(every, ignore_index=True)
            back["cents"] *= back["item"].map(signs)
            opening = back.assign(item="opening")
        else:
            owed = _cents(still_owed(self.before.frame)) * live_claims(self.before)
            opening = _parts("opening", self.before, owed)
        if cases is not None:
            every.append(self._planned(cases))
        out = pd.concat([opening, *every], ignore_index=True)
        out["case"] = out["case"].fillna(-1).astype(np.int64) if "case" in out else -1
        out = out.groupby(["item", *_KEY, "case"], as_index=False).agg({"cents": "sum"})
        return out[out["cents"] != 0]

    # --- inside ------------------------------------------------------------------------------------

    def _within(self, days: Any) -> Mask:
        return np.asarray((days >= self.first) & (days <= self.today))

    def _received(self) -> pd.DataFrame:
        """Per claim: all that was received, and the part that the date of the last payment puts in the period."""
        claims = self.claims
        rows = claims.frame[_KEY].copy()
        rows["received"] = _cents(claims["received"])
        rows["late"] = rows["received"] * self._within(days_of(claims, "last_paid_on"))
        rows["fresh"] = self._within(days_of(claims, "occurred_on"))
        return rows.groupby(_KEY, sort=True).agg({"received": "sum", "late": "sum", "fresh": "any"})

    def _estimate(self) -> pd.Series[Any]:
        return self._received()["late"]

    def _compared(self, before: Stack, notes: list[Text]) -> pd.Series[Any]:
        """By how much 已收金额 grew. What one of the ledgers does not have is told, never guessed at."""
        now = self._received()
        old = before.frame[_KEY].copy()
        old["was"] = _cents(before["received"])
        old["owed"] = _cents(still_owed(before.frame)) * live_claims(before)
        both = now.join(old.groupby(_KEY).sum(), how="outer")
        there, known = both["received"].notna(), both["was"].notna()
        fresh = true(both["fresh"].astype("boolean").fillna(False))
        lost, late = both[~there & (both["owed"] > 0)], both[there & ~known & ~fresh]
        if len(lost):
            owed = money.yuan(int(lost["owed"].sum()))
            notes.append(Text(
                f"上期有、本期没有的未清债权 {len(lost)} 笔，上期余额 {owed} 元，没有计入收回，请核实：{_names(lost)}",
                f"{many(len(lost), 'open claim')} of the previous ledger ({owed}) not in this one; not counted as "
                f"recovered, please verify: {_names(lost)}",
            ))  # fmt: skip
        if len(late):
            notes.append(Text(
                f"上期没有、又不是本期发生的债权 {len(late)} 笔，收回按最近付款日估计，请核实：{_names(late)}",
                f"{many(len(late), 'older claim')} not in the previous ledger; what came in is estimated by the day "
                f"of the last payment, please verify: {_names(late)}",
            ))  # fmt: skip
        grown = np.where(
            known, both["received"] - both["was"], np.where(fresh, both["received"], both["late"])
        )
        return pd.Series(np.where(there, grown, 0).astype(np.int64), index=both.index)

    def _written_off(self) -> pd.DataFrame:
        """What the register booked in the period, on the unit of the claim."""
        owners = self.claims.frame[_KEY].dropna().drop_duplicates("claim_id").astype(object)
        register = self.claims.partners.get("write_off_register")
        if register is None:
            return owners.iloc[:0].assign(item="gone", cents=0)
        booked = _cents(register["amount"]) * self._within(days_of(register, "booked_on"))
        sums = pd.Series(booked).groupby(register["claim_id"].to_numpy(object)).sum()
        worth = owners["claim_id"].map(sums).fillna(0).astype("int64")
        return owners.assign(item="gone", cents=worth)

    def _planned(self, cases: Stack) -> pd.DataFrame:
        """Plans whose term falls in the period, and what was left at its start of those whose term was over."""
        term, closed = days_of(cases, "planned_by"), days_of(cases, "closed_on")
        keys = pd.MultiIndex.from_frame(cases.frame[_KEY])
        came_in = self.came_in.reindex(keys).fillna(0).to_numpy(np.int64)
        before = np.maximum(_cents(cases["recovered"]) - came_in, 0)
        amount = _cents(cases["planned_amount"])
        open_ = np.isnat(closed) | (closed >= self.first)
        due = (term >= self.first) & (term <= np.datetime64(self.period.last, "D"))
        left = np.maximum(amount - before, 0)
        planned = np.where(open_ & due, amount, np.where(open_ & (term < self.first), left, 0))
        return _parts("planned", cases, planned).assign(case=np.arange(len(cases)))


def _parts(item: str, stack: Stack, values: Any) -> pd.DataFrame:
    """*values* row by row under the claim of the row; one without a number counts for its unit all the same."""
    rows = stack.frame[_KEY].astype(object).reset_index(drop=True)
    rows["claim_id"] = rows["claim_id"].fillna("")
    return rows.assign(item=item, cents=np.asarray(values, dtype=np.int64))


def _cents(column: pd.Series[Any]) -> Cents:
    return column.fillna(0).to_numpy(dtype=np.int64)


def _names(claims: pd.DataFrame, most: int = 10) -> str:
    names = [f"{unit} {claim}" for unit, claim in claims.index[:most]]
    return "、".join(names) + ("……" if len(claims) > most else "")
