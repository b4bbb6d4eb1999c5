"""CEL: single cells of any kind.

What reading noticed (a number written as text, an impossible date) comes as facts of the table; the rule of
the same id says where and what it means. The rest is judged on whole columns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel import yamlfile
from qq_excel.kinds import Field, FieldType
from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params
from qq_excel.reading.model import Table
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack
from qq_excel.rules.verdict import Spot, Unjudged, Verdict, true

Mask = npt.NDArray[np.bool_]

#: A cell with one of these holds something, though the typed table has it blank.
_UNREADABLE = ("CEL004", "CEL005", "CEL010", "CEL011")
#: Distinct values for which the nearest word is looked up; a column of garbage is not worth more.
_NEAREST = 200
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
    return [key or None for key in _joined([table.frame[name].iloc[at] for name in table.kind.key]).tolist()]


def noted(stack: Stack, name: str, rule_ids: tuple[str, ...]) -> Mask:
    """Rows about whose cell of *name* reading noticed one of *rule_ids*."""
    out = np.zeros(len(stack), dtype=bool)
    ends = np.searchsorted(stack.source, np.arange(len(stack.sources) + 1))
    for start, end, source in zip(ends, ends[1:], stack.sources, strict=False):
        table = source.table
        facts = [f for rule_id in rule_ids for f in table.facts.get(rule_id, ()) if f.field == name]
        if facts:
            there = np.zeros(len(table.frame), dtype=bool)
            there[np.concatenate([f.at for f in facts])] = True
            out[start:end] = there[stack.position[start:end]]
    return out


@rule("CEL001")
def cel001(stack: Stack, _params: Params) -> Iterator[Verdict]:
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
            yield Verdict(empty & stack.has(name) & ~noted(stack, name, _UNREADABLE), field=name)


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

    正例：
    | 业务发生日期 |
    | --- |
    | 2024-02-29 |

    参数：无

    局限：该单元格按空白处理，依赖它的规则不作判断。
    """
    return spots(table, "CEL005")


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
def cel007(stack: Stack, params: Params) -> Iterator[Verdict | Unjudged]:
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

    局限：最接近的值只按字面比较，请核对含义后再采用。
    """
    for field in stack.kind.fields:
        if field.type not in (FieldType.ENUM, FieldType.YESNO):
            continue
        there = stack.filled(field.name)
        if not there.any():
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
        near = {w: yamlfile.nearest(str(w), list(words)) for w in distinct}
        every = "、".join(words[:_LISTED]) + ("等" if len(words) > _LISTED else "")
        listed = Text(f"可选值：{every}", f"choose from {every}")
        hints = {
            w: Text(f"最接近的可选值是“{n}”", f"the nearest choice is '{n}'") if n else listed
            for w, n in near.items()
        }
        yield Verdict(
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

    局限：已四舍五入到分后继续检查。
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

    局限：程序不重新计算公式，只读取保存的结果。
    """
    for spot in spots(table, "CEL011"):
        spot.figures = {"reason": _FORMULAS.get(spot.value or "", spot.value or "")}
        spot.value = None
        yield spot


_FORMULAS = {
    "公式没有结果": Text("没有保存计算结果", "has no stored value"),
    "公式引用其他工作簿": Text("引用其他工作簿", "reads another workbook"),
}


@rule("CEL012")
def cel012(stack: Stack, _params: Params) -> Verdict:
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
    return Verdict(bad, field=kind.key[0], related=tuple(kind.key[1:]), figures=_others(stack, keyed, bad))


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
    first = np.cumsum([0, *(len(s.table.rows) for s in stack.sources)])[stack.source[at]]
    rows = np.concatenate([s.table.rows for s in stack.sources])[first + stack.position[at]] + 1
    out: npt.NDArray[Any] = np.where(scattered, names, "") + rows.astype(str).astype(object)
    return out


