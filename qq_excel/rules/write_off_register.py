"""WOR: 坏账核销备查簿, the memo ledger of what was written off and is still pursued (账销案存)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from qq_excel.kinds.model import NO
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
from qq_excel.rules.write_offs import APPROVED

_APPLICATION = {"application_id": "application_id"}


def _first_application(stack: Stack) -> Days:
    """Per row, the first 申请日期 in its submission's applications: how far back that table reaches."""
    other = stack.partner("write_offs")
    first = pd.Series(days_of(other, "applied_on").astype("datetime64[s]")).groupby(other.submission).min()
    return as_days(first.reindex(stack.submission).to_numpy())


def _another(stack: Stack, claim: pd.Series[Any]) -> Mask:
    """Rows whose claim is another than *claim*; a blank one is CEL001's, in whichever table it is."""
    mask: Mask = stack.filled("claim_id") & true(claim.notna()) & true(stack["claim_id"] != claim)
    return mask


@rule("WOR001")
def wor001(stack: Stack, _params: Params) -> Iterator[Flagged | Unjudged]:
    """核销没有已批准的申请

    依据：凭会议批准文件列销并报备案（F-17）；没有批准的申请，债权不得核销。

    错例：
    | 备查簿的申请编号 | 申请表的申请编号 | 申请表的状态 |
    | --- | --- | --- |
    | HX-0009 | （没有） | |
    | HX-0001 | HX-0001 | 审核中 |

    正例：
    | 备查簿的申请编号 | 申请表的申请编号 | 申请表的状态 |
    | --- | --- | --- |
    | HX-0001 | HX-0001 | 已批准 |

    参数：无

    局限：编号逐字比较；备查簿逐年累积，批准日期早于所交申请表最早申请日期的往年核销查不到申请，列为无法判断。
    """
    theirs = stack.look_up(stack.partner("write_offs"), _APPLICATION, ["status", "claim_id"])
    found, named = true(theirs["_found"]), stack.filled("application_id")
    older = named & ~found & (days_of(stack, "approved_on") < _first_application(stack))
    absent = Text("在坏账核销申请表中没有这份申请", "is no application in the table of write-offs")
    pending = Text("这份申请的状态不是“已批准”，而是", "belongs to an application that is not 已批准 but ")
    other = Text("这份申请核销的是另一笔债权 ", "belongs to an application for another claim, ")
    nothing = Text("", "")
    status, claim = theirs["status"], theirs["claim_id"]
    yield Flagged(named & ~found & ~older, figures={"problem": absent, "what": nothing})
    yield Flagged(
        found & true(status.notna()) & ~true(status == APPROVED),
        figures={"problem": pending, "what": status},
    )
    yield Flagged(
        found & _another(stack, claim), figures={"problem": other, "what": claim},
        related=("claim_id",),
    )  # fmt: skip
    why = Text(
        "核销早于所交申请表的最早申请日期，请连同往年的申请一并提交",
        "the write-off is older than every application handed in; hand in those of earlier years too",
    )
    yield Unjudged(older, why)


@rule("WOR002")
def wor002(stack: Stack, _params: Params) -> Flagged:
    """核销金额与批准的金额不符

    依据：凭批准文件列销（F-17），批准多少核销多少。

    错例：
    | 备查簿的核销金额 | 申请表的申请核销金额 |
    | --- | --- |
    | 600.01 | 600.00 |

    正例：
    | 备查簿的核销金额 | 申请表的申请核销金额 |
    | --- | --- |
    | 600.00 | 600.00 |

    参数：无

    局限：申请表没有单独的批准金额，以申请核销金额为准；查不到申请的由 WOR001 报告。
    """
    theirs = stack.look_up(stack.partner("write_offs"), _APPLICATION, ["amount"])
    approved = theirs["amount"]
    bad = stack.differs("amount", approved, theirs["_step"].to_numpy())
    return Flagged(bad, expected=approved, figures={"gap": Money(stack["amount"] - approved)})


