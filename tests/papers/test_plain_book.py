"""A plain book against the one that XlsxWriter makes of the same calls, read by openpyxl and by LibreOffice."""

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from qq_excel.papers import style
from qq_excel.papers.cells import Cell, Column, file_link, sheet_link
from qq_excel.papers.plain_book import PlainBook
from qq_excel.papers.sheet import Paper, paper, plain_paper
from qq_excel.patching.sheetmaker import Line, cells_of
from tests.support.digests import digest

SOFFICE = shutil.which("soffice")
COLUMNS = [
    Column("序号", "count"), Column("名称", most=20), Column("金额", "amount"), Column("日期", "date"),
    Column("比例", "share"), Column("数值", "number"), Column("链接", centre=True),
]  # fmt: skip
ROWS = [
    [1, "甲公司\n第二行", 123456, dt.date(2026, 9, 30), 0.25, -1.5, Cell("第一处", link=sheet_link("明'细", 2, 1))],
    [2, "=1+1", -5, None, 0.0, 2e9, Cell("N7", link=file_link("附 件/二号#表_已标注.xlsx", "明'细", "N7"))],
    [3, Cell("乙 <&>\t丙", tint=style.LEVEL_TINTS["E"]), 0, dt.date(1999, 1, 1), 1.0, 0.125, Cell(None, bold=True)],
]  # fmt: skip


def _draw(book: Paper) -> None:
    front, back = book.sheet("汇 总", tab=style.NAVY), book.sheet("明'细")
    front.widths([8, 20.5, 14, 12, 9, 9, 12])
    row = front.title("标题 & 其他", 7, "截止日期 2026-09-30")
    row = front.heading(row, "一、表")
    row = front.table(row, COLUMNS, ROWS, total=["合计", "", 123451, None, None, None, ""])
    front.paragraph(row, 7, "说明。" * 60)
    front.sheet.freeze_panes(4, 2)
    front.print_set_up(landscape=True, repeat=(3, 3), footer="页脚 & <尾>")
    back.text(0, 0, "x", indent=1, align="right", valign="top", underline=1)
    back.sheet.autofilter(0, 0, 3, 30)
    back.sheet.freeze_panes(1, 0)
    back.print_set_up(landscape=False)


def _seen(path: Path) -> dict[str, object]:
    out: dict[str, object] = {}
    book = openpyxl.load_workbook(path)
    out["properties"] = (book.properties.title, book.properties.creator, book.properties.created)
    for sheet in book:
        for row in sheet.iter_rows():
            for c in row:
                link = c.hyperlink and (c.hyperlink.target, c.hyperlink.location)
                ink = c.font.color.rgb if c.font.color is not None and c.font.color.type == "rgb" else None
                out[f"{sheet.title}!{c.coordinate}"] = (
                    c.value, c.data_type, c.number_format, c.quotePrefix, link, c.font.name, c.font.sz, c.font.b, c.font.u,
                    ink, c.fill.fgColor.rgb, c.border.left.style, c.border.left.color and c.border.left.color.rgb,
                    c.alignment.horizontal, c.alignment.vertical, c.alignment.wrap_text, c.alignment.indent,
                )  # fmt: skip
        out[sheet.title] = {
            "merged": sorted(map(str, sheet.merged_cells.ranges)), "panes": sheet.freeze_panes,
            "filter": sheet.auto_filter.ref, "titles": sheet.print_title_rows, "tab": sheet.sheet_properties.tabColor,
            "fit": (sheet.sheet_properties.pageSetUpPr, sheet.page_setup.fitToHeight, sheet.page_setup.paperSize),
            "landscape": sheet.page_setup.orientation == "landscape", "margins": sheet.page_margins,
            "foot": [x.text for x in (sheet.oddFooter.left, sheet.oddFooter.center, sheet.oddFooter.right)],
            "centred": sheet.print_options.horizontalCentered, "lines": sheet.sheet_view.showGridLines,
            "widths": {n: round(v.width, 3) for v in sheet.column_dimensions.values() for n in range(v.min, v.max + 1)},
            "heights": {k: round(v.height) for k, v in sheet.row_dimensions.items() if v.height},
        }  # fmt: skip
    return out


