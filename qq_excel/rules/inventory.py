"""INV: 财务存货盘点表（以物抵债）. 抵偿债权金额 belongs to a whole list and stands on each of its rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.reading.model import FootEntry, Table
from qq_excel.rules.answer import Flagged, Money, Spot
from qq_excel.rules.exposure import days_from, whole_days
from qq_excel.rules.limitation import days_of
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

_KEEPER, _RECEIVER = "保管人", "验收人"
_NAME, _DATE = Text("姓名", "name"), Text("日期", "date")
_BOTH = Text("姓名和日期", "name and date")


def _first_of_list(stack: Stack) -> Mask:
    """The first row of each list: what belongs to the list is counted there, once."""
    return ~true(stack.keyed(["list_id"]).duplicated()) & stack.filled("list_id")


@rule("INV001")
def inv001(stack: Stack, _params: Params) -> list[Flagged]:
    """抵债物品没有鉴定

    依据：以物抵债无论金额大小，都须由技术工程部组织鉴定（F-8），编号、日期、价值缺一不可。

    错例：
    | 鉴定意见书编号 | 鉴定日期 | 鉴定价值 |
    | --- | --- | --- |
    | JD-0001 | 2026-09-10 | |

    正例：
    | 鉴定意见书编号 | 鉴定日期 | 鉴定价值 |
    | --- | --- | --- |
    | JD-0001 | 2026-09-10 | 600.00 |

    参数：无

    局限：鉴定价值为 0 视为已鉴定。
    """
    return [
        Flagged(stack.blank(name), field=name) for name in ("appraisal_no", "appraised_on", "appraised_value")
    ]


@rule("INV002")
def inv002(stack: Stack, _params: Params) -> list[Flagged]:
    """没有按鉴定、批准、入账的顺序办理

    依据：先鉴定，经总经理批准后方可实施（F-8），再按批准的鉴定报告入账（F-10）。

    错例：
    | 鉴定日期 | 批准日期 | 入账日期 |
    | --- | --- | --- |
    | 2026-09-10 | 2026-09-09 | 2026-09-25 |

    正例：
    | 鉴定日期 | 批准日期 | 入账日期 |
    | --- | --- | --- |
    | 2026-09-10 | 2026-09-10 | |

    参数：无

    局限：同一天办理视为顺序正确；入账日期空白视为尚未入账。
    """
    appraised, approved, booked = (days_of(stack, n) for n in ("appraised_on", "approved_on", "booked_on"))
    by_approval = ~np.isnat(approved)
    after_approval, after_appraisal = Text("批准日期", "the approval"), Text("鉴定日期", "the appraisal")
    return [
        Flagged(
            approved < appraised, field="approved_on", expected=appraised,
            figures={"step": after_appraisal}, related=("appraised_on",),
        ),
        Flagged(
            by_approval & (booked < approved), field="booked_on", expected=approved,
            figures={"step": after_approval}, related=("approved_on",),
        ),
        Flagged(
            ~by_approval & (booked < appraised), field="booked_on", expected=appraised,
            figures={"step": after_appraisal}, related=("appraised_on",),
        ),
    ]  # fmt: skip


@rule("INV003")
def inv003(stack: Stack, _params: Params) -> Flagged:
    """没有总经理批准文号

    依据：以物抵债须经总经理批准后方可实施（F-8）。

    错例：
    | 清单编号 | 总经理批准文号 |
    | --- | --- |
    | PD-0001 | |

    正例：
    | 清单编号 | 总经理批准文号 |
    | --- | --- |
    | PD-0001 | PF-0001 |

    参数：无

    局限：只看是否填写，不核对文件本身。
    """
    return Flagged(stack.blank("approval_no"))


@rule("INV004")
def inv004(table: Table, _params: Params) -> Iterator[Spot]:
    """盘点表缺少签字或签字日期

    依据：盘点表由单位经理、财务主管、保管人、验收人签字（F-9）。

    错例：
    | 签字 | 姓名 | 日期 |
    | --- | --- | --- |
    | 保管人 | 马强 | |

    正例：
    | 签字 | 姓名 | 日期 |
    | --- | --- | --- |
    | 保管人 | 马强 | 2026-09-20 |

    参数：无

    局限：一张表一组签字，表内各清单共用；只看姓名和日期是否填写，不辨认笔迹。
    """
    for entry, there in _entries(table, "signatures"):
        name, on = (there.name, there.on) if there else (None, None)
        if name and on:
            continue
        missing = _DATE if name else _NAME if on else _BOTH
        yield _spot(there, entry, missing)


@rule("INV005")
def inv005(table: Table, _params: Params) -> Iterator[Spot]:
    """盘点表没有送达规定的部门

    依据：盘点表一式三份，分送财务部、技术工程部、清欠办（F-8、F-9）。

    错例：
    | 送达 | 日期 |
    | --- | --- |
    | 送达清欠办 | |

    正例：
    | 送达 | 日期 |
    | --- | --- |
    | 送达清欠办 | 2026-09-21 |

    参数：无

    局限：一张表一组送达记录，表内各清单共用；以填写的日期为准，不核对签收单。
    """
    for entry, there in _entries(table, "deliveries"):
        if there is None or there.on is None:
            yield _spot(there, entry, _DATE)


def _entries(table: Table, block: str) -> Iterator[tuple[str, FootEntry | None]]:
    """The entries that the kind asks for below its table, each with what stands there."""
    there = {f.entry: f for f in table.foot if f.block == block}
    for asked in table.kind.blocks:
        if asked.name == block:
            for entry in asked.entries:
                yield entry, there.get(entry)


def _spot(there: FootEntry | None, entry: str, missing: Text) -> Spot:
    figures = {"entry": entry, "missing": missing}
    if there is None:
        return Spot(header=entry, figures=figures)
    return Spot(row=there.row, column=there.column, header=entry, value=there.name, figures=figures)


@rule("INV006")
def inv006(stack: Stack, _params: Params) -> Flagged:
    """盈亏数量不等于实盘数量减账面数量

    依据：收到的物品应详细登记（F-9），数量要算对。

    错例：
    | 账面数量 | 实盘数量 | 盈亏数量 |
    | --- | --- | --- |
    | 10 | 9 | 0 |

    正例：
    | 账面数量 | 实盘数量 | 盈亏数量 |
    | --- | --- | --- |
    | 10 | 9 | -1 |

    参数：无

    局限：相差不到百万分之一个计量单位的视为相等。
    """
    expected = stack["counted_qty"] - stack["book_qty"]
    gap = (stack["difference_qty"] - expected).abs()
    figures = {"book": stack["book_qty"], "counted": stack["counted_qty"]}
    noise = 1e-6 + 1e-12 * (stack["counted_qty"].abs() + stack["book_qty"].abs())
    return Flagged(true(gap > noise), expected=expected.round(6), figures=figures)


@rule("INV007")
def inv007(stack: Stack, _params: Params) -> Flagged:
    """金额不等于实盘数量乘单价

    依据：收到的物品应详细登记（F-9），金额要算对。

    错例：
    | 实盘数量 | 单价 | 金额 |
    | --- | --- | --- |
    | 10 | 60.00 | 600.01 |

    正例：
    | 实盘数量 | 单价 | 金额 |
    | --- | --- | --- |
    | 10 | 60.00 | 600.00 |
    | 3.333 | 10.01 | 33.36 |

    参数：无

    局限：按金额单位四舍五入到两位小数比较，恰为半分的进位和舍去都可以。
    """
    product = stack["counted_qty"] * stack["unit_price"].astype("float64")
    gap = (stack["value"].astype("float64") - product).abs()
    step = stack.step
    # no more than what floats lose: at ten million yuan a billionth of the product is a cent
    bad = true(gap > step / 2 + 1e-15 * product.abs() + 1e-6)
    expected = np.floor(np.nan_to_num(product.to_numpy(dtype="float64") / step) + 0.5 + 1e-6) * step
    figures = {"counted": stack["counted_qty"], "price": Money(stack["unit_price"])}
    return Flagged(bad, expected=expected, figures=figures)


@rule("INV008")
def inv008(stack: Stack, _params: Params) -> Flagged:
    """清单的鉴定价值低于抵偿的债权

    依据：抵债物品变现原则上不低于抵偿的债权（F-11）；鉴定价值不足的部分，债务人仍应偿还。

    错例：
    | 清单编号 | 物品名称 | 抵偿债权金额 | 鉴定价值 |
    | --- | --- | --- | --- |
    | PD-0001 | 轴承 | 1,000.00 | 600.00 |
    | PD-0001 | 机床 | 1,000.00 | 399.99 |

    正例：
    | 清单编号 | 物品名称 | 抵偿债权金额 | 鉴定价值 |
    | --- | --- | --- | --- |
    | PD-0001 | 轴承 | 1,000.00 | 600.00 |
    | PD-0001 | 机床 | 1,000.00 | 400.00 |

    参数：无

    局限：一份清单只抵一笔债权，抵偿债权金额取清单的第一行；有物品未填鉴定价值的清单不判断，由 INV001 报告。
    """
    appraised = stack.summed(stack["appraised_value"].fillna(0), ["list_id"])
    whole = true(stack.summed(stack["appraised_value"].isna().astype("Int64"), ["list_id"]) == 0)
    debt = stack["settled_debt"]
    bad = _first_of_list(stack) & whole & true(appraised < debt) & stack.differs(appraised, debt)
    figures = {"list": stack["list_id"], "appraised": Money(appraised), "short": Money(debt - appraised)}
    return Flagged(bad, figures=figures)


@rule("INV009")
def inv009(stack: Stack, _params: Params) -> Flagged:
    """有盘盈盘亏而没有说明

    依据：收到的物品应详细登记（F-9）；实盘与账面不符的，须在备注说明原因。

    错例：
    | 账面数量 | 实盘数量 | 盈亏数量 | 备注 |
    | --- | --- | --- | --- |
    | 10 | 9 | -1 | |

    正例：
    | 账面数量 | 实盘数量 | 盈亏数量 | 备注 |
    | --- | --- | --- | --- |
    | 10 | 9 | -1 | 运输损坏一套 |

    参数：无

    局限：只看是否填写，不判断原因是否成立。
    """
    gap = stack["counted_qty"] - stack["book_qty"]
    differs = true(gap.abs() > 1e-6) | true(stack["difference_qty"].abs() > 1e-6)
    return Flagged(differs & stack.blank("remark"), figures={"gap": gap.round(6)})


@rule("INV010")
def inv010(stack: Stack, params: Params) -> Flagged:
    """盘点已过有效期

    依据：收到的物品应盘点登记（F-9）；盘点日期太早，数量和状况已不可靠。

    错例：截止日期 2026-09-30，有效期 92 天
    | 盘点日期 |
    | --- |
    | 2026-06-29 |

    正例：截止日期 2026-09-30，有效期 92 天
    | 盘点日期 |
    | --- |
    | 2026-06-30 |

    参数：count_max_age_days（盘点有效期）

    局限：已全部处置的物品不必再盘，请从本期盘点表中移出。
    """
    most = params.count("count_max_age_days")
    age = days_from(days_of(stack, "counted_on"), stack)
    return Flagged(age > most, figures={"age": whole_days(age), "most": most})


@rule("INV011")
def inv011(stack: Stack, _params: Params) -> list[Flagged]:
    """抵偿的债权不存在，或属于另一债务人

    依据：以物抵债是债务人以非货币资产清偿其债务（F-7），须对应到应收账款明细表中该债务人的债权。

    错例：
    | 盘点表的债权编号 | 盘点表的债务人 | 应收账款明细表的债务人 |
    | --- | --- | --- |
    | ZQ-9999 | 青岛海川机械有限公司 | （没有该债权） |
    | ZQ-0001 | 青岛海川重工有限公司 | 青岛海川机械有限公司 |

    正例：
    | 盘点表的债权编号 | 盘点表的债务人 | 应收账款明细表的债务人 |
    | --- | --- | --- |
    | ZQ-0001 | 青岛海川机械有限公司 | 青岛海川机械有限公司 |

    参数：无

    局限：名称逐字比较；第三人代为以物清偿的，债务人仍填原债务人。
    """
    theirs = stack.look_up(stack.partner("receivables"), {"claim_id": "claim_id"}, ["debtor"])
    found = true(theirs["_found"])
    debtor = theirs["debtor"]
    other = found & stack.filled("debtor") & true(stack["debtor"] != debtor) & true(debtor.notna())
    lacks = Text("应收账款明细表中没有这笔债权", "the receivables have no such claim")
    belongs = Text("该债权的债务人应为", "the debtor of this claim is ")
    return [
        Flagged(stack.filled("claim_id") & ~found, field="claim_id", figures={"problem": lacks, "whose": ""}),
        Flagged(other, field="debtor", expected=debtor, figures={"problem": belongs, "whose": debtor}),
    ]


@rule("INV012")
def inv012(stack: Stack, _params: Params) -> Flagged:
    """各清单合计抵偿超过债权原始金额

    依据：以物抵债用于清偿债务（F-7），同一债权所有清单合计不能抵偿得比债权还多。

    错例：
    | 清单编号 | 债权编号 | 抵偿债权金额 | 债权原始金额 |
    | --- | --- | --- | --- |
    | PD-0001 | ZQ-0001 | 600.00 | 1,000.00 |
    | PD-0002 | ZQ-0001 | 400.01 | 1,000.00 |

    正例：
    | 清单编号 | 债权编号 | 抵偿债权金额 | 债权原始金额 |
    | --- | --- | --- | --- |
    | PD-0001 | ZQ-0001 | 600.00 | 1,000.00 |
    | PD-0002 | ZQ-0001 | 400.00 | 1,000.00 |

    参数：无

    局限：每份清单的抵偿金额只计一次，取第一行；以前已收的现金不计。
    """
    claims = stack.partner("receivables")
    theirs = stack.look_up(claims, {"claim_id": "claim_id"}, ["original"])
    first = _first_of_list(stack)
    settled = stack.total_of(stack, stack["settled_debt"].where(first), {"claim_id": "claim_id"})
    limit = theirs["original"].to_numpy(dtype="float64", na_value=np.nan)
    step = np.maximum(stack.step, theirs["_step"].to_numpy())
    figures = {
        "claim": stack["claim_id"],
        "total": Money(settled),
        "original": Money(limit),
        "over": Money(settled - limit),
    }
    return Flagged(first & (settled - limit >= step), figures=figures)


@rule("INV013")
def inv013(table: Table, _params: Params) -> Iterator[Spot]:
    """保管人与验收人是同一人

    依据：盘点表由保管人、验收人分别签字（F-9），收与管应由不同的人负责。

    错例：
    | 保管人 | 验收人 |
    | --- | --- |
    | 马强 | 马强 |

    正例：
    | 保管人 | 验收人 |
    | --- | --- |
    | 马强 | 孙悦 |

    参数：无

    局限：按姓名比较，同名的两个人也会报告。
    """
    there = {f.entry: f for f in table.foot if f.block == "signatures"}
    keeper, receiver = there.get(_KEEPER), there.get(_RECEIVER)
    if keeper and receiver and keeper.name and receiver.name and _plain(keeper.name) == _plain(receiver.name):
        yield Spot(row=receiver.row, column=receiver.column, header=_RECEIVER, value=receiver.name)


def _plain(name: str) -> str:
    return "".join(name.split())


@rule("INV014")
def inv014(stack: Stack, _params: Params) -> Flagged:
    """入账金额与鉴定价值不符

    依据：财务部按批准的鉴定报告入账（F-10）。

    错例：
    | 鉴定价值 | 入账金额 |
    | --- | --- |
    | 600.00 | 500.00 |

    正例：
    | 鉴定价值 | 入账金额 |
    | --- | --- |
    | 600.00 | 600.00 |
    | 600.00 | |

    参数：无

    局限：入账金额空白视为尚未入账；相关税费计入成本的，请在备注说明。
    """
    booked, appraised = stack["booked_value"], stack["appraised_value"]
    return Flagged(
        stack.differs(booked, appraised), expected=appraised, figures={"gap": Money(booked - appraised)}
    )
