""".xls, .ods and .xlsb tell what an .xlsx tells: merged cells, what is hidden, error values, dates, passengers."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from lxml import etree

from qq_excel.reading import read_workbook
from qq_excel.reading.model import Area, Table, Workbook
from tests.reading.tables import HEADERS, NAMES, ROW, cells, day, facts, row
from tests.support.xlsb import Sheet, write_xlsb

AT = NAMES.index
_DAYS_TO_1904 = 1_462
FORMATS = ["xls", "ods", "xlsb"]
ERRORS = {"#DIV/0!": "=1/0", "#N/A": "=NA()", "#NAME?": "=xyz_q()", "#VALUE!": '="a"*1'}
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"


def below_a_head(rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    return [["截止日期", dt.datetime(2026, 9, 30)], [], HEADERS, *rows]


def sheets(date1904: bool) -> dict[str, Sheet]:
    """What every format is asked to tell, a sheet for each; data begin in row 3 (zero-based)."""
    three = [row(), row(contract_id="HT-2"), row(contract_id="HT-3")]
    serial = 46_029 - (_DAYS_TO_1904 if date1904 else 0)
    return {
        "合并": Sheet(
            below_a_head([row(debtor="甲公司"), row(debtor=None), row(debtor=None), row()]),
            merges=[(3, AT("debtor"), 5, AT("debtor"))],
        ),
        "隐藏行": Sheet(below_a_head(three), hidden_rows=[4]),
        "隐藏列": Sheet(below_a_head(three), hidden_columns=[AT("amount")]),
        "筛选": Sheet(below_a_head(three), hidden_rows=[3, 5], filtered=True),
        "错误": Sheet(
            below_a_head(
                [
                    row(amount="#DIV/0!"),
                    row(amount="#DIV/0!", signed_on="#N/A"),
                    row(debtor="#NAME?", settled="#VALUE!"),
                ]
            )
        ),
        "日期": Sheet(
            below_a_head(
                [
                    row(),
                    row(signed_on="2026.1.6"),
                    row(signed_on=serial),
                    row(signed_on=20260108),
                    row(signed_on=dt.datetime(2024, 2, 29)),
                ]
            )
        ),
        "藏表": Sheet(below_a_head(three), state=1),
    }


def write_xlsx(path: Path, date1904: bool) -> Path:
    """The sheets as LibreOffice is given them; a cell with an error bears a note too."""
    book = xlsxwriter.Workbook(str(path), {"date_1904": date1904, "strings_to_formulas": False})
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, sheet in sheets(date1904).items():
        out = book.add_worksheet(name)
        for r, values in enumerate(sheet.rows):
            for c, value in enumerate(values):
                if isinstance(value, dt.datetime):
                    out.write_datetime(r, c, value, date)
                elif isinstance(value, str) and value in ERRORS:
                    out.write_formula(r, c, ERRORS[value], None, value)
                    out.write_comment(r, c, "人的批注")
                elif value is not None:
                    out.write(r, c, value)
        for top, left, bottom, right in sheet.merges:
            out.merge_range(top, left, bottom, right, sheet.rows[top][left])
        for r in sheet.hidden_rows:
            out.set_row(r, None, None, {"hidden": True})
        for c in sheet.hidden_columns:
            out.set_column(c, c, None, None, {"hidden": True})
        if sheet.filtered:
            out.autofilter(2, 0, len(sheet.rows) - 1, len(HEADERS) - 1)
            out.filter_column(AT("contract_id"), "x == HT-2")
        if sheet.state:
            out.hide()
    book.close()
    return path


def convert(folder: Path, format_: str, *paths: Path) -> None:
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless", "--convert-to", format_,
            "--outdir", folder, *paths,
        ],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1900.xls, 1904.xls, 1900.ods, ...: every sheet of :func:`sheets` in both date systems."""
    out = tmp_path_factory.mktemp("old")
    systems = {"1900": False, "1904": True}
    for name, date1904 in systems.items():
        write_xlsb(out / f"{name}.xlsb", sheets(date1904), date1904=date1904)
    if shutil.which("soffice") is not None:
        plain = [write_xlsx(out / f"{name}.xlsx", date1904) for name, date1904 in systems.items()]
        for format_ in ("xls", "ods"):
            convert(out, format_, *plain)
    elif os.environ.get("QQ_REQUIRE_ALL"):
        pytest.fail("LibreOffice is part of the tests' system packages")
    return out


@pytest.fixture(params=[f"{s}.{f}" for f in FORMATS for s in ("1900", "1904")])
def book(request: pytest.FixtureRequest, folder: Path) -> Workbook:
    path = folder / request.param
    if not path.exists():
        pytest.skip("LibreOffice makes the file")
    return read_workbook(path)


