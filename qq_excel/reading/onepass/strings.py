"""Texts as a package holds them: escaped, shared, with the formats of their parts and how they are pronounced."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from qq_excel.reading.onepass.cells import Bytes, Ints, NotPlain

#: What a character that XML does not allow is written as: ``_x000D_``.
_ENCODED = re.compile(rb"_x[0-9A-Fa-f]{4}_")
#: What is white space in XML; around a text that does not ask for it to be kept it counts for nothing.
XML_SPACE = b" \t\n\r"
# Each of these can match in one way only, and none looks beyond the next bracket: whatever a file holds takes no longer.
_T = rb'<t(?: xml:space="preserve")?>[^<]*</t>'
_FORMATS = rb"(?:<rPr>(?:<(?!/rPr>)[^<>]*>\s*)*</rPr>\s*|<rPr/>\s*)?"
#: The parts of a text: one, or several with formats of their own.
_PARTS = re.compile(rb"(?:" + _T + rb"|(?:<r>\s*" + _FORMATS + _T + rb"\s*</r>\s*)+)")
_TEXT = re.compile(rb'<t( xml:space="preserve")?>([^<]*)</t>')
#: What is not said: how a text is pronounced, and what a text without it may have besides.
_SOUNDS = re.compile(rb"<rPh\b[^<>]*>\s*" + _T + rb"\s*</rPh>|<phoneticPr\b[^<>]*(?:/>|>\s*</phoneticPr>)")
#: The start of a part in UTF-8, which is what a part is in that says nothing of it.
_UTF8 = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*<(?:\?xml\s+version=["']1\.[01]["'](?:\s+encoding=["']utf-8["'])?(?:\s+standalone=["']\w+["'])?\s*\?>|[^?])""",
    re.IGNORECASE,
)
_HEAD = re.compile(rb"<sst\b[^<>]*>")
_ENTITY = re.compile(r"&(?:([a-z]{2,4}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)?")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
#: The characters that XML allows, without those that control devices.
_CHARACTERS = ((9, 10), (13, 13), (0x20, 0x7E), (0xA0, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))


@dataclass(slots=True)
class PlainStrings:
    """The shared strings of a workbook: string i is ``data[start[i]:end[i]]``, UTF-8."""

    data: Bytes
    start: Ints
    end: Ints


def plain_strings(content: bytes) -> PlainStrings:
    """The shared strings in the part *content*. Raises :class:`NotPlain`."""
    head = _HEAD.search(content)
    if (
        head is None
        or not is_utf8(content)
        or not surely_unencoded(np.frombuffer(content, dtype=np.uint8)[head.end() :])
    ):
        raise NotPlain
    *items, rest = content[head.end() :].split(b"</si>")
    if rest.strip() != b"</sst>":
        raise NotPlain
    said = [_said(item.lstrip()) for item in items]
    sizes = np.fromiter(map(len, said), dtype=np.int64, count=len(said))
    end = np.cumsum(sizes)
    return PlainStrings(np.frombuffer(b"".join(said), dtype=np.uint8), end - sizes, end)


def _said(item: bytes) -> bytes:
    """What an item says that begins with ``<si>``, its end tag gone."""
    if not item.startswith(b"<si>"):
        raise NotPlain
    one = _TEXT.fullmatch(item, 4)
    if one is not None:
        return _text(*one.groups())
    parts = _SOUNDS.sub(b"", item[4:]).strip()
    if parts and _PARTS.fullmatch(parts) is None:
        raise NotPlain
    return b"".join(_text(*part) for part in _TEXT.findall(parts))


def _text(preserved: bytes | None, written: bytes) -> bytes:
    said = unescaped(written)
    return said if preserved else said.strip(XML_SPACE)


def unescaped(written: bytes) -> bytes:
    """A text as XML writes it, without its entities. Raises :class:`NotPlain` where one is unknown, or what is written no UTF-8."""
    if b"&" not in written:
        return written
    try:
        return _ENTITY.sub(_meant, written.decode()).encode()
    except UnicodeDecodeError:
        raise NotPlain from None


def _meant(entity: re.Match[str]) -> str:
    name = entity[1] or ""
    if name in _NAMED:
        return _NAMED[name]
    number = (
        int(name[2:], 16) if name.startswith("#x") else int(name[1:] or -1) if name.startswith("#") else -1
    )
    if not any(first <= number <= last for first, last in _CHARACTERS):
        raise NotPlain
    return chr(number)


def is_utf8(start: bytes) -> bool:
    """Whether a part that begins with *start* is in UTF-8, as one is that says nothing of it."""
    return _UTF8.match(start) is not None


def surely_unencoded(text: Bytes) -> bool:
    """Whether a parser leaves every character of *text* as it is written, but for entities."""
    if (text == ord("\r")).any():
        return False
    return not (text == ord("_")).any() or _ENCODED.search(text.tobytes()) is None
