"""Dated parameters, and how a wrong policy file is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from qq_excel import resources
from qq_excel.errors import SchemaError
from qq_excel.policy import CannotJudge, load_policy
from qq_excel.policy.model import parameters

GROUP = resources.schemas_dir() / "policies" / "group.yaml"


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = GROUP.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "own.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SchemaError) as caught:
        load_policy(path)
    return str(caught.value).replace(str(path), "F")


def line(path: Path, part: str) -> int:
    return next(n for n, x in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if part in x)


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


def test_unknown_parameter_names_the_nearest(tmp_path: Path) -> None:
    path = changed(tmp_path, "dun_every_days:", "dun_evry_days:")
    n = line(path, "dun_evry_days")
    assert refusal(path) == f"F 第 {n} 行：不认识的参数“dun_evry_days”，是不是 dun_every_days？"


def test_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    path = changed(tmp_path, "regulation: F\n", "regulation: F\nstagess: []\n")
    assert refusal(path) == f"F 第 {line(path, 'stagess')} 行：不认识的键“stagess”，是不是 stages？"


def test_wrong_type_names_line_and_parameter(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "dun_every_days:\n    - {from: 2000-01-01, value: 90",
        "dun_every_days:\n    - {from: 2000-01-01, value: 九十",
    )
    assert refusal(path).startswith(f"F 第 {line(path, '九十')} 行：参数“dun_every_days”应为 days：")


def test_negative_value(tmp_path: Path) -> None:
    path = changed(tmp_path, "value: 0.9", "value: -0.9")
    assert "must not be negative" in refusal(path)


def test_dates_must_rise(tmp_path: Path) -> None:
    path = changed(tmp_path, "from: 2017-10-01", "from: 1999-10-01")
    assert "parameter limitation_years: dates must rise" in refusal(path)


def test_key_twice_broken_yaml_and_empty_file(tmp_path: Path) -> None:
    assert refusal(changed(tmp_path, "version: 1\n", "version: 1\nversion: 2\n")).endswith(
        "行：键“version”重复。"
    )
    load_policy.cache_clear()
    path = changed(tmp_path, "version: 1\n", "version: [1\n")
    assert "不是合法的 YAML" in refusal(path)
    load_policy.cache_clear()
    path.write_text("", encoding="utf-8")
    assert refusal(path) == "F 第 1 行：文件是空的。"


def test_unknown_profile_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="没有名为“grop”的制度，是不是 group？"):
        load_policy("grop")
    with pytest.raises(SchemaError, match="读不到文件"):
        load_policy(tmp_path / "none.yaml")


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = changed(tmp_path, "version: 1\n", "version: 1\n")
    first = load_policy(path)
    path.write_text(path.read_text(encoding="utf-8").replace("version: 1", "version: 2"), encoding="utf-8")
    load_policy.cache_clear()  # a policy is read once a process
    second = load_policy(path)
    assert (first.version, second.version) == (1, 2)
    assert first.sha256 != second.sha256


def test_every_parameter_of_the_group_is_known() -> None:
    assert set(load_policy("group").parameters) <= set(parameters())
