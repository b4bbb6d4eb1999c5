"""Catalogue, code, docs and fixtures stay in step; whatever is missing is named."""

from __future__ import annotations

import inspect
import re
import string
from pathlib import Path

import pytest
import yaml

from qq_excel import rules
from qq_excel.catalogue import RuleSpec, all_rules, family_titles, placeholders, render
from qq_excel.findings import Finding
from qq_excel.policy.clauses import all_clauses
from qq_excel.policy.values import parameters
from qq_excel.rules import registry

FIXTURES = Path(__file__).parent / "fixtures"
SECTIONS = ["依据：", "错例：", "正例：", "参数：", "局限："]
RULES = list(all_rules())
FOUNDATION = {
    "FIL": 11,
    "TAB": 10,
    "CEL": 14,
    "REC": 22,
    "CRD": 8,
    "CON": 6,
    "INV": 14,
    "WOF": 16,
    "DSP": 8,
    "WOR": 10,
    "DOS": 7,
    "AGR": 6,
    "LOG": 8,
    "CFM": 5,
    "CAS": 10,
    "PRJ": 7,
    "CLM": 4,
    "LIT": 4,
    "ASM": 7,
    "STF": 3,
    "XPD": 8,
}


def test_every_rule_of_the_catalogue_is_there() -> None:
    for family, count in FOUNDATION.items():
        assert [r for r in RULES if r.startswith(family)] == [f"{family}{n:03d}" for n in range(1, count + 1)]
    assert set(FOUNDATION) <= set(family_titles())


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_has_code(rule_id: str) -> None:
    assert rule_id in registry.load(), f"{rule_id} has no function"


@pytest.mark.parametrize("rule_id", RULES)
def test_docstring_has_its_sections_in_order(rule_id: str) -> None:
    text = inspect.getdoc(registry.load()[rule_id]) or ""
    places = [text.find(s) for s in SECTIONS]
    assert -1 not in places, f"{rule_id} lacks {[s for s, p in zip(SECTIONS, places, strict=True) if p < 0]}"
    assert places == sorted(places), f"{rule_id}: sections out of order"
    headline = text.splitlines()[0]
    assert re.search(r"[\u4e00-\u9fff]", headline), f"{rule_id}: no Chinese headline"
    bad, good = text[places[1] : places[2]], text[places[2] : places[3]]
    assert bad.count("|") >= 4, f"{rule_id}: 错例 is no table"
    assert good.count("|") >= 4, f"{rule_id}: 正例 is no table"


@pytest.mark.parametrize("rule_id", RULES)
def test_clauses_and_parameters_exist(rule_id: str) -> None:
    spec = all_rules()[rule_id]
    assert not set(spec.clauses) - set(all_clauses()), f"{rule_id} names unknown clauses"
    assert not set(spec.params) - set(parameters()), f"{rule_id} names unknown parameters"


@pytest.mark.parametrize("rule_id", RULES)
def test_messages_in_both_languages_with_a_way_to_mend(rule_id: str) -> None:
    spec = all_rules()[rule_id]
    figures = dict.fromkeys(placeholders(spec.message.zh) | placeholders(spec.fix.zh), "7")
    for lang in ("zh", "en"):
        message = render(spec.message.text.in_(lang), figures)
        fix = render(spec.fix.text.in_(lang), figures)
        assert len(message) >= 6, f"{rule_id}: no message ({lang})"
        assert len(fix) >= 4, f"{rule_id}: no way to mend ({lang})"
        assert "{" not in message + fix
    assert re.search(r"[\u4e00-\u9fff]", spec.message.zh + spec.fix.zh)
    assert not re.search(r"[\u4e00-\u9fff]{6,}", spec.fix.en), f"{rule_id}: English text is Chinese"
    assert Finding(rule=rule_id, level=spec.level, file="x").message("en")


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_has_passing_and_failing_fixtures(rule_id: str) -> None:
    path = FIXTURES / f"{rule_id}.yaml"
    if not path.exists():
        tests = "".join(p.read_text(encoding="utf-8") for p in Path(__file__).parent.glob("test_*.py"))
        low = rule_id.lower()
        assert f"def test_{low}_fails" in tests, f"{rule_id} has no failing fixture"
        assert f"def test_{low}_passes" in tests, f"{rule_id} has no passing fixture"
        return
    cases = yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
    assert any(not c["findings"] for c in cases), f"{rule_id} has no passing case"
    assert any(c["findings"] for c in cases), f"{rule_id} has no failing case"
    for case in cases:
        for finding in case["findings"]:
            assert "at" in finding or "cell" in finding or finding.get("level") == "?", (
                f"{rule_id}: case {case['name']} names no cell"
            )


def test_changelog_names_every_rule() -> None:
    """By its id or within a range of ids."""
    text = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[A-Z]{3}\d{3}", text))
    for family, first, last in re.findall(r"([A-Z]{3})(\d{3})[–-]\1(\d{3})", text):
        named |= {f"{family}{n:03}" for n in range(int(first), int(last) + 1)}
    assert not set(all_rules()) - named, "CHANGELOG.md does not mention these"


def test_no_rule_loops_over_rows() -> None:
    """Rules work on whole columns; what would visit rows one by one is in none of them."""
    slow = re.compile(r"\.(iterrows|itertuples|apply)\(|np\.vectorize|\brange\(len\((stack|frame)\)\)")
    loops = [
        f"{path.name}:{n}: {line.strip()}"
        for path in sorted(Path(rules.__file__).parent.glob("*.py"))
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if slow.search(line)
    ]
    assert not loops


@pytest.mark.parametrize("spec", all_rules().values(), ids=lambda s: s.id)
def test_figures_in_a_rules_texts_are_plain_names(spec: RuleSpec) -> None:
    """:func:`render` knows nothing else but what a figure is a number of, in English: no attribute, index or conversion."""
    for text in (spec.message, spec.fix):
        for words, known in ((text.zh, ("",)), (text.en, ("", "day", "month", "year"))):
            for _, name, form, conversion in string.Formatter().parse(words):
                assert name is None or (name.isidentifier() and form in known and conversion is None), words
    assert render("少 {amount} 元，{none}，{{}}", {"amount": "7"}) == "少 7 元，—，{}"
