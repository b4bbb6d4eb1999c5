"""Warning slips with memory, pursuit and responsibility notices: who gets one, what it says, what the register keeps."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pytest

from qq_excel.check import Result, check_paths
from qq_excel.errors import InputError
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from qq_excel.warnings import warnings_of
from tests.papers.paper_reading import column, docx_text, sheet_rows, total_of
from tests.support.build import build
from tests.support.digests import digests

D = dt.date
REASON = {"special_reason": "客户重组，已批准展期", "reason_by": "高远"}


def claim(name: str, debtor: str, days: int, balance: float, **more):
    """A claim *days* old at 2026-09-30, insured for 180 days."""
    on = D(2026, 9, 30) - dt.timedelta(days=days)
    return {
        "claim_id": name, "debtor": debtor, "contract_id": f"HT-{name}", "occurred_on": on, "due_on": on + dt.timedelta(days=60),
        "original": balance, "received": 0, "balance": balance, "age_band": "1年以内", "status": "预警", "last_paid_on": None,
        "responsible": "何永康", "handler": "罗文博", **more,
    }  # fmt: skip


def checked(folder: Path, claims: list[dict], head: dict | None = None) -> Result:
    """The claims with the terms and contracts that make them warned by age alone."""
    folder.mkdir(parents=True, exist_ok=True)
    terms = [
        {"debtor": c["debtor"], "contract_id": c["contract_id"], "credit_limit": 9e8, "insured_limit": 9e8, "insured_days": 180,
         "valid_from": D(2020, 1, 1), "valid_to": D(2030, 1, 1)} for c in claims
    ]  # fmt: skip
    contracts = [
        {"contract_id": c["contract_id"], "debtor": c["debtor"], "expires_on": D(2030, 1, 1)} for c in claims
    ]
    tables = {"receivables": claims, "credit_terms": terms, "contracts": contracts}
    return check_paths([build(folder / "应收.xlsx", tables, head)])


BLUE, YELLOW, ORANGE, RED = 155, 170, 200, 300
FIRST = [claim("A", "甲公司", YELLOW, 1000), claim("B", "乙公司", ORANGE, 2000.5), claim("C", "丙公司", BLUE, 4000),
         claim("D", "丁公司", RED, 8000, **REASON)]  # fmt: skip
SECOND = [claim("A", "甲公司", ORANGE, 900), claim("B", "乙公司", ORANGE, 2000.5), claim("D", "丁公司", YELLOW, 8000),
          claim("E", "戊公司", BLUE, 16000)]  # fmt: skip


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("first")
    result = checked(folder / "in", FIRST)
    make("slips", result, folder / "out", formats=["docx", "xlsx", "json"])
    return result, folder / "out"


def test_a_slip_per_warned_claim_that_equals_the_warnings(first) -> None:
    result, out = first
    book = warnings_of(result)
    assert {c.claim_id: c.level for c in book.claims} == {"A": "黄", "B": "橙", "C": "蓝", "D": "红"}
    assert len(list(out.glob("*.docx"))) == len(book.claims)
    register = out / "预警通知单登记册.xlsx"
    assert round(total_of(register, "账面余额") * 100) == sum(c.balance or 0 for c in book.claims) == 1500050
    assert sorted(column(register, "债权编号")) == ["A", "B", "C", "D"]
    text = docx_text(out / "YJ-20260930-0002_乙公司.docx")
    for words in (
        "预警级别：橙色",
        "2,000.50 元",
        "人民币贰仟元伍角整",
        "F-29",
        "10 个工作日内书面答复",
        "集团清欠办（盖章）",
        "应收.xlsx › 应收账款明细表",
    ):
        assert words in text, words
    assert "级别上升" not in text
    assert "经营管理部（盖章）" in docx_text(out / "YJ-20260930-0003_甲公司.docx")
    assert "已说明的特殊原因：客户重组，已批准展期（批准人：高远）" in docx_text(
        out / "YJ-20260930-0001_丁公司.docx"
    )


def test_the_register_is_read_back(first, tmp_path: Path) -> None:
    """A rose (yellow to orange), B stayed and was answered, C is gone, D fell, E is new."""
    register = tmp_path / "登记.xlsx"
    book = openpyxl.load_workbook(first[1] / "预警通知单登记册.xlsx")
    sheet = book.worksheets[0]
    heads = [c.value for c in sheet[3]]
    row = next(r for r in sheet.iter_rows(min_row=4) if r[heads.index("债权编号")].value == "B")
    row[heads.index("送达日期")].value = D(2026, 10, 9)
    row[heads.index("答复日期")].value = "2026-10-12"
    row[heads.index("答复内容")].value = "已约谈，10月底前付清"
    book.save(register)
    made = make("slips", checked(tmp_path / "in", SECOND), tmp_path / "out", choices=Choices(since=register),
                formats=["docx", "xlsx", "json"])  # fmt: skip
    assert sorted(p.name for p in made.written if p.suffix == ".docx") == [
        "YJ-20260930-0005_甲公司.docx", "YJ-20260930-0006_戊公司.docx",
    ]  # fmt: skip
    assert "※ 级别上升：上次为黄色" in docx_text(tmp_path / "out" / "YJ-20260930-0005_甲公司.docx")
    new = tmp_path / "out" / "预警通知单登记册.xlsx"
    life = {
        k: dict(zip(("change", "before", "state", "number"), v, strict=True))
        for k, *v in zip(
            *(column(new, h) for h in ("债权编号", "变化", "上次级别", "状态", "编号")), strict=True
        )
    }
    assert life["A"] == {"change": "上升", "before": "黄", "state": "已发出", "number": "YJ-20260930-0005"}
    assert life["B"] == {"change": "未变", "before": "橙", "state": "已答复", "number": "YJ-20260930-0002"}
    assert life["D"]["change"] == "下降"
    assert life["E"]["change"] == "新增"
    answers = dict(zip(column(new, "债权编号"), column(new, "答复内容"), strict=True))
    assert answers["B"] == "已约谈，10月底前付清"
    assert dict(zip(column(new, "债权编号"), column(new, "送达日期"), strict=True))["B"] == "2026-10-09"
    closed = [r for r in sheet_rows(new, 1) if isinstance(r[0], int)]
    assert {r[3]: r[12] for r in closed} == {"A": "级别由黄升为橙，另发 YJ-20260930-0005", "C": "已不再预警"}
    text = "\n".join(str(r[0]) for r in sheet_rows(new))
    assert "自上次以来：新增 1 笔，上升 1 笔，未变 1 笔，下降 1 笔，不再预警 2 笔。" in text
    rose = next(
        r for r in openpyxl.load_workbook(new).worksheets[0].iter_rows(min_row=4) if r[7].value == "上升"
    )
    assert rose[7].fill.fgColor.rgb == "FFC00000"


def test_memory_from_the_warnings_document(first, tmp_path: Path) -> None:
    told = tmp_path / "上次.json"
    told.write_text(json.dumps(warnings_of(first[0]).document(), ensure_ascii=False), encoding="utf-8")
    made = make("slips", checked(tmp_path / "in", SECOND), tmp_path / "out", choices=Choices(since=told))
    rows = dict(
        zip(
            *(column(tmp_path / "out" / "预警通知单登记册.xlsx", h) for h in ("债权编号", "变化")),
            strict=True,
        )
    )
    assert rows == {"A": "上升", "B": "未变", "D": "下降", "E": "新增"}
    assert len([p for p in made.written if p.suffix == ".docx"]) == 4  # that run issued no slips


@pytest.mark.parametrize("name", ["x.json", "x.xlsx"])
def test_what_is_no_memory_is_refused(first, tmp_path: Path, name: str) -> None:
    wrong = tmp_path / name
    if name.endswith("json"):
        wrong.write_text("[1]", encoding="utf-8")
    else:
        openpyxl.Workbook().save(wrong)
    with pytest.raises(InputError, match="不是"):
        make("slips", first[0], tmp_path / "out", choices=Choices(since=wrong))


def test_pursuit_spares_what_has_a_special_reason(first, tmp_path: Path) -> None:
    made = make("pursuit", first[0], tmp_path)
    assert [p.name for p in made.written] == ["华东分公司_追讨通知.docx", "追讨通知登记册.xlsx"]
    text = docx_text(made.written[0])
    for words in (
        "你单位下列 1 笔债权",
        "2,000.50",
        "制度 F-29",
        "暂不追讨",
        "客户重组，已批准展期（批准人：高远）",
        "8,000.00",
    ):
        assert words in text, words
    assert total_of(made.written[1], "金额") == 2000.5


def test_pursuit_says_what_is_not_past_yet_and_each_measure_once(tmp_path: Path) -> None:
    """Red for a limitation about to end: pursued, but not said to be past a bound."""
    end = claim("Z", "子公司", 100, 500) | {
        "due_on": D(2023, 10, 10),
        "occurred_on": D(2026, 9, 1),
        "dunned_on": None,
        "confirmed_on": None,
    }
    rows = [claim(f"B{n:02}", "乙公司", ORANGE, 100) for n in range(1, 23)]
    rows += [claim("R1", "己公司", RED, 10), claim("R2", "己公司", RED, 9), end]
    made = make("pursuit", checked(tmp_path / "in", rows), tmp_path / "out", formats=["docx", "xlsx", "json"])
    text = docx_text(made.written[0])
    assert (
        "你单位下列 25 笔债权已超过保险账龄期限、授信额度或合同期限等界限（其中 1 笔尚未超过，但诉讼时效将要届满），"
        "且没有经批准的特殊原因。"
    ) in text
    assert "1．立即采取诉讼、保全等措施，核查时效，追究责任（上列序号 1–3）。" in text
    assert "2．移交清欠办追讨，落实责任人，议定还款协议或担保（上列序号 4–25）。" in text
    shown = column(made.written[1], "债权编号")
    assert shown == ["Z、R1、R2、" + "、".join(f"B{n:02}" for n in range(1, 18)) + " 等 25 笔"]
    kept = json.loads(made.written[2].read_text(encoding="utf-8"))["notices"][0]["claims"].split("、")
    assert len(kept) == 25


def test_responsibility_names_who_answers(first, tmp_path: Path) -> None:
    made = make("responsibility", first[0], tmp_path, formats=["docx", "xlsx"])
    assert made.written[0].name == "华东分公司_何永康_清欠责任落实通知.docx"
    text = docx_text(made.written[0])
    for words in ("何永康（华东分公司）：", "经办人（罗文博）", "制度 F-30", "人民币贰仟元伍角整"):
        assert words in text, words
    assert "丁公司" not in text  # explained


def test_the_same_bytes_twice(first, tmp_path: Path) -> None:
    make("slips", first[0], tmp_path, formats=["docx", "xlsx", "json"])
    assert digests(tmp_path) == digests(first[1])


def test_the_warning_sheets_tell_what_moved(first, tmp_path: Path) -> None:
    told = tmp_path / "上次.json"
    told.write_text(json.dumps(warnings_of(first[0]).document(), ensure_ascii=False), encoding="utf-8")
    made = make("warnings", checked(tmp_path / "in", SECOND), tmp_path / "out", choices=Choices(since=told))
    moved = tmp_path / "out" / "预警变化表.xlsx"
    assert moved in made.written
    rows = [r[1:6] for r in sheet_rows(moved) if isinstance(r[0], int)]
    assert [(r[0], r[1], r[2]) for r in rows] == [
        ("上升", "黄", "橙"), ("新增", None, "蓝"), ("未变", "橙", "橙"), ("下降", "红", "黄"), ("不再预警", "蓝", None),
    ]  # fmt: skip
    assert (
        "与 2026-09-30 相比：上升 1 笔，新增 1 笔，未变 1 笔，下降 1 笔，不再预警 1 笔"
        in sheet_rows(moved)[1][0]
    )


def test_every_warning_sheet_remembers_the_last_run(first, tmp_path: Path) -> None:
    """The register of slips as somebody filled it in: what rose stands out, what was answered, fell or is gone is listed."""
    register = tmp_path / "登记册.xlsx"
    book = openpyxl.load_workbook(first[1] / "预警通知单登记册.xlsx")
    sheet = book["登记册"]
    top = next(r for r in sheet.iter_rows() if r[0].value == "序号")
    at = {c.value: c.column for c in top}
    for row in sheet.iter_rows(min_row=top[0].row + 1):
        if row[at["债权编号"] - 1].value == "D":
            sheet.cell(row[0].row, at["答复日期"], D(2026, 9, 20))
            sheet.cell(row[0].row, at["答复内容"], "本月内付清")
    book.save(register)
    make("warnings", checked(tmp_path / "in", SECOND), tmp_path / "out", choices=Choices(since=register))
    for name in ("汇总", "华东分公司"):
        path = tmp_path / "out" / f"清欠预警表_{name}.xlsx"
        claims = openpyxl.load_workbook(path)["预警清单"]
        head = next(r for r in claims.iter_rows() if r[0].value == "序号")
        where = {c.value: c.column - 1 for c in head}
        listed = [
            [r[where[h]].value for h in ("债权编号", "级别", "上次", "变化")]
            for r in claims.iter_rows(min_row=head[0].row + 1) if isinstance(r[0].value, int)
        ]  # fmt: skip
        assert listed == [
            ["B", "橙", "橙", "未变"], ["A", "橙", "黄", "上升"], ["D", "黄", "红", "下降"], ["E", "蓝", None, "新增"],
        ]  # fmt: skip
        rose = next(c for row in claims.iter_rows() for c in row if c.value == "上升")
        assert rose.fill.fgColor.rgb == "FFC00000"
        told = [r for r in openpyxl.load_workbook(path)["预警变化"].iter_rows(values_only=True) if r[0]]
        heads = [r[0] for r in told if str(r[0])[1:2] == "、"]
        assert heads == [
            "一、上升：1 笔，900.00 元", "二、新增：1 笔，16,000.00 元", "三、已答复：1 笔，8,000.00 元", "四、下降：1 笔，8,000.00 元",
            "五、不再预警：1 笔，4,000.00 元",
        ]  # fmt: skip
        answered = next(r for r in told if "本月内付清" in r)
        assert "已答复" in answered
    office = openpyxl.load_workbook(tmp_path / "out" / "清欠预警表_部门_清欠办.xlsx")
    assert "预警变化" in office.sheetnames
    assert "账龄分析" not in office.sheetnames


# --- compared with an older run ---------------------------------------------------------------------------

QUARTERS = {"2026-03-31": "2026Q1", "2026-06-30": "2026Q2", "2026-09-30": "2026Q3"}


def at(folder: Path, on: str, claims: list[dict]) -> Result:
    """The claims as of another day; they grow old with it."""
    day, shift = D.fromisoformat(on), (D(2026, 9, 30) - D.fromisoformat(on))
    rows = [{**c, "occurred_on": c["occurred_on"] - shift, "due_on": c["due_on"] - shift} for c in claims]
    return checked(folder, rows, {"as_of": day, "period": QUARTERS[on]})


def moved(folder: Path, name: str = "汇总") -> dict[str, str]:
    """How each claim moved, by the sheet 预警变化, and with what it says to compare."""
    rows = list(
        openpyxl.load_workbook(folder / f"清欠预警表_{name}.xlsx")["预警变化"].iter_rows(values_only=True)
    )
    heads = next(r for r in rows if r[0] == "变化")
    claim_at = heads.index("债权编号")
    found = {
        r[claim_at]: r[0]
        for r in rows
        if r[claim_at] and r[0] != "变化" and r[0] in ("上升", "新增", "下降", "不再预警")
    }
    return {"": str(rows[1][0]).split("    ")[-1].split("：")[0], **found}


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warnings of the third of three quarters, each remembering those before."""
    folder = tmp_path_factory.mktemp("quarters")
    runs = {
        "2026-03-31": [claim("A", "甲公司", BLUE, 100), claim("B", "乙公司", ORANGE, 200)],
        "2026-06-30": [claim("A", "甲公司", YELLOW, 100), claim("C", "丙公司", YELLOW, 400)],
        "2026-09-30": [claim("A", "甲公司", YELLOW, 100)],
    }
    since: Path | None = None
    for on, claims in runs.items():
        make(
            "warnings",
            at(folder / f"in {on}", on, claims),
            folder / on,
            formats=["xlsx", "json"],
            choices=Choices(since=since),
        )
        since = folder / on / "清欠预警.json"
    return folder