@rule("WOR003")
def wor003(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """核销没有报备案

    依据：批准文件报集团财务部备案（F-17），核销档案报清欠办备案（F-18）。

    错例：
    | 财务部备案日期 | 清欠办备案日期 |
    | --- | --- |
    | 2026-09-25 | |

    正例：
    | 财务部备案日期 | 清欠办备案日期 |
    | --- | --- |
    | 2026-09-25 | 2026-09-25 |

    参数：无

    局限：只看日期是否填写，不核对备案回执。
    """
    for name in ("finance_filed_on", "office_filed_on"):
        yield Flagged(stack.blank(name), field=name)


@rule("WOR004")
def wor004(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """核销没有档案

    依据：核销后建立核销档案（F-18），档案须在清欠档案登记表中登记，并属于这笔债权。

    错例：
    | 备查簿的档案编号 | 登记表的档案编号 | 登记表的债权编号 |
    | --- | --- | --- |
    | | | |
    | DA-0009 | （没有） | |

    正例：
    | 备查簿的档案编号 | 登记表的档案编号 | 登记表的债权编号 |
    | --- | --- | --- |
    | DA-0001 | DA-0001 | ZQ-0001 |

    参数：无

    局限：编号逐字比较；没有交来清欠档案登记表时，只判断是否填写，其余列为无法判断。
    """
    nothing = Text("", "")
    named = stack.filled("dossier_id")
    blank = Text("没有填写档案编号", "no dossier number is given")
    yield Flagged(~named, figures={"problem": blank, "whose": nothing})
    yield from not_handed_in(stack, params, "dossiers", named)
    handed = stack.beside("dossiers")
    if not handed.any():
        return
    theirs = stack.look_up(stack.partner("dossiers"), {"dossier_id": "dossier_id"}, ["claim_id"])
    found, claim = true(theirs["_found"]), theirs["claim_id"]
    absent = Text("在清欠档案登记表中没有这份档案", "the register of dossiers has no such dossier")
    other = Text("这份档案属于另一笔债权 ", "the dossier belongs to another claim, ")
    yield Flagged(named & handed & ~found, figures={"problem": absent, "whose": nothing})
    yield Flagged(
        found & _another(stack, claim),
        figures={"problem": other, "whose": claim},
    )


@rule("WOR005")
def wor005(stack: Stack, _params: Params) -> Flagged:
    """账外余额未清而停止追索

    依据：核销后不放弃债权，继续追索（F-18）。

    错例：
    | 账外余额 | 是否继续追索 |
    | --- | --- |
    | 0.01 | 否 |

    正例：
    | 账外余额 | 是否继续追索 |
    | --- | --- |
    | 0.01 | 是 |
    | 0.00 | 否 |

    参数：无

    局限：确已无法追索、经批准销案的，应另有销案批准，本表没有登记栏，请在备注写明并申请豁免。
    """
    left = stack["outstanding"]
    bad = stack.is_one_of("still_pursued", [NO]) & true(left >= pd.Series(stack.step))
    return Flagged(bad, figures={"left": Money(left)})


@rule("WOR006")
def wor006(stack: Stack, _params: Params) -> Flagged:
    """累计收回超过核销金额

    依据：核销后收回的款项须入账（F-19）；收回的多于核销的，说明金额登记有误，或另有债权。

    错例：
    | 核销金额 | 累计收回金额 |
    | --- | --- |
    | 600.00 | 600.01 |

    正例：
    | 核销金额 | 累计收回金额 |
    | --- | --- |
    | 600.00 | 600.00 |

    参数：无

    局限：收回的利息、违约金不属于核销的本金，请勿填入累计收回金额。
    """
    amount, recovered = stack["amount"], stack["recovered"]
    bad = true(recovered > amount) & stack.differs(recovered, amount)
    return Flagged(bad, figures={"amount": Money(amount), "over": Money(recovered - amount)})


@rule("WOR007")
def wor007(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """核销后收回的款项没有日期或凭证

    依据：已核销债权收回后必须入账，不得转移、隐匿（F-19）。

    错例：
    | 累计收回金额 | 最近收回日期 | 收回入账凭证号 |
    | --- | --- | --- |
    | 100.00 | 2026-09-28 | |

    正例：
    | 累计收回金额 | 最近收回日期 | 收回入账凭证号 |
    | --- | --- | --- |
    | 100.00 | 2026-09-28 | 记-0456 |
    | | | |

    参数：无

    局限：只看是否填写最近一次的日期和凭证，不逐笔核对。
    """
    some = true(stack["recovered"] > 0)
    for name in ("recovered_on", "recovery_voucher_no"):
        yield Flagged(some & stack.blank(name), field=name, figures={"recovered": Money(stack["recovered"])})


@rule("WOR008")
def wor008(stack: Stack, _params: Params) -> Flagged:
    """账外余额不等于核销金额减累计收回金额

    依据：设辅助账簿登记已核销债权，继续追索（F-18），余额要算对。

    错例：
    | 核销金额 | 累计收回金额 | 账外余额 |
    | --- | --- | --- |
    | 600.00 | 100.00 | 600.00 |

    正例：
    | 核销金额 | 累计收回金额 | 账外余额 |
    | --- | --- | --- |
    | 600.00 | 100.00 | 500.00 |
    | 600.00 | | 600.00 |

    参数：无

    局限：累计收回金额空白视为 0；差额不到本表金额单位的 0.01 时视为相等。
    """
    recovered = stack["recovered"].fillna(0)
    expected = stack["amount"] - recovered
    figures = {"amount": Money(stack["amount"]), "recovered": Money(recovered)}
    return Flagged(stack.differs("outstanding", expected), expected=expected, figures=figures)


@rule("WOR009")
def wor009(stack: Stack, _params: Params) -> Flagged:
    """核销记账早于批准

    依据：先有会议批准文件，再按核算要求列销（F-17）。

    错例：
    | 批准日期 | 核销记账日期 |
    | --- | --- |
    | 2026-09-20 | 2026-09-19 |

    正例：
    | 批准日期 | 核销记账日期 |
    | --- | --- |
    | 2026-09-20 | 2026-09-20 |

    参数：无

    局限：只比较本表的两个日期，同一天视为顺序正确。
    """
    approved = days_of(stack, "approved_on")
    return Flagged(days_of(stack, "booked_on") < approved, figures={"approved": approved})


@rule("WOR010")
def wor010(stack: Stack, params: Params) -> Flagged:
    """已批准的申请没有登记备查簿

    依据：批准后列销并报备案（F-17），设辅助账簿继续追索（F-18），应及时登记。

    错例：截止日期 2026-09-30，期限 30 天
    | 状态 | 批准日期 | 备查簿 |
    | --- | --- | --- |
    | 已批准 | 2026-08-30 | （没有） |

    正例：截止日期 2026-09-30，期限 30 天
    | 状态 | 批准日期 | 备查簿 |
    | --- | --- | --- |
    | 已批准 | 2026-08-31 | （没有） |
    | 已批准 | 2026-08-30 | HX-0001 |

    参数：register_within_days（批准后登记备查簿的期限）

    局限：按申请编号对应；批准日期空白的由 WOF007 报告；已登记的不看登记得是否及时。
    """
    most = params.count("register_within_days")
    found = true(stack.look_up(stack.partner("write_off_register"), _APPLICATION, [])["_found"])
    age = days_from(days_of(stack, "approved_on"), stack)
    bad = stack.is_one_of("status", [APPROVED]) & stack.filled("application_id") & ~found & (age > most)
    figures = {"approved": days_of(stack, "approved_on"), "age": whole_days(age), "most": most}
    return Flagged(bad, figures=figures)
