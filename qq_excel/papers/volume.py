"""Binds PDFs into one volume: bookmarks, page numbers through all of it, the same bytes for the same parts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qq_excel import __version__

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter
    from pypdf.generic import IndirectObject

_FIXED = "D:20200101000000Z"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a volume: its bookmark, its PDF, and how deep the bookmark stands."""

    title: str
    pdf: bytes
    level: int = 0


def page_count(pdf: bytes) -> int:
    """How many pages *pdf* has."""
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(pdf)).pages)


def split(pdf: bytes) -> list[bytes]:
    """Each page of *pdf* as a PDF."""
    from pypdf import PdfReader, PdfWriter

    out = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        writer = PdfWriter()
        writer.add_page(page)
        out.append(_bytes(writer))
    return out


def joined(pdfs: Sequence[bytes]) -> bytes:
    """The pages of all *pdfs*, one after the other."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for pdf in pdfs:
        for page in PdfReader(io.BytesIO(pdf)).pages:
            writer.add_page(page)
    return _bytes(writer)


def bind(parts: Sequence[Part], title: str, label: str) -> bytes:
    """One PDF of *parts*; *label* (ASCII) and the page's number stand at the foot of every page."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    marks: list[tuple[str, int, int]] = []
    for part in parts:
        marks.append((part.title, len(writer.pages), part.level))
        for page in PdfReader(io.BytesIO(part.pdf)).pages:
            writer.add_page(page)
    count = len(writer.pages)
    font = _font(writer)
    for n, page in enumerate(writer.pages, 1):
        _stamp(page, font, f"{label}   {n} / {count}".strip())
    above = None
    for words, at, level in marks:
        mark = writer.add_outline_item(title=words, page_number=at, parent=above if level else None)
        if not level:
            above = mark
    writer.page_mode = "/UseOutlines"
    writer.metadata = {
        "/Title": title, "/Producer": f"qq-excel {__version__}", "/CreationDate": _FIXED, "/ModDate": _FIXED
    }  # fmt: skip
    writer.compress_identical_objects(remove_duplicates=True, remove_unreferenced=True)
    return _bytes(writer)


def _bytes(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _font(writer: PdfWriter) -> IndirectObject:
    """Helvetica is in every reader; nothing needs to be embedded for figures."""
    from pypdf.generic import DictionaryObject, NameObject

    made = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"), NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
    })  # fmt: skip
    return writer._add_object(made)


def _stamp(page: PageObject, font: IndirectObject, words: str) -> None:
    """Write *words* at the lower right of *page*, upright as it is read, on a white ground."""
    from pypdf import PageObject, Transformation
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    if (
        page.rotation or page.mediabox.left or page.mediabox.bottom
    ):  # else every page is parsed and written anew for nothing
        page.transfer_rotation_to_content()
    box = page.mediabox
    wide = 4.6 * len(words) + 8
    x, y = float(box.right) - 30 - wide, float(box.bottom) + 14
    plain = (
        words.encode("ascii", "replace")
        .decode()
        .replace("\\", "\\\\")
        .replace("(", "\\(")
        .replace(")", "\\)")
    )
    over = DecodedStreamObject()
    over.set_data(
        f"q 1 g {x:.2f} {y - 4:.2f} {wide:.2f} 14 re f Q BT 0.25 g /QQ 9 Tf {x + 4:.2f} {y:.2f} Td ({plain}) Tj ET".encode()
    )
    stamp = PageObject.create_blank_page(width=float(box.width), height=float(box.height))
    stamp[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/QQ"): font})}
    )
    stamp[NameObject("/Contents")] = over
    page.merge_transformed_page(stamp, Transformation(), over=True)
