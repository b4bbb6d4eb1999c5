"""STF: 清欠人员台账."""

from __future__ import annotations

import numpy as np

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.policy.calendar import add_months
from qq_excel.rules.answer import Flagged
from qq_excel.rules.limitation import days_of
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack


@rule("STF001")
def stf001(stack: Stack, params: Params) -> Flagged:
    """所属机构不是本制度规定的机构

    依据：清欠办下设的机构由制度规定（E-5、G-6、D-3-1），人员应归属其中之一。

    错例：办公室、业务部、法务部、财务部
    | 姓名 | 所属机构 |
    | --- | --- |
    | 王芳 | 后勤部 |

    正例：办公室、业务部、法务部、财务部
    | 姓名 | 所属机构 |
    | --- | --- |
    | 王芳 | 法务部 |

    参数：teams（内设机构）

    局限：名称须与制度逐字一致；制度没有列出机构时无法判断；所属机构空白由 CEL001 报告。
    """
    teams = params.words("teams")
    return Flagged(stack.filled("team") & ~stack.is_one_of("team", teams), expected="、".join(teams))


@rule("STF002")
def stf002(stack: Stack, params: Params) -> Flagged:
    """超过培训间隔没有培训

    依据：清欠人员应定期接受法律和业务培训（D-3-2、H-17）。从最近培训日期起算；从未培训的，从上岗日期起算。

    错例：截止日期 2026-09-30，间隔 12 个月
    | 上岗日期 | 最近培训日期 |
    | --- | --- |
    | 2020-03-01 | 2025-09-29 |

    正例：截止日期 2026-09-30，间隔 12 个月
    | 上岗日期 | 最近培训日期 |
    | --- | --- |
    | 2020-03-01 | 2025-09-30 |
    | 2026-03-01 | |

    参数：train_every_months（培训间隔）

    局限：按公历月计算，恰满间隔的当日仍属按时；只看日期，不看培训内容；上岗前的培训从上岗日期起算。
    """
    months = params.count("train_every_months")
    last = np.fmax(days_of(stack, "started_on"), days_of(stack, "trained_on"))
    due = add_months(last, months)
    bad = due < np.datetime64(stack.as_of, "D")
    return Flagged(bad, figures={"last": last, "due": due, "months": months})


@rule("STF003")
def stf003(stack: Stack, _params: Params) -> list[Flagged]:
    """没有签署保密承诺，或签署晚于上岗

    依据：清欠工作应保守商业秘密和客户隐私（E-3），上岗前签署保密承诺。

    错例：
    | 上岗日期 | 保密承诺签署日期 |
    | --- | --- |
    | 2026-03-01 | |
    | 2026-03-01 | 2026-03-02 |

    正例：
    | 上岗日期 | 保密承诺签署日期 |
    | --- | --- |
    | 2026-03-01 | 2026-03-01 |

    参数：无

    局限：只看日期，不核对承诺书原件。
    """
    started, signed = days_of(stack, "started_on"), days_of(stack, "nda_on")
    none = Text("没有签署日期", "no day of signing is given")
    late = Text("晚于上岗日期", "it is after the start on")
    return [
        Flagged(stack.blank("nda_on"), figures={"problem": none, "started": started}, expected=started),
        Flagged(signed > started, figures={"problem": late, "started": started}, expected=started),
    ]
