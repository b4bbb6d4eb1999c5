"""docs/papers/README.md: every paper that can be made, with a picture (``.ci/paper-pictures.py``) and its command."""

from __future__ import annotations

from collections.abc import Iterable

from qq_excel.docs.markdown import code, link, page, plain, relative
from qq_excel.docs.rule_pages import clause_anchor
from qq_excel.kinds import get_kind
from qq_excel.papers.registry import PAPERS, PaperKind

PATH = "docs/papers/README.md"
PICTURES = "images"


def paper_page() -> str:
    """The page."""
    made = [p for p in PAPERS.values() if not p.parts]
    parts = [
        "# 文书目录 Papers",
        f"本程序出的 {len(made)} 种文书，各自的条款、命令、格式和所需的表。图为样例（全部虚构）的前一两页。用自己的信头、字体和措辞，"
        "见[使用说明](../guide/controllers.md)。",
        f"The {len(made)} papers: clauses, command, formats and the tables that each needs. Pictures are of the samples.",
    ]
    for paper in made:
        parts += _paper(paper)
    return page(*parts)


def _paper(paper: PaperKind) -> Iterable[str]:
    yield f"## {paper.title.zh} {plain(paper.title.en)}"
    yield f"{plain(paper.about.zh)}。<br>{plain(paper.about.en)}."
    usual, others = paper.usual, [f for f in paper.formats if f not in paper.usual]
    formats = "、".join(usual) + (f"；另可 {'、'.join(others)}（`--format`）" if others else "")
    clauses = "、".join(
        link(c, f"{relative('docs/clauses.md', PATH)}#{clause_anchor(c)}") for c in paper.clauses
    )
    yield "\n".join([
        f"- 何时做、谁签 When, and who signs：{plain(paper.use.zh)}。{plain(paper.use.en)}.",
        f"- 命令 Command：{code(f'qq-excel report {paper.name} 报送/ -o 结果/')}",
        f"- 条款 Clauses：{clauses}",
        f"- 格式 Formats：{formats}",
        f"- 语言 Languages：{'中文、英文（`--lang en`）' if paper.english else '只有中文（按中文制度签字、归档）'}",
        f"- 需要 Needs：{_kinds(paper.needs)}" + (f"；有则用上 Uses：{_kinds(paper.uses)}" if paper.uses else ""),
    ])  # fmt: skip
    yield f"![{paper.title.zh}]({PICTURES}/{paper.name}.png)"


def _kinds(names: Iterable[str]) -> str:
    return "、".join(link(get_kind(n).title.zh, relative(f"docs/kinds/{n}.md", PATH)) for n in names)
