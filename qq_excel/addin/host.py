"""The one place that touches application objects: what xlwings' API lacks, for Excel on Windows, on macOS, and Calc.

Everything else in the add-in is written against xlwings alone.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.errors import InputError
from qq_excel.findings import a1
from qq_excel.language import Text, t
from qq_excel.output import safe_name

if TYPE_CHECKING:
    import xlwings as xw

#: Zero-based row and column; red, green, blue, or None for no fill.
Place = tuple[int, int]
Colour = tuple[int, int, int] | None
TITLE = "清欠"
_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls"})


class Host(ABC):
    """An office program with a workbook, by what xlwings can do everywhere."""

    def __init__(self, book: xw.Book) -> None:
        self.book = book

    # --- the workbook ---------------------------------------------------------------------------------

    @property
    def home(self) -> Path | None:
        """The folder that the workbook lies in; None when it was never saved or is not on a disk."""
        path = Path(self.book.fullname)
        return path.parent if path.is_absolute() and path.parent.is_dir() and path.is_file() else None

    def save_copy(self, folder: Path) -> Path:
        """Save a copy as it stands into *folder*; the workbook itself stays as it is, saved or not."""
        name = Path(self.book.name)
        suffix = name.suffix.lower() if name.suffix.lower() in _SUFFIXES else ".xlsx"
        stem = name.stem if name.suffix.lower() in {*_SUFFIXES, ".ods", ".csv"} else name.name
        target = folder / (safe_name(stem, "工作簿") + self._suffix(suffix))
        self._save_copy(target)
        return target

    def _suffix(self, own: str) -> str:
        return own

    def calculation_held(self) -> AbstractContextManager[object]:
        """Around writing: nothing is computed until the end; then as before. In Excel it is one switch for all workbooks."""
        held: AbstractContextManager[object] = self.book.app.properties(calculation="manual")
        return held

    @abstractmethod
    def _save_copy(self, target: Path) -> None:
        """Save a copy at *target*."""

    def open_new(self, path: Path) -> xw.Book:
        """Open the file at *path* as a new workbook that has not been saved yet."""
        return self.book.app.books.open(str(path))

    @property
    def structure_protected(self) -> bool:
        """Whether no sheet can be added."""
        return False

    def protected(self, sheet: xw.Sheet) -> bool:
        """Whether the cells of *sheet* cannot be changed."""
        del sheet
        return False

    # --- cells in blocks ------------------------------------------------------------------------------

    def fills(self, sheet: xw.Sheet, places: Sequence[Place]) -> list[Colour]:
        """The fill of each cell."""
        return [sheet.range((r + 1, c + 1)).color for r, c in places]

    def fill(self, sheet: xw.Sheet, wanted: Mapping[Colour, Iterable[Place]]) -> None:
        """Give cells a fill, or take it away (None)."""
        for colour, places in wanted.items():
            for top, bottom, column in _runs(places):
                sheet.range((top + 1, column + 1), (bottom + 1, column + 1)).color = colour

    def notes(self, sheet: xw.Sheet) -> dict[Place, str]:
        """What the notes of a sheet say."""
        out = {}
        for note in sheet.notes:
            at = note.location
            out[at.row - 1, at.column - 1] = note.text
        return out

    def add_notes(self, sheet: xw.Sheet, texts: Mapping[Place, str]) -> None:
        """Put notes at cells that have none."""
        for (row, column), text in texts.items():
            sheet.range((row + 1, column + 1)).add_note(text)

    def set_notes(self, sheet: xw.Sheet, texts: Mapping[Place, str]) -> None:
        """Change what notes say; an empty text takes the note away."""
        for (row, column), text in texts.items():
            note = sheet.range((row + 1, column + 1)).note
            if note is not None and text:
                note.text = text
            elif note is not None:
                note.delete()

    def selected(self) -> dict[str, set[int]]:
        """The zero-based rows of the selection, by sheet; nothing when no cells are selected."""
        chosen = self.book.app.selection
        if chosen is None:
            return {}
        return {chosen.sheet.name: set(range(chosen.row - 1, chosen.row - 1 + chosen.shape[0]))}

    # --- the user -------------------------------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """Whether the user asked to stop."""
        return False

    def tell(self, text: str) -> None:
        """Say *text* in a box."""
        self.book.app.alert(text, title=TITLE)

    def ask(self, text: str, buttons: str = "ok_cancel") -> str:
        """Ask; ``ok``, ``cancel``, ``yes`` or ``no``."""
        return str(self.book.app.alert(text, title=TITLE, buttons=buttons))

    @abstractmethod
    def folder(self, title: str) -> Path | None:
        """Ask for a folder; None when the user changed his mind."""

    @abstractmethod
    def one_of(self, title: str, choices: Sequence[str]) -> int | None:
        """Ask for one of *choices*; its number from 0, None when the user changed his mind."""


def _runs(places: Iterable[Place]) -> list[tuple[int, int, int]]:
    """Cells as runs (first row, last row, column)."""
    out: list[tuple[int, int, int]] = []
    for column, row in sorted((c, r) for r, c in places):
        if out and out[-1][2] == column and out[-1][1] == row - 1:
            out[-1] = (out[-1][0], row, column)
        else:
            out.append((row, row, column))
    return out


class Windows(Host):
    """Excel on Windows, through COM."""

    @property
    def _excel(self) -> Any:
        return self.book.app.api

    def _save_copy(self, target: Path) -> None:
        self.book.api.SaveCopyAs(str(target))

    def open_new(self, path: Path) -> xw.Book:
        """As a template of its own."""
        name = self._excel.Workbooks.Add(str(path)).Name
        return self.book.app.books[name]

    @property
    def structure_protected(self) -> bool:
        """Whether no sheet can be added."""
        return bool(self.book.api.ProtectStructure)

    def protected(self, sheet: xw.Sheet) -> bool:
        """Whether the cells of *sheet* cannot be changed."""
        return bool(sheet.api.ProtectContents)

    def add_notes(self, sheet: xw.Sheet, texts: Mapping[Place, str]) -> None:
        """Large enough to be read."""
        super().add_notes(sheet, texts)
        for place in texts:
            sheet.api.Range(a1(*place)).Comment.Shape.TextFrame.AutoSize = True

    def selected(self) -> dict[str, set[int]]:
        """The rows of all areas of the selection."""
        chosen = self.book.app.selection
        if chosen is None:
            return {}
        rows: set[int] = set()
        for area in chosen.api.Areas:
            rows.update(range(area.Row - 1, area.Row - 1 + area.Rows.Count))
        return {chosen.sheet.name: rows}

    @property
    def stopped(self) -> bool:
        """Whether Esc is down, or was pressed since the last time that it was asked."""
        import ctypes

        user32: Any = ctypes.windll.user32  # type: ignore[attr-defined, unused-ignore]
        escape = 0x1B
        front = user32.GetForegroundWindow() == self._excel.Hwnd
        return bool(user32.GetAsyncKeyState(escape) & 0x8001) and front

    def folder(self, title: str) -> Path | None:
        """Excel's own dialog."""
        folder_picker, chosen = 4, -1
        dialog = self._excel.FileDialog(folder_picker)
        dialog.Title = title
        return Path(str(dialog.SelectedItems(1))) if dialog.Show() == chosen else None

    def one_of(self, title: str, choices: Sequence[str]) -> int | None:
        """By number: Excel has no dialog with a list."""
        number = 1
        lines = "\n".join(f"{n}  {text}" for n, text in enumerate(choices, 1))
        prompt = f"{lines}\n\n{t('请输入编号：', 'Enter a number:')}"
        answer = self._excel.InputBox(prompt, title, number, Type=number)
        if answer is False:
            return None
        return int(answer) - 1 if 1 <= int(answer) <= len(choices) else self.one_of(title, choices)


