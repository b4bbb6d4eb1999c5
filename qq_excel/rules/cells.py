"""CEL: single cells of any kind.

What reading noticed (a number written as text, an impossible date) comes as facts of the table; the rule of
the same id says where and what it means. The rest is judged on whole columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel import yamlfile
from qq_excel.kinds import Field, FieldType
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params
from qq_excel.reading import values
from qq_excel.reading.model import NO_RESULT, OTHER_WORKBOOK, Table
from qq_excel.rules.answer import Flagged, Spot, Unjudged
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

#: A cell with one of these holds something, though the typed table has it blank.
_UNREADABLE = ("CEL004", "CEL005", "CEL010", "CEL011")
#: Distinct values for which the nearest word is looked up; a column of garbage is not worth more.
_NEAREST = 200
#: Lists of the profile that another rule holds the cell against: stages (CAS001) and units (STF001).
_RULES_OF_THEIR_OWN = (("cases", "stage"), ("staff", "team"))
#: Words of a list, and rows of a repeated key, that one message shows.
_LISTED, _ROWS = 12, 5


def spots(table: Table, rule_id: str) -> Iterator[Spot]:
    """What reading noticed under *rule_id*, cell by cell."""
    for fact in table.facts.get(rule_id, ()):
        keys = _keys(table, fact.at)
        rows = table.rows[fact.at].tolist()
        for row, key, raw, read in zip(rows, keys, fact.raw, fact.read, strict=True):
            yield Spot(row=row, field=fact.field, value=raw or None, expected=read or None, key=key)


def _keys(table: Table, at: npt.NDArray[np.int64]) -> list[str | None]:
    return [key or None for key in _joined([table[name].iloc[at] for name in table.kind.key]).tolist()]


def noted(stack: Stack, name: str, rule_ids: tuple[str, ...]) -> Mask:
    """Rows about whose cell of *name* reading noticed one of *rule_ids*."""
    out = np.zeros(len(stack), dtype=bool)
    ends = np.searchsorted(stack.source, np.arange(len(stack.sources) + 1))
    for start, end, source in zip(ends, ends[1:], stack.sources, strict=False):
        table = source.table
        facts = [f for rule_id in rule_ids for f in table.facts.get(rule_id, ()) if f.field == name]
        if facts:
            there = np.zeros(len(table.data), dtype=bool)
            there[np.concatenate([f.at for f in facts])] = True
            out[start:end] = there[stack.position[start:end]]
    return out


@rule("CEL001")
def cel001(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """必填项为空

    依据：账目应准确、完整（C-5-2）；缺了必填项，后面的账龄、时效和额度都无法判断。

    错例：
    | 债权编号 | 债务人名称 |
    | --- | --- |
    | ZQ-0001 | |

    正例：
    | 债权编号 | 债务人名称 |
    | --- | --- |
    | ZQ-0001 | 青岛海川机械有限公司 |

    参数：无

    局限：数字 0 不算空；填了但无法识别的由 CEL004、CEL005、CEL010、CEL011 报告，整列缺失由 TAB001 报告。
    """
    for name in stack.kind.required:
        empty = stack.blank(name)
        if empty.any():
            yield Flagged(empty & stack.has(name) & ~noted(stack, name, _UNREADABLE), field=name)


@rule("CEL002")
def cel002(table: Table, _params: Params) -> Iterator[Spot]:
    """数字以文本形式填写

    依据：文本形式的数字在 Excel 的合计中不计入，账目就不准确（C-5-2）。

    错例：
    | 原始金额 | 已收金额 |
    | --- | --- |
    | 1,200元 | （300） |

    正例：
    | 原始金额 | 已收金额 |
    | --- | --- |
    | 1200.00 | -300.00 |

    参数：无

    局限：已按列出的数字读入并继续检查；“万元”按一万倍换算。
    """
    return spots(table, "CEL002")


@rule("CEL003")
def cel003(table: Table, _params: Params) -> Iterator[Spot]:
    """日期以文本形式填写

    依据：文本形式的日期不能在 Excel 中计算和排序，账龄和时效容易算错（C-5-2）。

    错例：
    | 业务发生日期 |
    | --- |
    | 2024.3.5 |
    | 20240305 |

    正例：
    | 业务发生日期 |
    | --- |
    | 2024-03-05 |

    参数：无

    局限：已按列出的日期读入并继续检查；只写到月的日期含义不唯一，请补上日。
    """
    return spots(table, "CEL003")


@rule("CEL004")
def cel004(table: Table, _params: Params) -> Iterator[Spot]:
    """应填数字而不是数字

    依据：账目应准确（C-5-2）；不是数字的内容无法计算。

    错例：
    | 账面余额 |
    | --- |
    | 约六百 |

    正例：
    | 账面余额 |
    | --- |
    | 600.00 |

    参数：无

    局限：该单元格按空白处理，依赖它的规则不作判断。
    """
    return spots(table, "CEL004")


@rule("CEL005")
def cel005(table: Table, _params: Params) -> Iterator[Spot]:
    """不是日期或日期不可能

    依据：账目应准确（C-5-2）；没有可靠的日期，账龄和诉讼时效无从算起（F-26）。

    错例：
    | 业务发生日期 |
    | --- |
    | 2024-02-30 |
    | 1900-01-05 |
    | 03/04/2024 |

    正例：
    | 业务发生日期 |
    | --- |
    | 2024-02-29 |

    参数：无

    局限：该单元格按空白处理，依赖它的规则不作判断；日在前还是月在前分不清的文本日期从不猜测。
    """
    for spot in spots(table, "CEL005"):
        spot.figures = {"reason": _no_date(spot.value or "")}
        yield spot


def _no_date(written: str) -> Text:
    """Why a text is taken for no date."""
    if not values.ambiguous(written):
        return Text("不是可能的日期", "is no possible date")
    days = [day.isoformat() for day in values.readings(written)]
    if not days:
        return Text(
            "只写了两位年份，年月日的先后分不清", "has a year of two digits, so its order cannot be told"
        )
    return Text(f"分不清是 {' 还是 '.join(days)}，不作猜测", f"may be {' or '.join(days)}; nobody guesses")


@rule("CEL006")
def cel006(table: Table, _params: Params) -> Iterator[Spot]:
    """多余的空格或换行

    依据：多一个空格，同一债务人就会被当成两个，额度和账龄分散统计（C-5-2）。

    错例：· 代表空格
    | 债务人名称 |
    | --- |
    | ·青岛海川机械有限公司 |

    正例：
    | 债务人名称 |
    | --- |
    | 青岛海川机械有限公司 |

    参数：无

    局限：已去掉多余空格后继续检查。
    """
    return spots(table, "CEL006")


@rule("CEL007")
def cel007(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """填写的内容不在可选值内

    依据：统一的可选值是汇总、预警和考核的基础（C-5-2）；列表以外的写法程序无法归类。

    错例：
    | 清欠状态 | 账龄段 |
    | --- | --- |
    | 起诉中 | 1-2年 |

    正例：
    | 清欠状态 | 账龄段 |
    | --- | --- |
    | 诉讼 | 1至2年 |

    参数：age_bands（账龄段的可选值）

    局限：最接近的值只按字面比较，请核对含义后再采用；清欠台账的当前阶段见 CAS001，清欠人员的所属机构见 STF001。
    """
    for field in stack.kind.fields:
        if field.type not in (FieldType.ENUM, FieldType.YESNO):
            continue
        there = stack.filled(field.name)
        if not there.any() or (stack.kind.kind, field.name) in _RULES_OF_THEIR_OWN:
            continue
        try:
            words = _words(field, params)
        except CannotJudge as reason:
            yield Unjudged(there, reason.why)
            continue
        bad = there & ~stack.is_one_of(field.name, words)
        if not bad.any():
            continue
        wrong = stack[field.name].where(bad)
        distinct = wrong.dropna().drop_duplicates().tolist()[:_NEAREST]
        # RMB is not RUB written wrong: a letter makes another currency
        codes = all(len(w) == 3 and w.isascii() for w in words)
        near = {w: None if codes else yamlfile.nearest(str(w), list(words)) for w in distinct}
        every = "、".join(words[:_LISTED]) + ("等" if len(words) > _LISTED else "")
        listed = Text(f"可选值：{every}", f"choose from {every}")
        hints = {
            w: Text(f"最接近的可选值是“{n}”", f"the nearest choice is '{n}'") if n else listed
            for w, n in near.items()
        }
        yield Flagged(
            bad,
            field=field.name,
            expected=wrong.map(lambda w, m=near, e=every: m.get(w) or e, na_action="ignore"),
            figures={"hint": wrong.map(lambda w, m=hints, e=listed: m.get(w, e), na_action="ignore")},
        )


def _words(field: Field, params: Params) -> tuple[str, ...]:
    if field.type is FieldType.YESNO:
        return ("是", "否")
    return params.words(field.values_from) if field.values_from else field.values


@rule("CEL008")
def cel008(table: Table, _params: Params) -> Iterator[Spot]:
    """金额超过两位小数

    依据：金额以分为最小单位，多出的小数会使合计与明细对不上（C-5-2）。

    错例：
    | 账面余额 |
    | --- |
    | 600.005 |

    正例：
    | 账面余额 |
    | --- |
    | 600.01 |

    参数：无

    局限：已四舍五入到分（人民币元的 0.01）后继续检查；万元表的第三至六位小数因此照样读入。
    """
    return spots(table, "CEL008")


@rule("CEL009")
def cel009(field: Field, column: pd.Series[Any], _params: Params) -> Mask | None:
    """不能为负的数填成了负数

    依据：金额、数量和期限以正数填写，账目才能相加（C-5-2）；收回和冲减另有专栏。

    错例：
    | 原始金额 | 已收金额 |
    | --- | --- |
    | 1,000.00 | -400.00 |

    正例：
    | 原始金额 | 已收金额 |
    | --- | --- |
    | 1,000.00 | 400.00 |

    参数：无

    局限：账面余额、盈亏数量等可以为负的列不检查（负的账面余额见 REC016）。
    """
    if field.negative or not field.type.numeric:
        return None
    return true(column < 0)


@rule("CEL010")
def cel010(table: Table, _params: Params) -> Iterator[Spot]:
    """单元格是错误值

    依据：账目应准确（C-5-2）；#REF!、#N/A 等错误值说明公式已经断开。

    错例：
    | 账面余额 |
    | --- |
    | #REF! |

    正例：
    | 账面余额 |
    | --- |
    | 600.00 |

    参数：无

    局限：该单元格按空白处理；只检查识别出的列。
    """
    return spots(table, "CEL010")


@rule("CEL011")
def cel011(table: Table, _params: Params) -> Iterator[Spot]:
    """公式没有保存结果，或引用其他工作簿

    依据：交来的数字应能独立核对（C-5-2）；引用其他工作簿的公式在别的电脑上可能变成旧数或错误。

    错例：
    | 账面余额 |
    | --- |
    | =[往来账.xlsx]Sheet1!B2 |

    正例：
    | 账面余额 |
    | --- |
    | 600.00 |

    参数：无

    局限：程序不重新计算公式，只读取保存的结果。必填的金额没有结果的是错误：金额不明的债权不能当作已了结。
    """
    for spot in spots(table, "CEL011"):
        field = table.kind[spot.field] if spot.field else None
        if spot.value == NO_RESULT and field and field.required and field.type is FieldType.AMOUNT:
            spot.level = "E"
        spot.figures = {"reason": _FORMULAS[spot.value or ""]}
        spot.value = None
        yield spot


_FORMULAS = {
    NO_RESULT: Text("没有保存计算结果", "has no stored value"),
    OTHER_WORKBOOK: Text("引用其他工作簿", "reads another workbook"),
}


@rule("CEL012")
def cel012(stack: Stack, _params: Params) -> Flagged:
    """编号重复

    依据：一笔债权一个编号，才说得清来龙去脉（F-20）；重复的编号会使金额重复计算（C-5-2）。

    错例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |
    | ZQ-0001 | 600.00 |

    正例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |
    | ZQ-0002 | 600.00 |

    参数：无

    局限：在同一填报单位、同一报告期交来的全部同类表中比较，跨单位的重复不在此列；由几列组成的编号，几列全同才算重复。
    """
    kind = stack.kind
    keyed = stack.keyed(kind.key)
    # an optional part of a key may be blank: two blank ones are the same
    bad = true(keyed.duplicated(keep=False))
    filled = [stack.filled(name) for name in kind.key if kind[name].required] or [stack.filled(kind.key[0])]
    bad = bad & np.logical_and.reduce(filled)
    return Flagged(bad, field=kind.key[0], related=tuple(kind.key[1:]), figures=_others(stack, keyed, bad))


def _others(stack: Stack, keyed: pd.DataFrame, bad: Mask) -> dict[str, Any]:
    """Per row, where the other rows with its key stand (the first few) and how many there are."""
    at = np.flatnonzero(bad)
    place = np.full(len(stack), "", dtype=object)
    count = np.zeros(len(stack), dtype=np.int64)
    value = np.full(len(stack), "", dtype=object)
    if len(at):
        keys = keyed.iloc[at].reset_index(drop=True)
        group = keys.groupby(list(keys.columns), dropna=False, sort=False).ngroup()
        rank = group.groupby(group).cumcount().to_numpy()
        number = group.to_numpy()
        size = np.bincount(number)[number]
        label = _labels(stack, at, group)
        text = np.full(len(at), "", dtype=object)
        told = np.zeros(len(at), dtype=np.int64)
        for other in range(_ROWS + 1):
            theirs = np.full(number.max() + 1, "", dtype=object)
            theirs[number[rank == other]] = label[rank == other]
            show = (rank != other) & (size > other) & (told < _ROWS)
            text = text + np.where(show & (told > 0), "、", "") + np.where(show, theirs[number], "")
            told += show
        place[at] = text + np.where(size - 1 > _ROWS, " 等", "")
        count[at] = size - 1
        value[at] = _joined([stack[name].iloc[at] for name in stack.kind.key])
    return {"rows": place, "count": count, "id": value}


def _labels(stack: Stack, at: npt.NDArray[np.int64], group: pd.Series[Any]) -> npt.NDArray[Any]:
    """Each row's number; with file and sheet where a key is spread over several tables."""
    tables = pd.Series(stack.source[at])
    scattered = (tables.groupby(group).transform("nunique") > 1).to_numpy()
    sheets = [f"{s.file} {s.table.sheet}!" for s in stack.sources]
    names = np.array(sheets, dtype=object)[stack.source[at]]
    rows = (stack.rows[at] + 1).astype(str).astype(object)
    out: npt.NDArray[Any] = np.where(scattered, names, "") + rows
    return out


def _joined(parts: list[pd.Series[Any]]) -> npt.NDArray[Any]:
    """Texts side by side with a stroke between those that are not blank."""
    out = np.full(len(parts[0]), "", dtype=object)
    for part in parts:
        text = part.astype("str").fillna("").to_numpy(object)
        out = out + np.where((out != "") & (text != ""), "/", "") + text
    return out


@rule("CEL014")
def cel014(table: Table, _params: Params) -> Iterator[Spot]:
    """文字过长或含控制字符

    依据：账目应准确、完整（C-5-2）；过长的文字在通知书和核销表中会被截断，看不见的控制字符会使比对失败。

    错例：
    | 债权编号 |
    | --- |
    | 一个 41 个字符的编号（该列最长 40） |

    正例：
    | 债权编号 |
    | --- |
    | ZQ-2026-0001 |

    参数：无

    局限：各列的最大长度见模板的填表说明；控制字符已去掉后继续检查。
    """
    for spot in spots(table, "CEL014"):
        most = table.kind[spot.field].max_length if spot.field else 0
        spot.expected = Text(
            f"不超过 {most} 个字符，无控制字符", f"at most {most} characters, no control characters"
        )
        yield spot
