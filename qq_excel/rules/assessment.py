"""ASM: 清欠考核评分表, alone and against the receivables. The formula is in :mod:`qq_excel.rules.scoring`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.policy.calendar import Days
from qq_excel.reading.period import period_bounds
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.limitation import days_of, live_claims, still_owed
from qq_excel.rules.mask import true
from qq_excel.rules.registry import rule
from qq_excel.rules.scoring import (
    INDICATORS,
    best_and_worst,
    floats,
    grade_of,
    progress_score,
    results_score,
    total_score,
)
from qq_excel.rules.stack import Stack

REGULAR = "定期"
REWARDS, PENALTIES = ("表彰", "奖金"), ("限制贷款额度", "暂停资金拨款")
_NONE = "无"
#: A total rounded to one decimal is as good as the exact one.
_ROUNDED = 0.05 + 1e-6
_SHOWN = 20


def periods(stack: Stack) -> tuple[Days, Days]:
    """First and last day of each row's 考核期, NaT where it is none."""
    texts = stack["period"].astype("str").fillna("")
    distinct, at = np.unique(texts.to_numpy(object).astype(str), return_inverse=True)
    bounds = [period_bounds(text) or (None, None) for text in distinct]
    first = np.array([b[0] for b in bounds], dtype="datetime64[D]")
    last = np.array([b[1] for b in bounds], dtype="datetime64[D]")
    return first[at], last[at]


@rule("ASM001")
def asm001(stack: Stack, params: Params) -> list[Flagged]:
    """得分不在 0 到 100 之间，或总分不是加权合计

    依据：按进展、质量、成果、态度四项指标评分（A-4），总分为四项得分按制度权重的加权合计。

    错例：权重 进展 0.3、质量 0.2、成果 0.4、态度 0.1
    | 进展得分 | 质量得分 | 成果得分 | 态度得分 | 总分 |
    | --- | --- | --- | --- | --- |
    | 101 | 80 | 70 | 90 | 83.3 |
    | 90 | 80 | 70 | 90 | 82 |

    正例：权重 进展 0.3、质量 0.2、成果 0.4、态度 0.1
    | 进展得分 | 质量得分 | 成果得分 | 态度得分 | 总分 |
    | --- | --- | --- | --- | --- |
    | 90 | 80 | 70 | 90 | 80 |

    参数：assessment_weights（四项指标的权重）

    局限：总分四舍五入到一位小数即可，差额不超过 0.05 视为相等；权重之和不是 1 的按比例折算；任一项空白时不比较总分。
    """
    out = [
        Flagged(
            true((stack[name] < 0) | (stack[name] > 100)), field=name, expected=Text("0 至 100", "0 to 100"),
            figures={"problem": Text("不在 0 至 100 之间", "is not between 0 and 100")}, related=(),
        )
        for name in (*INDICATORS.values(), "total")
    ]  # fmt: skip
    expected = total_score({name: stack[name] for name in INDICATORS.values()}, params)
    gap = np.abs(floats(stack["total"]) - expected)
    unlike = Text("不等于四项得分的加权合计", "is not the weighted sum of the four scores")
    out.append(Flagged(gap > _ROUNDED, field="total", expected=expected, figures={"problem": unlike}))
    return out


@rule("ASM002")
def asm002(stack: Stack, params: Params) -> Flagged:
    """等级与总分不符

    依据：考核结果以评分形式通报（A-5-1），等级按制度规定的起始分确定，起始分含本数。

    错例：优秀 90 分以上，良好 75 分以上，合格 60 分以上
    | 总分 | 等级 |
    | --- | --- |
    | 89.9 | 优秀 |

    正例：优秀 90 分以上，良好 75 分以上，合格 60 分以上
    | 总分 | 等级 |
    | --- | --- |
    | 90 | 优秀 |
    | 89.9 | 良好 |

    参数：assessment_grades（等级和起始分）

    局限：按填写的总分判断，总分本身是否正确见 ASM001；总分不在 0 到 100 之间的不判断。
    """
    total = floats(stack["total"])
    expected = grade_of(total, params)
    judged = stack.filled("grade") & (total >= 0) & (total <= 100) & (expected != None)  # noqa: E711 - per row
    bad = judged & true(stack["grade"].to_numpy(object) != expected)
    return Flagged(bad, expected=expected, figures={"total": stack["total"]})


