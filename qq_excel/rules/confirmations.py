"""CFM: 对账签认表, alone and against the receivables that it confirms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qq_excel.policy import Params
from qq_excel.policy.calendar import as_days
from qq_excel.rules.answer import Flagged, Money
from qq_excel.rules.limitation import days_of
from qq_excel.rules.partners import latest
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

_CLAIM = {"claim_id": "claim_id"}


@rule("CFM001")
def cfm001(stack: Stack, _params: Params) -> Flagged:
    """差异不等于销售部余额减财务部余额

    依据：财务部与销售部定期核对明细表，保证数据准确完整（C-5-2）。

    错例：
    | 销售部余额 | 财务部余额 | 差异 |
    | --- | --- | --- |
    | 600.00 | 500.00 | 0.00 |

    正例：
    | 销售部余额 | 财务部余额 | 差异 |
    | --- | --- | --- |
    | 600.00 | 500.00 | 100.00 |
    | 500.00 | 600.00 | -100.00 |

    参数：无

    局限：差额不到本表金额单位的 0.01 时视为相等。
    """
    sales, finance = stack["sales_balance"], stack["finance_balance"]
    expected = sales - finance
    figures = {"sales": Money(sales), "finance": Money(finance)}
    return Flagged(stack.differs("difference", expected), expected=expected, figures=figures)


@rule("CFM002")
def cfm002(stack: Stack, _params: Params) -> Flagged:
    """两部门余额有差异而没有说明原因

    依据：财务部与销售部定期核对（C-5-2），发现的问题应及时处理（C-5-3）。

    错例：
    | 销售部余额 | 财务部余额 | 差异原因 |
    | --- | --- | --- |
    | 600.00 | 599.99 | |

    正例：
    | 销售部余额 | 财务部余额 | 差异原因 |
    | --- | --- | --- |
    | 600.00 | 599.99 | 尾差，已由财务部调整 |
    | 600.00 | 600.00 | |

    参数：无

    局限：以两部门余额计算的差异为准，差异栏填错由 CFM001 报告；只看是否填写原因。
    """
    sales, finance = stack["sales_balance"], stack["finance_balance"]
    bad = stack.differs(sales, finance) & stack.blank("difference_reason")
    return Flagged(bad, figures={"gap": Money(sales - finance)})


@rule("CFM003")
def cfm003(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """已签认而没有签认人或凭证

    依据：定期组织书面签认，使债权在法律上可以追索（F-26）；没有签认人和凭证，签认无从证明。

    错例：
    | 签认日期 | 签认人 | 凭证号 |
    | --- | --- | --- |
    | 2026-09-01 | 王经理 | |

    正例：
    | 签认日期 | 签认人 | 凭证号 |
    | --- | --- | --- |
    | 2026-09-01 | 王经理 | QR-0001 |
    | | | |

    参数：无

    局限：只看是否填写，不判断签认人是否有权代表债务人。
    """
    signed = stack.filled("signed_on")
    for name in ("signed_by", "proof_no"):
        yield Flagged(signed & stack.blank(name), field=name, figures={"signed": days_of(stack, "signed_on")})


@rule("CFM004")
def cfm004(stack: Stack, _params: Params) -> Flagged:
    """债务人确认的余额与我方不符

    依据：应核对欠款金额（G-11）；债务人只确认一部分的，其余部分的证据须另行取得。

    错例：
    | 财务部余额 | 债务人确认余额 |
    | --- | --- |
    | 600.00 | 599.99 |

    正例：
    | 财务部余额 | 债务人确认余额 |
    | --- | --- |
    | 600.00 | 600.00 |
    | 600.00 | |

    参数：无

    局限：我方余额取财务部余额；债务人确认余额空白视为尚未回函。
    """
    ours, theirs = stack["finance_balance"], stack["debtor_balance"]
    figures = {"ours": Money(ours), "gap": Money(theirs - ours)}
    return Flagged(stack.differs(theirs, ours), expected=ours, figures=figures)


@rule("CFM005")
def cfm005(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """账面余额或最近签认日期与对账签认表不符

    依据：数据应准确完整、相互一致（C-5-2）：同一截止日期的账面余额应等于财务部余额，最近签认日期应等于最近一次签认。

    错例：截止日期 2026-09-30
    | 表 | 对账截止日 | 余额 | 签认日期 |
    | --- | --- | --- | --- |
    | 应收账款明细表 | | 600.00 | 2026-09-01 |
    | 对账签认表 | 2026-09-30 | 500.00 | 2026-09-05 |

    正例：截止日期 2026-09-30
    | 表 | 对账截止日 | 余额 | 签认日期 |
    | --- | --- | --- | --- |
    | 应收账款明细表 | | 600.00 | 2026-09-01 |
    | 对账签认表 | 2026-09-30 | 600.00 | 2026-09-01 |

    参数：无

    局限：对账截止日与本表截止日期不同的，余额不比较；同一债权多次对账的，取最近一次；外币债权两表都按人民币填列；截止
    日期之后的签认不计；对账签认表没有该债权签认的，不比较签认日期。
    """
    book = stack.partner("confirmations")
    today = np.datetime64(stack.as_of, "D")
    now = latest(book, "claim_id", "signed_on", days_of(book, "cut_off") == today)
    theirs = stack.look_up(now, _CLAIM, ["finance_balance"])
    confirmed, step = theirs["finance_balance"], theirs["_step"].to_numpy()
    differs = stack.differs("balance", confirmed, step)
    yield Flagged(differs, field="balance", expected=confirmed, figures={"what": Money(confirmed)})
    signed = latest(book, "claim_id", "signed_on", days_of(book, "signed_on") <= today)
    on = as_days(stack.look_up(signed, _CLAIM, ["signed_on"])["signed_on"].to_numpy())
    stated = days_of(stack, "confirmed_on")
    other = ~np.isnat(on) & (np.isnat(stated) | (stated != on))
    yield Flagged(other, field="confirmed_on", expected=on, figures={"what": on})
