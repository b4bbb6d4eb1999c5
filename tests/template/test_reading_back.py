"""Our own reader knows our own templates, blank and filled."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from qq_excel import resources
from qq_excel.check import check_paths
from qq_excel.kinds import all_kinds, get_kind
from qq_excel.reading import read_workbook
from qq_excel.template import main_kinds, template_name, write_template
from tests.support.digests import digest

MAIN = [k.kind for k in main_kinds()]
HEAD = {
    "unit": "华东分公司", "as_of": dt.date(2026, 9, 30), "period": "2026Q3", "prepared_by": "周敏",
    "reviewed_by": "何立", "prepared_on": dt.date(2026, 10, 8),
}  # fmt: skip


@pytest.mark.parametrize("kind", MAIN)
def test_blank_template(tmp_path: Path, kind: str) -> None:
    path = write_template(kind, tmp_path / "t.xlsx", head=HEAD)
    book = read_workbook(path)
    kinds = [k for k in all_kinds().values() if kind in (k.kind, k.sheet_of)]
    assert [t.kind.kind for t in book.tables] == [k.kind for k in kinds]
    for table, one in zip(book.tables, kinds, strict=True):
        assert len(table.frame) == 0
        assert table.template_version == one.version
        assert not table.unknown
        assert set(table.columns) == {f.name for f in one.fields}
        assert not table.facts
    main = book.tables[0]
    assert main.as_of == HEAD["as_of"]
    assert [main.text(n) for n in ("unit", "period", "prepared_by", "reviewed_by")] == [
        "华东分公司", "2026Q3", "周敏", "何立",
    ]  # fmt: skip
    said = {
        f.rule for f in check_paths([path]).findings if f.level != "?"
    }  # ?: the other tables are not there
    assert said <= {"TAB005", "INV004", "INV005"}


@pytest.mark.parametrize("kind", MAIN)
def test_committed_template_is_this(tmp_path: Path, kind: str) -> None:
    new = write_template(kind, tmp_path / "t.xlsx")
    assert digest(new) == digest(resources.workbooks_dir() / template_name(kind)), (
        "run: python -m qq_excel.samples"
    )


def test_filled_template_with_foot(tmp_path: Path) -> None:
    day = dt.date(2026, 9, 20)
    foot = {
        "signatures": dict.fromkeys(("单位经理", "财务主管", "保管人", "验收人"), ("高远", day)),
        "deliveries": dict.fromkeys(("财务部", "技术工程部", "清欠办"), day),
    }
    rows = [
        {
            "list_id": "PD-1",
            "item": f"轴承{n}",
            "book_qty": 3,
            "counted_qty": 2,
            "unit_price": 1.5,
            "remark": "短少",
        }
        for n in range(3)
    ]
    path = write_template(
        "inventory_count", tmp_path / "t.xlsx", rows=rows, head=HEAD, foot=foot, notes=["存一号库"]
    )
    (table,) = read_workbook(path).tables
    assert list(table.frame["difference_qty"]) == [-1.0] * 3
    assert list(table.frame["value"]) == [300] * 3  # cents
    assert {(f.block, f.entry, f.name, f.on) for f in table.foot} == {
        *(("signatures", e, "高远", day) for e in foot["signatures"]),
        *(("deliveries", e, None, day) for e in foot["deliveries"]),
    }
    assert not table.totals
    assert not table.facts


def test_titles_fit_file_names() -> None:
    assert template_name("inventory_count") == f"{get_kind('inventory_count').title.zh}.xlsx"
