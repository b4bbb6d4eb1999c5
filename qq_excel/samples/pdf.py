"""A minimal PDF of one page of text: what a scanned paper is to the samples."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT = 595, 842  # A4
_LEFT, _TOP, _LEADING = 72, 770, 24


def page(title: str, lines: Sequence[str]) -> bytes:
    """One A4 page; the same bytes for the same text. Chinese by a standard, unembedded font."""
    content = [b"BT", f"{_LEFT} {_TOP} Td".encode(), *_shown(title, 18), f"0 -{_LEADING * 2} Td".encode()]
    for line in lines:
        content += [*_shown(line, 11), f"0 -{_LEADING} Td".encode()]
    content.append(b"ET")
    stream = b"\n".join(content)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] "
        "/Resources << /Font << /F1 5 0 R /F2 8 0 R >> >> /Contents 4 0 R >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 "
        b"/W [1 [500] 2 94 500] /FontDescriptor 7 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
        b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _assembled(objects)


def _shown(text: str, size: int) -> list[bytes]:
    if text.isascii():  # a font that every viewer has
        return [b"/F2 %d Tf" % size, b"<" + text.encode().hex().encode() + b"> Tj"]
    return [b"/F1 %d Tf" % size, b"<" + text.encode("utf-16-be").hex().encode() + b"> Tj"]


def _assembled(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
