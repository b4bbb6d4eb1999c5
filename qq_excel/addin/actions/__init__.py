"""What each button does: ``ACTIONS`` by id. Written against xlwings alone; :mod:`qq_excel.addin.host` has the rest.

An action gets the workbook and may be called from a notebook too: ``qq_excel.addin.check(book)``. Its module loads
when it is called, since on macOS each click starts Python anew.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

_PLACES: Final = {
    "qq_check": "checking:check",
    "qq_next": "going:go_next",
    "qq_prev": "going:go_previous",
    "qq_rule": "going:explain",
    "qq_fix": "fixing:fix",
    "qq_clear": "checking:clear",
    "qq_ageing": "analysis:ageing",
    "qq_warnings": "analysis:warnings",
    "qq_write_off": "papers:write_off",
    "qq_letters": "papers:letters",
    "qq_template": "papers:template",
    "qq_submit": "submitting:submit",
    "qq_policy": "showing:policy",
    "qq_help": "showing:help_",
}


def _action(place: str) -> Callable[[Any], Any]:
    module, _, name = place.partition(":")

    def call(book: Any) -> Any:
        return getattr(import_module(f"{__name__}.{module}"), name)(book)

    return call


#: The action of each button, by the button's id; ``qq_restart`` is the macro's, or the extension's, own.
ACTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    button: _action(place) for button, place in _PLACES.items()
}
