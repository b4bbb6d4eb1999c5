"""The generated part of docs/: rules, kinds, papers, clauses. ``make docs`` writes it, a test holds it against the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qq_excel import output
from qq_excel.docs.clause_page import PATH as CLAUSES
from qq_excel.docs.clause_page import clause_page
from qq_excel.docs.kind_pages import kind_pages
from qq_excel.docs.markdown import GENERATED
from qq_excel.docs.paper_page import PATH as PAPERS
from qq_excel.docs.paper_page import paper_page
from qq_excel.docs.rule_pages import rule_pages
from qq_excel.docs.trace import Trace

__all__ = ["generated_pages", "on_disk", "write_docs"]


def generated_pages(root: Path) -> dict[str, str]:
    """Every generated page, by its path below the checkout *root* (whose tests are looked through)."""
    return dict(_pages(root))


def _pages(root: Path) -> Iterator[tuple[str, str]]:
    yield from rule_pages()
    yield from kind_pages()
    yield CLAUSES, clause_page(Trace(root))
    yield PAPERS, paper_page()


def on_disk(root: Path) -> dict[str, str]:
    """The generated pages as they stand in *root*."""
    pages = sorted((root / "docs").rglob("*.md"))
    texts = {p.relative_to(root).as_posix(): p.read_text(encoding="utf-8") for p in pages}
    return {path: text for path, text in texts.items() if text.startswith(GENERATED)}


def write_docs(root: Path) -> list[str]:
    """Write what changed, remove pages of what is no more; give the paths of both."""
    made, there = generated_pages(root), on_disk(root)
    changed = [path for path, text in made.items() if there.get(path) != text]
    for path in changed:
        output.write_text(root / path, made[path])
    gone = [path for path in there if path not in made]
    for path in gone:
        (root / path).unlink()
    return changed + gone
