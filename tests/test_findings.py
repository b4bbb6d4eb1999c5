"""The table of findings: columns inside, a sequence of findings outside."""

from __future__ import annotations

import gc
import random
import re
from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
import pytest

from qq_excel.findings import Block, Finding, Findings, Place, a1, from_a1
from qq_excel.papers.document import json_pieces
from qq_excel.papers.marks_list import findings_list
from qq_excel.papers.told import AllTold
from tests.papers import support


def block(rule: str, rows: list[int], **more: Any) -> Block:
    n = len(rows)
    given: dict[str, Any] = {
        "level": "E",
        "places": [Place("a.xlsx", "表", (0, 0)), Place("b.xlsx", "表", (1, 0))],
        "place": np.array([i % 2 for i in range(n)]),
        "row": np.array(rows),
        "blamed": [(2, "余额"), (-1, "余额")],
        "field": "balance",
        "value": [f"v{i}" for i in range(n)],
        "keys": [[f"k{i}" for i in range(n)], [""] * n],
        "expected": [f"e{i}" for i in range(n)],
        "figures": {"total": [f"t{i}" for i in range(n)]},
        "related": [(0, 1), ()],
    }
    return Block(rule=rule, **{**given, **more})


def test_a_finding_of_a_block_has_all_its_parts() -> None:
    found = Findings(blocks=[block("REC001", [7, 9])])
    assert found[0] == Finding(
        rule="REC001", level="E", file="a.xlsx", sheet="表", row=7, column=2, field="balance", header="余额",
        key="k0", value="v0", expected="e0", figures={"total": "t0"}, related=("A8", "B8"), order=(0, 0),
    )  # fmt: skip
    assert (found[1].file, found[1].cell, found[1].related) == ("b.xlsx", None, ())


def test_explained_rows_have_their_reason() -> None:
    yes = np.array([True, False])
    one = block("REC001", [1, 3], explained=yes, reason=["增信", ""], approved_by=["王总", ""])
    found = Findings(blocks=[one])
    assert [(f.status, f.reason, f.approved_by) for f in found] == [
        ("explained", "增信", "王总"),
        ("open", None, None),
    ]
    assert found.counts() == {"E": 1, "W": 0, "I": 0, "?": 0}
    assert found.blocked == {"b.xlsx"}


def test_order_is_that_of_the_places_then_rows_columns_rules() -> None:
    rng = random.Random(1)  # noqa: S311
    singles = [
        Finding(
            rule=rng.choice(["REC001", "CEL001", "TAB001"]), level=rng.choice("EWI?"),
            file=f"{rng.randrange(3)}.xlsx", sheet=rng.choice([None, "一", "二"]),
            row=rng.choice([None, 1, 2, 30]), column=rng.choice([None, 0, 5]),
        )
        for _ in range(300)
    ]  # fmt: skip
    singles = [
        Finding(rule=f.rule, level=f.level, file=f.file, sheet=f.sheet, row=f.row, column=f.column,
                order=(int(f.file[0]), -1 if f.sheet is None else "一二".index(f.sheet)))
        for f in singles
    ]  # fmt: skip

    def place(f: Finding) -> tuple[Any, ...]:
        row = -1 if f.row is None else f.row
        return (*f.order, row, -1 if f.column is None else f.column, f.rule, f.level)

    found = Findings(singles)
    assert list(found) == sorted(singles, key=place)
    assert list(found[10:20]) == sorted(singles, key=place)[10:20]
    assert found[-1] == list(found)[-1]
    assert found.tally("file", "level") == Counter((f.file, f.level) for f in singles)
    assert list(found.tally("rule")) == list(dict.fromkeys((f.rule,) for f in found))
    assert list(found.of_file("1.xlsx")) == [f for f in found if f.file == "1.xlsx"]
    some = found.where(level=["E", "W"], sheet=None)
    assert list(some) == [f for f in found if f.level in "EW" and f.sheet is None]
    assert list(some.of_file("2.xlsx")) == [f for f in some if f.file == "2.xlsx"]


def test_parts_that_are_not_there_are_empty() -> None:
    none = Findings()
    assert (len(none), list(none), none.tally("rule"), none.blocked) == (0, [], {}, set())
    found = Findings(blocks=[block("REC001", [1])])
    assert list(found.of_file("x.xlsx")) == list(found.where(rule="REC999")) == []
    assert found.where(rule=[]).counts() == {"E": 0, "W": 0, "I": 0, "?": 0}


def test_replaced_findings_keep_their_places() -> None:
    found = Findings([Finding("TAB001", "W", "b.xlsx", order=(1, -1))], [block("REC001", [7, 9])])
    waived = Finding("REC001", "E", "a.xlsx", sheet="表", row=7, column=2, status="waived", reason="同意")
    changed = found.replaced({0: waived})
    assert changed[0] is waived
    assert [f.rule for f in changed] == [f.rule for f in found]
    assert changed.tally("status") == {("waived",): 1, ("open",): 2}
    assert found.tally("status") == {("open",): 3}


def test_no_finding_is_made_to_count_and_pick() -> None:
    class Never:
        def __getitem__(self, n: int) -> Any:
            raise AssertionError("made")

    found = Findings(blocks=[block("REC001", list(range(1000)), value=Never())])
    assert found.counts()["E"] == 1000
    assert len(found.of_file("a.xlsx")) == len(found.where(level="E")[:500]) == 500


def test_columns_without_making_a_finding() -> None:
    found = Findings([Finding("FIL006", "W", "b.xlsx", order=(1, -1))], [block("REC001", [9, 7])])
    assert found.each("rule") == [f.rule for f in found] == ["REC001", "FIL006", "REC001"]
    assert found.each("sheet") == ["表", None, "表"]
    assert found.rows.tolist() == [9, -1, 7]
    assert found.columns.tolist() == [2, -1, -1]
    assert found.where(level="W").each("file") == ["b.xlsx"]


def test_papers_make_one_finding_after_the_other() -> None:
    """However many there are, the document and the list hold no more than one of them at a time."""
    found = Findings(blocks=[block("REC001", list(range(3_000)))])
    result = support.result({"a.xlsx": []}, found)
    listed = findings_list(AllTold(found), ["表"], [])
    gc.collect()
    before = {id(o) for o in gc.get_objects() if isinstance(o, Finding)}  # those of other tests
    most = 0
    for n, _ in enumerate(chain(json_pieces(result), listed.sheet._more())):
        if n % 500 == 0:
            alive = {id(o) for o in gc.get_objects() if isinstance(o, Finding)}
            most = max(most, len(alive - before))
    assert most <= 2
    assert len(listed.sheet) == 3_000 + 3
    assert listed.first["表", 0] == 4
    assert listed.words(("表", 0)) == "→ 错误 1"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("A1", (0, 0)),
        ("Z2", (1, 25)),
        ("AA10", (9, 26)),
        ("AZ1", (0, 51)),
        ("BA1", (0, 52)),
        ("XFD1048576", (1048575, 16383)),
    ],
)
def test_addresses_there_and_back(address: str, place: tuple[int, int]) -> None:
    assert from_a1(address) == place
    assert a1(*place) == address


@pytest.mark.parametrize("text", ["", "A0", "A01", "a1", "1A", "ABCD1", "$A$1", "A1:B2"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(text) + "$"):
        from_a1(text)
