"""The worksheet functions: exact values over ranges, and the same as the rules have."""

import datetime as dt

import pytest

from qq_excel.addin import worksheet
from qq_excel.addin.functions import (
    FUNCTIONS,
    QQ_AGE_BAND,
    QQ_CAPITALS,
    QQ_CODE_OK,
    QQ_LIMITATION_END,
    QQ_OVERDUE_DAYS,
    QQ_WARNING_LEVEL,
)
from qq_excel.errors import InputError, SchemaError

DAY = dt.date
AS_OF = DAY(2026, 9, 30)
MIDNIGHT = dt.datetime


def test_age_bands():
    given = [
        [DAY(2025, 12, 1)],
        ["2023-01-05"],
        [None],
        ["无"],
        [DAY(2027, 1, 1)],
        [dt.datetime(2021, 9, 29)],
    ]
    assert QQ_AGE_BAND(given, AS_OF) == [
        ["1年以内"],
        ["3至4年"],
        [""],
        ["不是日期"],
        ["晚于截止日期"],
        ["5年以上"],
    ]
    assert QQ_AGE_BAND(DAY(2027, 1, 1), AS_OF, "约定付款日") == [["1年以内"]]
    with pytest.raises(InputError, match="账龄口径"):
        QQ_AGE_BAND(AS_OF, AS_OF, "随便")


def test_overdue_days_count_from_the_day_after():
    given = [[DAY(2026, 9, 29), DAY(2026, 9, 30), DAY(2026, 12, 30)], [46000.0, "", "x"]]
    assert QQ_OVERDUE_DAYS(given, "2026-09-30") == [[1, 0, 0], [295, "", "不是日期"]]


def test_limitation_runs_anew_from_events_until_the_as_of_date():
    due = [[DAY(2023, 9, 29)]] * 3
    events = [[DAY(2024, 1, 1), None], [None, None], [DAY(2026, 10, 1), "x"]]
    assert QQ_LIMITATION_END(due[:2], AS_OF, events[:2]) == [[MIDNIGHT(2027, 1, 1)], [MIDNIGHT(2026, 9, 29)]]
    assert QQ_LIMITATION_END(due, AS_OF, events)[2] == ["不是日期"]
    assert QQ_LIMITATION_END(due[0][0], AS_OF) == [[MIDNIGHT(2026, 9, 29)]]
    with pytest.raises(InputError, match="同行数"):
        QQ_LIMITATION_END(due, AS_OF, events[:2])


def test_warning_levels_take_the_gravest():
    due = [[DAY(2022, 1, 1)]] + [[DAY(2026, 8, 1)]] * 4
    left = [[None], [20], [-1], [5], [None]]
    assert QQ_WARNING_LEVEL(due, AS_OF, left) == [["红"], ["蓝"], ["橙"], ["黄"], [""]]
    assert QQ_WARNING_LEVEL(due[1], AS_OF, 20, DAY(2026, 10, 1)) == [["红"]]
    assert QQ_WARNING_LEVEL("x", AS_OF) == [["不是日期"]]
    with pytest.raises(InputError, match="数字"):
        QQ_WARNING_LEVEL(due, AS_OF, [["多"]] * 5)


def test_capitals():
    assert QQ_CAPITALS([[1200, 0.125, "x", None], [-3.5, "1,234.50", True, 1e15]]) == [
        ["人民币壹仟贰佰元整", "人民币壹角叁分", "不是金额", ""],
        ["人民币（负）叁元伍角整", "人民币壹仟贰佰叁拾肆元伍角整", "不是金额", "不是金额"],
    ]


def test_codes():
    given = [
        "91350100M000100Y43",
        "91350100M000100Y44",
        "11010519491231002X",
        "110105194912310021",
        "",
        9.1e17,
    ]
    assert QQ_CODE_OK([given]) == [[True, False, True, False, "", False]]


def test_policies_are_built_in_ones_only(tmp_path):
    (tmp_path / "own.yaml").write_text("extends: group\n")
    with pytest.raises(SchemaError, match="没有名为"):
        QQ_AGE_BAND(AS_OF, AS_OF, None, str(tmp_path / "own.yaml"))
    with pytest.raises(InputError, match="截止日期"):
        QQ_OVERDUE_DAYS(AS_OF, "昨天")
    with pytest.raises(InputError, match="一个值"):
        QQ_OVERDUE_DAYS(AS_OF, [[AS_OF, AS_OF]])


def test_whole_columns_are_computed_as_single_cells_are():
    days = [[DAY(2020, 1, 1) + dt.timedelta(n)] for n in range(0, 2400, 37)]
    for function in (QQ_AGE_BAND, QQ_OVERDUE_DAYS, QQ_LIMITATION_END, QQ_WARNING_LEVEL):
        assert function(days, AS_OF) == [function(day, AS_OF)[0] for (day,) in days]


def test_the_table_says_what_the_functions_take():
    for function in FUNCTIONS:
        code = function.call.__code__
        assert function.name == function.call.__name__
        assert tuple(a.name for a in function.arguments) == code.co_varnames[: code.co_argcount]
        optional = [a.optional for a in function.arguments]
        assert sum(optional) == len(function.call.__defaults__ or ())
        assert optional == sorted(optional)
        assert all(a.text.zh and a.text.en for a in function.arguments)


def test_served_functions_tell_errors_in_the_cell(tmp_path, monkeypatch):
    monkeypatch.setenv("QQ_LOG_DIR", str(tmp_path))
    assert worksheet.QQ_CAPITALS([[1.0]]) == [["人民币壹元整"]]
    assert "截止日期" in worksheet.QQ_OVERDUE_DAYS([[AS_OF]], [["x"]])[0][0]
    fault = worksheet.QQ_OVERDUE_DAYS()[0][0]
    assert "编号" in fault
    assert "Traceback" not in fault
    assert "TypeError" in (tmp_path / "qq-excel" / "qq-excel.log").read_text("utf-8")