class Mac(Host):
    """Excel on macOS: no copy of an unsaved workbook, dialogs through the system's scripts."""

    def _save_copy(self, target: Path) -> None:
        import shutil

        if self.home is None or not self.book.api.saved():
            words = t(
                "macOS 上的 Excel 只能校验已保存的内容。现在保存吗？",
                "Excel on macOS can only hand on what is saved. Save now?",
            )
            if self.home is None or self.ask(words) != "ok":
                raise InputError(Text("请先保存工作簿。", "Save the workbook first."))
            self.book.save()
        shutil.copyfile(self.book.fullname, target)

    def protected(self, sheet: xw.Sheet) -> bool:
        """Whether the cells of *sheet* cannot be changed."""
        return bool(sheet.api.protect_contents.get())

    def folder(self, title: str) -> Path | None:
        """The Finder's dialog."""
        found = _script(f"POSIX path of (choose folder with prompt {_quoted(title)})")
        return Path(found) if found else None

    def one_of(self, title: str, choices: Sequence[str]) -> int | None:
        """The system's list."""
        listed = ", ".join(_quoted(c) for c in choices)
        found = _script(f"choose from list {{{listed}}} with prompt {_quoted(title)}")
        return list(choices).index(found) if found in choices else None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _script(words: str) -> str:
    """What a line of AppleScript answers; empty when the user changed his mind."""
    command = ["/usr/bin/osascript", "-e", words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - texts are quoted
    return done.stdout.strip() if done.returncode == 0 else ""


class Calc(Host):
    """LibreOffice, through our own engine: cells in few calls."""

    @property
    def _bridge(self) -> Any:
        return self.book.app.impl.bridge

    def _suffix(self, own: str) -> str:
        del own
        return ".xlsx"  # whatever it was opened from: addresses stay, and all that follows reads .xlsx best

    def _save_copy(self, target: Path) -> None:
        self.book.impl.save_copy(target)

    def open_new(self, path: Path) -> xw.Book:
        """As a template of its own."""
        import xlwings as xw

        books = self.book.app.impl.books
        return xw.Book(impl=books.load(books.url(path), AsTemplate=True))

    @contextlib.contextmanager
    def calculation_held(self) -> Iterator[None]:
        """Each workbook has a switch of its own: others are left alone."""
        doc = self.book.impl.doc
        automatic = doc.isAutomaticCalculationEnabled()
        doc.enableAutomaticCalculation(False)
        try:
            yield
        finally:
            doc.enableAutomaticCalculation(automatic)

    @property
    def structure_protected(self) -> bool:
        """Whether no sheet can be added."""
        return bool(self.book.impl.doc.isProtected())

    def protected(self, sheet: xw.Sheet) -> bool:
        """Calc says nothing when it does not colour a protected cell."""
        return bool(sheet.impl.held.isProtected())

    def fills(self, sheet: xw.Sheet, places: Sequence[Place]) -> list[Colour]:
        """By the parts of one format each, a few calls for all."""
        from qq_excel.addin.libreoffice.values import rgb

        if not places:
            return []
        (top, bottom), (left, right) = ((min(x), max(x)) for x in zip(*places, strict=True))
        parts = sheet.impl.held.getCellRangeByPosition(left, top, right, bottom).getUniqueCellFormatRanges()
        wanted: dict[int, list[int]] = {}
        for row, column in sorted(places):
            wanted.setdefault(column, []).append(row)
        out: dict[Place, Colour] = {}
        for part in parts:
            colour = rgb(part.CellBackColor)
            for area in part.RangeAddresses:
                for column in range(area.StartColumn, area.EndColumn + 1):
                    rows = wanted.get(column, [])
                    for row in rows[bisect_left(rows, area.StartRow) : bisect_right(rows, area.EndRow)]:
                        out[row, column] = colour
        return [out[place] for place in places]

    def fill(self, sheet: xw.Sheet, wanted: Mapping[Colour, Iterable[Place]]) -> None:
        """In a few calls for each colour."""
        from qq_excel.addin.libreoffice.values import colour as number

        most, book = 1_000, sheet.book.impl
        for colour, places in wanted.items():
            where = [(top, column, bottom, column) for top, bottom, column in _runs(places)]
            for n in range(0, len(where), most):
                book.several(sheet.index - 1, where[n : n + most]).CellBackColor = number(colour)

    def notes(self, sheet: xw.Sheet) -> dict[Place, str]:
        """In a few calls."""
        held = sheet.impl.held.Annotations
        every = self._bridge.many([(held, "getByIndex", (n,)) for n in range(held.Count)])
        places = self._bridge.many([(one, "getPosition", ()) for one in every])
        texts = self._bridge.many([(one, "getString", ()) for one in every])
        return {(p.Row, p.Column): text for p, text in zip(places, texts, strict=True)}

    def add_notes(self, sheet: xw.Sheet, texts: Mapping[Place, str]) -> None:
        """In one call."""
        from qq_excel.addin.libreoffice.remote import cell_address

        held, number = sheet.impl.held.Annotations, sheet.index - 1
        self._bridge.many([
            (held, "insertNew", (cell_address(number, column, row), text)) for (row, column), text in texts.items()
        ])  # fmt: skip

    def set_notes(self, sheet: xw.Sheet, texts: Mapping[Place, str]) -> None:
        """Those that go, in one call."""
        notes_only = 8
        gone = [(r, c, r, c) for (r, c), text in texts.items() if not text]
        if gone:
            sheet.book.impl.several(sheet.index - 1, gone).clearContents(notes_only)
        super().set_notes(sheet, {place: text for place, text in texts.items() if text})

    def selected(self) -> dict[str, set[int]]:
        """The rows of all areas of the selection."""
        chosen = self.book.impl.doc.CurrentSelection
        if chosen is None:
            return {}
        areas = (
            [chosen.RangeAddress]
            if chosen.has("RangeAddress")
            else chosen.RangeAddresses if chosen.has("RangeAddresses") else []
        )  # fmt: skip
        out: dict[str, set[int]] = {}
        for a in areas:
            name = self.book.sheets[a.Sheet].name
            out.setdefault(name, set()).update(range(a.StartRow, a.EndRow + 1))
        return out

    @property
    def stopped(self) -> bool:
        """Whether the user pressed Esc, or a button again and said so."""
        return bool(self.book.app.impl.stopped)

    def folder(self, title: str) -> Path | None:
        """The office's dialog."""
        from qq_excel.addin.libreoffice import dialogs

        return dialogs.folder(self.book.app.impl, title)

    def one_of(self, title: str, choices: Sequence[str]) -> int | None:
        """A dialog of ours."""
        from qq_excel.addin.libreoffice import dialogs

        return dialogs.one_of(self.book.app.impl, title, choices)


def host_of(book: xw.Book) -> Host:
    """The office program that *book* is open in."""
    if book.app.engine.name == "libreoffice":
        return Calc(book)
    return Mac(book) if sys.platform == "darwin" else Windows(book)


@contextlib.contextmanager
def quiet(book: xw.Book) -> Any:
    """Around writing: nothing is shown or computed until the end; then all is as it was, selection included."""
    app = book.app
    sheet, chosen = book.sheets.active.name, app.selection
    with app.properties(screen_updating=False), host_of(book).calculation_held():
        try:
            yield
        finally:
            if sheet in [s.name for s in book.sheets]:
                book.sheets[sheet].activate()
                if chosen is not None:
                    with contextlib.suppress(Exception):  # the cells themselves are gone
                        chosen.select()
