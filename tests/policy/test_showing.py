"""Every value of every policy can be shown, in both languages, without Python's own spelling."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from qq_excel.language import using
from qq_excel.policy import load_policy, policy_of, profile_names
from qq_excel.policy.showing import shown
from qq_excel.policy.values import ParameterType, Step, parameters


@pytest.mark.parametrize("profile", [*profile_names(), "group+tax"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_value_is_shown(profile: str, lang: str) -> None:
    with using(lang):  # type: ignore[arg-type]
        for name, dated in policy_of(profile).parameters.items():
            for value in dated:
                text = shown(parameters()[name].parse(value.value), parameters()[name].type)
                assert text, name
                assert not any(mark in text for mark in ("None", "Decimal", "=", "(0", "datetime", "zh")), (
                    name,
                    text,
                )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("limitation_years", "3年"),
        ("credit_warn_ratio", "90%"),
        ("contact_hours", "08:00 至 21:00"),
        ("score_tolerance", "5分"),
        ("separate_duties", "是"),
        ("provision_rates", "未设定"),
        (
            "stage_papers",
            "跟踪：书面通知日期或电话催款日期\n达成协议：协议金额；协议期限\n监督履约：协议金额；协议期限\n结算：到账日期\n"
            "归档：到账日期；结算日期；归档日期",
        ),
        ("results_weights", "清收率：60%\n压降率：40%"),
        ("reduction_curve", "-20% 得 0 分、0% 得 60 分、30% 得 100 分"),
        (
            "write_off_authority",
            "总经理会议：500,000 元以内（含）\n董事会：5,000,000 元以内（含）\n股东大会：不限",
        ),
        (
            "dunning_steps",
            "第一次催款函：逾期超过 0 天起，限 15 天内付清\n第二次催款函：逾期超过 30 天起，限 10 天内付清\n"
            "最后催款函：逾期超过 90 天起，限 7 天内付清",
        ),
    ],
)
def test_how_a_value_is_shown(name: str, text: str) -> None:
    params = load_policy("group").at(dt.date(2026, 9, 30))
    assert shown(params.get(name), parameters()[name].type) == text


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        (ParameterType.CURVE, ((0.0, 0.0), (0.6, 60.0)), "0%: 0, 60%: 60"),
        (ParameterType.DAYS, 1, "1 day"),
        (ParameterType.MONTHS, 12, "12 months"),
        (ParameterType.POINTS, 2.5, "2.5 points"),
        (
            ParameterType.STEPS,
            (Step(name="最后催款函", over_days=1, pay_within_days=7, tone="final"),),
            "最后催款函: past due by more than 1 day, to be paid within 7 days",
        ),
    ],
)
def test_values_in_english(type_: ParameterType, value: Any, text: str) -> None:
    with using("en"):
        assert shown(value, type_) == text
