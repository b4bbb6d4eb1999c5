"""The rules, by id. A rule is one small pure function named after its id.

``@rule("REC001")`` on a function (stack, params) -> Flagged(s) for kinds and ``on: rows``;
on (table, params) -> Spots for ``on: table``; on (workbook, params) -> Spots for ``on: file``;
on (field, column, params) -> mask or None for ``on: column``; on (intake, params) -> Spots for ``on: run``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from qq_excel.catalogue import all_rules

F = TypeVar("F", bound=Callable[..., Any])

_MODULES = (
    "files", "tables", "cells", "codes", "receivables", "claim_clocks", "credit", "contracts", "inventory",
    "write_offs", "disposals", "write_off_register", "dossiers", "agreements", "collection", "confirmations",
    "cases", "projects", "intake", "litigation", "assessment", "staff", "waivers",
    "periods",
)  # fmt: skip
_RULES: dict[str, Callable[..., Any]] = {}


def rule(rule_id: str) -> Callable[[F], F]:
    """Register a function as the rule *rule_id*; refuse a wrong name, no YAML entry, no docstring."""

    def register(function: F) -> F:
        if function.__name__ != rule_id.lower():
            raise TypeError(f"the function of {rule_id} must be called {rule_id.lower()}")
        if rule_id not in all_rules():
            raise TypeError(f"{rule_id} has no entry in schemas/rules/{rule_id[:3]}.yaml")
        if not function.__doc__:
            raise TypeError(f"{rule_id} has no docstring: it is the rule's documentation")
        if rule_id in _RULES:
            raise TypeError(f"{rule_id} is registered twice")
        _RULES[rule_id] = function
        return function

    return register


@cache
def load() -> dict[str, Callable[..., Any]]:
    """Every rule function by id, in the order of the catalogue."""
    for name in _MODULES:
        import_module(f"qq_excel.rules.{name}")
    return {rule_id: _RULES[rule_id] for rule_id in all_rules() if rule_id in _RULES}
