"""Docstrings come apart into their sections; a broken one is refused by its rule's name."""

from __future__ import annotations

import pytest

from qq_excel.catalogue import all_rules
from qq_excel.errors import SchemaError
from qq_excel.rules.documentation import Example, documentation, parse

WHOLE = """余额不符

依据：账目应准确（C-5-2）；
错一处，处处错。

错例：截止日期 2026-09-30
| 原始金额 | 余额 |
| --- | --- |
| 1.00 | |

正例：
| 原始金额 | 余额 |
| --- | --- |
| 1.00 | 1.00 |

有签认的：
| 原始金额 |
| --- |
| 2.00 |
| 3.00 |

参数：无

局限：see CAS001
and CAS002。"""


def test_sections() -> None:
    doc = parse("XXX001", WHOLE)
    assert doc.headline == "余额不符"
    assert doc.why == "账目应准确（C-5-2）；错一处，处处错。"
    assert doc.bad == (Example("截止日期 2026-09-30", ("原始金额", "余额"), (("1.00", ""),)),)
    assert doc.good == (
        Example("", ("原始金额", "余额"), (("1.00", "1.00"),)),
        Example("有签认的：", ("原始金额",), (("2.00",), ("3.00",))),
    )
    assert doc.parameters == "无"
    assert doc.limits == "see CAS001 and CAS002。"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("局限：", "限制：", "XXX001 的说明应依次有"),
        ("错例：", "正例：", "XXX001 的说明应依次有"),
        ("| 1.00 | |\n", "| 1.00 |\n", "XXX001 的错例或正例不是表格"),
        ("| 原始金额 | 余额 |\n| --- | --- |\n| 1.00 | |\n", "没有表格\n", "XXX001 的错例或正例不是表格"),
        ("| 3.00 |\n", "| 3.00 |\n\n多余的话\n", "XXX001 的错例或正例不是表格"),
        ("| --- |\n", "", "XXX001 的错例或正例不是表格"),
    ],
)
def test_broken_docstrings(old: str, new: str, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(SchemaError, match=said):
        parse("XXX001", WHOLE.replace(old, new))


@pytest.mark.parametrize("rule_id", list(all_rules()))
def test_every_rule_is_documented(rule_id: str) -> None:
    doc = documentation(rule_id)
    for text in (doc.headline, doc.why, doc.parameters, doc.limits):
        assert text
        assert "\n" not in text
        assert "| " not in text
    for name in all_rules()[rule_id].params:
        assert name in doc.parameters, f"{rule_id}: 参数 does not tell of {name}"
