"""No modules of the package import each other in a circle, be it in a function or for types only."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p
    for p in (ROOT / "qq_excel").rglob("*.py")
}
#: What xlwings asks for is a circle: an application has books, a book has sheets, a sheet has ranges, and each knows its owner.
ONE = "qq_excel.addin.libreoffice"


def imported(path: Path) -> set[str]:
    """The modules of the package that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{path}: a relative import"
            members = {f"{node.module}.{name.name}" for name in node.names}
            found |= {m if m in MODULES else node.module for m in members}
    return found & MODULES.keys()


def whole(module: str) -> str:
    return ONE if module.startswith(ONE) else module


def test_nothing_is_imported_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        graph.setdefault(whole(name), set()).update(map(whole, imported(path)))
    for name, others in graph.items():
        others.discard(name)
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
    assert order.index("qq_excel.language") < order.index("qq_excel.findings") < order.index("qq_excel.check")
    assert order.index("qq_excel.check") < order.index("qq_excel.batch.run")
