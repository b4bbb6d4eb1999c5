"""The texts that the cells of a workbook share."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from qq_excel.patching.book import Book
from qq_excel.patching.splices import PatchError
from qq_excel.patching.xmltree import uncelled
from qq_excel.reading.passengers import parse


def shared_strings(book: Book) -> Callable[[int], str]:
    """The shared text of a number; IndexError when there is none of it."""
    part = book.related(book.workbook, "sharedStrings")
    content = book.read(part) if part is not None else None
    texts: list[str] = []
    try:
        for item in parse(content) if content else ():
            words = [x.text or "" for x in item.iter("{*}t") if not str(x.getparent().tag).endswith("}rPh")]
            texts.append(uncelled("".join(words)))
    except etree.XMLSyntaxError as error:
        raise PatchError(str(error)) from None
    return texts.__getitem__
