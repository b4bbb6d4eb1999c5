"""One worksheet of a :class:`~qq_excel.papers.plain_book.PlainBook`: cells are written as the XML that they become."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from qq_excel.findings import a1, column_letters
from qq_excel.papers.words import clean
from qq_excel.patching.book import HEAD
from qq_excel.patching.sheetmaker import MOST_LINKS, Line, LineWriter, inline
from qq_excel.patching.xmltree import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DAY_NONE = dt.datetime(1899, 12, 30)
#: Rows that are kept open; when there are more, those above the last ones are put away compressed.
_OPEN, _LAST = 1_000, 100
#: The names of the columns that a paper of ours may have.
_LETTERS = [column_letters(n) for n in range(256)]
#: What Excel escapes in the address of a file.
_ADDRESS = {ord(c): f"%{ord(c):02x}" for c in '" <>[]^`{}'}


class PlainSheet:
    """One worksheet. Rows are written from the top: what is put away cannot be changed any more."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rows: dict[int, dict[int, str]] = {}
        self._heights: dict[int, float] = {}
        self._away: list[bytes] = []
        self._settled = -1
        self._reach = (0, 0)
        self._columns: dict[int, float] = {}
        self._merged: list[str] = []
        self._links: list[str] = []
        #: The files that links lead to, by their relationships' ids.
        self._files: dict[str, str] = {}
        self._tab = self._pane = self._footer = ""
        self._margins = dict.fromkeys(("left", "right", "top", "bottom"), 0.75)
        self._paper: dict[str, str] = {}
        self._fit = self._centred = False
        self._lines = True
        self.filter: tuple[tuple[int, int], tuple[int, int]] | None = None
        self.repeated: str | None = None

    # --- cells ----------------------------------------------------------------------------------------

    def _begun(self, row: int) -> dict[int, str]:
        found = self._rows.get(row)
        if found is None:
            if row <= self._settled:
                raise ValueError(f"row {row} is put away")
            if len(self._rows) >= _OPEN:
                self._settle(sorted(self._rows)[-_LAST])
            found = self._rows[row] = {}
        return found

    def write_string(self, row: int, column: int, text: str, form: int) -> None:
        """A text, never a formula."""
        cells = self._rows.get(row)
        if cells is None:
            cells = self._begun(row)
        cells[column] = f'<c r="{_LETTERS[column]}{row + 1}" s="{form}"{inline(text)[1]}'

    def write_blank(self, row: int, column: int, _: None, form: int) -> None:
        """A cell with a look only."""
        self._begun(row)[column] = f'<c r="{_LETTERS[column]}{row + 1}" s="{form}"/>'

    def write_number(self, row: int, column: int, value: float, form: int) -> None:
        """A number."""
        at = f"{_LETTERS[column]}{row + 1}"
        figure = f"{value:.16G}" if isinstance(value, float) else value
        self._begun(row)[column] = f'<c r="{at}" s="{form}"><v>{figure}</v></c>'

    def write_datetime(self, row: int, column: int, value: dt.datetime, form: int) -> None:
        """A day, with its time."""
        self.write_number(row, column, (value - _DAY_NONE) / dt.timedelta(days=1), form)

    def write_url(self, row: int, column: int, url: str, form: int, text: str) -> None:
        """A text that leads to a cell of this workbook (``internal:``), or to a file beside it (``external:``)."""
        self._link(a1(row, column), url, text)
        self.write_string(row, column, text, form)

    def write_lines(self, top: int, lines: Iterable[Line], looks: Sequence[tuple[int, int]]) -> int:
        """Rows from *top* on; *looks* are as a :class:`LineWriter` takes them. The row after the last."""
        row = top - 1
        writer = LineWriter(_LETTERS, looks)
        for row, line in enumerate(lines, top):
            # in one piece, which stands where its last cell does
            self._begun(row)[len(line.looks) - 1] = writer.cells(row + 1, line)
            if line.height is not None:
                self._heights[row] = line.height
            for column, url, words in line.links:
                if len(self._links) < MOST_LINKS:
                    self._link(a1(row, column), url, words)
        return row + 1

    def _link(self, at: str, url: str, text: str) -> None:
        kind, _, place = clean(url).partition(":")
        if kind == "internal":
            self._links.append(f'<hyperlink ref="{at}" location="{escape(place)}" display="{escape(text)}"/>')
        elif kind == "external":
            path, _, cell = place.partition("#")
            path = _address(path)
            id_ = self._files.setdefault(path, f"rId{len(self._files) + 1}")
            location = f' location="{escape(cell)}"' if cell else ""
            self._links.append(f'<hyperlink ref="{at}" r:id="{id_}"{location}/>')
        else:
            raise ValueError(url)

    def merge_range(self, top: int, left: int, bottom: int, right: int, text: str, form: int) -> None:
        """One cell over several."""
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.write_blank(row, column, None, form)
        self.write_string(top, left, text, form)
        self._merged.append(f'<mergeCell ref="{a1(top, left)}:{a1(bottom, right)}"/>')

    def set_row(self, row: int, height: float) -> None:
        """How high a row is, in points."""
        self._begun(row)
        self._heights[row] = height

    # --- the sheet as a whole ---------------------------------------------------------------------------

    def set_column(self, first: int, last: int, width: float) -> None:
        """How wide columns are, in characters."""
        # what Excel stores: with 5 pixels of room, characters being 7 wide
        wide = int((int(width * 7 + 0.5) + 5) / 7 * 256) / 256
        self._columns |= dict.fromkeys(range(first, last + 1), wide)

    def set_tab_color(self, colour: str) -> None:
        """The colour of the tab."""
        self._tab = f'<tabColor rgb="FF{colour[1:]}"/>'

    def freeze_panes(self, row: int, column: int) -> None:
        """What stands above *row* and left of *column* stays in view."""
        split = (f' xSplit="{column}"' if column else "") + (f' ySplit="{row}"' if row else "")
        corner = {(True, True): "bottomRight", (True, False): "bottomLeft"}.get(
            (bool(row), bool(column)), "topRight"
        )
        more = ""
        if row and column:
            right, below = a1(0, column), a1(row, 0)
            more = (
                f'<selection pane="topRight" activeCell="{right}" sqref="{right}"/>'
                f'<selection pane="bottomLeft" activeCell="{below}" sqref="{below}"/>'
            )
        self._pane = (
            f'<pane{split} topLeftCell="{a1(row, column)}" activePane="{corner}" state="frozen"/>{more}'
            f'<selection pane="{corner}"/>'
        )

    def autofilter(self, top: int, left: int, bottom: int, right: int) -> None:
        """The range of the filter."""
        self.filter = ((top, left), (bottom, right))

    def repeat_rows(self, first: int, last: int) -> None:
        """The rows that are printed on each page."""
        self.repeated = f"${first + 1}:${last + 1}"

    def set_paper(self, number: int) -> None:
        """The size of the paper by its number; 9 is A4."""
        self._paper["paperSize"] = str(number)

    def set_landscape(self) -> None:
        """Print it broadside."""
        self._paper["orientation"] = "landscape"

    def set_margins(self, **inches: float) -> None:
        """The margins of the paper."""
        self._margins |= inches

    def fit_to_pages(self, wide: int, high: int) -> None:
        """So many pages at most; 0 is as many as it takes."""
        self._fit = True
        self._paper |= {"fitToWidth": str(wide), "fitToHeight": str(high)}

    def center_horizontally(self) -> None:
        """Print it in the middle of the paper."""
        self._centred = True

    def set_footer(self, text: str) -> None:
        """What stands under each page."""
        self._footer = text

    def hide_gridlines(self, _: int) -> None:
        """Show no lines but those of the cells."""
        self._lines = False

    # --- the part -----------------------------------------------------------------------------------------

    def _settle(self, before: int | None = None) -> None:
        """Put the rows above *before* away; all without it."""
        done = sorted(n for n in self._rows if before is None or n < before)
        out = []
        for n in done:
            cells = self._rows.pop(n)
            columns = sorted(cells)
            high = f' ht="{height:g}" customHeight="1"' if (height := self._heights.pop(n, None)) else ""
            out.append(f'<row r="{n + 1}"{high}>{"".join([cells[c] for c in columns])}</row>')
            self._reach = (n, max(self._reach[1], columns[-1] if columns else 0))
        made = "".join(out).encode()
        self._away.append(made if before is None else zlib.compress(made, 1))
        self._settled = done[-1] if done else self._settled

    def pieces(self, *, first: bool) -> Callable[[], Iterator[bytes]]:
        """What makes the part; *first* is the sheet that is shown when the book is opened."""
        if self._rows or not self._away:
            self._settle()

        def content() -> Iterator[bytes]:
            yield HEAD + self._before(first).encode()
            yield from map(zlib.decompress, self._away[:-1])
            yield self._away[-1] + self._after().encode()

        return content

    def _before(self, first: bool) -> str:
        fit = '<pageSetUpPr fitToPage="1"/>' if self._fit else ""
        lines = "" if self._lines else ' showGridLines="0"'
        chosen = ' tabSelected="1"' if first else ""
        columns = "".join(
            f'<col min="{n + 1}" max="{n + 1}" width="{wide:g}" customWidth="1"/>'
            for n, wide in sorted(self._columns.items())
        )
        return (
            f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetPr>{self._tab}{fit}</sheetPr>'
            f'<dimension ref="A1:{a1(*self._reach)}"/><sheetViews><sheetView{lines}{chosen} workbookViewId="0">{self._pane}'
            f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>{f"<cols>{columns}</cols>" if columns else ""}'
            "<sheetData>"
        )

    def _after(self) -> str:
        out = ["</sheetData>"]
        if self.filter:
            out.append(f'<autoFilter ref="{":".join(a1(*at) for at in self.filter)}"/>')
        if self._merged:
            out.append(f'<mergeCells count="{len(self._merged)}">{"".join(self._merged)}</mergeCells>')
        if self._links:
            out.append(f"<hyperlinks>{''.join(self._links)}</hyperlinks>")
        if self._centred:
            out.append('<printOptions horizontalCentered="1"/>')
        margins = _attributes({**self._margins, "header": 0.3, "footer": 0.3})
        out.append(f"<pageMargins{margins}/><pageSetup{_attributes(self._paper)}/>")
        if self._footer:
            out.append(f"<headerFooter><oddFooter>{escape(self._footer)}</oddFooter></headerFooter>")
        return "".join([*out, "</worksheet>"])

    def relations(self) -> str | None:
        """The files that it leads to."""
        return relations([(path, "hyperlink", ' TargetMode="External"') for path in self._files])


@lru_cache(maxsize=256)
def _address(path: str) -> str:
    return path if "%" in path else path.translate(_ADDRESS)


def _attributes(values: Mapping[str, object]) -> str:
    return "".join(f' {name}="{value}"' for name, value in values.items())


def relations(targets: list[tuple[str, str, str]]) -> str | None:
    """The part of relationships to *targets*: each with its kind and mode."""
    if not targets:
        return None
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{escape(target)}"{mode}/>'
        for n, (target, kind, mode) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'
