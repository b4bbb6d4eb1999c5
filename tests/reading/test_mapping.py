"""Mapping files: found by the headers of a sheet, in order; what they say of words and dates; wrong ones named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from qq_excel.check import check_paths
from qq_excel.errors import InputError, SchemaError
from qq_excel.importing.propose import as_yaml, propose, shown
from qq_excel.kinds import get_kind
from qq_excel.reading import Options, read_workbook
from qq_excel.reading.mapping import Mapping, load_folder
from qq_excel.reading.options import load_mappings
from qq_excel.yamlfile import parse

HEADERS = ["单据", "对方", "签约", "截止", "总 价", "续否", "备注"]
MAPPING = """title: {zh: 东北版式, en: the north-east's layout}
kind: contracts
unit: 东北分公司
columns:
  contract_id: {from: 单据, pattern: "HT-{}"}
  debtor: {from: 对方}
  signed_on: {from: 签约, date: day-first}
  expires_on: {from: 截止, date: month-first}
  amount: {from: 总价}
  renewed: {from: 续否, words: {续: 是, 不续: 否}}
"""


def sheet(path: Path, rows: list[list[Any]] | None = None, headers: list[str] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["东北片合同"])
    book.active.append(headers or HEADERS)
    for row in rows or [["001", "海川", "03/04/2026", "03/04/2027", "1,200元", "续", "甲"]]:
        book.active.append(row)
    book.save(path)
    return path


def put(folder: Path, text: str = MAPPING, name: str = "东北.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_mapping_beside_the_submission_is_used_and_said(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx")
    assert [f.rule for f in read_workbook(path).facts] == ["FIL006"]
    put(tmp_path / "mappings")
    book = read_workbook(path)
    (table,) = book.tables
    row = table.frame.iloc[0]
    assert (table.kind.kind, table.header_row, table.rows.tolist()) == ("contracts", 1, [2])
    assert (row["contract_id"], row["debtor"], row["renewed"], row["remark"]) == (
        "HT-001",
        "海川",
        "是",
        "甲",
    )
    assert row["signed_on"] == dt.datetime(2026, 4, 3)
    assert row["expires_on"] == dt.datetime(2027, 3, 4)
    assert row["amount"] == 120_000
    assert table.headers["amount"] == "总 价"
    assert table.text("unit") == "东北分公司"
    assert set(table.facts) == {"CEL002"}
    (finding,) = [f for f in check_paths([path]).findings if f.rule == "FIL011"]
    assert (finding.level, finding.sheet) == ("I", "Sheet")
    assert "东北版式" in finding.message("zh")
    assert "东北.yaml" in finding.message("zh")


def test_columns_in_another_order_and_more_of_them(tmp_path: Path) -> None:
    put(tmp_path / "mappings")
    path = sheet(
        tmp_path / "a.xlsx",
        [["甲", 1200, "海川", "x", "001", "不续", dt.datetime(2026, 4, 3), "04/03/2027"]],
        ["备注", "总价", "对方", "别的", "单据", "续否", "签约", "截止"],
    )
    (table,) = read_workbook(path).tables
    row = table.frame.iloc[0]
    assert (row["contract_id"], row["amount"], row["renewed"]) == ("HT-001", 120_000, "否")
    assert row["expires_on"] == dt.datetime(2027, 4, 3)
    assert table.unknown == {3: "别的"}


def test_a_header_less_and_it_is_another_layout(tmp_path: Path) -> None:
    put(tmp_path / "mappings")
    path = sheet(tmp_path / "a.xlsx", [["001", "海川"]], ["单据", "对方"])
    assert [f.rule for f in read_workbook(path).facts] == ["FIL006"]


def test_order_of_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unit(options: Options) -> str | None:
        return read_workbook(path, options=options).tables[0].text("unit")

    path = sheet(tmp_path / "a.xlsx")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "config"))
    put(tmp_path / "config/qq-excel/mappings", MAPPING.replace("东北分公司", "自己的"))
    assert unit(Options(mappings=load_mappings(None))) == "自己的"
    put(tmp_path / "mappings", MAPPING.replace("东北分公司", "旁边的"))
    assert unit(Options(mappings=load_mappings(None))) == "旁边的"
    named = put(tmp_path / "named", MAPPING.replace("东北分公司", "指定的"))
    assert unit(Options(mappings=load_mappings(named))) == "指定的"


def test_the_mapping_with_more_headers_wins(tmp_path: Path) -> None:
    few = "title: {zh: 少, en: few}\nkind: contracts\nunit: 少\ncolumns: {contract_id: {from: 单据}, debtor: {from: 对方}}\n"
    put(put(tmp_path / "mappings", few, "a.yaml"))
    assert read_workbook(sheet(tmp_path / "a.xlsx")).tables[0].text("unit") == "东北分公司"


def test_our_own_template_is_known_by_its_mark(tmp_path: Path) -> None:
    from qq_excel.template import write_template

    own = get_kind("contracts")
    text = "title: {zh: 错, en: wrong}\nkind: receivables\nunit: 错\ncolumns:\n  claim_id: {from: 合同编号}\n  debtor: {from: 债务人名称}\n"
    put(tmp_path / "mappings", text)
    path = write_template("contracts", tmp_path / "t.xlsx")
    assert [t.kind for t in read_workbook(path).tables] == [own]


def test_a_template_whose_columns_were_renamed_takes_a_mapping_of_its_kind(tmp_path: Path) -> None:
    """What ``map`` promises of it holds; before that the column is missing."""
    from qq_excel.template import write_template

    path = write_template("contracts", tmp_path / "t.xlsx", rows=[{"contract_id": "HT-1", "debtor": "海川"}])
    book = openpyxl.load_workbook(path)
    (header,) = [c for row in book["合同台账"].iter_rows(max_row=12) for c in row if c.value == "合同编号"]
    header.value = "协议流水"
    book.save(path)
    assert "contract_id" not in read_workbook(path).tables[0].columns
    text = "title: {zh: 流水, en: numbers}\nkind: contracts\ncolumns:\n  contract_id: {from: 协议流水}\n"
    put(tmp_path / "mappings", text)
    (table,) = read_workbook(path).tables
    assert table.frame["contract_id"].tolist()[:1] == ["HT-1"]
    assert table.frame["debtor"].tolist()[:1] == ["海川"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("kind: contracts", "kind: contract"), "第 2 行：“kind”：没有表种“contract”，是不是 contracts？"),
        (
            ("debtor: {from", "debitor: {from"),
            "第 6 行：“columns.debitor”：《合同台账》没有这一列，是不是 debtor？",
        ),
        (("day-first", "day_first"), "第 7 行"),
        (("columns:", "colums:"), "是不是 columns"),
    ],
)
def test_a_wrong_mapping_is_named_with_file_and_line(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    folder = put(tmp_path / "mappings", MAPPING.replace(*change))
    with pytest.raises(SchemaError, match=r"东北\.yaml") as error:
        load_folder(folder)
    assert says in str(error.value)
    (warned,) = [f for f in check_paths([sheet(tmp_path / "a.xlsx")]).findings if f.rule == "FIL011"]
    assert warned.level == "W"  # beside a submission it holds up nothing
    assert "东北.yaml" in warned.message("zh")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有这个文件夹"):
        load_mappings(tmp_path / "无")


def test_the_fingerprint_is_of_the_headers_alone(tmp_path: Path) -> None:
    one = load_folder(put(tmp_path / "a"))[0].mapping
    other = load_folder(put(tmp_path / "b", MAPPING.replace("总价", "总 价*").replace("东北", "西南")))[
        0
    ].mapping
    third = load_folder(put(tmp_path / "c", MAPPING.replace("总价", "价")))[0].mapping
    assert one.fingerprint == other.fingerprint != third.fingerprint


# --- proposals ----------------------------------------------------------------------------------------


def test_a_proposal_is_right_where_words_are_near_and_cells_fit(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["某公司合同"],
        ["合同号", "客户名称（全称）", "签订日", "到期日", "合同总金额", "随便", "合同签订地点"],
        ["A1", "海川", dt.datetime(2026, 1, 5), "2026.12.31", 100.0, "x", "青岛"],
    ]
    proposed = propose("甲", rows)
    assert proposed is not None
    assert (proposed.kind.kind, proposed.header_row) == ("contracts", 1)
    assert {p.header: p.field for p in proposed.columns} == {
        "合同号": "contract_id", "客户名称（全称）": "debtor", "签订日": "signed_on", "到期日": "expires_on",
        "合同总金额": "amount", "随便": None, "合同签订地点": None,
    }  # fmt: skip
    path = tmp_path / "m.yaml"
    path.write_text(as_yaml(proposed, "甲"), encoding="utf-8")
    mapping = parse(path, Mapping)
    assert mapping.columns["amount"].source == "合同总金额"


def test_cells_that_cannot_be_what_the_field_holds_count_against_it() -> None:
    rows = [["合同编号", "债务人名称", "合同金额", "签订日期"], *([["A", "海川", "约五", "无"]] * 3)]
    proposed = propose("甲", rows, get_kind("contracts"))
    assert proposed is not None
    assert {p.field for p in proposed.columns} == {"contract_id", "debtor", None}


@pytest.mark.parametrize("rows", [[], [[None]], [["甲", "乙"]], [[1.0, 2.0, 3.0]]])
def test_nothing_like_headers(rows: list[list[Any]]) -> None:
    assert propose("甲", rows) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("11010519491231002X", "1101**********002X"),
        ("电话 13812345678", "电话 1381***5678"),
        (6222031234567890.0, "6222********7890"),
        ("ZQ-2026-0001", "ZQ-2026-0001"),
        (dt.datetime(2026, 9, 30), "2026-09-30"),
        ("青岛海川\n机械有限公司（集团）股份有限公司", "青岛海川 机械有限公司（集团）股份有限…"),
    ],
)
def test_samples_mask_personal_numbers(value: Any, expected: str) -> None:
    assert shown(value) == expected


def test_a_large_table_is_not_taken_for_a_small_one() -> None:
    """Of a foreign ledger more is found among receivables than among instalments, which have few fields."""
    headers = ["Customer No", "Due date", "InvoiceAmount", "Disputed", "Days overdue", "Status"]
    ledger = propose("甲", [headers, ["C-1", "2026-01-05", 5, "No", 3, "open"]])
    assert ledger is not None
    assert ledger.kind.kind == "receivables"
    assert {p.header: p.field for p in ledger.columns}["Due date"] == "due_on"
    goods = propose("甲", [["名称*", "规格", "基本单位*", "批号", "仓库", "备注"], ["a"] * 6])
    assert goods is not None
    assert goods.kind.kind == "inventory_count"
