"""DSP: 抵债物品处置表, alone and against the count lists on which the goods stand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qq_excel.kinds.model import YES
from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.policy.calendar import Days, as_days
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.exposure import days_from, whole_days
from qq_excel.rules.limitation import days_of
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.partners import not_handed_in
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

_LIST = {"list_id": "list_id"}
_ITEM = {"list_id": "list_id", "item": "item"}


def _taken_in(booked: Days, approved: Days) -> Days:
    """When goods were taken in: 入账日期; while that is blank not before the approval (F-8)."""
    return np.where(np.isnat(booked), approved, booked)


def _over(left: object, right: object) -> Mask:
    """Whether one quantity is over another by more than the noise of decimals."""
    a, b = np.asarray(left, dtype="float64"), np.asarray(right, dtype="float64")
    over: Mask = a - b > 1e-6 + 1e-12 * np.abs(b)
    return over


@rule("DSP001")
def dsp001(stack: Stack, _params: Params) -> Flagged:
    """处置单位不是收取物品的单位

    依据：按“谁抵债、谁变现”的原则，由收取物品的单位负责变现（F-11）。

    错例：
    | 表 | 清单编号 | 单位 |
    | --- | --- | --- |
    | 财务存货盘点表 | PD-0001 | 华东分公司 |
    | 抵债物品处置表 | PD-0001 | 华南分公司 |

    正例：
    | 表 | 清单编号 | 单位 |
    | --- | --- | --- |
    | 财务存货盘点表 | PD-0001 | 华东分公司 |
    | 抵债物品处置表 | PD-0001 | 华东分公司 |

    参数：无

    局限：名称逐字比较，简称与全称视为不同；清单查不到的由 DSP006 报告。
    """
    theirs = stack.look_up(stack.partner("inventory_count"), _LIST, ["unit"])["unit"]
    other = stack.filled("unit") & true(theirs.notna()) & true(stack["unit"] != theirs)
    return Flagged(other, expected=theirs, figures={"list": stack["list_id"]})


@rule("DSP002")
def dsp002(stack: Stack, _params: Params) -> Flagged:
    """处置价款低于抵偿债权而没有按降价处理

    依据：抵债物品变现原则上不得低于抵偿的债权，低于的须按降价程序鉴定、报告、报批（F-11）。

    错例：
    | 抵偿债权金额 | 处置价款 | 是否降价 |
    | --- | --- | --- |
    | 500.00 | 499.99 | 否 |

    正例：
    | 抵偿债权金额 | 处置价款 | 是否降价 |
    | --- | --- | --- |
    | 500.00 | 500.00 | 否 |
    | 500.00 | 400.00 | 是 |

    参数：无

    局限：抵偿债权金额是本次处置数量对应的份额，由填报单位分摊，本规则不核对分摊是否合理。
    """
    share, proceeds = stack["settled_debt"], stack["proceeds"]
    below = true(proceeds < share) & stack.differs(proceeds, share)
    figures = {"share": Money(share), "proceeds": Money(proceeds), "short": Money(share - proceeds)}
    return Flagged(below & ~stack.is_one_of("reduced", [YES]), expected=YES, figures=figures)


@rule("DSP003")
def dsp003(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """降价处置的手续不全

    依据：降价须先做质量鉴定，以书面报告说明原因和理由，报总经理批准（F-11），缺一不可。

    错例：
    | 是否降价 | 降价原因 | 鉴定意见书编号 | 书面报告编号 | 总经理批准文号 | 批准日期 |
    | --- | --- | --- | --- | --- | --- |
    | 是 | 受潮贬值 | JD-0002 | | PF-0002 | 2026-09-26 |

    正例：
    | 是否降价 | 降价原因 | 鉴定意见书编号 | 书面报告编号 | 总经理批准文号 | 批准日期 |
    | --- | --- | --- | --- | --- | --- |
    | 是 | 受潮贬值 | JD-0002 | BG-0001 | PF-0002 | 2026-09-26 |

    参数：无

    局限：只看各项是否填写，不核对文件；价款低于债权而没有填“是”的由 DSP002 报告。
    """
    reduced = stack.is_one_of("reduced", [YES])
    for name in ("reduction_reason", "appraisal_no", "report_no", "approval_no", "approved_on"):
        yield Flagged(reduced & stack.blank(name), field=name)


@rule("DSP004")
def dsp004(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """处置早于批准或早于物品入账

    依据：按批准的报告处置抵债物品并入账（F-12），降价须先经批准（F-11）；没有收进来的物品谈不上处置。

    错例：
    | 物品入账日期 | 批准日期 | 处置日期 |
    | --- | --- | --- |
    | 2026-09-20 | 2026-09-26 | 2026-09-25 |
    | 2026-09-26 | | 2026-09-25 |

    正例：
    | 物品入账日期 | 批准日期 | 处置日期 |
    | --- | --- | --- |
    | 2026-09-25 | 2026-09-25 | 2026-09-25 |

    参数：无

    局限：同一天办理视为顺序正确；盘点表的入账日期空白时，以以物抵债的批准日期为准；没有填批准日期的处置只与入账
    日期比较，降价处置缺批准由 DSP003 报告。
    """
    disposed, approved = days_of(stack, "disposed_on"), days_of(stack, "approved_on")
    yield Flagged(
        disposed < approved, expected=approved, related=("approved_on",),
        figures={"step": Text("批准日期", "the approval")},
    )  # fmt: skip
    rows = ~np.isnat(disposed)
    yield from not_handed_in(stack, params, "inventory_count", rows)
    if not stack.beside("inventory_count").any():
        return
    theirs = stack.look_up(stack.partner("inventory_count"), _ITEM, ["booked_on", "approved_on"])
    taken = _taken_in(*(as_days(theirs[n].to_numpy()) for n in ("booked_on", "approved_on")))
    yield Flagged(
        disposed < taken, expected=taken, related=("list_id", "item"),
        figures={"step": Text("物品入账日期", "the taking in")},
    )  # fmt: skip


@rule("DSP005")
def dsp005(stack: Stack, _params: Params) -> Flagged:
    """累计处置数量超过实盘数量

    依据：按批准的报告处置并入账（F-12）；同一物品所有处置合计不能多于盘点收到的数量。

    错例：实盘数量 10
    | 处置编号 | 物品名称 | 处置数量 |
    | --- | --- | --- |
    | CZ-0001 | 轴承 | 6 |
    | CZ-0002 | 轴承 | 5 |

    正例：实盘数量 10
    | 处置编号 | 物品名称 | 处置数量 |
    | --- | --- | --- |
    | CZ-0001 | 轴承 | 6 |
    | CZ-0002 | 轴承 | 4 |

    参数：无

    局限：按清单编号和物品名称对应；处置后重新盘点的，盘点表应保留原清单的实盘数量。
    """
    there = stack.partner("inventory_count")
    known = true(stack.look_up(there, _ITEM, [])["_found"])
    counted = stack.total_of(there, there["counted_qty"], _ITEM)
    total = stack.total_of(stack, stack["qty"], _ITEM)
    figures = {
        "list": stack["list_id"], "item": stack["item"], "total": total.round(6),
        "counted": counted.round(6), "over": (total - counted).round(6),
    }  # fmt: skip
    return Flagged(known & stack.filled("qty") & _over(total, counted), figures=figures)


@rule("DSP006")
def dsp006(stack: Stack, _params: Params) -> list[Flagged]:
    """处置的清单或物品在盘点表中查不到

    依据：按批准的报告处置（F-12），处置的物品须在财务存货盘点表中。

    错例：盘点表只有 PD-0001 的轴承
    | 清单编号 | 物品名称 |
    | --- | --- |
    | PD-0009 | 轴承 |
    | PD-0001 | 机床 |

    正例：盘点表只有 PD-0001 的轴承
    | 清单编号 | 物品名称 |
    | --- | --- |
    | PD-0001 | 轴承 |

    参数：无

    局限：清单编号和物品名称逐字比较；规格型号不比较。
    """
    there = stack.partner("inventory_count")
    listed = true(stack.look_up(there, _LIST, [])["_found"])
    found = true(stack.look_up(there, _ITEM, [])["_found"])
    no_list = Text("盘点表中没有这份清单", "there is no such count list")
    no_item = Text("清单中没有这种物品", "the list has no such goods")
    figures = {"list": stack["list_id"]}
    return [
        Flagged(stack.filled("list_id") & ~listed, field="list_id", figures={**figures, "problem": no_list}),
        Flagged(
            stack.filled("item") & listed & ~found, field="item", figures={**figures, "problem": no_item}
        ),
    ]


@rule("DSP007")
def dsp007(stack: Stack, _params: Params) -> Flagged:
    """处置没有入账凭证

    依据：处置抵债物品须入账（F-12）。

    错例：
    | 处置编号 | 入账凭证号 |
    | --- | --- |
    | CZ-0001 | |

    正例：
    | 处置编号 | 入账凭证号 |
    | --- | --- |
    | CZ-0001 | 记-0123 |

    参数：无

    局限：只看是否填写，不核对凭证。
    """
    return Flagged(stack.blank("voucher_no"))


@rule("DSP008")
def dsp008(stack: Stack, params: Params) -> Flagged:
    """抵债物品收取后长期没有处置完

    依据：收取物品的单位负责变现（F-11），积压会贬值，应在期限内处置。

    错例：截止日期 2026-09-30，期限 365 天
    | 入账日期 | 实盘数量 | 已处置数量 |
    | --- | --- | --- |
    | 2025-09-29 | 10 | 9 |

    正例：截止日期 2026-09-30，期限 365 天
    | 入账日期 | 实盘数量 | 已处置数量 |
    | --- | --- | --- |
    | 2025-09-30 | 10 | 0 |
    | 2025-09-29 | 10 | 10 |

    参数：dispose_within_days（抵债物品变现期限）

    局限：逐项物品报告尚余的数量；入账日期空白的从批准日期起算；截止日期之后的处置不计；长期自用的请登记为自用处置。
    """
    most = params.count("dispose_within_days")
    sold = stack.partner("disposals")
    by_then = ~(days_of(sold, "disposed_on") > np.datetime64(stack.as_of, "D"))
    gone = stack.total_of(sold, sold["qty"].where(by_then), _ITEM)
    counted = stack["counted_qty"].to_numpy(dtype="float64", na_value=np.nan)
    since = _taken_in(days_of(stack, "booked_on"), days_of(stack, "approved_on"))
    age = days_from(since, stack)
    figures = {
        "list": stack["list_id"], "since": since, "age": whole_days(age), "most": most,
        "left": (counted - gone).round(6),
    }  # fmt: skip
    return Flagged((age > most) & _over(counted, gone), figures=figures)
