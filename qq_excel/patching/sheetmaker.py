"""A worksheet of ours as XML: rows of texts with styles, for a package that is patched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

from qq_excel.findings import a1, column_letters
from qq_excel.output import looks_like_formula
from qq_excel.patching.book import HEAD, Book
from qq_excel.patching.styles import Look, Styles
from qq_excel.patching.xmltree import cell_words, escape

#: What Excel takes per sheet is 65,530.
MOST_LINKS = 60_000
#: Rows that become bytes together.
_ROWS = 500
#: Shorter texts are remembered as cells: most columns of a list say the same few things again and again.
_SHORT = 200


@dataclass(frozen=True, slots=True)
class Put:
    """A text with its look, and where it leads to."""

    text: str
    look: Look
    link: str | None = None


#: A row: its height in points, its cells from the first column on.
Row = tuple[float | None, Sequence[Put | None]]


class Cells(NamedTuple):
    """Texts as :func:`inline` makes cells of them: which look like a formula, and what follows their styles."""

    formulas: tuple[bool, ...]
    insides: tuple[str, ...]


class Line(NamedTuple):
    """A row of many like it: its height, its cells from the first column on, for each cell the number of its look among those
    that were announced, and its links (column, place, words).
    """

    height: float | None
    cells: Cells
    looks: tuple[int, ...]
    links: Iterable[tuple[int, str, str]] = ()


@dataclass(slots=True)
class Made:
    """A sheet in the making: rows from the top, without gaps. All values are texts, never formulas.

    Rows are given one by one (:meth:`add`), or, where there may be many, made while the sheet is written
    (:meth:`follow`).
    """

    widths: Sequence[float] = ()
    tab: str | None = None
    #: The row (zero-based) of the headers that stay in view and bear the filter.
    head: int | None = None
    columns: int = 0
    rows: list[Row] = field(default_factory=list)
    _more: Callable[[], Iterable[Line]] = tuple
    _count: int = 0
    _looks: Sequence[Look] = ()

    def add(self, cells: Sequence[Put | None], height: float | None = None) -> int:
        """Add a row; its number."""
        self.rows.append((height, cells))
        return len(self.rows) - 1

    def follow(self, rows: Callable[[], Iterable[Line]], count: int, looks: Sequence[Look]) -> None:
        """After all others come *count* rows that *rows* makes; *looks* are those that their cells have."""
        self._more, self._count, self._looks = rows, count, looks

    def __len__(self) -> int:
        return len(self.rows) + self._count

    @property
    def filter(self) -> str:
        """The range of the filter, with dollars."""
        last = max(len(self), (self.head or 0) + 2)
        (left, right) = (a1(0, 0).rstrip("1"), a1(0, self.columns - 1).rstrip("1"))
        return f"${left}${(self.head or 0) + 1}:${right}${last}"

    def xml(self, book: Book, styles: Styles) -> bytes:
        """The part, with its styles added to *styles*."""
        return b"".join(self.maker(book, styles)())

    def maker(self, book: Book, styles: Styles) -> Callable[[], Iterator[bytes]]:
        """What makes the part piece by piece, with its styles added to *styles* now."""
        looks = dict.fromkeys(put.look for _, cells in self.rows for put in cells if put is not None)
        looks |= dict.fromkeys(self._looks)
        numbers = {look: styles.own(look) for look in (*looks, *(_quoted(x) for x in looks))}
        namespace = book.main  # the book holds what makes its parts, which is not to hold the book
        return lambda: self._pieces(namespace, numbers)

    def _pieces(self, namespace: str, looks: Mapping[Look, int]) -> Iterator[bytes]:
        out = [HEAD.decode(), f'<worksheet xmlns="{namespace}">']
        tab = f'<tabColor rgb="FF{self.tab}"/>' if self.tab else ""
        out.append(f'<sheetPr>{tab}<pageSetUpPr fitToPage="1"/></sheetPr>')
        out.append(f'<dimension ref="A1:{a1(max(len(self) - 1, 0), max(self.columns - 1, 0))}"/>')
        out.append(self._view())
        if self.widths:
            columns = (
                f'<col min="{i}" max="{i}" width="{w:.2f}" customWidth="1"/>'
                for i, w in enumerate(self.widths, 1)
            )
            out.append(f"<cols>{''.join(columns)}</cols>")
        out.append("<sheetData>")
        links: list[str] = []
        for number, (height, cells) in enumerate(self.rows, 1):
            out.append(self._row(number, height, cells, looks, links))
        letters = [column_letters(i) for i in range(self.columns)]
        writer = LineWriter(letters, [(looks[look], looks[_quoted(look)]) for look in self._looks])
        for number, line in enumerate(self._more(), len(self.rows) + 1):
            for column, place, words in line.links:
                self._link(f"{letters[column]}{number}", words, place, links)
            out.append(f"{_row_tag(number, line.height)}{writer.cells(number, line)}</row>")
            if number % _ROWS == 0:
                yield "".join(out).encode()
                out.clear()
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
        yield "".join(out).encode()

    def _view(self) -> str:
        if self.head is None:
            return '<sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        return (
            f'<sheetViews><sheetView workbookViewId="0" showGridLines="0"><pane ySplit="{self.head + 1}" '
            f'topLeftCell="A{self.head + 2}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
            "</sheetView></sheetViews>"
        )

    def _row(
        self, number: int, height: float | None, cells: Sequence[Put | None], looks: Mapping[Look, int], links: list[str]
    ) -> str:  # fmt: skip
        out = [_row_tag(number, height)]
        for column, put in enumerate(cells):
            if put is not None:
                formula, inside = inline(put.text)
                at = a1(number - 1, column)
                out.append(f'<c r="{at}" s="{looks[_quoted(put.look) if formula else put.look]}"{inside}')
                if put.link is not None:
                    self._link(at, put.text, put.link, links)
        return "".join([*out, "</row>"])

    @staticmethod
    def _link(at: str, text: str, place: str, links: list[str]) -> None:
        if text and len(links) < MOST_LINKS:
            links.append(f'<hyperlink ref="{at}" location="{escape(place)}" display="{escape(text[:255])}"/>')


class LineWriter:
    """Makes the cells of lines. Most lines of a sheet have one of a few sequences of looks: all that these have in common is
    put together once."""

    def __init__(self, letters: Sequence[str], looks: Sequence[tuple[int, int]]) -> None:
        """*letters* are the names of the columns, *looks* the formats of the looks, each for plain texts and for such as look
        like formulas."""
        self._letters, self._looks = letters, looks
        self._frames: dict[tuple[tuple[int, ...], tuple[bool, ...]], list[str]] = {}

    def cells(self, number: int, line: Line) -> str:
        """The cells of *line* in the row *number*."""
        formulas, insides = line.cells
        frame = self._frames.get((line.looks, formulas))
        if frame is None:
            frame = self._frames[line.looks, formulas] = self._frame(line.looks, formulas)
        out = frame.copy()
        out[1::4] = [str(number)] * len(insides)
        out[3::4] = insides
        return "".join(out)

    def _frame(self, looks: tuple[int, ...], formulas: tuple[bool, ...]) -> list[str]:
        """Four pieces for each cell, of which the number of the row and the inside are still to come."""
        each = zip(self._letters, looks, formulas, strict=False)
        return [
            piece
            for letter, look, formula in each
            for piece in (f'<c r="{letter}', "", f'" s="{self._looks[look][formula]}"', "")
        ]


def _row_tag(number: int, height: float | None) -> str:
    high = f' ht="{height:.2f}" customHeight="1"' if height is not None else ""
    return f'<row r="{number}"{high}>'


def inline(text: str | int) -> tuple[bool, str]:
    """Whether *text* looks like a formula; what follows the style in the tag of a cell that holds it."""
    if isinstance(text, int):
        return False, f"><v>{text}</v></c>"
    return _remembered(text) if len(text) < _SHORT else _inline(text)


def _inline(text: str) -> tuple[bool, str]:
    if not text:
        return False, "/>"
    inside = f' t="inlineStr"><is><t xml:space="preserve">{cell_words(text)}</t></is></c>'
    return looks_like_formula(text), inside


_remembered = lru_cache(maxsize=4_096)(_inline)


def cells_of(texts: Iterable[str | int], cell: Callable[[Any], tuple[bool, str]] = inline) -> Cells:
    """*texts* as cells; *cell* makes one, as :func:`inline` does."""
    return Cells(*zip(*map(cell, texts), strict=True))


@cache
def _quoted(look: Look) -> Look:
    """The look of a text that looks like a formula: Excel keeps it a text when somebody edits the cell."""
    return replace(look, quote=True)


def hidden_table(book: Book, rows: Callable[[], Iterable[Sequence[str]]]) -> Callable[[], Iterator[bytes]]:
    """What makes a plain sheet of texts for the program's own memory."""
    namespace = book.main

    def pieces() -> Iterator[bytes]:
        yield HEAD + f'<worksheet xmlns="{namespace}"><sheetData>'.encode()
        for number, texts in enumerate(rows(), 1):
            cells = [
                f'<c r="{column_letters(i)}{number}"{inline(text)[1]}' for i, text in enumerate(texts) if text
            ]
            yield f'<row r="{number}">{"".join(cells)}</row>'.encode()
        yield b"</sheetData></worksheet>"

    return pieces
