"""Waivers and the baseline: what they answer, what they cannot, and what is wrong with a waiver itself."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qq_excel.check import Result, check_paths
from qq_excel.check.accepting import accept
from qq_excel.check.baseline import Baseline
from qq_excel.cli.app import app_of
from qq_excel.errors import InputError, SchemaError
from qq_excel.findings import Finding, Findings
from qq_excel.language import Text
from qq_excel.waivers import load_waivers, use
from tests.support.build import build
from tests.support.digests import digest

SOUND = "{rule: REC001, key: ZQ-0001, reason: 待财务更正, approved_by: 王建国, valid_until: 2026-09-30}"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two claims whose balance does not add up: REC001 in row 6 and 7."""
    return build(
        tmp_path_factory.mktemp("w") / "a.xlsx", {"receivables": [{"balance": 700}, {"balance": 800}]}
    )


@pytest.fixture(scope="module")
def checked(ledger: Path) -> Result:
    return check_paths([ledger])


def waived(checked: Result, tmp_path: Path, *entries: str) -> Result:
    path = tmp_path / "waivers.yaml"
    path.write_text("waivers:\n" + "".join(f"  - {e}\n" for e in entries), encoding="utf-8")
    return accept(checked, load_waivers(path))


def of(result: Result, rule: str) -> list[Finding]:
    return [f for f in result.findings if f.rule == rule]


def wai(result: Result) -> list[tuple[str, str]]:
    return [(f.rule, f.level) for f in result.findings if f.rule.startswith("WAI")]


def test_a_waiver_answers_the_one_it_names_with_reason_and_approver(checked: Result, tmp_path: Path) -> None:
    result = waived(checked, tmp_path, SOUND)
    one, two = of(result, "REC001")
    assert (one.cell, one.key, one.status, one.reason, one.approved_by) == (
        of(checked, "REC001")[0].cell, "ZQ-0001", "waived", "待财务更正", "王建国",
    )  # fmt: skip
    assert one.message("zh").endswith("（已豁免：待财务更正；批准人：王建国）")
    assert not one.blocks
    assert (two.key, two.status) == ("ZQ-0002", "open")
    assert len(result.findings) == len(checked.findings)
    assert of(checked, "REC001")[0].status == "open", "the first result is left alone"


def test_a_cell_will_do_instead_of_a_key(checked: Result, tmp_path: Path) -> None:
    cell = of(checked, "REC001")[1].cell or ""
    entry = SOUND.replace("key: ZQ-0001", f"cell: {cell.lower()}, sheet: 应收账款明细表")
    assert [f.status for f in of(waived(checked, tmp_path, entry), "REC001")] == ["open", "waived"]


def test_what_is_answered_or_could_not_be_judged_is_not_waived(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(f"waivers:\n  - {SOUND}\n", encoding="utf-8")
    found = Findings(
        [
            Finding(
                "REC001",
                "E",
                "a.xlsx",
                key="ZQ-0001",
                status="explained",
                reason="对方停产",
                approved_by="李",
            ),
            Finding(
                "REC001", "?", "a.xlsx", key="ZQ-0001", why=Text("没有截止日期", "there is no as-of date")
            ),
        ]
    )
    after, (used,) = use(found, load_waivers(path), dt.date(2026, 9, 30))
    assert list(after) == list(found)
    assert (used.hits, used.files) == (0, ())


def test_wai001_passes(checked: Result, tmp_path: Path) -> None:
    assert wai(waived(checked, tmp_path, SOUND)) == [], "valid on its last day"


def test_wai001_fails(checked: Result, tmp_path: Path) -> None:
    result = waived(checked, tmp_path, SOUND.replace("2026-09-30", "2026-09-29"))
    (found,) = of(result, "WAI001")
    assert (found.level, found.file, found.cell, found.key) == ("W", "waivers.yaml", None, "ZQ-0001")
    assert found.message("zh") == (
        "第 2 行对 REC001（ZQ-0001）的豁免 2026-09-29 到期，截止日期为 2026-09-30，不再起作用；涉及 1 条问题。"
    )
    assert of(result, "REC001")[0].status == "open"


def test_wai001_cannot_judge_without_a_day(tmp_path: Path) -> None:
    book = build(tmp_path / "a.xlsx", {"receivables": [{"balance": 700}]}, {"as_of": None})
    result = waived(check_paths([book]), tmp_path, SOUND)
    assert wai(result) == [("WAI001", "?")]
    assert of(result, "REC001")[0].status == "open"


def test_wai002_passes(checked: Result, tmp_path: Path) -> None:
    assert of(waived(checked, tmp_path, SOUND), "WAI002") == []


def test_wai002_fails(checked: Result, tmp_path: Path) -> None:
    (found,) = of(waived(checked, tmp_path, SOUND.replace("ZQ-0001", "ZQ-0999")), "WAI002")
    assert (found.level, found.message("zh")) == ("W", "第 2 行对 REC001（ZQ-0999）的豁免没有对应的问题。")


def test_wai003_passes(checked: Result, tmp_path: Path) -> None:
    assert of(waived(checked, tmp_path, SOUND), "WAI003") == []


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ("approved_by: 王建国, ", "", "没有写批准人 approved_by"),
        ("reason: 待财务更正", "reason: ' '", "没有写理由 reason"),
        ("key: ZQ-0001, ", "", "没有写业务编号 key 或单元格 cell"),
        (", valid_until: 2026-09-30", "", "没有写有效期 valid_until"),
        ("2026-09-30", "年底", "有效期“年底”不是日期，应如 2026-12-31"),
        ("rule: REC001", "rule: REC0001", "没有规则“REC0001”，是不是 REC001"),
        ("rule: REC001", "rule: FIL001", "FIL001 不能豁免"),
        ("rule: REC001", "rule: WAI003", "WAI003 不能豁免"),
    ],
)
def test_wai003_fails(checked: Result, tmp_path: Path, old: str, new: str, flaw: str) -> None:
    assert old in SOUND
    result = waived(checked, tmp_path, SOUND.replace(old, new))
    (found,) = of(result, "WAI003")
    assert (found.level, found.message("zh")) == ("E", f"第 2 行的豁免无效：{flaw}。")
    assert wai(result) == [("WAI003", "E")]
    assert of(result, "REC001")[0].status == "open"
    assert not result.accepted


