"""CRD: 授信额度、保险额度、保险账龄期限. What is owed is the live balance (``limitation.live_claims``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.exposure import (
    NO_BASIS,
    Ages,
    Limits,
    ages,
    covered,
    explained,
    limits,
    past_age_or_limit,
    percent,
    whole_days,
)
from qq_excel.rules.limitation import AGE_BASES, days_of, live_claims, still_owed, today_of
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

_AGED_BY = {
    "occurred_on": Text("业务发生日期", "the transaction date"),
    "due_on": Text("约定付款日", "the due date"),
}


def _limit_figures(used: Limits, bad: Mask) -> dict[str, Any]:
    return {
        "exposure": Money(used.exposure),
        "limit": Money(used.limit),
        "which": used.which,
        "ratio": percent(used.ratio, bad),
        "over": Money(used.exposure - used.limit),
    }


def _age_figures(age: Ages, by: str) -> dict[str, Any]:
    return {
        "basis": _AGED_BY[by],
        "since": age.since,
        "age": whole_days(age.days),
        "allowed": whole_days(age.allowed),
        "left": whole_days(age.left),
        "past": whole_days(-age.left),
    }


@rule("CRD001")
def crd001(stack: Stack, _params: Params) -> Flagged:
    """有余额的债权没有授信和保险账龄

    依据：经营管理部应逐项确立欠款的保险账龄期限和保险额度（F-27）；没有额度和期限，就无从预警。

    错例：
    | 表 | 债务人名称 | 合同编号 | 账面余额 |
    | --- | --- | --- | --- |
    | 应收账款明细表 | 青岛海川机械有限公司 | HT-0002 | 600.00 |
    | 客户授信及保险账龄表 | 青岛海川机械有限公司 | HT-0001 | |

    正例：
    | 表 | 债务人名称 | 合同编号 | 账面余额 |
    | --- | --- | --- | --- |
    | 应收账款明细表 | 青岛海川机械有限公司 | HT-0002 | 600.00 |
    | 客户授信及保险账龄表 | 青岛海川机械有限公司 | HT-0002 或空白 | |

    参数：无

    局限：按债务人名称和合同编号对应，名称写法不同即视为没有；债务人名称空白由 CEL001 报告；授信是否在有效期内见 CRD007。
    """
    figures = {"debtor": stack["debtor"], "contract": stack["contract_id"].fillna("—")}
    return Flagged(live_claims(stack) & stack.filled("debtor") & ~covered(stack), figures=figures)


@rule("CRD002")
def crd002(stack: Stack, params: Params) -> Flagged:
    """欠款接近授信额度或保险额度

    依据：欠款即将达到授信额度时应当预警（F-28）。合同项下欠款与合同额度比，客户全部欠款与客户额度比，
    取较严重的一个。

    错例：预警比例 0.9
    | 欠款合计 | 授信额度 |
    | --- | --- |
    | 900,000.00 | 1,000,000.00 |

    正例：预警比例 0.9
    | 欠款合计 | 授信额度 |
    | --- | --- |
    | 899,999.99 | 1,000,000.00 |

    参数：credit_warn_ratio（额度预警比例）

    局限：欠款合计只含本次报送的有余额且未结清、未核销的债权，不含在途订单；已超过额度的由 CRD003 报告。
    """
    warn = params.ratio("credit_warn_ratio")
    used = limits(stack)
    bad = live_claims(stack) & ~used.over & (used.ratio >= warn)
    figures = {**_limit_figures(used, bad), "debtor": stack["debtor"], "warn": f"{warn * 100:.6g}%"}
    return Flagged(bad, figures=figures)


@rule("CRD003")
def crd003(stack: Stack, _params: Params) -> Flagged:
    """欠款超过授信额度或保险额度

    依据：欠款超过额度且无特殊原因的，由清欠办追讨，经办人和责任人负责收回（F-29、F-30）。合同项下欠款与
    合同额度比，客户全部欠款与客户额度比，取较严重的一个。

    错例：
    | 欠款合计 | 授信额度 | 特殊原因说明 | 特殊原因批准人 |
    | --- | --- | --- | --- |
    | 1,000,000.01 | 1,000,000.00 | | |

    正例：
    | 欠款合计 | 授信额度 | 特殊原因说明 | 特殊原因批准人 |
    | --- | --- | --- | --- |
    | 1,000,000.00 | 1,000,000.00 | | |
    | 1,000,000.01 | 1,000,000.00 | 已获临时增信 | 高远 |

    参数：无

    局限：欠款合计只含本次报送的有余额且未结清、未核销的债权；差额不到金额单位的 0.01 时视为未超。
    """
    used = limits(stack)
    bad = live_claims(stack) & used.over
    return Flagged(bad, figures={**_limit_figures(used, bad), "debtor": stack["debtor"]})


@rule("CRD004")
def crd004(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """账龄即将达到保险账龄期限

    依据：欠款即将达到保险账龄期限时应当预警（F-28）。账龄自账龄口径的日期算至截止日期，期限取本合同的，
    没有的取客户的。

    错例：提前 30 天
    | 业务发生日期 | 截止日期 | 保险账龄期限(天) |
    | --- | --- | --- |
    | 2025-10-30 | 2026-09-30 | 365 |

    正例：提前 30 天
    | 业务发生日期 | 截止日期 | 保险账龄期限(天) |
    | --- | --- | --- |
    | 2025-10-31 | 2026-09-30 | 365 |

    参数：age_lead_days（提前天数）、age_basis（账龄口径）

    局限：恰满期限的当日仍属即将达到；已超过的由 CRD005 报告。
    """
    lead = params.count("age_lead_days")
    age = ages(stack, params)
    live = live_claims(stack)
    near = live & (age.left >= 0) & (age.left <= lead)
    for name in AGE_BASES.values():
        yield Flagged(near & (age.by == name), field=name, figures=_age_figures(age, name))
    yield Unjudged(live & age.unsure, NO_BASIS)


@rule("CRD005")
def crd005(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """账龄超过保险账龄期限而没有清欠措施

    依据：欠款超过保险账龄期限的，如无特殊原因，由清欠办追讨（F-29），须写明采取的措施。

    错例：
    | 业务发生日期 | 截止日期 | 保险账龄期限(天) | 清欠措施 | 特殊原因说明 |
    | --- | --- | --- | --- | --- |
    | 2025-09-29 | 2026-09-30 | 365 | | |

    正例：
    | 业务发生日期 | 截止日期 | 保险账龄期限(天) | 清欠措施 | 特殊原因说明 |
    | --- | --- | --- | --- | --- |
    | 2025-09-30 | 2026-09-30 | 365 | | |
    | 2025-09-29 | 2026-09-30 | 365 | 已发律师函 | |

    参数：age_basis（账龄口径）

    局限：只看是否填写了措施，不判断措施是否有效；有特殊原因说明和批准人的，列为已说明。
    """
    age = ages(stack, params)
    live = live_claims(stack)
    bad = live & (age.left < 0) & stack.blank("measure")
    for name in AGE_BASES.values():
        yield Flagged(
            bad & (age.by == name),
            figures=_age_figures(age, name),
            related=(name, "special_reason", "reason_by"),
        )
    yield Unjudged(live & age.unsure, NO_BASIS)


@rule("CRD006")
def crd006(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """超过账龄期限或额度而无人负责

    依据：超过保险账龄期限或额度又无特殊原因的，由经办人和责任人承担责任并负责收回（F-30），须填明责任人。

    错例：
    | 情形 | 特殊原因说明 | 特殊原因批准人 | 责任人 |
    | --- | --- | --- | --- |
    | 账龄超过期限 1 天 | 客户停产 | | |

    正例：
    | 情形 | 特殊原因说明 | 特殊原因批准人 | 责任人 |
    | --- | --- | --- | --- |
    | 账龄超过期限 1 天 | 客户停产 | 高远 | |
    | 欠款超过额度 | | | 陈刚 |

    参数：age_basis（账龄口径）

    局限：说明和批准人两项都填写才算有特殊原因。
    """
    age, used = ages(stack, params), limits(stack)
    open_ = live_claims(stack) & ~explained(stack) & stack.blank("responsible")
    yield from past_age_or_limit(open_, age, used)


@rule("CRD007")
def crd007(stack: Stack, _params: Params) -> Flagged:
    """授信已到期而仍有欠款

    依据：授信和保险期限应与欠款相适应（F-27）；授信到期后应续批或收回欠款。

    错例：截止日期 2026-09-30
    | 授信到期日 | 该客户或合同的账面余额 |
    | --- | --- |
    | 2026-09-29 | 600.00 |

    正例：截止日期 2026-09-30
    | 授信到期日 | 该客户或合同的账面余额 |
    | --- | --- |
    | 2026-09-30 | 600.00 |
    | 2026-09-29 | 0.00 |

    参数：无

    局限：合同编号空白的授信按客户全部欠款计。
    """
    claims = stack.partner("receivables")
    live = live_claims(claims)
    worth = still_owed(claims.frame).where(live)
    whole = stack.blank("contract_id")
    one, many = {"debtor": "debtor", "contract_id": "contract_id"}, {"debtor": "debtor"}
    owed = np.where(whole, stack.total_of(claims, worth, many), stack.total_of(claims, worth, one))
    some = np.where(whole, stack.total_of(claims, live, many), stack.total_of(claims, live, one)) > 0
    ended = days_of(stack, "valid_to") < today_of(stack)
    return Flagged(ended & some, figures={"as_of": stack.as_of, "owed": Money(owed)})


@rule("CRD008")
def crd008(stack: Stack, _params: Params) -> list[Flagged]:
    """保险额度大于授信额度，或授信期限颠倒

    依据：保险额度在授信额度之内确立，授信有起止期限（F-27）。

    错例：
    | 授信额度 | 保险额度 | 授信起始日 | 授信到期日 |
    | --- | --- | --- | --- |
    | 1,000,000.00 | 1,000,000.01 | 2026-01-01 | 2026-12-31 |
    | 1,000,000.00 | 800,000.00 | 2026-01-01 | 2025-12-31 |

    正例：
    | 授信额度 | 保险额度 | 授信起始日 | 授信到期日 |
    | --- | --- | --- | --- |
    | 1,000,000.00 | 1,000,000.00 | 2026-01-01 | 2026-01-01 |

    参数：无

    局限：保险额度空白视为没有投保，不比较。
    """
    credit, insured = stack["credit_limit"], stack["insured_limit"]
    start, end = days_of(stack, "valid_from"), days_of(stack, "valid_to")
    return [
        Flagged(
            true(insured > credit) & stack.differs(insured, credit),
            field="insured_limit",
            figures={"problem": Text("大于授信额度", "is over the credit limit"), "than": Money(credit)},
            related=("credit_limit",),
        ),
        Flagged(
            end < start,
            field="valid_to",
            figures={"problem": Text("早于授信起始日", "is before the first day,"), "than": start},
            related=("valid_from",),
        ),
    ]
