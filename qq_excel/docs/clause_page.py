"""docs/clauses.md: every clause of the eight regulations and what serves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from qq_excel.docs.markdown import code, link, page, plain, relative, table
from qq_excel.docs.rule_pages import both, clause_anchor
from qq_excel.docs.trace import Serving, Trace
from qq_excel.kinds import get_kind
from qq_excel.papers.registry import PAPERS
from qq_excel.policy.clauses import Clause, all_clauses, all_regulations
from qq_excel.policy.values import parameters

PATH = "docs/clauses.md"


def clause_page(trace: Trace) -> str:
    """The page."""
    clauses = all_clauses()
    excused = [c for c in clauses.values() if c.organisational]
    parts = [
        "# 条款对照 Traceability",
        f"八部制度共 {len(clauses)} 条（含上级条款），每一条由哪些列、规则、文书和参数落实，用哪些测试检验；其中 "
        f"{len(excused)} 条属组织要求或原则，表格中没有可核对的内容，写明理由。上级条款（如 A-4）由其各项（A-4-1 至 A-4-4）"
        "落实；引用上级条款即引用其各项。",
        f"All {len(clauses)} clauses: the columns, rules, papers and parameters that serve each, and the tests; "
        f"{len(excused)} bind the organisation only, and say why nothing can show them.",
    ]
    for key, regulation in all_regulations().items():
        own = [clauses[name] for name in regulation.clauses]
        parts.append(f"## {key} 《{regulation.title.zh}》{code(regulation.profile)}")
        parts.append(plain(regulation.title.en))
        parts.append(_overview(own, trace))
        parts += [_clause(clause, trace) for clause in own]
    return page(*parts)


def _overview(clauses: Iterable[Clause], trace: Trace) -> str:
    rows = []
    for clause in clauses:
        serving = trace.by_clause[clause.id]
        counts = [len(serving.columns) + len(serving.blocks), len(serving.rules), len(serving.papers)]
        note = plain(clause.organisational.zh) if clause.organisational else ""
        if not any(counts) and not note:
            above, parts = trace.whole(clause.id), trace.parts(clause.id)
            note = f"由 {parts[0]} 至 {parts[-1]} 落实" if parts else f"随 {above}"
        rows.append(
            (link(clause.id, f"#{clause_anchor(clause.id)}"), *(str(n) if n else "" for n in counts), note)
        )
    return table(("条款", "列 Columns", "规则 Rules", "文书 Papers", "说明"), rows)


def _clause(clause: Clause, trace: Trace) -> str:
    serving = trace.by_clause[clause.id]
    above = trace.whole(clause.id)
    rows = [
        ("表 Kinds", "、".join(_kind(k) for k in serving.kinds)),
        ("列 Columns", _columns(serving)),
        ("表下 Below the table", _blocks(serving)),
        ("规则 Rules", "、".join(link(r, f"rules/{r}.md") for r in serving.rules)),
        ("文书 Papers", "、".join(f"{PAPERS[p].title.zh} {code(p)}" for p in serving.papers)),
        ("参数 Parameters", "、".join(f"{parameters()[p].title.zh} {code(p)}" for p in serving.parameters)),
        ("阶段 Stages", _by_profile(serving.stages)),
        ("机构 Units", _by_profile(serving.teams)),
        ("测试 Tests", _tests(serving, trace)),
        ("上级 Part of", link(above, f"#{clause_anchor(above)}") if above else ""),
        ("各项 Made of", "、".join(link(p, f"#{clause_anchor(p)}") for p in trace.parts(clause.id))),
        ("不设校验 Why none", both(clause.organisational, "<br>") if clause.organisational else ""),
    ]
    return "\n\n".join(
        [
            f"### {clause.id}",
            f"{clause.place.zh}：{plain(clause.text.zh)}",
            plain(clause.text.en),
            table(("", ""), [row for row in rows if row[1]]),
        ]
    )


def _kind(name: str) -> str:
    return link(get_kind(name).title.zh, f"kinds/{name}.md")


def _columns(serving: Serving) -> str:
    lines = []
    for kind, found in groupby(serving.columns, key=lambda c: c[0]):
        names = "、".join(f"{get_kind(kind)[name].header} {code(name)}" for _, name in found)
        lines.append(f"{_kind(kind)}：{names}")
    return "<br>".join(lines)


def _blocks(serving: Serving) -> str:
    titles = {(k, b.name): b.title.zh for k in {k for k, _ in serving.blocks} for b in get_kind(k).blocks}
    return "、".join(f"{_kind(kind)} {titles[kind, name]}" for kind, name in serving.blocks)


def _by_profile(named: Iterable[tuple[str, str]]) -> str:
    grouped = groupby(named, key=lambda pair: pair[0])
    return "；".join(f"{code(profile)} " + "、".join(name for _, name in found) for profile, found in grouped)


def _tests(serving: Serving, trace: Trace) -> str:
    return "、".join(
        link(path.rpartition("/")[2], relative(path, PATH)) for path in _test_files(serving, trace)
    )


def _test_files(serving: Serving, trace: Trace) -> Iterator[str]:
    found: dict[str, None] = {}
    for rule in serving.rules:
        found |= dict.fromkeys(trace.tests_of_rule(rule))
    for paper in serving.papers:
        found |= dict.fromkeys(trace.tests_of_paper(paper))
    if serving.columns or serving.kinds:
        found["tests/kinds/test_kinds.py"] = None
    yield from found
