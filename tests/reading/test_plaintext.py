"""CSV and its like: encoding and separator found out; codes kept as written, numbers and dates read."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from qq_excel.kinds import get_kind
from qq_excel.language import Text
from qq_excel.reading import Limits, Options, read_workbook
from qq_excel.reading.model import Table, Workbook
from qq_excel.reading.plaintext import encoding_of, separator_of

HEADERS = ["合同编号", "债务人名称", "签订日期", "到期日期", "合同金额", "备注"]
ROWS = [
    ["HT-1", "青岛海川机械有限公司", "2026-01-05", "2026/12/31", "1200.50", "含税，不含运费"],
    ["00017", "王喆", "2026-1-6", "2026-12-31", "-3", ""],
]


def book(tmp_path: Path, raw: bytes, name: str = "合同台账.csv", limits: Limits | None = None) -> Workbook:
    path = tmp_path / name
    path.write_bytes(raw)
    return read_workbook(path, options=Options(limits=limits or Limits()))


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Table:
    read = book(tmp_path, text.encode(encoding))
    assert read.facts == []
    (only,) = read.tables
    return only


def lines(separator: str, rows: list[list[str]] | None = None) -> str:
    def quoted(cell: str) -> str:
        return f'"{cell}"' if separator in cell and not cell.startswith('"') else cell

    return "".join(separator.join(map(quoted, r)) + "\r\n" for r in [HEADERS, *(rows or ROWS)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，", "；"])
def test_encoding_and_separator_are_found_out(tmp_path: Path, encoding: str, separator: str) -> None:
    found = table(tmp_path, lines(separator), encoding)
    assert found.kind is get_kind("contracts")
    frame = found.frame
    assert frame["contract_id"].tolist() == ["HT-1", "00017"]
    assert frame["debtor"].tolist() == ["青岛海川机械有限公司", "王喆"]
    assert frame["amount"].tolist() == [120_050, -300]
    assert frame["signed_on"].dt.date.tolist() == [dt.date(2026, 1, 5), dt.date(2026, 1, 6)]
    assert frame["expires_on"].dt.date.tolist() == [dt.date(2026, 12, 31)] * 2
    assert frame["remark"].iloc[0] == "含税，不含运费"
    assert found.facts == {}  # a text file has no cell types: nothing is a number stored as text


def test_traditional_characters(tmp_path: Path) -> None:
    raw = "".join(f"HT-{i},臺灣機械股份有限公司,2026-01-05\n" for i in range(20)).encode("big5")
    assert encoding_of(raw) in ("big5", "cp950")


def test_title_rows_and_head_block_above(tmp_path: Path) -> None:
    text = "合同台账\n填报单位,华东分公司,,截止日期,2026-09-30\n\n" + lines(",")
    found = table(tmp_path, text, "gb18030")
    assert (found.header_row, found.rows.tolist()) == (3, [4, 5])
    assert (found.text("unit"), found.as_of) == ("华东分公司", dt.date(2026, 9, 30))


def test_odd_cells_are_noted_as_in_a_workbook(tmp_path: Path) -> None:
    rows = [
        ["HT-1", "甲", "2026.3.5", "2026-02-30", "壹仟贰佰元整", ""],
        ["HT-2", "乙", "20260305", "03/04/2026", '"1,200.00"', ""],
        ["HT-3", "丙", "2026-03-05 08:00", "2026-12-31", "约5", ""],
    ]
    found = table(tmp_path, lines(",", rows))
    assert found.frame["amount"].tolist()[:2] == [120_000, 120_000]
    assert found.frame["signed_on"].dt.date.tolist() == [dt.date(2026, 3, 5)] * 3
    notes = {(rule, f.field, raw) for rule, facts in found.facts.items() for f in facts for raw in f.raw}
    assert notes == {
        ("CEL002", "amount", "壹仟贰佰元整"),  # 1,200.00 is how Excel writes an amount into a CSV
        ("CEL003", "signed_on", "2026.3.5"),
        ("CEL003", "signed_on", "20260305"),
        ("CEL004", "amount", "约5"),
        ("CEL005", "expires_on", "2026-02-30"),
        ("CEL005", "expires_on", "03/04/2026"),
    }


def test_codes_are_kept_or_named_as_lost(tmp_path: Path) -> None:
    rows = [
        ['"=""00123"""', "甲", "2026-03-05", "2026-12-31", "1", ""],
        ["6.22203E+18", "乙", "2026-03-05", "2026-12-31", "1", ""],
        ["622203123456789012", "丙", "2026-03-05", "2026-12-31", "1", ""],
    ]
    found = table(tmp_path, lines(",", rows))
    assert found.frame["contract_id"].tolist() == ["00123", "6.22203E+18", "622203123456789012"]
    (lost,) = found.facts["CEL013"]
    assert (lost.field, lost.at.tolist(), lost.raw) == ("contract_id", [1], ["6.22203E+18"])


