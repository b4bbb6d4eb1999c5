"""What the tags of a Word template may say: names, conditions, lists and a few filters, each with an end.

A template may come by mail. Jinja's sandbox keeps it away from the program and the files; it does not keep it from
running for ever or from taking all memory. So here is no tag that remembers, calls or repeats a text, and what a
filling costs is counted: by work, not by the clock, so that the same template is refused everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from jinja2 import StrictUndefined, TemplateRuntimeError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qq_excel.language import Text

#: Tags of one part, characters of one tag; ours have some sixty, the longest of thirty.
MOST_TAGS, _LONGEST_TAG = 5_000, 500
#: Work of one filling (a node of the template each time that a loop comes by), and characters that come of it.
_MOST_WORK, _MOST_CHARACTERS = 20_000_000, 50_000_000
_FILTERS = frozenset({
    "abs", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "int", "join", "last", "length", "list",
    "lower", "max", "min", "rejectattr", "replace", "reverse", "round", "selectattr", "sort", "string", "sum", "title",
    "trim", "truncate", "unique", "upper",
})  # fmt: skip
_TAGS: tuple[type[nodes.Node], ...] = (
    nodes.Assign, nodes.AssignBlock, nodes.Block, nodes.CallBlock, nodes.Extends, nodes.FilterBlock, nodes.FromImport,
    nodes.Import, nodes.Include, nodes.Macro, nodes.With,
)  # fmt: skip
#: Their words in a template, where these are not their names.
_WORDS: dict[type[nodes.Node], str] = {
    nodes.AssignBlock: "set", nodes.Assign: "set", nodes.CallBlock: "call", nodes.FilterBlock: "filter", nodes.FromImport: "from",
}  # fmt: skip
#: What may make a longer text of texts.
_LONGER = (nodes.Concat, nodes.Add, nodes.Mul, nodes.Mod)
_BRACES = re.compile(r"{{|}}|{%|%}|{#|#}")
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_SPACES = re.compile(r"\s{9}")


class Language(ImmutableSandboxedEnvironment):
    """The sandbox, and the count of one filling."""

    intercepted_binops = frozenset({"+", "*", "%", "**"})

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters = {name: self._charged(self.filters[name]) for name in _FILTERS}
        self.filters["bounded"] = self._bounded
        self.concat = self._whole  # type: ignore[method-assign]  # an instance has its own count
        self._left = _MOST_WORK

    def begin(self) -> None:
        """A new filling."""
        self._left = _MOST_WORK

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as Jinja calls it
        """Nothing is called but what docxtpl and a row in two colours need."""
        if isinstance(getattr(__obj, "__self__", None), LoopContext) and __obj.__name__ in (
            "cycle",
            "changed",
        ):
            return super().call(__context, __obj, *args, **kwargs)
        raise TemplateRuntimeError(str(NO_CALLS))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic is for numbers (a text times a number would be as long as one likes)."""
        for one in (left, right):
            if not isinstance(one, int | float) or abs(one) > 1e15:
                raise TemplateRuntimeError(str(NO_NUMBER))
        if operator == "**":
            raise TemplateRuntimeError(str(NO_NUMBER))
        return super().call_binop(context, operator, left, right)

    # --- the count -----------------------------------------------------------------------------------

    def _spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise TemplateRuntimeError(str(ENDLESS))

    def _bounded(self, rows: Iterable[Any], weight: int) -> Iterator[Any]:
        """What a loop goes through; its body has *weight* nodes."""
        for row in rows:
            self._spend(weight)
            yield row

    def _charged(self, made: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that pays for the lengths of what it is given, so that none doubles a text again and again."""

        @wraps(made)
        def paid(*args: Any, **kwargs: Any) -> Any:
            sized = [len(a) for a in (*args, *kwargs.values()) if isinstance(a, str | list | tuple)]
            product = 1
            for size in sized:
                product *= max(size, 1)
            self._spend(product + 1)
            return made(*args, **kwargs)

        return paid

    @staticmethod
    def _whole(pieces: Iterable[str]) -> str:
        out, size = [], 0
        for piece in pieces:
            size += len(piece)
            if size > _MOST_CHARACTERS:
                raise TemplateRuntimeError(str(ENDLESS))
            out.append(piece)
        return "".join(out)


NO_CALLS = Text("标签里不能调用函数", "a tag calls no function")
NO_NUMBER = Text("标签里只能用数做算术", "a tag computes with numbers only")
ENDLESS = Text("循环太多或结果太长", "its loops are too many or its result too long")


def admitted(tree: nodes.Template, language: Language) -> tuple[int, Text] | None:
    """Put the count into the loops of *tree*; the line of the first tag that is not admitted, and why."""
    for node in tree.find_all(nodes.Node):
        why = _hindrance(node)
        if why is not None:
            return getattr(node, "lineno", 1) or 1, why
    for loop in list(tree.find_all(nodes.For)):
        weight = nodes.Const(sum(1 for _ in loop.find_all(nodes.Node)), lineno=loop.lineno)
        loop.iter = nodes.Filter(loop.iter, "bounded", [weight], [], None, None, lineno=loop.lineno)
    tree.set_environment(language)
    return None


def _hindrance(node: nodes.Node) -> Text | None:
    if isinstance(node, _TAGS):
        name = _WORDS.get(type(node), type(node).__name__.lower())
        return Text(f"模板里不能用“{name}”", f"a template has no '{name}'")
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        return Text(f"模板里没有过滤器“{node.name}”", f"a template has no filter '{node.name}'")
    if isinstance(node, nodes.For):
        if node.recursive:
            return Text("循环不能递归", "a loop is not recursive")
        if isinstance(node.iter, _LONGER) or next(node.iter.find_all(_LONGER), None):
            return Text("循环只能走一个列表", "a loop goes through a list")
    return None


def mismatched(text: str) -> bool:
    """Whether braces in *text* do not open and close tags by turns, or a tag is longer than any needs to be."""
    open_: tuple[str, int] | None = None
    count = 0
    for found in _BRACES.finditer(text):
        brace = found[0]
        if open_ is None:
            if brace not in _CLOSES:
                return True
            open_ = (_CLOSES[brace], found.end())
            count += 1
        elif brace != open_[0] or count > MOST_TAGS:
            return True
        else:
            inside = text[open_[1] : found.start()]
            if len(inside) > _LONGEST_TAG or _SPACES.search(inside):
                return True
            open_ = None
    return open_ is not None


__all__ = ["ENDLESS", "MOST_TAGS", "Language", "admitted", "mismatched"]
