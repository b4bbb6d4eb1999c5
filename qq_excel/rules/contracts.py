"""CON: 合同台账, alone and against the receivables that name its contracts."""

from __future__ import annotations

from typing import Any

from qq_excel.policy import Params
from qq_excel.rules.answer import Flagged, Money
from qq_excel.rules.exposure import Term, contracts, term, whole_days
from qq_excel.rules.limitation import days_of, live_claims, still_owed
from qq_excel.rules.mask import true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack


def _figures(stack: Stack, of: Term) -> dict[str, Any]:
    return {
        "contract": stack["contract_id"],
        "ends": of.ends,
        "left": whole_days(of.left),
        "past": whole_days(-of.left),
        "balance": Money(still_owed(stack.frame)),
    }


@rule("CON001")
def con001(stack: Stack, params: Params) -> Flagged:
    """合同即将到期，仍有余额且未续签

    依据：欠款即将达到合同期限时应当预警（F-28）。

    错例：截止日期 2026-09-30，提前 30 天
    | 合同到期日期 | 是否续签 | 账面余额 |
    | --- | --- | --- |
    | 2026-10-30 | 否 | 600.00 |

    正例：截止日期 2026-09-30，提前 30 天
    | 合同到期日期 | 是否续签 | 账面余额 |
    | --- | --- | --- |
    | 2026-10-31 | 否 | 600.00 |
    | 2026-10-30 | 是 | 600.00 |

    参数：contract_lead_days（提前天数）

    局限：“是否续签”空白视为未续签；到期当日仍属即将到期，已过期的由 CON002 报告。
    """
    lead = params.count("contract_lead_days")
    of = term(stack)
    bad = live_claims(stack) & (of.left >= 0) & (of.left <= lead) & ~of.renewed
    return Flagged(bad, figures=_figures(stack, of))


@rule("CON002")
def con002(stack: Stack, _params: Params) -> Flagged:
    """合同已到期，仍有余额而没有清欠措施

    依据：欠款超过合同期限的，如无特殊原因，由清欠办追讨（F-29），须写明采取的措施。

    错例：截止日期 2026-09-30
    | 合同到期日期 | 账面余额 | 清欠措施 |
    | --- | --- | --- |
    | 2026-09-29 | 600.00 | |

    正例：截止日期 2026-09-30
    | 合同到期日期 | 账面余额 | 清欠措施 |
    | --- | --- | --- |
    | 2026-09-30 | 600.00 | |
    | 2026-09-29 | 600.00 | 已发催收函 |

    参数：无

    局限：合同续签后应把到期日期改为新的日期，未改的仍按原日期判断；只看是否填写了措施，不判断是否有效。
    """
    of = term(stack)
    bad = live_claims(stack) & (of.left < 0) & stack.blank("measure")
    return Flagged(bad, figures=_figures(stack, of))


@rule("CON003")
def con003(stack: Stack, _params: Params) -> Flagged:
    """应收账款的合同不在合同台账中

    依据：经营管理部登记合同条款并据以预警（F-6、F-28）；查不到合同，就无法知道期限。

    错例：
    | 应收账款的合同编号 | 合同台账的合同编号 |
    | --- | --- |
    | HT-9999 | HT-0001 |

    正例：
    | 应收账款的合同编号 | 合同台账的合同编号 |
    | --- | --- |
    | HT-0001 | HT-0001 |

    参数：无

    局限：编号须逐字相同；应收账款的合同编号空白由 CEL001 报告。
    """
    return Flagged(stack.filled("contract_id") & ~true(contracts(stack)["_found"]))


@rule("CON004")
def con004(stack: Stack, _params: Params) -> list[Flagged]:
    """合同到期或生效日期早于签订日期

    依据：合同条款应登记准确（F-6）。到期早于签订是错误；生效早于签订可能是补签，需要说明。

    错例：
    | 签订日期 | 生效日期 | 到期日期 |
    | --- | --- | --- |
    | 2026-01-05 | 2026-01-10 | 2026-01-04 |
    | 2026-01-05 | 2026-01-04 | 2027-01-04 |

    正例：
    | 签订日期 | 生效日期 | 到期日期 |
    | --- | --- | --- |
    | 2026-01-05 | 2026-01-05 | 2026-01-05 |

    参数：无

    局限：生效日期空白的不判断。
    """
    signed = days_of(stack, "signed_on")
    figures = {"signed": signed}
    return [
        Flagged(days_of(stack, "expires_on") < signed, field="expires_on", figures=figures),
        Flagged(days_of(stack, "effective_on") < signed, field="effective_on", figures=figures, level="W"),
    ]


@rule("CON005")
def con005(stack: Stack, _params: Params) -> Flagged:
    """债务人与合同对方不是同一家

    依据：应核实债务人身份（G-11）；债权与合同的对方不一致，起诉和对账都会落空。

    错例：
    | 应收账款的债务人名称 | 合同台账的债务人名称 |
    | --- | --- |
    | 青岛海川机械有限公司 | 青岛海川重工有限公司 |

    正例：
    | 应收账款的债务人名称 | 合同台账的债务人名称 |
    | --- | --- |
    | 青岛海川机械有限公司 | 青岛海川机械有限公司 |

    参数：无

    局限：按名称逐字比较，更名、简称也会报告；债务转让的请在合同台账登记新的债务人。
    """
    theirs = contracts(stack)["debtor"]
    bad = stack.filled("debtor") & true(stack["debtor"] != theirs) & true(theirs.notna())
    return Flagged(bad, expected=theirs, figures={"contract": stack["contract_id"]})


@rule("CON006")
def con006(stack: Stack, _params: Params) -> Flagged:
    """已结算金额大于合同金额

    依据：清欠范围包括合同签订、进度款和结算（B-2）；超出合同的结算须有补充协议。

    错例：
    | 合同金额 | 已结算金额 |
    | --- | --- |
    | 5,000,000.00 | 5,000,000.01 |

    正例：
    | 合同金额 | 已结算金额 |
    | --- | --- |
    | 5,000,000.00 | 5,000,000.00 |

    参数：无

    局限：框架合同的金额为预计数，超出时请在备注说明。
    """
    amount, settled = stack["amount"], stack["settled"]
    bad = true(settled > amount) & stack.differs(settled, amount)
    return Flagged(bad, figures={"amount": Money(amount), "over": Money(settled - amount)})
