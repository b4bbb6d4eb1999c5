"""The samples of the group are what they say: two clean units, two with exactly the faults named, the same bytes each time."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from qq_excel import inputs, resources
from qq_excel.check import Result, check_paths
from qq_excel.errors import InputError
from qq_excel.samples import write_samples
from qq_excel.samples.group import WARRANTED
from qq_excel.warnings import warnings_of
from tests.papers.support import packs_of
from tests.support.digests import digest, digests

CLEAN, FAULTY = ("华东分公司", "华南分公司"), ("西北分公司", "东北分公司")
COMMITTED = resources.workbooks_dir() / "samples" / "group"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


@pytest.fixture(scope="module")
def faults(made: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((made / "faults.yaml").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def results(made: Path) -> dict[str, Result]:
    return {unit: check_paths(inputs.workbooks([made / unit])) for unit in (*CLEAN, *FAULTY)}


def test_committed_samples_are_these(made: Path) -> None:
    assert digests(made) == digests(COMMITTED), "run: python -m qq_excel.samples"
    assert sum(p.stat().st_size for p in made.rglob("*") if p.is_file()) < 2_000_000


def test_another_seed_gives_other_samples(made: Path, tmp_path: Path) -> None:
    write_samples(tmp_path, seed=7)
    name = f"{CLEAN[0]}/应收账款明细表.xlsx"
    assert digest(tmp_path / name) != digest(made / name)


@pytest.mark.parametrize("unit", CLEAN)
def test_clean_units_have_nothing_to_mend(results: dict[str, Result], unit: str) -> None:
    """No error, no warning but those that the business itself gives rise to; nothing that cannot be judged."""
    found = results[unit].findings
    assert {f.rule for f in found} == set(WARRANTED)
    assert {f.level for f in found} == {"W", "I"}
    assert results[unit].accepted


@pytest.mark.parametrize("unit", FAULTY)
def test_faulty_units_have_exactly_their_faults(
    results: dict[str, Result], faults: dict[str, Any], unit: str
) -> None:
    listed = faults["units"][unit]
    named = {f["rule"] for f in listed}
    follow = {rule for f in listed for rule in f.get("follows", ())}
    found = {f.rule for f in results[unit].findings}
    assert tuple(faults["warranted"]) == WARRANTED
    assert found == named | follow | set(WARRANTED)
    assert not named & set(WARRANTED)
    assert not results[unit].accepted


@pytest.mark.parametrize("unit", FAULTY)
def test_each_fault_is_found_where_it_was_put(
    results: dict[str, Result], faults: dict[str, Any], unit: str
) -> None:
    for fault in faults["units"][unit]:
        if fault["rule"] in ("CRD003", "CRD007"):  # put into the terms, seen at each claim of the debtor
            continue
        places = [(f.file, f.key, f.header) for f in results[unit].findings if f.rule == fault["rule"]]
        there = [p for p in places if p[0].endswith(fault["workbook"]) and fault["key"] in f"{p[1]} {p[2]}"]
        assert there, (fault, places)


def test_fault_list_is_in_order_and_clean_units_have_none(faults: dict[str, Any]) -> None:
    assert [faults["units"][u] for u in CLEAN] == [[], []]
    for unit in FAULTY:
        rules = [f["rule"] for f in faults["units"][unit]]
        assert rules == sorted(rules)
        assert len(rules) >= 20


def test_units_see_their_own_submission_only(made: Path, results: dict[str, Result]) -> None:
    whole = check_paths(inputs.workbooks([made]))
    assert len(whole.findings) == sum(len(r.findings) for r in results.values())


@pytest.mark.parametrize("unit", [*CLEAN, *FAULTY])
def test_ledger_is_lively(results: dict[str, Result], unit: str) -> None:
    frame = results[unit].stacks["receivables"].frame
    assert 40 <= len(frame) <= 120
    assert {"正常", "追讨", "诉讼", "已结清", "以物抵债"} <= set(frame["status"].dropna())
    assert len(set(frame["age_band"].dropna())) >= 5
    assert (frame["currency"] == "USD").any()
    assert ((frame["received"] > 0) & (frame["balance"] > 0)).sum() >= 8
    assert (frame["special_reason"].notna() & frame["reason_by"].notna()).any()


@pytest.mark.parametrize("unit", CLEAN)
def test_warning_sheet_shows_all_colours(results: dict[str, Result], unit: str) -> None:
    levels = {row[0]: row[1] for row in warnings_of(results[unit]).by_level()}
    assert set(levels) == {"红", "橙", "黄", "蓝"}
    assert all(levels.values())


def test_some_applications_fit_and_some_do_not(made: Path, tmp_path: Path) -> None:
    outcome = packs_of(check_paths(inputs.workbooks([made])), tmp_path)
    assert len(outcome.packs) == 8
    assert len(outcome.unfit) == 5


def test_evidence_can_be_opened(made: Path) -> None:
    papers = sorted(made.rglob("*.pdf"))
    assert len(papers) > 30
    for paper in papers:
        content = paper.read_bytes()
        assert content.startswith(b"%PDF-1.4") and content.endswith(b"%%EOF\n")
    tool = shutil.which("pdfinfo")
    if tool:
        shown = subprocess.run([tool, str(papers[0])], check=True, capture_output=True, text=True).stdout
        assert "Pages:           1" in shown


def test_a_profile_without_samples_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nobody"):
        write_samples(tmp_path, profile="nobody")
