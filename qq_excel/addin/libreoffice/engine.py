"""An xlwings engine for LibreOffice Calc: the office, its application object and its workbooks.

It implements xlwings' own base classes, in the part that a script on a workbook needs: ranges with values of all
kinds, formulas, formats, notes, names, tables, charts, sheets, saving. What is missing says so when it is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from xlwings import base_classes as base

from qq_excel.addin.libreoffice import dialogs, values
from qq_excel.addin.libreoffice.books import Book, Books
from qq_excel.addin.libreoffice.remote import Bridge, properties


class Engine:
    """The engine as xlwings registers it."""

    name = "libreoffice"
    type = "desktop"

    def __init__(self) -> None:
        self.running: dict[int, App] = {}

    @property
    def apps(self) -> Apps:
        """The offices that are connected."""
        return Apps(self)

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        """One value on its way to a cell."""
        del options
        return values.prepare_one(value)

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        """The cells of a range on their way to Python, as the caller wants dates, blanks, numbers and errors."""

        def one(value: Any) -> Any:
            if isinstance(value, values.CellError):
                return str(value) if err_to_str else None
            if isinstance(value, float):
                return value if number_builder is None else number_builder(value)
            if isinstance(value, dt.datetime) and datetime_builder is not dt.datetime:
                return datetime_builder(
                    year=value.year, month=value.month, day=value.day, hour=value.hour, minute=value.minute,
                    second=value.second, microsecond=value.microsecond, tzinfo=None,
                )  # fmt: skip
            return empty_as if value is None or value == "" else value

        return [[one(v) for v in row] for row in data]


class Apps(base.Apps):
    """The offices that are connected."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def keys(self) -> list[int]:
        """Their numbers."""
        return list(self.engine.running)

    @staticmethod
    def cleanup() -> None:
        """Nothing is left behind that would have to go."""

    def __iter__(self) -> Iterator[App]:
        return iter(list(self.engine.running.values()))

    def __len__(self) -> int:
        return len(self.engine.running)

    def __getitem__(self, number: int) -> App:
        return self.engine.running[number]


class App(base.App):
    """One running office."""

    pid: Any = None
    display_alerts = True
    enable_events = True
    interactive = True
    cut_copy_mode = None
    hwnd = None
    startup_path = ""

    def __init__(self, engine: Engine, bridge: Bridge, number: int) -> None:
        self.engine, self.bridge, self.pid = engine, bridge, number
        self.desktop = self.service("com.sun.star.frame.Desktop")
        #: RuntimeUID of the workbook that the click came from; else the one in front is the active one.
        self.book_uid: str | None = None
        self._held: list[Book] = []
        self._said: str | bool = False

    def service(self, name: str) -> Any:
        """A service of the office."""
        context = self.bridge.context
        return context.ServiceManager.createInstanceWithContext(name, context)

    @property  # type: ignore[misc] # the base's can be set
    def xl(self) -> Any:
        """The office's desktop."""
        return self.desktop

    api = xl

    @property
    def books(self) -> Any:
        """Its open workbooks."""
        return Books(self)

    @property
    def selection(self) -> Any:
        """The selected range (the first one of several); None when no cells are selected."""
        book = self.books.active
        chosen = None if book is None else book.doc.CurrentSelection
        if chosen is None:
            return None
        if chosen.has("RangeAddress"):
            return book.range_at(chosen.RangeAddress)
        several = chosen.RangeAddresses if chosen.has("RangeAddresses") else ()
        return book.range_at(several[0]) if several else None

    def window(self) -> Any:
        """The window in front; what dialogs belong to."""
        frame = self.desktop.getCurrentFrame()
        if frame is None:  # none has the keyboard
            book = self.books.active
            frame = book and book.doc.CurrentController and book.doc.CurrentController.Frame
        return frame and frame.ContainerWindow

    def activate(self, steal_focus: bool = False) -> None:
        """Bring it to the front."""
        frame = self.desktop.getCurrentFrame()
        if frame is not None:
            frame.activate()
            if steal_focus:
                frame.ContainerWindow.toFront()

    @property
    def visible(self) -> bool:
        """Whether its window is shown."""
        window = self.window()
        return bool(window and window.isVisible())

    @visible.setter
    def visible(self, value: bool) -> None:
        window = self.window()
        if window:
            window.setVisible(bool(value))

    def quit(self) -> None:
        """Close all workbooks and the office."""
        for book in list(self.books):
            book.close()
        self.engine.running.pop(self.pid, None)
        self.desktop.terminate()

    kill = quit

    @property
    def screen_updating(self) -> bool:
        """Whether what changes is shown at once; off, rows keep their heights too."""
        return not self._held

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        if value:
            while self._held:
                self._held.pop().let_go()
        elif not self._held:
            for book in self.books:
                book.hold()
                self._held.append(book)

    @property
    def calculation(self) -> str:
        """``automatic`` or ``manual``: of the active workbook, since in Calc each has its own."""
        return "automatic" if self.books.active.doc.isAutomaticCalculationEnabled() else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        self.books.active.doc.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        """Calculate all workbooks."""
        for book in self.books:
            book.doc.calculateAll()

    @property
    def version(self) -> str:
        """The office's version."""
        provider = self.service("com.sun.star.configuration.ConfigurationProvider")
        access = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess",
            properties(nodepath="/org.openoffice.Setup/Product"),
        )
        return str(access.getByName("ooSetupVersionAboutBox"))

    @property
    def status_bar(self) -> str | bool:
        """What we last said in the status bar; False when nothing."""
        return self._said

    @status_bar.setter
    def status_bar(self, value: str | bool | None) -> None:
        book = self.books.active
        view = None if book is None else book.doc.CurrentController
        indicator = None if view is None else view.StatusIndicator
        if indicator is not None and value:
            indicator.start(str(value), 0)
        elif indicator is not None:
            indicator.end()
        self._said = value or False

    def alert(
        self, prompt: str, title: str | None, buttons: str | None, mode: str | None, callback: Any = None
    ) -> str:
        """A message box; which button was pressed."""
        del callback
        return dialogs.message(self, prompt, title or "", buttons or "ok", mode)

    @property
    def stopped(self) -> bool:
        """Whether the user asked to stop what is running."""
        return bool(self.bridge.ask("stopped"))

    def forget_since(self, number: int) -> None:
        """Let the office forget the objects that were handed out since *number* (:meth:`newest`)."""
        self.bridge.ask("forget", number)

    def newest(self) -> int:
        """The number that the next object will have."""
        return int(self.bridge.ask("newest"))


ENGINE = Engine()