@rule("ASM003")
def asm003(stack: Stack, _params: Params) -> list[Flagged | Unjudged]:
    """期末欠款与应收账款明细表不符

    依据：成果按清偿债务、减轻负债的实际情况评分（A-4-3），数字应出自应收账款明细表：期末欠款等于该单位的账面余额合计，
    也等于期初欠款加本期新增（业务发生日期在考核期内的原始金额，贷项不计）减本期实际收回。

    错例：明细表中该单位余额合计 700 元，本期新增 200 元
    | 期初欠款 | 本期实际收回 | 期末欠款 |
    | --- | --- | --- |
    | 1,000.00 | 500.00 | 600.00 |
    | 900.00 | 500.00 | 700.00 |

    正例：明细表中该单位余额合计 700 元，本期新增 200 元
    | 期初欠款 | 本期实际收回 | 期末欠款 |
    | --- | --- | --- |
    | 1,000.00 | 500.00 | 700.00 |

    参数：无

    局限：按债权单位的名称对应；余额只计大于零且未结清、未核销的债权；考核期内登记在核销备查簿的核销
    金额从期末中扣除，没有交来备查簿的不扣；截止日期不在考核期内的、明细表中没有该单位的，无法判断。各单位的表与评分表分开
    报送的，一起校验时请用 --together。
    """
    claims = stack.partner("receivables")
    first, last = periods(stack)
    today = np.datetime64(stack.as_of, "D")
    on = {"unit": "unit"}
    known = stack.beside("receivables") & true(stack.look_up(claims, on, [])["_found"])
    current = ~np.isnat(first) & (first <= today) & (today <= last)
    judged = known & current
    worth = still_owed(claims.frame).where(live_claims(claims))
    ledger = stack.total_of(claims, worth, on)
    new, gone = _flows(stack, claims, first)
    expected = floats(stack["opening"]) + new - floats(stack["recovered"]) - gone
    step = np.maximum(stack.step, max(claims.step, default=1))
    closing = floats(stack["closing"])
    off = np.abs(closing - ledger) >= step
    out_of = np.abs(closing - expected) >= step
    unlike = Text("与应收账款明细表中该单位的余额合计不符", "is not the unit's balance in the receivables")
    flows = Text("不等于期初加本期新增减本期实际收回", "is not opening plus new less recovered")
    figures = {"new": Money(new), "gone": Money(gone)}
    return [
        Flagged(judged & off, expected=ledger, figures={**figures, "problem": unlike}),
        Flagged(judged & ~off & out_of, expected=expected, figures={**figures, "problem": flows}),
        Unjudged(known & ~current, Text("截止日期不在考核期内，明细表不能说明该期", "the as-of date is not within the period assessed")),
        Unjudged(~known, Text("应收账款明细表中没有被考核单位的债权", "the receivables have no claim of the unit assessed")),
    ]  # fmt: skip


def _flows(stack: Stack, claims: Stack, first: Days) -> tuple[Any, Any]:
    """Per row, the claims of its unit that arose since *first*, and what was written off of them since."""
    new = np.zeros(len(stack))
    gone = np.zeros(len(stack))
    today = np.datetime64(stack.as_of, "D")
    arose = days_of(claims, "occurred_on")
    amount = claims["original"].clip(lower=0)  # a credit note is not owed at the end, and so not new
    written = np.zeros(len(claims))
    for start in np.unique(first[~np.isnat(first)]):  # one round per period, of which a sheet has few
        here = first == start
        new[here] = stack.total_of(
            claims, amount.where((arose >= start) & (arose <= today)), {"unit": "unit"}
        )[here]
        if claims.handed_in("write_off_register"):
            register = claims.partner("write_off_register")
            booked = days_of(register, "booked_on")
            some = register["amount"].where((booked >= start) & (booked <= today))
            first_of_claim = ~true(claims.keyed(["claim_id"]).duplicated())
            written = np.where(first_of_claim, claims.total_of(register, some, {"claim_id": "claim_id"}), 0)
            gone[here] = stack.total_of(claims, written, {"unit": "unit"})[here]
    return new, gone