def _joined(parts: list[pd.Series[Any]]) -> npt.NDArray[Any]:
    """Texts side by side with a stroke between those that are not blank."""
    out = np.full(len(parts[0]), "", dtype=object)
    for part in parts:
        text = part.astype("str").fillna("").to_numpy(object)
        out = out + np.where((out != "") & (text != ""), "/", "") + text
    return out


@rule("CEL013")
def cel013(stack: Stack, _params: Params) -> Iterator[Verdict]:
    """统一社会信用代码或身份证号不正确

    依据：应核实债务人的身份（G-11）。统一社会信用代码 18 位，末位为校验码（GB 32100-2015）；身份证号 18 位，
    含出生日期和校验码（GB 11643-1999）。单位用前者，个人用后者；表中没有债务人类型的，合其一即可。
    超过 15 位的编号若按数字填写，Excel 会把末几位变成 0，任何编号列都检查。

    错例：
    | 债务人类型 | 证件号码 |
    | --- | --- |
    | 企业 | 91350100M000100Y42 |
    | 个人 | 11010519491231002 |

    正例：
    | 债务人类型 | 证件号码 |
    | --- | --- |
    | 企业 | 91350100M000100Y43 |
    | 个人 | 11010519491231002X |

    参数：无

    局限：只验证号码本身能否成立，不核对是否真实登记；护照、港澳台通行证和境外机构的注册号不适用，请填入备注；
    小写字母视同大写。
    """
    for field in stack.kind.fields:
        lost = noted(stack, field.name, ("CEL013",))
        if lost.any():
            figures = {"what": Text(field.header, field.en), "reason": _LOST}
            whole = Text("以文本填写的完整编号", "the whole code as text")
            yield Verdict(lost, field=field.name, figures=figures, expected=whole)
        if field.check_digit is None:
            continue
        given = stack.filled(field.name) & ~lost
        if not given.any():
            continue
        firm, person = _parties(stack, field)
        codes = _Codes(stack[field.name], stack.day)
        for here, what, faults in (
            (firm & ~person, _USCC, codes.uscc()),
            (person & ~firm, _PERSON, codes.person()),
            (firm & person, _EITHER, codes.either()),
        ):
            fresh = given & here
            for mask, reason, expected in faults:  # a code is told its first fault only
                bad = fresh & mask
                fresh = fresh & ~mask
                if bad.any():
                    yield Verdict(
                        bad, field=field.name, figures={"what": what, "reason": reason}, expected=expected,
                        related=("debtor_type",) if "debtor_type" in stack.kind.by_name else (),
                    )  # fmt: skip


_LOST = Text("按数字保存，末几位已丢失", "is stored as a number and has lost its last digits")
_AS_TEXT = Text("18 位文本", "18 characters as text")
_USCC = Text("统一社会信用代码", "The unified social credit code")
_PERSON = Text("身份证号", "The identity card number")
_EITHER = Text("证件号码", "The code")
_UNFIT = Text("含有不允许的字符", "has characters that it cannot have")
_WRONG = Text("校验码不对", "has a wrong check character")
_BORN = Text("第 7 至 14 位不是可能的出生日期", "has no possible date of birth in characters 7 to 14")
_NEITHER = Text(
    "既不符合统一社会信用代码也不符合身份证号的校验规则",
    "fits neither a unified social credit code nor an identity card",
)

#: GB 32100-2015: digits and capitals without I, O, S, V and Z; the check is the 31-complement.
_USCC_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])
#: GB 11643-1999 (ISO 7064, MOD 11-2).
_PERSON_WEIGHTS = np.array([pow(2, 17 - i, 11) for i in range(17)])
_PERSON_CHECKS = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2])

Faults = list[tuple[Mask, Text, Any]]


def _parties(stack: Stack, field: Field) -> tuple[Mask, Mask]:
    """Rows whose code may be an organisation's, and rows whose code may be a person's."""
    every = np.ones(len(stack), dtype=bool)
    if field.check_digit == "uscc":
        return every, ~every
    if field.check_digit == "person":
        return ~every, every
    if "debtor_type" not in stack.kind.by_name:
        return every, every
    person = stack.is_one_of("debtor_type", ["个人"])
    firm = stack.is_one_of("debtor_type", ["企业", "机关事业单位"])
    return ~person, ~firm


