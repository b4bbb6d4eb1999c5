"""AGR: 还款协议台账 and its 还款计划."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.policy.calendar import as_days
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.exposure import days_from, whole_days
from qq_excel.rules.instalments import unpaid
from qq_excel.rules.limitation import SUED, days_of, limitation
from qq_excel.rules.mask import true
from qq_excel.rules.partners import not_handed_in
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

_AGREEMENT = {"agreement_id": "agreement_id"}


@rule("AGR001")
def agr001(stack: Stack, _params: Params) -> list[Flagged]:
    """还款计划与协议金额或期数不符

    依据：协议明确金额和期限（B-4-5），分期还款的各期之和应等于协议总额（H-9）。

    错例：协议金额 600.00，期数 2
    | 期次 | 应还金额 |
    | --- | --- |
    | 1 | 300.00 |
    | 2 | 299.99 |

    正例：协议金额 600.00，期数 2
    | 期次 | 应还金额 |
    | --- | --- |
    | 1 | 300.00 |
    | 2 | 300.00 |

    参数：无

    局限：一次性还款也列一期；有期次没有填应还金额的协议不比较金额，由 CEL001 报告；约定的利息计入应还金额的，协议金额
    也应含利息。
    """
    plan = stack.partner("instalments")
    planned = stack.total_of(plan, plan["due"], _AGREEMENT)
    count = stack.total_of(plan, np.ones(len(plan)), _AGREEMENT)
    whole = stack.total_of(plan, plan.blank("due"), _AGREEMENT) == 0
    step = stack.look_up(plan, _AGREEMENT, [])["_step"].to_numpy()
    total = pd.Series(planned).astype("Int64")
    named = stack.filled("agreement_id")
    terms = stack["terms"].to_numpy(dtype="float64", na_value=np.nan)
    is_total = Text("各期应还金额合计为", "the instalments add up to")
    is_count = Text("还款计划的期数为", "the instalments listed number")
    return [
        Flagged(
            named & whole & (count > 0) & stack.differs("amount", total, step), field="amount", expected=total,
            figures={"what": is_total},
        ),
        Flagged(
            named & ~np.isnan(terms) & (terms != count), field="terms", expected=count,
            figures={"what": is_count},
        ),
    ]  # fmt: skip


@rule("AGR002")
def agr002(stack: Stack, params: Params) -> Flagged:
    """分期还款即将到期

    依据：欠款到期前预警，提前行动（G-12）。

    错例：截止日期 2026-09-30，提前 7 天
    | 应还日期 | 应还金额 | 实还金额 |
    | --- | --- | --- |
    | 2026-10-07 | 300.00 | |

    正例：截止日期 2026-09-30，提前 7 天
    | 应还日期 | 应还金额 | 实还金额 |
    | --- | --- | --- |
    | 2026-10-08 | 300.00 | |
    | 2026-10-07 | 300.00 | 300.00 |

    参数：instalment_lead_days（分期到期提前预警天数）

    局限：到期当日仍属即将到期，已过期的由 AGR003 报告；截止日期之后的还款不计。
    """
    lead = params.count("instalment_lead_days")
    left, some = unpaid(stack)
    until = -days_from(days_of(stack, "due_on"), stack)
    figures = {"no": stack["no"], "days": whole_days(until), "left": Money(left)}
    return Flagged(some & (until >= 0) & (until <= lead), figures=figures)


@rule("AGR003")
def agr003(stack: Stack, _params: Params) -> Flagged:
    """分期还款逾期

    依据：监督对方按协议履行（B-4-6），财务部按协议跟踪、记录（C-4-4）。

    错例：截止日期 2026-09-30
    | 应还日期 | 应还金额 | 实还金额 |
    | --- | --- | --- |
    | 2026-09-29 | 300.00 | 299.99 |

    正例：截止日期 2026-09-30
    | 应还日期 | 应还金额 | 实还金额 |
    | --- | --- | --- |
    | 2026-09-29 | 300.00 | 300.00 |
    | 2026-09-30 | 300.00 | |

    参数：无

    局限：到期当日不算逾期；逐期比较，不把多还的一期抵作下一期；逾期后已还清的不再报告。
    """
    left, some = unpaid(stack)
    past = days_from(days_of(stack, "due_on"), stack)
    figures = {
        "no": stack["no"],
        "due": days_of(stack, "due_on"),
        "days": whole_days(past),
        "left": Money(left),
    }
    return Flagged(some & (past > 0), figures=figures)


@rule("AGR004")
def agr004(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """还款没有日期或凭证，或有凭证没有还款

    依据：款项到账后及时结算（B-4-7），管好收回的资金（B-5-4），每笔还款须有到账日期和入账凭证。

    错例：
    | 实还日期 | 实还金额 | 入账凭证号 |
    | --- | --- | --- |
    | 2026-09-20 | 300.00 | |
    | | | 记-0123 |

    正例：
    | 实还日期 | 实还金额 | 入账凭证号 |
    | --- | --- | --- |
    | 2026-09-20 | 300.00 | 记-0123 |
    | | | |

    参数：无

    局限：实还金额为 0 视为没有还款；一期分次还款的，填最近一次的日期和凭证。
    """
    paid = true(stack["paid"] > 0)
    header = {n: Text(stack.kind[n].header, stack.kind[n].en) for n in ("paid", "voucher_no")}
    for name in ("paid_on", "voucher_no"):
        yield Flagged(paid & stack.blank(name), field=name, figures={"given": header["paid"]})
    yield Flagged(stack.filled("voucher_no") & ~paid, field="paid", figures={"given": header["voucher_no"]})


@rule("AGR005")
def agr005(stack: Stack, params: Params) -> list[Flagged]:
    """诉讼时效届满后才签订协议

    依据：财务部门控制时效（F-26）。时效届满后的还款协议属于新的承诺，债务人不得再以时效抗辩（民法典第192条），
    协议原件是唯一的依据，须妥善保存。

    错例：
    | 约定付款日 | 诉讼时效到期日（推算） | 签订日期 |
    | --- | --- | --- |
    | 2022-08-01 | 2025-08-01 | 2025-08-02 |

    正例：
    | 约定付款日 | 诉讼时效到期日（推算） | 签订日期 |
    | --- | --- | --- |
    | 2022-08-01 | 2025-08-01 | 2025-08-01 |

    参数：limitation_years（诉讼时效年数）、limitation_max_years（最长保护期间）

    局限：时效按应收账款明细表所填的付款、签认、催收日期推算，不是法律意见；明细表只记最近一次，较早的中断事由已被覆盖的，
    可能误报；诉讼中的债权不判断。
    """
    claims = stack.partner("receivables")
    ends = limitation(claims, params).astype("datetime64[s]")
    known = claims.with_column("limitation_on", ends)
    theirs = stack.look_up(known, {"claim_id": "claim_id"}, ["limitation_on", "status"])
    end = as_days(theirs["limitation_on"].to_numpy())
    signed = days_of(stack, "signed_on")
    bad = (signed > end) & ~true(theirs["status"].isin(SUED))
    return [Flagged(bad, figures={"end": end})]


@rule("AGR006")
def agr006(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """期次或应还日期没有逐期递增，或早于签订日期

    依据：协议明确金额和期限（B-4-5）；期次从 1 起连续编号，应还日期逐期递增，不早于签订日期。

    错例：签订日期 2026-09-10
    | 期次 | 应还日期 |
    | --- | --- |
    | 1 | 2026-09-09 |
    | 2 | 2026-11-30 |
    | 4 | 2026-11-30 |

    正例：签订日期 2026-09-10
    | 期次 | 应还日期 |
    | --- | --- |
    | 1 | 2026-09-10 |
    | 2 | 2026-11-30 |

    参数：无

    局限：按期次排序后比较，与行的先后无关；期次重复由 CEL012 报告。
    """
    due, number = days_of(stack, "due_on"), stack["no"]
    keys = stack.keyed(["agreement_id", "no"])
    group = [keys["_sub"], keys["agreement_id"]]
    named = stack.filled("agreement_id") & stack.filled("no")
    count = pd.Series(named.astype(np.int64)).groupby(group, dropna=False).transform("sum")
    gap = Text("不在 1 起的连续期次之内，该协议的期数为 ", "is not one of the numbers from 1 to ")
    yield Flagged(
        named & true((number < 1) | (number > count)), field="no", figures={"problem": gap, "than": count}
    )
    dated = keys.assign(_due=pd.Series(due.astype("datetime64[s]")))[named & ~np.isnat(due)]
    dated = dated.sort_values(["_sub", "agreement_id", "no", "_due"], kind="stable")
    before = as_days(
        dated.groupby(["_sub", "agreement_id"])["_due"].shift().reindex(stack.frame.index).to_numpy()
    )
    falls = Text("不晚于上一期的应还日期 ", "is not after the instalment before, due on ")
    yield Flagged(due <= before, field="due_on", figures={"problem": falls, "than": before})
    yield from not_handed_in(stack, params, "agreements", named)
    if not stack.beside("agreements").any():
        return
    theirs = stack.look_up(stack.partner("agreements"), _AGREEMENT, ["signed_on"])
    signed = as_days(theirs["signed_on"].to_numpy())
    early = Text("早于协议签订日期 ", "is before the signing on ")
    yield Flagged(due < signed, field="due_on", figures={"problem": early, "than": signed})
