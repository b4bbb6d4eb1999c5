import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from qq_excel.check import Result, check_paths
from qq_excel.papers.report import make
from qq_excel.papers.warning_sheet import write_warning_sheet
from qq_excel.papers.warning_view import LEVELS, AgeTable, Line, Sum, View
from tests.papers.support import HOSTILE
from tests.support.build import build
from tests.support.digests import digest


def _line(level: str = "红", balance: int | None = 12_345, **more) -> Line:
    given = {
        "claim_id": "ZQ-0001", "unit": "华东分公司", "debtor": "青岛海川机械有限公司", "contract_id": "HT-0001",
        "overdue_days": 40, "causes": ("保险账龄期限 365 天，已 400 天，超 35 天", "授信额度已用 96.5%"), "department": "清欠办",
        "handler": "刘洋", "responsible": "陈刚", "measure": "移交清欠办追讨", "clause": ("F-29", "F-26"),
    }  # fmt: skip
    return Line(level=level, balance=balance, **{**given, **more})


def _view(lines: list[Line], unit: str | None = "华东分公司", ledger: int = 600) -> View:
    return View(
        unit, dt.date(2026, 9, 30), "业务发生日", lines,
        [Sum(x, sum(c.level == x for c in lines), sum(c.balance or 0 for c in lines if c.level == x)) for x in LEVELS],
        [Sum("保险账龄期限", len(lines), sum(c.balance for c in lines))], [Sum("华东分公司", len(lines), 0)],
        [AgeTable("按业务发生日计算的账龄", ("1年以内", "1至2年"), {"华东分公司": (100, 200), "华北分公司": (300, 0)}, ledger)],
        policy="集团清欠管理制度", notes=["没有交来《合同台账》"],
    )  # fmt: skip


def _rows(path: Path, sheet: str) -> list[tuple]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def test_claims_stand_gravest_first_then_by_amount(tmp_path):
    lines = [_line("蓝", 900), _line("红", 5), _line("红", 700), _line("橙", 300), _line("黄", 1)]
    rows = _rows(write_warning_sheet(_view(lines), tmp_path / "x.xlsx"), "预警清单")
    at = next(i for i, r in enumerate(rows) if r[0] == "序号")
    table = [(r[1], r[5]) for r in rows[at + 1 : at + 6]]
    assert table == [("红", 7), ("红", 0.05), ("橙", 3), ("黄", 0.01), ("蓝", 9)]
    assert rows[at + 6][1] == "合计"
    assert rows[at + 6][5] == pytest.approx(19.06)


def test_a_line_has_causes_department_measure_clause(tmp_path):
    path = write_warning_sheet(_view([_line(special_reason="已承诺（批准人：王总）")]), tmp_path / "x.xlsx")
    rows = _rows(path, "预警清单")
    head = next(r for r in rows if r[0] == "序号")
    line = dict(zip(head, rows[rows.index(head) + 1], strict=True))
    assert line == {
        "序号": 1, "级别": "红", "债权编号": "ZQ-0001", "债务人": "青岛海川机械有限公司", "合同编号": "HT-0001",
        "账面余额": 123.45, "逾期天数": 40, "预警原因": "保险账龄期限 365 天，已 400 天，超 35 天\n授信额度已用 96.5%",
        "责任部门": "清欠办", "经办人": "刘洋", "责任人": "陈刚", "建议措施": "移交清欠办追讨", "条款": "F-29\nF-26",
        "特殊原因": "已承诺（批准人：王总）",
    }  # fmt: skip
    texts = [str(c) for r in rows for c in r if c]
    assert any(t.startswith("编制：") and "审核：" in t and "签收：" in t for t in texts)
    assert "红色  1 笔  123.45 元" in texts


def test_the_ageing_ties_to_the_ledger_or_says_by_how_much(tmp_path):
    rows = _rows(write_warning_sheet(_view([_line()]), tmp_path / "x.xlsx"), "账龄分析")
    total = next(r for r in rows if r[0] == "合计")
    assert total[1:4] == (4, 2, 6)
    assert any("一致（6.00 元）" in str(r[0]) for r in rows)
    rows = _rows(write_warning_sheet(_view([_line()], ledger=700), tmp_path / "y.xlsx"), "账龄分析")
    assert any("相差 -1.00 元" in str(r[0]) for r in rows)


