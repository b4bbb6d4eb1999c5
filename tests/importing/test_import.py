"""A foreign export into a ledger: exact cells, and balances that tie to the cent."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from qq_excel.check import check_paths
from qq_excel.errors import InputError, SchemaError
from qq_excel.importing import ImportReport, find_mapping, import_ledger, load_mapping
from qq_excel.policy import load_policy
from qq_excel.reading import Limits, Options, plain_rows, read_workbook
from qq_excel.reading.pool import Pool
from tests.support.digests import digest

ROOT = Path(__file__).parents[2]
PUBLIC = ROOT.parent / "shared" / "data" / "real" / "WA_Fn-UseC_-Accounts-Receivable.csv"
AS_OF = dt.date(2026, 9, 30)

MAPPING = """\
title: {{zh: 测试导出, en: Test export}}
unit: 海外业务部
columns:
  claim_id: {{from: 发票号}}
  debtor: {{from: 客户}}
  occurred_on: {{from: 开票日, date: {order}}}
  due_on: {{from: 到期日, date: {order}}}
  original: {{from: 金额}}
  disputed: {{from: 争议, words: {{"Y": 是, "N": 否}}}}
constants: {{debtor_type: 企业, currency: CNY}}
settled_on: {{from: 结清日, date: {order}}}
"""
HEADER = ["发票号", "客户", "开票日", "到期日", "金额", "争议", "结清日"]
#: Dates as (year, month, day); each order writes them its own way. Texts stay as they are.
ROWS: list[list[Any]] = [
    ["001", "青岛海川机械有限公司", (2026, 3, 4), (2026, 6, 5), "1,234,567.89", "N", None],
    [
        "002",
        '=HYPERLINK("http://x")',
        (2026, 4, 1),
        (2026, 5, 1),
        "200.10",
        "Y",
        (2026, 9, 30),
    ],  # that day: paid
    [
        "003",
        "宁波远航贸易有限公司",
        (2026, 4, 2),
        (2026, 5, 2),
        "300.20",
        "N",
        (2026, 10, 1),
    ],  # the day after: open
    ["004", "@甲", (2026, 9, 30), (2026, 12, 1), "0.01", "N", None],
    ["005", "乙", (2026, 10, 1), (2026, 12, 1), "99.99", "N", None],  # dated later
    ["006", "丙", "三月四日", (2026, 12, 1), "7", "N", None],  # a bad date
    ["007", "丁", (2026, 3, 4), (2026, 6, 5), "约五百", "N", None],  # a bad number
    ["008", "戊", (2026, 3, 4), (2026, 6, 5), "1,50", "N", None],  # no thousands
    ["009", "己", (2026, 3, 4), (2026, 6, 5), "NaN", "N", None],
    ["010", "庚", "04/03/26", (2026, 6, 5), "8.00", "N", None],  # a year of two digits is not guessed
]


def written(value: Any, order: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    y, m, d = value
    return {
        "day-first": f"{d:02d}/{m:02d}/{y}",
        "month-first": f"{m}/{d}/{y}",
        "year-first": f"{y}-{m:02d}-{d:02d}",
    }[order]


def export(tmp_path: Path, order: str, encoding: str, rows: list[list[Any]] = ROWS) -> Path:
    path = tmp_path / "export.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        out.writerows([[written(v, order) for v in row] for row in rows])
    return path


def mapping_file(tmp_path: Path, order: str = "day-first", text: str | None = None) -> Path:
    path = tmp_path / "map.yaml"
    path.write_text(text or MAPPING.format(order=order), encoding="utf-8")
    return path


def run(
    tmp_path: Path, order: str = "day-first", encoding: str = "utf-8", as_of: dt.date | None = AS_OF
) -> tuple[ImportReport, pd.DataFrame]:
    mapping = load_mapping(str(mapping_file(tmp_path, order)))
    target = tmp_path / "ledger.xlsx"
    report = import_ledger(export(tmp_path, order, encoding), mapping, target, as_of)
    (table,) = read_workbook(target).tables
    assert table.as_of == report.as_of
    assert table.text("unit") == "海外业务部"
    return report, table.frame


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("order", ["day-first", "month-first", "year-first"])
def test_exact_cells(tmp_path: Path, order: str, encoding: str) -> None:
    report, frame = run(tmp_path, order, encoding)
    assert report.rows == 10
    assert frame["claim_id"].tolist() == ["001", "002", "003", "004", "006", "007", "008", "009", "010"]
    by_id = frame.set_index("claim_id")
    one = by_id.loc["001"]
    assert (one["debtor"], one["debtor_type"], one["currency"]) == ("青岛海川机械有限公司", "企业", "CNY")
    assert (one["occurred_on"], one["due_on"]) == (pd.Timestamp("2026-03-04"), pd.Timestamp("2026-06-05"))
    assert (one["original"], one["received"], one["balance"]) == (123456789, 0, 123456789)
    assert (one["disputed"], one["status"], by_id.loc["002", "disputed"]) == ("否", "正常", "是")
    assert one["age_band"] == "1年以内"
    assert one["overdue_days"] == 117
    # paid on the as-of date counts as paid, the day after as open
    assert by_id.loc["002", ["received", "balance", "status"]].tolist() == [20010, 0, "已结清"]
    assert by_id.loc["002", "last_paid_on"] == pd.Timestamp("2026-09-30")
    assert by_id.loc["003", ["received", "balance", "status"]].tolist() == [0, 30020, "正常"]
    assert pd.isna(by_id.loc["003", "last_paid_on"])


@pytest.mark.parametrize(
    ("amounts_in", "expected"),
    # 100.05 USD at 7.0827 is 708.624135; half a cent goes up
    [("currency", [(70862, 30), (7083, 7083), (9999, 0)]), ("yuan", [(10005, 4), (1000, 1000), (9999, 0)])],
)
def test_foreign_amounts_become_yuan(
    tmp_path: Path, amounts_in: str, expected: list[tuple[int, int]]
) -> None:
    text = f"""\
