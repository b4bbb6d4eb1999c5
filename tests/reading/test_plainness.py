"""The quick look at the bytes of a column changes nothing of what is read."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qq_excel.kinds import Field, get_kind
from qq_excel.reading import convert
from qq_excel.reading.below import _DRESSED
from qq_excel.reading.convert import Facts
from qq_excel.reading.locate import header_words
from qq_excel.reading.model import CellKind, Cells
from qq_excel.reading.plainness import (
    Look,
    bytes_of,
    is_ascii,
    look_at,
    looks_at,
    may_be_dressed,
    surely_tight,
)
from qq_excel.reading.texts import look_through, texts_of

FIELDS = [get_kind("receivables")[n] for n in ("claim_id", "debtor", "disputed", "debtor_type", "remark")]
#: Characters that matter: every kind of white space and control character, full width, and plain ones.
CHARACTERS = "甲公司ZQ-1Ａ１（、。é \t\n\r\x1f\x7f\x85\xa0\u1680\u2003\u2028\u3000\ufeff"


def read(texts: list[str | None], f: Field) -> tuple[list[Any], Any]:
    kind = np.array([CellKind.BLANK if t is None else CellKind.TEXT for t in texts], dtype=np.uint8)
    facts = Facts()
    cells = Cells(kind, text=texts_of(texts))
    look_through(cells)
    column = pd.Series(convert.column(cells, f, 1, facts))
    noted = {r: [(c.at.tolist(), c.raw, c.read) for c in some] for r, some in facts.by_rule.items()}
    return [None if pd.isna(v) else v for v in column], noted


@given(
    st.lists(st.none() | st.text(st.sampled_from(CHARACTERS) | st.characters(), max_size=8), max_size=6),
    st.sampled_from(FIELDS),
)
@example(["Y", "否"], FIELDS[2])
@example(["甲" * 201], FIELDS[1])
@example(["HT－1"], FIELDS[0])
def test_quick_or_text_by_text_comes_to_the_same(texts: list[str | None], f: Field) -> None:
    texts = [t.encode("utf-8", "ignore").decode() if t is not None else None for t in texts]
    quick = read(texts, f)
    with mock.patch.object(convert, "_is_as_it_should_be", return_value=False):
        assert read(texts, f) == quick


@given(
    st.lists(
        st.lists(st.none() | st.sampled_from(["", "甲公司", "ZQ-1", "乙 丙", "Ａ"]), min_size=3, max_size=3),
        max_size=4,
    )
)
@example([["甲公司", None, "ZQ-1"], ["", "乙", "1年以内"]])
def test_one_look_at_all_columns_says_of_each_what_a_look_at_it_says(columns: list[list[str | None]]) -> None:
    whole = texts_of([text for column in columns for text in column])
    for n, look in enumerate(looks_at(whole, len(columns))):
        alone = look_at(whole.slice(3 * n, 3))
        assert look in (alone, None)
        assert look is not None or not (look_at(whole).tight and look_at(whole).standard)


@pytest.mark.parametrize(
    "character", [c for c in map(chr, range(0x3100)) if c.isspace() or ord(c) < 32 or 127 <= ord(c) < 160]
)
def test_no_white_space_and_no_control_character_passes(character: str) -> None:
    texts = texts_of(["甲公司", f"乙{character}公司"])
    assert not surely_tight(bytes_of(texts))
    assert not look_at(texts).tight


def test_what_is_surely_in_its_standard_form_is() -> None:
    chinese = [chr(c) for c in range(0x4000, 0xA000)]
    assert look_at(texts_of(["ZQ-1", *chinese])) == Look(tight=True, standard=True, longest=4, shortest=3)
    assert [unicodedata.normalize("NFKC", c) for c in chinese] == chinese
    assert not any(look_at(texts_of(["ZQ-1甲", c])).standard for c in "é１（㎡㈱ﬁ\uf900\U0002f800")


@given(st.text(st.sampled_from("*★＊：:\n\u3000ＡＺａｚ甲乙元 (（[])）]HT-1"), max_size=8))
def test_whatever_could_be_a_header_with_additions_is_looked_at(text: str) -> None:
    if re.search(_DRESSED, text):
        assert may_be_dressed(bytes_of(texts_of(["甲", text])))


def test_every_header_has_chinese_characters() -> None:
    assert [word for word in header_words() if word.isascii()] == []


def test_only_the_texts_of_a_slice_are_looked_at() -> None:
    whole = pa.array(["甲 ", "乙", None, "丙", "x\t"], pa.large_string())
    data = bytes_of(whole.slice(1, 3))
    assert data.tobytes().decode() == "乙丙"
    assert surely_tight(data)
    assert not is_ascii(data)
    assert len(bytes_of(pa.nulls(3, pa.large_string()))) == 0
    assert surely_tight(bytes_of(pa.nulls(3, pa.large_string())))