def test_a_file_that_cannot_be_read_stays_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    result = waived(check_paths([tmp_path / "a.xlsx"]), tmp_path, SOUND.replace("REC001", "FIL001"))
    baseline = Baseline.of(result.findings, {})
    assert of(accept(result, baseline=baseline), "FIL001")[0].status == "open"


def test_a_damaged_waiver_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text("waivers:\n  - {rule: REC001, keys: A}\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"第 2 行：不认识的键“waivers\[1\]\.keys”，是不是 key？"):
        load_waivers(path)


def test_the_baseline_knows_findings_by_key_wherever_the_row_is(
    checked: Result, ledger: Path, tmp_path: Path
) -> None:
    units = {f.workbook.name: f.unit for f in checked.files}
    path = Baseline.of(checked.findings, units).write(tmp_path / "基线.json")
    first = digest(path)
    assert digest(Baseline.of(checked.findings, units).write(path)) == first
    same = accept(checked, baseline=Baseline.read(path))
    assert {f.status for f in same.findings if f.level != "?"} == {"baseline"}
    assert same.accepted
    rows = [{"balance": 900, "claim_id": "ZQ-0009"}, {"balance": 800, "claim_id": "ZQ-0002"},
            {"balance": 700, "claim_id": "ZQ-0001"}]  # fmt: skip
    moved = check_paths([build(tmp_path / "b.xlsx", {"receivables": rows})])
    now = accept(moved, baseline=Baseline.read(path))
    assert [(f.key, f.status) for f in of(now, "REC001")] == [
        ("ZQ-0009", "open"), ("ZQ-0002", "baseline"), ("ZQ-0001", "baseline"),
    ]  # fmt: skip
    assert Baseline.of(now.findings, {"b.xlsx": "华东分公司"}).counts == (
        Baseline.of(moved.findings, {"b.xlsx": "华东分公司"}).counts
    ), "written anew it keeps what it took in before"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "不是完整的基线文件"),
        ("[]", "不是完整的基线文件"),
        ('{"format": "qq-excel-baseline", "version": 1, "findings": [["a"]]}', "不是完整的基线文件"),
        (
            '{"format": "qq-excel-baseline", "version": 1, "findings": [["a","b","c","d","e",true]]}',
            "不是完整的",
        ),
        ('{"format": "qq-excel-baseline", "version": 2, "findings": []}', "基线版本是 2，本程序只认 1"),
    ],
)
def test_a_damaged_baseline_is_refused(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        Baseline.read(path)
    with pytest.raises(InputError, match="读不到基线文件"):
        Baseline.read(tmp_path / "none.json")


def test_on_the_command_line_and_in_the_papers(ledger: Path, tmp_path: Path) -> None:
    folder = tmp_path / "报送"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(ledger.read_bytes())
    (folder / "waivers.yaml").write_text(f"waivers:\n  - {SOUND}\n  - {{rule: REC002}}\n", encoding="utf-8")
    runner = CliRunner()
    baseline, results = tmp_path / "基线.json", tmp_path / "结果"
    shown = runner.invoke(
        app_of(),
        ["check", str(folder), "-o", str(results), "--write-baseline", str(baseline)],
        standalone_mode=False,
    )
    assert shown.exception is None
    assert "已豁免" in shown.output
    assert "WAI003  第 3 行的豁免无效：没有写业务编号 key 或单元格 cell、理由 reason" in shown.output.replace(
        "\n", ""
    )
    assert any(results.rglob("*.xlsx"))
    keys = {
        row[3] for row in json.loads(baseline.read_text(encoding="utf-8"))["findings"] if row[2] == "REC001"
    }
    assert keys == {"ZQ-0002"}, "what is waived is not taken in"
    (folder / "waivers.yaml").write_text(f"waivers:\n  - {SOUND}\n", encoding="utf-8")
    again = runner.invoke(
        app_of(), ["check", str(folder), "--baseline", str(baseline)], standalone_mode=False
    )
    assert again.return_value == 0, again.output
