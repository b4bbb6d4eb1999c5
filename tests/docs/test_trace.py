"""Every clause of the eight regulations is served by something, or says why nothing can serve it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qq_excel.catalogue import all_rules
from qq_excel.docs.clause_page import clause_page
from qq_excel.docs.trace import Trace
from qq_excel.kinds import get_kind
from qq_excel.papers.registry import PAPERS
from qq_excel.policy import load_policy
from qq_excel.policy.clauses import all_clauses, all_regulations

ROOT = Path(__file__).parents[2]
TRACE = Trace(ROOT)

#: What the regulations contain; purpose, definitions of words and entry into force ask for nothing and are left out.
CATALOGUE = {
    "A": "3 4 4-1 4-2 4-3 4-4 5 5-1 5-2 6 7 8",
    "B": "2 3 4 4-1 4-2 4-3 4-4 4-5 4-6 4-7 4-8 5 5-1 5-2 5-3 5-4 5-5 5-6 7",
    "C": "3 4 4-1 4-2 4-3 4-4 5 5-1 5-2 5-3 6 6-1 6-2",
    "D": "2 3 3-1 3-2 3-3 3-4 3-5",
    "E": "3 5 6 7 8",
    "F": "3 4 5 6 7 8 9 10 11 12 13 14 14-1 14-2 14-3 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30",
    "G": "3 6 7 8 9 10 11 12 13 14 15 16 17 18",
    "H": "4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
}


def test_the_catalogue_is_whole() -> None:
    for key, regulation in all_regulations().items():
        assert list(regulation.clauses) == [f"{key}-{n}" for n in CATALOGUE[key].split()]


def test_no_clause_is_left_alone() -> None:
    assert [c.id for c in TRACE.unserved()] == []


def test_reasons_are_given_in_both_languages() -> None:
    for clause in all_clauses().values():
        if clause.organisational:
            assert len(clause.organisational.zh) >= 8, clause.id
            assert len(clause.organisational.en) >= 8, clause.id


def test_whoever_serves_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = Trace(ROOT)
    for name in ("H-18", "F-14", "F-14-1"):
        serving = trace.by_clause[name]
        for which in ("columns", "blocks", "rules", "papers"):
            monkeypatch.setattr(serving, which, [])
    assert [c.id for c in trace.unserved()] == ["F-14", "F-14-1", "H-18"]


@pytest.mark.parametrize("clause_id", list(all_clauses()))
def test_it_is_served_where_its_regulation_holds(clause_id: str) -> None:
    """What serves a clause is in use in the profile of its own regulation, not only somewhere else."""
    clause, serving = all_clauses()[clause_id], TRACE.by_clause[clause_id]
    if clause.organisational or not serving.checkable:
        return
    used = set(load_policy(clause.regulation.profile).kinds)
    kinds = {k for k, _ in (*serving.columns, *serving.blocks)}
    for rule in serving.rules:
        kinds |= {k.removeprefix("table:") for k in all_rules()[rule].kinds}
    for paper in serving.papers:
        kinds |= {*PAPERS[paper].needs}
    assert kinds & (used | {"file", "table", "rows", "column"}), f"{clause_id}: only in {sorted(kinds)}"


def test_every_rule_and_paper_has_tests() -> None:
    assert [r for r in all_rules() if not TRACE.tests_of_rule(r)] == []
    assert [p for p in PAPERS if not TRACE.tests_of_paper(p)] == []
    assert TRACE.tests_of_rule("FIL004") == ["tests/rules/test_files.py"]
    assert TRACE.tests_of_rule("REC001") == ["tests/rules/fixtures/REC001.yaml"]
    assert "tests/papers/test_slips.py" in TRACE.tests_of_paper("slips")


def test_what_the_page_says_of_a_clause() -> None:
    text = clause_page(TRACE)
    section = text[text.index("### F-9\n") : text.index("### F-10\n")]
    assert "第9条：收回物品须详列清单" in section
    assert "[INV004](rules/INV004.md)" in section
    assert "以物抵债文书 `counts`" in section
    assert "盘点有效期（天） `count_max_age_days`" in section
    assert f"{get_kind('inventory_count')['counted_qty'].header} `counted_qty`" in section
    assert "签字" in section
    assert "[INV004.yaml](../tests/rules/fixtures/INV004.yaml)" in section
    organisational = text[text.index("### A-8\n") : text.index("## B ")]
    assert (
        "约束管理层自身，表格中没有可核对的内容<br>Binds management itself; no table can show it"
        in organisational
    )
