"""What the register knows of papers that were issued."""

from __future__ import annotations

from pathlib import Path

from qq_excel.check import check_paths
from qq_excel.register.papers import pack_claims
from tests.papers.support import packs_of
from tests.support.build import build


def test_each_pack_is_about_its_own_claim_whatever_applications_are_called(tmp_path: Path) -> None:
    """One number begins another, one is no file name, one is given twice."""
    asked = [("HX-1", "ZQ-1"), ("HX-1_2", "ZQ-2"), ("HX/3", "ZQ-3"), ("HX-1", "ZQ-4")]
    rows = [{"application_id": number, "claim_id": claim} for number, claim in asked]
    build(tmp_path / "a.xlsx", {"write_offs": rows})
    outcome = packs_of(check_paths([tmp_path / "a.xlsx"]), tmp_path / "out", draft=True)
    assert {pack.name: claims for pack, claims in pack_claims(outcome).items()} == {
        "HX-1_核销申请包_草稿.zip": ["ZQ-1"], "HX-1_2_核销申请包_草稿.zip": ["ZQ-2"],
        "HX_3_核销申请包_草稿.zip": ["ZQ-3"], "HX-1_核销申请包_2_草稿.zip": ["ZQ-4"],
    }  # fmt: skip