def test_line_breaks_and_separators_inside_quotes(tmp_path: Path) -> None:
    found = table(
        tmp_path, lines(",", [["HT-1", '"甲\n乙,丙"', "2026-03-05", "2026-12-31", "1", '"他说""好"""']])
    )
    assert found.frame["debtor"].tolist() == ["甲 乙,丙"]
    assert found.frame["remark"].tolist() == ['他说"好"']


@pytest.mark.parametrize("name", ["合同台账.xlsx", "合同台账.xls"])
def test_csv_under_another_name_is_read_and_said(tmp_path: Path, name: str) -> None:
    read = book(tmp_path, lines(",").encode("gb18030"), name)
    assert len(read.tables[0].frame) == 2
    (fact,) = read.facts
    assert (fact.rule, fact.values["code"]) == ("FIL001", "extension")
    assert fact.values["reason"] == Text(
        f"扩展名是 {name[4:]}，内容却是 csv；数据已按内容读出",
        f"the extension is {name[4:]} but the content is csv; it was read by its content",
    )


def test_text_under_another_name_without_a_table_is_not_said_to_be_read(tmp_path: Path) -> None:
    nothing, extension = book(tmp_path, "单位,人数\n甲,1\n乙,2\n".encode(), "台账.xlsx").facts
    assert (nothing.rule, extension.rule) == ("FIL006", "FIL001")
    assert extension.values["reason"] == Text(
        "扩展名是 .xlsx，内容却是 csv", "the extension is .xlsx but the content is csv"
    )
    raw = lines(",").encode() * 4_000 + b"\xff\xfe\x80\n"
    (fact,) = book(tmp_path, raw, "台账.xlsx").facts
    assert fact.values["code"] == "encoding"


def test_no_encoding_fits(tmp_path: Path) -> None:
    raw = lines(",").encode() * 4_000 + b"\xff\xfe\x80\n"
    (fact,) = book(tmp_path, raw).facts
    assert (fact.rule, fact.values["code"]) == ("FIL001", "encoding")
    reason = fact.values["reason"]
    assert isinstance(reason, Text)
    assert "GB18030" in reason.zh


@pytest.mark.parametrize("limit", [131_072, 1 << 30])  # other libraries lift it for the whole process
def test_a_quotation_mark_that_nobody_closed(tmp_path: Path, limit: int) -> None:
    before = csv.field_size_limit(limit)
    try:
        _never_closed(tmp_path)
    finally:
        csv.field_size_limit(before)


def _never_closed(tmp_path: Path) -> None:
    raw = (lines(",") + 'HT-9,"甲\n' + "乙,2026-01-01,2026-01-01,5,\n" * 20_000).encode()
    (fact,) = book(tmp_path, raw).facts
    assert (fact.rule, fact.values["code"]) == ("FIL001", "damaged")


def test_limit_of_cells(tmp_path: Path) -> None:
    (fact,) = book(tmp_path, lines(",").encode(), limits=Limits(cells=10)).facts
    assert (fact.rule, fact.values["code"], fact.values["found"]) == ("FIL003", "cells", "12")


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b,c\n1;2\n3;4,5\n", ";"),
        ("说明，很长\na\tb\tc\n1\t2\t3\n", "\t"),
        ("a\n1\n", None),
        ("", None),
    ],
)
def test_separator(text: str, separator: str | None) -> None:
    assert separator_of(text) == separator
