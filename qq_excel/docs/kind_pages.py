"""A page per kind of table: what the sheet 填表说明 says, plus names, synonyms, lists by profile and rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from qq_excel.catalogue import all_rules
from qq_excel.docs.applied import EVERY, profiles, touching
from qq_excel.docs.markdown import bullets, code, link, page, plain, table
from qq_excel.docs.rule_pages import both, clause_anchor
from qq_excel.kinds import Field, Kind, all_kinds, get_kind
from qq_excel.language import Lang, using
from qq_excel.policy import Params
from qq_excel.template.explained import (
    basis,
    block_line,
    column_cells,
    column_heads,
    rule_cells,
    rule_heads,
    rules_of,
)
from qq_excel.template.layout import HEAD_FIELDS
from qq_excel.template.sheet import list_of
from qq_excel.template.writer import template_name

FOLDER = "docs/kinds"


def kind_pages() -> Iterator[tuple[str, str]]:
    """(path, text) of the index and of every kind's page."""
    yield f"{FOLDER}/README.md", _index()
    for kind in all_kinds().values():
        yield f"{FOLDER}/{kind.kind}.md", _kind(kind)


@cache
def _params(profile: str) -> Params:
    return profiles()[profile].at(None)


def _kind(kind: Kind) -> str:
    rules = rules_of([kind.kind])
    return page(
        f"# {kind.title.zh} {code(kind.kind)}",
        both(kind.purpose, "\n\n"),
        _facts(kind),
        "## 各列填法",
        f"与模板“填表说明”相同（`qq-excel template {kind.sheet_of or kind.kind} -o {template_name(kind)}`；"
        "取值随制度的，此处为 `group`）。",
        _columns(kind, "zh"),
        bullets(_blocks(kind, "zh")),
        "## Columns",
        _columns(kind, "en"),
        bullets(_blocks(kind, "en")),
        "## 列名、同义词和规则 Names, synonyms and rules",
        _names(kind),
        _lists(kind),
        "## 报送后将校验的内容 Rules",
        _rules(rules_zh=_listed(kind, "zh"), rules_en=_listed(kind, "en")) if rules else "",
        f"另有对每张表都问的规则，见[规则目录](../rules/README.md#按表种-by-kind)（共 {_general()} 条）。",
    )


def _general() -> int:
    return sum(r.on in EVERY for r in all_rules().values())


def _facts(kind: Kind) -> str:
    used = [p.profile for p in profiles().values() if kind.kind in p.kinds]
    due = [p.profile for p in profiles().values() if kind.kind in p.expected]
    with using("zh"):
        rows = [
            ("工作表 Sheet", plain(kind.sheet)),
            ("版本 Version", str(kind.version)),
            ("依据 Basis", plain(basis(kind))),
            ("适用制度 Profiles", "、".join(code(p) for p in used)),
            ("每期必交 Due in every period", "、".join(code(p) for p in due)),
        ]
    if kind.sheet_of:
        main = get_kind(kind.sheet_of)
        rows.insert(1, ("所在工作簿 In the workbook of", link(main.title.zh, f"{main.kind}.md")))
    return table(("", ""), [row for row in rows if row[1]])


def column_rows(kind: Kind, lang: Lang) -> list[tuple[str, ...]]:
    """What the guide says about each column, heads first, under the group's policy."""
    with using(lang):
        rows = [column_heads()]
        for n, spec in enumerate(kind.fields, 1):
            rows.append(column_cells(n, spec, list_of(spec, _params("group"))))
    return rows


def _columns(kind: Kind, lang: Lang) -> str:
    head, *rows = column_rows(kind, lang)
    return table(head, [[plain(c) for c in row] for row in rows])


def _blocks(kind: Kind, lang: Lang) -> list[str]:
    with using(lang):
        return [plain(block_line(block)) for block in kind.blocks]


def _names(kind: Kind) -> str:
    rows = []
    for spec in kind.fields:
        rules = [r.id for r in all_rules().values() if touching(kind.kind, spec.name, r)]
        rows.append(
            (
                plain(spec.header), code(spec.name), plain(spec.en), plain("、".join(spec.synonyms)),
                "、".join(link(c, f"../clauses.md#{clause_anchor(c)}") for c in spec.clauses),
                "、".join(link(r, f"../rules/{r}.md") for r in rules),
            )
        )  # fmt: skip
    head = ("列标题", "名称 Name", "English", "同义词 Synonyms", "依据 Clauses", "涉及规则 Rules")
    return table(head, rows)


def _lists(kind: Kind) -> str:
    """Lists that the policy holds, by profile."""
    rows: list[tuple[str, str, str]] = []
    for spec in kind.fields:
        if spec.values_from:
            rows += _list_rows(kind, spec)
    if not rows:
        return ""
    return "取值随制度而定的列 Lists that depend on the profile：\n\n" + table(
        ("列 Column", "制度 Profile", "取值 Values"), rows
    )


def _list_rows(kind: Kind, spec: Field) -> Iterator[tuple[str, str, str]]:
    by_list: dict[tuple[str, ...], list[str]] = {}
    for name, policy in profiles().items():
        if kind.kind in policy.kinds:
            by_list.setdefault(list_of(spec, _params(name)), []).append(name)
    for values, names in by_list.items():
        label = f"{plain(spec.header)}（{code(str(spec.values_from))}）"
        yield label, "、".join(code(n) for n in names), plain("、".join(values))


def _listed(kind: Kind, lang: Lang) -> list[tuple[str, ...]]:
    with using(lang):
        return [rule_heads(), *(rule_cells(r) for r in rules_of([kind.kind]))]


def _rules(rules_zh: list[tuple[str, ...]], rules_en: list[tuple[str, ...]]) -> str:
    """The guide's list of rules, Chinese with the English finding beside it."""
    head = (*rules_zh[0], rules_en[0][-1])
    rows = []
    for zh, en in zip(rules_zh[1:], rules_en[1:], strict=True):
        level, rule_id, clauses, title = zh
        rows.append((level, link(rule_id, f"../rules/{rule_id}.md"), clauses, plain(title), plain(en[-1])))
    return table(head, rows)


def _index() -> str:
    rows = []
    for kind in all_kinds().values():
        where = f"（{get_kind(kind.sheet_of).sheet} 的附表）" if kind.sheet_of else ""
        used = [p.profile for p in profiles().values() if kind.kind in p.kinds]
        rows.append(
            (
                link(kind.title.zh, f"{kind.kind}.md") + where, code(kind.kind), plain(kind.title.en),
                str(len(kind.fields)), "、".join(kind[k].header for k in kind.key),
                "、".join(code(p) for p in used),
            )
        )  # fmt: skip
    head = [
        (plain(h.label), "是" if h.required else "", plain(h.help.zh), plain(h.help.en)) for h in HEAD_FIELDS
    ]
    return page(
        "# 表种目录 Kinds",
        f"共 {len(all_kinds())} 种表，{sum(k.sheet_of is None for k in all_kinds().values())} 个工作簿模板"
        "（`qq-excel template all -o 模板/`）。每种表一页：各列填法（与模板的“填表说明”相同）、同义词、取值、涉及的规则。",
        table(("表", "名称 Name", "English", "列数", "主键 Key", "适用制度 Profiles"), rows),
        "## 表头 Head block",
        "每个工作簿第一张表的上方。",
        table(("项目", "必填", "说明", "Explanation"), head),
    )