def test_there_are_charts_and_it_prints_on_a4(tmp_path):
    path = write_warning_sheet(_view([_line()]), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    assert [len(book[s]._charts) for s in ("预警清单", "预警分析", "账龄分析")] == [0, 2, 1]
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes, one page wide
    assert book["预警清单"].print_title_rows == "$4:$4"
    for name, header in (("预警分析", "原因"), ("账龄分析", "单位")):  # of the last table on the sheet
        row = max(c.row for c in book[name]["A"] if c.value == header)
        assert book[name].print_title_rows == f"${row}:${row}"


def test_nothing_to_warn_of_is_a_paper_too(tmp_path):
    rows = _rows(write_warning_sheet(_view([]), tmp_path / "x.xlsx"), "预警清单")
    assert any(r[0] == "截止日期没有需要预警的债权。" for r in rows)


def test_what_could_not_be_judged_is_said(tmp_path):
    rows = _rows(write_warning_sheet(_view([_line()]), tmp_path / "x.xlsx"), "说明")
    assert "没有交来《合同台账》" in [r[1] for r in rows]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path, text):
    line = _line(claim_id=text, debtor=text, unit=text, causes=(text,), handler=text, measure=text)
    book = openpyxl.load_workbook(write_warning_sheet(_view([line], unit=text), tmp_path / "x.xlsx"))
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert not any(c.data_type == "f" for c in cells)
    assert text in [c.value for c in cells]


def test_same_input_same_bytes(tmp_path):
    one = digest(write_warning_sheet(_view([_line()]), tmp_path / "a.xlsx"))
    assert digest(write_warning_sheet(_view([_line()]), tmp_path / "b.xlsx")) == one


@pytest.fixture
def checked(tmp_path: Path) -> Result:
    old = {"occurred_on": dt.date(2021, 3, 1), "due_on": dt.date(2021, 6, 1)}
    rows = [
        {"unit": "华东分公司", "original": 1000, "received": 400, "balance": 600},
        {"unit": "华北分公司", "original": 5000, "received": 0, "balance": 5000, **old},
        {"unit": "华北/分公司", "original": 70, "received": 0, "balance": 70, **old},
    ]
    path = build(tmp_path / "应收.xlsx", {"receivables": rows})
    return check_paths([path])


def test_one_paper_for_the_group_and_one_per_unit(checked, tmp_path):
    written = make("warnings", checked, tmp_path / "out", formats=["xlsx"]).written
    assert sorted(p.name for p in written) == [
        "清欠预警表_华东分公司.xlsx", "清欠预警表_华北_分公司.xlsx", "清欠预警表_华北分公司.xlsx", "清欠预警表_汇总.xlsx",
        "清欠预警表_部门_清欠办.xlsx",
    ]  # fmt: skip
    rows = _rows(tmp_path / "out" / "清欠预警表_汇总.xlsx", "账龄分析")
    assert next(r[7] for r in rows if r[0] == "合计") == 5670
    assert any("一致（5,670.00 元）" in str(r[0]) for r in rows)


def test_a_units_paper_has_its_own_claims_only(checked, tmp_path):
    make("warnings", checked, tmp_path, formats=["xlsx"])
    rows = _rows(tmp_path / "清欠预警表_华北分公司.xlsx", "预警清单")
    claims = [r[2] for r in rows if isinstance(r[0], int | float)]
    assert claims == ["ZQ-0002"]
    ages = _rows(tmp_path / "清欠预警表_华北分公司.xlsx", "账龄分析")
    assert any("一致（5,000.00 元）" in str(r[0]) for r in ages)
    assert not any(r[0] == "华东分公司" for r in ages)


def test_a_departments_paper_has_what_it_deals_with_of_all_units(checked, tmp_path):
    book = make("warnings", checked, tmp_path, formats=["xlsx"]).outcome
    path = tmp_path / "清欠预警表_部门_清欠办.xlsx"
    assert openpyxl.load_workbook(path).sheetnames == ["预警清单", "预警分析", "说明"]
    rows = _rows(path, "预警清单")
    mine = [c for c in book.claims if c.department == "清欠办"]
    assert [(r[2], r[3]) for r in rows if isinstance(r[0], int | float)] == [
        (c.unit, c.claim_id) for c in mine
    ]
    assert rows[0][0] == "清欠预警表（清欠办）"
    assert next(r for r in rows if r[1] == "合计")[6] == 5670 - 600 == sum(c.balance for c in mine) / 100
