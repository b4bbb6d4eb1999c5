"""Sheets that are read at once come out as the bulk reader has them, cell by cell; what is out of the ordinary is left to it."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest import mock
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qq_excel.findings import a1
from qq_excel.reading import guard, read_workbook
from qq_excel.reading.grid import ArrowGrid, open_file
from qq_excel.reading.guard import inspect
from qq_excel.reading.model import CellError, Cells, SheetNotes
from qq_excel.reading.onepass.cells import NotPlain, mark, numbers
from qq_excel.reading.onepass.sheet import PlainSheet
from qq_excel.reading.onepass.strings import plain_strings
from qq_excel.reading.options import Limits
from qq_excel.reading.package import Package
from qq_excel.reading.scanned import SheetScan
from qq_excel.reading.source import Source
from tests.reading.tables import HEADERS, noted
from tests.support import packages

WORKBOOKS = Path(__file__).parents[2] / "workbooks"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
#: Cell formats 0 to 4: general, a date, a date with its time, two decimals, a date of our own.
STYLES = (
    f"<styleSheet {MAIN}><numFmts count='2'><numFmt numFmtId='164' formatCode='yyyy-mm-dd hh:mm:ss'/>"
    "<numFmt numFmtId='165' formatCode='yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;'/></numFmts><cellXfs count='5'>"
    + "".join(f"<xf numFmtId='{n}'/>" for n in (0, 14, 164, 4, 165))
    + "</cellXfs></styleSheet>"
)


def item(text: str) -> str:
    return f'<si><t xml:space="preserve">{escape(text)}</t></si>'


def workbook(
    path: Path, cells: dict[tuple[int, int], str], strings: Iterable[str] = (), styles: str = STYLES
) -> Path:
    """A workbook with one sheet S of *cells*, each with {} for its address, as they are written, and these shared *strings*."""
    rows: dict[int, list[str]] = {}
    for (row, column), written in sorted(cells.items()):
        rows.setdefault(row, []).append(written.format(a1(row, column)))
    body = "".join(f'<row r="{n + 1}">{"".join(line)}</row>' for n, line in rows.items())
    parts = {
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{''.join(strings)}</sst>",
        "xl/styles.xml": styles,
    }
    with zipfile.ZipFile(path, "w") as new:
        for name, content in packages.bare().items():
            new.writestr(name, parts.get(name, content))
    return path


def package_of(path: Path) -> Package:
    return Package(Source(path), inspect(Source(path), Limits()).scans)


def plain_of(path: Path) -> PlainSheet | None:
    package = package_of(path)
    plain = package.plain(package.sheets[0])
    package.close()
    return plain


def said(cells: Cells) -> list[tuple[Any, ...]]:
    """Each cell: its kind and what stands in it; a text without characters is a blank (:func:`look_through`).

    The bulk reader keeps nine decimals of numbers among texts.
    """
    size = len(cells)
    number = np.full(size, np.nan) if cells.number is None else cells.number
    date = np.full(size, np.datetime64("NaT", "s")) if cells.date is None else cells.date
    text = [None] * size if cells.text is None else cells.text.to_pylist()
    return [
        (int(k), None if np.isnan(n) else round(float(n), 9), None if np.isnat(d) else str(d), t)
        if t != ""
        else (0, None, None, None)
        for k, n, d, t in zip(cells.kind, number, date, text, strict=True)
    ]


def filled(columns: dict[int, Cells]) -> dict[int, list[tuple[Any, ...]]]:
    """The columns in which anything stands: only the bulk reader has some that are blank."""
    every = {column: said(cells) for column, cells in columns.items()}
    return {column: cells for column, cells in every.items() if any(kind for kind, *_ in cells)}


def must_be_alike(path: Path, first: int, columns: Iterable[int], exact: Iterable[int]) -> bool:
    """Whether the sheet is read at once; if it is, both ways come to the same, the first rows too."""
    package = package_of(path)
    plain = package.plain(package.sheets[0])
    try:
        if plain is None:
            return False
        assert without_blanks(plain.head(60)) == without_blanks(package.head(package.sheets[0], 60))
        try:
            mine = plain.read(first, columns, exact)
        except NotPlain:
            return False
        bulk = ArrowGrid(open_file(Source(path)), "S", SheetNotes()).read(first, columns, exact)
        assert filled(mine) == filled(bulk)
    finally:
        package.close()
    return True


def without_blanks(rows: list[list[Any]]) -> list[list[Any]]:
    rows = [[v.strip() or None if isinstance(v, str) else v for v in r] for r in rows]
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


# --- whatever stands in the cells -------------------------------------------------------------------

#: Texts that the bulk reader takes for nothing among numbers and dates.
NOTHINGS = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
        max_size=12,
    ),
    st.sampled_from(NOTHINGS),
)
NUMBERS = st.one_of(
    st.integers(-(10**14), 10**14).map(str),
    st.floats(allow_nan=False, allow_infinity=False, width=64).map(repr),
    st.decimals(-(10**9), 10**9, places=2).map(str),
    st.sampled_from(
        ["1e5", "-1.50E-3", "0.1", "79329.60000000001", "123456789012345678", "-0", "0.30", "12."]
    ),
)
SERIALS = st.one_of(
    st.integers(61, 2_958_465).map(str),
    st.floats(61, 2_958_464).map(repr),
    st.decimals(40_000, 50_000, places=9).map(str),
)
STRINGS = ["甲", "", " 前后 ", "a&b<c>", "12", "是", "x" * 300, "N/A", "NaN"]


def value(kind: str, draw: Any) -> str:
    style = draw(st.sampled_from(["", ' s="0"', ' s="3"']))
    if kind == "number":
        formula = draw(st.sampled_from(["", "", "", "<f>A1+1</f>", '<f t="shared" si="0"/>', "<f></f>"]))
        return f'<c r="{{}}"{style}{draw(st.sampled_from(["", " t=" + chr(34) + "n" + chr(34)]))}>{formula}<v>{draw(NUMBERS)}</v></c>'
    if kind == "date":
        return f'<c r="{{}}" s="{draw(st.sampled_from([1, 2, 4]))}"><v>{draw(SERIALS)}</v></c>'
    if kind == "shared":
        return f'<c r="{{}}"{style} t="s"><v>{draw(st.integers(0, len(STRINGS) - 1))}</v></c>'
    if kind == "error":
        word = draw(st.sampled_from(["#N/A", "#DIV/0!", "#REF!"]))
        return f'<c r="{{}}" t="e">{draw(st.sampled_from(["", "<f>1/0</f>"]))}<v>{word}</v></c>'
    if kind == "blank":
        return draw(
            st.sampled_from(
                [
                    '<c r="{}"/>',
                    '<c r="{}" s="3"/>',
                    '<c r="{}"></c>',
                    '<c r="{}"><f>A9</f></c>',
                    '<c r="{}"><v></v></c>',
                    '<c r="{}" s="1"><f>A9</f><v></v></c>',
                ]
            )
        )
    text = escape(draw(TEXTS)).replace("{", "(").replace("}", ")")
    if kind == "formula":
        return f'<c r="{{}}"{style} t="str"><f>A1&amp;"甲"</f><v>{text}</v></c>'
    space = draw(st.sampled_from(["", ' xml:space="preserve"']))
    return f'<c r="{{}}"{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'


KINDS = ["number", "date", "shared", "error", "blank", "inline", "formula"]


@st.composite
def sheets(draw: Any) -> dict[tuple[int, int], str]:
    left, top = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    out = {}
    for column in range(left, left + draw(st.integers(1, 4))):
        most = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
        for row in range(top, top + draw(st.integers(1, 8))):
            if draw(st.integers(0, 6)):
                out[row, column] = value(draw(st.sampled_from(most)), draw)
    return out


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cells=sheets(), first=st.integers(0, 4), exact=st.sets(st.integers(0, 6)))
def test_as_the_bulk_reader_has_them(
    tmp_path: Path, cells: dict[tuple[int, int], str], first: int, exact: set[int]
) -> None:
    path = workbook(tmp_path / "s.xlsx", cells, map(item, STRINGS))
    must_be_alike(path, first, range(8), exact)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cells=sheets())
def test_the_guard_sees_the_same_in_it(tmp_path: Path, cells: dict[tuple[int, int], str]) -> None:
    source = Source(workbook(tmp_path / "s.xlsx", cells, map(item, STRINGS)))
    mine = inspect(source, Limits()).scans["xl/worksheets/sheet1.xml"]
    with mock.patch.object(guard, "AT_ONCE", 0):
        other = inspect(source, Limits()).scans["xl/worksheets/sheet1.xml"]
    assert isinstance(mine, SheetScan)
    assert isinstance(other, SheetScan)
    assert other.cells is None
    assert (mine.cells is not None) == bool(cells)
    for name in (
        "top",
        "left",
        "bottom",
        "right",
        "written",
        "stale",
        "foreign",
        "hidden_rows",
        "before",
        "tail",
    ):
        assert getattr(mine, name) == getattr(other, name), name


# --- what is left to the bulk reader ------------------------------------------------------------------

PLAIN = '<c r="{}"><v>5</v></c>'
ODD = {
    "boolean": '<c r="{}" t="b"><v>1</v></c>',
    "ISO date": '<c r="{}" t="d"><v>2026-01-05</v></c>',
    "type before style": '<c r="{}" t="s" s="1"><v>0</v></c>',
    "further attribute": '<c r="{}" cm="1"><v>5</v></c>',
    "single quotes": "<c r='{}'><v>5</v></c>",
    "space in a tag": '<c r="{}" ><v>5</v></c>',
    "value that says more": '<c r="{}" t="str"><v xml:space="preserve"> a</v></c>',
    "empty value": '<c r="{}"><v/></c>',
    "value without end": '<c r="{}"><v>5</c>',
    "cell without end": '<c r="{}"><v>5</v>',
    "end of another": '<c r="{}"><v>5</t></c>',
    "cell in a cell": '<c r="{}"><c r="Z9"/></c>',
    "another tag with f": '<c r="{}"><frow>1</f><v>5</v></c>',
    "formula without quotes": '<c r="{}"><f t=shared>1</f><v>5</v></c>',
    "formula with half a quote": '<c r="{}"><f t="shared>1</f><v>5</v></c>',
    "line between tags": '<c r="{}">\n<v>5</v></c>',
    "line after a formula": '<c r="{}"><f>1</f>\n<v>5</v></c>',
    "line after a value": '<c r="{}"><v>5</v>\n</c>',
    "formula without end": '<c r="{}"><f>1<v>5</v></c>',
    "formula alone without end": '<c r="{}"><f></c>',
    "text of a number": '<c r="{}"><is><t>a</t></is></c>',
    "text without text": '<c r="{}" t="inlineStr"><is></is></c>',
    "value of a text": '<c r="{}" t="inlineStr"><v>a</v></c>',
    "comment": '<c r="{}"><v>5<!-- --></v></c>',
    "CDATA": '<c r="{}" t="str"><v><![CDATA[5]]></v></c>',
    "parts with formats": '<c r="{}" t="inlineStr"><is><r><t>a</t></r></is></c>',
    "pronunciation": '<c r="{}" t="inlineStr"><is><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh></is></c>',
    "text of another space": '<c r="{}" t="inlineStr"><is><t xml:space="default">a</t></is></c>',
    "rich extension": '<c r="{}"><v>5</v><extLst/></c>',
}
NO_VALUES = {
    "no number": '<c r="{}"><v>abc</v></c>', "number and space": '<c r="{}"><v> 5 </v></c>',
    "two points": '<c r="{}"><v>1.2.3</v></c>', "a line": '<c r="{}"><v>1_000</v></c>', "only a sign": '<c r="{}"><v>-</v></c>',
    "infinity": '<c r="{}"><v>INF</v></c>', "very long": '<c r="{}"><v>' + "1" * 30 + "</v></c>",
    "no string of that number": '<c r="{}" t="s"><v>7</v></c>', "no number of a string": '<c r="{}" t="s"><v>x</v></c>',
    "unknown error": '<c r="{}" t="e"><v>#OOPS!</v></c>', "unknown entity": '<c r="{}" t="str"><v>&foo;</v></c>',
    "half a string": '<c r="{}" t="s"><v>0.5</v></c>', "control character": '<c r="{}" t="str"><v>&#1;</v></c>',
    "control character of old": '<c r="{}" t="str"><v>&#x80;</v></c>', "half a character": '<c r="{}" t="str"><v>&#xD800;</v></c>',
    "ampersand": '<c r="{}" t="str"><v>a & b</v></c>',
    "encoded": '<c r="{}" t="str"><v>a_x000D_b</v></c>', "line end": '<c r="{}" t="str"><v>a\r\nb</v></c>',
    "day before all": '<c r="{}" s="1"><v>59</v></c>', "day after all": '<c r="{}" s="1"><v>2958466</v></c>',
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_a_cell_that_no_known_writer_writes(name: str) -> None:
    for cells in ([ODD[name]], [PLAIN, ODD[name]], [ODD[name], PLAIN]):
        written = "".join(cell.format(a1(0, n)) for n, cell in enumerate(cells))
        with pytest.raises(NotPlain):
            mark(f'<sheetData><row r="1">{written}</row>'.encode())


@pytest.mark.parametrize(
    "body",
    [
        '<row><c r="A1"/></row>', '<row r=1><c r="A1"/></row>', '<row r="x"><c r="A1"/></row>', '<row r="1" s=2><c r="A1"/></row>',
        '<row r="1" s="2><c r="A1"/></row>', '<rows r="1"><c r="A1"/></row>', "", '<row r="1"/>', '<row r="1"><c r="A1"/>\x00</row>',
        '<row r="2"><c r="A2"/></row><row r="1"><c r="A1"/></row>', '<row r="1"><c r="B1"/><c r="A1"/></row>',
        '<row r="1"><c r="A1"/><c r="A1"/></row>', '<row r="1"><c r="A1"/>', '<row r="1"><c r="A1"/><row r="2"></row></row>',
        '<row r="1"><c r="1A"/></row>', '<row r="1"><c r="A0"/></row>', '<row r="1"><c r="AAAA1"/></row>', '<row r="1"><c r="A"/></row>',
        '<row r="1"><c/></row>', '<row r="1"><c r="A1" s="1234567"/></row>', '<row r="1"><c r="A1" s=""/></row>',
        '<row r="1"><c r="A99999999"/></row>', '<row r="1"><x/><c r="A1"/></row>', '<x:row r="1"><x:c r="A1"/></x:row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><', '<row r="1"><c r="XFE1"/></row>',
    ],
)  # fmt: skip
def test_rows_that_no_known_writer_writes(body: str) -> None:
    with pytest.raises(NotPlain):
        mark(f"<sheetData>{body}".encode())
    with pytest.raises(NotPlain):
        mark(b'<sheetDatax><row r="1"><c r="A1"/></row>')


@pytest.mark.parametrize("name", NO_VALUES)
def test_a_value_that_is_none(tmp_path: Path, name: str) -> None:
    assert (
        plain_of(workbook(tmp_path / "s.xlsx", {(0, 0): PLAIN, (1, 1): NO_VALUES[name]}, [item("a")])) is None
    )


def test_strings_of_another_encoding() -> None:
    with pytest.raises(NotPlain):
        plain_strings(f'<?xml version="1.0" encoding="GBK"?><sst {MAIN}><si><t>a</t></si></sst>'.encode())


def test_a_text_that_is_no_utf8(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", {(0, 0): '<c r="{}" t="str"><v>甲甲</v></c>'})
    content = path.read_bytes()
    assert content.count("甲甲".encode()) == 1  # stored as it is
    path.write_bytes(content.replace("甲甲".encode(), b"\xff" * 6))
    with pytest.raises(NotPlain):
        mark_and_read(path)


def mark_and_read(path: Path) -> dict[int, Cells]:
    """The cells of a file whose checksum may be wrong."""
    content = path.read_bytes()
    body = content[content.index(b"<sheetData") : content.rindex(b"</sheetData")]
    return PlainSheet(mark(body), None, frozenset()).read(0, [0])


@pytest.mark.parametrize(
    ("what", "styles"),
    [
        ("hours", STYLES.replace("yyyy-mm-dd hh:mm:ss", "[h]:mm")),
        ("hours, built in", STYLES.replace("'14'", "'46'")),
    ],
)
def test_a_workbook_that_counts_hours(tmp_path: Path, what: str, styles: str) -> None:
    del what
    assert plain_of(workbook(tmp_path / "s.xlsx", {(0, 0): PLAIN}, styles=styles)) is None
    assert plain_of(workbook(tmp_path / "s.xlsx", {(0, 0): PLAIN})) is not None


def test_a_large_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", {(n, 0): PLAIN for n in range(100)})
    assert plain_of(path) is not None
    with mock.patch.object(guard, "AT_ONCE", 1_000):
        assert plain_of(path) is None
    with mock.patch.object(guard, "_ALL_AT_ONCE", 1_000):  # other parts come before
        assert plain_of(path) is None


def test_texts_and_numbers_in_a_column_of_texts(tmp_path: Path) -> None:
    cells = {(0, 0): PLAIN, (1, 0): '<c r="{}" t="s"><v>0</v></c>', (2, 1): PLAIN}
    plain = plain_of(workbook(tmp_path / "s.xlsx", cells, [item("a")]))
    assert plain is not None
    with pytest.raises(NotPlain):
        plain.read(0, [0, 1], [1])
    assert said(plain.read(0, [0, 1], [0])[0]) == [
        (1, 5.0, None, None),
        (2, None, None, "a"),
        (0, None, None, None),
    ]
    assert said(plain.read(1, [0, 1])[0]) == [(2, None, None, "a"), (0, None, None, None)]
    assert plain.read(3, [0, 1]) == {}


# --- what is read ---------------------------------------------------------------------------------------


def test_shared_strings() -> None:
    items = [
        "<si><t>甲</t></si>", "<si><t> 甲 </t></si>", '<si><t xml:space="preserve"> 甲 </t></si>',
        "<si><t>a&amp;b&#65;&#x4E2D;&quot;&apos;&lt;&gt;&#10;c</t></si>",
        '<si><t>乙</t><phoneticPr fontId="1" type="noConversion"/></si>', '<si><t>丙</t><rPh sb="0" eb="1"><t>bing</t></rPh></si>',
        '<si><r><t>前</t></r><r><rPr><b/><sz val="9"/></rPr><t xml:space="preserve"> 后</t></r></si>', "<si></si>", "<si><t></t></si>",
    ]  # fmt: skip
    strings = plain_strings(f"<sst {MAIN} count='9'>{chr(10).join(items)}</sst>".encode())
    texts = [strings.data[a:b].tobytes().decode() for a, b in zip(strings.start, strings.end, strict=True)]
    assert texts == ["甲", "甲", " 甲 ", "a&bA中\"'<>\nc", "乙", "丙", "前 后", "", ""]


@pytest.mark.parametrize(
    "items",
    [
        "<si><t>a_x0041_</t></si>", "<si><t>a\rb</t></si>", "<si><t/></si>", "<si><x>a</x></si>", "<si/>", "a<si><t>a</t></si>",
        "<si><t>a</t></si><extLst/>", "<si><t>&nbsp;</t></si>", "<si><t>a</t><t>b</t></si>", "<si><t>a</si>",
        "<si><si><t>a</t></si></si>",
        pytest.param("<si>" * 100_000, id="no end"),
        pytest.param("<si>" + "<rPh" * 100_000 + "</si>", id="tags without end"),
        pytest.param("<si>" + "<rPh><t>a</t>" * 100_000 + "</si>", id="pronunciations without end"),
        pytest.param("<si>" + "<r><rPr><b/></rPr><t>a</t></r>" * 60 + "<x/></si>", id="many parts and a wrong one"),
    ],
)  # fmt: skip
def test_shared_strings_out_of_the_ordinary(items: str) -> None:
    with pytest.raises(NotPlain):
        plain_strings(f"<sst {MAIN}>{items}</sst>".encode())


@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_numbers_are_those_that_python_reads(written: list[str]) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{text}</v></c></row>' for n, text in enumerate(written, 1))
    marked = mark(f"<sheetData>{rows}".encode())
    read = numbers(marked, np.arange(len(written)))
    assert read.view(np.int64).tolist() == np.array([float(t) for t in written]).view(np.int64).tolist()


def test_columns_of_texts_are_no_slices(tmp_path: Path) -> None:
    """Of a slice pyarrow 22 and 23 lose the bytes when a cell is made blank (``if_else``)."""
    cells = {
        (r, c): f'<c r="{{}}" t="inlineStr"><is><t>甲{r}{c}</t></is></c>'
        for r in range(3)
        for c in range(4)
        if r or c != 2
    }
    plain = plain_of(workbook(tmp_path / "s.xlsx", cells, []))
    assert plain is not None
    texts = [one.text for one in plain.read(0, range(4)).values()]
    assert [(text.offset, text.to_pylist()) for text in texts if text is not None] == [
        (0, [None if c == 2 and not r else f"甲{r}{c}" for r in range(3)]) for c in range(4)
    ]


def test_first_rows(tmp_path: Path) -> None:
    cells = {
        (0, 1): '<c r="{}" t="s"><v>0</v></c>',
        (0, 2): '<c r="{}" t="str"><f a="&gt;">b>a</f><v>b>a</v></c>',
        (1, 0): '<c r="{}" s="1"><v>46295</v></c>',
        (1, 2): PLAIN,
        (1, 3): '<c r="{}" t="e"><v>#N/A</v></c>',
        (3, 0): '<c r="{}" t="str"><v>a&lt;b</v></c>',
        (3, 1): '<c r="{}" t="str"><v></v></c>',
    }
    plain = plain_of(workbook(tmp_path / "s.xlsx", cells, [item("甲")]))
    assert plain is not None
    assert plain.head(9) == [
        [None, "甲", "b>a"], [dt.datetime(2026, 9, 30), None, 5.0, CellError("#N/A")], [], ["a<b"],
    ]  # fmt: skip
    assert plain.head(1) == [[None, "甲", "b>a"]]
    assert plain.head(0) == []


@pytest.mark.usefixtures("each_way")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<row r="30">', "<row r=30>"),
        ('<c r="A30" t="inlineStr"><is><t>HT-29</t></is></c>', '<c r="A30" t="s"><v>9</v></c>'),
        ('<row r="30">', None),
    ],
    ids=["half a tag", "no such string", "breaks off"],
)
def test_a_sheet_that_is_damaged_is_said_to_be_and_no_row_of_it_counts(
    tmp_path: Path, old: str, new: str | None
) -> None:
    cells = {
        (0, n): f'<c r="{{}}" t="inlineStr"><is><t>{header}</t></is></c>' for n, header in enumerate(HEADERS)
    }
    cells |= {(n, 0): f'<c r="{{}}" t="inlineStr"><is><t>HT-{n}</t></is></c>' for n in range(1, 50)}
    path = workbook(tmp_path / "s.xlsx", cells)
    (table,) = read_workbook(path).tables
    assert len(table.frame) == 49
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    assert sheet.count(old) == 1
    sheet = sheet[: sheet.index(old)] if new is None else sheet.replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else content)
    book = read_workbook(path)
    assert [(f.rule, f.values["code"]) for f in book.facts] == [("FIL001", "damaged")]
    assert not book.tables


@pytest.mark.parametrize(
    ("before", "twofold"),
    [
        (
            '<worksheet {}><!--<sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData>--><sheetData/></worksheet>',
            True,
        ),
        (
            '<worksheet {}><?x <sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData> ?><sheetData/></worksheet>',
            True,
        ),
        (
            '<?xml version="1.0"?>foo<worksheet {}><sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData></worksheet>',
            False,
        ),
        (
            '<worksheet {}><cols><sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData></worksheet>',
            False,
        ),
    ],
    ids=["in a comment", "in an instruction", "no XML before", "a tag without end before"],
)
def test_cells_that_are_none(tmp_path: Path, before: str, twofold: bool) -> None:
    path = workbook(tmp_path / "s.xlsx", {(0, 0): PLAIN})
    assert plain_of(path) is not None
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, before.format(MAIN) if name == "xl/worksheets/sheet1.xml" else content)
    if twofold:  # nobody reads them: what others see is written behind them
        (fact,) = inspect(Source(path), Limits()).facts
        assert (fact.rule, fact.values["code"]) == ("FIL010", "twofold")
        return
    assert package_of(path)._scans["xl/worksheets/sheet1.xml"].cells is not None  # type: ignore[attr-defined]
    assert plain_of(path) is None


@pytest.mark.parametrize(
    "path", sorted(WORKBOOKS.rglob("*.xlsx")), ids=lambda path: str(path.relative_to(WORKBOOKS))
)
def test_templates_and_samples_read_the_same_both_ways(path: Path) -> None:
    once = read_workbook(path)
    with mock.patch.object(Package, "plain", return_value=None):
        bulk = read_workbook(path)
    assert [(f.rule, f.sheet) for f in once.facts] == [(f.rule, f.sheet) for f in bulk.facts]
    assert len(once.tables) == len(bulk.tables)
    for mine, other in zip(once.tables, bulk.tables, strict=True):
        pd.testing.assert_frame_equal(mine.frame, other.frame)
        for name in (
            "rows",
            "columns",
            "headers",
            "head",
            "totals",
            "foot",
            "unknown",
            "blank_rows",
            "hidden",
            "below",
        ):
            assert str(getattr(mine, name)) == str(getattr(other, name)), name
        assert noted(mine) == noted(other)
