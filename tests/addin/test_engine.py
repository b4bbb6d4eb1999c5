"""xlwings idioms against a real LibreOffice: what goes in comes out, in the workbook and in the file that is saved."""

from __future__ import annotations

import datetime as dt
import math

import openpyxl
import pandas as pd
import pytest
import xlwings as xw

from qq_excel.addin.host import quiet
from qq_excel.addin.libreoffice import running, values
from qq_excel.addin.libreoffice.numbers import native_formula
from qq_excel.errors import InputError


@pytest.fixture
def sheet(calc, opened):
    return calc.books.add().sheets[0]


ROWS = [
    ["编号", "姓名", "日期", "金额", "有效", "时刻"],
    ["001", "张三", dt.datetime(2024, 2, 29), 12.5, True, dt.datetime(2024, 1, 2, 3, 4, 5)],
    [
        "002",
        "李四\n二行 = ＝@+-",
        dt.datetime(1904, 1, 1),
        None,
        False,
        dt.datetime(1999, 12, 31, 23, 59, 59),
    ],
    [3.0, "𠮷 “引号” <&>", None, 1e-7, True, None],
]


def test_values_of_every_kind_come_back(sheet):
    sheet["B3"].value = ROWS
    assert sheet["B3"].expand().address == "$B$3:$G$6"
    assert sheet["B3"].expand().value == ROWS
    assert sheet["B4"].value == "001"
    assert (sheet["D4"].number_format, sheet["G4"].number_format) == ("YYYY-MM-DD", "YYYY-MM-DD HH:MM:SS")


def test_they_are_in_the_file_that_is_saved(sheet, tmp_path):
    sheet["A1"].value = ROWS
    sheet["H1"].formula = '=IF(A2="001","是","否")'
    sheet["H2"].formula = "=1/0"
    sheet["A2"].color = (255, 199, 206)
    sheet["A3"].add_note("批注：第 3 行")
    sheet.book.save(tmp_path / "存.xlsx")
    saved = openpyxl.load_workbook(tmp_path / "存.xlsx").active
    rows = [[c.value for c in row[:6]] for row in saved.iter_rows(max_row=4)]
    assert rows == [[x if x != 3.0 else 3 for x in row] for row in ROWS]
    assert saved["H1"].value == '=IF(A2="001","是","否")'
    assert saved["A2"].fill.fgColor.rgb == "FFFFC7CE"
    assert "批注：第 3 行" in saved["A3"].comment.text
    assert openpyxl.load_workbook(tmp_path / "存.xlsx", data_only=True).active["H2"].value == "#DIV/0!"


def test_a_data_frame_comes_back_as_it_was(sheet):
    frame = pd.DataFrame({
        "单位": ["华东", "华南"], "余额": [1.5, math.nan], "到期": [pd.Timestamp(2026, 9, 30), pd.NaT],
        "结清": [True, False],
    })  # fmt: skip
    sheet["A1"].options(index=False).value = frame
    back = sheet["A1"].expand().options(pd.DataFrame, index=False).value
    assert back["单位"].tolist() == ["华东", "华南"]
    assert back["余额"].tolist()[0] == 1.5
    assert pd.isna(back["余额"][1])
    assert back["到期"].tolist()[0] == dt.datetime(2026, 9, 30)
    assert back["结清"].tolist() == [True, False]
    sheet["K1"].options(index=False).value = pd.DataFrame({
        "n": pd.array([1, None], dtype="Int64"), "t": pd.array(["x", None], dtype="str")
    })  # fmt: skip
    assert sheet["K1:L3"].value == [["n", "t"], [1.0, "x"], [None, None]]


def test_errors_and_formulas(sheet):
    sheet["A1"].value = [["001", 2], ["002", 3]]
    sheet["D1:D4"].formula = [["=1/0"], ["=NA()"], ["=SUM(B1:B2,1)"], ['=IF(A1="001,","是","否")']]
    assert sheet["D1:D4"].value == [None, None, 6.0, "否"]
    assert sheet["D1:D4"].options(err_to_str=True).value == ["#DIV/0!", "#N/A", 6.0, "否"]
    assert sheet["D1:D4"].formula == (
        ("=1/0",),
        ("=NA()",),
        ("=SUM(B1:B2,1)",),
        ('=IF(A1="001,","是","否")',),
    )
    sheet["E1"].value = "=SUM(B1,{1,2})"
    assert sheet["E1"].value == 5.0
    sheet["F1:F3"].formula = "=ROW()*B1"
    assert sheet["F1:F2"].value == [2.0, 6.0]
    other = sheet.book.sheets.add("其他 表")
    other["A1"].formula = f"='{sheet.name}'!D3+1"
    assert other["A1"].value == 7.0
    assert other["A1"].formula.replace("'", "") == f"={sheet.name}!D3+1"


