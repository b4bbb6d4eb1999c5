"""What Excel and the bulk reader would read in different ways is refused, whichever of our readers would have its turn.

Each case is a workbook that Excel opens without a word and shows 1000 in; some reader of workbooks has another figure.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from qq_excel.reading import read_workbook
from qq_excel.reading.scan import scan_bytes
from qq_excel.reading.twofold import (
    declares_another,
    has_strangers,
    has_two_values,
    values_break_off,
    values_hold_entities,
)
from tests.support.build import build, cell

SHEET, BOOK, RELS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STRINGS, STYLES, ROOT = "xl/sharedStrings.xml", "xl/styles.xml", "_rels/.rels"
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
X14 = 'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
E = 'xmlns:e="urn:e"'
AT = cell("receivables", "original", 1)
#: The cell that is attacked, as it is written.
PLAIN = re.compile(rf'<c r="{AT}"((?: s="\d+")?)><v>1000</v></c>')
REASON = "同一内容有几种读法，不同的程序会读出不同的数"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    path = build(tmp_path_factory.mktemp("twofold") / "a.xlsx", {"receivables": [{}, {}]})
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def written(parts: Mapping[str, str], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def told(parts: Mapping[str, str], path: Path) -> list[tuple[object, ...]] | list[int]:
    """The original amounts in cents, or what the file is refused for."""
    book = read_workbook(written(parts, path))
    if book.tables:
        return list(book.tables[0].data.batch["original"].to_pylist())
    return [(f.rule, f.values["code"], f.values.get("part")) for f in book.facts]


@pytest.mark.parametrize(
    "value",
    [
        "<v>10<!-- x -->00</v>",
        "<v>10<?x y?>00</v>",
        "<v>10<![CDATA[00]]></v>",
        "<v><![CDATA[1000]]></v>",
        "<v>100&#48;</v>",
        "<v>&#49;000</v>",
        "<v>1000</v><is><t>7</t></is>",
        "<v>1000</v><!-- x --><is><t>7</t></is>",
        f"<v>1000</v><e:v {E}>7</e:v>",
        '<v>1000</v><v xmlns="urn:e">7</v>',
    ],
)
@pytest.mark.parametrize("quote", ['"', "'"])  # read at once, or by the bulk reader
def test_a_value_that_goes_on_or_is_there_twice(
    parts: Mapping[str, str], tmp_path: Path, value: str, quote: str
) -> None:
    sheet = PLAIN.sub(lambda m: f'<c r="{AT}"{m[1]}>{value}</c>', parts[SHEET]).replace(
        '<row r="7"', f"<row r={quote}7{quote}"
    )
    assert sheet.count(value) == 1
    assert told({**parts, SHEET: sheet}, tmp_path / "a.xlsx") == [("FIL010", "twofold", SHEET)]


@pytest.mark.parametrize(
    "second",
    [
        '{good}<e:c xmlns:e="urn:e"{at}><v>7</v></e:c>',
        '{good}<c xmlns="urn:e"{at}><v>7</v></c>',
        f'<mc:AlternateContent {MC}><mc:Choice Requires="x14" {X14}>{{good}}</mc:Choice>'
        "<mc:Fallback>{bad}</mc:Fallback></mc:AlternateContent>",
        f'<mc:AlternateContent {MC}><mc:Choice Requires="e" {E}>{{bad}}</mc:Choice>'
        "<mc:Fallback>{good}</mc:Fallback></mc:AlternateContent>",
    ],
)
@pytest.mark.parametrize("what", ["cell", "row", "cells"])
def test_another_cell_or_row_for_other_programs(
    parts: Mapping[str, str], tmp_path: Path, second: str, what: str
) -> None:
    whole = {
        "cell": PLAIN,
        "row": re.compile(r'<row r="7".*?</row>'),
        "cells": re.compile(r"<sheetData>.*</sheetData>", re.DOTALL),
    }
    good = whole[what].search(parts[SHEET])
    assert good is not None
    both = second
    if what != "cell":  # the row, or all cells, as they are and with another amount
        name = {"row": "row", "cells": "sheetData"}[what]
        both = (
            both.replace("e:c", f"e:{name}")
            .replace("<c xmlns", f"<{name} xmlns")
            .replace("</c>", f"</{name}>")
        )
    bad = PLAIN.sub(rf'<c r="{AT}"\1><v>7</v></c>', good[0])
    both = both.format(good=good[0], bad=bad, at=f' r="{AT}"')
    sheet = parts[SHEET].replace(good[0], both)
    assert told({**parts, SHEET: sheet}, tmp_path / "a.xlsx") == [("FIL010", "twofold", SHEET)]


def test_cells_before_the_cells(parts: Mapping[str, str], tmp_path: Path) -> None:
    sheet = parts[SHEET].replace("<sheetData>", f"<e:sheetData {E}/><sheetData>")
    assert told({**parts, SHEET: sheet}, tmp_path / "a.xlsx") == [("FIL010", "twofold", SHEET)]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (STRINGS, r"(<si><t>青岛)", rf"<e:si {E}><t>假</t></e:si>\1"),
        (STRINGS, r"(<si><t>青岛[^<]*</t>)", rf"\1<e:t {E}>假</e:t>"),
        (STRINGS, r"(<si><t>青岛[^<]*</t>)", r'\1<t xmlns="urn:e">假</t>'),
        (STRINGS, r"(<t>青岛[^<]*</t>)", rf"<mc:AlternateContent {MC}><mc:Fallback>\1</mc:Fallback></mc:AlternateContent>"),
        (STYLES, r"(<cellXfs[^>]*>)", rf'\1<e:xf {E} numFmtId="14"/>'),
        (STYLES, r"(<cellXfs[^>]*>)",
         rf'\1<mc:AlternateContent {MC}><mc:Choice Requires="e" {E}><xf/></mc:Choice></mc:AlternateContent>'),
        (STYLES, r"(<cellXfs[^>]*>)", rf'<e:cellXfs {E}><xf numFmtId="14"/></e:cellXfs>\1'),
        (BOOK, r"(<workbook [^>]*>)", rf'\1<e:workbookPr {E} date1904="1"/>'),
        (BOOK, r"<workbookPr", '<workbookPr date1904="on"'),
        (BOOK, r"(<sheets>)", rf'\1<e:sheet {E} name="x" sheetId="9" r:id="rId1"/>'),
        (BOOK, r"(<sheet [^>]*/>)", rf'<mc:AlternateContent {MC}><mc:Choice Requires="e" {E}>\1</mc:Choice></mc:AlternateContent>'),
        (BOOK, r"(<sheet [^>]*/>)", r"\1\1"),
        (RELS, r'(<Relationship Id="rId1"[^>]*/>)', r"\1\1"),
        (ROOT, r'Target="xl/workbook.xml"', 'Target="xl/other.xml"'),
        (ROOT, r'(<Relationship )Id="rId1"([^>]*)xl/workbook.xml"/>', r'\1Id="rId8"\2xl/other.xml"/>\g<0>'),
    ],
)  # fmt: skip
def test_texts_formats_and_sheets_for_other_programs(
    parts: Mapping[str, str], tmp_path: Path, part: str, old: str, new: str
) -> None:
    changed, many = re.subn(old, new, parts[part], count=1)
    assert many == 1
    assert told({**parts, part: changed}, tmp_path / "a.xlsx") == [("FIL010", "twofold", part)]


def test_what_known_writers_do_is_none_of_this(parts: Mapping[str, str], tmp_path: Path) -> None:
    ignorable = f'{MC} xmlns:x14ac="urn:ac" mc:Ignorable="x14ac"'
    sheet = parts[SHEET].replace("<worksheet ", f"<worksheet {ignorable} ", 1)
    sheet = sheet.replace("<row ", '<row x14ac:dyDescent="0.2" ')
    sheet = PLAIN.sub(
        rf'<c r="{AT}"\1><f>"a:b"&amp;1</f><v>1000</v></c>'
        rf'<c r="XA7" t="str"><f>1</f><v>a:b&amp;c &#49;</v></c><c r="XB7" t="inlineStr"><is><t>x: y&amp;z</t></is></c>',
        sheet,
    )
    sheet = sheet.replace(
        "</worksheet>",
        f'<mc:AlternateContent><mc:Choice Requires="x14"/></mc:AlternateContent><extLst><ext uri="x" {X14}>'
        "<x14:sparklineGroups/></ext></extLst></worksheet>",
    )
    book = re.sub(
        r"(</workbook>)",
        rf'<mc:AlternateContent {MC}><mc:Choice Requires="x15" xmlns:x15="urn:x15"><x15:absPath/></mc:Choice>'
        r'</mc:AlternateContent><extLst><ext uri="x"><x15:workbookPr xmlns:x15="urn:x15" chartTrackingRefBase="1"/></ext>'
        r"</extLst>\1",
        parts[BOOK],
    )
    strings = parts[STRINGS].replace("<si><t>青岛", "<!-- said: so --><si><t>青岛")
    styles = re.sub(r"(<cellXfs[^>]*>)", r"\1<!-- the first -->", parts[STYLES])
    changed = {**parts, SHEET: sheet, BOOK: book, STRINGS: strings, STYLES: styles}
    assert told(changed, tmp_path / "a.xlsx") == [100000, 100000]
    prefixed = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", parts[SHEET]).replace(" xmlns=", " xmlns:x=")
    assert told({**parts, SHEET: prefixed}, tmp_path / "b.xlsx") == [100000, 100000]
    stranger = prefixed.replace(f'<x:c r="{AT}"', f'<c r="{AT}"/><x:c r="{AT}"')
    assert told({**parts, SHEET: stranger}, tmp_path / "c.xlsx") == [("FIL010", "twofold", SHEET)]


def test_it_is_seen_wherever_the_pieces_end() -> None:
    """A sheet that comes in pieces, as a large one does; and a sheet without cells has nothing to be seen in."""
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    sheet = (
        head
        + b'<sheetData><row r="1"><c r="A1"><v>1</v></c><e:c r="A1"><v>7</v></e:c></row></sheetData></worksheet>'
    )
    strings = b'<sst xmlns="urn:main" xmlns:e="urn:e"><si><t>a</t></si><e:si><t>b</t></e:si></sst>'
    for content in (sheet, strings):
        for size in range(82, 130):
            chunks = (content[n : n + size] for n in range(0, len(content), size))
            assert scan_bytes(chunks).twofold, size
    empty = head + b'<sheetData/><extLst><ext xmlns:mx="urn:mx"><mx:PLV Mode="0"/></ext></extLst></worksheet>'
    assert not scan_bytes(iter([empty])).twofold


def test_a_value_of_colons_or_entities_takes_no_time_to_speak_of() -> None:
    """Each of these would take minutes if it were looked at from every place."""
    many = 400_000
    assert not has_strangers(b"<t>" + b":" * many + b"</t>")
    for look in (declares_another, has_two_values, values_break_off, values_hold_entities):
        assert not look(b'<c r="A1" t="inlineStr"><is><t>' + b"&amp;" * many + b"</t></is></c>")
        assert not look(b"<c><v>" + b" " * many + b"</v></c><c><is></is></c>")
        assert not look(b"<c><v>" + b"<x>" * many + b"</v></c><c><is></is></c>")
    broken = b"<c><v>" + b" " * many + b"</v></c>" + b"<v " * 10 + b"& xmlns" * 1_000
    assert has_two_values(broken)
    for look in (declares_another, values_break_off, values_hold_entities):
        assert not look(broken)


@pytest.mark.parametrize("inside", ["<!-- x -->", "<?x y?>", "<![CDATA[]]>"])
def test_a_text_goes_on_behind_a_comment(parts: Mapping[str, str], tmp_path: Path, inside: str) -> None:
    """Also among the first rows, which are read by another reader: a unit was known by half its name."""
    strings = parts[STRINGS].replace("华东分公司", f"华东{inside}分公司")
    assert strings.count(inside) == 1
    assert (
        read_workbook(written({**parts, STRINGS: strings}, tmp_path / "a.xlsx")).head("unit") == "华东分公司"
    )


def test_how_a_text_is_pronounced_is_no_part_of_it(parts: Mapping[str, str], tmp_path: Path) -> None:
    sounds = '<rPh sb="0" eb="1"><t>huadong</t></rPh>'
    text = f'<c r="B2" t="inlineStr"><is>{sounds}<t>华东分公司</t>{sounds}</is></c>'
    sheet, many = re.subn(r'<c r="B2"[^>]*><v>\d+</v></c>', text, parts[SHEET])
    assert many == 1
    assert read_workbook(written({**parts, SHEET: sheet}, tmp_path / "a.xlsx")).head("unit") == "华东分公司"


@pytest.mark.parametrize("style", ["", ' s="1"'])
def test_true_is_no_amount(parts: Mapping[str, str], tmp_path: Path, style: str) -> None:
    """Excel shows TRUE and adds up nothing for it; it was judged as an amount of 1."""
    sheet = PLAIN.sub(f'<c r="{AT}"{style} t="b"><v>1</v></c>', parts[SHEET])
    book = read_workbook(written({**parts, SHEET: sheet}, tmp_path / "a.xlsx"))
    (table,) = book.tables
    assert table.data.batch["original"].to_pylist() == [100000, None]
    assert [(f.field, f.at.tolist(), f.raw) for f in table.facts["CEL004"]] == [
        ("original", [1], ["TRUE/FALSE"])
    ]


@pytest.mark.parametrize("said", ['hidden="1"', 'ht="0" customHeight="1"', 'customHeight="1" ht="0.0"'])
@pytest.mark.parametrize("other", ["", " collapsed='0'"])
def test_a_row_or_column_of_no_size_is_hidden(
    parts: Mapping[str, str], tmp_path: Path, said: str, other: str
) -> None:
    sheet = parts[SHEET].replace('<row r="7"', f'<row r="7" {said}{other}')
    sheet = sheet.replace(
        "<sheetData>", '<cols><col min="4" max="4" width="0" customWidth="1"/></cols><sheetData>'
    )
    (table,) = read_workbook(written({**parts, SHEET: sheet}, tmp_path / "a.xlsx")).tables
    assert (table.hidden_rows, table.hidden_columns) == ([(6, 6)], [(3, 3)])
    plain = parts[SHEET].replace('<row r="7"', f'<row r="7" ht="0.75" customHeight="1"{other}')
    (table,) = read_workbook(written({**parts, SHEET: plain}, tmp_path / "b.xlsx")).tables
    assert (table.hidden_rows, table.hidden_columns) == ([], [])
