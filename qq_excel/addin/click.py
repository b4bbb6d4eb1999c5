"""What a click in Excel calls: the versions are compared, the action runs, a fault becomes one sentence.

Windows calls :func:`clicked` in the process that stays up between clicks; macOS starts this module with
four arguments. What an action does stands in ``qq_excel.addin.actions``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from qq_excel import __version__
from qq_excel.addin.buttons import BY_ID
from qq_excel.errors import QQExcelError
from qq_excel.faults import logged, set_up_log
from qq_excel.language import Lang, Text, using

if TYPE_CHECKING:
    import xlwings as xw


def clicked(action_id: str, addin_version: str, lang: str) -> None:
    """Run the action of a button on the workbook from which it was clicked (Windows)."""
    import xlwings as xw

    run(xw.Book.caller(), action_id, addin_version, lang)


def run(book: xw.Book, action_id: str, addin_version: str, lang: str) -> bool:
    """Run an action on *book*; whatever goes wrong is told in one sentence. Whether it went well."""
    set_up_log()
    language: Lang = "en" if lang == "en" else "zh"
    with using(language):
        try:
            told = _refusal(action_id, addin_version)
            if told is None:
                actions()[action_id](book)
                return True
        except QQExcelError as error:
            told = error.text
        except Exception:
            told = logged()
        _tell(book, told)
        return False


def actions() -> Mapping[str, Callable[[xw.Book], object]]:
    """The action of each button by id; loaded at the first click, not before."""
    found: Mapping[str, Callable[[xw.Book], object]] = import_module("qq_excel.addin.actions").ACTIONS
    return found


def _refusal(action_id: str, addin_version: str) -> Text | None:
    if addin_version != __version__:
        return Text(
            f"Excel 加载项是 {addin_version} 版，程序是 {__version__} 版，两者须一致。"
            "请关闭 Excel，运行 qq-excel addin update，再打开 Excel。",
            f"The add-in is version {addin_version}, the program is {__version__}; they must be the same. "
            "Close Excel, run qq-excel addin update, and open Excel again.",
        )
    if action_id not in BY_ID:
        return Text(f"没有“{action_id[:40]}”这个按钮。", f"There is no button '{action_id[:40]}'.")
    return None


def _tell(book: xw.Book, text: Text) -> None:
    try:
        book.app.status_bar = False
        book.app.alert(str(text), title="清欠")
    except Exception:
        logged()  # Excel is gone or busy: the log is all that is left


def main(arguments: list[str]) -> int:
    """``python -m qq_excel.addin.click ID VERSION LANG WORKBOOK`` (macOS). 0 when the action went well."""
    set_up_log()
    try:
        action_id, addin_version, lang, name = arguments
        import xlwings as xw

        book = next(book for app in xw.apps for book in app.books if book.name == name)
        book.set_mock_caller()
    except Exception:
        logged()  # no workbook to speak through
        return 2
    return 0 if run(book, action_id, addin_version, lang) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