def test_a_text_stays_one_in_a_text_cell(sheet):
    sheet["A1:A4"].number_format = "@"
    sheet["A1:A4"].options(transpose=True).value = ["=1+1", "@SUM(B1)", "2026-09-30", "007"]
    assert sheet["A1:A4"].value == ["=1+1", "@SUM(B1)", "2026-09-30", "007"]
    sheet["B1:B2"].value = [["=1+1"], ["-2"]]
    assert sheet["B1:B2"].value == [2.0, "-2"]


@pytest.mark.parametrize(
    ("excel", "office"),
    [
        ("=SUM(A1,B2)", "=SUM(A1;B2)"),
        ("=IF(A1=\"x,y!\",'甲,乙'!C7,表1!$B$2)", "=IF(A1=\"x,y!\";$'甲,乙'.C7;$表1.$B$2)"),
        ('=SUM({1,2;3,4},"a;b")', '=SUM({1;2|3;4};"a;b")'),
        ("=[1]a!A1", None),
    ],
)
def test_plain_formulas_are_rewritten_others_go_through_the_parser(excel, office):
    assert native_formula(excel) == office


def test_colours_and_fonts(sheet):
    sheet["A1:B2"].set_colors([[(255, 0, 0), None], [..., "#00ff00"]])
    assert [c.color for c in sheet["A1:B2"]] == [(255, 0, 0), None, None, (0, 255, 0)]
    assert sheet["A1:B1"].color is None
    sheet["A1"].color = None
    assert sheet["A1"].color is None
    sheet["B1"].font.bold = True
    sheet["B1"].font.size = 16
    sheet["B1"].font.color = "#0000ff"
    assert (sheet["B1"].font.bold, sheet["A1"].font.bold, sheet["A1:B1"].font.bold) == (True, False, None)
    assert (sheet["B1"].font.size, sheet["B1"].font.color) == (16.0, (0, 0, 255))
    sheet["B1"].number_format = "#,##0.00"
    assert sheet["B1"].number_format == "#,##0.00"
    sheet["A:A"].column_width = 20
    assert sheet["A1"].column_width == 20.0
    sheet["A1"].wrap_text = True
    sheet["A1"].horizontal_alignment = "center"
    assert (sheet["A1"].wrap_text, sheet["A1"].horizontal_alignment) == (True, "center")


def test_notes_links_names_and_merges(sheet):
    note = sheet["B2"].add_note("重复：第 2 行")
    assert (note.text, len(sheet.notes), sheet.notes[0].location.address) == ("重复：第 2 行", 1, "$B$2")
    sheet["B2"].note.text = "改"
    assert sheet["B2"].note.text == "改"
    sheet["B2"].note.delete()
    assert sheet["B2"].note is None
    sheet["A20"].add_hyperlink("https://example.invalid/", "示例")
    assert (sheet["A20"].hyperlink, sheet["A20"].value) == ("https://example.invalid/", "示例")
    sheet.book.names.add("我的区域", f"='{sheet.name}'!$A$1:$C$4")
    assert sheet.book.names["我的区域"].refers_to_range.address == "$A$1:$C$4"
    assert sheet["我的区域"].shape == (4, 3)
    sheet["A10:B11"].merge()
    assert (sheet["A10"].merge_cells, sheet["B11"].merge_area.address) == (True, "$A$10:$B$11")
    table = sheet.tables.add(source=sheet["A1:C4"], name="表一")
    assert (table.range.address, sheet["B3"].table.name) == ("$A$1:$C$4", "表一")


def test_sheets_rows_and_selection(calc, sheet):
    book = sheet.book
    second = book.sheets.add("第二", after=sheet)
    assert [s.name for s in book.sheets] == [sheet.name, "第二"]
    assert book.sheets.active.name == "第二"
    second["A1:C3"].value = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    second["2:2"].delete()
    second["1:1"].insert("down")
    assert second["A1:C3"].value == [[None] * 3, [1, 2, 3], [7, 8, 9]]
    second["A2:B3"].copy(second["E5"])
    assert second["E5:F6"].value == [[1, 2], [7, 8]]
    assert [second["A2"].end(d).address for d in ("down", "right", "up", "left")] == [
        "$A$3",
        "$C$2",
        "$A$1",
        "$A$2",
    ]
    second["B2:C3"].select()
    assert calc.selection.address == "$B$2:$C$3"
    second.delete()
    assert [s.name for s in book.sheets] == [sheet.name]


