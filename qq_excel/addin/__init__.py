"""The buttons 清欠: in Excel's ribbon and in LibreOffice's toolbar, one table of buttons for both.

``buttons``
    what there is to press: ids, labels, tips, key tips, icons;
``actions``
    what each does, on the workbook in front of the user or from a notebook: ``qq_excel.addin.check(book)``;
``host``
    what xlwings lacks, for each office program;
``functions``
    the worksheet functions, plain Python over ranges;
``excel``
    the add-in file for Excel, made from text where it is installed;
``libreoffice``
    the same buttons in LibreOffice: an xlwings engine, and the extension.

Loading this package loads nothing heavy: on macOS each click starts Python anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def __getattr__(name: str) -> Callable[[Any], Any]:
    """The action of the button ``qq_<name>``: ``check``, ``clear``, ``fix``, ``ageing`` …"""
    from qq_excel.addin.actions import ACTIONS

    try:
        return ACTIONS[f"qq_{name}"]
    except KeyError:
        raise AttributeError(f"qq_excel.addin has no {name}") from None
