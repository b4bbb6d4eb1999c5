"""Workbooks of a running office, as xlwings has them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from qq_excel.addin.libreoffice.names import Names
from qq_excel.addin.libreoffice.numbers import Numbers
from qq_excel.addin.libreoffice.ranges import Range
from qq_excel.addin.libreoffice.remote import Remote, Struct, properties
from qq_excel.addin.libreoffice.sheets import Sheet, Sheets

if TYPE_CHECKING:
    from qq_excel.addin.libreoffice.engine import App
    from qq_excel.addin.libreoffice.values import Rectangle

#: The office's filter by extension.
FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML", ".xlsm": "Calc MS Excel 2007 VBA XML", ".xls": "MS Excel 97",
    ".ods": "calc8", ".csv": "Text - txt - csv (StarCalc)", ".pdf": "calc_pdf_Export",
}  # fmt: skip
_CSV = "44,34,76,1,,0,false,true,false"
_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
#: Writes of fewer cells may make their rows higher; more would be measured one by one.
_FEW = 2_000


class Books(base.Books):
    """The open workbooks, in the order in which they were opened."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Any:
        """The office's components."""
        return self.app.desktop.Components

    def _documents(self) -> list[Remote]:
        every, out = self.app.desktop.Components.createEnumeration(), []
        while every.hasMoreElements():
            one = every.nextElement()
            if one.has("supportsService") and one.supportsService(_SPREADSHEET):
                out.append(one)
        return out[::-1]  # the desktop lists the newest first

    @property
    def active(self) -> Book | None:
        """The one that was clicked in, else the one in front."""
        if self.app.book_uid:
            for one in self._documents():
                if self.app.book_uid == one.RuntimeUID:
                    return Book(self.app, one)
        front = self.app.desktop.getCurrentComponent()
        if front is not None and front.has("supportsService") and front.supportsService(_SPREADSHEET):
            return Book(self.app, front)
        every = self._documents()
        return Book(self.app, every[-1]) if every else None

    def __call__(self, key: int | str) -> Book:
        """The one of a name, or of a number from 1; KeyError when there is none."""
        for n, book in enumerate(self, 1):
            if key == n or (isinstance(key, str) and book.name.casefold() == key.casefold()):
                return book
        raise KeyError(key)

    def __contains__(self, key: int | str) -> bool:
        with contextlib.suppress(KeyError):
            return bool(self(key))
        return False

    def __len__(self) -> int:
        return len(self._documents())

    def __iter__(self) -> Iterator[Book]:
        for one in self._documents():
            yield Book(self.app, one)

    def load(self, url: str, **settings: Any) -> Book:
        """Open *url*; as a template, it becomes a new workbook without a name."""
        return Book(self.app, self.app.desktop.loadComponentFromURL(url, "_blank", 0, properties(**settings)))

    def add(self) -> Book:
        """A new workbook."""
        return self.load("private:factory/scalc")

    def open(
        self, fullname: str, update_links: Any = None, read_only: Any = None, format: Any = None,
        password: str | None = None, *_: Any, **__: Any,
    ) -> Book:  # fmt: skip
        """Open a file; its macros do not run."""
        del format
        more = {}
        if Path(fullname).suffix.lower() in (".csv", ".txt"):
            more = {"FilterName": FILTERS[".csv"], "FilterOptions": _CSV}
        return self.load(
            self.url(fullname), ReadOnly=read_only or None, Password=password, MacroExecutionMode=0,
            UpdateDocMode=3 if update_links else 0, **more,
        )  # fmt: skip

    def url(self, path: str | Path) -> str:
        """A path as the office names files."""
        return str(self.app.bridge.ask("uno", name="systemPathToFileUrl", given=(str(path),)))


