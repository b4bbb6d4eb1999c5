"""Compression and VBA projects as oletools and olefile read them."""

import hashlib
import io
import struct

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oletools.olevba import VBA_Parser, decompress_stream

from qq_excel.addin.excel import vba

#: Nothing in it repeats.
NOISE = b"".join(hashlib.sha256(bytes([i])).digest() for i in range(256))


def olevba(data: bytes) -> bytes:
    return bytes(decompress_stream(bytearray(data)))


def text_of(size: int) -> bytes:
    line = b"    If Not QQ_IsActionId(actionId) Then Exit Sub ' line %d\r\n"
    return b"".join(line % i for i in range(size // 40 + 1))[:size]


@pytest.mark.parametrize(
    "size", [1, 2, 3, 4, 15, 16, 17, 31, 32, 33, 4095, 4096, 4097, 8191, 8192, 8193, 60_000]
)
@pytest.mark.parametrize("make", [text_of, lambda n: b"a" * n], ids=["text", "one-letter"])
def test_boundaries_come_back(size, make):
    data = make(size)
    packed = vba.compress(data)
    assert olevba(packed) == data
    assert len(packed) < 24 + size * 6 // 10 or size < 100


def test_nothing_is_a_container_without_chunks():
    assert vba.compress(b"") == b"\x01"


def test_the_example_of_the_specification():
    """MS-OVBA 3.2.3: the longest run wins, and tokens are as printed there."""
    data = b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
    printed = bytes.fromhex(
        "01 2F B0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6A 01 38 08 61 6B 6C 00 30 6D 6E 6F 70 06 71 "
        "02 70 04 10 72 73 74 75 76 10 77 78 79 7A 00 3C"
    )
    assert olevba(printed) == data
    assert olevba(vba.compress(data)) == data
    assert len(vba.compress(data)) <= len(printed)


def test_a_full_chunk_that_does_not_compress_is_stored_as_it_is():
    noise = NOISE[:8192]
    packed = vba.compress(noise)
    assert packed[1:3] == struct.pack("<H", 0x3FFF)
    assert len(packed) == 1 + 2 * (2 + 4096)
    assert olevba(packed) == noise


def test_a_short_chunk_that_does_not_compress_is_refused_rather_than_padded():
    noise = NOISE[:4095]
    with pytest.raises(ValueError, match="without padding"):
        vba.compress(noise)
    assert olevba(vba.compress(noise[:3640])) == noise[:3640]


@given(st.binary(max_size=3600), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_any_bytes_come_back(data, times):
    whole = (data * times)[:20_000]
    try:
        packed = vba.compress(whole)
    except ValueError:
        assert len(whole) % 4096 > 3640
        return
    assert not whole or olevba(packed) == whole


def test_encryption_gives_what_office_wrote():
    """The three strings of the project that xlwings ships, written by Office itself."""
    identity = "{318BEE36-5BE1-492A-826D-473DB19B0F30}"
    assert vba.encrypt(identity, bytes(4)) == "5D5F8AADDAA8DEA8DEA8DEA8DE"
    assert vba.encrypt(identity, b"\0") == "5D5F8AADDAADDBADDBAD"
    assert vba.encrypt(identity, b"\xff") == "5D5F8AADDAADDBADDB52"


MODULES = [
    vba.document("ThisWorkbook", vba.WORKBOOK_BASE, "Private Sub Workbook_Open()\n    Hello\nEnd Sub"),
    vba.document("Sheet1", vba.SHEET_BASE),
    vba.standard('Attribute VB_Name = "Greeting"\nPublic Sub Hello()\n    MsgBox "\xe9t\xe9"\nEnd Sub\n'),
]


def test_olevba_reads_every_module():
    data = vba.vba_project("Greetings", MODULES)
    assert data == vba.vba_project("Greetings", MODULES)
    found = {name: code for _, _, name, code in VBA_Parser("a.bin", data=data).extract_macros()}
    assert set(found) == {"ThisWorkbook.cls", "Sheet1.cls", "Greeting.bas"}
    assert 'MsgBox "\xe9t\xe9"' in found["Greeting.bas"]
    assert "Workbook_Open" in found["ThisWorkbook.cls"]


def test_project_stream_lists_the_modules_by_kind():
    ole = olefile.OleFileIO(io.BytesIO(vba.vba_project("Greetings", MODULES)))
    lines = ole.openstream("PROJECT").read().decode("cp1252").split("\r\n")
    assert [x for x in lines if x.startswith(("Document=", "Module=", "Class=", "Name="))] == [
        "Document=ThisWorkbook/&H00000000", "Document=Sheet1/&H00000000", "Module=Greeting", 'Name="Greetings"',
    ]  # fmt: skip
    assert ole.openstream("VBA/_VBA_PROJECT").read() == bytes.fromhex("cc61ffff000000")
    assert ole.openstream("PROJECTwm").read().endswith("Greeting".encode("utf-16-le") + bytes(4))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("Greeting", "", "different names"),
        ("greeting", "", "different names"),
        ("x" * 32, "", "no name for"),
        ("1st", "", "no name for"),
        ("Other", 'MsgBox "清欠"', "codec can't encode"),
    ],
)
def test_what_excel_would_not_open_is_refused(name, text, says):
    module = vba.standard(f'Attribute VB_Name = "Greeting"\n{text}\n')
    with pytest.raises(ValueError, match=says):
        vba.vba_project(name, [module])


def test_a_module_says_its_name_first():
    with pytest.raises(ValueError, match="without Attribute VB_Name"):
        vba.standard("Sub A()\nEnd Sub\n")
    with pytest.raises(ValueError, match="first line"):
        vba.Module("A", 'Option Explicit\nAttribute VB_Name = "A"\n').source()
