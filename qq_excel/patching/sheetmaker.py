"""A worksheet of ours as XML: rows of texts with styles, for a package that is patched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from qq_excel.findings import a1
from qq_excel.output import looks_like_formula
from qq_excel.patching.book import HEAD, Book
from qq_excel.patching.styles import Look, Styles
from qq_excel.patching.xmltree import cell_text, escape

#: What Excel takes per sheet is 65,530.
MOST_LINKS = 60_000


@dataclass(frozen=True, slots=True)
class Put:
    """A text with its look, and where it leads to."""

    text: str
    look: Look
    link: str | None = None


@dataclass(slots=True)
class Made:
    """A sheet in the making: rows from the top, without gaps. All values are texts, never formulas."""

    widths: Sequence[float] = ()
    tab: str | None = None
    #: The row (zero-based) of the headers that stay in view and bear the filter.
    head: int | None = None
    columns: int = 0
    rows: list[tuple[float | None, Sequence[Put | None]]] = field(default_factory=list)

    def add(self, cells: Sequence[Put | None], height: float | None = None) -> int:
        """Add a row; its number."""
        self.rows.append((height, cells))
        return len(self.rows) - 1

    @property
    def filter(self) -> str:
        """The range of the filter, with dollars."""
        last = max(len(self.rows), (self.head or 0) + 2)
        (left, right) = (a1(0, 0).rstrip("1"), a1(0, self.columns - 1).rstrip("1"))
        return f"${left}${(self.head or 0) + 1}:${right}${last}"

    def xml(self, book: Book, styles: Styles) -> bytes:
        """The part, with its styles added to *styles*."""
        known: dict[Look, int] = {}
        out = [HEAD.decode(), f'<worksheet xmlns="{book.main}">']
        tab = f'<tabColor rgb="FF{self.tab}"/>' if self.tab else ""
        out.append(f'<sheetPr>{tab}<pageSetUpPr fitToPage="1"/></sheetPr>')
        out.append(f'<dimension ref="A1:{a1(max(len(self.rows) - 1, 0), max(self.columns - 1, 0))}"/>')
        out.append(self._view())
        if self.widths:
            columns = (
                f'<col min="{i}" max="{i}" width="{w:.2f}" customWidth="1"/>'
                for i, w in enumerate(self.widths, 1)
            )
            out.append(f"<cols>{''.join(columns)}</cols>")
        out.append("<sheetData>")
        links: list[str] = []
        for number, (height, cells) in enumerate(self.rows):
            high = f' ht="{height:.2f}" customHeight="1"' if height is not None else ""
            out.append(f'<row r="{number + 1}"{high}>')
            for column, put in enumerate(cells):
                if put is not None:
                    out.append(self._cell(number, column, put, known, styles, links))
            out.append("</row>")
        out.append("</sheetData>")
        if self.head is not None:
            out.append(f'<autoFilter ref="{self.filter.replace("$", "")}"/>')
        if links:
            out.append(f"<hyperlinks>{''.join(links)}</hyperlinks>")
        out.append(
            '<pageMargins left="0.47" right="0.47" top="0.55" bottom="0.65" header="0.3" footer="0.3"/>'
        )
        out.append('<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>')
        out.append("<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>")
        return "".join(out).encode()

    def _view(self) -> str:
        if self.head is None:
            return '<sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        return (
            f'<sheetViews><sheetView workbookViewId="0" showGridLines="0"><pane ySplit="{self.head + 1}" '
            f'topLeftCell="A{self.head + 2}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
            "</sheetView></sheetViews>"
        )

    @staticmethod
    def _cell(
        row: int, column: int, put: Put, known: dict[Look, int], styles: Styles, links: list[str]
    ) -> str:
        look = put.look
        if looks_like_formula(put.text):
            look = _quoted(look)
        if look not in known:
            known[look] = styles.own(look)
        at = a1(row, column)
        if not put.text:
            return f'<c r="{at}" s="{known[look]}"/>'
        if put.link is not None and len(links) < MOST_LINKS:
            words = escape(put.text[:255])
            links.append(f'<hyperlink ref="{at}" location="{escape(put.link)}" display="{words}"/>')
        text = cell_text(put.text).decode()
        return f'<c r="{at}" s="{known[look]}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _quoted(look: Look) -> Look:
    return Look(
        look.font, look.size, look.bold, look.colour, look.underline, look.fill, look.border, look.centre,
        look.wrap, quote=True,
    )  # fmt: skip


def hidden_table(book: Book, rows: Iterable[Sequence[str]]) -> bytes:
    """A plain sheet of texts for the program's own memory."""
    out = [HEAD.decode(), f'<worksheet xmlns="{book.main}"><sheetData>']
    for number, cells in enumerate(rows):
        out.append(f'<row r="{number + 1}">')
        for column, text in enumerate(cells):
            if text:
                inside = cell_text(text).decode()
                out.append(
                    f'<c r="{a1(number, column)}" t="inlineStr"><is><t xml:space="preserve">{inside}</t></is></c>'
                )
        out.append("</row>")
    out.append("</sheetData></worksheet>")
    return "".join(out).encode()
