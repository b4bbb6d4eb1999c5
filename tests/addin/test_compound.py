"""Compound files as olefile reads them, and the order that MS-CFB asks for."""

import io
import struct

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qq_excel.addin.excel.compound import compound_file

#: Around the sizes of a mini sector, a sector, and the cut-off between mini stream and sectors.
SIZES = [0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097]


def read(data: bytes) -> dict[str, bytes]:
    ole = olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_UNSURE)
    assert ole.parsing_issues == []
    return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_of_every_boundary_size_comes_back(size):
    content = bytes(i % 251 for i in range(size))
    data = compound_file({"one": content})
    assert len(data) % 512 == 0
    assert read(data) == {"one": content}


def test_an_empty_file_is_one():
    assert read(compound_file({})) == {}


@pytest.mark.parametrize("sectors", [126, 127, 128, 254, 255])
def test_the_fat_counts_its_own_sectors(sectors):
    content = bytes(512 * (sectors - 1))  # and one sector of directory
    assert read(compound_file({"big": content})) == {"big": content}


NAMES = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="/\\:!"), min_size=1, max_size=31
)
STREAMS = st.one_of(st.binary(max_size=200), st.sampled_from(SIZES).map(lambda n: b"\xa5" * n))


@given(st.dictionaries(NAMES, STREAMS, max_size=20), st.dictionaries(NAMES, STREAMS, max_size=20))
@settings(max_examples=60, deadline=None)
def test_any_tree_comes_back(outer, inner):
    folded = {name.upper(): name for name in outer if name.upper() not in ("VBA", "ROOT ENTRY")}
    outer = {name: outer[name] for name in folded.values()}
    inner = {name: inner[name] for name in {n.upper(): n for n in inner}.values()}
    expected = outer | {f"VBA/{name}": content for name, content in inner.items()}
    assert read(compound_file({**outer, "VBA": inner})) == expected


@pytest.mark.parametrize("count", range(1, 34))
def test_siblings_form_a_red_black_tree_in_the_order_of_the_format(count):
    names = [("n" * (1 + i % 5)) + chr(97 + i % 26) + str(i) for i in range(count)]
    data = compound_file(dict.fromkeys(names, b"x"))
    (first,) = struct.unpack_from("<I", data, 48)
    entries = [data[512 * (first + 1) + 128 * i :][:128] for i in range(count + 1)]
    order = []

    def walk(number: int, parent_red: bool) -> int:
        if number == 0xFFFFFFFF:
            return 0
        length, _, colour, left, right = struct.unpack_from("<HBBII", entries[number], 64)
        red = colour == 0
        assert not (red and parent_red)
        depth = walk(left, red)
        order.append(entries[number][: length - 2].decode("utf-16-le"))
        assert walk(right, red) == depth  # as many black ones down every way
        return depth + (not red)

    (child,) = struct.unpack_from("<I", entries[0], 76)
    assert entries[child][67] == 1  # its root is black
    walk(child, parent_red=False)
    assert order == sorted(names, key=lambda n: (len(n), n.upper()))


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "a!b", "x" * 32])
def test_names_that_the_format_cannot_hold_are_refused(name):
    with pytest.raises(ValueError, match="cannot hold the name"):
        compound_file({name: b""})


def test_what_needs_a_difat_is_refused():
    with pytest.raises(ValueError, match="DIFAT"):
        compound_file({"big": bytes(7_200_000)})
