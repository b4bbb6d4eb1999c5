"""``qq-excel rules ID``: one rule in the language of the run, from its docstring and its YAML."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text as Styled

from qq_excel.catalogue import LEVEL_NAMES, RuleSpec, as_documented, get_rule
from qq_excel.cli.common import OK, out, print_json
from qq_excel.cli.folding import Folded
from qq_excel.cli.options import Format
from qq_excel.language import current, t
from qq_excel.policy.clauses import get_clause
from qq_excel.policy.values import parameters
from qq_excel.rules import registry
from qq_excel.rules.documentation import documentation

if TYPE_CHECKING:
    from qq_excel.rules.documentation import Documentation, Example
    from qq_excel.yamlfile import Words


def explain(rule_id: str, format: Format) -> int:
    """Print one rule."""
    spec = get_rule(rule_id)
    doc = documentation(spec.id)
    if format is Format.JSON:
        text = inspect.getdoc(registry.load()[spec.id])
        print_json({**spec.model_dump(mode="json"), "documentation": text, "sections": asdict(doc)})
        return OK
    out.print(f"{spec.id}  {spec.title}  [{LEVEL_NAMES[spec.level]}]", style="bold")
    if current() == "zh":
        out.print(Folded(doc.headline))
    if spec.explainable:
        out.print(
            t(
                "填写“特殊原因说明”和批准人后列为“已说明”。",
                "Answered by a special reason with its approver.",
            ),
        )
    _section(t("依据：", "Why: "), doc.why if current() == "zh" else "")
    for clause in (get_clause(c) for c in spec.clauses):
        out.print(Folded(f"  {clause.citation}{t('：', ': ')}{clause.text}"))
    _examples(t("错例：", "Wrong: "), doc.bad)
    _examples(t("正例：", "Right: "), doc.good)
    _parameters(spec, doc)
    _section(t("提示：", "Says: "), _told(spec.message))
    _section(t("改法：", "Mend: "), _told(spec.fix))
    _section(t("局限：", "Limits (in Chinese): "), doc.limits)
    return OK


def _told(words: Words) -> str:
    """A message for who reads it without figures: the names of the figures are English, in Chinese each is a gap."""
    return t(re.sub(r"\{.*?\}", "…", words.zh), as_documented(words.en))


def _section(label: str, text: str = "") -> None:
    out.print()
    out.print(Folded(Styled.assemble((label, "bold"), text)))


def _examples(label: str, examples: Sequence[Example]) -> None:
    _section(label)
    for example in examples:
        if example.note:
            out.print(f"  {example.note}")
        grid = Grid(box=None, padding=(0, 2), header_style="underline")
        for header in example.header:
            grid.add_column(header)
        for row in example.rows:
            grid.add_row(*map(Folded, row))
        out.print(grid)


def _parameters(spec: RuleSpec, doc: Documentation) -> None:
    """The docstring's own words in Chinese; in English the titles of the catalogue."""
    if current() == "zh":
        _section("参数：", doc.parameters)
        return
    known = parameters()
    titles = [f"{name} ({known[name].title.en})" if name in known else name for name in spec.params]
    _section("Parameters: ", ", ".join(titles) or "none")
