"""Which kind a sheet is, where its headers stand, which column is which field, what the head block says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from qq_excel.kinds import all_kinds, get_kind
from qq_excel.reading.grid import BlockGrid
from qq_excel.reading.headers import normal
from qq_excel.reading.locate import Located, NotLocated, locate
from qq_excel.reading.model import Area, CellError, HeadEntry

KIND = get_kind("contracts")
HEADERS = [f.header for f in KIND.fields]
NAMES = [f.name for f in KIND.fields]


def found(rows: Sequence[Sequence[Any]], merges: Iterable[Area] = (), **more: Any) -> Located:
    located = locate(BlockGrid("表", rows, merges=merges, **more))
    assert isinstance(located, Located)
    return located


def head_of(*rows: Sequence[Any], merges: Iterable[Area] = ()) -> dict[str, HeadEntry]:
    return found([*rows, HEADERS], merges).head


@pytest.mark.parametrize("kind", list(all_kinds().values()), ids=lambda k: k.kind)
def test_every_kind_is_known_by_its_own_headers(kind: Any) -> None:
    located = found([[kind.title.zh], [], [f.header for f in kind.fields]])
    assert located.kind is kind
    assert located.header_row == 2
    assert located.columns == {f.name: i for i, f in enumerate(kind.fields)}
    assert (located.unknown, located.doubles, located.missing) == ({}, [], [])


def test_title_rows_above() -> None:
    located = found([["某某公司"], ["合同台账", None, "2026 年"], [], HEADERS, ["HT-1"]])
    assert located.header_row == 3


def test_columns_in_another_order_and_from_another_column() -> None:
    shuffled = list(reversed(HEADERS))
    located = found([[], [None, None, *shuffled]])
    assert located.columns == {n: 2 + len(NAMES) - 1 - i for i, n in enumerate(NAMES)}


def test_synonyms() -> None:
    first = [f.synonyms[0] if f.synonyms else f.header for f in KIND.fields]
    located = found([first])
    assert located.columns == {n: i for i, n in enumerate(NAMES)}
    assert located.headers == dict(zip(NAMES, first, strict=True))


@pytest.mark.parametrize(
    "written",
    [
        "合同\n编号",
        "* 合同编号",
        "合同编号*",
        "★合同编号",
        " 合 同 编 号 ",
        "合同编号：",
        "合同\r\n编号",
        "合同\u3000编号",
    ],
)
def test_what_staff_add_to_a_header(written: str) -> None:
    located = found([[written, *HEADERS[1:]]])
    assert located.columns["contract_id"] == 0
    assert located.headers["contract_id"] == written.strip()


def test_full_width_header() -> None:
    receivables = get_kind("receivables")
    names = [f.name for f in receivables.fields]
    headers = [f.en for f in receivables.fields]
    wide = ["".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in h) for h in headers]
    assert found([wide]).columns == {n: i for i, n in enumerate(names)}


@pytest.mark.parametrize(
    ("suffix", "unit"),
    [
        ("(万元)", "万元"),
        ("（千元）", "千元"),
        ("[元]", "元"),
        ("（单位：万元）", "万元"),
        ("\n（人民币万元）", "万元"),
    ],
)
def test_unit_behind_a_header(suffix: str, unit: str) -> None:
    at = NAMES.index("amount")
    headers = [*HEADERS[:at], HEADERS[at] + suffix, *HEADERS[at + 1 :]]
    located = found([headers])
    assert located.columns["amount"] == at
    assert located.header_unit == unit


def test_unit_of_a_group_of_headers() -> None:
    at = NAMES.index("amount")
    group = [None] * at + ["金额（万元）", None]
    located = found([["合同台账"], group, HEADERS], [Area(1, at, 1, at + 1)])
    assert located.header_row == 2
    assert (located.header_unit, located.units) == ("万元", {"amount": "万元", "settled": "万元"})


@pytest.mark.parametrize("words", ["（单位：万元）", "(人民币万元)", "（单位：人民币万元）"])
def test_unit_of_a_title(words: str) -> None:
    located = found([["合同台账" + words], ["填报单位", "华东分公司"], HEADERS])
    assert (located.header_unit, located.units) == ("万元", {})


def test_two_units_are_no_unit() -> None:
    headers = [
        h + {"amount": "(元)", "settled": "(万元)"}.get(n, "") for n, h in zip(NAMES, HEADERS, strict=True)
    ]
    assert found([headers]).header_unit is None


def test_two_row_merged_headers() -> None:
    receivables = get_kind("receivables")
    header = {f.name: f.header for f in receivables.fields}
    others = [f.header for f in receivables.fields if f.name not in ("original", "received", "balance")]
    size = len(others)
    upper = [*others, "金额", None, None]
    lower = [None] * size + [header["original"], header["received"], header["balance"]]
    merges = [*(Area(1, c, 2, c) for c in range(size)), Area(1, size, 1, size + 2)]
    located = found([["应收账款"], upper, lower, ["ZQ-1"]], merges)
    assert located.header_row == 2
    assert [located.columns[n] for n in ("original", "received", "balance")] == [size, size + 1, size + 2]
    assert located.columns["claim_id"] == 0
    assert (located.missing, located.unknown) == ([], {})


def test_group_and_header_read_together() -> None:
    at = NAMES.index("signed_on")
    whole = HEADERS[at]
    upper = [h if i != at else whole[:2] for i, h in enumerate(HEADERS)]
    lower = [None if i != at else whole[2:] for i in range(len(HEADERS))]
    lower[0] = "序号"  # a lower row has two texts at least
    upper[0], extra = "合同编号", upper[0]
    assert extra == "合同编号"
    located = found(
        [["x", *upper], ["序号", None, *lower[1:]]],
        [Area(0, c + 1, 1, c + 1) for c in range(len(HEADERS)) if c != at],
    )
    assert located.columns["signed_on"] == at + 1
    assert located.header_row == 1


def test_headers_merged_over_two_rows_with_nothing_below() -> None:
    merges = [Area(0, c, 1, c) for c in range(len(HEADERS))]
    located = found([HEADERS, [], ["HT-1"]], merges)
    assert located.header_row == 1
    assert located.columns == {n: i for i, n in enumerate(NAMES)}


def test_extra_columns() -> None:
    located = found([["序号", *HEADERS, "附件张数"]])
    assert located.unknown == {0: "序号", len(HEADERS) + 1: "附件张数"}
    assert located.columns["contract_id"] == 1


def test_doubles() -> None:
    located = found([[*HEADERS, "合同编号"]])
    assert located.doubles == [("contract_id", 0, len(HEADERS))]
    assert located.columns["contract_id"] == 0


def test_the_fixed_header_beats_a_synonym() -> None:
    synonym = KIND["contract_id"].synonyms[0]
    located = found([[synonym, *HEADERS]])
    assert located.columns["contract_id"] == 1
    assert located.unknown == {0: synonym}
    assert located.doubles == []


def test_missing_column_names_the_nearest_header() -> None:
    at = NAMES.index("signed_on")
    wrong = HEADERS[at] + "时间"
    located = found([[*HEADERS[:at], wrong, *HEADERS[at + 1 :]]])
    assert located.missing == [("signed_on", wrong)]
    assert located.unknown == {at: wrong}


def test_missing_column_without_anything_near() -> None:
    at = NAMES.index("signed_on")
    located = found([[*HEADERS[:at], *HEADERS[at + 1 :]]])
    assert located.missing == [("signed_on", None)]


def test_too_few_headers() -> None:
    few = locate(BlockGrid("表", [HEADERS[:2]]))
    assert isinstance(few, NotLocated)
    assert few.kind is not None
    assert few.score < 0.6
    assert HEADERS[0] not in few.lacks


def test_the_templates_mark_needs_fewer_headers() -> None:
    required = [KIND[n].header for n in KIND.required]
    half = required[: len(required) // 2]
    assert isinstance(locate(BlockGrid("表", [half])), NotLocated)
    located = found([half], marks={"kind": "contracts", "version": "1"})
    assert located.kind is KIND
    assert [n for n, _ in located.missing] == list(KIND.required[len(required) // 2 :])


@pytest.mark.parametrize("rows", [[], [[]], [["只有一格"]], [[1.0, 2.0], [3.0]], [[None] * 40] * 70])
def test_sheets_without_a_table(rows: list[list[Any]]) -> None:
    assert isinstance(locate(BlockGrid("表", rows)), NotLocated)


def test_values_of_other_types_among_headers() -> None:
    row = [*HEADERS, 1.0, True, dt.datetime(2026, 9, 30), CellError("#N/A"), None]
    assert found([row]).unknown == {}


# --- the head block -----------------------------------------------------------------------------------

DAY = dt.datetime(2026, 9, 30)


def test_label_and_value() -> None:
    head = head_of(
        ["填报单位", "华东分公司", "截止日期", DAY, "报告期", "2026年第三季度", "金额单位", "万元"],
        ["编制人", " 周敏 ", "审核人：", "何立", "编制日期", "2026.10.8", "账龄口径", "业务发生日"],
    )
    assert {n: e.value for n, e in head.items()} == {
        "unit": "华东分公司", "as_of": dt.date(2026, 9, 30), "period": "2026Q3", "money_unit": "万元",
        "prepared_by": "周敏", "reviewed_by": "何立", "prepared_on": dt.date(2026, 10, 8), "age_basis": "业务发生日",
    }  # fmt: skip
    assert (head["as_of"].row, head["as_of"].column) == (0, 3)
    assert (head["prepared_on"].row, head["prepared_on"].column) == (1, 5)


def test_value_behind_a_merged_label() -> None:
    head = head_of(
        ["填报单位", None, "华东分公司", None, "截止日期", DAY], merges=[Area(0, 0, 0, 1), Area(0, 2, 0, 3)]
    )
    assert (head["unit"].value, head["unit"].column) == ("华东分公司", 2)
    assert head["as_of"].value == dt.date(2026, 9, 30)


@pytest.mark.parametrize("sign", ["：", ":", " ： "])
def test_label_and_value_in_one_cell(sign: str) -> None:
    head = head_of([f"填报单位{sign}华东分公司", None, f"截止日期{sign}2026年9月30日"])
    assert head["unit"] == HeadEntry("unit", "华东分公司", "华东分公司", 0, 0)
    assert head["as_of"].value == dt.date(2026, 9, 30)
    assert head["as_of"].column == 2


def test_several_in_one_cell() -> None:
    head = head_of(["填报单位：华东分公司   截止日期：2026-09-30  单位：万元  编制人: 周敏"])
    assert {n: e.value for n, e in head.items()} == {
        "unit": "华东分公司", "as_of": dt.date(2026, 9, 30), "money_unit": "万元", "prepared_by": "周敏",
    }  # fmt: skip


def test_a_text_of_thousands_of_characters_says_nothing_of_the_table() -> None:
    """To look for labels in it would take the square of its length."""
    head = head_of(["填报单位：" + " " * 32_000 + "华东分公司"], ["填报单位：华北分公司"])
    assert head["unit"].value == "华北分公司"


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        ("万元", "money_unit", "万元"),
        ("华东分公司", "unit", "华东分公司"),
        ("元", "money_unit", "元"),
        ("人民币万元", "money_unit", "万元"),
        ("万元（人民币）", "money_unit", "万元"),
        ("人民币/元", "money_unit", "元"),
        ("百万元", "money_unit", None),
        ("人民币亿元", "money_unit", None),
        ("三元公司", "unit", "三元公司"),
    ],
)
def test_the_word_unit_means_two_things(value: str, field: str, expected: str | None) -> None:
    assert {n: e.value for n, e in head_of(["单位", value]).items()} == {field: expected}
    assert {n: e.value for n, e in head_of([f"单位：{value}"]).items()} == {field: expected}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (DAY, dt.date(2026, 9, 30)),
        (dt.date(2026, 9, 30), dt.date(2026, 9, 30)),
        (46295.0, dt.date(2026, 9, 30)),
        (20260930.0, dt.date(2026, 9, 30)),
        ("2026/9/30", dt.date(2026, 9, 30)),
        ("九月底", None),
        ("09/10/2026", None),
        (True, None),
        (CellError("#REF!"), None),
        (1e300, None),
    ],
)
def test_as_of(raw: Any, expected: dt.date | None) -> None:
    entry = head_of(["截止日期", raw])["as_of"]
    assert entry.value == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("2026Q3", "2026Q3"), (2026.0, "2026"), (202609.0, "2026-09"), (DAY, "2026-09"), ("三季度", "三季度")],
)
def test_period_entry(raw: Any, expected: str) -> None:
    assert head_of(["报告期", raw])["period"].value == expected


def test_unknown_money_unit_is_kept_as_written() -> None:
    entry = head_of(["金额单位", "百万元"])["money_unit"]
    assert (entry.raw, entry.value) == ("百万元", None)


def test_empty_entries_are_not_there() -> None:
    assert head_of(["填报单位", None, "截止日期", "编制人", "周敏"]) == {
        "prepared_by": HeadEntry("prepared_by", "周敏", "周敏", 0, 4)
    }


def test_the_first_of_two_entries_counts() -> None:
    assert head_of(["填报单位", "甲公司"], ["填报单位", "乙公司"])["unit"].value == "甲公司"


@pytest.mark.parametrize(("text", "expected"), [("Ａ B：", "ab"), (None, ""), (3.0, ""), ("★*备 注", "备注")])
def test_normal(text: Any, expected: str) -> None:
    assert normal(text) == expected