def table(book: Workbook, sheet: str) -> Table:
    (found,) = (t for t in book.tables if t.sheet == sheet)
    return found


def test_every_sheet_is_read(book: Workbook) -> None:
    assert book.facts == []
    assert [t.sheet for t in book.tables] == list(sheets(False))
    for t in book.tables:
        assert t.header_row == 2
        assert t.rows.tolist() == list(range(3, 3 + len(t.frame)))
        assert t.as_of == dt.date(2026, 9, 30)


def test_merged_cells(book: Workbook) -> None:
    merged = table(book, "合并")
    assert cells(merged, "debtor") == ["甲公司", "甲公司", "甲公司", ROW["debtor"]]
    assert merged.merges == [Area(3, AT("debtor"), 5, AT("debtor"))]
    assert merged.copied("debtor").tolist() == [False, True, True, False]


def test_what_is_hidden(book: Workbook) -> None:
    seen = {
        t.sheet: (t.hidden, t.hidden_rows, t.hidden_columns, t.filtered, len(t.frame)) for t in book.tables
    }
    assert seen["合并"] == (False, [], [], False, 4)
    assert seen["隐藏行"] == (False, [(4, 4)], [], False, 3)
    assert seen["隐藏列"] == (False, [], [(AT("amount"), AT("amount"))], False, 3)
    assert seen["筛选"] == (False, [], [], True, 3)
    assert seen["藏表"] == (True, [], [], False, 3)


def test_error_values(book: Workbook) -> None:
    wrong = table(book, "错误")
    assert cells(wrong, "amount") == [None, None, 500_000_000]
    assert cells(wrong, "signed_on") == [day("2026-01-05"), None, day("2026-01-05")]
    assert cells(wrong, "debtor") == [ROW["debtor"], ROW["debtor"], None]
    assert cells(wrong, "settled") == [100_000_000, 100_000_000, None]
    assert sorted((f[0], f[1], f[2]) for f in facts(wrong, "CEL010")) == [
        ("amount", [0, 1], ["#DIV/0!", "#DIV/0!"]), ("debtor", [2], ["#NAME?"]), ("settled", [2], ["#VALUE!"]),
        ("signed_on", [1], ["#N/A"]),
    ]  # fmt: skip


def test_dates_in_both_systems(book: Workbook) -> None:
    dates = table(book, "日期")
    assert cells(dates, "signed_on") == [
        day("2026-01-05"), day("2026-01-06"), day("2026-01-07"), day("2026-01-08"), day("2024-02-29"),
    ]  # fmt: skip
    assert sorted(i for f in facts(dates, "CEL003") for i in f[1]) == [1, 2, 3]
    assert facts(dates, "CEL005") == []


# --- passengers -----------------------------------------------------------------------------------------


@pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("QQ_REQUIRE_ALL"), reason="LibreOffice makes the files"
)  # fmt: skip
def test_links_of_formulas_are_told_and_not_followed(tmp_path: Path) -> None:
    """A formula that reads another workbook and one that asks a program (DDE)."""
    (tmp_path / "他表.csv").write_text("77\n", encoding="utf-8")
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    out = book.add_worksheet("合同台账")
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for r, values in enumerate([HEADERS, row(), row(contract_id="HT-2")]):
        for c, value in enumerate(values):
            if value is not None:
                out.write(r, c, value, date if isinstance(value, dt.datetime) else None)
    book.close()
    convert(tmp_path, "fods", tmp_path / "a.xlsx")
    tree = etree.parse(tmp_path / "a.fods")
    (line,) = (r for r in tree.iter(f"{{{TABLE}}}table-row") if "HT-2" in "".join(r.itertext()))
    other = (tmp_path / "他表.csv").as_uri()
    for place, formula in (
        (AT("amount"), f"of:=['{other}'#$他表.A1]"),
        (AT("settled"), 'of:=DDE("a";"b";"c")'),
    ):
        cell = line[place]
        cell.clear()
        cell.set(f"{{{TABLE}}}formula", formula)
        cell.set(f"{{{OFFICE}}}value-type", "float")
        cell.set(f"{{{OFFICE}}}value", "5")
    tree.write(tmp_path / "连.fods", encoding="utf-8", xml_declaration=True)
    for format_ in ("xls", "ods"):
        convert(tmp_path, format_, tmp_path / "连.fods")
        read = read_workbook(tmp_path / f"连.{format_}")
        assert [(f.rule, f.values["code"]) for f in read.facts] == [("FIL005", "links,dde")], format_
        assert str(read.facts[0].values["reason"]) == "外部链接、DDE 链接"
        found = [f for f in facts(read.tables[0], "CEL011") if f[0] == "amount"]
        # the formulas of an .xls are not looked into: the whole file is told of instead
        assert found == ([("amount", [1], ["other_workbook"], [""])] if format_ == "ods" else []), format_
