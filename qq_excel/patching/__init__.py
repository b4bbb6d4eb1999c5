"""Changing a workbook package without loss: bytes that need no change are never written anew.

An edit is a splice of bytes at a place found by parsing; a part that nobody edits keeps its bytes, a part
that is edited keeps all bytes around the edits. Text boxes, controls, sparklines, slicers and whatever a
later Excel invents therefore survive, because nobody here needs to understand them.
"""

from qq_excel.patching.book import Book, Sheet
from qq_excel.patching.splices import PatchError

__all__ = ["Book", "PatchError", "Sheet"]
