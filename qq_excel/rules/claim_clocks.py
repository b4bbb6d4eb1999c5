"""REC: the two clocks of a claim, ageing and limitation, and what keeps it alive: confirmation, dunning, guarantee.

Ageing runs from the date that the sheet's 账龄口径 names; limitation after the latest event that interrupts it.
Dates are compared as calendar days.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.language import Text, many
from qq_excel.policy import CannotJudge, Params
from qq_excel.policy.calendar import add_months, add_years, age_band_index, overdue_days, reached
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.limitation import (
    AGE_BASES,
    age_basis,
    ages_from,
    days_between,
    days_of,
    limitation,
    live_claims,
    overdue,
    running_claims,
    span,
    still_owed,
    today_of,
)
from qq_excel.rules.mask import true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack


@rule("REC004")
def rec004(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """账龄段与按账龄口径算出的不符

    依据：财务部门负责账龄分析（F-26）；账龄段填错，预警和计提都会出错。账龄按公历年计算，上限含当日：2022-03-01
    至 2025-03-01 恰为三年，仍属 2至3年。口径取表头“账龄口径”，表头没有的取制度参数。

    错例：截止日期 2025-03-01，口径为业务发生日
    | 业务发生日期 | 账龄段 |
    | --- | --- |
    | 2022-03-01 | 3至4年 |

    正例：截止日期 2025-03-01，口径为业务发生日
    | 业务发生日期 | 账龄段 |
    | --- | --- |
    | 2022-03-01 | 2至3年 |
    | 2022-02-28 | 3至4年 |

    参数：age_bands（账龄段）、age_basis（账龄口径）

    局限：按约定付款日计龄而尚未到期的归入第一段；账龄段不在列表内的由 CEL007 报告；起算日空白的不推算，
    业务发生日期晚于截止日期的由 REC003 报告。
    """
    bands = params.bands()
    names = np.array([*(b.name for b in bands), None], dtype=object)
    since, known = ages_from(stack, params)
    basis = age_basis(stack, params)
    index = age_band_index(since, stack.as_of, [b.years for b in bands if b.years is not None])
    index[(basis == "约定付款日") & (since > today_of(stack))] = 0
    expected = names[index]  # -1, no age, is the None at the end
    judged = (expected != None) & stack.is_one_of("age_band", [b.name for b in bands])  # noqa: E711 - per row
    yield Flagged(
        judged & true(stack["age_band"].to_numpy(object) != expected),
        expected=expected,
        figures={"basis": basis, "since": since, "as_of": stack.as_of},
    )
    if not known.all():
        words = "、".join(sorted(set(basis[~known].astype(str))))
        both = "、".join(AGE_BASES)
        why = Text(f"表头账龄口径“{words}”应为{both}之一", f"the ageing basis '{words}' is none of {both}")
        yield Unjudged(~known, why)


@rule("REC005")
def rec005(stack: Stack, _params: Params) -> Flagged:
    """逾期天数与约定付款日不符

    依据：逾期天数等于截止日期减约定付款日，未到期为 0，当日到期不算逾期（F-26）。

    错例：截止日期 2026-09-30
    | 约定付款日 | 逾期天数 |
    | --- | --- |
    | 2026-08-31 | 31 |

    正例：截止日期 2026-09-30
    | 约定付款日 | 逾期天数 |
    | --- | --- |
    | 2026-08-31 | 30 |
    | 2026-09-30 | 0 |

    参数：无

    局限：逾期天数留空的不检查；余额为零的债权填 0 也可以。
    """
    expected = overdue_days(days_of(stack, "due_on"), stack.as_of)
    stated = stack["overdue_days"].to_numpy(dtype="float64", na_value=np.nan)
    settled = ~true(stack["balance"] > 0) & stack.filled("balance") & (stated == 0)
    bad = ~np.isnan(stated) & ~np.isnan(expected) & (stated != expected) & ~settled
    return Flagged(bad, expected=expected, figures={"due_on": days_of(stack, "due_on"), "as_of": stack.as_of})


@rule("REC007")
def rec007(stack: Stack, params: Params) -> Flagged:
    """有余额而超过签认间隔未经书面签认

    依据：财务部门应定期让债务人书面签认，使债权保持可以主张的状态（F-26）。从最近签认日期起算；从未签认的，
    从业务发生日期起算。填有特殊原因说明和批准人的视为已说明。

    错例：截止日期 2026-09-30，间隔 12 个月
    | 业务发生日期 | 最近签认日期 |
    | --- | --- |
    | 2024-05-01 | 2025-09-29 |

    正例：截止日期 2026-09-30，间隔 12 个月
    | 业务发生日期 | 最近签认日期 |
    | --- | --- |
    | 2024-05-01 | 2025-09-30 |
    | 2026-03-01 | |

    参数：confirm_every_months（书面签认间隔）

    局限：只看填写的日期，不核对签认凭证本身。
    """
    months = params.count("confirm_every_months")
    occurred, confirmed = days_of(stack, "occurred_on"), days_of(stack, "confirmed_on")
    last = np.fmax(occurred, confirmed)  # one of them may be blank
    due = add_months(last, months)
    event = _either(last == confirmed, Text("最近签认", "last confirmed"), Text("业务发生", "arose"))
    return Flagged(
        live_claims(stack) & (due < today_of(stack)),
        figures={
            "balance": Money(still_owed(stack.frame)),
            "event": event,
            "last": last,
            "months": months,
            "due": due,
        },
    )


def _either(mask: npt.NDArray[np.bool_], yes: Any, no: Any) -> npt.NDArray[np.object_]:
    out = np.empty(len(mask), dtype=object)
    out[mask], out[~mask] = yes, no
    return out


@rule("REC008")
def rec008(stack: Stack, params: Params) -> Flagged:
    """诉讼时效即将届满

    依据：财务部门应掌握诉讼时效（F-26）。时效三年，自约定付款日起算；付款、签认、书面催收各使其重新起算，期满后
    发生的不再重算；首日不计，末日遇休假日顺延（民法典第188、195、201至203条）。按填写的事项推算，不是法律意见。

    错例：截止日期 2026-09-30，提前 90 天
    | 约定付款日 | 最近付款日 | 最近书面催收日期 | 推算的届满日 |
    | --- | --- | --- | --- |
    | 2023-11-30 | | | 2026-11-30 |

    正例：截止日期 2026-09-30，提前 90 天
    | 约定付款日 | 最近付款日 | 最近书面催收日期 | 推算的届满日 |
    | --- | --- | --- | --- |
    | 2023-11-30 | | 2026-09-10 | 2029-09-10 |

    参数：limitation_lead_days（提前天数）、limitation_years（时效年数）、limitation_max_years（最长保护期间）

    局限：清欠状态为“诉讼”的债权时效已因起诉中断，不在此列，其期限见《诉讼及风险事件登记表》；分期债务请填最后一期的
    约定付款日；每类事项只填最近一次，更早的中断看不到，推算可能偏早；签认属弱证据（见 REC022）。
    """
    lead = params.count("limitation_lead_days")
    end, today = limitation(stack, params), today_of(stack)
    bad = running_claims(stack) & (end >= today) & (end <= today + span(lead))
    figures = {"end": end, "days": days_between(end, today), "balance": Money(still_owed(stack.frame))}
    return Flagged(bad, figures=figures)


@rule("REC009")
def rec009(stack: Stack, params: Params) -> Flagged:
    """诉讼时效已届满而仍有余额

    依据：财务部门应掌握诉讼时效，使债权保持可以主张的状态（F-26）。届满后债务人可以拒绝履行，但债权并未消灭：
    债务人重新承诺或在催款通知上签字的仍可主张（民法典第192、193条）。按填写的事项推算，不是法律意见。

    错例：截止日期 2026-09-30
    | 约定付款日 | 最近付款日 | 最近书面催收日期 | 推算的届满日 |
    | --- | --- | --- | --- |
    | 2023-09-28 | | | 2026-09-28 |

    正例：截止日期 2026-09-30
    | 约定付款日 | 最近付款日 | 最近书面催收日期 | 推算的届满日 |
    | --- | --- | --- | --- |
    | 2023-09-28 | 2024-03-01 | | 2027-03-01 |

    参数：limitation_years（时效年数）、limitation_max_years（最长保护期间）

    局限：清欠状态为“诉讼”的债权时效已因起诉中断，不在此列，其期限见《诉讼及风险事件登记表》；每类事项只填最近一次，
    更早的中断看不到，推算可能偏早；届满不等于无法收回，也不等于可以核销。
    """
    end, today = limitation(stack, params), today_of(stack)
    bad = running_claims(stack) & (end < today)
    figures = {"end": end, "days": days_between(today, end), "balance": Money(still_owed(stack.frame))}
    return Flagged(bad, figures=figures)


@rule("REC010")
def rec010(stack: Stack, params: Params) -> Flagged:
    """诉讼时效到期日与推算的不符

    依据：诉讼时效应按约定付款日和中断事项推算（F-26；民法典第188、195、203条），不能任意填写。

    错例：
    | 约定付款日 | 最近书面催收日期 | 诉讼时效到期日 |
    | --- | --- | --- |
    | 2025-03-31 | 2026-09-10 | 2028-03-31 |

    正例：
    | 约定付款日 | 最近书面催收日期 | 诉讼时效到期日 |
    | --- | --- | --- |
    | 2025-03-31 | 2026-09-10 | 2029-09-10 |

    参数：limitation_years（时效年数）、limitation_max_years（最长保护期间）

    局限：留空的不检查；余额为零、已结清、已核销和“诉讼”状态的债权不检查（后者见《诉讼及风险事件登记表》）；
    尚未公布放假安排的年份只按周末顺延。
    """
    end, stated = limitation(stack, params), days_of(stack, "limitation_on")
    bad = running_claims(stack) & ~np.isnat(stated) & ~np.isnat(end) & (stated != end)
    return Flagged(bad, expected=end)


@rule("REC017")
def rec017(stack: Stack, params: Params) -> Flagged:
    """逾期已达核销审查年限

    依据：债务人长期（一般三年以上）未履行、且有充分证据证明无法收回的，可以确认坏账（F-14-3）；“以上”含本数
    （民法典第1259条），满三年的当日即可审查。

    错例：截止日期 2025-03-01
    | 约定付款日 | 账面余额 |
    | --- | --- |
    | 2022-03-01 | 600.00 |

    正例：截止日期 2025-03-01
    | 约定付款日 | 账面余额 |
    | --- | --- |
    | 2022-03-02 | 600.00 |

    参数：write_off_years（逾期年限）

    局限：只说明年限已到，证据是否充分由核销规则检查；不代表必须核销。
    """
    years = params.count("write_off_years")
    due = days_of(stack, "due_on")
    return Flagged(
        live_claims(stack) & reached(due, years, stack.as_of),
        figures={"years": years, "reached": add_years(due, years), "balance": Money(still_owed(stack.frame))},
    )


@rule("REC018")
def rec018(stack: Stack, params: Params) -> Flagged:
    """已提坏账准备低于账龄段的计提比例

    依据：财务部门制定并执行会计政策（F-4）；计提比例由企业自定，本规则默认停用，设定比例后启用。

    错例：1至2年计提 10%
    | 账面余额 | 账龄段 | 已提坏账准备 |
    | --- | --- | --- |
    | 600.00 | 1至2年 | 59.99 |

    正例：1至2年计提 10%
    | 账面余额 | 账龄段 | 已提坏账准备 |
    | --- | --- | --- |
    | 600.00 | 1至2年 | 60.00 |

    参数：provision_rates（计提比例）、age_bands（账龄段）

    局限：按填写的账龄段计算，账龄段是否正确见 REC004；单项计提多于比例的不报告。
    """
    rates = params.rates("provision_rates")
    without = [name for name in params.words("age_bands") if name not in rates]
    if without:
        names = "、".join(without)
        raise CannotJudge(Text(f"计提比例缺少账龄段：{names}", f"provision_rates has no rate for {names}"))
    rate = stack["age_band"].map(rates).to_numpy(dtype="float64", na_value=np.nan)
    balance = stack["balance"].to_numpy(dtype="float64", na_value=np.nan)
    # half a cent is rounded up; the tiny amount keeps 0.1 * 15 from falling just short of it
    due = pd.Series(np.floor(balance * rate + 0.5 + 1e-6)).astype("Int64")
    held = stack["provision"].fillna(0)
    bad = live_claims(stack) & stack.differs(held, due) & true(held < due)
    percent = stack["age_band"].map({name: f"{r * 100:.6g}%" for name, r in rates.items()})
    figures = {"band": stack["age_band"], "rate": percent, "balance": Money(stack["balance"])}
    return Flagged(bad, expected=due, figures={**figures, "short": Money(due - held)})


@rule("REC019")
def rec019(stack: Stack, params: Params) -> Flagged:
    """已逾期或追讨中而超过催收间隔未书面催收

    依据：应以书面或电话督促付款（B-4-3），以电话、信函、上门等方式催收（H-6）；书面催收才能证明时效中断。
    从最近一次书面催收起算，逾期后从未催收的从约定付款日起算。

    错例：截止日期 2026-09-30，间隔 90 天
    | 约定付款日 | 清欠状态 | 最近书面催收日期 |
    | --- | --- | --- |
    | 2026-03-01 | 追讨 | 2026-07-01 |

    正例：截止日期 2026-09-30，间隔 90 天
    | 约定付款日 | 清欠状态 | 最近书面催收日期 |
    | --- | --- | --- |
    | 2026-03-01 | 追讨 | 2026-07-02 |
    | 2026-08-01 | 预警 | |

    参数：dun_every_days（书面催收间隔）

    局限：只看台账填写的日期，是否签收见催收记录；到期之前的催收不缩短逾期后的间隔。
    """
    every = params.count("dun_every_days")
    due, dunned = days_of(stack, "due_on"), days_of(stack, "dunned_on")
    late = overdue(stack)
    last = np.where(late | np.isnat(dunned), np.fmax(due, dunned), dunned)
    asked = live_claims(stack) & (late | stack.is_one_of("status", ["追讨"]))
    today = today_of(stack)
    demand, fell_due = Text("最近书面催收", "the last written demand"), Text("约定付款日", "the due date")
    event = _either(last == dunned, demand, fell_due)
    return Flagged(
        asked & (last + span(every) < today),
        figures={"event": event, "last": last, "days": days_between(today, last), "every": every},
    )


@rule("REC020")
def rec020(stack: Stack, params: Params) -> Iterator[Flagged]:
    """保证期间即将届满或已届满

    依据：财务部门应使债权保持可以主张的状态（F-26）。未约定保证期间的为主债务履行期届满之日起六个月，不因任何事项
    中断或延长（民法典第692条），比诉讼时效到期更早。

    错例：截止日期 2026-09-30，提前 90 天
    | 担保方式 | 约定付款日 | 保证期间届满日 |
    | --- | --- | --- |
    | 保证 | 2026-06-29 | |

    正例：截止日期 2026-09-30，提前 90 天
    | 担保方式 | 约定付款日 | 保证期间届满日 |
    | --- | --- | --- |
    | 保证 | 2026-06-29 | 2027-06-29 |
    | 抵押 | 2026-06-29 | |

    参数：guarantee_months（未约定时的保证期间）、limitation_lead_days（提前天数）

    局限：不知道是否已向保证人主张权利；已主张的，请把保证人的诉讼时效另行管理。
    """
    months, lead = params.count("guarantee_months"), params.count("limitation_lead_days")
    stated, today = days_of(stack, "guarantee_until"), today_of(stack)
    end = np.where(np.isnat(stated), add_months(days_of(stack, "due_on"), months), stated)
    held = live_claims(stack) & stack.is_one_of("security", ["保证"])
    source = _either(
        np.isnat(stated),
        Text(
            f"未约定，按约定付款日后 {months} 个月",
            f"none agreed: {many(months, 'month')} after the due date",
        ),
        Text("约定", "as agreed"),
    )
    over = end < today
    figures = {"end": end, "source": source, "days": np.abs(days_between(today, end))}
    yield Flagged(held & over, figures={**figures, "state": Text("已届满", "is over")})
    soon = ~over & (end <= today + span(lead))
    yield Flagged(held & soon, figures={**figures, "state": Text("即将届满", "is about to end")})


@rule("REC022")
def rec022(stack: Stack, params: Params) -> Flagged:
    """仅靠签认维持诉讼时效

    依据：应使债权保持可以主张的状态（F-26）。对账签认若写明“仅为复核账目之用，并非催款结算”，能否中断时效有争议；
    没有这次签认时效就已届满的，应另发书面催收并取得签收。

    错例：截止日期 2026-09-30
    | 约定付款日 | 最近签认日期 | 最近书面催收日期 |
    | --- | --- | --- |
    | 2023-08-31 | 2025-06-03 | |

    正例：截止日期 2026-09-30
    | 约定付款日 | 最近签认日期 | 最近书面催收日期 |
    | --- | --- | --- |
    | 2023-08-31 | 2025-06-03 | 2026-08-10 |

    参数：limitation_years（时效年数）、limitation_max_years（最长保护期间）

    局限：看不到签认文件的内容；签认后又付款或催收的，以后者为准；“诉讼”状态的债权不检查。
    """
    today = today_of(stack)
    end, without = limitation(stack, params), limitation(stack, params, without=("confirmed_on",))
    bad = running_claims(stack) & (without < today) & (end >= today)
    return Flagged(bad, figures={"without": without, "end": end})
