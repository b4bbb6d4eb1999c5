"""The three verdicts on a write-off, and whether a pack can be handed in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from qq_excel.check import check_paths
from qq_excel.verdicts import MAPPING_IS_OURS, Application, fit, verdicts_of
from tests.rules.test_fixtures import with_parameters
from tests.support.build import build

PAPERS: list[dict[str, Any]] = [{}, {"type": "催收记录"}, {"type": "终结执行裁定"}]


def applications(
    tmp_path: Path,
    rows: list[dict[str, Any]],
    papers: list[dict[str, Any]] | None = None,
    policy: dict[str, Any] | None = None,
    file: str = "x",
) -> list[Application]:
    (tmp_path / "evidence").mkdir(exist_ok=True)
    (tmp_path / "evidence/contract.pdf").write_text(file)
    tables: dict[str, list[dict[str, Any]]] = {"write_offs": rows}
    if papers != []:
        tables["evidence"] = papers or PAPERS
    path = build(tmp_path / "申请.xlsx", tables)
    return verdicts_of(check_paths([path], policy=with_parameters(policy or {}, [])))


def test_a_good_application_is_fit(tmp_path: Path) -> None:
    (one,) = applications(tmp_path, [{}])
    assert (one.policy.outcome, one.book.outcome, one.tax.outcome) == ("yes", "yes", "off")
    assert one.policy.text.zh == "符合“逾期三年以上”，证据齐全（F-14、F-15）"
    assert one.policy.note == MAPPING_IS_OURS
    assert one.charge == 0
    assert [p.type for p in one.papers] == ["债权凭证", "催收记录", "终结执行裁定"]
    assert (one.papers[0].issued_on, one.papers[0].pages) == (dt.date(2022, 5, 1), 3)
    assert fit(one)


def test_a_missing_paper_is_named_and_the_application_is_not_fit(tmp_path: Path) -> None:
    (one,) = applications(tmp_path, [{}], PAPERS[:2])
    assert one.policy.outcome == "no"
    assert "法院判决书或法院和解笔录" in one.policy.missing[0].zh
    assert "法院判决书 or 法院和解笔录" in one.policy.missing[0].en
    assert not fit(one)


def test_an_evidence_file_that_is_empty_belongs_to_its_application(tmp_path: Path) -> None:
    (one,) = applications(tmp_path, [{}], file="")
    assert one.policy.outcome == "no"
    assert {f.rule for f in one.findings if f.blocks} == {"WOF009"}
    assert not fit(one)


def test_another_applications_faults_do_not_count(tmp_path: Path) -> None:
    rows = [{}, {"claim_id": "ZQ-0002", "due_on": dt.date(2026, 1, 1)}]
    papers = [*PAPERS, *({**p, "application_id": "HX-0002"} for p in PAPERS)]
    first, second = applications(tmp_path, rows, papers)
    assert fit(first)
    assert second.policy.outcome == "no"
    assert not fit(second)


def test_without_the_list_of_evidence_nothing_is_passed(tmp_path: Path) -> None:
    (one,) = applications(tmp_path, [{}], [])
    assert one.policy.outcome == "unknown"
    assert "证据清单" in one.policy.missing[0].zh
    assert not fit(one)


def test_status_decides_too(tmp_path: Path) -> None:
    assert not fit(applications(tmp_path, [{"status": "草拟"}])[0])
    assert not fit(applications(tmp_path, [{"status": "已驳回"}])[0])
    assert fit(applications(tmp_path, [{"status": "审核中"}])[0])


def test_what_the_provision_does_not_cover_goes_to_the_result(tmp_path: Path) -> None:
    rows = [{"provision": 599.99}, {"provision": None}, {"amount": None}]
    papers = [{**p, "application_id": f"HX-000{n}"} for n in (1, 2, 3) for p in PAPERS]
    one, two, three = applications(tmp_path, rows, papers)
    assert (one.book.outcome, one.charge) == ("no", 1)
    assert one.book.text.zh == "已提坏账准备 599.99 元，不足核销 600.00 元，差额 0.01 元计入当期损益"
    assert (two.book.outcome, two.charge) == ("no", 60_000)
    assert two.book.missing[0].zh == "“已提坏账准备”没有填写"
    assert (three.book.outcome, three.charge) == ("unknown", None)


def test_tax_is_its_own_verdict(tmp_path: Path) -> None:
    (one,) = applications(tmp_path, [{}], policy={"tax_rules": True})
    assert (one.policy.outcome, one.tax.outcome) == ("yes", "no")
    assert "专项报告" in one.tax.missing[0].zh
    assert fit(one)
    (two,) = applications(
        tmp_path, [{}], [*PAPERS, {"type": "其他", "name": "专项报告"}], policy={"tax_rules": True}
    )
    assert two.tax.outcome == "yes"


@pytest.mark.parametrize(
    ("due", "amount", "income", "outcome", "says"),
    [
        ("2023-08-20", 600, None, "yes", "逾期3年以上（第23条）；税前扣除资料齐全"),
        ("2023-08-21", 50_000, None, "yes", "逾期1年以上，单笔不超过 50,000.00 元（第24条）"),
        ("2023-08-21", 50_000.01, None, "unknown", "annual_income"),
        ("2023-08-21", 50_000.01, 600_000_000, "yes", "60,000.00 元，第24条"),
        ("2023-08-21", 50_000.01, 400_000_000, "no", "且单笔超过小额标准"),
        ("2025-08-20", 600, None, "yes", "第24条"),
        ("2025-08-21", 600, None, "no", "逾期不满1年"),
    ],
)
def test_tax_by_time(
    tmp_path: Path, due: str, amount: float, income: int | None, outcome: str, says: str
) -> None:
    row = {"due_on": dt.date.fromisoformat(due), "amount": amount, "balance": amount, "provision": amount}
    report = {"type": "其他", "name": "专项报告"}
    given = {"tax_rules": True, "annual_income": income}
    (one,) = applications(tmp_path, [row], [*PAPERS, report], policy=given)
    assert one.tax.outcome == outcome
    words = one.tax.text.zh + "".join(m.zh for m in one.tax.missing)
    assert says in words


def test_no_applications(tmp_path: Path) -> None:
    assert verdicts_of(check_paths([build(tmp_path / "a.xlsx", {"contracts": [{}]})])) == []
