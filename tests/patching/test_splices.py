import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qq_excel.patching import Book
from qq_excel.patching.cells import Edit, change_cells
from qq_excel.patching.sheetmaker import Line, Made, Put, cells_of
from qq_excel.patching.sheetxml import SheetXml
from qq_excel.patching.splices import PatchError, Splices, turned_back
from qq_excel.patching.styles import Look, Styles
from tests.support.build import build
from tests.support.digests import digest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
places = st.tuples(st.integers(0, 6), st.integers(0, 4))


@given(st.binary(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.binary(max_size=5)), max_size=6))
def test_edits_can_be_turned_back(base, inserts):
    edits = Splices(base)
    for at, content in inserts:
        edits.insert(min(at, len(base)), content)
    made, back = edits.apply()
    assert len(made) == len(base) + sum(len(c) for _, c in inserts)
    assert turned_back(made, back) == base


def test_edits_that_meet_are_refused():
    edits = Splices(b"abcdef")
    edits.replace(1, 4, b"x")
    edits.replace(3, 5, b"y")
    with pytest.raises(PatchError, match="meet"):
        edits.apply()


@settings(max_examples=60)
@given(
    st.dictionaries(places, st.integers(1, 99), max_size=12),
    st.dictionaries(places, st.text("甲<&a ", min_size=1)),
)
def test_cells_written_are_read_back_and_others_stay(cells, changes):
    rows = "".join(
        f'<row r="{r + 1}">' + "".join(
            f'<c r="{"ABCDE"[c]}{r + 1}"><v>{cells[r, c]}</v></c>' for c in range(5) if (r, c) in cells
        ) + "</row>"
        for r in sorted({r for r, _ in cells})
    )  # fmt: skip
    edits = Splices(f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode())
    wanted: dict[int, dict[int, Edit]] = {}
    for (r, c), text in changes.items():
        wanted.setdefault(r, {})[c] = Edit(None, ("inlineStr", text))
    change_cells(SheetXml(edits), wanted)
    made, back = edits.apply()
    again = SheetXml(Splices(made))
    found = {
        (row.number, cell.column): again.value(cell, lambda _: "")
        for row in again.rows()
        for cell in again.cells(row)
    }
    assert found == {**{at: str(v) for at, v in cells.items()}, **changes}
    assert list(found) == sorted(found)
    assert turned_back(made, back) == edits.base


@pytest.mark.parametrize(
    ("cells", "wanted", "found"),
    [
        ('<c r="A1"/><c r="B1" s="3"/><c r="D1"><v>1</v></c>', [1], [1, 3]),  # and the last one
        ('<c r="A1"/><c r="B1" s="3"/><c r="D1"><v>1</v></c>', [0, 9], [0, 3]),
        (
            '<c r="A1"/><c r="B1" s="3"/><c r="D1"><v>1</v></c>',
            [2],
            [0, 1, 3],
        ),  # not there, and before the last
        ('<c r="A1"/><c s="3"/><c r="D1"><v>1</v></c>', [0], [0, 1, 3]),  # a cell without an address
        ('<c s="3" r="A1"/><c r="D1"/>', [0], [0, 3]),
        ('<c r="A9"/><c r="B1"/>', [0], [0, 1]),  # an address of another row: as before, its column counts
        ("<c/><c/>", [1], [0, 1]),
        ("", [1], []),
    ],
)
def test_cells_found_by_their_addresses(cells, wanted, found):
    xml = SheetXml(
        Splices(
            f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'.encode()
        )
    )
    (row,) = xml.rows()
    whole = xml.cells(row)
    some = xml.cells_at(row, wanted)
    assert [c.column for c in some] == found
    assert set(some) <= set(whole)


def test_a_part_put_together_while_it_is_written_is_the_same_and_closed(tmp_path):
    build(tmp_path / "a.xlsx", {"contracts": [{}, {}]})
    ways = {}
    for how in ("settle", "finish"):
        book = Book(tmp_path / "a.xlsx")
        (sheet,) = book.sheets()
        change_cells(
            SheetXml(book.edit(sheet.part)),
            {5: {0: Edit(None, ("inlineStr", "甲"))}, 90: {2: Edit(lambda _: 1)}},
        )
        book.add("xl/qq/memory.bin", lambda: iter([b"one ", b"two"]), "application/octet-stream")
        back = getattr(book, how)()
        assert sorted(back) == ["[Content_Types].xml", sheet.part]
        ways[how] = (back, book.digest(sheet.part))
        if how == "finish":
            with pytest.raises(PatchError, match="while it is written"):
                book.edit(sheet.part)
        book.save(tmp_path / f"{how}.xlsx")
    assert ways["settle"] == ways["finish"]
    assert digest(tmp_path / "settle.xlsx") == digest(tmp_path / "finish.xlsx")
    assert Book(tmp_path / "finish.xlsx").parts["xl/qq/memory.bin"] == b"one two"


def test_rows_made_while_the_sheet_is_written_are_those_added_one_by_one(tmp_path):
    build(tmp_path / "a.xlsx", {"contracts": [{}]})
    look = Look("宋体", border="000000")
    link = "'表'!A1"
    rows = [(None, [Put("甲", look), Put("", look)]), (20.0, [Put("＝1+1", look), Put("乙", look, link)])]
    lines = [
        Line(None, cells_of(["甲", ""]), (0, 0)),
        Line(20.0, cells_of(["＝1+1", "乙"]), (0, 0), [(1, link, "乙")]),
    ]
    made = []
    for lazily in (False, True):
        book = Book(tmp_path / "a.xlsx")
        sheet = Made([10, 20], head=0, columns=2)
        sheet.add([Put("标题", look)])
        if lazily:
            sheet.follow(lambda: iter(lines), len(lines), [look])
        else:
            for height, cells in rows:
                sheet.add(cells, height)
        assert (len(sheet), sheet.filter) == (3, "$A$1:$B$3")
        made.append(sheet.xml(book, Styles(book)))
    assert made[0] == made[1]
    assert made[0].count(b"<row ") == 3