class Book(base.Book):
    """One workbook."""

    app: Any = None  # over a property of the base class

    def __init__(self, app: App, doc: Remote) -> None:
        self.app, self.doc = app, doc
        self._numbers: Numbers | None = None

    @property
    def xl(self) -> Any:
        """The office's document."""
        return self.doc

    api = xl

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Book) and other.doc == self.doc

    def __hash__(self) -> int:
        return hash(self.doc)

    @property
    def fullname(self) -> str:
        """Its path; its name when it was never saved."""
        url = self.doc.URL
        if not url.startswith("file:"):
            return url or self.name
        return str(self.app.bridge.ask("uno", name="fileUrlToSystemPath", given=(url,)))

    @property
    def name(self) -> str:
        """Its file name, or the title of one that was never saved."""
        return Path(self.fullname).name if self.doc.URL.startswith("file:") else str(self.doc.Title)

    @property
    def sheets(self) -> Sheets:
        """Its sheets."""
        return Sheets(self)

    @property
    def names(self) -> Names:
        """Its names."""
        return Names(self, self.doc.NamedRanges)

    @property
    def numbers(self) -> Numbers:
        """Its number formats."""
        if self._numbers is None:
            self._numbers = Numbers(self.doc)
        return self._numbers

    @property
    def epoch(self) -> dt.datetime:
        """The day whose number is 0."""
        day = self.doc.NullDate
        return dt.datetime(day.Year, day.Month, day.Day)

    def activate(self, steal_focus: bool = False) -> None:
        """Bring it to the front."""
        del steal_focus
        frame = self.doc.CurrentController and self.doc.CurrentController.Frame
        if frame:
            frame.activate()
            frame.ContainerWindow.toFront()

    def close(self) -> None:
        """Close it without saving."""
        self.doc.setModified(False)
        self.doc.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save it, under *path* if one is given."""
        if path is None and self.doc.URL:
            self.doc.store()
            return
        target = Path(path or f"{self.name}.xlsx").resolve()
        settings = self._filter(target, password)
        self.doc.storeAsURL(self.app.books.url(target), settings)

    def save_copy(self, target: Path) -> None:
        """Write it as it stands to *target*; the workbook keeps its name, and what is unsaved stays so."""
        self.doc.storeToURL(self.app.books.url(target), self._filter(target))

    def to_pdf(self, path: str, quality: Any = None) -> None:
        """Write it as PDF."""
        del quality
        self.save_copy(Path(path).resolve())

    @staticmethod
    def _filter(target: Path, password: str | None = None) -> tuple[Struct, ...]:
        suffix = target.suffix.lower()
        if suffix not in FILTERS:
            raise ValueError(f"cannot save as {target.name}")
        options = _CSV if suffix == ".csv" else None
        return properties(
            FilterName=FILTERS[suffix], Password=password, FilterOptions=options, Overwrite=True
        )

    # --- for the objects below --------------------------------------------------------------------------

    def range_at(self, address: Any) -> Range:
        """The range at an address of the office."""
        sheet = Sheet(self, self.doc.Sheets.getByIndex(address.Sheet))
        height, width = address.EndRow - address.StartRow + 1, address.EndColumn - address.StartColumn + 1
        return Range(sheet, address.StartRow + 1, address.StartColumn + 1, height, width)

    def hold(self) -> None:
        """Show nothing and measure no row until :meth:`let_go`."""
        self.doc.lockControllers()
        self.doc.IsAdjustHeightEnabled = False

    def let_go(self) -> None:
        """Show what changed."""
        self.doc.IsAdjustHeightEnabled = True
        self.doc.unlockControllers()

    @contextmanager
    def quiet(self, cells: int) -> Iterator[None]:
        """Around a change of many cells: rows are not measured anew (16 microseconds a cell of Chinese)."""
        if cells <= _FEW or not self.doc.IsAdjustHeightEnabled:
            yield
            return
        self.hold()
        try:
            yield
        finally:
            self.let_go()

    def several(self, sheet: int, where: list[Rectangle]) -> Any:
        """The rectangles *where* of a sheet (zero-based) as one object."""
        out = self.doc.createInstance("com.sun.star.sheet.SheetCellRanges")
        name = "com.sun.star.table.CellRangeAddress"
        out.addRangeAddresses(
            tuple(
                Struct(name, Sheet=sheet, StartRow=top, StartColumn=left, EndRow=bottom, EndColumn=right)
                for top, left, bottom, right in where
            ),
            False,
        )
        return out
