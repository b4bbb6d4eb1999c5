"""A page per rule, and the index of them by family, kind, clause and profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qq_excel.catalogue import LEVEL_NAMES, Level, RuleSpec, all_rules, as_documented, family_titles
from qq_excel.docs.applied import EVERY, Values, asked_in, kinds_of, profiles, values_of
from qq_excel.docs.markdown import bullets, code, link, page, plain, table
from qq_excel.kinds import all_kinds, get_kind
from qq_excel.language import Text, using
from qq_excel.policy.clauses import all_clauses, get_clause
from qq_excel.policy.showing import shown
from qq_excel.policy.values import parameters
from qq_excel.rules.documentation import Example, documentation
from qq_excel.yamlfile import Words

FOLDER = "docs/rules"
_ASKED: dict[str, Words] = {
    "file": Words(zh="每个文件", en="every file"),
    "table": Words(zh="每张表", en="every table"),
    "column": Words(zh="每张表的每一列", en="every column of every table"),
    "rows": Words(zh="每张表的每一行", en="every row of every table"),
    "waivers": Words(zh="豁免文件", en="the waivers"),
    "run": Words(zh="一次校验交来的全部工作簿", en="all workbooks of a run"),
}
_FIXABLE = {
    "safe": "`qq-excel fix` 可以修正 / mended by `qq-excel fix`",
    "shown": "`qq-excel fix` 只列出，不改 / only shown by `qq-excel fix`",
    None: "须人工更正 / by hand",
}


def rule_pages() -> Iterator[tuple[str, str]]:
    """(path, text) of the index and of every rule's page."""
    yield f"{FOLDER}/README.md", _index()
    for spec in all_rules().values():
        yield f"{FOLDER}/{spec.id}.md", _rule(spec)


def clause_anchor(clause_id: str) -> str:
    """The anchor of a clause on docs/clauses.md."""
    return clause_id.lower()


def both(words: Words | Text, between: str = " · ") -> str:
    """Chinese and English on one line."""
    return plain(words.zh) + between + plain(words.en)


# --- one rule -------------------------------------------------------------------------------------------


def _rule(spec: RuleSpec) -> str:
    doc = documentation(spec.id)
    return page(
        f"# {spec.id} {both(spec.title)}",
        plain(doc.headline),
        _facts(spec),
        "## 依据 Why\n\n" + plain(doc.why),
        _clauses(spec),
        "## 错例 Wrong\n\n" + _examples(doc.bad),
        "## 正例 Right\n\n" + _examples(doc.good),
        "## 提示和改法 What it says\n\n" + _says(spec),
        "## 参数 Parameters\n\n" + _parameters(spec, doc.parameters),
        "## 局限 Limits\n\n" + plain(doc.limits),
    )


def _facts(spec: RuleSpec) -> str:
    levels = [f"{p.profile}：{_level(p.levels[spec.id])}" for p in profiles().values() if spec.id in p.levels]
    rows = [
        ("级别 Level", _level(spec.level) + (f"（{'；'.join(levels)}）" if levels else "")),
        ("校验对象 Asked of", _asked(spec)),
        ("指向的列 Column", _columns(spec, [spec.field] if spec.field else [])),
        ("一并标出 Marked with it", _columns(spec, spec.related)),
        ("须有的列 Needs columns", _columns(spec, spec.reads)),
        ("须有的表 Needs tables", _kinds(spec.partners)),
        ("须有上期的表 Needs last period's", _kinds(spec.previous)),
        ("须有上期的表 Needs last period's", _kinds(spec.previous)),
        ("适用制度 Profiles", "、".join(code(p.profile) for p in asked_in(spec))),
        ("不启用 Off in", _off(spec)),
        ("特殊原因 Special reason", _DAGGER if spec.explainable else ""),
        ("修正 Mending", _FIXABLE[spec.fixable]),
        ("状态 State", "" if spec.status == "stable" else spec.status),
        ("自版本 Since", spec.since),
    ]
    return table(("", ""), [row for row in rows if row[1]])


_DAGGER = (
    "填写“特殊原因说明”和“特殊原因批准人”后列为“已说明” / answered by a special reason with its approver"
)


def _off(spec: RuleSpec) -> str:
    """Profiles that switched the rule off, those with the same reason together."""
    why: dict[str, list[str]] = {}
    for policy in profiles().values():
        if spec.id in policy.off:
            why.setdefault(both(policy.off[spec.id], " / "), []).append(code(policy.profile))
    return "<br>".join(f"{'、'.join(names)}：{reason}" for reason, names in why.items())


def _level(level: Level) -> str:
    name = LEVEL_NAMES[level]
    return f"{name.zh} {name.en}"


def _asked(spec: RuleSpec) -> str:
    general = [both(_ASKED[name], " / ") for name in spec.kinds if name in EVERY]
    return "、".join([*general, *([_kinds(kinds_of(spec))] if kinds_of(spec) else [])])


def _kinds(names: Iterable[str]) -> str:
    return "、".join(link(get_kind(n).title.zh, f"../kinds/{n}.md") + f" {code(n)}" for n in names)


def _columns(spec: RuleSpec, names: Iterable[str]) -> str:
    """Headers of fields of the first of the rule's kinds that has them."""
    out = []
    for name in names:
        kind = next((k for k in kinds_of(spec) if name in get_kind(k).by_name), None)
        header = f"{get_kind(kind)[name].header} " if kind else ""
        out.append(header + code(name))
    return "、".join(out)


