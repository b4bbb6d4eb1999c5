"""Bytes that programs read in different ways: who judged one reading would not judge what others see in the workbook.

The namespaces of Open XML let a part hold elements that Excel passes over (of another namespace, or alternatives for other
programs), but the bulk reader goes by local names; and it reads no more of a number than stands before a comment or an entity.
No writer of workbooks puts any of this among cells. Such a file is refused: once it was saved in Excel it says one thing only.
"""

from __future__ import annotations

import re

import numpy as np

#: The namespaces of the elements of a workbook, transitional and Strict.
MAIN = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    }
)
_DECLARED = re.compile(rb"""<[^<]*?\sxmlns(?::[^\s=]+)?\s*=\s*["']([^"'<]*)""")
#: A value that goes on behind a comment or the like, and one of two in the same cell.
_BROKEN = re.compile(rb"<v(?:\s[^<>]*)?>[^<]*<[!?]")
_SECOND = re.compile(rb"<(?:v|is)[\s/>](?:[^<]|<(?!/?c[\s/>]))*<(?:v|is)[\s/>]")
#: A value with an entity: the bulk reader knows them in a formula's text only.
_ENTITY = re.compile(rb"<v(?:\s[^<>]*)?>[^<&]*&")
_TEXT = re.compile(rb"""\st\s*=\s*["']str["']""")
#: The tag up to its colon, if it has a prefix.
_PREFIX = re.compile(rb"/?([^\s<>/!?\"'=]+)")
_BARE = re.compile(rb"<(?:sheetData|row|c|v|is|si|t|r)[\s/>]")
_CELLS = re.compile(rb"<(?:[^\s<>/:]+:)?sheetData[\s/>]")


def values_hold_entities(window: bytes) -> bool:
    """Whether a value has an entity, of which the bulk reader would read what stands before it."""
    return any(not _is_text(window, m.start()) for m in _ENTITY.finditer(window))


def values_break_off(window: bytes) -> bool:
    """Whether a value goes on behind a comment or an instruction."""
    return _BROKEN.search(window) is not None


def has_two_values(window: bytes) -> bool:
    """Whether a cell has two values."""
    return _SECOND.search(window) is not None


def declares_another(window: bytes) -> bool:
    """Whether an element within *window* declares another namespace than that of workbooks."""
    return b"xmlns" in window and any(m[1].decode("latin-1") not in MAIN for m in _DECLARED.finditer(window))


def _is_text(window: bytes, value: int) -> bool:
    """Whether the cell that has its *value* there is a formula's text."""
    start = window.rfind(b"<c ", 0, value)
    return start >= 0 and _TEXT.search(window, start, window.find(b">", start) + 1) is not None


def has_strangers(window: bytes, own: bytes = b"") -> bool:
    """Whether a tag in *window* has another prefix than its *own*, that of the part's root, or none where that has one."""
    before = 0
    for colon in np.flatnonzero(np.frombuffer(window, dtype=np.uint8) == ord(":")).tolist():
        # the first colon behind a bracket: of a name, or of what the tag says; no byte is looked at twice
        at = window.rfind(b"<", before, colon)
        name = _PREFIX.fullmatch(window, at + 1, colon) if at >= 0 else None
        if name is not None and name[1] != own:
            return True
        before = colon
    return bool(own) and has_bare_tags(window)


def has_bare_tags(window: bytes) -> bool:
    """Whether a cell, a text or a part of one has no prefix, where the part's root has one."""
    return _BARE.search(window) is not None


def stands_elsewhere(around: bytes) -> bool:
    """Whether there are cells in *around* too, which precedes or follows them."""
    return b"sheetData" in around and _CELLS.search(around) is not None


def is_an_alternative(before: bytes) -> bool:
    """Whether the cells behind *before* are one of several that a program may choose from."""
    return before.count(b"AlternateContent") % 2 == 1
