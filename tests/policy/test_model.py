"""Dated parameters, what a file inherits, and how a wrong policy file is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from qq_excel.errors import SchemaError
from qq_excel.language import using
from qq_excel.policy import CannotJudge, addition_names, load_policy, policy_of, profile_names
from qq_excel.policy.loading import folder
from qq_excel.policy.values import parameters

#: A small policy of one's own that every test below spoils in one place.
OWN = """\
extends: group
profile: acme
version: 3
title: {zh: 甲公司清欠制度, en: Acme}
expected: [receivables]
follow: [cases]
teams:
  - {name: 清欠办, en: Office, clauses: [F-3]}
stages:
  - {name: 登记, en: Register, clauses: [G-10], team: 清欠办, needs: {cases: [claim_id]}, due: stall_days}
  - {name: 结案, en: Close, needs: {cases: [closed_on, method=诉讼 | method=执行]}, closes: true}
off:
  REC007: {zh: 改用函证系统, en: another system does it}
on: [REC018]
levels: {REC012: E}
parameters:
  dun_every_days:
    - {from: 2026-01-01, value: 60, source: {zh: 甲公司〔2025〕8号, en: Acme 2025/8}}
    - {from: 2027-01-01, value: 45, source: {zh: 甲公司〔2026〕2号, en: Acme 2026/2}}
