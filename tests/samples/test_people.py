"""Codes of invented people and companies pass the check digits; known examples of the standards too."""

from __future__ import annotations

import datetime as dt
from random import Random

from qq_excel.samples.people import Register, credit_code, identity_number, organisation_code


def test_examples_of_the_standards() -> None:
    assert organisation_code("D2143569") == "X"  # GB 11714, appendix
    assert identity_number("110105", dt.date(1949, 12, 31), 2) == "11010519491231002X"  # GB 11643
    assert credit_code("91", "350100", "M000100Y") == "91350100M000100Y43"  # GB 32100, appendix


def test_nobody_stands_twice() -> None:
    register = Register(Random(1))  # noqa: S311
    names = [register.person() for _ in range(300)] + [register.company(("甲",)).name for _ in range(100)]
    assert len(set(names)) == len(names)


def test_codes_bear_an_area_that_was_never_given_out() -> None:
    register = Register(Random(2))  # noqa: S311
    assert register.company(("甲",)).code[2:8] == "999000"
    assert register.private().code[:6] == "999000"
