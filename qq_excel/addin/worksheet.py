"""The worksheet functions as xlwings' server calls them on Windows: ranges arrive as rows, rows go back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from qq_excel.addin.functions import FUNCTIONS, Function, Rows
from qq_excel.errors import QQExcelError
from qq_excel.faults import logged, set_up_log


def _served(function: Function) -> Callable[..., Any]:
    import xlwings as xw

    @functools.wraps(function.call)
    def call(*cells: Any) -> Rows:
        set_up_log()
        try:
            return function.call(*cells)
        except QQExcelError as error:
            return [[str(error)]]
        except Exception:
            return [[str(logged())]]

    call.__annotations__ = {}  # xlwings would take them for converters
    call.__doc__ = str(function.text)
    for argument in function.arguments:
        call = xw.arg(argument.name, ndim=2, doc=str(argument.text))(call)
    return xw.func(call)


globals().update({function.name: _served(function) for function in FUNCTIONS})