@rule("ASM004")
def asm004(stack: Stack, params: Params) -> list[Flagged | Unjudged]:
    """进展或成果得分与公式算出的相差过大

    依据：计划完成得越快进展得分越高（A-4-1），清偿债务、减轻负债越多成果得分越高（A-4-3），按公布的公式计算：
    进展取本期实际收回占计划收回的比例；成果取清收率（实际收回 ÷（期末欠款 + 实际收回））和压降率
    （（期初欠款 − 期末欠款）÷ 期初欠款）；比例按制度的折线换算成分数，成果的两项再按权重合计。

    错例：允许差 5 分
    | 本期计划收回 | 本期实际收回 | 进展得分 |
    | --- | --- | --- |
    | 1,000.00 | 800.00 | 85.1 |

    正例：允许差 5 分
    | 本期计划收回 | 本期实际收回 | 进展得分 |
    | --- | --- | --- |
    | 1,000.00 | 800.00 | 85 |

    参数：score_tolerance（允许差）、progress_curve（进展折线）、clear_curve（清收率折线）、reduction_curve（压降率折线）、
    results_weights（成果权重）

    局限：按评分表填写的四个金额计算，金额本身是否属实见 ASM003；没有计划收回的无法计算进展，没有欠款的无法计算成果；
    期初没有欠款的，成果只看清收率。评分经集体评议调整的，差额超过允许差时说明理由。
    """
    most = params.ratio("score_tolerance")
    progress = progress_score(stack["planned"], stack["recovered"], params)
    results = results_score(stack["opening"], stack["recovered"], stack["closing"], params)
    out: list[Flagged | Unjudged] = []
    for name, score, related in (
        ("progress", progress, ("planned", "recovered")),
        ("results", results, ("opening", "recovered", "closing")),
    ):
        gap = np.abs(floats(stack[name]) - score)
        bad = ~np.isnan(gap) & (gap > most + 1e-6)
        figures = {"gap": np.round(gap, 1), "most": f"{most:g}"}
        out.append(Flagged(bad, field=name, expected=score, figures=figures, related=related))
    for name, score, why in (("progress", progress, NO_PLAN), ("results", results, NO_DEBT)):
        amounts = stack.filled("recovered") & stack.filled("planned" if name == "progress" else "closing")
        out.append(Unjudged(stack.filled(name) & amounts & np.isnan(score), why))
    return out


NO_PLAN = Text("本期没有计划收回，进展无法计算", "nothing was planned, so that progress cannot be computed")
NO_DEBT = Text("本期没有欠款，成果无法计算", "nothing was owed, so that results cannot be computed")


@rule("ASM005")
def asm005(stack: Stack, params: Params) -> list[Flagged]:
    """奖惩与等级不相称

    依据：成绩优秀的给予表彰、奖金，不合格的限制贷款额度、暂停资金拨款（A-6）。

    错例：
    | 等级 | 奖惩建议 |
    | --- | --- |
    | 不合格 | 奖金 |
    | 优秀 | 限制贷款额度 |

    正例：
    | 等级 | 奖惩建议 |
    | --- | --- |
    | 优秀 | 奖金 |
    | 不合格 | 限制贷款额度 |
    | 良好 | 无 |

    参数：assessment_grades（最高一级为优秀，最低一级为不合格）

    局限：中间各级可奖可不奖，不检查；奖金数额不检查。
    """
    best, worst = best_and_worst(params)
    reward = Text("不合格不应奖励", "a failing grade earns no reward")
    penalty = Text("优秀不应处罚", "the best grade earns no penalty")
    return [
        Flagged(stack.is_one_of("grade", [worst]) & stack.is_one_of("sanction", REWARDS),
                figures={"problem": reward, "grade": worst}, expected=_one_of(PENALTIES)),
        Flagged(stack.is_one_of("grade", [best]) & stack.is_one_of("sanction", PENALTIES),
                figures={"problem": penalty, "grade": best}, expected=_one_of(REWARDS)),
    ]  # fmt: skip


def _one_of(words: tuple[str, ...]) -> Text:
    return Text("或".join(words), " or ".join(words))


@rule("ASM006")
def asm006(stack: Stack, params: Params) -> list[Flagged]:
    """不合格而没有责任人或处分建议

    依据：结果不合格的，对相关责任人给予警告、记过或者降职（A-7）。

    错例：
    | 等级 | 责任人 | 处分建议 |
    | --- | --- | --- |
    | 不合格 | | 警告 |
    | 不合格 | 陈刚 | 无 |

    正例：
    | 等级 | 责任人 | 处分建议 |
    | --- | --- | --- |
    | 不合格 | 陈刚 | 警告 |

    参数：assessment_grades（最低一级为不合格）

    局限：“无”视为没有处分建议；处分是否已经执行不检查。
    """
    failing = stack.is_one_of("grade", [best_and_worst(params)[1]])
    person, what = Text("责任人", "a responsible person"), Text("处分建议", "a discipline")
    nothing = stack.blank("discipline") | stack.is_one_of("discipline", [_NONE])
    some = Text("警告、记过或降职", "警告, 记过 or 降职")
    return [
        Flagged(failing & stack.blank("responsible"), field="responsible", figures={"missing": person}),
        Flagged(failing & nothing, field="discipline", figures={"missing": what}, expected=some),
    ]