def test_a_chart_is_drawn_of_a_range(sheet):
    sheet["A1"].value = [["单位", "一年内", "一年以上"], ["华东", 3, 1], ["华南", 2, 5]]
    chart = sheet.charts.add(
        source=sheet["A1:C3"], chart_type="column_stacked", name="图一", anchor=sheet["E2"], plot_by="columns"
    )
    chart.title = "账龄"
    again = sheet.charts["图一"]
    assert (again.title, again.chart_type, len(sheet.charts)) == ("账龄", "column_stacked", 1)
    assert again.impl.held.EmbeddedObject.Data.getData() == ((3.0, 1.0), (2.0, 5.0))
    assert again.impl.held.EmbeddedObject.HasLegend
    one = sheet.charts.add(source=sheet["A1:B3"], chart_type="line", name="图二", plot_by="columns")
    assert not one.impl.held.EmbeddedObject.HasLegend  # one series is told by the title
    one.delete()
    again.chart_type = "bar_clustered"
    assert again.chart_type == "bar_clustered"
    with pytest.raises(NotImplementedError, match="3d_pie"):
        again.chart_type = "3d_pie"


def test_what_is_held_back_is_given_back(calc, sheet):
    with calc.properties(screen_updating=False, calculation="manual"):
        sheet["A1"].value = 1
        assert (calc.screen_updating, calc.calculation) == (False, "manual")
        assert sheet.book.impl.doc.hasControllersLocked()
    assert (calc.screen_updating, calc.calculation) == (True, "automatic")
    assert not sheet.book.impl.doc.hasControllersLocked()
    calc.status_bar = "正在校验…"
    assert calc.status_bar == "正在校验…"
    calc.status_bar = False
    assert calc.status_bar is False


@pytest.mark.parametrize("automatic", [(True, False), (False, True)])
@pytest.mark.parametrize("front", [0, 1])
def test_each_workbook_keeps_its_own_mode_of_calculation(calc, opened, automatic, front):
    """The workbook that is written to, and another that is open beside it; whichever is in front."""
    books = [calc.books.add(), calc.books.add()]
    docs = [book.impl.doc for book in books]
    for doc, wanted in zip(docs, automatic, strict=True):
        doc.enableAutomaticCalculation(wanted)
    books[front].activate()
    with quiet(books[0]):
        assert [doc.isAutomaticCalculationEnabled() for doc in docs] == [False, automatic[1]]
    assert tuple(doc.isAutomaticCalculationEnabled() for doc in docs) == automatic
    books[front].activate()
    assert calc.calculation == ("automatic" if automatic[front] else "manual")
    calc.calculation = "manual"
    assert [doc.isAutomaticCalculationEnabled() for doc in docs] == [
        n != front and wanted for n, wanted in enumerate(automatic)
    ]


def test_a_workbook_is_found_by_name_and_by_caller(calc, sheet, tmp_path):
    book = sheet.book
    book.save(tmp_path / "甲 乙.xlsx")
    assert (book.name, book.fullname) == ("甲 乙.xlsx", str(tmp_path / "甲 乙.xlsx"))
    assert xw.Book("甲 乙.xlsx") == book
    book.set_mock_caller()
    assert xw.Book.caller().name == "甲 乙.xlsx"
    with pytest.raises(ValueError, match=r"a\.doc"):
        book.impl.save_copy(tmp_path / "a.doc")


def test_dates_far_off_and_colours_by_number():
    epoch = dt.datetime(1899, 12, 30)
    rows = [[1e9, 45000.5, "x"]]
    values.to_python(rows, values.DATE, [(0, 0, 0, 2)], epoch)
    assert rows == [[1e9, dt.datetime(2023, 3, 15, 12), "x"]]
    assert (values.colour(0x0000FF), values.colour("#FF0000"), values.rgb(-1)) == (0xFF0000, 0xFF0000, None)


def test_an_office_that_is_not_there_is_told_in_a_sentence(monkeypatch, tmp_path):
    with pytest.raises(InputError, match="连接不上"), running.connected("pipe,name=nobody-listens-here"):
        pass
    monkeypatch.setenv("QQ_LIBREOFFICE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="QQ_LIBREOFFICE"):
        running.office_program()


@pytest.mark.parametrize(("fails", "reached"), [(1, True), (3, False)])
def test_an_office_that_ends_as_it_starts_is_begun_again(fails, reached, monkeypatch, tmp_path):
    tries = tmp_path / "tries"
    wrapper = tmp_path / "soffice"
    wrapper.write_text(
        f'#!/bin/sh\necho >> {tries}\n[ $(wc -l < {tries}) -le {fails} ] && exit 77\nexec {running.office_program()} "$@"\n'
    )
    wrapper.chmod(0o755)
    python = running.office_python()
    monkeypatch.setattr(running, "office_program", lambda: wrapper)
    monkeypatch.setattr(running, "office_python", lambda: python)
    if reached:
        with running.started() as app:
            assert app.books.add().sheets[0].range("A1").value is None
    else:
        with pytest.raises(InputError, match="连接不上"), running.started():
            pass
    assert len(tries.read_text().splitlines()) == min(fails + 1, 3)
