import json
from pathlib import Path

import jsonschema
import pytest

from qq_excel import resources
from qq_excel.check import check_paths
from qq_excel.language import Text, using
from qq_excel.papers.document import document, json_pieces, relative
from tests.papers.support import Finding, finding, result, table
from tests.support.build import build

SCHEMA = json.loads((resources.schemas_dir() / "findings.schema.json").read_text(encoding="utf-8"))


def _valid(content: object) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(content)


def _result():
    return result(
        {"应收.xlsx": [table("receivables", [{}, {}])]},
        [
            finding(),
            finding("REC009", row=8, status="explained", reason="已书面承诺", approved_by="王总"),
            Finding(
                "REC019", "?", "应收.xlsx", sheet="应收账款明细表", why=Text("没有截止日期", "no as-of date")
            ),
        ],
    )


def test_the_document_has_what_architecture_promises():
    found = document(_result())
    _valid(found)
    assert found["schema"] == 1
    assert found["policy"]["profile"] == "group"
    assert found["as_of"] == "2026-09-30"
    assert found["files"] == [
        {
            "file": "应收.xlsx", "sha256": "0" * 64, "kinds": ["receivables"], "unit": "华东分公司",
            "period": "2026Q3", "rows": 2, "accepted": False,
        }
    ]  # fmt: skip
    assert found["summary"] == {"E": 1, "W": 0, "I": 0, "?": 1}
    assert [(f["rule"], f["cell"], f["row"]) for f in found["findings"]] == [
        ("REC019", None, None), ("REC001", "N7", 7), ("REC009", "N9", 9),
    ]  # fmt: skip
    assert found["findings"][1]["expected"] == "90.00"
    assert found["findings"][1]["related"] == ["L7", "M7"]
    assert found["findings"][2]["reason"] == "已书面承诺"


def test_json_keeps_chinese_and_is_the_same_each_time():
    text = "".join(json_pieces(_result()))
    assert "应收账款明细表" in text
    assert "\\u" not in text
    assert text == "".join(json_pieces(_result()))


@pytest.mark.parametrize("found", [[], [finding()], [finding(), finding("REC009", row=8)]])
def test_json_made_finding_by_finding_is_the_whole_document(found):
    made = result({"应收.xlsx": [table("receivables", [{}])]}, found)
    assert "".join(json_pieces(made)) == json.dumps(document(made), ensure_ascii=False, indent=2) + "\n"


def test_english_messages_are_valid_too():
    with using("en"):
        found = document(_result())
    _valid(found)
    assert "balance" in found["findings"][1]["message"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("/home/a/应收.xlsx", "应收.xlsx"), ("华东/应收.xlsx", "华东/应收.xlsx"), ("a\udce4.xlsx", "a?.xlsx")],
)
def test_no_place_of_the_machine_gets_out(name, shown):
    assert relative(name) == shown


def test_a_checked_workbook_fits_the_schema(tmp_path: Path):
    path = build(tmp_path / "应收.xlsx", {"receivables": [{}, {"balance": 1}]})
    found = document(check_paths([path]))
    _valid(found)
    assert str(tmp_path) not in json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("schema",), 2),
        (("summary", "E"), -1),
        (("findings", 0, "level"), "X"),
        (("findings", 0, "cell"), "7M"),
    ],
)
def test_the_schema_refuses_what_is_wrong(where, value):
    found = document(_result())
    at = found
    for step in where[:-1]:
        at = at[step]
    at[where[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        _valid(found)
