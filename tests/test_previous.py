"""The previous period: matched by unit, read as foreign files, told about in every form of the result."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import jsonschema
import openpyxl

from qq_excel import resources
from qq_excel.check import Result, check_paths
from tests.cli.support import qq, refused
from tests.support.build import build

Q2 = {"period": "2026Q2", "as_of": dt.date(2026, 6, 30)}
SOUTH = {"unit": "华南分公司"}


def found(result: Result, family: str = "XPD") -> list[tuple[str, str, str, str | None]]:
    return [(f.rule, f.level, f.file, f.key) for f in result.findings if f.rule.startswith(family)]


def test_previous_workbooks_get_no_findings_of_their_own(tmp_path: Path) -> None:
    now = build(tmp_path / "now.xlsx", {"receivables": [{}]})
    before = build(tmp_path / "before.xlsx", {"receivables": [{"debtor": None, "balance": 7}]}, Q2)
    alone, held = check_paths([now]), check_paths([now], previous=[before])
    assert [f.workbook.name for f in held.files] == ["now.xlsx"]
    assert {f.file for f in held.findings} == {"now.xlsx"}
    assert [f for f in held.findings if not f.rule.startswith("XPD")] == list(alone.findings)
    assert found(held) == [("XPD003", "E", "now.xlsx", "ZQ-0001")]  # the balance was 7


def test_together_the_previous_tables_are_one_submission_too(tmp_path: Path) -> None:
    now = build(tmp_path / "now.xlsx", {"receivables": [{}]}, {"unit": "集团"})
    before = [
        build(tmp_path / f"{n}.xlsx", {"receivables": rows}, {**Q2, "unit": unit})
        for n, (unit, rows) in enumerate({"甲": [{}], "乙": [{}, {"claim_id": "ZQ-0009"}]}.items())
    ]
    held = check_paths([now], previous=before, together=True)
    assert [f for f in found(held) if f[0] == "XPD001"] == [("XPD001", "E", "now.xlsx", "ZQ-0009")]
    assert [f[3] for f in found(held) if f[0] == "XPD005"] == ["甲", "乙"]
    apart = check_paths([now], previous=before)
    assert {f[:2] for f in found(apart) if f[0] != "XPD005"} == {(f"XPD00{n}", "?") for n in (1, 2, 3)}


def test_a_later_period_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    now = build(tmp_path / "now.xlsx", {"receivables": [{}]}, Q2)
    later = build(tmp_path / "later.xlsx", {"receivables": [{}, {}]})
    assert {f[1] for f in found(check_paths([now], previous=[later]))} == {"?"}


def test_the_command_tells_who_is_missing_and_what_is_gone(tmp_path: Path) -> None:
    """Both folders have a workbook of the same name: the missing unit's is not taken for the other's."""
    for folder in ("Q2", "Q3"):
        (tmp_path / folder).mkdir()
    build(tmp_path / "Q3" / "a.xlsx", {"receivables": [{}]})
    build(tmp_path / "Q2" / "a.xlsx", {"receivables": [{"unit": "华南分公司"}]}, {**Q2, **SOUTH})
    build(tmp_path / "Q2" / "b.xlsx", {"receivables": [{}, {}]}, Q2)
    done = qq(tmp_path, "check", "Q3", "--previous", "Q2", "-o", "out")
    assert done.returncode == 1, done.stderr
    assert (
        "（未报送）华南分公司  警告 XPD005  华南分公司 本期没有交来《应收账款明细表》，上期交来的是 a.xlsx"
        in done.stdout
    )
    assert "债权 ZQ-0002 本期明细表中没有" in done.stdout
    books = {p.name: openpyxl.load_workbook(p) for p in (tmp_path / "out").glob("*_校验结果.xlsx")}
    texts = {n: [str(c) for s in b for row in s.values for c in row if c] for n, b in books.items()}
    assert sorted(texts) == ["a_校验结果.xlsx", "汇总_校验结果.xlsx"]
    assert all(any("债权 ZQ-0002 本期明细表中没有" in c for c in cells) for cells in texts.values())
    assert "（未报送）华南分公司" in texts["汇总_校验结果.xlsx"]
    printed = qq(tmp_path, "check", "Q3", "--previous", "Q2", "--format", "json", "--lang", "en")
    document = json.loads(printed.stdout)
    schema = json.loads((resources.schemas_dir() / "findings.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    across = [f for f in document["findings"] if f["rule"].startswith("XPD")]
    assert [(f["rule"], f["file"], f["sheet"], f["cell"]) for f in across] == [
        ("XPD001", "a.xlsx", "应收账款明细表", None),
        ("XPD005", "（未报送）华南分公司", None, None),
    ]
    assert across[1]["message"] == (
        "华南分公司 has not handed in 'Receivables ledger'; last period's was a.xlsx."
    )


def test_a_previous_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "now.xlsx", {"receivables": [{}]})
    assert "Q2：找不到这个文件或文件夹" in refused(tmp_path, "check", "now.xlsx", "--previous", "Q2")
