"""The formulas of computed columns, worked out here as Excel and the rules would."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qq_excel.kinds import all_kinds, get_kind
from qq_excel.policy import calendar, load_policy
from qq_excel.template.formula import in_cells, references, work_out

DAY = dt.date
ALL = [(k.kind, f.name) for k in all_kinds().values() for f in k.fields if f.formula]
RECEIVABLES = get_kind("receivables")


def test_references_are_replaced_outside_of_texts() -> None:
    formula = '=IF({a}="{a}",{b_1},"")'
    assert references(formula) == {"a", "b_1"}
    assert in_cells(formula, {"a": "A7", "b_1": "$B$2"}) == '=IF(A7="{a}",$B$2,"")'


@pytest.mark.parametrize(
    ("formula", "values", "expected"),
    [
        ("=1+2*3^2", {}, 19.0),
        ("=-2^2", {}, 4.0),  # Excel binds the sign closer than the power
        ("=10%+1", {}, 1.1),
        ('="a"&1&TRUE', {}, "a1TRUE"),
        ('=IF({x}="","leer",{x})', {"x": None}, "leer"),
        ("={x}+1", {"x": None}, 1.0),
        ("={x}+1", {"x": "abc"}, "#VALUE!"),
        ("=1/0", {}, "#DIV/0!"),
        ('=IFERROR(1/0,"-")', {}, "-"),
        ("=ROUND(2.675,2)", {}, 2.68),
        ("=ROUND(-0.125,2)", {}, -0.13),
        ("=EDATE({d},12)", {"d": DAY(2024, 2, 29)}, 45716.0),
        ("=DATE(2025,2,28)", {}, 45716.0),
        ("=MAX(0,{a},{b})", {"a": None, "b": "text"}, 0.0),
        ("=AND(TRUE,1>0,NOT(FALSE))", {}, True),
        ('="ABC"="abc"', {}, True),
        ('=1<"1"', {}, True),
        ("=COUNT({a},{b})", {"a": 1, "b": "1"}, 1.0),
        ("=NEUEFUNKTION(1)", {}, None),
        ("=1+", {}, None),
    ],
)
def test_as_excel_works_it_out(formula: str, values: dict[str, Any], expected: Any) -> None:
    got = work_out(formula, values)
    assert got == pytest.approx(expected) if isinstance(expected, float) else got == expected


@pytest.mark.parametrize(("kind", "field"), ALL)
def test_every_formula_is_understood_and_blank_rows_stay_blank(kind: str, field: str) -> None:
    spec = get_kind(kind)[field]
    blank = dict.fromkeys(references(str(spec.formula)))
    assert work_out(str(spec.formula), blank) == ""
    assert work_out(str(spec.formula), {**blank, "as_of": DAY(2026, 9, 30), "age_basis": "业务发生日"}) == ""


def _age_band(since: DAY | None, as_of: DAY, *, due: bool) -> str:
    bands = load_policy("group").at(as_of).bands()
    if due and since is not None and since > as_of:
        return bands[0].name  # not due yet, as in REC004
    index = int(calendar.age_band_index([since], as_of, [b.years for b in bands if b.years])[0])
    return "" if index < 0 else bands[index].name


@given(
    occurred=st.dates(DAY(2015, 1, 1), DAY(2027, 12, 31)),
    due=st.dates(DAY(2015, 1, 1), DAY(2027, 12, 31)),
    as_of=st.dates(DAY(2020, 1, 1), DAY(2027, 12, 31)),
    basis=st.sampled_from(["业务发生日", "约定付款日"]),
)
def test_ageing_agrees_with_the_program(occurred: DAY, due: DAY, as_of: DAY, basis: str) -> None:
    values = {"occurred_on": occurred, "due_on": due, "as_of": as_of, "age_basis": basis}
    since = occurred if basis == "业务发生日" else due
    expected = _age_band(since, as_of, due=basis == "约定付款日")
    assert work_out(str(RECEIVABLES["age_band"].formula), values) == expected
    assert (
        work_out(str(RECEIVABLES["overdue_days"].formula), values) == calendar.overdue_days([due], as_of)[0]
    )


@given(cents=st.tuples(st.integers(0, 10**13), st.integers(0, 10**13)))
def test_balance_is_exact_to_the_cent(cents: tuple[int, int]) -> None:
    original, received = cents
    got = work_out(
        str(RECEIVABLES["balance"].formula), {"original": original / 100, "received": received / 100}
    )
    assert isinstance(got, float)
    assert round(got * 100) == original - received
    assert np.isfinite(got)
