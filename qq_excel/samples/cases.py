"""The cases of a ledger: how old a claim is, what was done about it, where it stands.

Each case gives the part of a row that makes it one; :mod:`qq_excel.samples.ledger` adds debtor, contract
and money. Days are counted back from the as-of date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from qq_excel.samples.model import Row, before

#: Insured age of every sample debtor, in days.
INSURED_DAYS = 180
_LEAD = 30

_PURSUED = (
    "{m}月{d}日发催款函并取得签收，{who}每月上门对账",
    "{m}月{d}日书面催收，对方承诺分批支付，{who}按周跟进到账情况",
    "{m}月{d}日送达催款通知，已停止赊销发货，拟申请财产保全",
    "{m}月{d}日发律师函，{who}约谈对方财务负责人并取得付款计划",
)
_AGREED = "签订还款协议，按季归还；{m}月{d}日书面督促本期款项，由{who}跟踪"
_SUED = "已向法院起诉并申请财产保全，{m}月{d}日递交补充证据，{who}负责跟进"
_WARNED = "{m}月{d}日发预警通知单，{who}约对方核对到期货款"


@dataclass(slots=True)
class Draft:
    """A claim in the making: its dates, where it stands, and how much was paid of it."""

    occurred: dt.date
    due: dt.date
    status: str
    paid_share: float = 0.0
    last_paid: dt.date | None = None
    confirmed: dt.date | None = None
    dunned: dt.date | None = None
    measure: str = ""
    more: Row | None = None


def _measured(random: Random, text: str, day: dt.date) -> str:
    who = random.choice(("清欠办", "经办人", "责任人", "业务部"))
    return text.format(m=day.month, d=day.day, who=who)


def _age(random: Random, low: int, high: int) -> int:
    """An age in days that does not happen to lie just before the insured age."""
    while True:
        age = random.randint(low, high)
        if not 0 <= INSURED_DAYS - age <= _LEAD:
            return age


def current(random: Random) -> Draft:
    """Not due yet."""
    age = random.randint(3, 60)
    return Draft(before(age), before(age - random.choice((75, 90, 120))), "正常")


def part_paid(random: Random) -> Draft:
    """Not due yet, a part was paid."""
    draft = current(random)
    share, paid = random.choice((0.2, 0.3, 0.5)), before(random.randint(0, 2))
    return Draft(draft.occurred, draft.due, "正常", share, paid)


def due_today(random: Random) -> Draft:
    """Due on the as-of date: not overdue."""
    return Draft(before(random.choice((60, 90))), before(0), "正常")


def _near(random: Random, low: int, high: int) -> Draft:
    age = INSURED_DAYS - random.randint(low, high)
    day = before(random.randint(3, 20))
    return Draft(
        before(age), before(age - 120), "预警", confirmed=before(random.randint(40, 60)), dunned=day,
        measure=_measured(random, _WARNED, day),
    )  # fmt: skip


def nearing(random: Random) -> Draft:
    """Within the lead time of the insured age."""
    return _near(random, 17, 29)


def very_near(random: Random) -> Draft:
    """Within half the lead time."""
    return _near(random, 2, 14)


def just_late(random: Random) -> Draft:
    """Overdue by up to two months, within the insured age."""
    late = random.randint(5, 55)
    day = before(random.randint(1, min(late, 40)))
    return Draft(
        before(late + random.choice((60, 75, 90))), before(late), random.choice(("预警", "追讨")), dunned=day,
        confirmed=before(random.randint(20, 60)), measure=_measured(random, random.choice(_PURSUED), day),
    )  # fmt: skip


def _pursued(random: Random, age: int, term: int, status: str, text: str) -> Draft:
    day = before(random.randint(5, 80))
    draft = Draft(
        before(age), before(age - term), status, dunned=day, confirmed=before(random.randint(30, 300)),
        measure=_measured(random, text, day),
    )  # fmt: skip
    if random.random() < 0.6:
        draft.paid_share = random.choice((0.1, 0.25, 0.4, 0.6))
        draft.last_paid = _payment(random, draft)
    return draft


def _payment(random: Random, draft: Draft) -> dt.date:
    """A payment that keeps the claim alive until the latest demand, and lies between due date and now."""
    three = dt.timedelta(days=3 * 365 - 20)
    first = max(draft.due, (draft.dunned or draft.due) - three)
    last = min(draft.due + three, before(30))
    return first + dt.timedelta(days=random.randint(0, max((last - first).days, 0)))


def past(random: Random) -> Draft:
    """Past the insured age by less than 90 days."""
    age = INSURED_DAYS + random.randint(5, 80)
    return _pursued(random, age, random.choice((60, 90)), "追讨", random.choice(_PURSUED))


def _years(low: int, high: int) -> Callable[[Random], Draft]:
    def make(random: Random) -> Draft:
        """So many days old, pursued one way or another."""
        age, term = _age(random, low, high), random.choice((60, 90))
        if age - term > 5 * 365 + 300:  # no chain of ledger events reaches that far: it is before a court
            return _pursued(random, age, term, "诉讼", _SUED)
        status, text = random.choice(
            (("追讨", random.choice(_PURSUED)), ("协议还款", _AGREED), ("诉讼", _SUED), ("追讨", _PURSUED[0]))
        )
        draft = _pursued(random, age, term, status, text)
        if draft.due + dt.timedelta(days=3 * 365 - 20) < (draft.dunned or draft.due):
            draft.paid_share = draft.paid_share or 0.1
            draft.last_paid = _payment(random, draft)
        return draft

    return make


def settled(random: Random) -> Draft:
    """Paid in full."""
    age = random.randint(100, 500)
    paid = before(random.randint(1, 80))
    return Draft(before(age), before(age - 90), "已结清", 1.0, paid)


def warned(random: Random) -> Draft:
    """Overdue by a few weeks, and no more than warned of."""
    late, day = random.randint(12, 28), before(random.randint(1, 10))
    return Draft(
        before(late + 75), before(late), "预警", dunned=day, confirmed=before(random.randint(30, 60)),
        measure=_measured(random, _WARNED, day),
    )  # fmt: skip


def agreed(random: Random) -> Draft:
    """Paid off by instalments under an agreement; the first one came in a short while ago."""
    draft = _pursued(random, random.randint(280, 480), 90, "协议还款", _AGREED)
    draft.paid_share, draft.last_paid = random.choice((0.2, 0.3, 0.4)), before(random.randint(20, 60))
    return draft


def sued(random: Random) -> Draft:
    """Before a court."""
    return _pursued(random, random.randint(430, 700), 60, "诉讼", _SUED)


def disputed(random: Random) -> Draft:
    """A dispute that is still young."""
    draft = just_late(random)
    late = random.randint(20, 50)
    draft.due, draft.occurred = before(late), before(late + 90)
    draft.dunned = before(random.randint(1, 15))
    draft.more = {
        "disputed": "是",
        "dispute_reason": f"{draft.due.month}月提出部分货物规格不符，双方已抽样送检，待出结论",
    }
    return draft


def guaranteed(random: Random) -> Draft:
    """Somebody stands surety, for long enough."""
    draft = current(random)
    draft.more = {"security": "保证", "guarantee_until": draft.due + dt.timedelta(days=730)}
    return draft


def in_dollars(random: Random) -> Draft:
    """A claim in foreign currency."""
    draft = current(random)
    draft.more = {"currency": "USD", "fx_rate": 7.0827, "subject": "出口配件"}
    return draft


def special(random: Random) -> Draft:
    """Past the insured age for a reason that was approved."""
    draft = past(random)
    draft.more = {"special_reason": "业主竣工结算审计未完成，审计结束后30日内支付"}
    return draft


def contract_soon(random: Random) -> Draft:
    """Under a contract that ends within the lead time."""
    draft = current(random)
    draft.more = {"_expires": before(-random.randint(16, 28))}
    return draft


CASES: dict[str, Callable[[Random], Draft]] = {
    "current": current, "part_paid": part_paid, "due_today": due_today, "nearing": nearing, "very_near": very_near,
    "just_late": just_late, "past": past, "half_year": _years(275, 360), "one_year": _years(370, 720),
    "two_years": _years(740, 1085), "three_years": _years(1190, 1450), "four_years": _years(1470, 1815),
    "five_years": _years(1840, 2600), "settled": settled, "disputed": disputed, "guaranteed": guaranteed,
    "in_dollars": in_dollars, "special": special, "contract_soon": contract_soon, "agreed": agreed, "sued": sued,
    "warned": warned,
}  # fmt: skip