def test_it_reads_like_the_one_that_xlsxwriter_makes(tmp_path: Path) -> None:
    with paper(tmp_path / "a.xlsx", "标题 & 其他") as book:
        _draw(book)
    with plain_paper(tmp_path / "b.xlsx", "标题 & 其他") as book:
        _draw(book)
    theirs, ours = _seen(tmp_path / "a.xlsx"), _seen(tmp_path / "b.xlsx")
    assert ours.keys() == theirs.keys()
    different = {k: (ours[k], theirs[k]) for k in ours if str(ours[k]) != str(theirs[k])}
    assert different == {}
    assert ours["汇 总!B6"][:4] == ("=1+1", "s", "General", True)  # type: ignore[index]
    with plain_paper(tmp_path / "c.xlsx", "标题 & 其他") as book:
        _draw(book)
    assert digest(tmp_path / "c.xlsx") == digest(tmp_path / "b.xlsx")


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    with plain_paper(tmp_path / "b.xlsx", "标题") as book:
        _draw(book)
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx",
         "--outdir", str(tmp_path / "out"), str(tmp_path / "b.xlsx")],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    theirs = openpyxl.load_workbook(tmp_path / "out" / "b.xlsx")
    ours = openpyxl.load_workbook(tmp_path / "b.xlsx")
    for sheet in ours:
        values = [c.value for row in sheet.iter_rows() for c in row]
        assert [c.value for row in theirs[sheet.title][sheet.dimensions] for c in row] == values


def test_rows_of_a_long_list_are_put_away(tmp_path: Path) -> None:
    with plain_paper(tmp_path / "a.xlsx", "长") as book:
        sheet = book.sheet("长")
        sheet.table(0, [Column("甲", "count"), Column("乙")], ([n, f"第 {n} 行"] for n in range(3_000)))
        assert len(sheet.sheet._rows) < 1_100
        with pytest.raises(ValueError, match="row 5 is put away"):
            sheet.text(5, 0, "x")
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx")["长"].iter_rows(values_only=True))
    assert rows == [("甲", "乙"), *((n, f"第 {n} 行") for n in range(3_000))]


def test_lines_of_texts_figures_and_links(tmp_path: Path) -> None:
    with plain_paper(tmp_path / "a.xlsx", "行") as book:
        sheet = book.sheet("行")
        looks = [(book.look.cell(), book.look.cell(quote_prefix=True)), (book.look.cell(bold=True),) * 2]
        lines = [
            Line(
                30, cells_of((1, "甲 <&>", "")), (0, 1, 0), [(1, file_link("b.xlsx", "表", "N7"), "甲 <&>")]
            ),
            Line(None, cells_of((2, "=1+1", "－2")), (0, 0, 0), [(1, sheet_link("行", 4), "=1+1")]),
            *(Line(18, cells_of((n, "x", "y")), (0, 0, 0)) for n in range(3, 2_500)),
        ]
        assert sheet.sheet.write_lines(4, iter(lines), looks) == 4 + len(lines)
    rows = openpyxl.load_workbook(tmp_path / "a.xlsx")["行"]
    assert (rows.max_row, rows.max_column) == (4 + len(lines), 3)
    assert [c.value for c in rows[5]] == [1, "甲 <&>", None]
    assert [(c.value, c.data_type, c.quotePrefix) for c in rows[6]] == [
        (2, "n", False), ("=1+1", "s", True), ("－2", "s", True),
    ]  # fmt: skip
    assert [c.font.b for c in rows[5]] == [False, True, False]
    assert (rows["B5"].hyperlink.target, rows["B5"].hyperlink.location) == ("b.xlsx", "'表'!N7")
    assert (rows["B6"].hyperlink.target, rows["B6"].hyperlink.location) == (None, "'行'!A5")
    assert [rows.row_dimensions[n].height for n in (5, 6, 7)] == [30, None, 18]
    assert rows.cell(4 + len(lines), 1).value == 2_499


def test_a_format_that_only_xlsxwriter_has_is_refused() -> None:
    with pytest.raises(ValueError, match="rotation"):
        PlainBook("x").add_format({"bold": True, "rotation": 90})


def test_a_figure_gets_its_width_and_a_text_is_wrapped(tmp_path: Path) -> None:
    """``####`` in place of a total of twelve digits helps nobody, whatever the layout has for its column."""
    columns = [Column("名称", most=20), Column("金额", "amount", most=17), Column("数", "count", most=6)]
    with plain_paper(tmp_path / "宽.xlsx", "宽") as book:
        sheet = book.sheet("宽")
        rows = [["名" * 40, 4_925_623_177_700_00, 1], ["甲", 12, 123_456_789]]
        assert sheet.fitted(columns, rows) == [20, 22.0, 11.0]
        assert sheet.fitted(columns, rows[:0]) == [6, 6, 6]
