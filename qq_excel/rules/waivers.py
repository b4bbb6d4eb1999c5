"""WAI: waivers that have expired, that answer nothing, or that are not complete."""

from __future__ import annotations

from collections.abc import Iterator

from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params
from qq_excel.rules.answer import Spot
from qq_excel.rules.registry import rule
from qq_excel.waivers import Use


def _spot(use: Use, **figures: object) -> Spot:
    waiver = use.waiver
    shown = {"rule": waiver.rule or "—", "what": waiver.key or waiver.cell or "—", "line": waiver.line}
    return Spot(key=waiver.key or None, figures={**shown, **figures})


@rule("WAI001")
def wai001(use: Use, params: Params) -> Iterator[Spot]:
    """豁免已过有效期

    依据：豁免只在批准的期限内有效（本程序规定）；到期当日仍有效，次日起所豁免的问题恢复为待处理。

    错例：
    | 规则 | 业务编号 | 有效期至 | 截止日期 |
    | --- | --- | --- | --- |
    | REC007 | ZQ-0001 | 2026-06-30 | 2026-09-30 |

    正例：
    | 规则 | 业务编号 | 有效期至 | 截止日期 |
    | --- | --- | --- | --- |
    | REC007 | ZQ-0001 | 2026-12-31 | 2026-09-30 |

    参数：无

    局限：按工作簿的截止日期判断，不取今天；没有截止日期时无法判断，豁免也不起作用。
    """
    del params
    if use.waiver.flaw is None and use.day is None:
        raise CannotJudge(
            Text("没有截止日期，不知豁免是否在有效期内", "there is no as-of date to hold it against")
        )
    if use.expired:
        yield _spot(use, until=use.waiver.valid_until, day=use.day, hits=use.hits)


@rule("WAI002")
def wai002(use: Use, params: Params) -> Iterator[Spot]:
    """豁免没有用到

    依据：豁免所针对的问题已不存在或写错了编号，应及时清理，以免日后误放（本程序规定）。

    错例：
    | 规则 | 业务编号 | 校验结果 |
    | --- | --- | --- |
    | REC007 | ZQ-0999 | 没有这一条 |

    正例：
    | 规则 | 业务编号 | 校验结果 |
    | --- | --- | --- |
    | REC007 | ZQ-0001 | REC007，ZQ-0001 |

    参数：无

    局限：只校验部分文件时，针对其他文件的豁免也会提示没有用到。
    """
    del params
    if use.holds and not use.hits:
        yield _spot(use)


@rule("WAI003")
def wai003(use: Use, params: Params) -> Iterator[Spot]:
    """豁免不完整或无效

    依据：豁免须写明规则、业务编号或单元格、理由、批准人和有效期；文件读不了、加密、超限等问题不能豁免（本程序规定）。

    错例：
    | 规则 | 业务编号 | 理由 | 批准人 | 有效期至 |
    | --- | --- | --- | --- | --- |
    | REC007 | ZQ-0001 | 对方改制 | （空） | 2026-12-31 |

    正例：
    | 规则 | 业务编号 | 理由 | 批准人 | 有效期至 |
    | --- | --- | --- | --- | --- |
    | REC007 | ZQ-0001 | 对方改制 | 王建国 | 2026-12-31 |

    参数：无

    局限：批准人是否有权批准不作判断。
    """
    del params
    if use.waiver.flaw is not None:
        yield _spot(use, flaw=use.waiver.flaw)
