"""The formulas of computed columns: put into cells, and worked out here as Excel would.

A schema writes ``{field}`` for the cell of that field in the same row, and ``{as_of}`` and ``{age_basis}``
for the head block's. The value worked out is stored beside the formula, so that a reader that does not
calculate sees what Excel shows. Dates are Excel's day numbers; month arithmetic is the policy's own
(:func:`qq_excel.policy.calendar.add_months`), so that a template and the rules never disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qq_excel.template.functions import (
    Blank,
    CellFault,
    Unknown,
    Value,
    call,
    compare,
    number,
    plain,
    text,
)

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<string>"(?:[^"]|"")*")
      | \{(?P<ref>[a-z][a-z0-9_]*)\}
      | (?P<name>[A-Za-z_][A-Za-z0-9_.]*)
      | (?P<mark><>|<=|>=|[-+*/^&=<>(),%])
    )""",
    re.VERBOSE,
)
_REFERENCE = re.compile(r'"(?:[^"]|"")*"|\{([a-z][a-z0-9_]*)\}')
_BINDING = {
    "=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5,
}  # fmt: skip

Node = Callable[[Mapping[str, Value]], Value]


def references(formula: str) -> set[str]:
    """The names in braces, outside of string constants."""
    return {m[1] for m in _REFERENCE.finditer(formula) if m[1]}


def in_cells(formula: str, cells: Mapping[str, str]) -> str:
    """*formula* with each ``{name}`` replaced by its cell, with ``=`` in front."""
    body = _REFERENCE.sub(lambda m: cells[m[1]] if m[1] else m[0], formula.strip())
    return body if body.startswith("=") else f"={body}"


def work_out(formula: str, values: Mapping[str, Any]) -> float | str | bool | None:
    """What Excel would show for *formula* with *values* (yuan, days, texts; None for blank).

    An error value comes back as its text (``#VALUE!``); None means that the formula uses a function that
    is not known here, so that there is no value to store.
    """
    cells = {name: plain(value) for name, value in values.items()}
    try:
        result = _parsed(formula)(cells)
    except CellFault as fault:
        return fault.text
    except Unknown:
        return None
    return 0.0 if isinstance(result, Blank) else result


@dataclass(slots=True)
class _Token:
    kind: str
    text: str


def _tokens(formula: str) -> list[_Token]:
    body = formula.strip().removeprefix("=")
    out = []
    at = 0
    while at < len(body.rstrip()):
        match = _TOKEN.match(body, at)
        if match is None:
            raise Unknown(body[at:])
        kind = str(match.lastgroup)
        out.append(_Token(kind, match[kind]))
        at = match.end()
    return out


_CACHE: dict[str, Node] = {}


def _parsed(formula: str) -> Node:
    if formula not in _CACHE:
        parser = _Parser(_tokens(formula))
        node = parser.expression(0)
        if parser.rest:
            raise Unknown(parser.rest[0].text)
        _CACHE[formula] = node
    return _CACHE[formula]


class _Parser:
    """Precedence climbing over Excel's operators."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.rest = tokens

    def _peek(self) -> str:
        return self.rest[0].text if self.rest and self.rest[0].kind == "mark" else ""

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise Unknown(mark)
        self.rest.pop(0)

    def expression(self, least: int) -> Node:
        left = self._operand()
        while (binding := _BINDING.get(self._peek(), 0)) > least:
            mark = self.rest.pop(0).text
            left = _binary(mark, left, self.expression(binding))
        return left

    def _operand(self) -> Node:
        if not self.rest:
            raise Unknown("")
        token = self.rest.pop(0)
        if token.kind == "mark":
            node = self._marked(token.text)
        elif token.kind == "name":
            node = self._named(token.text.upper())
        else:
            node = _leaf(token)
        while self._peek() == "%":
            self.rest.pop(0)
            node = _percent(node)
        return node

    def _marked(self, mark: str) -> Node:
        if mark == "(":
            node = self.expression(0)
            self._expect(")")
            return node
        if mark in "+-":
            operand = self.expression(5)
            sign = -1 if mark == "-" else 1
            return lambda cells: sign * number(operand(cells))
        raise Unknown(mark)

    def _named(self, name: str) -> Node:
        if name in ("TRUE", "FALSE") and self._peek() != "(":
            return lambda _: name == "TRUE"
        self._expect("(")
        arguments: list[Node] = []
        while self._peek() != ")":
            arguments.append(self.expression(0) if self._peek() != "," else lambda _: Blank())
            if self._peek() == ",":
                self.rest.pop(0)
        self._expect(")")
        return lambda cells: call(name, [_later(a, cells) for a in arguments])


def _later(node: Node, cells: Mapping[str, Value]) -> Callable[[], Value]:
    return lambda: node(cells)


def _leaf(token: _Token) -> Node:
    value = token.text
    if token.kind == "number":
        return lambda _: float(value)
    if token.kind == "string":
        return lambda _: value[1:-1].replace('""', '"')
    return lambda cells: cells[value]


def _percent(node: Node) -> Node:
    return lambda cells: number(node(cells)) / 100


def _binary(mark: str, left: Node, right: Node) -> Node:
    if _BINDING[mark] == 1:
        return lambda cells: compare(mark, left(cells), right(cells))
    if mark == "&":
        return lambda cells: text(left(cells)) + text(right(cells))
    return lambda cells: _arithmetic(mark, number(left(cells)), number(right(cells)))


def _arithmetic(mark: str, left: float, right: float) -> float:
    if mark == "+":
        return left + right
    if mark == "-":
        return left - right
    if mark == "*":
        return left * right
    if mark == "/":
        if right == 0:
            raise CellFault("#DIV/0!")
        return left / right
    return float(left**right)
