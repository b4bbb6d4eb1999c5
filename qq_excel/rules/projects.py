"""PRJ: 工程款清欠台账, from the papers to the archive (B-4)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params
from qq_excel.policy.calendar import Days
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.exposure import days_from, whole_days
from qq_excel.rules.limitation import days_of
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack
from qq_excel.rules.stages import stage_rank

_PAPERS = ("has_contract", "has_invoice", "has_receipt")
_YES = "是"


def _open(stack: Stack) -> Mask:
    return stack.blank("archived_on")


@rule("PRJ001")
def prj001(stack: Stack, _params: Params) -> Flagged:
    """欠付工程款不等于应付减已付

    依据：筛选资料时应确定债务人和清欠金额（B-4-2）。

    错例：
    | 应付工程款 | 已付工程款 | 欠付工程款 |
    | --- | --- | --- |
    | 1,000.00 | 400.00 | 650.00 |

    正例：
    | 应付工程款 | 已付工程款 | 欠付工程款 |
    | --- | --- | --- |
    | 1,000.00 | 400.00 | 600.00 |

    参数：无

    局限：差额不到本表金额单位的 0.01 时视为相等；利息和违约金不计入应付工程款。
    """
    expected = stack["payable"] - stack["paid"]
    figures = {"payable": Money(stack["payable"]), "paid": Money(stack["paid"])}
    return Flagged(stack.differs("arrears", expected), expected=expected, figures=figures)


@rule("PRJ002")
def prj002(stack: Stack, params: Params) -> Iterator[Flagged]:
    """资料未收齐就转入后面的环节

    依据：先收集发票、收据、合同等资料（B-4-1），再筛选、督促；缺了资料，金额和债务人都没有依据。

    错例：
    | 当前环节 | 合同 | 发票 | 收据 |
    | --- | --- | --- | --- |
    | 督促 | 是 | 否 | 是 |

    正例：
    | 当前环节 | 合同 | 发票 | 收据 |
    | --- | --- | --- | --- |
    | 收集资料 | 是 | 否 | 否 |
    | 督促 | 是 | 是 | 是 |

    参数：stages（流程阶段，第一个为收集资料）

    局限：只看填写的“是”“否”，空白视为没有；环节不在制度之内的由 CEL007 报告，本规则不判断。
    """
    rank, names = stage_rank(stack, params)
    figures = {"stage": stack["stage"], "first": names[0]}
    for name in _PAPERS:
        yield Flagged((rank > 0) & ~stack.is_one_of(name, [_YES]), field=name, expected=_YES, figures=figures)


@rule("PRJ003")
def prj003(stack: Stack, params: Params) -> Iterator[Flagged]:
    """当前环节与已办事项不符

    依据：清欠按八个环节办理（B-4）：达成协议要有清欠金额和期限（B-4-5），结算要有到账日期（B-4-7），归档要有归档日期
    （B-4-8）。各环节须填的栏目由制度参数列出。

    错例：
    | 当前环节 | 协议金额 | 协议期限 | 到账日期 | 归档日期 |
    | --- | --- | --- | --- | --- |
    | 达成协议 | 600.00 | | | |
    | 归档 | | | 2026-09-20 | |

    正例：
    | 当前环节 | 协议金额 | 协议期限 | 到账日期 | 归档日期 |
    | --- | --- | --- | --- | --- |
    | 达成协议 | 600.00 | 2026-12-31 | | |
    | 归档 | | | 2026-09-20 | 2026-09-25 |

    参数：stage_papers（各环节须填的栏目）

    局限：没有经过协议而直接付清的，不要求填协议；只看栏目是否填写，日期的先后见 PRJ004。
    """
    for stage, needs in params.evidence("stage_papers").items():
        here = stack.is_one_of("stage", [stage])
        for alternatives in needs:
            unknown = [name for name in alternatives if name not in stack.kind.by_name]
            if unknown:
                words = "、".join(unknown)
                raise CannotJudge(
                    Text(
                        f"制度参数 stage_papers 中没有这样的栏目：{words}",
                        f"stage_papers names unknown fields: {words}",
                    )
                )
            empty = np.logical_and.reduce([stack.blank(name) for name in alternatives])
            fields = [stack.kind[name] for name in alternatives]
            missing = Text("或".join(f.header for f in fields), " or ".join(f.en for f in fields))
            yield Flagged(here & empty, field=alternatives[0], figures={"stage": stage, "missing": missing})


@rule("PRJ004")
def prj004(stack: Stack, params: Params) -> list[Flagged]:
    """到账后没有及时结算

    依据：收到的款项应及时结算（B-4-7），保证资金安全（B-5-4）。

    错例：截止日期 2026-09-30，时限 5 天
    | 到账日期 | 结算日期 |
    | --- | --- |
    | 2026-09-24 | |
    | 2026-09-10 | 2026-09-16 |

    正例：截止日期 2026-09-30，时限 5 天
    | 到账日期 | 结算日期 |
    | --- | --- |
    | 2026-09-25 | |
    | 2026-09-10 | 2026-09-15 |

    参数：settle_within_days（到账后结算时限）

    局限：按日历日计算，满时限的当日仍属按时；迟了才结算的，归档之后不再报告；结算日期早于到账日期的也报告。
    """
    most = params.count("settle_within_days")
    received, settled = days_of(stack, "received_on"), days_of(stack, "settled_on")
    waited = days_from(received, stack)
    took = np.where(np.isnat(settled) | np.isnat(received), np.nan, (settled - received).astype("float64"))
    figures = {"received": received, "most": most}
    still = Text("尚未结算，已过", "is not settled yet, after")
    late = Text("才结算，用了", "was settled late, after")
    early = Text("结算早于到账，相差", "was settled before it came in, by")
    return [
        Flagged(stack.blank("settled_on") & (waited > most), figures={**figures, "problem": still, "days": whole_days(waited)}),
        Flagged(_open(stack) & (took > most), figures={**figures, "problem": late, "days": whole_days(took)}),
        Flagged(took < 0, figures={**figures, "problem": early, "days": whole_days(-took)}),
    ]  # fmt: skip


@rule("PRJ005")
def prj005(stack: Stack, params: Params) -> list[Flagged | Unjudged]:
    """付款到期后没有书面或电话催款

    依据：应以书面或电话形式督促付款（B-4-3）。从付款到期日和最近一次催款中较晚的一天起算；付款到期日取协议期限，没有
    协议的取应收账款明细表中同一债权的约定付款日。

    错例：截止日期 2026-09-30，间隔 90 天
    | 欠付工程款 | 协议期限 | 书面通知日期 | 电话催款日期 |
    | --- | --- | --- | --- |
    | 600.00 | 2026-07-01 | | 2026-06-20 |

    正例：截止日期 2026-09-30，间隔 90 天
    | 欠付工程款 | 协议期限 | 书面通知日期 | 电话催款日期 |
    | --- | --- | --- | --- |
    | 600.00 | 2026-07-02 | | |
    | 600.00 | 2026-07-01 | 2026-09-10 | |

    参数：dun_every_days（催款间隔）

    局限：台账没有付款到期日一栏：没有协议期限、应收账款明细表中也查不到，又从未催过款的，无法判断；已归档的不检查。
    """
    most = params.count("dun_every_days")
    due = _payment_due(stack)
    urged = np.fmax(days_of(stack, "notified_on"), days_of(stack, "phoned_on"))
    since = np.fmax(due, urged)
    silent = days_from(since, stack)
    owed = _open(stack) & true(stack["arrears"] > 0)
    by_urging = ~np.isnat(urged) & (np.isnat(due) | (urged >= due))
    what = np.array([_DUE, _URGED], dtype=object)[by_urging.astype(np.int64)]
    figures = {
        "since": since,
        "what": what,
        "days": whole_days(silent),
        "most": most,
        "arrears": Money(stack["arrears"]),
    }
    field = np.isnat(days_of(stack, "phoned_on"))  # blame the column that is empty, the written one first
    written = stack.blank("notified_on") | ~field
    bad = owed & (silent > most)
    why = Text(
        "不知道付款何时到期，也没有催款日期", "neither the due date of the payment nor a demand is known"
    )
    return [
        Flagged(bad & written, field="notified_on", related=("phoned_on", "agreed_by"), figures=figures),
        Flagged(bad & ~written, field="phoned_on", related=("notified_on", "agreed_by"), figures=figures),
        Unjudged(owed & np.isnat(since), why),
    ]


_URGED = Text("最近一次催款", "the last demand")
_DUE = Text("付款到期日", "the payment fell due")


def _payment_due(stack: Stack) -> Days:
    due = days_of(stack, "agreed_by")
    if not stack.handed_in("receivables"):
        return due
    theirs = stack.look_up(stack.partner("receivables"), {"claim_id": "claim_id"}, ["due_on"])
    ledger = theirs["due_on"].to_numpy().astype("datetime64[D]")
    out: Days = np.where(np.isnat(due), ledger, due)
    return out


@rule("PRJ006")
def prj006(stack: Stack, params: Params) -> list[Flagged]:
    """质保金即将到期，或到期未收回

    依据：清欠包括合同价款的全部，质保金到期应及时收回（B-2）。

    错例：截止日期 2026-09-30，提前 30 天
    | 结算金额 | 已付工程款 | 质保金 | 质保到期日 |
    | --- | --- | --- | --- |
    | 1,000.00 | 950.00 | 50.00 | 2026-10-30 |
    | 1,000.00 | 950.00 | 50.00 | 2026-09-29 |

    正例：截止日期 2026-09-30，提前 30 天
    | 结算金额 | 已付工程款 | 质保金 | 质保到期日 |
    | --- | --- | --- | --- |
    | 1,000.00 | 950.00 | 50.00 | 2026-10-31 |
    | 1,000.00 | 1,000.00 | 50.00 | 2026-09-29 |

    参数：retention_lead_days（提前天数）

    局限：质保金是最后一笔款，已付达到结算金额（没有结算的取合同金额）即视为已收回；未付部分小于质保金的，以未付部分计。
    """
    lead = params.count("retention_lead_days")
    price = stack["settled_amount"].fillna(stack["contract_amount"])
    unpaid = (price - stack["paid"]).to_numpy(dtype="float64", na_value=np.nan)
    held = stack["retention"].to_numpy(dtype="float64", na_value=np.nan)
    rest = np.minimum(unpaid, held)
    owed = np.nan_to_num(rest) >= stack.step
    past = days_from(days_of(stack, "retention_due_on"), stack)
    soon = Text("即将到期，还有", "falls due in")
    over = Text("已经到期未收回，过了", "is past due and unpaid, by")
    return [
        Flagged(
            owed & (past <= 0) & (past >= -lead),
            figures={"problem": soon, "days": whole_days(-past), "rest": Money(rest)},
        ),
        Flagged(owed & (past > 0), figures={"problem": over, "days": whole_days(past), "rest": Money(rest)}),
    ]


@rule("PRJ007")
def prj007(stack: Stack, _params: Params) -> list[Flagged]:
    """结算金额大于合同金额而无说明，或应付大于结算金额

    依据：筛选资料时应确定清欠金额（B-4-2）：结算超出合同须有变更签证或补充协议，应付不得超出结算。

    错例：
    | 合同金额 | 结算金额 | 应付工程款 | 备注 |
    | --- | --- | --- | --- |
    | 1,000.00 | 1,000.01 | 1,000.01 | |
    | 1,000.00 | 900.00 | 900.01 | |

    正例：
    | 合同金额 | 结算金额 | 应付工程款 | 备注 |
    | --- | --- | --- | --- |
    | 1,000.00 | 1,200.00 | 1,200.00 | 设计变更签证 3 份 |
    | 1,000.00 | 900.00 | 900.00 | |

    参数：无

    局限：结算金额空白视为尚未结算，不比较；只看备注是否填写，不核对签证。
    """
    contract, settled, payable = stack["contract_amount"], stack["settled_amount"], stack["payable"]
    over = Text("大于合同金额 ", "is over the contract amount of ")
    more = Text("大于结算金额 ", "is over the final account of ")
    return [
        Flagged(
            true(settled > contract) & stack.differs(settled, contract) & stack.blank("remark"),
            field="settled_amount", figures={"problem": over, "than": Money(contract)},
            related=("contract_amount", "remark"),
        ),
        Flagged(
            true(payable > settled) & stack.differs(payable, settled), field="payable",
            figures={"problem": more, "than": Money(settled)}, related=("settled_amount",),
        ),
    ]  # fmt: skip
