"""Which rows of a sheet are data, totals or notes; the signatures and deliveries below them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from qq_excel.kinds import get_kind
from qq_excel.reading import read_grids, read_workbook
from qq_excel.reading.grid import BlockGrid
from qq_excel.reading.model import FootEntry
from qq_excel.reading.rows import total_word
from tests.reading.tables import HEADERS, ROW, cells, live, only, row
from tests.support.build import build, clean_row

pytestmark = pytest.mark.usefixtures("each_way")


def test_blank_rows() -> None:
    table = live(row(), only(), only(debtor="  "), row(contract_id="HT-2"), only(), only())
    assert table.rows.tolist() == [1, 4]
    assert table.blank_rows == [2, 3]


@pytest.mark.parametrize("word", ["合计", "合  计", "合计：", "总计", "合计（元）", "本表合计", "Total"])
def test_total_row(word: str) -> None:
    table = live(row(), row(contract_id="HT-2"), only(contract_id=word, amount="10,000,000.00", settled=2e6))
    assert len(table.frame) == 2
    total = table.totals[0]
    assert (total.row, total.values) == (3, {"amount": 1_000_000_000.0, "settled": 200_000_000.0})
    assert (total.first, total.last) == (0, 2)


@pytest.mark.parametrize("text", ["5,000,000.00元", "500万元", "500", "伍佰万元整"])
def test_a_total_in_words_means_what_a_cell_in_words_means(text: str) -> None:
    table = live(row(amount=500.0), only(contract_id="合计", amount=text), head=[["金额单位", "万元"]])
    assert cells(table, "amount") == [500_000_000]
    assert table.totals[0].values == {"amount": 500_000_000.0}


def test_subtotals() -> None:
    table = live(
        row(), row(contract_id="HT-2"), only(debtor="华东分公司 小计", amount=1e7),
        row(contract_id="HT-3"), only(contract_id="小计", amount=5e6), only(contract_id="合计", amount=15e6),
    )  # fmt: skip
    assert cells(table, "contract_id") == ["HT-1", "HT-2", "HT-3"]
    assert [(t.row, t.label, t.first, t.last) for t in table.totals] == [
        (3, "华东分公司小计", 0, 2), (5, "小计", 2, 3), (6, "合计", 0, 3),
    ]  # fmt: skip


def test_total_word_in_a_column_that_is_no_field() -> None:
    rows = [[1.0, *row()], [2.0, *only()], ["合计", *only(amount=5e6)], ["制表人：周敏", *only()]]
    grid = BlockGrid("合同台账", [["序号", *HEADERS], *rows])
    table = read_grids([grid], "live").tables[0]
    assert cells(table, "contract_id") == ["HT-1"]
    assert [(t.label, t.values) for t in table.totals] == [("合计", {"amount": 500_000_000.0})]


def test_total_word_left_of_the_table() -> None:
    grid = BlockGrid("合同台账", [[None, *HEADERS], [None, *row()], ["合计", *only(amount=5e6)]])
    table = read_grids([grid], "live").tables[0]
    assert (len(table.frame), len(table.totals)) == (1, 1)


@pytest.mark.parametrize(
    "below",
    [
        only(contract_id="注：本表按季填报"),
        only(contract_id="备注：无", debtor="x"),
        only(contract_id="制表人：周敏", signed_on="审核人：何立", amount="日期：2026-10-08"),
        only(contract_id="说明", debtor="1. 金额含税"),
        only(department="单位负责人（签章）："),
    ],
)
def test_notes_and_signatures_below(below: list[Any]) -> None:
    table = live(row(), row(contract_id="HT-2"), only(), below, only(contract_id="2. 其他说明"))
    assert cells(table, "contract_id") == ["HT-1", "HT-2"]
    assert table.blank_rows == []


def test_a_whole_row_is_data_whatever_its_words() -> None:
    table = live(
        row(contract_id="备注-1", debtor="会计师事务所"), row(contract_id="合计-2"), row(debtor="甲合计")
    )
    assert len(table.frame) == 3


def test_a_note_between_rows_of_data_ends_nothing() -> None:
    table = live(
        row(), only(contract_id="备注：以上为华东，以下为西南"), row(contract_id="HT-2"),
        only(contract_id="会计-3", debtor="会计师事务所", amount=5.0), row(contract_id="HT-4"),
        only(contract_id="注：本表按季填报"), only(contract_id="2. 其他说明"),
    )  # fmt: skip
    assert cells(table, "contract_id") == ["HT-1", "HT-2", "会计-3", "HT-4"]
    assert table.rows.tolist() == [1, 3, 4, 5]
    assert table.blank_rows == []


def test_a_row_with_gaps_stays_data() -> None:
    table = live(row(), only(contract_id="HT-2", amount=1.0), row(contract_id="HT-3"))
    assert cells(table, "contract_id") == ["HT-1", "HT-2", "HT-3"]
    assert cells(table, "debtor") == [ROW["debtor"], None, ROW["debtor"]]


def test_no_rows() -> None:
    table = live()
    assert (len(table.frame), table.rows.tolist(), table.totals) == (0, [], [])
    assert str(table.frame["amount"].dtype) == "Int64"


COUNT = get_kind("inventory_count")
LAST = dt.date(2026, 9, 20)


def foot_of(*lines: Sequence[Any]) -> dict[str, FootEntry]:
    values = clean_row("inventory_count", 0, {})
    data = [
        dt.datetime.combine(v, dt.time()) if isinstance(v, dt.date) else v
        for v in (values.get(f.name) for f in COUNT.fields)
    ]
    grid = BlockGrid("盘点", [[f.header for f in COUNT.fields], data, [], *lines])
    table = read_grids([grid], "live").tables[0]
    assert len(table.frame) == 1
    return {e.entry: e for e in table.foot}


def test_foot_of_the_template(tmp_path: Path) -> None:
    table = read_workbook(build(tmp_path / "p.xlsx", {"inventory_count": [{}]})).tables[0]
    assert [(e.block, e.entry, e.name, e.on) for e in table.foot] == [
        ("signatures", "单位经理", "高远", LAST), ("signatures", "财务主管", "罗静", LAST),
        ("signatures", "保管人", "马强", LAST), ("signatures", "验收人", "孙悦", LAST),
        ("deliveries", "财务部", None, dt.date(2026, 9, 21)), ("deliveries", "技术工程部", None, dt.date(2026, 9, 21)),
        ("deliveries", "清欠办", None, dt.date(2026, 9, 21)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        ["保管人", "马强", "日期", dt.datetime(2026, 9, 20)],
        ["保管人：", "马强", None, "2026.9.20"],
        ["保管人：马强", "日期：2026年9月20日"],
        ["保管人：马强 日期：2026-09-20"],
        ["保管人：马强  验收人：孙悦 日期：2026-09-20"],
        ["保管人（签字）", "马强", "日期", "2026-9-20"],
        ["保管人", "姓名", "马强", "日期", "20260920"],
    ],
)
def test_signature(line: list[Any]) -> None:
    entry = foot_of(line)["保管人"]
    assert (entry.block, entry.name, entry.row, entry.column) == ("signatures", "马强", 3, 0)
    assert entry.on == LAST or "验收人" in str(line[0])


def test_several_signatures_in_one_row() -> None:
    found = foot_of(["保管人：", "马强", "验收人：", "孙悦", "财务主管：罗静"])
    assert {k: v.name for k, v in found.items()} == {"保管人": "马强", "验收人": "孙悦", "财务主管": "罗静"}


def test_several_signatures_in_one_cell() -> None:
    found = foot_of(["单位经理：高远  财务主管：罗静   保管人：马强 验收人：____"])
    assert {k: v.name for k, v in found.items()} == {
        "单位经理": "高远",
        "财务主管": "罗静",
        "保管人": "马强",
        "验收人": None,
    }


def test_empty_signature() -> None:
    entry = foot_of(["保管人：", None, "日期："], ["验收人：________"])
    assert [(e.name, e.on) for e in entry.values()] == [(None, None), (None, None)]


@pytest.mark.parametrize(
    "line",
    [
        ["送达财务部", None, "日期", dt.datetime(2026, 9, 21)],
        ["送达财务部：2026-09-21"],
        ["财务部", "2026-09-21"],
    ],
)
def test_delivery(line: list[Any]) -> None:
    entry = foot_of(line)["财务部"]
    assert (entry.block, entry.on) == ("deliveries", dt.date(2026, 9, 21))


@pytest.mark.parametrize(
    ("word", "total"),
    [
        ("合计", "合计"), ("合计(元)", "合计"), ("合计[元)", "合计"), ("华东分公司小计(含税)(元)", "华东分公司小计"), ("(合计)", None),
        ("合计)", None), ("合计(", None), ("(" * 32_767, None), ("(" * 32_766 + ")", None), ("合计" + "(" * 32_000 + ")", "合计"),
    ],
)  # fmt: skip
def test_a_total_may_have_something_in_brackets_behind_it(word: str, total: str | None) -> None:
    """A cell of brackets took ten seconds."""
    assert total_word(word) == total
