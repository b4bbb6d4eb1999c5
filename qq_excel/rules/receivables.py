"""REC: 应收账款明细表. Amounts are whole cents; dates are compared as calendar days.

A claim is chased while it is live (``limitation.live_claims``): a balance over 0, not 已结清, not 已核销.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from qq_excel.language import Text, many
from qq_excel.policy import Params
from qq_excel.rules.answer import Flagged, Money
from qq_excel.rules.limitation import (
    SETTLED,
    days_between,
    days_of,
    live_claims,
    overdue,
    span,
    today_of,
)
from qq_excel.rules.mask import true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

#: Names shown in one message before 等 takes over.
_SHOWN = 5


@rule("REC001")
def rec001(stack: Stack, _params: Params) -> Flagged:
    """账面余额不等于原始金额减已收金额

    依据：财务与业务的账目应准确、完整、相互一致（C-5-2）；余额算错，账龄、额度和核销都跟着错。

    错例：
    | 原始金额 | 已收金额 | 账面余额 |
    | --- | --- | --- |
    | 1,000.00 | 400.00 | 650.00 |

    正例：
    | 原始金额 | 已收金额 | 账面余额 |
    | --- | --- | --- |
    | 1,000.00 | 400.00 | 600.00 |

    参数：无

    局限：差额不到本表金额单位的 0.01 时视为相等。
    """
    expected = stack["original"] - stack["received"]
    figures = {"original": Money(stack["original"]), "received": Money(stack["received"])}
    return Flagged(stack.differs("balance", expected), expected=expected, figures=figures)


@rule("REC002")
def rec002(stack: Stack, _params: Params) -> Flagged:
    """约定付款日早于业务发生日期

    依据：先有业务，后有付款期限；日期颠倒会使账龄和诉讼时效都算错（C-5-2）。

    错例：
    | 业务发生日期 | 约定付款日 |
    | --- | --- |
    | 2026-08-03 | 2026-08-02 |

    正例：
    | 业务发生日期 | 约定付款日 |
    | --- | --- |
    | 2026-08-03 | 2026-08-03 |

    参数：无

    局限：预收款项的付款日可以早于发货，请按合同约定的最后付款日填写。
    """
    occurred = days_of(stack, "occurred_on")
    return Flagged(days_of(stack, "due_on") < occurred, figures={"occurred_on": occurred})


@rule("REC003")
def rec003(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """已发生事项的日期晚于截止日期

    依据：截止日期之后的事项不属于本期，账目应准确（C-5-2）。

    错例：截止日期 2026-09-30
    | 业务发生日期 | 最近付款日 |
    | --- | --- |
    | 2026-08-03 | 2026-10-01 |

    正例：截止日期 2026-09-30
    | 业务发生日期 | 最近付款日 |
    | --- | --- |
    | 2026-08-03 | 2026-09-30 |

    参数：无

    局限：约定付款日、诉讼时效到期日、保证期间届满日可以晚于截止日期，不在此列。
    """
    for name in ("occurred_on", "last_paid_on", "confirmed_on", "dunned_on"):
        yield Flagged(days_of(stack, name) > today_of(stack), field=name, figures={"as_of": stack.as_of})


@rule("REC006")
def rec006(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """有余额而没有经办人或责任人

    依据：每笔欠款都要有具名的责任人（B-5-2）；超账龄、超额度时由经办人和责任人负责追回（F-30）。

    错例：
    | 账面余额 | 经办人 | 责任人 |
    | --- | --- | --- |
    | 600.00 | 刘洋 | |

    正例：
    | 账面余额 | 经办人 | 责任人 |
    | --- | --- | --- |
    | 600.00 | 刘洋 | 陈刚 |

    参数：无

    局限：不核对所填的人是否在职。
    """
    for name in ("handler", "responsible"):
        bad = true(stack["balance"] > 0) & stack.blank(name)
        yield Flagged(bad, field=name, figures={"balance": Money(stack["balance"])})


@rule("REC011")
def rec011(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """清欠状态与账面余额矛盾

    依据：不良资产一经结清即应封档（F-21），“已结清”必须余额为零；余额为零的应改为“已结清”或“已核销”。

    错例：
    | 账面余额 | 清欠状态 |
    | --- | --- |
    | 0.01 | 已结清 |
    | 0.00 | 追讨 |

    正例：
    | 账面余额 | 清欠状态 |
    | --- | --- |
    | 0.00 | 已结清 |
    | 0.00 | 已核销 |

    参数：无

    局限：“已核销”而账面仍有余额的由核销备查簿的规则检查。
    """
    owed = stack.differs("balance", 0)
    settled = stack.is_one_of("status", ["已结清"])
    yield Flagged(
        settled & owed,
        figures={"balance": Money(stack["balance"])},
        expected=Text("余额为 0，或改为其他状态", "a balance of 0, or another status"),
    )
    yield Flagged(
        stack.filled("balance") & ~owed & stack.filled("status") & ~stack.is_one_of("status", SETTLED),
        figures={"balance": Money(stack["balance"])},
        expected=Text("已结清或已核销", "已结清 or 已核销"),
    )


@rule("REC012")
def rec012(stack: Stack, _params: Params) -> Flagged:
    """已逾期而清欠状态仍为正常

    依据：即将超期的应预警（F-28），已经超期的应追讨（F-29）；逾期后状态不能仍是“正常”。

    错例：截止日期 2026-09-30
    | 约定付款日 | 账面余额 | 清欠状态 |
    | --- | --- | --- |
    | 2026-09-29 | 600.00 | 正常 |

    正例：截止日期 2026-09-30
    | 约定付款日 | 账面余额 | 清欠状态 |
    | --- | --- | --- |
    | 2026-09-29 | 600.00 | 追讨 |
    | 2026-09-30 | 600.00 | 正常 |

    参数：无

    局限：当日到期不算逾期。
    """
    bad = live_claims(stack) & overdue(stack) & stack.is_one_of("status", ["正常"])
    late = days_between(today_of(stack), days_of(stack, "due_on"))
    return Flagged(bad, figures={"due_on": days_of(stack, "due_on"), "days": late})


@rule("REC013")
def rec013(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """证件号码与债务人名称不是一一对应

    依据：应核实债务人的身份（G-11）；同一债务人写成几个名称，额度和账龄就会分散统计。

    错例：
    | 债务人名称 | 证件号码 |
    | --- | --- |
    | 青岛海川机械有限公司 | 91350100M000100Y43 |
    | 青岛海川机械公司 | 91350100M000100Y43 |

    正例：
    | 债务人名称 | 证件号码 |
    | --- | --- |
    | 青岛海川机械有限公司 | 91350100M000100Y43 |
    | 青岛海川机械有限公司 | 91350100M000100Y43 |

    参数：无

    局限：每种写法只在首次出现的行报告一次；个人重名是正常的，核实后可不改；没有证件号码的行不比较；证件号码的小写字母
    视同大写。
    """
    number, name = Text("证件号码", "The code"), Text("债务人名称", "The name")
    yield _variants(stack, "debtor_code", "debtor", number, Text("名称", "names"))
    yield _variants(stack, "debtor", "debtor_code", name, Text("证件号码", "codes"))


def _variants(stack: Stack, one: str, other: str, which: Text, what: Text) -> Flagged:
    """First rows of every (one, other) pair where the same *one* goes with several *other*."""
    pairs = stack.keyed([one, other])
    pairs["debtor_code"] = pairs["debtor_code"].str.upper()
    pairs["row"] = np.arange(len(stack))
    pairs = pairs[stack.filled(one) & stack.filled(other)].drop_duplicates(["_sub", one, other])
    pairs = pairs[pairs.duplicated(["_sub", one], keep=False)]
    bad = np.zeros(len(stack), dtype=bool)
    listed = np.full(len(stack), None, dtype=object)
    counts = np.zeros(len(stack), dtype=np.int64)
    if len(pairs):
        groups = pairs.groupby(["_sub", one], sort=False)
        shown = pairs[groups.cumcount() < _SHOWN].groupby(["_sub", one], sort=False)[other].agg("、".join)
        at = pairs["row"].to_numpy()
        bad[at] = True
        counts[at] = groups[other].transform("size").to_numpy()
        listed[at] = shown.reindex(pd.MultiIndex.from_frame(pairs[["_sub", one]])).to_numpy(object)
    figures = {"which": which, "what": what, "list": listed, "count": counts}
    return Flagged(bad, field=one, related=(other,), figures=figures)


@rule("REC014")
def rec014(stack: Stack, _params: Params) -> Flagged:
    """已提坏账准备大于账面余额

    依据：坏账准备不能超过债权本身（F-4）。

    错例：
    | 账面余额 | 已提坏账准备 |
    | --- | --- |
    | 600.00 | 600.01 |

    正例：
    | 账面余额 | 已提坏账准备 |
    | --- | --- |
    | 600.00 | 600.00 |

    参数：无

    局限：贷方余额（负数）视为余额 0。
    """
    ceiling = stack["balance"].clip(lower=0)
    bad = stack.differs("provision", ceiling) & true(stack["provision"] > ceiling)
    return Flagged(bad, expected=ceiling, figures={"balance": Money(stack["balance"])})


@rule("REC015")
def rec015(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """币种与汇率不符

    依据：外币债权要按汇率折算成人民币入账，人民币债权汇率为 1（F-4）；本表金额都是折算后的人民币，汇率说明是怎样
    折算的。

    错例：
    | 币种 | 汇率 |
    | --- | --- |
    | USD | |
    | CNY | 7.12 |

    正例：
    | 币种 | 汇率 |
    | --- | --- |
    | USD | 7.12 |
    | CNY | |
    | CNY | 1 |

    参数：无

    局限：币种留空视为人民币（CNY）；不核对汇率是否为当日牌价，也看不出金额是否已经折算。
    """
    rate = stack["fx_rate"].to_numpy(dtype="float64", na_value=np.nan)
    home = stack.blank("currency") | stack.is_one_of("currency", ["CNY"])
    figures = {"currency": stack["currency"].fillna("CNY")}
    above = Text("大于 0 的折算汇率", "the rate of conversion, over 0")
    yield Flagged(~home & ~(rate > 0), figures=figures, expected=above)
    one = Text("1 或留空", "1 or blank")
    yield Flagged(home & ~np.isnan(rate) & (rate != 1), figures=figures, expected=one)


@rule("REC016")
def rec016(stack: Stack, _params: Params) -> Flagged:
    """账面余额为负数

    依据：收款多于应收的部分是预收，应列入预收账款，否则账目不准确（C-5-2），其他债权的合计也被冲低。

    错例：
    | 原始金额 | 已收金额 | 账面余额 |
    | --- | --- | --- |
    | 1,000.00 | 1,200.00 | -200.00 |

    正例：
    | 原始金额 | 已收金额 | 账面余额 |
    | --- | --- | --- |
    | 1,000.00 | 1,000.00 | 0.00 |

    参数：无

    局限：未分配的收款和退货冲减请另立一栏，不要记入某一账龄段。
    """
    return Flagged(true(stack["balance"] < 0) & stack.differs("balance", 0))


@rule("REC021")
def rec021(stack: Stack, params: Params) -> Iterator[Flagged]:
    """有争议而未写原因，或争议久拖未决

    依据：发现的问题应及时处理（C-5-3）；有争议的债权要写明原因，才能分清是质量、数量还是结算的问题。

    错例：截止日期 2026-09-30，时限 60 天
    | 约定付款日 | 是否争议 | 争议原因 |
    | --- | --- | --- |
    | 2026-09-01 | 是 | |
    | 2026-07-31 | 是 | 数量不符 |

    正例：截止日期 2026-09-30，时限 60 天
    | 约定付款日 | 是否争议 | 争议原因 |
    | --- | --- | --- |
    | 2026-08-01 | 是 | 数量不符 |

    参数：dispute_answer_days（争议处理时限）

    局限：表中没有争议提出日期，时限从约定付款日起算；到期前提出的争议从到期日起才计时。
    """
    disputed = stack.is_one_of("disputed", ["是"])
    yield Flagged(
        disputed & stack.blank("dispute_reason"), field="dispute_reason", related=("disputed",),
        figures={"state": Text("但没有填写争议原因", "but no reason is given"), "days": ""},
        expected=Text("争议的原因", "the reason of the dispute"),
    )  # fmt: skip
    limit = params.count("dispute_answer_days")
    due, today = days_of(stack, "due_on"), today_of(stack)
    state = Text(
        f"处理时限为 {limit} 天，自约定付款日起已过天数：",
        f"to be settled within {many(limit, 'day')} of the due date; days passed: ",
    )
    old = disputed & live_claims(stack) & (due + span(limit) < today)
    figures = {"state": state, "days": days_between(today, due)}
    yield Flagged(old, field="disputed", level="W", related=("due_on",), figures=figures)
