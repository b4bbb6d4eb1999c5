"""The comparison with others is one of equal work: everyone finds the same rows, in faulty ledgers and in clean ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from benchmarks import equal
from benchmarks.ledger import AS_OF, make_ledger
from benchmarks.peers import frictionless_table, with_declared_rules, with_pandera
from benchmarks.peers.asked import asked, from_json, to_json
from benchmarks.peers.frames import RULES


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One with faulty rows, one without."""
    folder = tmp_path_factory.mktemp("ledgers")
    for name, dirty in (("faulty", 0.2), ("clean", 0.0)):
        make_ledger(folder / f"{name}.xlsx", 40, dirty)
    return [folder / "faulty.xlsx", folder / "clean.xlsx"]


@pytest.fixture(params=equal.PEERS)
def peer(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {request.param: equal.PEERS[request.param]}


def test_everyone_finds_the_rows_that_ours_finds(ledgers: list[Path], peer: dict[str, Any]) -> None:
    faulty, clean = ledgers
    rows = len(equal.ours(faulty))
    assert 0 < rows < 40
    assert equal.ours(clean) == next(iter(peer.values()))(clean) == set()
    assert equal.prove(ledgers, peer) == (
        f"equal work: {rows + len(equal.SLIPS)} faulty rows in 3 workbooks, by 25 rules, the same for all ({next(iter(peer))})"
    )


def test_pandas_marks_the_cells_that_it_lists(ledgers: list[Path], tmp_path: Path) -> None:
    faulty, clean = ledgers
    assert with_pandera.list_only(faulty) == with_pandera.check(faulty)
    assert with_pandera.list_only(clean) == set()
    _, cases = with_pandera.judged(faulty)
    with_pandera.write_marked(faulty, cases, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "marked.xlsx").worksheets[0]
    marked = {(c.row - 1, c.fill.fgColor.rgb) for row in sheet.iter_rows() for c in row if c.comment}
    assert marked == {(row, "FFFFC7CE") for row in equal.ours(faulty)}


def test_each_rule_of_the_peers_is_broken_by_a_slip() -> None:
    assert {rule for rule, _ in equal.SLIPS if rule.startswith("REC")} == set(RULES)


def test_declared_rules_are_plain_data_a_constraint_for_each_rule_on_rows() -> None:
    schema, checks = frictionless_table.schema(), with_declared_rules.checklist()
    assert json.loads(json.dumps([schema, checks])) == [schema, checks]
    assert {check["type"] for check in checks["checks"]} == {"row-constraint"}
    by_column = {"REC003", "REC016"}
    assert [check["name"].upper() for check in checks["checks"]] == [r for r in RULES if r not in by_column]
    fields = {field["name"]: field["constraints"] for field in schema["fields"]}
    assert [h for h, c in fields.items() if "maximum" in c] == list(frictionless_table.PAST)
    assert fields["账面余额"]["minimum"] == -0.004999


def test_unequal_work_ends_the_benchmark(ledgers: list[Path]) -> None:
    with pytest.raises(
        SystemExit, match=r"unequal work in faulty\.xlsx: lazy alone finds rows \[1\], and does not find \["
    ):
        equal.compare(ledgers, {"lazy": lambda _path: {0}})


def test_what_is_asked_survives_json() -> None:
    what = asked(AS_OF)
    assert from_json(to_json(what)) == what


def test_columns_are_those_of_the_kind() -> None:
    columns = {c.header: c for c in asked(AS_OF).columns}
    assert len(columns) == 34
    assert columns["债务人类型"].words == ("企业", "机关事业单位", "个人")
    assert columns["账龄段"].words == ("1年以内", "1至2年", "2至3年", "3至4年", "4至5年", "5年以上")
    assert [h for h, c in columns.items() if c.unique] == ["债权编号"]
    assert (columns["账面余额"].least, columns["原始金额"].least) == (None, 0)
    assert (columns["债权编号"].longest, columns["逾期天数"].type) == (40, "integer")
