"""Every profile has samples that are what they say: clean units, and units with exactly the faults declared.

The workbooks that stand in ``workbooks/samples`` are checked, once for the whole module; that the program
still makes these very bytes is a test of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from qq_excel import inputs, resources
from qq_excel.check import Result, check_paths
from qq_excel.findings import Finding
from qq_excel.kinds import get_kind
from qq_excel.policy import Policy, load_policy, profile_names
from qq_excel.samples import PROFILES, write_samples
from qq_excel.samples.profiles import SCENES
from qq_excel.status import board_of
from tests.support.digests import digests

FOLDER = resources.workbooks_dir() / "samples"
#: The families of rules that speak about the tables of each kind.
FAMILIES = {
    "receivables": "REC", "credit_terms": "CRD", "contracts": "CON", "dossiers": "DOS", "dossier_loans": "DOS",
    "cases": "CAS", "agreements": "AGR", "instalments": "AGR", "collection_log": "LOG", "confirmations": "CFM",
    "project_claims": "PRJ", "claim_intake": "CLM", "litigation": "LIT", "assessment": "ASM", "staff": "STF",
}  # fmt: skip


class Sample:
    """A profile's samples: what was declared, and what was found."""

    def __init__(self, profile: str) -> None:
        self.folder = FOLDER / profile
        self.policy: Policy = load_policy(profile)
        self.declared: dict[str, Any] = yaml.safe_load(
            (self.folder / "faults.yaml").read_text(encoding="utf-8")
        )
        self.result: Result = check_paths(inputs.workbooks([self.folder]), policy=self.policy)

    @property
    def units(self) -> dict[str, list[dict[str, Any]]]:
        """Each unit's declared faults."""
        units: dict[str, list[dict[str, Any]]] = self.declared["units"]
        return units

    def found(self, unit: str) -> Iterator[Finding]:
        """What has to be mended or answered in a unit, but for what business itself gives rise to."""
        for f in self.result.findings:
            warranted = f.rule in self.declared["warranted"] and not any(_is(x, f) for x in self.units[unit])
            if f.file.split("/")[0] == unit and f.level in "EW" and not warranted:
                yield f


def _is(fault: dict[str, Any], finding: Finding) -> bool:
    """Whether *finding* is what *fault* was put in for: the rule, the workbook and the row."""
    workbook, keys = fault.get("seen_in", fault["workbook"]), fault.get("seen_at", [fault["key"]])
    there = finding.file.endswith(f"/{workbook}") and (finding.key in keys or finding.header in keys)
    return finding.rule == fault["rule"] and there


@pytest.fixture(scope="module", params=sorted(SCENES))
def sample(request: pytest.FixtureRequest) -> Sample:
    return Sample(request.param)


def test_every_profile_has_samples() -> None:
    assert set(PROFILES) == set(profile_names())
    assert {p.name for p in FOLDER.iterdir()} == set(PROFILES)


def test_samples_are_small() -> None:
    assert sum(p.stat().st_size for p in FOLDER.rglob("*") if p.is_file()) < 3_000_000


@pytest.mark.parametrize("profile", sorted(SCENES))
def test_committed_samples_are_these(profile: str, tmp_path: Path) -> None:
    write_samples(tmp_path, profile=profile)
    assert digests(tmp_path) == digests(FOLDER / profile), "run: python -m qq_excel.samples"


def test_every_kind_of_the_profile_is_handed_in_by_every_unit(sample: Sample) -> None:
    given = {(f.unit, t.kind.kind) for f in sample.result.files for t in f.workbook.tables}
    assert given == {(unit, kind) for unit in sample.units for kind in sample.policy.kinds}


def test_clean_units_have_nothing_to_mend(sample: Sample) -> None:
    """Nothing to mend or to answer, nothing that cannot be judged; the first unit of a profile is clean."""
    clean = [unit for unit, faults in sample.units.items() if not faults]
    assert clean and clean[0] == next(iter(sample.units))
    for unit in clean:
        mine = [f for f in sample.result.findings if f.file.startswith(f"{unit}/")]
        assert {f.rule for f in mine} == set(sample.declared["warranted"])
        assert "?" not in {f.level for f in mine}
        assert all(f.accepted for f in sample.result.files if f.unit == unit)


def test_every_case_of_a_clean_unit_is_at_a_stage_and_within_its_term(sample: Sample) -> None:
    """And some are closed, so that the board shows both."""
    clean = [unit for unit, faults in sample.units.items() if not faults]
    cards = [c for c in board_of(sample.result).cards if c.unit in clean]
    assert len(cards) >= 15 * len(clean)
    assert not [(c.key, c.stated, c.due_on) for c in cards if c.late or c.stage is None]
    assert any(c.closed for c in cards)
    assert not all(c.closed for c in cards)


def test_faulty_units_have_exactly_their_faults(sample: Sample) -> None:
    for unit, faults in sample.units.items():
        found = list(sample.found(unit))
        unseen = [x for x in faults if not any(_is(x, f) for f in found)]
        rules = {f.rule for f in found}
        follow = {rule for x in faults for rule in x.get("follows", ())}
        stray = [f for f in found if f.rule not in follow and not any(_is(x, f) for x in faults)]
        assert not unseen
        assert not [(f.rule, f.file, f.key, f.message("zh")) for f in stray]
        assert follow <= rules


def test_each_family_of_the_profiles_tables_has_a_fault(sample: Sample) -> None:
    put = {x["rule"][:3] for faults in sample.units.values() for x in faults}
    due = {FAMILIES[kind] for kind in sample.policy.kinds}
    if "receivables" not in sample.policy.kinds and "contracts" in sample.policy.kinds:
        due.add("CON")
    assert due <= put
    assert put & {"CEL", "TAB"}


def test_faults_are_listed_in_order_with_the_workbooks_that_hold_them(sample: Sample) -> None:
    for unit, faults in sample.units.items():
        assert [x["rule"] for x in faults] == sorted(x["rule"] for x in faults)
        for fault in faults:
            assert (sample.folder / unit / fault["workbook"]).is_file()


def test_a_claim_bears_one_debtors_name_in_every_table(sample: Sample) -> None:
    names: dict[tuple[int, str], set[str]] = {}
    for stack in sample.result.stacks.values():
        column = "client" if stack.kind.kind == "project_claims" else "debtor"
        if "claim_id" in stack.frame and column in stack.frame:
            rows = zip(stack.submission, stack.frame["claim_id"], stack.frame[column], strict=True)
            for submission, claim, who in rows:
                names.setdefault((int(submission), claim), set()).add(who)
    assert len(names) > 20
    assert not {claim: who for claim, who in names.items() if len(who) > 1}


def test_sheets_are_small_enough_to_read(sample: Sample) -> None:
    for stack in sample.result.stacks.values():
        rows = len(stack.frame) / len(sample.units)
        assert 1 <= rows <= 90, get_kind(stack.kind.kind).sheet
