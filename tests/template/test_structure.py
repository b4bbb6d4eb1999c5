"""What stands in a template: names, table, validations, print settings, texts that stay texts."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from qq_excel.findings import column_letters
from qq_excel.kinds import FieldType, all_kinds, get_kind
from qq_excel.policy import load_policy
from qq_excel.template import main_kinds, template_name, write_all, write_template
from tests.support.digests import digest

MAIN = [k.kind for k in main_kinds()]
HEAD = {
    "unit": "华东分公司",
    "as_of": dt.date(2026, 9, 30),
    "period": "2026Q3",
    "prepared_by": "周敏",
    "reviewed_by": "何立",
    "prepared_on": dt.date(2026, 10, 8),
}


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("blank")
    return dict(zip(MAIN, write_all(folder), strict=True))


def opened(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def header_row(sheet: Worksheet, kind: str) -> int:
    headers = [f.header for f in get_kind(kind).fields]
    for row in sheet.iter_rows(max_row=12):
        if [c.value for c in row[: len(headers)]] == headers:
            return int(row[0].row or 0)
    raise AssertionError(f"no header row of {kind}")


def test_every_kind_has_a_template_named_after_it(blank: dict[str, Path]) -> None:
    assert [p.name for p in blank.values()] == [f"{get_kind(k).title.zh}.xlsx" for k in MAIN]
    assert template_name("evidence") == template_name("write_offs")
    sheets = [s for p in blank.values() for s in opened(p).sheetnames if s != "填表说明"]
    assert sorted(sheets) == sorted(k.sheet for k in all_kinds().values())


@pytest.mark.parametrize("kind", MAIN)
def test_headers_are_the_schemas_in_one_table(blank: dict[str, Path], kind: str) -> None:
    book = opened(blank[kind])
    kinds = [k for k in all_kinds().values() if kind in (k.kind, k.sheet_of)]
    for one in kinds:
        sheet = book[one.sheet]
        top = header_row(sheet, one.kind)
        table = sheet.tables[f"tbl_{one.kind}"]
        last = column_letters(len(one.fields) - 1)
        assert table.ref == f"A{top}:{last}{top + one.template_rows}"
        assert [c.name for c in table.tableColumns] == [f.header for f in one.fields]
        assert table.totalsRowCount in (None, 0)


@pytest.mark.parametrize("kind", MAIN)
def test_kind_and_version_stand_in_defined_names(blank: dict[str, Path], kind: str) -> None:
    book = opened(blank[kind])
    seconds = [k for k in all_kinds().values() if k.sheet_of == kind]
    version = get_kind(kind).version
    if not seconds:
        assert book.defined_names["QQ_KIND"].value == f'"{kind}"'
        assert book.defined_names["QQ_VERSION"].value == str(version)
        return
    for one in [get_kind(kind), *seconds]:
        names = book[one.sheet].defined_names
        assert names["QQ_KIND"].value == f'"{one.kind}"'
        assert names["QQ_VERSION"].value == str(one.version)
    assert "QQ_KIND" not in book.defined_names


#: A4 pages side by side; every other table prints on one.
PAGES_WIDE = {
    "receivables": 3, "inventory_count": 2, "disposals": 2, "write_offs": 2, "write_off_register": 2,
    "cases": 2, "collection_log": 2, "project_claims": 2, "claim_intake": 2,
}  # fmt: skip


@pytest.mark.parametrize("kind", MAIN)
def test_print_settings_and_panes(blank: dict[str, Path], kind: str) -> None:
    book = opened(blank[kind])
    for one in [k for k in all_kinds().values() if kind in (k.kind, k.sheet_of)]:
        sheet = book[one.sheet]
        top = header_row(sheet, one.kind)
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        wide = PAGES_WIDE.get(one.kind, 1)
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (wide, 0)
        # of several pages, each shows the columns that stay in view, and those of a row follow each other
        frozen = column_letters(column_index_from_string(re.sub(r"\d", "", sheet.freeze_panes)) - 2)
        assert sheet.print_title_cols == (f"$A:${frozen}" if wide > 1 else None)
        assert sheet.page_setup.pageOrder == ("overThenDown" if wide > 1 else None)
        assert sheet.print_title_rows == f"${top}:${top}"
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
        assert re.fullmatch(rf"[B-Z]{top + 1}", sheet.freeze_panes)


@pytest.mark.parametrize("kind", MAIN)
def test_each_column_has_its_validation(blank: dict[str, Path], kind: str) -> None:
    book = opened(blank[kind])
    for one in [k for k in all_kinds().values() if kind in (k.kind, k.sheet_of)]:
        sheet = book[one.sheet]
        top = header_row(sheet, one.kind)
        by_cell = {
            str(area).split(":")[0]: v
            for v in sheet.data_validations.dataValidation
            for area in v.sqref.ranges
        }
        for c, field in enumerate(one.fields):
            found = by_cell[f"{column_letters(c)}{top + 1}"]
            assert found.promptTitle == field.header
            assert len(found.prompt or "") <= 255 and len(found.error or "") <= 255
            if field.formula:
                assert found.type in (None, "none")
            elif field.type is FieldType.DATE:
                assert (found.type, found.errorStyle or "stop") == ("date", "stop")
            elif field.type is FieldType.AMOUNT:
                assert found.type == "decimal"
            elif field.values and len(",".join(field.values)) <= 255:
                assert found.formula1 == f'"{",".join(field.values)}"'
            elif field.values:
                assert found.formula1.startswith("'填表说明'!$")


def test_a_list_of_the_policy_and_of_the_head_block(blank: dict[str, Path]) -> None:
    sheet = opened(blank["cases"])["清欠台账"]
    lists = [v.formula1 for v in sheet.data_validations.dataValidation if v.type == "list"]
    stages = ",".join(s.name for s in load_policy("group").stages)
    assert f'"{stages}"' in lists
    assert '"元,千元,万元"' in lists


def test_a_long_list_stands_in_a_range(tmp_path: Path) -> None:
    kind = get_kind("receivables")
    words = tuple(f"很长的取值{n:03d}" for n in range(60))
    fields = tuple(f.model_copy(update={"values": words}) if f.name == "security" else f for f in kind.fields)
    path = write_template(kind.model_copy(update={"fields": fields}), tmp_path / "x.xlsx", blank_rows=3)
    book = opened(path)
    ranges = [
        v.formula1
        for v in book["应收账款明细表"].data_validations.dataValidation
        if "填表说明" in (v.formula1 or "")
    ]
    assert len(ranges) == 1
    cells = book["填表说明"][ranges[0].split("!")[1].replace("$", "")]
    assert tuple(c[0].value for c in cells) == words


def test_colours_mark_what_is_required(blank: dict[str, Path]) -> None:
    kind = get_kind("credit_terms")
    sheet = opened(blank["credit_terms"])[kind.sheet]
    top = header_row(sheet, "credit_terms")
    fills = {f.required: set() for f in kind.fields}
    for cell, field in zip(sheet[top], kind.fields, strict=False):
        fills[field.required].add(cell.fill.fgColor.rgb)
    assert len(fills[True]) == len(fills[False]) == 1
    assert fills[True] != fills[False]


def test_rows_are_written_as_given(tmp_path: Path) -> None:
    row = {
        "claim_id": "0012", "unit": "=1+1", "debtor": "http://example.invalid", "debtor_type": "企业",
        "contract_id": "1E5", "occurred_on": dt.date(2024, 2, 29), "due_on": "2025.3.1", "original": Decimal("1000.10"),
        "received": "1,200", "remark": "+86",
    }  # fmt: skip
    path = write_template("receivables", tmp_path / "x.xlsx", rows=[row, {"balance": 5}], head=HEAD)
    sheet = opened(path)["应收账款明细表"]
    top = header_row(sheet, "receivables")
    names = [f.name for f in get_kind("receivables").fields]
    cells = dict(zip(names, sheet[top + 1], strict=True))
    for name, value in row.items():
        expected = dt.datetime(2024, 2, 29) if name == "occurred_on" else value
        assert cells[name].value == (float(expected) if isinstance(expected, Decimal) else expected)
        assert cells[name].data_type != "f"
    assert cells["claim_id"].number_format == "@"
    assert cells["original"].number_format == "#,##0.00"
    assert cells["occurred_on"].number_format == "yyyy-mm-dd"
    assert cells["balance"].data_type == "f"
    typed_over = sheet[top + 2][names.index("balance")]
    assert (typed_over.data_type, typed_over.value) == ("n", 5)
    assert not sheet._hyperlinks


def test_stored_values_stand_beside_the_formulas(tmp_path: Path) -> None:
    row = {
        "occurred_on": dt.date(2023, 9, 30), "due_on": dt.date(2026, 9, 29), "original": 100.1, "received": 0.05,
    }  # fmt: skip
    path = write_template("receivables", tmp_path / "x.xlsx", rows=[row], head=HEAD, blank_rows=1)
    sheet = openpyxl.load_workbook(path, data_only=True)["应收账款明细表"]
    top = header_row(sheet, "receivables")
    names = [f.name for f in get_kind("receivables").fields]
    first, second = sheet[top + 1], sheet[top + 2]
    got = {n: first[names.index(n)].value for n in ("balance", "age_band", "overdue_days")}
    assert got == {"balance": 100.05, "age_band": "2至3年", "overdue_days": 1}
    assert [second[names.index(n)].value for n in got] == [None, None, None]  # openpyxl reads "" as None
    part = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert part.count("</f><v></v>") == 3  # a blank row's formulas have "" stored, not nothing


def test_bands_of_another_policy_are_chosen_not_computed(tmp_path: Path) -> None:
    policy = load_policy("group")
    dated = policy.parameters["age_bands"][0]
    value = [{"name": "半年以内", "years": 1}, {"name": "更久"}]
    other = policy.model_copy(
        update={
            "parameters": {**policy.parameters, "age_bands": (dated.model_copy(update={"value": value}),)}
        }
    )
    path = write_template("receivables", tmp_path / "x.xlsx", policy=other, blank_rows=2)
    sheet = opened(path)["应收账款明细表"]
    column = [f.name for f in get_kind("receivables").fields].index("age_band")
    assert sheet.cell(header_row(sheet, "receivables") + 1, column + 1).value is None
    assert '"半年以内,更久"' in [v.formula1 for v in sheet.data_validations.dataValidation]


def test_foot_blocks_and_signature_line(tmp_path: Path) -> None:
    day = dt.date(2026, 9, 20)
    foot = {"signatures": {"单位经理": ("高远", day)}, "deliveries": {"清欠办": day}}
    path = write_template("inventory_count", tmp_path / "x.xlsx", head=HEAD, foot=foot, blank_rows=2)
    # printed two pages wide: the first column, which is on both, stays free
    rows = [[c.value for c in row[1:5]] for row in opened(path)["财务存货盘点表"].iter_rows(min_row=8)]
    at = dt.datetime(2026, 9, 20)
    assert ["单位经理", "高远", "日期", at] in rows
    assert ["保管人", None, "日期", None] in rows
    assert ["送达清欠办", None, "日期", at] in rows
    assert rows[-1][0] == "编制人：周敏    审核人：何立    单位负责人：________________"


@pytest.mark.parametrize("kind", MAIN)
def test_guide_says_what_each_column_wants(blank: dict[str, Path], kind: str) -> None:
    sheet = opened(blank[kind])["填表说明"]
    rows = [[c.value for c in row[:7]] for row in sheet.iter_rows()]
    for one in [k for k in all_kinds().values() if kind in (k.kind, k.sheet_of)]:
        for n, field in enumerate(one.fields, 1):
            mark = "公式" if field.formula else "是" if field.required else ""
            help_ = field.help.zh if field.help else ""
            expected = [str(n), field.header, mark, "、".join(field.clauses), help_]
            assert expected in [[r[c] or "" for c in (0, 1, 2, 5, 6)] for r in rows]


def test_english_guide_keeps_the_headers(tmp_path: Path) -> None:
    path = write_template("contracts", tmp_path / "x.xlsx", lang="en", blank_rows=2)
    book = opened(path)
    assert header_row(book["合同台账"], "contracts")
    prompts = {v.promptTitle for v in book["合同台账"].data_validations.dataValidation}
    assert get_kind("contracts")["amount"].en in prompts


@pytest.mark.parametrize("kind", ["receivables", "write_offs"])
def test_same_input_same_bytes(blank: dict[str, Path], tmp_path: Path, kind: str) -> None:
    again = write_template(kind, tmp_path / "again.xlsx")
    assert digest(again) == digest(blank[kind])


@pytest.mark.parametrize("kind", MAIN)
def test_package_is_plain(blank: dict[str, Path], kind: str) -> None:
    """Nothing external, nothing hidden, no macros: what our own reader asks of others."""
    with zipfile.ZipFile(blank[kind]) as package:
        names = package.namelist()
    assert not [n for n in names if "external" in n or "vba" in n or "connections" in n]
    assert all(s.sheet_state == "visible" for s in opened(blank[kind]).worksheets)
