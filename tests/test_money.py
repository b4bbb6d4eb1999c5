"""Amounts: cents inside, yuan outside, capitals on papers."""

from __future__ import annotations

import pytest

from qq_excel import money


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角整"),
        (11, "人民币壹角壹分"),
        (100, "人民币壹元整"),
        (101, "人民币壹元零壹分"),
        (110, "人民币壹元壹角整"),
        (1_000, "人民币壹拾元整"),
        (1_005, "人民币壹拾元零伍分"),
        (10_050, "人民币壹佰元伍角整"),
        (10_500, "人民币壹佰零伍元整"),
        (100_100, "人民币壹仟零壹元整"),
        (168_032, "人民币壹仟陆佰捌拾元叁角贰分"),
        (1_070_053, "人民币壹万零柒佰元伍角叁分"),
        (10_000_000, "人民币壹拾万元整"),
        (10_000_100, "人民币壹拾万零壹元整"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (10_000_000_000, "人民币壹亿元整"),
        (10_001_000_000, "人民币壹亿零壹万元整"),
        (10_000_000_100, "人民币壹亿零壹元整"),
        (120_000_000_000_00, "人民币壹仟贰佰亿元整"),
        (-123_456, "人民币（负）壹仟贰佰叁拾肆元伍角陆分"),
    ],
)
def test_capitals(cents: int, text: str) -> None:
    assert money.capitals(cents) == text


@pytest.mark.parametrize(
    ("cents", "step", "text"),
    [
        (0, 1, "0.00"),
        (5, 1, "0.05"),
        (-5, 1, "-0.05"),
        (123_456_789, 1, "1,234,567.89"),
        (1_000_000, 10_000, "1.00"),  # 1 万元
        (1_234_500, 10_000, "1.2345"),
        (1_234_567, 10_000, "1.234567"),  # no cent is hidden
        (-1, 10_000, "-0.000001"),
        (100_000, 1_000, "1.00"),  # 1 千元
        (0, 10_000, "0.00"),
        (1_000_000_000_000, 10_000, "1,000,000.00"),
    ],
)
def test_yuan_in_the_sheets_unit(cents: int, step: int, text: str) -> None:
    assert money.yuan(cents, step) == text


@pytest.mark.parametrize(
    ("yuan", "cents"), [("0.005", 1), ("-0.005", -1), ("1.004", 100), (12, 1200), ("1234567.89", 123456789)]
)
def test_cents(yuan: str | int, cents: int) -> None:
    assert money.cents(yuan) == cents
