"""LIT: 诉讼及风险事件登记表, alone and against the receivables."""

from __future__ import annotations

import numpy as np

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.policy.calendar import add_years, to_working_day
from qq_excel.rules.answer import Flagged, Unjudged
from qq_excel.rules.exposure import days_from, whole_days
from qq_excel.rules.limitation import SUED, days_of
from qq_excel.rules.mask import true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack, missing_partner

#: Matters before a court or arbitrator; a 风险事件 is none.
_LEGAL = ("诉讼", "仲裁", "支付令", "破产申报", "执行")
#: Of these, the ones that end in something to be enforced.
_ENFORCEABLE = ("诉讼", "仲裁", "支付令")
_ENFORCEMENT = "执行"
_RUNNING, _TERMINATED = ("进行中", "中止"), "终结"
#: A written-off claim may still be before a court: it is not given up (F-18).
_WRITTEN_OFF = "已核销"


@rule("LIT001")
def lit001(stack: Stack, params: Params) -> list[Flagged]:
    """判决生效而没有及时申请执行

    依据：必要时通过诉讼追讨（G-14），胜诉后应在申请执行期间内申请执行；期间二年，逾期不申请，判决就落空。期间末日遇
    休假日顺延。

    错例：截止日期 2026-09-30，申请执行期间 2 年，提前 90 天
    | 类别 | 生效日期 | 申请执行日期 |
    | --- | --- | --- |
    | 诉讼 | 2024-12-28 | |

    正例：截止日期 2026-09-30，申请执行期间 2 年，提前 90 天
    | 类别 | 生效日期 | 申请执行日期 |
    | --- | --- | --- |
    | 诉讼 | 2024-12-30 | |
    | 诉讼 | 2024-12-28 | 2025-03-01 |

    参数：enforcement_years（申请执行期间）、limitation_lead_days（提前天数）

    局限：期间本应自判决规定的履行期间最后一日起算，表中没有这一栏，按生效日期起算，可能偏早；已全额收回的、状态为终结的、
    同一债权另有“执行”事项的不报告；中止、中断的事由看不到。按填写的日期推算，不是法律意见。
    """
    years, lead = params.count("enforcement_years"), params.count("limitation_lead_days")
    end = to_working_day(add_years(days_of(stack, "effective_on"), years))
    applied = days_of(stack, "enforced_on")
    left = -days_from(end, stack)
    unpaid = ~true(stack["recovered"] >= stack["amount"])
    judged = stack.is_one_of("kind", _ENFORCEABLE) & unpaid & ~stack.is_one_of("status", [_TERMINATED])
    other = stack.only(stack.is_one_of("kind", [_ENFORCEMENT]))
    elsewhere = true(stack.look_up(other, {"claim_id": "claim_id"}, [])["_found"])
    waiting = judged & np.isnat(applied) & ~elsewhere
    figures = {"effective": days_of(stack, "effective_on"), "end": end}
    soon = Text("申请执行期间即将届满，还有", "the time to apply for enforcement ends in")
    over = Text("没有申请执行，期间已过", "enforcement was not applied for; its time is over by")
    late = Text("申请执行过迟，超过期间", "enforcement was applied for too late, by")
    behind = np.where(np.isnat(applied) | np.isnat(end), 0, (applied - end).astype("int64"))
    return [
        Flagged(
            waiting & (left >= 0) & (left <= lead),
            figures={**figures, "problem": soon, "days": whole_days(left)},
        ),
        Flagged(waiting & (left < 0), figures={**figures, "problem": over, "days": whole_days(-left)}),
        Flagged(judged & (behind > 0), figures={**figures, "problem": late, "days": behind}),
    ]


@rule("LIT002")
def lit002(stack: Stack, _params: Params) -> list[Flagged]:
    """立案、生效、申请执行的日期颠倒

    依据：诉讼按立案、生效、申请执行的次序进行（G-14）。

    错例：
    | 类别 | 立案日期 | 生效日期 | 申请执行日期 |
    | --- | --- | --- | --- |
    | 诉讼 | 2026-03-01 | 2026-02-28 | |
    | 诉讼 | 2026-03-01 | 2026-06-01 | 2026-05-31 |

    正例：
    | 类别 | 立案日期 | 生效日期 | 申请执行日期 |
    | --- | --- | --- | --- |
    | 诉讼 | 2026-03-01 | 2026-06-01 | 2026-06-01 |
    | 执行 | 2026-07-01 | 2026-06-01 | 2026-06-20 |

    参数：无

    局限：同一天视为顺序正确；“执行”事项的立案晚于判决生效，只比较生效和申请执行；执行立案日期不与二者比较。
    """
    filed, effective, applied = (days_of(stack, n) for n in ("filed_on", "effective_on", "enforced_on"))
    filed = np.where(stack.is_one_of("kind", [_ENFORCEMENT]), np.datetime64("NaT", "D"), filed)
    by_filing, by_effect = Text("立案日期", "filing"), Text("生效日期", "taking effect")
    return [
        Flagged(effective < filed, field="effective_on", expected=filed, figures={"step": by_filing}, related=("filed_on",)),
        Flagged(applied < effective, field="enforced_on", expected=effective, figures={"step": by_effect},
                related=("effective_on",)),
        Flagged((applied < filed) & np.isnat(effective), field="enforced_on", expected=filed, figures={"step": by_filing},
                related=("filed_on",)),
    ]  # fmt: skip


