"""Whether everyone does equal work: the rows at fault that each finds in a few workbooks, against ours.

Ours are the rows with an open finding of level E or W; the others know no levels. Besides ledgers as the benchmark has them there
is one of slips: each of its rows breaks one rule, or just does not.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.ledger import AS_OF, make_ledger
from benchmarks.peers import with_check_class, with_declared_rules, with_pandera
from benchmarks.peers.asked import HEADER_ROW

#: Those whose rows are compared.
PEERS: dict[str, Callable[[Path], set[int]]] = {
    "pandera": with_pandera.check,
    "frictionless, rules as a check class": with_check_class.check,
    "frictionless, rules declared": with_declared_rules.check,
}


def _ago(days: int) -> dt.date:
    return AS_OF - dt.timedelta(days=days)


#: The value in the row above. It is at fault anyway: of two equal numbers frictionless names the second only.
_ABOVE = object()
_LATE = {"业务发生日期": _ago(100), "约定付款日": _ago(40), "逾期天数": 40, "清欠状态": "追讨"}
_SUM = {"原始金额": 1000, "已收金额": 400, "账面余额": 600}
_NOTHING = {"原始金额": 1000, "已收金额": 1000, "账面余额": 0, "清欠状态": "已结清"}

#: Changes of a clean row that put it at fault: the rule, then cells by header.
SLIPS: list[tuple[str, Mapping[str, object]]] = [
    ("CEL001", {"债务人名称": None}),
    ("CEL001", {"账面余额": None}),
    ("CEL001", {"约定付款日": None}),
    ("CEL002", {**_SUM, "原始金额": "1,000.00"}),
    ("CEL002", {**_SUM, "账面余额": "600"}),
    ("CEL002", {"逾期天数": "0"}),
    ("CEL003", {"业务发生日期": "2026.3.1"}),
    ("CEL003", {"最近签认日期": "2026-09-01"}),
    ("CEL004", {"已收金额": "约六百"}),
    ("CEL005", {"约定付款日": "2026-02-30"}),
    ("CEL007", {"债务人类型": "政府"}),
    ("CEL007", {"账龄段": "1-2年"}),
    ("CEL007", {"是否争议": "无"}),
    ("CEL009", {"原始金额": 1000, "已收金额": -400, "账面余额": 1400}),
    ("CEL009", {"已提坏账准备": -1}),
    ("CEL010", {"原始金额": "#REF!"}),
    ("CEL012", {"债权编号": _ABOVE}),
    ("CEL014", {"合同编号": "H" * 41}),
    ("CEL014", {"债权单位": "某" * 101}),
    ("REC001", {**_SUM, "账面余额": 600.01}),
    ("REC001", {**_SUM, "账面余额": 599}),
    ("REC002", {"业务发生日期": _ago(20), "约定付款日": _ago(21), "清欠状态": "追讨", "逾期天数": 21}),
    ("REC003", {"业务发生日期": _ago(-1), "约定付款日": _ago(-30)}),
    ("REC003", {"最近签认日期": _ago(-1)}),
    ("REC004", {"账龄段": "1至2年"}),
    ("REC004", {"业务发生日期": dt.date(2025, 9, 29)}),
    ("REC005", {**_LATE, "逾期天数": 39}),
    ("REC005", {"逾期天数": 3}),
    ("REC006", {"责任人": None}),
    (
        "REC007",
        {"业务发生日期": dt.date(2025, 9, 1), "账龄段": "1至2年", "最近签认日期": dt.date(2025, 9, 29)},
    ),
    ("REC011", {**_SUM, "清欠状态": "已结清"}),
    ("REC011", {**_NOTHING, "清欠状态": "正常"}),
    ("REC012", {**_LATE, "清欠状态": "正常"}),
    ("REC014", {**_SUM, "已提坏账准备": 600.01}),
    ("REC015", {"币种": "USD"}),
    ("REC015", {"汇率": 7.12}),
    ("REC016", {"原始金额": 1000, "已收金额": 1200, "账面余额": -200}),
    ("REC019", {**_LATE, "约定付款日": _ago(95), "逾期天数": 95, "最近书面催收日期": None}),
    ("REC019", {"清欠状态": "追讨", "最近书面催收日期": _ago(91)}),
    ("REC020", {**_LATE, "担保方式": "保证", "保证期间届满日": _ago(-90)}),
    ("REC020", {**_LATE, "约定付款日": _ago(93), "逾期天数": 93, "担保方式": "保证"}),
    ("REC021", {"是否争议": "是"}),
    ("REC021", {**_LATE, "约定付款日": _ago(61), "逾期天数": 61, "是否争议": "是", "争议原因": "数量不符"}),
]
#: Changes that do not.
FAIR: list[Mapping[str, object]] = [
    _SUM,
    _LATE,
    _NOTHING,
    {**_NOTHING, "清欠状态": "已核销"},
    {"约定付款日": AS_OF, "逾期天数": 0},
    {"最近签认日期": AS_OF, "最近书面催收日期": AS_OF, "最近付款日": AS_OF},
    {"业务发生日期": dt.date(2025, 9, 30)},
    {"业务发生日期": dt.date(2025, 9, 29), "账龄段": "1至2年"},
    {"业务发生日期": dt.date(2025, 9, 1), "账龄段": "1至2年", "最近签认日期": dt.date(2025, 9, 30)},
    {**_SUM, "已提坏账准备": 600},
    {"币种": "USD", "汇率": 7.12},
    {"币种": None, "汇率": 1},
    {"清欠状态": "追讨", "最近书面催收日期": _ago(90)},
    {**_LATE, "担保方式": "保证", "保证期间届满日": _ago(-91)},
    {**_LATE, "担保方式": "抵押"},
    {**_LATE, "约定付款日": _ago(92), "逾期天数": 92, "担保方式": "保证"},
    {"是否争议": "是", "争议原因": "数量不符"},
    {"合同编号": "H" * 40, "债务人类型": "机关事业单位", "逾期天数": None, "已提坏账准备": None},
]


def make_slips(path: Path) -> dict[int, str]:
    """A workbook with all of these, the fair ones first among clean rows; which row breaks which rule."""
    import openpyxl

    changed = [("", fair) for fair in FAIR] + SLIPS
    make_ledger(path, len(changed), 0.0)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[HEADER_ROW + 1]}
    for row, (_, cells) in enumerate(changed, HEADER_ROW + 2):
        for header, value in cells.items():
            above = sheet.cell(row - 1, columns[header]).value
            sheet.cell(row, columns[header]).value = above if value is _ABOVE else value
    book.save(path)
    return {row: rule for row, (rule, _) in enumerate(changed, HEADER_ROW + 1) if rule}


def ours(path: Path) -> set[int]:
    from qq_excel.check import check_paths

    found = check_paths([path]).findings
    return {f.row for f in found if f.level in ("E", "W") and f.status == "open" and f.row is not None}


def compare(paths: list[Path], peers: Mapping[str, Callable[[Path], set[int]]] = PEERS) -> int:
    """The number of rows at fault in *paths*; the program ends where someone finds other ones than ours."""
    total = 0
    for path in paths:
        wanted = ours(path)
        total += len(wanted)
        for name, check in peers.items():
            found = check(path)
            if found != wanted:
                only, lacks = sorted(r + 1 for r in found - wanted), sorted(r + 1 for r in wanted - found)
                sys.exit(
                    f"unequal work in {path.name}: {name} alone finds rows {only}, and does not find {lacks}"
                )
    return total


def prove(inbox: list[Path], peers: Mapping[str, Callable[[Path], set[int]]] = PEERS) -> str:
    """Compare on the first workbooks of an inbox (one faulty, some clean) and on that of slips; says what was found."""
    with tempfile.TemporaryDirectory() as folder:
        slips = Path(folder, "slips.xlsx")
        broken = make_slips(slips)
        if ours(slips) != set(broken):
            odd = {row + 1: broken.get(row, "no rule") for row in sorted(ours(slips) ^ set(broken))}
            sys.exit(f"the slips are not what they should be, by row: {odd}")
        paths = [*inbox[:3], slips]
        rows = compare(paths, peers)
    rules = len(set(broken.values()))
    return f"equal work: {rows} faulty rows in {len(paths)} workbooks, by {rules} rules, the same for all ({', '.join(peers)})"
