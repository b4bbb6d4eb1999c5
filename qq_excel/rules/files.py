"""FIL: a file as it was handed in. Reading noticed these things; each rule says what its fact means."""

from __future__ import annotations

from collections.abc import Iterator

from qq_excel.findings import column_letters
from qq_excel.language import Text, many
from qq_excel.policy import Params
from qq_excel.reading.model import Workbook
from qq_excel.rules.answer import Spot
from qq_excel.rules.registry import rule


def spots(workbook: Workbook, rule_id: str) -> Iterator[Spot]:
    """What reading noticed about the file under *rule_id*."""
    for fact in workbook.facts:
        if fact.rule == rule_id:
            yield Spot(sheet=fact.sheet, value=fact.sheet, figures=dict(fact.values))


@rule("FIL001")
def fil001(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """不是合格的工作簿

    依据：账目应准确、完整（C-5-2）；打不开的文件等于没有交。

    错例：
    | 文件 | 内容 |
    | --- | --- |
    | 应收账款.xlsx | 下载中断，只有一半 |

    正例：
    | 文件 | 内容 |
    | --- | --- |
    | 应收账款.xlsx | 能用 Excel 打开的工作簿 |

    参数：无

    局限：按内容判断，扩展名与内容不符的也报告，但照常读取；支持 xlsx、xlsm、xlsb、xls 和 ods。
    """
    return spots(workbook, "FIL001")


@rule("FIL002")
def fil002(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """工作簿已加密

    依据：账目应能核对（C-5-2）；加密的工作簿无法读取。

    错例：
    | 文件 | 状态 |
    | --- | --- |
    | 应收账款.xlsx | 设有打开密码 |

    正例：
    | 文件 | 状态 |
    | --- | --- |
    | 应收账款.xlsx | 没有打开密码 |

    参数：无

    局限：只防修改的“保护工作表”不影响读取，不报告。
    """
    return spots(workbook, "FIL002")


@rule("FIL003")
def fil003(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """文件超出读取限制

    依据：信息系统应安全、准确、及时（B-5-1）；异常庞大的文件多半是误操作或恶意文件，读取前即停止。

    错例：
    | 文件 | 解压后大小 |
    | --- | --- |
    | 应收账款.xlsx | 9,000,000,000 字节 |

    正例：
    | 文件 | 解压后大小 |
    | --- | --- |
    | 应收账款.xlsx | 2,000,000 字节 |

    参数：无

    局限：限制值在读取设置中，不是制度参数。
    """
    return spots(workbook, "FIL003")


@rule("FIL004")
def fil004(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """工作簿带有宏

    依据：内部控制应防范风险（C-5-1）；报表不需要宏，宏可能携带病毒。

    错例：
    | 文件 | 宏 |
    | --- | --- |
    | 应收账款.xlsm | 有 VBA 工程 |

    正例：
    | 文件 | 宏 |
    | --- | --- |
    | 应收账款.xlsx | 无 |

    参数：无

    局限：宏从不运行，也不判断其用途。
    """
    return spots(workbook, "FIL004")


@rule("FIL005")
def fil005(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """带有外部链接、数据连接或嵌入对象

    依据：内部控制应防范风险（C-5-1）；外部内容会使数字变动，也可能携带病毒。

    错例：
    | 文件 | 附带 |
    | --- | --- |
    | 应收账款.xlsx | 指向另一工作簿的外部链接 |

    正例：
    | 文件 | 附带 |
    | --- | --- |
    | 应收账款.xlsx | 无 |

    参数：无

    局限：链接从不打开；引用其他工作簿的单元格由 CEL011 指出。
    """
    return spots(workbook, "FIL005")


@rule("FIL006")
def fil006(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """没有认出任何一张表

    依据：应按规定的明细表报送（C-4-1）；认不出列名的表无法检查。

    错例：
    | 编号 | 单位 | 数 |
    | --- | --- | --- |
    | 1 | 海川 | 600 |

    正例：
    | 债权编号 | 债务人名称 | 账面余额 |
    | --- | --- | --- |
    | ZQ-0001 | 青岛海川机械有限公司 | 600.00 |

    参数：无

    局限：按列名识别，列的顺序不限；自用的叫法可以登记在对应关系文件中。
    """
    return spots(workbook, "FIL006")


@rule("FIL007")
def fil007(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """模板版本不是最新

    依据：资料应统一、准确（B-5-1）；旧模板可能缺少新增的列。

    错例：
    | 表 | 模板版本 | 最新版本 |
    | --- | --- | --- |
    | 应收账款明细表 | 1 | 2 |

    正例：
    | 表 | 模板版本 | 最新版本 |
    | --- | --- | --- |
    | 应收账款明细表 | 2 | 2 |

    参数：无

    局限：自制的表没有模板版本，不检查。
    """
    for table in workbook.tables:
        version = table.template_version
        if version is not None and version < table.kind.version:
            yield Spot(
                sheet=table.sheet, value=str(version), expected=str(table.kind.version),
                figures={"title": table.kind.title.text},
            )  # fmt: skip


@rule("FIL008")
def fil008(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """数据被隐藏

    依据：账目应完整、公开可核（C-5-2）；隐藏的表、行、列容易漏看漏改。

    错例：
    | 表 | 状态 |
    | --- | --- |
    | 应收账款明细表 | 第 8 至 20 行隐藏 |

    正例：
    | 表 | 状态 |
    | --- | --- |
    | 应收账款明细表 | 全部可见 |

    参数：无

    局限：隐藏的数据照常读取和检查；被筛选隐藏的行由 TAB010 提示。
    """
    for table in workbook.tables:
        if table.hidden:
            what = Text("整张工作表", "the whole sheet")
            yield Spot(sheet=table.sheet, value=table.sheet, figures={"what": what})
        elif table.hidden_columns or table.hidden_rows:
            columns = [(column_letters(a), column_letters(b)) for a, b in table.hidden_columns]
            rows = [(str(a + 1), str(b + 1)) for a, b in table.hidden_rows]
            yield Spot(
                sheet=table.sheet,
                value=", ".join(f"{a}:{b}" for a, b in [*columns, *rows][:_MOST_HIDDEN]),
                figures={"what": _hidden(columns, rows)},
            )


#: So many places that are hidden are named.
_MOST_HIDDEN = 6


def _hidden(columns: list[tuple[str, str]], rows: list[tuple[str, str]]) -> Text:
    """Which columns and rows, as they stand in the sheet."""
    zh = [f"{a} 列" if a == b else f"{a} 至 {b} 列" for a, b in columns]
    zh += [f"第 {a} 行" if a == b else f"第 {a} 至 {b} 行" for a, b in rows]
    en = [f"column {a}" if a == b else f"columns {a} to {b}" for a, b in columns]
    en += [f"row {a}" if a == b else f"rows {a} to {b}" for a, b in rows]
    more = len(zh) - _MOST_HIDDEN
    return Text(
        "、".join(zh[:_MOST_HIDDEN]) + (f"等 {len(zh)} 处" if more > 0 else ""),
        ", ".join(en[:_MOST_HIDDEN]) + (f" and {many(more, 'more place')}" if more > 0 else ""),
    )


@rule("FIL009")
def fil009(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """未识别的工作表

    依据：单位可以附带自用的工作表；列出来是为了让填表人知道这些表没有检查。

    错例：
    | 工作表 | 内容 |
    | --- | --- |
    | Sheet3 | 草稿 |

    正例：
    | 工作表 | 内容 |
    | --- | --- |
    | 应收账款明细表 | 规定的列名 |

    参数：无

    局限：空白的工作表不提示。
    """
    return spots(workbook, "FIL009")


@rule("FIL010")
def fil010(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """文件内含外部实体声明，或同一内容有几种读法

    依据：内部控制应防范风险（C-5-1）；正常的 Excel 不会写出这样的内容，它可能被用来窃取本机文件，或让校验的数与打开后看到的不同。

    错例：
    | 部件 | 内容 |
    | --- | --- |
    | xl/worksheets/sheet1.xml | 文档类型（DOCTYPE）声明 |
    | xl/worksheets/sheet2.xml | 同一单元格有两个数，Excel 只显示其中一个 |

    正例：
    | 部件 | 内容 |
    | --- | --- |
    | xl/worksheets/sheet1.xml | 没有实体声明 |

    参数：无

    局限：一旦发现即停止读取，文件中的其他问题不再检查。
    """
    return spots(workbook, "FIL010")


@rule("FIL011")
def fil011(workbook: Workbook, _params: Params) -> Iterator[Spot]:
    """按对应关系文件读取

    依据：自用列名的表按登记的对应关系读取；列出所用的文件，以便复核。文件有误的不采用，并提示。

    错例：
    | 列名 | 读作 |
    | --- | --- |
    | 未收款 | 账面余额（按 branch.yaml） |

    正例：
    | 列名 | 读作 |
    | --- | --- |
    | 账面余额 | 账面余额 |

    参数：无

    局限：对应关系依次在 --mappings 指定的文件夹、文件旁边的 mappings 文件夹和用户设置中查找。
    """
    for spot, fact in zip(
        spots(workbook, "FIL011"), (f for f in workbook.facts if f.rule == "FIL011"), strict=True
    ):
        spot.level = str(fact.values["level"]) if "level" in fact.values else None
        yield spot