@rule("ASM007")
def asm007(stack: Stack, params: Params) -> list[Flagged]:
    """单位本季度没有定期考核，或考核结果没有通报

    依据：每季度对各单位考核一次，结果以评分形式通报（A-5-1）。

    错例：截止日期 2026-09-30
    | 应考核的单位 | 评分表 |
    | --- | --- |
    | 华东分公司、华南分公司 | 只有华东分公司 2026Q3 的定期考核 |

    正例：截止日期 2026-09-30
    | 被考核单位 | 考核期 | 考核类型 | 通报日期 |
    | --- | --- | --- | --- |
    | 华东分公司 | 2026Q3 | 定期 | 2026-10-12 |
    | 华南分公司 | 2026Q3 | 定期 | 2026-10-12 |

    参数：assessed_units（应考核的单位；留空时取一起交来的应收账款明细表和清欠台账中的债权单位）

    局限：缺少的单位列在评分表第一行的被考核单位上；季度取截止日期所在的季度；单位名称须逐字相同；没有设定单位、又没有
    一起交来明细表和台账的，只检查是否通报。
    """
    wanted = _units_due(stack, params)
    first, _ = periods(stack)
    quarter = _quarter(stack.as_of)
    done = stack.is_one_of("kind", [REGULAR]) & (_quarter_of(first) == quarter) & (_months(stack) == 3)
    have = stack.keyed(["unit"])[done].drop_duplicates()
    both = wanted.merge(have, on=["_sub", "unit"], how="left", indicator=True)
    missing = both[both["_merge"] == "left_only"].groupby("_sub")["unit"].agg(_listed)
    head = ~pd.Series(stack.submission).duplicated().to_numpy()
    listed = pd.Series(stack.submission).map(missing).to_numpy(object)
    absent = head & pd.Series(listed, dtype=object).notna().to_numpy(dtype=bool)
    which = f"{stack.as_of.year}Q{(stack.as_of.month - 1) // 3 + 1}"
    lacks = Text(f"{which} 没有定期考核的单位有 ", f"not assessed for {which}: ")
    unpublished = Text("考核结果尚未通报", "the result was not published")
    return [
        Flagged(absent, field="unit", figures={"problem": lacks, "units": listed}, related=()),
        Flagged(
            stack.blank("published_on"),
            field="published_on",
            figures={"problem": unpublished, "units": ""},
        ),
    ]


def _listed(units: pd.Series[Any]) -> str:
    names = sorted(units.astype(str))
    return "、".join(names[:_SHOWN]) + (f"等 {len(names)} 个" if len(names) > _SHOWN else "")


def _units_due(stack: Stack, params: Params) -> pd.DataFrame:
    """The units to be assessed, by submission: the policy's, else the creditors of the submission's tables."""
    subs = np.unique(stack.submission)
    named = params.get("assessed_units")
    if named:
        return pd.DataFrame([(s, u) for s in subs for u in named], columns=["_sub", "unit"])
    parts = [
        other.keyed(["unit"])
        for kind in ("receivables", "cases")
        if (other := stack.partners.get(kind)) is not None
    ]
    if not parts:
        return pd.DataFrame({"_sub": pd.Series(dtype="int64"), "unit": pd.Series(dtype="str")})
    both = pd.concat(parts, ignore_index=True).dropna().drop_duplicates()
    return both[both["_sub"].isin(subs)]


def _quarter(day: dt.date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _quarter_of(days: Days) -> npt.NDArray[np.float64]:
    months = days.astype("datetime64[M]")
    count = np.where(np.isnat(months), np.nan, months.astype("int64") + 1970 * 12)
    return np.floor(count / 3)


def _months(stack: Stack) -> npt.NDArray[np.float64]:
    first, last = periods(stack)
    gap = last.astype("datetime64[M]") - first.astype("datetime64[M]")
    return np.where(np.isnat(gap), np.nan, gap.astype("float64") + 1)
