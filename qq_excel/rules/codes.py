"""CEL013: 统一社会信用代码 (GB 32100-2015) and 身份证号 (GB 11643), checked a whole column at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.kinds import Field
from qq_excel.language import Text, many
from qq_excel.policy import Params
from qq_excel.rules.answer import Flagged
from qq_excel.rules.cells import noted
from qq_excel.rules.mask import Mask
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack


@rule("CEL013")
def cel013(stack: Stack, _params: Params) -> Iterator[Flagged]:
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
            yield Flagged(lost, field=field.name, figures=figures, expected=whole)
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
                    yield Flagged(
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


def fits(column: pd.Series[Any], until: dt.date | None = None) -> Mask:
    """Whether each code is a possible 统一社会信用代码 or 身份证号, as CEL013 has it where nobody says whose it is."""
    faults = [mask for mask, _, _ in _Codes(column, until).either()]
    out: Mask = ~np.logical_or.reduce(faults)
    return out


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
        words = [
            Text(f"有 {n} 位，应为 18 位", f"has {many(n, 'character')}, not 18") for n in lengths.tolist()
        ]
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
