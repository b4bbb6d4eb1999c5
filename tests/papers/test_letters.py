"""Letters: all items of a debtor, sums that tie to the ledger, steps, wordings, registers."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from qq_excel.check import Result, check_paths
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from tests.papers.paper_reading import column, docx_text, sheet_rows, total_of
from tests.support.build import build
from tests.support.digests import digests

CODE = "91370200264569984Y"


def claim(debtor: str, balance: float, due: dt.date, **more):
    return {
        "debtor": debtor, "debtor_code": CODE, "original": balance, "received": 0, "balance": balance,
        "occurred_on": dt.date(2025, 1, 10), "due_on": due, "status": "预警", "disputed": "否",
        "last_paid_on": None, "confirmed_on": None, "dunned_on": None, **more,
    }  # fmt: skip


LEDGER = [
    claim("甲公司", 100000.5, dt.date(2026, 9, 20)),  # 10 days
    claim("甲公司", 200, dt.date(2026, 12, 1)),  # not due
    claim("甲公司", -50.25, dt.date(2026, 9, 1)),  # credit note
    claim("乙公司", 3000, dt.date(2026, 8, 1), disputed="是", dispute_reason="质量"),  # 60 days
    claim("丙公司", 5000, dt.date(2026, 1, 1)),  # 272 days
    claim("丙公司", 7000, dt.date(2025, 1, 1), status="诉讼"),
    claim("丁公司", 900, dt.date(2025, 1, 1), status="诉讼"),
    claim("戊公司", 1000, dt.date(2026, 9, 30)),  # due today: not overdue
    claim("己公司", 10, dt.date(2025, 1, 1), status="已核销"),
    claim("庚公司", 100, dt.date(2026, 9, 1), currency="USD", fx_rate=7.1),
    claim("=cmd|' /C calc'!A0", 8, dt.date(2026, 9, 1), debtor_type="个人"),
]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    path = build(tmp_path_factory.mktemp("ledger") / "应收.xlsx", {"receivables": LEDGER})
    return check_paths([path])


@pytest.fixture(scope="module")
def letters(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("letters")
    made = make("letters", result, out, formats=["docx", "xlsx", "json"])
    assert any("没有做分期还款提醒函" in n.zh for n in made.notes)
    return out


def test_one_letter_per_debtor_with_all_his_items(letters: Path) -> None:
    names = sorted(p.name for p in (letters / "对账签认函").glob("*.docx"))
    assert len(names) == 7
    text = docx_text(letters / "对账签认函" / "华东分公司_甲公司_对账签认函.docx")
    for words in ("100,000.50", "200.00", "-50.25", "贷项", "100,150.25", "人民币壹拾万零壹佰伍拾元贰角伍分", "其中已到期 100,000.50 元",
                  "贷项 -50.25 元", "ZQ-0001", "ZQ-0002", "ZQ-0003", "QR-20260930-0007"):  # fmt: skip
        assert words in text, words
    assert "{{" not in text
    assert "91370200********4Y" in text
    assert CODE not in text


def test_nobody_is_written_to_of_a_claim_without_a_debtor(tmp_path: Path) -> None:
    rows = [
        claim("甲公司", 100, dt.date(2026, 9, 20)),
        claim(None, 30.5, dt.date(2026, 9, 20)),
        claim(" ", 2, dt.date(2026, 12, 1)),
    ]
    path = build(tmp_path / "应收.xlsx", {"receivables": rows})
    made = make("letters", check_paths([path]), tmp_path / "out", formats=["docx", "xlsx"])
    said = "2 笔债权（32.50 元）没有债务人名称，没有出函"
    assert [n.zh for n in made.notes if "没有债务人" in n.zh] == [said]
    assert sorted(p.name for p in (tmp_path / "out").rglob("*.docx")) == [
        "华东分公司_甲公司_对账签认函.docx", "华东分公司_甲公司_第一次催款函.docx",
    ]  # fmt: skip
    for register in ("对账签认函/对账签认函登记册.xlsx", "催款函/催款函登记册.xlsx"):
        assert any(said in str(cell) for row in sheet_rows(tmp_path / "out" / register) for cell in row), (
            register
        )
        assert total_of(tmp_path / "out" / register, "合计" if "对账" in register else "其中到期未付") == 100


def test_the_footer_tells_where_the_figures_come_from(letters: Path, result: Result) -> None:
    text = docx_text(letters / "催款函" / "华东分公司_丙公司_最后催款函.docx")
    policy = result.policy
    source = "来源：应收.xlsx    截止日期：2026-09-30"
    assert f"{source}    制度：group v{policy.version}（{policy.sha256[:12]}）" in text


def test_steps_follow_the_oldest_overdue_item_and_leave_suits_alone(letters: Path) -> None:
    assert sorted(p.name for p in (letters / "催款函").glob("*.docx")) == [
        "华东分公司_=cmd_' _C calc'!A0_第一次催款函.docx", "华东分公司_丙公司_最后催款函.docx", "华东分公司_乙公司_第二次催款函.docx",
        "华东分公司_庚公司_第一次催款函.docx", "华东分公司_甲公司_第一次催款函.docx",
    ]  # fmt: skip
    final = docx_text(letters / "催款函" / "华东分公司_丙公司_最后催款函.docx")
    assert "最长已逾期 272 天" in final
    assert "本函催收的到期款项：5,000.00 元（大写：人民币伍仟元整）。" in final
    assert "7,000.00" in final
    assert "诉讼中" in final
    assert "7 日内付清全部到期款项" in final
    second = docx_text(letters / "催款函" / "华东分公司_乙公司_第二次催款函.docx")
    assert "10 日内付清" in second
    assert "书面说明争议的理由和依据" in second
    dollars = docx_text(letters / "催款函" / "华东分公司_庚公司_第一次催款函.docx")
    assert "原币 USD" in dollars
    assert "100.00 元（大写：人民币壹佰元整）" in dollars


def test_sums_equal_the_ledger_from_both_sides(letters: Path, result: Result) -> None:
    book = letters / "对账签认函" / "对账签认函登记册.xlsx"
    frame = result.stacks["receivables"].frame
    open_ = frame[frame["status"] != "已核销"]
    ledger = int(open_["balance"].sum())
    assert round(total_of(book, "合计") * 100) == ledger
    assert round(sum(column(book, "合计")) * 100) == ledger
    data = json.loads((letters / "对账签认函" / "对账签认函.json").read_text(encoding="utf-8"))
    assert sum(len(x["items"]) for x in data["letters"]) == 10
    yuan = sum(float(i["balance"].replace(",", "")) for x in data["letters"] for i in x["items"])
    assert round(yuan * 100) == int(open_["balance"].sum())
    dunned = letters / "催款函" / "催款函登记册.xlsx"
    assert total_of(dunned, "其中到期未付") == 100000.5 + 3000 + 5000 + 100 + 8


def test_the_register_merges_and_holds_text_only(letters: Path) -> None:
    rows = sheet_rows(letters / "催款函" / "催款函登记册.xlsx", 1)
    heads = rows[2]
    first = dict(zip(heads, rows[3], strict=True))
    assert first["债务人"] == "=cmd|' /C calc'!A0"
    assert first["文件"] == "华东分公司_=cmd_' _C calc'!A0_第一次催款函.docx"
    assert {r[heads.index("限几日付清")] for r in rows[3:8]} == {15, 10, 7}


def test_two_wordings_each_say_what_they_prove(letters: Path, result: Result, tmp_path: Path) -> None:
    demand = docx_text(letters / "对账签认函" / "华东分公司_乙公司_对账签认函.docx")
    assert "本函同时是我单位就全部到期款项要求贵单位履行债务的书面催收" in demand
    assert "诉讼时效自送达时中断" in demand
    make(
        "confirmations",
        result,
        tmp_path,
        choices=Choices(wording="plain", unmask=True, dated=dt.date(2026, 10, 8)),
    )
    plain = docx_text(tmp_path / "华东分公司_乙公司_对账签认函.docx")
    assert "仅为复核账目之用，并非催款结算" in plain
    assert "立即支付" not in plain
    assert CODE in plain
    assert "2026 年 10 月 8 日" in plain


def test_what_is_before_a_court_is_not_said_to_be_not_due(letters: Path) -> None:
    """丙公司: 5,000 past due and demanded, 7,000 past due and sued for."""
    text = docx_text(letters / "催款函" / "华东分公司_丙公司_最后催款函.docx")
    assert "其中已到期 5,000.00 元，已到期并在诉讼中 7,000.00 元，未到期及未约定付款日的 0.00 元。" in text
    confirmed = docx_text(letters / "对账签认函" / "华东分公司_丙公司_对账签认函.docx")
    assert "其中已到期 12,000.00 元，未到期及未约定付款日的 0.00 元。" in confirmed


def test_a_letter_says_of_limitation_what_is_true(tmp_path: Path) -> None:
    """A demand interrupts a clock that runs (art. 195): none that has run out, and none of what is not due."""
    ledger = [
        claim("过期公司", 100, dt.date(2023, 9, 28), occurred_on=dt.date(2023, 1, 1)),
        claim("末日公司", 100, dt.date(2023, 9, 30), occurred_on=dt.date(2023, 1, 1)),
        claim("未到期公司", 100, dt.date(2026, 9, 30)),
    ]
    make("letters", check_paths([build(tmp_path / "应收.xlsx", {"receivables": ledger})]), tmp_path / "out")
    said = {
        p.name.split("_")[1] + p.parent.name: docx_text(p) for p in sorted((tmp_path / "out").rglob("*.docx"))
    }
    assert "本函是我单位要求履行债务的书面通知。" in said["过期公司催款函"]
    assert (
        "本函是我单位要求履行债务的书面通知，自送达时诉讼时效中断（民法典第195条）。"
        in said["末日公司催款函"]
    )
    claimed = "本函的效力：贵单位签收本函，证明我单位已就到期款项主张权利"
    proved = "贵单位签章确认，并证明上列债权的存在和金额。"
    assert f"{claimed}；{proved}" in said["过期公司对账签认函"]
    assert f"{claimed}，诉讼时效自送达时中断（民法典第195条）；{proved}" in said["末日公司对账签认函"]
    assert "本函的效力：贵单位签章确认，证明上列债权的存在和金额。" in said["未到期公司对账签认函"]


def test_a_long_name_does_not_push_out_what_the_letter_is(tmp_path: Path) -> None:
    unit, debtor = "铁路机车车辆配件制造" * 4, "大兴安岭林区木材深加工" * 5
    ledger = [
        claim(debtor, 100, dt.date(2026, 9, 1), unit=unit),
        claim("甲", 100, dt.date(2026, 9, 1), unit=unit),
    ]
    made = make(
        "dunning", check_paths([build(tmp_path / "应收.xlsx", {"receivables": ledger})]), tmp_path / "out"
    )
    names = [p.name for p in made.written]
    assert names == [
        f"{unit[:30]}_{debtor[:30]}_第一次催款函.docx",
        f"{unit}_甲_第一次催款函.docx",
        "催款函登记册.xlsx",
    ]


def test_the_same_check_gives_the_same_bytes(letters: Path, result: Result, tmp_path: Path) -> None:
    make("letters", result, tmp_path, formats=["docx", "xlsx", "json"])
    assert digests(tmp_path) == digests(letters)


def test_reminders_list_what_falls_due_and_what_is_past(tmp_path: Path) -> None:
    plan = [
        {"agreement_id": "XY-1", "no": 1, "due_on": dt.date(2026, 8, 31), "due": 1000, "paid": 400, "paid_on": dt.date(2026, 9, 1)},
        {"agreement_id": "XY-1", "no": 2, "due_on": dt.date(2026, 10, 7), "due": 1000, "paid": None, "paid_on": None},
        {"agreement_id": "XY-1", "no": 3, "due_on": dt.date(2026, 10, 8), "due": 1000, "paid": None, "paid_on": None},
        {"agreement_id": "XY-2", "no": 1, "due_on": dt.date(2027, 1, 1), "due": 500, "paid": None, "paid_on": None},
    ]  # fmt: skip
    agreements = [
        {"agreement_id": "XY-1", "debtor": "甲公司", "amount": 3000, "terms": 3},
        {"agreement_id": "XY-2", "debtor": "乙公司", "amount": 500, "terms": 1},
    ]
    book = build(tmp_path / "协议.xlsx", {"agreements": agreements, "instalments": plan})
    made = make("reminders", check_paths([book]), tmp_path / "out")
    assert [p.name for p in made.written] == ["甲公司_XY-1_分期还款提醒函.docx", "分期还款提醒函登记册.xlsx"]
    text = docx_text(made.written[0])
    for words in (
        "逾期 30 天",
        "还有 7 天",
        "1,600.00",
        "其中已逾期 600.00 元",
        "人民币壹仟陆佰元整",
        "尚欠 2,600.00 元",
    ):
        assert words in text, words
    assert "2026-10-08" not in text
    assert total_of(made.written[1], "应付合计") == 1600
