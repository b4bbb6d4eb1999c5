"""TAB: a recognised table as a whole: its columns, head block, rows and totals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from qq_excel import money
from qq_excel.findings import a1
from qq_excel.kinds import Field, FieldType
from qq_excel.language import Text, many
from qq_excel.policy import Params
from qq_excel.reading.model import Area, HeadEntry, Table, TotalRow
from qq_excel.reading.period import period_bounds
from qq_excel.rules.answer import Spot
from qq_excel.rules.registry import rule

#: Entries of the head block that are looked at, with the label of the template; all but the last are needed.
_HEAD = {
    "unit": Text("填报单位", "填报单位 (reporting unit)"),
    "as_of": Text("截止日期", "截止日期 (as-of date)"),
    "period": Text("报告期", "报告期 (period)"),
    "prepared_by": Text("编制人", "编制人 (prepared by)"),
    "money_unit": Text("金额单位", "金额单位 (money unit)"),
}
#: How an entry is written, where it is not plain.
_EXAMPLES = {
    "as_of": Text("，如 2026-09-30", ", e.g. 2026-09-30"),
    "period": Text("，如 2026Q3", ", e.g. 2026Q3"),
    "money_unit": Text("：元、千元、万元之一", ": one of 元, 千元, 万元"),
}
_NEEDED = ("unit", "as_of", "period", "prepared_by")
#: Different units of rows that one table is told about.
_UNITS = 20


@rule("TAB001")
def tab001(table: Table, _params: Params) -> Iterator[Spot]:
    """缺少必填列

    依据：账目应准确、完整（C-5-2）；缺列的表无法检查和汇总。

    错例：
    | 债权编号 | 债务人名称 |
    | --- | --- |
    | ZQ-0001 | 青岛海川机械有限公司 |

    正例：
    | 债权编号 | 债务人名称 | 账面余额 |
    | --- | --- | --- |
    | ZQ-0001 | 青岛海川机械有限公司 | 600.00 |

    参数：无

    局限：列名写法不同的会提示最接近的一列；自用的叫法可以登记在对应关系文件中。
    """
    for name, near in table.missing:
        field = table.kind[name]
        if field.required:
            hint = (
                Text(f"，最接近的列是“{near}”", f"; the nearest column is '{near}'") if near else Text("", "")
            )
            yield Spot(field=name, header=field.header, expected=field.header, figures={"hint": hint})


@rule("TAB002")
def tab002(table: Table, _params: Params) -> Iterator[Spot]:
    """两列对应同一项

    依据：账目应准确（C-5-2）；同一项有两列时，不知道应以哪一列为准。

    错例：
    | 欠款余额 | 期末余额 |
    | --- | --- |
    | 600.00 | 650.00 |

    正例：
    | 账面余额 |
    | --- |
    | 600.00 |

    参数：无

    局限：检查以靠前的一列为准；两列内容相同也要报告；有标准列名（账面余额）的以它为准，旁边的同义列（期末余额）视为单位
    自用的列，由 TAB003 列出。
    """
    for name, first, second in table.doubles:
        yield Spot(
            row=table.header_row, column=second, field=name, header=table.kind[name].header,
            figures={"first": a1(table.header_row, first), "second": a1(table.header_row, second)},
            related=(a1(table.header_row, first),),
        )  # fmt: skip


@rule("TAB003")
def tab003(table: Table, _params: Params) -> Iterator[Spot]:
    """不认识的列

    依据：单位可以保留自用的列；列出来是为了让填表人知道这些列没有检查。

    错例：
    | 债权编号 | 片区 |
    | --- | --- |
    | ZQ-0001 | 东区 |

    正例：
    | 债权编号 | 备注 |
    | --- | --- |
    | ZQ-0001 | 东区 |

    参数：无

    局限：该列原样保留，不参与检查和汇总。
    """
    for column, header in sorted(table.unknown.items()):
        yield Spot(row=table.header_row, column=column, header=header or None, value=header or None)


@rule("TAB004")
def tab004(table: Table, _params: Params) -> Iterator[Spot]:
    """表头缺少填报信息

    依据：账目应准确、完整（C-5-2）；没有填报单位、截止日期、报告期和编制人，就不知道数字是谁的、哪一天的、由谁负责。

    错例：
    | 填报单位 | 截止日期 | 报告期 | 编制人 |
    | --- | --- | --- | --- |
    | 华东分公司 | | 2026Q3 | 周敏 |

    正例：
    | 填报单位 | 截止日期 | 报告期 | 编制人 |
    | --- | --- | --- | --- |
    | 华东分公司 | 2026-09-30 | 2026Q3 | 周敏 |

    参数：无

    局限：证据清单等附表沿用主表的表头，不检查；截止日期也可以在命令行指定；金额单位没有填写的视为元，
    填了而不认识的（如百万元）是错误，金额暂按元读取。
    """
    if table.kind.sheet_of:
        return
    for name, label in _HEAD.items():
        entry = table.head.get(name)
        if (entry is not None and entry.value) or (entry is None and name not in _NEEDED):
            continue
        raw = (entry.raw or "").strip() if entry else ""
        state = (
            Text(f"填为“{raw}”，无法识别", f"reads '{raw}', which cannot be understood")
            if raw
            else Text("没有填写", "is missing")
        )
        yield Spot(
            row=entry.row if entry else None, column=entry.column if entry else None, header=label.zh,
            value=raw or None, figures={"entry": label, "state": state, "example": _EXAMPLES.get(name, "")},
            level="E" if raw and name == "money_unit" else None,  # all amounts may be wrong by a factor
        )  # fmt: skip


@rule("TAB005")
def tab005(table: Table, _params: Params) -> Iterator[Spot]:
    """没有数据行

    依据：按期编制明细表是管理的起点（C-4-1、C-5-2）；空表不能代表“没有欠款”。

    错例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | | |

    正例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |

    参数：无

    局限：本期确无业务的，请不要提交该表。
    """
    if not len(table.data):
        # of several tables on a sheet, or headers that were put down twice, it is these
        yield Spot(
            row=table.header_row,
            column=min(table.columns.values()),
            figures={"title": table.kind.title.text},
        )


@rule("TAB006")
def tab006(table: Table, _params: Params) -> Iterator[Spot]:
    """合计行与明细之和不符

    依据：合计与明细一致是对账的第一步（C-5-2）。

    错例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |
    | 合计 | 650.00 |

    正例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |
    | 合计 | 600.00 |

    参数：无

    局限：只核对金额列和数量列，差额不到本表金额单位的 0.01 时视为相等；合计行写成平均数的列也会报告；小计和本页合计
    只与其上方至前一个小计之间的各行比较，合计与全部明细比较，小计不重复计入；表中有几个“合计”的，分组之和或自首行起
    之和有一个相符即可；合并单元格只计一次。
    """
    for total in table.totals:
        gaps = _gaps(table, total, total.first)
        if gaps and total.other is not None and not _gaps(table, total, total.other):
            continue
        for name, (value, due) in gaps.items():
            field, gap = table.kind[name], value - due
            more = Text("多", "too much") if gap > 0 else Text("少", "too little")
            yield Spot(
                row=total.row, field=name, key=total.label, value=_shown(table, field, value),
                expected=_shown(table, field, due),
                figures={"label": total.label, "gap": _shown(table, field, abs(gap)), "more": more},
            )  # fmt: skip


def _gaps(table: Table, total: TotalRow, first: int) -> dict[str, tuple[float, float]]:
    """What the total says and what the rows from *first* on make, where these differ."""
    out = {}
    for name, value in total.values.items():
        field = table.kind[name]
        if field.type not in (FieldType.AMOUNT, FieldType.QTY):
            continue
        cells = table[name].where(~table.copied(name))  # a merged cell counts once, as in SUM()
        due = float(cells.iloc[first : total.last].sum())
        if abs(value - due) >= (table.step if field.type is FieldType.AMOUNT else 0.01 - 1e-9):
            out[name] = (value, due)
    return out


def _shown(table: Table, field: Field, value: float) -> str:
    return money.yuan(round(value), table.step) if field.type is FieldType.AMOUNT else f"{value:.10g}"


@rule("TAB007")
def tab007(table: Table, _params: Params) -> Iterator[Spot]:
    """数据区内有合并单元格

    依据：账目应准确（C-5-2）；合并的单元格在排序、筛选和汇总时会丢数。

    错例：
    | 债务人名称 | 债权编号 |
    | --- | --- |
    | 青岛海川机械有限公司（合并两行） | ZQ-0001 |
    | | ZQ-0002 |

    正例：
    | 债务人名称 | 债权编号 |
    | --- | --- |
    | 青岛海川机械有限公司 | ZQ-0001 |
    | 青岛海川机械有限公司 | ZQ-0002 |

    参数：无

    局限：合并单元格的值视为属于其中每一行；金额或数量合并的，欠款合计、账龄和预警因此重复计算，列为错误；金额为零的
    仍是警告。
    """
    fields = {column: table.kind[name] for name, column in table.columns.items()}
    for area in table.merges:
        span = f"{a1(area.top, area.left)}:{a1(area.bottom, area.right)}"
        counted = _counted(table, fields[area.left], area)
        yield Spot(
            row=area.top, column=area.left, value=span, level="E" if counted else None,
            figures={"area": span, "counted": counted or ""},
        )  # fmt: skip


def _counted(table: Table, field: Field, area: Area) -> Text | None:
    """How often a merged amount or quantity is counted; None where that does no harm."""
    if field.type not in (FieldType.AMOUNT, FieldType.QTY):
        return None
    first, end = np.searchsorted(table.rows, (area.top, area.bottom + 1))
    times = int(end - first)
    value = table[field.name].iloc[first]
    if times < 2 or table.rows[first] != area.top or pd.isna(value) or not value:
        return None
    extra = _shown(table, field, float(value) * (times - 1))
    return Text(
        f"，{field.header}因此计 {times} 次，合计多 {extra}",
        f"; {field.en or field.header} is counted {times} times, {extra} too much",
    )


@rule("TAB008")
def tab008(table: Table, _params: Params) -> Iterator[Spot]:
    """数据区内有空行

    依据：账目应完整（C-5-2）；空行会让 Excel 的排序、筛选和透视表停在半截。

    错例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |
    | | |
    | ZQ-0002 | 600.00 |

    正例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |
    | ZQ-0002 | 600.00 |

    参数：无

    局限：空行已跳过；相连的空行合并报告一次。
    """
    blank = sorted(table.blank_rows)
    if not blank:
        return
    starts = [blank[0], *(b for a, b in pairwise(blank) if b != a + 1)]
    ends = [*(a for a, b in pairwise(blank) if b != a + 1), blank[-1]]
    first_column = min(table.columns.values(), default=0)
    for start, end in zip(starts, ends, strict=True):
        rows = f"{start + 1}" if start == end else f"{start + 1}–{end + 1}"
        yield Spot(row=start, column=first_column, figures={"rows": rows, "count": end - start + 1})


@rule("TAB009")
def tab009(table: Table, _params: Params) -> Iterator[Spot]:
    """表头与报告期、债权单位或列名中的金额单位矛盾

    依据：账目应准确、相互一致（C-5-2）；截止日期应落在报告期内，填报单位应与各行的单位一致，金额单位应与列名中写的一致，
    否则金额相差千倍、万倍。

    错例：
    | 截止日期 | 报告期 |
    | --- | --- |
    | 2026-10-01 | 2026Q3 |

    正例：
    | 截止日期 | 报告期 |
    | --- | --- |
    | 2026-09-30 | 2026Q3 |
    | 2026-09-30 | 2026-09 |
    | 2026-09-30 | 2026 |

    参数：无

    局限：报告期认识年、半年、季度和月，其他写法不判断；每个不一致的单位只在首次出现的行报告；单位名称按字面比较，
    不认简称；列名、其上的分组名末尾括号中的（元）（千元）（万元）才认作金额单位，整张表按一个单位读入：表头的金额单位优先，
    表头没有的取列名或标题，各列写得不同的按元。
    """
    yield from _period_and_day(table)
    yield from _unit_of_rows(table)
    yield from _unit_of_headers(table)


def _period_and_day(table: Table) -> Iterator[Spot]:
    entry, day = table.head.get("period"), table.as_of
    bounds = period_bounds(str(entry.value or entry.raw)) if entry else None
    if entry is None or bounds is None or day is None or bounds[0] <= day <= bounds[1]:
        return
    at = table.head["as_of"]
    period = entry.value or entry.raw
    why = Text(f"不在报告期 {period} 内", f"does not lie within the period {period}")
    shown = bool(_place(at))  # a day from the command line stands nowhere
    yield Spot(
        row=at.row if shown else None, column=at.column if shown else None, header="截止日期", value=day.isoformat(),
        expected=Text(f"{bounds[0]} 至 {bounds[1]}", f"{bounds[0]} to {bounds[1]}"),
        figures={"what": _HEAD["as_of"], "why": why}, related=_place(entry),
    )  # fmt: skip


def _place(entry: HeadEntry) -> tuple[str, ...]:
    return (a1(entry.row, entry.column),) if entry.row >= 0 and entry.column >= 0 else ()


def _unit_of_rows(table: Table) -> Iterator[Spot]:
    unit, entry = table.text("unit"), table.head.get("unit")
    # a table whose rows are told apart by unit lists many units on purpose
    if not unit or entry is None or "unit" not in table.columns or "unit" in table.kind.key:
        return
    column = table["unit"]
    plain = re.sub(r"\s", "", unit)
    others = [name for name in words_of(column) if re.sub(r"\s", "", name) != plain]
    for name in others[:_UNITS]:
        here = np.flatnonzero((column == name).to_numpy(dtype=bool, na_value=False))
        first, count = int(here[0]), len(here)
        header = table.headers["unit"]
        why = Text(
            f"与表头填报单位“{unit}”不一致，共 {count} 行",
            f"is not the reporting unit '{unit}' of the head block ({many(count, 'row')})",
        )
        yield Spot(
            row=int(table.rows[first]), field="unit", value=str(name), expected=unit,
            figures={"what": Text(header, table.kind["unit"].en), "why": why}, related=_place(entry),
        )  # fmt: skip


def _unit_of_headers(table: Table) -> Iterator[Spot]:
    """Amount columns whose header names another money unit than that in which the sheet was read."""
    entry = table.head.get("money_unit")
    for name, column in sorted(table.columns.items(), key=lambda c: c[1]):
        header, unit = table.headers[name], table.units.get(name, table.money_unit)
        if table.kind[name].type is not FieldType.AMOUNT or unit == table.money_unit:
            continue
        why = Text(
            f"的单位{unit}与本表的金额单位“{table.money_unit}”不一致，全表已按{table.money_unit}读入",
            f"is in {unit}, which is not the sheet's money unit {table.money_unit}, in which all of it was read",
        )
        same = Text(
            f"列名的单位为{table.money_unit}，或表头的金额单位为{unit}",
            f"{table.money_unit} in the header, or {unit} in the head block",
        )
        yield Spot(
            row=table.header_row, column=column, header=header, value=header, expected=same,
            figures={"what": Text("列名", "The header"), "why": why}, related=_place(entry) if entry else (),
        )  # fmt: skip


def words_of(column: pd.Series[Any]) -> list[str]:
    """The texts of *column*, each once, in the order in which they come."""
    return [word for word in column.unique() if isinstance(word, str)]  # the others are blank


@rule("TAB010")
def tab010(table: Table, _params: Params) -> Iterator[Spot]:
    """筛选或分组隐藏的行也已计入

    依据：账目应完整（C-5-2）；筛选后看到的合计与程序的合计不同，提醒填表人不要误会。

    错例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |
    | ZQ-0002（被筛选隐藏） | 600.00 |

    正例：
    | 债权编号 | 账面余额 |
    | --- | --- |
    | ZQ-0001 | 600.00 |
    | ZQ-0002 | 600.00 |

    参数：无

    局限：无。
    """
    if table.filtered:
        yield Spot(figures={"count": len(table.data)})