def test_a_run_remembers_the_runs_before_it(third: Path) -> None:
    content = json.loads((third / "2026-09-30" / "清欠预警.json").read_text(encoding="utf-8"))
    assert [(r["as_of"], [(c["claim_id"], c["level"], c["balance"]) for c in r["claims"]]) for r in content["earlier"]] == [
        ("2026-06-30", [("C", "黄", "400.00"), ("A", "黄", "100.00")]), ("2026-03-31", [("B", "橙", "200.00"), ("A", "蓝", "100.00")]),
    ]  # fmt: skip
    assert moved(third / "2026-09-30") == {"": "与 2026-06-30 相比", "C": "不再预警"}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-03-31", {"": "与 2026-03-31 相比", "A": "上升", "B": "不再预警"}),
        (
            "2026-05-15",
            {"": "与 2026-03-31 相比", "A": "上升", "B": "不再预警"},
        ),  # the last run up to that day
        ("2026-06-30", {"": "与 2026-06-30 相比", "C": "不再预警"}),
    ],
)
def test_warnings_compared_with_an_older_run(
    third: Path, tmp_path: Path, on: str, expected: dict[str, str]
) -> None:
    since = third / "2026-06-30" / "清欠预警.json"
    now = at(tmp_path / "in", "2026-09-30", [claim("A", "甲公司", YELLOW, 100)])
    make("warnings", now, tmp_path / "out", choices=Choices(since=since, since_on=D.fromisoformat(on)))
    assert moved(tmp_path / "out") == expected


