"""Where in a small part an element may stand: one in another place counts for some programs and not for others."""

from __future__ import annotations

from typing import Any

from qq_excel.reading.refusal import twofold
from qq_excel.reading.twofold import MAIN
from qq_excel.reading.xmlwords import local

_STYLES = {
    "cellXfs": ("styleSheet/cellXfs",),
    "numFmts": ("styleSheet/numFmts",),
    "xf": ("styleSheet/cellXfs/xf", "styleSheet/cellStyleXfs/xf"),
}


def must_name_sheets_once(root: Any) -> None:
    """Refuse a workbook part that names sheets twice or elsewhere, or the date system. Raises :class:`~.refusal.Refusal`."""
    part, names = "xl/workbook.xml", set()
    for element in root.iter():
        name = local(element)
        if name == "sheet":
            called = element.get("name", "").casefold()
            if _way(element) != "workbook/sheets/sheet" or called in names:
                raise twofold(part)
            names.add(called)
        elif name == "workbookPr" and (said := element.get("date1904")) is not None:
            plain = said in ("0", "1", "true", "false")
            if not plain or _way(element) != "workbook/workbookPr":
                raise twofold(part)


def must_count_formats_alike(root: Any) -> None:
    """Refuse a styles part with formats that some programs count and others do not. Raises :class:`~.refusal.Refusal`."""
    for element in root.iter():
        places = _STYLES.get(local(element))
        if places is not None and _way(element) not in places:
            raise twofold("xl/styles.xml")


def _way(element: Any) -> str:
    """The names from the root down to *element*; ``*`` for one of another namespace. A part may name no namespace at all."""
    line = [*reversed([*element.iterancestors()]), element]
    return "/".join(map(_own, line))


def _own(element: Any) -> str:
    namespace, brace, name = element.tag.rpartition("}")
    return str(name) if not brace or namespace[1:] in MAIN else "*"