def _clauses(spec: RuleSpec) -> str:
    rows = []
    for clause in (get_clause(c) for c in spec.clauses):
        place = link(clause.id, f"../clauses.md#{clause_anchor(clause.id)}")
        title = f"《{clause.regulation.title.zh}》{clause.place.zh}"
        rows.append((place, plain(title), plain(clause.text.zh), plain(clause.text.en)))
    return table(("条款 Clause", "出处 Where", "要求", "What it asks"), rows) if rows else ""


def _examples(examples: Iterable[Example]) -> str:
    parts: list[str] = []
    for example in examples:
        rows = [[plain(c) for c in row] for row in example.rows]
        parts += [plain(example.note), table([plain(c) for c in example.header], rows)]
    return "\n\n".join(p for p in parts if p)


def _says(spec: RuleSpec) -> str:
    return table(
        ("", "中文", "English"),
        [
            ("提示 Message", plain(spec.message.zh), plain(as_documented(spec.message.en))),
            ("改法 Mend", plain(spec.fix.zh), plain(as_documented(spec.fix.en))),
        ],
    )


def _parameters(spec: RuleSpec, told: str) -> str:
    if not spec.params:
        return plain(told)
    rows = [row for name in spec.params for row in parameter_rows(name)]
    head = ("参数 Parameter", "制度 Profiles", "自 From", "值 Value", "来源 Source")
    return plain(told) + "\n\n" + table(head, rows)


def parameter_rows(name: str) -> list[tuple[str, ...]]:
    """The values of a parameter, a row for each date and each group of profiles that agree."""
    if name not in parameters():  # stages and units: they are the profile's own, not values with a date
        return [(code(name), "", "", "见制度文件 / as in the profile", "")]
    spec = parameters()[name]
    rows: list[tuple[str, ...]] = []
    for values in values_of(name):
        rows += _dated(f"{code(name)}<br>{both(spec.title, '<br>')}", values, name)
    return rows


def _dated(label: str, values: Values, name: str) -> Iterator[tuple[str, ...]]:
    spec = parameters()[name]
    who = "、".join(code(p) for p in values.profiles) or "全部 all"
    for dated in values.dated:
        with using("zh"):
            value = shown(spec.parse(dated.value), spec.type)
        yield label, who, dated.valid_from.isoformat(), plain(value), both(dated.source, "<br>")


# --- the index ------------------------------------------------------------------------------------------


def _index() -> str:
    counts = {level: sum(r.level == level for r in all_rules().values()) for level in LEVEL_NAMES}
    tally = "、".join(f"{LEVEL_NAMES[level].zh} {n}" for level, n in counts.items() if n)
    return page(
        "# 规则目录 Rules",
        f"共 {len(all_rules())} 条规则（{tally}）。每条规则一页：依据、错例、正例、提示、参数、局限；命令行用"
        " `qq-excel rules REC001` 查看同样的内容。†：填写特殊原因说明和批准人后列为“已说明”。",
        f"{len(all_rules())} rules, a page each. † answered by a special reason with its approver.",
        "索引：" + "、".join((link("按类别", "#按类别-by-family"), link("按表种", "#按表种-by-kind"),
                          link("按条款", "#按条款-by-clause"), link("按制度", "#按制度-by-profile"))),
        "## 按类别 By family", *_by_family(),
        "## 按表种 By kind", _by_kind(),
        "## 按条款 By clause", _by_clause(),
        "## 按制度 By profile", _by_profile(),
    )  # fmt: skip


def _by_family() -> Iterator[str]:
    for family, title in family_titles().items():
        yield f"### {family} {both(title)}"
        rows = [
            (
                link(r.id, f"{r.id}.md") + ("†" if r.explainable else ""), _level(r.level), plain(r.title.zh),
                plain(r.title.en), "、".join(link(c, f"../clauses.md#{clause_anchor(c)}") for c in r.clauses),
            )
            for r in all_rules().values() if r.family == family
        ]  # fmt: skip
        yield table(("编号", "级别 Level", "内容", "Finding", "条款 Clauses"), rows)


def _ids(specs: Iterable[RuleSpec]) -> str:
    return "、".join(link(r.id, f"{r.id}.md") for r in specs)


def _by_kind() -> str:
    rules = list(all_rules().values())
    rows = [(both(words, "<br>"), _ids(r for r in rules if r.on == on)) for on, words in _ASKED.items()]
    for kind in all_kinds().values():
        label = link(kind.title.zh, f"../kinds/{kind.kind}.md") + f"<br>{code(kind.kind)}"
        rows.append((label, _ids(r for r in rules if kind.kind in kinds_of(r))))
    return table(("校验对象 Asked of", "规则 Rules"), rows)


def _by_clause() -> str:
    rows = []
    for clause in all_clauses().values():
        citing = [r for r in all_rules().values() if clause.id in r.clauses]
        if citing:
            place = link(clause.id, f"../clauses.md#{clause_anchor(clause.id)}")
            rows.append((place, plain(clause.text.zh), _ids(citing)))
    return table(("条款 Clause", "要求", "规则 Rules"), rows)


def _by_profile() -> str:
    parts = []
    for policy in profiles().values():
        asked = [r for r in all_rules().values() if kinds_of(r) and policy in asked_in(r)]
        off = "；".join(f"{rule_id}（{plain(why.zh)}）" for rule_id, why in policy.off.items())
        parts.append(
            f"{code(policy.profile)} {plain(policy.title.zh)}（{policy.regulation}）：{_ids(asked)}"
            + (f"；不启用：{off}" if off else "")
        )
    note = "对所有表种都问的规则（文件、表、单元格）在每种制度下都适用，不再逐一列出。"
    return note + "\n\n" + bullets(parts)
