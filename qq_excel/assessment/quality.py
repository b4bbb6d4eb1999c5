"""How complete plans, agreements and evidence of each unit are (A-4-2): what can be counted of "reasonable ways"."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qq_excel.assessment.model import Share
from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.rules.limitation import live_claims, overdue
from qq_excel.rules.mask import Mask
from qq_excel.rules.scoring import AGREED, PLANNED, PROVEN
from qq_excel.rules.stack import Stack

#: The status of a claim that is paid back by an agreement.
_BY_AGREEMENT = "协议还款"


def shares_of(claims: Stack, units: list[str], notes: list[Text]) -> list[dict[str, Share]]:
    """方案, 协议 and 证据 of each of *units*. A part whose table was not handed in is not known, and told."""
    live = live_claims(claims)
    late = live & overdue(claims)
    parts = {
        PLANNED: (late, _with_plan(claims)),
        AGREED: (live & claims.is_one_of("status", [_BY_AGREEMENT]), _with_agreement(claims)),
        PROVEN: (late, _with_proof(claims)),
    }
    owner = claims["unit"].to_numpy(object)
    counted: dict[str, tuple[pd.Series[Any], pd.Series[Any] | None]] = {}
    for name, (whole, some) in parts.items():
        of = pd.Series(whole.astype(np.int64)).groupby(owner).sum()
        have = None if some is None else pd.Series((whole & some).astype(np.int64)).groupby(owner).sum()
        counted[name] = of, have
        if have is None and whole.any():
            notes.append(_missing(name))
    return [
        {
            name: Share(0, None) if have is None else Share(int(have.get(unit, 0)), int(of.get(unit, 0)))
            for name, (of, have) in counted.items()
        }
        for unit in units
    ]


def _with_plan(claims: Stack) -> Mask | None:
    """Claims with a case whose plan says how much is to come in by when."""
    cases = claims.partners.get("cases")
    if cases is None:
        return None
    planned = cases.only(cases.filled("planned_amount") & cases.filled("planned_by"))
    return _found(claims, planned, {"unit": "unit", "claim_id": "claim_id"})


def _with_agreement(claims: Stack) -> Mask | None:
    """Claims with an agreement that has its instalments."""
    agreements, instalments = claims.partners.get("agreements"), claims.partners.get("instalments")
    if agreements is None or instalments is None:
        return None
    whole = agreements.only(_found(agreements, instalments, {"agreement_id": "agreement_id"}))
    return _found(claims, whole, {"claim_id": "claim_id"})


def _with_proof(claims: Stack) -> Mask:
    """Claims with a confirmation or a demand that bears the number of its proof, in the ledger or the log."""
    proven = claims.filled("confirmed_on") & claims.filled("confirmation_no")
    for kind, date in (("confirmations", "signed_on"), ("collection_log", "on")):
        other = claims.partners.get(kind)
        if other is not None:
            with_number = other.only(other.filled(date) & other.filled("proof_no"))
            proven = proven | _found(claims, with_number, {"claim_id": "claim_id"})
    return proven


def _found(stack: Stack, other: Stack, on: dict[str, str]) -> Mask:
    return np.asarray(stack.look_up(other, on, [])["_found"], dtype=bool)


def _missing(part: str) -> Text:
    kinds = ["cases"] if part == PLANNED else ["agreements", "instalments"]
    zh = "".join(f"《{get_kind(k).title.zh}》" for k in kinds)
    en = " and ".join(f"'{get_kind(k).title.en}'" for k in kinds)
    return Text(
        f"没有交来{zh}：质量得分不计“{part}”一项，权重由其余各项分担",
        f"{en} not handed in: quality leaves out {part}; the other parts share its weight",
    )