title: {{zh: 外币导出, en: Foreign export}}
unit: 海外业务部
amounts_in: {amounts_in}
columns:
  claim_id: {{from: 号}}
  currency: {{from: 币}}
  fx_rate: {{from: 率}}
  original: {{from: 金额}}
  received: {{from: 已收}}
  occurred_on: {{from: 日, date: year-first}}
"""
    (tmp_path / "e.csv").write_text(
        "号,币,率,金额,已收,日\n1,USD,7.0827,100.05,0.0429,2026-03-04\n2,USD,7.0827,10.00,10.00,2026-03-04\n"
        "3,EUR,,99.99,0,2026-03-04\n",
        encoding="utf-8",
    )
    mapping = load_mapping(str(mapping_file(tmp_path, text=text)))
    report = import_ledger(tmp_path / "e.csv", mapping, tmp_path / "ledger.xlsx", AS_OF)
    (table,) = read_workbook(tmp_path / "ledger.xlsx").tables
    got = table.frame[["original", "received"]].astype(int).to_numpy().tolist()
    assert [tuple(row) for row in got] == expected
    assert table.frame["balance"].tolist() == [a - b for a, b in expected]
    assert report.open_cents == sum(a - b for a, b in expected)
    assert report.unconverted == (1 if amounts_in == "currency" else 0)
    assert table.frame["fx_rate"].tolist()[:2] == [7.0827, 7.0827]


def test_a_rate_for_the_whole_export(tmp_path: Path) -> None:
    text = MAPPING.format(order="day-first").replace("currency: CNY", 'currency: USD, fx_rate: "7.2"')
    mapping = load_mapping(str(mapping_file(tmp_path, text=text)))
    report = import_ledger(
        export(tmp_path, "day-first", "utf-8", ROWS[2:4]), mapping, tmp_path / "l.xlsx", AS_OF
    )
    (table,) = read_workbook(tmp_path / "l.xlsx").tables
    assert table.frame["original"].tolist() == [216144, 7]  # 300.20 and 0.01 times 7.2
    assert table.frame["fx_rate"].tolist() == [7.2, 7.2]
    assert report.open_cents == 216151
    with pytest.raises(SchemaError, match=r"“constants\.fx_rate”：应为数字，现为“七”。"):
        load_mapping(str(mapping_file(tmp_path, text=text.replace("7.2", "七"))))


def test_formula_like_text_stays_text(tmp_path: Path) -> None:
    _, frame = run(tmp_path)
    assert frame.set_index("claim_id").loc[["002", "004"], "debtor"].tolist() == [
        '=HYPERLINK("http://x")',
        "@甲",
    ]


def test_bad_values_are_listed_with_row_and_column_and_lose_no_row(tmp_path: Path) -> None:
    report, frame = run(tmp_path)
    assert [(b.row, b.column, b.value, b.expected.zh) for b in report.bad] == [
        (7, "开票日", "三月四日", "日期（日在前）"),
        (8, "金额", "约五百", "数字"),
        (9, "金额", "1,50", "数字"),
        (10, "金额", "NaN", "数字"),
        (11, "开票日", "04/03/26", "日期（日在前）"),
    ]
    assert [r["claim_id"] for r in report.later] == ["005"]
    assert len(report.ledger) + len(report.later) == report.rows
    assert len(frame) == 9
    assert report.particulars == tmp_path / "ledger_导入说明.xlsx"
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(report.particulars))
    assert book.get_sheet_by_name("读不懂的值").to_python()[1] == [
        "7",
        "开票日",
        "三月四日",
        "日期（日在前）",
    ]
    assert book.get_sheet_by_name("截止日之后").to_python()[1][:2] == ["005", "乙"]


def independent_sum(rows: list[list[Any]], as_of: dt.date) -> int:
    """The open balance in cents, worked out without the program."""
    total = Decimal(0)
    for row in rows:
        occurred = dt.date(*row[2]) if isinstance(row[2], tuple) else None
        settled = dt.date(*row[6]) if row[6] else None
        try:
            amount = Decimal(row[4].replace(",", "")) if row[4] not in ("1,50", "NaN") else None
        except ArithmeticError:
            amount = None
        if amount is None or (occurred and occurred > as_of) or (settled and settled <= as_of):
            continue
        total += amount
    return int(total * 100)


@pytest.mark.parametrize(
    ("day", "cents"),
    [
        ("2026-03-03", 1500), ("2026-04-01", 123478299), ("2026-09-29", 123508319), ("2026-09-30", 123488310),
        ("2026-10-01", 123468289),
    ],
)  # fmt: skip
def test_balances_tie_at_every_as_of_date(tmp_path: Path, day: str, cents: int) -> None:
    as_of = dt.date.fromisoformat(day)
    report, frame = run(tmp_path, as_of=as_of)
    assert independent_sum(ROWS, as_of) == cents
    assert report.open_cents == cents
    assert int(frame["balance"].sum()) == cents


def test_without_as_of_the_latest_date_of_the_export_is_taken(tmp_path: Path) -> None:
    report, _ = run(tmp_path, as_of=None)
    assert report.as_of == dt.date(2026, 12, 1)
    assert report.as_of_is_latest


def test_same_bytes_twice(tmp_path: Path) -> None:
    run(tmp_path)
    first = digest(tmp_path / "ledger.xlsx"), digest(tmp_path / "ledger_导入说明.xlsx")
    run(tmp_path)
    assert (
        digest(tmp_path / "ledger.xlsx"),
        digest(tmp_path / "ledger_导入说明.xlsx"),
    ) == first


@pytest.mark.parametrize("day", ["０４／０３／２０２６", " 04/03/2026 ", "04.03.2026 10:30"])
def test_dates_are_read_as_check_reads_them_by_the_same_mapping(tmp_path: Path, day: str) -> None:
    source = export(tmp_path, "day-first", "utf-8", [["017", "甲", day, (2026, 6, 5), "1", "N", None]])
    report = import_ledger(source, load_mapping(str(mapping_file(tmp_path))), tmp_path / "l.xlsx", AS_OF)
    assert report.bad == []
    assert report.ledger[0]["occurred_on"] == dt.date(2026, 3, 4)


def test_a_workbook_comes_in_like_the_csv(tmp_path: Path) -> None:
    source = tmp_path / "export.xlsx"
    book = xlsxwriter.Workbook(str(source))
    sheet = book.add_worksheet()
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, [17, "甲"])
    sheet.write_datetime(1, 2, dt.datetime(2026, 3, 4), date)
    sheet.write_string(1, 3, "05/06/2026")
    sheet.write_number(1, 4, 1234.5)
    book.close()
    report = import_ledger(source, load_mapping(str(mapping_file(tmp_path))), tmp_path / "l.xlsx", AS_OF)
    assert not report.bad
    row = read_workbook(tmp_path / "l.xlsx").tables[0].frame.iloc[0]
    assert (row["claim_id"], row["balance"], row["due_on"]) == ("17", 123450, pd.Timestamp("2026-06-05"))
    assert row["occurred_on"] == pd.Timestamp("2026-03-04")


@pytest.mark.parametrize(
    ("encoding", "separator", "says"),
    [
        ("utf-16", "\t", ""),
        ("gb18030", ";", ""),
        ("utf-16-be", "，", "encoding: utf-16-be\n"),
        ("utf-8", "#", "separator: '#'\n"),
    ],
)
def test_text_files_of_every_kind(tmp_path: Path, encoding: str, separator: str, says: str) -> None:
    """Encoding and separator are found out, or those that the mapping names; read as in the command, by a worker."""
    source = tmp_path / "export.txt"
    row = ['="017"', "甲", "04/03/2026", "05/06/2026", "1234.5", "N", ""]
    source.write_text("".join(separator.join(r) + "\n" for r in (HEADER, row)), encoding=encoding)
    mapping = load_mapping(str(mapping_file(tmp_path, text=says + MAPPING.format(order="day-first"))))
    with Pool(1) as pool:
        report = import_ledger(source, mapping, tmp_path / "l.xlsx", AS_OF, pool=pool)
    assert not report.bad
    row = read_workbook(tmp_path / "l.xlsx").tables[0].frame.iloc[0]
    assert (row["claim_id"], row["debtor"], row["balance"]) == ("017", "甲", 123450)
    assert row["occurred_on"] == pd.Timestamp("2026-03-04")


def test_a_text_file_that_is_a_workbook_is_read_as_one_and_a_limit_holds(tmp_path: Path) -> None:
    test_a_workbook_comes_in_like_the_csv(tmp_path)
    source = (tmp_path / "export.xlsx").rename(tmp_path / "export.csv")
    mapping = load_mapping(str(mapping_file(tmp_path)))
    assert import_ledger(source, mapping, tmp_path / "l.xlsx", AS_OF).rows == 1
    with pytest.raises(InputError, match="文件大小"):
        import_ledger(source, mapping, tmp_path / "l.xlsx", AS_OF, Options(Limits(file_bytes=100)))


def test_missing_columns_are_refused_by_name(tmp_path: Path) -> None:
    source = tmp_path / "export.csv"
    source.write_text("发票号,客户,开票日,到期日,争议\n1,甲,01/02/2026,01/03/2026,N\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        import_ledger(source, load_mapping(str(mapping_file(tmp_path))), tmp_path / "l.xlsx", AS_OF)
    assert str(caught.value) == (
        f"{source}：缺少列 结清日、金额。文件里的列有：发票号、客户、开票日、到期日、争议。请改对应关系文件。"
    )
    assert not (tmp_path / "l.xlsx").exists()


def test_headers_below_a_title_are_found_and_said(tmp_path: Path) -> None:
    source = tmp_path / "export.csv"
    source.write_text(
        "三季度欠款,,,,,,\n\n发票号,客户,开票日,到期日,结清日,金额,争议\n1,甲,01/02/2026,01/03/2026,,5,N\n",
        encoding="utf-8",
    )
    mapping = load_mapping(str(mapping_file(tmp_path)))
    with pytest.raises(InputError) as caught:
        import_ledger(source, mapping, tmp_path / "l.xlsx", AS_OF)
    assert str(caught.value) == (
        f"{source}：列名在第 3 行，不在第 1 行。请在对应关系文件里写 header_row: 3。"
    )
    below = mapping.model_copy(update={"header_row": 3})
    assert import_ledger(source, below, tmp_path / "l.xlsx", AS_OF).rows == 1


def test_wrong_encoding_empty_file_and_no_date(tmp_path: Path) -> None:
    mapping = load_mapping(str(mapping_file(tmp_path)))
    source = tmp_path / "export.csv"
    source.write_bytes(b"\xff\xff\xff")
    with pytest.raises(InputError, match="编码认不出来"):
        import_ledger(source, mapping, tmp_path / "l.xlsx", AS_OF)
    source.write_text("发票号,客户\n", encoding="gb18030")
    wrong = mapping.model_copy(update={"encoding": "utf-8"})
    with pytest.raises(InputError, match="文字编码不是 utf-8，请改正对应关系文件中的 encoding"):
        import_ledger(source, wrong, tmp_path / "l.xlsx", AS_OF)
    source.write_bytes(b"")
    with pytest.raises(InputError, match="0 字节"):
        import_ledger(source, mapping, tmp_path / "l.xlsx", AS_OF)
    source.write_text(",".join(HEADER) + "\n1,甲,,,5,N,\n", encoding="utf-8")
    with pytest.raises(InputError, match="没有可用的日期，请用 --as-of"):
        import_ledger(source, mapping, tmp_path / "l.xlsx")
    with pytest.raises(InputError, match="找不到这个文件"):
        import_ledger(tmp_path / "none.csv", mapping, tmp_path / "l.xlsx", AS_OF)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "  claim_id:",
            "  claim_ids:",
            "“columns.claim_ids”：《应收账款明细表》没有这一列，是不是 claim_id？",
        ),
        ("settled_on:", "setled_on:", "不认识的键“setled_on”，是不是 settled_on？"),
        ("constants: {", "constants: {debtor: 甲, ", "“constants.debtor”：columns 里已有这一列，请删去一处"),
        ("  original: {from: 金额}\n", "", "“columns”：缺少 original（原始金额）一列，请补上"),
        ("date: day-first", "date: dayfirst", "day-first"),
        ("unit: 海外业务部\n", "", "第 1 行：“unit”缺少，必须填写"),
    ],
)
def test_mapping_errors(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = MAPPING.format(order="day-first")
    assert old in text
    path = mapping_file(tmp_path, text=text.replace(old, new, 1))
    with pytest.raises(SchemaError) as caught:
        load_mapping(str(path))
    assert str(caught.value).startswith(str(path))
    assert says in str(caught.value)


def test_unknown_mapping_name() -> None:
    with pytest.raises(SchemaError, match="找不到对应关系文件“nope”。自带的有：wa-receivables。"):
        load_mapping("nope")


@pytest.mark.parametrize("day", ["2012-12-31", "2013-06-30", "2013-12-31"])
def test_public_file_ties_out(tmp_path: Path, day: str) -> None:
    if not PUBLIC.exists():
        pytest.skip(f"no {PUBLIC}")
    as_of = dt.date.fromisoformat(day)
    expected = 0

    def read(text: str) -> dt.date:
        d, m, y = (int(x) for x in text.split("/"))
        return dt.date(y, m, d)

    with PUBLIC.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if read(row["InvoiceDate"]) <= as_of and not (
            row["SettledDate"] and read(row["SettledDate"]) <= as_of
        ):
            expected += int(Decimal(row["InvoiceAmount"]) * 100)
    report = import_ledger(PUBLIC, load_mapping("wa-receivables"), tmp_path / "l.xlsx", as_of)
    assert report.rows == len(rows) == 2466
    assert len(report.ledger) + len(report.later) == 2466
    assert not report.bad
    assert report.open_cents == expected
    assert int(read_workbook(tmp_path / "l.xlsx").tables[0].frame["balance"].sum()) == expected


def test_a_saved_mapping_is_found_by_the_layout(tmp_path: Path) -> None:
    source = export(tmp_path, "day-first", "gb18030")
    with pytest.raises(InputError, match="没有保存过适合它的对应关系"):
        find_mapping(source, Options())
    folder = tmp_path / "mappings"
    folder.mkdir()
    mapping_file(folder)
    other = MAPPING.format(order="day-first").replace("from: 客户", "from: 购货方")
    (folder / "a.yaml").write_text(other, encoding="utf-8")
    assert find_mapping(source, Options()).columns["debtor"].source == "客户"
    report = import_ledger(source, find_mapping(source, Options()), tmp_path / "l.xlsx", AS_OF)
    assert (report.rows, report.ledger[0]["original"]) == (len(ROWS), Decimal("1234567.89"))
    with pytest.raises(InputError, match="找不到这个文件"):
        find_mapping(tmp_path / "无.csv", Options())


def test_amounts_are_read_as_a_check_reads_them_and_all_balances_are_in_the_total(tmp_path: Path) -> None:
    rows = [
        ["001", "甲", (2026, 3, 4), (2026, 6, 5), "￥1,200.50", "N", None],
        ["002", "乙", (2026, 3, 4), (2026, 6, 5), "（300）", "N", None],
        ["003", "丙", (2026, 3, 4), (2026, 6, 5), "约五百", "N", None],
    ]
    source = export(tmp_path, "day-first", "utf-8", rows)
    report = import_ledger(source, load_mapping(str(mapping_file(tmp_path))), tmp_path / "ledger.xlsx", AS_OF)
    assert [(b.row, b.value) for b in report.bad] == [(4, "约五百")]
    (table,) = read_workbook(tmp_path / "ledger.xlsx").tables
    assert table.frame["original"].tolist()[:2] == [120050, -30000]
    # a row whose original cannot be read still has the balance that the export gives
    text = "title: {zh: 余, en: b}\nunit: 某部\ncolumns: {claim_id: {from: 发票号}, original: {from: 客户}, balance: {from: 金额}}\n"
    by_balance = load_mapping(str(mapping_file(tmp_path, text=text)))
    report = import_ledger(source, by_balance, tmp_path / "b.xlsx", AS_OF)
    assert report.open_cents == 120050 - 30000


def test_totals_notes_and_signatures_are_no_claims_and_are_told(tmp_path: Path) -> None:
    source = tmp_path / "export.csv"
    source.write_text(
        "发票号,客户,开票日,到期日,结清日,金额,争议\n1,甲,01/02/2026,01/03/2026,,5,N\n,,01/02/2026,,,7,N\n"
        "合计,,,,,12,\n,本页小计,,,,12,\n制表人：王五,,,,,,\n",
        encoding="utf-8",
    )
    mapping = load_mapping(str(mapping_file(tmp_path)))
    report = import_ledger(source, mapping, tmp_path / "l.xlsx", AS_OF)
    # what names nobody but is no total is a claim with gaps: the check says so
    assert (report.rows, report.apart, report.open_cents) == (2, [4, 5, 6], 1200)
    notes = [
        cell
        for row in plain_rows(tmp_path / "l.xlsx", None)
        for cell in row
        if str(cell).startswith("说明：")
    ]
    assert notes[1:] == ["说明：合计、说明等 3 行不是债权，没有导入。"]
    (table,) = read_workbook(tmp_path / "l.xlsx").tables
    assert len(table.data) == 2


def test_amounts_in_another_unit_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "export.csv"
    source.write_text("发票号,客户,开票日,到期日,结清日,金额（万元）,争议\n", encoding="utf-8")
    mapping = load_mapping(str(mapping_file(tmp_path)))
    columns = {
        **mapping.columns,
        "original": mapping.columns["original"].model_copy(update={"source": "金额（万元）"}),
    }
    with pytest.raises(
        InputError, match="“金额（万元）”的金额单位是万元，导入按元读，没有写出。请换算成元后再导入。"
    ):
        import_ledger(source, mapping.model_copy(update={"columns": columns}), tmp_path / "l.xlsx", AS_OF)
    source.write_text(
        "欠款表,,单位：万元,,,,\n发票号,客户,开票日,到期日,结清日,金额,争议\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="“欠款表 单位：万元”的金额单位是万元，导入按元读"):
        import_ledger(source, mapping.model_copy(update={"header_row": 2}), tmp_path / "l.xlsx", AS_OF)
    assert not (tmp_path / "l.xlsx").exists()


@pytest.mark.parametrize("amount", ["1e999", "1e30", "9" * 400, "-90000000000000.01"])
def test_a_number_that_no_cell_holds_to_the_cent_is_told_and_stays_a_text(
    tmp_path: Path, amount: str
) -> None:
    rows = [["001", "甲", (2026, 3, 4), (2026, 6, 5), amount, "N", None]]
    mapping = load_mapping(str(mapping_file(tmp_path)))
    report = import_ledger(
        export(tmp_path, "day-first", "utf-8", rows), mapping, tmp_path / "out.xlsx", AS_OF
    )
    assert [(b.row, b.column, b.value) for b in report.bad] == [(2, "金额", amount)]
    assert report.open_cents == 0
    found = check_paths([tmp_path / "out.xlsx"], policy=load_policy("group")).findings
    assert [f.field for f in found.where(rule="CEL004")] == ["original"]


def test_the_largest_amount_is_imported(tmp_path: Path) -> None:
    rows = [["001", "甲", (2026, 3, 4), (2026, 6, 5), "90,000,000,000,000.00", "N", None]]
    mapping = load_mapping(str(mapping_file(tmp_path)))
    report = import_ledger(
        export(tmp_path, "day-first", "utf-8", rows), mapping, tmp_path / "out.xlsx", AS_OF
    )
    assert (report.bad, report.open_cents) == ([], 9 * 10**15)


def test_a_date_before_1900_is_told_and_stays_a_text(tmp_path: Path) -> None:
    rows = [["001", "甲", (1899, 12, 31), (1900, 1, 1), "1", "N", None]]
    mapping = load_mapping(str(mapping_file(tmp_path)))
    report = import_ledger(
        export(tmp_path, "day-first", "utf-8", rows), mapping, tmp_path / "out.xlsx", AS_OF
    )
    assert [(b.column, b.value) for b in report.bad] == [("开票日", "31/12/1899")]


def test_a_text_that_is_longer_than_a_cell_is_cut_and_told(tmp_path: Path) -> None:
    rows = [["001", "=甲" * 20_000, (2026, 3, 4), (2026, 6, 5), "1", "N", None]]
    mapping = load_mapping(str(mapping_file(tmp_path)))
    report = import_ledger(
        export(tmp_path, "day-first", "utf-8", rows), mapping, tmp_path / "out.xlsx", AS_OF
    )
    assert [(b.column, b.value, b.expected.zh) for b in report.bad] == [
        ("客户", "=甲" * 20_000, "32767 字以内的文字，已截断")
    ]
    (table,) = read_workbook(tmp_path / "out.xlsx").tables
    assert table.frame["debtor"].tolist() == [("=甲" * 20_000)[:32_767]]
    assert report.particulars is not None
    cell = openpyxl.load_workbook(report.particulars)["读不懂的值"]["C2"]
    assert (cell.value, cell.quotePrefix) == (("=甲" * 20_000)[:32_767], True)
