"""frictionless as used without Python: the rules on rows are declared, a ``row-constraint`` each, in its expression language.

What a YAML file would hold, here as a dictionary. Days are compared as ISO texts, since an expression has no dates but those of the
row; a date plus six months is none either, so the day by which a guarantee without an end runs out is reckoned back here, as its
writer would. frictionless parses an expression anew for each row, so each asks first what settles most rows. Columns that must be
filled are not asked whether they are: where one is blank, or no date, the row is at fault already.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta

from benchmarks.ledger import AS_OF
from benchmarks.peers.asked import Terms, asked
from benchmarks.peers.frictionless_table import faulty_rows

_NOT_LIVE = "账面余额 <= 0 or 清欠状态 in ('已结清', '已核销')"


def checklist() -> dict[str, Any]:
    formulas = _formulas(asked(AS_OF).terms)
    checks = [{"type": "row-constraint", "name": rule.lower(), "formula": f} for rule, f in formulas.items()]
    return {"checks": checks, "pickErrors": ["#row", "#cell"]}


def _formulas(t: Terms) -> dict[str, str]:
    """What must hold, by rule; REC003 and REC016 are constraints of columns."""
    *older, oldest = zip(t.bands, (*t.band_limits, None), strict=True)
    band = " else ".join(f"'{name}' if str(业务发生日期) >= '{since}'" for name, since in older)
    runs_out = t.guarantee_by - relativedelta(months=t.guarantee_months)
    return {
        "REC001": "-0.005 < 原始金额 - 已收金额 - 账面余额 < 0.005",
        "REC002": "约定付款日 >= 业务发生日期",
        "REC004": f"账龄段 == ({band} else '{oldest[0]}')",
        "REC005": f"逾期天数 is None or 逾期天数 == {t.as_of.toordinal()} - 约定付款日.toordinal()"
        f" or 逾期天数 == 0 and (str(约定付款日) >= '{t.as_of}' or 账面余额 <= 0)",
        "REC006": "经办人 and 责任人 or 账面余额 <= 0",
        "REC007": f"str(业务发生日期) >= '{t.confirmed_since}' or {_NOT_LIVE}"
        f" or 最近签认日期 and str(最近签认日期) >= '{t.confirmed_since}'",
        "REC011": "清欠状态 in ('已结清', '已核销') if -0.005 < 账面余额 < 0.005 else 清欠状态 != '已结清'",
        "REC012": f"str(约定付款日) >= '{t.as_of}' or 清欠状态 != '正常' or 账面余额 <= 0",
        "REC014": "not 已提坏账准备 or 已提坏账准备 - (账面余额 if 账面余额 > 0 else 0) < 0.005",
        "REC015": "汇率 is None or 汇率 == 1 if 币种 == 'CNY' or 币种 is None else 汇率 and 汇率 > 0",
        "REC019": f"str(最近书面催收日期 or '') >= '{t.dunned_since}' or str(约定付款日) >= '{t.dunned_since}'"
        f" and (清欠状态 != '追讨' or not 最近书面催收日期 or str(约定付款日) < '{t.as_of}') or {_NOT_LIVE}",
        "REC020": f"担保方式 != '保证' or (str(保证期间届满日) > '{t.guarantee_by}' if 保证期间届满日"
        f" else str(约定付款日) > '{runs_out}') or {_NOT_LIVE}",
        "REC021": f"是否争议 != '是' or 争议原因 and (str(约定付款日) >= '{t.disputed_since}' or {_NOT_LIVE})",
    }


@cache
def _checklist() -> Any:
    from frictionless import Checklist

    return Checklist.from_descriptor(checklist())


def check(path: Path) -> set[int]:
    return faulty_rows(path, _checklist())
