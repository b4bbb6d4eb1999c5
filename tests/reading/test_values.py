"""Texts to numbers and dates: every form that staff write, and the ones that nobody can tell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qq_excel.money import capitals
from qq_excel.reading import values
from qq_excel.reading.period import period_after, period_bounds, period_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("12", "12"),
        ("-12.50", "-12.50"),
        ("+3", "3"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1,234.56", "1234.56"),
        ("1，234.56", "1234.56"),
        ("1,2345", "12345"),
        ("12 345.6", "12345.6"),
        (" 12\u00a0", "12"),
        ("１２３．４", "123.4"),
        ("\u221212", "-12"),
        ("(1,200.00)", "-1200.00"),
        ("（1200）", "-1200"),
        ("1200-", "-1200"),
        ("￥1,200", "1200"),
        ("¥1200", "1200"),
        ("-￥1200", "-1200"),
        ("RMB 1200", "1200"),
        ("人民币1,200元", "1200"),
        ("1200元", "1200"),
        ("1.2万元", "12000"),
        ("1.2万", "12000"),
        ("3千元", "3000"),
        ("2亿元", "200000000"),
        ("12%", "0.12"),
        ("１２％", "0.12"),
        ("1e3", "1000"),
        ("1.5E-2", "0.015"),
        ("壹仟贰佰元整", "1200"),
        ("人民币壹万贰仟叁佰肆拾伍元陆角柒分", "12345.67"),
        ("壹佰圆零伍分", "100.05"),
        ("伍角", "0.5"),
        ("叁拾万元整", "300000"),
        ("一千二百元", "1200"),
        ("三百万元", "3000000"),
        ("（￥1,200.50）", "-1200.50"),
        ("￥-1,200", "-1200"),
        ("￥ 1,200.00 元", "1200"),
        ("零元整", "0"),
    ],
)
def test_number(text: str, expected: str) -> None:
    assert values.number(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "—", "无", "约100", "100左右", "1,23", "1,234,5", "1.234,56", "1,234.5,6", "12..5", "--5",
        "(-5)", "-5-", "1.2.3", "元", "元整", "万元", "%", "()", "1/2", "#N/A", "NaN", "inf", "0x10", "1_000",
        "2026-09-30", "拾拾元", "1e999", "9" * 61,
    ],
)  # fmt: skip
def test_no_number(text: str) -> None:
    assert values.number(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-30", "2026-09-30"),
        ("2026-9-3", "2026-09-03"),
        ("2026/9/30", "2026-09-30"),
        ("2026.9.30", "2026-09-30"),
        ("2026年9月30日", "2026-09-30"),
        ("2026 年 9 月 30 日", "2026-09-30"),
        ("２０２６年９月３０日", "2026-09-30"),
        ("20260930", "2026-09-30"),
        ("2026-09-30 00:00:00", "2026-09-30"),
        ("2026-09-30T13:05:00.000", "2026-09-30"),
        (" 2026-09-30 ", "2026-09-30"),
        ("2026年9月", "2026-09-01"),
        ("2026.10", "2026-10-01"),
        ("2026年9月30号", "2026-09-30"),
        ("二〇二六年九月三十日", "2026-09-30"),
        ("二零二六年十一月五日", "2026-11-05"),
        ("二○二六年十二月二十一日", "2026-12-21"),
        ("30/09/2026", "2026-09-30"),
        ("9.30.2026", "2026-09-30"),
        ("05/05/2026", "2026-05-05"),
        ("46295", "2026-09-30"),
        ("46295.75", "2026-09-30"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_date(text: str, expected: str) -> None:
    assert values.date(text) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    [
        "", "无", "2026-02-29", "2026-13-01", "2026-00-10", "2026-09-31", "03/04/2024", "3-4-24", "26-09-30", "2026",
        "1900-01-01", "9999-12-31", "12345678", "20261301", "00000", "12", "2026-09-30 下午", "长期", "#N/A",
        "二〇二六年十三月一日", "二〇二六年九月一二日", "31/02/2024", "02/31/2024",
    ],
)  # fmt: skip
def test_no_date(text: str) -> None:
    assert values.date(text) is None


def test_no_serials() -> None:
    assert values.date("46295", serials=False) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03/04/2024", True),
        ("3-4-24", True),
        ("24.3.5", True),
        ("13/04/2024", False),
        ("31/31/2024", False),
        ("１.２.2024", True),
        ("2024-03-04", False),
        ("无", False),
    ],
)
def test_ambiguous(text: str, expected: bool) -> None:
    assert values.ambiguous(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026Q3", "2026Q3"),
        ("2026-q3", "2026Q3"),
        ("２０２６Ｑ３", "2026Q3"),
        ("2026年3季度", "2026Q3"),
        ("2026 年第三季度", "2026Q3"),
        ("2026年度第二季度", "2026Q2"),
        ("2026-09", "2026-09"),
        ("2026-3", "2026-03"),
        ("2026.3", "2026-03"),
        ("2026年3月", "2026-03"),
        ("2026年12月", "2026-12"),
        ("202609", "2026-09"),
        ("2026", "2026"),
        ("2026年度", "2026"),
        ("2026H2", "2026H2"),
        ("2026年下半年", "2026H2"),
        ("２０２６上半年", "2026H1"),
        ("2026年全年", "2026"),
        ("2026年9月份", "2026-09"),
        ("2026年3季", "2026Q3"),
        ("2026-13", None),
        ("2026H3", None),
        ("1899", None),
        ("20263", None),
        ("第三季度", None),
        ("", None),
    ],
)
def test_period(text: str, expected: str | None) -> None:
    assert period_name(text) == expected
    assert (period_bounds(text) is None) == (expected is None)


@pytest.mark.parametrize(
    ("name", "first", "last", "after"),
    [
        ("2026", dt.date(2026, 1, 1), dt.date(2026, 12, 31), "2027"),
        ("2026H1", dt.date(2026, 1, 1), dt.date(2026, 6, 30), "2026H2"),
        ("2026H2", dt.date(2026, 7, 1), dt.date(2026, 12, 31), "2027H1"),
        ("2026Q1", dt.date(2026, 1, 1), dt.date(2026, 3, 31), "2026Q2"),
        ("2026Q4", dt.date(2026, 10, 1), dt.date(2026, 12, 31), "2027Q1"),
        ("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29), "2024-03"),
        ("2026-11", dt.date(2026, 11, 1), dt.date(2026, 11, 30), "2026-12"),
        ("2026-12", dt.date(2026, 12, 1), dt.date(2026, 12, 31), "2027-01"),
    ],
)
def test_a_period_and_the_one_after_it(name: str, first: dt.date, last: dt.date, after: str) -> None:
    assert period_name(name) == name
    assert period_bounds(name) == (first, last)
    assert period_after(name) == after


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False)
days = st.dates(dt.date(values.FIRST_YEAR, 1, 1), dt.date(values.LAST_YEAR, 12, 31))


@given(
    amounts, st.sampled_from(["{:.2f}", "{:,.2f}", "￥{:,.2f}", "{:.2f}元", "{:,.2f} 元", " {:.2f}\u3000"])
)
def test_every_amount_comes_back(amount: Decimal, form: str) -> None:
    assert values.number(form.format(amount)) == amount


@given(st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False))
def test_every_amount_in_brackets_is_negative(amount: Decimal) -> None:
    assert values.number(f"({amount:,.2f})") == -amount


@settings(deadline=None)  # the first call loads a dictionary
@given(st.integers(min_value=1, max_value=10**13))
def test_every_amount_in_capitals_comes_back(cents: int) -> None:
    assert values.number(capitals(cents)) == Decimal(cents) / 100


@given(days, st.sampled_from(["{0:%Y-%m-%d}", "{0.year}.{0.month}.{0.day}", "{0.year}/{0.month}/{0.day}",
                              "{0.year}年{0.month}月{0.day}日", "{0:%Y%m%d}", "{0:%Y-%m-%d} 08:00:00"]))  # fmt: skip
def test_every_date_comes_back(day: dt.date, form: str) -> None:
    assert values.date(form.format(day)) == day


@given(st.dates(dt.date(values.FIRST_YEAR, 1, 1), dt.date(2173, 10, 13)))
def test_every_serial_comes_back(day: dt.date) -> None:
    assert values.date(str((day - dt.date(1899, 12, 30)).days)) == day


@given(st.text(max_size=80))
def test_any_text_is_read_or_left(text: str) -> None:
    number, day = values.number(text), values.date(text)
    assert number is None or number.is_finite()
    assert day is None or values.FIRST_YEAR <= day.year <= values.LAST_YEAR
    values.ambiguous(text)
    period_name(text)


def test_a_text_with_a_long_run_of_blanks_is_no_date() -> None:
    """It took nine seconds to say so, for each cell."""
    assert values.date("2024" + " " * 32_000 + "年3月5日") is None
    assert values.date("2024 " + " " * 40 + "年3月5日") == dt.date(2024, 3, 5)
