"""A1 addresses. Inside the program rows and columns count from zero."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=16_384)
def column_letters(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def a1(row: int, column: int) -> str:
    """The A1 address of a zero-based cell."""
    return f"{column_letters(column)}{row + 1}"


def from_a1(address: str) -> tuple[int, int]:
    """Zero-based (row, column) of an A1 address; ValueError when it is none."""
    match = re.fullmatch(r"([A-Z]{1,3})([1-9]\d*)", address)
    if not match:
        raise ValueError(address)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1