def test_a_day_that_is_not_remembered_is_refused(third: Path, tmp_path: Path, first) -> None:
    since = third / "2026-06-30" / "清欠预警.json"
    with pytest.raises(
        InputError, match="没有 2026-01-01 或更早的预警。其中记得的截止日期：2026-06-30、2026-03-31"
    ):
        make("warnings", first[0], tmp_path, choices=Choices(since=since, since_on=D(2026, 1, 1)))
    with pytest.raises(InputError, match="--since-on 要与 --since 同用"):
        make("warnings", first[0], tmp_path, choices=Choices(since_on=D(2026, 1, 1)))
    with pytest.raises(InputError, match="--since-on 只用于清欠预警表"):
        make("slips", first[0], tmp_path, choices=Choices(since=since, since_on=D(2026, 6, 30)))
    register = first[1] / "预警通知单登记册.xlsx"
    with pytest.raises(InputError, match="其中记得的截止日期：没有"):
        make("warnings", first[0], tmp_path, choices=Choices(since=register, since_on=D(2026, 6, 30)))
    broken = json.loads(since.read_text(encoding="utf-8"))
    broken["earlier"][0]["as_of"] = "soon"
    (tmp_path / "broken.json").write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(InputError, match="不是上次的预警 JSON"):
        make("warnings", first[0], tmp_path, choices=Choices(since=tmp_path / "broken.json"))


def test_a_departments_sheet_lists_what_is_not_its_business_any_more(first, tmp_path: Path) -> None:
    """D fell from red (清欠办) to yellow (经营管理部), C was blue and is gone, A rose from yellow to orange."""
    register = first[1] / "预警通知单登记册.xlsx"
    make("warnings", checked(tmp_path / "in", SECOND), tmp_path / "out", choices=Choices(since=register))
    assert moved(tmp_path / "out", "部门_清欠办") == {"": "与上次相比", "A": "上升", "D": "下降"}
    assert moved(tmp_path / "out", "部门_经营管理部") == {
        "": "与上次相比", "A": "上升", "C": "不再预警", "D": "下降", "E": "新增",
    }  # fmt: skip
    # one that has nothing to do any more has a sheet that says so
    make(
        "warnings", checked(tmp_path / "none", SECOND[3:]), tmp_path / "gone", choices=Choices(since=register)
    )
    assert moved(tmp_path / "gone", "部门_清欠办") == {"": "与上次相比", "B": "不再预警", "D": "不再预警"}
