"""One is not several: English words beside a number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qq_excel.catalogue import all_rules, as_documented, render
from qq_excel.language import many, plural
from tests.cli.support import qq
from tests.support.build import build


@pytest.mark.parametrize(("count", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_many(count: int, said: str) -> None:
    assert many(count, "row") == said


def test_words_of_their_own() -> None:
    assert [plural(n, "entry was", "entries were") for n in (1, 2)] == ["entry was", "entries were"]


def test_a_message_has_the_word_of_its_figure() -> None:
    text = "{days:day} ago; {most} allowed"
    assert render(text, {"days": "1", "most": "1"}) == "1 day ago; 1 allowed"
    assert render(text, {"days": "1,200", "most": "1"}) == "1,200 days ago; 1 allowed"
    assert render(text, {}) == "— days ago; — allowed"
    assert as_documented(text) == "{days} days ago; {most} allowed"


def test_no_message_of_a_rule_says_one_days() -> None:
    for spec in all_rules().values():
        for text in (spec.message.en, spec.fix.en):
            said = render(text, dict.fromkeys(re.findall(r"\{(\w+)", text), "1"))
            assert not re.search(r"\b1 (days|months|years)\b", said), f"{spec.id}: {said}"


def test_a_single_workbook_of_one_row_is_told_in_the_singular(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    build(tmp_path / "in" / "a.xlsx", {"contracts": [{}]})
    said = qq(tmp_path, "check", "in", "--lang", "en").stdout
    assert "1 row" in said
    assert "1 workbook, 1 accepted" in said
    assert not re.search(r"\b1 (rows|workbooks)\b", said)
    said = qq(tmp_path, "batch", "in", "-o", "out", "--lang", "en").stdout
    assert said.startswith("1 file: ")
