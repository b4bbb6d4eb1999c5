import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qq_excel.patching.cells import Edit, SheetXml
from qq_excel.patching.splices import PatchError, Splices, turned_back

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
    SheetXml(edits).change(wanted)
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
