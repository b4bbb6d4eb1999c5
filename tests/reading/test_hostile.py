"""Hostile and odd packages that the tests make themselves, besides those of test_guard."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from qq_excel.reading import Limits, Options, read_workbook
from qq_excel.reading.model import Workbook
from tests.support.build import build

SHEET = "xl/worksheets/sheet1.xml"
#: Transitional namespaces and relationship types, and what Strict Open XML has in their place.
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    b"http://schemas.openxmlformats.org/drawingml/2006/main": b"http://purl.oclc.org/ooxml/drawingml/main",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("hostile") / "台账.xlsx", {"receivables": [{}, {}]})


def read(
    sound: Path, path: Path, edit: Callable[[str, bytes], bytes], limits: Limits | None = None
) -> Workbook:
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
    return read_workbook(path, options=Options(limits or Limits()))


def test_columns_that_are_said_to_be_hidden_again_and_again(sound: Path, tmp_path: Path) -> None:
    """A hundred thousand times all columns took longer than a file may; overlapping spans are one."""
    spans = [(2, 3), (1, 2), (3, 6), (4, 5), (9, 9), (6, 6), (8, 7), *[(5, 5)] * 1_000]
    cols = "".join(f'<col min="{a}" max="{b}" width="9" hidden="1"/>' for a, b in spans)
    new = f"<cols>{cols}</cols><sheetData>".encode()
    book = read(sound, tmp_path / "a.xlsx", lambda n, c: c.replace(b"<sheetData>", new) if n == SHEET else c)
    (table,) = book.tables
    assert table.hidden_columns == [(0, 5), (8, 8)]


def claims(book: Workbook) -> list[str]:
    assert book.facts == []
    (table,) = book.tables
    return [str(v) for v in table.frame["claim_id"]]


def test_strict_open_xml(sound: Path, tmp_path: Path) -> None:
    def edit(_name: str, content: bytes) -> bytes:
        for old, new in STRICT.items():
            content = content.replace(old, new)
        return content

    book = read(sound, tmp_path / "严.xlsx", edit)
    assert claims(book) == ["ZQ-0001", "ZQ-0002"]
    assert book.tables[0].frame["occurred_on"].notna().all()


def test_a_million_formatted_empty_rows(sound: Path, tmp_path: Path) -> None:
    blank = b"".join(
        b'<row r="%d"><c r="A%d" s="1"/><c r="BX%d" s="1"/></row>' % (n, n, n) for n in range(50, 1_048_577)
    )

    def edit(name: str, content: bytes) -> bytes:
        return content.replace(b"</sheetData>", blank + b"</sheetData>") if name == SHEET else content

    # the rectangle of the formatted cells is over the limit, that of the filled ones is not
    assert claims(read(sound, tmp_path / "空.xlsx", edit)) == ["ZQ-0001", "ZQ-0002"]


def test_relations_that_run_in_a_circle(sound: Path, tmp_path: Path) -> None:
    def edit(name: str, content: bytes) -> bytes:
        if name == "xl/_rels/workbook.xml.rels":
            return content.replace(b"worksheets/sheet1.xml", b"workbook.xml")
        return content

    book = read(sound, tmp_path / "环.xlsx", edit)
    assert book.tables == []
    assert {f.rule for f in book.facts} <= {"FIL001", "FIL006"}


def test_entity_bomb(sound: Path, tmp_path: Path) -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<!DOCTYPE a [<!ENTITY l0 "ha">' + laughs + b"]>"

    def edit(name: str, content: bytes) -> bytes:
        return content.replace(b"?>", b"?>" + bomb, 1) if name == "xl/sharedStrings.xml" else content

    (fact,) = read(sound, tmp_path / "弹.xlsx", edit).facts
    assert (fact.rule, fact.values["code"]) == ("FIL010", "entities")


@pytest.mark.parametrize(
    "attribute", [b'r="A0"', b'r="zzzz"', b'r="A1x"', b's="-1"', b's="9999999999"', b't="s"', b't="q"']
)
def test_cells_that_lie_about_themselves(sound: Path, tmp_path: Path, attribute: bytes) -> None:
    def edit(name: str, content: bytes) -> bytes:
        at = content.find(b"<c r=")
        return (
            content[:at] + b"<c " + attribute + b"><v>7777777</v></c>" + content[at:]
            if name == SHEET
            else content
        )

    book = read(sound, tmp_path / "假.xlsx", edit)
    assert all(f.rule in ("FIL001", "FIL003") and f.values["code"] != "fault" for f in book.facts)
    assert bool(book.tables) != bool(book.facts)
