"""When a bad debt may be deducted by time alone: announcement 2011 no. 25 of the tax administration, arts. 22-24.

Art. 23: more than three years past due. Art. 24: more than one year past due and the single item not over
50,000 yuan or not over one ten-thousandth of the year's income. Either is booked as a loss, with an
explanation and a special report. The figures stand in the policy (``tax_*``). No tax advice.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from qq_excel import money
from qq_excel.language import Text, many
from qq_excel.policy.calendar import reached
from qq_excel.policy.model import Params

#: Whether the time has come; ``unknown`` where something is missing to tell.
Timing = Literal["yes", "no", "unknown"]


def by_time(
    due_on: dt.date | None, day: dt.date | None, cents: int | None, params: Params
) -> tuple[Timing, Text]:
    """Whether art. 23 or art. 24 lets a debt of *cents* due on *due_on* be deducted on *day*, and by which."""
    years, small_years = params.count("tax_years"), params.count("tax_small_years")
    if due_on is None or day is None or cents is None:
        return "unknown", Text(
            "缺少约定付款日、申请日期或金额，无法按第23、24条判断",
            "due date, date of application or amount is missing: arts. 23 and 24 cannot be judged",
        )
    if reached([due_on], years, day)[0]:
        return "yes", Text(
            f"逾期{years}年以上（第23条）", f"{many(years, 'year')} or more past due (art. 23)"
        )
    if not reached([due_on], small_years, day)[0]:
        return "no", Text(
            f"逾期不满{small_years}年，未到第23、24条的时间",
            f"less than {many(small_years, 'year')} past due (arts. 23, 24)",
        )
    limit, income = params.cents("tax_small_amount"), params.get("annual_income")
    if cents <= limit:
        return "yes", Text(
            f"逾期{small_years}年以上，单笔不超过 {money.yuan(limit)} 元（第24条）",
            f"over {many(small_years, 'year')} past due and not over {money.yuan(limit)} yuan (art. 24)",
        )
    if income is None:
        return "unknown", Text(
            f"逾期不满{years}年，单笔超过 {money.yuan(limit)} 元；是否不超过年度收入的万分之一，"
            "须在制度中填写 annual_income 才能判断（第24条）",
            f"less than {many(years, 'year')} past due and over {money.yuan(limit)} yuan: whether it is within the share of"
            " the year's income needs annual_income in the policy (art. 24)",
        )
    share = int(money.cents(income) * params.ratio("tax_small_ratio"))
    if cents <= share:
        return "yes", Text(
            f"逾期{small_years}年以上，单笔不超过年度收入的规定比例（{money.yuan(share)} 元，第24条）",
            f"over {many(small_years, 'year')} past due and within the share of income, {money.yuan(share)} yuan (art. 24)",
        )
    return "no", Text(
        f"逾期不满{years}年，且单笔超过小额标准（第23、24条）",
        f"less than {many(years, 'year')} past due and no small item (arts. 23, 24)",
    )