@cache
def _values(chars: str) -> npt.NDArray[np.int64]:
    """The value of each character by code point; -1 for those that are none."""
    table = np.full(128, -1, dtype=np.int64)
    table[[ord(c) for c in chars]] = np.arange(len(chars))
    return table


class _Codes:
    """A column of codes as a matrix of code points, 18 wide."""

    def __init__(self, column: pd.Series[Any], until: dt.date | None) -> None:
        text = column.fillna("").str.upper()
        self.length = text.str.len().to_numpy(dtype=np.int64)
        wide = np.ascontiguousarray(text.to_numpy(dtype="U18"))
        self.points = np.minimum(wide.view(np.uint32).reshape(len(wide), 18), 127)
        self.until = np.datetime64(until or dt.date(2100, 1, 1), "D")

    def _short(self) -> tuple[Mask, Any, Any]:
        lengths, which = np.unique(self.length, return_inverse=True)
        words = [Text(f"有 {n} 位，应为 18 位", f"has {n} characters, not 18") for n in lengths.tolist()]
        return self.length != 18, np.array(words, dtype=object)[which], _AS_TEXT

    def uscc(self) -> Faults:
        """What is wrong with each as a unified social credit code, the first fault first."""
        values = _values(_USCC_CHARS)[self.points]
        unfit = (values < 0).any(axis=1) | (values[:, 2:8] > 9).any(axis=1)
        check = (-(np.maximum(values, 0)[:, :17] @ _USCC_WEIGHTS)) % 31
        return [
            self._short(),
            (unfit, _UNFIT, _AS_TEXT),
            (check != values[:, 17], _WRONG, _endings(_USCC_CHARS)[check]),
        ]

    def person(self) -> Faults:
        """What is wrong with each as an identity card number, the first fault first."""
        digits = _values("0123456789")[self.points]
        last = _values("0123456789X")[self.points[:, 17]]
        unfit = (digits[:, :17] < 0).any(axis=1) | (last < 0)
        check = _PERSON_CHECKS[(np.maximum(digits, 0)[:, :17] @ _PERSON_WEIGHTS) % 11]
        return [
            self._short(),
            (unfit, _UNFIT, _AS_TEXT),
            (~self._born(digits[:, 6:14]), _BORN, Text("真实的出生日期", "the true date of birth")),
            (check != last, _WRONG, _endings("0123456789X")[check]),
        ]

    def either(self) -> Faults:
        """Codes of whom nobody says whose they are: one of the two must fit."""
        good = [~np.logical_or.reduce([m for m, _, _ in faults]) for faults in (self.uscc(), self.person())]
        return [self._short(), (~(good[0] | good[1]), _NEITHER, _AS_TEXT)]

    def _born(self, digits: npt.NDArray[np.int64]) -> Mask:
        """Whether eight digits per row are a day from 1850 on, and not after the as-of date."""
        year = digits[:, 0:4] @ np.array([1000, 100, 10, 1])
        month = digits[:, 4:6] @ np.array([10, 1])
        day = digits[:, 6:8] @ np.array([10, 1])
        plausible = (digits >= 0).all(axis=1) & (year >= 1850) & (month >= 1) & (month <= 12) & (day >= 1)
        months = (np.where(plausible, (year - 1970) * 12 + month - 1, 0)).astype("datetime64[M]")
        born = months.astype("datetime64[D]") + np.where(plausible, day - 1, 0).astype("timedelta64[D]")
        out: Mask = plausible & (born < (months + 1).astype("datetime64[D]")) & (born <= self.until)
        return out


@cache
def _endings(chars: str) -> npt.NDArray[Any]:
    return np.array([Text(f"末位为 {c}", f"{c} at the end") for c in chars], dtype=object)


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
