"""CLM: 欠债申报受理登记表 of a public clearance office (D)."""

from __future__ import annotations

import numpy as np

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.rules.answer import Flagged
from qq_excel.rules.exposure import days_from, whole_days
from qq_excel.rules.limitation import days_of
from qq_excel.rules.mask import Mask
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

_REFUSED, _NO_MEASURE = "不予受理", "无"


@rule("CLM001")
def clm001(stack: Stack, params: Params) -> list[Flagged]:
    """没有在时限内作出受理决定

    依据：申报、调解、追缴各有固定程序（D-3-5），申报后应在时限内决定是否受理。

    错例：截止日期 2026-09-30，时限 7 天
    | 申报日期 | 受理结果 | 受理日期 |
    | --- | --- | --- |
    | 2026-09-22 | | |
    | 2026-09-10 | 受理 | 2026-09-18 |

    正例：截止日期 2026-09-30，时限 7 天
    | 申报日期 | 受理结果 | 受理日期 |
    | --- | --- | --- |
    | 2026-09-23 | | |
    | 2026-09-10 | 受理 | 2026-09-17 |

    参数：intake_days（受理时限）

    局限：自申报次日起按日历日计算；要求补正也算已作决定，补正后的期间不另计；办结后不再追究受理是否迟延。
    """
    most = params.count("intake_days")
    declared, accepted = days_of(stack, "declared_on"), days_of(stack, "accepted_on")
    waited = days_from(declared, stack)
    took = np.where(np.isnat(declared) | np.isnat(accepted), np.nan, (accepted - declared).astype("float64"))
    figures = {"declared": declared, "most": most}
    none = Text("尚未作出决定", "no decision was made")
    late = Text("才作出决定", "the decision was made")
    return [
        Flagged(
            stack.blank("decision") & (waited > most), field="decision",
            figures={**figures, "problem": none, "days": whole_days(waited)},
        ),
        Flagged(
            stack.filled("decision") & stack.blank("closed_on") & (took > most), field="accepted_on",
            figures={**figures, "problem": late, "days": whole_days(took)},
        ),
    ]  # fmt: skip


@rule("CLM002")
def clm002(stack: Stack, _params: Params) -> Flagged:
    """不予受理而没有说明理由

    依据：受理有固定程序和内容（D-3-5），不予受理的应告知申报人理由。

    错例：
    | 受理结果 | 不予受理理由 |
    | --- | --- |
    | 不予受理 | |

    正例：
    | 受理结果 | 不予受理理由 |
    | --- | --- |
    | 不予受理 | 已由法院立案审理 |

    参数：无

    局限：只看是否填写，不判断理由是否成立。
    """
    return Flagged(stack.is_one_of("decision", [_REFUSED]) & stack.blank("refusal_reason"))


def _coercive(stack: Stack) -> Mask:
    return stack.filled("measure") & ~stack.is_one_of("measure", [_NO_MEASURE])


@rule("CLM003")
def clm003(stack: Stack, params: Params) -> list[Flagged]:
    """采取强制措施没有文书号，或无权采取

    依据：查封、冻结、扣押、拍卖须有法律文书（D-2）；只有法定机关可以采取，企业没有这种权力，应申请法院保全或执行。

    错例：
    | 强制措施 | 文书号 | 制度 |
    | --- | --- | --- |
    | 查封 | | 清欠办规章制度 |
    | 查封 | QF-0001 | 集团清欠管理制度 |

    正例：
    | 强制措施 | 文书号 | 制度 |
    | --- | --- | --- |
    | 查封 | QF-0001 | 清欠办规章制度 |
    | 无 | | 集团清欠管理制度 |

    参数：coercive_powers（是否有权采取强制措施）

    局限：只看是否填写文书号，不核对文书；法院依申请采取的保全请登记在《诉讼及风险事件登记表》，本栏填“无”。
    """
    coercive = _coercive(stack)
    if not params.flag("coercive_powers"):
        none = Text("本单位没有采取强制措施的权力", "whoever keeps this table has no such power")
        return [Flagged(coercive, field="measure", figures={"problem": none, "measure": stack["measure"]},
                        expected=_NO_MEASURE)]  # fmt: skip
    no_paper = Text("没有文书号", "there is no number of an order")
    return [Flagged(coercive & stack.blank("warrant_no"), field="warrant_no",
                    figures={"problem": no_paper, "measure": stack["measure"]}, related=("measure",),
                    expected=Text("强制措施决定书的文号", "the number of the order"))]  # fmt: skip


@rule("CLM004")
def clm004(stack: Stack, _params: Params) -> list[Flagged]:
    """已定处理方式而没有承办人，或已办结而没有结果

    依据：调解、追缴各有固定的步骤和内容（D-3-5），事事有人办、件件有结果。

    错例：
    | 处理方式 | 承办人 | 办结日期 | 办结结果 |
    | --- | --- | --- | --- |
    | 调解 | | | |
    | 调解 | 王芳 | 2026-09-20 | |

    正例：
    | 处理方式 | 承办人 | 办结日期 | 办结结果 |
    | --- | --- | --- | --- |
    | 调解 | 王芳 | | |
    | 调解 | 王芳 | 2026-09-20 | 达成调解协议 |

    参数：无

    局限：只看是否填写，不评价内容。
    """
    nobody = Text("已定处理方式，没有承办人", "a track was chosen and nobody handles it")
    unsaid = Text("已办结，没有写明结果", "it was closed and the outcome is not said")
    return [
        Flagged(stack.filled("track") & stack.blank("officer"), field="officer", related=("track",),
                figures={"problem": nobody}),
        Flagged(stack.filled("closed_on") & stack.blank("outcome"), field="outcome", related=("closed_on",),
                figures={"problem": unsaid}),
    ]  # fmt: skip