@rule("LIT003")
def lit003(stack: Stack, _params: Params) -> list[Flagged]:
    """高风险事项没有律师或处理措施

    依据：应加强风险管理（G-18），风险分析之后选择方案（H-12）；高风险事项要有承办律师和处理措施。

    错例：
    | 风险等级 | 承办律师 | 处理措施 |
    | --- | --- | --- |
    | 高 | | 申请财产保全 |

    正例：
    | 风险等级 | 承办律师 | 处理措施 |
    | --- | --- | --- |
    | 高 | 李明（正大律师事务所） | 申请财产保全 |
    | 中 | | 发律师函 |

    参数：无

    局限：只看是否填写，不评价措施；已结、终结的事项不检查。
    """
    high = stack.is_one_of("risk", ["高"]) & ~stack.is_one_of("status", ["已结", _TERMINATED])
    return [
        Flagged(high & stack.blank(name), field=name, related=("risk",)) for name in ("counsel", "action")
    ]


@rule("LIT004")
def lit004(stack: Stack, params: Params) -> list[Flagged | Unjudged]:
    """应收账款的诉讼状态与诉讼登记不一致

    依据：法务部门办理诉讼并登记（E-6），两张表说的应是同一件事：在诉讼中的债权要有登记，登记在办的债权状态应为诉讼。

    错例：
    | 债权编号 | 应收账款清欠状态 | 诉讼登记 |
    | --- | --- | --- |
    | ZQ-0001 | 诉讼 | （没有） |
    | ZQ-0002 | 追讨 | 诉讼，进行中 |

    正例：
    | 债权编号 | 应收账款清欠状态 | 诉讼登记 |
    | --- | --- | --- |
    | ZQ-0001 | 诉讼 | 诉讼，进行中 |
    | ZQ-0002 | 追讨 | 风险事件，进行中 |

    参数：无

    局限：诉讼、仲裁、支付令、破产申报、执行算作诉讼，风险事件不算；登记的事项进行中或中止才要求债权状态为诉讼；已核销
    而继续追索的债权可以有在办的执行；没有债权处于诉讼的，不要求交来诉讼登记表。
    """
    if stack.kind.kind == "receivables":
        return _claims_without_matter(stack, params)
    running = stack.is_one_of("kind", _LEGAL) & stack.is_one_of("status", _RUNNING) & stack.filled("claim_id")
    beside = stack.beside("receivables")
    alone = (
        [Unjudged(running & ~beside, missing_partner("receivables").why)]
        if params.policy.misses("receivables", "litigation")
        else []
    )
    if not beside.any():
        return [*alone]
    theirs = stack.look_up(stack.partner("receivables"), {"claim_id": "claim_id"}, ["status"])
    found = true(theirs["_found"])
    sued = true(theirs["status"].isin([*SUED, _WRITTEN_OFF]))
    off_the_books = np.zeros(len(stack), dtype=bool)
    if stack.handed_in("write_off_register"):
        register = stack.partner("write_off_register")
        off_the_books = true(stack.look_up(register, {"claim_id": "claim_id"}, [])["_found"])
    absent = Text("在应收账款明细表中没有这笔债权", "there is no such claim in the receivables")
    unlike = Text(
        "有在办的诉讼，而应收账款明细表中的状态是",
        "a matter is running and the receivables show the claim as ",
    )
    return [
        Flagged(
            running & beside & ~found & ~off_the_books,
            field="claim_id",
            figures={"problem": absent, "status": ""},
        ),
        Flagged(
            running & found & ~sued, field="claim_id", figures={"problem": unlike, "status": theirs["status"]}
        ),
        *alone,
    ]


def _claims_without_matter(stack: Stack, params: Params) -> list[Flagged | Unjudged]:
    sued = stack.is_one_of("status", SUED)
    beside, found = stack.beside("litigation"), np.zeros(len(stack), dtype=bool)
    if beside.any():
        matters = stack.partner("litigation")
        legal = matters.only(matters.is_one_of("kind", _LEGAL))
        found = true(stack.look_up(legal, {"claim_id": "claim_id"}, [])["_found"])
    none = Text(
        "状态为诉讼，而诉讼登记表中没有该债权的事项", "the status is 诉讼 and no matter is registered for it"
    )
    figures = {"problem": none, "status": ""}
    out: list[Flagged | Unjudged] = [
        Flagged(sued & beside & ~found, field="claim_id", figures=figures, related=("status",))
    ]
    if params.policy.misses("litigation", "receivables"):
        out.append(Unjudged(sued & ~beside, missing_partner("litigation").why))
    return out
