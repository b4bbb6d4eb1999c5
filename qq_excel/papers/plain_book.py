"""Workbooks of texts, figures, links and merged cells, written as text: what goes back to the units is made by the thousand.

The methods have the names and arguments of XlsxWriter's, so that a :class:`~qq_excel.papers.sheet.Sheet` stands on either.
XlsxWriter keeps an object per cell and makes all parts anew for each book, four fifths of what such a book costs. Whatever
else a workbook may have (charts, pictures, validations, conditional formats) is XlsxWriter's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qq_excel import __version__
from qq_excel.findings import column_letters
from qq_excel.output import FIXED_TIME, Part
from qq_excel.papers.plain_sheet import MAIN, OFFICE, PACKAGE, PlainSheet, relations
from qq_excel.papers.plain_styles import PlainStyles
from qq_excel.papers.style import AUTHOR
from qq_excel.patching.book import HEAD, sheet_reference
from qq_excel.patching.xmltree import escape

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class PlainBook:
    """One workbook."""

    def __init__(self, title: str, last: PlainBook | None = None) -> None:
        """The sheets of *last*, which are complete, come behind all others: they are drawn once for many books."""
        self.title = title
        self._new: list[PlainSheet] = []
        self._last = [] if last is None else last._sheets
        self._styles: PlainStyles = PlainStyles() if last is None else last._styles.copy()

    @property
    def _sheets(self) -> list[PlainSheet]:
        return [*self._new, *self._last]

    def add_worksheet(self, name: str) -> PlainSheet:
        """A new sheet, behind those that were added before."""
        self._new.append(PlainSheet(name))
        return self._new[-1]

    def add_format(self, properties: Mapping[str, Any]) -> int:
        """The number of a format."""
        return self._styles.add(properties)

    def parts(self) -> dict[str, Part]:
        """The parts of the package."""
        sheets = self._sheets
        names = [f"worksheets/sheet{n}.xml" for n in range(1, len(sheets) + 1)]
        targets = [(name, "worksheet", "") for name in names]
        types = "".join(
            f'<Override PartName="/{name}" ContentType="{type_}+xml"/>'
            for name, type_ in [
                ("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties"),
                ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties"),
                ("xl/workbook.xml", f"{_TYPE}.sheet.main"), ("xl/styles.xml", f"{_TYPE}.styles"),
                *((f"xl/{name}", f"{_TYPE}.worksheet") for name in names),
            ]
        )  # fmt: skip
        texts = {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
            f'"application/xml"/>{types}</Types>',
            "_rels/.rels": _ROOT,
            "docProps/app.xml": _APP,
            "docProps/core.xml": _core(self.title),
            "xl/workbook.xml": self._workbook(),
            "xl/_rels/workbook.xml.rels": relations([*targets, ("styles.xml", "styles", "")]),
            "xl/styles.xml": self._styles.xml(),
        }
        texts |= {f"xl/worksheets/_rels/sheet{n}.xml.rels": s.relations() for n, s in enumerate(sheets, 1)}
        out: dict[str, Part] = {n: HEAD + text.encode() for n, text in texts.items() if text is not None}
        return out | {f"xl/{n}": s.pieces(first=s is sheets[0]) for n, s in zip(names, sheets, strict=True)}

    def _workbook(self) -> str:
        sheets, names = "", ""
        for n, sheet in enumerate(self._sheets):
            sheets += f'<sheet name="{escape(sheet.name)}" sheetId="{n + 1}" r:id="rId{n + 1}"/>'
            there = escape(sheet_reference(sheet.name))
            if sheet.filter:
                area = ":".join(f"${column_letters(c)}${r + 1}" for r, c in sheet.filter)
                names += f'<definedName name="_xlnm._FilterDatabase" localSheetId="{n}" hidden="1">{there}!{area}</definedName>'
            if sheet.repeated:
                names += f'<definedName name="_xlnm.Print_Titles" localSheetId="{n}">{there}!{sheet.repeated}</definedName>'
        return (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews><workbookView xWindow="240" yWindow="15" '
            f'windowWidth="16095" windowHeight="9660"/></bookViews><sheets>{sheets}</sheets>'
            f"{f'<definedNames>{names}</definedNames>' if names else ''}</workbook>"
        )


def _core(title: str) -> str:
    day = f'xsi:type="dcterms:W3CDTF">{FIXED_TIME:%Y-%m-%dT%H:%M:%SZ}'
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{AUTHOR}</dc:creator>"
        f"<dc:description>qq-excel {__version__}</dc:description><cp:lastModifiedBy>{AUTHOR}</cp:lastModifiedBy>"
        f"<dcterms:created {day}</dcterms:created><dcterms:modified {day}</dcterms:modified></cp:coreProperties>"
    )


_APP = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Excel</Application><AppVersion>12.0000</AppVersion></Properties>"
)
_ROOT = (
    f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
    f'Target="xl/workbook.xml"/><Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" '
    f'Target="docProps/core.xml"/><Relationship Id="rId3" Type="{OFFICE}/extended-properties" '
    'Target="docProps/app.xml"/></Relationships>'
)
