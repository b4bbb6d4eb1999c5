"""What an office program stored and no library knows survives the annotated copy byte for byte, wherever marks fall."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qq_excel.findings import Findings
from qq_excel.papers.annotate import annotate
from qq_excel.patching import Book, undo
from qq_excel.reading import read_workbook
from tests.papers.support import finding
from tests.support.digests import digest
from tests.support.rich import PIVOT, SLICER, write_rich

#: Parts that marks at cells of both sheets have to change, and no others.
CHANGED = {
    "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/styles.xml",
    "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/_rels/sheet2.xml.rels",
}  # fmt: skip
#: Elements inside changed parts that stay as they are, by their start and end.
STAYING = {
    "xl/worksheets/sheet1.xml": [
        (b"<extLst>", b"</extLst>"), (b"<conditionalFormatting", b"</conditionalFormatting>"),
        (b"<dataValidations", b"</dataValidations>"), (b"<drawing ", b"/>"), (b"<tableParts", b"</tableParts>"),
    ],
    "xl/worksheets/sheet2.xml": [(b"<drawing ", b"/>")],
    "xl/workbook.xml": [(b"<pivotCaches>", b"</pivotCaches>"), (b"<extLst>", b"</extLst>")],
    "xl/styles.xml": [(b"<extLst>", b"</extLst>"), (b"<dxfs", b">")],
    "xl/drawings/vmlDrawing1.vml": [(b'<v:shapetype id="_x0000_t201"', b"</v:shapetype>"), (b"<x:FmlaMacro>", b"</x:FmlaMacro>")],
}  # fmt: skip

places = st.lists(
    st.tuples(st.sampled_from(["表", "图表"]), st.integers(0, 60), st.integers(0, 20)),
    min_size=1,
    max_size=12,
    unique=True,
)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rich(tmp_path_factory.mktemp("rich") / "丰富.xlsm")


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {n: package.read(n) for n in package.namelist()}


def element(content: bytes, start: bytes, end: bytes) -> bytes:
    at = content.index(start)
    return content[at : content.index(end, at) + len(end)]


def button(vml: bytes) -> bytes:
    (shape,) = (s for s in re.findall(rb"<v:shape .*?</v:shape>", vml, re.DOTALL) if b'"Button"' in s)
    return shape


def test_the_workbook_has_all_that_it_should_and_is_read(rich: Path) -> None:
    names = set(parts(rich))
    assert {
        "xl/vbaProject.bin",
        "xl/tables/table1.xml",
        "xl/charts/chart1.xml",
        "xl/drawings/drawing1.xml",
    } <= names
    assert (PIVOT | SLICER).keys() <= names
    assert b"x14:sparkline" in parts(rich)["xl/worksheets/sheet1.xml"]
    book = openpyxl.load_workbook(rich)
    assert [p.name for p in book["表"]._pivots] == ["透视表1"]
    assert next((f.rule, f.values.get("code")) for f in read_workbook(rich).facts) == ("FIL004", "vba")


@settings(
    max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(places)
def test_all_that_need_not_change_stays(rich: Path, tmp_path: Path, at: list[tuple[str, int, int]]) -> None:
    found = Findings(finding(sheet=s, row=r, column=c) for s, r, c in at)
    copy, again = tmp_path / "a.xlsm", tmp_path / "b.xlsm"
    annotate(rich, found, copy)
    before, after = parts(rich), parts(copy)
    assert {n for n in before if before[n] != after.get(n)} <= CHANGED
    for name, elements in STAYING.items():
        for start, end in elements:
            assert element(before[name], start, end) in after[name], (name, start)
    assert button(before["xl/drawings/vmlDrawing1.vml"]) == button(after["xl/drawings/vmlDrawing1.vml"])
    annotate(copy, found, again)
    assert digest(copy) == digest(again)
    book = Book(copy)
    assert undo.go_back(book)
    assert {n: hash(c) for n, c in book.parts.items()} == {n: hash(c) for n, c in before.items()}


def test_the_copy_loads_with_its_pivot_table_and_its_macros(rich: Path, tmp_path: Path) -> None:
    at = [("表", 0, 0), ("表", 20, 1), ("图表", 4, 4)]
    annotate(rich, Findings(finding(sheet=s, row=r, column=c) for s, r, c in at), tmp_path / "a.xlsm")
    book = openpyxl.load_workbook(tmp_path / "a.xlsm", keep_vba=True)
    assert book.sheetnames == ["表", "图表", "校验结果", "_qq_marks"]
    assert [p.name for p in book["表"]._pivots] == ["透视表1"]
    assert list(book["表"].tables) == ["Table1"]
    assert len(book["图表"]._charts) == 1
    assert book.vba_archive.read("xl/vbaProject.bin") == parts(rich)["xl/vbaProject.bin"]
    assert book["图表"]["E5"].comment.text.startswith("———— 清欠校验 ————")
    assert next((f.rule, f.values.get("code")) for f in read_workbook(tmp_path / "a.xlsm").facts) == (
        "FIL004",
        "vba",
    )