"""


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    yield
    load_policy.cache_clear()  # a policy is read once a process


def own(tmp_path: Path, old: str = "", new: str = "", text: str = OWN) -> Path:
    assert old in text
    path = tmp_path / "own.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SchemaError) as caught:
        load_policy(path)
    return str(caught.value).replace(str(path), "F")


def test_a_ledger_is_judged_by_the_values_of_its_day() -> None:
    policy = load_policy("group")
    assert policy.at(dt.date(2017, 9, 30)).count("limitation_years") == 2
    assert policy.at(dt.date(2017, 10, 1)).count("limitation_years") == 3
    assert policy.at(None).count("limitation_years") == 3


def test_before_the_first_value_it_cannot_judge() -> None:
    with pytest.raises(CannotJudge) as caught:
        load_policy("group").at(dt.date(1999, 12, 31)).count("dun_every_days")
    assert "书面催收间隔（天）”（dun_every_days）未设定" in caught.value.why.zh
    assert load_policy("group").at(dt.date(1999, 12, 31)).get("dun_every_days") is None


def test_empty_value_cannot_be_judged_and_unknown_name_is_a_slip() -> None:
    params = load_policy("group").at(dt.date(2026, 9, 30))
    with pytest.raises(CannotJudge):
        params.rates("provision_rates")
    with pytest.raises(KeyError):
        params.get("no_such_parameter")
    assert params.asked == {"provision_rates", "no_such_parameter"}


def test_authority_in_cents() -> None:
    bodies = load_policy("group").at(dt.date(2026, 9, 30)).authority()
    assert [(b.body, b.cents) for b in bodies] == [
        ("总经理会议", 50_000_000), ("董事会", 500_000_000), ("股东大会", None),
    ]  # fmt: skip


# --- what a file inherits ----------------------------------------------------------------------------


def test_own_values_take_over_from_their_first_date(tmp_path: Path) -> None:
    policy = load_policy(own(tmp_path))
    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
    assert [policy.at(d).count("dun_every_days") for d in days] == [90, 60, 60, 45]
    assert policy.at(days[0]).count("stall_days") == 90


def test_lists_replace_and_switches_merge(tmp_path: Path) -> None:
    policy = load_policy(own(tmp_path))
    assert (policy.profile, policy.version, policy.regulation) == ("acme", 3, "F")
    assert policy.kinds == load_policy("group").kinds
    assert [s.name for s in policy.stages] == ["登记", "结案"]
    assert policy.at(None).words("teams") == ("清欠办",)
    assert list(policy.off) == ["REC007"]
    assert policy.levels == {"REC012": "E"}


def test_a_file_without_extends_stands_alone(tmp_path: Path) -> None:
    policy = load_policy(own(tmp_path, "extends: group\n", "regulation: F\nkinds: [receivables, cases]\n"))
    assert set(policy.parameters) == {"dun_every_days"}
    with pytest.raises(CannotJudge):
        policy.at(None).count("confirm_every_months")
    digest = hashlib.sha256((tmp_path / "own.yaml").read_bytes()).hexdigest()
    assert policy.sha256 == digest


def test_a_file_can_build_on_another_beside_it(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(OWN, encoding="utf-8")
    branch = own(tmp_path, text="extends: [parent.yaml, tax]\nprofile: branch\n")
    policy = load_policy(branch)
    assert (policy.profile, policy.version, policy.additions) == ("branch", 3, ("tax",))
    before = policy.sha256
    (tmp_path / "parent.yaml").write_text(OWN.replace("value: 60", "value: 61"), encoding="utf-8")
    load_policy.cache_clear()
    assert load_policy(branch).sha256 != before


def test_a_circle_of_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("extends: own.yaml\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"第 1 行：own.yaml 经 extends 又引用了自己"):
        load_policy(own(tmp_path, "extends: group", "extends: other.yaml"))


def test_the_tax_addition_switches_its_rules_on_for_any_profile() -> None:
    assert addition_names() == ["tax"]
    assert load_policy("group").at(None).flag("tax_rules") is False
    added = policy_of("group+tax")
    assert added.at(None).flag("tax_rules") is True
    assert added.at(dt.date(2010, 12, 31)).flag("tax_rules") is False
    assert (added.profile, added.additions) == ("group", ("tax",))
    with pytest.raises(SchemaError, match="没有名为“tx”的附加规定，是不是 tax？"):
        policy_of("group+tx")


# --- what is refused ---------------------------------------------------------------------------------

SLIPS = yaml.safe_load((Path(__file__).parent / "slips.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("slip", SLIPS, ids=lambda s: s["slip"].replace(" ", "-"))
def test_a_slip_is_refused_with_file_line_and_what_is_right(tmp_path: Path, slip: dict[str, str]) -> None:
    assert refusal(own(tmp_path, slip["old"], slip["new"])) == slip["refused"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("credit_warn_ratio", "90", "比例（0 到 1，如 0.9 表示 90%）"),
        ("credit_warn_ratio", ".nan", "比例（0 到 1，如 0.9 表示 90%）"),
        ("age_basis", "发票日", "业务发生日或约定付款日"),
        ("contact_hours", '["21:00", "08:00"]', '起止时刻，如 ["08:00", "21:00"]'),
        ("age_bands", "[{name: 甲, years: 2}, {name: 乙, years: 1}, {name: 丙}]", "账龄段列表"),
        ("age_bands", "[{name: 甲, years: 2}]", "最后一段不写 years"),
        ("write_off_authority", "[{body: 董事会, up_to: 5}, {body: 股东大会, up_to: 3}]", "限额递增"),
        ("assessment_weights", "{进展: 0.5, 质量: 0.6}", "合计为 1"),
        ("assessment_grades", "[{name: 合格, from_score: 60}, {name: 优秀, from_score: 90}]", "起始分递减"),
        ("provision_rates", "{1年以内: 5}", "比例（0 到 1）"),
        ("separate_duties", "是的", "true 或 false"),
    ],
)
def test_values_out_of_range_or_order(tmp_path: Path, name: str, value: str, expected: str) -> None:
    source = "{zh: 测试, en: test}"
    text = f"extends: group\nparameters:\n  {name}:\n    - {{from: 2026-01-01, value: {value}, source: {source}}}\n"
    message = refusal(own(tmp_path, text=text))
    assert message.startswith(f"F 第 4 行：参数“{name}”（{parameters()[name].title.zh}）应为"), message
    assert expected in message


def test_words_that_a_column_does_not_have(tmp_path: Path) -> None:
    source = "{zh: 测试, en: test}"
    text = f"extends: group\nparameters:\n  allowed_methods:\n    - {{from: 2026-01-01, value: [电话, 短讯], source: {source}}}\n"
    assert refusal(own(tmp_path, text=text)) == (
        "F 第 4 行：不认识的取值“短讯”；可用：电话、函件、上门、律师函、邮政存证信函、短信、对账。"
    )


def test_missing_parts_broken_yaml_and_empty_file(tmp_path: Path) -> None:
    path = own(tmp_path, text="profile: acme\nversion: 1\n")
    assert (
        refusal(path)
        == "F 第 1 行：缺少“regulation”；请写上，或用 extends 沿用一个制度（如 extends: group）。"
    )
    load_policy.cache_clear()
    assert "不是合法的 YAML" in refusal(own(tmp_path, "version: 3\n", "version: [3\n"))
    load_policy.cache_clear()
    assert refusal(own(tmp_path, text="")) == "F 第 1 行：文件是空的。"


def test_refusals_in_english(tmp_path: Path) -> None:
    with using("en"):
        path = own(tmp_path, "value: 60", "value: six")
        assert refusal(path) == (
            "F, line 18: parameter 'dun_every_days' (Days between written demands) must be a whole number of"
            " days, e.g. 30, not 'six'."
        )


def test_unknown_profile_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="没有名为“grop”的制度，是不是 group？"):
        load_policy("grop")
    with pytest.raises(SchemaError, match="读不到文件"):
        load_policy(tmp_path / "none.yaml")


# --- the eight profiles ------------------------------------------------------------------------------


def test_the_eight_profiles_are_there() -> None:
    regulations = {name: load_policy(name).regulation for name in profile_names()}
    assert regulations == {
        "assessment": "A", "project": "B", "company": "C", "agency": "D", "office": "E", "group": "F",
        "enterprise": "G", "collections": "H",
    }  # fmt: skip


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_sets_every_parameter_and_says_where_it_comes_from(name: str) -> None:
    policy = load_policy(name)
    assert set(policy.parameters) == set(parameters())
    for dated in policy.parameters.values():
        assert all(v.source.zh and v.source.en for v in dated)
    assert policy.stages[-1].closes
    assert [s.closes for s in policy.stages[:-1]] == [False] * (len(policy.stages) - 1)
    assert policy.teams
    assert policy.follow
    for stage in policy.stages:
        assert set(stage.needs) >= set(policy.follow), f"{stage.name}: no needs"
        assert stage.clauses
        assert any(c.startswith(f"{policy.regulation}-") for c in stage.clauses)


def test_stages_are_those_of_the_regulations() -> None:
    stages = {name: "、".join(s.name for s in load_policy(name).stages) for name in profile_names()}
    assert stages["group"] == stages["enterprise"] == "登记、核实、预警、协商、诉讼、结案"
    assert stages["office"] == "接单、分析、协调、实施、反馈、总结"
    assert stages["project"] == "收集资料、筛选内容、督促、跟踪、达成协议、监督履约、结算、归档"
    assert stages["agency"] == "申报、调解、追缴、执行、结案"
    assert stages["company"] == "对账、方案、协商、签约、跟踪、结案"
    assert stages["collections"] == "核实、计划、催收、协议、法务、结案"


def test_only_a_public_office_has_coercive_powers() -> None:
    powers = {name for name in profile_names() if load_policy(name).at(None).flag("coercive_powers")}
    assert powers == {"agency"}


def test_no_value_stands_twice() -> None:
    """What all profiles share stands in ``_defaults.yaml`` only: a profile states what differs."""
    common = load_policy("group").parameters
    for name in profile_names():
        text = (folder() / f"{name}.yaml").read_text(encoding="utf-8")
        own_values = [n for n in common if f"\n  {n}:" in text]
        for n in own_values:
            assert load_policy(name).parameters[n][-1].value != common[n][-1].value, (name, n)
