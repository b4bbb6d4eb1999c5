"""CAS: 清欠台账, alone and against the receivables whose claims its cases pursue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.exposure import (
    ages,
    days_from,
    explained,
    limits,
    many_days,
    past_age_or_limit,
    percent,
    whole_days,
)
from qq_excel.rules.limitation import days_of, live_claims
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack, missing_partner
from qq_excel.rules.stages import closed, ended, open_cases, stage_rank

#: Ways of ending a case that leave an amount: it is written off, or somebody else's.
_GIVEN_UP = ("核销", "债权转让")
#: What makes a plan (G-3, C-4-2): its number, amount and term.
_PLAN = ("plan_no", "planned_amount", "planned_by")


@rule("CAS001")
def cas001(stack: Stack, params: Params) -> list[Flagged]:
    """当前阶段不属于本制度的流程，或阶段日期早于接收日期

    依据：案件按规定的流程逐步办理（E-7、B-4、G-9、D-3-5），流程的各阶段由制度参数列出；先接收案件，后进入阶段。

    错例：集团制度的阶段为登记、核实、预警、协商、诉讼、结案
    | 当前阶段 | 阶段日期 | 接收日期 |
    | --- | --- | --- |
    | 追缴 | 2026-08-20 | 2026-08-10 |
    | 协商 | 2026-08-09 | 2026-08-10 |

    正例：集团制度的阶段为登记、核实、预警、协商、诉讼、结案
    | 当前阶段 | 阶段日期 | 接收日期 |
    | --- | --- | --- |
    | 登记 | 2026-08-10 | 2026-08-10 |

    参数：stages（流程阶段）

    局限：只看当前阶段，不检查此前各阶段是否都已办理；阶段写法须与制度逐字一致。
    """
    received, since = days_of(stack, "received_on"), days_of(stack, "stage_on")
    early = Text("早于接收日期", "is before the case was received on")
    out = [Flagged(since < received, field="stage_on", expected=received, figures={"problem": early},
                   related=("received_on",))]  # fmt: skip
    rank, names = stage_rank(stack, params)
    other = Text("不是本制度的阶段，应为", "is no stage of this regulation; choose from")
    unknown = stack.filled("stage") & (rank < 0)
    out.append(
        Flagged(unknown, field="stage", expected="、".join(names), figures={"problem": other}, related=())
    )
    return out


@rule("CAS002")
def cas002(stack: Stack, _params: Params) -> Flagged:
    """剩余金额不等于欠款金额减已收回金额

    依据：清欠信息应准确、及时（B-5-1）；剩余金额算错，考核和结案都跟着错。

    错例：
    | 欠款金额 | 已收回金额 | 剩余金额 |
    | --- | --- | --- |
    | 1,000.00 | 400.00 | 650.00 |

    正例：
    | 欠款金额 | 已收回金额 | 剩余金额 |
    | --- | --- | --- |
    | 1,000.00 | 400.00 | 600.00 |

    参数：无

    局限：差额不到本表金额单位的 0.01 时视为相等；利息、违约金不计入欠款金额。
    """
    expected = stack["claimed"] - stack["recovered"]
    figures = {"claimed": Money(stack["claimed"]), "recovered": Money(stack["recovered"])}
    return Flagged(stack.differs("remaining", expected), expected=expected, figures=figures)


@rule("CAS003")
def cas003(stack: Stack, params: Params) -> Iterator[Flagged]:
    """接收案件后没有按时制订清欠方案

    依据：清欠办制订计划并布置任务（G-3），业务部门按台账定出还款期限和方式（C-4-2），按债务人情况和金额制订计划（H-5）。
    方案须有编号、计划收回金额和计划完成日期。

    错例：截止日期 2026-09-30，时限 15 天
    | 接收日期 | 清欠方案编号 | 计划收回金额 | 计划完成日期 |
    | --- | --- | --- | --- |
    | 2026-09-14 | FA-0001 | 600.00 | |

    正例：截止日期 2026-09-30，时限 15 天
    | 接收日期 | 清欠方案编号 | 计划收回金额 | 计划完成日期 |
    | --- | --- | --- | --- |
    | 2026-09-15 | | | |
    | 2026-09-14 | FA-0001 | 600.00 | 2026-12-31 |

    参数：plan_within_days（制订方案时限）、stages（最后一个阶段视为已结案）

    局限：自接收次日起按日历日计算，满时限的当日仍属按时；已经制订的方案是否迟了不再追究；已结案的不检查。
    """
    most = params.count("plan_within_days")
    waited = days_from(days_of(stack, "received_on"), stack)
    lacks = {name: stack.blank(name) for name in _PLAN}
    late = open_cases(stack, params) & (waited > most)
    figures = {
        "missing": _headers(stack, lacks), "received": days_of(stack, "received_on"),
        "waited": whole_days(waited), "most": most,
    }  # fmt: skip
    before = np.zeros(len(stack), dtype=bool)
    for name in _PLAN:  # one finding per case, on the first piece that is missing
        yield Flagged(late & lacks[name] & ~before, field=name, figures=figures,
                      related=("received_on", *(n for n in _PLAN if n != name)))  # fmt: skip
        before |= lacks[name]


def _headers(stack: Stack, lacks: dict[str, Mask]) -> npt.NDArray[Any]:
    """Per row the headers of the fields that it lacks."""
    code = sum(
        (mask.astype(np.int64) << i for i, mask in enumerate(lacks.values())), np.zeros(len(stack), np.int64)
    )
    fields = [stack.kind[name] for name in lacks]
    out = np.full(len(stack), None, dtype=object)
    for value in np.unique(code):
        some = [f for i, f in enumerate(fields) if value >> i & 1]
        out[code == value] = Text("、".join(f.header for f in some), ", ".join(f.en for f in some))
    return out


@rule("CAS004")
def cas004(stack: Stack, params: Params) -> Flagged:
    """清欠计划到期而没有收足

    依据：任务应按时完成（G-15）；计划完成得越快，进展得分越高（A-4-1）。

    错例：截止日期 2026-09-30
    | 计划完成日期 | 计划收回金额 | 已收回金额 |
    | --- | --- | --- |
    | 2026-09-29 | 600.00 | 599.99 |

    正例：截止日期 2026-09-30
    | 计划完成日期 | 计划收回金额 | 已收回金额 |
    | --- | --- | --- |
    | 2026-09-30 | 600.00 | 0.00 |
    | 2026-09-29 | 600.00 | 600.00 |

    参数：stages（最后一个阶段视为已结案）

    局限：计划完成日期当日仍属未到期；已结案的不检查；计划调整后请填新的日期和金额。
    """
    planned, recovered = stack["planned_amount"], stack["recovered"]
    past = days_from(days_of(stack, "planned_by"), stack)
    short = planned - recovered
    bad = open_cases(stack, params) & (past > 0) & true(short > 0) & stack.differs(planned, recovered)
    share = recovered.to_numpy(dtype="float64", na_value=np.nan) / np.where(
        true(planned > 0), planned.to_numpy(dtype="float64", na_value=np.nan), np.nan
    )
    return Flagged(
        bad,
        expected=planned,
        figures={
            "by": days_of(stack, "planned_by"), "past": whole_days(past), "planned": Money(planned),
            "short": Money(short), "share": percent(share, bad),
        },
    )  # fmt: skip


@rule("CAS005")
def cas005(stack: Stack, params: Params) -> Flagged:
    """在办案件没有按时反馈进展

    依据：办理中应及时反馈进展，并按情况提出处理意见（H-7、E-7）。从最近反馈日期起算；从未反馈的，从接收日期起算。

    错例：截止日期 2026-09-30，间隔 30 天
    | 接收日期 | 最近反馈日期 |
    | --- | --- |
    | 2026-03-01 | 2026-08-30 |

    正例：截止日期 2026-09-30，间隔 30 天
    | 接收日期 | 最近反馈日期 |
    | --- | --- |
    | 2026-03-01 | 2026-08-31 |
    | 2026-09-10 | |

    参数：report_every_days（反馈间隔）、stages（最后一个阶段视为已结案）

    局限：只看最近一次反馈的日期，不看内容；已结案的不检查。
    """
    most = params.count("report_every_days")
    last = np.fmax(days_of(stack, "received_on"), days_of(stack, "reported_on"))
    silent = days_from(last, stack)
    bad = open_cases(stack, params) & (silent > most)
    return Flagged(bad, figures={"last": last, "days": whole_days(silent), "most": most})


@rule("CAS006")
def cas006(stack: Stack, params: Params) -> Flagged:
    """案件长期停留在同一阶段

    依据：应定期检查任务进度（G-16），缩短清欠周期（B-5-5）。

    错例：截止日期 2026-09-30，期限 90 天
    | 当前阶段 | 阶段日期 |
    | --- | --- |
    | 协商 | 2026-07-01 |

    正例：截止日期 2026-09-30，期限 90 天
    | 当前阶段 | 阶段日期 |
    | --- | --- |
    | 协商 | 2026-07-02 |

    参数：stall_days（同一阶段最长天数）、stages（最后一个阶段视为已结案）

    局限：各阶段用同一个期限，诉讼等本来耗时的阶段也会提示，说明进展即可；已结案的不检查。
    """
    most = params.count("stall_days")
    stayed = days_from(days_of(stack, "stage_on"), stack)
    bad = open_cases(stack, params) & (stayed > most)
    return Flagged(bad, figures={"stage": stack["stage"], "days": whole_days(stayed), "most": most})


@rule("CAS007")
def cas007(stack: Stack, params: Params) -> list[Flagged]:
    """结案而仍有余额，或阶段与结案日期矛盾

    依据：清欠办全程跟踪，直到欠款收回（F-30）；只有核销和债权转让可以带着余额结案。

    错例：
    | 当前阶段 | 结案日期 | 清欠方式 | 剩余金额 |
    | --- | --- | --- | --- |
    | 结案 | 2026-09-20 | 协商 | 0.01 |
    | 结案 | | 协商 | 0.00 |
    | 协商 | 2026-09-20 | 协商 | 0.00 |

    正例：
    | 当前阶段 | 结案日期 | 清欠方式 | 剩余金额 |
    | --- | --- | --- | --- |
    | 结案 | 2026-09-20 | 协商 | 0.00 |
    | 结案 | 2026-09-20 | 核销 | 600.00 |

    参数：stages（流程阶段，最后一个为结案、总结或归档）

    局限：制度没有列出阶段时，只按结案日期判断是否结案；核销是否获批见 WOF、WOR 各规则。
    """
    left = true(stack["remaining"] > 0) & stack.differs("remaining", 0)
    out = [
        Flagged(
            ended(stack, params) & left & ~stack.is_one_of("method", _GIVEN_UP), field="remaining",
            figures={"problem": Text("案件已结案而仍有剩余金额", "the case is closed with this amount left")},
            expected=Text("0，或清欠方式为核销、债权转让", "0, or the method 核销 or 债权转让"),
            related=("method", "closed_on", "stage"),
        )
    ]  # fmt: skip
    stages = params.get("stages")
    if not stages:
        return out
    last = str(stages[-1])
    at_end = stack.is_one_of("stage", [last])
    no_date = Text(f"当前阶段为“{last}”而没有结案日期", f"the stage is {last} and no closing date is given")
    not_last = Text(f"已填结案日期而阶段不是“{last}”", f"a closing date is given and the stage is not {last}")
    return [
        *out,
        Flagged(at_end & ~closed(stack), field="closed_on", figures={"problem": no_date},
                expected=Text("结案的日期", "the day of closing"), related=("stage",)),
        Flagged(closed(stack) & stack.filled("stage") & ~at_end, field="stage", figures={"problem": not_last},
                expected=last, related=("closed_on",)),
    ]  # fmt: skip


@rule("CAS008")
def cas008(stack: Stack, params: Params) -> list[Flagged | Unjudged]:
    """超过账龄期限、额度或逾期较久的债权没有立案清欠

    依据：欠款超过保险账龄期限或额度的，如无特殊原因，由清欠办追讨（F-29），并全程跟踪到收回为止（F-30）。逾期较久的
    同样立案，天数由制度参数规定。

    错例：截止日期 2026-09-30，逾期立案天数 90 天
    | 债权编号 | 情形 | 清欠台账 |
    | --- | --- | --- |
    | ZQ-0001 | 账龄超过保险账龄期限 1 天 | 没有该债权 |
    | ZQ-0002 | 约定付款日 2026-07-01，逾期 91 天 | 没有该债权 |

    正例：截止日期 2026-09-30，逾期立案天数 90 天
    | 债权编号 | 情形 | 清欠台账 |
    | --- | --- | --- |
    | ZQ-0001 | 账龄超过保险账龄期限 1 天 | AJ-0001 |
    | ZQ-0002 | 约定付款日 2026-07-02，逾期 90 天 | 没有该债权 |

    参数：case_after_days（逾期立案天数）、age_basis（账龄口径）

    局限：特殊原因说明和批准人都填写的，按 F-29 不要求立案；已结案的案件也算有案件（带余额结案见 CAS007）；没有交来
    授信表时只判断逾期天数；没有需要立案的债权时，不要求交来清欠台账。
    """
    most = params.count("case_after_days")
    need = live_claims(stack) & ~explained(stack)
    late = days_from(days_of(stack, "due_on"), stack)
    overdue = need & (late > most)
    beside, found = stack.beside("cases"), np.zeros(len(stack), dtype=bool)
    if beside.any():
        found = true(stack.look_up(stack.partner("cases"), {"claim_id": "claim_id"}, [])["_found"])
    out: list[Flagged | Unjudged] = []
    past = np.zeros(len(stack), dtype=bool)
    given = stack.beside("credit_terms")
    if given.any():
        age, used = ages(stack, params), limits(stack)
        for answer in past_age_or_limit(need & given, age, used):
            if isinstance(answer, Flagged):
                past |= true(answer.bad)
            out.append(answer)
    figures = {"what": Text("约定付款日", "the due date"), **many_days(late)}
    out.append(Flagged(overdue & ~past, figures=figures))
    past |= overdue
    for one in out:
        if isinstance(one, Flagged):
            one.bad = one.bad & beside & ~found
        else:
            one.rows = one.rows & ~past & ~found
    if params.policy.misses("cases", "receivables"):
        out.append(Unjudged(past & ~beside, missing_partner("cases").why))
    if params.policy.misses("credit_terms", "receivables"):
        out.append(Unjudged(need & ~given & ~past & ~found, missing_partner("credit_terms").why))
    return out


@rule("CAS009")
def cas009(stack: Stack, params: Params) -> list[Flagged]:
    """案件金额与应收账款明细表不符

    依据：财务与业务的账目应准确、完整、相互一致（C-5-2）；案件剩余金额应等于该债权的账面余额。

    错例：
    | 债权编号 | 案件剩余金额 | 应收账款明细表账面余额 |
    | --- | --- | --- |
    | ZQ-0001 | 500.00 | 600.00 |
    | ZQ-9999 | 600.00 | （没有这笔债权） |

    正例：
    | 债权编号 | 案件剩余金额 | 应收账款明细表账面余额 |
    | --- | --- | --- |
    | ZQ-0001 | 600.00 | 600.00 |

    参数：stages（最后一个阶段视为已结案）

    局限：一笔债权有几个在办案件的，按其剩余金额合计比较；以核销、债权转让结案的不比较；已结案的案件，债权已不在明细表
    的不算不符。
    """
    going = open_cases(stack, params)
    own = stack["remaining"].where(going)
    together = stack.summed(own, ["claim_id"])
    ours = stack["remaining"].where(~going, together)
    several = true(stack.summed(pd.Series(going.astype("int64")), ["claim_id"]) > 0)
    # a closed case beside an open one of the same claim has had its say
    compared = going | (~stack.is_one_of("method", _GIVEN_UP) & ~several)
    claims = stack.partner("receivables")
    theirs = stack.look_up(claims, {"claim_id": "claim_id"}, ["balance"])
    found, ledger = true(theirs["_found"]), theirs["balance"]
    differs = stack.differs(ours, ledger, theirs["_step"].to_numpy())
    unlike = Text("与应收账款明细表的账面余额不符，应为 ", "differs from the balance in the receivables of ")
    absent = Text("在应收账款明细表中找不到", "is not in the receivables")
    return [
        Flagged(
            found & compared & differs, field="remaining", expected=ledger,
            figures={"problem": unlike, "than": Money(ledger)}, related=("claim_id", "claimed", "recovered"),
        ),
        Flagged(
            going & ~found & stack.filled("claim_id"), field="claim_id",
            figures={"problem": absent, "than": ""}, related=(),
        ),
    ]  # fmt: skip


@rule("CAS010")
def cas010(stack: Stack, _params: Params) -> list[Flagged]:
    """没有核实就制订方案

    依据：先核实金额、债务人身份（G-11、H-4），再制订方案；数额和对象错了，方案就落空。

    错例：
    | 核实日期 | 方案日期 |
    | --- | --- |
    | | 2026-08-20 |
    | 2026-08-21 | 2026-08-20 |

    正例：
    | 核实日期 | 方案日期 |
    | --- | --- |
    | 2026-08-20 | 2026-08-20 |

    参数：无

    局限：同一天核实和制订方案视为先核实；只填方案编号没有方案日期的，核实日期空白也报告。
    """
    verified, planned = days_of(stack, "verified_on"), days_of(stack, "planned_on")
    has_plan = stack.filled("planned_on") | stack.filled("plan_no")
    late = Text("晚于方案日期 ", "is after the plan of ")
    none = Text("没有填写，而已有方案，方案日期为 ", "is blank though there is a plan of ")
    undated = Text("没有填写，而已有方案编号", "is blank though there is a plan")
    bare, dated = has_plan & stack.blank("verified_on"), stack.filled("planned_on")
    return [
        Flagged(bare & dated, figures={"problem": none, "planned": planned}),
        Flagged(bare & ~dated, figures={"problem": undated, "planned": ""}),
        Flagged(verified > planned, figures={"problem": late, "planned": planned}),
    ]
